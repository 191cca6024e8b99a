//! Objects: files named by what they hold.

use super::codes::{BROKEN_STATE, CORRUPT, io_error};
use crate::diag::{Diagnostic, Result};
use ecow::{EcoString, eco_format};
use serde::{Deserialize, Serialize};
use std::{
    fmt, fs,
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::PathBuf,
};

/// Hexadecimal digits of the hash in a name: 160 bits.
const DIGITS: usize = 40;

/// An object's name in the store, `<hash>-<name>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "EcoString", into = "EcoString")]
pub struct StorePath(EcoString);

impl StorePath {
    /// Names a regular file by its type, mode bits and content; `name` is for people.
    #[must_use]
    pub fn of_file(name: &str, mode: Option<u32>, content: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"file\0");
        hasher.update(mode.map(|mode| format!("{mode:04o}")).unwrap_or_default().as_bytes());
        hasher.update(b"\0");
        hasher.update(content);
        let hex = hasher.finalize().to_hex();
        Self(eco_format!("{}-{}", hex.get(..DIGITS).unwrap_or_default(), readable(name)))
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> &str {
        self.0.get(..DIGITS).unwrap_or_default()
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<EcoString> for StorePath {
    type Error = String;

    fn try_from(text: EcoString) -> std::result::Result<Self, String> {
        let hash = text.get(..DIGITS).is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let name = text.get(DIGITS..).and_then(|rest| rest.strip_prefix('-'));
        if hash && name.is_some_and(|name| !name.is_empty() && name == readable(name)) {
            return Ok(Self(text));
        }
        Err(format!("`{text}` is not the name of a store object"))
    }
}

impl From<StorePath> for EcoString {
    fn from(path: StorePath) -> Self {
        path.0
    }
}

/// Keeps of a name what is safe in a file name.
fn readable(name: &str) -> EcoString {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._+-".contains(c) { c } else { '_' };
    let name: EcoString = name.trim_start_matches('.').chars().map(safe).take(64).collect();
    if name.is_empty() { "object".into() } else { name }
}

/// An object and what is needed to check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Its name.
    pub path: StorePath,
    /// The mode bits that were hashed with the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// The length in bytes.
    pub len: u64,
}

impl ObjectRef {
    /// Names a file's content.
    #[must_use]
    pub fn of_file(name: &str, mode: Option<u32>, content: &[u8]) -> Self {
        Self { path: StorePath::of_file(name, mode, content), mode, len: content.len() as u64 }
    }

    /// Tells whether these bytes are the object's.
    #[must_use]
    pub fn holds(&self, content: &[u8]) -> bool {
        self.len == content.len() as u64
            && StorePath::of_file("x", self.mode, content).hash() == self.path.hash()
    }
}

/// A folder of objects.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

impl Store {
    /// Takes the folder; nothing is read or made.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Makes the folder, readable by its owner alone.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn create(&self) -> Result<()> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir);
        made.map_err(|error| io_error("create", &self.dir, &error))
    }

    /// Returns where an object lies.
    #[must_use]
    pub fn file(&self, object: &StorePath) -> PathBuf {
        self.dir.join(object.as_str())
    }

    /// Adds an object and tells whether it was new. One that is there but torn (a crash before its bytes reached
    /// the disk) is written anew.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn put(&self, object: &ObjectRef, content: &[u8]) -> Result<bool> {
        let path = self.file(&object.path);
        if fs::read(&path).is_ok_and(|found| object.holds(&found)) {
            return Ok(false);
        }
        let temporary = self.dir.join(format!(".{}.tmp", object.path));
        let write = || {
            remove_stale(&temporary)?;
            let mut file =
                fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(&temporary)?;
            file.write_all(content)?;
            fs::rename(&temporary, &path)
        };
        write().map_err(|error| io_error("write", &path, &error))?;
        Ok(true)
    }

    /// Returns an object's bytes, checked against its name.
    ///
    /// # Errors
    /// Gives the system's reason, or that the bytes are not what the name promises.
    pub fn read(&self, object: &ObjectRef) -> Result<Vec<u8>> {
        let path = self.file(&object.path);
        let content = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
        if object.holds(&content) {
            return Ok(content);
        }
        let message =
            format!("the store object `{}` does not have the content its name promises", object.path);
        Err(Box::new(Diagnostic::error(&CORRUPT, message)))
    }

    /// Lists the objects, sorted; leftovers of interrupted writes are not among them.
    ///
    /// # Errors
    /// Gives the system's reason, or a name that is no object's.
    pub fn list(&self) -> Result<Vec<StorePath>> {
        let mut found = Vec::new();
        for name in self.names()?.into_iter().filter(|name| !name.starts_with('.')) {
            let object = StorePath::try_from(EcoString::from(name));
            found.push(object.map_err(|message| Box::new(Diagnostic::error(&BROKEN_STATE, message)))?);
        }
        found.sort();
        Ok(found)
    }

    /// Removes every object that `keep` refuses and the leftovers of interrupted writes; returns what went and
    /// its bytes.
    ///
    /// # Errors
    /// Gives the system's reason; what was removed until then stays removed.
    pub fn sweep(&self, keep: impl Fn(&StorePath) -> bool) -> Result<(Vec<StorePath>, u64)> {
        let unwanted: Vec<_> = self.list()?.into_iter().filter(|object| !keep(object)).collect();
        let mut bytes = 0;
        for object in &unwanted {
            bytes += self.remove(&self.file(object))?;
        }
        for name in self.names()?.into_iter().filter(|name| name.starts_with('.')) {
            bytes += self.remove(&self.dir.join(name))?;
        }
        Ok((unwanted, bytes))
    }

    fn remove(&self, path: &std::path::Path) -> Result<u64> {
        let length = fs::symlink_metadata(path).map_or(0, |found| found.len());
        fs::remove_file(path).map_err(|error| io_error("remove", path, &error))?;
        Ok(length)
    }

    fn names(&self) -> Result<Vec<String>> {
        let read = || {
            let mut names = Vec::new();
            for entry in fs::read_dir(&self.dir)? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            Ok::<_, std::io::Error>(names)
        };
        match read() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|error| io_error("list", &self.dir, &error)),
        }
    }
}

fn remove_stale(temporary: &std::path::Path) -> std::io::Result<()> {
    match fs::remove_file(temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_comes_back(content: Vec<u8>, name in ".{0,80}", mode in proptest::option::of(0u32..0o7777)) {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::at(dir.path().join("store"));
            store.create().unwrap();
            let object = ObjectRef::of_file(&name, mode, &content);
            prop_assert!(store.put(&object, &content).unwrap());
            prop_assert!(!store.put(&object, &content).unwrap());
            prop_assert_eq!(store.read(&object).unwrap(), content);
            prop_assert_eq!(store.list().unwrap(), vec![object.path.clone()]);
            let text = serde_json::to_string(&object).unwrap();
            prop_assert_eq!(serde_json::from_str::<ObjectRef>(&text).unwrap(), object);
        }
    }

    #[test]
    fn mode_and_content_change_the_name() {
        let name = |mode, content: &str| StorePath::of_file("motd", mode, content.as_bytes());
        assert_ne!(name(Some(0o644), "a"), name(Some(0o600), "a"));
        assert_ne!(name(Some(0o644), "a"), name(Some(0o644), "b"));
        assert_ne!(name(None, "a"), name(Some(0), "a"));
    }

    #[test]
    fn a_torn_object_is_refused_and_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(dir.path().to_owned());
        let object = ObjectRef::of_file("motd", None, b"hello");
        fs::write(store.file(&object.path), b"").unwrap();
        assert_eq!(store.read(&object).unwrap_err().code().name, "store::corrupt");
        assert!(store.put(&object, b"hello").unwrap());
        assert_eq!(store.read(&object).unwrap(), b"hello");
    }

    #[test]
    fn a_name_cannot_leave_the_store() {
        let hash = "0".repeat(DIGITS);
        for name in ["../../etc/shadow", "", ".", "a/b"] {
            assert!(StorePath::try_from(EcoString::from(format!("{hash}-{name}"))).is_err(), "{name}");
        }
    }
}
