//! Stable codes of diagnostics.

/// A stable code with what it means, for `migrate explain CODE`.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The code, `stage::what-is-wrong`; never reused for another meaning.
    pub name: &'static str,
    /// What is wrong, in a sentence without place or names.
    pub title: &'static str,
    /// Why it happens and the way out, for `migrate explain`.
    pub explanation: &'static str,
}
