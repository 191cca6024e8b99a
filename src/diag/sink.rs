//! Where recoverable problems go.

use super::{Diagnostic, Severity};
use std::cell::RefCell;

/// Collects diagnostics in the order they were found.
#[derive(Debug, Default)]
pub struct Sink {
    found: RefCell<Vec<Diagnostic>>,
}

impl Sink {
    /// Adds a diagnostic.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    /// Tells whether an error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found.borrow().iter().any(|found| found.severity() == Severity::Error)
    }

    /// Returns all that was found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.found.into_inner()
    }
}
