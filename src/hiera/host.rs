//! What Hiera asks of the evaluation that a lookup is made from.

use crate::{
    diag::{Diagnostic, Result},
    value::Value,
};
use ecow::EcoString;

/// The evaluation as Hiera sees it.
pub trait Host {
    /// Returns a variable by name without `$`, as seen from where the lookup was made; `None` where it is not set.
    fn variable(&self, name: &str) -> Option<Value>;

    /// Converts a value as `Type.new(value, arguments…)` does, the type given by its text (`convert_to`); gives the
    /// type as it prints itself too.
    ///
    /// # Errors
    /// Gives a text that is no type, and a value that cannot be converted.
    fn convert(&self, type_text: &str, value: Value, arguments: &[Value]) -> Result<(Value, EcoString)>;

    /// Calls a data function of a module or of the environment; `None` where there is none of that name.
    ///
    /// # Errors
    /// Gives what the function gives.
    fn call(&self, function: &str, arguments: &[Value]) -> Result<Option<Value>>;

    /// Returns the name of the class that the lookup was made from, for `%{calling_class}` of version 3.
    fn calling_class(&self) -> Option<EcoString> {
        None
    }

    /// Returns the name of the environment.
    fn environment(&self) -> EcoString;

    /// Takes a warning.
    fn report(&self, diagnostic: Diagnostic);
}
