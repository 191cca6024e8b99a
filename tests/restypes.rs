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
use std::{collections::BTreeSet, path::PathBuf, process::Command, sync::Arc};

const MODULES: &str = "/usr/share/puppet/modules";

/// The types of the modules in a folder with their module, by the files that make them.
fn types(modules: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for module in names(modules) {
        for file in names(&format!("{modules}/{module}/lib/puppet/type")) {
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

/// What reading the types of a folder of modules gave.
#[derive(Default)]
struct Figures {
    types: usize,
    same: usize,
    rules: usize,
    unread: usize,
    partly: Vec<String>,
    bad: Vec<String>,
}

/// Reads every type in a folder of modules and compares it with what Puppet knows.
fn judge(modules: &str, known: impl Fn(&str) -> Option<Arc<TypeFacts>>) -> Figures {
    let world = DiskWorld::new(0);
    let root = PathBuf::from("/nonexistent");
    let paths = EnvironmentPaths { root, module_path: vec![modules.into()], ..EnvironmentPaths::default() };
    let environment = Environment::open(paths, &world).unwrap();
    let mut figures = Figures::default();
    for (module, name) in types(modules) {
        figures.types += 1;
        let id = format!("{module}/{name}");
        let ours = match environment.resource_type(&name, &world) {
            Ok(Some(ours)) => ours,
            Ok(None) => {
                figures.bad.push(format!("{id} is not found"));
                continue;
            }
            Err(why) => {
                figures.bad.push(format!("{id}: {}", why.one_line()));
                continue;
            }
        };
        figures.partly.extend(ours.partly.as_ref().map(|it| format!("{id}: {}", it.why)));
        let rules = ours.auto.iter().filter(|it| it.rule.is_some()).count();
        figures.rules += rules;
        figures.unread += ours.auto.len() - rules;
        let Some(theirs) = known(&name) else {
            figures.bad.push(format!("{id}: Puppet cannot load it"));
            continue;
        };
        match differences(&ours, &theirs).as_slice() {
            [] => figures.same += 1,
            found => figures.bad.push(format!("{id}: {}", found.join("; "))),
        }
    }
    let Figures { types, same, rules, unread, partly, .. } = &figures;
    println!("{types} types in {modules}: {same} the same as Puppet's, {} only partly read", partly.len());
    println!("{} automatic relations: {rules} read as rules, {unread} not", rules + unread);
    figures
}

#[test]
fn types_of_debians_modules_are_read_as_puppet_knows_them() {
    if !common::debian_modules_or_skip() {
        return;
    }
    let found = judge(MODULES, |name| restypes::find(name).cloned());
    assert!(found.partly.is_empty(), "{}", found.partly.join("\n"));
    assert!(found.bad.is_empty(), "{}", found.bad.join("\n"));
    assert!(found.types > 200 && found.rules * 5 > (found.rules + found.unread) * 4);
}

/// `RESTYPES_MODULEPATH=DIR` gives other modules to try. The installed Puppet is asked about them, or its answer is in
/// the file `RESTYPES_ANSWER`: only Puppet 8 brings the Resource API.
#[test]
fn types_of_the_given_modules_are_read_as_puppet_knows_them() {
    let Ok(modules) = std::env::var("RESTYPES_MODULEPATH") else { return };
    let answer = match std::env::var("RESTYPES_ANSWER") {
        Ok(file) => std::fs::read_to_string(file).unwrap(),
        Err(_) => {
            let script = common::project("tests/oracle/restypes.rb");
            let output = common::run(Command::new("ruby").arg("-W0").arg(script));
            println!("{}", common::stderr(&output));
            common::stdout(&output)
        }
    };
    let known = restypes::recorded_types(&answer);
    let found = judge(&modules, |name| known.get(name).cloned());
    println!("{}", found.partly.join("\n"));
    assert!(found.bad.is_empty(), "{}", found.bad.join("\n"));
}

#[test]
fn the_recorded_types_are_puppets() {
    if !(common::debian_modules_or_skip() && common::puppet_or_skip()) {
        return;
    }
    let mut command = Command::new("ruby");
    command.arg("-W0").arg(common::project("tests/oracle/restypes.rb")).env_remove("RESTYPES_MODULEPATH");
    let output = common::run(&mut command);
    let live: Json = serde_json::from_str(&common::stdout(&output)).unwrap();
    let recorded = std::fs::read_to_string(common::project("data/restypes.json")).unwrap();
    let recorded: Json = serde_json::from_str(&recorded).unwrap();
    let live = live["types"].as_object().unwrap();
    let wrong: Vec<&String> =
        live.iter().filter(|(name, it)| recorded["types"][*name] != **it).map(|it| it.0).collect();
    println!("{} types recorded, {} asked again", recorded["types"].as_object().unwrap().len(), live.len());
    assert!(wrong.is_empty(), "recorded otherwise: {wrong:?}");
}
