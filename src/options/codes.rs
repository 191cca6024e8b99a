//! The diagnostic codes of option tables.

use crate::diag::Code;

/// A table of options cannot be read.
pub(crate) const BROKEN_TABLE: Code = Code {
    name: "options::broken-table",
    title: "a table of NixOS options cannot be read",
    explanation: "The file is not what `migrate index --nixpkgs PATH --out FILE` writes. Make it again with this \
                  version of `migrate`.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[BROKEN_TABLE];
