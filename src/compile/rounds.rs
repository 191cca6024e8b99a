//! Rounds of compiles until exported resources come to rest.
//!
//! In: nodes whose results are wanted, and others whose exports may be. Out: each node's result to a [`Receiver`].
//! The first round compiles everything with no exports at hand; a later one compiles only nodes whose collectors
//! would be answered differently by now. Between rounds only exports and questions are kept.

use super::{
    CompiledNode, Fleet, Nodes,
    exports::{self, Exports},
};
use crate::{catalog::Resource, diag::Diagnostic, eval::Asked};
use ecow::EcoString;
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// After so many rounds exports must repeat.
const ROUNDS: usize = 5;

/// Takes the results of a run, from several threads.
pub trait Receiver: Sync {
    /// Takes the result of the node of this index. Unless it is `settled`, what other nodes export may still change
    /// it: then another result replaces it, or it is settled later.
    fn take(&self, index: usize, node: CompiledNode, settled: bool);

    /// Looks at a node whose result is not wanted, only what it exports.
    fn look(&self, _other: &CompiledNode) {}

    /// Adds a diagnostic to the last result of a node that is not settled; an error withdraws its catalog.
    fn add(&self, index: usize, found: Diagnostic);

    /// Says that the last result of a node stays.
    fn settle(&self, index: usize);
}

impl Receiver for Mutex<Vec<Option<CompiledNode>>> {
    fn take(&self, index: usize, node: CompiledNode, _settled: bool) {
        if let Some(slot) = self.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            *slot = Some(node);
        }
    }

    fn add(&self, index: usize, found: Diagnostic) {
        if let Some(Some(node)) = self.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            node.add(found);
        }
    }

    fn settle(&self, _index: usize) {}
}

/// What is kept of a node between rounds.
#[derive(Default)]
struct Kept {
    compiled: bool,
    failed: bool,
    exports: Vec<Resource>,
    asked: Vec<Asked>,
    /// Whether it was found in the cache, which knows the types that it asked for, not the queries.
    found: bool,
}

/// The rounds of one run.
pub(super) struct Rounds<'r, 'f> {
    fleet: &'r Fleet<'f>,
    nodes: &'r dyn Nodes,
    receiver: &'r dyn Receiver,
    kept: Vec<Kept>,
}

impl<'r, 'f> Rounds<'r, 'f> {
    pub(super) fn new(fleet: &'r Fleet<'f>, nodes: &'r dyn Nodes, receiver: &'r dyn Receiver) -> Self {
        let kept = (0..nodes.count()).map(|_| Kept::default()).collect();
        Self { fleet, nodes, receiver, kept }
    }

    /// Runs until exports repeat; after too many rounds every node that collects has an error.
    pub(super) fn run(mut self) {
        self.until_they_repeat();
        self.collectors().for_each(|(index, _)| self.receiver.settle(index));
    }

    fn until_they_repeat(&mut self) {
        let mut seen: Exports = Arc::from([]);
        self.compile((0..self.nodes.wanted()).collect(), &seen);
        if !self.kept.iter().any(|kept| !kept.asked.is_empty()) {
            return;
        }
        self.compile((self.nodes.wanted()..self.nodes.count()).collect(), &seen);
        // an export that no query of its type fits counts as a change of what was found: one round more shows it is none
        let found = self.kept.iter().any(|kept| kept.found && !kept.asked.is_empty());
        for _ in 1..ROUNDS + usize::from(found) {
            let exports = self.exports();
            let changed = self.changed(&seen, &exports);
            seen = exports;
            if changed.is_empty() {
                return self.mark_incomplete();
            }
            self.compile(changed, &seen);
        }
        let exports = self.exports();
        if self.changed(&seen, &exports).is_empty() {
            self.mark_incomplete()
        } else {
            self.give_up(&seen, &exports)
        }
    }

    fn compile(&mut self, indexes: Vec<usize>, seen: &Exports) {
        let one = |index: usize| {
            let (compiled, exports, asked) = self.fleet.node(self.nodes, index, Some(seen));
            let failed = compiled.is_failed();
            let found = compiled.kept.as_ref().is_some_and(|kept| kept.found);
            if index < self.nodes.wanted() {
                self.receiver.take(index, compiled, asked.is_empty());
            } else {
                self.receiver.look(&compiled);
            }
            (index, Kept { compiled: true, failed, exports, asked, found })
        };
        let done: Vec<(usize, Kept)> = indexes.into_par_iter().map(one).collect();
        for (index, kept) in done {
            if let Some(slot) = self.kept.get_mut(index) {
                *slot = kept;
            }
        }
    }

    /// What all nodes export by now, by certname, then in the order of the exporter's catalog.
    fn exports(&self) -> Exports {
        let mut all: Vec<(EcoString, Resource)> = Vec::new();
        for (index, kept) in self.kept.iter().enumerate() {
            let certname = self.nodes.certname(index);
            all.extend(kept.exports.iter().map(|resource| (certname.clone(), resource.clone())));
        }
        all.sort_by(|(left, _), (right, _)| left.cmp(right));
        all.into()
    }

    /// The nodes whose collectors get other answers than when they were compiled last.
    fn changed(&self, before: &Exports, after: &Exports) -> Vec<usize> {
        let is_changed = |index: &usize| {
            let certname = self.nodes.certname(*index);
            self.kept.get(*index).is_some_and(|kept| {
                kept.asked.iter().any(|asked| {
                    !exports::same(asked.answer(&certname, before), asked.answer(&certname, after))
                })
            })
        };
        (0..self.kept.len()).into_par_iter().filter(is_changed).collect()
    }

    fn collectors(&self) -> impl Iterator<Item = (usize, &Kept)> {
        let wanted = self.kept.iter().take(self.nodes.wanted()).enumerate();
        wanted.filter(|(_, kept)| !kept.asked.is_empty())
    }

    /// Warns, on each node that collects, of nodes that failed: what they export is not known.
    fn mark_incomplete(&self) {
        let failed = self.kept.iter().enumerate().filter(|(_, kept)| kept.compiled && kept.failed);
        let failed: Vec<EcoString> = failed.map(|(index, _)| self.nodes.certname(index)).collect();
        if failed.is_empty() {
            return;
        }
        let names: Vec<String> = failed.iter().take(3).map(|name| format!("`{name}`")).collect();
        let more = failed.len().saturating_sub(names.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message = format!(
            "exported resources may be missing here: {}{more} could not be compiled",
            names.join(", ")
        );
        for (index, kept) in self.collectors() {
            if !kept.failed {
                self.receiver.add(index, Diagnostic::warning(&super::INCOMPLETE, message.clone()));
            }
        }
    }

    fn give_up(&self, before: &Exports, after: &Exports) {
        let names: Vec<String> = exports::differing(before, after).into_iter().take(5).collect();
        let message = format!("exported resources still change after {ROUNDS} rounds: {}", names.join(", "));
        for (index, _) in self.collectors() {
            self.receiver.add(index, Diagnostic::error(&super::OSCILLATES, message.clone()));
        }
    }
}
