//! Strings: case, blanks, joining and splitting.

use super::{Call, arguments::OrFail as _, iteration::items, table::rows};
use crate::{
    diag::Result,
    value::{Regexp, Str, Type, Value},
};

rows! {
    "camelcase" "puppet" Four Union ["camelcase(Numeric $arg)", "camelcase(String $arg)", "camelcase(Iterable[Variant[String, Numeric]] $arg)"]
        "Joins the words between underscores, each capitalized." => |call| each_text(call, |text| Str::new(camelcase(text)));
    "capitalize" "puppet" Four Union ["capitalize(Numeric $arg)", "capitalize(String $arg)", "capitalize(Iterable[Variant[String, Numeric]] $arg)"]
        "Makes the first character upper case and the others lower case." => |call| each_text(call, |text| Str::new(capitalize(text)));
    "chomp" "puppet" Four Carried ["chomp(Numeric $arg)", "chomp(String $arg)", "chomp(Iterable[Variant[String, Numeric]] $arg)"]
        "Removes one line end from the end." => |call| each_text(call, |text| text.slice(0..chomped(text)));
    "chop" "puppet" Four Carried ["chop(Numeric $arg)", "chop(String $arg)", "chop(Iterable[Variant[String, Numeric]] $arg)"]
        "Removes the last character." => |call| each_text(call, |text| text.slice(0..chopped(text)));
    "downcase" "puppet" Four Union ["downcase(Numeric $arg)", "downcase(String $arg)", "downcase(Array[Variant[String, Numeric]] $arg)", "downcase(Hash[String, Any] $arg)"]
        "Makes all characters lower case." => |call| each_text(call, |text| Str::new(text.to_lowercase()));
    "join" "puppet" Four Carried ["join(Array $arg, String $delimiter?)"]
        "Joins the items, nested arrays included, with a delimiter." => join;
    "lstrip" "puppet" Four Carried ["lstrip(Numeric $arg)", "lstrip(String $arg)", "lstrip(Iterable[Variant[String, Numeric]] $arg)"]
        "Removes blanks at the start." => |call| each_text(call, |text| text.slice(leading(text)..text.len()));
    "rstrip" "puppet" Four Carried ["rstrip(Numeric $arg)", "rstrip(String $arg)", "rstrip(Iterable[Variant[String, Numeric]] $arg)"]
        "Removes blanks at the end." => |call| each_text(call, |text| text.slice(0..trailing(text)));
    "split" "puppet" Four Carried ["split(String $str, String $pattern)", "split(String $str, Regexp $pattern)", "split(String $str, Type[Regexp] $pattern)", "8 split(Sensitive[String] $sensitive, String $pattern)", "8 split(Sensitive[String] $sensitive, Regexp $pattern)", "8 split(Sensitive[String] $sensitive, Type[Regexp] $pattern)"]
        "Splits at each match of an expression." => split;
    "strip" "puppet" Four Carried ["strip(Numeric $arg)", "strip(String $arg)", "strip(Iterable[Variant[String, Numeric]] $arg)"]
        "Removes blanks at both ends." => |call| each_text(call, |text| {
            let end = trailing(text);
            text.slice(leading(text).min(end)..end)
        });
    "upcase" "puppet" Four Union ["upcase(Numeric $arg)", "upcase(String $arg)", "upcase(Array[Variant[String, Numeric]] $arg)", "upcase(Hash[String, Any] $arg)"]
        "Makes all characters upper case." => |call| each_text(call, |text| Str::new(text.to_uppercase()));
}

/// Applies a change to a string or to the strings of a collection; numbers stay.
pub(super) fn each_text(call: &Call<'_>, change: impl Fn(&Str) -> Str) -> Result<Value> {
    let one = |value: &Value| match value {
        Value::Str(text) => Value::Str(change(text)),
        other => other.clone(),
    };
    Ok(match call.arg(0) {
        it @ (Value::Str(_) | Value::Int(_) | Value::Float(_)) => one(it),
        Value::Hash(entries) => Value::hash(entries.iter().map(|(key, item)| (one(key), nested(item, &one)))),
        collection => Value::array(items(collection).or_fail(call)?.map(|item| one(&item))),
    })
}

/// Inside of hashes `upcase` goes down all levels.
fn nested(value: &Value, one: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) => Value::array(items.iter().map(|item| nested(item, one))),
        Value::Hash(entries) => Value::hash(entries.iter().map(|(key, item)| (one(key), nested(item, one)))),
        other => one(other),
    }
}

pub(super) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.flat_map(char::to_lowercase)).collect()
}

fn camelcase(text: &str) -> String {
    text.split('_').map(capitalize).collect()
}

fn chomped(text: &str) -> usize {
    let end = text.strip_suffix('\n').map(|rest| rest.strip_suffix('\r').unwrap_or(rest));
    end.or(text.strip_suffix('\r')).unwrap_or(text).len()
}

fn chopped(text: &str) -> usize {
    if text.ends_with("\r\n") {
        return text.len() - 2;
    }
    text.char_indices().next_back().map_or(0, |(at, _)| at)
}

/// What Ruby's `strip` takes for a blank.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\0')
}

fn leading(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_blank).len()
}

fn trailing(text: &str) -> usize {
    text.trim_end_matches(is_blank).len()
}

/// Joins as Ruby's `Array#join`: nested arrays flat, everything else by `to_s`.
pub(super) fn join_into(items: &[Value], delimiter: &Str, out: &mut Str) {
    let mut first = true;
    for item in items {
        if !first {
            out.push(delimiter);
        }
        first = false;
        match item {
            Value::Array(inner) => join_into(inner, delimiter, out),
            other => out.push(&ruby_text(other)),
        }
    }
}

/// Ruby's `to_s` of a value; hashes as `{"a"=>1}`.
pub(super) fn ruby_text(value: &Value) -> Str {
    match value {
        Value::Hash(_) | Value::Array(_) => Str::new(inspect(value)),
        other => other.to_str(),
    }
}

/// Ruby's `inspect` of a value.
pub(super) fn inspect(value: &Value) -> String {
    match value {
        Value::Undef => "nil".into(),
        Value::Default => ":default".into(),
        Value::Str(text) => inspect_text(text),
        Value::Symbol(name) => format!(":{name}"),
        Value::Array(items) => format!("[{}]", items.iter().map(inspect).collect::<Vec<_>>().join(", ")),
        Value::Hash(entries) => {
            let pair = |(key, item): (&Value, &Value)| format!("{}=>{}", inspect(key), inspect(item));
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        other => other.to_str().as_str().to_owned(),
    }
}

/// Ruby's `String#inspect`.
pub(super) fn inspect_text(text: &str) -> String {
    let mut out = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '#' if matches!(chars.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn join(call: &Call<'_>) -> Result<Value> {
    let delimiter = if call.arguments.len() > 1 { call.string(1) } else { Str::default() };
    let mut out = Str::default();
    join_into(call.items(0), &delimiter, &mut out);
    Ok(Value::Str(out))
}

fn split(call: &Call<'_>) -> Result<Value> {
    if let Value::Sensitive(inner) = call.arg(0) {
        let found = split_text(call, &inner.to_str())?;
        return Ok(Value::Sensitive(std::sync::Arc::new(found)));
    }
    split_text(call, &call.string(0))
}

fn split_text(call: &Call<'_>, text: &Str) -> Result<Value> {
    let regexp = match call.arg(1) {
        Value::Regexp(it) => it.clone(),
        Value::Str(source) => Regexp::cached(source.text()).or_fail(call)?,
        Value::Type(Type::Regexp(source)) => {
            Regexp::cached(&source.clone().unwrap_or_default()).or_fail(call)?
        }
        other => return Err(call.fail(format!("split(): cannot split by {}", Type::infer(other)))),
    };
    pieces(text, &regexp).map(Value::array).or_fail(call)
}

/// Splits as Ruby's `String#split` with an expression: groups are kept, empty pieces at the end dropped.
pub(super) fn pieces(text: &Str, regexp: &Regexp) -> Result<Vec<Value>, String> {
    let width = |at: usize| text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    let mut found = Vec::new();
    let (mut piece, mut from, mut was_empty) = (0, 0, false);
    while from <= text.len() {
        let Some(groups) = regexp.find_at(text, from)? else { break };
        let Some(whole) = groups.first().cloned().flatten() else { break };
        if whole.is_empty() && whole.start == from {
            if text.is_empty() {
                break;
            }
            if !was_empty {
                // An empty match splits after the next character, if it matches emptily there again.
                from += width(from);
                was_empty = true;
                continue;
            }
            found.push(Value::Str(text.slice(piece..piece + width(piece))));
            piece = from;
        } else {
            found.push(Value::Str(text.slice(piece..whole.start)));
            (piece, from) = (whole.end, whole.end);
        }
        was_empty = false;
        found.extend(groups.iter().skip(1).flatten().map(|group| Value::Str(text.slice(group.clone()))));
    }
    if text.len() > piece {
        found.push(Value::Str(text.slice(piece..text.len())));
    }
    while matches!(found.last(), Some(Value::Str(last)) if last.is_empty()) {
        found.pop();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, source: &str) -> Vec<String> {
        let found = pieces(&Str::new(text), &Regexp::new(source).unwrap()).unwrap();
        found.iter().map(|it| it.to_str().as_str().to_owned()).collect()
    }

    #[test]
    fn splitting_follows_ruby() {
        assert_eq!(split("a,b,,c,,", ","), ["a", "b", "", "c"]);
        assert_eq!(split("abc", ""), ["a", "b", "c"]);
        assert_eq!(split(" a  b ", "\\s+"), ["", "a", "b"]);
        assert_eq!(split("a1b2", "(\\d)"), ["a", "1", "b", "2"]);
        assert_eq!(split("", ","), Vec::<String>::new());
        assert_eq!(split("aXbXc", "X*"), ["a", "b", "c"]);
    }
}
