//! Judge of `Catalog::agent_graph`: the graph an agent would use, against the real Puppet's, recorded and live.
//!
//! `fixtures/graph/cases/` has one small manifest a rule; the nodes of both control repos are compared too. Relations
//! between resources must be the same, and the edges between the ends of containers, and what is printed of cycles.

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
    catalog::{Catalog, Cause, ResourceRef},
    compile::{Fleet, Options},
    diag::Sink,
    eval::Strict,
    hiera::yaml,
    inputs::{Layout, NodeSources, Reader, Repo, node_inputs},
    source::{DiskWorld, SourceFile},
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

const MODULES: &str = "/usr/share/puppet/modules";

/// Where catalogs come from.
struct Input {
    root: PathBuf,
    manifest: Option<PathBuf>,
    strict: bool,
    facts: PathBuf,
}

/// Compiles every node of an input, by certname.
fn compile(input: &Input) -> BTreeMap<String, Catalog> {
    let world = DiskWorld::new(1_700_000_000);
    let rules = yaml::Rules { psych: yaml::Psych::of_puppet(7), objects: true };
    let read_yaml = |source: &Arc<SourceFile>| yaml::read(source, rules).map(|document| document.value);
    let reader = Reader { world: &world, yaml: &read_yaml, root: &input.root };
    let layout = Layout {
        root: input.root.clone(),
        manifest: input.manifest.clone(),
        basemodulepath: Some(MODULES.into()),
        ..Layout::default()
    };
    let repo = Repo::open(&layout, reader, &Sink::default()).unwrap();
    let folder = |name: &str| Some(input.root.join(name)).filter(|path| path.is_dir());
    let sources = NodeSources {
        facts: Some(input.facts.clone()),
        enc: folder("enc"),
        trusted: folder("trusted"),
        ..NodeSources::default()
    };
    let nodes = node_inputs(&sources, reader).unwrap();
    let mut options = Options::of_puppet(7);
    options.strict = Some(if input.strict { Strict::Error } else { Strict::Warning });
    options.strict_variables = Some(input.strict);
    options.eyaml_keys = folder("keys");
    let compiled = Fleet::open(&repo, &options, &world).unwrap().compile(&nodes);
    let catalogs = compiled.into_iter().map(|node| {
        let why: Vec<String> = node.diagnostics.iter().map(|it| it.one_line()).collect();
        (node.certname.to_string(), node.catalog.unwrap_or_else(|| panic!("{}", why.join("\n"))))
    });
    catalogs.collect()
}

/// What we make of a catalog, in the form of `tests/oracle/graph.rb`.
fn ours(catalog: &Catalog) -> Json {
    let graph = catalog.agent_graph();
    let of = |wanted: Cause| {
        let found = graph.relations().filter(|(_, _, cause)| *cause == wanted);
        found.map(|(a, b, _)| json!([a.to_string(), b.to_string()])).collect::<Vec<_>>()
    };
    let containers: BTreeSet<&ResourceRef> =
        graph.edges().flat_map(|(a, b, _)| [a, b]).filter(|(_, end)| *end).map(|(it, _)| it).collect();
    let named = |(reference, end): (&ResourceRef, bool)| match (containers.contains(reference), end) {
        (false, _) => reference.to_string(),
        (true, false) => format!("Admissible_{}", container(reference)),
        (true, true) => format!("Completed_{}", container(reference)),
    };
    let edges: Vec<Json> = graph.edges().map(|(a, b, _)| json!([named(a), named(b)])).collect();
    let cycles: Vec<String> = graph.cycles().iter().map(ToString::to_string).collect();
    json!({ "declared": of(Cause::Declared), "automatic": of(Cause::Automatic), "edges": edges, "cycles": cycles })
}

/// The name of a container within the name of one of its ends: Puppet takes both for one type's name.
fn container(reference: &ResourceRef) -> String {
    let title =
        if reference.type_name == "Class" && reference.title == "main" { "Main" } else { &reference.title };
    let (first, rest) = reference.type_name.split_once("::").unwrap_or((&reference.type_name, ""));
    let separator = if rest.is_empty() { "" } else { "::" };
    format!("{}{separator}{rest}[{title}]", first.to_lowercase())
}

fn lines(edges: &Json) -> BTreeSet<String> {
    let text = |edge: &Json| format!("{} => {}", edge[0].as_str().unwrap(), edge[1].as_str().unwrap());
    edges.as_array().unwrap().iter().map(text).collect()
}

/// Compares one graph; gives what differs.
fn differences(ours: &Json, theirs: &Json) -> Vec<String> {
    if let Some(why) = theirs.get("failed") {
        return vec![format!("the real Puppet fails: {why}")];
    }
    let mut found = Vec::new();
    for key in ["declared", "automatic", "edges"] {
        let own = lines(&ours[key]);
        if theirs[key].is_object() {
            let sum = Sha256::digest(own.iter().cloned().collect::<Vec<_>>().join("\n"));
            let sum: String = sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            let brief = json!({ "count": own.len(), "sum": sum });
            if brief != theirs[key] {
                found.push(format!("{key}: {brief}, Puppet has {}", theirs[key]));
            }
            continue;
        }
        let other = lines(&theirs[key]);
        found.extend(own.difference(&other).map(|line| format!("{key}: ours alone {line}")));
        found.extend(other.difference(&own).map(|line| format!("{key}: Puppet's alone {line}")));
    }
    if ours["cycles"] != theirs["cycles"] {
        found.push(format!("cycles: {} and Puppet's {}", ours["cycles"], theirs["cycles"]));
    }
    found
}

fn compare(name: &str, ours: &BTreeMap<String, Json>, theirs: &Json) {
    let theirs = theirs.as_object().unwrap();
    let asked: Vec<&String> = theirs.keys().collect();
    assert_eq!(ours.keys().collect::<BTreeSet<_>>(), asked.into_iter().collect(), "{name}: the same graphs");
    let mut bad = Vec::new();
    let mut automatic = 0;
    for (file, answer) in theirs {
        automatic += answer["automatic"].as_array().map_or(0, Vec::len);
        bad.extend(differences(&ours[file], answer).into_iter().map(|why| format!("{file}: {why}")));
    }
    println!(
        "{name}: {} graphs with {automatic} automatic relations, {} differences",
        theirs.len(),
        bad.len()
    );
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

fn recorded(name: &str) -> Json {
    let path = common::project("fixtures/graph/answers").join(name).with_extension("json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn ask(files: &[PathBuf], module_path: &str) -> Json {
    let mut command = Command::new("ruby");
    command.arg("-W0").arg(common::project("tests/oracle/graph.rb")).args(files);
    let output = common::run(command.env("GRAPH_MODULEPATH", module_path));
    assert!(output.status.success(), "{}", common::stderr(&output));
    serde_json::from_str(&common::stdout(&output)).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn repo(path: &str, strict: bool, module_path: &str) {
    if !common::debian_modules_or_skip() {
        return;
    }
    let root = common::project(path);
    let name = root.file_name().unwrap().to_str().unwrap().to_owned();
    let input = Input { facts: root.join("facts"), root, manifest: None, strict };
    let ours = compile(&input).into_iter().map(|(node, it)| (format!("{node}.json"), ours(&it))).collect();
    compare(&name, &ours, &recorded(&name));
    if common::puppet_or_skip() {
        let catalogs = files(&common::project("fixtures/catalogs").join(&name));
        let folders = module_path.split(':').map(|folder| input.root.join(folder).display().to_string());
        compare(&format!("{name} (live)"), &ours, &ask(&catalogs, &folders.collect::<Vec<_>>().join(":")));
    }
}

#[test]
fn graphs_of_the_control_repo_are_puppets() {
    repo("fixtures/control-repo", true, "modules:site");
}

#[test]
fn graphs_of_nodes_with_debians_modules_are_puppets() {
    repo("tests/debian-repo", false, "modules:site");
}

#[test]
fn graphs_and_cycles_of_small_cases_are_puppets() {
    if !common::debian_modules_or_skip() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts");
    std::fs::create_dir(&facts).unwrap();
    std::fs::write(facts.join("node1.example.net.json"), r#"{"kernel": "Linux"}"#).unwrap();
    let cases = files(&common::project("fixtures/graph/cases"));
    let graph = |case: &PathBuf| {
        let input = Input {
            root: folder.path().into(),
            manifest: Some(case.clone()),
            strict: false,
            facts: facts.clone(),
        };
        let catalogs = compile(&input);
        (case.file_name().unwrap().to_str().unwrap().to_owned(), ours(&catalogs["node1.example.net"]))
    };
    let ours: BTreeMap<String, Json> = cases.iter().map(graph).collect();
    compare("small cases", &ours, &recorded("cases"));
    if common::puppet_or_skip() {
        compare("small cases (live)", &ours, &ask(&cases, ""));
    }
}
