//! The evaluator against recorded answers of the real Puppet: one file of `fixtures/eval/` a case.
//!
//! `CASE=arrows cargo test --test eval_cases -- --nocapture` looks at the cases whose name contains this only.
//! `tests/oracle/eval_cases.rb` records the answers.

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

use common::catalog;
use migrate::{
    catalog::catalog_json,
    diag::{Diagnostic, Result, Severity},
    eval::{
        DataHost, DataSource, Datum, Environment, EnvironmentPaths, NodeRequest, Query, Strict, compile_node,
    },
    source::DiskWorld,
    syntax::PuppetVersion,
    value::Value,
};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

struct NoData;

impl DataSource for NoData {
    fn lookup(&self, _: &str, _: &Query<'_>, _: &dyn DataHost) -> Result<Option<Datum>> {
        Ok(None)
    }
}

const NODE: &str = "node1.example.net";

fn folder() -> PathBuf {
    common::project("fixtures/eval")
}

fn compile(path: &Path) -> (Option<Json>, Vec<Diagnostic>) {
    let lax = std::fs::read_to_string(path).unwrap().lines().next().unwrap_or("").contains("strict: warning");
    let strict = if lax { Strict::Warning } else { Strict::Error };
    let world = DiskWorld::new(1_700_000_000);
    let paths = EnvironmentPaths {
        name: "production".into(),
        root: folder(),
        module_path: vec![folder().join("modules")],
        manifest: Some(path.into()),
        version: PuppetVersion::V7,
        strict,
    };
    let environment = match Environment::open(paths, &world) {
        Ok(environment) => environment,
        Err(found) => return (None, found),
    };
    let facts: Json =
        serde_json::from_str(&std::fs::read_to_string(folder().join("facts.json")).unwrap()).unwrap();
    let text = |text: &str| Value::str(text);
    let server =
        [("serverversion", "7.23.0"), ("servername", "puppet.example.net"), ("serverip", "192.0.2.1")];
    let trusted = [
        ("authenticated", text("remote")),
        ("certname", text(NODE)),
        ("extensions", Value::hash([])),
        ("external", Value::hash([])),
        ("hostname", text("node1")),
        ("domain", text("example.net")),
    ];
    let request = NodeRequest {
        certname: NODE.into(),
        facts: migrate::catalog::read_value(&facts),
        trusted: Value::hash(trusted.map(|(key, value)| (text(key), value))),
        server_facts: Value::hash(server.map(|(key, value)| (text(key), text(value)))),
        puppet_version: 7,
        strict,
        strict_variables: !lax,
        exported: Some([].into()),
        record_reads: true,
        ..NodeRequest::default()
    };
    let compiled = compile_node(&environment, &request, &NoData, &world);
    (compiled.catalog.map(|catalog| catalog_json(&catalog)), compiled.diagnostics)
}

/// Says in what our answer differs from the recorded one.
fn verdict(path: &Path) -> Option<String> {
    let recorded = path.with_extension("json");
    let Ok(text) = std::fs::read_to_string(&recorded) else {
        return Some("no recorded answer: run tests/oracle/eval_cases.rb".into());
    };
    let theirs: Json = serde_json::from_str(&text).unwrap();
    let (ours, diagnostics) = compile(path);
    let said = diagnostics.iter().map(Diagnostic::one_line).collect::<Vec<_>>().join("\n    ");
    match (theirs.get("error"), ours) {
        (None, None) => Some(format!("not compiled:\n    {said}")),
        (Some(error), Some(_)) => Some(format!("compiled, but Puppet says: {error}")),
        (None, Some(ours)) => {
            let found = catalog::differences(&ours, &theirs);
            let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
            (!found.is_empty()).then(|| shown.join("\n    "))
        }
        (Some(error), None) => {
            let line = error.get("line").and_then(Json::as_u64);
            let errors = diagnostics.iter().filter(|found| found.severity() == Severity::Error);
            let lines: Vec<u64> = errors.filter_map(|found| Some(found.line_column()?.line.into())).collect();
            let fits = line.is_none_or(|line| lines.contains(&line));
            (!fits).then(|| format!("line {lines:?}, Puppet's is {line:?}: {said}"))
        }
    }
}

#[test]
fn the_evaluator_agrees_with_the_recorded_answers() {
    let only = std::env::var("CASE").unwrap_or_default();
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|it| it == "pp"));
    cases.sort();
    let mut failed = 0;
    for path in &cases {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !name.contains(&only) {
            continue;
        }
        if let Some(why) = verdict(path) {
            failed += 1;
            println!("{name}:\n    {why}");
        }
    }
    println!("{} of {} cases agree", cases.len() - failed, cases.len());
    assert!(cases.len() >= 40, "cases are missing");
    if failed > 0 {
        panic!("{failed} cases differ");
    }
}
