//! Generations on disk: manifest, what is known of it, and how to take it back.

use super::{codes::NO_GENERATION, journal::Journal};
use crate::{
    build::Manifest,
    diag::{Diagnostic, Result},
    store::{self, State, StorePath},
};
use ecow::EcoString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, ErrorKind},
    os::unix::fs::DirBuilderExt,
};

/// Why a generation was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is what was there before the first activation.
    Baseline,
    /// The host file asked for something new.
    Apply,
    /// The host file was the same, and paths that others had changed were put right.
    Repair,
}

/// What is known of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// The number, 0 for the state before the first activation.
    pub number: u64,
    /// The generation that was current before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u64>,
    /// Seconds since 1970 when it was made.
    pub created: u64,
    /// Why.
    pub reason: Reason,
    /// The host.
    pub certname: EcoString,
    /// How many paths it manages.
    pub paths: usize,
    /// How many paths were changed when it was made.
    pub changed: usize,
    /// Keyed digests of placed texts with secrets, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) rendered: BTreeMap<EcoString, EcoString>,
}

/// What a collection of garbage removed.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Collected {
    /// Generations.
    pub generations: Vec<u64>,
    /// Store objects.
    pub objects: Vec<StorePath>,
    /// Bytes of store objects and leftovers.
    pub bytes: u64,
}

fn read_json<T: DeserializeOwned>(state: &State, number: u64, name: &str) -> Result<T> {
    let path = state.generation(number).join(name);
    let text = fs::read(&path).map_err(|error| store::io_error("read", &path, &error))?;
    serde_json::from_slice(&text).map_err(|error| store::broken_state(&path, &error))
}

/// Reads what is known of a generation.
pub(super) fn info(state: &State, number: u64) -> Result<Generation> {
    read_json(state, number, "info.json")
}

/// Reads a generation's manifest.
pub(super) fn manifest(state: &State, number: u64) -> Result<Manifest> {
    read_json(state, number, "manifest.json")
}

/// Reads what a generation changed, with the pre-images.
pub(super) fn undo(state: &State, number: u64) -> Result<Journal> {
    read_json(state, number, "undo.json")
}

/// Lists all generations, ascending.
pub(super) fn list(state: &State) -> Result<Vec<Generation>> {
    state.numbers()?.into_iter().map(|number| info(state, number)).collect()
}

/// Writes a generation's folder beside its place and renames it, so that it is whole or not there. Not synced.
pub(super) fn write(
    state: &State,
    generation: &Generation,
    manifest: &Manifest,
    undo: Option<&Journal>,
) -> Result<()> {
    let path = state.generation(generation.number);
    let temporary = path.with_file_name(".new");
    let write = || {
        remove_tree(&temporary)?;
        remove_tree(&path)?;
        fs::DirBuilder::new().mode(0o700).create(&temporary)?;
        fs::write(temporary.join("info.json"), pretty(generation)?)?;
        fs::write(temporary.join("manifest.json"), pretty(manifest)?)?;
        if let Some(undo) = undo {
            fs::write(temporary.join("undo.json"), pretty(undo)?)?;
        }
        fs::rename(&temporary, &path)
    };
    write().map_err(|error| store::io_error("write", &path, &error))
}

/// Renders a file of the state.
pub(super) fn pretty(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// Removes a folder that may not be there.
pub(super) fn remove_tree(path: &std::path::Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Returns the predecessors of a generation, the nearest first, as far as they are kept.
pub(super) fn ancestors(state: &State, number: u64) -> Result<Vec<u64>> {
    let kept: BTreeSet<_> = state.numbers()?.into_iter().collect();
    let mut found = Vec::new();
    let mut at = info(state, number)?.parent;
    while let Some(parent) = at.filter(|parent| kept.contains(parent) && !found.contains(parent)) {
        found.push(parent);
        at = info(state, parent)?.parent;
    }
    Ok(found)
}

/// Tells that a generation cannot be gone back to.
pub(super) fn no_generation(message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&NO_GENERATION, message).help("`migrate generations` lists what there is"))
}

/// Removes generations other than the current one and its `keep` nearest predecessors (all of them for `None`),
/// then every object that no generation left refers to.
pub(super) fn collect(state: &State, keep: Option<usize>) -> Result<Collected> {
    let mut collected = Collected::default();
    if let (Some(keep), Some(current)) = (keep, state.current()?) {
        let mut kept = BTreeSet::from([current]);
        kept.extend(ancestors(state, current)?.into_iter().take(keep));
        for number in state.numbers()?.into_iter().filter(|number| !kept.contains(number)) {
            remove(state, number)?;
            collected.generations.push(number);
        }
    }
    let needed = references(state)?;
    (collected.objects, collected.bytes) = state.store().sweep(|object| needed.contains(object))?;
    Ok(collected)
}

/// Removes a generation's folder; a crash on the way leaves no half generation in the list.
pub(super) fn remove(state: &State, number: u64) -> Result<()> {
    let path = state.generation(number);
    let gone = path.with_file_name(".gone");
    let remove = || {
        remove_tree(&gone)?;
        match fs::rename(&path, &gone) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => remove_tree(&gone),
        }
    };
    remove().map_err(|error| store::io_error("remove", &path, &error))
}

/// Returns every object that a generation refers to, by its manifest or by its pre-images.
fn references(state: &State) -> Result<BTreeSet<StorePath>> {
    let mut needed = BTreeSet::new();
    for number in state.numbers()? {
        needed.extend(manifest(state, number)?.objects().map(|object| object.path.clone()));
        if number > 0 {
            let undo = undo(state, number)?;
            let places = undo.moves.iter().flat_map(|made| [&made.before, &made.after]);
            needed.extend(places.filter_map(|place| place.object()).map(|object| object.path.clone()));
        }
    }
    Ok(needed)
}
