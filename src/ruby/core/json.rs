//! JSON as Ruby's `json` writes and reads it.

use super::{Args, Row, carry, row};
use crate::{
    maps::IndexMap,
    ruby::{
        interp::Interp,
        object::{Key, R, Rv},
    },
    value::Str,
};

/// The methods of `JSON`.
pub(super) static STATICS: &[(&str, &[Row])] = &[(
    "JSON",
    &[
        carry("generate", 1, 2, |it, _, args| write(it, args.at(0), Layout::COMPACT)),
        carry("dump", 1, 2, |it, _, args| write(it, args.at(0), Layout::COMPACT)),
        carry("fast_generate", 1, 2, |it, _, args| write(it, args.at(0), Layout::COMPACT)),
        carry("pretty_generate", 1, 2, |it, _, args| write(it, args.at(0), Layout::PRETTY)),
        row("parse", 1, -1, parse),
        row("parse!", 1, -1, parse),
        row("load", 1, -1, parse),
    ],
)];

/// Where line breaks and blanks go.
#[derive(Clone, Copy)]
struct Layout {
    indent: &'static str,
    newline: &'static str,
    colon: &'static str,
}

impl Layout {
    const COMPACT: Self = Self { indent: "", newline: "", colon: ":" };
    const PRETTY: Self = Self { indent: "  ", newline: "\n", colon: ": " };
}

/// `value.to_json`.
pub(super) fn to_json(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    write(it, this, Layout::COMPACT)
}

fn write(it: &mut Interp<'_>, value: &Rv, layout: Layout) -> R {
    let mut made = Str::default();
    value_into(it, value, layout, (0, &mut made))?;
    it.charge(made.len())?;
    Ok(Rv::str(made))
}

fn value_into(it: &mut Interp<'_>, value: &Rv, layout: Layout, (depth, made): (usize, &mut Str)) -> R<()> {
    it.step()?;
    if depth > 100 {
        return Err(it.raise("JSON::JSONError", "nesting of 101 is too deep"));
    }
    match value {
        Rv::Nil => made.push_str("null"),
        Rv::Bool(_) | Rv::Int(_) => made.push(&it.to_s(value)?),
        Rv::Float(number) if !number.is_finite() => {
            let shown = super::show::float(*number);
            return Err(it.raise("JSON::JSONError", format!("{shown} not allowed in JSON")));
        }
        Rv::Float(number) => made.push_str(&super::show::float(*number)),
        Rv::Str(text) => made.push(&quoted(&text.text.borrow())),
        Rv::Array(items) => {
            let items = items.to_vec();
            made.push_str("[");
            made.push_str(layout.newline);
            for (index, item) in items.iter().enumerate() {
                separate(layout, index, depth + 1, made);
                it.nested(|it| value_into(it, item, layout, (depth + 1, made)))?;
            }
            close(layout, depth, made, "]");
        }
        Rv::Hash(hash) => {
            let pairs = hash.pairs();
            made.push_str("{");
            made.push_str(layout.newline);
            for (index, (key, item)) in pairs.iter().enumerate() {
                separate(layout, index, depth + 1, made);
                made.push(&quoted(&it.to_s(key)?));
                made.push_str(layout.colon);
                it.nested(|it| value_into(it, item, layout, (depth + 1, made)))?;
            }
            close(layout, depth, made, if pairs.is_empty() { "\0" } else { "}" });
        }
        Rv::Object(_) if it.class_of(value).find("to_json").is_some() => {
            let text = it.send(value, "to_json", &[])?;
            made.push(&it.to_s(&text)?);
        }
        Rv::Object(_) if it.responds_to(value, "to_h") && it.class_of(value).find("to_h").is_some() => {
            let hash = it.send(value, "to_h", &[])?;
            it.nested(|it| value_into(it, &hash, layout, (depth, made)))?;
        }
        other => made.push(&quoted(&it.to_s(other)?)),
    }
    Ok(())
}

fn separate(layout: Layout, index: usize, depth: usize, made: &mut Str) {
    if index > 0 {
        made.push_str(",");
        made.push_str(layout.newline);
    }
    made.push_str(&layout.indent.repeat(depth));
}

/// The end of a collection; an empty hash has its line break already.
fn close(layout: Layout, depth: usize, made: &mut Str, end: &str) {
    if end == "\0" {
        made.push_str(&layout.indent.repeat(depth));
        return made.push_str("}");
    }
    made.push_str(layout.newline);
    made.push_str(&layout.indent.repeat(depth));
    made.push_str(end);
}

/// A JSON string; labels stay on their bytes.
fn quoted(text: &Str) -> Str {
    let mut made = Str::new("\"");
    let mut from = 0;
    for (at, letter) in text.char_indices() {
        let escaped = match letter {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            other if (other as u32) < 0x20 => format!("\\u{:04x}", other as u32),
            _ => continue,
        };
        made.push(&text.slice(from..at));
        let piece = text.slice(at..at + letter.len_utf8());
        match piece.labels().and_then(|labels| labels.ranges().first()) {
            Some(found) => made.push(&Str::secret(escaped, found.secret.clone())),
            None => made.push_str(&escaped),
        }
        from = at + letter.len_utf8();
    }
    made.push(&text.slice(from..text.len()));
    made.push_str("\"");
    made
}

fn parse(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let text = it.string(args.at(0))?;
    it.charge(text.len().saturating_mul(8))?;
    let symbols = args.keyword("symbolize_names").is_some_and(|it| it.truthy());
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => Ok(convert(&value, symbols)),
        Err(_) => {
            let shown: String = text.chars().take(40).collect();
            Err(it.raise("JSON::ParserError", format!("unexpected token at '{shown}'")))
        }
    }
}

fn convert(value: &serde_json::Value, symbols: bool) -> Rv {
    match value {
        serde_json::Value::Null => Rv::Nil,
        serde_json::Value::Bool(found) => Rv::Bool(*found),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Rv::Int(whole),
            None => Rv::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Rv::str(text.as_str()),
        serde_json::Value::Array(items) => {
            Rv::array(items.iter().map(|item| convert(item, symbols)).collect())
        }
        serde_json::Value::Object(entries) => {
            let mut made = IndexMap::default();
            for (key, item) in entries {
                let key = if symbols { Rv::sym(key.as_str()) } else { Rv::str(key.as_str()) };
                made.insert(Key::frozen(key), convert(item, symbols));
            }
            Rv::hash(made)
        }
    }
}
