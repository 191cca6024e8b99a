//! The only way to files for the compiling half: a trait, so that tests run in memory and reads are recorded.

use crate::maps::HashMap;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// What the compiling half may see of the outside.
pub trait World: Send + Sync {
    /// Returns the bytes of a file.
    ///
    /// # Errors
    /// Gives the system's error; `NotFound` is an answer that is recorded too.
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>>;

    /// Returns the names in a folder, sorted by bytes.
    ///
    /// # Errors
    /// Gives the system's error.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;

    /// Tells whether a regular file is there (links are followed).
    fn is_file(&self, path: &Path) -> bool;

    /// Tells whether a folder is there (links are followed).
    fn is_dir(&self, path: &Path) -> bool;

    /// Tells whether the last part of a path is a link.
    fn is_link(&self, _path: &Path) -> bool {
        false
    }

    /// Returns the current time in seconds since 1970, UTC; an input like any other.
    fn now(&self) -> i64;

    /// Takes note of questions that a shared cache answered in this world's place.
    fn note(&self, _asked: &Asked) {}
}

/// Questions with their answers, shared by all who got something that was made from them.
pub type Asked = Arc<[Recorded]>;

/// The real file system with a fixed clock.
#[derive(Debug, Clone)]
pub struct DiskWorld {
    now: i64,
    confined: Option<Arc<Confined>>,
}

impl DiskWorld {
    /// Takes the time that `now` answers, in seconds since 1970.
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self { now, confined: None }
    }

    /// Refuses to read what does not lie under one of these files and folders once all links are followed.
    #[must_use]
    pub fn within<'p>(self, roots: impl IntoIterator<Item = &'p Path>) -> Self {
        let roots = roots.into_iter().filter_map(|root| root.canonicalize().ok()).collect();
        Self { confined: Some(Arc::new(Confined { roots, folders: Mutex::default() })), ..self }
    }

    fn check(&self, path: &Path) -> io::Result<()> {
        if self.confined.as_ref().is_none_or(|confined| confined.allows(path)) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "it leads out of the given folders"))
    }
}

/// The files and folders that may be read.
#[derive(Debug)]
struct Confined {
    roots: Vec<PathBuf>,
    /// Folders that were asked for, and whether they lie inside.
    folders: Mutex<HashMap<PathBuf, bool>>,
}

impl Confined {
    /// Tells whether a path lies inside; what is not there does.
    fn allows(&self, path: &Path) -> bool {
        let plain = matches!(path.components().next_back(), Some(Component::Normal(_)));
        let link = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        let folder = path.parent().filter(|folder| plain && !link && !folder.as_os_str().is_empty());
        folder.is_some_and(|folder| self.holds_folder(folder)) || self.holds(path)
    }

    fn holds_folder(&self, folder: &Path) -> bool {
        let lock = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(folder).copied();
        known.unwrap_or_else(|| {
            let found = self.holds(folder);
            lock().insert(folder.into(), found);
            found
        })
    }

    fn holds(&self, path: &Path) -> bool {
        let Ok(real) = path.canonicalize() else { return true };
        self.roots.iter().any(|root| real.starts_with(root))
    }
}

impl World for DiskWorld {
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.check(path)?;
        std::fs::read(path).map(Arc::from)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.check(path)?;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn is_link(&self, path: &Path) -> bool {
        std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
    }

    fn now(&self) -> i64 {
        self.now
    }
}

/// Files in memory, for tests.
#[derive(Debug, Clone, Default)]
pub struct MemoryWorld {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    now: i64,
}

impl MemoryWorld {
    /// Adds or replaces a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, text: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.into(), Arc::from(text.as_ref()));
        self
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let children = self.files.keys().filter_map(|file| file.strip_prefix(path).ok());
        let names: BTreeSet<String> = children
            .filter_map(|rest| rest.components().next())
            .map(|first| first.as_os_str().to_string_lossy().into_owned())
            .collect();
        if names.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(names.into_iter().collect()) }
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file != path && file.starts_with(path))
    }

    fn now(&self) -> i64 {
        self.now
    }
}

/// One question a compile asked of the world.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recorded {
    /// A file was read and had this content hash, or was not there.
    File(PathBuf, Option<[u8; 32]>),
    /// A folder was listed, or was not there.
    Folder(PathBuf, Option<Vec<String>>),
    /// A path was asked for: is it a file, is it a folder.
    Exists(PathBuf, bool, bool),
    /// A path was asked for: is it a link.
    Link(PathBuf, bool),
    /// A file or folder is there and could not be read: nothing can be said of it.
    Unreadable(PathBuf),
    /// The clock was read.
    Clock(i64),
    /// Something that is no file was asked: a program, a server. Nothing can be said of its next answer.
    Outside,
}

impl Recorded {
    /// Returns the path that was asked for.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path, _)
            | Self::Folder(path, _)
            | Self::Exists(path, ..)
            | Self::Link(path, _)
            | Self::Unreadable(path) => Some(path),
            Self::Clock(_) | Self::Outside => None,
        }
    }

    /// Asks the same question again and tells whether the answer is the same.
    #[must_use]
    pub fn holds(&self, world: &dyn World) -> bool {
        let again = RecordingWorld::new(world);
        match self {
            Self::File(path, _) => drop(again.read(path)),
            Self::Folder(path, _) => drop(again.list(path)),
            Self::Exists(path, ..) => drop(again.is_file(path)),
            Self::Link(path, _) => drop(again.is_link(path)),
            Self::Unreadable(_) | Self::Outside => return false,
            Self::Clock(_) => drop(again.now()),
        }
        again.recorded().first() == Some(self)
    }
}

/// All that was asked: one by one, and what came with things that were made already.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Questions of its own, sorted.
    pub own: Vec<Recorded>,
    /// Those of what is shared.
    pub shared: Vec<Asked>,
}

impl Trace {
    /// Returns all questions; the same one may come several times.
    pub fn iter(&self) -> impl Iterator<Item = &Recorded> {
        self.own.iter().chain(self.shared.iter().flat_map(|asked| asked.iter()))
    }
}

/// Wraps a world and notes every question, answers of "not there" included.
pub struct RecordingWorld<'a> {
    inner: &'a dyn World,
    seen: Mutex<BTreeSet<Recorded>>,
    /// By address, so that noting the same again costs next to nothing.
    noted: Mutex<HashMap<usize, Asked>>,
}

impl<'a> RecordingWorld<'a> {
    /// Wraps a world.
    #[must_use]
    pub fn new(inner: &'a dyn World) -> Self {
        Self { inner, seen: Mutex::default(), noted: Mutex::default() }
    }

    /// Returns what was asked so far, sorted.
    #[must_use]
    pub fn recorded(&self) -> Vec<Recorded> {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(noted.values().flat_map(|asked| asked.iter()).cloned());
        all.into_iter().collect()
    }

    /// Returns likewise without bringing it together.
    #[must_use]
    pub fn into_trace(self) -> Trace {
        let own = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect();
        let noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        Trace { own, shared: noted.into_values().collect() }
    }

    /// Notes a question that was asked elsewhere.
    pub fn keep(&self, question: Recorded) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(question);
    }

    fn keep_answer<T>(&self, path: &Path, answer: &io::Result<T>, made: impl Fn(Option<&T>) -> Recorded) {
        self.keep(match answer {
            Ok(found) => made(Some(found)),
            Err(found) if matches!(found.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                made(None)
            }
            Err(_) => Recorded::Unreadable(path.into()),
        });
    }

    fn keep_kind(&self, path: &Path) -> (bool, bool) {
        let is_file = self.inner.is_file(path);
        let is_dir = !is_file && self.inner.is_dir(path);
        self.keep(Recorded::Exists(path.into(), is_file, is_dir));
        (is_file, is_dir)
    }
}

impl World for RecordingWorld<'_> {
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        let answer = self.inner.read(path);
        let hash = |bytes: &Arc<[u8]>| *blake3::hash(bytes).as_bytes();
        self.keep_answer(path, &answer, |bytes| Recorded::File(path.into(), bytes.map(hash)));
        answer
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let answer = self.inner.list(path);
        self.keep_answer(path, &answer, |names| Recorded::Folder(path.into(), names.cloned()));
        answer
    }

    fn is_file(&self, path: &Path) -> bool {
        self.keep_kind(path).0
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.keep_kind(path).1
    }

    fn is_link(&self, path: &Path) -> bool {
        let is_link = self.inner.is_link(path);
        self.keep(Recorded::Link(path.into(), is_link));
        is_link
    }

    fn now(&self) -> i64 {
        let now = self.inner.now();
        self.keep(Recorded::Clock(now));
        now
    }

    fn note(&self, asked: &Asked) {
        let address = Arc::as_ptr(asked).cast::<()>() as usize;
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.entry(address).or_insert_with(|| asked.clone());
        drop(noted);
        self.inner.note(asked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confined_world_does_not_follow_links_out_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("repo/sub")).unwrap();
        std::fs::create_dir_all(path("outside")).unwrap();
        std::fs::write(path("repo/a"), "a").unwrap();
        std::fs::write(path("outside/secret"), "s").unwrap();
        std::os::unix::fs::symlink(path("outside"), path("repo/folder")).unwrap();
        std::os::unix::fs::symlink(path("outside/secret"), path("repo/file")).unwrap();
        std::os::unix::fs::symlink(path("repo/a"), path("repo/sub/inside")).unwrap();
        let world = DiskWorld::new(0).within([path("repo").as_path()]);
        let reads = |name: &str| world.read(&path(name)).is_ok();
        assert!(reads("repo/a") && reads("repo/sub/inside") && reads("repo/sub/../a"));
        for outside in ["repo/file", "repo/folder/secret", "outside/secret", "repo/../outside/secret"] {
            assert_eq!(world.read(&path(outside)).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        }
        assert!(world.list(&path("repo/folder")).is_err() && world.list(&path("repo")).is_ok());
        assert_eq!(world.read(&path("repo/none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_missing_file_is_recorded_as_missing() {
        let memory = MemoryWorld::default().with("/a/b.pp", "x");
        let world = RecordingWorld::new(&memory);
        assert!(world.read(Path::new("/a/c.pp")).is_err());
        assert_eq!(world.list(Path::new("/a")).unwrap(), ["b.pp"]);
        assert!(world.recorded().contains(&Recorded::File("/a/c.pp".into(), None)));
    }

    #[test]
    fn an_answer_holds_until_the_world_answers_otherwise() {
        let memory = MemoryWorld::default().with("/a/b.pp", "x");
        let world = RecordingWorld::new(&memory);
        let (absent, there) = (Path::new("/a/c.pp"), Path::new("/a/b.pp"));
        assert!(!world.is_file(absent) && world.read(there).is_ok() && world.list(Path::new("/a")).is_ok());
        let shared: Asked = world.recorded().into();
        assert!(shared.iter().all(|asked| asked.holds(&memory)));
        let changed = memory.clone().with("/a/c.pp", "");
        assert_eq!(shared.iter().filter(|asked| !asked.holds(&changed)).count(), 2);
        let other = RecordingWorld::new(&memory);
        other.note(&shared);
        assert_eq!(other.recorded(), shared.to_vec());
    }
}
