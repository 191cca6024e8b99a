//! Titles: the patterns by which a type takes them apart into its namevars.

use crate::value::Regexp;
use ecow::EcoString;
use serde::Deserialize;
use std::sync::{Arc, OnceLock};

/// One pattern and the namevars that its groups give.
#[derive(Clone, Deserialize)]
pub struct TitlePattern {
    pub(super) regex: String,
    pub(super) options: u32,
    pub(super) names: Vec<EcoString>,
    /// Whether Ruby code computes a namevar from its group.
    #[serde(default)]
    pub(super) code: bool,
    #[serde(skip)]
    compiled: OnceLock<Option<Arc<Regexp>>>,
}

/// How a type reads titles.
#[derive(Clone, Debug)]
pub enum Titles {
    /// By the first of these that fits.
    Patterns(Vec<TitlePattern>),
    /// The title is `name`.
    Name,
    /// Several namevars and no patterns, which Puppet refuses.
    Missing,
    /// By code that was not read.
    Unread,
}

/// Why a title cannot be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TitleProblem {
    /// No pattern fits.
    NoMatch,
    /// The type has several namevars and no patterns.
    NoPatterns,
    /// Ruby code would compute the namevars.
    Unread,
}

/// Namevars with their values.
pub type Namevars = Vec<(EcoString, EcoString)>;

impl std::fmt::Debug for TitlePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl TitlePattern {
    /// Makes a pattern; options are Ruby's (1 ignores case, 2 is extended, 4 lets `.` match newlines).
    #[must_use]
    pub fn new(regex: impl Into<String>, options: u32, names: Vec<EcoString>, code: bool) -> Self {
        Self { regex: regex.into(), options, names, code, compiled: OnceLock::new() }
    }

    /// Makes the pattern of types with one namevar: the whole title.
    #[must_use]
    pub fn whole(name: EcoString) -> Self {
        Self::new("(.*)", 4, vec![name], false)
    }

    fn regex(&self) -> Option<&Regexp> {
        let compile = || {
            let letters = [(1, 'i'), (2, 'x'), (4, 'm')];
            let flags: String =
                letters.iter().filter(|(bit, _)| self.options & bit != 0).map(|it| it.1).collect();
            // a comment may stand at the end of an extended expression
            let end = if self.options & 2 == 0 { "" } else { "\n" };
            Regexp::with_flags(&format!("{}{end}", self.regex), &flags).ok().map(Arc::new)
        };
        self.compiled.get_or_init(compile).as_deref()
    }

    /// Gives what the commonest patterns find, without a search: the whole title, and a path without the slashes at
    /// its end (`file`).
    fn shortcut<'t>(&self, title: &'t str) -> Option<&'t str> {
        match (self.regex.as_str(), self.options, self.code) {
            ("(.*)", 4, false) => Some(title),
            (r"^(/|.+:/|.*[^/])/*\Z", 4, false) if !title.is_empty() && !title.contains('\n') => {
                let end = title.trim_end_matches('/').len();
                let root = end == 0 || end < title.len() && end > 1 && title.get(..end)?.ends_with(':');
                title.get(..if root { end + 1 } else { end })
            }
            _ => None,
        }
    }

    /// Tells whether the pattern is found in a text.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    fn shown(&self) -> String {
        let code = if self.code { " computed" } else { "" };
        format!("/{}/{} {}{code}", self.regex, self.options, self.names.join(","))
    }
}

impl Titles {
    /// Takes a title apart.
    pub(super) fn parse(&self, title: &str) -> Result<Namevars, TitleProblem> {
        let patterns = match self {
            Self::Patterns(patterns) => patterns,
            Self::Name => return Ok(vec![("name".into(), title.into())]),
            Self::Missing => return Err(TitleProblem::NoPatterns),
            Self::Unread => return Err(TitleProblem::Unread),
        };
        for pattern in patterns {
            if let Some(value) = pattern.shortcut(title) {
                return Ok(pattern
                    .names
                    .first()
                    .map(|name| (name.clone(), value.into()))
                    .into_iter()
                    .collect());
            }
            let Some(regex) = pattern.regex() else { return Err(TitleProblem::Unread) };
            // a pattern that takes too many steps is not decided here
            let found = regex.find_at(title, 0).map_err(|_| TitleProblem::Unread)?;
            let Some(groups) = found else { continue };
            if pattern.code {
                return Err(TitleProblem::Unread);
            }
            let text = |at: usize| Some(title.get(groups.get(at + 1)?.clone()?)?.into());
            let names = pattern.names.iter().enumerate();
            return Ok(names.filter_map(|(at, name)| Some((name.clone(), text(at)?))).collect());
        }
        Err(TitleProblem::NoMatch)
    }

    /// Returns the patterns as one line each, for comparisons.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        match self {
            Self::Patterns(patterns) => patterns.iter().map(TitlePattern::shown).collect(),
            Self::Name => vec!["name".into()],
            Self::Missing => vec!["missing".into()],
            Self::Unread => vec!["unread".into()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcut_finds_what_its_pattern_finds() {
        let file = TitlePattern::new(r"^(/|.+:/|.*[^/])/*\Z", 4, vec!["path".into()], false);
        let whole = TitlePattern::whole("name".into());
        for number in 1..4_usize.pow(6) {
            let digit = |at: u32| ["/", ":", "a", ""].get(number / 4_usize.pow(at) % 4);
            let title: String = (0..6).filter_map(digit).copied().collect();
            for pattern in [&file, &whole] {
                let groups = pattern.regex().unwrap().find_at(&title, 0).unwrap();
                let found = groups.map(|groups| title.get(groups[1].clone().unwrap()).unwrap());
                assert!(title.is_empty() || pattern.shortcut(&title) == found, "{title}");
            }
        }
    }
}
