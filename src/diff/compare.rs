//! Compares two sides.

use super::{
    codes::NOT_COMPARED,
    items::{Field, Item, Items, of_catalog, of_host},
    mask::{MASK, Mask},
    side::{Content, Node, Side},
};
use crate::{diag::Diagnostic, model::HostConfig};
use ecow::EcoString;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A value as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// There is none.
    Nothing,
    /// A secret.
    Secret,
    /// A value without the secrets in it.
    Value(Json),
}

/// A field that differs.
#[derive(Clone, Debug)]
pub struct FieldDiff {
    /// Its name.
    pub name: String,
    /// The value of FROM.
    pub from: Shown,
    /// The value of TO.
    pub to: Shown,
}

/// A resource that both sides have and that differs.
#[derive(Clone, Debug)]
pub struct ResourceDiff {
    /// The reference.
    pub resource: String,
    /// Where FROM has it from, `file:line`.
    pub from_place: Option<String>,
    /// Where TO has it from.
    pub to_place: Option<String>,
    /// In what.
    pub fields: Vec<FieldDiff>,
}

/// The comparison of one node.
#[derive(Clone, Debug, Default)]
pub struct NodeDiff {
    /// The node; both names where single files of two nodes are compared.
    pub node: String,
    /// Whether each side has it.
    pub sides: [bool; 2],
    /// References that only FROM has.
    pub only_from: Vec<String>,
    /// References that only TO has.
    pub only_to: Vec<String>,
    /// What differs.
    pub differing: Vec<ResourceDiff>,
    /// How many are the same.
    pub same: usize,
}

/// The comparison of two sides.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// FROM's path.
    pub from: String,
    /// TO's path.
    pub to: String,
    /// The nodes, by name.
    pub nodes: Vec<NodeDiff>,
    /// What could not be compared.
    pub warnings: Vec<Diagnostic>,
}

/// How many are in one side only, differ, and are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Nodes that are compared.
    pub nodes: usize,
    /// Nodes that differ or are in one side only.
    pub nodes_differing: usize,
    /// Resources in FROM only.
    pub only_from: usize,
    /// Resources in TO only.
    pub only_to: usize,
    /// Resources that differ.
    pub differing: usize,
    /// Resources that are the same.
    pub same: usize,
}

impl NodeDiff {
    /// Tells whether there is any difference.
    #[must_use]
    pub fn is_different(&self) -> bool {
        self.sides != [true, true]
            || !self.only_from.is_empty()
            || !self.only_to.is_empty()
            || !self.differing.is_empty()
    }
}

impl Comparison {
    /// Tells whether there is any difference.
    #[must_use]
    pub fn is_different(&self) -> bool {
        self.nodes.iter().any(NodeDiff::is_different)
    }

    /// Counts over all nodes.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { nodes: self.nodes.len(), ..Counts::default() };
        for node in &self.nodes {
            counts.nodes_differing += usize::from(node.is_different());
            counts.only_from += node.only_from.len();
            counts.only_to += node.only_to.len();
            counts.differing += node.differing.len();
            counts.same += node.same;
        }
        counts
    }
}

/// Turns a catalog into a host configuration, with what cannot be compared that way.
pub type Translate<'a> = dyn Fn(&crate::catalog::Catalog) -> (HostConfig, Vec<Diagnostic>) + 'a;

/// Compares two sides. Two single files are compared whatever their nodes' names, else nodes are matched by name.
/// A catalog meets a host file by way of `translate`.
#[must_use]
pub fn compare(from: &Side, to: &Side, translate: &Translate<'_>) -> Comparison {
    let mut found = Comparison { from: from.path.clone(), to: to.path.clone(), ..Comparison::default() };
    if !from.is_folder
        && !to.is_folder
        && let (Some(a), Some(b)) = (from.nodes.values().next(), to.nodes.values().next())
    {
        let name = if a.name == b.name { a.name.to_string() } else { format!("{} -> {}", a.name, b.name) };
        let node = pair(name, a, b, (translate, &mut found.warnings));
        found.nodes.push(node);
        return found;
    }
    let names: BTreeSet<&EcoString> = from.nodes.keys().chain(to.nodes.keys()).collect();
    for name in names {
        let sides = (from.nodes.get(name), to.nodes.get(name));
        found.nodes.push(match sides {
            (Some(a), Some(b)) => pair(name.to_string(), a, b, (translate, &mut found.warnings)),
            (a, b) => {
                NodeDiff { node: name.to_string(), sides: [a.is_some(), b.is_some()], ..NodeDiff::default() }
            }
        });
    }
    found
}

fn pair(
    name: String,
    a: &Node,
    b: &Node,
    (translate, warnings): (&Translate<'_>, &mut Vec<Diagnostic>),
) -> NodeDiff {
    let mut mask = Mask::default();
    let mixed = matches!(
        (&a.content, &b.content),
        (Content::Catalog(_), Content::Host(_)) | (Content::Host(_), Content::Catalog(_))
    );
    let mut items = |node: &Node| match &node.content {
        Content::Host(config) => of_host(config, &mut mask),
        Content::Catalog(catalog) if mixed => {
            // secrets that only the catalog marks stay secrets
            of_catalog(catalog, &mut mask);
            let (config, told) = translate(catalog);
            warnings.extend(told.into_iter().map(|it| it.in_file(node.file.clone())));
            of_host(&config, &mut mask)
        }
        Content::Catalog(catalog) => of_catalog(catalog, &mut mask),
    };
    let (mut from, mut to) = (items(a), items(b));
    if mixed {
        let unseen = drop_unknowable(&mut from, &mut to);
        if unseen > 0 {
            let message =
                format!("{unseen} texts of `{name}` have secrets on both sides and are not compared");
            warnings.push(Diagnostic::warning(&NOT_COMPARED, message));
        }
    }
    compare_items(name, (&from, &to), &mask)
}

/// Drops the texts that have secrets on both sides: a host file has the ids, a catalog read from JSON has other ones.
fn drop_unknowable(from: &mut Items, to: &mut Items) -> usize {
    let mut dropped = 0;
    for (key, a) in from {
        let Some(b) = to.get_mut(key) else { continue };
        let both =
            |name: &String, field: &Field| field.has_ids && b.fields.get(name).is_some_and(|it| it.has_ids);
        let names: Vec<_> =
            a.fields.iter().filter(|(name, field)| both(name, field)).map(|(name, _)| name.clone()).collect();
        for name in names {
            a.fields.remove(&name);
            b.fields.remove(&name);
            dropped += 1;
        }
    }
    dropped
}

fn compare_items(node: String, (from, to): (&Items, &Items), mask: &Mask) -> NodeDiff {
    let mut diff = NodeDiff { node, sides: [true, true], ..NodeDiff::default() };
    // an edge of a resource that only one side has says nothing new
    let tells = |item: &Item| {
        item.ends
            .as_ref()
            .is_none_or(|ends| ends.iter().all(|end| from.contains_key(end) && to.contains_key(end)))
    };
    let only = |one: &Items, other: &Items| -> Vec<String> {
        let missing = one.iter().filter(|(key, item)| !other.contains_key(*key) && tells(item));
        missing.map(|(key, _)| mask.text(key)).collect()
    };
    diff.only_from = only(from, to);
    diff.only_to = only(to, from);
    for (key, a) in from {
        let Some(b) = to.get(key) else { continue };
        let fields = compare_fields(a, b, mask);
        if fields.is_empty() {
            diff.same += usize::from(a.ends.is_none());
            continue;
        }
        diff.differing.push(ResourceDiff {
            resource: mask.text(key),
            from_place: a.place.clone(),
            to_place: b.place.clone(),
            fields,
        });
    }
    diff
}

fn compare_fields(a: &Item, b: &Item, mask: &Mask) -> Vec<FieldDiff> {
    let names: BTreeSet<&String> = a.fields.keys().chain(b.fields.keys()).collect();
    let differing = names.into_iter().filter(|name| {
        a.fields.get(*name).map(|field| &field.value) != b.fields.get(*name).map(|field| &field.value)
    });
    differing
        .map(|name| {
            let (from, to) = (a.fields.get(name), b.fields.get(name));
            let secret = [from, to].into_iter().flatten().any(|field| field.secret);
            let (from, to) = (shown(from, secret, mask), shown(to, secret, mask));
            // nothing that may be shown differs: it is the secrets in them
            let (from, to) = if from == to { (Shown::Secret, Shown::Secret) } else { (from, to) };
            FieldDiff { name: name.clone(), from, to }
        })
        .collect()
}

fn shown(field: Option<&Field>, secret: bool, mask: &Mask) -> Shown {
    match field {
        None => Shown::Nothing,
        Some(_) if secret => Shown::Secret,
        Some(field) => match mask.value(&field.value) {
            Json::String(text) if text == MASK => Shown::Secret,
            value @ (Json::Null
            | Json::Bool(_)
            | Json::Number(_)
            | Json::String(_)
            | Json::Array(_)
            | Json::Object(_)) => Shown::Value(value),
        },
    }
}
