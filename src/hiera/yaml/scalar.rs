//! Plain scalars as Ruby's Psych resolves them (`psych/scalar_scanner.rb`, `ScalarScanner#tokenize`).
//!
//! In: the text of a plain scalar. Out: a [`Value`], or why Ruby refuses it. Puppet allows no class but `Symbol`,
//! so an unquoted date or time is an error, not a string.

use super::Psych;
use crate::value::Value;

/// Why Ruby raises on a scalar.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The scalar stands for an object of a class that is not permitted.
    Class(&'static str),
    /// `Integer()` or `Float()` raises on it.
    Number,
    /// An integer that does not fit into 64 bits, which Ruby reads and we do not.
    TooBig,
}

/// Resolves a plain scalar.
pub(super) fn resolve(text: &str, psych: Psych) -> Result<Value, Refused> {
    if text.is_empty() {
        return Ok(Value::Undef);
    }
    if text.contains('\n') || starts_like_a_word(text) {
        return Ok(word(text));
    }
    if is_time(text) {
        return Err(Refused::Class("Time"));
    }
    if is_date(text) {
        return Err(Refused::Class("Date"));
    }
    if let Some(value) = special_float(text).or_else(|| symbol(text)) {
        return Ok(value);
    }
    if let Some(value) = sexagesimal(text) {
        return value;
    }
    if is_float(text) {
        return float(text);
    }
    if is_integer(text, psych) {
        return integer(text);
    }
    Ok(Value::str(text))
}

/// `^[^\d.:-]?[[:alpha:]_\s!@#$%\^&*(){}<>|/\\~;=]+`
fn starts_like_a_word(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    let optional = !first.is_ascii_digit() && !matches!(first, '.' | ':' | '-');
    is_word_like(first) || optional && second.is_some_and(is_word_like)
}

fn is_word_like(found: char) -> bool {
    found.is_alphabetic()
        || matches!(found, ' ' | '\t' | '\r' | '\n' | '\x0b' | '\x0c')
        || "_!@#$%^&*(){}<>|/\\~;=".contains(found)
}

/// `null`, booleans, or the text itself. Ruby's `^` and `$` match at every line of the text.
fn word(text: &str) -> Value {
    if text.chars().count() > 5 {
        return Value::str(text);
    }
    // Ruby folds the long s to s where case is ignored
    let lines: Vec<String> = text.split('\n').map(|line| line.to_lowercase().replace('ſ', "s")).collect();
    let other = |line: &String| line.chars().next().is_some_and(|first| !"ytonf~".contains(first));
    let any = |words: &[&str]| lines.iter().any(|line| words.contains(&line.as_str()));
    if lines.iter().any(other) || starts_line_with_newline(text) {
        Value::str(text)
    } else if text == "~" || any(&["null"]) {
        Value::Undef
    } else if any(&["yes", "true", "on"]) {
        Value::Bool(true)
    } else if any(&["no", "false", "off"]) {
        Value::Bool(false)
    } else {
        Value::str(text)
    }
}

/// `^[^ytonf~]` also matches a line feed that begins a line.
fn starts_line_with_newline(text: &str) -> bool {
    text.starts_with('\n') || text.contains("\n\n")
}

/// Takes digits from the front; gives how many and the rest.
fn digits(text: &str) -> (usize, &str) {
    let rest = text.trim_start_matches(|found: char| found.is_ascii_digit());
    (text.len() - rest.len(), rest)
}

/// Takes between `least` and `most` digits, as many as there are.
fn some_digits(text: &str, least: usize, most: usize) -> Option<&str> {
    let (count, _) = digits(text);
    (count >= least).then(|| text.get(count.min(most)..)).flatten()
}

/// Every way to take between `least` and `most` digits, longest first.
fn digit_choices(text: &str, least: usize, most: usize) -> impl Iterator<Item = &str> {
    let (count, _) = digits(text);
    (least..=count.min(most)).rev().filter_map(|taken| text.get(taken..))
}

fn ruby_space(found: char) -> bool {
    matches!(found, ' ' | '\t' | '\r' | '\n' | '\x0b' | '\x0c')
}

/// `TIME`: date, `T` or white space, time, fraction, zone.
fn is_time(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let date = some_digits(text, 4, 4)
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| some_digits(rest, 1, 2))
        .and_then(|rest| rest.strip_prefix('-'));
    date.is_some_and(|rest| digit_choices(rest, 1, 2).any(time_after_date))
}

fn time_after_date(text: &str) -> bool {
    let rest = match text.strip_prefix(['T', 't']) {
        Some(rest) => rest,
        None if text.starts_with(ruby_space) => text.trim_start_matches(ruby_space),
        None => return false,
    };
    let clock = some_digits(rest, 1, 2)
        .and_then(|rest| rest.strip_prefix(':'))
        .and_then(|rest| some_digits(rest, 2, 2))
        .and_then(|rest| rest.strip_prefix(':'))
        .and_then(|rest| some_digits(rest, 2, 2));
    let Some(rest) = clock else { return false };
    let rest = rest.strip_prefix('.').map_or(rest, |fraction| digits(fraction).1);
    is_zone(rest)
}

/// `(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$`
fn is_zone(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let text = text.trim_start_matches(ruby_space);
    if text == "Z" {
        return true;
    }
    let Some(rest) = text.strip_prefix(['-', '+']) else { return false };
    digit_choices(rest, 1, 2).any(|rest| {
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        rest.is_empty() || some_digits(rest, 2, 2).is_some_and(str::is_empty)
    })
}

/// `^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$`
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let numeric = [year, month, day].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let in_range = |part: &str, most: u32| match part.len() {
        1 => true,
        2 => part.parse::<u32>().is_ok_and(|number| number <= most),
        _ => false,
    };
    numeric && year.len() == 4 && in_range(month, 12) && in_range(day, 31)
}

fn special_float(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        ".inf" | "+.inf" => Some(Value::Float(f64::INFINITY)),
        "-.inf" => Some(Value::Float(f64::NEG_INFINITY)),
        ".nan" => Some(Value::Float(f64::NAN)),
        _ => None,
    }
}

/// `:name`, `:"name"`, `:'name'`.
fn symbol(text: &str) -> Option<Value> {
    let rest = text.strip_prefix(':').filter(|rest| !rest.is_empty())?;
    let quoted = rest.chars().next().filter(|first| matches!(first, '"' | '\'')).and_then(|quote| {
        let inside = rest.get(1..)?;
        inside.get(..inside.rfind(quote)?)
    });
    let name = quoted.map_or(rest, |inside| inside.strip_prefix(':').unwrap_or(inside));
    Some(Value::Symbol(name.into()))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// `^[-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2}$`, and with `\.[0-9_]*` behind: numbers of base 60.
fn sexagesimal(text: &str) -> Option<Result<Value, Refused>> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = unsigned(whole).split(':');
    let head = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let head_fits = head.starts_with(|first: char| first.is_ascii_digit())
        && head.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let fraction_fits =
        fraction.is_none_or(|digits| digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'));
    let fits =
        head_fits && fraction_fits && matches!(rest.len(), 1 | 2) && rest.iter().all(|part| is_sixty(part));
    fits.then(|| if fraction.is_some() { Ok(base_sixty_float(text)) } else { base_sixty(text) })
}

fn is_sixty(part: &str) -> bool {
    let numeric = part.bytes().all(|byte| byte.is_ascii_digit());
    numeric && matches!(part.len(), 1 | 2) && (part.len() == 1 || part < "60")
}

/// The sum of `n.to_i * 60 ** (e - 2).abs`: what Ruby computes, `12:30` being 45000.
fn base_sixty(text: &str) -> Result<Value, Refused> {
    let mut sum: i64 = 0;
    for (part, scale) in text.split(':').zip([3600_i64, 60, 1]) {
        let number = ruby_to_i(part).ok_or(Refused::TooBig)?;
        sum = number.checked_mul(scale).and_then(|scaled| sum.checked_add(scaled)).ok_or(Refused::TooBig)?;
    }
    Ok(Value::Int(sum))
}

fn base_sixty_float(text: &str) -> Value {
    let scaled = text.split(':').zip([3600.0, 60.0, 1.0]).map(|(part, scale)| ruby_to_f(part) * scale);
    Value::Float(scaled.fold(0.0, |sum, part| sum + part))
}

/// The leading digits, single underscores between them allowed, as `String#to_i` and `#to_f` take them.
fn leading_number(text: &str, dot: bool) -> String {
    let mut number = String::new();
    let mut chars = text.chars().peekable();
    let mut dot_left = dot;
    while let Some(found) = chars.next() {
        let next_is_digit = chars.peek().is_some_and(char::is_ascii_digit);
        match found {
            '-' | '+' if number.is_empty() => number.push(found),
            '0'..='9' => number.push(found),
            '_' if next_is_digit && number.ends_with(|last: char| last.is_ascii_digit()) => {}
            '.' if dot_left && next_is_digit => {
                dot_left = false;
                number.push(found);
            }
            _ => break,
        }
    }
    number
}

fn ruby_to_i(text: &str) -> Option<i64> {
    leading_number(text, false).parse().ok()
}

fn ruby_to_f(text: &str) -> f64 {
    leading_number(text, true).parse().unwrap_or(0.0)
}

/// `FLOAT`: `^(?:[-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][-+][0-9]+)?)$`
fn is_float(text: &str) -> bool {
    let Some((whole, rest)) = unsigned(text).split_once('.') else { return false };
    let whole_fits = whole.is_empty()
        || whole.starts_with(|first: char| first.is_ascii_digit())
            && whole.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b','));
    let (_, rest) = digits(rest);
    whole_fits && (rest.is_empty() || is_exponent(rest))
}

fn is_exponent(text: &str) -> bool {
    let sign = text.strip_prefix(['e', 'E']).and_then(|rest| rest.strip_prefix(['-', '+']));
    sign.is_some_and(|rest| matches!(digits(rest), (1.., "")))
}

fn float(text: &str) -> Result<Value, Refused> {
    if unsigned(text) == "." {
        return Ok(Value::str(text));
    }
    let plain = text.replace([',', '_'], "").replace(".e", "e").replace(".E", "E");
    let plain = plain.strip_suffix('.').unwrap_or(&plain);
    let begins_with_number =
        unsigned(plain).starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let parsed = if begins_with_number { plain.parse().ok() } else { None };
    parsed.map(Value::Float).ok_or(Refused::Number)
}

/// `INTEGER_LEGACY`; Psych 5 wants a digit after the base's prefix.
fn is_integer(text: &str, psych: Psych) -> bool {
    let body = unsigned(text);
    let based = |rest: &str, digit: fn(&u8) -> bool| {
        let fits = rest.bytes().all(|byte| digit(&byte) || matches!(byte, b'_' | b','));
        let has_digit = rest.bytes().any(|byte| digit(&byte));
        fits && !rest.is_empty() && (has_digit || psych == Psych::Four)
    };
    if let Some(rest) = body.strip_prefix("0b")
        && based(rest, |byte| matches!(byte, b'0' | b'1'))
    {
        return true;
    }
    if let Some(rest) = body.strip_prefix("0x")
        && based(rest, u8::is_ascii_hexdigit)
    {
        return true;
    }
    if let Some(rest) = body.strip_prefix('0') {
        return rest.is_empty() || based(rest, |byte| matches!(byte, b'0'..=b'7'));
    }
    is_decimal(body)
}

/// `[1-9](?:[0-9]|,[0-9]|_[0-9])*`
fn is_decimal(body: &str) -> bool {
    let mut previous = b'_';
    for byte in body.bytes() {
        let separator = matches!(byte, b'_' | b',');
        if !(byte.is_ascii_digit() || separator && previous.is_ascii_digit()) {
            return false;
        }
        previous = byte;
    }
    previous.is_ascii_digit()
}

/// `Integer(string.delete(',_'))`: a leading zero is octal.
fn integer(text: &str) -> Result<Value, Refused> {
    let plain = text.replace([',', '_'], "");
    let body = unsigned(&plain);
    let (digits, radix) = match body.get(..2) {
        Some("0b") => (body.get(2..), 2),
        Some("0x") => (body.get(2..), 16),
        Some(octal) if octal.starts_with('0') => (body.get(1..), 8),
        Some(_) | None => (Some(body), 10),
    };
    let digits = digits.filter(|digits| !digits.is_empty()).ok_or(Refused::Number)?;
    let number = i128::from_str_radix(digits, radix).map_err(|_| Refused::TooBig)?;
    let signed = if plain.starts_with('-') { -number } else { number };
    i64::try_from(signed).map(Value::Int).map_err(|_| Refused::TooBig)
}

/// `Float(tokenize(text))` of the tag `!float`.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
pub(super) fn tagged_float(text: &str, psych: Psych) -> Result<Value, Refused> {
    match resolve(text, psych)? {
        Value::Int(number) => Ok(Value::Float(number as f64)),
        Value::Float(number) => Ok(Value::Float(number)),
        Value::Str(text) => text.trim().parse().map(Value::Float).map_err(|_| Refused::Number),
        _ => Err(Refused::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four(text: &str) -> Value {
        resolve(text, Psych::Four).unwrap()
    }

    #[test]
    fn words_are_rubys() {
        assert_eq!(four("yes"), Value::Bool(true));
        assert_eq!(four("OFF"), Value::Bool(false));
        assert_eq!(four("y"), Value::str("y"));
        assert_eq!(four("~"), Value::Undef);
        assert_eq!(four("no\nn"), Value::Bool(false));
    }

    #[test]
    fn numbers_are_rubys() {
        assert_eq!(four("0755"), Value::Int(493));
        assert_eq!(four("0o755"), Value::str("0o755"));
        assert_eq!(four("08"), Value::str("08"));
        assert_eq!(four("1_000"), Value::Int(1000));
        assert_eq!(four("1,000"), Value::Int(1000));
        assert_eq!(four("1__0"), Value::str("1__0"));
        assert_eq!(four("1e3"), Value::str("1e3"));
        assert_eq!(four("12:30"), Value::Int(45000));
        assert_eq!(four("1:2:3"), Value::Int(3723));
        assert_eq!(four("0x_f"), Value::Int(15));
        assert_eq!(four("1.e+3"), Value::Float(1000.0));
    }

    #[test]
    fn dates_and_empty_prefixes_are_refused() {
        assert_eq!(resolve("2020-1-31", Psych::Four), Err(Refused::Class("Date")));
        assert_eq!(resolve("2020-01-31 10:00:00 Z", Psych::Four), Err(Refused::Class("Time")));
        assert_eq!(resolve("0x_", Psych::Four), Err(Refused::Number));
        assert_eq!(resolve("0x_", Psych::Five), Ok(Value::str("0x_")));
    }

    #[test]
    fn symbols_lose_their_quotes() {
        assert_eq!(four(":a"), Value::Symbol("a".into()));
        assert_eq!(four(":'b c'"), Value::Symbol("b c".into()));
        assert_eq!(four(":"), Value::str(":"));
    }
}
