//! Interfaces, their addresses and gateways.

use super::{Machine, entries, text};
use crate::{
    inputs::{InterfaceOf, Observed},
    maps::IndexMap,
    value::Value,
};
use ecow::{EcoString, eco_format};

/// An interface with hardware of its own, or a VLAN on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The name it has today.
    pub name: EcoString,
    /// The hardware address; `None` for a VLAN.
    pub mac: Option<EcoString>,
    /// The parent and the number of a VLAN.
    pub vlan: Option<(EcoString, u16)>,
    /// Addresses with their prefix; empty with DHCP.
    pub addresses: Vec<EcoString>,
    /// Default gateways in its networks.
    pub gateways: Vec<EcoString>,
    /// Whether a DHCP server gave the address.
    pub dhcp: bool,
    /// The largest packet, where it is not the usual 1500.
    pub mtu: Option<u32>,
}

pub(super) fn describe(
    machine: &mut Machine,
    facts: &Value,
    observed: Option<&Observed>,
    told: &IndexMap<EcoString, EcoString>,
) {
    let mut found = match observed.map(|it| &it.interfaces).filter(|it| !it.is_empty()) {
        Some(seen) => seen.iter().map(|(name, it)| of_capture(name, it, facts)).collect(),
        None => entries(facts, &["networking", "interfaces"])
            .into_iter()
            .map(|(name, it)| of_facts(name, it))
            .collect::<Vec<_>>(),
    };
    found.retain(|it| !passing(&it.name));
    let built: Vec<EcoString> = found
        .iter()
        .filter(|it| is_built(&it.name) && !it.addresses.is_empty())
        .map(|it| it.name.clone())
        .collect();
    for name in &built {
        machine.unknown.push(eco_format!(
            "`{name}` is built on other interfaces, which facts do not tell: declare it (`systemd.network.netdevs`) \
             with its addresses"
        ));
    }
    // members of what is built share its hardware address and have no addresses of their own
    found.retain(|it| !is_built(&it.name) && (built.is_empty() || !it.addresses.is_empty() || it.dhcp));
    for at in 0..found.len() {
        vlan(&mut found, at);
    }
    found.retain(|it| it.mac.is_some() || it.vlan.is_some());
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if found.is_empty() && built.is_empty() {
        machine.unknown.push(
            "no interface is known: neither the fact `networking` nor a capture tells one; declare \
             `systemd.network.networks`"
                .into(),
        );
    }
    machine.interfaces = found;
    let seen = observed.map(|it| it.gateways.as_slice()).unwrap_or_default();
    gateways(machine, seen, told);
}

/// Gives interfaces the gateways in their networks: those that were seen, else those of the settings.
fn gateways(machine: &mut Machine, seen: &[EcoString], told: &IndexMap<EcoString, EcoString>) {
    for interface in &mut machine.interfaces {
        let near =
            |gateway: &&EcoString| interface.addresses.iter().any(|address| contains(address, gateway));
        let mut found: Vec<EcoString> = seen.iter().filter(near).cloned().collect();
        if found.is_empty() {
            let of_network =
                |network: &EcoString| interface.addresses.iter().any(|address| contains(network, address));
            let named = told.iter().filter(|(network, _)| of_network(network));
            found = named.map(|(_, gateway)| gateway.clone()).collect();
        }
        interface.gateways = found;
    }
    let reached = machine.interfaces.iter().any(|it| it.dhcp || !it.gateways.is_empty());
    let addresses: Vec<&str> =
        machine.interfaces.iter().flat_map(|it| &it.addresses).map(|it| it.as_str()).collect();
    if !reached && !addresses.is_empty() {
        machine.unknown.push(eco_format!(
            "the default gateway is unknown: facts do not tell it; name it by network in `[gateways]` of migrate.toml, \
             capture the host with `migrate observe`, or set `gateway` of one of `systemd.network.networks` \
             (addresses: {})",
            addresses.join(", ")
        ));
    }
}

/// Interfaces that other programs make and remove.
fn passing(name: &str) -> bool {
    let made = [
        "lo",
        "docker",
        "br-",
        "veth",
        "virbr",
        "vnet",
        "tap",
        "tun",
        "cni",
        "flannel",
        "cali",
        "lxc",
        "lxd",
        "kube",
        "wg",
        "sit",
        "dummy",
        "ifb",
        "nodelocaldns",
        "cilium",
        "ovs",
        "tailscale",
        "gre",
        "teql",
        "ip6tnl",
    ];
    made.iter().any(|it| name.starts_with(it))
}

/// Bonds, bridges and teams.
fn is_built(name: &str) -> bool {
    ["bond", "team", "br", "vmbr"].iter().any(|it| {
        name.strip_prefix(it).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '_')
        })
    })
}

fn of_capture(name: &str, seen: &InterfaceOf, facts: &Value) -> Interface {
    let dhcp = text(facts, &["networking", "interfaces", name, "dhcp"]).is_some();
    Interface {
        name: name.into(),
        mac: seen.mac.clone(),
        vlan: None,
        gateways: Vec::new(),
        addresses: if dhcp { Vec::new() } else { seen.addresses.clone() },
        dhcp,
        mtu: seen.mtu.filter(|mtu| *mtu != 1500),
    }
}

fn of_facts(name: &str, interface: &Value) -> Interface {
    let dhcp = text(interface, &["dhcp"]).is_some();
    let mtu = interface
        .get("mtu")
        .and_then(|it| if let Value::Int(mtu) = it { u32::try_from(*mtu).ok() } else { None });
    Interface {
        name: name.into(),
        mac: text(interface, &["mac"]).map(|mac| mac.to_lowercase()).filter(|mac| mac != "00:00:00:00:00:00"),
        vlan: None,
        gateways: Vec::new(),
        addresses: if dhcp { Vec::new() } else { addresses(interface) },
        dhcp,
        mtu: mtu.filter(|mtu| *mtu != 1500),
    }
}

fn addresses(interface: &Value) -> Vec<EcoString> {
    let mut found = Vec::new();
    for bindings in ["bindings", "bindings6"] {
        for binding in interface.get(bindings).and_then(Value::as_array).unwrap_or_default() {
            let (Some(address), Some(mask)) = (text(binding, &["address"]), text(binding, &["netmask"]))
            else {
                continue;
            };
            let flags = binding.get("flags").and_then(Value::as_array).unwrap_or_default();
            // what the router announced or the kernel made is not to be declared
            let passing = flags
                .iter()
                .filter_map(Value::as_str)
                .any(|it| matches!(it, "temporary" | "mngtmpaddr" | "dynamic"));
            if let Some(prefix) = prefix(&mask).filter(|_| !passing && !address.starts_with("fe80:")) {
                found.push(eco_format!("{address}/{prefix}"));
            }
        }
    }
    found.dedup();
    found
}

/// The length of a network mask, where it is one.
fn prefix(mask: &str) -> Option<u32> {
    let bits = match mask.parse().ok()? {
        std::net::IpAddr::V4(mask) => u128::from(mask.to_bits()) << 96,
        std::net::IpAddr::V6(mask) => mask.to_bits(),
    };
    (bits.leading_ones() + bits.trailing_zeros() >= 128).then(|| bits.leading_ones())
}

/// `eno1.100` is a VLAN on `eno1`, with the parent's hardware address.
fn vlan(interfaces: &mut [Interface], at: usize) {
    let Some(name) = interfaces.get(at).map(|it| it.name.clone()) else { return };
    let Some((parent, number)) = name.rsplit_once(['.', '_']) else { return };
    let known = interfaces.iter().any(|it| it.name == parent);
    if let Some(interface) = interfaces.get_mut(at)
        && let Some(number) = number.parse().ok().filter(|number| (1..4095).contains(number) && known)
    {
        (interface.mac, interface.vlan) = (None, Some((parent.into(), number)));
    }
}

/// Tells whether an address lies in a network; both may have a prefix.
fn contains(network: &str, address: &str) -> bool {
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
    fn masks_are_prefixes_or_nothing() {
        assert_eq!(prefix("255.255.255.0"), Some(24));
        assert_eq!(prefix("255.255.255.255"), Some(32));
        assert_eq!(prefix("ffff:ffff:ffff:ffff::"), Some(64));
        assert_eq!(prefix("255.0.255.0"), None);
        assert_eq!(prefix("nonsense"), None);
    }

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
