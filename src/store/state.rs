//! The folder of state: store, generations and journal.

use super::{
    Store,
    codes::{BROKEN_STATE, io_error},
    sync::{sync_dir, write_atomically},
};
use crate::diag::{Diagnostic, Result};
use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// The state of one root. Numbers of generations start at 0, the state before the first activation.
#[derive(Clone, Debug)]
pub struct State {
    dir: PathBuf,
}

impl State {
    /// Takes the folder; nothing is read or made.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Returns the folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Tells whether it was made already.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.dir.join("generations").is_dir()
    }

    /// Makes what is missing of it, readable by its owner alone.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn create(&self) -> Result<()> {
        if let Some(parent) = self.dir.parent() {
            let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(parent);
            made.map_err(|error| io_error("create", parent, &error))?;
        }
        self.store().create()?;
        let generations = self.dir.join("generations");
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&generations);
        made.map_err(|error| io_error("create", &generations, &error))
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> Store {
        Store::at(self.dir.join("store"))
    }

    /// Returns a generation's folder.
    #[must_use]
    pub fn generation(&self, number: u64) -> PathBuf {
        self.dir.join(format!("generations/gen-{number}"))
    }

    /// Returns the journal's place.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal.json")
    }

    /// Lists the numbers of the generations, ascending.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn numbers(&self) -> Result<Vec<u64>> {
        let dir = self.dir.join("generations");
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| io_error("list", &dir, &error))?,
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| io_error("list", &dir, &error))?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("gen-"));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Returns the number of the current generation, if there was an activation.
    ///
    /// # Errors
    /// Gives the system's reason, or that the link points elsewhere.
    pub fn current(&self) -> Result<Option<u64>> {
        let path = self.dir.join("current");
        let target = match fs::read_link(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            target => target.map_err(|error| io_error("read", &path, &error))?,
        };
        let number = target.to_str().and_then(|target| target.strip_prefix("generations/gen-"));
        let number = number.and_then(|number| number.parse().ok());
        number.map(Some).ok_or_else(|| {
            let message = format!("`{}` does not point at a generation", path.display());
            Box::new(Diagnostic::error(&BROKEN_STATE, message))
        })
    }

    /// Makes a generation the current one: the commit point. Durable when it returns.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn set_current(&self, number: u64) -> Result<()> {
        let (path, temporary) = (self.dir.join("current"), self.dir.join("current.tmp"));
        let swap = || {
            if let Err(error) = fs::remove_file(&temporary)
                && error.kind() != ErrorKind::NotFound
            {
                return Err(error);
            }
            std::os::unix::fs::symlink(format!("generations/gen-{number}"), &temporary)?;
            fs::rename(&temporary, &path)?;
            sync_dir(&self.dir)
        };
        swap().map_err(|error| io_error("switch", &path, &error))
    }

    /// Returns the key for digests of secret content, made at first use.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn secret_key(&self) -> Result<[u8; 32]> {
        let path = self.dir.join("digest-key");
        if let Some(key) = fs::read(&path).ok().and_then(|key| <[u8; 32]>::try_from(key).ok()) {
            return Ok(key);
        }
        let make = || {
            let mut key = [0; 32];
            std::io::Read::read_exact(&mut fs::File::open("/dev/urandom")?, &mut key)?;
            write_atomically(&path, &key)?;
            Ok(key)
        };
        make().map_err(|error| io_error("create", &path, &error))
    }
}
