//! YAML as Ruby's Psych reads it for Puppet (`Puppet::Util::Yaml.safe_load` with `Symbol` allowed).
//!
//! In: the text of one file. Out: a [`Document`]: the first document's value and, node by node, where it was
//! written. The events come from `saphyr-parser`; scalars, tags, merge keys and repeated keys follow Psych 4 or 5.

mod build;
mod libyaml;
mod scalar;

use crate::{
    diag::{Code, Diagnostic, Result},
    source::{Location, SourceFile, Span},
    value::Value,
};
use std::sync::Arc;

/// Broken syntax.
pub(crate) const SYNTAX: Code = Code {
    name: "hiera::yaml-syntax",
    title: "a YAML file cannot be parsed",
    explanation: "The file is not well-formed YAML, so Puppet would refuse it too. The place is where the parser gave up; \
                  the cause is often a line or two above: a tab, a missing quote, an unquoted `%{…}`, `@` or `*` at \
                  the start of a value, or wrong indentation.",
};

/// A scalar or tag that stands for an object Puppet does not permit.
pub(crate) const CLASS: Code = Code {
    name: "hiera::yaml-class",
    title: "a YAML value stands for an object that Puppet does not permit",
    explanation: "Ruby reads an unquoted date or time as an object, and tags such as `!ruby/regexp` name objects; \
                  Puppet permits neither and refuses the whole file. Quote the value: `'2024-01-31'`.",
};

/// A number Ruby cannot convert.
pub(crate) const NUMBER: Code = Code {
    name: "hiera::yaml-number",
    title: "a YAML value looks like a number and cannot be read as one",
    explanation: "Ruby takes the value for a number by its form and fails to convert it (`0x_`, `.e+5`), or it does \
                  not fit into 64 bits. Quote it if it is meant as text.",
};

/// The codes of this stage.
pub const CODES: &[Code] = &[SYNTAX, CLASS, NUMBER];

/// Whose reading of YAML is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Psych {
    /// Psych 4, Ruby 3.1: what Puppet 7 runs on in Debian.
    #[default]
    Four,
    /// Psych 5, Ruby 3.2 and later: what Puppet 8 runs on.
    Five,
}

impl Psych {
    /// Returns the Psych that a Puppet of this major version (7 or 8) reads with.
    #[must_use]
    pub fn of_puppet(version: u8) -> Self {
        if version >= 8 { Self::Five } else { Self::Four }
    }
}

/// How a file is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Whose resolution of scalars.
    pub psych: Psych,
    /// Whether objects (`!ruby/object:Puppet::Node::Facts`) read as plain hashes and times as text, for an agent's
    /// cache of facts.
    pub objects: bool,
}

/// Where a node and what is inside it were written.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// The node itself.
    pub span: Span,
    /// For an array its items, for a hash its entries in the order of the value: the key's span (empty for items)
    /// and the mark of the item or value.
    pub children: Vec<(Span, Arc<Mark>)>,
}

/// The first document of a YAML file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The root; `undef` where the file is empty or its root is null.
    pub value: Value,
    /// Where it was written.
    pub mark: Arc<Mark>,
}

impl Document {
    /// Returns the place of a key of the root hash.
    #[must_use]
    pub fn key_location(&self, key: &Value) -> Option<Location> {
        let at = self.value.as_hash()?.get_index_of(key)?;
        let (span, _) = self.mark.children.get(at)?;
        Some(Location::new(self.source.clone(), *span))
    }

    /// Returns the place of what a path of keys and indices leads to, or of the last node on the way that is there.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    pub fn location(&self, path: &[Value]) -> Location {
        let (mut value, mut mark) = (&self.value, self.mark.as_ref());
        let mut span = mark.span;
        for step in path {
            let index = match (value, step) {
                (Value::Hash(entries), key) => entries.get_index_of(key),
                (Value::Array(_), Value::Int(index)) => usize::try_from(*index).ok(),
                (_, _) => None,
            };
            let Some((key_span, child)) = index.and_then(|at| mark.children.get(at)) else { break };
            let inside = match value {
                Value::Hash(entries) => index.and_then(|at| entries.get_index(at)).map(|(_, inside)| inside),
                Value::Array(items) => index.and_then(|at| items.get(at)),
                _ => None,
            };
            let Some(inside) = inside else { break };
            span = if key_span.is_empty() { child.span } else { *key_span };
            (value, mark) = (inside, child.as_ref());
        }
        Location::new(self.source.clone(), span)
    }
}

/// Reads the first document of a YAML file as Ruby does for Puppet.
///
/// # Errors
/// Gives broken syntax, an unknown alias, an object that is not permitted, or a number that cannot be converted,
/// each with file, line and column.
pub fn read(source: &Arc<SourceFile>, rules: Rules) -> Result<Document> {
    build::document(source, rules)
}

fn error(code: &'static Code, message: impl Into<String>, at: Location) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, message).at(at))
}
