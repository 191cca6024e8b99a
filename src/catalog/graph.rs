//! The graph an agent works through: containment, relationships and automatic relations, and its cycles.
//!
//! A container has two ends: all it contains comes between its beginning and its end, so a relation to a container
//! is one to its beginning, from a container one from its end (Puppet's `admissible_` and `completed_` vertices).
//! Automatic relations are those of the core types that depend on parameters alone.

use super::{Catalog, Resource, ResourceRef};
use crate::value::{Type, Value};
use indexmap::IndexMap;
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

/// Why one resource comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The first contains the second, or the end of a container comes after what it contains.
    Contains,
    /// `before`, `require`, `notify`, `subscribe` or an arrow.
    Declared,
    /// A file's folder, an owner, a user's group and their kind.
    Automatic,
}

/// One end of a resource: containers have two, others one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Vertex {
    resource: usize,
    end: bool,
}

/// The graph an agent works through.
#[derive(Debug)]
pub struct AgentGraph<'a> {
    resources: Vec<&'a Resource>,
    containers: BTreeSet<usize>,
    edges: IndexMap<Vertex, IndexMap<Vertex, Cause>>,
}

/// A circle in which every resource waits for the next one; the first is named again at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The resources of the circle, each once.
    pub resources: Vec<ResourceRef>,
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for resource in &self.resources {
            write!(f, "{resource} => ")?;
        }
        self.resources.first().map_or(Ok(()), |first| write!(f, "{first}"))
    }
}

impl Catalog {
    /// Builds the graph an agent would work through.
    #[must_use]
    pub fn agent_graph(&self) -> AgentGraph<'_> {
        let resources: Vec<&Resource> = self.resources.values().collect();
        let place: HashMap<&ResourceRef, usize> =
            resources.iter().enumerate().map(|(at, resource)| (&resource.reference, at)).collect();
        let known = |reference: &ResourceRef| place.get(reference).copied();
        let mut graph = AgentGraph { resources, containers: BTreeSet::new(), edges: IndexMap::new() };
        graph.containers = (0..graph.resources.len())
            .filter(|at| graph.resources.get(*at).is_some_and(|resource| is_container(resource)))
            .collect();
        for edge in &self.edges {
            if let (Some(outer), Some(inner)) = (known(&edge.source), known(&edge.target)) {
                graph.containers.insert(outer);
                graph.add(Vertex { resource: outer, end: false }, graph.start(inner), Cause::Contains);
                graph.add(graph.finish(inner), Vertex { resource: outer, end: true }, Cause::Contains);
            }
        }
        let names = Names::new(&graph.resources);
        graph.declare(&names);
        graph.relate(&names);
        graph
    }
}

fn is_container(resource: &Resource) -> bool {
    matches!(resource.reference.type_name.as_str(), "Class" | "Node" | "Stage")
        || resource.kind == "defined_type"
}

impl AgentGraph<'_> {
    fn start(&self, resource: usize) -> Vertex {
        Vertex { resource, end: false }
    }

    fn finish(&self, resource: usize) -> Vertex {
        Vertex { resource, end: self.containers.contains(&resource) }
    }

    fn add(&mut self, from: Vertex, to: Vertex, cause: Cause) {
        self.edges.entry(from).or_default().entry(to).or_insert(cause);
    }

    fn has(&self, from: &Vertex, to: &Vertex) -> bool {
        self.edges.get(from).is_some_and(|targets| targets.contains_key(to))
    }

    fn declare(&mut self, names: &Names<'_>) {
        for at in 0..self.resources.len() {
            for (name, reverse) in
                [("require", true), ("subscribe", true), ("before", false), ("notify", false)]
            {
                let value = self.resources.get(at).and_then(|it| it.parameters.get(name));
                let targets = value.map(|param| references(&param.value)).unwrap_or_default();
                for other in targets.iter().filter_map(|reference| names.find(reference)) {
                    let (first, second) = if reverse { (other, at) } else { (at, other) };
                    self.add(self.finish(first), self.start(second), Cause::Declared);
                }
            }
        }
    }

    /// Adds automatic relations; a declared one the other way round wins.
    fn relate(&mut self, names: &Names<'_>) {
        for at in 0..self.resources.len() {
            let wanted =
                self.resources.get(at).map(|resource| automatic(resource, names)).unwrap_or_default();
            for other in wanted.into_iter().filter(|other| *other != at) {
                if !self.has(&self.finish(at), &self.start(other)) {
                    self.add(self.finish(other), self.start(at), Cause::Automatic);
                }
            }
        }
    }

    /// Returns which resource comes before which, and why; containment as its container's beginning and end.
    pub fn edges(&self) -> impl Iterator<Item = (&ResourceRef, &ResourceRef, Cause)> {
        let named = |vertex: &Vertex| self.resources.get(vertex.resource).map(|it| &it.reference);
        self.edges.iter().flat_map(move |(from, targets)| {
            targets.iter().filter_map(move |(to, cause)| Some((named(from)?, named(to)?, *cause)))
        })
    }

    /// Returns one whole circle of every knot of the graph, in the order of the catalog.
    #[must_use]
    pub fn cycles(&self) -> Vec<Cycle> {
        let mut found: Vec<Cycle> = Vec::new();
        for knot in self.knots() {
            let path = self.circle(&knot);
            let mut resources: Vec<ResourceRef> = Vec::new();
            for vertex in path {
                if let Some(resource) = self.resources.get(vertex.resource)
                    && resources.last() != Some(&resource.reference)
                {
                    resources.push(resource.reference.clone());
                }
            }
            if resources.len() > 1 && resources.first() == resources.last() {
                resources.pop();
            }
            found.push(Cycle { resources });
        }
        found
    }

    /// Returns the strongly connected sets of more than one vertex or with an edge to itself (Tarjan, iterative).
    fn knots(&self) -> Vec<BTreeSet<Vertex>> {
        let mut search = Search::default();
        let mut knots: Vec<BTreeSet<Vertex>> = Vec::new();
        for root in self.edges.keys() {
            if !search.index.contains_key(root) {
                search.run(self, root, &mut knots);
            }
        }
        knots.sort();
        knots
    }

    /// Returns a shortest way from a knot's first vertex back to it.
    fn circle(&self, knot: &BTreeSet<Vertex>) -> Vec<Vertex> {
        let Some(first) = knot.first() else { return Vec::new() };
        let mut before: IndexMap<&Vertex, &Vertex> = IndexMap::new();
        let mut queue = std::collections::VecDeque::from([first]);
        while let Some(at) = queue.pop_front() {
            for next in self.edges.get(at).into_iter().flatten().map(|(next, _)| next) {
                if next == first {
                    return way_back(&before, at, first);
                }
                if knot.contains(next) && !before.contains_key(next) {
                    before.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        vec![first.clone()]
    }
}

fn way_back(before: &IndexMap<&Vertex, &Vertex>, last: &Vertex, first: &Vertex) -> Vec<Vertex> {
    let mut path = vec![last.clone()];
    let mut at = last;
    while at != first
        && let Some(previous) = before.get(at)
    {
        path.push((*previous).clone());
        at = previous;
    }
    path.reverse();
    path
}

#[derive(Default)]
struct Search<'g> {
    index: HashMap<&'g Vertex, usize>,
    low: HashMap<&'g Vertex, usize>,
    stack: Vec<&'g Vertex>,
    on: BTreeSet<&'g Vertex>,
}

impl<'g> Search<'g> {
    fn run(&mut self, graph: &'g AgentGraph<'_>, root: &'g Vertex, knots: &mut Vec<BTreeSet<Vertex>>) {
        let targets = |at: &'g Vertex| graph.edges.get(at).into_iter().flat_map(|it| it.keys());
        self.visit(root);
        let mut work: Vec<(&Vertex, Vec<&Vertex>)> = vec![(root, targets(root).collect())];
        while let Some((at, rest)) = work.last_mut() {
            let at = *at;
            if let Some(next) = rest.pop() {
                if !self.index.contains_key(next) {
                    self.visit(next);
                    work.push((next, targets(next).collect()));
                } else if self.on.contains(next) {
                    self.lower(at, self.index.get(next).copied());
                }
                continue;
            }
            work.pop();
            if let Some((parent, _)) = work.last() {
                self.lower(parent, self.low.get(at).copied());
            }
            self.close(graph, at, knots);
        }
    }

    fn visit(&mut self, at: &'g Vertex) {
        let index = self.index.len();
        self.index.insert(at, index);
        self.low.insert(at, index);
        self.stack.push(at);
        self.on.insert(at);
    }

    fn lower(&mut self, at: &'g Vertex, to: Option<usize>) {
        if let (Some(low), Some(to)) = (self.low.get_mut(at), to) {
            *low = (*low).min(to);
        }
    }

    fn close(&mut self, graph: &AgentGraph<'_>, at: &'g Vertex, knots: &mut Vec<BTreeSet<Vertex>>) {
        if self.low.get(at) != self.index.get(at) {
            return;
        }
        let mut knot = BTreeSet::new();
        while let Some(vertex) = self.stack.pop() {
            self.on.remove(vertex);
            knot.insert(vertex.clone());
            if vertex == at {
                break;
            }
        }
        if knot.len() > 1 || graph.has(at, at) {
            knots.push(knot);
        }
    }
}

/// Finds resources by reference and by what they manage.
struct Names<'a> {
    by_reference: HashMap<&'a ResourceRef, usize>,
    by_name: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Names<'a> {
    fn new(resources: &[&'a Resource]) -> Self {
        let mut names = Self { by_reference: HashMap::new(), by_name: HashMap::new() };
        for (at, resource) in resources.iter().enumerate() {
            names.by_reference.insert(&resource.reference, at);
            let type_name = resource.reference.type_name.as_str();
            names.by_name.entry((type_name, resource.reference.title.as_str())).or_insert(at);
            for key in ["name", "path", "alias"] {
                for alias in resource.parameters.get(key).map(|it| texts(&it.value)).unwrap_or_default() {
                    names.by_name.entry((type_name, alias)).or_insert(at);
                }
            }
        }
        names
    }

    fn find(&self, reference: &ResourceRef) -> Option<usize> {
        let direct = self.by_reference.get(reference).copied();
        direct.or_else(|| self.named(&reference.type_name, &reference.title))
    }

    fn named(&self, type_name: &str, name: &str) -> Option<usize> {
        let name = if type_name == "File" && name.len() > 1 { name.trim_end_matches('/') } else { name };
        self.by_name.get(&(type_name, name)).copied()
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Str(text) => vec![text.as_str()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Returns the references in a relation's value.
fn references(value: &Value) -> Vec<ResourceRef> {
    match value {
        Value::Str(text) => ResourceRef::parse(text).into_iter().collect(),
        Value::Type(Type::Resource(Some(kind), Some(title))) => {
            vec![ResourceRef::new(kind.clone(), title.clone())]
        }
        Value::Type(Type::Class(Some(name))) => {
            vec![ResourceRef::new("Class", crate::value::types::capitalize_segments(name))]
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Returns what a resource needs by its kind.
fn automatic(resource: &Resource, names: &Names<'_>) -> Vec<usize> {
    let parameter = |name: &str| resource.parameters.get(name).map(|it| texts(&it.value)).unwrap_or_default();
    let text = |name: &str| parameter(name).first().copied();
    let title = resource.reference.title.as_str();
    let mut found: Vec<Option<usize>> = Vec::new();
    match resource.reference.type_name.as_str() {
        "File" => {
            let path = text("path").unwrap_or(title).trim_end_matches('/');
            found.push(folders(path).find_map(|folder| names.named("File", folder)));
            found.push(text("target").and_then(|target| names.named("File", target)));
            found.push(text("owner").and_then(|user| names.named("User", user)));
            found.push(text("group").and_then(|group| names.named("Group", group)));
        }
        "Exec" => {
            found.push(text("cwd").and_then(|folder| names.named("File", folder)));
            found.push(text("user").and_then(|user| names.named("User", user)));
            let commands = [text("command").unwrap_or(title)].into_iter().chain(parameter("unless"));
            let programs =
                commands.chain(parameter("onlyif")).filter_map(|line| line.split_whitespace().next());
            found.extend(
                programs.filter(|it| it.starts_with('/')).map(|program| names.named("File", program)),
            );
        }
        "User" => {
            let groups = parameter("gid").into_iter().chain(parameter("groups"));
            found.extend(groups.map(|group| names.named("Group", group)));
        }
        "Ssh_authorized_key" | "Cron" => found.push(text("user").and_then(|user| names.named("User", user))),
        "Mount" => {
            let path = text("name").unwrap_or(title);
            found.extend(folders(path).map(|folder| names.named("Mount", folder)));
        }
        "Package" => {
            for name in ["source", "adminfile", "responsefile"] {
                found.push(text(name).and_then(|file| names.named("File", file)));
            }
        }
        _ => {}
    }
    found.into_iter().flatten().collect()
}

/// Returns the folders around a path, the nearest first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::path::Path::new(path)
        .ancestors()
        .skip(1)
        .filter_map(std::path::Path::to_str)
        .filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::read_catalog;

    fn catalog(resources: &str, edges: &str) -> Catalog {
        read_catalog(&format!(r#"{{"name": "n", "resources": [{resources}], "edges": [{edges}]}}"#)).unwrap()
    }

    #[test]
    fn a_circle_through_a_container_is_named_whole() {
        let resources = r#"{"type": "Class", "title": "A", "parameters": {"require": "File[/b]"}},
            {"type": "File", "title": "/a", "kind": "compilable_type"},
            {"type": "File", "title": "/b", "kind": "compilable_type", "parameters": {"require": ["File[/a]"]}}"#;
        let found = catalog(resources, r#"{"source": "Class[A]", "target": "File[/a]"}"#);
        let cycles = found.agent_graph().cycles();
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].to_string(), "Class[A] => File[/a] => File[/b] => Class[A]");
    }

    #[test]
    fn folders_and_owners_come_first_unless_declared_otherwise() {
        let resources = r#"{"type": "File", "title": "/a/b/c", "parameters": {"owner": "bob"}},
            {"type": "File", "title": "/a"}, {"type": "User", "title": "bob", "parameters": {"require": "File[/a/b/c]"}}"#;
        let found = catalog(resources, "");
        let graph = found.agent_graph();
        let edges: Vec<String> = graph.edges().map(|(a, b, cause)| format!("{a} {b} {cause:?}")).collect();
        assert_eq!(edges, ["File[/a/b/c] User[bob] Declared", "File[/a] File[/a/b/c] Automatic"]);
        assert!(graph.cycles().is_empty());
    }
}
