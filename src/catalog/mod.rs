//! Catalogs: resources with their parameters, containment, classes; data only.
//!
//! In: what `eval` declares. Out: Puppet's own JSON, the agent's graph, and for `translate` every value with
//! its origin.

#![expect(clippy::wildcard_enum_match_arm, reason = "values have many kinds; few matter at a time")]

mod automatic;
mod graph;
mod json;
mod knots;
mod names;
mod read;
mod resource;
mod types;

pub use automatic::Unread;
pub use graph::{AgentGraph, Cause, Cycle};
pub use json::{catalog_json, resource_json, rich_json, write_catalog};
pub use read::{CODES, read_catalog, read_resources, read_value};
pub use resource::{Catalog, Edge, Parameter, Resource, ResourceRef};
