//! The way back: the pre-images of each generation on it, put together.

use super::{
    codes::{DRIFT_LOST, IN_THE_WAY, NOT_REMOVED},
    generations::{self, ancestors, no_generation},
    journal::is_so,
    place::{Kept, Move, Place},
    secrets::keyed_digest,
};
use crate::{
    build::{Content, Want},
    diag::{Diagnostic, Result},
    observe::{Observed, Root},
    store::State,
};
use ecow::EcoString;
use std::collections::BTreeMap;

/// Where a rollback leads and what each path becomes.
#[derive(Debug, Default)]
pub(super) struct Way {
    pub from: u64,
    pub to: u64,
    pub places: BTreeMap<EcoString, Place>,
    pub warnings: Vec<Diagnostic>,
    pub problems: Vec<Diagnostic>,
}

/// Finds the way back; changes nothing.
pub(super) fn way(root: &Root, state: &State, to: Option<u64>) -> Result<Way> {
    let nothing = || no_generation("nothing was activated here yet".to_owned());
    let from = state.current()?.ok_or_else(nothing)?;
    let ancestors = ancestors(state, from)?;
    let to = match to {
        Some(to) => to,
        None => *ancestors
            .first()
            .ok_or_else(|| no_generation(format!("generation {from} has no predecessor that is kept")))?,
    };
    let mut way = Way { from, to, ..Way::default() };
    if to == from {
        return Ok(way);
    }
    let passed = ancestors.iter().position(|found| *found == to).ok_or_else(|| {
        no_generation(format!("generation {to} is not a predecessor of the current one, {from}"))
    })?;
    let passed = std::iter::once(from).chain(ancestors.into_iter().take(passed));
    let mut left = BTreeMap::new();
    for number in passed {
        for made in generations::undo(state, number)?.moves {
            left.entry(made.path.clone()).or_insert_with(|| made.clone());
            way.go_back(made);
        }
    }
    way.tell_drift(root, state, &left)?;
    way.settle(root, state)?;
    Ok(way)
}

impl Way {
    /// Adds one older move: bytes stay those of the younger pre-image where only attributes changed before.
    fn go_back(&mut self, made: Move) {
        let place = match (made.before, self.places.get(&made.path)) {
            (
                Place::File { content: Kept::Untouched, attributes, .. },
                Some(Place::File { content, mtime, .. }),
            ) => Place::File { content: content.clone(), attributes, mtime: *mtime },
            (before, _) => before,
        };
        self.places.insert(made.path, place);
    }

    /// Tells the paths that are not as the generations on the way left them.
    fn tell_drift(&mut self, root: &Root, state: &State, left: &BTreeMap<EcoString, Move>) -> Result<()> {
        let key = state.secret_key()?;
        for (path, made) in left {
            let so = match &made.after {
                Place::File { content: Kept::Rendered { digest }, .. } => {
                    root.read(path).is_ok_and(|content| keyed_digest(&key, &content) == *digest)
                }
                Place::File { .. } | Place::Missing | Place::Directory { .. } | Place::Link { .. } => {
                    is_so(root, path, &made.after)
                }
            };
            if !so {
                let message = format!("`{path}` was changed since the generation; it goes back all the same");
                self.warnings.push(Diagnostic::warning(&DRIFT_LOST, message));
            }
        }
        Ok(())
    }

    /// Drops what is so already, keeps directories that others use, and finds bytes for files that are gone.
    fn settle(&mut self, root: &Root, state: &State) -> Result<()> {
        let manifest = generations::manifest(state, self.from)?;
        for path in self.places.keys().rev().cloned().collect::<Vec<_>>() {
            let observed = root.observe(&path).unwrap_or(Observed::Missing);
            let Some(place) = self.places.get_mut(&path) else { continue };
            if let Place::File { content: content @ Kept::Untouched, .. } = place
                && !matches!(observed, Observed::File(_))
            {
                let entry = manifest.entries.iter().find(|entry| entry.path == path);
                match entry.map(|entry| &entry.want) {
                    Some(Want::File { content: Content::Object { object, .. }, .. }) => {
                        *content = Kept::Object { object: object.clone() };
                    }
                    Some(_) | None => {
                        let message = format!("`{path}` is gone and its content was never kept");
                        self.problems.push(Diagnostic::error(&DRIFT_LOST, message));
                    }
                }
            }
            let going = matches!(observed, Observed::Directory(_)) && !place.is_directory();
            let only_going = *place == Place::Missing;
            if going && self.is_used(root, &path) {
                self.keep_directory(&path, only_going);
            }
        }
        self.places.retain(|path, place| !is_so(root, path, place));
        Ok(())
    }

    /// Tells whether a directory holds anything that does not go with it.
    fn is_used(&self, root: &Root, path: &str) -> bool {
        root.list(path)
            .unwrap_or_default()
            .iter()
            .any(|name| self.places.get(&*format!("{path}/{name}")) != Some(&Place::Missing))
    }

    fn keep_directory(&mut self, path: &EcoString, only_going: bool) {
        if only_going {
            let message = format!("the directory `{path}` stays, since others put something into it");
            self.warnings.push(Diagnostic::warning(&NOT_REMOVED, message));
            self.places.remove(path);
        } else {
            let message = format!("`{path}` cannot go back, since others put something into the directory");
            self.problems.push(Diagnostic::error(&IN_THE_WAY, message));
        }
    }
}
