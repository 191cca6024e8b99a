//! What Hiera asks of the evaluation that a lookup is made from.

use crate::{
    diag::{Diagnostic, Result},
    value::Value,
};

/// The evaluation as Hiera sees it.
pub trait Host {
    /// Returns a variable by name without `$`, as seen from where the lookup was made; `None` where it is not set.
    fn variable(&self, name: &str) -> Option<Value>;

    /// Converts a value as `Type.new(value, arguments…)` does, the type given by its text (`convert_to`).
    ///
    /// # Errors
    /// Gives a text that is no type, and a value that cannot be converted.
    fn convert(&self, type_text: &str, value: Value, arguments: &[Value]) -> Result<Value>;

    /// Takes a warning.
    fn report(&self, diagnostic: Diagnostic);
}
