//! Proof of what is emitted: options against a table, values against an evaluation by the real Nix.
//!
//! In: plans and a table of options; a converted folder and a tree of nixpkgs. Out: findings about options; a table
//! made from the tree; per resource proved, refuted, or not provable.

mod ask;
mod claims;
mod codes;
mod compare;
mod folder;
mod index;
mod nix;
mod proof;
mod prove;
mod settings;

pub use codes::CODES;
pub(crate) use codes::NO_NIX;
pub use index::index;
pub use nix::{Nix, NixFailure};
pub use proof::{Broken, Counts, HostProof, Proof, ResourceProof, SCHEMA, Verdict, Witness};
pub use prove::{Verification, verify};
pub use settings::{OptionCounts, check_options};
