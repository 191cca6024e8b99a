//! What a root really has: paths looked up without ever leaving it; and a capture of a whole host.
//!
//! In: a folder that is or stands for a host's `/`. Out: [`Observed`] for each path asked for, and the means to
//! read and change names below the root.

mod capture;
mod devices;
mod network;
mod observed;
mod root;

pub use capture::capture;
pub use observed::{Meta, Observed};
pub use root::Root;
