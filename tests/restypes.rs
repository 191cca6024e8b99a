//! Judge of the reading of resource types: what our scan sees in the Ruby of Debian's modules, against what the real
//! Puppet knows once it has run it. `data/restypes.json` is its recorded answer.
//!
//! `cargo test --test restypes -- --nocapture` prints the figures and what is only partly read.

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
    eval::{Environment, EnvironmentPaths},
    restypes::{self, TypeFacts},
    source::DiskWorld,
};
use serde_json::Value as Json;
use std::{collections::BTreeSet, path::PathBuf, process::Command};

const MODULES: &str = "/usr/share/puppet/modules";

/// The types of Debian's modules with their module, by the files that make them.
fn types() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for module in names(MODULES) {
        for file in names(&format!("{MODULES}/{module}/lib/puppet/type")) {
            if let Some(name) = file.strip_suffix(".rb") {
                found.push((module.clone(), name.to_owned()));
            }
        }
    }
    found
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn set(list: &[impl AsRef<str>]) -> BTreeSet<String> {
    list.iter().map(|it| it.as_ref().to_owned()).collect()
}

fn relations(facts: &TypeFacts) -> BTreeSet<String> {
    facts.auto.iter().map(|it| format!("{} {}", it.kind.as_str(), it.target)).collect()
}

/// Returns what differs between what we read and what Puppet knows.
fn differences(ours: &TypeFacts, theirs: &TypeFacts) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, ours: BTreeSet<String>, theirs: BTreeSet<String>| {
        if ours != theirs {
            found.push(format!("{what}: {ours:?}, Puppet {theirs:?}"));
        }
    };
    compare("properties", set(&ours.properties), set(&theirs.properties));
    compare("parameters", set(&ours.parameters), set(&theirs.parameters));
    compare("namevars", set(&ours.namevars), set(&theirs.namevars));
    compare("relations", relations(ours), relations(theirs));
    if ours.titles.shown() != theirs.titles.shown() {
        found.push(format!("titles: {:?}, Puppet {:?}", ours.titles.shown(), theirs.titles.shown()));
    }
    if ours.isomorphic != theirs.isomorphic {
        found.push(format!("isomorphic: {}, Puppet {}", ours.isomorphic, theirs.isomorphic));
    }
    found
}

#[test]
fn types_of_debians_modules_are_read_as_puppet_knows_them() {
    if !common::debian_modules_or_skip() {
        return;
    }
    let world = DiskWorld::new(0);
    let root = PathBuf::from("/nonexistent");
    let paths = EnvironmentPaths { root, module_path: vec![MODULES.into()], ..EnvironmentPaths::default() };
    let environment = Environment::open(paths, &world).unwrap();
    let (mut same, mut rules, mut unread) = (0, 0, 0);
    let (mut partly, mut bad) = (Vec::new(), Vec::new());
    let all = types();
    for (module, name) in &all {
        let ours = environment.resource_type(name, &world).unwrap_or_else(|why| panic!("{}", why.one_line()));
        let ours = ours.unwrap_or_else(|| panic!("{module}/{name} is not found"));
        partly.extend(ours.partly.as_ref().map(|it| format!("{module}/{name}: {}", it.why)));
        let known = ours.auto.iter().filter(|it| it.rule.is_some()).count();
        rules += known;
        unread += ours.auto.len() - known;
        let theirs = restypes::find(name).unwrap_or_else(|| panic!("{name} is not recorded"));
        match differences(&ours, theirs).as_slice() {
            [] => same += 1,
            found => bad.push(format!("{module}/{name}: {}", found.join("; "))),
        }
    }
    println!(
        "{} types of Debian's modules: {same} the same as Puppet's, {} only partly read",
        all.len(),
        partly.len()
    );
    println!("{} automatic relations: {rules} read as rules, {unread} not", rules + unread);
    assert!(partly.is_empty(), "{}", partly.join("\n"));
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(all.len() > 200 && rules * 5 > (rules + unread) * 4);
}

#[test]
fn the_recorded_types_are_puppets() {
    if !(common::debian_modules_or_skip() && common::puppet_or_skip()) {
        return;
    }
    let output =
        common::run(Command::new("ruby").arg("-W0").arg(common::project("tests/oracle/restypes.rb")));
    let live: Json = serde_json::from_str(&common::stdout(&output)).unwrap();
    let recorded = std::fs::read_to_string(common::project("data/restypes.json")).unwrap();
    let recorded: Json = serde_json::from_str(&recorded).unwrap();
    let live = live["types"].as_object().unwrap();
    let wrong: Vec<&String> =
        live.iter().filter(|(name, it)| recorded["types"][*name] != **it).map(|it| it.0).collect();
    println!("{} types recorded, {} asked again", recorded["types"].as_object().unwrap().len(), live.len());
    assert!(wrong.is_empty(), "recorded otherwise: {wrong:?}");
}
