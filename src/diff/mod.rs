//! Comparing: two catalogs, two native host files, a catalog and a host file, or folders with one of them a node.
//!
//! In: two [`Side`]s. Out: a [`Comparison`]: per node what only one side has and in what the others differ, shown in
//! two columns or as data. Secrets are compared and never shown. A side that is empty or cannot be read is an error
//! and never "no differences".

mod codes;
mod columns;
mod compare;
mod items;
mod mask;
mod report;
mod side;
mod text;

pub use codes::CODES;
pub(crate) use codes::NOT_COMPARED;
pub use compare::{Comparison, Counts, FieldDiff, NodeDiff, ResourceDiff, Shown, Translate, compare};
pub use report::DiffReport;
pub use side::{Node, Side, read_side};
pub use text::{Style, comparison_text};
