//! The call gate: the one place where labels of arguments reach results.

use super::{Call, Function};
use crate::{diag::Result, value::Value};

/// Calls a builtin; its result carries the arguments' labels as the table says.
///
/// # Errors
/// Gives the function's diagnostic, placed at the call where it has no place of its own.
pub fn call(function: &Function, call: &Call<'_>) -> Result<Value> {
    (function.run)(call).map_err(|found| Box::new(found.or_at(|| call.at.clone())))
}
