//! Builtin functions: one visible table, one gate through which every call goes.
//!
//! In: evaluated arguments, perhaps a block. Out: a value whose strings carry the labels of the arguments
//! unless the function carries them byte by byte itself ([`Labelling`]).
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a builtin names the kinds of values that it takes; all others are one case, as in its Ruby source"
)]

mod arguments;
mod catalog;
pub mod codes;
mod collections;
mod context;
mod convert;
mod data;
mod digests;
mod encoding;
mod files;
mod format;
mod gate;
mod iteration;
pub mod jump;
mod logging;
mod modules;
mod numbers;
mod passwords;
mod puppetdb;
mod random;
mod regex;
mod scan;
mod shell;
mod stdlib;
mod strings;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod types;

use crate::diag::Code;
pub(crate) use codes::{CODES, how_to_answer};
pub use context::{Block, Call, Context, Inclusion, LookupRequest, Template};
pub use encoding::yaml;
pub use gate::{call, derived_from, hide, map_strings, mark_secret, secrets};
pub use table::{Function, Generation, Labelling, find, functions, similar};

/// The rows of all families.
const FAMILIES: &[&[Function]] = &[
    catalog::ROWS,
    collections::ROWS,
    data::ROWS,
    digests::ROWS,
    encoding::ROWS,
    files::ROWS,
    format::ROWS,
    iteration::ROWS,
    logging::ROWS,
    modules::ROWS,
    numbers::ROWS,
    passwords::ROWS,
    puppetdb::ROWS,
    random::ROWS,
    regex::ROWS,
    scan::ROWS,
    shell::ROWS,
    stdlib::addresses::ROWS,
    stdlib::arrays::ROWS,
    stdlib::hashes::ROWS,
    stdlib::namespaced::ROWS,
    stdlib::predicates::ROWS,
    stdlib::texts::ROWS,
    stdlib::validate::ROWS,
    strings::ROWS,
    time::ROWS,
    types::ROWS,
];

/// Tells whether a code says that a function is not done here, though it could be elsewhere.
#[must_use]
pub fn is_refusal(code: &Code) -> bool {
    [codes::UNSUPPORTED.name, codes::NEEDS_PROGRAM.name].contains(&code.name)
}
