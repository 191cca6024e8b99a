//! What every target of an activation can do.

use super::{Generation, Plan, Recovered};
use crate::{
    build::Built,
    diag::{Diagnostic, Result},
    model::HostConfig,
};
use ecow::EcoString;

/// A way to make a host be as its configuration says.
pub trait Backend {
    /// Builds a configuration; changes nothing.
    ///
    /// # Errors
    /// Gives all that contradicts itself in it.
    fn build(&self, config: &HostConfig) -> Result<Built, Vec<Diagnostic>>;

    /// Says what an activation would do and why it would be refused; changes nothing.
    ///
    /// # Errors
    /// Gives why the host could not be looked at.
    fn plan(&self, built: &Built) -> Result<Plan>;

    /// Makes the host be as it was built, as one generation, or not at all.
    ///
    /// # Errors
    /// Tells how far it came and what became of that.
    fn activate(&self, built: &Built) -> Result<Activated, ActivationError>;

    /// Goes back to a predecessor of the current generation, the nearest one for `None`.
    ///
    /// # Errors
    /// Tells how far it came and what became of that.
    fn rollback(&self, to: Option<u64>) -> Result<Activated, ActivationError>;

    /// Lists the generations, ascending.
    ///
    /// # Errors
    /// Gives why the state could not be read.
    fn generations(&self) -> Result<Vec<Generation>>;
}

/// What an activation or a rollback did.
#[derive(Clone, Debug)]
pub struct Activated {
    /// The generation that is current now; `None` where nothing was ever activated.
    pub generation: Option<u64>,
    /// Whether it was made now.
    pub is_new: bool,
    /// The paths that were changed, sorted.
    pub changed: Vec<EcoString>,
    /// The plan that was carried out; a rollback has none.
    pub plan: Option<Plan>,
    /// What became of an interrupted run before.
    pub recovered: Option<Recovered>,
    /// What a person should know.
    pub warnings: Vec<Diagnostic>,
    /// What failed after the new generation had become current.
    pub failures: Vec<Diagnostic>,
}

/// How far an activation came.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Partial {
    /// The paths that had been changed, in that order.
    pub done: Vec<EcoString>,
    /// How many were to be changed.
    pub total: usize,
}

/// Why there is no new generation.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// Nothing was changed.
    #[error("refused, nothing was changed")]
    Refused {
        /// The reasons.
        problems: Vec<Diagnostic>,
        /// The plan, as far as there is one.
        plan: Option<Box<Plan>>,
    },
    /// A step failed, and what had been done was taken back.
    #[error("failed after {} of {} paths and taken back: {cause}", partial.done.len(), partial.total)]
    RolledBack {
        /// How far it came.
        partial: Partial,
        /// What failed.
        cause: Box<Diagnostic>,
    },
    /// A step failed, and taking back failed too; the journal stays open.
    #[error("failed after {} of {} paths ({cause}), and taking back failed: {revert}", partial.done.len(), partial.total)]
    Stuck {
        /// How far it came.
        partial: Partial,
        /// What failed first.
        cause: Box<Diagnostic>,
        /// What failed then.
        revert: Box<Diagnostic>,
    },
}

impl From<Box<Diagnostic>> for ActivationError {
    fn from(problem: Box<Diagnostic>) -> Self {
        Self::Refused { problems: vec![*problem], plan: None }
    }
}
