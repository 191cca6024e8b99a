//! Arrays, hashes and objects as `String.new` writes them: in, a value and a format; out, text that may break lines
//! and indent (`StringConverter#string_PArrayType`, `#string_PHashType`, `#string_PObjectType`).

use super::strings::{Converter, Format, Map};
use crate::value::{HashMap, Type, Value, literal, quote};

type Text = Result<String, String>;

/// How deep a container lies, whether it is the first of its line, and whether lines are indented.
#[derive(Clone, Copy, Debug)]
pub(super) struct Indent {
    level: usize,
    first: bool,
    on: bool,
}

impl Default for Indent {
    fn default() -> Self {
        Self { level: 0, first: true, on: false }
    }
}

impl Indent {
    fn turned(self, on: bool) -> Self {
        Self { on, ..self }
    }

    fn deeper(self, on: bool) -> Self {
        Self { level: self.level + 1, first: true, on }
    }

    fn breaks(self) -> bool {
        self.on && self.level > 0 && !self.first
    }

    fn padding(self) -> String {
        "  ".repeat(self.level)
    }

    fn opening(self) -> String {
        if self.breaks() { format!("\n{}", self.padding()) } else { String::new() }
    }
}

fn is_collection(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Hash(_))
}

impl Converter<'_> {
    /// Containers in containers go on by the outer formats, everything else by the container's own.
    fn inside(&self, item: &Value, format: &Format, map: &Map, indent: Indent) -> Text {
        let object = match item {
            Value::Object(it) => it.of.all_type_parameters().is_empty(),
            other => matches!(other, Value::Deferred(_)),
        };
        if object || is_collection(item) {
            return self.text(item, map, indent);
        }
        match &format.inner {
            Some(inner) => self.text(item, inner, indent),
            None => self.text(item, &[(Type::Any, Format::read("%p")?)], indent),
        }
    }

    pub(super) fn array(&self, format: &Format, items: &[Value], map: &Map, indent: Indent) -> Text {
        if !matches!(format.kind, 'a' | 's' | 'p') {
            return Err(format.wrong("Array", "asp"));
        }
        let indent = indent.turned(format.alt || indent.on);
        let (open, close) = format.delimited(("[", "]"));
        let below = Indent { first: false, ..indent.deeper(format.alt) };
        let texts =
            items.iter().map(|item| self.inside(item, format, map, below)).collect::<Result<Vec<_>, _>>()?;
        let wide = format.alt && format.width.is_some_and(|width| widest_run(items, &texts) > width);
        let mut out = indent.opening() + open;
        let mut before: Option<&Value> = None;
        for (item, text) in items.iter().zip(&texts) {
            match before {
                None if wide && !is_collection(item) => out.push(' '),
                None => {}
                Some(before) => {
                    out.push_str(format.separator.as_deref().unwrap_or(", "));
                    let after_collection = format.alt && is_collection(before);
                    if !is_collection(item) && (wide || after_collection) {
                        break_line(&mut out, below);
                    }
                }
            }
            if out.ends_with(' ') && text.starts_with('\n') {
                out.truncate(out.trim_end().len());
            }
            out.push_str(text);
            before = Some(item);
        }
        Ok(out + close)
    }

    pub(super) fn hash(&self, format: &Format, entries: &HashMap, map: &Map, indent: Indent) -> Text {
        if format.kind == 'a' {
            let pairs = entries.iter().map(|(key, item)| Value::array([key.clone(), item.clone()]));
            return self.text(&Value::array(pairs), map, indent);
        }
        if !matches!(format.kind, 'h' | 's' | 'p') {
            return Err(format.wrong("Hash", "hasp"));
        }
        let indent = indent.turned(format.alt || indent.on);
        let below = indent.deeper(false);
        let (open, close) = format.delimited(("{", "}"));
        let arrow = format.separator2.as_deref().unwrap_or(" => ");
        let mut separator = format.separator.as_deref().unwrap_or(", ").to_owned();
        let (line, padding) = if format.alt { ("\n", below.padding()) } else { ("", String::new()) };
        if format.alt {
            if !separator.ends_with('\n') {
                separator.truncate(separator.trim_end().len());
            }
            separator.push('\n');
        }
        let mut parts = Vec::new();
        for (key, item) in entries {
            let key = self.inside(key, format, map, below)?;
            parts.push(format!("{padding}{key}{arrow}{}", self.inside(item, format, map, below)?));
        }
        let closing = if format.alt { format!("\n{}", indent.padding()) } else { String::new() };
        Ok(format!("{}{open}{line}{}{closing}{close}", indent.opening(), parts.join(&separator)))
    }

    pub(super) fn object(&self, format: &Format, value: &Value, indent: Indent) -> Text {
        match format.kind {
            's' => Ok(value.to_str().to_string()),
            'p' if format.alt || indent.on => Ok(indented(value, indent.level)),
            'p' => Ok(value.to_str().to_string()),
            _ => Err(format.wrong("Object", "spq")),
        }
    }
}

/// The most characters that follow each other without an array or a hash between them.
fn widest_run(items: &[Value], texts: &[String]) -> usize {
    let mut runs = vec![0];
    for (item, text) in items.iter().zip(texts) {
        match runs.last_mut() {
            Some(last) if !is_collection(item) => *last += text.chars().count(),
            _ => runs.push(0),
        }
    }
    runs.into_iter().max().unwrap_or_default()
}

fn break_line(out: &mut String, indent: Indent) {
    if !out.ends_with('\n') {
        out.truncate(out.trim_end().len());
    }
    out.push('\n');
    out.push_str(&indent.padding());
}

/// An object with one attribute a line (`TypeFormatter#indented`).
fn indented(value: &Value, level: usize) -> String {
    let (label, entries) = match value {
        Value::Object(it) => {
            let shown = it.shown().map(|(key, item)| (key.clone(), item.clone()));
            (it.of.label(), shown.collect::<HashMap>())
        }
        Value::Deferred(it) => {
            let name = (Value::str("name"), Value::str(it.name.clone()));
            let arguments = it.arguments.clone().map(|items| (Value::str("arguments"), Value::Array(items)));
            ("Deferred".into(), [name].into_iter().chain(arguments).collect())
        }
        other => return literal(other),
    };
    format!("{label}({})", indented_hash(&entries, level))
}

fn indented_hash(entries: &HashMap, level: usize) -> String {
    let padding = "  ".repeat(level + 1);
    let entry = |(key, item): (&Value, &Value)| {
        let text = match item {
            Value::Hash(inner) => indented_hash(inner, level + 1),
            Value::Object(_) | Value::Deferred(_) => indented(item, level + 1),
            other => literal(other),
        };
        let key = key.as_str().map_or_else(|| literal(key), quote);
        format!("{padding}{key} => {text}")
    };
    let lines: Vec<String> = entries.iter().map(entry).collect();
    format!("{{\n{}\n{}}}", lines.join(",\n"), "  ".repeat(level))
}
