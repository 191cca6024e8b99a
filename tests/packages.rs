//! The map of package names against the literal titles of the test repos and the list that was checked by hand.

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

use migrate::{
    packages::NameMap,
    translate::nixos::{PackageAnswer, PackageNames},
};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// The quoted titles of `package` resources in a text, without those that hold a variable.
fn titles(text: &str) -> Vec<String> {
    let text: String = text.lines().filter(|line| !line.trim_start().starts_with('#')).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    );
    let mut found = Vec::new();
    for (at, _) in text.match_indices("package") {
        let word = text[..at].chars().last().is_none_or(|it| !(it.is_alphanumeric() || "_:$".contains(it)));
        let Some(mut rest) = text[at + 7..].trim_start().strip_prefix('{').filter(|_| word) else { continue };
        loop {
            let (head, after) = match rest.trim_start().strip_prefix('[') {
                Some(list) => list.split_once(']').unwrap_or_default(),
                None => rest.split_once(':').unwrap_or_default(),
            };
            let quoted = head.split('\'').skip(1).step_by(2);
            found.extend(quoted.filter(|title| !title.contains('$')).map(str::to_owned));
            let end = after.find(['}', ';']).unwrap_or(after.len());
            match after[end..].strip_prefix(';') {
                Some(more) if more.trim_start().starts_with(['\'', '[']) => rest = more,
                _ => break,
            }
        }
    }
    found
}

fn counted(folders: &[PathBuf]) -> BTreeMap<&'static str, Vec<String>> {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let files = folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    for file in files.map(|file| file.unwrap().into_path()) {
        if file.extension().is_none_or(|extension| extension != "pp") {
            continue;
        }
        for title in titles(&String::from_utf8_lossy(&fs::read(&file).unwrap())) {
            kinds.entry(kind(&title)).or_default().push(title);
        }
    }
    kinds
}

fn kind(title: &str) -> &'static str {
    match NameMap.nixos(title) {
        Some(PackageAnswer::Attribute(..)) => "attribute",
        Some(PackageAnswer::Service(_) | PackageAnswer::Module(_)) => "module",
        Some(PackageAnswer::Base(_)) => "base",
        Some(PackageAnswer::Dropped(_)) => "dropped",
        None => "unknown",
    }
}

/// The packages that recorded catalogs of the fixtures' hosts have, whatever made their titles.
fn in_catalogs() -> Vec<String> {
    let files = walkdir::WalkDir::new(common::project("fixtures/catalogs")).sort_by_file_name();
    let files = files.into_iter().map(|file| file.unwrap().into_path());
    let catalogs = files.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    let mut found = Vec::new();
    for catalog in catalogs {
        let catalog: serde_json::Value = serde_json::from_slice(&fs::read(catalog).unwrap()).unwrap();
        let packages = catalog["resources"].as_array().unwrap().iter().filter(|it| it["type"] == "Package");
        found.extend(packages.map(|it| it["title"].as_str().unwrap().to_owned()));
    }
    found
}

#[test]
fn most_literal_titles_of_the_test_repos_are_in_nixpkgs() {
    let mut folders = vec![common::project("fixtures/control-repo"), common::project("tests/debian-repo")];

    // more repos by hand: `PACKAGE_REPOS=/path/to/modules:/other cargo test --test packages -- --nocapture`
    let more = std::env::var("PACKAGE_REPOS").unwrap_or_default();
    folders.extend(more.split(':').filter(|folder| !folder.is_empty()).map(PathBuf::from));
    let mut kinds = counted(&folders);
    for title in in_catalogs() {
        kinds.entry(kind(&title)).or_default().push(title);
    }
    let count = |kind: &str| kinds.get(kind).map_or(0, Vec::len);
    for (kind, titles) in &kinds {
        println!("{kind}: {}", titles.len());
    }
    println!("not known: {:?}", kinds.get("unknown"));
    let counted = ["attribute", "module", "base", "unknown"].map(count).iter().sum::<usize>();
    assert!(counted >= 30, "the repos have packages: {kinds:?}");
    assert!((count("attribute") + count("module") + count("base")) * 100 >= counted * 85, "{kinds:?}");
}

#[test]
fn the_list_that_was_checked_by_hand_is_what_the_map_answers() {
    let text = fs::read_to_string(common::project("docs/packages.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |"));
    let rows: Vec<(&str, &str)> = rows.filter_map(|row| row.split_once("` | `")).collect();
    assert!(rows.len() >= 100, "{} rows", rows.len());
    for (name, wanted) in rows {
        let found = match NameMap.nixos(name) {
            Some(PackageAnswer::Attribute(attribute, _)) => attribute.to_string(),
            Some(PackageAnswer::Service(module)) => format!("{module}.enable"),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(found, wanted, "{name}");
    }
}
