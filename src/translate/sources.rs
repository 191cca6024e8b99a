//! `source` of files: `puppet:///modules/…` and mounts, read from the repo.

use crate::source::World;
use ecow::EcoString;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a file server's answers lie.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The world that files are read from.
    pub world: &'a dyn World,
    /// The module path.
    pub module_path: &'a [PathBuf],
    /// Further mounts by name.
    pub mounts: &'a [(EcoString, PathBuf)],
    /// Mounts that are private and not here: each file of theirs is a secret.
    pub private: &'a [EcoString],
}

/// What a source is.
pub(crate) enum Found {
    /// A regular file.
    File(Arc<[u8]>),
    /// A folder.
    Folder(PathBuf),
    /// A file of a private mount, by the secret's id.
    Secret(EcoString),
}

impl Sources<'_> {
    /// Finds what the first of several sources stands for that is there.
    pub(crate) fn find(&self, sources: &[EcoString]) -> Result<Found, String> {
        let mut reasons = Vec::new();
        for source in sources {
            match self.one(source) {
                Ok(found) => return Ok(found),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(reasons.join("; "))
    }

    fn one(&self, source: &str) -> Result<Found, String> {
        if let Some(id) = self.secret(source) {
            return Ok(Found::Secret(id));
        }
        let path = self.locate(source)?;
        if self.world.is_dir(&path) {
            return Ok(Found::Folder(path));
        }
        self.world.read(&path).map(Found::File).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                format!("`{source}` is not in the repo")
            } else {
                format!("`{source}` cannot be read: {error}")
            }
        })
    }

    /// The id of a file of a private mount: `NAME/path`.
    fn secret(&self, source: &str) -> Option<EcoString> {
        let path = source.strip_prefix("puppet://")?.split_once('/')?.1.trim_end_matches('/');
        let (mount, _) = path.split_once('/')?;
        let inside = !path.split('/').any(|part| part == "..");
        (inside && self.private.iter().any(|name| name == mount)).then(|| path.into())
    }

    fn locate(&self, source: &str) -> Result<PathBuf, String> {
        let Some(rest) = source.strip_prefix("puppet://") else {
            return Err(format!("`{source}` lies on the host or the network, not in the repo"));
        };
        let path = rest.split_once('/').map(|(_, path)| path).unwrap_or_default();
        let path = path.trim_end_matches('/');
        if path.split('/').any(|part| part == "..") {
            return Err(format!("`{source}` leaves its mount"));
        }
        let (mount, below) = path.split_once('/').unwrap_or((path, ""));
        if mount == "modules" {
            let (module, below) = below.split_once('/').unwrap_or((below, ""));
            let folders = self.module_path.iter().map(|folder| folder.join(module));
            let mut folders = folders.filter(|folder| self.world.is_dir(folder));
            let folder = folders
                .next()
                .ok_or_else(|| format!("module `{module}` of `{source}` is not in the repo"))?;
            return Ok(join(&folder.join("files"), below));
        }
        let found = self.mounts.iter().find(|(name, _)| name == mount);
        let (_, folder) =
            found.ok_or_else(|| format!("mount `{mount}` of `{source}` is not given (`--mount`)"))?;
        Ok(join(folder, below))
    }

    /// Lists a folder's tree: paths relative to it, folders before what is in them.
    pub(crate) fn tree(&self, folder: &Path, limit: usize) -> Vec<(EcoString, Found)> {
        let mut found = Vec::new();
        self.walk(folder, "", limit, &mut found);
        found
    }

    fn walk(&self, folder: &Path, prefix: &str, limit: usize, found: &mut Vec<(EcoString, Found)>) {
        if limit == 0 {
            return;
        }
        for name in self.world.list(folder).unwrap_or_default() {
            let (path, relative) = (folder.join(&name), format!("{prefix}{name}"));
            if self.world.is_dir(&path) {
                found.push((relative.as_str().into(), Found::Folder(path.clone())));
                self.walk(&path, &format!("{relative}/"), limit - 1, found);
            } else if let Ok(bytes) = self.world.read(&path) {
                found.push((relative.into(), Found::File(bytes)));
            }
        }
    }
}

fn join(folder: &Path, below: &str) -> PathBuf {
    if below.is_empty() { folder.to_owned() } else { folder.join(below) }
}
