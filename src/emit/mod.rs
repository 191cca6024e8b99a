//! Files from what was translated: a NixOS flake and native host files.
//!
//! In: [`Hosts`], translated. Out: an [`Output`], files by path with the places of items in them, which
//! [`write_output`] brings into a folder, all or nothing a file, never over a person's work.

mod codes;
mod folder;
mod guard;
mod native;
mod nix;

pub use codes::CODES;
pub(crate) use codes::SECRET;
pub(crate) use folder::compare;
pub use folder::{Written, check_folder, write_output};
pub use guard::{Needle, find_secret, needles};

use crate::{diag::Result, model::ItemId, translate::Translated};
use ecow::EcoString;
use std::collections::BTreeMap;

/// The translated hosts by certname.
pub type Hosts<'a> = BTreeMap<EcoString, &'a Translated>;

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
}

/// Emits a flake and native host files.
///
/// # Errors
/// Gives what cannot be printed: names that are no file names, Nix that nixfmt refuses.
pub fn emit(hosts: &Hosts<'_>) -> Result<Output> {
    let mut output = Output::default();
    nix::write(hosts, &mut output)?;
    native::write(hosts, &mut output)?;
    Ok(output)
}
