//! Dependency cycles in the agent's graph.
//!
//! As in Puppet a container has a beginning and an end, between which its members are: what depends on the container
//! depends on its end. A file requires the nearest directory above it that is managed, unless that depends on the
//! file directly.

use crate::{
    catalog::{Catalog, ResourceRef},
    value::Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Two vertices a resource: its beginning and its end.
type Vertex = usize;

/// Finds the cycles, each as its resources in the order of dependency. The shortest is given for each group of
/// resources that depend on each other.
#[must_use]
pub fn cycles(catalog: &Catalog) -> Vec<Vec<ResourceRef>> {
    let graph = Graph::new(catalog);
    let mut found = Vec::new();
    for component in graph.components() {
        let cycle = graph.cycle(&component);
        let mut resources: Vec<ResourceRef> = Vec::new();
        for vertex in cycle {
            let resource = graph.names.get(vertex / 2).copied();
            if let Some(resource) = resource.filter(|it| resources.last() != Some(*it)) {
                resources.push(resource.clone());
            }
        }
        if resources.len() > 1 && resources.first() == resources.last() {
            resources.pop();
        }
        found.push(resources);
    }
    found
}

struct Graph<'a> {
    names: Vec<&'a ResourceRef>,
    next: Vec<BTreeSet<Vertex>>,
}

impl<'a> Graph<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        let names: Vec<_> = catalog.resources.keys().collect();
        let index: BTreeMap<&ResourceRef, usize> =
            names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let mut graph = Self { next: vec![BTreeSet::new(); names.len() * 2], names };
        for at in 0..graph.names.len() {
            graph.add(at * 2, at * 2 + 1);
        }
        for edge in &catalog.edges {
            if let (Some(outer), Some(inner)) = (index.get(&edge.source), index.get(&edge.target)) {
                graph.add(outer * 2, inner * 2);
                graph.add(inner * 2 + 1, outer * 2 + 1);
            }
        }
        let mut direct = BTreeSet::new();
        for (first, second) in relations(catalog, &index) {
            direct.insert((first, second));
            graph.add(first * 2 + 1, second * 2);
        }
        for (first, second) in directories(catalog, &index) {
            if !direct.contains(&(second, first)) {
                graph.add(first * 2 + 1, second * 2);
            }
        }
        graph
    }

    fn add(&mut self, from: Vertex, to: Vertex) {
        if let Some(next) = self.next.get_mut(from) {
            next.insert(to);
        }
    }

    fn after(&self, vertex: Vertex) -> impl Iterator<Item = Vertex> + '_ {
        self.next.get(vertex).into_iter().flatten().copied()
    }

    /// Returns the groups of vertices that reach each other, by their first vertex (Tarjan, without recursion).
    fn components(&self) -> Vec<BTreeSet<Vertex>> {
        let order = self.finished();
        let mut backward = vec![Vec::new(); self.next.len()];
        for (from, next) in self.next.iter().enumerate() {
            for to in next {
                if let Some(before) = backward.get_mut(*to) {
                    before.push(from);
                }
            }
        }
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        for start in order.into_iter().rev() {
            let (mut group, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(vertex) = open.pop() {
                if seen.insert(vertex) {
                    group.insert(vertex);
                    open.extend(backward.get(vertex).into_iter().flatten());
                }
            }
            if group.len() > 1 {
                found.push(group);
            }
        }
        found.sort();
        found
    }

    /// Returns the vertices in the order in which a depth-first walk leaves them.
    fn finished(&self) -> Vec<Vertex> {
        let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
        for start in 0..self.next.len() {
            let mut stack = vec![(start, false)];
            while let Some((vertex, leaving)) = stack.pop() {
                if leaving {
                    order.push(vertex);
                } else if seen.insert(vertex) {
                    stack.push((vertex, true));
                    stack.extend(self.after(vertex).map(|next| (next, false)));
                }
            }
        }
        order
    }

    /// Returns the shortest cycle through a group's first vertex that has one.
    fn cycle(&self, group: &BTreeSet<Vertex>) -> Vec<Vertex> {
        let Some(start) = group.first().copied() else { return Vec::new() };
        let mut came = BTreeMap::new();
        let mut open = std::collections::VecDeque::from([start]);
        while let Some(vertex) = open.pop_front() {
            for next in self.after(vertex).filter(|next| group.contains(next)) {
                if next == start {
                    return path(&came, start, vertex);
                }
                if next != start && !came.contains_key(&next) {
                    came.insert(next, vertex);
                    open.push_back(next);
                }
            }
        }
        group.iter().copied().collect()
    }
}

/// Follows a walk back to its start.
fn path(came: &BTreeMap<Vertex, Vertex>, start: Vertex, end: Vertex) -> Vec<Vertex> {
    let mut path = vec![end];
    let mut at = end;
    while let Some(before) = came.get(&at).filter(|_| at != start) {
        path.push(*before);
        at = *before;
    }
    path.reverse();
    path
}

/// Returns the relations that parameters tell, as (first, second).
fn relations(catalog: &Catalog, index: &BTreeMap<&ResourceRef, usize>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (reference, resource) in &catalog.resources {
        let Some(this) = index.get(reference).copied() else { continue };
        for (name, forward) in [("before", true), ("notify", true), ("require", false), ("subscribe", false)]
        {
            let Some(parameter) = resource.parameters.get(name) else { continue };
            for other in references(&parameter.value).iter().filter_map(|it| index.get(it)) {
                found.push(if forward { (this, *other) } else { (*other, this) });
            }
        }
    }
    found
}

/// Returns the references in a value: types, or texts such as `File[/a]` of catalogs read from JSON.
fn references(value: &Value) -> Vec<ResourceRef> {
    if let Some(items) = value.as_array() {
        return items.iter().flat_map(references).collect();
    }
    let text = if let Value::Type(found) = value {
        found.to_string()
    } else {
        value.as_str().unwrap_or_default().to_owned()
    };
    let found = ResourceRef::parse(&text).map(|found| {
        let quoted = found.title.trim_matches('\'').into();
        ResourceRef { title: quoted, ..found }
    });
    found.into_iter().collect()
}

/// Returns the nearest managed directory above each file, as (directory, file).
fn directories(catalog: &Catalog, index: &BTreeMap<&ResourceRef, usize>) -> Vec<(usize, usize)> {
    let mut paths = BTreeMap::new();
    for (reference, resource) in
        catalog.resources.iter().filter(|(reference, _)| reference.type_name == "File")
    {
        let path = resource.parameters.get("path").and_then(|it| it.value.as_str());
        let path = path.unwrap_or(&reference.title).trim_end_matches('/');
        paths.extend(index.get(reference).map(|at| (path, *at)));
    }
    let above = |path: &&str| {
        let parents = std::iter::successors(path.rsplit_once('/'), |(parent, _)| parent.rsplit_once('/'));
        parents.map(|(parent, _)| parent).find_map(|parent| paths.get(parent).copied())
    };
    paths.iter().filter_map(|(path, at)| Some((above(path)?, *at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::read_catalog;

    fn found(resources: &str, edges: &str) -> Vec<Vec<String>> {
        let text = format!("{{\"name\": \"a\", \"resources\": [{resources}], \"edges\": [{edges}]}}");
        let cycles = cycles(&read_catalog(&text).unwrap());
        cycles.into_iter().map(|cycle| cycle.iter().map(ToString::to_string).collect()).collect()
    }

    fn resource(reference: &str, parameters: &str) -> String {
        let reference = ResourceRef::parse(reference).unwrap();
        format!(
            "{{\"type\": \"{}\", \"title\": \"{}\", \"parameters\": {{{parameters}}}}}",
            reference.type_name, reference.title
        )
    }

    #[test]
    fn a_circle_is_named_whole() {
        let resources = [
            resource("Exec[a]", "\"before\": \"Exec[b]\""),
            resource("Exec[b]", "\"notify\": [\"Exec[c]\"]"),
            resource("Exec[c]", "\"before\": \"Exec[a]\""),
            resource("Exec[d]", "\"require\": \"Exec[c]\""),
        ];
        assert_eq!(found(&resources.join(","), ""), [["Exec[a]", "Exec[b]", "Exec[c]"]]);
    }

    #[test]
    fn a_container_depends_on_what_is_in_it() {
        let resources = [
            resource("Class[Outer]", ""),
            resource("Exec[in]", "\"require\": \"Exec[out]\""),
            resource("Exec[out]", "\"require\": \"Class[Outer]\""),
        ];
        let edges = "{\"source\": \"Class[Outer]\", \"target\": \"Exec[in]\"}";
        assert_eq!(found(&resources.join(","), edges).len(), 1);
        assert!(found(&resources.join(","), "").is_empty());
    }

    #[test]
    fn a_file_requires_its_directory_unless_told_otherwise() {
        let child = |parameters: &str| resource("File[/a/b/c]", parameters);
        let parent = resource("File[/a]", "\"require\": \"Exec[x]\"");
        let exec = resource("Exec[x]", "\"require\": \"File[/a/b/c]\"");
        assert_eq!(found(&[child(""), parent, exec].join(","), "").len(), 1);
        let reversed = [child("\"before\": \"File[/a]\""), resource("File[/a]", "")];
        assert!(found(&reversed.join(","), "").is_empty());
    }
}
