//! Judge of Hiera: lookups and their explanations against the real Puppet's, recorded and live.
//!
//! Every key of both repos is asked on every node with eight merges; a sample of Puppet's answers is in
//! `fixtures/lookup/`, the whole is asked where Puppet is installed. `RECORD=1 cargo test --test hiera_judge` makes
//! the sample again. `DIFFERENCES=50` prints more of what differs.

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

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use migrate::compile::{Fleet, Options};
use migrate::diag::Sink;
use migrate::eval::{Strict, TopScope};
use migrate::hiera::{Explanation, NodeData, Query, inspect, yaml};
use migrate::inputs::{Layout, NodeInputs, NodeSources, Reader, Repo, json, node_inputs};
use migrate::source::{DiskWorld, SourceFile};
use migrate::value::Value;
use serde_json::{Value as Json, json};

/// A control repo with the settings that it is asked with.
struct Site {
    name: &'static str,
    path: PathBuf,
    strict: Strict,
    /// Of so many answers one is recorded.
    sample: usize,
}

impl Site {
    fn all() -> [Self; 3] {
        let site =
            |name, path: &str, strict, sample| Self { name, path: common::project(path), strict, sample };
        [
            site("control-repo", "fixtures/control-repo", Strict::Error, 41),
            site("debian-repo", "tests/debian-repo", Strict::Warning, 41),
            site("hiera-repo", "fixtures/hiera-repo", Strict::Error, 7),
        ]
    }

    fn recorded(&self, kind: &str) -> PathBuf {
        common::project("fixtures/lookup").join(format!("{}.{kind}.jsonl", self.name))
    }

    /// The keys whose ways are asked for, a line each.
    fn questions(&self) -> PathBuf {
        common::project("fixtures/lookup").join(format!("{}.questions", self.name))
    }

    /// Asks the real Puppet.
    fn ask(&self, kind: &str) -> Vec<Json> {
        let mut command = Command::new("ruby");
        command.arg("-W0").arg(common::project("tests/oracle/lookup.rb")).arg(kind);
        command.arg("--repo").arg(&self.path);
        if kind == "explain" {
            command.arg("--keys").arg(self.questions());
        }
        let (strict, variables) = match self.strict {
            Strict::Error => ("error", "true"),
            Strict::Warning => ("warning", "false"),
            Strict::Off => ("off", "false"),
        };
        command.args(["--strict", strict, "--strict-variables", variables]);
        if let Some(global) = self.global() {
            command.arg("--hiera-config").arg(global);
        }
        let output = common::run(&mut command);
        assert!(output.status.success(), "the judge failed: {}", common::stderr(&output));
        lines(&common::stdout(&output))
    }

    fn global(&self) -> Option<PathBuf> {
        Some(self.path.join("global/hiera.yaml")).filter(|path| path.is_file())
    }

    /// Answers questions as we do, node by node.
    fn answer(&self, questions: &[Json]) -> Vec<Json> {
        let world = DiskWorld::new(0);
        let rules = yaml::Rules { psych: yaml::Psych::Four, objects: true };
        let read = |source: &Arc<SourceFile>| yaml::read(source, rules).map(|document| document.value);
        let reader = Reader { world: &world, yaml: &read, root: &self.path };
        let layout = Layout { root: self.path.clone(), hiera_config: self.global(), ..Layout::default() };
        let repo = Repo::open(&layout, reader, &Sink::default()).unwrap();
        let folder = |name: &str| Some(self.path.join(name)).filter(|path| path.is_dir());
        let (facts, enc, trusted) = (folder("facts"), folder("enc"), folder("trusted"));
        let sources = NodeSources { facts, enc, trusted, ..NodeSources::default() };
        let nodes = node_inputs(&sources, reader).unwrap();
        let mut options = Options::of_puppet(7);
        options.strict = Some(self.strict);
        options.eyaml_keys = folder("keys");
        let fleet = Fleet::for_lookups(&repo, &options, &world).unwrap();
        let mut by_node: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
        for question in questions {
            by_node.entry(question["node"].as_str().unwrap()).or_default().push(question);
        }
        let mut answers = Vec::new();
        for (name, node) in nodes {
            let asked = by_node.remove(name.as_str()).unwrap_or_default();
            answers.extend(self.answer_node(&fleet, &node.unwrap(), &asked));
        }
        assert!(by_node.is_empty(), "nodes that we do not know: {:?}", by_node.keys());
        answers
    }

    fn answer_node(&self, fleet: &Fleet<'_>, node: &NodeInputs, asked: &[&Json]) -> Vec<Json> {
        let (explained, plain): (Vec<&Json>, Vec<&Json>) = asked.iter().partition(|it| is_explanation(it));
        let in_scope = |questions: &[&Json]| {
            let work = |data: &NodeData<'_>, scope: &TopScope<'_, '_>| {
                questions.iter().map(|question| answer(data, scope, question)).collect::<Vec<_>>()
            };
            fleet.in_top_scope(node.clone(), false, work).unwrap_or_else(|found| panic!("{found:?}")).0
        };
        let mut answers = in_scope(&plain);
        // as the command does: each way from the beginning
        answers.extend(explained.iter().flat_map(|question| in_scope(&[question])));
        answers
    }
}

fn is_explanation(question: &Json) -> bool {
    question.get("way").is_some() || question.get("data").is_some()
}

fn lines(text: &str) -> Vec<Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Our answer to a question, in the judge's form.
fn answer(data: &NodeData<'_>, scope: &TopScope<'_, '_>, question: &Json) -> Json {
    let mut answer = question.clone();
    let fields = answer.as_object_mut().unwrap();
    for field in ["value", "error", "way", "data"] {
        fields.remove(field);
    }
    let key = question["key"].as_str().unwrap();
    let merge = json(&SourceFile::new("merge", question["merge"].to_string())).unwrap();
    let query = Query { merge: Some(&merge).filter(|it| !it.is_undef()), ..Query::default() };
    let explain = is_explanation(question);
    if explain {
        data.start_explaining(Explanation::new(question["options"] == true));
    }
    let found = data.lookup(key, &query, scope.host());
    let Some(mut way) = data.take_explanation() else {
        match found {
            Ok(Some(found)) => fields.insert("value".into(), typed(&found.value)),
            Ok(None) => fields.insert("error".into(), json!("nothing was found")),
            Err(found) => fields.insert("error".into(), json!(found.one_line())),
        };
        return answer;
    };
    match found {
        Ok(Some(_)) => {}
        Ok(None) => way.text(format!("Function lookup() did not find a value for the name '{key}'")),
        Err(found) => way.text(found.one_line()),
    }
    if question.get("data").is_some() {
        fields.insert("data".into(), typed(&way.to_data()));
    } else {
        fields.insert("way".into(), json!(way.to_text(&|scalar| inspect(scalar))));
    }
    answer
}

/// JSON in which only what JSON has no word for is wrapped (see `tests/oracle/lookup.rb`).
fn typed(value: &Value) -> Json {
    match value {
        Value::Undef => Json::Null,
        Value::Bool(it) => json!(it),
        Value::Int(it) => json!(it),
        Value::Float(it) => json!(it),
        Value::Str(it) => json!(it.as_str()),
        Value::Symbol(it) => json!(it.as_str()),
        Value::Array(items) => items.iter().map(typed).collect(),
        Value::Hash(entries) => {
            let name = |key: &Value| match key {
                Value::Str(text) => text.to_string(),
                Value::Symbol(text) => text.to_string(),
                Value::Int(number) => format!("Integer:{number}"),
                other => format!("{other:?}"),
            };
            Json::Object(entries.iter().map(|(key, value)| (name(key), typed(value))).collect())
        }
        Value::Sensitive(inside) => json!({"Sensitive": typed(inside)}),
        other => json!({"other": other.to_str().as_str()}),
    }
}

/// Tells whether two answers are the same: the value, or an error on both sides; a way up to the words of its error.
fn same(ours: &Json, theirs: &Json) -> bool {
    if let (Some(ours), Some(theirs)) = (ours.get("way"), theirs.get("way")) {
        let (ours, theirs) = (ours.as_str().unwrap(), theirs.as_str().unwrap());
        return ours == theirs || both_fail(ours, theirs) || knocked_out(ours) == knocked_out(theirs);
    }
    match (ours.get("error"), theirs.get("error")) {
        (Some(_), Some(_)) => true,
        (None, None) => text(ours) == text(theirs),
        _ => false,
    }
}

/// Tells whether two ways are the same but for the last line, which says what failed.
fn both_fail(ours: &str, theirs: &str) -> bool {
    let cut =
        |text: &str| text.trim_end().rsplit_once('\n').map(|(way, last)| (way.to_owned(), last.to_owned()));
    let (Some((ours, why)), Some((theirs, _))) = (cut(ours), cut(theirs)) else { return false };
    ours == theirs && why.contains("error[hiera::")
}

/// A way without items that are knocked out: the gem removes them from the very arrays that the way shows.
fn knocked_out(way: &str) -> String {
    way.lines().filter(|line| !line.trim_start().starts_with("\"--")).collect::<Vec<_>>().join("\n")
}

/// The answer without the question; the order of keys counts.
fn text(answer: &Json) -> String {
    format!("{}{}{}", answer["value"], answer["way"], answer["data"])
}

fn compare(site: &Site, kind: &str, theirs: &[Json]) {
    let by_question = |answer: &Json| {
        let data = answer.get("data").is_some();
        format!("{} {} {} {} {data}", answer["node"], answer["key"], answer["merge"], answer["options"])
    };
    let ours: BTreeMap<String, Json> =
        site.answer(theirs).into_iter().map(|answer| (by_question(&answer), answer)).collect();
    let limit = std::env::var("DIFFERENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let differ: Vec<&Json> =
        theirs.iter().filter(|theirs| !same(&ours[&by_question(theirs)], theirs)).collect();
    for theirs in differ.iter().take(limit) {
        let ours = &ours[&by_question(theirs)];
        let show = |answer: &Json| format!("{}{}{}", answer["value"], answer["error"], answer["data"]);
        let (our, their) =
            match (ours.get("way").and_then(Json::as_str), theirs.get("way").and_then(Json::as_str)) {
                (Some(ours), Some(theirs)) => first_difference(ours, theirs),
                _ => (show(ours), show(theirs)),
            };
        println!("{}\n  ours:   {our}\n  theirs: {their}", by_question(theirs));
    }
    println!("{} {kind}: {} of {} the same", site.name, theirs.len() - differ.len(), theirs.len());
    assert!(differ.is_empty(), "{} of {} answers differ", differ.len(), theirs.len());
}

/// The first lines that differ.
fn first_difference(ours: &str, theirs: &str) -> (String, String) {
    let at = ours.lines().zip(theirs.lines()).position(|(ours, theirs)| ours != theirs);
    let at = at.unwrap_or_else(|| ours.lines().count().min(theirs.lines().count()));
    let shown = |text: &str| format!("{}: {}", at + 1, text.lines().nth(at).unwrap_or("(the end)"));
    (shown(ours), shown(theirs))
}

fn record(path: &Path, answers: &[Json], step: usize) {
    if std::env::var("RECORD").is_ok() {
        let lines: String = answers.iter().step_by(step).map(|answer| format!("{answer}\n")).collect();
        std::fs::write(path, lines).unwrap();
    }
}

#[test]
fn lookups_answer_as_recorded() {
    for site in Site::all() {
        compare(&site, "values", &lines(&std::fs::read_to_string(site.recorded("values")).unwrap()));
    }
}

#[test]
fn every_key_on_every_node_answers_as_puppet() {
    if !common::puppet_or_skip() {
        return;
    }
    for site in Site::all() {
        let answers = site.ask("values");
        record(&site.recorded("values"), &answers, site.sample);
        compare(&site, "values", &answers);
    }
}

#[test]
fn ways_are_told_as_recorded() {
    for site in Site::all() {
        compare(&site, "ways", &lines(&std::fs::read_to_string(site.recorded("ways")).unwrap()));
    }
}

#[test]
fn ways_are_told_as_puppet_tells_them() {
    if !common::puppet_or_skip() {
        return;
    }
    for site in Site::all() {
        let answers = site.ask("explain");
        record(&site.recorded("ways"), &answers, 11);
        compare(&site, "ways", &answers);
    }
}
