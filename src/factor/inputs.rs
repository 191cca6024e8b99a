//! What modules read of hosts: class parameters as options of their unit, facts and node variables as options of the
//! host, names as `config.networking.*`. What the fleet agrees on is a literal.

use super::{
    fleet::{Fleet, UnitName, class_ref},
    identity,
    transliterate::{Inputs, Kind, Term},
    units::{Hosts, Units},
};
use crate::{
    catalog::ResourceRef,
    maps::{HashSet, IndexMap},
    source::Origin,
    translate::nixos::Expr,
    value::Value,
};
use ecow::EcoString;
use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

/// Who declares an input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// An option below `<site>.host`.
    Host,
    /// An option of a unit.
    Unit(UnitName),
}

/// An option for a parameter, a fact or a variable.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) values: BTreeMap<usize, Expr>,
    pub(crate) about: About,
    used: bool,
}

/// What an input is.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// For people.
    pub(crate) description: EcoString,
    /// Of a parameter: its class and its name.
    pub(crate) parameter: Option<(EcoString, EcoString)>,
}

impl From<EcoString> for About {
    fn from(description: EcoString) -> Self {
        Self { description, parameter: None }
    }
}

/// The inputs that expressions asked for, by owner and path.
#[derive(Default)]
pub(crate) struct Registry {
    known: RefCell<IndexMap<(Owner, Vec<EcoString>), Input>>,
}

impl Registry {
    /// Notes that what an expression of a unit reads is declared.
    pub(crate) fn accept(&self, reader: &Reader<'_>, expr: &Expr) {
        let read = selected(expr);
        for ((owner, path), input) in self.known.borrow_mut().iter_mut() {
            input.used |= read.contains(&reader.select(owner, path));
        }
    }

    /// Returns the inputs that are read, each with its owner and path.
    pub(crate) fn used(&self) -> Vec<((Owner, Vec<EcoString>), Input)> {
        let known = self.known.borrow();
        let used = known.iter().filter(|(_, input)| input.used);
        used.map(|(place, input)| (place.clone(), input.clone())).collect()
    }

    /// Returns the inputs that an expression reads.
    pub(crate) fn read_by(&self, reader: &Reader<'_>, expr: &Expr) -> Vec<(Owner, Input)> {
        let read = selected(expr);
        let known = self.known.borrow();
        let reads = known.iter().filter(|((owner, path), _)| read.contains(&reader.select(owner, path)));
        reads.map(|((owner, _), input)| (owner.clone(), input.clone())).collect()
    }

    /// Returns what a host has for the inputs that a reader can name.
    pub(crate) fn values(&self, reader: &Reader<'_>, host: usize) -> Vec<(Vec<EcoString>, Expr)> {
        let known = self.known.borrow();
        let one = |((owner, path), input): (&(Owner, Vec<EcoString>), &Input)| {
            Some((reader.select(owner, path), input.values.get(&host)?.clone()))
        };
        known.iter().filter_map(one).collect()
    }
}

/// The inputs as one slot of one unit reads them.
pub(crate) struct Reader<'a> {
    pub(crate) fleet: &'a Fleet<'a>,
    pub(crate) units: &'a Units,
    pub(crate) registry: &'a Registry,
    pub(crate) unit: &'a UnitName,
    /// The hosts for which the value is wanted.
    pub(crate) hosts: &'a Hosts,
}

impl Reader<'_> {
    /// How an input is written in this unit's module.
    fn select(&self, owner: &Owner, path: &[EcoString]) -> Vec<EcoString> {
        let base: Vec<EcoString> = match owner {
            Owner::Unit(unit) if unit == self.unit => vec!["cfg".into()],
            Owner::Unit(unit) => {
                ["config".into(), self.fleet.site.clone()].into_iter().chain(unit.parts()).collect()
            }
            Owner::Host => vec!["config".into(), self.fleet.site.clone(), "host".into()],
        };
        base.into_iter().chain(path.iter().cloned()).collect()
    }

    /// Makes an input of each host's value; a literal where all agree.
    fn input(
        &self,
        (owner, path): (Owner, Vec<EcoString>),
        everyone: &Hosts,
        value: impl Fn(usize) -> Option<Expr>,
        about: About,
    ) -> Option<Term> {
        let wanted: Vec<Expr> = self.hosts.iter().map(|host| value(*host)).collect::<Option<_>>()?;
        let first = wanted.first()?;
        if owner == Owner::Host && wanted.iter().any(is_structured) {
            return None;
        }
        if wanted.iter().all(|value| value == first) {
            return Some(first.clone().into());
        }
        let kind = Kind::of_all(&wanted);
        let select = self.select(&owner, &path);
        self.registry.known.borrow_mut().entry((owner, path)).or_insert_with(|| {
            let values = everyone.iter().filter_map(|host| Some((*host, value(*host)?))).collect();
            Input { values, about, used: false }
        });
        Some(Term { expr: Expr::Select(select), kind })
    }

    /// The unit in which a class stands, and the path of a parameter's option below it.
    fn place(&self, class: &str, name: &str) -> Option<(UnitName, Vec<EcoString>)> {
        // `enable` switches the unit itself
        let name = if name == "enable" { "enabled" } else { name };
        let own = UnitName::Class(class.into());
        if self.units.all.contains_key(&own) {
            return Some((own, vec![name.into()]));
        }
        let member = self.hosts.first().and_then(|host| self.fleet.members.get(*host))?;
        let resource = member.catalog.resources.get(&class_ref(class))?;
        let unit = self.fleet.unit(&resource.origin.frames);
        Some((unit, class.split("::").map(Into::into).chain([name.into()]).collect()))
    }

    fn fact_of(&self, host: usize, path: &[&str]) -> Option<Expr> {
        let facts = self.fleet.members.get(host)?.facts;
        let found = path.iter().try_fold(facts, |value, key| value.get(key));
        found.map_or(Some(Expr::Null), literal)
    }

    /// Whether a value is each host's name as NixOS has it.
    fn is_name(&self, path: &[&str]) -> Option<Expr> {
        let same = |of: fn(&crate::model::Host) -> EcoString| {
            self.hosts.iter().all(|host| {
                let own = self.fleet.members.get(*host).map(|it| Expr::Str(of(&it.translated.config.host)));
                own.is_some() && own == self.fact_of(*host, path)
            })
        };
        match path {
            ["networking", "hostname"] => same(|it| it.hostname.clone()).then(identity::hostname),
            ["networking", "fqdn"] => {
                same(|it| ecow::eco_format!("{}.{}", it.hostname, it.domain)).then(identity::fqdn)
            }
            ["networking", "domain"] => {
                same(|it| it.domain.clone()).then(|| Expr::select("config.networking.domain"))
            }
            _ => None,
        }
    }

    fn everyone(&self) -> Hosts {
        (0..self.fleet.members.len()).collect()
    }
}

impl Inputs for Reader<'_> {
    fn parameter(&self, class: &str, name: &str) -> Option<Term> {
        let (unit, path) = self.place(class, name)?;
        let reference = class_ref(class);
        let value = |host: usize| {
            let resource = self.fleet.members.get(host)?.catalog.resources.get(&reference)?;
            literal(&resource.parameters.get(name)?.value)
        };
        let description = ecow::eco_format!("`{class}::{name}`");
        let parameter = Some((class.into(), name.into()));
        self.input(
            (Owner::Unit(unit.clone()), path),
            &self.units.hosts(&unit),
            value,
            About { description, parameter },
        )
    }

    fn fact(&self, path: &[&str]) -> Option<Term> {
        if let Some(name) = self.is_name(path) {
            return Some(Term::new(name, Kind::new(Kind::STR)));
        }
        let place = (Owner::Host, path.iter().map(|part| EcoString::from(*part)).collect());
        let description = ecow::eco_format!("fact `{}`", path.join("."));
        self.input(place, &self.everyone(), |host| self.fact_of(host, path), description.into())
    }

    fn variable(&self, name: &str) -> Option<Term> {
        let value = |host: usize| literal(self.fleet.members.get(host)?.variables.get(name)?);
        let place = (Owner::Host, vec!["node".into(), name.into()]);
        self.input(place, &self.everyone(), value, ecow::eco_format!("node variable `{name}`").into())
    }

    fn trusted(&self, path: &[&str]) -> Option<Term> {
        let value = |host: usize| {
            let trusted = self.fleet.members.get(host)?.trusted;
            let found = path.iter().try_fold(trusted, |value, key| value.get(key));
            found.map_or(Some(Expr::Null), literal)
        };
        if path == ["certname"] {
            let fqdn = |host: &usize| value(*host) == self.fact_of(*host, &["networking", "fqdn"]);
            if self.hosts.iter().all(fqdn)
                && let Some(name) = self.is_name(&["networking", "fqdn"])
            {
                return Some(Term::new(name, Kind::new(Kind::STR)));
            }
        }
        let names = path.iter().map(|part| EcoString::from(*part));
        let place = (Owner::Host, std::iter::once("trusted".into()).chain(names).collect());
        self.input(place, &self.everyone(), value, ecow::eco_format!("`$trusted`: {}", path.join(".")).into())
    }

    fn lookup(&self, _: &str) -> Option<Term> {
        None
    }

    fn origin(&self, container: &str) -> Option<Arc<Origin>> {
        let reference = ResourceRef::parse(container)?;
        let mut members = self.hosts.iter().filter_map(|host| self.fleet.members.get(*host));
        members.find_map(|it| it.catalog.resources.get(&reference)).map(|it| it.origin.clone())
    }
}

/// Whether a value takes many lines of a host's file: a set, or a list of other than plain values.
pub(crate) fn is_structured(value: &Expr) -> bool {
    if let Expr::List(items) = value {
        return items.iter().any(|item| matches!(item, Expr::List(_) | Expr::Attrs(_)));
    }
    matches!(value, Expr::Attrs(entries) if !entries.is_empty())
}

/// The paths that an expression selects.
fn selected(expr: &Expr) -> HashSet<Vec<EcoString>> {
    let mut read = HashSet::default();
    expr.visit(&mut |expr| {
        if let Expr::Select(path) = expr {
            read.insert(path.clone());
        }
    });
    read
}

/// A value of Puppet as a literal; `None` for what is secret or no plain data.
#[expect(clippy::wildcard_enum_match_arm, reason = "plain data are few of the kinds of values")]
pub(crate) fn literal(value: &Value) -> Option<Expr> {
    Some(match value {
        Value::Undef => Expr::Null,
        Value::Bool(it) => Expr::Bool(*it),
        Value::Int(it) => Expr::Int(*it),
        Value::Float(it) => Expr::Float(*it),
        Value::Str(it) if it.labels().is_none_or(|labels| labels.ranges().is_empty()) => {
            Expr::Str(it.text().clone())
        }
        Value::Array(items) => Expr::List(items.iter().map(literal).collect::<Option<_>>()?),
        Value::Hash(entries) => {
            let entry = |(key, value): (&Value, &Value)| Some((key.as_str()?.into(), literal(value)?));
            Expr::Attrs(entries.iter().map(entry).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
