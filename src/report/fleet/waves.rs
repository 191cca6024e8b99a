//! A proposed order: who moves when, with a canary first and points to hold at.
//!
//! In: ties and roles. Out: [`Wave`]s. Hosts that nobody depends on go first, so that a server moves when all that use
//! it are known to work; hosts that depend on each other in a circle go together; in each layer one host of each role
//! goes before the others of its role.

use super::{Converted, Tie, TieKind};
use crate::translate::Class;
use ecow::EcoString;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Hosts that move together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wave {
    /// What this wave is for.
    pub title: String,
    /// Whether to wait and look before the next.
    pub hold: bool,
    /// The hosts.
    pub hosts: Vec<EcoString>,
}

/// Proposes an order.
#[must_use]
pub fn waves(hosts: &[Converted<'_>], ties: &[Tie]) -> Vec<Wave> {
    let layers = layers(hosts, ties);
    let mut waves = Vec::new();
    let Some(canary) = canary(hosts, layers.first().map(Vec::as_slice).unwrap_or_default()) else {
        return waves;
    };
    if hosts.len() > 1 {
        let title = "canary: nothing depends on it, and the least is left to do by hand".to_owned();
        waves.push(Wave { title, hold: true, hosts: vec![canary.clone()] });
    }
    let roles: BTreeMap<&EcoString, &[EcoString]> =
        hosts.iter().map(|it| (&it.host.config.host.certname, it.roles)).collect();
    let last = layers.len();
    for (at, layer) in layers.into_iter().enumerate() {
        let layer: Vec<EcoString> =
            layer.into_iter().filter(|it| hosts.len() == 1 || *it != canary).collect();
        let what = match at {
            0 => "hosts that no other depends on".to_owned(),
            _ if at + 1 == last => "hosts that the others depend on, the most used last".to_owned(),
            _ => format!("hosts that only hosts of earlier waves depend on ({at})"),
        };
        split(layer, &roles, &what, &mut waves);
    }
    waves
}

/// One of each role first, then the rest.
fn split(
    layer: Vec<EcoString>,
    roles: &BTreeMap<&EcoString, &[EcoString]>,
    what: &str,
    waves: &mut Vec<Wave>,
) {
    let mut seen = BTreeSet::new();
    let role = |host: &EcoString| roles.get(host).map(|roles| roles.join("+")).unwrap_or_default();
    let (first, rest): (Vec<_>, Vec<_>) = layer.into_iter().partition(|host| seen.insert(role(host)));
    if first.is_empty() {
        return;
    }
    if rest.is_empty() {
        waves.push(Wave { title: what.to_owned(), hold: true, hosts: first });
        return;
    }
    waves.push(Wave { title: format!("{what}: one of each role"), hold: true, hosts: first });
    waves.push(Wave { title: format!("{what}: the others"), hold: true, hosts: rest });
}

/// Of the hosts nobody depends on, the one with the least to do by hand.
fn canary(hosts: &[Converted<'_>], free: &[EcoString]) -> Option<EcoString> {
    let manual = |it: &&Converted<'_>| {
        let entries = it.host.ledger.entries.iter();
        entries.filter(|entry| entry.verdict.class == Class::Manual).count() + it.machine.unknown.len()
    };
    let among = hosts.iter().filter(|it| free.contains(&it.host.config.host.certname));
    among.min_by_key(manual).map(|it| it.host.config.host.certname.clone())
}

/// Layers of hosts: the first has those that nobody depends on. Where only circles are left, the whole of one with the
/// fewest hosts that depend on it from outside goes next.
fn layers(hosts: &[Converted<'_>], ties: &[Tie]) -> Vec<Vec<EcoString>> {
    let all: BTreeSet<&EcoString> = hosts.iter().map(|it| &it.host.config.host.certname).collect();
    let mut users: BTreeMap<&EcoString, BTreeSet<&EcoString>> =
        all.iter().map(|it| (*it, BTreeSet::new())).collect();
    for tie in ties.iter().filter(|tie| tie.kind != TieKind::Queries) {
        if let Some(of) = users.get_mut(&tie.to).filter(|_| all.contains(&tie.from)) {
            of.insert(&tie.from);
        }
    }
    let mut layers = Vec::new();
    while !users.is_empty() {
        let mut free: Vec<EcoString> =
            users.iter().filter(|(_, users)| users.is_empty()).map(|(host, _)| (*host).clone()).collect();
        if free.is_empty() {
            free = circle(&users);
        }
        users.retain(|host, _| !free.contains(host));
        for of in users.values_mut() {
            of.retain(|user| !free.contains(user));
        }
        layers.push(free);
    }
    layers
}

/// Hosts that depend on each other: the smallest set that holds all who use its members.
fn circle(users: &BTreeMap<&EcoString, BTreeSet<&EcoString>>) -> Vec<EcoString> {
    let closed = |start: &EcoString| {
        let mut set: BTreeSet<EcoString> = BTreeSet::from([start.clone()]);
        loop {
            let more: Vec<EcoString> = set
                .iter()
                .filter_map(|host| users.get(host))
                .flatten()
                .filter(|user| !set.contains(**user))
                .map(|user| (*user).clone())
                .collect();
            if more.is_empty() {
                return set;
            }
            set.extend(more);
        }
    };
    let sets = users.keys().map(|host| closed(host));
    sets.min_by_key(BTreeSet::len).unwrap_or_default().into_iter().collect()
}
