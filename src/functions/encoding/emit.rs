//! Writers of JSON, TOML, Python and Ruby.

use super::json_text;
use crate::{
    catalog::rich_json,
    functions::strings::inspect_text,
    value::{Value, float_to_string},
};

/// Writes JSON as Ruby's `to_json`, without blanks.
pub(super) fn json(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Hash(entries) => {
            let pair = |(key, item): (&Value, &Value)| format!("{}:{}", json_text(&key.to_str()), json(item));
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(","))
        }
        other => scalar(other),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Undef => "null".into(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => float_to_string(*it),
        other => json_text(&other.to_str()),
    }
}

/// How `JSON.pretty_generate` lays out.
pub(super) struct Pretty {
    pub(super) indent: String,
    pub(super) space: String,
    pub(super) space_before: String,
    pub(super) object_nl: String,
    pub(super) array_nl: String,
}

impl Pretty {
    pub(super) fn write(&self, value: &Value, depth: usize) -> String {
        match value {
            Value::Array(items) => {
                let all = items.iter().map(|item| self.write(item, depth + 1));
                self.block(("[", "]"), all, &self.array_nl, depth)
            }
            Value::Hash(entries) => {
                let pair = |(key, item): (&Value, &Value)| {
                    let (key, item) = (json_text(&key.to_str()), self.write(item, depth + 1));
                    format!("{key}{}:{}{item}", self.space_before, self.space)
                };
                if entries.is_empty() {
                    let end = self.indent.repeat(depth);
                    return format!(
                        "{{{}{}}}",
                        self.object_nl,
                        if self.object_nl.is_empty() { "" } else { &end }
                    );
                }
                self.block(("{", "}"), entries.iter().map(pair), &self.object_nl, depth)
            }
            other => scalar(other),
        }
    }

    fn block(
        &self,
        (open, close): (&str, &str),
        items: impl Iterator<Item = String>,
        line: &str,
        depth: usize,
    ) -> String {
        let inner = if line.is_empty() { String::new() } else { self.indent.repeat(depth + 1) };
        let outer = if line.is_empty() { String::new() } else { self.indent.repeat(depth) };
        let items: Vec<String> = items.map(|item| format!("{inner}{item}")).collect();
        if items.is_empty() {
            return format!("{open}{line}{line}{outer}{close}");
        }
        format!("{open}{line}{}{line}{outer}{close}", items.join(&format!(",{line}")))
    }
}

/// The words of a scripting language.
pub(super) struct Words {
    yes: &'static str,
    no: &'static str,
    none: &'static str,
    arrow: &'static str,
}

pub(super) const PYTHON: Words = Words { yes: "True", no: "False", none: "None", arrow: ": " };
pub(super) const RUBY: Words = Words { yes: "true", no: "false", none: "nil", arrow: " => " };

/// Writes a literal of Python or Ruby.
pub(super) fn script(value: &Value, words: &Words) -> String {
    match value {
        Value::Undef => words.none.into(),
        Value::Bool(it) => (if *it { words.yes } else { words.no }).into(),
        Value::Int(_) | Value::Float(_) => value.to_str().to_string(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| script(item, words)).collect::<Vec<_>>().join(", "))
        }
        Value::Hash(entries) => {
            let pair = |(key, item): (&Value, &Value)| {
                format!("{}{}{}", script(key, words), words.arrow, script(item, words))
            };
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Value::Str(text) => inspect_text(text),
        other => rich(&rich_json(other), words),
    }
}

/// What is no plain data is written as rich data.
fn rich(json: &serde_json::Value, words: &Words) -> String {
    match json {
        serde_json::Value::Object(entries) => {
            let pair = |(key, item): (&String, &serde_json::Value)| {
                format!("{}{}{}", inspect_text(key), words.arrow, rich(item, words))
            };
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| rich(item, words)).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::String(text) => inspect_text(text),
        serde_json::Value::Null => words.none.into(),
        serde_json::Value::Bool(it) => (if *it { words.yes } else { words.no }).into(),
        serde_json::Value::Number(it) => it.to_string(),
    }
}

/// Writes TOML as stdlib does: keys sorted, plain values first, then tables, then arrays of tables.
pub(super) fn toml(value: &Value) -> String {
    let mut out = String::new();
    table(value, &[], &mut out);
    out
}

fn is_tables(value: &Value) -> bool {
    value.as_array().and_then(<[Value]>::first).is_some_and(|it| it.as_hash().is_some())
}

fn table(value: &Value, prefix: &[String], out: &mut String) {
    let plain = |it: &Value| it.as_hash().is_none() && !is_tables(it);
    let entries = value.as_hash();
    let empty = entries.is_none_or(|it| it.is_empty());
    let any_plain = entries.is_some_and(|it| it.values().any(plain));
    if !prefix.is_empty() && (any_plain || empty) {
        out.push_str(&format!("[{}]\n", prefix.join(".")));
    }
    body(value, prefix, out);
}

fn body(value: &Value, prefix: &[String], out: &mut String) {
    let mut entries: Vec<(String, &Value)> =
        value.as_hash().into_iter().flatten().map(|(key, item)| (key.to_str().to_string(), item)).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let below = |key: &str| [prefix, &[toml_key(key)]].concat();
    for (key, item) in entries.iter().filter(|(_, it)| it.as_hash().is_none() && !is_tables(it)) {
        out.push_str(&format!("{} = {}\n", toml_key(key), toml_value(item)));
    }
    for (key, item) in entries.iter().filter(|(_, it)| it.as_hash().is_some()) {
        table(item, &below(key), out);
    }
    for (key, item) in entries.iter().filter(|(_, it)| is_tables(it)) {
        for child in item.as_array().unwrap_or_default() {
            out.push_str(&format!("[[{}]]\n", below(key).join(".")));
            body(child, &below(key), out);
        }
    }
}

fn toml_key(key: &str) -> String {
    let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { key.to_owned() } else { format!("\"{}\"", key.replace('"', "\\\"")) }
}

fn toml_value(value: &Value) -> String {
    match value {
        Value::Str(text) => inspect_text(text).replace("\\#", "#"),
        other => crate::functions::strings::inspect(other),
    }
}
