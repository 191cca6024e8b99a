//! What a root really has: paths looked up without ever leaving it.
//!
//! In: a folder that is or stands for a host's `/`. Out: [`Observed`] for each path asked for, and the means to
//! read and change names below the root.

mod observed;
mod root;

pub use observed::{Meta, Observed};
pub use root::Root;
