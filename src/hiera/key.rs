//! Keys with dots: `a.b.'c.d'.0`.

use super::codes;
use crate::{
    diag::{Diagnostic, Result},
    value::Value,
};
use ecow::EcoString;

/// A key, split at its dots (`Puppet::Pops::Lookup::LookupKey`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// As it was written.
    pub text: EcoString,
    /// What stands before the first dot.
    pub root: EcoString,
    /// What stands behind: names, and indices as integers.
    pub segments: Vec<Value>,
}

impl Key {
    /// Splits a key.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let segments = split(text).ok_or_else(|| syntax(&format!("`{text}` is not a key")))?;
        let mut segments = segments.into_iter();
        let root = match segments.next() {
            Some(Value::Str(root)) if !root.is_empty() => root.text().clone(),
            // Ruby takes a root of digits for an index, and fails
            _ => return Err(syntax(&format!("`{text}` is not a key"))),
        };
        Ok(Self { text: text.into(), root, segments: segments.collect() })
    }

    /// Returns the module that the key belongs to by its name.
    pub(super) fn module(&self) -> Option<&str> {
        match self.root.find("::") {
            // Ruby's `[0..-1]` is the whole text
            Some(0) => Some(&self.root),
            Some(at) => self.root.get(..at),
            None => None,
        }
    }

    /// Wraps a value so that following the segments leads to it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other segments are names")]
    pub(super) fn undig(&self, value: Value) -> Value {
        self.segments.iter().rev().fold(value, |inside, segment| match segment {
            Value::Int(at) => {
                let before = std::iter::repeat_n(Value::Undef, usize::try_from(*at).unwrap_or_default());
                Value::array(before.chain([inside]))
            }
            name => Value::hash([(name.clone(), inside)]),
        })
    }
}

fn syntax(message: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(&codes::INTERPOLATION, message).help("quote a part that has dots in it: `a.'b.c'`"),
    )
}

/// Follows segments into a value: names into hashes, indices into arrays.
pub(super) fn dig(key: &str, segments: &[Value], mut value: Value) -> Result<Option<Value>> {
    for segment in segments {
        let next = match (&value, segment) {
            (Value::Undef, _) => None,
            (Value::Array(items), Value::Int(at)) => usize::try_from(*at).ok().and_then(|at| items.get(at)),
            (Value::Hash(entries), _) => entries.get(segment),
            (_, _) => {
                let message = format!("`{key}` reaches with `{segment:?}` into a value that is no hash");
                return Err(Box::new(Diagnostic::error(&codes::VALUE, message)));
            }
        };
        match next.cloned() {
            Some(next) => value = next,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

/// Splits at dots outside of quotes; white space around a segment does not count; digits make an index.
pub(super) fn split(text: &str) -> Option<Vec<Value>> {
    if !text.contains(['\'', '"', '.']) {
        return Some(vec![Value::str(text)]);
    }
    let mut segments = Vec::new();
    let mut rest = text;
    loop {
        let (segment, after) = segment(rest)?;
        segments.push(segment);
        if after.is_empty() {
            return Some(segments);
        }
        rest = after.strip_prefix('.')?;
    }
}

fn segment(text: &str) -> Option<(Value, &str)> {
    let trimmed = text.trim_start();
    if let Some(quote) = trimmed.chars().next().filter(|first| matches!(first, '\'' | '"')) {
        let (inside, after) = trimmed.get(1..)?.split_once(quote)?;
        return (!inside.is_empty()).then(|| (Value::str(inside), after.trim_start()));
    }
    let end = text.find(['\'', '"', '.']).unwrap_or(text.len());
    let (name, after) = text.split_at_checked(end)?;
    let name = name.trim();
    if end == 0 || after.starts_with(['\'', '"']) {
        return None;
    }
    Some((index(name).map_or_else(|| Value::str(name), Value::Int), after))
}

fn index(name: &str) -> Option<i64> {
    let digits = name.strip_prefix(['+', '-']).unwrap_or(name);
    let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    numeric.then(|| name.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_split_outside_of_quotes() {
        let key = Key::parse("m::a.'b.c'. 0").unwrap();
        assert_eq!((key.root.as_str(), key.module()), ("m::a", Some("m")));
        assert_eq!(key.segments, [Value::str("b.c"), Value::Int(0)]);
        assert!(Key::parse("a..b").is_err());
        assert!(Key::parse("a.").is_err());
    }
}
