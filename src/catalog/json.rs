//! Writes a catalog as Puppet's rich-data JSON (`Puppet::Resource::Catalog#to_data_hash`).

use super::{Catalog, Edge, Parameter, Resource};
use crate::value::{HashMap, Type, Value};
use ecow::EcoString;
use serde_json::{Map, Value as Json, json};

/// Returns a catalog as pretty JSON with a newline at its end; `catalog_uuid` and `code_id` are null.
#[must_use]
pub fn write_catalog(catalog: &Catalog) -> String {
    let mut text = serde_json::to_string_pretty(&catalog_json(catalog)).unwrap_or_default();
    text.push('\n');
    text
}

/// Returns a catalog as JSON.
#[must_use]
pub fn catalog_json(catalog: &Catalog) -> Json {
    let version =
        catalog.version.parse::<i64>().map_or_else(|_| Json::from(catalog.version.as_str()), Json::from);
    json!({
        "tags": strings(&catalog.tags),
        "name": catalog.name.as_str(),
        "version": version,
        "code_id": null,
        "catalog_uuid": null,
        "catalog_format": 2,
        "environment": catalog.environment.as_str(),
        "resources": catalog.resources.values().map(resource_json).collect::<Vec<_>>(),
        "edges": catalog.edges.iter().map(edge_json).collect::<Vec<_>>(),
        "classes": strings(&catalog.classes),
    })
}

fn strings<'a>(items: impl IntoIterator<Item = &'a EcoString>) -> Vec<&'a str> {
    items.into_iter().map(EcoString::as_str).collect()
}

fn edge_json(edge: &Edge) -> Json {
    json!({"source": edge.source.to_string(), "target": edge.target.to_string()})
}

fn resource_json(resource: &Resource) -> Json {
    let mut out = Map::new();
    out.insert("type".into(), resource.reference.type_name.as_str().into());
    out.insert("title".into(), resource.reference.title.as_str().into());
    out.insert("tags".into(), strings(&resource.tags).into());
    // classes that were included, nodes and what other nodes exported have no place in Puppet's catalogs
    if resource.kind != "unknown"
        && resource.exporter.is_none()
        && let Some(at) = &resource.origin.at
    {
        out.insert("file".into(), at.source.path().into());
        out.insert("line".into(), at.line().into());
    }
    out.insert("exported".into(), resource.exported.into());
    out.insert("kind".into(), resource.kind.into());
    if !resource.parameters.is_empty() {
        let entry =
            |(name, param): (&EcoString, &Parameter)| (name.to_string(), parameter_json(&param.value));
        out.insert("parameters".into(), Json::Object(resource.parameters.iter().map(entry).collect()));
    }
    let sensitive: Vec<&str> = resource
        .parameters
        .iter()
        .filter(|(_, param)| param.sensitive)
        .map(|(name, _)| name.as_str())
        .collect();
    if !sensitive.is_empty() {
        out.insert("sensitive_parameters".into(), sensitive.into());
    }
    Json::Object(out)
}

/// Returns a parameter's value; references are text at any depth of arrays and hashes.
fn parameter_json(value: &Value) -> Json {
    match value {
        Value::Type(Type::Resource(Some(kind), Some(title))) => format!("{kind}[{title}]").into(),
        Value::Type(Type::Class(Some(name))) => format!("Class[{}]", capitalized(name)).into(),
        Value::Array(items) => items.iter().map(parameter_json).collect(),
        Value::Hash(entries) => hash_json(entries, parameter_json),
        other => rich_json(other),
    }
}

fn capitalized(name: &str) -> String {
    let segment = |segment: &str| {
        let mut chars = segment.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect::<String>()
    };
    name.split("::").map(segment).collect::<Vec<_>>().join("::")
}

fn hash_json(entries: &HashMap, item: fn(&Value) -> Json) -> Json {
    let plain = entries.keys().all(|key| key.as_str().is_some_and(|key| key != "__ptype"));
    if plain {
        let entry = |(key, value): (&Value, &Value)| (key.to_str().to_string(), item(value));
        return Json::Object(entries.iter().map(entry).collect());
    }
    let flat: Vec<Json> = entries.iter().flat_map(|(key, value)| [item(key), item(value)]).collect();
    json!({"__ptype": "Hash", "__pvalue": flat})
}

/// Returns a value as rich data (`Puppet::Pops::Serialization::ToDataConverter`).
#[must_use]
pub fn rich_json(value: &Value) -> Json {
    let rich = |name: &str, text: &str| json!({"__ptype": name, "__pvalue": text});
    match value {
        Value::Undef => Json::Null,
        Value::Default => json!({"__ptype": "Default"}),
        Value::Bool(it) => (*it).into(),
        Value::Int(it) => (*it).into(),
        Value::Float(it) => serde_json::Number::from_f64(*it).map_or(Json::Null, Json::Number),
        Value::Str(it) => it.as_str().into(),
        Value::Symbol(it) => it.as_str().into(),
        Value::Regexp(it) => rich("Regexp", &it.source),
        Value::Array(items) => items.iter().map(rich_json).collect(),
        Value::Hash(entries) => hash_json(entries, rich_json),
        Value::Sensitive(inner) => json!({"__ptype": "Sensitive", "__pvalue": rich_json(inner)}),
        Value::Type(it) => super::types::type_json(it),
        Value::Iterator(it) => it.items().map(|item| rich_json(&item)).collect(),
        Value::Binary(bytes) => rich("Binary", &crate::value::base64_text(bytes)),
        Value::Timestamp(_) => rich("Timestamp", &value.to_str()),
        Value::Timespan(_) => rich("Timespan", &value.to_str()),
        Value::SemVer(it) => rich("SemVer", it),
        Value::SemVerRange(it) => rich("SemVerRange", it),
        Value::Uri(it) => rich("URI", it),
        Value::Deferred(it) => {
            let mut out = Map::new();
            out.insert("__ptype".into(), "Deferred".into());
            out.insert("name".into(), it.name.as_str().into());
            if let Some(arguments) = &it.arguments {
                out.insert("arguments".into(), arguments.iter().map(rich_json).collect());
            }
            Json::Object(out)
        }
        Value::Object(it) => {
            let mut out = Map::new();
            out.insert("__ptype".into(), it.of.label().as_str().into());
            out.extend(it.serialized().into_iter().map(|(name, item)| (name.into(), rich_json(&item))));
            Json::Object(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::read_value;

    #[test]
    fn rich_values_are_read_back_as_they_were() {
        let pairs = Value::hash([(Value::Int(1), Value::Default), ("a".into(), Value::Undef)]);
        let nested =
            Value::array([pairs, Value::SemVer("1.2.3".into()), Value::Sensitive(Value::str("x").into())]);
        assert_eq!(read_value(&rich_json(&nested)), nested);
    }

    #[test]
    fn references_are_text() {
        let reference = Value::Type(Type::Resource(Some("File".into()), Some("/a".into())));
        let class = Value::Type(Type::Class(Some("foo::bar".into())));
        assert_eq!(parameter_json(&Value::array([reference, class])), json!(["File[/a]", "Class[Foo::Bar]"]));
    }
}
