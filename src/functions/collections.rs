//! Arrays and hashes: Puppet's own functions.

use super::{
    Call,
    arguments::{OrFail as _, count},
    iteration::items,
    numbers::block_order,
    table::rows,
};
use crate::{
    diag::Result,
    maps::{IndexMap, IndexSet},
    value::{
        Str, Type, Value, compare,
        types::{Instance, error_type},
    },
};
use std::cmp::Ordering;

rows! {
    "dig" "puppet" Four Carried ["dig(Optional[Collection] $data, Any $arg*)"]
        "Walks into nested collections." => |call| dig(call, call.arg(0), call.arguments.get(1..).unwrap_or_default());
    "empty" "puppet" Four Dropped [
        "empty(Collection $coll)",
        "empty(Sensitive[String] $str)",
        "empty(String $str)",
        "empty(Numeric $num)",
        "empty(Binary $bin)",
        "empty(Undef $x)",
    ] "Tells whether there is nothing in it." => |call| Ok(Value::Bool(is_empty(call.arg(0))));
    "flatten" "puppet" Four Carried ["flatten(Any $args*)"]
        "Makes one flat array of the arguments." => |call| Ok(Value::array(flat(call.arguments)));
    "get" "puppet" Four Carried ["get(Any $value, String $dotted_string?, Any $default_value?, Callable[1, 1] &$block?)"]
        "Walks into nested collections by a dotted path." => |call| get(call, call.arg(0), call.text(1), call.arg(2));
    "getvar" "puppet" Four Carried [
        "getvar(Pattern[/\\A(?:::)?(?:[a-z]\\w*::)*[a-z_]\\w*(?:\\.|\\Z)/] $get_string, Any $default_value?, Callable[1, 1] &$block?)",
    ] "Gives a variable, or what its dotted path leads to." => getvar;
    "keys" "puppet" Four Carried ["keys(Hash $hsh)"]
        "Gives the keys." => |call| Ok(Value::array(call.hash(0).into_iter().flat_map(|it| it.keys().cloned())));
    "length" "puppet" Four Dropped ["length(Collection $arg)", "length(String $arg)", "length(Binary $arg)"]
        "Counts items, characters or bytes." => |call| Ok(length(call.arg(0)));
    "size" "puppet" Four Dropped ["size(Variant[Collection, String, Binary] $arg)"]
        "Counts items, characters or bytes." => |call| Ok(length(call.arg(0)));
    "sort" "puppet" Four Carried ["sort(String $string_value, Callable[2, 2] &$block?)", "sort(Array $array_value, Callable[2, 2] &$block?)"]
        "Sorts items or characters." => sort;
    "unique" "puppet" Four Carried [
        "unique(String $string, Callable[String] &$block?)",
        "unique(Hash $hash, Callable[Any] &$block?)",
        "unique(Array $array, Callable[Any] &$block?)",
        "unique(Iterable $iterable, Callable[Any] &$block?)",
    ] "Keeps the first of equal items." => unique;
    "values" "puppet" Four Carried ["values(Hash $hsh)"]
        "Gives the values." => |call| Ok(Value::array(call.hash(0).into_iter().flat_map(|it| it.values().cloned())));
}

/// Walks into collections by keys; `undef` where the way ends.
pub(super) fn dig(call: &Call<'_>, data: &Value, path: &[Value]) -> Result<Value> {
    let mut at = data.clone();
    let mut walked = Vec::new();
    for key in path {
        if at.is_undef() || key.is_undef() {
            return Ok(Value::Undef);
        }
        let shown = |walked: &[Value]| super::strings::inspect(&Value::array(walked.iter().cloned()));
        at = match (&at, key) {
            (Value::Array(items), Value::Int(index)) => nth(items, *index),
            (Value::Array(_), other) => {
                walked.push(key.clone());
                let (walked, kind) = (shown(&walked), Type::infer(other));
                return Err(
                    call.fail(format!("The given data requires an Integer index at {walked}, got '{kind}'"))
                );
            }
            (Value::Hash(entries), key) => entries.get(key).cloned().unwrap_or_default(),
            (other, _) => {
                let (walked, kind) = (shown(&walked), Type::infer(other));
                return Err(call.fail(format!(
                    "The given data does not contain a Collection at {walked}, got '{kind}'"
                )));
            }
        };
        walked.push(key.clone());
    }
    Ok(at)
}

/// An item by index, from the end where the index is negative.
pub(super) fn nth(items: &[Value], index: i64) -> Value {
    let from_end =
        || usize::try_from(index.unsigned_abs()).ok().and_then(|back| items.len().checked_sub(back));
    let index = usize::try_from(index).ok().or_else(from_end);
    index.and_then(|index| items.get(index)).cloned().unwrap_or_default()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Hash(entries) => entries.is_empty(),
        Value::Str(text) => text.is_empty(),
        Value::Sensitive(inner) => is_empty(inner),
        Value::Binary(bytes) => bytes.is_empty(),
        other => other.is_undef(),
    }
}

/// Flattens nested arrays.
pub(super) fn flat(items: &[Value]) -> Vec<Value> {
    let mut out = Vec::new();
    for item in items {
        match item {
            Value::Array(inner) => out.extend(flat(inner)),
            other => out.push(other.clone()),
        }
    }
    out
}

pub(super) fn length(value: &Value) -> Value {
    match value {
        Value::Array(items) => count(items.len()),
        Value::Hash(entries) => count(entries.len()),
        Value::Binary(bytes) => count(bytes.len()),
        other => count(other.to_str().chars().count()),
    }
}

/// Splits `a.'b.c'.0` into keys; digits are indexes.
pub(super) fn split_key(path: &str) -> Result<Vec<Value>, String> {
    let error = || format!("Syntax error in dotted-navigation string: '{path}'");
    let mut keys = Vec::new();
    let mut rest = path;
    loop {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let (key, after) = match quote {
            Some(quote) => {
                let (key, after) = rest.get(1..).and_then(|it| it.split_once(quote)).ok_or_else(error)?;
                (Value::str(key), after)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (key, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                let index = if key.bytes().all(|b| b.is_ascii_digit()) { key.parse().ok() } else { None };
                (index.map_or_else(|| Value::str(key), Value::Int), after)
            }
        };
        if matches!(&key, Value::Str(text) if text.is_empty() && quote.is_none()) {
            return Err(error());
        }
        keys.push(key);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(keys),
            None => return Err(error()),
        }
    }
}

fn get(call: &Call<'_>, value: &Value, path: &str, default: &Value) -> Result<Value> {
    if value.is_undef() {
        return Ok(default.clone());
    }
    if path.is_empty() {
        return Ok(value.clone());
    }
    let keys = split_key(path).or_fail(call)?;
    if !matches!(value, Value::Array(_) | Value::Hash(_)) {
        // the complaint of `dig` about its own argument
        let arguments: Vec<Value> = std::iter::once(value.clone()).chain(keys).collect();
        return call.context.call_function("dig", &arguments, None);
    }
    match dig(call, value, &keys) {
        Ok(Value::Undef) => Ok(default.clone()),
        Err(error) if call.block.is_some() => {
            let message = Value::str(error.message());
            let error = Instance::from_arguments(&error_type(), &[message]);
            call.yields(&[Value::Object(std::sync::Arc::new(error))])
        }
        other => other,
    }
}

fn getvar(call: &Call<'_>) -> Result<Value> {
    let text = call.text(0);
    let (name, path) = text.split_once('.').unwrap_or((text, ""));
    match call.context.variable(name) {
        None => Ok(call.arg(1).clone()),
        Some(value) => get(call, &value, path, call.arg(1)),
    }
}

/// Ruby's `<=>` where it is defined.
pub(super) fn ruby_order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Some(a.as_str().cmp(b.as_str())),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_))
        | (Value::Timestamp(_), Value::Timestamp(_))
        | (Value::Timespan(_), Value::Timespan(_))
        | (Value::SemVer(_), Value::SemVer(_)) => compare(a, b).ok(),
        (Value::Array(a), Value::Array(b)) => {
            for (a, b) in a.iter().zip(b) {
                let found = ruby_order(a, b)?;
                if found != Ordering::Equal {
                    return Some(found);
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        (a, b) if a == b => Some(Ordering::Equal),
        (_, _) => None,
    }
}

/// Ruby's class of a value, as its messages name it.
pub(super) fn class_name(value: &Value) -> &'static str {
    match value {
        Value::Undef => "NilClass",
        Value::Default | Value::Symbol(_) => "Symbol",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Str(_) => "String",
        Value::Regexp(_) => "Regexp",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Sensitive(_) => "Puppet::Pops::Types::PSensitiveType::Sensitive",
        Value::Type(_) => "Puppet::Pops::Types::PAnyType",
        Value::Binary(_) => "Puppet::Pops::Types::PBinaryType::Binary",
        Value::Timestamp(_) => "Puppet::Pops::Time::Timestamp",
        Value::Timespan(_) => "Puppet::Pops::Time::Timespan",
        Value::SemVer(_) => "SemanticPuppet::Version",
        Value::SemVerRange(_) => "SemanticPuppet::VersionRange",
        Value::Uri(_) => "URI::Generic",
        Value::Deferred(_) => "Deferred",
        Value::Object(_) => "Object",
        Value::Iterator(_) => "Puppet::Pops::Types::Iterator",
    }
}

/// Sorts with a comparison that may fail; stable, the first failure wins.
pub(super) fn sort_by(
    items: &mut [Value],
    order: &mut dyn FnMut(&Value, &Value) -> Result<Ordering>,
) -> Result<()> {
    let mut failure = None;
    items.sort_by(|a, b| {
        if failure.is_some() {
            return Ordering::Equal;
        }
        order(a, b).unwrap_or_else(|error| {
            failure = Some(error);
            Ordering::Equal
        })
    });
    failure.map_or(Ok(()), Err)
}

fn sort(call: &Call<'_>) -> Result<Value> {
    let mut all: Vec<Value> = items(call.arg(0)).or_fail(call)?.collect();
    sort_by(&mut all, &mut |a, b| {
        if call.block.is_some() {
            return block_order(call, a, b);
        }
        ruby_order(a, b).ok_or_else(|| comparison_failed(call, b, a))
    })?;
    Ok(rejoin(call.arg(0), all))
}

/// Ruby's complaint; what is no object of its own (numbers, booleans) is shown, the others by their class.
pub(super) fn comparison_failed(call: &Call<'_>, a: &Value, b: &Value) -> Box<crate::diag::Diagnostic> {
    let special = matches!(b, Value::Undef | Value::Bool(_) | Value::Int(_) | Value::Float(_));
    let shown = if special { super::strings::inspect(b) } else { class_name(b).to_owned() };
    call.fail(format!("comparison of {} with {shown} failed", class_name(a)))
}

/// Gives the items back as a string where they were characters.
pub(super) fn rejoin(before: &Value, items: Vec<Value>) -> Value {
    if !matches!(before, Value::Str(_)) {
        return Value::array(items);
    }
    let mut out = Str::default();
    items.iter().for_each(|item| item.write_to(&mut out));
    Value::Str(out)
}

fn unique(call: &Call<'_>) -> Result<Value> {
    let key = |item: &Value| {
        if call.block.is_some() { call.yields(std::slice::from_ref(item)) } else { Ok(item.clone()) }
    };
    if let Some(entries) = call.hash(0) {
        let mut groups: IndexMap<Value, (Vec<Value>, IndexSet<Value>)> = IndexMap::default();
        for (name, item) in entries {
            let group = groups.entry(key(item)?).or_default();
            group.0.push(name.clone());
            group.1.insert(item.clone());
        }
        return Ok(Value::hash(
            groups.into_values().map(|(names, items)| (Value::array(names), Value::array(items))),
        ));
    }
    let mut seen = IndexSet::default();
    let mut kept = Vec::new();
    for item in items(call.arg(0)).or_fail(call)? {
        if seen.insert(key(&item)?) {
            kept.push(item);
        }
    }
    Ok(rejoin(call.arg(0), kept))
}
