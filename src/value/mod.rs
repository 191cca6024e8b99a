//! Puppet values with their labels, and the Pcore type system.
//!
//! A [`Value`] clones in O(1). A [`Str`] carries optional [`Labels`]: which of its bytes are secret, and whose.
//! Labels are invisible to equality, hashing and JSON; they travel through every builtin by the call gate in
//! `functions`. [`Type`]s are values too; aliases are resolved through [`TypeResolver`], which `eval` implements.

mod display;
mod equality;
mod iterator;
mod labels;
mod number;
mod posix_bracket;
mod regexp;
pub mod semver;
mod string;
pub mod time;
pub mod types;
pub mod uri;
#[expect(clippy::module_inception, reason = "the type that the folder is about")]
mod value;

pub use display::{literal, quote, quote_double};
pub use equality::{compare, first_match, includes, matches, puppet_eq};
pub use iterator::Iterator;
pub use labels::{Labels, Secret, SecretRange, holds_a_secret, names_a_secret};
pub use number::{float_to_string, parse_number};
pub use regexp::{Groups, compile_regex, escape};
pub use string::Str;
pub use types::{Type, TypeResolver, describe_mismatch, parameterize, validate_parameters};
pub use value::{Deferred, HashMap, Regexp, Value};

use base64::Engine as _;

/// Encodes bytes as strict base64, as a `Binary` prints itself.
#[must_use]
pub fn base64_text(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
