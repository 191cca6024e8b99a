//! Diagnostics: a stable code, a place, a help line; collected in a sink, rendered by miette or as one line.
//!
//! In: what stages find. Out: [`Diagnostic`]s, sorted as they were found. Each stage keeps a table of its
//! codes (`pub(crate) const CODES: &[Code]`) that `cli` joins into one register. [`closest`] and [`distance`] are for
//! "did you mean".

mod code;
mod diagnostic;
mod sink;
mod spelling;

pub use code::Code;
pub use diagnostic::{Diagnostic, Severity};
pub use sink::Sink;
pub use spelling::{closest, distance};

/// The result of a step that may find several problems at once.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;
