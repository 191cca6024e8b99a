//! The fleet: every node's catalog, in parallel, over code that is read once.
//!
//! In: a [`Repo`](crate::inputs::Repo), each node's inputs, [`Options`]. Out: one [`CompiledNode`] a node in the order of the inputs,
//! whatever the number of threads. A node that fails stops no other.

mod cache;
mod changes;
mod codes;
mod data;
mod exports;
mod fleet;
mod nodes;
mod options;
mod programs;
mod rounds;

pub use cache::{Cache, Codes};
pub use changes::Changes;
pub use codes::CODES;
pub(crate) use codes::{CACHE, INCOMPLETE, NOT_COMPILED, NOT_WRITTEN, OSCILLATES, SINCE};
pub use fleet::{CompiledNode, Fleet, KeptText, hiera};
pub use nodes::{Listed, Node, Nodes};
pub use options::{Exported, Options};
pub use rounds::Receiver;
