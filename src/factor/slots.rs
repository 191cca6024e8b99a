//! Slots: the values of one option of one unit, over all hosts.

use super::{definitions::Definition, fleet::UnitName};
use crate::{
    maps::IndexMap,
    model::ItemId,
    translate::nixos::{Expr, Topic},
};
use ecow::{EcoString, eco_format};
use std::collections::{BTreeMap, BTreeSet};

/// What identifies a slot within a unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SlotKey {
    pub(crate) unit: UnitName,
    pub(crate) option: Vec<EcoString>,
    /// Of an element of a list: its value, so that elements differ by presence only.
    element: Option<EcoString>,
}

/// One host's value.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) value: Expr,
    pub(crate) items: Vec<ItemId>,
}

/// The values of a slot.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) topic: Topic,
    pub(crate) origin: EcoString,
    pub(crate) held: BTreeMap<usize, Held>,
    /// The place in the code that makes it, whatever its titles are.
    pub(crate) instance: EcoString,
    /// The part of the option's path that differs, and each host's name there.
    pub(crate) varying: Option<Varying>,
}

/// A part of an option's path that is not the same on every host.
#[derive(Clone, Debug)]
pub(crate) struct Varying {
    /// Its place in the path.
    pub(crate) at: usize,
    /// The names by host.
    pub(crate) names: BTreeMap<usize, EcoString>,
}

impl Slot {
    /// Returns the value that all hosts share.
    pub(crate) fn shared(&self) -> Option<&Expr> {
        let mut values = self.held.values().map(|held| &held.value);
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }
}

impl SlotKey {
    /// Tells whether others may add to the list that this is an element of.
    pub(crate) fn is_element(&self) -> bool {
        self.element.is_some()
    }
}

/// Puts the definitions of all hosts together, in the order of the first host that has each.
pub(crate) fn align(definitions: Vec<Vec<Definition>>) -> IndexMap<SlotKey, Slot> {
    let mut slots: IndexMap<SlotKey, Slot> = IndexMap::default();
    for (host, definitions) in definitions.into_iter().enumerate() {
        for definition in definitions {
            let element = definition.element.then(|| eco_format!("{:?}", definition.value));
            let key = SlotKey { unit: definition.unit, option: definition.option, element };
            let slot = slots.entry(key).or_insert_with(|| Slot {
                topic: definition.topic,
                origin: definition.origin,
                held: BTreeMap::new(),
                instance: definition.instance.clone(),
                varying: None,
            });
            let held = Held { value: definition.value, items: definition.items };
            slot.held.insert(host, held);
        }
    }
    divide(join_names(divide(slots)))
}

/// Slots that one place in the code makes on different hosts, and that differ in one part of their path only, are one
/// slot with a name that varies.
fn join_names(mut slots: IndexMap<SlotKey, Slot>) -> IndexMap<SlotKey, Slot> {
    let mut alike: IndexMap<(UnitName, EcoString, usize, Vec<EcoString>), Vec<usize>> = IndexMap::default();
    for (index, (key, slot)) in slots.iter().enumerate() {
        if slot.instance.is_empty() || key.is_element() {
            continue;
        }
        for at in 1..key.option.len() {
            let mut masked = key.option.clone();
            masked.splice(at..=at, [EcoString::new()]);
            alike.entry((key.unit.clone(), slot.instance.clone(), at, masked)).or_default().push(index);
        }
    }
    let mut candidates: Vec<(usize, Vec<usize>)> = alike
        .into_iter()
        .map(|((_, _, at, _), found)| (at, found))
        .filter(|(_, found)| found.len() > 1)
        .collect();
    candidates.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
    let mut gone = vec![false; slots.len()];
    for (at, found) in candidates {
        if found.iter().any(|index| gone.get(*index) == Some(&true)) || !disjoint(&slots, &found) {
            continue;
        }
        join(&mut slots, at, &found);
        for index in found {
            gone.get_mut(index).into_iter().for_each(|gone| *gone = true);
        }
    }
    slots.retain(|_, slot| !slot.held.is_empty());
    slots
}

/// Whether no host has two of these slots.
fn disjoint(slots: &IndexMap<SlotKey, Slot>, found: &[usize]) -> bool {
    let mut seen = BTreeSet::new();
    let hosts =
        found.iter().filter_map(|index| slots.get_index(*index)).flat_map(|(_, slot)| slot.held.keys());
    hosts.into_iter().all(|host| seen.insert(*host))
}

/// Moves what the others hold into the first slot.
fn join(slots: &mut IndexMap<SlotKey, Slot>, at: usize, found: &[usize]) {
    let mut varying = Varying { at, names: BTreeMap::new() };
    let mut held = BTreeMap::new();
    for index in found {
        let Some((key, slot)) = slots.get_index_mut(*index) else { continue };
        let name = key.option.get(at).cloned().unwrap_or_default();
        varying.names.extend(slot.held.keys().map(|host| (*host, name.clone())));
        held.append(&mut slot.held);
    }
    if let Some((_, first)) = found.first().and_then(|index| slots.get_index_mut(*index)) {
        first.held = held;
        first.varying = Some(varying);
    }
}

/// Attribute sets that differ are compared attribute by attribute.
fn divide(slots: IndexMap<SlotKey, Slot>) -> IndexMap<SlotKey, Slot> {
    let mut divided: IndexMap<SlotKey, Slot> = IndexMap::default();
    for (key, slot) in slots {
        let sets =
            slot.held.values().all(|held| matches!(&held.value, Expr::Attrs(entries) if !entries.is_empty()));
        if !sets || key.is_element() || slot.shared().is_some() {
            divided.insert(key, slot);
            continue;
        }
        divided.extend(divide(entries(&key, &slot)));
    }
    divided
}

fn entries(key: &SlotKey, slot: &Slot) -> IndexMap<SlotKey, Slot> {
    let mut parts: IndexMap<SlotKey, Slot> = IndexMap::default();
    for (host, held) in &slot.held {
        let Expr::Attrs(entries) = &held.value else { continue };
        for (name, value) in entries {
            let option = key.option.iter().cloned().chain([name.clone()]).collect();
            let inner = SlotKey { unit: key.unit.clone(), option, element: None };
            let part = parts.entry(inner).or_insert_with(|| Slot { held: BTreeMap::new(), ..slot.clone() });
            part.held.insert(*host, Held { value: value.clone(), ..held.clone() });
        }
    }
    parts
}
