//! The diagnostic codes of the store.

use crate::diag::{Code, Diagnostic};
use std::{io, path::Path};

/// A system call failed.
pub(crate) const IO: Code = Code {
    name: "store::io",
    title: "the store could not be read or written",
    explanation: "A system call on the folder of state failed; the message has the path and the system's reason.",
};

/// An object's bytes do not fit its name.
pub(crate) const CORRUPT: Code = Code {
    name: "store::corrupt",
    title: "a store object does not have the content its name promises",
    explanation: "The disk or a person changed an object. Nothing is placed from it; `migrate build` writes it anew \
                  where its content is at hand.",
};

/// Another process holds the lock.
pub(crate) const LOCKED: Code = Code {
    name: "store::locked",
    title: "another run is working on this root",
    explanation: "Only one process at a time may change a root. Wait for the other one, or look for it by the lock's \
                  path.",
};

/// A file of the state is not what was written.
pub(crate) const BROKEN_STATE: Code = Code {
    name: "store::broken-state",
    title: "a file of the state cannot be understood",
    explanation: "A journal, a generation or a link of the state is not what this program writes. Nothing is changed \
                  until a person has looked.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[IO, CORRUPT, LOCKED, BROKEN_STATE];

/// Makes a diagnostic of a failed system call.
pub(crate) fn io_error(what: &str, path: &Path, error: &io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&IO, format!("cannot {what} `{}`: {error}", path.display())))
}

/// Makes a diagnostic of a file of the state that cannot be understood.
pub(crate) fn broken_state(path: &Path, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&BROKEN_STATE, format!("cannot understand `{}`: {error}", path.display())))
}
