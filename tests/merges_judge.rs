//! Judge of Hiera's merge strategies: random answers of two to four levels, merged as the real Puppet merges them.
//!
//! Recorded are those of one seed, `fixtures/lookup/merges.jsonl` (`RECORD=1 cargo test --test merges_judge`); where
//! Puppet is installed it is asked about a fresh seed too (`SEED=… ` plays one again).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

mod common;

use common::numbers::Numbers;
use migrate::{
    hiera::{
        Strategy,
        yaml::{Rules, read},
    },
    source::SourceFile,
    value::Value,
};
use serde_json::{Value as Json, json};
use std::{io::Write, process::Stdio};

const RECORDED: &str = "fixtures/lookup/merges.jsonl";

const STRATEGIES: &[&str] = &[
    r#""first""#,
    r#""unique""#,
    r#""hash""#,
    r#""deep""#,
    r#"{"strategy":"deep","knockout_prefix":"--"}"#,
    r#"{"strategy":"deep","sort_merged_arrays":true}"#,
    r#"{"strategy":"deep","merge_hash_arrays":true}"#,
    r#"{"strategy":"deep","merge_hash_arrays":true,"knockout_prefix":"--","sort_merged_arrays":true}"#,
    r#"{"strategy":"reverse_deep","knockout_prefix":"--"}"#,
    r#""unconstrained_deep""#,
];

/// Makes questions.
struct Questions(Numbers);

impl Questions {
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.0.below(of.len())]
    }

    fn several(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> String) -> String {
        let count = self.0.below(most + 1);
        (0..count).map(|_| one(self)).collect::<Vec<_>>().join(",")
    }

    /// Data as JSON text: few keys and texts, so that levels meet.
    fn data(&mut self, depth: usize) -> String {
        match self.0.below(if depth == 0 { 3 } else { 9 }) {
            0 => self.one(&["null", "true", "false", "1", "2", "2.5", "\"\""]).to_owned(),
            1 | 2 => self.one(&["\"a\"", "\"b\"", "\"c\"", "\"--a\"", "\"--\"", "\"--b\""]).to_owned(),
            3..=5 => format!("[{}]", self.several(4, |it| it.data(depth - 1))),
            _ => self.hash(depth),
        }
    }

    fn hash(&mut self, depth: usize) -> String {
        let entry = |it: &mut Self| {
            format!("{}:{}", it.one(&["\"a\"", "\"b\"", "\"c\"", "\"--a\""]), it.data(depth - 1))
        };
        format!("{{{}}}", self.several(4, entry))
    }

    fn question(&mut self) -> String {
        let strategy = self.one(STRATEGIES);
        let levels = 2 + self.0.below(3);
        // mostly hashes, as lookups that merge meet
        let level = |it: &mut Self| if it.0.below(5) == 0 { it.data(2) } else { it.hash(3) };
        let levels: Vec<String> = (0..levels).map(|_| level(self)).collect();
        format!("[{strategy},[{}]]", levels.join(","))
    }
}

fn ours(question: &str) -> Json {
    let read = read(&SourceFile::new("question", question), Rules::default()).unwrap().value;
    let [strategy, levels] = read.as_array().unwrap() else { panic!("{question}") };
    merged(strategy, levels.as_array().unwrap()).map_or_else(|| json!({"error": true}), |it| ordered(&it))
}

fn merged(strategy: &Value, levels: &[Value]) -> Option<Value> {
    let strategy = Strategy::parse(strategy).ok()?;
    let (first, rest) = levels.split_first()?;
    if strategy == Strategy::First {
        return Some(first.clone());
    }
    rest.iter().try_fold(strategy.begin(first.clone()), |higher, lower| strategy.merge(&higher, lower).ok())
}

fn ordered(value: &Value) -> Json {
    match value {
        Value::Undef => Json::Null,
        Value::Bool(it) => json!(it),
        Value::Int(it) => json!(it),
        Value::Float(it) => json!(it),
        Value::Str(it) => json!(&**it),
        Value::Array(items) => items.iter().map(ordered).collect(),
        Value::Hash(entries) => {
            json!({"h": entries.iter().map(|(key, it)| json!([ordered(key), ordered(it)])).collect::<Vec<_>>()})
        }
        other => panic!("{other:?}"),
    }
}

fn ask(questions: &[String]) -> Vec<Json> {
    let mut command = common::ruby(7);
    command.args(["-W0", "tests/oracle/merges.rb"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers: Vec<Json> =
        common::stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len(), "the judge left questions unanswered");
    answers
}

fn compare<'a>(answers: impl Iterator<Item = (&'a str, &'a Json)>) {
    let mut differing = Vec::new();
    let (mut count, mut failures) = (0, 0);
    for (question, theirs) in answers {
        let ours = ours(question);
        count += 1;
        failures += usize::from(theirs == &json!({"error": true}));
        if ours != *theirs {
            differing.push(format!("{question}\n    ours:   {ours}\n    theirs: {theirs}"));
        }
    }
    println!("{count} merges, {failures} of them errors, {} differ", differing.len());
    assert!(failures * 2 < count, "most merges are errors");
    assert!(
        differing.is_empty(),
        "{} differ:\n{}",
        differing.len(),
        differing[..differing.len().min(8)].join("\n")
    );
}

fn questions(seed: u64, count: usize) -> Vec<String> {
    let mut numbers = Questions(Numbers(seed));
    (0..count).map(|_| numbers.question()).collect()
}

#[test]
fn recorded_merges_are_those_of_puppet() {
    if std::env::var_os("RECORD").is_some() {
        let questions = questions(1, 400);
        let answers = ask(&questions);
        let lines: String =
            questions.iter().zip(&answers).map(|(it, answer)| format!("{it}\t{answer}\n")).collect();
        std::fs::write(common::project(RECORDED), lines).unwrap();
    }
    let text = std::fs::read_to_string(common::project(RECORDED)).unwrap();
    let split = |line: &'static str| line.split_once('\t').unwrap();
    let lines: Vec<(&str, Json)> = Box::leak(text.into_boxed_str())
        .lines()
        .map(split)
        .map(|(question, answer)| (question, serde_json::from_str(answer).unwrap()))
        .collect();
    assert!(lines.len() >= 400);
    compare(lines.iter().map(|(question, answer)| (*question, answer)));
}

#[test]
fn fresh_merges_are_those_of_puppet() {
    if !common::puppet_or_skip() {
        return;
    }
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let seed = std::env::var("SEED").ok().map_or(since, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let questions = questions(seed, 2_000);
    let answers = ask(&questions);
    compare(questions.iter().map(String::as_str).zip(&answers));
}
