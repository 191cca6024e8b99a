//! Why an expression cannot be transliterated.

use crate::source::Location;
use ecow::EcoString;
use std::fmt;

/// A refusal with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Where in the manifest or template.
    pub at: Option<Location>,
}

/// Why an expression cannot be transliterated.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The resource, attribute, class or template is not found where it should be.
    NotFound(EcoString),
    /// A construct that has no counterpart here.
    Construct(EcoString),
    /// A function, or arguments of it, that has none.
    Function(EcoString),
    /// A method of Ruby that has none.
    Method(EcoString),
    /// A variable of which nothing is known.
    Variable(EcoString),
    /// A fact that is no input.
    Fact(EcoString),
    /// A key of Hiera that is no input.
    Lookup(EcoString),
    /// A regular expression beyond prefixes and suffixes.
    Regexp(EcoString),
    /// Values of kinds for which the two languages differ.
    Kind(EcoString),
    /// A value that hides from logs.
    Secret,
    /// Nested too deep, or too large.
    Deep,
}

impl Reason {
    /// Returns the reason at a place.
    #[must_use]
    pub fn at(self, at: Location) -> Refusal {
        Refusal { reason: self, at: Some(at) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(what) => write!(f, "{what} is not found"),
            Self::Construct(what) => write!(f, "{what} has no counterpart in Nix"),
            Self::Function(name) => write!(f, "the function `{name}` is not transliterated"),
            Self::Method(name) => write!(f, "the method `{name}` of Ruby is not transliterated"),
            Self::Variable(name) => write!(f, "nothing is known of `${name}`"),
            Self::Fact(path) => write!(f, "the fact `{path}` is no input"),
            Self::Lookup(key) => write!(f, "the key `{key}` of Hiera is no input"),
            Self::Regexp(text) => write!(f, "`/{text}/` is more than a prefix or suffix"),
            Self::Kind(what) => write!(f, "{what}"),
            Self::Secret => f.write_str("it is a secret"),
            Self::Deep => f.write_str("it is nested too deep or too large"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "{}: {at}", self.reason),
            None => write!(f, "{}", self.reason),
        }
    }
}

impl std::error::Error for Refusal {}
