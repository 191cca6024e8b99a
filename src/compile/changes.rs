//! Which nodes a change can reach (`--since`).
//!
//! In: the paths that changed between two states of a repo, all paths of the earlier one, and what a node's compile
//! asked of the world. Out: whether an answer to any of these questions can have been another before. A node that is
//! not reached asked the same questions before and got the same answers.

use crate::source::{Asked, Recorded, Trace};
use std::{
    collections::{BTreeSet, HashMap},
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// The change between an earlier state and the files as they are.
#[derive(Debug, Default)]
pub struct Changes {
    /// The repo's folder as questions name it, and as it really is.
    root: (PathBuf, PathBuf),
    /// Absolute paths of what was added, removed or changed.
    changed: BTreeSet<PathBuf>,
    /// Absolute paths of all files of the earlier state.
    before: BTreeSet<PathBuf>,
    resolved: Mutex<HashMap<PathBuf, PathBuf>>,
    /// By address: questions that many nodes share, and whether they are reached.
    shared: Mutex<HashMap<usize, (Asked, bool)>>,
}

impl Changes {
    /// Takes the repo's folder, the paths that changed, and those of the earlier state, absolute without links.
    #[must_use]
    pub fn new(root: &Path, changed: BTreeSet<PathBuf>, before: BTreeSet<PathBuf>) -> Self {
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self {
            root: (root.to_owned(), real),
            changed,
            before,
            resolved: Mutex::default(),
            shared: Mutex::default(),
        }
    }

    /// Tells whether one of the answers can have been another.
    #[must_use]
    pub fn reach_any(&self, asked: &[Recorded]) -> bool {
        asked.iter().any(|asked| self.reach(asked))
    }

    /// Tells likewise of all that a node asked.
    #[must_use]
    pub fn reach_trace(&self, trace: &Trace) -> bool {
        self.reach_any(&trace.own) || trace.shared.iter().any(|asked| self.reach_shared(asked))
    }

    fn reach_shared(&self, asked: &Asked) -> bool {
        let address = Arc::as_ptr(asked).cast::<()>() as usize;
        let known = self.shared.lock().unwrap_or_else(PoisonError::into_inner).get(&address).map(|it| it.1);
        known.unwrap_or_else(|| {
            let reached = self.reach_any(asked);
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.insert(address, (asked.clone(), reached));
            reached
        })
    }

    /// Tells whether what is at a path, or below it, can have been another.
    #[must_use]
    pub fn reach_path(&self, path: &Path) -> bool {
        self.names_of(path).iter().any(|path| self.is_changed(path) || self.below(path).next().is_some())
    }

    fn reach(&self, asked: &Recorded) -> bool {
        let Some(path) = asked.path() else { return *asked == Recorded::Outside };
        self.names_of(path).iter().any(|path| match asked {
            _ if self.is_changed(path) => true,
            Recorded::File(..) | Recorded::Clock(_) | Recorded::Outside => false,
            Recorded::Exists(..) | Recorded::Link(..) => self.came_or_went(path),
            Recorded::Folder(..) => {
                let child = |changed: &PathBuf| {
                    Some(path.join(changed.strip_prefix(path).ok()?.components().next()?))
                };
                self.below(path).filter_map(child).any(|child| self.came_or_went(&child))
            }
            Recorded::Unreadable(_) => true,
        })
    }

    /// The path as it was asked for, and where links lead.
    fn names_of(&self, path: &Path) -> Vec<PathBuf> {
        let (root, real) = &self.root;
        let absolute = match path.strip_prefix(root) {
            Ok(rest) => real.join(rest),
            Err(_) => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
        };
        let written = normal(&absolute);
        let resolved = self.resolve(&written);
        if resolved == written { vec![written] } else { vec![written, resolved] }
    }

    /// Resolves the links of what is there of a path.
    fn resolve(&self, path: &Path) -> PathBuf {
        let known = self.resolved.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = known {
            return known;
        }
        let found = path.canonicalize().ok().unwrap_or_else(|| match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => self.resolve(parent).join(name),
            (_, _) => path.to_owned(),
        });
        self.resolved.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), found.clone());
        found
    }

    /// A file, link or submodule at or above the path changed.
    fn is_changed(&self, path: &Path) -> bool {
        path.ancestors().any(|above| self.changed.contains(above))
    }

    /// What changed below a folder.
    fn below<'c>(&'c self, folder: &'c Path) -> impl Iterator<Item = &'c PathBuf> {
        self.changed.range(folder.to_owned()..).take_while(move |path| path.starts_with(folder))
    }

    /// A file or folder is there in one of the two states only.
    fn came_or_went(&self, path: &Path) -> bool {
        let touched = self.below(path).next().is_some();
        let was = || self.before.range(path.to_owned()..).next().is_some_and(|file| file.starts_with(path));
        touched && was() != path.symlink_metadata().is_ok()
    }
}

/// Takes `.` and `..` out of a path by its words alone.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut clean, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(clean.pop()),
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => clean.push(part),
        }
        clean
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn changes(changed: &[&str], before: &[&str], now: &[&str]) -> (tempfile::TempDir, Changes) {
        let folder = tempfile::tempdir().unwrap();
        for file in now {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let real = folder.path().canonicalize().unwrap();
        let absolute = |files: &[&str]| files.iter().map(|file| real.join(file)).collect();
        let changes = Changes::new(folder.path(), absolute(changed), absolute(before));
        (folder, changes)
    }

    #[test]
    fn a_file_is_reached_by_its_own_change_only() {
        let (folder, changes) = changes(&["m/a.pp"], &["m/a.pp", "m/b.pp"], &["m/a.pp", "m/b.pp"]);
        let asked = |file: &str| Recorded::File(folder.path().join(file), None);
        assert!(changes.reach(&asked("m/a.pp")));
        assert!(!changes.reach(&asked("m/b.pp")));
        assert!(changes.reach(&asked("m/./c/../a.pp")));
    }

    #[test]
    fn a_listing_is_reached_by_what_came_or_went_in_it() {
        let (before, now) = (["d/a", "d/gone", "d/old/x"], ["d/a", "d/old/x", "d/old/y", "d/new/z"]);
        let listing = |folder: &Path, name: &str| Recorded::Folder(folder.join(name), None);
        let (folder, deep) = changes(&["d/old/y"], &before, &now);
        assert!(!deep.reach(&listing(folder.path(), "d")));
        assert!(deep.reach(&listing(folder.path(), "d/old")));
        for changed in ["d/gone", "d/new/z"] {
            let (folder, changes) = changes(&[changed], &before, &now);
            assert!(changes.reach(&listing(folder.path(), "d")), "{changed}");
        }
        let (folder, changed) = changes(&["d/a"], &before, &now);
        assert!(!changed.reach(&listing(folder.path(), "d")));
    }

    #[test]
    fn a_question_for_a_folder_is_reached_when_it_came() {
        let (folder, changes) =
            changes(&["m/new/manifests/init.pp"], &["m/old/x"], &["m/old/x", "m/new/manifests/init.pp"]);
        assert!(changes.reach(&Recorded::Exists(folder.path().join("m/new"), false, true)));
        assert!(!changes.reach(&Recorded::Exists(folder.path().join("m/old"), false, true)));
        assert!(!changes.reach(&Recorded::Exists(folder.path().join("m"), false, true)));
    }

    #[test]
    fn links_are_followed() {
        let (folder, changes) =
            changes(&["src/foo/init.pp"], &["src/foo/init.pp"], &["src/foo/init.pp", "modules/x"]);
        std::os::unix::fs::symlink("../src/foo", folder.path().join("modules/foo")).unwrap();
        assert!(changes.reach(&Recorded::File(folder.path().join("modules/foo/init.pp"), None)));
        assert!(!changes.reach(&Recorded::File(folder.path().join("modules/foo/other.pp"), None)));
    }
}
