//! The ways into the output, evaluated with the real Nix and a stand-in for nixpkgs: every host is a system of its
//! modules, in the flake, in the hive and without the flake's inputs.

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

use std::{fs, path::Path, process::Command};

/// Of nixpkgs what the ways in use: a system is the list of its modules.
const LIB: &str = r#"rec {
  mapAttrs = builtins.mapAttrs;
  mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
  unique = builtins.foldl' (known: it: if builtins.elem it known then known else known ++ [ it ]) [ ];
  genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
  filterAttrs = keep: set: builtins.removeAttrs set (builtins.filter (name: !keep name set.${name}) (builtins.attrNames set));
  nixosSystem = given: { inherit (given) system modules; config.system.build.toplevel.drvPath = "/nix/store/${given.system}"; };
}"#;

fn nix_or_skip() -> bool {
    let found = Command::new("nix-instantiate").arg("--version").output().is_ok();
    if !found {
        common::skip("nix-instantiate");
    }
    found
}

fn converted(folder: &Path, flags: &[&str]) {
    let repo = common::project("fixtures/control-repo");
    let mut migrate = common::migrate();
    migrate.arg("convert").arg(&repo).arg("--out").arg(folder).args(flags);
    for (flag, folder) in [("--facts", "facts"), ("--enc", "enc"), ("--trusted", "trusted")] {
        migrate.arg(flag).arg(repo.join(folder));
    }
    let output = common::run(&mut migrate);
    assert!(output.status.success(), "{}", common::stderr(&output));
}

fn eval(folder: &Path, expression: &str) -> serde_json::Value {
    let text = format!("let out = {}; in {expression}", folder.display());
    let output =
        common::run(Command::new("nix-instantiate").args(["--eval", "--strict", "--json", "--expr", &text]));
    assert!(output.status.success(), "{expression}: {}", common::stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_host_is_a_system_in_the_flake_the_hive_and_without_inputs() {
    if !nix_or_skip() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (out, nixpkgs) = (folder.path().join("out"), folder.path().join("nixpkgs"));
    converted(&out, &[]);
    fs::create_dir_all(nixpkgs.join("nixos/lib")).unwrap();
    fs::write(nixpkgs.join("nixos/lib/eval-config.nix"), "{ system, modules }: { inherit system modules; }")
        .unwrap();
    fs::write(nixpkgs.join("default.nix"), "{ system }: system").unwrap();
    let hosts = eval(&out, "builtins.attrNames (import (out + \"/hosts.nix\"))");
    assert_eq!(hosts, serde_json::json!(["bastion", "db01", "mail01", "mon01", "web01", "web02"]));
    let nixpkgs = nixpkgs.display();
    let systems = eval(
        &out,
        &format!(
            "builtins.mapAttrs (_: it: [ it.system (builtins.length it.modules) (builtins.all builtins.pathExists it.modules) ]) (import out {{ nixpkgs = {nixpkgs}; }})"
        ),
    );
    for host in hosts.as_array().unwrap() {
        let system = &systems[host.as_str().unwrap()];
        assert_eq!(system[0], "x86_64-linux");
        assert!(system[1].as_u64().unwrap() >= 2, "{systems}");
        assert_eq!(system[2], true, "a module is not there: {systems}");
    }
    let flake = format!(
        "let nixpkgs = {{ outPath = {nixpkgs}; lib = {LIB}; legacyPackages.x86_64-linux = {{ nixfmt-rfc-style = 1; \
         writeText = name: text: \"${{name}}=${{text}}\"; }}; }}; module.nixosModules.default = {{ }}; \
         self = (import (out + \"/flake.nix\")).outputs {{ inherit self nixpkgs; agenix = module; }}; in {{ \
         hosts = builtins.attrNames self.nixosConfigurations; formatter = self.formatter; checks = self.checks.x86_64-linux.web01; \
         tags = builtins.mapAttrs (_: node: node.deployment.tags or null) (builtins.removeAttrs self.colmena [ \"meta\" ]); \
         target = self.colmena.web01.deployment.targetHost; }}"
    );
    let found = eval(&out, &flake);
    assert_eq!(found["hosts"], hosts);
    assert_eq!(found["checks"], "evaluated-web01=/nix/store/x86_64-linux");
    assert_eq!(found["formatter"]["x86_64-linux"], 1);
    assert_eq!(found["target"], "web01.example.net");
    assert!(found["tags"]["bastion"].as_array().unwrap().contains(&"bastion".into()), "{found}");
    assert!(found["tags"]["mon01"].as_array().unwrap().contains(&"monitoring".into()), "{found}");
}

#[test]
fn groups_and_tags_of_the_settings_are_tags_of_the_hive() {
    if !nix_or_skip() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("migrate.toml");
    let text = "[groups]\nfront = [\"web*\"]\n[tags]\ncanary = [\"web01*\"]\n";
    fs::write(&settings, text).unwrap();
    let out = folder.path().join("out");
    converted(&out, &["--config", settings.to_str().unwrap(), "--node", "web0?.example.net"]);
    let tags = eval(&out, "builtins.mapAttrs (_: host: host.tags) (import (out + \"/hosts.nix\"))");
    let has = |host: &str, tag: &str| tags[host].as_array().unwrap().contains(&tag.into());
    assert!(has("web01", "front") && has("web01", "canary") && has("web02", "front"), "{tags}");
    assert!(!has("web02", "canary"), "{tags}");
}
