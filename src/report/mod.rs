//! Reports of a conversion: the account of every resource for programs, for a terminal, for a reviewer.
//!
//! In: the translated hosts and the nodes that failed. Out: [`Report`], whose serde form is `report.json`; the
//! score table, `MIGRATION.md` and a self-contained page made from it; a page of installation for each host. No secret's
//! bytes are in a ledger, so none are here.

mod fleet;
mod fleet_markdown;
mod html;
mod install;
mod markdown;
mod summary;
mod table;

pub use fleet::{Converted, Leftover, StateRow, Tie, TieKind, Wave};
pub(crate) use html::CODES;
pub use html::html;
pub use install::install;
pub use markdown::markdown;
pub use summary::{Failed, HostReport, Problem, Report, SCHEMA, Unmapped};
pub use table::score_table;
