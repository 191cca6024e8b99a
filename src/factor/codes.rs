//! The diagnostic codes of factoring.

use crate::diag::Code;

/// Modules and host file do not give a host's settings again: a fault of this program.
pub(crate) const NOT_THE_SAME: Code = Code {
    name: "factor::not-the-same",
    title: "modules and a host's file that do not give the host's settings again",
    explanation: "Before anything is written, the modules and each host's file are expanded and compared with what \
                  the host was translated to. They differ here, so nothing was written: please report it with the \
                  option that the message names.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[NOT_THE_SAME];
