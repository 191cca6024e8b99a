//! Resource types as facts: parameters, properties, namevars, title patterns, automatic relations.
//!
//! In: `data/restypes.json`, made by `tests/oracle/restypes.rb` from real Puppet, the types vendored with its agent
//! and those of Debian's modules. Out: [`TypeFacts`] by name.

use ecow::EcoString;
use indexmap::IndexMap;
use serde::Deserialize;
use std::sync::{LazyLock, OnceLock};

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/restypes.json")).unwrap_or_default());

/// Metaparameters that make relationships.
pub const RELATIONSHIP_PARAMETERS: [&str; 4] = ["require", "subscribe", "before", "notify"];

#[derive(Debug, Default, Deserialize)]
struct Table {
    metaparameters: Vec<EcoString>,
    types: IndexMap<EcoString, TypeFacts>,
}

/// What is known of one resource type.
#[derive(Debug, Deserialize)]
pub struct TypeFacts {
    /// The module that brings it; `None` for a core type.
    pub module: Option<EcoString>,
    /// The parameters that identify an instance; nearly always one.
    pub namevars: Vec<EcoString>,
    /// The properties.
    pub properties: Vec<EcoString>,
    /// The other parameters.
    pub parameters: Vec<EcoString>,
    title_patterns: Option<Vec<TitlePattern>>,
    /// Whether two instances with the same namevars are the same thing (`exec` is not).
    pub isomorphic: bool,
    /// The kinds of automatic relation (`autorequire`, …) with the target type.
    pub auto: Vec<(EcoString, EcoString)>,
}

#[derive(Debug, Deserialize)]
struct TitlePattern {
    regex: String,
    options: u32,
    names: Vec<EcoString>,
    #[serde(skip)]
    compiled: OnceLock<Option<onig::Regex>>,
}

impl TitlePattern {
    fn regex(&self) -> Option<&onig::Regex> {
        let compile = || {
            let flag = |bit: u32, option| {
                if self.options & bit == 0 { onig::RegexOptions::REGEX_OPTION_NONE } else { option }
            };
            let options = flag(1, onig::RegexOptions::REGEX_OPTION_IGNORECASE)
                | flag(2, onig::RegexOptions::REGEX_OPTION_EXTEND)
                | flag(4, onig::RegexOptions::REGEX_OPTION_MULTILINE);
            onig::Regex::with_options(&self.regex, options, onig::Syntax::ruby()).ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

impl TypeFacts {
    /// Tells whether an attribute exists; metaparameters do on every type, `name` stands for a namevar.
    #[must_use]
    pub fn has_attribute(&self, name: &str) -> bool {
        name == "name"
            || is_metaparameter(name)
            || self.properties.iter().chain(&self.parameters).chain(&self.namevars).any(|known| known == name)
    }

    /// Returns all attributes but metaparameters.
    pub fn attributes(&self) -> impl Iterator<Item = &EcoString> {
        self.properties.iter().chain(&self.parameters)
    }

    /// Returns the one namevar, `None` where there are several.
    #[must_use]
    pub fn namevar(&self) -> Option<&EcoString> {
        if let [one] = self.namevars.as_slice() { Some(one) } else { None }
    }

    /// Takes a title apart into namevars (`Puppet::Resource#parse_title`); `None` where no pattern fits.
    #[must_use]
    pub fn parse_title(&self, title: &str) -> Option<Vec<(EcoString, EcoString)>> {
        let Some(patterns) = &self.title_patterns else {
            return Some(vec![("name".into(), title.into())]);
        };
        let found = patterns.iter().find_map(|pattern| Some((pattern, pattern.regex()?.captures(title)?)));
        let (pattern, captures) = found?;
        let names = pattern.names.iter().enumerate();
        Some(names.filter_map(|(at, name)| Some((name.clone(), captures.at(at + 1)?.into()))).collect())
    }
}

/// Finds a type by its name in lower case.
#[must_use]
pub fn find(name: &str) -> Option<&'static TypeFacts> {
    TABLE.types.get(name)
}

/// Returns the names of all types, sorted.
pub fn names() -> impl Iterator<Item = &'static EcoString> {
    TABLE.types.keys()
}

/// Returns the metaparameters in Puppet's order.
#[must_use]
pub fn metaparameters() -> &'static [EcoString] {
    &TABLE.metaparameters
}

/// Tells whether a name is a metaparameter.
#[must_use]
pub fn is_metaparameter(name: &str) -> bool {
    TABLE.metaparameters.iter().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_taken_apart_as_puppet_does() {
        let file = find("file").unwrap();
        assert_eq!(file.parse_title("/a/b/").unwrap(), [("path".into(), "/a/b".into())]);
        assert_eq!(file.parse_title("/").unwrap(), [("path".into(), "/".into())]);
        assert!(file.has_attribute("mode") && file.has_attribute("notify") && !file.has_attribute("moode"));
        assert!(!find("exec").unwrap().isomorphic);
        assert_eq!(find("package").unwrap().namevars.len(), 3);
    }
}
