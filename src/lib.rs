//! `migrate` moves hosts from Puppet to declarative configuration.
//!
//! ```text
//! control repo ──parse──► Ast ──evaluate──► Catalog ──translate──► HostConfig ──factor, emit──► NixOS flake, native hosts
//!                          ▲      ▲                                    │  ▲
//!                       grammar  hiera, functions, templating         diff └── observe ◄── legacy host
//!                                                                       │
//!                                                        build ──► Generation ──► activate
//! ```
//!
//! Each folder is one stage and uses only the stages listed before it; `docs/architecture.md` states the
//! pipeline once, and `tests/architecture.rs` holds the order.

pub mod activate;
pub mod build;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diag;
pub mod diff;
pub mod emit;
pub mod eval;
pub mod factor;
pub mod functions;
pub mod hiera;
pub mod inputs;
pub mod maps;
pub mod model;
pub mod observe;
pub mod options;
pub mod packages;
pub mod report;
pub mod restypes;
pub mod ruby;
pub mod source;
pub mod store;
pub mod syntax;
pub mod templating;
pub mod translate;
pub mod value;
pub mod verify;
