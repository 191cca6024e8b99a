//! Judge of `compile`: our catalogs against the real Puppet's, recorded and live.
//!
//! `cargo test --test catalogs -- --nocapture` prints a line a node and the first differences of each;
//! `DIFFERENCES=200` prints more of them, `NODE=web01` looks at the nodes whose name contains this only.

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

use std::path::{Path, PathBuf};

use common::catalog::{self, Difference};

/// A control repo with what it takes to compile it as its answers were recorded.
struct Repo {
    path: PathBuf,
    recorded: PathBuf,
    strict: [&'static str; 2],
}

impl Repo {
    fn control() -> Self {
        Self::new("fixtures/control-repo", "control-repo", ["error", "true"])
    }

    fn debian() -> Self {
        Self::new("tests/debian-repo", "debian-repo", ["warning", "false"])
    }

    fn new(path: &str, name: &str, strict: [&'static str; 2]) -> Self {
        let recorded = common::project("fixtures/catalogs").join(name);
        Self { path: common::project(path), recorded, strict }
    }

    /// Compiles every node with our program as this Puppet would; what it said about those it could not do.
    fn compile(&self, out: &Path, version: u8) -> String {
        let mut command = common::migrate();
        command.arg("compile").arg(&self.path).arg("--out").arg(out);
        for (flag, folder) in
            [("--facts", "facts"), ("--enc", "enc"), ("--trusted", "trusted"), ("--eyaml-keys", "keys")]
        {
            let folder = self.path.join(folder);
            if folder.is_dir() {
                command.arg(flag).arg(folder);
            }
        }
        command.args(["--exported", "none", "--puppet-version", &version.to_string()]);
        command.args(["--strict", self.strict[0]]);
        command.arg(format!("--strict-variables={}", self.strict[1]));
        common::stderr(&common::run(&mut command))
    }

    /// Compiles every node with the real Puppet of this version.
    fn ask(&self, out: &Path, version: u8) {
        let mut command = common::ruby(version);
        command.arg("-W0").arg(common::project("tests/oracle/catalog.rb"));
        command.arg("--repo").arg(&self.path).arg("--out").arg(out);
        command.args(["--strict", self.strict[0], "--strict-variables", self.strict[1]]);
        let output = common::run(&mut command);
        assert!(output.status.success(), "{}{}", common::stdout(&output), common::stderr(&output));
    }

    /// How each node of `theirs` compares with ours.
    fn compare(&self, ours: &Path, theirs: &Path) -> Vec<(String, Verdict)> {
        let only = std::env::var("NODE").unwrap_or_default();
        let nodes = answers(theirs).into_iter().filter(|node| node.contains(&only));
        nodes.map(|node| (node.clone(), self.verdict(&node, ours, theirs))).collect()
    }

    fn verdict(&self, node: &str, ours: &Path, theirs: &Path) -> Verdict {
        let file = format!("{node}.json");
        if !ours.join(&file).is_file() {
            return Verdict::NotCompiled;
        }
        let ours = catalog::read(&ours.join(&file), &self.path);
        let theirs = catalog::read(&theirs.join(&file), &self.path);
        match catalog::differences(&ours, &theirs) {
            found if found.is_empty() => Verdict::Identical,
            found => Verdict::Different(found),
        }
    }
}

enum Verdict {
    Identical,
    Different(Vec<Difference>),
    NotCompiled,
}

fn answers(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut nodes: Vec<String> = names.filter_map(|n| n.strip_suffix(".json").map(str::to_owned)).collect();
    nodes.sort();
    assert!(!nodes.is_empty(), "no answers in {}", folder.display());
    nodes
}

/// Prints the table and returns the names of the nodes that are not identical.
fn report(verdicts: &[(String, Verdict)], said: &str) -> Vec<String> {
    let limit = std::env::var("DIFFERENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(8);
    for (node, verdict) in verdicts {
        match verdict {
            Verdict::Identical => println!("  identical     {node}"),
            Verdict::NotCompiled => println!("  not compiled  {node}"),
            Verdict::Different(found) => {
                println!("  {:4} differ   {node}", found.len());
                found.iter().take(limit).for_each(|difference| println!("    {difference}"));
            }
        }
    }
    let bad: Vec<String> = verdicts
        .iter()
        .filter(|(_, verdict)| !matches!(verdict, Verdict::Identical))
        .map(|(node, _)| node.clone())
        .collect();
    println!("{} of {} nodes identical", verdicts.len() - bad.len(), verdicts.len());
    if !bad.is_empty() {
        println!("{said}");
    }
    bad
}

/// The recorded answers are those of both versions.
const VERSIONS: [u8; 2] = [7, 8];

fn compiles_as_recorded(repo: &Repo) {
    for version in VERSIONS {
        let ours = tempfile::tempdir().unwrap();
        let said = repo.compile(ours.path(), version);
        println!("as Puppet {version}:");
        let bad = report(&repo.compare(ours.path(), &repo.recorded), &said);
        assert!(bad.is_empty(), "not identical to Puppet {version}: {bad:?}");
    }
}

#[test]
fn the_control_repo_compiles_as_recorded() {
    compiles_as_recorded(&Repo::control());
}

/// One node for each of ten modules of Debian's packages, and one with several of them.
#[test]
fn modules_of_others_compile_as_recorded() {
    if common::debian_modules_or_skip() {
        compiles_as_recorded(&Repo::debian());
    }
}

fn records_are_what_puppet_says(version: u8) {
    for repo in [Repo::control(), Repo::debian()] {
        let fresh = tempfile::tempdir().unwrap();
        repo.ask(fresh.path(), version);
        assert_eq!(
            answers(fresh.path()),
            answers(&repo.recorded),
            "the recorded nodes are not the repo's nodes"
        );
        let bad = report(&repo.compare(fresh.path(), &repo.recorded), "run `make record`");
        assert!(bad.is_empty(), "the recorded answers are not those of Puppet {version}: {bad:?}");
    }
}

#[test]
fn the_recorded_answers_are_those_of_puppet_7() {
    if common::puppet_or_skip() && common::debian_modules_or_skip() {
        records_are_what_puppet_says(7);
    }
}

#[test]
fn the_recorded_answers_are_those_of_puppet_8() {
    if common::puppet_8_or_skip() && common::debian_modules_or_skip() {
        records_are_what_puppet_says(8);
    }
}

#[test]
fn the_normaliser_sees_every_kind_of_difference() {
    let path = Repo::control().recorded.join("web01.example.net.json");
    let theirs = catalog::read(&path, Path::new("/nowhere"));
    assert_eq!(catalog::differences(&theirs, &theirs), []);
    type Change = fn(&mut serde_json::Value);
    let changes: [(&str, Change); 8] = [
        ("order", |c| c["resources"].as_array_mut().unwrap().swap(10, 20)),
        ("resource", |c| drop(c["resources"].as_array_mut().unwrap().remove(30))),
        ("message", |c| changed(c, "Notify", "parameters", |r| r["parameters"]["message"] = "x".into())),
        ("(line)", |c| changed(c, "Notify", "line", |r| r["line"] = 1.into())),
        ("(file)", |c| changed(c, "Notify", "file", |r| r["file"] = "x".into())),
        ("(exported)", |c| {
            changed(c, "Sshkey", "exported", |r| r["exported"] = (r["exported"] == false).into())
        }),
        ("(only on one side)", |c| drop(c["edges"].as_array_mut().unwrap().pop())),
        ("order", |c| c["classes"].as_array_mut().unwrap().swap(0, 1)),
    ];
    for (what, change) in changes {
        let mut ours = theirs.clone();
        change(&mut ours);
        let found = catalog::differences(&ours, &theirs);
        assert!(found.iter().any(|d| d.what == what || d.subject == what), "{what}: {found:?}");
    }
}

fn changed(catalog: &mut serde_json::Value, kind: &str, key: &str, change: fn(&mut serde_json::Value)) {
    let resources = catalog["resources"].as_array_mut().unwrap();
    let resource = resources.iter_mut().find(|r| r["type"] == kind && r.get(key).is_some()).unwrap();
    change(resource);
}
