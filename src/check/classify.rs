//! Classifies what came out of compiling: how much of each node has a place on the target.

use crate::{
    compile::CompiledNode,
    diag::Diagnostic,
    maps::IndexMap,
    translate::{Class, Context, Score, Sources, nixos::PackageNames, translate},
    value::Value,
};
use ecow::EcoString;
use rayon::prelude::*;
use serde::Serialize;

/// A resource about which a human must decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manual {
    /// The reference.
    pub resource: String,
    /// Where it was declared, `file:line`.
    pub place: EcoString,
    /// Why.
    pub reason: EcoString,
    /// The nodes that have it.
    pub nodes: Vec<EcoString>,
}

/// What classifying found.
#[derive(Clone, Debug, Default)]
pub struct Classified {
    /// The counts of all nodes together.
    pub total: Score,
    /// The counts of each node.
    pub nodes: IndexMap<EcoString, Score>,
    /// What is manual, each place once.
    pub manual: Vec<Manual>,
    /// Findings by node.
    pub diagnostics: Vec<(EcoString, Diagnostic)>,
}

/// Classifies the catalogs of all nodes that compiled; `facts` answers for a certname.
#[must_use]
pub fn classify<'f>(
    compiled: &[CompiledNode],
    facts: impl Fn(&str) -> Option<&'f Value> + Sync,
    sources: Sources<'_>,
    packages: &dyn PackageNames,
) -> Classified {
    let translated: Vec<_> = compiled
        .par_iter()
        .filter_map(|node| {
            let context = Context {
                facts: facts(&node.certname).unwrap_or(&Value::Undef),
                sources,
                packages,
                observed: None,
            };
            Some((node.certname.clone(), translate(node.catalog.as_ref()?, &context)))
        })
        .collect();
    let mut found = Classified::default();
    let mut manual: IndexMap<(String, EcoString), Manual> = IndexMap::default();
    for (certname, host) in translated {
        let score = host.ledger.score();
        found.total.add(&score);
        found.nodes.insert(certname.clone(), score);
        for entry in host.ledger.entries.into_iter().filter(|entry| entry.verdict.class == Class::Manual) {
            let key = (entry.resource.to_string(), entry.place.clone());
            let (resource, place, reason) = (key.0.clone(), entry.place, entry.verdict.reason);
            let first = || Manual { resource, place, reason, nodes: Vec::new() };
            manual.entry(key).or_insert_with(first).nodes.push(certname.clone());
        }
        found.diagnostics.extend(host.diagnostics.into_iter().map(|it| (certname.clone(), it)));
    }
    found.manual = manual.into_values().collect();
    found
}
