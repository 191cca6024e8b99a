//! Builtin functions: one visible table, one gate through which every call goes.
//!
//! In: evaluated arguments, perhaps a block. Out: a value whose strings carry the labels of the arguments
//! unless the function carries them byte by byte itself ([`Labelling`]).

mod context;
mod gate;
pub mod jump;
mod table;

pub use context::{Block, Call, Context, Inclusion, LookupRequest, Template};
pub use gate::call;
pub use table::{Function, Labelling, find, functions};
