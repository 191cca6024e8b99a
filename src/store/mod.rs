//! The store: content-addressed objects, the folder of generations, locks and garbage collection.
//!
//! In: bytes. Out: `<hash>-<name>` objects that are whole or not there at all, and one `current` link whose
//! swap is the commit point of an activation. Everything lies in one folder, readable by its owner alone.

mod codes;
mod lock;
mod object;
mod state;
mod sync;

pub use codes::CODES;
pub use lock::Lock;
pub use object::{ObjectRef, Store, StorePath};
pub use state::State;

pub(crate) use codes::{broken_state, io_error};
pub(crate) use sync::{sync_dir, sync_filesystem, write_atomically};
