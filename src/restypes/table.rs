//! The table of types that are known without reading a module.

use super::{AutoKind, AutoRelation, TitlePattern, Titles, TypeFacts};
use crate::maps::IndexMap;
use ecow::EcoString;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../data/restypes.json")));

#[derive(Default)]
struct Table {
    metaparameters: Vec<EcoString>,
    types: IndexMap<EcoString, Arc<TypeFacts>>,
}

#[derive(Default, Deserialize)]
struct Recorded {
    metaparameters: Vec<EcoString>,
    types: IndexMap<EcoString, RecordedType>,
}

#[derive(Deserialize)]
struct RecordedType {
    module: Option<EcoString>,
    namevars: Vec<EcoString>,
    properties: Vec<EcoString>,
    parameters: Vec<EcoString>,
    title_patterns: Option<Vec<TitlePattern>>,
    isomorphic: bool,
    auto: Vec<(EcoString, EcoString)>,
}

fn read(text: &str) -> Table {
    let recorded: Recorded = serde_json::from_str(text).unwrap_or_default();
    let types = recorded.types.into_iter().map(|(name, found)| (name, Arc::new(facts(found)))).collect();
    Table { metaparameters: recorded.metaparameters, types }
}

fn facts(found: RecordedType) -> TypeFacts {
    let relation = |(kind, target): (EcoString, EcoString)| {
        Some(AutoRelation { kind: AutoKind::named(&kind)?, target, rule: None })
    };
    TypeFacts {
        module: found.module,
        namevars: found.namevars,
        properties: found.properties,
        parameters: found.parameters,
        titles: found.title_patterns.map_or(Titles::Missing, Titles::Patterns),
        isomorphic: found.isomorphic,
        auto: found.auto.into_iter().filter_map(relation).collect(),
        ruby: true,
        partly: None,
    }
}

/// Reads types in the form of `data/restypes.json`, which `tests/oracle/restypes.rb` writes.
#[must_use]
pub fn recorded_types(text: &str) -> IndexMap<EcoString, Arc<TypeFacts>> {
    read(text).types
}

/// Finds a type by its name in lower case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Arc<TypeFacts>> {
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
    use crate::restypes::TitleProblem;

    #[test]
    fn titles_are_taken_apart_as_puppet_does() {
        let file = find("file").unwrap();
        assert_eq!(file.parse_title("/a/b/").unwrap(), [("path".into(), "/a/b".into())]);
        assert_eq!(file.parse_title("/").unwrap(), [("path".into(), "/".into())]);
        assert!(file.has_attribute("mode") && file.has_attribute("notify") && !file.has_attribute("moode"));
        assert!(!find("exec").unwrap().isomorphic);
        assert_eq!(find("package").unwrap().namevars.len(), 3);
    }

    #[test]
    fn a_title_that_no_pattern_fits_is_told() {
        let binding = find("rabbitmq_binding").unwrap();
        assert_eq!(binding.parse_title("a@b").unwrap_err(), TitleProblem::NoMatch);
    }
}
