//! Puppet values with their labels, and the Pcore type system.
//!
//! A [`Value`] clones in O(1). A [`Str`] carries optional [`Labels`]: which of its bytes are secret, and whose.
//! Labels are invisible to equality, hashing and JSON; they travel through every builtin by the call gate in
//! `functions`. [`Type`]s are values too; aliases are resolved through [`TypeResolver`], which `eval` implements.

mod labels;
mod string;
mod types;
mod value;

pub use labels::{Labels, Secret, SecretRange};
pub use string::Str;
pub use types::{Type, TypeResolver};
pub use value::{Deferred, HashMap, Regexp, Value};
