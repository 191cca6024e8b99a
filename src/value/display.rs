//! Values as text: what `"${value}"` gives, labels carried along.

use super::{Regexp, Str, Type, TypeResolver, Value, float_to_string, time};
use std::fmt::Write as _;

impl Value {
    /// Returns the text of the value in an interpolation (`Evaluator#string`); secret bytes stay labelled.
    #[must_use]
    pub fn to_str(&self) -> Str {
        if let Self::Str(text) = self {
            return text.clone();
        }
        let mut out = Str::default();
        self.write_to(&mut out);
        out
    }

    /// Appends the text of [`Value::to_str`].
    pub fn write_to(&self, out: &mut Str) {
        match self {
            Self::Undef => {}
            Self::Default => out.push_str("default"),
            Self::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
            Self::Int(it) => out.push_str(&it.to_string()),
            Self::Float(it) => out.push_str(&float_to_string(*it)),
            Self::Str(it) => out.push(it),
            Self::Symbol(it) => out.push_str(it),
            Self::Regexp(it) => out.push_str(&it.with_delimiters()),
            Self::Array(items) => write_items(items, out),
            Self::Hash(entries) => write_entries(entries.iter(), out),
            Self::Sensitive(_) => out.push_str("Sensitive [value redacted]"),
            Self::Type(it) => out.push_str(&it.shown()),
            Self::Binary(it) => out.push_str(&super::base64_text(it)),
            Self::Timestamp(it) => out.push_str(&time::timestamp_to_string(**it)),
            Self::Timespan(it) => out.push_str(&time::timespan_to_string(**it)),
            Self::SemVer(it) | Self::SemVerRange(it) | Self::Uri(it) => out.push_str(it),
            Self::Deferred(it) => {
                out.push_str(&format!("Deferred({{'name' => {}", quote(&it.name)));
                if let Some(arguments) = &it.arguments {
                    out.push_str(", 'arguments' => ");
                    out.push_str(&literal(&Self::Array(arguments.clone())));
                }
                out.push_str("})");
            }
            Self::Object(it) => out.push_str(&literal(&Self::Object(it.clone()))),
            Self::Iterator(it) => out.push_str(&format!("Iterator[{}]-Value", it.item_type().generalize())),
        }
    }
}

fn write_items(items: &[Value], out: &mut Str) {
    out.push_str("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        item.write_to(out);
    }
    out.push_str("]");
}

fn write_entries<'a>(entries: impl Iterator<Item = (&'a Value, &'a Value)>, out: &mut Str) {
    out.push_str("{");
    for (index, (key, value)) in entries.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        key.write_to(out);
        out.push_str(" => ");
        value.write_to(out);
    }
    out.push_str("}");
}

/// Quotes a string as Puppet source: double quotes only where control characters ask for them
/// (`StringConverter#puppet_quote`).
#[must_use]
pub fn quote(text: &str) -> String {
    if text.chars().any(|c| c < ' ') {
        return quote_double(text);
    }
    let mut out = String::from("'");
    let mut escaped = false;
    for c in text.chars() {
        if escaped || c == '\'' {
            out.push('\\');
            out.push(c);
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else {
            out.push(c);
        }
    }
    if escaped {
        out.push('\\');
    }
    out.push('\'');
    out
}

/// Quotes a string with double quotes.
#[must_use]
pub fn quote_double(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' => out.push_str("\\$"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes a value as Puppet source, as types print their parameters (`TypeFormatter`).
#[must_use]
pub fn literal(value: &Value) -> String {
    literal_with(value, None)
}

pub(crate) fn literal_with(value: &Value, expand: Option<&dyn TypeResolver>) -> String {
    let joined = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(", ");
    match value {
        Value::Undef => "undef".into(),
        Value::Str(it) => quote(it),
        Value::Array(items) => {
            format!("[{}]", joined(&mut items.iter().map(|item| literal_with(item, expand))))
        }
        Value::Hash(entries) => {
            format!("{{{}}}", joined(&mut entries.iter().map(|entry| pair(entry, expand))))
        }
        Value::Timestamp(_) | Value::Timespan(_) | Value::SemVer(_) | Value::SemVerRange(_) => {
            format!("'{}'", value.to_str())
        }
        Value::Uri(it) => format!("URI({})", quote(it)),
        Value::Type(it) => type_literal(it, expand),
        Value::Object(it) => {
            let attributes = joined(&mut it.shown().map(|entry| pair(entry, expand)));
            format!("{}({{{attributes}}})", it.of.label())
        }
        Value::Default
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Symbol(_)
        | Value::Regexp(_)
        | Value::Sensitive(_)
        | Value::Binary(_)
        | Value::Iterator(_)
        | Value::Deferred(_) => value.to_str().as_str().to_owned(),
    }
}

fn type_literal(it: &Type, expand: Option<&dyn TypeResolver>) -> String {
    expand.map_or_else(|| it.to_string(), |resolver| it.expanded(resolver))
}

fn pair((key, value): (&Value, &Value), expand: Option<&dyn TypeResolver>) -> String {
    format!("{} => {}", literal_with(key, expand), literal_with(value, expand))
}

impl Regexp {
    /// Returns the expression between slashes, a bare `/` in it escaped (`Regexp#inspect`).
    #[must_use]
    pub fn with_delimiters(&self) -> String {
        let mut out = String::from("/");
        let mut escaped = false;
        for c in self.source.chars() {
            if c == '/' && !escaped {
                out.push('\\');
            }
            escaped = c == '\\' && !escaped;
            out.push(c);
        }
        out.push('/');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_are_written_as_interpolation_writes_them() {
        let inner = Value::array([Value::Int(1), Value::Undef, Value::Float(2.0), "a b".into()]);
        let hash = Value::hash([("a".into(), inner), (Value::Int(1), Value::Default)]);
        assert_eq!(hash.to_str().as_str(), "{a => [1, , 2.0, a b], 1 => default}");
        assert_eq!(literal(&hash), "{'a' => [1, undef, 2.0, 'a b'], 1 => default}");
    }

    #[test]
    fn slashes_in_expressions_are_escaped() {
        assert_eq!(Regexp::new("a/b\\/c").unwrap().with_delimiters(), "/a\\/b\\/c/");
    }
}
