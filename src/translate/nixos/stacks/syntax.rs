//! The syntaxes of settings files, read into options: sections, pairs, JSON, TOML, YAML.
//!
//! In: a text. Out: [`Settings`], or `None` where the text has something that the options cannot say.

use crate::translate::nixos::expr::Expr;
use ecow::{EcoString, eco_format};

/// An option's path as a stack names it.
pub(in crate::translate::nixos) type Path = &'static [&'static str];

/// What a text says.
#[derive(Debug, Default, PartialEq)]
pub(in crate::translate::nixos) struct Settings {
    /// Options and their values.
    pub(super) options: Vec<(Vec<EcoString>, Expr)>,
    /// Elements of options that are lists.
    pub(super) elements: Vec<(Path, Expr)>,
    /// Lines of options that are texts.
    pub(super) lines: Vec<(Path, String)>,
}

impl Settings {
    /// Adds an option below a stack's path.
    pub(super) fn set(&mut self, base: &[&str], below: &[&str], value: Expr) {
        let option = base.iter().chain(below).map(|&part| part.into()).collect();
        self.options.push((option, value));
    }

    pub(super) fn line(&mut self, option: Path, line: &str) {
        let line = format!("{line}\n");
        match self.lines.last_mut() {
            Some((known, text)) if *known == option => text.push_str(&line),
            _ => self.lines.push((option, line)),
        }
    }
}

/// The lines that say something.
pub(super) fn lines<'t>(text: &'t str, comment: &'static [char]) -> impl Iterator<Item = &'t str> {
    text.lines().map(str::trim).filter(move |line| !line.is_empty() && !line.starts_with(comment))
}

/// A value whose text is the same however it is typed: numbers and booleans in their own spelling, else a string.
pub(super) fn atom(text: &str) -> Expr {
    match (text, text.parse::<i64>()) {
        ("true", _) => Expr::Bool(true),
        ("false", _) => Expr::Bool(false),
        (_, Ok(number)) if number.to_string() == text => Expr::Int(number),
        _ => Expr::str(text),
    }
}

/// A section of an INI file with its pairs in order; a key without a value has `None`.
pub(super) type Section<'t> = (&'t str, Vec<(&'t str, Option<&'t str>)>);

/// The sections of an INI file. Lines before the first are in a section without a name.
pub(super) fn sections<'t>(text: &'t str, comment: &'static [char]) -> Option<Vec<Section<'t>>> {
    let mut sections: Vec<Section<'t>> = Vec::new();
    for line in lines(text, comment) {
        if let Some(rest) = line.strip_prefix('[') {
            sections.push((rest.strip_suffix(']')?.trim(), Vec::new()));
            continue;
        }
        let (key, value) = match line.split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim())),
            None => (line, None),
        };
        if sections.is_empty() {
            sections.push(("", Vec::new()));
        }
        sections.last_mut()?.1.push((key, value));
    }
    Some(sections)
}

/// An INI file as an option of sections; a section or key that comes twice is not for it.
pub(super) fn ini(text: &str, base: Path, comment: &'static [char]) -> Option<Settings> {
    let mut settings = Settings::default();
    for (section, pairs) in sections(text, comment)? {
        for (key, value) in pairs {
            settings.set(base, &[section, key], atom(value.filter(|_| !section.is_empty())?));
        }
    }
    unique(settings)
}

/// Refuses options that are given twice.
pub(super) fn unique(settings: Settings) -> Option<Settings> {
    let twice = |at: usize| {
        settings
            .options
            .iter()
            .take(at)
            .any(|(option, _)| settings.options.get(at).is_some_and(|it| it.0 == *option))
    };
    let any = (1..settings.options.len()).any(twice);
    (!any).then_some(settings)
}

/// Assignments of a shell, as in `/etc/default`: names and their unquoted values. Anything else is `None`.
pub(super) fn shell(text: &str) -> Option<Vec<(&str, &str)>> {
    let pair = |line| {
        let (name, value) = str::split_once(line, '=')?;
        let name = name.trim().trim_start_matches("export ").trim();
        let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let value = match quote {
            Some(quote) => value.strip_prefix(quote)?.strip_suffix(quote)?,
            None => value,
        };
        let plain = !name.contains(char::is_whitespace) && !value.contains(['$', '`', '\\', '"']);
        plain.then_some((name, value))
    };
    lines(text, &['#']).map(pair).collect()
}

/// A JSON text as an expression.
pub(super) fn json(text: &str) -> Option<Expr> {
    value(&serde_json::from_str(text).ok()?)
}

/// A TOML text as an expression; dates have none.
pub(super) fn toml(text: &str) -> Option<Expr> {
    let read: toml::Value = toml::from_str(text).ok()?;
    let dated = read.to_string().contains("datetime");
    value(&serde_json::to_value(read).ok().filter(|_| !dated)?)
}

fn value(json: &serde_json::Value) -> Option<Expr> {
    use serde_json::Value as Json;
    Some(match json {
        Json::Null => Expr::Null,
        Json::Bool(it) => Expr::Bool(*it),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Expr::Int(whole),
            None => Expr::Float(number.as_f64()?),
        },
        Json::String(text) => Expr::str(text.as_str()),
        Json::Array(items) => Expr::List(items.iter().map(value).collect::<Option<_>>()?),
        Json::Object(pairs) => {
            let pairs = pairs.iter().map(|(key, it)| Some((key.as_str().into(), value(it)?)));
            Expr::Attrs(pairs.collect::<Option<Vec<(EcoString, Expr)>>>()?)
        }
    })
}

/// The pairs of an attribute set as options below a path.
pub(super) fn spread(expr: Expr, base: Path) -> Option<Settings> {
    let Expr::Attrs(pairs) = expr else { return None };
    let mut settings = Settings::default();
    for (key, value) in pairs {
        settings.set(base, &[&key], value);
    }
    Some(settings)
}

/// Values by key, one or a list of them, in order.
pub(super) fn grouped<'t>(pairs: impl Iterator<Item = (&'t str, Expr)>) -> Vec<(EcoString, Expr)> {
    let mut found: Vec<(EcoString, Vec<Expr>)> = Vec::new();
    for (key, value) in pairs {
        match found.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value),
            None => found.push((key.into(), vec![value])),
        }
    }
    let one = |(key, mut values): (EcoString, Vec<Expr>)| match (values.len(), values.pop()) {
        (1, Some(one)) => (key, one),
        (_, last) => (key, Expr::List(values.into_iter().chain(last).collect())),
    };
    found.into_iter().map(one).collect()
}

/// A text without its comments and without lines whose first word is one of these.
pub(super) fn without(text: &str, words: &[&str]) -> String {
    let kept = lines(text, &['#']).filter(|line| {
        let first =
            line.split(|letter: char| letter.is_whitespace() || letter == '=').next().unwrap_or_default();
        !words.contains(&first)
    });
    kept.map(|line| format!("{line}\n")).collect()
}

/// A text without its comments; the lines keep their indent.
pub(super) fn bare(text: &str) -> String {
    let kept = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    kept.map(|line| eco_format!("{}\n", line.trim_end())).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_become_options_unless_a_key_comes_twice() {
        let found = ini("; x\n[a b]\nk = 1\nl=off\n", &["services", "x"], &['#', ';']).unwrap();
        let path = |parts: &[&str]| parts.iter().map(|&part| EcoString::from(part)).collect::<Vec<_>>();
        assert_eq!(
            found.options,
            [
                (path(&["services", "x", "a b", "k"]), Expr::Int(1)),
                (path(&["services", "x", "a b", "l"]), Expr::str("off")),
            ]
        );
        assert_eq!(ini("[a]\nk=1\nk=2\n", &["x"], &['#']), None);
        assert_eq!(ini("k=1\n", &["x"], &['#']), None);
        assert_eq!(ini("[a]\nalone\n", &["x"], &['#']), None);
    }

    #[test]
    fn only_numbers_in_their_own_spelling_are_numbers() {
        assert_eq!([atom("007"), atom("7"), atom("yes")], [Expr::str("007"), Expr::Int(7), Expr::str("yes")]);
    }

    #[test]
    fn a_shell_assignment_that_expands_something_is_not_read() {
        assert_eq!(shell("A=\"x y\"\n# c\nexport B=1\n"), Some(vec![("A", "x y"), ("B", "1")]));
        assert_eq!(shell("A=$B\n"), None);
        assert_eq!(shell("test -f x && A=1\n"), None);
    }

    #[test]
    fn repeated_keys_are_lists() {
        let pairs = [("a", Expr::Int(1)), ("b", Expr::Int(2)), ("a", Expr::Int(3))];
        let list = Expr::List(vec![Expr::Int(1), Expr::Int(3)]);
        assert_eq!(grouped(pairs.into_iter()), [("a".into(), list), ("b".into(), Expr::Int(2))]);
    }
}
