//! What grows while the catalog of one node is made.

use super::{
    collect::Collector,
    definition::ResourceType,
    relate::Relationship,
    resource::{Res, ResourceId},
    scope::{Scope, ScopeId},
};
use crate::{
    catalog::ResourceRef,
    maps::{HashMap, HashSet, IndexMap, IndexSet},
    value::Value,
};
use ecow::EcoString;
use std::{rc::Rc, sync::Arc};

/// What grows while a catalog is made.
#[derive(Default)]
pub(crate) struct State {
    pub scopes: Vec<Scope>,
    pub resources: Vec<Res>,
    /// Resources by type and title.
    pub titles: HashMap<ResourceRef, ResourceId>,
    /// Resources by type and namevars, where those are not one string: that counts as a title.
    pub namevars: HashMap<(EcoString, Vec<Value>), ResourceId>,
    /// The catalog's resources in order.
    pub order: Vec<ResourceId>,
    /// Those that are evaluated, finished and collected; without `Stage[main]` and `Class[Settings]`.
    pub declared: Vec<ResourceId>,
    pub edges: IndexSet<(ResourceId, ResourceId)>,
    pub classes: Vec<EcoString>,
    pub tags: IndexSet<EcoString>,
    pub overrides: IndexMap<ResourceRef, Vec<Res>>,
    pub collectors: Vec<Rc<Collector>>,
    pub relationships: Vec<Relationship>,
    pub class_scopes: HashMap<EcoString, ScopeId>,
    /// Classes whose collectors override; from then on they may override everything.
    pub overriding: Vec<Arc<ResourceType>>,
    /// What is visible in a scope that others lie in, and of how many variables.
    pub visible: HashMap<ScopeId, (usize, Arc<crate::value::HashMap>)>,
    /// The types, capitalized, that some scope has defaults for.
    pub defaulted: HashSet<EcoString>,
    pub warned: HashSet<EcoString>,
    /// Names of the types that are being defined, in lower case.
    pub defining: Vec<EcoString>,
    /// Types whose definitions' names were noted.
    pub noted_types: HashSet<EcoString>,
    /// Names of the `TypeSet`s that something has named, in lower case.
    pub type_sets: HashSet<EcoString>,
    /// Types of parameters by the address of their expression, which lives as long as the environment.
    pub types: HashMap<usize, crate::value::Type>,
}

impl State {
    /// Finds a resource by its type and its namevars.
    pub(super) fn known_as(&self, type_name: &EcoString, key: Vec<Value>) -> Option<ResourceId> {
        match key.as_slice() {
            [Value::Str(title)] => {
                self.titles.get(&ResourceRef::new(type_name.clone(), title.text().clone())).copied()
            }
            _ => self.namevars.get(&(type_name.clone(), key)).copied(),
        }
    }

    /// Makes a resource known by its namevars unless another one is; gives the one that is.
    pub(super) fn name(&mut self, type_name: &EcoString, key: Vec<Value>, id: ResourceId) -> ResourceId {
        match key.as_slice() {
            [Value::Str(title)] => {
                let title = ResourceRef::new(type_name.clone(), title.text().clone());
                *self.titles.entry(title).or_insert(id)
            }
            _ => *self.namevars.entry((type_name.clone(), key)).or_insert(id),
        }
    }
}
