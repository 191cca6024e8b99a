//! What becomes of nodes as they are compiled: catalogs in a folder, and diagnostics gathered over all nodes.
//!
//! In: nodes in whatever order they are done. Out: files that are renamed into place, and each diagnostic once, in the
//! order of the first node that has it.

use super::{Session, session::Stop};
use crate::{
    compile::{CompiledNode, NOT_WRITTEN},
    diag::{Diagnostic, Result},
    maps::HashMap,
};
use std::{
    collections::hash_map::Entry,
    fmt::Display,
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::TempPath;

/// The folder that `--out` names.
pub(super) struct CatalogFolder(PathBuf);

impl CatalogFolder {
    /// Makes the folder where it is not there.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        match fs::create_dir_all(folder) {
            Ok(()) => Ok(Self(folder.to_owned())),
            Err(found) => {
                let message = format!("`{}` cannot be made: {found}", folder.display());
                Err(Box::new(Diagnostic::error(&NOT_WRITTEN, message)))
            }
        }
    }

    /// Writes a catalog beside its place.
    pub(super) fn prepare(&self, certname: &str, text: &str) -> Result<Prepared> {
        let path = self.0.join(format!("{certname}.json"));
        if fs::read(&path).is_ok_and(|earlier| earlier == text.as_bytes()) {
            return Ok(Prepared { written: None, path });
        }
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            file.write_all(text.as_bytes())?;
            file.as_file().set_permissions(PermissionsExt::from_mode(0o644))?;
            Ok::<_, io::Error>(file.into_temp_path())
        };
        match write() {
            Ok(written) => Ok(Prepared { written: Some(written), path }),
            Err(found) => Err(not_written(&path, &found)),
        }
    }
}

/// A catalog that was written beside its place; dropped, it is removed.
pub(super) struct Prepared {
    /// `None` where the same catalog is in its place already.
    written: Option<TempPath>,
    path: PathBuf,
}

impl Prepared {
    /// Renames it into its place as `CERTNAME.json`; replaces nothing but an earlier catalog.
    pub(super) fn place(self) -> Result<()> {
        let Self { written: Some(written), path } = self else { return Ok(()) };
        if path.exists() && !is_catalog(&path) {
            let found = not_written(&path, &"a file that is no catalog is in its place");
            return Err(Box::new(found.help("choose another folder for `--out`, or move the file away")));
        }
        written.persist(&path).map_err(|found| not_written(&path, &found.error))
    }
}

fn not_written(path: &Path, why: &dyn Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&NOT_WRITTEN, format!("`{}` cannot be written: {why}", path.display())))
}

fn is_catalog(path: &Path) -> bool {
    /// The part of a catalog that tells it from other files.
    #[derive(serde::Deserialize)]
    struct Catalog {
        #[serde(rename = "resources")]
        _resources: Vec<serde::de::IgnoredAny>,
    }
    fs::read(path).is_ok_and(|bytes| serde_json::from_slice::<Catalog>(&bytes).is_ok())
}

/// Diagnostics with the nodes that they were met on.
#[derive(Default)]
pub(super) struct Met(HashMap<String, Finding>);

struct Finding {
    /// The first node, and the place among its diagnostics.
    first: (usize, usize),
    diagnostic: Diagnostic,
    nodes: Vec<usize>,
}

impl Met {
    /// Adds what was met on a node.
    pub(super) fn add(&mut self, node: usize, found: Vec<Diagnostic>) {
        for (at, diagnostic) in found.into_iter().enumerate() {
            let first = (node, at);
            let new = |diagnostic| Finding { first, diagnostic, nodes: Vec::new() };
            match self.0.entry(diagnostic.one_line()) {
                Entry::Vacant(slot) => slot.insert(new(diagnostic)).nodes.push(node),
                Entry::Occupied(mut slot) => {
                    let known = slot.get_mut();
                    known.nodes.push(node);
                    if first < known.first {
                        (known.first, known.diagnostic) = (first, diagnostic);
                    }
                }
            }
        }
    }

    /// Gathers what was met on nodes that are kept.
    pub(super) fn on(compiled: &[CompiledNode]) -> Self {
        let mut met = Self::default();
        for (index, node) in compiled.iter().enumerate() {
            met.add(index, node.diagnostics.clone());
        }
        met
    }

    /// Returns what was met, in the order of the first nodes.
    fn in_order(self) -> Vec<Finding> {
        let mut found: Vec<Finding> = self.0.into_values().collect();
        found.sort_by_key(|found| found.first);
        found
    }

    /// Prints each diagnostic once, with the nodes that it was met on; gives them all.
    pub(super) fn report<'n>(
        self,
        name: impl Fn(usize) -> Option<&'n str>,
        session: &mut Session<'_>,
    ) -> Result<Vec<Diagnostic>, Stop> {
        let mut all = Vec::new();
        for Finding { diagnostic, mut nodes, .. } in self.in_order() {
            session.report(&diagnostic)?;
            if session.shows(&diagnostic) {
                nodes.sort_unstable();
                nodes.dedup();
                let names: Vec<&str> = nodes.into_iter().filter_map(&name).collect();
                writeln!(session.err, "  on {}", names.join(", "))?;
            }
            all.push(diagnostic);
        }
        Ok(all)
    }
}
