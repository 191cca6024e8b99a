//! `migrate verify` on a converted repo, against the stand-in for nixpkgs: what is right is proved, and whatever is
//! changed in the folder is refuted with both values.

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
    fs,
    path::{Path, PathBuf},
};

const HOST: &str = "web01.example.net";

/// The stand-in and a conversion of the fixture's nodes.
struct Rig {
    folder: tempfile::TempDir,
    tree: PathBuf,
    out: PathBuf,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (tree, out) = (support::tree(folder.path()), folder.path().join("out"));
        let repo = common::project("fixtures/control-repo");
        let mut migrate = common::migrate();
        migrate.arg("convert").arg(&repo).arg("--out").arg(&out);
        for (flag, inputs) in [("--facts", "facts"), ("--enc", "enc"), ("--trusted", "trusted")] {
            migrate.arg(flag).arg(repo.join(inputs));
        }
        let settings = folder.path().join("migrate.toml");
        support::write_gateways(&settings);
        let output = common::run(migrate.arg("--config").arg(&settings));
        assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
        Self { folder, tree, out }
    }

    /// Runs `verify`; gives the exit status, the data and what was said.
    fn verify(&self, flags: &[&str]) -> (Option<i32>, Json, String) {
        let mut migrate = common::migrate();
        migrate.args(["verify", "--format", "json", "--nixos"]).arg(&self.out);
        migrate.arg("--nixpkgs").arg(&self.tree).args(flags);
        let output = common::run(&mut migrate);
        let data = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), data, common::stderr(&output))
    }

    /// Adds a module to one host.
    fn add(&self, module: &str) {
        fs::write(self.out.join("extra.nix"), format!("{{ lib, pkgs, ... }}: {module}")).unwrap();
        let table = self.out.join("hosts.nix");
        let text = fs::read_to_string(&table).unwrap();
        let (before, own) = text.split_once("web01 = {").unwrap();
        let own =
            own.replacen("modules = [", "modules = [ ./extra.nix", usize::from(!own.contains("./extra.nix")));
        fs::write(&table, format!("{before}web01 = {{{own}")).unwrap();
    }
}

fn refuted(data: &Json) -> Vec<(String, Json)> {
    let hosts = data["hosts"].as_array().unwrap().iter();
    let resources = hosts.flat_map(|host| host["resources"].as_array().unwrap());
    let found = resources.filter(|resource| resource["verdict"] == "refuted");
    found.map(|it| (it["resource"].as_str().unwrap().to_owned(), it["witnesses"].clone())).collect()
}

#[test]
fn what_was_converted_is_proved_and_nothing_is_refuted() {
    if !support::nix_or_skip() {
        return;
    }
    let rig = Rig::new();
    let (status, data, said) = rig.verify(&[]);
    assert_eq!(refuted(&data), [], "{said}");
    assert_eq!(status, Some(0), "{said}{}", data["hosts"]);
    assert_eq!(data["schema"], "migrate/verify/v1");
    assert_eq!(data["hosts"].as_array().unwrap().len(), 6);
    let total = |name: &str| data["total"][name].as_u64().unwrap();
    assert!(total("proved") > 2 * total("unprovable"), "{}", data["total"]);
    for host in data["hosts"].as_array().unwrap() {
        assert!(host["peak_kib"].as_u64().unwrap() > 1000, "memory is measured");
    }
    let (status, one, said) = rig.verify(&["--node", HOST, "--batch", "1"]);
    assert_eq!((status, one["hosts"].as_array().unwrap().len()), (Some(0), 1), "{said}");
}

#[test]
fn what_is_changed_in_the_folder_is_refuted_with_both_values() {
    if !support::nix_or_skip() {
        return;
    }
    let rig = Rig::new();
    let changes = [
        // two definitions of a text are put together in silence
        ("{ users.motd = \"more\\n\"; }", "File[/etc/motd]", "users.motd"),
        ("{ users.users.alice.uid = lib.mkForce 4242; }", "User[alice]", "users.users.alice.uid"),
        ("{ users.users.mallory = { }; }", "User[mallory]", "users.users.mallory"),
        ("{ services.nginx.enable = lib.mkForce false; }", "Service[nginx]", "services.nginx.enable"),
    ];
    for (module, resource, option) in changes {
        rig.add(module);
        let (status, data, said) = rig.verify(&["--node", HOST]);
        assert_eq!(status, Some(2), "{module}: {said}");
        let all = refuted(&data);
        let (_, witnesses) =
            all.iter().find(|(name, _)| name == resource).unwrap_or_else(|| panic!("{module}: {all:?}"));
        let witnesses = witnesses.as_array().unwrap();
        let found = witnesses.iter().find(|it| it["option"] == option && it["verdict"] == "refuted");
        let found = found.unwrap_or_else(|| panic!("{module}: {witnesses:?}"));
        assert!(found.get("wanted").is_some() && found.get("got").is_some(), "{found}");
        assert_ne!(found["wanted"], found["got"]);
    }
}

#[test]
fn a_package_that_is_not_there_is_named_and_the_others_are_not_blamed() {
    if !support::nix_or_skip() {
        return;
    }
    let rig = Rig::new();
    let names = fs::read_to_string(rig.tree.join("packages.json")).unwrap();
    fs::write(rig.tree.join("packages.json"), names.replace("\"htop\",", "")).unwrap();
    let (status, data, said) = rig.verify(&["--node", HOST]);
    assert_eq!(status, Some(2), "{said}");
    let names: Vec<_> = refuted(&data).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Package[htop]"]);
}

#[test]
fn files_that_are_not_nix_and_hosts_that_do_not_evaluate_are_told_apart() {
    if !support::nix_or_skip() {
        return;
    }
    let rig = Rig::new();
    rig.add("{ services.no-such-thing.enable = true; }");
    let (status, data, said) = rig.verify(&[]);
    assert_eq!(status, Some(2), "{said}");
    let failed: Vec<_> =
        data["hosts"].as_array().unwrap().iter().filter(|host| host.get("failure").is_some()).collect();
    assert_eq!(failed.len(), 1, "the other hosts are looked at");
    assert_eq!(failed[0]["certname"], HOST);
    assert!(failed[0]["failure"].as_str().unwrap().contains("no-such-thing"), "{}", failed[0]["failure"]);
    rig.add("{ services = ; }");
    let (status, data, said) = rig.verify(&[]);
    assert_eq!(status, Some(2), "{said}");
    let broken = data["broken"].as_array().unwrap();
    assert_eq!(broken.len(), 1);
    assert!(broken[0]["file"].as_str().unwrap().ends_with("extra.nix"), "{}", broken[0]);
}

#[test]
fn what_cannot_be_looked_at_is_no_verdict() {
    if !support::nix_or_skip() {
        return;
    }
    let rig = Rig::new();
    let elsewhere = rig.folder.path().join("nowhere");
    let run = |nixos: &Path, nixpkgs: &Path, nix: &str| {
        let mut migrate = common::migrate();
        migrate.arg("verify").arg("--nixos").arg(nixos).arg("--nixpkgs").arg(nixpkgs).args(["--nix", nix]);
        let output = common::run(&mut migrate);
        assert_eq!(output.status.code(), Some(1), "{}", common::stdout(&output));
        common::stderr(&output)
    };
    assert!(run(&elsewhere, &rig.tree, "nix-instantiate").contains("verify::no-folder"));
    assert!(run(&rig.out, &elsewhere, "nix-instantiate").contains("verify::no-nix"));
    assert!(run(&rig.out, &rig.tree, "/nonexistent/nix").contains("verify::no-nix"));
}
