//! The builder: a [`HostConfig`](crate::model::HostConfig) to the manifest of a generation.
//!
//! In: the desired state of one host. Out: [`Built`]: a [`Manifest`] that names a store object for each file's
//! content, the contents themselves, and a diagnostic for everything that no activator realises yet.

mod codes;
mod manifest;
mod realise;

pub use codes::CODES;
pub use manifest::{Accounts, Content, Deferred, Entry, Manifest, SCHEMA, Want};
pub use realise::{Built, build};
pub(crate) use realise::{not_activated, parents};
