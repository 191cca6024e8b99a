//! The one normaliser of catalogs: two are identical when [`differences`] finds nothing.
//!
//! Compared: the ordered list of (type, title); `parameters` by JSON value (arrays in order, hash order ignored);
//! `tags` and `sensitive_parameters` as sets; `edges` as a set; `classes` in order; `exported`, `kind`, `line`, and
//! `file` relative to the environment. Left out: `version`, `catalog_uuid`, `code_id`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde_json::{Map, Value};

/// One place where two catalogs differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// `File[/etc/motd]`, `edges`, `classes`.
    pub subject: String,
    /// A parameter's name, or `tags`, `line`, `order`.
    pub what: String,
    /// Our value, `-` where there is none.
    pub ours: String,
    /// The real Puppet's value, `-` where there is none.
    pub theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, theirs) = around_the_difference(&self.ours, &self.theirs);
        write!(f, "{} {}\n      ours:   {ours}\n      theirs: {theirs}", self.subject, self.what)
    }
}

/// Of long texts, only what surrounds the first difference.
fn around_the_difference(ours: &str, theirs: &str) -> (String, String) {
    let same = ours.chars().zip(theirs.chars()).take_while(|(a, b)| a == b).count();
    let from =
        if ours.chars().count().max(theirs.chars().count()) > 200 { same.saturating_sub(40) } else { 0 };
    let window = |text: &str| {
        let start = if from > 0 { "…" } else { "" };
        let end = if text.chars().count() > from + 200 { "…" } else { "" };
        format!("{start}{}{end}", text.chars().skip(from).take(200).collect::<String>())
    };
    (window(ours), window(theirs))
}

/// Reads a catalog and makes every path of its repo relative.
pub fn read(path: &Path, repo: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    relative(value, &format!("{}/", repo.display()))
}

fn relative(value: Value, root: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(root, "")),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| relative(item, root)).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, relative(v, root))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Everything in which `ours` differs from `theirs`, in the order of their resources.
pub fn differences(ours: &Value, theirs: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    let (our_resources, their_resources) = (resources(ours), resources(theirs));
    presence(&our_resources, &their_resources, &mut found);
    let by_ref: BTreeMap<&str, &Map<String, Value>> =
        our_resources.iter().map(|(name, resource)| (name.as_str(), *resource)).collect();
    for (name, their) in &their_resources {
        if let Some(our) = by_ref.get(name.as_str()) {
            resource(name, our, their, &mut found);
        }
    }
    sets("edges", &edges(ours), &edges(theirs), &mut found);
    if ours.get("classes") != theirs.get("classes") {
        found.push(different("classes", "order", list(ours, "classes"), list(theirs, "classes")));
    }
    if ours.get("name") != theirs.get("name") {
        found.push(different("catalog", "name", shown(ours.get("name")), shown(theirs.get("name"))));
    }
    found
}

fn different(subject: &str, what: &str, ours: String, theirs: String) -> Difference {
    Difference { subject: subject.to_owned(), what: what.to_owned(), ours, theirs }
}

fn resources(catalog: &Value) -> Vec<(String, &Map<String, Value>)> {
    let all = catalog.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .filter_map(Value::as_object)
        .map(|r| (format!("{}[{}]", text(r.get("type")), text(r.get("title"))), r))
        .collect()
}

/// Missing, superfluous and misplaced resources.
fn presence(
    ours: &[(String, &Map<String, Value>)],
    theirs: &[(String, &Map<String, Value>)],
    found: &mut Vec<Difference>,
) {
    let our_names: Vec<&str> = ours.iter().map(|(name, _)| name.as_str()).collect();
    let their_names: Vec<&str> = theirs.iter().map(|(name, _)| name.as_str()).collect();
    let (our_set, their_set) = (set(&our_names), set(&their_names));
    for name in their_names.iter().filter(|name| !our_set.contains(*name)) {
        found.push(different(name, "resource", "-".into(), "declared".into()));
    }
    for name in our_names.iter().filter(|name| !their_set.contains(*name)) {
        found.push(different(name, "resource", "declared".into(), "-".into()));
    }
    let our_common: Vec<_> = our_names.iter().filter(|name| their_set.contains(*name)).collect();
    let their_common: Vec<_> = their_names.iter().filter(|name| our_set.contains(*name)).collect();
    if let Some(at) = (0..their_common.len()).find(|&i| our_common.get(i) != their_common.get(i)) {
        let shown =
            |names: &[&&str]| names.iter().skip(at).take(4).map(|n| **n).collect::<Vec<_>>().join(" ");
        found.push(different("order", &format!("from {at}"), shown(&our_common), shown(&their_common)));
    }
    if our_names.len() != our_set.len() {
        found.push(different("resources", "number", our_names.len().to_string(), our_set.len().to_string()));
    }
}

fn set<'a>(names: &[&'a str]) -> BTreeSet<&'a str> {
    names.iter().copied().collect()
}

fn resource(name: &str, ours: &Map<String, Value>, theirs: &Map<String, Value>, found: &mut Vec<Difference>) {
    let empty = Map::new();
    let parameters = |r: &'_ Map<String, Value>| r.get("parameters").and_then(Value::as_object).cloned();
    let our_parameters = parameters(ours).unwrap_or_else(|| empty.clone());
    let their_parameters = parameters(theirs).unwrap_or(empty);
    let keys: BTreeSet<&String> = our_parameters.keys().chain(their_parameters.keys()).collect();
    for key in keys {
        let (our, their) = (our_parameters.get(key), their_parameters.get(key));
        if !same(our, their) {
            found.push(different(name, key, shown(our), shown(their)));
        }
    }
    for key in ["tags", "sensitive_parameters"] {
        sets(&format!("{name} {key}"), &strings(ours.get(key)), &strings(theirs.get(key)), found);
    }
    for key in ["exported", "kind", "line", "file"] {
        if !same(ours.get(key), theirs.get(key)) {
            found.push(different(name, &format!("({key})"), shown(ours.get(key)), shown(theirs.get(key))));
        }
    }
}

/// Equality by JSON value; two floats are equal when they are the same number.
fn same(ours: Option<&Value>, theirs: Option<&Value>) -> bool {
    match (ours, theirs) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            let float = |text: &str| text.contains(['.', 'e', 'E']);
            let (a, b) = (a.to_string(), b.to_string());
            a == b || (float(&a) && float(&b) && a.parse::<f64>().ok() == b.parse::<f64>().ok())
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(Some(a), Some(b)))
        }
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            a.len() == b.len() && a.iter().all(|(key, a)| same(Some(a), b.get(key)))
        }
        (ours, theirs) => ours == theirs,
    }
}

fn sets(subject: &str, ours: &BTreeSet<String>, theirs: &BTreeSet<String>, found: &mut Vec<Difference>) {
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        let items: Vec<&str> = a.difference(b).map(String::as_str).collect();
        if items.is_empty() { "-".to_owned() } else { items.join(", ") }
    };
    if ours != theirs {
        found.push(different(subject, "(only on one side)", only(ours, theirs), only(theirs, ours)));
    }
}

fn strings(value: Option<&Value>) -> BTreeSet<String> {
    value.and_then(Value::as_array).into_iter().flatten().map(|item| text(Some(item))).collect()
}

fn edges(catalog: &Value) -> BTreeSet<String> {
    let all = catalog.get("edges").and_then(Value::as_array).into_iter().flatten();
    all.map(|edge| format!("{} -> {}", text(edge.get("source")), text(edge.get("target")))).collect()
}

fn list(catalog: &Value, key: &str) -> String {
    let items = catalog.get(key).and_then(Value::as_array).into_iter().flatten();
    items.map(|item| text(Some(item))).collect::<Vec<_>>().join(" ")
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        other => shown(other),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "-".to_owned(), Value::to_string)
}
