//! The diagnostic codes of this stage.

use crate::diag::Code;

/// A construct that is not supported.
pub(crate) const UNSUPPORTED: Code = Code {
    name: "eval::unsupported",
    title: "a construct is not supported",
    explanation: "The message names the construct. The node is reported and the others go on.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[UNSUPPORTED];
