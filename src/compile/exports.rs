//! Exported resources between the nodes of a run, as a PuppetDB would keep them.
//!
//! In: what each node exports. Out: what every node of the next round may collect, by certname and then in the
//! order of the exporter's catalog.

use crate::{
    catalog::{Parameter, Resource, resource_json},
    value::{HashMap, Type, Value},
};
use ecow::EcoString;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What all nodes of a round export.
pub(super) type Exports = Arc<[(EcoString, Resource)]>;

/// Arrays of these parameters come back sorted.
const SORTED: [&str; 8] = ["alias", "audit", "before", "check", "notify", "require", "subscribe", "tag"];

/// Returns a resource as it comes back: no `Sensitive` and no undef parameters, values of plain kinds only.
pub(super) fn stored(mut resource: Resource) -> Resource {
    resource.parameters.retain(|_, parameter| !parameter.sensitive && !parameter.value.is_undef());
    for (name, parameter) in &mut resource.parameters {
        parameter.value = stored_parameter(name, &parameter.value);
    }
    resource
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn stored_parameter(name: &str, value: &Value) -> Value {
    let value = match stored_value(value) {
        Value::Str(alias) if name == "alias" => Value::array([Value::Str(alias)]),
        other => other,
    };
    match value {
        Value::Array(items) if SORTED.contains(&name) && items.iter().all(|item| item.as_str().is_some()) => {
            let mut items: Vec<Value> = items.into_iter().collect();
            items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
            Value::array(items)
        }
        other => other,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values become text")]
fn stored_value(value: &Value) -> Value {
    match value {
        Value::Undef | Value::Bool(_) | Value::Int(_) | Value::Str(_) => value.clone(),
        Value::Float(float) => stored_float(*float),
        Value::Array(items) => Value::array(items.iter().map(stored_value)),
        Value::Hash(entries) => stored_hash(entries),
        Value::Type(Type::Resource(Some(kind), Some(title))) => Value::str(format!("{kind}[{title}]")),
        Value::Type(Type::Class(Some(name))) => Value::str(format!("Class[{}]", capitalized(name))),
        other => Value::Str(other.to_str()),
    }
}

/// Floats are written by Java, which turns to an exponent at ten millions, and kept by PostgreSQL as decimal numbers:
/// whole ones come back as integers then. Those beyond 64 bits stay floats, since nothing here is as large.
fn stored_float(float: f64) -> Value {
    const EXPONENT_FROM: f64 = 1e7;
    const LARGEST: f64 = 9.2e18;
    if float.fract() == 0.0 && (EXPONENT_FROM..LARGEST).contains(&float.abs()) {
        return Value::Int(float as i64);
    }
    Value::Float(float)
}

/// Keys come back shorter first, then by bytes.
fn stored_hash(entries: &HashMap) -> Value {
    let entry = |(key, value): (&Value, &Value)| (Value::Str(key.to_str()), stored_value(value));
    let mut entries: Vec<_> = entries.iter().map(entry).collect();
    let order = |key: &Value| key.as_str().map(|text| (text.len(), text.to_owned()));
    entries.sort_by_key(|(key, _)| order(key));
    Value::hash(entries)
}

fn capitalized(name: &str) -> String {
    let segment = |segment: &str| {
        let mut chars = segment.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    name.split("::").map(segment).collect::<Vec<_>>().join("::")
}

/// Hashes of what is exported, by type.
pub(super) type Digests = BTreeMap<EcoString, [u8; 32]>;

/// Returns the hashes of all that is exported of each type.
pub(super) fn digests(exports: &[(EcoString, Resource)]) -> Digests {
    let mut hashers: BTreeMap<EcoString, blake3::Hasher> = BTreeMap::new();
    for (certname, resource) in exports {
        let text = serde_json::json!([certname.as_str(), resource_json(resource)]).to_string();
        hashers.entry(resource.reference.type_name.clone()).or_default().update(text.as_bytes());
    }
    hashers.into_iter().map(|(name, hasher)| (name, *hasher.finalize().as_bytes())).collect()
}

/// Tells whether there is a secret in a value.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is exported holds no other kinds of values")]
pub(super) fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Str(text) => text.labels().is_some_and(|labels| !labels.is_empty()),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Hash(entries) => entries.iter().any(|(key, value)| holds_secret(key) || holds_secret(value)),
        _ => false,
    }
}

/// Tells whether two lists of exports are the same.
pub(super) fn same<'e>(
    left: impl Iterator<Item = &'e (EcoString, Resource)>,
    mut right: impl Iterator<Item = &'e (EcoString, Resource)>,
) -> bool {
    for entry in left {
        if !right.next().is_some_and(|other| is_same(entry, other)) {
            return false;
        }
    }
    right.next().is_none()
}

fn is_same((left_node, left): &(EcoString, Resource), (right_node, right): &(EcoString, Resource)) -> bool {
    let equal = |(name, left): (&EcoString, &Parameter)| {
        right.parameters.get(name).is_some_and(|right| left.value == right.value)
    };
    left_node == right_node
        && left.reference == right.reference
        && left.tags == right.tags
        && left.parameters.len() == right.parameters.len()
        && left.parameters.iter().all(equal)
}

/// Names resources that are in one round and not in the other, or differ.
pub(super) fn differing(left: &[(EcoString, Resource)], right: &[(EcoString, Resource)]) -> BTreeSet<String> {
    let among = |entry: &(EcoString, Resource), others: &[(EcoString, Resource)]| {
        others.iter().any(|other| is_same(entry, other))
    };
    let missing = |from: &[(EcoString, Resource)], others: &[(EcoString, Resource)]| {
        let entries = from.iter().filter(|entry| !among(entry, others));
        entries.map(|(node, resource)| format!("`{}` of {node}", resource.reference)).collect::<Vec<_>>()
    };
    missing(left, right).into_iter().chain(missing(right, left)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_plain_data() {
        let file = Value::Type(Type::Resource(Some("File".into()), Some("/b".into())));
        let class = Value::Type(Type::Class(Some("a::b".into())));
        let both = stored_parameter("require", &Value::array([file, class]));
        assert_eq!(both, Value::array(["Class[A::B]".into(), "File[/b]".into()]));
        assert_eq!(stored_parameter("alias", &"x".into()), Value::array(["x".into()]));
        let hash =
            Value::hash([("bbb".into(), Value::Undef), ("c".into(), Value::Default), ("a".into(), 1.into())]);
        let stored = stored_value(&hash);
        let keys: Vec<_> = stored.as_hash().unwrap().keys().filter_map(Value::as_str).collect();
        assert_eq!(keys, ["a", "c", "bbb"]);
        assert_eq!(stored.get("c"), Some(&"default".into()));
    }
}
