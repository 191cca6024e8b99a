//! The fleet: every node's catalog, in parallel, over code that is read once.
//!
//! In: a [`Repo`](crate::inputs::Repo), each node's inputs, [`Options`]. Out: one [`CompiledNode`] a node in the order of the inputs,
//! whatever the number of threads. A node that fails stops no other.

mod codes;
mod data;
mod exports;
mod fleet;
mod nodes;
mod options;
mod rounds;

pub use codes::CODES;
pub(crate) use codes::{INCOMPLETE, NOT_COMPILED, NOT_WRITTEN, OSCILLATES};
pub use fleet::{CompiledNode, Fleet, hiera};
pub use nodes::{Listed, Node, Nodes};
pub use options::{Exported, Options};
pub use rounds::Receiver;
