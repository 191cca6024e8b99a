//! How an agent finds resources: by title, by alias, and by what they manage.

use super::{Catalog, Resource, ResourceRef};
use crate::{
    maps::HashMap,
    restypes::{self, TypeFacts},
    value::Value,
};
use ecow::EcoString;
use std::sync::Arc;

/// The resources of a catalog as an agent finds them.
pub(super) struct Names<'a> {
    pub(super) resources: Vec<&'a Resource>,
    catalog: &'a Catalog,
    by_reference: HashMap<(&'a str, &'a str), usize>,
    by_name: HashMap<&'a str, HashMap<EcoString, usize>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let resources: Vec<&Resource> = catalog.resources.values().collect();
        let mut names =
            Self { resources, catalog, by_reference: HashMap::default(), by_name: HashMap::default() };
        for (at, resource) in names.resources.iter().enumerate() {
            let reference = &resource.reference;
            names.by_reference.insert((&reference.type_name, &reference.title), at);
        }
        for at in 0..names.resources.len() {
            let Some(resource) = names.resources.get(at).copied() else { continue };
            let type_name = resource.reference.type_name.as_str();
            let aliases = values(resource, "alias").into_iter().chain(names.managed(resource));
            for alias in aliases.collect::<Vec<_>>() {
                names.by_name.entry(type_name).or_default().entry(alias).or_insert(at);
            }
        }
        names
    }

    /// Returns what is known of a resource's type; nothing of containers.
    pub(super) fn facts(&self, resource: &Resource) -> Option<&'a Arc<TypeFacts>> {
        let type_name = &resource.reference.type_name;
        if matches!(resource.kind, "class" | "defined_type") {
            return None;
        }
        self.catalog.types.get(type_name).or_else(|| restypes::find(&type_name.to_lowercase()))
    }

    /// Returns the value of the one namevar, where that is what identifies a resource.
    fn managed(&self, resource: &Resource) -> Option<EcoString> {
        let facts = self.facts(resource).filter(|facts| facts.isomorphic)?;
        Some(self.namevar(resource, facts, facts.namevar()?))
    }

    /// Returns a namevar as the agent sees it.
    fn namevar(&self, resource: &Resource, facts: &TypeFacts, name: &str) -> EcoString {
        let own = values(resource, name).into_iter().next();
        let title = &resource.reference.title;
        let value = own.unwrap_or_else(|| from_title(facts, title, name));
        if resource.reference.type_name == "File" { expanded(&value) } else { value }
    }

    /// Returns the values of a parameter; a namevar comes from the title where it is not set.
    pub(super) fn values(&self, resource: &Resource, name: &str) -> Vec<EcoString> {
        if name == "title" {
            return vec![resource.reference.title.clone()];
        }
        let Some(facts) = self.facts(resource) else { return values(resource, name) };
        let name = match facts.namevar() {
            Some(namevar) if name == "name" => namevar,
            _ => name,
        };
        if facts.namevars.iter().any(|it| it == name) {
            let value = self.namevar(resource, facts, name);
            return if value.is_empty() { Vec::new() } else { vec![value] };
        }
        values(resource, name)
    }

    /// Finds what a reference means.
    pub(super) fn find(&self, reference: &ResourceRef) -> Option<usize> {
        self.named(&reference.type_name, &reference.title)
    }

    /// Finds a resource of a type by a title as an automatic relation gives it.
    pub(super) fn named(&self, type_name: &str, title: &str) -> Option<usize> {
        if let Some(direct) = self.by_reference.get(&(type_name, title)) {
            return Some(*direct);
        }
        let by_name = self.by_name.get(type_name)?;
        by_name.get(title).copied().or_else(|| {
            let facts =
                self.catalog.types.get(type_name).or_else(|| restypes::find(&type_name.to_lowercase()))?;
            by_name.get(&from_title(facts, title, facts.namevar()?)).copied()
        })
    }

    /// Returns the places of all resources of a type.
    pub(super) fn of_type<'n>(
        &'n self,
        type_name: &'n str,
    ) -> impl Iterator<Item = (usize, &'a Resource)> + 'n {
        let all = self.resources.iter().copied().enumerate();
        all.filter(move |(_, resource)| resource.reference.type_name == type_name)
    }
}

fn from_title(facts: &TypeFacts, title: &str, name: &str) -> EcoString {
    let parsed = facts.parse_title(title).unwrap_or_default();
    let found = parsed.into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    found.unwrap_or_else(|| if facts.namevar().is_some() { title.into() } else { EcoString::new() })
}

/// Returns a parameter's values as texts.
pub(super) fn values(resource: &Resource, name: &str) -> Vec<EcoString> {
    resource.parameters.get(name).map(|it| texts(&it.value)).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<EcoString> {
    match value {
        Value::Str(text) => vec![text.as_str().into()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Int(_) | Value::Bool(_) | Value::Float(_) => vec![value.to_str().as_str().into()],
        _ => Vec::new(),
    }
}

/// Brings a path to one form, as `File.expand_path` does.
pub(super) fn expanded(path: &str) -> EcoString {
    if !path.starts_with('/') {
        return path.into();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    format!("/{}", parts.join("/")).into()
}
