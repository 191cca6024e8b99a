//! The evaluator: syntax trees, facts and data to a catalog identical to Puppet's.
//!
//! In: an [`Environment`] (shared by all nodes and threads), a [`NodeRequest`] (one node's facts and classes), the
//! node's data and a world to read files through. Out: [`Compiled`]: a catalog whose every resource and parameter
//! has its origin, or the diagnostics that say why there is none.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "values, types and expressions have many kinds; few matter at a time"
)]

mod access;
mod branches;
mod calls;
mod classes;
mod codes;
mod collect;
mod compiler;
mod context;
mod cx;
mod data;
mod declare;
mod definition;
mod environment;
mod epp;
mod finish;
mod import;
mod in_place;
mod known;
mod lambda;
mod limits;
mod members;
mod modules;
mod natives;
mod operators;
mod overrides;
mod query;
mod record;
mod relate;
mod request;
mod resource;
mod ruby_functions;
mod ruby_host;
mod scope;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod type_names;
mod types;
mod variables;

pub use crate::hiera::{Found as Datum, Host as DataHost, Query, Source as DatumSource};
pub use crate::syntax::Strict;
pub use codes::CODES;
pub use data::TopScope;
pub use environment::{Environment, EnvironmentPaths};
pub use limits::Limits;
pub use query::Asked;
pub use request::{Compiled, DataSource, NodeRequest};
pub use ruby_functions::is_refusal;

use crate::{diag::Diagnostic, source::World};
use std::panic::{self, AssertUnwindSafe};

/// Bytes of stack of a thread that compiles, half of which a compile may need; only what is touched takes memory.
pub const STACK: usize = 1 << 30;

/// Compiles the catalog of one node; never panics and never stops other nodes.
///
/// The work is done on a stack deep enough for the nesting that is allowed.
#[must_use]
pub fn compile_node(
    environment: &Environment,
    request: &NodeRequest,
    data: &dyn DataSource,
    world: &dyn World,
) -> Compiled {
    world.note(environment.asked());
    let run = || compiler::Compiler::new(environment, request, data, world).compile();
    on_deep_stack(run).unwrap_or_else(|why| Compiled {
        catalog: None,
        exports: Vec::new(),
        asked: Vec::new(),
        diagnostics: vec![Diagnostic::error(&codes::UNSUPPORTED, format!("`{}`: {why}", request.certname))],
    })
}

/// Compiles a node and then runs something in its top scope; gives the warnings too.
///
/// # Errors
/// Gives why the node does not compile.
pub fn in_top_scope<T: Send>(
    environment: &Environment,
    request: &NodeRequest,
    data: &dyn DataSource,
    world: &dyn World,
    run: impl FnOnce(&TopScope<'_, '_>) -> T + Send,
) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
    let work = || compiler::Compiler::new(environment, request, data, world).then(run);
    on_deep_stack(work).unwrap_or_else(|why| {
        Err(vec![Diagnostic::error(&codes::UNSUPPORTED, format!("`{}`: {why}", request.certname))])
    })
}

/// Runs something on a deep stack: this thread's own where it is one of those that `--jobs` starts, else a new one.
fn on_deep_stack<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let run = || panic::catch_unwind(AssertUnwindSafe(run));
    stacker::maybe_grow(STACK / 2, STACK, run)
        .map_err(|_| "the evaluator ended unexpectedly, which is a bug".to_owned())
}
