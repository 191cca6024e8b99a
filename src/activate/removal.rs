//! Plans what goes: absent paths, trees removed by force, and what nobody manages in purged directories.

use super::{
    codes::{NOT_REMOVED, NOT_UTF8, OTHER_FILESYSTEM, PROTECTED, io_error},
    place::Place,
    plan::{Change, Step, Why},
    planner::Planner,
};
use crate::{build::Entry, diag::Diagnostic, model::ItemId, observe::Observed};
use ecow::{EcoString, eco_format};

impl Planner<'_> {
    /// Plans that nothing shall be at an entry's path.
    pub(super) fn absent(&mut self, entry: &Entry, observed: &Observed, force: bool) {
        match observed {
            Observed::Missing => {}
            Observed::File(_) | Observed::Link(..) => {
                self.remove(&entry.path, observed, Why::Wanted, entry.notify.clone());
            }
            Observed::Directory(_) if force => {
                self.remove_tree(&entry.path, observed);
                self.remove(&entry.path, observed, Why::Wanted, entry.notify.clone());
            }
            Observed::Directory(_) => {
                let message = format!("the directory `{}` is not removed without `force`", entry.path);
                self.warnings.push(Diagnostic::warning(&NOT_REMOVED, message));
            }
            Observed::Other(_) => self.special(&entry.path, observed),
        }
    }

    /// Plans that what nobody manages in a directory goes; with `force` in the directories below it too.
    pub(super) fn purge(&mut self, directory: &str, force: bool) {
        for (path, observed) in self.children(directory) {
            let managed = self.managed.contains_key(&*path);
            let needed = managed || self.has_managed_below(&path);
            match &observed {
                Observed::Directory(_) if !force || self.is_protected(&path, &observed) => {}
                Observed::Directory(_) if needed => self.purge(&path, force),
                Observed::Directory(_) => {
                    self.remove_tree(&path, &observed);
                    self.remove(&path, &observed, Why::Purged, Vec::new());
                }
                Observed::Missing => {}
                _ if managed => {}
                Observed::File(_) | Observed::Link(..) => {
                    self.remove(&path, &observed, Why::Purged, Vec::new())
                }
                Observed::Other(_) => self.special(&path, &observed),
            }
        }
    }

    /// Plans that everything below a directory goes.
    fn remove_tree(&mut self, directory: &str, above: &Observed) {
        for (path, observed) in self.children(directory) {
            if observed.meta().map(|meta| meta.id.0) != above.meta().map(|meta| meta.id.0) {
                self.problem(&OTHER_FILESYSTEM, format!("`{path}` is on another file system"));
                continue;
            }
            if self.is_protected(&path, &observed) {
                self.problem(&PROTECTED, format!("`{path}` belongs to the state of this program"));
                continue;
            }
            match observed {
                Observed::Missing => {}
                Observed::Other(_) => self.special(&path, &observed),
                Observed::Directory(_) => {
                    self.remove_tree(&path, &observed);
                    self.remove(&path, &observed, Why::Within, Vec::new());
                }
                Observed::File(_) | Observed::Link(..) => {
                    self.remove(&path, &observed, Why::Within, Vec::new())
                }
            }
        }
    }

    fn remove(&mut self, path: &EcoString, observed: &Observed, why: Why, notify: Vec<ItemId>) {
        let step = Step {
            path: path.clone(),
            why,
            changes: vec![Change::Removed(observed.word())],
            notify,
            before: observed.clone(),
            after: Place::Missing,
        };
        self.steps.insert(path.clone(), step);
    }

    fn children(&mut self, directory: &str) -> Vec<(EcoString, Observed)> {
        let names = match self.root.list(directory) {
            Ok(names) => names,
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                self.problem(&NOT_UTF8, format!("`{directory}` holds a name that is not UTF-8"));
                return Vec::new();
            }
            Err(error) => {
                self.problems.push(*io_error("list", directory, &error));
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for path in names.into_iter().map(|name| eco_format!("{directory}/{name}")) {
            match self.root.observe(&path) {
                Ok(observed) => found.push((path, observed)),
                Err(error) => self.problems.push(*io_error("look at", &path, &error)),
            }
        }
        found
    }
}
