//! The output: modules with their options, and host files that set them.

use super::fleet::UnitName;
use crate::{
    maps::IndexMap,
    model::ItemId,
    translate::nixos::{Artifact, Expr, Setting, Stub},
};
use ecow::EcoString;
use std::collections::BTreeMap;

/// A fleet, factored.
#[derive(Clone, Debug, Default)]
pub struct Factored {
    /// The modules, by their unit.
    pub modules: IndexMap<UnitName, Module>,
    /// Values of hosts that modules read, as options below `<site>.host`.
    pub inputs: Vec<Declared>,
    /// The path of those options.
    pub inputs_path: Vec<EcoString>,
    /// The hosts' files, by certname.
    pub hosts: BTreeMap<EcoString, HostFile>,
    /// Files that settings refer to, by their place in the output.
    pub files: BTreeMap<EcoString, Artifact>,
    /// How the values were found.
    pub rungs: Rungs,
}

/// How many slots each rung of the ladder gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rungs {
    /// R0: the same on every host.
    pub literal: usize,
    /// R1: the expression of the manifest or template.
    pub expression: usize,
    /// R2: a table over what was read.
    pub table: usize,
    /// R3: an option of the slot.
    pub option: usize,
    /// R4: a file for each content.
    pub file: usize,
    /// Switches for what only some hosts of a unit have.
    pub switches: usize,
}

/// One module of the output.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its file, relative to the output.
    pub file: EcoString,
    /// The path of its options, `<site>` first.
    pub option: Vec<EcoString>,
    /// The option that switches it on; `None` where it is always on.
    pub enabled_by: Option<Vec<EcoString>>,
    /// What it is, for its first line and the description of `enable`.
    pub title: EcoString,
    /// Its options.
    pub options: Vec<Declared>,
    /// Its settings, by the condition under which they hold.
    pub groups: Vec<Group>,
    /// What is left for a human on hosts that have it.
    pub stubs: Vec<Stub>,
}

impl Module {
    /// The path of the options that say what hosts are.
    #[must_use]
    pub fn path_of_inputs(site: &EcoString) -> Vec<EcoString> {
        vec![site.clone(), "host".into()]
    }

    /// Tells whether it declares the option that switches it on.
    #[must_use]
    pub fn has_enable(&self) -> bool {
        self.enabled_by.as_ref().is_some_and(|option| option.get(..option.len() - 1) == Some(&self.option))
    }
}

/// An option that a module declares.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its path below the module's.
    pub path: Vec<EcoString>,
    /// Its type.
    pub of: Expr,
    /// Its default; `None` where every host must set it.
    pub default: Option<Expr>,
    /// What it is, for people.
    pub description: EcoString,
}

/// Settings under one condition.
#[derive(Clone, Debug)]
pub struct Group {
    /// The condition; `None` where the module's own suffices.
    pub when: Option<Expr>,
    /// The settings.
    pub settings: Vec<Shared>,
}

/// A setting and the hosts' items that it realizes.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The setting.
    pub setting: Setting,
    /// Whether the value is one element of a list to which others may add.
    pub element: bool,
    /// The items by the host's place in the fleet.
    pub items: BTreeMap<usize, Vec<ItemId>>,
}

/// A host's file.
#[derive(Clone, Debug, Default)]
pub struct HostFile {
    /// Its place, relative to the output.
    pub file: EcoString,
    /// Its settings.
    pub settings: Vec<Setting>,
}
