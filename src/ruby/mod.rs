//! A bounded interpreter for the Ruby of ERB templates and of modules' functions.
//!
//! In: Ruby source, and a [`Host`] that answers for the Puppet side. Out: text or a value, or a coded diagnostic with
//! its place. It opens no file, starts no process and counts its steps, memory and depth.
//!
//! `lower` turns lib-ruby-parser's tree into the compact one of `tree`; `interp` evaluates it; `core` holds the
//! builtin classes' methods in tables.

mod bury;
mod code;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a method picks the few kinds of values it takes; any other is Ruby's own error"
)]
#[expect(clippy::wrong_self_convention, reason = "Ruby's own names; `self` is the interpreter")]
mod convert;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a method picks the few kinds of values it takes; any other is Ruby's own error"
)]
#[expect(clippy::wrong_self_convention, reason = "Ruby's own names; `self` is the interpreter")]
mod core;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a method picks the few kinds of values it takes; any other is Ruby's own error"
)]
mod functions;
mod host;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an expression picks the few kinds of values it takes; any other is Ruby's own error"
)]
#[expect(clippy::wrong_self_convention, reason = "Ruby's own names; `self` is the interpreter")]
mod interp;
mod live;
#[expect(clippy::wildcard_enum_match_arm, reason = "the parser's 120 kinds of nodes are dispatched in steps")]
mod lower;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a method picks the few kinds of values it takes; any other is Ruby's own error"
)]
mod object;
mod prelude;
mod script;
pub(crate) mod tree;

pub use code::CODES;
pub use functions::{FunctionCall, call_function};
pub(crate) use functions::{Three, alias, parsed, plain_name};
pub use host::{Host, HostBlock, HostFile};
pub use interp::Limits;
pub(crate) use prelude::{CORE, is_ours};
pub use script::Script;

/// Tells whether a code says that the interpreter refuses what a real Ruby could do.
#[must_use]
pub fn is_refusal(code: &crate::diag::Code) -> bool {
    let refused =
        [code::REFUSED, code::UNSUPPORTED_SYNTAX, code::UNSUPPORTED_METHOD, code::UNSUPPORTED_VALUE];
    refused.iter().any(|it| it.name == code.name)
}

/// Tells whether a code is of the interpreter's own and not of the code that it runs: its place in the Ruby file is the
/// one that matters. Beside refusals these are limits, and secrets whose bytes are not at hand; a real Ruby would not
/// help with either.
#[must_use]
pub fn is_own(code: &crate::diag::Code) -> bool {
    is_refusal(code) || [code::LIMIT, code::OPAQUE_SECRET].iter().any(|it| it.name == code.name)
}
