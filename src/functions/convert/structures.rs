//! Conversions to arrays, hashes and the rich types.

use super::{cannot, check};
use crate::{
    diag::Result,
    functions::{Call, arguments::OrFail as _, iteration::items},
    value::{
        HashMap, Regexp, Type, Value, escape, semver, time,
        types::parse_type,
        uri::{Uri, canonical},
    },
};
use base64::Engine as _;
use std::sync::Arc;

fn first(arguments: &[Value]) -> Value {
    arguments.first().cloned().unwrap_or_default()
}

pub(super) fn array(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let wrap = matches!(arguments.get(1), Some(Value::Bool(true)));
    let from = first(arguments);
    match from {
        Value::Array(_) => Ok(from),
        from if wrap => Ok(Value::array([from])),
        Value::Hash(_) | Value::Binary(_) | Value::Str(_) | Value::Type(_) | Value::Iterator(_) => {
            items(&from).map(Value::array).map_err(|_| cannot(call, &from, "Array"))
        }
        Value::Int(it) if it >= 0 => items(&from).map(Value::array).or_fail(call),
        other => {
            let of = Type::infer(&other).generalize();
            Err(call.fail(format!("Value of type {of} cannot be converted to Array")))
        }
    }
}

fn pairs(items: &[Value]) -> Option<Vec<(Value, Value)>> {
    let pair = |item: &Value| match item.as_array() {
        Some([key, value]) => Some((key.clone(), value.clone())),
        _ => None,
    };
    items.iter().map(pair).collect()
}

pub(super) fn hash(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let from = first(arguments);
    let option = arguments.get(1).and_then(Value::as_str);
    match &from {
        Value::Hash(_) => Ok(from),
        Value::Array(items) if items.is_empty() => Ok(Value::hash([])),
        Value::Array(items) => {
            if let Some(pairs) = pairs(items) {
                let tree = option.is_some() && pairs.iter().all(|(path, _)| path.as_array().is_some());
                return if tree {
                    tree_hash(call, &pairs, option == Some("hash_tree"))
                } else {
                    Ok(Value::hash(pairs))
                };
            }
            if !items.len().is_multiple_of(2) {
                return Err(call.fail("odd number of arguments for Hash"));
            }
            let pair = |pair: &[Value]| (first(pair), pair.get(1).cloned().unwrap_or_default());
            Ok(Value::hash(items.chunks(2).map(pair)))
        }
        Value::Int(_) | Value::Str(_) | Value::Type(_) | Value::Iterator(_) => match items(&from) {
            Ok(all) => hash(call, &[Value::array(all)]),
            Err(_) => Err(cannot(call, &from, "Hash")),
        },
        other => {
            let of = Type::infer(other).generalize();
            Err(call.fail(format!("Value of type {of} cannot be converted to Hash")))
        }
    }
}

fn by_index(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let entry =
                |(index, item): (usize, &Value)| (crate::functions::arguments::count(index), by_index(item));
            Value::hash(items.iter().enumerate().map(entry))
        }
        other => other.clone(),
    }
}

fn tree_hash(call: &Call<'_>, pairs: &[(Value, Value)], all_hashes: bool) -> Result<Value> {
    let mut root = Value::hash([]);
    for (path, value) in pairs {
        let path = path.as_array().unwrap_or_default();
        let value = if all_hashes { by_index(value) } else { value.clone() };
        if path.is_empty() {
            let added = by_index_shallow(&value);
            root = merge(&root, &added);
        } else {
            root = insert(&root, path, value).or_fail(call)?;
        }
    }
    Ok(root)
}

fn by_index_shallow(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let entry =
                |(index, item): (usize, &Value)| (crate::functions::arguments::count(index), item.clone());
            Value::hash(items.iter().enumerate().map(entry))
        }
        other => other.clone(),
    }
}

fn merge(a: &Value, b: &Value) -> Value {
    let entries = [a, b].into_iter().filter_map(Value::as_hash).flatten();
    Value::hash(entries.map(|(key, value)| (key.clone(), value.clone())))
}

/// The largest index that a list is filled up to.
const LARGEST: usize = 1 << 22;

fn insert(at: &Value, path: &[Value], value: Value) -> Result<Value, String> {
    let Some((key, rest)) = path.split_first() else { return Ok(value) };
    match at {
        Value::Array(items) => {
            let index = if let Value::Int(index) = key { usize::try_from(*index).ok() } else { None };
            let index = index.ok_or_else(|| "no implicit conversion into Integer".to_owned())?;
            if index > LARGEST {
                return Err(format!("index {index} too big"));
            }
            let mut items = items.to_vec();
            if items.len() <= index {
                items.resize(index + 1, Value::Undef);
            }
            if let Some(slot) = items.get_mut(index) {
                *slot = insert(&slot.clone(), rest, value)?;
            }
            Ok(Value::array(items))
        }
        other => {
            let mut entries: HashMap = other.as_hash().cloned().unwrap_or_default();
            let below = entries.get(key).cloned().unwrap_or_else(|| Value::hash([]));
            entries.insert(key.clone(), insert(&below, rest, value)?);
            Ok(Value::Hash(Arc::new(entries)))
        }
    }
}

pub(super) fn sensitive(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    check(
        call,
        "new_Sensitive",
        &["new_Sensitive(Sensitive $value)", "new_Sensitive(Any $value)"],
        arguments,
    )?;
    Ok(match first(arguments) {
        it @ Value::Sensitive(_) => it,
        other => Value::Sensitive(Arc::new(other)),
    })
}

pub(super) fn regexp(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    check(call, "new_float", &["new_float(String $pattern, Boolean $escape?)"], arguments)?;
    let text = first(arguments).to_str();
    let source = if matches!(arguments.get(1), Some(Value::Bool(true))) {
        escape(&text)
    } else {
        text.as_str().to_owned()
    };
    Regexp::new(source).map(|it| Value::Regexp(Arc::new(it))).or_fail(call)
}

pub(super) fn semver(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let text = |it: Option<&Value>| it.filter(|it| !it.is_undef()).map(|it| it.to_str().as_str().to_owned());
    let joined = |major: &Value, rest: [Option<&Value>; 4]| {
        let [minor, patch, prerelease, build] = rest.map(text);
        let mut out =
            format!("{}.{}.{}", major.to_str(), minor.unwrap_or_default(), patch.unwrap_or_default());
        out.extend(prerelease.map(|it| format!("-{it}")));
        out.extend(build.map(|it| format!("+{it}")));
        out
    };
    let written = match arguments {
        [Value::Str(text)] => text.as_str().to_owned(),
        [hash @ Value::Hash(_)] => {
            let major = hash.get("major").cloned().unwrap_or_default();
            joined(&major, [hash.get("minor"), hash.get("patch"), hash.get("prerelease"), hash.get("build")])
        }
        [major, rest @ ..] => joined(major, [rest.first(), rest.get(1), rest.get(2), rest.get(3)]),
        [] => String::new(),
    };
    if semver::parse(&written).is_none() {
        return Err(call.fail(format!("The string '{written}' cannot be converted to a SemVer")));
    }
    Ok(Value::SemVer(written.into()))
}

pub(super) fn semver_range(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let bound = |it: Option<&Value>| match it {
        Some(Value::SemVer(it)) => Some(it.to_string()),
        _ => None,
    };
    let written = match arguments {
        [Value::Str(text)] => text.as_str().to_owned(),
        [hash @ Value::Hash(_)] => {
            let excluded = hash.get("exclude_max").is_some_and(Value::is_truthy);
            between(bound(hash.get("min")), bound(hash.get("max")), excluded)
        }
        [min, rest @ ..] => {
            let excluded = rest.get(1).is_some_and(Value::is_truthy);
            between(bound(Some(min)), bound(rest.first()), excluded)
        }
        [] => String::new(),
    };
    if semver::parse_range(&written).is_none() {
        return Err(call.fail(format!("Unparsable version range: \"{written}\"")));
    }
    Ok(Value::SemVerRange(written.into()))
}

fn between(min: Option<String>, max: Option<String>, excluded: bool) -> String {
    let low = min.map(|it| format!(">={it}"));
    let high = max.map(|it| format!("{}{it}", if excluded { "<" } else { "<=" }));
    let parts: Vec<String> = low.into_iter().chain(high).collect();
    if parts.is_empty() { "*".into() } else { parts.join(" ") }
}

#[expect(clippy::cast_possible_truncation, reason = "seconds with a fraction, to nanoseconds")]
fn seconds(value: &Value) -> Option<i128> {
    match value {
        Value::Int(it) => Some(i128::from(*it) * time::SECOND),
        Value::Float(it) => Some((it * 1e9) as i128),
        _ => None,
    }
}

fn formats(value: Option<&Value>) -> Option<Vec<String>> {
    match value {
        Some(Value::Str(it)) => Some(vec![it.as_str().to_owned()]),
        Some(Value::Array(items)) => Some(items.iter().map(|it| it.to_str().as_str().to_owned()).collect()),
        _ => None,
    }
}

pub(super) fn timestamp(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let read = |text: &Value, format: Option<&Value>, zone: Option<&Value>| {
        let zone = zone.and_then(Value::as_str);
        time::parse_timestamp_as(&text.to_str(), formats(format).as_deref(), zone)
            .map(|it| Value::Timestamp(Box::new(it)))
    };
    match arguments {
        [] => Ok(Value::Timestamp(Box::new(i128::from(call.context.world().now()) * time::SECOND))),
        [hash @ Value::Hash(_)] => {
            let text = hash.get("string").cloned().unwrap_or_default();
            read(&text, hash.get("format"), hash.get("timezone")).or_fail(call)
        }
        [only] if seconds(only).is_some() => Ok(Value::Timestamp(Box::new(seconds(only).unwrap_or(0)))),
        [text @ Value::Str(_), rest @ ..] => read(text, rest.first(), rest.get(1)).or_fail(call),
        [other, ..] => Err(cannot(call, other, "Timestamp")),
    }
}

const FIELDS: [(&str, i128); 7] = [
    ("days", time::DAY),
    ("hours", 3600 * time::SECOND),
    ("minutes", 60 * time::SECOND),
    ("seconds", time::SECOND),
    ("milliseconds", 1_000_000),
    ("microseconds", 1_000),
    ("nanoseconds", 1),
];

pub(super) fn timespan(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let number = |it: Option<&Value>| if let Some(Value::Int(it)) = it { i128::from(*it) } else { 0 };
    match arguments {
        [hash @ Value::Hash(_)] if hash.get("string").is_some() => {
            let text = hash.get("string").cloned().unwrap_or_default().to_str();
            time::parse_timespan_as(&text, formats(hash.get("format")).as_deref())
                .map(|it| Value::Timespan(Box::new(it)))
                .or_fail(call)
        }
        [hash @ Value::Hash(_)] => {
            let total: i128 = FIELDS.iter().map(|(name, unit)| number(hash.get(name)) * unit).sum();
            let negative = hash.get("negative").is_some_and(Value::is_truthy);
            Ok(Value::Timespan(Box::new(if negative { -total } else { total })))
        }
        [only] if seconds(only).is_some() => Ok(Value::Timespan(Box::new(seconds(only).unwrap_or(0)))),
        [text @ Value::Str(_), rest @ ..] => {
            time::parse_timespan_as(&text.to_str(), formats(rest.first()).as_deref())
                .map(|it| Value::Timespan(Box::new(it)))
                .or_fail(call)
        }
        fields if fields.len() >= 4 => {
            let total =
                FIELDS.iter().enumerate().map(|(index, (_, unit))| number(fields.get(index)) * unit).sum();
            Ok(Value::Timespan(Box::new(total)))
        }
        [other, ..] => Err(cannot(call, other, "Timespan")),
        [] => Err(call.fail("'new_timespan' expects 1 argument, got none")),
    }
}

pub(super) fn binary(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let (value, format) = match arguments {
        [hash @ Value::Hash(_)] => {
            (hash.get("value").cloned().unwrap_or_default(), hash.get("format").cloned())
        }
        [value, rest @ ..] => (value.clone(), rest.first().cloned()),
        [] => return Err(call.fail("'new_Binary' expects between 1 and 2 arguments, got none")),
    };
    let format = format.as_ref().and_then(Value::as_str).unwrap_or("%B").to_owned();
    match &value {
        Value::Array(items) => {
            let byte = |it: &Value| if let Value::Int(it) = it { u8::try_from(*it).ok() } else { None };
            let bytes: Option<Vec<u8>> = items.iter().map(byte).collect();
            bytes.map(|it| Value::Binary(it.into())).ok_or_else(|| cannot(call, &value, "Binary"))
        }
        Value::Str(text) => decode(text, &format).map(|it| Value::Binary(it.into())).or_fail(call),
        other => Err(cannot(call, other, "Binary")),
    }
}

fn decode(text: &str, format: &str) -> Result<Vec<u8>, String> {
    let engine = base64::engine::general_purpose::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match format {
        "%s" | "%r" => Ok(text.as_bytes().to_vec()),
        "%b" => engine.decode(bare).map_err(|_| "invalid base64".into()),
        "%u" => base64::engine::general_purpose::URL_SAFE.decode(text).map_err(|_| "invalid base64".into()),
        _ => base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| "invalid base64".into()),
    }
}

pub(super) fn uri(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::Str(text)] => {
            Uri::parse(text).or_fail(call)?;
            Ok(Value::Uri(canonical(text)))
        }
        [parts @ Value::Hash(_)] => Ok(Value::Uri(assemble(parts).into())),
        [other, ..] => Err(cannot(call, other, "URI")),
        [] => Err(call.fail("'new_URI' expects 1 argument, got none")),
    }
}

fn assemble(parts: &Value) -> String {
    let part =
        |name: &str| parts.get(name).filter(|it| !it.is_undef()).map(|it| it.to_str().as_str().to_owned());
    let mut out = part("scheme").map(|it| format!("{it}:")).unwrap_or_default();
    if let Some(host) = part("host") {
        let user = part("userinfo").map(|it| format!("{it}@")).unwrap_or_default();
        let port = part("port").map(|it| format!(":{it}")).unwrap_or_default();
        out.push_str(&format!("//{user}{host}{port}"));
    }
    out.push_str(&part("path").or_else(|| part("opaque")).unwrap_or_default());
    out.extend(part("query").map(|it| format!("?{it}")));
    out.extend(part("fragment").map(|it| format!("#{it}")));
    out
}

pub(super) fn type_(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    check(call, "new_type", &["new_type(String[1] $type_string)"], arguments)?;
    parse_type(&first(arguments).to_str(), call.context).map(Value::Type).or_fail(call)
}
