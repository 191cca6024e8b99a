//! A host that was captured is converted by what it really has: numbers, bases of edits, machine, keys.

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

use std::{fs, path::Path};

const SITE: &str = r#"
user { 'alice': ensure => present, managehome => true }
group { 'dev': ensure => present }
"#;

fn put(root: &Path, path: &str, text: &str) {
    let place = root.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

/// A repo, and the root of its one host.
fn furnish(folder: &Path) {
    put(folder, "repo/manifests/site.pp", SITE);
    put(folder, "repo/facts/web01.example.net.json", "{\"virtual\": \"kvm\"}");
    for (path, text) in [
        ("etc/hostname", "web01\n"),
        ("etc/passwd", "alice:x:1234:1500::/home/alice:/bin/bash\n"),
        ("etc/group", "dev:x:1500:\n"),
        ("etc/acme.conf", "name=web01\nworkers=2\n"),
        (
            "etc/ssh/ssh_host_ed25519_key.pub",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMcapturedkey root@web01\n",
        ),
        ("etc/fstab", "UUID=aaaa-bbbb / ext4 noatime 0 1\n"),
    ] {
        put(folder, &format!("root/{path}"), text);
    }
}

fn observe(folder: &Path, flags: &[&str]) -> std::process::Output {
    let mut migrate = common::migrate();
    migrate.arg("observe").arg("--root").arg(folder.join("root")).args(flags);
    common::run(&mut migrate)
}

#[test]
fn a_capture_is_one_file_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    furnish(folder.path());
    let output = observe(folder.path(), &["--file", "/etc/acme.conf"]);
    assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["schema"], "migrate/observed/v1");
    assert_eq!(found["users"][0]["uid"], 1234);
    assert_eq!(found["files"]["/etc/acme.conf"]["text"], "name=web01\nworkers=2\n");
    let missing = observe(folder.path(), &["--file", "/etc/none.conf"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(common::stderr(&missing).contains("/etc/none.conf"), "{}", common::stderr(&missing));
}

#[test]
fn a_conversion_takes_numbers_disks_and_keys_from_the_capture() {
    let folder = tempfile::tempdir().unwrap();
    furnish(folder.path());
    let captured = folder.path().join("observed/web01.example.net.json");
    fs::create_dir_all(captured.parent().unwrap()).unwrap();
    let output = observe(folder.path(), &["--file", "/etc/acme.conf", "--out", captured.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    let convert = |out: &str, flags: &[&str]| {
        let repo = folder.path().join("repo");
        let mut migrate = common::migrate();
        migrate.arg("convert").arg(&repo).arg("--facts").arg(repo.join("facts"));
        migrate.arg("--out").arg(folder.path().join(out)).args(flags);
        let output = common::run(&mut migrate);
        assert!(output.status.success(), "{}", common::stderr(&output));
        let machine = folder.path().join(out).join("hardware/hosts/web01.example.net.nix");
        let native = folder.path().join(out).join("native/web01.example.net.toml");
        let report = folder.path().join(out).join("report.json");
        [machine, native, report].map(|path| fs::read_to_string(path).unwrap())
    };
    let [machine, native, report] = convert("without", &[]);
    assert!(machine.contains("root file system is unknown") && !native.contains("uid = 1234"));
    assert!(report.contains("unpinned"));
    let folder_of = captured.parent().unwrap().to_str().unwrap();
    let [machine, native, report] = convert("with", &["--observed", folder_of]);
    assert!(machine.contains("/dev/disk/by-uuid/aaaa-bbbb"), "{machine}");
    assert!(native.contains("uid = 1234") && native.contains("gid = 1500"), "{native}");
    assert!(!report.contains("unpinned"), "numbers are pinned");
    let page = fs::read_to_string(folder.path().join("with/docs/INSTALL-web01.example.net.md")).unwrap();
    assert!(page.contains("AAAAC3NzaC1lZDI1NTE5AAAAIMcapturedkey"), "{page}");
}
