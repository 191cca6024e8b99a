//! Data files, each read once for all nodes.

use super::{
    Host, codes,
    config::Layer,
    eyaml, hocon,
    provider::{is_foreign, problem},
    yaml::{self, Document},
};
use crate::{
    diag::{Diagnostic, Result},
    inputs,
    source::{Asked, Location, RecordingWorld, SourceFile, Span, World},
    value::{HashMap, Value},
};
use ecow::EcoString;
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// One data file.
#[derive(Debug)]
pub(super) struct DataFile {
    /// The path as it is shown.
    pub shown: EcoString,
    /// Its hash, symbols in keys turned to text; empty where it holds none.
    pub hash: Arc<HashMap>,
    /// What is wrong with a file that holds no hash.
    pub not_a_hash: Option<NotAHash>,
    /// For each key whether its value can be given as it stands: data without interpolations.
    plain: Vec<bool>,
    lines: Lines,
}

/// What a file holds in place of a hash.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum NotAHash {
    /// Nothing, or null.
    Empty,
    /// A text, a number, an array.
    Other,
    /// The same in JSON and HOCON, where it is always an error.
    Never,
}

#[derive(Debug)]
enum Lines {
    Yaml(Box<Document>),
    Unknown,
}

/// How a data file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DataFormat {
    Yaml,
    Json,
    Hocon,
}

impl DataFormat {
    /// Returns what the built-in function of a name reads.
    pub(super) fn of_function(name: &str) -> Option<Self> {
        match name {
            "yaml_data" => Some(Self::Yaml),
            "json_data" => Some(Self::Json),
            "hocon_data" => Some(Self::Hocon),
            _ => None,
        }
    }
}

impl DataFile {
    /// Tells whether the value of the entry at an index can be given as it stands.
    pub(super) fn is_plain(&self, at: usize) -> bool {
        self.plain.get(at).copied().unwrap_or_default()
    }

    /// Tells whether there are keys that do not belong into the data of a layer.
    pub(super) fn has_foreign_keys(&self, layer: &Layer) -> bool {
        matches!(layer, Layer::Module(_))
            && self.hash.keys().any(|key| key.as_str().is_none_or(|key| is_foreign(layer, key)))
    }

    /// Returns the place of a key with what follows its dots.
    pub(super) fn location(&self, root: &str, segments: &[Value]) -> Option<Location> {
        let Lines::Yaml(document) = &self.lines else { return None };
        let text = Value::str(root);
        let is_text = document.value.as_hash().is_some_and(|hash| hash.contains_key(&text));
        let key = if is_text { text } else { Value::Symbol(root.into()) };
        let path: Vec<Value> = std::iter::once(key).chain(segments.iter().cloned()).collect();
        Some(document.location(&path))
    }
}

/// Where Puppet's packages look for environments.
const DEPLOYED: [&str; 2] = ["/etc/puppetlabs/code/environments", "/etc/puppet/code/environments"];

/// Something made at most once, whichever thread comes first.
type Once<T> = Arc<OnceLock<Result<T>>>;

/// Makes a value once per key.
#[derive(Debug)]
pub(super) struct Memo<K, T>(Mutex<BTreeMap<K, Once<T>>>);

impl<K, T> Default for Memo<K, T> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<K: Ord, T: Clone> Memo<K, T> {
    pub(super) fn get(&self, key: K, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        slot.get_or_init(make).clone()
    }
}

/// What was made of a key, and what was asked to make it.
type Made<T> = Arc<OnceLock<(Result<T>, Asked)>>;

/// How many values are held before it is known which of them are asked for again.
const RECENT: usize = 256;

/// After so many times a value is held for good: many nodes ask for it, not just one in several rounds.
const LASTING: u32 = 3;

/// Makes a value once per key; every world that it is given in learns what was asked to make it.
///
/// What only one node asks for is not held for long: a fleet has a file of data for each node.
#[derive(Debug)]
pub(super) struct Noted<K, T>(Mutex<Table<K, T>>);

#[derive(Debug)]
struct Table<K, T> {
    /// How often each was made, and the value while it is held.
    slots: BTreeMap<K, (u32, Option<Made<T>>)>,
    recent: VecDeque<K>,
}

impl<K, T> Default for Noted<K, T> {
    fn default() -> Self {
        Self(Mutex::new(Table { slots: BTreeMap::new(), recent: VecDeque::new() }))
    }
}

impl<K: Ord + Clone, T: Clone> Noted<K, T> {
    pub(super) fn get(
        &self,
        key: K,
        world: &dyn World,
        make: impl FnOnce(&dyn World) -> Result<T>,
    ) -> Result<T> {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).slot(key);
        let (made, asked) = slot.get_or_init(|| {
            let recording = RecordingWorld::new(world);
            let made = make(&recording);
            (made, recording.recorded().into())
        });
        world.note(asked);
        made.clone()
    }
}

impl<K: Ord + Clone, T> Table<K, T> {
    fn slot(&mut self, key: K) -> Made<T> {
        let (times, held) = self.slots.entry(key.clone()).or_default();
        if let Some(held) = held {
            return held.clone();
        }
        let made = held.insert(Made::default()).clone();
        *times += 1;
        if *times < LASTING {
            self.recent.push_back(key);
        }
        if self.recent.len() > RECENT
            && let Some(oldest) = self.recent.pop_front()
            && let Some((_, held)) = self.slots.get_mut(&oldest)
        {
            *held = None;
        }
        made
    }
}

/// The files below the folders that may be read.
pub(super) struct Files<'w> {
    pub world: &'w dyn World,
    /// What shown paths are relative to.
    pub root: PathBuf,
    /// The folders that data may lie in.
    pub allowed: Vec<PathBuf>,
    pub psych: yaml::Psych,
    data: Noted<(PathBuf, DataFormat), Option<Arc<DataFile>>>,
}

impl<'w> Files<'w> {
    pub(super) fn new(
        world: &'w dyn World,
        root: PathBuf,
        allowed: Vec<PathBuf>,
        psych: yaml::Psych,
    ) -> Self {
        let allowed = allowed.iter().map(|folder| normal(folder)).collect();
        Self { world, root, allowed, psych, data: Noted::default() }
    }

    /// Returns a path as it is shown.
    pub(super) fn shown(&self, path: &Path) -> EcoString {
        let root = normal(&self.root);
        path.strip_prefix(&root).unwrap_or(path).to_string_lossy().as_ref().into()
    }

    /// Reads a data file; `None` where it is not there.
    pub(super) fn data(
        &self,
        path: &Path,
        format: DataFormat,
        world: &dyn World,
    ) -> Result<Option<Arc<DataFile>>> {
        let path = self.within(path)?;
        self.data.get((path.clone(), format), world, |world| self.load(&path, format, world))
    }

    /// Reads a file as text; `None` where it is not there.
    pub(super) fn text(&self, path: &Path, world: &dyn World) -> Result<Option<Arc<SourceFile>>> {
        let unreadable = |why: String| {
            let message = format!("`{}` cannot be read: {why}", self.shown(path));
            Box::new(Diagnostic::error(&codes::NOT_A_HASH, message))
        };
        let bytes = match world.read(path) {
            Ok(bytes) => bytes,
            Err(found) if matches!(found.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(found) => return Err(unreadable(found.to_string())),
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(SourceFile::new(self.shown(path).as_str(), text))),
            Err(found) => {
                let before = bytes.iter().take(found.valid_up_to());
                let line = before.filter(|byte| **byte == b'\n').count() + 1;
                let message = format!("line {line} is not UTF-8");
                let found = Diagnostic::error(&yaml::SYNTAX, message).in_file(self.shown(path));
                Err(Box::new(found))
            }
        }
    }

    /// Returns a path in the repo for one that names the place where Puppet deploys the environment.
    pub(super) fn deployed(&self, path: &Path, host: &dyn Host) -> PathBuf {
        let environment = host.environment();
        let inside = DEPLOYED.iter().find_map(|folder| path.strip_prefix(folder).ok());
        match inside.and_then(|inside| inside.strip_prefix(environment.as_str()).ok()) {
            Some(inside) => self.root.join(inside),
            None => path.to_owned(),
        }
    }

    /// Returns a path without `.` and `..`, if it lies where files may be read.
    pub(super) fn within(&self, path: &Path) -> Result<PathBuf> {
        let path = normal(path);
        if self.allowed.iter().any(|folder| path.starts_with(folder)) {
            return Ok(path);
        }
        let message = format!("`{}` lies outside of the repo and is not read", path.display());
        let help = "keep data below the repo, or below the folder of the file that `--hiera-config` names";
        Err(Box::new(Diagnostic::error(&codes::OUTSIDE, message).help(help)))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn load(&self, path: &Path, format: DataFormat, world: &dyn World) -> Result<Option<Arc<DataFile>>> {
        let Some(source) = self.text(path, world)? else { return Ok(None) };
        let rules = yaml::Rules { psych: self.psych, objects: false };
        let (value, lines) = match format {
            DataFormat::Json => (inputs::json(&source)?, Lines::Unknown),
            DataFormat::Hocon => (hocon::read(&source)?, Lines::Unknown),
            DataFormat::Yaml => {
                let document = yaml::read(&source, rules)?;
                (document.value.clone(), Lines::Yaml(Box::new(document)))
            }
        };
        let shown = self.shown(path);
        let not_a_hash = match &value {
            Value::Hash(_) => None,
            _ if format != DataFormat::Yaml => Some(NotAHash::Never),
            Value::Undef | Value::Bool(false) => Some(NotAHash::Empty),
            _ => Some(NotAHash::Other),
        };
        let mut value = if format == DataFormat::Yaml { text_keys(&value) } else { value };
        if eyaml::may_hold_secrets(source.text()) {
            value = eyaml::label_secrets(&value, &shown);
        }
        let hash = if let Value::Hash(hash) = value { hash } else { Arc::default() };
        let plain = hash.values().map(|value| problem(value).is_none() && !interpolates(value)).collect();
        Ok(Some(Arc::new(DataFile { shown, hash, not_a_hash, plain, lines })))
    }
}

impl NotAHash {
    /// Returns the diagnostic for a file, a warning or an error.
    pub(super) fn diagnostic(self, shown: &str, strict: bool) -> Diagnostic {
        let at = Location::new(SourceFile::new(shown, ""), Span::new(0, 0));
        let message = format!("`{shown}` does not hold a hash");
        if strict && self == Self::Other || self == Self::Never {
            Diagnostic::error(&codes::NOT_A_HASH, message).at(at)
        } else {
            Diagnostic::warning(&codes::NOT_A_HASH, message).at(at)
        }
    }
}

/// Tells whether there is an interpolation somewhere in a value.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values hold no text")]
fn interpolates(value: &Value) -> bool {
    match value {
        Value::Str(text) => text.contains("%{"),
        Value::Array(items) => items.iter().any(interpolates),
        Value::Hash(entries) => entries.iter().any(|(key, value)| interpolates(key) || interpolates(value)),
        _ => false,
    }
}

/// Turns symbols that are keys into text (`HieraConfig.symkeys_to_string`).
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
pub(super) fn text_keys(value: &Value) -> Value {
    match value {
        Value::Hash(entries) => {
            let key = |key: &Value| {
                if let Value::Symbol(text) = key { Value::str(text.clone()) } else { key.clone() }
            };
            Value::hash(entries.iter().map(|(name, value)| (key(name), text_keys(value))))
        }
        Value::Array(items) => Value::array(items.iter().map(text_keys)),
        other => other.clone(),
    }
}

/// Takes `.` and `..` out of a path by its words alone.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => {
                clean.push(part);
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryWorld;
    use std::cell::Cell;

    #[test]
    fn what_is_asked_for_again_and_again_is_made_three_times_at_most() {
        let (noted, world) = (Noted::<usize, usize>::default(), MemoryWorld::default());
        let made = Cell::new(0);
        let get = |key| {
            let make = |_: &dyn World| {
                made.set(made.get() + usize::from(key == 0));
                Ok(key)
            };
            assert_eq!(noted.get(key, &world, make).unwrap(), key);
        };
        for node in 1..10 * RECENT {
            get(node);
            get(0);
        }
        assert_eq!(made.get(), 3);
        let held = noted.0.lock().unwrap().slots.values().filter(|(_, held)| held.is_some()).count();
        assert!(held <= RECENT + 1, "{held}");
    }
}
