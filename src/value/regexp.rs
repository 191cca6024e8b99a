//! Ruby's regular expressions, by Oniguruma with a limit on retries.

use super::{Regexp, Str, Value, posix_bracket};
use crate::maps::HashMap;
use ecow::EcoString;
use onig::{MatchParam, Regex, RegexOptions, Region, SearchOptions, Syntax};
use std::{cell::RefCell, ops::Range, sync::Arc};

/// Compiled expressions kept by each thread.
const CACHED: usize = 2_000;

thread_local! {
    static CACHE: RefCell<HashMap<EcoString, Arc<Regexp>>> = RefCell::default();
}

/// Steps of backtracking one match may take; Ruby has none, so a pattern that needs more is refused.
const RETRIES: u32 = 2_000_000;

/// The places of one match: the whole first, then the groups.
pub type Groups = Vec<Option<Range<usize>>>;

impl Regexp {
    /// Compiles an expression in Ruby's syntax. The only way to make one.
    ///
    /// # Errors
    /// Gives the engine's words about a bad expression.
    pub fn new(source: impl Into<EcoString>) -> Result<Self, String> {
        let source = source.into();
        let compiled = compile_regex(&source, RegexOptions::REGEX_OPTION_NONE)?;
        Ok(Self { source, compiled })
    }

    /// Compiles an expression, or gives the one compiled before by this thread.
    ///
    /// # Errors
    /// Gives the engine's words about a bad expression.
    pub fn cached(source: &EcoString) -> Result<Arc<Self>, String> {
        if let Some(found) = CACHE.with_borrow(|cache| cache.get(source).cloned()) {
            return Ok(found);
        }
        let made = Arc::new(Self::new(source.clone())?);
        CACHE.with_borrow_mut(|cache| {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(source.clone(), made.clone());
        });
        Ok(made)
    }

    /// Compiles with Ruby's flags `i`, `m`, `x`, which the source shows as a group `(?i-mx:…)`.
    ///
    /// # Errors
    /// Gives the engine's words about a bad expression.
    pub fn with_flags(source: &str, flags: &str) -> Result<Self, String> {
        let on: String = ['m', 'i', 'x'].into_iter().filter(|flag| flags.contains(*flag)).collect();
        if on.is_empty() {
            return Self::new(source);
        }
        let off: String = ['m', 'i', 'x'].into_iter().filter(|flag| !flags.contains(*flag)).collect();
        let dash = if off.is_empty() { "" } else { "-" };
        Self::new(format!("(?{on}{dash}{off}:{source})"))
    }

    /// Finds the first match at or after byte `from`.
    ///
    /// # Errors
    /// Gives a message where matching took too many steps.
    pub fn find_at(&self, text: &str, from: usize) -> Result<Option<Groups>, String> {
        search(&self.compiled, text, from)
    }

    /// Tells whether the text matches anywhere; a match that takes too many steps is none.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        matches!(self.find_at(text, 0), Ok(Some(_)))
    }

    /// Returns `$0`, `$1`… of the first match, parts of the text with their labels.
    ///
    /// # Errors
    /// Gives a message where matching took too many steps.
    pub fn captures(&self, text: &Str) -> Result<Option<Vec<Value>>, String> {
        let part = |group: Option<Range<usize>>| group.map_or(Value::Undef, |at| Value::Str(text.slice(at)));
        Ok(self.find_at(text, 0)?.map(|groups| groups.into_iter().map(part).collect()))
    }

    /// Returns all matches from left to right, as Ruby's `scan` and `gsub` walk: an empty match moves on by one
    /// character.
    ///
    /// # Errors
    /// Gives a message where matching took too many steps.
    pub fn find_all(&self, text: &str) -> Result<Vec<Groups>, String> {
        let mut found = Vec::new();
        let mut from = 0;
        while from <= text.len() {
            let Some(groups) = self.find_at(text, from)? else { break };
            let whole = groups.first().cloned().flatten().unwrap_or(from..from);
            from = if whole.is_empty() { next_character(text, whole.end) } else { whole.end };
            found.push(groups);
        }
        Ok(found)
    }

    /// Returns the names of the groups with their numbers, sorted by number.
    #[must_use]
    pub fn names(&self) -> Vec<(String, u32)> {
        let mut names = Vec::new();
        self.compiled.foreach_name(|name, groups| {
            names.extend(groups.iter().map(|group| (name.to_owned(), *group)));
            true
        });
        names.sort_by_key(|(_, group)| *group);
        names
    }
}

/// Compiles an expression as Ruby's engine would; everything that takes one from a user comes here.
///
/// # Errors
/// Gives Ruby's message about a bad expression.
pub fn compile_regex(source: &str, options: RegexOptions) -> Result<Regex, String> {
    let pattern = posix_bracket::rewrite(source).map_err(|error| format!("{error}: /{source}/"))?;
    Regex::with_options(&pattern, options, Syntax::ruby())
        .map_err(|error| format!("{}: /{source}/", error.description()))
}

fn next_character(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

fn search(regex: &Regex, text: &str, from: usize) -> Result<Option<Groups>, String> {
    let mut param = MatchParam::default();
    param.set_retry_limit_in_match(RETRIES);
    let mut region = Region::new();
    let options = SearchOptions::SEARCH_OPTION_NONE;
    let found = regex
        .search_with_param(text, from, text.len(), options, Some(&mut region), param)
        .map_err(|error| format!("matching `{}` took too many steps", error.description()))?;
    let group = |index| region.pos(index).map(|(start, end)| start..end);
    Ok(found.map(|_| (0..region.len()).map(group).collect()))
}

/// Escapes a text so that an expression matches it literally (`Regexp.escape`).
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            ' ' | '#' | '$' | '(' | ')' | '*' | '+' | '-' | '.' | '?' | '[' | '\\' | ']' | '^' | '{'
            | '|' | '}' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_empty_matches_are_found_as_ruby_finds_them() {
        let groups = Regexp::new("(a)|(b)").unwrap().find_at("xb", 0).unwrap().unwrap();
        assert_eq!(groups, [Some(1..2), None, Some(1..2)]);
        assert_eq!(Regexp::new("x*").unwrap().find_all("axb").unwrap().len(), 4);
        assert!(Regexp::new("(").is_err());
    }

    #[test]
    fn runaway_backtracking_is_refused() {
        let found = Regexp::new("(a|a)*$").unwrap().find_at(&format!("{}b", "a".repeat(40)), 0);
        assert!(found.is_err());
    }

    #[test]
    fn lines_and_flags_follow_ruby() {
        assert!(Regexp::new("^b$").unwrap().is_match("a\nb\nc"));
        assert!(!Regexp::new("a.b").unwrap().is_match("a\nb"));
        let multiline = Regexp::with_flags("A.b", "mi").unwrap();
        assert!(multiline.is_match("a\nb"));
        assert_eq!(multiline.source, "(?mi-x:A.b)");
    }
}
