//! The options of a NixOS release: names, types, and what became of those that were renamed or removed.
//!
//! In: `data/nixos-options.txt`, or such a table of the user's own nixpkgs that `migrate index` made. Out:
//! [`OptionTable`], a tree of declarations; [`OptionType`], which says what fits a declaration's type; [`check`],
//! which says what is wrong with a value at a path.

mod check;
mod codes;
mod form;
mod table;
mod text;
mod types;

pub use check::{Checked, Fault, check};
pub use codes::CODES;
pub use form::{Fit, Form};
pub use table::{Declared, Fate, Node, OptionTable, Row};
pub use types::{Literal, OptionType, StrRule};
