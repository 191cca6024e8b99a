//! Strongly connected sets of a graph (Tarjan, without recursion).

/// What a vertex has that was not visited yet.
const NEW: usize = usize::MAX;

/// Returns the strongly connected sets of a graph of `count` numbered vertices, single ones among them; `next` gives
/// the vertices that edges lead to from one, the last of them visited first.
pub(super) fn knots(count: usize, roots: &[usize], next: impl Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
    let fresh = Visit { index: NEW, low: NEW, on: false };
    let mut search = Search { visits: vec![fresh; count], visited: 0, stack: Vec::new() };
    let mut found = Vec::new();
    for root in roots {
        if search.is_new(*root) {
            search.run(*root, &next, &mut found);
        }
    }
    found
}

#[derive(Clone, Copy)]
struct Visit {
    index: usize,
    low: usize,
    /// Whether it is on the stack.
    on: bool,
}

struct Search {
    visits: Vec<Visit>,
    visited: usize,
    stack: Vec<usize>,
}

impl Search {
    fn is_new(&self, at: usize) -> bool {
        self.visits.get(at).is_some_and(|visit| visit.index == NEW)
    }

    fn run(&mut self, root: usize, next: &impl Fn(usize) -> Vec<usize>, found: &mut Vec<Vec<usize>>) {
        self.visit(root);
        let mut work = vec![(root, next(root))];
        while let Some((at, rest)) = work.last_mut() {
            let at = *at;
            if let Some(target) = rest.pop() {
                if self.is_new(target) {
                    self.visit(target);
                    work.push((target, next(target)));
                } else if let Some(visit) = self.visits.get(target).filter(|visit| visit.on) {
                    self.lower(at, visit.index);
                }
                continue;
            }
            work.pop();
            let Some(low) = self.visits.get(at).map(|visit| visit.low) else { continue };
            if let Some((parent, _)) = work.last() {
                self.lower(*parent, low);
            }
            self.close(at, found);
        }
    }

    fn visit(&mut self, at: usize) {
        if let Some(visit) = self.visits.get_mut(at) {
            *visit = Visit { index: self.visited, low: self.visited, on: true };
        }
        self.visited += 1;
        self.stack.push(at);
    }

    fn lower(&mut self, at: usize, to: usize) {
        if let Some(visit) = self.visits.get_mut(at) {
            visit.low = visit.low.min(to);
        }
    }

    fn close(&mut self, at: usize, found: &mut Vec<Vec<usize>>) {
        if self.visits.get(at).is_none_or(|visit| visit.low != visit.index) {
            return;
        }
        let mut knot = Vec::new();
        while let Some(vertex) = self.stack.pop() {
            if let Some(visit) = self.visits.get_mut(vertex) {
                visit.on = false;
            }
            knot.push(vertex);
            if vertex == at {
                break;
            }
        }
        found.push(knot);
    }
}
