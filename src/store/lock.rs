//! The lock: one process at a time changes a root.

use super::codes::{LOCKED, io_error};
use crate::diag::{Diagnostic, Result};
use rustix::fs::FlockOperation;
use std::{fs, path::Path};

/// An exclusive lock on a root, held until it is dropped. It is on the folder itself: nothing is written for it.
#[derive(Debug)]
pub struct Lock {
    _dir: fs::File,
}

impl Lock {
    /// Takes the lock without waiting.
    ///
    /// # Errors
    /// Tells that another process has it, or gives the system's reason.
    pub fn take(root: &Path) -> Result<Self> {
        let dir = fs::File::open(root).map_err(|error| io_error("open", root, &error))?;
        match rustix::fs::flock(&dir, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _dir: dir }),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let message = format!("another run is working on `{}`", root.display());
                Err(Box::new(Diagnostic::error(&LOCKED, message)))
            }
            Err(error) => Err(io_error("lock", root, &error.into())),
        }
    }
}
