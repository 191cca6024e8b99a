//! Types of options, read from their descriptions.
//!
//! NixOS says a type in words (`null or (list of string)`); the words are made from the types and are read back here.
//! What is not understood accepts everything and is counted.

use super::{Fit, Form};
use ecow::EcoString;

/// What a string must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrRule {
    /// Anything.
    Any,
    /// Not only white space.
    Filled,
    /// One line, whose end may be there where the flag says so.
    Line(bool),
    /// Without line ends and colons.
    Field,
    /// What a POSIX regular expression matches as a whole.
    Matching(EcoString),
}

/// A value that an enumeration has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are Nix's own")]
pub enum Literal {
    Str(EcoString),
    Int(i64),
    Bool(bool),
    Null,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are NixOS's own")]
pub enum OptionType {
    /// Takes everything.
    Any,
    /// Said in words that are not understood: takes everything, and that is counted.
    Unknown,
    Null,
    Bool,
    Float,
    Path,
    Package,
    Function,
    /// Options of its own, which the tree has below it.
    Submodule,
    /// A set of whatever.
    Set,
    Str(StrRule),
    /// Texts that are put together with this between them.
    Lines(EcoString),
    Int {
        min: Option<i64>,
        max: Option<i64>,
    },
    Enum(Vec<Literal>),
    List {
        of: Box<Self>,
        filled: bool,
    },
    /// A set with names of a user's choice.
    Attrs(Box<Self>),
    Either(Vec<Self>),
}

impl OptionType {
    /// Reads a description.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = inner(text.trim());
        if let Some(known) = phrase(text) {
            return known;
        }
        let parts = alternatives(text);
        if parts.len() > 1 {
            return Self::Either(parts.into_iter().map(Self::parse).collect());
        }
        composed(text).unwrap_or(Self::Unknown)
    }

    /// Returns the type of what is below a name in a value of this type; `None` where there can be nothing.
    #[must_use]
    pub fn below(&self) -> Option<&Self> {
        match self {
            Self::Any | Self::Unknown => Some(self),
            Self::Set => Some(&Self::Any),
            Self::Attrs(of) => Some(of),
            Self::Either(types) => types.iter().find_map(Self::below),
            Self::Null
            | Self::Bool
            | Self::Float
            | Self::Path
            | Self::Package
            | Self::Function
            | Self::Submodule
            | Self::Str(_)
            | Self::Lines(_)
            | Self::Int { .. }
            | Self::Enum(_)
            | Self::List { .. } => None,
        }
    }

    /// Tells whether it is a set of options of its own, or may be one.
    #[must_use]
    pub fn is_submodule(&self) -> bool {
        let inside = |it: &Self| matches!(it, Self::Either(types) if types.iter().any(Self::is_submodule));
        *self == Self::Submodule || inside(self)
    }

    /// Tells whether and how surely a value fits. Sets of options are looked into by [`super::check`].
    #[must_use]
    pub fn fits(&self, value: &Form<'_>) -> Fit {
        match (self, value) {
            (Self::Any, _) => Fit::Yes,
            (Self::Unknown, _) | (_, Form::Unknown) => Fit::Unsure,
            (Self::Either(types), _) => types.iter().map(|it| it.fits(value)).max().unwrap_or(Fit::No),
            (Self::Null, Form::Null)
            | (Self::Bool, Form::Bool(_))
            | (Self::Float, Form::Float)
            | (Self::Path, Form::Path | Form::Package)
            | (Self::Package, Form::Package)
            | (Self::Set, Form::Attrs(_))
            | (Self::Lines(_), Form::Str(_) | Form::Text) => Fit::Yes,
            // a module may be a function or a file too
            (Self::Submodule, Form::Attrs(_) | Form::Path) => Fit::Yes,
            // a string may be a path in the store once it is evaluated
            (Self::Path | Self::Package, Form::Text) => Fit::Unsure,
            (Self::Path, Form::Str(text)) => Fit::when(text.starts_with('/')),
            (Self::Package, Form::Str(text)) => Fit::when(text.starts_with("/nix/store/")),
            (Self::Package, Form::Path) => Fit::Unsure,
            (Self::Str(rule), Form::Str(text)) => rule.fits(text),
            (Self::Str(StrRule::Any), Form::Text) => Fit::Yes,
            (Self::Str(_), Form::Text) => Fit::Unsure,
            (Self::Int { min, max }, Form::Int(number)) => {
                Fit::when(min.is_none_or(|min| min <= *number) && max.is_none_or(|max| *number <= max))
            }
            (Self::Enum(values), _) => one_of(values, value),
            (Self::List { of, filled }, Form::List(items)) => {
                let all = items.iter().map(|item| of.fits(item)).min().unwrap_or(Fit::Yes);
                if *filled && items.is_empty() { Fit::No } else { all }
            }
            (Self::Attrs(of), Form::Attrs(entries)) => {
                entries.iter().map(|(_, entry)| of.fits(entry)).min().unwrap_or(Fit::Yes)
            }
            _ => Fit::No,
        }
    }
}

fn one_of(values: &[Literal], value: &Form<'_>) -> Fit {
    let same = |literal: &Literal| match (literal, value) {
        (Literal::Str(it), Form::Str(text)) => it == text,
        (Literal::Int(it), Form::Int(number)) => it == number,
        (Literal::Bool(it), Form::Bool(other)) => it == other,
        (Literal::Null, Form::Null) => true,
        (Literal::Str(_) | Literal::Int(_) | Literal::Bool(_) | Literal::Null, _) => false,
    };
    if *value == Form::Text && values.iter().any(|it| matches!(it, Literal::Str(_))) {
        return Fit::Unsure;
    }
    Fit::when(values.iter().any(same))
}

impl StrRule {
    fn fits(&self, text: &str) -> Fit {
        match self {
            Self::Any => Fit::Yes,
            Self::Filled => Fit::when(!text.trim().is_empty()),
            Self::Line(end) => {
                let body = if *end { text.strip_suffix('\n').unwrap_or(text) } else { text };
                Fit::when(!body.contains('\n'))
            }
            Self::Field => Fit::when(!text.contains(['\n', ':'])),
            Self::Matching(pattern) => matches(pattern, text),
        }
    }
}

/// As `builtins.match`: the whole text, in POSIX's extended syntax.
fn matches(pattern: &str, text: &str) -> Fit {
    let whole = format!("^({pattern})$");
    let options = onig::RegexOptions::REGEX_OPTION_SINGLELINE;
    match onig::Regex::with_options(&whole, options, onig::Syntax::posix_extended()) {
        Ok(regex) => Fit::when(regex.is_match(text)),
        Err(_) => Fit::Unsure,
    }
}

/// Takes off parentheses around the whole.
fn inner(text: &str) -> &str {
    let Some(within) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    let mut depth = 0_i32;
    for letter in within.chars() {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return text;
        }
    }
    if depth == 0 { inner(within.trim()) } else { text }
}

/// Types that are said in one phrase.
fn phrase(text: &str) -> Option<OptionType> {
    let int = |min, max| OptionType::Int { min, max };
    let string = |rule| OptionType::Str(rule);
    let number = |min| OptionType::Either(vec![int(min, None), OptionType::Float]);
    Some(match text {
        "null" => OptionType::Null,
        "boolean" | "boolean (merged using or)" => OptionType::Bool,
        "string" | "file mode string" => string(StrRule::Any),
        "non-empty string" => string(StrRule::Filled),
        "single-line string" => string(StrRule::Line(false)),
        "(optionally newline-terminated) single-line string" => string(StrRule::Line(true)),
        "string, not containing newlines or colons" => string(StrRule::Field),
        "path" | "absolute path" | "path in the Nix store" | "path, not containing newlines or colons" => {
            OptionType::Path
        }
        "package" | "package with provided sessions" => OptionType::Package,
        "signed integer" => int(None, None),
        "unsigned integer, meaning >=0" => int(Some(0), None),
        "positive integer, meaning >0" => int(Some(1), None),
        "floating point number" => OptionType::Float,
        "integer or floating point number" => number(None),
        "nonnegative integer or floating point number, meaning >=0" => number(Some(0)),
        "submodule" => OptionType::Submodule,
        "attribute set" | "settings option" => OptionType::Set,
        "anything" | "unspecified value" | "unspecified" | "raw value" | "type" => OptionType::Any,
        "JSON value" | "YAML value" | "TOML value" | "HOCON value" | "PHP value" => OptionType::Any,
        "atom (null, bool, int, float or string)" | "INI atom (null, bool, int, float or string)" => atom(),
        "systemd option" => {
            let list = OptionType::List { of: Box::new(atom()), filled: false };
            OptionType::Either(vec![atom(), OptionType::Path, OptionType::Package, list])
        }
        _ => return None,
    })
}

fn atom() -> OptionType {
    OptionType::Either(vec![
        OptionType::Null,
        OptionType::Bool,
        OptionType::Int { min: None, max: None },
        OptionType::Float,
        OptionType::Str(StrRule::Any),
    ])
}

/// Types that are made of others, or have numbers and texts in their description.
fn composed(text: &str) -> Option<OptionType> {
    let rest = |prefix: &str| text.strip_prefix(prefix);
    if let Some(of) = rest("attribute set of ").or_else(|| rest("lazy attribute set of ")) {
        return Some(OptionType::Attrs(Box::new(OptionType::parse(of))));
    }
    if let Some(of) = rest("list of ") {
        return Some(OptionType::List { of: Box::new(OptionType::parse(of)), filled: false });
    }
    if let Some(list) = rest("non-empty ") {
        let OptionType::List { of, .. } = OptionType::parse(list) else { return None };
        return Some(OptionType::List { of, filled: true });
    }
    if let Some(values) = rest("one of ") {
        return literals(values).map(OptionType::Enum);
    }
    if let Some(value) = rest("value ").and_then(|rest| rest.strip_suffix(" (singular enum)")) {
        return literals(value).map(OptionType::Enum);
    }
    if let Some(pattern) = rest("string matching the pattern ") {
        return Some(OptionType::Str(StrRule::Matching(pattern.into())));
    }
    if let Some(between) = rest("strings concatenated with ") {
        let between = between.trim_matches('"').replace("\\n", "\n");
        return Some(OptionType::Lines(between.into()));
    }
    if rest("function that evaluates to ").is_some() {
        return Some(OptionType::Function);
    }
    if let Some(section) = rest("section of an INI file (attrs of ") {
        let of = section.strip_suffix(')')?;
        return Some(OptionType::Attrs(Box::new(OptionType::parse(of))));
    }
    if let Some(of) = rest("open submodule of ") {
        return Some(OptionType::parse(of));
    }
    checked(text).or_else(|| range(text))
}

/// `string (with check: non-empty)`.
fn checked(text: &str) -> Option<OptionType> {
    let (of, check) = text.strip_suffix(')')?.split_once(" (with check: ")?;
    match (OptionType::parse(of), check) {
        (OptionType::Str(_), "non-empty" | "non-empty without trailing slash") => {
            Some(OptionType::Str(StrRule::Filled))
        }
        (other, _) => Some(other),
    }
}

/// `16 bit unsigned integer; between 0 and 65535 (both inclusive)`, `integer between 1 and 9 (both inclusive)`.
fn range(text: &str) -> Option<OptionType> {
    let (what, numbers) = text.strip_suffix(" (both inclusive)")?.split_once("between ")?;
    let (min, max) = numbers.split_once(" and ")?;
    let whole = OptionType::Int { min: min.parse().ok(), max: max.parse().ok() };
    if what.contains("floating point number") {
        // the bounds of a fraction are left to the evaluation
        return Some(OptionType::Either(vec![whole, OptionType::Float]));
    }
    (what.ends_with("integer ") || what.ends_with("integer; ")).then_some(whole)
}

/// `"a", "b", 3, true`.
fn literals(text: &str) -> Option<Vec<Literal>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (value, after) = quoted
                    .split_once("\", ")
                    .or_else(|| quoted.strip_suffix('"').map(|value| (value, "")))?;
                (Literal::Str(value.into()), after)
            }
            None => {
                let (value, after) = rest.split_once(", ").unwrap_or((rest, ""));
                (literal(value)?, after)
            }
        };
        found.push(value);
        rest = after.trim_start();
    }
    Some(found)
}

fn literal(text: &str) -> Option<Literal> {
    match text {
        "true" => Some(Literal::Bool(true)),
        "false" => Some(Literal::Bool(false)),
        "<null>" | "null" => Some(Literal::Null),
        _ => text.parse().ok().map(Literal::Int),
    }
}

/// Phrases with the word in them that separates alternatives elsewhere.
const PROTECTED: [&str; 4] = [
    "newlines or colons",
    "integer or floating point number",
    "starting with / or ~/",
    "IPv4 or IPv6 address",
];

/// Splits at ` or ` where that is not in parentheses, quotes, a pattern or one of our phrases.
fn alternatives(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    let (mut depth, mut quoted) = (0_usize, false);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let begins = text.get(start..).unwrap_or_default();
        // a pattern goes on to the end
        if begins.starts_with("string matching the pattern ")
            || begins.starts_with("list of string matching the ")
        {
            break;
        }
        if depth == 0 && !quoted {
            if let Some(phrase) = PROTECTED.iter().find(|phrase| rest.starts_with(**phrase)) {
                at += phrase.len();
                continue;
            }
            if rest.starts_with(" or ") {
                parts.push(part(text, start, at));
                at += " or ".len();
                start = at;
                continue;
            }
        }
        let letter = rest.chars().next().unwrap_or_default();
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += letter.len_utf8();
    }
    parts.push(part(text, start, text.len()));
    parts
}

fn part(text: &str, start: usize, end: usize) -> &str {
    let part = text.get(start..end).unwrap_or_default().trim();
    let part = part.strip_suffix(" convertible to it").unwrap_or(part);
    part.trim_end_matches(',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::OptionTable;

    fn fits(kind: &str, value: &Form<'_>) -> Fit {
        OptionType::parse(kind).fits(value)
    }

    #[test]
    fn values_fit_their_types_and_no_others() {
        let strings = Form::List(vec![Form::Str("a"), Form::Text]);
        let port = "16 bit unsigned integer; between 0 and 65535 (both inclusive)";
        let unit = "list of string matching the pattern [a-zA-Z0-9@%:_.\\-]+[.](service|socket|timer)";
        for (kind, value) in [
            ("null or (list of string)", strings.clone()),
            ("null or (list of string)", Form::Null),
            (port, Form::Int(65_535)),
            ("one of \"yes\", \"no\", 3", Form::Str("no")),
            ("one of \"yes\", \"no\", 3", Form::Int(3)),
            ("null or one of \"a or b\", \"c\"", Form::Str("a or b")),
            (unit, Form::List(vec![Form::Str("a-b@c.service")])),
            ("string, not containing newlines or colons", Form::Str("a b")),
            ("positive integer, meaning >0, or value \"auto\" (singular enum)", Form::Str("auto")),
            ("attribute set of (string or (list of string))", Form::Attrs(vec![("x", strings.clone())])),
            ("(list of path) or path convertible to it", Form::Str("/a")),
            ("strings concatenated with \"\\n\"", Form::Text),
            ("non-empty (list of string)", strings.clone()),
            ("null or package or (path, not containing newlines or colons)", Form::Package),
            ("attribute set of (systemd option)", Form::Attrs(vec![("Exec", strings.clone())])),
            ("JSON value", Form::Attrs(vec![("x", Form::Int(1))])),
        ] {
            assert_eq!(fits(kind, &value), Fit::Yes, "{kind}: {value:?}");
        }
        for (kind, value) in [
            ("null or (list of string)", Form::List(vec![Form::Int(1)])),
            (port, Form::Int(65_536)),
            (port, Form::Str("80")),
            ("one of \"yes\", \"no\"", Form::Str("maybe")),
            (unit, Form::List(vec![Form::Str("a")])),
            ("string, not containing newlines or colons", Form::Str("a:b")),
            ("string", Form::Package),
            ("string", Form::Int(1)),
            ("path", Form::Str("a")),
            ("boolean", Form::Str("true")),
            ("non-empty (list of string)", Form::List(vec![])),
            ("unsigned integer, meaning >=0", Form::Int(-1)),
            ("null or package or (path, not containing newlines or colons)", Form::Str("zsh")),
        ] {
            assert_eq!(fits(kind, &value), Fit::No, "{kind}: {value:?}");
        }
        assert_eq!(fits("a kind of its own", &Form::Null), Fit::Unsure);
        assert_eq!(fits("string matching the pattern a+", &Form::Text), Fit::Unsure);
    }

    #[test]
    fn nearly_all_types_of_the_shipped_table_are_understood() {
        fn unknown(kind: &OptionType) -> bool {
            if let OptionType::List { of, .. } | OptionType::Attrs(of) = kind {
                return unknown(of);
            }
            let either = matches!(kind, OptionType::Either(types) if types.iter().any(unknown));
            either || matches!(kind, OptionType::Unknown)
        }
        let table = OptionTable::shipped();
        let rows = table.rows();
        let not: Vec<_> = rows.iter().filter(|(_, option)| unknown(table.type_of(option))).collect();
        let mut texts: Vec<_> = not.iter().map(|(_, option)| table.type_text(option)).collect();
        texts.sort_unstable();
        texts.dedup();
        assert!(not.len() * 100 < rows.len(), "{} of {}: {texts:#?}", not.len(), rows.len());
    }
}
