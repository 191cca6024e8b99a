//! Interfaces, addresses and gateways, as the kernel's `/sys/class/net` and `/proc/net` have them.

use super::{
    Root,
    capture::{text, word},
};
use crate::inputs::InterfaceOf;
use ecow::{EcoString, eco_format};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr},
};

pub(super) fn interfaces(root: &Root) -> BTreeMap<EcoString, InterfaceOf> {
    let names = root.list("/sys/class/net").unwrap_or_default();
    let (v4, v6) = (v4(root), v6(root));
    let interface = |name: String| {
        let folder = format!("/sys/class/net/{name}");
        let known = |mac: &EcoString| !mac.chars().all(|letter| matches!(letter, '0' | ':'));
        let of = |addresses: &[(String, EcoString)]| {
            addresses
                .iter()
                .filter(|(on, _)| *on == name)
                .map(|(_, address)| address.clone())
                .collect::<Vec<_>>()
        };
        let interface = InterfaceOf {
            mac: word(root, &format!("{folder}/address")).filter(known),
            mtu: word(root, &format!("{folder}/mtu")).and_then(|mtu| mtu.parse().ok()),
            physical: root.list(&format!("{folder}/device")).is_ok(),
            addresses: [of(&v4), of(&v6)].concat(),
        };
        (EcoString::from(name), interface)
    };
    names.into_iter().filter(|name| name != "lo" && name != "bonding_masters").map(interface).collect()
}

/// A line of `/proc/net/route`: interface, destination, gateway, mask.
fn routes(root: &Root) -> Vec<(String, u32, u32, u32)> {
    let table = text(root, "/proc/net/route").unwrap_or_default();
    let route = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| {
            let cell = cells.get(at)?;
            u32::from_str_radix(cell, 16).ok().map(u32::swap_bytes)
        };
        Some(((*cells.first()?).to_owned(), number(1)?, number(2)?, number(7)?))
    };
    table.lines().skip(1).filter_map(route).collect()
}

/// The host's own addresses, each on the interface whose network it is in: the table of local addresses does not say.
fn v4(root: &Root) -> Vec<(String, EcoString)> {
    let routes = routes(root);
    let networks: Vec<_> =
        routes.iter().filter(|(_, destination, gateway, _)| *destination != 0 && *gateway == 0).collect();
    let trie = text(root, "/proc/net/fib_trie").unwrap_or_default();
    let mut found: Vec<(String, EcoString)> = Vec::new();
    let mut last = None;
    for line in trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        }
        let Some(address) = last.filter(|it| line.contains("/32 host LOCAL") && !it.is_loopback()) else {
            continue;
        };
        let bits = address.to_bits();
        let network = networks.iter().filter(|(_, destination, _, mask)| bits & mask == *destination);
        if let Some((interface, _, _, mask)) = network.max_by_key(|(_, _, _, mask)| *mask) {
            let entry = (interface.clone(), eco_format!("{address}/{}", mask.leading_ones()));
            if !found.contains(&entry) {
                found.push(entry);
            }
        }
    }
    found
}

/// Global addresses that somebody set: neither announced by a router nor temporary.
fn v6(root: &Root) -> Vec<(String, EcoString)> {
    const GLOBAL: &str = "00";
    const PERMANENT: u32 = 0x80;
    let table = text(root, "/proc/net/if_inet6").unwrap_or_default();
    let address = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [address, _, prefix, scope, flags, interface] = cells.as_slice() else { return None };
        let set = *scope == GLOBAL && u32::from_str_radix(flags, 16).ok()? & PERMANENT != 0;
        let address = Ipv6Addr::from_bits(u128::from_str_radix(address, 16).ok()?);
        let prefix = u32::from_str_radix(prefix, 16).ok()?;
        set.then(|| ((*interface).to_owned(), eco_format!("{address}/{prefix}")))
    };
    table.lines().filter_map(address).collect()
}

pub(super) fn gateways(root: &Root) -> Vec<EcoString> {
    let routes = routes(root);
    let default = routes
        .iter()
        .filter(|(_, destination, gateway, mask)| (*destination, *mask) == (0, 0) && *gateway != 0);
    let v4 = default.map(|(_, _, gateway, _)| eco_format!("{}", Ipv4Addr::from_bits(*gateway)));
    let table = text(root, "/proc/net/ipv6_route").unwrap_or_default();
    let v6 = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let (to, length, gateway) = (cells.first()?, cells.get(1)?, cells.get(4)?);
        let zero = |text: &str| text.chars().all(|digit| digit == '0');
        let gateway =
            u128::from_str_radix(gateway, 16).ok().filter(|it| *it != 0 && zero(to) && zero(length))?;
        Some(eco_format!("{}", Ipv6Addr::from_bits(gateway)))
    };
    let mut found: Vec<EcoString> = v4.chain(table.lines().filter_map(v6)).collect();
    found.dedup();
    found
}
