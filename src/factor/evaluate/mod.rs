//! A bounded interpreter of the Nix expressions that are emitted, for checking that they give each host's values.
//!
//! In: an [`Expr`] and an [`Environment`] of one host's inputs. Out: the value as an expression in normal form, in which
//! equal values are equal expressions: no operators, no functions, attribute names sorted. What cannot be known here
//! stays a symbol: `pkgs.vim`, files of the output, `config.…` that is no input. It never panics and always ends; strings
//! are compared and cut by bytes, as Nix does.

mod fault;
mod functions;
#[expect(clippy::wildcard_enum_match_arm, reason = "an operator picks the few kinds of values it takes")]
mod machine;
#[expect(clippy::wildcard_enum_match_arm, reason = "a function picks the few kinds of values it takes")]
mod rows;
#[expect(clippy::wildcard_enum_match_arm, reason = "a normal form has few kinds of expressions")]
mod value;

pub use fault::Fault;

use crate::translate::nixos::Expr;
use ecow::EcoString;
use machine::Machine;
use std::{collections::BTreeMap, sync::Arc};
use value::Value;

/// The inputs of one host: nested attribute sets by the names that expressions start with (`cfg`, `config`, …).
#[derive(Clone, Debug, Default)]
pub struct Environment {
    names: BTreeMap<EcoString, Value>,
}

impl Environment {
    /// Sets the value at a path such as `cfg.port` or `config.networking.hostName`; sets on the way are made.
    ///
    /// # Errors
    /// Gives a value that is no plain data, and a path through something that is no set.
    pub fn set(&mut self, path: &[EcoString], value: &Expr) -> Result<(), Fault> {
        let value = Machine::new(&Self::default()).run(value)?;
        let Some((last, before)) = path.split_last() else { return Err(Fault::Missing("".into())) };
        let mut names = &mut self.names;
        for name in before {
            let inner = names.entry(name.clone()).or_insert_with(|| Value::Attrs(Arc::default()));
            let Value::Attrs(entries) = inner else { return Err(Fault::wrong("a set", name)) };
            names = Arc::make_mut(entries);
        }
        names.insert(last.clone(), value);
        Ok(())
    }
}

/// Evaluates an expression to its normal form.
///
/// # Errors
/// Gives what Nix would refuse, what depends on something unknown here, and what takes too long.
pub fn evaluate(expr: &Expr, environment: &Environment) -> Result<Expr, Fault> {
    Machine::new(environment).run(expr)?.to_expr()
}

/// Tells whether the interpreter knows a function by its dotted name, such as `lib.concatMapStrings`.
#[must_use]
pub fn knows_function(name: &str) -> bool {
    functions::find(name.split('.')).is_some()
}

#[cfg(test)]
mod tests;
