//! Compiling a fleet: the same bytes whatever `--jobs` is.

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
