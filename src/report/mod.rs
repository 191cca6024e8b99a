//! Reports of a conversion: the account of every resource for programs, for a terminal, for a reviewer.
//!
//! In: the translated hosts and the nodes that failed. Out: [`Report`], whose serde form is `report.json`; the
//! score table, `MIGRATION.md` and a self-contained page made from it. No secret's bytes are in a ledger, so none
//! are here.

mod html;
mod markdown;
mod summary;
mod table;

pub(crate) use html::CODES;
pub use html::html;
pub use markdown::markdown;
pub use summary::{Failed, HostReport, Problem, Report, SCHEMA};
pub use table::score_table;
