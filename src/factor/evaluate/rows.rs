//! What the functions of the table do, as nixpkgs' `lib` and Nix's builtins do it.

use super::{
    fault::Fault,
    machine::{Machine, equal, join, less, push_value},
    value::{Entries, Value},
};
use crate::translate::nixos::Part;
use ecow::{EcoString, eco_format};
use std::sync::Arc;

type Answer = Result<Value, Fault>;

/// An argument; the table's arity says how many there are.
fn arg(arguments: &[Value], at: usize) -> &Value {
    arguments.get(at).unwrap_or(&Value::Null)
}

fn list(arguments: &[Value], at: usize) -> Result<&[Value], Fault> {
    match arg(arguments, at) {
        Value::List(items) => Ok(items),
        other => Err(other.not("a list")),
    }
}

fn set(arguments: &[Value], at: usize) -> Result<&Entries, Fault> {
    match arg(arguments, at) {
        Value::Attrs(entries) => Ok(entries),
        other => Err(other.not("a set")),
    }
}

fn text(value: &Value) -> Result<&str, Fault> {
    match value {
        Value::Str(text) => Ok(text),
        other => Err(other.not("a string")),
    }
}

fn string(arguments: &[Value], at: usize) -> Result<&str, Fault> {
    text(arg(arguments, at))
}

fn int(arguments: &[Value], at: usize) -> Result<i64, Fault> {
    match arg(arguments, at) {
        Value::Int(it) => Ok(*it),
        other => Err(other.not("an integer")),
    }
}

fn truth(arguments: &[Value], at: usize) -> Result<bool, Fault> {
    match arg(arguments, at) {
        Value::Bool(it) => Ok(*it),
        other => Err(other.not("a Boolean")),
    }
}

fn strings(items: &[Value]) -> Result<Vec<&str>, Fault> {
    items.iter().map(text).collect()
}

/// A length or an index as Nix's integer.
fn count_of(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn mapped(m: &Machine<'_>, function: &Value, items: &[Value]) -> Result<Vec<Value>, Fault> {
    items.iter().map(|item| m.apply(function, item.clone())).collect()
}

/// Strings with a separator in between.
fn separated(separator: &Value, items: &[Value]) -> Answer {
    let mut out = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            push_value(&mut out, separator)?;
        }
        push_value(&mut out, item)?;
    }
    Ok(Value::text(out))
}

fn contains(items: &[Value], wanted: &Value) -> Result<bool, Fault> {
    items.iter().try_fold(false, |found, item| Ok(found || equal(item, wanted)?))
}

fn kept(items: &[Value], mut keep: impl FnMut(&Value) -> Result<bool, Fault>) -> Answer {
    let mut out = Vec::new();
    for item in items {
        if keep(item)? {
            out.push(item.clone());
        }
    }
    Ok(Value::List(out.into()))
}

pub(super) fn all(m: &Machine<'_>, it: &[Value]) -> Answer {
    let test = |so_far, item: &Value| Ok(so_far && m.test(arg(it, 0), item.clone())?);
    Ok(Value::Bool(list(it, 1)?.iter().try_fold(true, test)?))
}

pub(super) fn any(m: &Machine<'_>, it: &[Value]) -> Answer {
    let test = |so_far, item: &Value| Ok(so_far || m.test(arg(it, 0), item.clone())?);
    Ok(Value::Bool(list(it, 1)?.iter().try_fold(false, test)?))
}

pub(super) fn attr_by_path(_: &Machine<'_>, it: &[Value]) -> Answer {
    let mut at = arg(it, 2);
    for name in strings(list(it, 0)?)? {
        match at {
            Value::Attrs(entries) => match entries.get(name) {
                Some(found) => at = found,
                None => return Ok(arg(it, 1).clone()),
            },
            Value::Symbol(_) => return Err(at.not("a set")),
            _ => return Ok(arg(it, 1).clone()),
        }
    }
    Ok(at.clone())
}

pub(super) fn attr_names(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::list(set(it, 0)?.keys().cloned().map(Value::Str)))
}

pub(super) fn attr_values(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::list(set(it, 0)?.values().cloned()))
}

pub(super) fn bool_to_string(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::str(if truth(it, 0)? { "true" } else { "false" }))
}

pub(super) fn concat_lines(_: &Machine<'_>, it: &[Value]) -> Answer {
    let end = Value::str("\n");
    join(list(it, 0)?.iter().flat_map(|line| [line, &end]))
}

pub(super) fn concat_lists(_: &Machine<'_>, it: &[Value]) -> Answer {
    let mut out = Vec::new();
    for inner in list(it, 0)? {
        out.extend_from_slice(list(std::slice::from_ref(inner), 0)?);
    }
    Ok(Value::List(out.into()))
}

pub(super) fn concat_map(m: &Machine<'_>, it: &[Value]) -> Answer {
    let lists = Value::List(mapped(m, arg(it, 0), list(it, 1)?)?.into());
    concat_lists(m, &[lists])
}

pub(super) fn concat_map_strings(m: &Machine<'_>, it: &[Value]) -> Answer {
    join(&mapped(m, arg(it, 0), list(it, 1)?)?)
}

pub(super) fn concat_map_strings_sep(m: &Machine<'_>, it: &[Value]) -> Answer {
    separated(arg(it, 0), &mapped(m, arg(it, 1), list(it, 2)?)?)
}

pub(super) fn concat_strings(_: &Machine<'_>, it: &[Value]) -> Answer {
    join(list(it, 0)?)
}

pub(super) fn concat_strings_sep(_: &Machine<'_>, it: &[Value]) -> Answer {
    separated(arg(it, 0), list(it, 1)?)
}

pub(super) fn count(m: &Machine<'_>, it: &[Value]) -> Answer {
    let found = filter(m, it)?;
    length(m, &[found])
}

pub(super) fn drop(_: &Machine<'_>, it: &[Value]) -> Answer {
    let items = list(it, 1)?;
    Ok(Value::list(items.iter().skip(size(int(it, 0)?)).cloned()))
}

/// A count of items; a negative one is none.
fn size(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}

pub(super) fn elem(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Bool(contains(list(it, 1)?, arg(it, 0))?))
}

pub(super) fn elem_at(_: &Machine<'_>, it: &[Value]) -> Answer {
    let at = usize::try_from(int(it, 1)?).ok();
    let found = at.and_then(|at| list(it, 0).ok()?.get(at).cloned());
    list(it, 0)?;
    found.ok_or_else(|| Fault::thrown("the index is out of bounds"))
}

pub(super) fn filter(m: &Machine<'_>, it: &[Value]) -> Answer {
    kept(list(it, 1)?, |item| m.test(arg(it, 0), item.clone()))
}

pub(super) fn filter_attrs(m: &Machine<'_>, it: &[Value]) -> Answer {
    let mut out = Entries::new();
    for (name, value) in set(it, 1)? {
        let answer = m.apply2(arg(it, 0), Value::Str(name.clone()), value.clone())?;
        if truth(&[answer], 0)? {
            out.insert(name.clone(), value.clone());
        }
    }
    Ok(Value::attrs(out))
}

pub(super) fn flatten(m: &Machine<'_>, it: &[Value]) -> Answer {
    fn into(m: &Machine<'_>, value: &Value, depth: usize, out: &mut Vec<Value>) -> Result<(), Fault> {
        m.step()?;
        match value {
            Value::List(_) if depth > 64 => Err(Fault::Limit),
            Value::List(items) => items.iter().try_for_each(|item| into(m, item, depth + 1, out)),
            other => {
                out.push(other.clone());
                Ok(())
            }
        }
    }
    let mut out = Vec::new();
    into(m, arg(it, 0), 0, &mut out)?;
    Ok(Value::List(out.into()))
}

pub(super) fn fold_left(m: &Machine<'_>, it: &[Value]) -> Answer {
    let fold = |so_far, item: &Value| m.apply2(arg(it, 0), so_far, item.clone());
    list(it, 2)?.iter().try_fold(arg(it, 1).clone(), fold)
}

pub(super) fn gen_list(m: &Machine<'_>, it: &[Value]) -> Answer {
    let length = int(it, 1)?;
    if length < 0 {
        return Err(Fault::thrown("a list cannot have a negative length"));
    }
    Ok(Value::List((0..length).map(|at| m.apply(arg(it, 0), Value::Int(at))).collect::<Result<_, _>>()?))
}

pub(super) fn get_attr(_: &Machine<'_>, it: &[Value]) -> Answer {
    let name = string(it, 0)?;
    set(it, 1)?.get(name).cloned().ok_or_else(|| Fault::Missing(name.into()))
}

pub(super) fn has_attr(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Bool(set(it, 1)?.contains_key(string(it, 0)?)))
}

pub(super) fn has_infix(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Bool(string(it, 1)?.contains(string(it, 0)?)))
}

pub(super) fn has_prefix(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Bool(string(it, 1)?.starts_with(string(it, 0)?)))
}

pub(super) fn has_suffix(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Bool(string(it, 1)?.ends_with(string(it, 0)?)))
}

fn empty() -> Fault {
    Fault::thrown("the list is empty")
}

pub(super) fn head(_: &Machine<'_>, it: &[Value]) -> Answer {
    list(it, 0)?.first().cloned().ok_or_else(empty)
}

pub(super) fn id(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(arg(it, 0).clone())
}

fn numbered(m: &Machine<'_>, it: &[Value], from: i64) -> Answer {
    let one = |(at, item): (i64, &Value)| m.apply2(arg(it, 0), Value::Int(at), item.clone());
    Ok(Value::List((from..).zip(list(it, 1)?).map(one).collect::<Result<_, _>>()?))
}

pub(super) fn imap0(m: &Machine<'_>, it: &[Value]) -> Answer {
    numbered(m, it, 0)
}

pub(super) fn imap1(m: &Machine<'_>, it: &[Value]) -> Answer {
    numbered(m, it, 1)
}

pub(super) fn init(_: &Machine<'_>, it: &[Value]) -> Answer {
    let (_, before) = list(it, 0)?.split_last().ok_or_else(empty)?;
    Ok(Value::List(before.into()))
}

pub(super) fn intersect_lists(_: &Machine<'_>, it: &[Value]) -> Answer {
    let first = list(it, 0)?;
    kept(list(it, 1)?, |item| contains(first, item))
}

/// Whether a value is of a kind; a symbol may be of any.
fn is(it: &[Value], kind: fn(&Value) -> bool) -> Answer {
    match arg(it, 0) {
        value @ Value::Symbol(_) => Err(value.not("plain data")),
        value => Ok(Value::Bool(kind(value))),
    }
}

pub(super) fn is_attrs(_: &Machine<'_>, it: &[Value]) -> Answer {
    is(it, |value| matches!(value, Value::Attrs(_)))
}

pub(super) fn is_bool(_: &Machine<'_>, it: &[Value]) -> Answer {
    is(it, |value| matches!(value, Value::Bool(_)))
}

pub(super) fn is_float(_: &Machine<'_>, it: &[Value]) -> Answer {
    is(it, |value| matches!(value, Value::Float(_)))
}

pub(super) fn is_int(_: &Machine<'_>, it: &[Value]) -> Answer {
    is(it, |value| matches!(value, Value::Int(_)))
}

pub(super) fn is_list(_: &Machine<'_>, it: &[Value]) -> Answer {
    is(it, |value| matches!(value, Value::List(_)))
}

pub(super) fn is_null(_: &Machine<'_>, it: &[Value]) -> Answer {
    is(it, |value| matches!(value, Value::Null))
}

pub(super) fn is_string(_: &Machine<'_>, it: &[Value]) -> Answer {
    is(it, |value| matches!(value, Value::Str(_) | Value::Text(_)))
}

pub(super) fn last(_: &Machine<'_>, it: &[Value]) -> Answer {
    list(it, 0)?.last().cloned().ok_or_else(empty)
}

pub(super) fn length(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Int(count_of(list(it, 0)?.len())))
}

pub(super) fn less_than(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Bool(less(arg(it, 0), arg(it, 1))?))
}

/// The `name` and `value` of a set.
fn pair(value: &Value) -> Result<(EcoString, Value), Fault> {
    let one = std::slice::from_ref(value);
    let entries = set(one, 0)?;
    let get = |name: &str| entries.get(name).ok_or_else(|| Fault::Missing(name.into()));
    Ok((text(get("name")?)?.into(), get("value")?.clone()))
}

pub(super) fn list_to_attrs(_: &Machine<'_>, it: &[Value]) -> Answer {
    let mut out = Entries::new();
    for item in list(it, 0)? {
        let (name, value) = pair(item)?;
        out.entry(name).or_insert(value);
    }
    Ok(Value::attrs(out))
}

pub(super) fn map(m: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::List(mapped(m, arg(it, 0), list(it, 1)?)?.into()))
}

pub(super) fn map_attrs(m: &Machine<'_>, it: &[Value]) -> Answer {
    let one = |(name, value): (&EcoString, &Value)| {
        Ok((name.clone(), m.apply2(arg(it, 0), Value::Str(name.clone()), value.clone())?))
    };
    Ok(Value::attrs(set(it, 1)?.iter().map(one).collect::<Result<_, Fault>>()?))
}

pub(super) fn map_attrs_pairs(m: &Machine<'_>, it: &[Value]) -> Answer {
    list_to_attrs(m, &[map_attrs_to_list(m, it)?])
}

pub(super) fn map_attrs_to_list(m: &Machine<'_>, it: &[Value]) -> Answer {
    attr_values(m, &[map_attrs(m, it)?])
}

pub(super) fn max(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(arg(it, usize::from(!less(arg(it, 1), arg(it, 0))?)).clone())
}

pub(super) fn min(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(arg(it, usize::from(!less(arg(it, 0), arg(it, 1))?)).clone())
}

pub(super) fn modulo(_: &Machine<'_>, it: &[Value]) -> Answer {
    let rest = int(it, 0)?.checked_rem(int(it, 1)?);
    rest.map(Value::Int).ok_or_else(|| Fault::thrown("division by zero"))
}

pub(super) fn name_value_pair(_: &Machine<'_>, it: &[Value]) -> Answer {
    let entries = [("name".into(), arg(it, 0).clone()), ("value".into(), arg(it, 1).clone())];
    Ok(Value::attrs(entries.into()))
}

pub(super) fn optional(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::list(truth(it, 0)?.then(|| arg(it, 1).clone())))
}

pub(super) fn optional_attrs(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(if truth(it, 0)? { arg(it, 1).clone() } else { Value::Attrs(Arc::default()) })
}

pub(super) fn optional_string(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(if truth(it, 0)? { arg(it, 1).clone() } else { Value::str("") })
}

pub(super) fn optionals(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(if truth(it, 0)? { arg(it, 1).clone() } else { Value::list([]) })
}

pub(super) fn range(m: &Machine<'_>, it: &[Value]) -> Answer {
    let number = |at| {
        m.step()?;
        Ok(Value::Int(at))
    };
    Ok(Value::List((int(it, 0)?..=int(it, 1)?).map(number).collect::<Result<_, Fault>>()?))
}

pub(super) fn remove_attrs(_: &Machine<'_>, it: &[Value]) -> Answer {
    let gone = strings(list(it, 1)?)?;
    let mut out = set(it, 0)?.clone();
    out.retain(|name, _| !gone.contains(&name.as_str()));
    Ok(Value::attrs(out))
}

pub(super) fn remove_prefix(_: &Machine<'_>, it: &[Value]) -> Answer {
    let whole = string(it, 1)?;
    Ok(Value::str(whole.strip_prefix(string(it, 0)?).unwrap_or(whole)))
}

pub(super) fn remove_suffix(_: &Machine<'_>, it: &[Value]) -> Answer {
    let whole = string(it, 1)?;
    Ok(Value::str(whole.strip_suffix(string(it, 0)?).unwrap_or(whole)))
}

pub(super) fn replace_strings(m: &Machine<'_>, it: &[Value]) -> Answer {
    let (from, to) = (strings(list(it, 0)?)?, strings(list(it, 1)?)?);
    if from.len() != to.len() || from.iter().any(|wanted| wanted.is_empty()) {
        return Err(Fault::wrong("as many replacements as texts, none empty", "others"));
    }
    let (mut out, mut rest) = (EcoString::new(), string(it, 2)?);
    while let Some(letter) = rest.chars().next() {
        m.step()?;
        let found = from.iter().zip(&to).find(|(wanted, _)| rest.starts_with(**wanted));
        let taken = match found {
            Some((wanted, with)) => {
                out.push_str(with);
                wanted.len()
            }
            None => {
                out.push(letter);
                letter.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(Value::Str(out))
}

pub(super) fn reverse_list(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::list(list(it, 0)?.iter().rev().cloned()))
}

/// A stable sort by insertion, since the comparison may fail.
pub(super) fn sort(m: &Machine<'_>, it: &[Value]) -> Answer {
    let mut out: Vec<Value> = Vec::new();
    for item in list(it, 1)? {
        let (mut low, mut high) = (0, out.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let other = out.get(middle).cloned().unwrap_or(Value::Null);
            let before = m.apply2(arg(it, 0), item.clone(), other)?;
            if truth(&[before], 0)? { high = middle } else { low = middle + 1 }
        }
        out.insert(low, item.clone());
    }
    Ok(Value::List(out.into()))
}

pub(super) fn split_string(_: &Machine<'_>, it: &[Value]) -> Answer {
    let separator = string(it, 0)?;
    if separator.is_empty() {
        return Err(Fault::wrong("a separator", "an empty string"));
    }
    Ok(Value::list(string(it, 1)?.split(separator).map(Value::str)))
}

pub(super) fn string_length(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::Int(count_of(string(it, 0)?.len())))
}

pub(super) fn sublist(_: &Machine<'_>, it: &[Value]) -> Answer {
    let items = list(it, 2)?.iter().skip(size(int(it, 0)?)).take(size(int(it, 1)?));
    Ok(Value::list(items.cloned()))
}

pub(super) fn substring(_: &Machine<'_>, it: &[Value]) -> Answer {
    let (start, length, whole) = (int(it, 0)?, int(it, 1)?, string(it, 2)?);
    let start = usize::try_from(start).map_err(|_| Fault::thrown("a substring starts before the string"))?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let end = start.saturating_add(length).min(whole.len());
    let found = if start >= whole.len() { Some("") } else { whole.get(start..end) };
    found.map(Value::str).ok_or_else(|| Fault::thrown("a character is cut into its bytes"))
}

pub(super) fn subtract_lists(_: &Machine<'_>, it: &[Value]) -> Answer {
    let gone = list(it, 0)?;
    kept(list(it, 1)?, |item| Ok(!contains(gone, item)?))
}

pub(super) fn tail(_: &Machine<'_>, it: &[Value]) -> Answer {
    let (_, rest) = list(it, 0)?.split_first().ok_or_else(empty)?;
    Ok(Value::List(rest.into()))
}

pub(super) fn take(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::list(list(it, 1)?.iter().take(size(int(it, 0)?)).cloned()))
}

pub(super) fn throw(_: &Machine<'_>, it: &[Value]) -> Answer {
    Err(Fault::thrown(string(it, 0)?))
}

pub(super) fn to_int(_: &Machine<'_>, it: &[Value]) -> Answer {
    let digits = string(it, 0)?.trim_matches(' ');
    let bare = digits.strip_prefix('-').unwrap_or(digits);
    let plain = !bare.is_empty() && bare.bytes().all(|digit| digit.is_ascii_digit());
    let ambiguous = bare.len() > 1 && bare.starts_with('0');
    match digits.parse() {
        Ok(number) if plain && !ambiguous => Ok(Value::Int(number)),
        _ => Err(Fault::wrong("digits", eco_format!("`{digits}`"))),
    }
}

pub(super) fn to_json(_: &Machine<'_>, it: &[Value]) -> Answer {
    fn json(value: &Value) -> Result<serde_json::Value, Fault> {
        Ok(match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(it) => (*it).into(),
            Value::Int(it) => (*it).into(),
            Value::Str(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(json).collect::<Result<Vec<_>, _>>()?.into(),
            Value::Attrs(entries) => {
                let entry = |(name, value): (&EcoString, &Value)| Ok((name.to_string(), json(value)?));
                serde_json::Value::Object(entries.iter().map(entry).collect::<Result<_, Fault>>()?)
            }
            other => return Err(other.not("plain data without floats")),
        })
    }
    Ok(Value::str(json(arg(it, 0))?.to_string()))
}

pub(super) fn to_list(_: &Machine<'_>, it: &[Value]) -> Answer {
    match arg(it, 0) {
        list @ Value::List(_) => Ok(list.clone()),
        symbol @ Value::Symbol(_) => Err(symbol.not("plain data")),
        one => Ok(Value::list([one.clone()])),
    }
}

pub(super) fn to_lower(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::str(string(it, 0)?.to_ascii_lowercase()))
}

pub(super) fn to_string(m: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(match arg(it, 0) {
        Value::Null | Value::Bool(false) => Value::str(""),
        Value::Bool(true) => Value::str("1"),
        Value::Int(it) => Value::Str(eco_format!("{it}")),
        Value::Float(it) => Value::Str(eco_format!("{it:.6}")),
        Value::List(items) => {
            let mut out = Vec::new();
            for (at, item) in items.iter().enumerate() {
                m.step()?;
                push_value(&mut out, &to_string(m, std::slice::from_ref(item))?)?;
                let none = matches!(item, Value::List(inner) if inner.is_empty());
                if at + 1 < items.len() && !none {
                    out.push(Part::Text(" ".into()));
                }
            }
            Value::text(out)
        }
        text @ (Value::Str(_) | Value::Text(_)) => text.clone(),
        symbol @ Value::Symbol(_) => join([symbol])?,
        other => return Err(other.not("a string")),
    })
}

pub(super) fn to_upper(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::str(string(it, 0)?.to_ascii_uppercase()))
}

pub(super) fn trim(_: &Machine<'_>, it: &[Value]) -> Answer {
    Ok(Value::str(string(it, 0)?.trim_matches([' ', '\t', '\r', '\n'])))
}

pub(super) fn unique(_: &Machine<'_>, it: &[Value]) -> Answer {
    let mut out: Vec<Value> = Vec::new();
    for item in list(it, 0)? {
        if !contains(&out, item)? {
            out.push(item.clone());
        }
    }
    Ok(Value::List(out.into()))
}
