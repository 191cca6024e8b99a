//! Numbers and their texts: Puppet's coercion of numeric strings, Ruby's way of writing floats.

use super::Value;

/// Reads a numeric string as Puppet's arithmetic does (`Puppet::Pops::Utils.to_n`): decimal, `0x` hexadecimal,
/// `0` octal, floats; blanks around the number and after its sign are allowed.
#[must_use]
pub fn parse_number(text: &str) -> Option<Value> {
    let text = text.strip_prefix("::").unwrap_or(text);
    let blank = |c: char| c == ' ' || c == '\t';
    let text = text.trim_matches(blank);
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    parse_unsigned(body.trim_start_matches(blank), negative)
}

fn parse_unsigned(body: &str, negative: bool) -> Option<Value> {
    let signed = |found: i64| Value::Int(if negative { found.wrapping_neg() } else { found });
    if let Some(hex) = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
        let digits = !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
        return digits.then(|| i64::from_str_radix(hex, 16).ok()).flatten().map(signed);
    }
    let end = body.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(body.len());
    let (whole, rest) = body.split_at_checked(end)?;
    if whole.is_empty() {
        return None;
    }
    if rest.is_empty() {
        let octal = whole.len() > 1 && whole.starts_with('0');
        return i64::from_str_radix(whole, if octal { 8 } else { 10 }).ok().map(signed);
    }
    let float = parse_fraction(whole, rest)?;
    Some(Value::Float(if negative { -float } else { float }))
}

/// Reads what follows the digits: `.5`, `e3`, `.5e-3`.
fn parse_fraction(whole: &str, rest: &str) -> Option<f64> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (rest, None),
    };
    let fraction_fits = fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits);
    let exponent_fits = exponent.is_none_or(|it| digits(it.strip_prefix('-').unwrap_or(it)));
    if !fraction_fits || !exponent_fits {
        return None;
    }
    let zero = whole.bytes().chain(fraction.bytes()).all(|b| b == b'0' || b == b'.');
    if zero && exponent.is_some() {
        return None;
    }
    format!("{whole}{rest}").parse().ok().filter(|it: &f64| it.is_finite())
}

/// Writes a float as Ruby's `Float#to_s`: the shortest digits that read back, fixed between 1e-4 and 1e16.
#[must_use]
pub fn float_to_string(it: f64) -> String {
    if it.is_nan() {
        return "NaN".into();
    }
    if it.is_infinite() {
        return if it > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let magnitude = it.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return format!("{it:?}");
    }
    let scientific = format!("{it:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_strings_are_read_as_puppet_reads_them() {
        let cases = [
            ("1", Some(Value::Int(1))),
            (" -0x1F ", Some(Value::Int(-31))),
            ("- 5", Some(Value::Int(-5))),
            ("0755", Some(Value::Int(493))),
            ("08", None),
            ("1.5e-3", Some(Value::Float(0.0015))),
            ("1e3", Some(Value::Float(1000.0))),
            ("0e1", None),
            ("1.", None),
            ("", None),
            ("1a", None),
            ("0.0", Some(Value::Float(0.0))),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_number(text), expected, "{text}");
        }
    }

    #[test]
    fn floats_are_written_as_ruby_writes_them() {
        let cases = [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1.0e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1.0e-05"),
            (-2.5, "-2.5"),
            (-0.0, "-0.0"),
        ];
        for (float, expected) in cases {
            assert_eq!(float_to_string(float), expected);
        }
    }
}
