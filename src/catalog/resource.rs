//! Resources, references and the catalog that holds them.

use crate::{
    maps::{IndexMap, IndexSet},
    restypes::TypeFacts,
    source::Origin,
    value::Value,
};
use ecow::EcoString;
use std::{fmt, sync::Arc};

/// A reference: type capitalized by segment (`Apache::Vhost`) and title.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceRef {
    /// The type, each segment capitalized.
    pub type_name: EcoString,
    /// The title; of a class its name, each segment capitalized.
    pub title: EcoString,
}

impl ResourceRef {
    /// Makes a reference; the type must be capitalized already.
    #[must_use]
    pub fn new(type_name: impl Into<EcoString>, title: impl Into<EcoString>) -> Self {
        Self { type_name: type_name.into(), title: title.into() }
    }

    /// Reads `Type[title]`; the title may hold brackets.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (type_name, rest) = text.split_once('[')?;
        Some(Self::new(type_name, rest.strip_suffix(']')?))
    }
}

impl fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.type_name, self.title)
    }
}

/// A parameter's value and where it comes from.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The value, `Sensitive` already unwrapped.
    pub value: Value,
    /// The place of this value and what was read for it.
    pub origin: Arc<Origin>,
    /// Whether the value was `Sensitive`.
    pub sensitive: bool,
}

/// One resource of a catalog.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Type and title.
    pub reference: ResourceRef,
    /// The parameters in Puppet's order, relationship parameters among them.
    pub parameters: IndexMap<EcoString, Parameter>,
    /// The tags, in order of adding.
    pub tags: IndexSet<EcoString>,
    /// Whether it is exported.
    pub exported: bool,
    /// Whether it is virtual (and not realized).
    pub is_virtual: bool,
    /// Puppet's `kind`: `class`, `compilable_type` or `unknown`.
    pub kind: &'static str,
    /// The node that exported it, where it was collected from another one; its place lies in that node's catalog.
    pub exporter: Option<EcoString>,
    /// The declaration: its place, frames, guards, iteration and the reads of its title.
    pub origin: Arc<Origin>,
}

/// Containment: the source contains the target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// The container.
    pub source: ResourceRef,
    /// What it contains.
    pub target: ResourceRef,
}

/// The catalog of one node.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The node's certname.
    pub name: EcoString,
    /// The environment's name.
    pub environment: EcoString,
    /// The catalog's version, 0 unless it was given.
    pub version: EcoString,
    /// The classes in order of evaluation, as Puppet lists them.
    pub classes: Vec<EcoString>,
    /// The catalog's own tags.
    pub tags: IndexSet<EcoString>,
    /// The resources in order.
    pub resources: IndexMap<ResourceRef, Resource>,
    /// Containment only.
    pub edges: IndexSet<Edge>,
    /// What is known of the types that are no classes or defines, by their capitalized name; a catalog that was read
    /// has none.
    pub types: IndexMap<EcoString, Arc<TypeFacts>>,
}
