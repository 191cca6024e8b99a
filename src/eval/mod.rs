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
mod declare;
mod definition;
mod environment;
mod epp;
mod finish;
mod lambda;
mod members;
mod modules;
mod operators;
mod overrides;
mod record;
mod relate;
mod request;
mod resource;
mod ruby_functions;
mod ruby_host;
mod scope;
mod settings;
#[cfg(test)]
mod tests;
mod type_names;
mod types;
mod variables;

pub use crate::syntax::Strict;
pub use codes::CODES;
pub use environment::{Environment, EnvironmentPaths};
pub use request::{Compiled, DataHost, DataSource, Datum, NodeRequest};

use crate::{diag::Diagnostic, source::World};
use std::thread;

/// Bytes of stack a compile may use; only what is touched takes memory.
const STACK: usize = 1 << 30;

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
    let run = || compiler::Compiler::new(environment, request, data, world).compile();
    let failed = |why: &str| Compiled {
        catalog: None,
        exports: Vec::new(),
        diagnostics: vec![Diagnostic::error(&codes::UNSUPPORTED, format!("`{}`: {why}", request.certname))],
    };
    thread::scope(|scope| match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run) {
        Ok(thread) => {
            thread.join().unwrap_or_else(|_| failed("the evaluator ended unexpectedly, which is a bug"))
        }
        Err(error) => failed(&format!("no thread could be started: {error}")),
    })
}
