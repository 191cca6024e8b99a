//! The pre-merge check: what it objects to, and with which exit status.

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

use serde_json::Value as Json;
use std::{fs, path::Path, process::Command};

struct Repo {
    dir: tempfile::TempDir,
}

impl Repo {
    /// A repo of one site manifest and the facts of two nodes.
    fn new(site: &str) -> Self {
        let repo = Self { dir: tempfile::tempdir().unwrap() };
        repo.write("environment.conf", "modulepath = site\n");
        repo.write("manifests/site.pp", site);
        for node in ["a.example.org", "b.example.org"] {
            repo.write(&format!("facts/{node}.json"), "{\"os\": {\"family\": \"Debian\"}}");
        }
        repo
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs the check; returns status, data and the text of both streams.
    fn check(&self, more: &[&str]) -> (i32, Json, String) {
        let run = |format: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
            command.arg("check").arg(self.path()).arg("--facts").arg(self.path().join("facts"));
            command
                .args(["--exported", "none", "--color", "never", "--format", format])
                .args(more)
                .output()
                .unwrap()
        };
        let (json, text) = (run("json"), run("text"));
        assert_eq!(json.status.code(), text.status.code());
        let streams = [text.stdout, text.stderr].concat();
        let data = serde_json::from_slice(&json.stdout).unwrap();
        (json.status.code().unwrap(), data, String::from_utf8_lossy(&streams).into_owned())
    }
}

#[test]
fn good_code_is_not_objected_to() {
    let (status, data, text) = Repo::new("node default { file { '/etc/motd': content => 'hi' } }").check(&[]);
    assert_eq!(status, 0, "{text}");
    assert_eq!(data["summary"]["compiled"], 2);
    assert!(text.contains("2 of 2 nodes compiled"), "{text}");
}

#[test]
fn what_compiled_is_classified() {
    let site = "define odd() {}\nnode default {\n  package { 'vim': ensure => installed }\n\
                exec { '/opt/vendor/setup --yes': }\n}";
    let (status, data, text) = Repo::new(site).check(&[]);
    assert_eq!(status, 0, "what is manual is no objection: {text}");
    assert_eq!(data["score"]["counted"], 4, "two leaves on each of two nodes: {data}");
    assert_eq!(data["nodes"][0]["score"]["classes"]["native"], 1, "{data}");
    let manual = &data["manual"][0];
    assert_eq!(manual["resource"], "Exec[/opt/vendor/setup --yes]");
    assert_eq!(manual["nodes"].as_array().unwrap().len(), 2);
    assert!(text.contains("50.0% of 4 resources have a place"), "{text}");
}

#[test]
fn a_node_that_does_not_compile_is_a_finding_and_named() {
    let site =
        "node 'a.example.org' { fail_here_please { 'x': } }\nnode default { file { '/a': ensure => file } }";
    let (status, data, text) = Repo::new(site).check(&[]);
    assert_eq!(status, 2, "{text}");
    assert_eq!(data["not_compiled"], serde_json::json!(["a.example.org"]));
    assert!(text.contains("not compiled: a.example.org"), "{text}");
    let finding = &data["findings"][0];
    assert_eq!(finding["nodes"], serde_json::json!(["a.example.org"]));
    assert_eq!((&finding["file"], &finding["line"]), (&"manifests/site.pp".into(), &1.into()));
}

#[test]
fn code_that_no_node_uses_is_parsed_too() {
    let repo = Repo::new("node default {}");
    repo.write("site/unused/manifests/init.pp", "class unused {\n  $x = \n}\n");
    repo.write("site/unused/templates/x.epp", "<% if { %>");
    repo.write("site/unused/manifests/latin.pp", b"# caf\xe9\nclass unused::latin {}\n");
    let (status, data, text) = repo.check(&[]);
    assert_eq!(status, 2, "{text}");
    let files: Vec<_> =
        data["findings"].as_array().unwrap().iter().map(|it| it["file"].as_str().unwrap()).collect();
    for file in ["manifests/init.pp", "templates/x.epp", "manifests/latin.pp"] {
        assert!(files.iter().any(|found| found.ends_with(file)), "{file}: {files:?}");
    }
    assert_eq!(data["summary"]["compiled"], 2);
}

#[test]
fn a_broken_site_manifest_leaves_no_node_unnamed() {
    let (status, data, text) = Repo::new("node default { file { }").check(&[]);
    assert_eq!(status, 2, "{text}");
    assert_eq!(data["not_compiled"].as_array().unwrap().len(), 2);
    assert!(text.contains("a.example.org, b.example.org"), "{text}");
    assert_eq!(data["summary"]["errors"], 1, "what parsing and compiling both find is told once: {text}");
}

#[test]
fn inputs_that_cannot_be_read_are_not_the_codes_fault() {
    let repo = Repo::new("node default {}");
    repo.write("facts/c.example.org.json", "{broken");
    let (status, data, text) = repo.check(&[]);
    assert_eq!(status, 1, "{text}");
    assert!(!data["unread"].as_array().unwrap().is_empty(), "{text}");
    assert!(text.contains("not complete"), "{text}");
}

#[test]
fn a_dependency_cycle_is_a_finding() {
    let site =
        "node default {\n  file { '/a': require => File['/b'] }\n  file { '/b': require => File['/a'] }\n}";
    let (status, data, text) = Repo::new(site).check(&[]);
    assert_eq!(status, 2, "{text}");
    let finding =
        data["findings"].as_array().unwrap().iter().find(|it| it["code"] == "check::dependency-cycle");
    assert!(
        finding.unwrap()["message"].as_str().unwrap().contains("File[/a] => File[/b] => File[/a]"),
        "{text}"
    );
}
