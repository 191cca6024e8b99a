//! `migrate convert` and `migrate explain` as a user runs them on the fixture's six nodes.

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
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn migrate(words: &[&str]) -> Command {
    let repo = common::project("fixtures/control-repo");
    let mut migrate = common::migrate();
    migrate.args(words).arg(&repo);
    for (flag, folder) in [("--facts", "facts"), ("--enc", "enc"), ("--trusted", "trusted")] {
        migrate.arg(flag).arg(repo.join(folder));
    }
    migrate
}

fn convert(out: &Path, flags: &[&str]) -> std::process::Output {
    common::run(migrate(&["convert"]).arg("--out").arg(out).args(flags))
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

#[test]
fn converting_again_changes_no_byte_and_check_tells_a_change_by_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let first = convert(&out, &["--jobs", "1"]);
    assert_eq!(first.status.code(), Some(0), "{}", common::stderr(&first));
    let before = tree(&out);
    for name in
        ["flake.nix", "MIGRATION.md", "report.json", "report.html", "hosts/webserver/web01.example.net.nix"]
    {
        assert!(before.contains_key(&out.join(name)), "{name} is missing");
    }
    let second = convert(&out, &["--jobs", "2"]);
    assert!(common::stdout(&second).contains("nothing to change"), "{}", common::stdout(&second));
    assert_eq!(before, tree(&out), "the same input gives the same bytes");
    assert_eq!(convert(&out, &["--check"]).status.code(), Some(0));
    let changed = convert(&out, &["--check", "--override", "timezone=UTC", "--node", "web01.example.net"]);
    assert_eq!(changed.status.code(), Some(2), "fewer hosts are another output");
    assert_eq!(before, tree(&out), "`--check` writes nothing");
}

#[test]
fn init_writes_a_settings_file_that_convert_reads_and_never_replaces_one() {
    let folder = tempfile::tempdir().unwrap();
    let init = |folder: &Path| common::run(common::migrate().args(["convert", "--init"]).current_dir(folder));
    assert_eq!(init(folder.path()).status.code(), Some(0));
    let path = folder.path().join("migrate.toml");
    let config = path.to_str().unwrap();
    let out = folder.path().join("out");
    let node = ["--node", "web01.example.net", "--config", config];
    let first = convert(&out, &node);
    assert_eq!(first.status.code(), Some(0), "{}", common::stderr(&first));
    let edited = fs::read_to_string(&path).unwrap().replace("\"24.11\"", "\"25.05\"");
    fs::write(&path, &edited).unwrap();
    assert_eq!(init(folder.path()).status.code(), Some(1), "a file that is there is left alone");
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    assert_eq!(convert(&out, &node).status.code(), Some(0));
    assert!(fs::read_to_string(out.join("flake.nix")).unwrap().contains("nixos-25.05"));
    fs::write(&path, "[target]\nnixos = \"soon\"\n").unwrap();
    let refused = convert(&out, &node);
    assert_eq!(refused.status.code(), Some(1));
    assert!(common::stderr(&refused).contains("migrate.toml:2"), "{}", common::stderr(&refused));
}

#[test]
fn the_score_table_fits_and_the_report_counts_every_leaf_once() {
    let folder = tempfile::tempdir().unwrap();
    let output = convert(&folder.path().join("out"), &[]);
    let text = common::stdout(&output);
    let table: Vec<&str> = text.lines().take(8).collect();
    assert!(table[0].contains("native") && table[7].starts_with("total"), "{text}");
    assert!(table.iter().all(|line| line.chars().count() <= 80), "{text}");
    let json = fs::read_to_string(folder.path().join("out/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["schema"], "migrate/report/v1");
    for host in report["hosts"].as_array().unwrap() {
        let leaves = host["resources"].as_array().unwrap().len() as u64;
        let classes = host["score"]["classes"].as_object().unwrap();
        let counted: u64 = classes.values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(counted, leaves, "{}", host["certname"]);
    }
}

#[test]
fn a_folder_of_someone_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let output = convert(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(common::stderr(&output).contains("emit::not-ours"), "{}", common::stderr(&output));
    assert_eq!(tree(folder.path()).len(), 1);
}

#[test]
fn explain_goes_from_the_puppet_line_and_the_hiera_key_to_the_output_line() {
    let output = common::run(migrate(&["explain", "File[/etc/motd]"]).args(["--node", "web01.example.net"]));
    let text = common::stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    for part in ["site/profile/manifests/base.pp:", "Hiera key `profile::base::message`", "data/common.yaml:"]
    {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    convert(folder.path(), &[]);
    let place = text.split("written to ").nth(1).unwrap_or_else(|| panic!("{text}"));
    let (file, line) = place.lines().next().unwrap().trim().split_once(':').unwrap();
    let line: usize = line.parse().unwrap();
    let nix = fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(nix.lines().nth(line - 1).unwrap().contains("users.motd"), "line {line}");
}

#[test]
fn explain_knows_codes_and_says_what_is_neither() {
    let known = common::run(common::migrate().args(["explain", "eval::unknown-function"]));
    assert!(common::stdout(&known).starts_with("eval::unknown-function: "));
    let unknown = common::run(common::migrate().args(["explain", "eval::no-such-code"]));
    assert_eq!(unknown.status.code(), Some(1));
}
