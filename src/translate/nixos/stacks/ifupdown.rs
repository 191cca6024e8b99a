//! ifupdown's `interfaces`: `networking.interfaces`, `networking.defaultGateway`.
//!
//! Claims `/etc/network/interfaces` and its parts. Addresses, gateways, the size of packets, DHCP and name servers are
//! options; NixOS's scripts set the same. Stanzas with commands, bridges, bonds or VLANs leave every file to a human,
//! since half a network is none. Fixture: `fixtures/stacks`.

use super::{
    shape::{self, Form},
    syntax::{self, Settings},
};
use crate::{
    model::FileKind,
    translate::nixos::{
        expr::Expr,
        plan::{Of, Planner, Topic, plain_text},
    },
};

const FILES: [(&str, Form); 2] =
    [("/etc/network/interfaces", Form::Settings(read)), ("/etc/network/interfaces.d/", Form::Settings(read))];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let mut files = planner.open_below("/etc/network/interfaces.d");
    files.extend(planner.open_file("/etc/network/interfaces"));
    files.retain(|file| matches!(file.kind, FileKind::Regular { .. }));
    let all = files.iter().all(|file| plain_text(file).is_some_and(|text| read(text).is_some()));
    if files.is_empty() || !all {
        return;
    }
    shape::texts(planner, "ifupdown", &FILES);
    if planner.is_set(&["networking", "interfaces"]) {
        planner.set(Topic::Network, &["networking", "useDHCP"], Expr::Bool(false), Of::NOBODY);
    }
}

/// One `iface` stanza.
#[derive(Default)]
struct Stanza<'t> {
    name: &'t str,
    six: bool,
    method: &'t str,
    address: Option<&'t str>,
    netmask: Option<&'t str>,
    gateway: Option<&'t str>,
    mtu: Option<i64>,
    mac: Option<&'t str>,
    servers: Vec<&'t str>,
    search: Vec<&'t str>,
}

fn read(text: &str) -> Option<Settings> {
    let mut stanzas: Vec<Stanza<'_>> = Vec::new();
    for line in syntax::lines(text, &['#']) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["auto" | "allow-hotplug" | "allow-auto" | "source" | "source-directory", ..] => {}
            ["iface", name, family, method] if matches!(*family, "inet" | "inet6") => {
                stanzas.push(Stanza { name, six: *family == "inet6", method, ..Stanza::default() });
            }
            [key, values @ ..] => option(stanzas.last_mut()?, key, values)?,
            [] => {}
        }
    }
    settings(&stanzas)
}

fn option<'t>(stanza: &mut Stanza<'t>, key: &str, values: &[&'t str]) -> Option<()> {
    let one = || values.first().copied();
    match key {
        "address" => stanza.address = Some(one()?),
        "netmask" => stanza.netmask = Some(one()?),
        "gateway" => stanza.gateway = Some(one()?),
        "mtu" => stanza.mtu = Some(one()?.parse().ok()?),
        "hwaddress" => stanza.mac = Some(values.last().copied()?),
        "dns-nameservers" | "dns-nameserver" => stanza.servers.extend(values),
        "dns-search" | "dns-domain" => stanza.search.extend(values),
        // follow from address and mask
        "network" | "broadcast" => {}
        _ => return None,
    }
    Some(())
}

fn settings(stanzas: &[Stanza<'_>]) -> Option<Settings> {
    let mut settings = Settings::default();
    for stanza in stanzas.iter().filter(|stanza| stanza.method != "loopback") {
        let base = ["networking", "interfaces", stanza.name];
        match stanza.method {
            "static" => {
                let (address, length) = address(stanza)?;
                let family = if stanza.six { "ipv6" } else { "ipv4" };
                let entry = [("address", Expr::str(address)), ("prefixLength", Expr::Int(length))];
                settings.set(&base, &[family, "addresses"], Expr::List(vec![Expr::attrs(entry)]));
            }
            "dhcp" if !stanza.six => settings.set(&base, &["useDHCP"], Expr::Bool(true)),
            "auto" if stanza.six => {}
            "manual" => settings.set(&base, &["useDHCP"], Expr::Bool(false)),
            _ => return None,
        }
        if let Some(gateway) = stanza.gateway {
            let option = if stanza.six { "defaultGateway6" } else { "defaultGateway" };
            let entry = [("address", Expr::str(gateway)), ("interface", Expr::str(stanza.name))];
            settings.set(&["networking"], &[option], Expr::attrs(entry));
        }
        if let Some(mtu) = stanza.mtu {
            settings.set(&base, &["mtu"], Expr::Int(mtu));
        }
        if let Some(mac) = stanza.mac {
            settings.set(&base, &["macAddress"], Expr::str(mac));
        }
        let names =
            stanza.servers.iter().map(|server| (&["networking", "nameservers"] as syntax::Path, *server));
        let search = stanza.search.iter().map(|domain| (&["networking", "search"] as syntax::Path, *domain));
        settings.elements.extend(names.chain(search).map(|(option, text)| (option, Expr::str(text))));
    }
    syntax::unique(settings)
}

/// The address and the length of its prefix, from `address/24`, a mask of IPv4 or the length itself.
fn address<'t>(stanza: &Stanza<'t>) -> Option<(&'t str, i64)> {
    let told = stanza.address?;
    if let Some((address, length)) = told.split_once('/') {
        return Some((address, length.parse().ok()?));
    }
    let mask = stanza.netmask?;
    if let Ok(length) = mask.parse::<i64>() {
        return Some((told, length));
    }
    let bits = u32::from(mask.parse::<std::net::Ipv4Addr>().ok()?);
    (bits.leading_ones() + bits.trailing_zeros() == 32).then(|| (told, i64::from(bits.leading_ones())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_lengths_and_commands_leave_the_file() {
        let text = "auto eth0\niface eth0 inet static\n  address 192.0.2.3\n  netmask 255.255.255.0\n  gateway 192.0.2.1\n";
        let found = read(text).unwrap();
        let names: Vec<String> = found.options.iter().map(|(option, _)| option.join(".")).collect();
        assert_eq!(names, ["networking.interfaces.eth0.ipv4.addresses", "networking.defaultGateway"]);
        let Expr::List(items) = &found.options[0].1 else { panic!("a list") };
        assert_eq!(
            items[0],
            Expr::attrs([("address", Expr::str("192.0.2.3")), ("prefixLength", Expr::Int(24))])
        );
        assert_eq!(read(&format!("{text}  post-up ip rule add\n")), None);
    }
}
