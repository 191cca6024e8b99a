//! Catalogs kept from earlier runs, each with all that its compile asked of the world.
//!
//! In: what a node's compile depends on before it begins (its data, options, the program itself) makes the place of an
//! entry; what it asked of the world while it ran, answers of "not there" and listings included, is in the entry. Out:
//! the entry, where every question still has the same answer. A node that collects has an entry for each state of what
//! others export of the types that it asked for. Entries are private files that begin with the hash of their content.

mod depends;
mod pieces;
mod questions;
mod stored;

use super::{
    exports::{Digests, holds_secret},
    fleet::{Compiled, CompiledNode, KeptText},
};
use crate::{
    catalog::{Resource, read_resources, resource_json, write_catalog},
    diag::Code,
    eval::Asked,
    source::{Asked as Shared, Recorded, Trace, World},
};
pub(super) use depends::of as depends;
use ecow::EcoString;
use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use pieces::{Name, Pieces, touch, write};
use questions::{Parcels, decoded};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{
    collections::{BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};
use stored::StoredDiagnostics;

/// Entries of other layouts are not looked at.
const LAYOUT: &str = "migrate/cached-catalog/v1";

/// How many sets of types a node's entries may differ in.
const SETS: usize = 4;

/// What the cache may take, in bytes; beyond it what was not used for longest goes.
const BOUND: u64 = 2 << 30;

/// Finds a code by its name.
pub type Codes = fn(&str) -> Option<&'static Code>;

/// The catalogs of earlier runs.
pub struct Cache {
    folder: PathBuf,
    /// The hash of the program, so that another one finds nothing.
    program: [u8; 32],
    codes: Codes,
    pieces: Pieces,
    /// Questions that many entries share, where they still have the same answers.
    shared: Mutex<HashMap<Name, Option<Shared>>>,
    /// Questions that were asked again in this run.
    asked: Mutex<HashMap<Recorded, bool>>,
}

/// Identifies what a compile depends on before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key([u8; 32]);

/// What is kept of a node beside its catalog's text.
#[derive(Serialize, Deserialize)]
struct Head {
    layout: String,
    /// The types whose exports it asked for; without a catalog, those of each entry that there is.
    collects: Vec<BTreeSet<EcoString>>,
    /// Whether there is a catalog, or only where to look for those of each state of the exports.
    catalog: Option<Counts>,
}

#[derive(Serialize, Deserialize)]
struct Counts {
    resources: usize,
    classes: usize,
    /// Questions with the node's name in them.
    own: String,
    /// The others, in pieces.
    shared: Vec<Name>,
    diagnostics: StoredDiagnostics,
    exports: Vec<Json>,
}

impl Cache {
    /// Takes the folder, which is made where it is not there, the hash of the program, and the register of codes.
    ///
    /// # Errors
    /// Gives a folder that cannot be made.
    pub fn open(folder: &Path, program: [u8; 32], codes: Codes) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // it is no part of the repo that it may lie in
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            fs::write(ignore, "*\n")?;
        }
        let pieces = Pieces::new(folder);
        let (shared, asked) = (Mutex::default(), Mutex::default());
        Ok(Self { folder: folder.to_owned(), program, codes, pieces, shared, asked })
    }

    /// Returns the key of a compile, given all that it depends on from the start.
    pub(super) fn key(&self, depends: &Json) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.program);
        hasher.update(depends.to_string().as_bytes());
        Key(*hasher.finalize().as_bytes())
    }

    /// Finds what a compile would give again, with these exports of others in sight.
    pub(super) fn find(
        &self,
        key: Key,
        (certname, seen): (&EcoString, &Digests),
        world: &dyn World,
    ) -> Option<Compiled> {
        let (head, text) = self.read(&self.path(key, None))?;
        if head.catalog.is_some() {
            return self.restored(head, text, certname, world);
        }
        let entry = |types| self.read(&self.path(key, Some((types, seen))));
        let mut entries = head.collects.iter().filter_map(entry);
        entries.find_map(|(head, text)| self.restored(head, text, certname, world))
    }

    /// Keeps a catalog; one that cannot be kept is compiled again next time. Gives the node with its catalog as text.
    pub(super) fn keep(&self, key: Key, seen: &Digests, (node, exports, asked): Compiled) -> Compiled {
        let Some(catalog) = &node.catalog else { return (node, exports, asked) };
        let text = compress_prepend_size(write_catalog(catalog).as_bytes());
        let counts = (catalog.resources.len(), catalog.classes.len());
        let collects = asked.iter().map(|asked| asked.type_name().clone()).collect();
        if let Some(head) = self.head(&node, counts, &exports, &collects) {
            let place = if collects.is_empty() { None } else { Some((&collects, seen)) };
            let _ = self.write(&self.path(key, place), &head, &text);
            if place.is_some() {
                self.point(key, collects.clone());
            }
        }
        let kept = Some(KeptText { packed: text, resources: counts.0, classes: counts.1, found: false });
        (CompiledNode { catalog: None, kept, ..node }, exports, asked)
    }

    /// Says where entries of a node that collects are.
    fn point(&self, key: Key, types: BTreeSet<EcoString>) {
        let path = self.path(key, None);
        let known = self.read(&path).filter(|(head, _)| head.catalog.is_none());
        let known = known.map(|(head, _)| head.collects).unwrap_or_default();
        if known.contains(&types) {
            return;
        }
        let collects = std::iter::once(types).chain(known).take(SETS).collect();
        let _ = self.write(&path, &Head { layout: LAYOUT.to_owned(), collects, catalog: None }, &[]);
    }

    /// Describes a catalog; `None` where it would not hold in a later run, or not be the same.
    fn head(
        &self,
        node: &CompiledNode,
        (resources, classes): (usize, usize),
        exports: &[Resource],
        collects: &BTreeSet<EcoString>,
    ) -> Option<Head> {
        let mut values = exports.iter().flat_map(|it| it.parameters.values());
        if values.any(|parameter| holds_secret(&parameter.value)) {
            return None;
        }
        let Parcels { own, shared } = Parcels::of(&node.certname, &node.asked)?;
        let shared = shared.iter().map(|text| self.pieces.put(text)).collect::<io::Result<_>>().ok()?;
        let diagnostics = StoredDiagnostics::of(&node.diagnostics, &self.pieces).ok()?;
        let exports = exports.iter().map(resource_json).collect();
        let catalog = Some(Counts { resources, classes, own, shared, diagnostics, exports });
        Some(Head { layout: LAYOUT.to_owned(), collects: vec![collects.clone()], catalog })
    }

    /// The place of an entry: of one that depends on no other node, or of one that saw these exports.
    fn path(&self, Key(key): Key, seen: Option<(&BTreeSet<EcoString>, &Digests)>) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&key);
        if let Some((types, digests)) = seen {
            for name in types {
                hasher.update(name.as_bytes());
                hasher.update(digests.get(name).unwrap_or(&[0; 32]));
            }
        }
        self.folder.join(hasher.finalize().to_hex().as_str())
    }

    fn write(&self, path: &Path, head: &Head, packed: &[u8]) -> io::Result<()> {
        let head = compress_prepend_size(serde_json::to_string(head)?.as_bytes());
        let length = (head.len() as u64).to_le_bytes();
        let mut hasher = blake3::Hasher::new();
        for part in [&length, &*head, packed] {
            hasher.update(part);
        }
        write(&self.folder, path, &[hasher.finalize().as_bytes(), &length, &head, packed])
    }

    /// Reads an entry; gives its head and the packed catalog.
    fn read(&self, path: &Path) -> Option<(Head, Vec<u8>)> {
        let bytes = fs::read(path).ok()?;
        let (hash, body) = bytes.split_at_checked(blake3::OUT_LEN)?;
        if blake3::hash(body).as_bytes() != hash {
            return None;
        }
        let (length, rest) = body.split_first_chunk()?;
        let (head, packed) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let head: Head = serde_json::from_slice(&decompress_size_prepended(head).ok()?).ok()?;
        touch(path);
        (head.layout == LAYOUT).then(|| (head, packed.to_vec()))
    }

    /// Gives what was kept, if every question has the same answer as then.
    fn restored(
        &self,
        head: Head,
        packed: Vec<u8>,
        certname: &EcoString,
        world: &dyn World,
    ) -> Option<Compiled> {
        let Counts { resources, classes, own, shared, diagnostics, exports } = head.catalog?;
        let own = decoded(&own)?;
        if !own.iter().all(|asked| asked.holds(world)) {
            return None;
        }
        let shared = shared.iter().map(|name| self.holding(name, world)).collect::<Option<_>>()?;
        let node = CompiledNode {
            certname: certname.clone(),
            catalog: None,
            diagnostics: diagnostics.restored(self.codes, &self.pieces)?,
            kept: Some(KeptText { packed, resources, classes, found: true }),
            asked: Trace { own, shared },
        };
        let exports = read_resources(&exports).ok()?;
        Some((node, exports, head.collects.into_iter().flatten().map(Asked::all_of).collect()))
    }

    /// Returns shared questions that have the same answers as then; they are asked once a run.
    fn holding(&self, name: &Name, world: &dyn World) -> Option<Shared> {
        let lock = || self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(name).cloned();
        known.unwrap_or_else(|| {
            let asked = self.pieces.get(name).and_then(|text| decoded(&text));
            let asked = asked.filter(|asked| asked.iter().all(|asked| self.holds(asked, world)));
            lock().entry(name.clone()).or_insert(asked.map(Shared::from)).clone()
        })
    }

    fn holds(&self, asked: &Recorded, world: &dyn World) -> bool {
        let lock = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(asked).copied();
        known.unwrap_or_else(|| {
            let holds = asked.holds(world);
            lock().insert(asked.clone(), holds);
            holds
        })
    }

    /// Removes what was not used for longest until the rest is within bounds.
    pub fn trim(&self) {
        self.trim_to(BOUND);
    }

    fn trim_to(&self, bound: u64) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().filter_map(Result::ok);
        let used = |entry: fs::DirEntry| {
            let known = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let is_entry = entry.file_name() != ".gitignore";
            let used = known.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            is_entry.then_some((used, known.len(), entry.path()))
        };
        let mut entries: Vec<_> = entries.filter_map(used).collect();
        entries.sort();
        let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in entries {
            if total <= bound {
                break;
            }
            total -= bytes;
            let _ = fs::remove_file(path);
        }
    }
}

/// Unpacks a catalog's text.
pub(super) fn unpacked(packed: &[u8]) -> Option<String> {
    String::from_utf8(decompress_size_prepended(packed).ok()?).ok()
}

/// Returns a hash of what is read for all nodes before the first; `None` where nothing can be kept then.
pub(super) fn hash_of(asked: &[Recorded]) -> Option<[u8; 32]> {
    let lasting = |asked: &Recorded| !matches!(asked, Recorded::Unreadable(_) | Recorded::Outside);
    asked.iter().all(lasting).then(|| *blake3::hash(format!("{asked:?}").as_bytes()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), [0; 32], |_| None).unwrap();
        for (seconds, name) in ["a", "b", "c"].into_iter().enumerate() {
            let path = folder.path().join(name);
            fs::write(&path, [0; 10]).unwrap();
            let file = fs::File::options().append(true).open(&path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds as u64))
                .unwrap();
        }
        touch(&folder.path().join("a"));
        cache.trim_to(20);
        let there = |name: &str| folder.path().join(name).exists();
        assert!(there("a") && !there("b") && there("c") && there(".gitignore"));
    }
}
