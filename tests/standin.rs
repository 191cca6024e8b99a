//! Every host of both test repos, evaluated strictly by the real Nix against a stand-in for nixpkgs; and what the
//! stand-in refuses, so that its silence means something.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

mod common;
#[path = "standin_support/mod.rs"]
mod support;

use serde_json::Value as Json;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Converts a repo and returns the folder.
fn converted(repo: &str, out: &Path, flags: &[&str]) -> PathBuf {
    let (repo, out) = (common::project(repo), out.join(repo.replace('/', "-")));
    let mut migrate = common::migrate();
    migrate
        .arg("convert")
        .arg(&repo)
        .arg("--out")
        .arg(&out)
        .arg("--facts")
        .arg(repo.join("facts"))
        .args(flags);
    for (flag, folder) in [("--enc", "enc"), ("--trusted", "trusted")] {
        if repo.join(folder).exists() {
            migrate.arg(flag).arg(repo.join(folder));
        }
    }
    let settings = out.with_extension("toml");
    support::write_gateways(&settings);
    let output = common::run(migrate.arg("--config").arg(&settings));
    assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    out
}

/// Evaluates to the end: the value, or what Nix says.
fn evaluate(expression: &str) -> Result<Json, String> {
    let mut nix = Command::new("nix-instantiate");
    let output =
        common::run(nix.args(["--eval", "--strict", "--json", "--readonly-mode", "--expr", expression]));
    if !output.status.success() {
        return Err(common::stderr(&output));
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

/// For each host: how many options it defines, each forced to the end, and what is asserted in vain.
const STRICT: &str = "
  let
    plain = it:
      if builtins.isAttrs it then (if it ? outPath then it.outPath else builtins.mapAttrs (_: plain) it)
      else if builtins.isList it then map plain it
      else if builtins.isFunction it then \"a function\"
      else if builtins.isPath it then toString it
      else it;
  in
  builtins.mapAttrs (_: host: {
    defined = builtins.length (builtins.attrNames (
      builtins.deepSeq (plain host.defined) (builtins.removeAttrs host.defined [ \"assertions\" \"users.users\" ])
    ));
    failed = map (it: it.message) (builtins.filter (it: !it.assertion) host.config.assertions);
  })";

#[test]
fn every_host_of_both_repos_evaluates_strictly() {
    if !support::nix_or_skip() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tree = support::tree(folder.path());
    let repos = [
        ("fixtures/control-repo", 6, &[][..]),
        ("fixtures/stacks", 3, &[][..]),
        ("tests/debian-repo", 11, &["--puppet-version", "7"][..]),
    ];
    for (repo, count, flags) in repos {
        if repo.starts_with("tests") && !common::debian_modules_or_skip() {
            continue;
        }
        let out = converted(repo, folder.path(), flags);
        let hosts =
            format!("({STRICT}) (import {}/default.nix {{ nixpkgs = {}; }})", out.display(), tree.display());
        let hosts = evaluate(&hosts).unwrap_or_else(|said| panic!("{repo}: {said}"));
        let hosts = hosts.as_object().unwrap();
        assert_eq!(hosts.len(), count, "{repo}");
        for (name, host) in hosts {
            assert_eq!(host["failed"], serde_json::json!([]), "{name}");
            assert!(host["defined"].as_u64().unwrap() >= 4, "{name}: {}", host["defined"]);
        }
    }
}

/// Evaluates a host of one module.
fn host(tree: &Path, module: &str) -> Result<Json, String> {
    let module = format!("{{ config, lib, pkgs, ... }}: {module}");
    let system =
        format!("import {}/nixos/lib/eval-config.nix {{ modules = [ ({module}) ]; }}", tree.display());
    let found = evaluate(&format!("(({STRICT}) {{ it = {system}; }}).it"))?;
    match found["failed"].as_array().unwrap().first() {
        Some(message) => Err(message.to_string()),
        None => Ok(found["defined"].clone()),
    }
}

#[test]
fn what_is_right_is_accepted() {
    if !support::nix_or_skip() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tree = support::tree(folder.path());
    for (module, options) in [
        ("{ networking.hostName = \"a\"; }", 1),
        ("{ networking.hostName = lib.mkMerge [ (lib.mkDefault \"a\") (lib.mkIf false \"c\") \"b\" ]; }", 1),
        ("{ services.openssh = lib.mkIf config.services.ntp.enable { settings.X = 1; }; }", 0),
        ("{ services.openssh.settings = { PermitRootLogin = \"no\"; MaxAuthTries = 3; }; }", 1),
        ("{ users.motd = lib.mkMerge [ \"a\" (lib.mkAfter \"c\") \"b\" ]; }", 1),
        ("{ fileSystems.\"/\" = { device = \"/dev/sda1\"; fsType = \"ext4\"; }; }", 1),
        (
            "{ options.site.x = lib.mkOption { type = lib.types.enum [ \"a\" ]; default = \"a\"; }; config.networking.hostName = config.site.x; }",
            1,
        ),
        (
            "{ options.site.on = lib.mkEnableOption \"it\"; config = lib.mkIf (!config.site.on) { networking.domain = \"a\"; }; }",
            1,
        ),
        (
            "{ imports = [ { networking.domain = \"a\"; } ]; environment.systemPackages = with pkgs; [ vim ]; }",
            2,
        ),
        (
            "{ systemd.services.a = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = lib.mkForce \"oneshot\"; }; }",
            1,
        ),
        (
            "{ environment.etc.\"a b\".text = \"x\"; users.users.a = { isNormalUser = true; uid = 1000; }; }",
            1,
        ),
    ] {
        assert_eq!(
            host(&tree, module).unwrap_or_else(|said| panic!("{module}: {said}")),
            options,
            "{module}"
        );
    }
}

#[test]
fn what_is_wrong_is_refused_for_its_own_reason() {
    if !support::nix_or_skip() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tree = support::tree(folder.path());
    let users = |a: &str, b: &str| format!("{{ users.users = {{ a = {{ {a} }}; b = {{ {b} }}; }}; }}");
    let twice = users("isNormalUser = true; uid = 1000;", "isNormalUser = true; uid = 1000;");
    let both = users("isNormalUser = true; isSystemUser = true;", "isNormalUser = true;");
    for (module, reason) in [
        ("{ services.openssh.enabel = true; }", "`services.openssh.enabel' does not exist"),
        ("{ users.users.a.udi = 1; }", "`users.users.a.udi' does not exist"),
        ("{ services.openssh.enable = \"yes\"; }", "`services.openssh.enable' is not of type `boolean'"),
        ("{ services.openssh.ports = [ 70000 ]; }", "is not of type"),
        ("{ services.openssh.settings.PermitRootLogin = \"maybe\"; }", "is not of type `null or one of"),
        ("{ services.openssh.settings.X = [ ]; }", "is not of type"),
        (
            "{ imports = [ { networking.hostName = \"a\"; } ]; networking.hostName = \"b\"; }",
            "conflicting definition",
        ),
        ("{ fileSystems.\"/srv\".fsType = \"ext4\"; }", "No device specified for mount point"),
        ("{ systemd.services.a.serviceConfig.Type = \"onshot\"; }", "a value that systemd does not know"),
        ("{ systemd.services.a.wantedBy = [ \"multi-user\" ]; }", "is not of type"),
        (&twice, "uid 1000 is given twice"),
        (&both, "Exactly one of"),
        ("{ users.groups = { a.gid = 5; b.gid = 5; }; }", "gid 5 is given twice"),
        ("{ services.openssh.permitRootLogin = \"no\"; }", "has been renamed to `services.openssh.settings"),
        ("{ networking.vpnc.x = 1; networking.vpnc.services = { }; }", "does not exist"),
        ("{ networking.fqdn = \"a.b\"; }", "is read-only"),
        ("{ environment.systemPackages = [ pkgs.no-such-package ]; }", "attribute 'no-such-package' missing"),
        (
            "{ options.site.x = lib.mkOption { type = lib.types.int; }; config.site.x = \"1\"; }",
            "is not of type `signed integer'",
        ),
        (
            "{ options.site.x = lib.mkOption { type = lib.types.int; }; config.networking.domain = toString config.site.x; }",
            "has no value defined",
        ),
        ("{ config = { }; networking.domain = \"a\"; }", "has an unsupported attribute `networking'"),
    ] {
        let said = host(&tree, module).expect_err(module);
        assert!(said.contains(reason), "{module}: {said}");
    }
    let removed = migrate::options::OptionTable::shipped()
        .rows()
        .into_iter()
        .find(|(_, option)| option.fate == migrate::options::Fate::Removed)
        .unwrap();
    let said = host(&tree, &format!("{{ {} = 1; }}", removed.0.join("."))).unwrap_err();
    assert!(said.contains("can no longer be used since it's been removed"), "{said}");
}
