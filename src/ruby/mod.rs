//! A bounded interpreter for the Ruby of ERB templates and of modules' functions.
//!
//! In: Ruby source, and a [`Host`] that answers for the Puppet side. Out: text or a value, or a coded diagnostic with
//! its place. It opens no file, starts no process and counts its steps, memory and depth.

mod code;
mod host;

pub use code::CODES;
pub use host::{Host, HostBlock};
