//! Texts, booleans and numbers.

use super::{at_least, exactly};
use crate::{
    diag::Result,
    functions::{Call, arguments::OrFail as _, numbers::ruby_float, random::to_i, table::rows},
    value::{Regexp, Str, Value, escape},
};

rows! {
    "any2bool" "stdlib" Three Union ["any2bool(Any $value)"] "Makes a boolean of anything." => |call| Ok(Value::Bool(match call.arg(0) {
        Value::Bool(it) => *it,
        Value::Undef => false,
        it @ (Value::Int(_) | Value::Float(_)) => num2bool(call, it)?,
        it @ Value::Str(text) => if ruby_float(text).is_some() { num2bool(call, it)? } else { str2bool(call, it)? },
        _ => true,
    }));
    "basename" "stdlib" Three Union ["basename(Any $path, Any $suffix?)"] "Gives the last part of a path." => basename;
    "bool2num" "stdlib" Three Union ["bool2num(Any $value)"] "Makes 1 or 0 of a boolean." => |call| Ok(Value::Int(i64::from(str2bool(call, call.arg(0))?)));
    "bool2str" "stdlib" Three Union ["bool2str(Any $value, Any $true_string?, Any $false_string?)"] "Makes a text of a boolean." => bool2str;
    "convert_base" "stdlib" Three Union ["convert_base(Any $number, Any $base)"] "Writes a number in another base." => convert_base;
    "dirname" "stdlib" Three Union ["dirname(Any $path)"] "Gives a path without its last part." => dirname;
    "dos2unix" "stdlib" Three Union ["dos2unix(Any $text)"] "Makes line ends those of Unix." => |call| {
        let Value::Str(text) = call.arg(0) else { return Err(call.fail("dos2unix(): Requires string as argument")) };
        Ok(Value::str(text.replace("\r\n", "\n")))
    };
    "num2bool" "stdlib" Three Union ["num2bool(Any $number)"] "Tells whether a number is above zero." => |call| num2bool(call, call.arg(0)).map(Value::Bool);
    "regexpescape" "stdlib" Three Union ["regexpescape(Any $value)"] "Escapes texts for a regular expression." => |call| each(call, escape);
    "squeeze" "stdlib" Three Union ["squeeze(Any $value, Any $characters?)"] "Makes one of repeated characters." => |call| {
        let only = call.arguments.get(1).map(Value::to_str);
        each(call, |text| squeezed(text, only.as_deref()))
    };
    "stdlib::end_with" "stdlib" Four Dropped ["stdlib::end_with(String $test_string, Variant[String[1], Array[String[1], 1]] $suffixes)"]
        "Tells whether a text ends with one of the suffixes." => |call| Ok(Value::Bool(ends(call, |text, part| text.ends_with(part))));
    "stdlib::extname" "stdlib" Four Union ["stdlib::extname(String $filename)"] "Gives the extension of a file name." => |call| {
        let name = call.text(0).rsplit('/').next().unwrap_or_default();
        let bare = name.trim_start_matches('.');
        Ok(Value::str(bare.rfind('.').filter(|at| at + 1 < bare.len()).and_then(|at| bare.get(at..)).unwrap_or_default()))
    };
    "stdlib::start_with" "stdlib" Four Dropped ["stdlib::start_with(String $test_string, Variant[String[1], Array[String[1], 1]] $prefixes)"]
        "Tells whether a text starts with one of the prefixes." => |call| Ok(Value::Bool(ends(call, |text, part| text.starts_with(part))));
    "stdlib::xml_encode" "stdlib" Four Union ["stdlib::xml_encode(String $str, Enum['text', 'attr'] $type?)"] "Escapes a text for XML." => |call| {
        let text = call.text(0).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        Ok(Value::str(if call.text(1) == "attr" { format!("\"{}\"", text.replace('"', "&quot;")) } else { text }))
    };
    "str2bool" "stdlib" Three Union ["str2bool(Any $value)"] "Makes a boolean of a text." => |call| str2bool(call, call.arg(0)).map(Value::Bool);
    "swapcase" "stdlib" Three Union ["swapcase(Any $value)"] "Swaps upper and lower case." => |call| each(call, |text| {
        text.chars().flat_map(|c| -> Vec<char> {
            if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
        }).collect()
    });
    "to_bytes" "stdlib" Three Union ["to_bytes(Any $size)"] "Reads a size such as `4 kB`." => to_bytes;
    "unix2dos" "stdlib" Three Union ["unix2dos(Any $text)"] "Makes line ends those of DOS." => |call| {
        let Value::Str(text) = call.arg(0) else { return Err(call.fail("unix2dos(): Requires string as argument")) };
        Ok(Value::str(text.replace("\r\n", "\n").replace('\n', "\r\n")))
    };
    "uriescape" "stdlib" Three Union ["uriescape(Any $value)"] "Escapes texts for a URI." => |call| {
        // stdlib from 9 on, which has lost `validate_re`, refuses it there
        if call.context.puppet_version() >= 8 && !call.context.has_function("validate_re")? {
            return Err(call.fail("This function is not available in Puppet 8. URI.escape no longer exists as of Ruby 3+."));
        }
        each(call, uri_escape)
    };
}

/// Applies a change to a text or to the texts of an array.
fn each(call: &Call<'_>, change: impl Fn(&str) -> String) -> Result<Value> {
    at_least(call, 1)?;
    let one = |it: &Value| it.as_str().map_or_else(|| it.clone(), |text| Value::str(change(text)));
    match call.arg(0) {
        Value::Array(items) => Ok(Value::array(items.iter().map(one))),
        it @ Value::Str(_) => Ok(one(it)),
        _ => Err(call.fail(format!("{}(): Requires either array or string to work with", call.name))),
    }
}

fn ends(call: &Call<'_>, test: impl Fn(&str, &str) -> bool) -> bool {
    match call.arg(1) {
        Value::Array(parts) => parts.iter().any(|part| test(call.text(0), &part.to_str())),
        part => test(call.text(0), &part.to_str()),
    }
}

/// Reads a boolean text.
///
/// # Errors
/// Gives stdlib's complaint about any other text or value.
pub(super) fn str2bool(call: &Call<'_>, value: &Value) -> Result<bool> {
    let text = match value {
        Value::Bool(it) => return Ok(*it),
        Value::Str(text) => text.to_lowercase(),
        _ => return Err(call.fail("str2bool(): Requires string to work with")),
    };
    match text.as_str() {
        "1" | "t" | "y" | "true" | "yes" => Ok(true),
        "" | "0" | "f" | "n" | "false" | "no" | "undef" | "undefined" => Ok(false),
        _ => Err(call.fail("str2bool(): Unknown type of boolean given")),
    }
}

fn num2bool(call: &Call<'_>, value: &Value) -> Result<bool> {
    Ok(match value {
        Value::Int(it) => *it > 0,
        Value::Float(it) => it.trunc() > 0.0,
        Value::Str(text) => match ruby_float(text) {
            Some(it) => it.trunc() > 0.0,
            None => {
                let shown = crate::functions::strings::inspect_text(text);
                return Err(call.fail(format!(
                    "num2bool(): '{text}' does not look like a number: invalid value for Float(): {shown}"
                )));
            }
        },
        other => to_i(other) > 0,
    })
}

fn bool2str(call: &Call<'_>) -> Result<Value> {
    let given = call.arguments.len();
    if given != 1 && given != 3 {
        return Err(call.fail(format!("bool2str(): Wrong number of arguments given ({given} for 3)")));
    }
    let Value::Bool(value) = call.arg(0) else {
        return Err(call.fail("bool2str(): Requires a boolean to work with"));
    };
    if given == 1 {
        return Ok(Value::str(if *value { "true" } else { "false" }));
    }
    if !matches!((call.arg(1), call.arg(2)), (Value::Str(_), Value::Str(_))) {
        return Err(call.fail("bool2str(): Requires strings to convert to"));
    }
    Ok(call.arg(if *value { 1 } else { 2 }).clone())
}

fn basename(call: &Call<'_>) -> Result<Value> {
    let Value::Str(path) = call.arg(0) else {
        return Err(call.fail("basename(): Requires string as first argument"));
    };
    if call.arguments.len() > 2 {
        return Err(call.fail(format!("basename(): Too many arguments given ({})", call.arguments.len())));
    }
    let bare = path.trim_end_matches('/');
    let name = match (bare.is_empty(), path.is_empty()) {
        (true, true) => "",
        (true, false) => "/",
        (false, _) => bare.rsplit('/').next().unwrap_or_default(),
    };
    let suffix = call.text(1);
    let cut = match suffix {
        ".*" => name.rfind('.').filter(|at| *at > 0).and_then(|at| name.get(..at)),
        "" => None,
        suffix => name.strip_suffix(suffix).filter(|it| !it.is_empty()),
    };
    Ok(Value::str(cut.unwrap_or(name)))
}

fn dirname(call: &Call<'_>) -> Result<Value> {
    if call.arguments.len() > 1 {
        return Err(call.fail(format!("dirname(): Too many arguments given ({})", call.arguments.len())));
    }
    let Value::Str(path) = call.arg(0) else {
        return Err(call.fail("dirname(): Requires string as argument"));
    };
    if path.is_empty() {
        return Err(call.fail("dirname(): Requires a non-empty string as argument"));
    }
    let bare = path.trim_end_matches('/');
    Ok(Value::str(match bare.rsplit_once('/') {
        _ if bare.is_empty() => "/",
        None => ".",
        Some((folder, _)) if folder.trim_end_matches('/').is_empty() => "/",
        Some((folder, _)) => folder.trim_end_matches('/'),
    }))
}

fn convert_base(call: &Call<'_>) -> Result<Value> {
    at_least(call, 2)?;
    for (index, name) in [(0, "First"), (1, "Second")] {
        match call.arg(index) {
            Value::Int(_) => {}
            Value::Str(text) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {}
            Value::Str(_) => {
                return Err(call.fail(
                    "convert_base(): First argument must be an integer or a string corresponding to an integer in base 10",
                ));
            }
            _ => {
                return Err(call
                    .fail(format!("convert_base(): {name} argument must be either a string or an integer")));
            }
        }
    }
    let (number, base) = (to_i(call.arg(0)), to_i(call.arg(1)));
    let Some(base) = u32::try_from(base).ok().filter(|it| (2..=36).contains(it)) else {
        return Err(call.fail("convert_base(): base must be at least 2 and must not be greater than 36"));
    };
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        let digit = u32::try_from(rest % u64::from(base)).unwrap_or(0);
        digits.push(char::from_digit(digit, base).unwrap_or('0'));
        rest /= u64::from(base);
        if rest == 0 {
            break;
        }
    }
    let sign = if number < 0 { "-" } else { "" };
    Ok(Value::str(format!("{sign}{}", digits.iter().rev().collect::<String>())))
}

/// `squeeze`, of the given characters only; ranges such as `a-z` are understood.
fn squeezed(text: &str, only: Option<&str>) -> String {
    let chosen = |c: char| only.is_none_or(|set| in_set(set, c));
    let mut out = String::new();
    for c in text.chars() {
        if !(out.ends_with(c) && chosen(c)) {
            out.push(c);
        }
    }
    out
}

/// Whether a character is in a set such as `a-z0_`.
pub(in crate::functions) fn in_set(set: &str, c: char) -> bool {
    let chars: Vec<char> = set.chars().collect();
    let mut at = 0;
    while let Some(first) = chars.get(at) {
        if let (Some('-'), Some(last)) = (chars.get(at + 1), chars.get(at + 2)) {
            if (*first..=*last).contains(&c) {
                return true;
            }
            at += 3;
        } else {
            if *first == c {
                return true;
            }
            at += 1;
        }
    }
    false
}

fn to_bytes(call: &Call<'_>) -> Result<Value> {
    exactly(call, 1)?;
    let text = match call.arg(0) {
        Value::Str(text) => text.clone(),
        number => return Ok(number.clone()),
    };
    let regexp = Regexp::new("([0-9.e+-]*)\\s*([^bB]?)").or_fail(call)?;
    let groups = regexp.captures(&text).or_fail(call)?.unwrap_or_default();
    let part = |index: usize| groups.get(index).map(Value::to_str).unwrap_or_else(Str::default);
    let number: f64 = part(1).parse().unwrap_or(0.0);
    let unit = part(2);
    let shift = match unit.as_str() {
        "" => 0,
        "k" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        "P" => 50,
        "E" => 60,
        other => return Err(call.fail(format!("to_bytes(): Unknown prefix {other}"))),
    };
    crate::functions::numbers::integer(call, (number * 2_f64.powi(shift)).trunc())
}

/// `URI::DEFAULT_PARSER.escape`.
fn uri_escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.!~*'();/?:@&=+$,[]".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
