//! R1: the expression of the manifest or template behind a value, shown to give every host's own.

use super::{
    draft::by_commonest,
    evaluate::{Environment, evaluate},
    fleet::{Fleet, Member, UnitName, class_ref},
    identity::Identity,
    inputs::{Input, Owner, Reader, Registry, is_structured, literal},
    slots::Slot,
    tables::Tables,
    transliterate::{attribute, condition},
    units::{Hosts, Units},
};
use crate::{
    catalog::{Resource, ResourceRef},
    maps::HashMap,
    model::{ItemId, Provenance},
    source::{Origin, Read},
    translate::nixos::{Expr, Op},
};
use ecow::EcoString;
use std::sync::Arc;

/// Finds expressions for values and for conditions.
pub(crate) struct Expressions<'a> {
    pub(crate) fleet: &'a Fleet<'a>,
    /// Where each host's items come from.
    origins: Vec<HashMap<ItemId, &'a Provenance>>,
    pub(crate) registry: Registry,
    pub(crate) identity: Identity,
}

impl<'a> Expressions<'a> {
    pub(crate) fn new(fleet: &'a Fleet<'a>) -> Self {
        let origins = fleet.members.iter().map(Member::origins);
        let (origins, registry, identity) = (origins.collect(), Registry::default(), Identity::new(fleet));
        Self { fleet, origins, registry, identity }
    }

    /// Returns an expression that gives these texts or plain values, one a host of the slot.
    pub(crate) fn value(
        &self,
        units: &Units,
        (unit, slot): (&UnitName, &Slot),
        values: &[(usize, Expr)],
    ) -> Option<Expr> {
        let sources = self.fleet.sources?;
        let (host, _) = values.first()?;
        let hosts: Hosts = values.iter().map(|(host, _)| *host).collect();
        let reader = self.reader(units, unit, &hosts);
        for resource in self.resources(*host, slot) {
            let names = resource.parameters.iter().filter(|(name, _)| self.gives(name, slot, values));
            for (name, parameter) in names {
                let iteration = resource.origin.iteration.clone();
                let origin = Origin { iteration, ..(*parameter.origin).clone() };
                let Ok(found) = attribute(sources, &origin, name, &reader) else { continue };
                if self.shown(&reader, &found.expr, values) && self.affordable(&reader, &found.expr) {
                    self.registry.accept(&reader, &found.expr);
                    return Some(found.expr);
                }
            }
        }
        None
    }

    /// Returns the condition under which the hosts of a unit have what a slot sets.
    pub(crate) fn presence(
        &self,
        units: &Units,
        unit: &UnitName,
        presence: &Hosts,
        items: (usize, &[ItemId]),
    ) -> Option<Expr> {
        let sources = self.fleet.sources?;
        let everyone = units.hosts(unit);
        let reader = self.reader(units, unit, &everyone);
        let resource = self.resources_of(items.0, items.1).next()?;
        let mut all: Option<Expr> = None;
        for origin in self.chain(items.0, unit, resource) {
            for guard in 0..origin.guards.len() {
                let found = condition(sources, &origin, guard, &reader).ok()?;
                all = Some(match all {
                    Some(known) => Expr::binary(Op::And, known, found),
                    None => found,
                });
            }
        }
        let all = all?;
        let wanted: Vec<(usize, Expr)> =
            everyone.iter().map(|host| (*host, Expr::Bool(presence.contains(host)))).collect();
        (self.shown(&reader, &all, &wanted) && self.affordable(&reader, &all)).then(|| {
            self.registry.accept(&reader, &all);
            all
        })
    }

    /// Whether hosts need no long values for what an expression reads.
    fn affordable(&self, reader: &Reader<'_>, expr: &Expr) -> bool {
        self.registry.read_by(reader, expr).iter().all(|(owner, input)| {
            !input.values.values().any(is_structured)
                || self.default_of(reader.units, owner, input).1.is_empty()
        })
    }

    /// Returns the default of an input's option, and the hosts that have another value.
    pub(crate) fn default_of(
        &self,
        units: &Units,
        owner: &Owner,
        input: &Input,
    ) -> (Option<Expr>, Vec<(usize, Expr)>) {
        let values: Vec<(usize, Expr)> =
            input.values.iter().map(|(host, value)| (*host, value.clone())).collect();
        let Owner::Unit(unit) = owner else { return by_commonest(values) };
        let reads = |host: usize| match &input.about.parameter {
            Some((class, name)) => self.reads_of_parameter(host, class, name),
            None => Vec::new(),
        };
        let tables = Tables { expressions: self, units, unit, reads: &reads };
        match self.identity.generalise(&values).or_else(|| tables.value(&values)) {
            Some(found) => (Some(found), Vec::new()),
            None => by_commonest(values),
        }
    }

    /// The origins from the unit inwards to a resource.
    fn chain(&self, host: usize, unit: &UnitName, resource: &Resource) -> Vec<Arc<Origin>> {
        let catalog = self.fleet.members.get(host).map(|member| member.catalog);
        let outer = resource.origin.frames.iter().filter_map(|frame| {
            let found = catalog?.resources.get(&ResourceRef::parse(&frame.container)?)?;
            let inside = self.fleet.unit(&found.origin.frames) == *unit;
            let itself = self.fleet.unit_of_class(found).is_some();
            (inside && !itself).then(|| found.origin.clone())
        });
        outer.chain([resource.origin.clone()]).collect()
    }

    pub(crate) fn reader<'r>(&'r self, units: &'r Units, unit: &'r UnitName, hosts: &'r Hosts) -> Reader<'r> {
        Reader { fleet: self.fleet, units, registry: &self.registry, unit, hosts }
    }

    fn resources(&self, host: usize, slot: &Slot) -> impl Iterator<Item = &'a Resource> {
        let items = slot.held.get(&host).map(|held| held.items.as_slice()).unwrap_or_default();
        self.resources_of(host, items)
    }

    fn resources_of(&self, host: usize, items: &[ItemId]) -> impl Iterator<Item = &'a Resource> {
        let catalog = self.fleet.members.get(host).map(|member| member.catalog);
        let origins = self.origins.get(host);
        let found: Vec<&'a Resource> = items
            .iter()
            .filter_map(|item| origins?.get(item))
            .flat_map(|from| &from.resources)
            .filter_map(|text| catalog?.resources.get(&ResourceRef::parse(text)?))
            .collect();
        found.into_iter()
    }

    /// Returns what a host read for the resources behind items, the reads behind parameters included.
    pub(crate) fn reads(&self, host: usize, items: &[ItemId]) -> Vec<Read> {
        let mut found = Vec::new();
        for resource in self.resources_of(host, items) {
            add_reads(&resource.origin.reads, &mut found);
            for parameter in resource.parameters.values() {
                add_reads(&parameter.origin.reads, &mut found);
            }
        }
        found
    }

    /// Returns what a host read for a parameter of a class.
    pub(crate) fn reads_of_parameter(&self, host: usize, class: &str, name: &str) -> Vec<Read> {
        let mut found = Vec::new();
        let member = self.fleet.members.get(host);
        let resource = member.and_then(|member| member.catalog.resources.get(&class_ref(class)));
        if let Some(parameter) = resource.and_then(|resource| resource.parameters.get(name)) {
            add_reads(&parameter.origin.reads, &mut found);
        }
        found
    }

    /// Whether an attribute has exactly these values.
    fn gives(&self, name: &EcoString, slot: &Slot, values: &[(usize, Expr)]) -> bool {
        values.iter().all(|(host, value)| {
            let of = |resource: &Resource| {
                resource.parameters.get(name).and_then(|it| literal(&it.value)).as_ref() == Some(value)
            };
            self.resources(*host, slot).any(of)
        })
    }

    /// Whether an expression gives every host's value.
    fn shown(&self, reader: &Reader<'_>, expr: &Expr, values: &[(usize, Expr)]) -> bool {
        values.iter().all(|(host, value)| {
            let mut environment = self.names(*host);
            for (path, known) in self.registry.values(reader, *host) {
                if environment.set(&path, &known).is_err() {
                    return false;
                }
            }
            evaluate(expr, &environment).is_ok_and(|found| found == *value)
        })
    }

    /// An environment with a host's names.
    fn names(&self, host: usize) -> Environment {
        let mut environment = Environment::default();
        let Some(member) = self.fleet.members.get(host) else { return environment };
        let own = &member.translated.config.host;
        let fqdn = ecow::eco_format!("{}.{}", own.hostname, own.domain);
        for (last, value) in [("hostName", &own.hostname), ("domain", &own.domain), ("fqdn", &fqdn)] {
            let path = ["config", "networking", last].map(EcoString::from);
            // a name is plain data
            let _ = environment.set(&path, &Expr::Str(value.clone()));
        }
        environment
    }
}

fn add_reads(reads: &[Read], found: &mut Vec<Read>) {
    for read in reads {
        if let Read::Parameter { from, .. } = read {
            add_reads(from, found);
        }
        found.push(read.clone());
    }
}
