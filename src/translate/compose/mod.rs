//! Texts that several resources make together: fragments joined to a file, settings and lines edited into a base.
//!
//! In: what the rules noted while they read the catalog. Out: contents of files of the configuration, the file that
//! each such resource belongs to, and verdicts for those that cannot be composed. The file then goes the way of any
//! other file, so that a stack may claim it; a fragment has the class of its file.

mod base;
mod concat;
mod edits;
mod firewall;
mod ini;
mod json;
mod lines;
mod marks;

pub(crate) use concat::{Format, Fragment, Target};
pub(crate) use edits::{Change, Edit};
pub(crate) use firewall::{Family, FirewallChain, FirewallRule};
pub(crate) use ini::IniSetting;
pub(crate) use lines::FileLine;

use super::{Class, Ledger, Verdict};
use crate::catalog::Catalog;
use crate::inputs::Observed;
use crate::model::{HostConfig, ItemId, ItemKind};
use ecow::EcoString;

/// What the rules noted; entries are indices of the ledger.
#[derive(Default)]
pub(crate) struct Compose {
    pub(crate) targets: Vec<Target>,
    pub(crate) fragments: Vec<Fragment>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) rules: Vec<FirewallRule>,
    pub(crate) chains: Vec<FirewallChain>,
}

/// A resource that cannot be composed, and why.
pub(crate) struct Refusal {
    pub(crate) entry: usize,
    pub(crate) verdict: Verdict,
}

impl Refusal {
    fn new(entry: usize, rule: &'static str, reason: impl Into<EcoString>) -> Self {
        Self { entry, verdict: Verdict::new(Class::Manual, rule, reason) }
    }
}

/// What composing works on.
struct Work<'a> {
    config: &'a mut HostConfig,
    ledger: &'a mut Ledger,
    catalog: &'a Catalog,
    observed: Option<&'a Observed>,
    refused: Vec<Refusal>,
}

impl Work<'_> {
    /// Says that a resource is part of a file, whose provenance names it from now on.
    fn belongs(&mut self, entry: usize, path: &EcoString) {
        let Some(entry) = self.ledger.entries.get_mut(entry) else { return };
        entry.items.push(ItemId::new(ItemKind::File, path.clone()));
        if let Some(file) = self.config.files.iter_mut().find(|file| file.path == *path) {
            let name: EcoString = entry.resource.to_string().into();
            if !file.from.resources.contains(&name) {
                file.from.resources.push(name);
            }
        }
    }

    fn refuse(&mut self, entry: usize, rule: &'static str, reason: impl Into<EcoString>) {
        self.refused.push(Refusal::new(entry, rule, reason));
    }
}

/// Composes everything: files from fragments first, then edits on what is there.
pub(crate) fn compose(
    noted: Compose,
    config: &mut HostConfig,
    ledger: &mut Ledger,
    (catalog, observed): (&Catalog, Option<&Observed>),
) -> Vec<Refusal> {
    let mut work = Work { config, ledger, catalog, observed, refused: Vec::new() };
    concat::compose(&noted.targets, &noted.fragments, &mut work);
    edits::compose(noted.edits, &mut work);
    firewall::compose(&noted.rules, &noted.chains, &mut work);
    work.refused
}
