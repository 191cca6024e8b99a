//! Merge strategies (`puppet/pops/merge_strategy.rb`).

use super::{codes, deep_merge::Deep};
use crate::{
    diag::{Diagnostic, Result},
    maps::IndexSet,
    value::{HashMap, Value},
};
use ecow::EcoVec;
use std::sync::Arc;

/// How the answers of several levels become one.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Strategy {
    /// The first answer.
    #[default]
    First,
    /// All scalars and items of arrays, each once.
    Unique,
    /// A hash of all keys, the first value of each.
    Hash,
    /// Hashes and arrays merged at all depths.
    Deep(DeepOptions),
}

/// The options of a deep merge.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DeepOptions {
    /// Items that begin with it remove what follows it from levels below.
    pub knockout_prefix: Option<String>,
    /// Whether merged arrays are sorted.
    pub sort_merged_arrays: bool,
    /// Whether hashes at the same index of two arrays are merged.
    pub merge_hash_arrays: bool,
    /// Whether the lower level wins (`merge_behavior: deep` of version 3).
    pub reverse: bool,
    /// The options as they were given, with the strategy.
    given: Option<Value>,
}

impl Strategy {
    /// Reads a strategy's name or its hash of options; `undef` is `first`.
    ///
    /// # Errors
    /// Gives an unknown strategy or option.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    pub fn parse(value: &Value) -> Result<Self> {
        let (name, options) = match value {
            Value::Undef => return Ok(Self::First),
            Value::Str(name) => (name.as_str(), None),
            Value::Hash(options) => match value.get("strategy").and_then(Value::as_str) {
                Some(name) => (name, Some(options)),
                None => return Err(error("the hash of a merge has no `strategy`")),
            },
            _ => return Err(error("a merge is a strategy's name or a hash with `strategy`")),
        };
        let extra = options.is_some_and(|options| options.len() > 1);
        match name {
            "deep" => Ok(Self::Deep(deep_options(value, options)?)),
            // what version 3 calls `deeper` and `deep`
            "unconstrained_deep" => Ok(Self::Deep(deep_options(value, options)?)),
            "reverse_deep" => Ok(Self::Deep(DeepOptions { reverse: true, ..deep_options(value, options)? })),
            "first" | "default" | "unique" | "hash" if extra => {
                Err(error(&format!("the strategy `{name}` takes no options")))
            }
            "first" | "default" => Ok(Self::First),
            "unique" => Ok(Self::Unique),
            "hash" => Ok(Self::Hash),
            other => Err(error(&format!("`{other}` is no merge strategy"))
                .with_help("the strategies are `first`, `unique`, `hash` and `deep`")),
        }
    }

    /// Returns the strategy's name as Puppet knows it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Unique => "unique",
            Self::Hash => "hash",
            Self::Deep(options) => match options.given.as_ref().and_then(|it| it.get("strategy")?.as_str()) {
                Some("reverse_deep") => "reverse_deep",
                Some("unconstrained_deep") => "unconstrained_deep",
                _ => "deep",
            },
        }
    }

    /// Returns the options as they were given, the strategy left out.
    #[must_use]
    pub fn given_options(&self) -> Option<Value> {
        let Self::Deep(options) = self else { return None };
        let given = options.given.as_ref()?.as_hash()?;
        let rest = given.iter().filter(|(name, _)| name.as_str() != Some("strategy"));
        let rest: Vec<_> = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
        (!rest.is_empty()).then(|| Value::hash(rest))
    }

    /// Returns a value that [`Strategy::parse`] reads as this strategy.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Deep(DeepOptions { given: Some(given), .. }) => given.clone(),
            Self::First | Self::Unique | Self::Hash | Self::Deep(_) => Value::str(self.name()),
        }
    }

    /// Prepares the first of several answers.
    #[must_use]
    pub fn begin(&self, value: Value) -> Value {
        match self {
            Self::Unique => Value::Array(flattened(&value)),
            Self::First | Self::Hash | Self::Deep(_) => value,
        }
    }

    /// Prepares the only answer where there is one place to look.
    #[must_use]
    pub fn single(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Unique, Value::Array(items)) => unique(items.iter().cloned()),
            (_, value) => value,
        }
    }

    /// Merges a value of a higher level with one of a lower.
    ///
    /// # Errors
    /// Gives values that the strategy cannot merge.
    pub fn merge(&self, higher: &Value, lower: &Value) -> Result<Value> {
        match self {
            Self::First => Ok(higher.clone()),
            Self::Unique => {
                mergeable_by_unique(higher)?;
                mergeable_by_unique(lower)?;
                Ok(unique(flattened(higher).into_iter().chain(flattened(lower))))
            }
            Self::Hash => {
                let (higher, lower) = (data_hash(higher)?, data_hash(lower)?);
                let mut merged = lower.clone();
                merged.extend(higher.iter().map(|(key, value)| (key.clone(), value.clone())));
                Ok(Value::Hash(Arc::new(merged)))
            }
            Self::Deep(options) if options.reverse => Deep::new(options)?.merge(lower, higher.clone()),
            Self::Deep(options) => Deep::new(options)?.merge(higher, lower.clone()),
        }
    }
}

trait WithHelp {
    fn with_help(self, help: &str) -> Self;
}

impl WithHelp for Box<Diagnostic> {
    fn with_help(self, help: &str) -> Self {
        Self::new((*self).help(help))
    }
}

pub(super) fn error(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&codes::MERGE, message))
}

fn deep_options(given: &Value, options: Option<&Arc<HashMap>>) -> Result<DeepOptions> {
    let given =
        (options.is_some_and(|it| it.len() > 1) || given.as_str() != Some("deep")).then(|| given.clone());
    let mut deep = DeepOptions { given, ..DeepOptions::default() };
    for (name, value) in options.into_iter().flat_map(|options| options.iter()) {
        match (name.as_str().unwrap_or_default(), value) {
            ("strategy", _) | ("merge_debug", Value::Bool(_)) => {}
            ("knockout_prefix", Value::Undef) => {}
            ("knockout_prefix", Value::Str(prefix)) if prefix.is_empty() => {
                return Err(error("`knockout_prefix` is empty"));
            }
            ("knockout_prefix", Value::Str(prefix)) => deep.knockout_prefix = Some(prefix.to_string()),
            ("sort_merged_arrays", Value::Bool(on)) => deep.sort_merged_arrays = *on,
            ("merge_hash_arrays", Value::Bool(on)) => deep.merge_hash_arrays = *on,
            (name, _) => {
                return Err(error(&format!("`{name}` is no option of a deep merge, or has a wrong value")));
            }
        }
    }
    Ok(deep)
}

/// `Hash[String, Data]`
fn data_hash(value: &Value) -> Result<&HashMap> {
    let wrong = || error("the strategy `hash` merges hashes of data with texts for keys only");
    let entries = value.as_hash().ok_or_else(wrong)?;
    if is_data(value) { Ok(entries) } else { Err(wrong()) }
}

/// `Data`: what JSON can say.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are no data")]
fn is_data(value: &Value) -> bool {
    match value {
        Value::Undef | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => true,
        Value::Array(items) => items.iter().all(is_data),
        Value::Hash(entries) => entries.iter().all(|(key, value)| key.as_str().is_some() && is_data(value)),
        _ => false,
    }
}

/// `Variant[Scalar, Array[Data]]`
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are no scalars")]
fn mergeable_by_unique(value: &Value) -> Result<()> {
    let fits = match value {
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Regexp(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::SemVer(_) => true,
        Value::Array(_) => is_data(value),
        _ => false,
    };
    if fits { Ok(()) } else { Err(error("the strategy `unique` merges scalars and arrays of data only")) }
}

fn flattened(value: &Value) -> EcoVec<Value> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn add(value: &Value, into: &mut EcoVec<Value>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| add(item, into)),
            other => into.push(other.clone()),
        }
    }
    let mut flat = EcoVec::new();
    add(value, &mut flat);
    flat
}

fn unique(values: impl Iterator<Item = Value>) -> Value {
    Value::array(values.collect::<IndexSet<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hiera::yaml::{Rules, read},
        source::SourceFile,
    };

    fn value(text: &str) -> Value {
        read(&SourceFile::new("t", text), Rules::default()).unwrap().value
    }

    fn merged(strategy: &str, higher: &str, lower: &str) -> Value {
        Strategy::parse(&value(strategy)).unwrap().merge(&value(higher), &value(lower)).unwrap()
    }

    #[test]
    fn hash_merges_put_the_lower_level_first() {
        let found = merged("hash", "{b: 1, c: 2}", "{a: 0, b: 0}");
        assert_eq!(found, value("{a: 0, b: 1, c: 2}"));
        assert_eq!(found.as_hash().unwrap().keys().next(), Some(&Value::str("a")));
    }

    #[test]
    fn unique_flattens() {
        assert_eq!(merged("unique", "[a, [b]]", "b"), value("[a, b]"));
    }

    #[test]
    fn deep_merges_knock_out() {
        let strategy = "{strategy: deep, knockout_prefix: '--'}";
        assert_eq!(
            merged(strategy, "{x: ['--a', c], y: '--'}", "{x: [a, b], y: 1}"),
            value("{x: [b, c], y: ''}")
        );
        assert_eq!(merged(strategy, "{n: ['--a', a, b]}", "{}"), value("{n: [b, a]}"));
    }

    #[test]
    fn deep_merges_hashes_in_arrays_by_index() {
        let strategy = "{strategy: deep, merge_hash_arrays: true}";
        assert_eq!(merged(strategy, "[{y: 1}, {q: 2}]", "[{z: 2}]"), value("[{z: 2, y: 1}, {q: 2}]"));
        let sorted = "{strategy: deep, sort_merged_arrays: true}";
        assert_eq!(merged(sorted, "[c, a]", "[b]"), value("[a, b, c]"));
    }
}
