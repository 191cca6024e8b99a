//! `Integer.new`, `Float.new`, `Numeric.new`, `Boolean.new`.

use super::cannot;
use crate::{
    diag::Result,
    functions::Call,
    value::{Value, parse_number, time::SECOND},
};

/// The arguments by position, also where they come in one hash.
struct Given {
    from: Value,
    radix: Option<Value>,
    abs: bool,
}

fn given(call: &Call<'_>, arguments: &[Value], radix_too: bool) -> Result<Given> {
    let wrong = || {
        let most = if radix_too { 3 } else { 2 };
        let got = if arguments.is_empty() { "none".to_owned() } else { arguments.len().to_string() };
        call.fail(format!("'new' expects between 1 and {most} arguments, got {got}"))
    };
    let abs = |it: Option<&Value>| matches!(it, Some(Value::Bool(true)));
    let radix = |it: Option<&Value>| it.filter(|it| !matches!(it, Value::Default)).cloned();
    match arguments {
        [hash @ Value::Hash(_)] if hash.get("from").is_some() => Ok(Given {
            from: hash.get("from").cloned().unwrap_or_default(),
            radix: radix(hash.get("radix")),
            abs: abs(hash.get("abs")),
        }),
        [from] => Ok(Given { from: from.clone(), radix: None, abs: false }),
        [from, second] if radix_too => {
            Ok(Given { from: from.clone(), radix: radix(Some(second)), abs: false })
        }
        [from, second] => Ok(Given { from: from.clone(), radix: None, abs: abs(Some(second)) }),
        [from, second, third] if radix_too => {
            Ok(Given { from: from.clone(), radix: radix(Some(second)), abs: abs(Some(third)) })
        }
        _ => Err(wrong()),
    }
}

/// Splits sign and digits, blanks after the sign allowed.
fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
    }
}

/// Reads as Ruby's `Integer(text, radix)`.
fn ruby_integer(text: &str, radix: Option<u32>) -> Option<i64> {
    let (negative, digits) = signed(text);
    let prefixed = |prefix: char| {
        digits
            .strip_prefix(['0'])
            .and_then(|it| it.strip_prefix(prefix).or_else(|| it.strip_prefix(prefix.to_ascii_uppercase())))
    };
    let (radix, digits) = match radix {
        Some(16) => (16, prefixed('x').unwrap_or(digits)),
        Some(2) => (2, prefixed('b').unwrap_or(digits)),
        Some(8) => (8, prefixed('o').unwrap_or(digits)),
        Some(radix) => (radix, digits),
        None => match (prefixed('x'), prefixed('b')) {
            (Some(hex), _) => (16, hex),
            (None, Some(bits)) => (2, bits),
            (None, None) if digits.len() > 1 && digits.starts_with('0') => (8, digits),
            (None, None) => (10, digits),
        },
    };
    let plain = digits.bytes().all(|b| b.is_ascii_alphanumeric());
    let found = if plain { i64::from_str_radix(digits, radix).ok()? } else { return None };
    Some(if negative { found.checked_neg()? } else { found })
}

/// Whether the text has the form of an integer that Puppet converts.
fn integer_like(text: &str) -> bool {
    let (_, digits) = signed(text);
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let bits = digits.strip_prefix("0b").or_else(|| digits.strip_prefix("0B"));
    match (hex, bits) {
        (Some(hex), _) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        (None, Some(bits)) => !bits.is_empty() && bits.bytes().all(|b| matches!(b, b'0' | b'1')),
        (None, None) => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()),
    }
}

fn radix_of(call: &Call<'_>, radix: Option<&Value>) -> Result<Option<u32>> {
    match radix {
        None => Ok(None),
        Some(Value::Int(it @ (2 | 8 | 10 | 16))) => Ok(u32::try_from(*it).ok()),
        Some(other) => {
            let shown = other.to_str();
            Err(call.fail(format!("Illegal radix: {shown}, expected 2, 8, 10, 16, or default")))
        }
    }
}

pub(super) fn integer(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let given = given(call, arguments, true)?;
    let radix = radix_of(call, given.radix.as_ref())?;
    let found = match &given.from {
        Value::Int(it) => *it,
        Value::Float(it) => return whole(call, *it, given.abs),
        Value::Bool(it) => i64::from(*it),
        Value::Timestamp(it) | Value::Timespan(it) => i64::try_from(it.div_euclid(SECOND)).unwrap_or(0),
        Value::Str(text) if integer_like(text) => {
            let shown = if radix.is_some() { text.as_str() } else { text };
            ruby_integer(text, radix)
                .ok_or_else(|| call.fail(format!("invalid value for Integer(): \"{shown}\"")))?
        }
        other => return Err(cannot(call, other, "Integer")),
    };
    Ok(Value::Int(if given.abs { found.saturating_abs() } else { found }))
}

fn whole(call: &Call<'_>, it: f64, abs: bool) -> Result<Value> {
    let it = if abs { it.abs() } else { it };
    super::super::numbers::integer(call, it.trunc())
}

#[expect(clippy::cast_precision_loss, reason = "Ruby's to_f")]
pub(super) fn float(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let given = given(call, arguments, false)?;
    let found = match &given.from {
        Value::Float(it) => *it,
        Value::Int(it) => *it as f64,
        Value::Bool(it) => f64::from(u8::from(*it)),
        Value::Timestamp(it) | Value::Timespan(it) => **it as f64 / 1e9,
        Value::Str(text) => match number_text(text) {
            Some(Value::Float(it)) => it,
            Some(Value::Int(it)) => it as f64,
            _ => return Err(cannot(call, &given.from, "Float")),
        },
        other => return Err(cannot(call, other, "Float")),
    };
    Ok(Value::Float(if given.abs { found.abs() } else { found }))
}

/// Reads what `Float.new` and `Numeric.new` take: decimal, exponent, hexadecimal, octal, binary.
fn number_text(text: &str) -> Option<Value> {
    let (_, digits) = signed(text);
    if digits.starts_with("0b") || digits.starts_with("0B") {
        return integer_like(text).then(|| ruby_integer(text, None)).flatten().map(Value::Int);
    }
    match parse_number(text) {
        Some(found) => Some(found),
        // A zero with an exponent is no number for arithmetic, but is for conversion.
        None if digits.starts_with('0') => digits.parse().ok().map(Value::Float),
        None => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "Ruby's to_f")]
pub(super) fn numeric(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let given = given(call, arguments, false)?;
    let found = match &given.from {
        it @ (Value::Float(_) | Value::Int(_)) => it.clone(),
        Value::Bool(it) => Value::Int(i64::from(*it)),
        Value::Timestamp(it) | Value::Timespan(it) => Value::Float(**it as f64 / 1e9),
        Value::Str(text) => number_text(text).ok_or_else(|| cannot(call, &given.from, "Numeric"))?,
        other => return Err(cannot(call, other, "Numeric")),
    };
    Ok(match found {
        Value::Int(it) if given.abs => Value::Int(it.saturating_abs()),
        Value::Float(it) if given.abs => Value::Float(it.abs()),
        other => other,
    })
}

pub(super) fn boolean(call: &Call<'_>, arguments: &[Value]) -> Result<Value> {
    let [from] = arguments else {
        return Err(call.fail(format!("'new_boolean' expects 1 argument, got {}", arguments.len())));
    };
    Ok(Value::Bool(match from {
        Value::Int(it) => *it != 0,
        Value::Float(it) => *it != 0.0,
        Value::Bool(it) => *it,
        Value::Str(text) => match text.to_lowercase().as_str() {
            "true" | "yes" | "y" => true,
            "false" | "no" | "n" => false,
            _ => return Err(cannot(call, from, "Boolean")),
        },
        other => return Err(cannot(call, other, "Boolean")),
    }))
}
