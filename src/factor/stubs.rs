//! What is left for a human, by unit; what only some hosts have names them.

use super::{
    fleet::{Fleet, UnitName},
    units::{Hosts, Units},
};
use crate::{maps::IndexMap, model::ItemId, translate::nixos::Stub};
use ecow::{EcoString, eco_format};

/// Up to how many hosts are named.
const NAMED: usize = 3;

/// Collects the stubs of all hosts.
pub(crate) fn by_unit(fleet: &Fleet<'_>, units: &Units) -> IndexMap<UnitName, Vec<Stub>> {
    let mut found: IndexMap<(UnitName, ItemId, EcoString), (Stub, Hosts)> = IndexMap::default();
    for (host, member) in fleet.members.iter().enumerate() {
        let origins = member.origins();
        for stub in &member.translated.plan.stubs {
            let from = origins.get(&stub.item).and_then(|from| from.origin.as_deref());
            let unit = fleet.unit_of(member, from);
            let key = (unit, stub.item.clone(), stub.reason.clone());
            found.entry(key).or_insert_with(|| (stub.clone(), Hosts::new())).1.insert(host);
        }
    }
    let mut stubs: IndexMap<UnitName, Vec<Stub>> = IndexMap::default();
    for ((unit, ..), (mut stub, hosts)) in found {
        if hosts != units.hosts(&unit) {
            stub.reason = eco_format!("{} (on {})", stub.reason, listed(fleet, &hosts));
        }
        stubs.entry(unit).or_default().push(stub);
    }
    stubs
}

fn listed(fleet: &Fleet<'_>, hosts: &Hosts) -> String {
    let names = hosts.iter().filter_map(|host| Some(fleet.members.get(*host)?.certname.as_str()));
    let shown: Vec<&str> = names.take(NAMED).collect();
    let more = match hosts.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more hosts"),
    };
    format!("{}{more}", shown.join(", "))
}
