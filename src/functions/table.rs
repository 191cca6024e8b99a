//! The table of builtins: documentation, coverage and "did you mean" read it too.

use super::Call;
use crate::{diag::Result, value::Value};

/// How labels go through a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelling {
    /// The gate unions the arguments' labels over the whole result, as derived secrets.
    Union,
    /// The function moves the labels with the bytes itself; the gate adds nothing.
    Carried,
    /// The result says nothing of the arguments' bytes (`defined`, `length` of an array, `include`).
    Dropped,
}

/// One builtin.
pub struct Function {
    /// The name, with its namespace (`stdlib::ensure`).
    pub name: &'static str,
    /// Where it comes from: `puppet` or a module's name such as `stdlib`.
    pub module: &'static str,
    /// Puppet signatures, one a dispatch, as `puppet strings` would show them.
    pub signatures: &'static [&'static str],
    /// One sentence.
    pub doc: &'static str,
    /// How labels go through.
    pub labelling: Labelling,
    /// The code.
    pub run: fn(&Call<'_>) -> Result<Value>,
}

/// Returns all builtins, sorted by name.
#[must_use]
pub fn functions() -> &'static [Function] {
    &[]
}

/// Finds a builtin by its full name without leading `::`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    functions().iter().find(|function| function.name == name)
}
