//! Slots: the values of one option of one unit, over all hosts.

use super::{definitions::Definition, fleet::UnitName};
use crate::{
    maps::IndexMap,
    model::ItemId,
    translate::nixos::{Expr, Topic},
};
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;

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
            });
            let held = Held { value: definition.value, items: definition.items };
            slot.held.insert(host, held);
        }
    }
    divide(slots)
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
