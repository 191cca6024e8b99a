//! Catalogs and host files as items with fields: what is compared.

use super::mask::{Mask, is_secret_name, is_sensitive};
use crate::{
    catalog::{Catalog, rich_json},
    model::{EdgeKind, HostConfig, ItemKind, Text},
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// One field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub value: Json,
    pub secret: bool,
    /// Whether it is a text of a host file with secrets in it, by their ids.
    pub has_ids: bool,
}

/// One resource or item.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub fields: BTreeMap<String, Field>,
    /// Where it was written, `file:line`.
    pub place: Option<String>,
    /// The two ends, of an edge.
    pub ends: Option<[String; 2]>,
}

/// The items of a node by their references.
pub(super) type Items = BTreeMap<String, Item>;

/// Takes a catalog's resources with their parameters, and containment.
pub(super) fn of_catalog(catalog: &Catalog, mask: &mut Mask) -> Items {
    let mut items = Items::new();
    for (reference, resource) in &catalog.resources {
        let mut item = Item { place: resource.origin.at.as_ref().map(place), ..Item::default() };
        for (name, parameter) in &resource.parameters {
            let value = rich_json(&parameter.value);
            item.fields.insert(name.to_string(), field(name, value, parameter.sensitive, mask));
        }
        for (name, set) in [("(exported)", resource.exported), ("(virtual)", resource.is_virtual)] {
            if set {
                item.fields.insert(
                    name.to_owned(),
                    Field { value: Json::Bool(true), secret: false, has_ids: false },
                );
            }
        }
        items.insert(reference.to_string(), item);
    }
    for edge in &catalog.edges {
        let ends = [edge.source.to_string(), edge.target.to_string()];
        let key = format!("{} contains {}", ends[0], ends[1]);
        items.insert(key, Item { ends: Some(ends), ..Item::default() });
    }
    items
}

fn place(at: &crate::source::Location) -> String {
    format!("{}:{}", at.source.path(), at.line_column().line)
}

fn field(name: &str, value: Json, sensitive: bool, mask: &mut Mask) -> Field {
    let marked = matches!(&value, Json::Object(entries) if is_sensitive(entries));
    let plain = matches!(value, Json::Bool(_) | Json::Null);
    let secret = !plain && (sensitive || marked || is_secret_name(name));
    if secret {
        mask.learn(&value);
    } else {
        learn_inside(&value, mask);
    }
    Field { value, secret, has_ids: false }
}

/// Notes secrets inside of values that are no secrets themselves.
fn learn_inside(value: &Json, mask: &mut Mask) {
    match value {
        Json::Object(entries) if is_sensitive(entries) => mask.learn(value),
        Json::Object(entries) => {
            for (key, item) in entries {
                if is_secret_name(key) { mask.learn(item) } else { learn_inside(item, mask) }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| learn_inside(item, mask)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Takes a host file's items with their fields, and its orders. Goes by the serialized form, so that a new kind of
/// item is compared from its first day.
pub(super) fn of_host(config: &HostConfig, mask: &mut Mask) -> Items {
    let mut items = Items::new();
    let whole = serde_json::to_value(config).unwrap_or_default();
    for kind in ItemKind::ALL {
        for item in whole.get(kind.word()).and_then(Json::as_array).into_iter().flatten() {
            let text = |key: &str| item.get(key).and_then(Json::as_str);
            let name = text("path").or(text("name")).unwrap_or_default();
            let place = text("from").filter(|place| !place.is_empty()).map(str::to_owned);
            let key = format!("{}:{name}", kind.word());
            items.insert(key, Item { fields: fields(item, mask), place, ends: None });
        }
    }
    for edge in &config.edges {
        let word = match edge.kind {
            EdgeKind::Before => "before",
            EdgeKind::Notify => "notifies",
        };
        let ends = [edge.source.to_string(), edge.target.to_string()];
        items.insert(format!("{} {word} {}", ends[0], ends[1]), Item { ends: Some(ends), ..Item::default() });
    }
    items
}

/// Takes a host file's item apart; a text with secrets is shown with their ids, which are no secrets.
fn fields(item: &Json, mask: &mut Mask) -> BTreeMap<String, Field> {
    let entries = item.as_object().into_iter().flatten();
    // an exec's `path` is a list and no name
    let is_name = |name: &str, value: &Json| matches!(name, "name" | "path" | "from") && value.is_string();
    let unnamed = entries.filter(|(name, value)| !is_name(name, value));
    unnamed
        .map(|(name, value)| {
            let parts =
                value.is_array().then(|| serde_json::from_value::<Text>(value.clone()).ok()).flatten();
            let is_text = matches!(name.as_str(), "content" | "command" | "password");
            let found = match parts.filter(|_| is_text) {
                Some(text) => {
                    let has_ids = text.secrets().next().is_some();
                    Field { value: Json::String(text.masked()), secret: false, has_ids }
                }
                None => field(name, value.clone(), false, mask),
            };
            (name.clone(), found)
        })
        .collect()
}
