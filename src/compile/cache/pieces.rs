//! Texts by their hash: what many entries of the cache share.
//!
//! In: a text. Out: its name, and the text again. A text that does not fit its name any more is not there.

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use std::{
    collections::HashMap,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// A text's hash.
pub(super) type Name = String;

/// A folder of texts.
pub(super) struct Pieces {
    folder: PathBuf,
    known: Mutex<HashMap<Name, Option<Arc<str>>>>,
}

impl Pieces {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), known: Mutex::default() }
    }

    /// Keeps a text; gives its name.
    pub(super) fn put(&self, text: &str) -> io::Result<Name> {
        let name = blake3::hash(text.as_bytes()).to_hex().to_string();
        let is_known = matches!(self.lock().get(&name), Some(Some(_)));
        if !is_known {
            write(&self.folder, &self.path(&name), &[&compress_prepend_size(text.as_bytes())])?;
            self.lock().insert(name.clone(), Some(text.into()));
        }
        Ok(name)
    }

    /// Returns a text, read once a run.
    pub(super) fn get(&self, name: &Name) -> Option<Arc<str>> {
        let known = self.lock().get(name).cloned();
        known.unwrap_or_else(|| {
            let read = self.read(name);
            self.lock().insert(name.clone(), read.clone());
            read
        })
    }

    fn read(&self, name: &Name) -> Option<Arc<str>> {
        let path = self.path(name);
        let text = decompress_size_prepended(&fs::read(&path).ok()?).ok()?;
        let whole = blake3::hash(&text).to_hex().as_str() == name;
        touch(&path);
        String::from_utf8(text).ok().filter(|_| whole).map(Arc::from)
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.folder.join(format!("p-{name}"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Name, Option<Arc<str>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that a file was used now: it goes last when room is needed.
pub(super) fn touch(path: &Path) {
    let _ = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
}

/// Writes a file that only its owner may read, beside its place, and renames it into it.
pub(super) fn write(folder: &Path, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.persist(path).map(drop).map_err(|found| found.error)
}
