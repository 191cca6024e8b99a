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
    row("to_i", 0, 0, |it, this, _| match i64::try_from(parts(this).0) {
        Ok(value) => Ok(Rv::Int(value)),
        Err(_) => Err(it.unsupported_value("an integer beyond 64 bits")),
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
        let other = coerce(it, args.at(0))?;
        Ok(Rv::Bool(parts(this).0 == parts(&other).0 && parts(this).2 == parts(&other).2))
    }),
    row("<=>", 1, 1, |it, this, args| {
        let other = coerce(it, args.at(0))?;
        Ok(Rv::Int(parts(this).0.cmp(&parts(&other).0) as i64))
    }),
    row("hash", 0, 0, |_, this, _| Ok(Rv::Int(parts(this).0 as i64 >> 2))),
];

/// `IPAddr.new`.
pub(super) static STATICS: &[(&str, &[Row])] = &[(
    "IPAddr",
    &[row("new", 0, 2, |it, _, args| match args.at(0) {
        Rv::Int(value) => {
            let v6 = matches!(args.at(1), Rv::Int(10));
            Ok(make(it, *value as u128, if v6 { 128 } else { 32 }, v6))
        }
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
    let invalid = |it: &mut Interp<'_>| {
        Err(it.raise("IPAddr::InvalidAddressError", format!("invalid address: {text}")))
    };
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
        return Err(it.unsupported_method("`IPAddr#reverse` of IPv6"));
    }
    let [a, b, c, d] = (address as u32).to_be_bytes();
    Ok(Rv::str(format!("{d}.{c}.{b}.{a}.in-addr.arpa")))
}

/// `IPAddr#to_s`: the address without its prefix.
pub(super) fn to_s(address: u128, _: u8, v6: bool) -> String {
    if v6 { Ipv6Addr::from(address).to_string() } else { Ipv4Addr::from(address as u32).to_string() }
}

/// `IPAddr#inspect`.
pub(super) fn inspect(address: u128, prefix: u8, v6: bool) -> String {
    let full = |address: u128| {
        if !v6 {
            return Ipv4Addr::from(address as u32).to_string();
        }
        Ipv6Addr::from(address).segments().map(|part| format!("{part:04x}")).join(":")
    };
    let family = if v6 { "IPv6" } else { "IPv4" };
    format!("#<IPAddr: {family}:{}/{}>", full(address), full(mask(prefix, v6)))
}
