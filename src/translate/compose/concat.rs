//! Fragments become one text as the type `concat_file` of the module concat does it.

use super::{Work, json};
use crate::model::{FileKind, Text};
use ecow::EcoString;
use std::cmp::Ordering;

const RULE: &str = "concat-file";

/// A file put together from fragments.
pub(crate) struct Target {
    pub(crate) entry: usize,
    pub(crate) path: EcoString,
    pub(crate) title: EcoString,
    pub(crate) tag: Option<EcoString>,
    /// Whether orders of digits are compared as numbers.
    pub(crate) numeric: bool,
    pub(crate) ensure_newline: bool,
    pub(crate) format: Format,
    /// Whether the first of two values of one key counts, where Puppet else fails.
    pub(crate) force: bool,
}

/// A part of such a file.
pub(crate) struct Fragment {
    pub(crate) entry: usize,
    pub(crate) name: EcoString,
    pub(crate) target: Option<EcoString>,
    pub(crate) tag: Option<EcoString>,
    pub(crate) order: EcoString,
    /// Its text, or why it is not known.
    pub(crate) content: Result<Text, String>,
    /// Whether its text ends in a newline, where it ends in a secret that is not at hand nobody knows.
    pub(crate) ends: Option<bool>,
}

/// What fragments are merged as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Plain,
    Json { array: bool, pretty: bool },
    Unknown,
}

impl Format {
    pub(crate) fn named(name: Option<&str>) -> Self {
        match name {
            None | Some("plain") => Self::Plain,
            Some("json") => Self::Json { array: false, pretty: false },
            Some("json-pretty") => Self::Json { array: false, pretty: true },
            Some("json-array") => Self::Json { array: true, pretty: false },
            Some("json-array-pretty") => Self::Json { array: true, pretty: true },
            Some(_) => Self::Unknown,
        }
    }
}

impl Target {
    /// A fragment is found by the file's path or title, or by a tag that both have.
    fn has(&self, fragment: &Fragment) -> bool {
        let target = fragment.target.as_ref().is_some_and(|it| *it == self.path || *it == self.title);
        target || fragment.tag.is_some() && fragment.tag == self.tag
    }
}

pub(super) fn compose(targets: &[Target], fragments: &[Fragment], work: &mut Work<'_>) {
    for target in targets {
        one(target, fragments.iter().filter(|fragment| target.has(fragment)).collect(), work);
    }
    for fragment in fragments.iter().filter(|fragment| !targets.iter().any(|target| target.has(fragment))) {
        let named = fragment.target.as_ref().or(fragment.tag.as_ref()).cloned().unwrap_or_default();
        let reason = format!("no `concat_file` of this host is its target `{named}`");
        work.refuse(fragment.entry, "concat-fragment", reason);
    }
}

fn one(target: &Target, fragments: Vec<&Fragment>, work: &mut Work<'_>) {
    let Some(at) = work.config.files.iter().position(|file| file.path == target.path) else { return };
    let Some(file) = work.config.files.get_mut(at) else { return };
    if let FileKind::Regular { content, .. } = &mut file.kind {
        match text(target, &fragments) {
            Ok(text) => *content = Some(text),
            Err(reason) => {
                work.config.files.remove(at);
                let entries = fragments.iter().map(|fragment| fragment.entry).chain([target.entry]);
                entries.for_each(|entry| work.refuse(entry, RULE, reason.as_str()));
                return;
            }
        }
    }
    fragments.iter().for_each(|fragment| work.belongs(fragment.entry, &target.path));
}

fn text(target: &Target, fragments: &[&Fragment]) -> Result<Text, String> {
    let mut texts = Vec::new();
    for fragment in sorted(target, fragments)? {
        let content = fragment.content.as_ref();
        let mut text = content.map_err(|why| format!("fragment `{}`: {why}", fragment.name))?.clone();
        if target.ensure_newline && !ends(fragment, &text)? {
            text.append(&Text::plain("\n"));
        }
        texts.push(text);
    }
    match target.format {
        Format::Plain => Ok(joined(&texts)),
        Format::Json { array, pretty } => {
            json::merge(&texts, json::Shape { array, pretty, force: target.force }).map(Text::plain)
        }
        Format::Unknown => Err("the fragments are merged as YAML, which is not done here".to_owned()),
    }
}

fn ends(fragment: &Fragment, text: &Text) -> Result<bool, String> {
    let known = fragment.ends.or_else(|| text.as_plain().map(|text| text.ends_with('\n')));
    known.ok_or_else(|| format!("fragment `{}` ends in a secret that is not at hand", fragment.name))
}

fn joined(texts: &[Text]) -> Text {
    let mut whole = Text::default();
    texts.iter().for_each(|text| whole.append(text));
    whole
}

/// What fragments are sorted by: their order and name, each a number where it is digits and numbers count.
#[derive(Debug, PartialEq, Eq)]
enum Key<'a> {
    Number(&'a str),
    Word(&'a str),
}

impl<'a> Key<'a> {
    fn new(text: &'a str, numeric: bool) -> Self {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if numeric && digits { Self::Number(text.trim_start_matches('0')) } else { Self::Word(text) }
    }

    /// Numbers of any length by value, words by their bytes; a number and a word cannot be compared.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => Some((one.len(), one).cmp(&(two.len(), two))),
            (Self::Word(one), Self::Word(two)) => Some(one.cmp(two)),
            (Self::Number(_), Self::Word(_)) | (Self::Word(_), Self::Number(_)) => None,
        }
    }
}

/// By `order___name`, taken apart at the first `___` (numeric) or `__` (alpha).
fn sorted<'a>(target: &Target, fragments: &[&'a Fragment]) -> Result<Vec<&'a Fragment>, String> {
    let whole = fragments.iter().map(|it| format!("{}___{}", it.order, it.name)).collect::<Vec<_>>();
    let separator = if target.numeric { "___" } else { "__" };
    let keys = whole.iter().map(|text| {
        let (order, name) = text.split_once(separator).unwrap_or((text, ""));
        [Key::new(order, target.numeric), Key::new(name, target.numeric)]
    });
    let mut keyed: Vec<_> = keys.zip(fragments.iter().copied()).collect();
    let mut mixed = false;
    keyed.sort_by(|(one, _), (two, _)| {
        let both = one.iter().zip(two).map(|(one, two)| one.compare(two));
        let decided = both.into_iter().find(|found| *found != Some(Ordering::Equal));
        mixed |= decided == Some(None);
        decided.flatten().unwrap_or(Ordering::Equal)
    });
    if mixed {
        return Err("its fragments' orders are numbers and words, which Puppet cannot compare".to_owned());
    }
    Ok(keyed.into_iter().map(|(_, fragment)| fragment).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(order: &str, name: &str, text: &str) -> Fragment {
        Fragment {
            entry: 0,
            name: name.into(),
            target: Some("/f".into()),
            tag: None,
            order: order.into(),
            content: Ok(Text::plain(text)),
            ends: Some(text.ends_with('\n')),
        }
    }

    fn target(numeric: bool, ensure_newline: bool) -> Target {
        let format = Format::Plain;
        let (path, title) = ("/f".into(), "t".into());
        Target { entry: 0, path, title, tag: None, numeric, ensure_newline, format, force: false }
    }

    fn composed(target: &Target, fragments: &[Fragment]) -> Result<String, String> {
        let fragments: Vec<_> = fragments.iter().filter(|fragment| target.has(fragment)).collect();
        text(target, &fragments).map(|text| text.masked())
    }

    #[test]
    fn numbers_and_words_sort_as_the_type_sorts_them() {
        let parts = [fragment("9", "b", "nine "), fragment("10", "a", "ten "), fragment("010", "0", "0ten ")];
        let numeric = composed(&target(true, false), &parts);
        assert!(numeric.is_err(), "the names of the same order are a number and a word: {numeric:?}");
        assert_eq!(composed(&target(false, false), &parts).unwrap(), "0ten ten nine ");
        let parts = [fragment("10", "b", "2 "), fragment("9", "z", "0 "), fragment("10", "a", "1 ")];
        assert_eq!(composed(&target(true, false), &parts).unwrap(), "0 1 2 ");
        let parts = [fragment("10", "b", ""), fragment("a9", "z", "")];
        assert!(composed(&target(true, false), &parts).is_err());
    }

    #[test]
    fn a_newline_is_added_only_where_none_is() {
        let parts = [fragment("1", "a", "one"), fragment("2", "b", "two\n"), fragment("3", "c", "")];
        assert_eq!(composed(&target(true, true), &parts).unwrap(), "one\ntwo\n\n");
        assert_eq!(composed(&target(true, false), &parts).unwrap(), "onetwo\n");
    }
}
