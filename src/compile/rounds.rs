//! Rounds of compiles until exported resources come to rest.
//!
//! In: nodes whose results are wanted, and others whose exports may be. Out: each node's result to a [`Receiver`].
//! The first round compiles everything with no exports at hand; a later one compiles only nodes whose collectors
//! would be answered differently by now. Between rounds only exports and questions are kept.

use super::{
    CompiledNode, Fleet,
    exports::{self, Exports},
};
use crate::{
    catalog::Resource,
    diag::{Diagnostic, Result},
    eval::Asked,
    inputs::NodeInputs,
};
use ecow::EcoString;
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// After so many rounds exports must repeat.
const ROUNDS: usize = 5;

/// A node's name and data.
pub type Node = (EcoString, Result<NodeInputs>);

/// Takes the results of a run, from several threads.
pub trait Receiver: Sync {
    /// Takes the result of the node of this index; it replaces an earlier one, since what other nodes export may
    /// have changed what this one collects.
    fn take(&self, index: usize, node: CompiledNode);

    /// Adds a diagnostic to the last result of a node; an error withdraws its catalog.
    fn add(&self, index: usize, found: Diagnostic);
}

impl Receiver for Mutex<Vec<Option<CompiledNode>>> {
    fn take(&self, index: usize, node: CompiledNode) {
        if let Some(slot) = self.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            *slot = Some(node);
        }
    }

    fn add(&self, index: usize, found: Diagnostic) {
        if let Some(Some(node)) = self.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            node.add(found);
        }
    }
}

/// What is kept of a node between rounds.
#[derive(Default)]
struct Kept {
    compiled: bool,
    failed: bool,
    exports: Vec<Resource>,
    asked: Vec<Asked>,
}

/// The rounds of one run.
pub(super) struct Rounds<'r, 'f> {
    fleet: &'r Fleet<'f>,
    /// Those whose results are wanted, then the others.
    nodes: Vec<&'r Node>,
    wanted: usize,
    receiver: &'r dyn Receiver,
    kept: Vec<Kept>,
}

impl<'r, 'f> Rounds<'r, 'f> {
    pub(super) fn new(
        fleet: &'r Fleet<'f>,
        wanted: &'r [Node],
        others: &'r [Node],
        receiver: &'r dyn Receiver,
    ) -> Self {
        let nodes: Vec<&Node> = wanted.iter().chain(others).collect();
        let kept = nodes.iter().map(|_| Kept::default()).collect();
        Self { fleet, nodes, wanted: wanted.len(), receiver, kept }
    }

    /// Runs until exports repeat; after too many rounds every node that collects has an error.
    pub(super) fn run(mut self) {
        let mut seen: Exports = Arc::from([]);
        self.compile((0..self.wanted).collect(), &seen);
        if !self.kept.iter().any(|kept| !kept.asked.is_empty()) {
            return;
        }
        self.compile((self.wanted..self.nodes.len()).collect(), &seen);
        for _ in 1..ROUNDS {
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
            let (certname, node) = self.nodes.get(index)?;
            let (compiled, exports, asked) = self.fleet.node(certname, node, Some(seen));
            let failed = compiled.catalog.is_none();
            if index < self.wanted {
                self.receiver.take(index, compiled);
            }
            let exports = exports.into_iter().map(exports::stored).collect();
            Some((index, Kept { compiled: true, failed, exports, asked }))
        };
        let done: Vec<(usize, Kept)> = indexes.into_par_iter().filter_map(one).collect();
        for (index, kept) in done {
            if let Some(slot) = self.kept.get_mut(index) {
                *slot = kept;
            }
        }
    }

    /// What all nodes export by now, by certname, then in the order of the exporter's catalog.
    fn exports(&self) -> Exports {
        let mut all: Vec<(EcoString, Resource)> = Vec::new();
        for ((certname, _), kept) in self.nodes.iter().zip(&self.kept) {
            all.extend(kept.exports.iter().map(|resource| (certname.clone(), resource.clone())));
        }
        all.sort_by(|(left, _), (right, _)| left.cmp(right));
        all.into()
    }

    /// The nodes whose collectors get other answers than when they were compiled last.
    fn changed(&self, before: &Exports, after: &Exports) -> Vec<usize> {
        let is_changed = |(certname, kept): (&EcoString, &Kept)| {
            kept.asked.iter().any(|asked| {
                let (before, after) = (asked.answer(certname, before), asked.answer(certname, after));
                !exports::same(before, after)
            })
        };
        let nodes = self.nodes.iter().map(|(certname, _)| certname).zip(&self.kept);
        let changed = nodes.enumerate().filter(|(_, node)| is_changed(*node));
        changed.map(|(index, _)| index).collect()
    }

    fn collectors(&self) -> impl Iterator<Item = (usize, &Kept)> {
        let wanted = self.kept.iter().take(self.wanted).enumerate();
        wanted.filter(|(_, kept)| !kept.asked.is_empty())
    }

    /// Warns, on each node that collects, of nodes that failed: what they export is not known.
    fn mark_incomplete(&self) {
        let failed = self.nodes.iter().zip(&self.kept).filter(|(_, kept)| kept.compiled && kept.failed);
        let failed: Vec<&str> = failed.map(|((certname, _), _)| certname.as_str()).collect();
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
