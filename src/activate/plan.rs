//! What an activation would do.

use super::place::Place;
use crate::{build::Built, diag::Diagnostic, model::ItemId, observe::Observed};
use ecow::EcoString;
use std::collections::BTreeMap;

/// How a path differs from what shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is made.
    Created(&'static str),
    /// It goes.
    Removed(&'static str),
    /// It becomes another type.
    Type(&'static str, &'static str),
    /// Other bytes.
    Content,
    /// Another target of a link.
    Target(EcoString, EcoString),
    /// Other permission bits.
    Mode(u32, u32),
    /// Another owner, by name where it has one.
    Owner(EcoString, EcoString),
    /// Another group.
    Group(EcoString, EcoString),
}

/// Why a path is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An item wants it.
    Wanted,
    /// An item below it needs it.
    Parent,
    /// Nobody manages it in a directory that is purged.
    Purged,
    /// It goes with a directory above it.
    Within,
}

/// One path to change.
#[derive(Clone, Debug)]
pub struct Step {
    /// The path.
    pub path: EcoString,
    /// Why.
    pub why: Why,
    /// In what; never empty.
    pub changes: Vec<Change>,
    /// The items that are refreshed by it.
    pub notify: Vec<ItemId>,
    pub(super) before: Observed,
    pub(super) after: Place,
}

/// All that an activation would do, and why it would be refused.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is to be realised.
    pub built: Built,
    /// The paths to change, sorted.
    pub steps: Vec<Step>,
    /// How many managed paths are as they shall be.
    pub unchanged: usize,
    /// Paths that the current generation manages and this one does not; they are left as they are.
    pub released: Vec<EcoString>,
    /// What a person should know.
    pub warnings: Vec<Diagnostic>,
    /// Why the activation would be refused.
    pub problems: Vec<Diagnostic>,
    /// The current generation.
    pub current: Option<u64>,
    /// Whether the current generation wants the same.
    pub same_manifest: bool,
    pub(super) rendered: BTreeMap<EcoString, Vec<u8>>,
}

impl Plan {
    /// Tells whether an activation would write anything: change a path or make a generation.
    #[must_use]
    pub fn has_work(&self) -> bool {
        !self.steps.is_empty() || !self.same_manifest
    }

    /// Returns the items that the changes would refresh, each once.
    #[must_use]
    pub fn notified(&self) -> Vec<ItemId> {
        let mut found: Vec<_> = self.steps.iter().flat_map(|step| step.notify.iter().cloned()).collect();
        found.sort();
        found.dedup();
        found
    }
}
