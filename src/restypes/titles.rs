//! Titles: the patterns by which a type takes them apart into its namevars.

use ecow::EcoString;
use serde::Deserialize;
use std::sync::{Arc, OnceLock};

/// One pattern and the namevars that its groups give.
#[derive(Clone, Debug, Deserialize)]
pub struct TitlePattern {
    pub(super) regex: String,
    pub(super) options: u32,
    pub(super) names: Vec<EcoString>,
    /// Whether Ruby code computes a namevar from its group.
    #[serde(default)]
    pub(super) code: bool,
    #[serde(skip)]
    compiled: OnceLock<Option<Arc<onig::Regex>>>,
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

    fn regex(&self) -> Option<&onig::Regex> {
        let compile = || {
            let flag = |bit: u32, option| {
                if self.options & bit == 0 { onig::RegexOptions::REGEX_OPTION_NONE } else { option }
            };
            let options = flag(1, onig::RegexOptions::REGEX_OPTION_IGNORECASE)
                | flag(2, onig::RegexOptions::REGEX_OPTION_EXTEND)
                | flag(4, onig::RegexOptions::REGEX_OPTION_MULTILINE);
            onig::Regex::with_options(&self.regex, options, onig::Syntax::ruby()).ok().map(Arc::new)
        };
        self.compiled.get_or_init(compile).as_deref()
    }

    /// Tells whether the pattern is found in a text.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.find(text).is_some())
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
        let found = patterns.iter().find_map(|pattern| Some((pattern, pattern.regex()?.captures(title)?)));
        let (pattern, captures) = found.ok_or(TitleProblem::NoMatch)?;
        if pattern.code {
            return Err(TitleProblem::Unread);
        }
        let names = pattern.names.iter().enumerate();
        Ok(names.filter_map(|(at, name)| Some((name.clone(), captures.at(at + 1)?.into()))).collect())
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
