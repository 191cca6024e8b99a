//! Strongly connected sets of a graph (Tarjan, without recursion).

use crate::maps::{HashMap, HashSet};
use std::hash::Hash;

/// Returns the strongly connected sets, single vertices among them.
pub(super) fn knots<V: Copy + Eq + Hash>(vertices: &[V], next: impl Fn(V) -> Vec<V>) -> Vec<Vec<V>> {
    let mut search = Search {
        index: HashMap::default(),
        low: HashMap::default(),
        stack: Vec::new(),
        on: HashSet::default(),
    };
    let mut found = Vec::new();
    for root in vertices {
        if !search.index.contains_key(root) {
            search.run(*root, &next, &mut found);
        }
    }
    found
}

struct Search<V> {
    index: HashMap<V, usize>,
    low: HashMap<V, usize>,
    stack: Vec<V>,
    on: HashSet<V>,
}

impl<V: Copy + Eq + Hash> Search<V> {
    fn run(&mut self, root: V, next: &impl Fn(V) -> Vec<V>, found: &mut Vec<Vec<V>>) {
        self.visit(root);
        let mut work = vec![(root, next(root))];
        while let Some((at, rest)) = work.last_mut() {
            let at = *at;
            if let Some(target) = rest.pop() {
                if !self.index.contains_key(&target) {
                    self.visit(target);
                    work.push((target, next(target)));
                } else if self.on.contains(&target) {
                    self.lower(at, self.index.get(&target).copied());
                }
                continue;
            }
            work.pop();
            if let Some((parent, _)) = work.last() {
                self.lower(*parent, self.low.get(&at).copied());
            }
            self.close(at, found);
        }
    }

    fn visit(&mut self, at: V) {
        let index = self.index.len();
        self.index.insert(at, index);
        self.low.insert(at, index);
        self.stack.push(at);
        self.on.insert(at);
    }

    fn lower(&mut self, at: V, to: Option<usize>) {
        if let (Some(low), Some(to)) = (self.low.get_mut(&at), to) {
            *low = (*low).min(to);
        }
    }

    fn close(&mut self, at: V, found: &mut Vec<Vec<V>>) {
        if self.low.get(&at) != self.index.get(&at) {
            return;
        }
        let mut knot = Vec::new();
        while let Some(vertex) = self.stack.pop() {
            self.on.remove(&vertex);
            knot.push(vertex);
            if vertex == at {
                break;
            }
        }
        found.push(knot);
    }
}
