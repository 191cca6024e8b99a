//! Relationships between leaves: containers expanded to members, each edge with its origin and its fate.

use super::ledger::Ledger;
use crate::{
    catalog::{Catalog, Resource, ResourceRef},
    maps::{IndexMap, IndexSet},
    model::{Edge, EdgeKind, ItemId, ItemKind, Provenance},
    value::{Type, Value},
};
use ecow::EcoString;
use serde::Serialize;

/// What becomes of the orders between items.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Orders {
    /// Orders that the phases of a switch satisfy (users, packages, files, units) and that are not kept.
    pub by_phase: usize,
    /// Orders and notifications kept in the configuration.
    pub kept: usize,
    /// Relationships written in the catalog, by resource, that name something that is not in it.
    pub dangling: Vec<String>,
}

/// The relationships of a catalog between leaves.
pub(crate) struct Relations<'a> {
    catalog: &'a Catalog,
    members: IndexMap<&'a ResourceRef, Vec<&'a ResourceRef>>,
}

impl<'a> Relations<'a> {
    pub(crate) fn new(catalog: &'a Catalog) -> Self {
        let mut members: IndexMap<&ResourceRef, Vec<&ResourceRef>> = IndexMap::default();
        for edge in &catalog.edges {
            members.entry(&edge.source).or_default().push(&edge.target);
        }
        Self { catalog, members }
    }

    /// Returns the leaves below a resource, itself where it is one.
    pub(crate) fn leaves(&self, of: &'a ResourceRef) -> IndexSet<&'a ResourceRef> {
        let (mut leaves, mut seen, mut open) = (IndexSet::default(), IndexSet::default(), vec![of]);
        while let Some(next) = open.pop() {
            if !seen.insert(next) {
                continue;
            }
            match self.members.get(next) {
                Some(members) => open.extend(members.iter().rev()),
                None => drop(leaves.insert(next)),
            }
        }
        leaves
    }

    /// Turns every relationship into edges between items.
    pub(crate) fn edges(
        &self,
        ledger: &Ledger,
        from: impl Fn(&Resource) -> Provenance,
    ) -> (Vec<Edge>, Orders) {
        let items: IndexMap<&ResourceRef, &[ItemId]> =
            ledger.entries.iter().map(|entry| (&entry.resource, entry.items.as_slice())).collect();
        let (mut edges, mut orders) = (IndexMap::default(), Orders::default());
        for (reference, resource) in &self.catalog.resources {
            for (source, target, kind) in self.written(reference, resource, &mut orders) {
                self.expand((source, target, kind), &items, &mut orders, |edge| {
                    edges.entry(edge).or_insert_with(|| from(resource));
                });
            }
        }
        orders.kept = edges.len();
        let edges =
            edges.into_iter().map(|((source, target, kind), from)| Edge { source, target, kind, from });
        (edges.collect(), orders)
    }

    fn written(
        &self,
        reference: &'a ResourceRef,
        resource: &'a Resource,
        orders: &mut Orders,
    ) -> Vec<(&'a ResourceRef, &'a ResourceRef, EdgeKind)> {
        const NAMES: [(&str, bool, EdgeKind); 4] = [
            ("before", true, EdgeKind::Before),
            ("require", false, EdgeKind::Before),
            ("notify", true, EdgeKind::Notify),
            ("subscribe", false, EdgeKind::Notify),
        ];
        let mut found = Vec::new();
        for (name, outwards, kind) in NAMES {
            let Some(parameter) = resource.parameters.get(name) else { continue };
            for other in references(&parameter.value) {
                match self.catalog.resources.get_key_value(&other) {
                    Some((other, _)) if outwards => found.push((reference, other, kind)),
                    Some((other, _)) => found.push((other, reference, kind)),
                    None => orders.dangling.push(format!("{reference} {name} {other}")),
                }
            }
        }
        found
    }

    fn expand(
        &self,
        (source, target, kind): (&'a ResourceRef, &'a ResourceRef, EdgeKind),
        items: &IndexMap<&ResourceRef, &[ItemId]>,
        orders: &mut Orders,
        mut keep: impl FnMut((ItemId, ItemId, EdgeKind)),
    ) {
        for first in self.leaves(source) {
            for second in self.leaves(target) {
                let (Some([one, ..]), Some([two, ..])) = (items.get(first), items.get(second)) else {
                    continue;
                };
                if kind == EdgeKind::Before && phase(one.kind) < phase(two.kind) {
                    orders.by_phase += 1;
                } else if one != two {
                    keep((one.clone(), two.clone(), kind));
                }
            }
        }
    }
}

/// The phase of a switch in which items of a kind are realized: users, packages, files, mounts, units.
const fn phase(kind: ItemKind) -> u8 {
    match kind {
        ItemKind::Group => 0,
        ItemKind::User => 1,
        ItemKind::Package => 2,
        ItemKind::File | ItemKind::AuthorizedKey | ItemKind::KnownHost | ItemKind::HostEntry => 3,
        ItemKind::Mount => 4,
        ItemKind::Cron => 5,
        ItemKind::Exec | ItemKind::Service => 6,
    }
}

/// The references in a relationship's value: types, or texts as in Puppet's JSON.
pub(super) fn references(value: &Value) -> Vec<ResourceRef> {
    if let Some(items) = value.as_array() {
        return items.iter().flat_map(references).collect();
    }
    if let Value::Type(Type::Resource(Some(type_name), Some(title))) = value {
        return vec![ResourceRef::new(type_name.clone(), title.clone())];
    }
    if let Value::Type(Type::Class(Some(name))) = value {
        return vec![ResourceRef::new("Class", capitalized(name))];
    }
    value.as_str().and_then(ResourceRef::parse).into_iter().collect()
}

/// `a::b` as `A::B`.
fn capitalized(name: &str) -> EcoString {
    let segments = name.trim_start_matches("::").split("::").map(|segment| {
        let mut letters = segment.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    segments.collect::<Vec<_>>().join("::").into()
}
