//! Addresses of hosts and networks.

use super::exactly;
use crate::{
    diag::Result,
    functions::{
        Call,
        collections::{class_name, flat},
        table::rows,
    },
    maps::IndexSet,
    value::{Regexp, Value},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

rows! {
    "enclose_ipv6" "stdlib" Three Union ["enclose_ipv6(Any $addresses)"] "Puts IPv6 addresses in brackets." => enclose;
    "has_interface_with" "stdlib" Three Dropped ["has_interface_with(Any $kind, Any $value?)"] "Tells whether the host has an interface with a property." => has_interface_with;
    "has_ip_address" "stdlib" Three Dropped ["has_ip_address(Any $address)"] "Tells whether the host has an address." => |call| Ok(Value::Bool(has(call, "ipaddress", call.arg(0))));
    "has_ip_network" "stdlib" Three Dropped ["has_ip_network(Any $network)"] "Tells whether the host has a network." => |call| Ok(Value::Bool(has(call, "network", call.arg(0))));
    "is_domain_name" "stdlib" Three Dropped ["is_domain_name(Any $name)"] "Tells whether a text is a domain name." => |call| {
        exactly(call, 1)?;
        Ok(Value::Bool(call.arg(0).as_str().is_some_and(is_domain_name)))
    };
    "is_email_address" "stdlib" Three Dropped ["is_email_address(Any $address)"] "Tells whether a text is an e-mail address." => |call| {
        exactly(call, 1)?;
        Ok(Value::Bool(call.arg(0).as_str().is_some_and(is_email_address)))
    };
    "is_mac_address" "stdlib" Three Dropped ["is_mac_address(Any $address)"] "Tells whether a text is a MAC address." => |call| {
        exactly(call, 1)?;
        let fits = |text: &str| {
            let parts: Vec<&str> = text.split(':').collect();
            let hex = |it: &&str| (1..=2).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_hexdigit());
            (parts.len() == 6 || parts.len() == 20) && parts.iter().all(hex)
        };
        Ok(Value::Bool(call.arg(0).as_str().is_some_and(fits)))
    };
    "stdlib::ip_in_range" "stdlib" Four Dropped ["stdlib::ip_in_range(String $ipaddress, Variant[String, Array] $range)"] "Tells whether an address is in a network." => |call| {
        let read = |text: &str| network(text).ok_or_else(|| call.fail(format!("invalid address: {text}")));
        let (address, _) = read(call.text(0))?;
        for range in flat(std::slice::from_ref(call.arg(1))) {
            if contains(read(&range.to_str())?, address) {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    };
}

/// Reads an address with an optional prefix length or mask.
pub(super) fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let bare = address.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(address);
    let bare = bare.split_once('%').map_or(bare, |(it, _)| it);
    let address: IpAddr = bare.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => most,
        Some(prefix) => match prefix.parse::<u32>() {
            Ok(length) if length <= most => length,
            Ok(_) => return None,
            Err(_) => u32::from(prefix.parse::<Ipv4Addr>().ok()?).leading_ones(),
        },
    };
    Some((address, prefix))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(it) => u128::from(u32::from(it)) << 96,
        IpAddr::V6(it) => u128::from(it),
    }
}

fn contains((network, prefix): (IpAddr, u32), address: IpAddr) -> bool {
    let shift = 128_u32.saturating_sub(prefix);
    let cut = |it: IpAddr| bits(it).checked_shr(shift).unwrap_or(0);
    network.is_ipv4() == address.is_ipv4() && cut(network) == cut(address)
}

fn enclose(call: &Call<'_>) -> Result<Value> {
    exactly(call, 1)?;
    if !matches!(call.arg(0), Value::Str(_) | Value::Array(_)) {
        let kind = class_name(call.arg(0));
        return Err(
            call.fail(format!("enclose_ipv6(): Wrong argument type given {kind} expected String or Array"))
        );
    }
    let mut found = IndexSet::default();
    for value in flat(std::slice::from_ref(call.arg(0))) {
        let text = value.to_str();
        if text.as_str() == "*" {
            found.insert(value);
            continue;
        }
        found.insert(match network(&text) {
            Some((IpAddr::V6(it), _)) => Value::str(format!("[{}]", ruby_v6(it))),
            Some((IpAddr::V4(_), _)) => value,
            None => {
                return Err(
                    call.fail(format!("enclose_ipv6(): Wrong argument given {text} is not an ip address."))
                );
            }
        });
    }
    Ok(Value::array(found))
}

fn ruby_v6(it: Ipv6Addr) -> String {
    it.to_string()
}

fn has(call: &Call<'_>, kind: &str, value: &Value) -> bool {
    let fact = |name: &str| call.context.fact(name).or_else(|| call.context.variable(name));
    let Some(interfaces) = fact("interfaces") else { return false };
    if fact(kind).as_ref() == Some(value) {
        return true;
    }
    let interfaces = interfaces.to_str().to_lowercase();
    interfaces.split(',').any(|name| fact(&format!("{kind}_{name}")).as_ref() == Some(value))
}

fn has_interface_with(call: &Call<'_>) -> Result<Value> {
    if call.arguments.len() > 1 {
        return Ok(Value::Bool(has(call, call.text(0), call.arg(1))));
    }
    let interfaces = call.context.fact("interfaces").or_else(|| call.context.variable("interfaces"));
    let listed = interfaces.map(|it| it.to_str()).unwrap_or_default();
    Ok(Value::Bool(listed.split(',').any(|name| name == call.text(0))))
}

pub(super) fn is_domain_name(name: &str) -> bool {
    if name == "." {
        return true;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || name.len() > 255 {
        return false;
    }
    let last_is_letters = name
        .rsplit('.')
        .next()
        .is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphabetic()));
    if name.contains('.') && !last_is_letters {
        return false;
    }
    name.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

pub(super) fn is_email_address(text: &str) -> bool {
    let source = "\\A([\\w+\\-].?)+@[a-z\\d\\-]+(\\.[a-z]+)*\\.[a-z]+\\z";
    Regexp::cached(&source.into()).is_ok_and(|it| it.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses() {
        let within =
            |range: &str, address: &str| contains(network(range).unwrap(), network(address).unwrap().0);
        assert!(within("10.0.0.0/8", "10.200.1.1"));
        assert!(within("192.168.1.0/255.255.255.0", "192.168.1.7"));
        assert!(!within("10.0.0.0/8", "11.0.0.1"));
        assert!(within("2001:db8::/32", "2001:db8:1::1"));
        assert!(!within("::/0", "10.0.0.1"));
        assert!(network("10.0.0").is_none());
    }

    #[test]
    fn names_are_checked() {
        assert!(
            is_domain_name("foo.example.com") && is_domain_name("localhost") && !is_domain_name("-a.com")
        );
        assert!(is_email_address("a.b@example.com") && !is_email_address("a@b"));
    }
}
