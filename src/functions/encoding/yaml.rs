//! YAML as Ruby's Psych writes it.

use crate::value::{Regexp, Value, float_to_string};

/// The width that `to_yaml({indentation => 4})` asks for.
pub(super) fn indentation(options: &Value) -> usize {
    let asked = options.get("indentation").or_else(|| options.get(":indentation"));
    match asked {
        Some(Value::Int(it)) => usize::try_from(*it).ok().filter(|it| (2..=9).contains(it)).unwrap_or(2),
        _ => 2,
    }
}

/// Writes a document with its `---`.
pub(super) fn document(value: &Value, indentation: usize) -> String {
    let mut out = Writer { out: String::from("---"), indentation };
    match value {
        Value::Array(items) if !items.is_empty() => out.sequence(items, 0, true),
        Value::Hash(entries) if !entries.is_empty() => out.mapping(value, 0, true),
        Value::Array(_) => out.out.push_str(" []\n"),
        Value::Hash(_) => out.out.push_str(" {}\n"),
        other => out.scalar(other, 0, " "),
    }
    out.out
}

struct Writer {
    out: String,
    indentation: usize,
}

impl Writer {
    fn pad(&mut self, depth: usize) {
        self.out.push_str(&" ".repeat(depth));
    }

    /// Writes the items, the first on a line of its own unless it continues the line of a dash.
    fn sequence(&mut self, items: &[Value], depth: usize, fresh: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || fresh {
                if index == 0 {
                    self.out.push('\n');
                }
                self.pad(depth);
            }
            self.out.push('-');
            match item {
                Value::Array(inner) if !inner.is_empty() => {
                    self.out.push(' ');
                    self.sequence(inner, depth + 2, false);
                }
                Value::Hash(inner) if !inner.is_empty() => {
                    self.out.push(' ');
                    self.mapping(item, depth + 2, false);
                }
                other => self.scalar(other, depth, " "),
            }
        }
    }

    fn mapping(&mut self, value: &Value, depth: usize, fresh: bool) {
        for (index, (key, item)) in value.as_hash().into_iter().flatten().enumerate() {
            if index > 0 || fresh {
                if index == 0 {
                    self.out.push('\n');
                }
                self.pad(depth);
            }
            let key = plain_or_quoted(key);
            self.out.push_str(&key);
            self.out.push(':');
            match item {
                // A sequence in a mapping is not indented any further.
                Value::Array(inner) if !inner.is_empty() => self.sequence(inner, depth, true),
                Value::Hash(inner) if !inner.is_empty() => self.mapping(item, depth + self.indentation, true),
                other => self.scalar(other, depth, " "),
            }
        }
    }

    /// Writes what stands on one line, or a block of text.
    fn scalar(&mut self, value: &Value, depth: usize, before: &str) {
        let text = match value {
            Value::Undef => {
                self.out.push('\n');
                return;
            }
            Value::Array(_) => "[]".to_owned(),
            Value::Hash(_) => "{}".to_owned(),
            Value::Str(text) if text.contains('\n') && block_fits(text) => {
                self.block(text, depth, before);
                return;
            }
            other => plain_or_quoted(other),
        };
        self.out.push_str(before);
        let column = self.out.rsplit('\n').next().unwrap_or_default().chars().count();
        self.out.push_str(&fold(&text, column, depth + self.indentation));
        self.out.push('\n');
    }

    fn block(&mut self, text: &str, depth: usize, before: &str) {
        let end = match text.strip_suffix('\n') {
            None => "-",
            Some(rest) if rest.ends_with('\n') => "+",
            Some(_) => "",
        };
        let hint = if text.starts_with([' ', '\n']) { self.indentation.to_string() } else { String::new() };
        self.out.push_str(&format!("{before}|{hint}{end}\n"));
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if !line.is_empty() {
                self.pad(depth + self.indentation);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }
}

/// Whether libyaml can write the text as a literal block: no blanks before a line's end, only printable characters.
fn block_fits(text: &str) -> bool {
    !text.contains(" \n")
        && !text.ends_with(' ')
        && text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control())
}

fn plain_or_quoted(value: &Value) -> String {
    match value {
        Value::Undef => "''".into(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) if it.is_nan() => ".nan".into(),
        Value::Float(it) if it.is_infinite() => (if *it > 0.0 { ".inf" } else { "-.inf" }).into(),
        Value::Float(it) => float_to_string(*it),
        Value::Symbol(name) => format!(":{name}"),
        other => text(&other.to_str()),
    }
}

/// Chooses the style of a text by Psych's rules (`visit_String`) and libyaml's.
fn text(text: &str) -> String {
    let first = text.chars().next();
    let starts_odd = first.is_some_and(|c| !(c.is_alphanumeric() || c == '_'));
    let printable = !text.chars().any(|c| c.is_control());
    if !printable || matches!(text, "y" | "n") || starts_odd && !text.get(1..).unwrap_or("x").contains('"') {
        return double(text);
    }
    let plain = !text.is_empty() && !text.ends_with(' ') && !resolves(text) && plain_fits(text);
    if plain { text.to_owned() } else { single(text) }
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The column after which libyaml breaks a line.
const WIDTH: usize = 80;

/// Breaks a written scalar at single blanks, as libyaml does where a line is full.
fn fold(text: &str, column: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut at = column;
    let mut spaces = false;
    let mut chars = text.chars().peekable();
    let escaped = text.starts_with('"');
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let inside = next.is_some_and(|next| !(next == '\'' || next == '"') || text.len() > out.len() + 2);
        let breaks = c == ' ' && !spaces && at > WIDTH && inside && (escaped || next != Some(' '));
        if breaks {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            at = indent;
            if escaped && next == Some(' ') {
                out.push('\\');
                at += 1;
            }
        } else {
            out.push(c);
            at += 1;
        }
        spaces = c == ' ';
    }
    out
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            c if c.is_control() => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether the plain text would be read as something else than a string.
fn resolves(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = ["true", "false", "yes", "no", "on", "off", "null", "~"];
    let number = "\\A(?:[-+]?(?:0|[1-9][0-9_,]*|0[0-7_,]+|0x[0-9a-fA-F_,]+|0b[01_,]+|[0-9][0-9_,]*)|[-+]?(?:[0-9][0-9_,]*)?\\.[0-9]*(?:[eE][-+][0-9]+)?|[-+]?\\.inf|\\.nan|[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*)\\z";
    words.contains(&lower.as_str())
        || text.starts_with(':')
        || Regexp::cached(&number.into()).is_ok_and(|it| it.is_match(&lower))
}

/// Whether libyaml writes the text without quotes.
fn plain_fits(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or(' ');
    let second = chars.next();
    let indicator = "#,[]{}&*!|>'\"%@`".contains(first);
    let lone = matches!(first, '-' | '?' | ':') && second.is_none_or(char::is_whitespace);
    let document = text.starts_with("---") || text.starts_with("...");
    !(indicator || lone || document || text.contains(": ") || text.ends_with(':') || text.contains(" #"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_collections_are_laid_out_as_psych_does() {
        let inner = Value::array([
            Value::array([Value::Int(1), Value::Int(2)]),
            Value::hash([("d".into(), Value::Int(1))]),
        ]);
        let data =
            Value::hash([("a".into(), Value::hash([])), ("b".into(), Value::array([])), ("c".into(), inner)]);
        assert_eq!(document(&data, 2), "---\na: {}\nb: []\nc:\n- - 1\n  - 2\n- d: 1\n");
    }

    #[test]
    fn texts_are_quoted_where_they_would_be_read_otherwise() {
        let list = ["a: b", "1", "", "null", "x\ny", "a#b", " a", "yes", "2020-01-01", "a'b", "- x", "*a"];
        let data = Value::array(list.map(Value::str));
        assert_eq!(
            document(&data, 2),
            "---\n- 'a: b'\n- '1'\n- ''\n- 'null'\n- |-\n  x\n  y\n- a#b\n- \" a\"\n- 'yes'\n- '2020-01-01'\n- a'b\n- \
             \"- x\"\n- \"*a\"\n"
        );
    }
}
