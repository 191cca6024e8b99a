//! `scanf`.

use super::{Call, table::rows};
use crate::{
    diag::Result,
    value::{Str, Value},
};

rows! {
    "scanf" "puppet" Four Union ["scanf(String $data, String $format, Callable &$block?)"] "Reads values from a text by a format." => |call| {
        let found = Value::array(scan(&call.string(0), call.text(1)));
        if call.block.is_some() { call.yields(&[found]) } else { Ok(found) }
    };
    "annotate" "puppet" Four Dropped [
        "annotate(Type $type, Any $value, Callable[0, 0] &$block?)",
        "annotate(Type $type, Any $value, Variant[Enum['clear'], Hash[String, Any]] $annotation_hash)",
        "annotate(Type $type, Any $value, Hash[Type, Hash[String, Any]] $annotations)",
    ] "Annotates a value." => |call| Err(call.unsupported("is not done here: annotations have no effect on a catalog"));
    "import" "puppet" Four Dropped [] "Was removed with Puppet 4." => |call: &Call<'_>| -> Result<Value> {
        Err(call.fail("Use of 'import' has been discontinued in favor of a manifest directory. See http://links.puppet.com/puppet-import-deprecation"))
    };
}

/// Reads as Ruby's `scanf` gem: what follows a mismatch is not read.
fn scan(text: &Str, format: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = text.as_str();
    let mut format = format.chars().peekable();
    while let Some(c) = format.next() {
        if c.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if c != '%' {
            match rest.strip_prefix(c) {
                Some(after) => rest = after,
                None => return found,
            }
            continue;
        }
        let skip = format.next_if_eq(&'*').is_some();
        let mut width = String::new();
        while let Some(digit) = format.next_if(char::is_ascii_digit) {
            width.push(digit);
        }
        let width = width.parse().unwrap_or(usize::MAX);
        let Some(kind) = format.next() else { return found };
        let set: String = if kind == '[' { read_set(&mut format) } else { String::new() };
        match field(rest, kind, (width, &set)) {
            Some((value, after)) => {
                rest = after;
                if !skip {
                    found.extend(value);
                }
            }
            None => return found,
        }
    }
    found
}

fn read_set(format: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut set = String::new();
    for c in format.by_ref() {
        if c == ']' && !set.is_empty() && set != "^" {
            break;
        }
        set.push(c);
    }
    set
}

/// Takes the longest start whose characters fit.
fn take(text: &str, width: usize, fits: impl Fn(usize, char) -> bool) -> (&str, &str) {
    let end = text
        .char_indices()
        .enumerate()
        .find(|(index, (_, c))| *index >= width || !fits(*index, *c))
        .map_or(text.len(), |(_, (at, _))| at);
    text.split_at_checked(end).unwrap_or((text, ""))
}

type Field<'a> = Option<(Option<Value>, &'a str)>;

fn field<'a>(rest: &'a str, kind: char, (width, set): (usize, &str)) -> Field<'a> {
    let sign = |index: usize, c: char| index == 0 && matches!(c, '-' | '+');
    let integer = |text: &str, radix: u32| {
        i64::from_str_radix(text.trim_start_matches('+'), radix).ok().map(Value::Int)
    };
    let trimmed = rest.trim_start();
    match kind {
        'd' | 'u' => {
            let (text, after) = take(trimmed, width, |index, c| sign(index, c) || c.is_ascii_digit());
            Some((Some(integer(text, 10)?), after))
        }
        'i' => {
            let (text, after) = take(trimmed, width, |index, c| {
                sign(index, c) || c.is_ascii_hexdigit() || matches!(c, 'x' | 'X')
            });
            Some((Some(crate::value::parse_number(text)?), after))
        }
        'x' | 'X' => {
            let (text, after) = take(trimmed, width, |index, c| {
                sign(index, c) || c.is_ascii_hexdigit() || index == 1 && matches!(c, 'x' | 'X')
            });
            let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
            Some((Some(integer(digits, 16)?), after))
        }
        'o' => {
            let (text, after) = take(trimmed, width, |index, c| sign(index, c) || ('0'..='7').contains(&c));
            Some((Some(integer(text, 8)?), after))
        }
        'f' | 'e' | 'g' | 'a' | 'E' | 'F' | 'G' | 'A' => {
            let (text, after) = take(trimmed, width, |index, c| {
                sign(index, c) || c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E')
            });
            Some((Some(Value::Float(text.trim_start_matches('+').parse().ok()?)), after))
        }
        's' => {
            let (text, after) = take(trimmed, width, |_, c| !c.is_whitespace());
            (!text.is_empty()).then(|| (Some(Value::str(text)), after))
        }
        'c' => {
            let (text, after) = take(rest, if width == usize::MAX { 1 } else { width }, |_, _| true);
            (!text.is_empty()).then(|| (Some(Value::str(text)), after))
        }
        '[' => {
            let (negated, members) = set.strip_prefix('^').map_or((false, set), |it| (true, it));
            let (text, after) = take(rest, width, |_, c| super::stdlib::texts::in_set(members, c) != negated);
            (!text.is_empty()).then(|| (Some(Value::str(text)), after))
        }
        '%' => Some((None, rest.strip_prefix('%')?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_until_one_does_not_fit() {
        let read =
            |text: &str, format: &str| crate::value::literal(&Value::array(scan(&Str::new(text), format)));
        assert_eq!(read("42 abc 1.5", "%d %s %f"), "[42, 'abc', 1.5]");
        assert_eq!(read("0x1f", "%x"), "[31]");
        assert_eq!(read("abc", "%d"), "[]");
        assert_eq!(read("12:34", "%d:%d"), "[12, 34]");
        assert_eq!(read("1234", "%2d%2d"), "[12, 34]");
        assert_eq!(read("foo-bar", "%[a-z]-%c"), "['foo', 'b']");
    }
}
