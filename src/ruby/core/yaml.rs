//! YAML as Psych writes it; reading goes through the Puppet side's own reader.

use super::{Args, Row, carry, row};
use crate::{
    ruby::{
        interp::Interp,
        object::{R, Rv},
    },
    value::Str,
};

/// The methods of `YAML`.
pub(super) static STATICS: &[(&str, &[Row])] = &[(
    "YAML",
    &[
        carry("dump", 1, -1, |it, _, args| write(it, args.at(0))),
        row("load", 1, -1, load),
        row("safe_load", 1, -1, load),
        row("unsafe_load", 1, -1, load),
        row("load_file", 1, -1, |it, _, _| Err(it.refused("`YAML.load_file`"))),
        row("safe_load_file", 1, -1, |it, _, _| Err(it.refused("`YAML.safe_load_file`"))),
    ],
)];

/// `value.to_yaml`.
pub(super) fn to_yaml(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    write(it, this)
}

fn load(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let text = it.string(args.at(0))?;
    let host = it.host;
    match host.call_function("parseyaml", &[crate::value::Value::Str(text)], None) {
        Ok(value) => Ok(it.import(&value)),
        Err(found) => Err(Box::new(crate::ruby::object::Flow::Fatal(found))),
    }
}

fn write(it: &mut Interp<'_>, value: &Rv) -> R {
    let mut made = Str::new("---");
    match value {
        Rv::Array(items) if items.len() > 0 => {
            made.push_str("\n");
            sequence(it, &items.to_vec(), 0, &mut made)?;
        }
        Rv::Hash(hash) if hash.len() > 0 => {
            made.push_str("\n");
            mapping(it, &hash.pairs(), (0, false), &mut made)?;
        }
        scalar => {
            made.push_str(" ");
            inline(it, scalar, 0, &mut made)?;
        }
    }
    it.charge(made.len())?;
    Ok(Rv::str(made))
}

fn blanks(count: usize) -> String {
    " ".repeat(count)
}

fn sequence(it: &mut Interp<'_>, items: &[Rv], indent: usize, made: &mut Str) -> R<()> {
    for item in items {
        it.step()?;
        made.push_str(&blanks(indent));
        made.push_str("-");
        match item {
            Rv::Array(inner) if inner.len() > 0 => {
                made.push_str(" ");
                let inner = inner.to_vec();
                it.nested(|it| nested_sequence(it, &inner, indent + 2, made))?;
            }
            Rv::Hash(inner) if inner.len() > 0 => {
                made.push_str(" ");
                let pairs = inner.pairs();
                it.nested(|it| mapping(it, &pairs, (indent + 2, true), made))?;
            }
            scalar => {
                made.push_str(" ");
                inline(it, scalar, indent, made)?;
            }
        }
    }
    Ok(())
}

/// A sequence whose first `-` stands on the line of the outer one.
fn nested_sequence(it: &mut Interp<'_>, items: &[Rv], indent: usize, made: &mut Str) -> R<()> {
    let mut inner = Str::default();
    sequence(it, items, indent, &mut inner)?;
    made.push(&inner.slice(indent..inner.len()));
    Ok(())
}

fn mapping(it: &mut Interp<'_>, pairs: &[(Rv, Rv)], (indent, started): (usize, bool), made: &mut Str) -> R<()> {
    for (index, (key, value)) in pairs.iter().enumerate() {
        it.step()?;
        if index > 0 || !started {
            made.push_str(&blanks(indent));
        }
        key_into(it, key, indent, made)?;
        made.push_str(":");
        match value {
            Rv::Array(inner) if inner.len() > 0 => {
                made.push_str("\n");
                let inner = inner.to_vec();
                it.nested(|it| sequence(it, &inner, indent, made))?;
            }
            Rv::Hash(inner) if inner.len() > 0 => {
                made.push_str("\n");
                let inner = inner.pairs();
                it.nested(|it| mapping(it, &inner, (indent + 2, false), made))?;
            }
            Rv::Nil => made.push_str("\n"),
            scalar => {
                made.push_str(" ");
                inline(it, scalar, indent, made)?;
            }
        }
    }
    Ok(())
}

fn key_into(it: &mut Interp<'_>, key: &Rv, indent: usize, made: &mut Str) -> R<()> {
    match key {
        Rv::Array(_) | Rv::Hash(_) => Err(it.unsupported_method("`to_yaml` with a collection as a key")),
        Rv::Nil => {
            made.push_str("''");
            Ok(())
        }
        Rv::Str(text) if text.text.borrow().contains('\n') => {
            made.push(&super::show::inspect_str(&text.text.borrow()));
            Ok(())
        }
        other => {
            let mut line = Str::default();
            inline(it, other, indent, &mut line)?;
            made.push(&line.slice(0..line.len().saturating_sub(1)));
            Ok(())
        }
    }
}

/// A scalar, or an empty collection, and the end of its line.
fn inline(it: &mut Interp<'_>, value: &Rv, indent: usize, made: &mut Str) -> R<()> {
    match value {
        Rv::Nil => made.push_str(""),
        Rv::Bool(_) | Rv::Int(_) => made.push(&it.to_s(value)?),
        Rv::Float(number) if number.is_infinite() => made.push_str(if *number > 0.0 { ".inf" } else { "-.inf" }),
        Rv::Float(number) if number.is_nan() => made.push_str(".nan"),
        Rv::Float(number) => made.push_str(&super::show::float(*number)),
        Rv::Sym(name) => {
            let text = Str::new(name.clone());
            let plain = style(&text) == Style::Plain;
            made.push_str(":");
            if plain { made.push(&text) } else { made.push(&double(&text)) }
        }
        Rv::Array(_) => made.push_str("[]"),
        Rv::Hash(_) => made.push_str("{}"),
        Rv::Str(text) => {
            let text = text.text.borrow().clone();
            match style(&text) {
                Style::Plain => folded(&text, indent, made),
                Style::Single => {
                    made.push_str("'");
                    folded(&Str::with_labels(text.replace('\'', "''"), relabelled(&text)), indent, made);
                    made.push_str("'");
                }
                Style::Double => made.push(&double(&text)),
                Style::Literal => {
                    literal(&text, indent, made);
                    return Ok(());
                }
            }
        }
        other => return Err(it.unsupported_method(&format!("`to_yaml` of {}", it.class_name(other)))),
    }
    made.push_str("\n");
    Ok(())
}

/// The labels of a text whose quotes may have been doubled: the whole, where there are any.
fn relabelled(text: &Str) -> crate::value::Labels {
    let doubled = text.replace('\'', "''").len();
    match text.labels().and_then(|labels| labels.ranges().first()) {
        None => crate::value::Labels::default(),
        Some(_) if doubled == text.len() => text.labels().cloned().unwrap_or_default(),
        Some(first) => crate::value::Labels::whole(doubled, first.secret.clone()),
    }
}

/// Text with its line breaks: Psych folds plain and quoted text at 80 columns.
fn folded(text: &Str, indent: usize, made: &mut Str) {
    let column = made.as_str().rsplit('\n').next().map_or(0, |line| line.chars().count());
    let mut width = column;
    let mut from = 0;
    let bytes = text.as_str().as_bytes();
    for (at, letter) in text.char_indices() {
        let breaks = letter == ' '
            && width > 80
            && at > 0
            && at + 1 < text.len()
            && bytes.get(at + 1) != Some(&b' ')
            && bytes.get(at.wrapping_sub(1)) != Some(&b' ');
        if breaks {
            made.push(&text.slice(from..at));
            made.push_str("\n");
            made.push_str(&blanks(indent + 2));
            from = at + 1;
            width = indent + 2;
        } else {
            width += 1;
        }
    }
    made.push(&text.slice(from..text.len()));
}

fn literal(text: &Str, indent: usize, made: &mut Str) {
    made.push_str("|");
    if text.starts_with([' ', '\n']) {
        made.push_str("2");
    }
    let trailing = text.len() - text.trim_end_matches('\n').len();
    made.push_str(match trailing {
        0 => "-",
        1 => "",
        _ => "+",
    });
    made.push_str("\n");
    let mut from = 0;
    while from < text.len() {
        let rest = text.get(from..).unwrap_or_default();
        let end = rest.find('\n').map_or(text.len(), |at| from + at);
        if end > from {
            made.push_str(&blanks(indent + 2));
            made.push(&text.slice(from..end));
        }
        made.push_str("\n");
        from = end + 1;
    }
}

/// How a text is written.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// Psych's choice: quotes where the text would be read as something else.
fn style(text: &str) -> Style {
    if text.is_empty() {
        return Style::Single;
    }
    let control = text.chars().any(|letter| (letter as u32) < 0x20 && !matches!(letter, '\n' | '\t') || letter == '\u{7f}' || letter == '\u{feff}');
    if control {
        return Style::Double;
    }
    if text.contains('\n') {
        let blank_before_break = text.contains(" \n") || text.ends_with(' ') || text.starts_with(' ') && text.trim().is_empty();
        return if blank_before_break && text.trim_matches([' ', '\n']).is_empty() { Style::Double } else { Style::Literal };
    }
    if matches!(text, "y" | "Y" | "n" | "N") {
        return Style::Single;
    }
    if text == "<<" {
        return Style::Single;
    }
    if looks_like_other(text) {
        return Style::Single;
    }
    if text.starts_with(':') && text.len() > 1 {
        return Style::Double;
    }
    if can_be_plain(text) { Style::Plain } else { Style::Single }
}

fn can_be_plain(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let second = text.chars().nth(1);
    if "#,[]{}&*!|>'\"%@`".contains(first) || text.starts_with("---") || text.starts_with("...") {
        return false;
    }
    if "-?:".contains(first) && second.is_none_or(|next| next == ' ') {
        return false;
    }
    if text.starts_with(' ') || text.ends_with(' ') || text.starts_with('\t') || text.contains('\t') {
        return false;
    }
    !(text.contains(": ") || text.ends_with(':') || text.contains(" #"))
}

/// Whether the text would be read as a number, a boolean, null or a date.
fn looks_like_other(text: &str) -> bool {
    let lower = text.to_lowercase();
    if matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "~") {
        return text == lower || text == lower.to_uppercase() || text == super::string_change::capitalize(&lower);
    }
    if matches!(lower.as_str(), ".nan" | ".inf" | "-.inf" | "+.inf") {
        return true;
    }
    is_number(text) || is_date(text) || is_sexagesimal(text)
}

fn is_number(text: &str) -> bool {
    let body = text.trim_start_matches(['-', '+']);
    if text.len() - body.len() > 1 || body.is_empty() {
        return false;
    }
    let hex = body.strip_prefix("0x").or_else(|| body.strip_prefix("0b"));
    if let Some(digits) = hex {
        return !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_hexdigit() || digit == '_');
    }
    if !body.starts_with(|first: char| first.is_ascii_digit() || first == '.') || body == "." {
        return false;
    }
    let plain: String = body.chars().filter(|digit| !matches!(digit, '_' | ',')).collect();
    if plain.chars().all(|digit| digit.is_ascii_digit()) && !plain.is_empty() {
        let octal = plain.len() > 1 && plain.starts_with('0');
        return !(octal && plain.contains(['8', '9']));
    }
    let shaped = plain.chars().all(|digit| digit.is_ascii_digit() || matches!(digit, '.' | 'e' | 'E' | '+' | '-'));
    shaped && plain.contains(|digit: char| digit.is_ascii_digit()) && plain.parse::<f64>().is_ok()
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split([' ', 'T', 't']).next().unwrap_or_default().split('-').collect();
    let digits = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2))
}

fn is_sexagesimal(text: &str) -> bool {
    let body = text.trim_start_matches(['-', '+']);
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    !rest.is_empty()
        && !first.is_empty()
        && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        && rest.iter().all(|part| {
            let whole = part.split('.').next().unwrap_or_default();
            (1..=2).contains(&whole.len())
                && whole.bytes().all(|byte| byte.is_ascii_digit())
                && whole.parse::<u8>().is_ok_and(|value| value < 60)
        })
}

/// Text in double quotes with YAML's escapes.
fn double(text: &Str) -> Str {
    let mut made = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\t' => made.push_str("\\t"),
            '\r' => made.push_str("\\r"),
            '\u{1b}' => made.push_str("\\e"),
            '\u{7}' => made.push_str("\\a"),
            '\u{8}' => made.push_str("\\b"),
            '\0' => made.push_str("\\0"),
            other if (other as u32) < 0x20 || other == '\u{7f}' => made.push_str(&format!("\\x{:02X}", other as u32)),
            other => made.push(other),
        }
    }
    made.push('"');
    match text.labels().and_then(|labels| labels.ranges().first()) {
        Some(found) => Str::secret(made, found.secret.clone()),
        None => Str::new(made),
    }
}
