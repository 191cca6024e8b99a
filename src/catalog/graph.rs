//! The graph an agent works through: containment, relationships and automatic relations, and its cycles.
//!
//! A container has two ends: all it contains comes between its beginning and its end, so a relation to a container
//! is one to its beginning, from a container one from its end (Puppet's `admissible_` and `completed_` vertices).
//! Vertices and edges are in the order of Puppet's own graph (`Puppet::Graph::RelationshipGraph`), so that a cycle is
//! the one that Puppet prints.

use super::{Catalog, Resource, ResourceRef, Unread, automatic, names::Names};
use crate::maps::{HashMap, HashSet, IndexMap};
use crate::value::{Type, Value};
use std::{collections::VecDeque, fmt};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Vertex {
    resource: usize,
    end: bool,
}

impl Vertex {
    fn number(self) -> usize {
        self.resource * 2 + usize::from(self.end)
    }

    fn numbered(number: usize) -> Self {
        Self { resource: number / 2, end: number % 2 == 1 }
    }
}

/// The graph an agent works through.
#[derive(Debug)]
pub struct AgentGraph<'a> {
    resources: Vec<&'a Resource>,
    containers: Vec<bool>,
    /// Relations between resources, as they are declared or follow from types.
    relations: IndexMap<(usize, usize), Cause>,
    /// Where edges lead from each vertex, in order, and why; vertices by their numbers.
    edges: Vec<Vec<(Vertex, Cause)>>,
    known: HashSet<(Vertex, Vertex)>,
    unread: Vec<Unread>,
}

/// A circle in which every resource waits for the next one, as Puppet prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The way: its last resource stands in it before. A container can stand twice in a row, for its two ends.
    pub path: Vec<ResourceRef>,
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, resource) in self.path.iter().enumerate() {
            let arrow = if at == 0 { "" } else { " => " };
            write!(f, "{arrow}{}", agents_name(resource))?;
        }
        Ok(())
    }
}

/// Returns a reference as an agent shows it: all class names are capitalized there.
fn agents_name(reference: &ResourceRef) -> String {
    if reference.type_name == "Class" && reference.title == "main" {
        return "Class[Main]".into();
    }
    reference.to_string()
}

impl Catalog {
    /// Builds the graph an agent would work through.
    #[must_use]
    pub fn agent_graph(&self) -> AgentGraph<'_> {
        let names = Names::new(self);
        let containers = names.resources.iter().map(|resource| is_container(resource, &names)).collect();
        let mut graph = AgentGraph {
            resources: names.resources.clone(),
            containers,
            relations: IndexMap::default(),
            edges: vec![Vec::new(); names.resources.len() * 2],
            known: HashSet::default(),
            unread: Vec::new(),
        };
        graph.declare(&names);
        graph.relate(&names);
        graph.expand(&contents(self, &names));
        graph
    }
}

fn is_container(resource: &Resource, names: &Names<'_>) -> bool {
    matches!(resource.reference.type_name.as_str(), "Class" | "Node" | "Stage")
        || resource.kind == "defined_type"
        || resource.kind == "unknown" && names.facts(resource).is_none()
}

/// Returns what each resource contains.
fn contents(catalog: &Catalog, names: &Names<'_>) -> IndexMap<usize, Vec<usize>> {
    let mut found: IndexMap<usize, Vec<usize>> = IndexMap::default();
    for edge in &catalog.edges {
        if let (Some(outer), Some(inner)) = (names.find(&edge.source), names.find(&edge.target)) {
            found.entry(outer).or_default().push(inner);
        }
    }
    found
}

impl AgentGraph<'_> {
    fn is_container(&self, resource: usize) -> bool {
        self.containers.get(resource).copied().unwrap_or_default()
    }

    fn start(&self, resource: usize) -> Vertex {
        Vertex { resource, end: false }
    }

    fn finish(&self, resource: usize) -> Vertex {
        Vertex { resource, end: self.is_container(resource) }
    }

    fn add(&mut self, from: Vertex, to: Vertex, cause: Cause) {
        if self.known.insert((from, to))
            && let Some(edges) = self.edges.get_mut(from.number())
        {
            edges.push((to, cause));
        }
    }

    fn has(&self, from: Vertex, to: Vertex) -> bool {
        self.known.contains(&(from, to))
    }

    /// Returns where edges lead from a vertex, in order.
    fn next(&self, from: Vertex) -> impl DoubleEndedIterator<Item = Vertex> + '_ {
        self.edges.get(from.number()).into_iter().flatten().map(|(to, _)| *to)
    }

    fn declare(&mut self, names: &Names<'_>) {
        for (at, resource) in names.resources.iter().enumerate() {
            for (name, reverse) in
                [("require", true), ("subscribe", true), ("before", false), ("notify", false)]
            {
                let value = resource.parameters.get(name);
                let targets = value.map(|param| references(&param.value)).unwrap_or_default();
                for other in targets.iter().filter_map(|reference| names.find(reference)) {
                    let edge = if reverse { (other, at) } else { (at, other) };
                    self.relations.entry(edge).or_insert(Cause::Declared);
                }
            }
        }
    }

    /// Adds automatic relations; an edge the other way round wins.
    fn relate(&mut self, names: &Names<'_>) {
        for at in 0..self.resources.len() {
            let (mut found, unread) = automatic::relations(at, names);
            found.sort_by_key(|relation| relation.kind);
            for relation in found {
                for other in relation.others {
                    let (from, to) = if relation.kind.comes_after() { (other, at) } else { (at, other) };
                    if !self.relations.contains_key(&(to, from)) {
                        self.relations.entry((from, to)).or_insert(Cause::Automatic);
                    }
                }
            }
            for one in unread.into_iter().filter(|one| !self.unread.contains(one)).collect::<Vec<_>>() {
                self.unread.push(one);
            }
        }
    }

    /// Gives containers their two ends. Relations of containers come after those between others, as they are moved.
    fn expand(&mut self, contents: &IndexMap<usize, Vec<usize>>) {
        let relations = std::mem::take(&mut self.relations);
        let direct = |(from, to): &(usize, usize)| !self.is_container(*from) && !self.is_container(*to);
        let plain: Vec<_> =
            relations.iter().filter(|(edge, _)| direct(edge)).map(|(e, c)| (*e, *c)).collect();
        for ((from, to), cause) in plain {
            self.add(self.start(from), self.start(to), cause);
        }
        let mut moved: HashSet<(usize, usize)> = HashSet::default();
        let touching = touching(&relations);
        for container in (0..self.resources.len()).filter(|at| self.is_container(*at)).collect::<Vec<_>>() {
            let inside = contents.get(&container).map(Vec::as_slice).unwrap_or_default();
            let (start, finish) = (self.start(container), self.finish(container));
            if inside.is_empty() {
                self.add(start, finish, Cause::Contains);
            }
            for inner in inside {
                self.add(start, self.start(*inner), Cause::Contains);
                self.add(self.finish(*inner), finish, Cause::Contains);
            }
            let (coming, going) = touching.get(&container).cloned().unwrap_or_default();
            for (edge, cause) in coming.into_iter().chain(going) {
                if moved.insert(edge) {
                    self.add(self.finish(edge.0), self.start(edge.1), cause);
                }
            }
        }
        self.relations = relations;
    }

    /// Returns which resource comes before which, and why: relations that are declared or follow from types.
    pub fn relations(&self) -> impl Iterator<Item = (&ResourceRef, &ResourceRef, Cause)> {
        let named = |at: &usize| self.resources.get(*at).map(|it| &it.reference);
        self.relations.iter().filter_map(move |((from, to), cause)| Some((named(from)?, named(to)?, *cause)))
    }

    /// Returns the edges between the ends of resources, a beginning as `(resource, false)`.
    pub fn edges(&self) -> impl Iterator<Item = ((&ResourceRef, bool), (&ResourceRef, bool), Cause)> {
        let named = |vertex: &Vertex| Some((&self.resources.get(vertex.resource)?.reference, vertex.end));
        self.edges.iter().enumerate().flat_map(move |(from, targets)| {
            let from = Vertex::numbered(from);
            targets.iter().filter_map(move |(to, cause)| Some((named(&from)?, named(to)?, *cause)))
        })
    }

    /// Returns the automatic relations that were not understood, so that the graph may lack some.
    #[must_use]
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Returns one way round every knot of the graph, as Puppet prints them.
    #[must_use]
    pub fn cycles(&self) -> Vec<Cycle> {
        let roots: Vec<usize> = self.vertices().into_iter().map(Vertex::number).collect();
        let next = |from: usize| self.next(Vertex::numbered(from)).map(Vertex::number).collect();
        let found = super::knots::knots(self.edges.len(), &roots, next).into_iter();
        let knots = found.map(|knot| knot.into_iter().map(Vertex::numbered).collect::<Vec<_>>());
        let mut knots: Vec<Vec<Vertex>> = knots
            .filter(|knot| knot.len() > 1 || knot.first().is_some_and(|one| self.has(*one, *one)))
            .collect();
        for knot in &mut knots {
            knot.sort_by_cached_key(|vertex| self.sorted_name(*vertex));
        }
        knots.sort_by_cached_key(|knot| {
            knot.iter().map(|vertex| self.sorted_name(*vertex)).collect::<Vec<_>>()
        });
        let named = |vertex: &Vertex| Some(self.resources.get(vertex.resource)?.reference.clone());
        knots.iter().map(|knot| Cycle { path: self.way(knot).iter().filter_map(named).collect() }).collect()
    }

    fn vertices(&self) -> Vec<Vertex> {
        let plain = (0..self.resources.len()).filter(|at| !self.is_container(*at));
        let containers = (0..self.resources.len()).filter(|at| self.is_container(*at));
        let ends = containers.flat_map(|at| [self.start(at), self.finish(at)]);
        plain.map(|at| self.start(at)).chain(ends).collect()
    }

    /// Returns the name by which Puppet sorts the vertices of a knot.
    fn sorted_name(&self, vertex: Vertex) -> String {
        let Some(resource) = self.resources.get(vertex.resource) else { return String::new() };
        if !self.is_container(vertex.resource) {
            return resource.reference.to_string();
        }
        let end = if vertex.end { "Completed" } else { "Admissible" };
        format!("Whit[{end}_{}]", agents_name(&resource.reference))
    }

    /// Walks a knot from its first vertex in breadth until a way meets itself (`SimpleGraph#paths_in_cycle`).
    fn way(&self, knot: &[Vertex]) -> Vec<Vertex> {
        let Some(first) = knot.first().copied() else { return Vec::new() };
        let inside: HashSet<Vertex> = knot.iter().copied().collect();
        let mut queue = VecDeque::from([vec![first]]);
        let mut walked = 0;
        while let Some(path) = queue.pop_front() {
            let Some((last, before)) = path.split_last() else { continue };
            if before.contains(last) {
                return path;
            }
            walked += 1;
            if walked > MOST_WAYS {
                break;
            }
            for next in self.next(*last) {
                if inside.contains(&next) {
                    queue.push_back(path.iter().copied().chain([next]).collect());
                }
            }
        }
        self.any_way(first, &inside)
    }

    /// Follows the first edge within a knot until the way meets itself: for knots with too many ways.
    fn any_way(&self, first: Vertex, inside: &HashSet<Vertex>) -> Vec<Vertex> {
        let mut path = vec![first];
        let mut seen = HashSet::from_iter([first]);
        while let Some(last) = path.last() {
            let Some(next) = self.next(*last).find(|it| inside.contains(it)) else { break };
            path.push(next);
            if !seen.insert(next) {
                break;
            }
        }
        path
    }
}

type Relation = ((usize, usize), Cause);

/// Returns the relations that lead to each resource and those that lead from it.
fn touching(relations: &IndexMap<(usize, usize), Cause>) -> HashMap<usize, (Vec<Relation>, Vec<Relation>)> {
    let mut found: HashMap<usize, (Vec<Relation>, Vec<Relation>)> = HashMap::default();
    for (edge, cause) in relations {
        found.entry(edge.1).or_default().0.push((*edge, *cause));
        found.entry(edge.0).or_default().1.push((*edge, *cause));
    }
    found
}

/// How many ways through a knot are looked at.
const MOST_WAYS: usize = 100_000;

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
        assert_eq!(cycles[0].to_string(), "File[/a] => File[/b] => Class[A] => File[/a]");
    }

    #[test]
    fn an_empty_container_is_passed_through() {
        let resources = r#"{"type": "Class", "title": "A", "parameters": {"require": "Notify[x]"}},
            {"type": "Notify", "title": "x", "kind": "compilable_type", "parameters": {"require": "Class[A]"}}"#;
        let found = catalog(resources, "");
        let cycles = found.agent_graph().cycles();
        assert_eq!(cycles[0].to_string(), "Notify[x] => Class[A] => Class[A] => Notify[x]");
    }

    #[test]
    fn folders_and_owners_come_first_unless_declared_otherwise() {
        let resources = r#"{"type": "File", "title": "/a/b/c", "parameters": {"owner": "bob"}},
            {"type": "File", "title": "/a"}, {"type": "User", "title": "bob", "parameters": {"require": "File[/a/b/c]"}}"#;
        let found = catalog(resources, "");
        let graph = found.agent_graph();
        let edges: Vec<String> =
            graph.relations().map(|(a, b, cause)| format!("{a} {b} {cause:?}")).collect();
        assert_eq!(edges, ["File[/a/b/c] User[bob] Declared", "File[/a] File[/a/b/c] Automatic"]);
        assert!(graph.cycles().is_empty());
    }
}
