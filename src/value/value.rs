//! The values of the Puppet language.

use super::{Iterator, Str, Type, types::Instance};
use crate::maps::IndexMap;
use ecow::{EcoString, EcoVec};
use std::{
    fmt,
    hash::{Hash, Hasher},
    mem::discriminant,
    sync::Arc,
};

/// A Puppet hash: keys in order of insertion.
pub type HashMap = IndexMap<Value, Value>;

/// A value. Cloning is O(1).
///
/// `==` is Ruby's `eql?`: strings by their bytes, `1` and `1.0` differ. Puppet's own `==`, which ignores the case
/// of strings, is `eval`'s.
#[derive(Clone, Default)]
pub enum Value {
    /// `undef`, Ruby's `nil`.
    #[default]
    Undef,
    /// `default`.
    Default,
    /// A boolean.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string with its labels.
    Str(Str),
    /// A Ruby symbol, from YAML data (`:a`).
    Symbol(EcoString),
    /// A regular expression.
    Regexp(Arc<Regexp>),
    /// An array.
    Array(EcoVec<Value>),
    /// A hash in order of insertion.
    Hash(Arc<HashMap>),
    /// A value that is not to be shown.
    Sensitive(Arc<Value>),
    /// A type, references to resources and classes included (`File['/a']`, `Class['ntp']`).
    Type(Type),
    /// Bytes.
    Binary(Arc<[u8]>),
    /// A point in time, nanoseconds since 1970, UTC.
    Timestamp(Box<i128>),
    /// A length of time in nanoseconds.
    Timespan(Box<i128>),
    /// A version as Puppet's `SemVer`, in its canonical text.
    SemVer(EcoString),
    /// A range of versions, as it was written.
    SemVerRange(EcoString),
    /// A URI, as it was written.
    Uri(EcoString),
    /// A function call that the agent makes.
    Deferred(Arc<Deferred>),
    /// An instance of an `Object` type.
    Object(Arc<Instance>),
    /// An iterator, as `reverse_each` and `step` give it.
    Iterator(Arc<Iterator>),
}

/// A regular expression by its source, compiled where it is used.
pub struct Regexp {
    /// The text between the slashes.
    pub source: EcoString,
    /// The compiled expression, in Ruby's syntax.
    pub compiled: onig::Regex,
}

/// A `Deferred` call: the function's name and its arguments.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Deferred {
    /// The function's name; a leading `$` makes it a variable.
    pub name: EcoString,
    /// The arguments, where any are given.
    pub arguments: Option<EcoVec<Value>>,
}

impl Deferred {
    /// Returns the arguments.
    #[must_use]
    pub fn arguments(&self) -> &[Value] {
        self.arguments.as_deref().unwrap_or_default()
    }
}

impl Value {
    /// Makes a string without labels.
    #[must_use]
    pub fn str(text: impl Into<EcoString>) -> Self {
        Self::Str(Str::new(text))
    }

    /// Makes an array.
    #[must_use]
    pub fn array(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Array(values.into_iter().collect())
    }

    /// Makes a hash; the last of two equal keys wins, at the place of the first.
    #[must_use]
    pub fn hash(entries: impl IntoIterator<Item = (Self, Self)>) -> Self {
        Self::Hash(Arc::new(entries.into_iter().collect()))
    }

    /// Returns the text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// Returns the items of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// Returns the hash.
    #[must_use]
    pub fn as_hash(&self) -> Option<&HashMap> {
        if let Self::Hash(entries) = self { Some(entries) } else { None }
    }

    /// Returns the entry of a string key, where this is a hash that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_hash()?.get(&Self::str(key))
    }

    /// Tells whether it is `undef`.
    #[must_use]
    pub fn is_undef(&self) -> bool {
        matches!(self, Self::Undef)
    }

    /// Tells whether a condition with this value holds: all but `undef` and `false` do.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Undef | Self::Bool(false))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undef, Self::Undef) | (Self::Default, Self::Default) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Regexp(a), Self::Regexp(b)) => a.source == b.source,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Hash(a), Self::Hash(b)) => a == b,
            (Self::Sensitive(a), Self::Sensitive(b)) => a == b,
            (Self::Type(a), Self::Type(b)) => a == b,
            (Self::Binary(a), Self::Binary(b)) => a == b,
            (Self::Timestamp(a), Self::Timestamp(b)) | (Self::Timespan(a), Self::Timespan(b)) => a == b,
            (Self::Symbol(a), Self::Symbol(b))
            | (Self::SemVer(a), Self::SemVer(b))
            | (Self::SemVerRange(a), Self::SemVerRange(b))
            | (Self::Uri(a), Self::Uri(b)) => a == b,
            (Self::Deferred(a), Self::Deferred(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Iterator(a), Self::Iterator(b)) => a == b,
            (_, _) => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        discriminant(self).hash(state);
        match self {
            Self::Undef | Self::Default => {}
            Self::Bool(it) => it.hash(state),
            Self::Int(it) => it.hash(state),
            Self::Float(it) => it.to_bits().hash(state),
            Self::Str(it) => it.hash(state),
            Self::Symbol(it) | Self::SemVer(it) | Self::SemVerRange(it) | Self::Uri(it) => it.hash(state),
            Self::Regexp(it) => it.source.hash(state),
            Self::Array(it) => it.hash(state),
            // equal hashes may differ in order: only the length may count
            Self::Hash(it) => it.len().hash(state),
            Self::Object(it) => it.hash(state),
            Self::Iterator(it) => it.hash(state),
            Self::Sensitive(it) => it.hash(state),
            Self::Type(it) => it.hash(state),
            Self::Binary(it) => it.hash(state),
            Self::Timestamp(it) | Self::Timespan(it) => it.hash(state),
            Self::Deferred(it) => it.hash(state),
        }
    }
}

/// Shows a value for tests and logs; what is sensitive or secret is masked.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undef => f.write_str("undef"),
            Self::Default => f.write_str("default"),
            Self::Bool(it) => it.fmt(f),
            Self::Int(it) => it.fmt(f),
            Self::Float(it) => it.fmt(f),
            Self::Str(it) => it.fmt(f),
            Self::Symbol(it) => write!(f, ":{it}"),
            Self::Regexp(it) => write!(f, "/{}/", it.source),
            Self::Array(it) => it.fmt(f),
            Self::Hash(it) => it.fmt(f),
            Self::Sensitive(_) => f.write_str("Sensitive"),
            Self::Type(it) => it.fmt(f),
            Self::Binary(it) => write!(f, "Binary({} bytes)", it.len()),
            Self::Timestamp(it) => write!(f, "Timestamp({it})"),
            Self::Timespan(it) => write!(f, "Timespan({it})"),
            Self::SemVer(it) | Self::SemVerRange(it) | Self::Uri(it) => write!(f, "{it}"),
            Self::Deferred(it) => write!(f, "Deferred({})", it.name),
            Self::Object(it) => write!(f, "{}({} attributes)", it.of.label(), it.attributes.len()),
            Self::Iterator(it) => write!(f, "Iterator[{}]", it.item_type()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::str(text)
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Self {
        Self::Bool(it)
    }
}

impl From<i64> for Value {
    fn from(it: i64) -> Self {
        Self::Int(it)
    }
}
