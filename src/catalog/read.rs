//! Reads a catalog from Puppet's JSON, plain or rich data: `migrate diff` of catalog files, tests.
//!
//! Origins hold only what the JSON says: the file and the line. Labels do not exist in JSON, so a parameter
//! listed as sensitive is marked, its value unlabelled.

use super::{Catalog, Edge, Parameter, Resource, ResourceRef};
use crate::{
    diag::{Code, Diagnostic, Result},
    maps::{HashMap, IndexMap},
    source::{Location, Origin, SourceFile, Span},
    value::{Deferred, Type, Value},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ecow::EcoString;
use serde_json::Value as Json;
use std::sync::Arc;

/// A catalog's JSON is broken or is no catalog.
pub(crate) const NOT_A_CATALOG: Code = Code {
    name: "catalog::not-a-catalog",
    title: "a file that is no catalog in Puppet's JSON",
    explanation: "A catalog is a JSON object with `name` and `resources`, as `puppet catalog compile` and \
                  `migrate compile` write it; PuppetDB's wire format wraps it in `data`.",
};

/// The codes of this stage.
pub const CODES: &[Code] = &[NOT_A_CATALOG];

/// Reads a catalog from JSON text.
///
/// # Errors
/// Gives JSON that does not parse, and an object without `name` or `resources`.
pub fn read_catalog(text: &str) -> Result<Catalog> {
    let json: Json = serde_json::from_str(text).map_err(|error| broken(format!("no JSON: {error}")))?;
    let root = json.get("data").filter(|data| data.get("resources").is_some()).unwrap_or(&json);
    let resources = root.get("resources").and_then(Json::as_array);
    let resources = resources.ok_or_else(|| broken("no list `resources`"))?;
    let mut places = Places::new(resources);
    let mut catalog = Catalog {
        name: text_of(root, "name").ok_or_else(|| broken("no `name`"))?,
        environment: text_of(root, "environment").unwrap_or_default(),
        version: root.get("version").map(plain).unwrap_or_default(),
        classes: strings(root.get("classes")).collect(),
        tags: strings(root.get("tags")).collect(),
        ..Catalog::default()
    };
    for item in resources {
        let resource = read_resource(item, &mut places)?;
        catalog.resources.insert(resource.reference.clone(), resource);
    }
    let edges = root.get("edges").and_then(Json::as_array).into_iter().flatten();
    catalog.edges = edges.filter_map(read_edge).collect();
    Ok(catalog)
}

/// Reads resources from JSON, as a catalog or a PuppetDB lists them.
///
/// # Errors
/// Gives one without `type` or `title`.
pub fn read_resources(items: &[Json]) -> Result<Vec<Resource>> {
    let mut places = Places::new(items);
    items.iter().map(|item| read_resource(item, &mut places)).collect()
}

fn broken(what: impl std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&NOT_A_CATALOG, format!("not a catalog: {what}")))
}

fn text_of(json: &Json, key: &str) -> Option<EcoString> {
    json.get(key).and_then(Json::as_str).map(Into::into)
}

fn strings(json: Option<&Json>) -> impl Iterator<Item = EcoString> {
    json.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(Into::into)
}

fn plain(json: &Json) -> EcoString {
    json.as_str().map_or_else(|| json.to_string().into(), Into::into)
}

fn read_resource(json: &Json, places: &mut Places) -> Result<Resource> {
    let type_name = text_of(json, "type").ok_or_else(|| broken("a resource without `type`"))?;
    let title = text_of(json, "title").ok_or_else(|| broken(format!("a {type_name} without `title`")))?;
    let sensitive: Vec<EcoString> = strings(json.get("sensitive_parameters")).collect();
    let origin = places.origin(json);
    let parameters = json.get("parameters").and_then(Json::as_object).into_iter().flatten();
    let parameters: IndexMap<EcoString, Parameter> = parameters
        .map(|(name, value)| {
            let name = EcoString::from(name.as_str());
            let sensitive = sensitive.contains(&name);
            (name, Parameter { value: read_value(value), origin: origin.clone(), sensitive })
        })
        .collect();
    Ok(Resource {
        reference: ResourceRef { type_name, title },
        parameters,
        tags: strings(json.get("tags")).collect(),
        exported: json.get("exported") == Some(&Json::Bool(true)),
        is_virtual: json.get("virtual") == Some(&Json::Bool(true)),
        kind: kind(json.get("kind").and_then(Json::as_str)),
        exporter: None,
        origin,
    })
}

fn kind(text: Option<&str>) -> &'static str {
    const KINDS: [&str; 3] = ["class", "compilable_type", "defined_type"];
    KINDS.into_iter().find(|known| text == Some(known)).unwrap_or("unknown")
}

fn read_edge(json: &Json) -> Option<Edge> {
    let end = |key| json.get(key).and_then(Json::as_str).and_then(ResourceRef::parse);
    Some(Edge { source: end("source")?, target: end("target")? })
}

/// Turns rich-data JSON into a value; a type that is not known becomes an object of that name.
#[must_use]
pub fn read_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Undef,
        Json::Bool(it) => Value::Bool(*it),
        Json::Number(it) => {
            it.as_i64().map_or_else(|| Value::Float(it.as_f64().unwrap_or_default()), Value::Int)
        }
        Json::String(it) => Value::str(it.as_str()),
        Json::Array(items) => Value::array(items.iter().map(read_value)),
        Json::Object(entries) => match entries.get("__ptype").and_then(Json::as_str) {
            Some(name) => read_rich(name, json),
            None => {
                Value::hash(entries.iter().map(|(key, value)| (Value::str(key.as_str()), read_value(value))))
            }
        },
    }
}

fn read_rich(name: &str, json: &Json) -> Value {
    let inner = json.get("__pvalue");
    let text = || inner.map(plain).unwrap_or_default();
    match name {
        "Default" => Value::Default,
        "Sensitive" => Value::Sensitive(Arc::new(inner.map(read_value).unwrap_or_default())),
        "Symbol" => Value::Symbol(text()),
        "SemVer" => Value::SemVer(text()),
        "SemVerRange" => Value::SemVerRange(text()),
        "URI" => Value::Uri(text()),
        "Binary" => match STANDARD.decode(text().replace("\n", "")) {
            Ok(bytes) => Value::Binary(bytes.into()),
            Err(_) => Value::Object(Arc::new(crate::value::types::Instance::nameless(
                "Binary".into(),
                IndexMap::default(),
            ))),
        },
        "Hash" => read_pairs(inner),
        "Type" | "Pcore::TypeReference" => Value::Type(Type::Reference(text(), Arc::default())),
        "Deferred" => {
            let arguments = json.get("arguments").map(read_value);
            let arguments = match arguments {
                Some(Value::Array(items)) => Some(items),
                _ => None,
            };
            let name = text_of(json, "name").unwrap_or_default();
            Value::Deferred(Arc::new(Deferred { name, arguments }))
        }
        _ => read_object(name, json),
    }
}

/// A hash with keys that are not strings: a flat list of keys and values.
fn read_pairs(inner: Option<&Json>) -> Value {
    let flat = inner.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let pairs = flat.chunks_exact(2).filter_map(|pair| match pair {
        [key, value] => Some((read_value(key), read_value(value))),
        _ => None,
    });
    Value::hash(pairs)
}

fn read_object(name: &str, json: &Json) -> Value {
    let entries = json.as_object().into_iter().flatten().filter(|(key, _)| key.as_str() != "__ptype");
    let entries = entries.map(|(key, value)| (Value::str(key.as_str()), read_value(value))).collect();
    Value::Object(Arc::new(crate::value::types::Instance::nameless(name.into(), entries)))
}

/// Stand-ins for the manifests, which are not at hand: as many empty lines as the catalog names.
struct Places {
    sources: HashMap<EcoString, Arc<SourceFile>>,
}

impl Places {
    fn new(resources: &[Json]) -> Self {
        let mut lines: IndexMap<EcoString, u64> = IndexMap::default();
        for item in resources {
            if let (Some(file), Some(line)) = (text_of(item, "file"), item.get("line").and_then(Json::as_u64))
            {
                let most = lines.entry(file).or_default();
                *most = line.max(*most);
            }
        }
        let stand_in = |(file, most): (EcoString, u64)| {
            let text = "\n".repeat(usize::try_from(most.min(1 << 20)).unwrap_or_default());
            (file.clone(), SourceFile::new(file.as_str(), text))
        };
        Self { sources: lines.into_iter().map(stand_in).collect() }
    }

    fn origin(&mut self, json: &Json) -> Arc<Origin> {
        let source = text_of(json, "file").and_then(|file| self.sources.get(&file));
        let line = json.get("line").and_then(Json::as_u64).unwrap_or(1).clamp(1, 1 << 20);
        let start = u32::try_from(line - 1).unwrap_or_default();
        let at = source.map(|source| Location::new(source.clone(), Span::new(start, start)));
        Arc::new(Origin { at, ..Origin::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_keeps_places_sensitivity_and_containment() {
        let text = r#"{"name": "n", "environment": "e", "version": 0, "classes": ["a"], "tags": [],
            "resources": [{"type": "User", "title": "bob", "kind": "compilable_type", "file": "a.pp", "line": 7,
              "parameters": {"password": "x", "uid": 5, "when": {"__ptype": "SemVer", "__pvalue": "1.2.3"}},
              "sensitive_parameters": ["password"]}],
            "edges": [{"source": "Class[A]", "target": "User[bob]"}]}"#;
        let catalog = read_catalog(text).unwrap();
        let bob = &catalog.resources[&ResourceRef::new("User", "bob")];
        assert_eq!(bob.origin.at.as_ref().unwrap().to_string(), "a.pp:7");
        assert!(bob.parameters["password"].sensitive && !bob.parameters["uid"].sensitive);
        assert_eq!(bob.parameters["when"].value, Value::SemVer("1.2.3".into()));
        let edge = catalog.edges.first().unwrap();
        assert_eq!(
            (edge.source.to_string(), edge.target.to_string()),
            ("Class[A]".into(), "User[bob]".into())
        );
    }

    #[test]
    fn what_is_no_catalog_is_said() {
        assert!(read_catalog("[]").unwrap_err().message().contains("resources"));
    }
}
