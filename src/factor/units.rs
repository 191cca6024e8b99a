//! The units of a fleet: which hosts have them, who brings them, and which become files of another unit.

use super::{
    definitions::Definition,
    fleet::{Fleet, UnitName},
};
use crate::{maps::IndexMap, source::Location};
use std::collections::{BTreeMap, BTreeSet};

/// Hosts by their place in the fleet.
pub(crate) type Hosts = BTreeSet<usize>;

/// A unit and how it gets onto hosts.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// The hosts that have it.
    pub(crate) hosts: Hosts,
    /// Who declared it first, and where that was so.
    pub(crate) parents: IndexMap<UnitName, Hosts>,
    /// Where it was declared first.
    pub(crate) declared: Option<Location>,
    /// Whose file it becomes, without an `enable` of its own.
    pub(crate) nested: Option<UnitName>,
}

/// All units, `main` first, then in the order of the first host that has them.
#[derive(Debug, Default)]
pub(crate) struct Units {
    pub(crate) all: IndexMap<UnitName, Unit>,
}

impl Units {
    /// Collects the units of all catalogs.
    pub(crate) fn new(fleet: &Fleet<'_>, definitions: &[Vec<Definition>]) -> Self {
        let mut units = Self::default();
        let everyone: Hosts = (0..fleet.members.len()).collect();
        units.all.insert(UnitName::Main, Unit { hosts: everyone, ..Unit::default() });
        for (host, member) in fleet.members.iter().enumerate() {
            for resource in member.catalog.resources.values() {
                let name = match resource.reference.type_name.as_str() {
                    "Class" => fleet.unit_of_class(resource),
                    "Node" => Some(UnitName::Node(resource.reference.title.to_lowercase())),
                    _ => None,
                };
                let Some(name) = name else { continue };
                let parent = match &name {
                    UnitName::Class(_) => fleet.unit(&resource.origin.frames),
                    UnitName::Main | UnitName::Node(_) => UnitName::Main,
                };
                let unit = units.all.entry(name).or_default();
                unit.hosts.insert(host);
                unit.parents.entry(parent).or_default().insert(host);
                unit.declared = unit.declared.take().or_else(|| resource.origin.at.clone());
            }
        }
        for (host, made) in definitions.iter().enumerate() {
            for definition in made {
                units.all.entry(definition.unit.clone()).or_default().hosts.insert(host);
            }
        }
        units.nest();
        units
    }

    /// A class whose hosts are its includer's becomes a file of it.
    fn nest(&mut self) {
        let hosts: BTreeMap<UnitName, Hosts> =
            self.all.iter().map(|(name, unit)| (name.clone(), unit.hosts.clone())).collect();
        for (name, unit) in &mut self.all {
            let [(parent, from)] = unit.parents.iter().collect::<Vec<_>>()[..] else { continue };
            let class = matches!(name, UnitName::Class(_)) && !matches!(parent, UnitName::Node(_));
            if class && *from == unit.hosts && hosts.get(parent) == Some(&unit.hosts) {
                unit.nested = Some(parent.clone());
            }
        }
    }

    /// Returns the unit whose `enable` decides on this one.
    pub(crate) fn root<'u>(&'u self, name: &'u UnitName) -> &'u UnitName {
        let mut at = name;
        // a chain of includers is as long as there are units, at most
        for _ in 0..self.all.len() {
            match self.all.get(at).and_then(|unit| unit.nested.as_ref()) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }

    /// Returns the hosts that have a unit.
    pub(crate) fn hosts(&self, name: &UnitName) -> Hosts {
        self.all.get(name).map(|unit| unit.hosts.clone()).unwrap_or_default()
    }
}
