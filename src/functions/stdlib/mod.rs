//! Functions of the module `puppetlabs-stdlib`: visible only where the module is on the module path.

pub(super) mod addresses;
pub(super) mod arrays;
pub(super) mod hashes;
pub(super) mod namespaced;
pub(super) mod predicates;
pub(super) mod texts;
pub(super) mod validate;

use super::Call;
use crate::{diag::Result, value::Value};

/// Fails unless the number of arguments is in the range, in the words of the 3.x functions.
fn at_least(call: &Call<'_>, least: usize) -> Result<()> {
    let given = call.arguments.len();
    if given >= least {
        return Ok(());
    }
    Err(call.fail(format!("{}(): Wrong number of arguments given ({given} for {least})", call.name)))
}

/// Fails unless exactly so many arguments are given.
fn exactly(call: &Call<'_>, wanted: usize) -> Result<()> {
    let given = call.arguments.len();
    if given == wanted {
        return Ok(());
    }
    Err(call.fail(format!("{}(): Wrong number of arguments given {given} for {wanted}", call.name)))
}

/// The items of an array argument, or the function's complaint.
fn array<'a>(call: &'a Call<'_>, index: usize, complaint: &str) -> Result<&'a [Value]> {
    call.arg(index).as_array().ok_or_else(|| call.fail(format!("{}(): {complaint}", call.name)))
}
