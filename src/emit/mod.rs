//! Files from what was translated: a NixOS flake and native host files.
//!
//! In: [`Hosts`], translated. Out: an [`Output`], files by path with the places of items in them, which
//! [`write_output`] brings into a folder, all or nothing a file, merged with a person's edits.

mod codes;
mod disk;
mod folder;
mod guard;
mod merge;
mod native;
mod nix;

pub use codes::CODES;
pub(crate) use codes::{SECRET, WRITE};
pub(crate) use folder::compare;
pub use folder::{Decided, Kept, Why, Written, check_folder, write_output};
pub use guard::{Needle, find_secret, needles};
pub(crate) use nix::expression;
pub use nix::nix;
pub(crate) use nix::{attribute, host_key, needed};

use crate::{
    diag::Result,
    factor::Factored,
    inputs::Target,
    maps::IndexSet,
    model::ItemId,
    translate::{Machine, Translated},
};
use ecow::EcoString;
use std::collections::BTreeMap;

/// The translated hosts by certname.
pub type Hosts<'a> = BTreeMap<EcoString, &'a Translated>;

/// What stands around the hosts.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// What hosts are converted to.
    pub target: Target,
    /// The roles of each host, by which it is tagged.
    pub roles: BTreeMap<EcoString, Vec<EcoString>>,
    /// The machine under each host.
    pub machines: BTreeMap<EcoString, Machine>,
    /// What an earlier conversion decided.
    pub decided: Decided,
}

impl Around {
    /// Returns the tags of a host: its group, its roles, those of the settings; each once.
    #[must_use]
    pub fn tags(&self, certname: &str) -> IndexSet<EcoString> {
        let group = self.target.group(certname).cloned();
        let roles = self.roles.get(certname).into_iter().flatten().cloned();
        group.into_iter().chain(roles).chain(self.target.tags(certname).cloned()).collect()
    }
}

/// One file of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether it is a program.
    pub executable: bool,
}

impl OutFile {
    /// Makes a text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { bytes: text.into().into_bytes(), executable: false }
    }
}

/// A line of an emitted file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the output.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Files by their path relative to the output folder.
    pub files: BTreeMap<String, OutFile>,
    /// Where each host's items are.
    pub places: BTreeMap<(EcoString, ItemId), Vec<Place>>,
    /// What stays as it was decided once.
    pub decided: Decided,
}

/// Emits a flake and native host files.
///
/// # Errors
/// Gives what cannot be printed: names that are no file names, Nix that nixfmt refuses.
pub fn emit(hosts: &Hosts<'_>, factored: &Factored, around: &Around) -> Result<Output> {
    let mut output = Output::default();
    nix::write(hosts, factored, around, &mut output)?;
    native::write(hosts, &mut output)?;
    Ok(output)
}
