//! Proof of what is emitted: options against a table, values against an evaluation by the real Nix.
//!
//! In: plans and a table of options; a converted folder and a tree of nixpkgs. Out: findings about options; a table
//! made from the tree.

mod codes;
mod index;
mod nix;
mod settings;

pub use codes::CODES;
pub(crate) use codes::NO_NIX;
pub use index::index;
pub use nix::{Nix, NixFailure};
pub use settings::{OptionCounts, check_options};
