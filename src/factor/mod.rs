//! From many hosts to what they share: modules, options and small host files.
//!
//! In: a [`Fleet`] of translated hosts with their origins, and the syntax trees behind them. Out: [`Factored`]: modules
//! with options, and host files that set them. Expanding both gives each host's settings again, which `expand` checks.

mod assemble;
mod codes;
mod definitions;
mod draft;
pub mod evaluate;
mod expand;
mod expressions;
mod files;
mod fleet;
mod identity;
mod inputs;
mod ladder;
mod module;
mod names;
mod places;
mod slots;
mod stubs;
mod tables;
#[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of expressions a few have a counterpart")]
pub mod transliterate;
mod units;

pub use assemble::factor;
pub use codes::CODES;
pub(crate) use codes::NOT_THE_SAME;
pub use expand::{Difference, check};
pub use fleet::{Fleet, Member, UnitName};
pub use module::{Declared, Factored, Group, HostFile, Module, Rungs, Shared};
pub use tables::facts_of_hierarchy;
