//! The deprecated `is_*` functions.

use super::{addresses::network, exactly};
use crate::{
    diag::Result,
    functions::{Call, table::rows},
    value::Value,
};

rows! {
    "is_absolute_path" "stdlib" Three Dropped ["is_absolute_path(Any $path)"] "Tells whether a text is an absolute path." => |call| test(call, is_absolute_path);
    "is_array" "stdlib" Three Dropped ["is_array(Any $value)"] "Tells whether a value is an array." => |call| test(call, |it| it.as_array().is_some());
    "is_bool" "stdlib" Three Dropped ["is_bool(Any $value)"] "Tells whether a value is a boolean." => |call| test(call, |it| matches!(it, Value::Bool(_)));
    "is_float" "stdlib" Three Dropped ["is_float(Any $value)"] "Tells whether a value is a float or the text of one." => |call| test(call, is_float);
    "is_function_available" "stdlib" Three Dropped ["is_function_available(Any $name)"] "Tells whether there is a function of the name." => |call| {
        call.context.has_function(call.text(0)).map(Value::Bool)
    };
    "is_hash" "stdlib" Three Dropped ["is_hash(Any $value)"] "Tells whether a value is a hash." => |call| {
        exactly(call, 1)?;
        Ok(Value::Bool(call.hash(0).is_some()))
    };
    "is_integer" "stdlib" Three Dropped ["is_integer(Any $value)"] "Tells whether a value is an integer or the text of one." => |call| test(call, is_integer);
    "is_ip_address" "stdlib" Three Dropped ["is_ip_address(Any $value)"] "Tells whether a text is an address." => |call| test(call, |it| address(it).is_some());
    "is_ipv4_address" "stdlib" Three Dropped ["is_ipv4_address(Any $value)"] "Tells whether a text is an IPv4 address." => |call| test(call, |it| address(it) == Some(true));
    "is_ipv6_address" "stdlib" Three Dropped ["is_ipv6_address(Any $value)"] "Tells whether a text is an IPv6 address." => |call| test(call, |it| address(it) == Some(false));
    "is_numeric" "stdlib" Three Dropped ["is_numeric(Any $value)"] "Tells whether a value is a number or the text of one." => |call| test(call, is_numeric);
    "is_string" "stdlib" Three Dropped ["is_string(Any $value)"] "Tells whether a value is a text and not of a number." => |call| test(call, |it| {
        matches!(it, Value::Str(_)) && !is_float(it) && !is_plain_integer(it)
    });
    "os_version_gte" "stdlib" Four Dropped ["os_version_gte(String[1] $os, String[1] $version)"] "Tells whether the host has this operating system in this version or a later one." => |call| {
        let fact = |name: &str| call.context.fact(name).unwrap_or_default().to_str();
        let (name, major) = (fact("operatingsystem"), fact("operatingsystemmajrelease"));
        let later = crate::functions::shell::versioncmp(&major, call.text(1)).is_ge();
        Ok(Value::Bool(name.as_str() == call.text(0) && later))
    };
}

fn test(call: &Call<'_>, holds: impl Fn(&Value) -> bool) -> Result<Value> {
    let name = call.name;
    exactly(call, 1)?;
    call.deprecated(format!("`{name}` is deprecated: match against a type instead"));
    Ok(Value::Bool(holds(call.arg(0))))
}

/// Whether it is an IPv4 address (`true`), an IPv6 address (`false`) or none.
pub(super) fn address(value: &Value) -> Option<bool> {
    value.as_str().and_then(network).map(|(it, _)| it.is_ipv4())
}

pub(super) fn is_absolute_path(value: &Value) -> bool {
    let Some(path) = value.as_str() else { return false };
    let slash = |c: Option<char>| matches!(c, Some('/' | '\\'));
    let mut chars = path.chars();
    let first = chars.next();
    let drive =
        first.is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':') && slash(chars.next());
    let share = path.get(2..).is_some_and(|rest| {
        let parts: Vec<&str> = rest.split(['/', '\\']).collect();
        path.starts_with("\\\\") && parts.len() > 1 && parts.iter().take(2).all(|it| !it.is_empty())
    });
    path.starts_with('/') || drive || share
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn whole(text: &str) -> bool {
    digits(text) && (text.len() == 1 || !text.starts_with('0'))
}

pub(super) fn is_integer(value: &Value) -> bool {
    match value {
        Value::Int(_) => true,
        Value::Str(text) => whole(text.strip_prefix('-').unwrap_or(text)),
        _ => false,
    }
}

/// Whether the text is what its integer would print.
fn is_plain_integer(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<i64>().is_ok_and(|it| it.to_string() == text))
}

fn is_float(value: &Value) -> bool {
    match value {
        Value::Float(_) => true,
        Value::Str(text) => {
            text.parse::<f64>().is_ok_and(|it| crate::value::float_to_string(it) == text.as_str())
        }
        _ => false,
    }
}

pub(super) fn is_numeric(value: &Value) -> bool {
    let Value::Str(text) = value else { return matches!(value, Value::Int(_) | Value::Float(_)) };
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (integer, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(i, f)| (i, Some(f)));
    whole(integer)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|it| digits(it.strip_prefix('-').unwrap_or(it)))
}
