//! The evaluator: syntax trees, facts and data to a catalog identical to Puppet's.
//!
//! In: an [`Environment`] (shared by all nodes and threads), a [`NodeRequest`] (one node's facts and classes), the
//! node's data and a world to read files through. Out: [`Compiled`]: a catalog whose every resource and parameter
//! has its origin, or the diagnostics that say why there is none.

mod codes;
mod environment;
mod request;

pub use codes::CODES;
pub use environment::{Environment, EnvironmentPaths};
pub use request::{Compiled, DataHost, DataSource, Datum, NodeRequest, Strict};

use crate::{diag::Diagnostic, source::World};

/// Compiles the catalog of one node; never panics and never stops other nodes.
///
/// The work is done on a thread of its own with a stack deep enough for the nesting that is allowed.
#[must_use]
pub fn compile_node(
    environment: &Environment,
    request: &NodeRequest,
    data: &dyn DataSource,
    world: &dyn World,
) -> Compiled {
    let _ = (environment, data, world);
    let message = format!("`{}` cannot be compiled yet", request.certname);
    Compiled {
        catalog: None,
        exports: Vec::new(),
        diagnostics: vec![Diagnostic::error(&codes::UNSUPPORTED, message)],
    }
}
