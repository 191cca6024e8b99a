//! Holds the shape of `src/`: folders use only folders above them, unsafe code lives in one place at most, every
//! file says what it is for, and none outgrows a reader.

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

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folders of `src/`, lowest first: each may use those before it. The pipeline is in `docs/architecture.md`.
const ORDER: &[&str] = &[
    "maps",
    "source",
    "diag",
    "value",
    "syntax",
    "restypes",
    "catalog",
    "inputs",
    "ruby",
    "hiera",
    "functions",
    "templating",
    "eval",
    "compile",
    "model",
    "options",
    "translate",
    "factor",
    "store",
    "packages",
    "emit",
    "observe",
    "diff",
    "build",
    "activate",
    "verify",
    "check",
    "report",
    "cli",
];

const LONGEST_FILE: usize = 800;

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The folder of `src/` it belongs to; `None` for `lib.rs` and `main.rs`.
    fn folder(&self) -> Option<&str> {
        let inside = self.path.strip_prefix(src()).unwrap();
        let first = inside.components().next()?.as_os_str().to_str()?;
        Some(first.trim_end_matches(".rs")).filter(|name| !["lib", "main"].contains(name))
    }

    /// The text without comments, and without its tests: these may use what they like.
    fn code(&self) -> String {
        let lines = self.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        code.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned()
    }

    fn is_test(&self) -> bool {
        self.path
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let files =
        walkdir::WalkDir::new(src()).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let all: Vec<Source> =
        rust.map(|path| Source { text: std::fs::read_to_string(&path).unwrap(), path }).collect();
    assert!(!all.is_empty(), "no source files found");
    all
}

/// The folders named by `crate::x`, `migrate::x` and `crate::{x, y::z}` in a piece of code.
fn used(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.extend(name(rest)),
        }
    }
    found
}

/// The first name of each item of a `{…}` list whose brace is already gone.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0_usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.extend(name(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.extend(name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads
}

fn name(text: &str) -> Option<String> {
    let name: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[test]
fn a_folder_uses_only_folders_above_it() {
    let rank = |folder: &str| ORDER.iter().position(|known| *known == folder);
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let Some(folder) = source.folder() else { continue };
        let Some(own) = rank(folder) else {
            wrong.push(format!("{}: the folder `{folder}` is not in the order", source.path.display()));
            continue;
        };
        let too_high = |used: &String| rank(used).is_some_and(|rank| rank > own);
        let upward = used(&source.code()).into_iter().filter(too_high);
        wrong.extend(upward.map(|used| format!("{}: `{folder}` uses `{used}`", source.path.display())));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_order_is_the_one_the_library_is_listed_in() {
    let library = std::fs::read_to_string(src().join("lib.rs")).unwrap();
    let listed: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    for folder in &listed {
        assert!(ORDER.contains(folder), "`{folder}` is not in the order");
    }
    for entry in std::fs::read_dir(src()).unwrap().map(Result::unwrap).filter(|e| e.path().is_dir()) {
        let folder = entry.file_name().into_string().unwrap();
        assert!(ORDER.contains(&folder.as_str()), "`src/{folder}` is not in the order");
    }
}

#[test]
fn unsafe_code_is_in_one_module_at_most_and_says_why() {
    let word =
        |code: &str| code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe");
    let users: Vec<Source> = sources().into_iter().filter(|source| word(&source.code())).collect();
    assert!(users.len() <= 1, "{:?}", users.iter().map(|source| &source.path).collect::<Vec<_>>());
    for source in users {
        let expected = source.text.contains("expect(unsafe_code, reason");
        assert!(expected, "{}: no `#[expect(unsafe_code, reason = …)]`", source.path.display());
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<PathBuf> =
        sources().into_iter().filter(|s| !s.text.starts_with("//! ")).map(|source| source.path).collect();
    assert!(silent.is_empty(), "these do not start with `//!`: {silent:?}");
}

#[test]
fn no_file_outgrows_a_reader() {
    let long = |source: &Source| source.text.lines().count() > LONGEST_FILE;
    let names: Vec<PathBuf> = sources().into_iter().filter(long).map(|source| source.path).collect();
    assert!(names.is_empty(), "longer than {LONGEST_FILE} lines, split them: {names:?}");
}

#[test]
fn the_reader_of_paths_sees_every_form() {
    let code =
        "use crate::{diag::{Code, Result}, source::Span, value::Value};\nfn f(x: crate::eval::Scope) {}";
    let expected: BTreeSet<String> = ["diag", "source", "value", "eval"].map(str::to_owned).into();
    assert_eq!(used(code), expected);
}
