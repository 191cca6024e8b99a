//! Numbers.

use super::{Call, table::rows};
use crate::{
    diag::Result,
    value::{Value, compare, parse_number, puppet_eq},
};
use std::cmp::Ordering;

rows! {
    "abs" "puppet" Four Union ["abs(Numeric $val)", "abs(String $val)"]
        "Gives the absolute value." => abs;
    "ceiling" "puppet" Four Union ["ceiling(Numeric $val)", "ceiling(String $val)"]
        "Rounds up." => |call| whole(call, "ceiling", f64::ceil);
    "compare" "puppet" Four Dropped [
        "compare(Numeric $a, Numeric $b)",
        "compare(String $a, String $b, Boolean $ignore_case?)",
        "compare(SemVer $a, SemVer $b)",
        "compare(Numeric $a, Variant[Timespan, Timestamp] $b)",
        "compare(Timestamp $a, Variant[Timestamp, Numeric] $b)",
        "compare(Timespan $a, Variant[Timespan, Numeric] $b)",
    ] "Gives -1, 0 or 1 as the first is less, equal or greater." => compare_two;
    "floor" "puppet" Four Union ["floor(Numeric $val)", "floor(String $val)"]
        "Rounds down." => |call| whole(call, "floor", f64::floor);
    "max" "puppet" Four Carried [
        "max(Numeric $values*)",
        "max(String $values*)",
        "max(Array[Numeric] $values, Callable[2, 2] &$block?)",
        "max(Array[String] $values, Callable[2, 2] &$block?)",
        "max(Array $values, Callable[2, 2] &$block?)",
        "max(Any $values*, Callable[2, 2] &$block)",
        "max(Any $values*)",
    ] "Gives the greatest." => |call| extreme(call, Ordering::Greater);
    "min" "puppet" Four Carried [
        "min(Numeric $values*)",
        "min(String $values*)",
        "min(Array[Numeric] $values, Callable[2, 2] &$block?)",
        "min(Array[String] $values, Callable[2, 2] &$block?)",
        "min(Array $values, Callable[2, 2] &$block?)",
        "min(Any $values*, Callable[2, 2] &$block)",
        "min(Any $values*)",
    ] "Gives the least." => |call| extreme(call, Ordering::Less);
    "round" "puppet" Four Union ["round(Numeric $val)"]
        "Rounds to the nearest integer, halves away from zero." => |call| Ok(match call.arg(0) {
            Value::Float(it) => integer(call, if *it > 0.0 { it + 0.5 } else { it - 0.5 }.trunc())?,
            other => other.clone(),
        });
}

/// A whole float as an integer.
pub(super) fn integer(call: &Call<'_>, it: f64) -> Result<Value> {
    #[expect(clippy::cast_precision_loss, reason = "the bounds of the range")]
    let fits = it >= i64::MIN as f64 && it < i64::MAX as f64;
    #[expect(clippy::cast_possible_truncation, reason = "checked")]
    if fits {
        Ok(Value::Int(it as i64))
    } else {
        Err(call.fail(format!("{}(): {it} is out of range", call.name)))
    }
}

fn abs(call: &Call<'_>) -> Result<Value> {
    let number = match call.arg(0) {
        Value::Str(text) => {
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            let bare = text.strip_prefix('-').unwrap_or(text);
            let fits = digits(bare) || bare.split_once('.').is_some_and(|(a, b)| digits(a) && digits(b));
            let found = if bare.contains('.') {
                bare.parse().ok().map(Value::Float)
            } else {
                bare.parse().ok().map(Value::Int)
            };
            fits.then_some(found).flatten().ok_or_else(|| {
                call.fail("abs(): Requires float or integer to work with - was given non decimal string")
            })?
        }
        other => other.clone(),
    };
    Ok(match number {
        Value::Int(it) => Value::Int(it.checked_abs().ok_or_else(|| call.fail("abs(): out of range"))?),
        Value::Float(it) => Value::Float(it.abs()),
        other => other,
    })
}

/// Reads a float as Ruby's `Float()`.
pub(super) fn ruby_float(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let plain = trimmed.replace('_', "");
    let starts = plain.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit());
    let ends = plain.ends_with(|c: char| c.is_ascii_digit());
    if starts && ends && !plain.contains(['x', 'n', 'N', 'X']) && !trimmed.contains("__") {
        return plain.parse().ok();
    }
    match parse_number(trimmed)? {
        #[expect(clippy::cast_precision_loss, reason = "Ruby's Float() of a hexadecimal text")]
        Value::Int(it) => Some(it as f64),
        Value::Float(it) => Some(it),
        _ => None,
    }
}

fn whole(call: &Call<'_>, name: &str, round: fn(f64) -> f64) -> Result<Value> {
    match call.arg(0) {
        Value::Float(it) => integer(call, round(*it)),
        Value::Str(text) => match ruby_float(text) {
            Some(it) => integer(call, round(it)),
            None => {
                Err(call.fail(format!("{name}(): cannot convert given value to a floating point value.")))
            }
        },
        other => Ok(other.clone()),
    }
}

pub(super) fn order(it: Ordering) -> Value {
    Value::Int(match it {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    })
}

fn compare_two(call: &Call<'_>) -> Result<Value> {
    match (call.arg(0), call.arg(1)) {
        (Value::Str(a), Value::Str(b)) if !call.flag(2, true) => Ok(order(a.as_str().cmp(b.as_str()))),
        (a, b) => compare(a, b).map(order).map_err(|message| call.fail(message)),
    }
}

/// Whether a text is compared as a number by `max()`.
fn numeric(text: &str) -> Option<f64> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let fits =
        digits(bare) || bare.split_once(['.', '_', 'e', 'E']).is_some_and(|(a, b)| digits(a) && digits(b));
    fits.then(|| text.split('_').next().unwrap_or_default().parse().ok()).flatten()
}

fn loose_order(a: &Value, b: &Value) -> Ordering {
    if let (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) = (a, b) {
        return compare(a, b).unwrap_or(Ordering::Equal);
    }
    let (a, b) = (a.to_str(), b.to_str());
    match (numeric(&a), numeric(&b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (_, _) => a.as_str().cmp(b.as_str()),
    }
}

fn extreme(call: &Call<'_>, wanted: Ordering) -> Result<Value> {
    let all = match call.arguments {
        [Value::Array(items)] => items.to_vec(),
        several => several.to_vec(),
    };
    let mut rest = all.into_iter();
    let Some(mut best) = rest.next() else {
        return Err(call.fail(format!("{}(): Wrong number of arguments need at least one", call.name)));
    };
    for item in rest {
        let found =
            if call.block.is_some() { block_order(call, &item, &best)? } else { loose_order(&item, &best) };
        if found == wanted {
            best = item;
        }
    }
    Ok(best)
}

/// What a comparing block says.
pub(super) fn block_order(call: &Call<'_>, a: &Value, b: &Value) -> Result<Ordering> {
    match call.yields(&[a.clone(), b.clone()])? {
        Value::Int(it) => Ok(it.cmp(&0)),
        Value::Float(it) => Ok(it.partial_cmp(&0.0).unwrap_or(Ordering::Equal)),
        other if puppet_eq(&other, &Value::Undef) => Err(call.fail("comparison of values failed")),
        other => {
            Err(call.fail(format!("comparison gave {} instead of a number", crate::value::literal(&other))))
        }
    }
}
