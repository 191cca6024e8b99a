//! Bad input, by way of the binary: each a clear error with its place and the right exit status, nothing
//! half-written, and nothing of the user's overwritten.
//!
//! Every case has a node `bad.example.net` that cannot be compiled and a node `good.example.net` that can: the
//! first must not take the second down with it.

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

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const FACTS: &str = "networking: {fqdn: x.example.net, hostname: x}\nos: {family: Debian, name: Debian}\n";

/// A control repo made for one case.
struct Site {
    folder: TempDir,
}

impl Site {
    /// A repo in which the bad node has this code.
    fn new(bad: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        site.file("environment.conf", "modulepath = modules\n");
        let nodes = "node 'good.example.net' { notify { 'fine': } }\nnode 'bad.example.net' {\n";
        site.file("manifests/site.pp", format!("{nodes}{bad}\n}}\n"));
        site.file("facts/good.example.net.yaml", FACTS);
        site.file("facts/bad.example.net.yaml", FACTS);
        site
    }

    fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, command: &str, out: &Path) -> Output {
        let mut migrate = common::migrate();
        migrate.arg(command).arg(self.path()).arg("--facts").arg(self.path().join("facts"));
        common::run(migrate.arg("--out").arg(out))
    }

    /// Compiles; the bad node must fail with all of `expected` in what is said, the good one must be written.
    fn refused(&self, expected: &[&str]) {
        let out = tempfile::tempdir().unwrap();
        let output = self.run("compile", out.path());
        let said = common::stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        for text in expected {
            assert!(said.contains(text), "`{text}` is not in:\n{said}");
        }
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(names(out.path()), ["good.example.net.json"], "{said}");
        self.real_puppet_refuses_too();
    }

    fn real_puppet_refuses_too(&self) {
        if !common::puppet_or_skip() {
            return;
        }
        let out = tempfile::tempdir().unwrap();
        let mut ruby = Command::new("ruby");
        ruby.arg("-W0").arg(common::project("tests/oracle/catalog.rb"));
        let output = common::run(ruby.arg("--repo").arg(self.path()).arg("--out").arg(out.path()));
        assert_eq!(names(out.path()), ["good.example.net.json"], "{}", common::stdout(&output));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_manifest_that_is_not_utf8() {
    let site = Site::new("include latin");
    site.file("modules/latin/manifests/init.pp", b"class latin {\n  # caf\xe9\n  notify { 'x': }\n}\n");
    site.refused(&["modules/latin/manifests/init.pp", "UTF-8"]);
}

#[test]
fn a_class_that_inherits_itself() {
    let site = Site::new("include ring::a");
    site.file("modules/ring/manifests/a.pp", "class ring::a inherits ring::b { }\n");
    site.file("modules/ring/manifests/b.pp", "class ring::b inherits ring::a { }\n");
    site.refused(&["ring::a", "ring::b", "modules/ring/manifests/"]);
}

#[test]
fn a_missing_module() {
    Site::new("  include nginx::server").refused(&["nginx", "r10k", "g10k", "site.pp:3"]);
}

#[test]
fn a_yaml_error_in_hiera_data() {
    let site = Site::new("  notify { lookup('message'): }");
    let levels = "hierarchy:\n  - name: one\n    path: \"%{trusted.hostname}.yaml\"\n";
    site.file("hiera.yaml", format!("version: 5\n{levels}"));
    site.file("data/good.yaml", "message: fine\n");
    site.file("data/bad.yaml", "---\nother: 1\nmessage: 'never closed\n");
    site.refused(&["data/bad.yaml:3"]);
}

#[test]
fn a_facts_file_without_values() {
    let site = Site::new("");
    site.file("facts/bad.example.net.yaml", "name: bad.example.net\ntimestamp: '2024-01-01'\nvalues:\n");
    let out = tempfile::tempdir().unwrap();
    let output = site.run("compile", out.path());
    let said = common::stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("facts/bad.example.net.yaml"), "{said}");
    assert!(!names(out.path()).contains(&"bad.example.net.json".to_owned()), "{said}");
}

#[test]
fn an_unknown_function() {
    Site::new("  $x = shout('hi')").refused(&["shout", "site.pp:3"]);
}

#[test]
fn an_embedded_puppet_template_that_fails() {
    let site = Site::new("  notify { epp('broken/x.epp'): }");
    site.file("modules/broken/templates/x.epp", "one\ntwo <%= $facts['os'] + 1 %>\n");
    site.refused(&["broken/templates/x.epp:2"]);
}

#[test]
fn an_embedded_ruby_template_that_fails() {
    let site = Site::new("  notify { template('broken/x.erb'): }");
    site.file("modules/broken/templates/x.erb", "one\ntwo\n<%= @missing.each { |x| x } %>\n");
    site.refused(&["broken/templates/x.erb", "3"]);
}

#[test]
fn a_relationship_to_nothing() {
    let site = Site::new("  notify { 'a': require => File['/etc/nothing'] }");
    site.refused(&["File[/etc/nothing]", "site.pp:3"]);
}

#[test]
fn a_manifest_with_several_errors() {
    let site = Site::new("  include many");
    site.file("modules/many/manifests/init.pp", "class many {\n  $a = \n  $b = [1, 2\n}\n");
    site.refused(&["modules/many/manifests/init.pp"]);
}

// ------------------------------------------------------------------ what is there already

/// A folder of the user's own, with what it held.
fn taken() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("flake.nix"), "{ mine = true; }\n").unwrap();
    std::fs::create_dir(folder.path().join("hosts")).unwrap();
    std::fs::write(folder.path().join("hosts/good.nix"), "mine").unwrap();
    folder
}

#[test]
fn an_output_folder_that_is_not_ours_is_left_alone() {
    let out = taken();
    let output = Site::new("").run("convert", out.path());
    let said = common::stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&out.path().display().to_string()), "{said}");
    assert_eq!(names(out.path()), ["flake.nix", "hosts"]);
    assert_eq!(names(&out.path().join("hosts")), ["good.nix"]);
    assert_eq!(std::fs::read_to_string(out.path().join("flake.nix")).unwrap(), "{ mine = true; }\n");
}

#[test]
fn a_converted_folder_is_converted_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let site = Site::new("  notify { 'also fine': }");
    for _ in 0..2 {
        let output = site.run("convert", &out);
        assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    }
    assert!(names(&out).contains(&"flake.nix".to_owned()));
}

#[test]
fn a_repo_that_is_not_there() {
    let mut migrate = common::migrate();
    let output = common::run(migrate.args(["compile", "/nowhere/at/all", "--facts", "/nowhere/facts"]));
    assert_eq!(output.status.code(), Some(1), "{}", common::stderr(&output));
    assert!(common::stderr(&output).contains("/nowhere"));
}

#[test]
fn a_flag_that_is_not_known_is_a_usage_error() {
    let output = common::run(common::migrate().args(["compile", "--no-such-flag"]));
    assert_eq!(output.status.code(), Some(64), "{}", common::stderr(&output));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let script = format!("{} --help | true", env!("CARGO_BIN_EXE_migrate"));
    let output = common::run(Command::new("sh").args(["-c", &script]));
    assert_eq!(common::stderr(&output), "");
}
