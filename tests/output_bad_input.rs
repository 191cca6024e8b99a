//! Input that is odd or hostile: what is written stays in the output folder, is Nix, and says what a human must look at.

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

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn converted(root: &Path, site: &str, nodes: &[&str]) -> Output {
    fs::create_dir_all(root.join("repo/manifests")).unwrap();
    fs::create_dir_all(root.join("repo/facts")).unwrap();
    fs::create_dir_all(root.join("repo/modules/odd/files")).unwrap();
    fs::write(root.join("repo/modules/odd/files/latin1"), b"caf\xe9\n").unwrap();
    fs::write(root.join("repo/modules/odd/files/nul"), b"a\0b\n").unwrap();
    fs::write(root.join("repo/manifests/site.pp"), site).unwrap();
    for node in nodes {
        fs::write(root.join(format!("repo/facts/{node}.json")), "{\"virtual\": \"lxc\"}").unwrap();
    }
    let mut migrate = common::migrate();
    migrate.arg("convert").arg(root.join("repo")).arg("--facts").arg(root.join("repo/facts"));
    common::run(migrate.arg("--out").arg(root.join("out")))
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path());
    entries.filter(|path| path.is_file()).map(|path| path.strip_prefix(folder).unwrap().to_owned()).collect()
}

/// Every Nix file parses.
fn parses(out: &Path) {
    if Command::new("nix-instantiate").arg("--version").output().is_err() {
        return common::skip("nix-instantiate");
    }
    for path in files(out).iter().filter(|path| path.extension().is_some_and(|it| it == "nix")) {
        let output = common::run(Command::new("nix-instantiate").arg("--parse").arg(out.join(path)));
        assert!(output.status.success(), "{}: {}", path.display(), common::stderr(&output));
    }
}

#[test]
fn odd_names_and_contents_are_escaped_or_kept_as_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let site = r#"
user { ['in', '1st', 'o"neil', 'with']: ensure => present }
group { 'rec': ensure => present, gid => 4242 }
file { '/etc/odd ${name} "x".conf': content => "a '' \${b} \$\${c} \"d\" \\ \t\n''\${e}\n" }
file { "/etc/line\nbreak": content => "x\n" }
file { '/etc/latin1': source => 'puppet:///modules/odd/latin1' }
file { '/etc/nul': source => 'puppet:///modules/odd/nul' }
file { '/etc/nul2': content => "a\u{0}b\n" }
host { 'names.example.net': ip => '192.0.2.9', host_aliases => ['let', "x'y"] }
cron { "odd \"name\" with \${x}": command => "echo '\${HOME}' \"%\" \\\\ ''", user => 'root', minute => 5 }
"#;
    let output = converted(folder.path(), site, &["odd.example.net"]);
    assert!(output.status.success(), "{}", common::stderr(&output));
    let out = folder.path().join("out");
    parses(&out);
    let all = files(&out);
    let holds = |bytes: &[u8]| {
        all.iter()
            .filter(|path| path.starts_with("files"))
            .any(|path| fs::read(out.join(path)).unwrap() == bytes)
    };
    assert!(holds(b"caf\xe9\n"), "bytes that are no UTF-8 are a file of their own");
    assert!(holds(b"a\0b\n"), "a NUL has no place in a text of Nix: a file of its own");
}

#[test]
fn no_title_leaves_the_output_folder() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x\\n".repeat(400);
    let site = format!(
        "file {{ '/etc/../../../../../outside': content => \"{long}\" }}\n\
         file {{ '/opt/./../..': content => \"{long}\" }}\n\
         file {{ '/srv/.git/config': content => \"{long}\" }}\n\
         user {{ '../../up': ensure => present, password => Sensitive('planted-up') }}\n\
         file {{ '/etc/../secret': content => Sensitive('planted-out') }}\n"
    );
    let before = files(folder.path());
    assert!(before.is_empty());
    let output = converted(folder.path(), &site, &["up.example.net"]);
    let inside: BTreeSet<_> = files(folder.path())
        .into_iter()
        .filter(|path| !path.starts_with("repo") && !path.starts_with("out"))
        .collect();
    assert!(inside.is_empty(), "{inside:?}");
    assert!(output.status.success(), "{}", common::stderr(&output));
    parses(&folder.path().join("out"));
    for path in files(&folder.path().join("out")) {
        assert!(
            path.components().all(|part| part.as_os_str() != ".." && part.as_os_str() != ".git"),
            "{path:?}"
        );
    }
}

#[test]
fn nodes_with_names_of_the_output_s_own_files_have_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let site = "file { '/etc/motd': content => \"${facts['virtual']}\\n\" }\n";
    let nodes = ["default", "flake", "meta", "defaults", "in", "default.nix", "web01", "web01.example.net"];
    let output = converted(folder.path(), site, &nodes);
    assert!(output.status.success(), "{}", common::stderr(&output));
    let out = folder.path().join("out");
    parses(&out);
    let table = fs::read_to_string(out.join("hosts.nix")).unwrap();
    for node in nodes {
        assert!(table.contains(&format!("address = \"{node}\";")), "{node}: {table}");
        assert!(out.join(format!("native/{node}.toml")).is_file());
        assert!(out.join(format!("hardware/hosts/{node}.nix")).is_file());
    }
    assert!(
        !table.contains("\n  meta =") && !table.contains("\n  defaults ="),
        "colmena's own names: {table}"
    );
    assert!(fs::read_to_string(out.join("flake.nix")).unwrap().contains("nixosConfigurations"));
}

#[test]
fn two_resources_that_want_one_option_are_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let site = "file { '/etc/timezone': content => \"Europe/Berlin\\n\" }\n\
                file { '/etc/localtime': ensure => link, target => '/usr/share/zoneinfo/UTC' }\n";
    let output = converted(folder.path(), site, &["two.example.net"]);
    assert!(output.status.success(), "{}", common::stderr(&output));
    let report = fs::read_to_string(folder.path().join("out/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let findings = report["hosts"][0]["findings"].as_array().unwrap();
    assert!(
        findings.iter().any(|found| found["message"].as_str().unwrap().contains("time.timeZone")),
        "{findings:?}"
    );
    let manual = report["hosts"][0]["resources"].as_array().unwrap();
    assert!(manual.iter().any(|it| it["class"] == "manual"), "one of them is left to a human");
}
