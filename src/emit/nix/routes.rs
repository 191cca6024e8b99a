//! Interfaces as `systemd.network`: matched by their hardware address, with addresses and gateways.

use super::plain::Module;
use crate::{
    emit::Around,
    translate::{
        machine::{Interface, Machine},
        nixos::Expr,
    },
};
use ecow::{EcoString, eco_format};

/// Declares the interfaces; gives what is not known, as sentences.
pub(super) fn networks(machine: &Machine, around: &Around, module: &mut Module) -> Vec<EcoString> {
    let mut reached = machine.interfaces.iter().any(|it| it.dhcp);
    for interface in &machine.interfaces {
        if let Some((_, number)) = &interface.vlan {
            vlan(interface, *number, module);
        }
        let gateways = gateways(interface, machine, around);
        reached |= !gateways.is_empty();
        network(interface, &gateways, machine, module);
    }
    if reached || machine.interfaces.iter().all(|it| it.addresses.is_empty()) {
        return Vec::new();
    }
    let addresses: Vec<&str> =
        machine.interfaces.iter().flat_map(|it| &it.addresses).map(|it| it.as_str()).collect();
    vec![eco_format!(
        "the default gateway is unknown: facts do not tell it; name it by network in `[gateways]` of migrate.toml, \
         capture the host with `migrate observe`, or set `gateway` of one of `systemd.network.networks` (addresses: {})",
        addresses.join(", ")
    )]
}

/// The gateways in the networks of an interface: those that were seen, else those of the settings.
fn gateways(interface: &Interface, machine: &Machine, around: &Around) -> Vec<EcoString> {
    let within = |network: &str, address: &str| contains(network, address);
    let seen = machine
        .gateways
        .iter()
        .filter(|gateway| interface.addresses.iter().any(|address| within(address, gateway)));
    let seen: Vec<EcoString> = seen.cloned().collect();
    if !seen.is_empty() {
        return seen;
    }
    let told = around.target.gateways.iter();
    let told = told.filter(|(network, _)| interface.addresses.iter().any(|address| within(network, address)));
    told.map(|(_, gateway)| gateway.clone()).collect()
}

fn network(interface: &Interface, gateways: &[EcoString], machine: &Machine, module: &mut Module) {
    let name = format!("10-{}", interface.name);
    let option = |field: &'static str| ["systemd", "network", "networks", &name, field].map(str::to_owned);
    let mut set = |field: &'static str, value: Expr| {
        let path = option(field);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        module.set(&path, value);
    };
    set(
        "matchConfig",
        match &interface.mac {
            Some(mac) => Expr::attrs([("MACAddress", Expr::Str(mac.clone())), ("Type", Expr::str("ether"))]),
            None => Expr::attrs([("Name", Expr::Str(interface.name.clone()))]),
        },
    );
    if interface.dhcp {
        set("DHCP", Expr::str("yes"));
    }
    if !interface.addresses.is_empty() {
        set("address", Expr::strings(interface.addresses.iter().cloned()));
    }
    if !gateways.is_empty() {
        set("gateway", Expr::strings(gateways.iter().cloned()));
    }
    let on_this = machine
        .interfaces
        .iter()
        .filter(|it| it.vlan.as_ref().is_some_and(|(parent, _)| *parent == interface.name));
    let vlans: Vec<EcoString> = on_this.map(|it| it.name.clone()).collect();
    if !vlans.is_empty() {
        set("vlan", Expr::strings(vlans));
    }
    if let Some(mtu) = interface.mtu {
        set("linkConfig", Expr::attrs([("MTUBytes", Expr::str(eco_format!("{mtu}")))]));
    }
}

fn vlan(interface: &Interface, number: u16, module: &mut Module) {
    let name = format!("20-{}", interface.name);
    let kind = Expr::attrs([("Kind", Expr::str("vlan")), ("Name", Expr::Str(interface.name.clone()))]);
    module.set(&["systemd", "network", "netdevs", &name, "netdevConfig"], kind);
    let number = Expr::attrs([("Id", Expr::Int(i64::from(number)))]);
    module.set(&["systemd", "network", "netdevs", &name, "vlanConfig"], number);
}

/// Tells whether an address lies in a network; both may have a prefix.
pub(super) fn contains(network: &str, address: &str) -> bool {
    let address = address.split('/').next().unwrap_or(address);
    let Some((base, prefix)) = network.split_once('/') else { return false };
    let parsed = (base.parse(), prefix.parse::<u32>(), address.parse());
    let (Ok(base), Ok(prefix), Ok(address)) = parsed else { return false };
    use std::net::IpAddr::{V4, V6};
    match (base, address) {
        (V4(base), V4(address)) => same(base.to_bits().into(), address.to_bits().into(), prefix, 32),
        (V6(base), V6(address)) => same(base.to_bits(), address.to_bits(), prefix, 128),
        (V4(_), V6(_)) | (V6(_), V4(_)) => false,
    }
}

fn same(a: u128, b: u128, prefix: u32, width: u32) -> bool {
    let Some(shift) = width.checked_sub(prefix) else { return false };
    a.checked_shr(shift).unwrap_or(0) == b.checked_shr(shift).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_network_only() {
        assert!(contains("192.0.2.0/24", "192.0.2.7/24"));
        assert!(contains("192.0.2.7/24", "192.0.2.1"));
        assert!(!contains("192.0.2.0/24", "192.0.3.7"));
        assert!(!contains("192.0.2.0/24", "2001:db8::1"));
        assert!(contains("2001:db8:71::b/64", "2001:db8:71::1"));
        assert!(contains("0.0.0.0/0", "192.0.2.1") && contains("::/0", "2001:db8::1"));
        assert!(!contains("192.0.2.0/40", "192.0.2.1"));
    }
}
