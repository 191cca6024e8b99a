//! `IPAddr`.

use super::{Args, Row, row};
use crate::ruby::{
    interp::Interp,
    object::{Data, R, Rv},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The methods of addresses.
pub(super) static IPADDR: &[Row] = &[
    row("to_range", 0, 0, to_range),
    row("include?", 1, 1, include),
    row("===", 1, 1, include),
    row("member?", 1, 1, include),
    row("ipv4?", 0, 0, |_, this, _| Ok(Rv::Bool(!parts(this).2))),
    row("ipv6?", 0, 0, |_, this, _| Ok(Rv::Bool(parts(this).2))),
    row("to_i", 0, 0, |it, this, _| it.big(parts(this).0.into())),
    row("&", 1, 1, |it, this, args| bitwise(it, this, args.at(0), |a, b| a & b)),
    row("|", 1, 1, |it, this, args| bitwise(it, this, args.at(0), |a, b| a | b)),
    row("<<", 1, 1, |it, this, args| {
        let (address, prefix, v6) = parts(this);
        let by = it.count(args.at(0))? as u32;
        Ok(make(it, address.checked_shl(by).unwrap_or(0) & all(v6), prefix, v6))
    }),
    row(">>", 1, 1, |it, this, args| {
        let (address, prefix, v6) = parts(this);
        let by = it.count(args.at(0))? as u32;
        Ok(make(it, address.checked_shr(by).unwrap_or(0), prefix, v6))
    }),
    row("~", 0, 0, |it, this, _| {
        let (address, prefix, v6) = parts(this);
        Ok(make(it, !address & all(v6), prefix, v6))
    }),
    row("netmask", 0, 0, |_, this, _| {
        let (_, prefix, v6) = parts(this);
        Ok(Rv::str(full(mask(prefix, v6), v6)))
    }),
    row("loopback?", 0, 0, |_, this, _| {
        let (address, _, v6) = parts(this);
        Ok(Rv::Bool(if v6 { address == 1 } else { address >> 24 == 127 }))
    }),
    row("private?", 0, 0, |_, this, _| {
        let (address, _, v6) = parts(this);
        let in_v4 = address >> 24 == 10 || address >> 20 == 0xac1 || address >> 16 == 0xc0a8;
        Ok(Rv::Bool(if v6 { address >> 121 == 0x7e } else { in_v4 }))
    }),
    row("link_local?", 0, 0, |_, this, _| {
        let (address, _, v6) = parts(this);
        Ok(Rv::Bool(if v6 { address >> 118 == 0x3fa } else { address >> 16 == 0xa9fe }))
    }),
    row("hton", 0, 0, |it, this, _| {
        let (address, _, v6) = parts(this);
        let bytes = address.to_be_bytes();
        Ok(it.bytes(bytes.get(if v6 { 0 } else { 12 }..).unwrap_or_default().to_vec()))
    }),
    row("ip6_arpa", 0, 0, |it, this, _| nibbles(it, this, "ip6.arpa")),
    row("ip6_int", 0, 0, |it, this, _| nibbles(it, this, "ip6.int")),
    row("ipv4_mapped", 0, 0, |it, this, _| {
        let (address, prefix, v6) = parts(this);
        if v6 {
            return Err(it.raise("IPAddr::InvalidAddressError", "not an IPv4 address"));
        }
        Ok(make(it, address | 0xffff_u128 << 32, prefix + 96, true))
    }),
    row("native", 0, 0, |it, this, _| {
        let (address, prefix, v6) = parts(this);
        if v6 && address >> 32 == 0xffff {
            return Ok(make(it, address & all(false), prefix.saturating_sub(96), false));
        }
        Ok(this.clone())
    }),
    row("ipv4_mapped?", 0, 0, |_, this, _| {
        let (address, _, v6) = parts(this);
        Ok(Rv::Bool(v6 && address >> 32 == 0xffff))
    }),
    row("prefix", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).1.into()))),
    row("mask", 1, 1, masked),
    row("family", 0, 0, |_, this, _| Ok(Rv::Int(if parts(this).2 { 10 } else { 2 }))),
    row("succ", 0, 0, |it, this, _| {
        let (address, prefix, v6) = parts(this);
        Ok(make(it, address.wrapping_add(1), prefix, v6))
    }),
    row("to_string", 0, 0, |_, this, _| {
        let (address, _, v6) = parts(this);
        if !v6 {
            return Ok(Rv::str(to_s(address, 32, false)));
        }
        let segments = Ipv6Addr::from(address).segments();
        Ok(Rv::str(segments.map(|part| format!("{part:04x}")).join(":")))
    }),
    row("reverse", 0, 0, reverse),
    row("==", 1, 1, |it, this, args| {
        let Some(other) = comparable(it, args.at(0)) else { return Ok(Rv::Bool(false)) };
        Ok(Rv::Bool(parts(this).0 == parts(&other).0 && parts(this).2 == parts(&other).2))
    }),
    row("<=>", 1, 1, |it, this, args| {
        let Some(other) = comparable(it, args.at(0)) else { return Ok(Rv::Nil) };
        if parts(this).2 != parts(&other).2 {
            return Ok(Rv::Nil);
        }
        Ok(Rv::Int(parts(this).0.cmp(&parts(&other).0) as i64))
    }),
    row("hash", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).0 as i64 >> 2))),
];

/// `IPAddr.new`.
pub(super) static STATICS: &[(&str, &[Row])] = &[(
    "IPAddr",
    &[row("new", 0, 2, |it, _, args| match args.at(0) {
        number if super::big::integer(number).is_some() => of_number(it, number, args.at(1)),
        other => {
            let text = it.string(other)?;
            read(it, &text)
        }
    })],
)];

fn parts(value: &Rv) -> (u128, u8, bool) {
    match value {
        Rv::Object(object) => match &object.data {
            Data::IpAddr(address, prefix, v6) => (*address, *prefix, *v6),
            _ => (0, 0, false),
        },
        _ => (0, 0, false),
    }
}

fn make(it: &mut Interp<'_>, address: u128, prefix: u8, v6: bool) -> Rv {
    let class = it.world.class("IPAddr");
    it.object(class, Data::IpAddr(address, prefix, v6))
}

fn mask(prefix: u8, v6: bool) -> u128 {
    let width = if v6 { 128 } else { 32 };
    let prefix = u32::from(prefix).min(width);
    let all = if v6 { u128::MAX } else { u128::from(u32::MAX) };
    if prefix == 0 { 0 } else { (all << (width - prefix)) & all }
}

fn read(it: &mut Interp<'_>, text: &str) -> R {
    // Ruby's own message ends so: the address is not noted yet
    let invalid = |it: &mut Interp<'_>| Err(it.raise("IPAddr::InvalidAddressError", "invalid address: "));
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() else { return invalid(it) };
    let (bits, v6) = match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), false),
        IpAddr::V6(v6) => (u128::from(v6), true),
    };
    let width = if v6 { 128 } else { 32 };
    let prefix = match prefix {
        None => width,
        Some(prefix) => match (prefix.parse::<u8>(), prefix.parse::<Ipv4Addr>()) {
            (Ok(prefix), _) if prefix <= width => prefix,
            (_, Ok(dotted))
                if !v6 && u32::from(dotted).leading_ones() + u32::from(dotted).trailing_zeros() >= 32 =>
            {
                u32::from(dotted).leading_ones() as u8
            }
            _ => return Err(it.raise("IPAddr::InvalidPrefixError", format!("invalid length: {text}"))),
        },
    };
    Ok(make(it, bits & mask(prefix, v6), prefix, v6))
}

fn coerce(it: &mut Interp<'_>, value: &Rv) -> R {
    match value {
        Rv::Object(_) => Ok(value.clone()),
        other => {
            let text = it.string(other)?;
            read(it, &text)
        }
    }
}

fn include(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let other = coerce(it, args.at(0))?;
    let ((address, prefix, v6), (given, inner, same)) = (parts(this), parts(&other));
    Ok(Rv::Bool(v6 == same && inner >= prefix && given & mask(prefix, v6) == address & mask(prefix, v6)))
}

fn to_range(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let (address, prefix, v6) = parts(this);
    let width = if v6 { 128 } else { 32 };
    let low = address & mask(prefix, v6);
    let all = if v6 { u128::MAX } else { u128::from(u32::MAX) };
    let high = low | (all & !mask(prefix, v6));
    let (from, to) = (make(it, low, width, v6), make(it, high, width, v6));
    Ok(Rv::Range(std::rc::Rc::new(crate::ruby::object::RRange { from, to, exclusive: false })))
}

fn masked(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (address, _, v6) = parts(this);
    let prefix = it.to_s(args.at(0))?;
    let shown = to_s(address, if v6 { 128 } else { 32 }, v6);
    read(it, &format!("{shown}/{}", prefix.as_str()))
}

fn reverse(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let (address, _, v6) = parts(this);
    if v6 {
        return nibbles(it, this, "ip6.arpa");
    }
    let [a, b, c, d] = (address as u32).to_be_bytes();
    Ok(Rv::str(format!("{d}.{c}.{b}.{a}.in-addr.arpa")))
}

/// All bits of an address.
fn all(v6: bool) -> u128 {
    if v6 { u128::MAX } else { u128::from(u32::MAX) }
}

/// `IPAddr.new(number, family)`.
fn of_number(it: &mut Interp<'_>, number: &Rv, family: &Rv) -> R {
    let v6 = match family {
        Rv::Int(2) => false,
        Rv::Int(10) => true,
        other => {
            let shown = it.to_s(other)?;
            let message = format!("unsupported address family: {}", shown.as_str());
            return Err(it.raise("IPAddr::AddressFamilyError", message));
        }
    };
    let shown = it.to_s(number)?;
    match shown.parse::<u128>().ok().filter(|address| *address <= all(v6)) {
        Some(address) => Ok(make(it, address, if v6 { 128 } else { 32 }, v6)),
        None => {
            let message = format!("invalid address: {}", shown.as_str());
            Err(it.raise("IPAddr::InvalidAddressError", message))
        }
    }
}

/// The other side of a comparison, where it is an address.
fn comparable(it: &mut Interp<'_>, value: &Rv) -> Option<Rv> {
    match value {
        Rv::Object(object) => matches!(object.data, Data::IpAddr(..)).then(|| value.clone()),
        Rv::Str(_) => coerce(it, value).ok(),
        _ => None,
    }
}

fn bitwise(it: &mut Interp<'_>, this: &Rv, other: &Rv, run: fn(u128, u128) -> u128) -> R {
    let (address, prefix, v6) = parts(this);
    let mask = match super::big::integer(other) {
        Some(number) => number.to_string().parse().unwrap_or(0),
        None => parts(&coerce(it, other)?).0,
    };
    Ok(make(it, run(address, mask) & all(v6), prefix, v6))
}

/// The name of an IPv6 address in the reverse zone.
fn nibbles(it: &mut Interp<'_>, this: &Rv, zone: &str) -> R {
    let (address, _, v6) = parts(this);
    if !v6 {
        return Err(it.raise("IPAddr::InvalidAddressError", "not an IPv6 address"));
    }
    let digits: Vec<String> = format!("{address:032x}").chars().rev().map(String::from).collect();
    Ok(Rv::str(format!("{}.{zone}", digits.join("."))))
}

/// An address with all of its digits.
fn full(address: u128, v6: bool) -> String {
    if !v6 {
        return Ipv4Addr::from(address as u32).to_string();
    }
    Ipv6Addr::from(address).segments().map(|part| format!("{part:04x}")).join(":")
}

/// `IPAddr#to_s`: the address without its prefix.
pub(super) fn to_s(address: u128, _: u8, v6: bool) -> String {
    if v6 { Ipv6Addr::from(address).to_string() } else { Ipv4Addr::from(address as u32).to_string() }
}

/// `IPAddr#inspect`.
pub(super) fn inspect(address: u128, prefix: u8, v6: bool) -> String {
    let full = |address: u128| full(address, v6);
    let family = if v6 { "IPv6" } else { "IPv4" };
    format!("#<IPAddr: {family}:{}/{}>", full(address), full(mask(prefix, v6)))
}
