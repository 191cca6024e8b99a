//! Writes a catalog as Puppet's rich-data JSON (`Puppet::Resource::Catalog#to_data_hash`).

use super::{Catalog, Edge, Resource};
use crate::value::{HashMap, Type, Value, base64_text};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::Value as Json;
use std::fmt::Display;

/// Returns a catalog as pretty JSON with a newline at its end; `catalog_uuid` and `code_id` are null.
#[must_use]
pub fn write_catalog(catalog: &Catalog) -> String {
    let mut text = serde_json::to_string_pretty(&Whole(catalog)).unwrap_or_default();
    text.push('\n');
    text
}

/// Returns a catalog as JSON.
#[must_use]
pub fn catalog_json(catalog: &Catalog) -> Json {
    serde_json::to_value(Whole(catalog)).unwrap_or_default()
}

/// Returns a resource as it is in a catalog.
#[must_use]
pub fn resource_json(resource: &Resource) -> Json {
    serde_json::to_value(One(resource)).unwrap_or_default()
}

/// Returns a value as rich data (`Puppet::Pops::Serialization::ToDataConverter`).
#[must_use]
pub fn rich_json(value: &Value) -> Json {
    serde_json::to_value(Rich(value)).unwrap_or_default()
}

/// A catalog on its way to JSON.
struct Whole<'c>(&'c Catalog);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(catalog) = self;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("tags", &catalog.tags)?;
        map.serialize_entry("name", &catalog.name)?;
        match catalog.version.parse::<i64>() {
            Ok(number) => map.serialize_entry("version", &number)?,
            Err(_) => map.serialize_entry("version", &catalog.version)?,
        }
        map.serialize_entry("code_id", &())?;
        map.serialize_entry("catalog_uuid", &())?;
        map.serialize_entry("catalog_format", &2)?;
        map.serialize_entry("environment", &catalog.environment)?;
        map.serialize_entry("resources", &Each(|| catalog.resources.values().map(One)))?;
        map.serialize_entry("edges", &Each(|| catalog.edges.iter().map(Ends)))?;
        map.serialize_entry("classes", &catalog.classes)?;
        map.end()
    }
}

/// A list that is made while it is written.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq((self.0)())
    }
}

/// An edge on its way to JSON.
struct Ends<'c>(&'c Edge);

impl Serialize for Ends<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("source", &Text(&self.0.source))?;
        map.serialize_entry("target", &Text(&self.0.target))?;
        map.end()
    }
}

/// Something that is written as text.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// A resource on its way to JSON.
struct One<'c>(&'c Resource);

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(resource) = self;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", &resource.reference.type_name)?;
        map.serialize_entry("title", &resource.reference.title)?;
        map.serialize_entry("tags", &resource.tags)?;
        // classes that were included, nodes and what other nodes exported have no place in Puppet's catalogs
        if resource.kind != "unknown"
            && resource.exporter.is_none()
            && let Some(at) = &resource.origin.at
        {
            map.serialize_entry("file", at.source.path())?;
            map.serialize_entry("line", &at.line())?;
        }
        map.serialize_entry("exported", &resource.exported)?;
        map.serialize_entry("kind", resource.kind)?;
        if !resource.parameters.is_empty() {
            map.serialize_entry("parameters", &Parameters(resource))?;
        }
        let sensitive = || resource.parameters.iter().filter(|(_, param)| param.sensitive);
        if sensitive().next().is_some() {
            map.serialize_entry("sensitive_parameters", &Each(|| sensitive().map(|(name, _)| name)))?;
        }
        map.end()
    }
}

/// The parameters of a resource on their way to JSON.
struct Parameters<'c>(&'c Resource);

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.parameters.iter().map(|(name, param)| (name, Referring(&param.value))))
    }
}

/// A parameter's value on its way to JSON; references are text at any depth of arrays and hashes.
struct Referring<'v>(&'v Value);

impl Serialize for Referring<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Type(Type::Resource(Some(kind), Some(title))) => {
                to.collect_str(&format_args!("{kind}[{title}]"))
            }
            Value::Type(Type::Class(Some(name))) => {
                to.collect_str(&format_args!("Class[{}]", capitalized(name)))
            }
            Value::Array(items) => to.collect_seq(items.iter().map(Referring)),
            Value::Hash(entries) => write_hash(entries, Referring, to),
            other => Rich(other).serialize(to),
        }
    }
}

fn capitalized(name: &str) -> String {
    let segment = |segment: &str| {
        let mut chars = segment.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect::<String>()
    };
    name.split("::").map(segment).collect::<Vec<_>>().join("::")
}

fn write_hash<'v, T: Serialize, S: Serializer>(
    entries: &'v HashMap,
    item: fn(&'v Value) -> T,
    to: S,
) -> Result<S::Ok, S::Error> {
    let plain = entries.keys().all(|key| key.as_str().is_some_and(|key| key != "__ptype"));
    if plain {
        let entry = |(key, value): (&'v Value, &'v Value)| (key.as_str().unwrap_or_default(), item(value));
        return to.collect_map(entries.iter().map(entry));
    }
    tagged(to, "Hash", &Each(|| entries.iter().flat_map(|(key, value)| [item(key), item(value)])))
}

fn tagged<S: Serializer>(to: S, name: &str, value: &(impl Serialize + ?Sized)) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(2))?;
    map.serialize_entry("__ptype", name)?;
    map.serialize_entry("__pvalue", value)?;
    map.end()
}

/// A value on its way to rich data.
struct Rich<'v>(&'v Value);

impl Serialize for Rich<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(value) = self;
        match value {
            Value::Undef => to.serialize_unit(),
            Value::Default => to.collect_map([("__ptype", "Default")]),
            Value::Bool(it) => to.serialize_bool(*it),
            Value::Int(it) => to.serialize_i64(*it),
            Value::Float(it) => to.serialize_f64(*it),
            Value::Str(it) => to.serialize_str(it.as_str()),
            Value::Symbol(it) => to.serialize_str(it),
            Value::Regexp(it) => tagged(to, "Regexp", it.source.as_str()),
            Value::Array(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(&Rich(item)))?;
                list.end()
            }
            Value::Hash(entries) => write_hash(entries, Rich, to),
            Value::Sensitive(inner) => tagged(to, "Sensitive", &Rich(inner)),
            Value::Type(it) => super::types::type_json(it).serialize(to),
            Value::Iterator(it) => to.collect_seq(it.items().map(|item| rich_json(&item))),
            Value::Binary(bytes) => tagged(to, "Binary", &base64_text(bytes)),
            Value::Timestamp(_) => tagged(to, "Timestamp", value.to_str().as_str()),
            Value::Timespan(_) => tagged(to, "Timespan", value.to_str().as_str()),
            Value::SemVer(it) => tagged(to, "SemVer", it),
            Value::SemVerRange(it) => tagged(to, "SemVerRange", it),
            Value::Uri(it) => tagged(to, "URI", it),
            Value::Deferred(it) => {
                let mut map = to.serialize_map(Some(3))?;
                map.serialize_entry("__ptype", "Deferred")?;
                map.serialize_entry("name", &it.name)?;
                if let Some(arguments) = &it.arguments {
                    map.serialize_entry("arguments", &Each(|| arguments.iter().map(Rich)))?;
                }
                map.end()
            }
            Value::Object(it) => {
                let mut map = to.serialize_map(None)?;
                map.serialize_entry("__ptype", it.of.label().as_str())?;
                for (name, item) in it.serialized() {
                    map.serialize_entry(name.as_str(), &Rich(&item))?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::read_value;
    use serde_json::json;

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
        assert_eq!(
            serde_json::to_value(Referring(&Value::array([reference, class]))).unwrap(),
            json!(["File[/a]", "Class[Foo::Bar]"])
        );
    }
}
