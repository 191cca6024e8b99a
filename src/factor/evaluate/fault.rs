//! Why an expression has no value.

use ecow::EcoString;
use std::fmt;

/// Why an expression has no value here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A variable or attribute that is not there.
    Missing(EcoString),
    /// A value of the wrong kind: what is wanted, and what was found.
    Wrong(&'static str, EcoString),
    /// It depends on what is not known here, such as the text of a package.
    Symbolic(EcoString),
    /// `throw`, a division by zero, an integer that overflows, an index out of bounds.
    Thrown(EcoString),
    /// It takes too many steps, is too deep or too large.
    Limit,
}

impl Fault {
    pub(super) fn wrong(wanted: &'static str, found: impl Into<EcoString>) -> Self {
        Self::Wrong(wanted, found.into())
    }

    pub(super) fn thrown(what: impl Into<EcoString>) -> Self {
        Self::Thrown(what.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "`{what}` is not there"),
            Self::Wrong(wanted, found) => write!(f, "expected {wanted}, found {found}"),
            Self::Symbolic(what) => write!(f, "`{what}` is not known before it is built"),
            Self::Thrown(what) => f.write_str(what),
            Self::Limit => f.write_str("the evaluation takes too long"),
        }
    }
}

impl std::error::Error for Fault {}
