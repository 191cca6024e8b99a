//! Compiling a fleet: the same bytes whatever `--jobs` is, and nothing written that is not the node's last word.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing"
)]

mod common;

use std::{collections::BTreeMap, fs, path::Path};

fn catalogs(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let read = |entry: fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

#[test]
fn the_bytes_are_the_same_whatever_the_number_of_threads() {
    let repo = common::project("fixtures/control-repo");
    let run = |jobs: &str| {
        let out = tempfile::tempdir().unwrap();
        let mut command = common::migrate();
        command.arg("compile").arg(&repo).arg("--out").arg(out.path()).args(["--jobs", jobs]);
        for (flag, folder) in
            [("--facts", "facts"), ("--enc", "enc"), ("--trusted", "trusted"), ("--eyaml-keys", "keys")]
        {
            command.arg(flag).arg(repo.join(folder));
        }
        let output = common::run(&mut command);
        (catalogs(out.path()), common::stdout(&output), common::stderr(&output))
    };
    let one = run("1");
    assert!(one.0.len() > 3, "{}", one.2);
    for _ in 0..3 {
        assert_eq!(run("8"), one);
    }
}

/// Compiles a small fleet of one manifest, nodes `a` and `b`, into a folder that has an earlier catalog of `a`.
fn with_earlier(manifest: &str) -> (BTreeMap<String, String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (repo, out) = (folder.path().join("repo"), folder.path().join("out"));
    for (path, text) in [
        ("repo/manifests/site.pp", manifest),
        ("repo/facts/a.json", "{\"k\": 1}"),
        ("repo/facts/b.json", "{\"k\": 1}"),
        ("out/a.json", "{\"resources\": []}"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut command = common::migrate();
    command.arg("compile").arg(&repo).arg("--facts").arg(repo.join("facts")).arg("--out").arg(&out);
    let output = common::run(&mut command);
    (catalogs(&out), common::stderr(&output))
}

#[test]
fn a_collector_is_written_once_its_exports_have_come_to_rest() {
    let (written, said) = with_earlier(
        "node a { Notify <<| |>> }\nnode b {\n  @@notify { 'x': }\n  Notify <<| title == 'never' |>>\n}\n",
    );
    assert!(written["a.json"].contains("\"x\"") && written["b.json"].contains("catalog_uuid"), "{said}");
    assert_eq!(written.len(), 2);
}

#[test]
fn a_collector_without_a_catalog_leaves_the_earlier_one() {
    // each exports what the other lacks, so that there is no end
    let (written, said) = with_earlier(
        "Notify <<| |>>\nif defined(Notify['flag']) { notify { 'late': } } else { @@notify { 'flag': } }\n",
    );
    assert!(said.contains("compile::exports-oscillate"), "{said}");
    assert_eq!(written, BTreeMap::from([("a.json".to_owned(), "{\"resources\": []}".to_owned())]));
}
