//! Where resources come from, in words: place and container.

use crate::{
    catalog::{Catalog, Resource, ResourceRef},
    maps::HashMap,
    model::Provenance,
};
use ecow::EcoString;

/// Finds places and containers of one catalog's resources.
pub(crate) struct Origins<'a> {
    containers: HashMap<&'a ResourceRef, &'a ResourceRef>,
}

impl<'a> Origins<'a> {
    pub(crate) fn new(catalog: &'a Catalog) -> Self {
        Self { containers: catalog.edges.iter().map(|edge| (&edge.target, &edge.source)).collect() }
    }

    /// `file:line`, empty where nothing is known.
    pub(crate) fn place(&self, resource: &Resource) -> EcoString {
        resource.origin.at.as_ref().map(|at| at.to_string().into()).unwrap_or_default()
    }

    /// The innermost container, from the origin's frames or else from containment.
    pub(crate) fn container(&self, resource: &Resource) -> EcoString {
        if let Some(frame) = resource.origin.frames.last() {
            return frame.container.clone();
        }
        self.containers.get(&resource.reference).map(|it| it.to_string().into()).unwrap_or_default()
    }

    pub(crate) fn provenance(&self, resource: &Resource) -> Provenance {
        Provenance {
            place: self.place(resource),
            container: self.container(resource),
            resources: vec![resource.reference.to_string().into()],
            origin: Some(resource.origin.clone()),
        }
    }
}
