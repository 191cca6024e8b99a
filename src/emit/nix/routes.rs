//! Interfaces as `systemd.network`: matched by their hardware address, with addresses and gateways.

use super::plain::Module;
use crate::translate::{
    machine::{Interface, Machine},
    nixos::Expr,
};
use ecow::{EcoString, eco_format};

/// Declares the interfaces.
pub(super) fn networks(machine: &Machine, module: &mut Module) {
    for interface in &machine.interfaces {
        if let Some((_, number)) = &interface.vlan {
            vlan(interface, *number, module);
        }
        network(interface, machine, module);
    }
}

fn network(interface: &Interface, machine: &Machine, module: &mut Module) {
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
    if !interface.gateways.is_empty() {
        set("gateway", Expr::strings(interface.gateways.iter().cloned()));
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
