//! `HostConfig`: the typed desired state of one host, which knows neither Puppet nor Nix.
//!
//! In: what `translate` understood of a catalog, or a native host file. Out: what `emit`, `diff`, `build` and
//! `activate` work on. Its serde form is the native host file (TOML, `schema = "migrate/host/v1"`).

mod config;
mod file;
mod ids;
mod read;
mod system;
mod text;

pub use config::{Edge, EdgeKind, Host, HostConfig, SCHEMA};
pub use file::{File, FileKind};
pub use ids::{ItemId, ItemKind, Provenance};
pub use read::CODES;
pub use system::{
    AuthorizedKey, Cron, Enable, Exec, Group, HostEntry, KnownHost, Mount, MountState, Package, PackageState,
    Presence, Service, User,
};
pub use text::{SecretRef, Text, TextPart};
