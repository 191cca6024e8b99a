//! The pre-merge check: parse everything, compile every node, classify what came out.
//!
//! In: a control repo with what its nodes are compiled from. Out: [`Checked`]: the findings, each once with the
//! nodes it was met on, the nodes that did not compile by name, and the score. What could not be read is kept apart
//! from what is wrong with the code: the one says nothing about the other.

mod checked;
mod classify;
mod codes;
mod files;
mod report;

pub use checked::{Checked, Finding, NodeOutcome};
pub use classify::{Classified, Manual, classify};
pub use codes::CODES;
pub use files::{Files, parse_files};
pub use report::{CheckReport, checked_text};
