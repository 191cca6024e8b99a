//! The activator: observe, plan, refuse what cannot work, act in an order that survives a crash, commit.
//!
//! In: a [`Built`](crate::build::Built) host and a root. Out: a new generation, whose number `current` points at.
//! A [`Backend`] builds, plans, activates and rolls back; [`Native`] is the one that places real files below a
//! root and keeps its state in a folder of it. `docs/activation.md` has the order of writes and its reasons.

mod accounts;
mod backend;
mod capture;
mod codes;
mod generations;
mod journal;
mod native;
mod options;
mod perform;
mod place;
mod plan;
mod planner;
mod preflight;
mod removal;
mod report;
mod rollback;
mod secrets;
mod validate;

pub use backend::{Activated, ActivationError, Backend, Partial};
pub use codes::CODES;
pub(crate) use codes::UNTOLD;
pub use generations::{Collected, Generation, Reason};
pub use journal::Recovered;
pub use native::Native;
pub use options::{Options, Owners};
pub use plan::{Change, Plan, Step, Why};
pub use report::{PlanReport, StatusReport, StepReport, ToldDiagnostic, steps_text};
