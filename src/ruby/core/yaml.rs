//! YAML as Psych writes it; reading goes through the Puppet side's own reader.

use super::{Args, Row, carry, row};
use crate::{
    ruby::{
        interp::Interp,
        object::{R, Rv},
    },
    value::Str,
};
use std::sync::LazyLock;

/// The methods of `YAML`.
pub(super) static STATICS: &[(&str, &[Row])] = &[(
    "YAML",
    &[
        carry("dump", 1, -1, |it, _, args| write(it, args.at(0))),
        row("load", 1, -1, load),
        row("safe_load", 1, -1, load),
        row("unsafe_load", 1, -1, load),
        row("load_file", 1, -1, |it, this, args| {
            let text = super::files::read(it, "YAML.load_file", args)?;
            load(it, this, &Args::of(vec![text]))
        }),
        row("safe_load_file", 1, -1, |it, this, args| {
            let text = super::files::read(it, "YAML.safe_load_file", args)?;
            load(it, this, &Args::of(vec![text]))
        }),
    ],
)];

/// `value.to_yaml`.
pub(super) fn to_yaml(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    write(it, this)
}

fn load(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let text = it.string(args.at(0))?;
    let host = it.host;
    match host.parse_yaml(&text) {
        Ok(value) => Ok(it.import(&value)),
        Err(found) => Err(Box::new(crate::ruby::object::Flow::Fatal(found))),
    }
}

fn write(it: &mut Interp<'_>, value: &Rv) -> R {
    let mut made = Str::new("---");
    match value {
        Rv::Nil => made.push_str("\n"),
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
            Rv::Nil => made.push_str("\n"),
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

fn mapping(
    it: &mut Interp<'_>,
    pairs: &[(Rv, Rv)],
    (indent, started): (usize, bool),
    made: &mut Str,
) -> R<()> {
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
            made.push_str("! ''");
            Ok(())
        }
        Rv::Str(text) if text.text.borrow().contains('\n') || text.text.borrow().chars().count() > 120 => {
            Err(it.unsupported_method("`to_yaml` with a key of several lines"))
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
        Rv::Float(number) if number.is_infinite() => {
            made.push_str(if *number > 0.0 { ".inf" } else { "-.inf" })
        }
        Rv::Float(number) if number.is_nan() => made.push_str(".nan"),
        Rv::Float(number) => made.push_str(&super::show::float(*number)),
        Rv::Sym(name) => {
            let text = Str::new(format!(":{name}"));
            let plain = Text::of(&text).plain;
            if plain { made.push(&text) } else { single(&text, indent, made) }
        }
        Rv::Array(_) => made.push_str("[]"),
        Rv::Hash(_) => made.push_str("{}"),
        Rv::Str(text) => {
            let text = text.text.borrow().clone();
            match style(&text) {
                Style::Plain => folded(&text, indent, made),
                Style::Tagged => made.push_str("!!str '<<'"),
                Style::Single => single(&text, indent, made),
                Style::Double => double(&text, indent, made),
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

/// How a text is written.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Tagged,
}

/// What libyaml's emitter finds about a text: which styles can hold it.
struct Text {
    plain: bool,
    single: bool,
    block: bool,
}

impl Text {
    /// The rules of `yaml_emitter_analyze_scalar`.
    fn of(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let blank =
            |at: usize| letters.get(at).is_none_or(|letter| matches!(letter, ' ' | '\t' | '\n' | '\0'));
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut special, mut breaks, mut break_space, mut space_break) = (false, false, false, false);
        for (at, letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
            let first = at == 0;
            indicators |= match letter {
                '#' => first || matches!(before, Some(' ' | '\t' | '\n')),
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                    first
                }
                '?' | '-' => first && blank(at + 1),
                ':' => blank(at + 1),
                _ => false,
            };
            special |= !printable(*letter);
            breaks |= *letter == '\n';
            break_space |= *letter == ' ' && before == Some('\n');
            space_break |= *letter == '\n' && before == Some(' ');
        }
        let edge = |letter: Option<&char>| matches!(letter, Some(' ' | '\n'));
        let edges = edge(letters.first()) || edge(letters.last());
        let spoiled = space_break || special;
        Self {
            plain: !(indicators || edges || breaks || break_space || spoiled),
            single: !(break_space || spoiled),
            block: !(spoiled || letters.last() == Some(&' ')),
        }
    }
}

/// libyaml's notion of a printable character.
fn printable(letter: char) -> bool {
    matches!(letter, '\n' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && letter != '\u{feff}'
}

/// Psych's own patterns, by which it knows what a plain text would be read as.
struct Patterns {
    word: onig::Regex,
    others: Vec<onig::Regex>,
    unquoted: onig::Regex,
    octal: onig::Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let compile = |source: &str| onig::Regex::new(source).ok();
    let others = [
        r"^-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$",
        r"^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$",
        r"^(?i:[-+]?\.inf)$",
        r"^(?i:\.nan)$",
        r"^:.",
        r"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2}(\.[0-9_]*)?$",
        r"^(?:[-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][-+][0-9]+)?)$",
        r"^(?:[-+]?0b[0-1_,]+|[-+]?0[0-7_,]+|[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)|[-+]?0x[0-9a-fA-F_,]+)$",
    ];
    Some(Patterns {
        word: compile(r"^[^\d.:-]?[[:alpha:]_\s!@#$%\^&*(){}<>|/\\~;=]+")?,
        others: others.iter().filter_map(|source| compile(source)).collect(),
        unquoted: compile(r#"^[^[:word:]][^"]*$"#)?,
        octal: compile(r"\A0[0-7]*[89]")?,
    })
});

/// Whether Psych would read a plain text as something else than a string.
fn reads_as_other(patterns: &Patterns, text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    if patterns.word.find(text).is_some() || text.contains('\n') {
        let lower = text.to_lowercase();
        return matches!(lower.as_str(), "~" | "null" | "yes" | "true" | "on" | "no" | "false" | "off");
    }
    if matches!(text, "." | "+." | "-.") {
        return false;
    }
    patterns.others.iter().any(|pattern| pattern.find(text).is_some())
}

/// Psych's choice (`visit_String`), then what libyaml makes of it.
fn style(text: &str) -> Style {
    let found = Text::of(text);
    let wanted = wanted_style(text);
    match wanted {
        Style::Plain if found.plain => Style::Plain,
        Style::Plain | Style::Single if found.single => Style::Single,
        Style::Literal if found.block => Style::Literal,
        Style::Tagged => Style::Tagged,
        Style::Plain | Style::Single | Style::Double | Style::Literal => Style::Double,
    }
}

fn wanted_style(text: &str) -> Style {
    let Some(patterns) = PATTERNS.as_ref() else { return Style::Double };
    let inner = text.strip_suffix('\n').unwrap_or(text);
    if inner.trim_end_matches('\n').contains('\n') || inner.ends_with("\n\n") || inner.len() + 1 < text.len()
    {
        return Style::Literal;
    }
    if text == "<<" {
        return Style::Tagged;
    }
    if matches!(text, "y" | "n") || patterns.unquoted.find(text).is_some() {
        return Style::Double;
    }
    if reads_as_other(patterns, text) || patterns.octal.find(text).is_some() {
        return Style::Single;
    }
    Style::Plain
}

/// The columns a line may take before it is folded.
const WIDTH: usize = 80;

fn column(made: &Str) -> usize {
    made.as_str().rsplit('\n').next().map_or(0, |line| line.chars().count())
}

/// Plain text, folded at blanks behind the last column.
fn folded(text: &Str, indent: usize, made: &mut Str) {
    let mut width = column(made);
    let mut from = 0;
    let bytes = text.as_str().as_bytes();
    for (at, letter) in text.char_indices() {
        let alone = bytes.get(at + 1) != Some(&b' ') && bytes.get(at.wrapping_sub(1)) != Some(&b' ');
        if letter == ' ' && width > WIDTH && at > 0 && at + 1 < text.len() && alone {
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

/// Text in single quotes; the line break it may end in takes two lines.
fn single(text: &Str, indent: usize, made: &mut Str) {
    made.push_str("'");
    let body = text.strip_suffix('\n').map_or(text.len(), str::len);
    let mut doubled = Str::default();
    let mut from = 0;
    for (at, _) in text.slice(0..body).match_indices('\'') {
        doubled.push(&text.slice(from..at + 1));
        doubled.push_str("'");
        from = at + 1;
    }
    doubled.push(&text.slice(from..body));
    folded(&doubled, indent, made);
    if body < text.len() {
        made.push_str("\n\n");
        made.push_str(&blanks(indent + 2));
    }
    made.push_str("'");
}

fn literal(text: &Str, indent: usize, made: &mut Str) {
    made.push_str("|");
    if text.starts_with([' ', '\n']) {
        made.push_str("2");
    }
    let trailing = text.len() - text.trim_end_matches('\n').len();
    made.push_str(match trailing {
        0 => "-",
        1 if text.len() > 1 => "",
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

/// Text in double quotes with YAML's escapes, folded behind the last column.
fn double(text: &Str, indent: usize, made: &mut Str) {
    made.push_str("\"");
    let mut width = column(made);
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let last = at + letter.len_utf8() == text.len();
        if letter == ' ' && before != ' ' && width > WIDTH && at > 0 && !last {
            made.push_str("\n");
            made.push_str(&blanks(indent + 2));
            if text.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')) {
                made.push_str("\\");
            }
            width = indent + 2;
            before = letter;
            continue;
        }
        before = letter;
        let piece = text.slice(at..at + letter.len_utf8());
        let escaped = escape(letter);
        width += escaped.chars().count();
        match piece.labels().and_then(|labels| labels.ranges().first()) {
            Some(found) => made.push(&Str::secret(escaped, found.secret.clone())),
            None => made.push_str(&escaped),
        }
    }
    made.push_str("\"");
}

fn escape(letter: char) -> String {
    match letter {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\t' => "\\t".into(),
        '\r' => "\\r".into(),
        '\u{1b}' => "\\e".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\0' => "\\0".into(),
        other if printable(other) => other.to_string(),
        other => match other as u32 {
            code @ 0..=0xff => format!("\\x{code:02X}"),
            code @ 0x100..=0xffff => format!("\\u{code:04X}"),
            code => format!("\\U{code:08X}"),
        },
    }
}
