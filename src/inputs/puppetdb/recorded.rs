//! Recorded answers of a PuppetDB: a JSON file that stands for it offline.
//!
//! `{"schema": "migrate/puppetdb/v1", "answers": [{"endpoint", "query", "answer"}]}`, sorted by endpoint and query.

use super::super::{Reader, codes};
use crate::diag::{Diagnostic, Result};
use crate::maps::HashMap;
use serde_json::{Value as Json, json};
use std::{path::Path, sync::Arc};

const SCHEMA: &str = "migrate/puppetdb/v1";

/// The answers of a file.
pub(super) struct Recorded {
    shown: String,
    answers: HashMap<(String, String), Json>,
}

impl Recorded {
    pub(super) fn read(path: &Path, reader: Reader<'_>) -> Result<Self> {
        let source = reader.text(path)?;
        let shown = source.path().to_owned();
        let wrong = |why: &str| {
            let help = "record one: `--puppetdb URL --puppetdb-record FILE`";
            Box::new(Diagnostic::error(&codes::PUPPETDB_RECORD, format!("`{shown}` {why}")).help(help))
        };
        let mut json: Json = serde_json::from_str(source.text()).map_err(|found| {
            wrong(&format!("is no JSON: line {}, column {}", found.line(), found.column()))
        })?;
        if json.get("schema").and_then(Json::as_str) != Some(SCHEMA) {
            return Err(wrong(&format!("has no schema `{SCHEMA}`")));
        }
        let Some(Json::Array(items)) = json.get_mut("answers").map(Json::take) else {
            return Err(wrong("has no list `answers`"));
        };
        let mut answers = HashMap::default();
        for mut item in items {
            let endpoint = item.get("endpoint").and_then(Json::as_str).map(str::to_owned);
            let query = item.get("query").map(Json::to_string);
            let answer = item.get_mut("answer").map(Json::take);
            let (Some(endpoint), Some(query), Some(answer)) = (endpoint, query, answer) else {
                return Err(wrong("has an answer without `endpoint`, `query` or `answer`"));
            };
            answers.insert((endpoint, query), answer);
        }
        Ok(Self { shown, answers })
    }

    pub(super) fn answer(&self, endpoint: &str, query: &Json) -> Result<Json> {
        let text = query.to_string();
        let key = (endpoint.to_owned(), text);
        self.answers.get(&key).cloned().ok_or_else(|| {
            let about = if endpoint.is_empty() { "a query".to_owned() } else { format!("`{endpoint}`") };
            let message = format!("`{}` has no answer to this question about {about}", self.shown);
            let help = "record again: the same command with `--puppetdb URL --puppetdb-record FILE`";
            Box::new(Diagnostic::error(&codes::PUPPETDB_NOT_RECORDED, message).help(help))
        })
    }
}

/// Writes answers, one a line.
pub(super) fn write(answers: impl Iterator<Item = (String, Json, Arc<Json>)>) -> String {
    let line = |(endpoint, query, answer): (String, Json, Arc<Json>)| {
        json!({"endpoint": endpoint, "query": query, "answer": *answer}).to_string()
    };
    let lines: Vec<String> = answers.map(line).collect();
    format!("{{\"schema\": \"{SCHEMA}\", \"answers\": [\n{}\n]}}\n", lines.join(",\n"))
}
