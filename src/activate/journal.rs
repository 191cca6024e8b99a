//! The journal: what is about to change, written down before it does.
//!
//! While a journal lies there the root may be anywhere between two states. `current` decides which one it
//! becomes: it already points at the journal's target, then all is done and durable; else everything is taken back.

use super::{
    codes::{FAILED, io_error},
    generations::{self, pretty},
    perform::{ordered, perform, remove_temporary},
    place::{Kept, Move, Place},
};
use crate::{
    diag::{Diagnostic, Result},
    observe::{Observed, Root},
    store::{self, ObjectRef, State, sync_dir, sync_filesystem},
};
use serde::{Deserialize, Serialize};
use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

/// The schema of journals.
const SCHEMA: &str = "migrate/journal/v1";

/// What an interrupted run left, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovered {
    /// The activation had been committed.
    Finished,
    /// What had been done was taken back.
    Reverted,
}

/// One transaction between two generations. Kept in the generation it made: there it says how to go back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub schema: String,
    /// The current generation before.
    pub from: u64,
    /// The current generation after.
    pub to: u64,
    /// Whether `to` is made by it, and goes if it is taken back.
    pub makes: bool,
    /// The paths with their states, sorted.
    pub moves: Vec<Move>,
}

impl Journal {
    pub(super) fn new(from: u64, to: u64, makes: bool, moves: Vec<Move>) -> Self {
        Self { schema: SCHEMA.to_owned(), from, to, makes, moves }
    }

    /// Writes the journal; durable when it returns.
    pub(super) fn open(&self, state: &State) -> Result<()> {
        let path = state.journal();
        let text = pretty(self).map_err(|error| store::io_error("write", &path, &error))?;
        store::write_atomically(&path, &text).map_err(|error| store::io_error("write", &path, &error))
    }

    /// Reads the journal that an interrupted run left.
    pub(super) fn read(state: &State) -> Result<Option<Self>> {
        let path = state.journal();
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|error| store::io_error("read", &path, &error))?,
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| store::broken_state(&path, &error))
    }

    /// Takes the journal away; durable when it returns.
    pub(super) fn close(state: &State) -> Result<()> {
        let path = state.journal();
        let close = || {
            fs::remove_file(&path)?;
            sync_dir(state.dir())
        };
        close().map_err(|error| store::io_error("remove", &path, &error))
    }

    /// Takes everything back, whatever of it was done, and closes the journal. Can be repeated.
    pub(super) fn revert(&self, root: &Root, state: &State) -> Result<()> {
        root.forget();
        for made in &self.moves {
            remove_temporary(root, &made.path)
                .map_err(|error| io_error("clean up beside", &made.path, &error))?;
        }
        let mut back: Vec<_> = self.moves.iter().map(Move::reversed).collect();
        back.retain(|made| !is_so(root, &made.path, &made.after));
        let store = state.store();
        let bytes = |_: &str, object: Option<&ObjectRef>| {
            let object = object.ok_or(io::ErrorKind::NotFound)?;
            store.read(object).map_err(|error| io::Error::other(error.to_string()))
        };
        for made in ordered(&back) {
            perform(root, made, &bytes).map_err(|error| io_error("give back", &made.path, &error))?;
        }
        sync(root, state)?;
        if self.makes {
            generations::remove(state, self.to)?;
        }
        Self::close(state)
    }
}

/// Writes back the root's file system and, where it is another one, the state's.
pub(super) fn sync(root: &Root, state: &State) -> Result<()> {
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    let same = device(root.path()).is_some() && device(root.path()) == device(state.dir());
    let paths = [root.path(), state.dir()].into_iter().take(if same { 1 } else { 2 });
    for path in paths {
        sync_filesystem(path).map_err(|error| store::io_error("sync", path, &error))?;
    }
    Ok(())
}

/// Tells whether a path is as a place says, bytes and attributes; what cannot be told is not.
pub(super) fn is_so(root: &Root, path: &str, place: &Place) -> bool {
    let Ok(observed) = root.observe(path) else { return false };
    let same_owner = |uid: Option<u32>, gid: Option<u32>| {
        observed.meta().is_some_and(|meta| {
            uid.is_none_or(|uid| uid == meta.uid) && gid.is_none_or(|gid| gid == meta.gid)
        })
    };
    match (place, &observed) {
        (Place::Missing, Observed::Missing) => true,
        (Place::Directory { attributes }, Observed::Directory(meta)) => {
            meta.mode == attributes.mode && same_owner(attributes.uid, attributes.gid)
        }
        (Place::Link { target, uid, gid }, Observed::Link(_, found)) => {
            **found == *target.as_bytes() && same_owner(*uid, *gid)
        }
        (Place::File { content, attributes, mtime }, Observed::File(meta)) => {
            let same_content = match content {
                Kept::Untouched => true,
                Kept::Object { object } => root.read(path).is_ok_and(|content| object.holds(&content)),
                Kept::Rendered { .. } => false,
            };
            let same_time = mtime.is_none_or(|mtime| mtime == meta.mtime);
            same_content
                && same_time
                && meta.mode == attributes.mode
                && same_owner(attributes.uid, attributes.gid)
        }
        (_, _) => false,
    }
}

/// Settles what an interrupted run left.
pub(super) fn recover(root: &Root, state: &State) -> Result<Option<Recovered>> {
    let Some(journal) = Journal::read(state)? else { return Ok(None) };
    if state.current()? == Some(journal.to) {
        Journal::close(state)?;
        return Ok(Some(Recovered::Finished));
    }
    journal.revert(root, state).map_err(|error| {
        let message = format!("an interrupted activation could not be taken back: {error}");
        Box::new(Diagnostic::error(&FAILED, message))
    })?;
    Ok(Some(Recovered::Reverted))
}
