//! Catalogs: resources with their parameters, containment, classes; data only.
//!
//! In: what `eval` declares. Out: Puppet's own JSON, the agent's graph, and for `translate` every value with
//! its origin.

mod resource;

pub use resource::{Catalog, Edge, Parameter, Resource, ResourceRef};
