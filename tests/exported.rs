//! Exported resources, judged by a real Puppet with a real PuppetDB: one folder a fleet below `fixtures/exported`.
//!
//! Each fleet is compiled twice: with `--exported fleet`, which needs no PuppetDB, and with `--exported puppetdb` from
//! the recorded answers of the real one. Both give what Puppet gave (`answers.json`), but for the order of resources
//! that come from a PuppetDB, which has none. `make puppetdb` asks the real ones again.

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

use common::{catalog, migrate, project, run, stderr};
use migrate::{
    catalog::catalog_json,
    compile::{CompiledNode, Exported, Fleet, Node, Options},
    diag::{Diagnostic, Severity, Sink},
    eval::Strict,
    hiera::yaml,
    inputs::{Layout, NodeSources, PuppetDb, PuppetDbSettings, Reader, Repo, node_inputs},
    source::{DiskWorld, SourceFile},
};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Puppet's messages, by a part of each, and our codes for the same.
const ISSUES: &[(&str, &str)] = &[
    ("A duplicate resource was found while collecting exported resources", "eval::exported-clash"),
    ("Could not find resource", "eval::unknown-resource"),
    ("expects a value for parameter", "eval::missing-parameter"),
    ("expects an Integer value", "eval::type-mismatch"),
    ("no parameter named", "eval::unknown-parameter"),
    ("Cannot alias", "eval::alias-clash"),
    ("on purpose", "functions::fail"),
    ("Resource type nothing_of_this_name doesn't exist", "eval::unknown-type"),
    ("Cannot transform a number to a tag", "eval::bad-query"),
    ("Cannot transform object of class", "eval::bad-query"),
    ("undefined method `downcase'", "eval::exported-clash"),
];

fn fleets() -> Vec<PathBuf> {
    let folder = project("fixtures/exported");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    found.retain(|path| path.join("answers.json").is_file());
    found.sort();
    assert!(found.len() >= 8, "fleets are missing");
    found
}

fn answers(fleet: &Path) -> BTreeMap<String, Json> {
    serde_json::from_str(&std::fs::read_to_string(fleet.join("answers.json")).unwrap()).unwrap()
}

/// Compiles all nodes of a fleet; with a recorded PuppetDB also their facts come from it where all of them are there.
fn compile(fleet: &Path, puppetdb: Option<&Path>) -> Vec<CompiledNode> {
    let world = DiskWorld::new(0);
    let rules = yaml::Rules { psych: yaml::Psych::of_puppet(7), objects: true };
    let read_yaml = |source: &Arc<SourceFile>| yaml::read(source, rules).map(|document| document.value);
    let reader = Reader { world: &world, yaml: &read_yaml, root: fleet };
    let layout = Layout { root: fleet.to_owned(), ..Layout::default() };
    let repo = Repo::open(&layout, reader, &Sink::default()).unwrap();
    let mut options = Options::of_puppet(7);
    options.strict = Some(Strict::Error);
    options.strict_variables = Some(true);
    options.exported = Exported::Fleet;
    if let Some(path) = puppetdb {
        let settings =
            PuppetDbSettings { location: path.display().to_string(), ..PuppetDbSettings::default() };
        options.puppetdb = Some(Arc::new(PuppetDb::open(&settings, reader).unwrap()));
        options.exported = Exported::PuppetDb;
    }
    // nodes that failed are not in the PuppetDB
    let all_stored = || answers(fleet).values().all(|answer| answer.get("error").is_none());
    let facts = (puppetdb.is_none() || !all_stored()).then(|| fleet.join("facts"));
    let sources = NodeSources { facts, puppetdb: options.puppetdb.clone(), ..NodeSources::default() };
    let nodes: Vec<Node> = node_inputs(&sources, reader).unwrap();
    let fleet = Fleet::open(&repo, &options, &world).unwrap();
    fleet.compile(&nodes)
}

/// Puts what came from other nodes, and what lies in it, behind all else, sorted: a PuppetDB gives no order.
fn with_foreign_last(mut catalog: Json) -> Json {
    let edges: Vec<(String, String)> = catalog["edges"].as_array().unwrap().iter().map(edge).collect();
    let mut foreign: BTreeSet<String> = BTreeSet::new();
    let resources = catalog["resources"].as_array_mut().unwrap();
    for resource in resources.iter() {
        if resource["kind"] != "unknown" && resource.get("line").is_none() && resource["type"] != "Stage" {
            foreign.insert(reference(resource));
        }
    }
    let mut before = 0;
    while foreign.len() != before {
        before = foreign.len();
        let inner =
            edges.iter().filter(|(source, _)| foreign.contains(source)).map(|(_, target)| target.clone());
        let inner: Vec<String> = inner.collect();
        foreign.extend(inner);
    }
    for relation in ["before", "notify", "require", "subscribe"] {
        let parameters =
            resources.iter_mut().filter_map(|resource| resource.get_mut("parameters")?.get_mut(relation));
        for targets in parameters.filter_map(Json::as_array_mut) {
            targets.sort_by_key(Json::to_string);
        }
    }
    resources.sort_by_cached_key(|resource| Some(reference(resource)).filter(|it| foreign.contains(it)));
    catalog
}

fn edge(edge: &Json) -> (String, String) {
    (edge["source"].as_str().unwrap().into(), edge["target"].as_str().unwrap().into())
}

fn reference(resource: &Json) -> String {
    format!("{}[{}]", resource["type"].as_str().unwrap(), resource["title"].as_str().unwrap())
}

/// Says in what our result differs from Puppet's.
fn verdict(ours: &CompiledNode, theirs: &Json) -> Option<String> {
    let said = ours.diagnostics.iter().map(Diagnostic::one_line).collect::<Vec<_>>().join("\n    ");
    match (&ours.catalog, theirs.get("error").and_then(Json::as_str)) {
        (Some(catalog), None) => {
            let ours = with_foreign_last(catalog_json(catalog));
            let found = catalog::differences(&ours, &with_foreign_last(theirs.clone()));
            (!found.is_empty())
                .then(|| found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n    "))
        }
        (None, None) => Some(format!("not compiled:\n    {said}")),
        (Some(_), Some(message)) => Some(format!("compiled, but Puppet says: {message}")),
        (None, Some(message)) => {
            let code = ISSUES.iter().find(|(part, _)| message.contains(part)).map(|(_, code)| *code);
            let Some(code) = code else {
                return Some(format!("a message without a code in the table: {message}"));
            };
            let line = theirs.get("line").and_then(Json::as_u64);
            let fits = |found: &&Diagnostic| {
                let own = found.line_column().map(|place| u64::from(place.line));
                found.severity() == Severity::Error
                    && found.code().name == code
                    && line.is_none_or(|it| own == Some(it))
            };
            let agrees = ours.diagnostics.iter().any(|found| fits(&found));
            (!agrees)
                .then(|| format!("Puppet says `{message}`, line {line:?}, that is `{code}`:\n    {said}"))
        }
    }
}

/// Compares all fleets; `FLEET` and `NODE` in the environment pick some.
fn judge(with_puppetdb: bool) {
    let only = |name: &str| std::env::var(name).unwrap_or_default();
    let (mut nodes, mut failed) = (0, 0);
    for fleet in fleets() {
        let name = fleet.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(&only("FLEET")) {
            continue;
        }
        let record = with_puppetdb.then(|| fleet.join("puppetdb.json"));
        let answers = answers(&fleet);
        let compiled = compile(&fleet, record.as_deref());
        assert_eq!(compiled.len(), answers.len(), "{name}: other nodes than were recorded");
        for ours in compiled.iter().filter(|node| node.certname.contains(&only("NODE"))) {
            nodes += 1;
            if let Some(why) = verdict(ours, &answers[ours.certname.as_str()]) {
                failed += 1;
                println!("{name}, {}:\n    {why}", ours.certname);
            }
        }
    }
    println!("{} of {nodes} nodes agree", nodes - failed);
    assert!(failed == 0, "{failed} of {nodes} nodes differ from the real Puppet with a real PuppetDB");
}

#[test]
fn a_fleet_is_compiled_as_with_a_puppetdb() {
    judge(false);
}

#[test]
fn recorded_answers_of_a_puppetdb_give_its_catalogs() {
    judge(true);
}

#[test]
fn the_bytes_are_the_same_whatever_the_number_of_jobs() {
    let fleet = project("fixtures/exported/chain");
    let compile = |jobs: &str| {
        let out = tempfile::tempdir().unwrap();
        let said = run(migrate()
            .args(["compile", "--puppet-version", "7", "--jobs", jobs])
            .arg(&fleet)
            .arg("--facts")
            .arg(fleet.join("facts"))
            .arg("--out")
            .arg(out.path()));
        assert!(said.status.success(), "{}", stderr(&said));
        let names = std::fs::read_dir(out.path()).unwrap().map(|it| it.unwrap().file_name());
        names
            .map(|name| (name.clone(), std::fs::read(out.path().join(name)).unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let one = compile("1");
    assert_eq!(one.len(), 5);
    assert!(one == compile("4"));
}

#[test]
fn a_chosen_node_collects_from_the_whole_fleet() {
    let fleet = project("fixtures/exported/known-hosts");
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("log.example.net.json");
    let compile = |exported: &str| {
        let said = run(migrate()
            .args(["compile", "--node", "log.example.net", "--exported", exported])
            .arg(&fleet)
            .arg("--facts")
            .arg(fleet.join("facts"))
            .arg("--out")
            .arg(out.path()));
        assert!(said.status.success(), "{}", stderr(&said));
        let catalog: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let keys =
            catalog["resources"].as_array().unwrap().iter().filter(|it| it["type"] == "Sshkey").count();
        assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 1);
        keys
    };
    assert_eq!((compile("fleet"), compile("none")), (3, 0));
}

#[test]
fn exports_that_never_rest_are_told_with_their_names() {
    let compiled = compile(&project("fixtures/exported/oscillates"), None);
    for node in &compiled {
        assert!(node.catalog.is_none(), "{}", node.certname);
        let last = node.diagnostics.last().unwrap();
        assert_eq!(last.code().name, "compile::exports-oscillate");
        assert!(last.message().contains("`Ping[ping]` of one"), "{}", last.message());
    }
}

#[test]
fn nodes_that_collect_say_whose_exports_are_missing() {
    let compiled = compile(&project("fixtures/exported/errors"), None);
    let node = |name: &str| compiled.iter().find(|node| node.certname == name).unwrap();
    let collects = node("collects_failed");
    assert!(collects.catalog.is_some());
    let warning =
        collects.diagnostics.iter().find(|it| it.code().name == "compile::collected-incomplete").unwrap();
    assert_eq!(warning.severity(), Severity::Warning);
    assert!(node("single").diagnostics.is_empty(), "it collects nothing");
}

#[test]
fn a_question_that_was_not_recorded_is_an_error() {
    let fleet = project("fixtures/exported/known-hosts");
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("answers.json");
    std::fs::write(&record, "{\"schema\": \"migrate/puppetdb/v1\", \"answers\": []}").unwrap();
    let said = run(migrate()
        .args(["compile", "--exported", "puppetdb", "--format", "summary", "--puppetdb"])
        .arg(&record)
        .arg(&fleet)
        .arg("--facts")
        .arg(fleet.join("facts")));
    assert_eq!(said.status.code(), Some(1));
    assert!(stderr(&said).contains("inputs::puppetdb-not-recorded"), "{}", stderr(&said));
}

/// Asks the real ones again; `RECORD=1` keeps the answers.
#[test]
#[ignore = "starts a PuppetDB, which takes minutes: `make puppetdb`"]
fn the_real_puppet_with_a_real_puppetdb_agrees() {
    let out = tempfile::tempdir().unwrap();
    let said = run(std::process::Command::new("ruby")
        .args(["-W0", "tests/oracle/puppetdb/record.rb", "--fleets", "fixtures/exported", "--migrate"])
        .arg(env!("CARGO_BIN_EXE_migrate"))
        .arg("--out")
        .arg(out.path())
        .current_dir(project("")));
    assert!(said.status.success(), "{}\n{}", common::stdout(&said), stderr(&said));
    let mut differences = Vec::new();
    for fleet in fleets() {
        let name = fleet.file_name().unwrap();
        let live = out.path().join(name);
        if std::env::var("RECORD").is_ok() {
            for file in ["answers.json", "puppetdb.json"] {
                std::fs::copy(live.join(file), fleet.join(file)).unwrap();
            }
        }
        let (theirs, recorded) = (answers(&live), answers(&fleet));
        for (certname, theirs) in &theirs {
            differences.extend(between(&live.join("ours"), certname, theirs));
            let same = |catalog: &Json| with_foreign_last(catalog.clone());
            let is_recorded = match (theirs.get("error"), recorded[certname].get("error")) {
                (None, None) => catalog::differences(&same(theirs), &same(&recorded[certname])).is_empty(),
                (live, recorded) => live == recorded,
            };
            if !is_recorded {
                differences.push(format!("{certname}: the recorded answer is another one"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Compares a catalog that was compiled against the live server.
fn between(ours: &Path, certname: &str, theirs: &Json) -> Vec<String> {
    let ours = std::fs::read_to_string(ours.join(format!("{certname}.json"))).ok();
    let ours: Option<Json> = ours.map(|text| serde_json::from_str(&text).unwrap());
    match (ours, theirs.get("error")) {
        (None, Some(_)) => Vec::new(),
        (Some(ours), None) => {
            let found = catalog::differences(&with_foreign_last(ours), &with_foreign_last(theirs.clone()));
            found.iter().map(|it| format!("{certname}: {it}")).collect()
        }
        (ours, error) => vec![format!("{certname}: compiled: {}, Puppet's error: {error:?}", ours.is_some())],
    }
}

#[test]
fn the_fleets_are_small() {
    let size = |path: PathBuf| std::fs::metadata(path).map_or(0, |it| it.len());
    let total: u64 =
        fleets().iter().map(|it| size(it.join("answers.json")) + size(it.join("puppetdb.json"))).sum();
    assert!(total < 1_500_000, "{total} bytes of recorded answers");
}
