//! Compares what shall be with what is, path by path.

use super::{
    accounts::Accounts,
    codes::{
        IN_THE_WAY, LEFT_LINK, NEW_LINK, NO_SECRET, PARENT, PROTECTED, READABLE_SECRET, SAME_PLACE, SPECIAL,
        UNKNOWN_OWNER, io_error,
    },
    generations::{self, Generation},
    options::{Options, Owners},
    place::{Attributes, Kept, Place},
    plan::{Change, Plan, Step, Why},
    secrets::{Secrets, keyed_digest},
};
use crate::{
    build::{Built, Content, Entry, Manifest, Want, parents},
    diag::{Code, Diagnostic, Result},
    observe::{Meta, Observed, Root},
    store::State,
};
use ecow::{EcoString, eco_format};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// One planning in progress.
pub(super) struct Planner<'a> {
    pub root: &'a Root,
    pub built: &'a Built,
    pub steps: BTreeMap<EcoString, Step>,
    pub warnings: Vec<Diagnostic>,
    pub problems: Vec<Diagnostic>,
    pub managed: BTreeMap<&'a str, &'a Want>,
    options: &'a Options,
    accounts: Accounts,
    secrets: Secrets,
    key: Option<[u8; 32]>,
    previous: Option<(Manifest, Generation)>,
    protected: Option<(u64, u64)>,
    state_path: Option<EcoString>,
    real: BTreeMap<String, Option<PathBuf>>,
    /// Directories seen on the way to others.
    directories: BTreeSet<String>,
    seen: BTreeMap<PathBuf, EcoString>,
    rendered: BTreeMap<EcoString, Vec<u8>>,
    unchanged: usize,
    euid: u32,
}

/// What a file's content shall become.
enum Wanted {
    /// What is there, or nothing in a new file.
    Unmanaged,
    /// These bytes, by their digest; the length where it is known.
    Bytes { digest: Digest, len: Option<u64>, kept: Kept },
    /// It cannot be told without the plaintexts.
    Unknown,
}

enum Digest {
    Plain(EcoString),
    Keyed(EcoString),
}

/// Plans how a root becomes what was built.
pub(super) fn plan(root: &Root, state: &State, options: &Options, built: &Built) -> Result<Plan> {
    let current = state.current()?;
    let previous = match current {
        Some(number) => Some((generations::manifest(state, number)?, generations::info(state, number)?)),
        None => None,
    };
    let same_manifest = previous.as_ref().is_some_and(|(manifest, _)| *manifest == built.manifest);
    let mut planner = Planner::new(root, state, options, built);
    planner.key = state.exists().then(|| state.secret_key()).transpose()?;
    planner.previous = previous;
    for entry in &built.manifest.entries {
        planner.entry(entry);
    }
    Ok(planner.finish(current, same_manifest))
}

impl<'a> Planner<'a> {
    fn new(root: &'a Root, state: &State, options: &'a Options, built: &'a Built) -> Self {
        let state_path = state.dir().strip_prefix(root.path()).ok();
        let state_path = state_path.map(|path| eco_format!("/{}", path.display()));
        let observed = state_path.as_ref().and_then(|path| root.observe(path).ok());
        Self {
            root,
            built,
            options,
            steps: BTreeMap::new(),
            warnings: built.warnings.clone(),
            problems: Vec::new(),
            managed: built.manifest.entries.iter().map(|it| (&*it.path, &it.want)).collect(),
            accounts: Accounts::read(root, &built.manifest.accounts),
            secrets: Secrets::new(options.secrets.clone(), &built.manifest),
            key: None,
            previous: None,
            protected: observed.as_ref().and_then(Observed::meta).map(|meta| meta.id),
            state_path,
            real: BTreeMap::new(),
            directories: BTreeSet::new(),
            seen: BTreeMap::new(),
            rendered: BTreeMap::new(),
            unchanged: 0,
            euid: rustix::process::geteuid().as_raw(),
        }
    }

    fn finish(self, current: Option<u64>, same_manifest: bool) -> Plan {
        let released = self.previous.map(|(manifest, _)| manifest.entries).unwrap_or_default();
        let released = released.into_iter().filter(|entry| !matches!(entry.want, Want::Absent { .. }));
        Plan {
            built: self.built.clone(),
            steps: self.steps.into_values().collect(),
            unchanged: self.unchanged,
            released: released
                .map(|entry| entry.path)
                .filter(|path| !self.managed.contains_key(&**path))
                .collect(),
            warnings: self.warnings,
            problems: self.problems,
            current,
            same_manifest,
            rendered: self.rendered,
        }
    }

    pub(super) fn problem(&mut self, code: &'static Code, message: String) {
        self.problems.push(Diagnostic::error(code, message));
    }

    fn warn(&mut self, code: &'static Code, message: String) {
        self.warnings.push(Diagnostic::warning(code, message));
    }

    /// Tells whether a path is the state's folder or in it, or the folder by another name.
    pub(super) fn is_protected(&self, path: &str, observed: &Observed) -> bool {
        let within = self.state_path.as_ref().is_some_and(|state| {
            path.strip_prefix(&**state).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        within || (self.protected.is_some() && observed.meta().map(|meta| meta.id) == self.protected)
    }

    fn entry(&mut self, entry: &Entry) {
        let Some(observed) = self.look(entry) else { return };
        if self.is_protected(&entry.path, &observed) {
            return self
                .problem(&PROTECTED, format!("`{}` belongs to the state of this program", entry.path));
        }
        self.same_place(entry);
        let before = self.steps.len();
        match &entry.want {
            Want::Absent { force } => self.absent(entry, &observed, *force),
            Want::File { content, replace } => self.file(entry, observed.clone(), content, *replace),
            Want::Directory { purge, force } => {
                self.directory(entry, observed.clone());
                if *purge && matches!(observed, Observed::Directory(_)) {
                    self.purge(&entry.path, *force);
                }
            }
            Want::Link { target } => self.link(entry, observed, target),
        }
        self.unchanged += usize::from(self.steps.len() == before);
    }

    /// Looks at an entry's path, as it will be seen after the steps above it; plans missing parents.
    fn look(&mut self, entry: &Entry) -> Option<Observed> {
        let path = &entry.path;
        let above: Vec<_> = parents(path).filter_map(|parent| self.steps.get(parent)).collect();
        if above.iter().any(|step| matches!(step.after, Place::Link { .. })) {
            self.problem(&NEW_LINK, format!("`{path}` lies below a link that would be made"));
            return None;
        }
        let fresh = above.iter().any(|step| {
            step.after.is_directory() && !matches!(step.before, Observed::Directory(_))
                || step.after == Place::Missing
        });
        if !matches!(entry.want, Want::Absent { .. }) {
            self.missing_parents(entry, fresh)?;
        }
        if fresh {
            return Some(Observed::Missing);
        }
        match self.root.observe(path) {
            Ok(observed) => Some(observed),
            Err(error) if is_no_way(&error) && matches!(entry.want, Want::Absent { .. }) => {
                Some(Observed::Missing)
            }
            Err(error) => {
                self.problems.push(*io_error("look at", path, &error));
                None
            }
        }
    }

    /// Plans the directories above a path that nobody manages and that are not there.
    fn missing_parents(&mut self, entry: &Entry, fresh: bool) -> Option<()> {
        for parent in parents(&entry.path) {
            if self.steps.contains_key(parent) || (!fresh && self.is_directory(&entry.path, parent)?) {
                return Some(());
            }
            self.implied(parent);
        }
        Some(())
    }

    /// Tells whether a parent is there; reports what is no way to a directory.
    fn is_directory(&mut self, path: &str, parent: &str) -> Option<bool> {
        if self.directories.contains(parent) {
            return Some(true);
        }
        let found = self.look_for_directory(path, parent)?;
        if found {
            self.directories.insert(parent.to_owned());
        }
        Some(found)
    }

    fn look_for_directory(&mut self, path: &str, parent: &str) -> Option<bool> {
        let why = match self.root.observe(parent) {
            Ok(Observed::Directory(_)) => return Some(true),
            Ok(Observed::Missing) => return Some(false),
            Ok(Observed::Link(_, target)) => match self.root.real_directory(parent) {
                Ok(_) => return Some(true),
                Err(error) => {
                    let target = String::from_utf8_lossy(&target).into_owned();
                    format!("is a link to `{target}`, which is no directory inside the root: {error}")
                }
            },
            Ok(Observed::File(_) | Observed::Other(_)) => "is no directory".to_owned(),
            // A parent further up is no directory: it has its own turn.
            Err(error) if is_no_way(&error) => return Some(false),
            Err(error) => error.to_string(),
        };
        self.problem(&PARENT, format!("`{path}` cannot be reached: `{parent}` {why}"));
        None
    }

    fn implied(&mut self, parent: &str) {
        let attributes = Attributes { mode: 0o755, uid: None, gid: None };
        let step = Step {
            path: parent.into(),
            why: Why::Parent,
            changes: vec![Change::Created("directory")],
            notify: Vec::new(),
            before: Observed::Missing,
            after: Place::Directory { attributes },
        };
        self.steps.insert(parent.into(), step);
    }

    /// Reports two entries that are one place by links.
    fn same_place(&mut self, entry: &Entry) {
        let Some((parent, name)) = entry.path.rsplit_once('/') else { return };
        let Some(real) = self.real_directory(parent).map(|real| real.join(name)) else { return };
        if let Some(other) = self.seen.insert(real, entry.path.clone()) {
            self.problem(&SAME_PLACE, format!("`{other}` and `{}` are the same place", entry.path));
        }
    }

    fn real_directory(&mut self, path: &str) -> Option<PathBuf> {
        if let Some(known) = self.real.get(path) {
            return known.clone();
        }
        let real = self.root.real_directory(path).ok();
        self.real.insert(path.to_owned(), real.clone());
        real
    }

    fn file(&mut self, entry: &Entry, observed: Observed, content: &Content, replace: bool) {
        match &observed {
            Observed::Directory(_) => {
                return self
                    .problem(&IN_THE_WAY, format!("`{}` is a directory where a file is wanted", entry.path));
            }
            Observed::Other(_) => return self.special(&entry.path, &observed),
            Observed::Link(..) if *content == Content::Unmanaged => {
                return self.warn(&LEFT_LINK, format!("`{}` is a link and is left as it is", entry.path));
            }
            Observed::Missing | Observed::File(_) | Observed::Link(..) => {}
        }
        let wanted = match (&observed, replace) {
            (Observed::File(_), false) => Wanted::Unmanaged,
            (_, _) => self.wanted(entry, content),
        };
        let mut changes = Vec::new();
        let kept = self.compare_content(entry, &observed, wanted, &mut changes);
        let attributes = self.attributes(entry, &observed, 0o644, &mut changes);
        let is_new = !matches!(observed, Observed::File(_));
        if matches!(content, Content::Rendered { .. })
            && attributes.mode & 0o004 != 0
            && (is_new || entry.mode.is_some())
        {
            let message = format!("`{}` has secrets and mode {:04o}", entry.path, attributes.mode);
            self.warn(&READABLE_SECRET, message);
        }
        self.step(entry, observed, Place::File { content: kept, attributes, mtime: None }, changes);
    }

    pub(super) fn special(&mut self, path: &str, observed: &Observed) {
        self.problem(&SPECIAL, format!("`{path}` is a {}", observed.word()));
    }

    /// Says what a file's content shall be, by digest.
    fn wanted(&mut self, entry: &Entry, content: &Content) -> Wanted {
        match content {
            Content::Unmanaged => Wanted::Unmanaged,
            Content::Object { object, digest } => Wanted::Bytes {
                digest: Digest::Plain(digest.clone()),
                len: Some(object.len),
                kept: Kept::Object { object: object.clone() },
            },
            Content::Rendered { text } => match self.secrets.render(text) {
                Ok(bytes) => {
                    let digest = EcoString::from(blake3::hash(&bytes).to_hex().as_str());
                    let len = Some(bytes.len() as u64);
                    self.rendered.insert(entry.path.clone(), bytes);
                    let kept = Kept::Rendered { digest: EcoString::new() };
                    Wanted::Bytes { digest: Digest::Plain(digest), len, kept }
                }
                Err(missing) => self.remembered(entry, &missing),
            },
        }
    }

    /// Falls back to the digest of what the current generation placed, where it is the same text.
    fn remembered(&mut self, entry: &Entry, missing: &[String]) -> Wanted {
        let known = self.previous.as_ref().and_then(|(manifest, info)| {
            let same = manifest.entries.iter().any(|it| it.path == entry.path && it.want == entry.want);
            info.rendered.get(&entry.path).filter(|_| same)
        });
        match known {
            Some(digest) => Wanted::Bytes {
                digest: Digest::Keyed(digest.clone()),
                len: None,
                kept: Kept::Rendered { digest: missing.join(", ").into() },
            },
            None => {
                self.no_secret(&entry.path, &missing.join(", "));
                Wanted::Unknown
            }
        }
    }

    fn no_secret(&mut self, path: &str, missing: &str) {
        let message = format!("`{path}` needs secrets that are not at hand: {missing}");
        let help = "give a folder with one file an id by `--secrets DIR`";
        self.problems.push(Diagnostic::error(&NO_SECRET, message).help(help));
    }

    fn compare_content(
        &mut self,
        entry: &Entry,
        observed: &Observed,
        wanted: Wanted,
        changes: &mut Vec<Change>,
    ) -> Kept {
        match observed {
            Observed::Missing => changes.push(Change::Created("file")),
            Observed::Link(..) => changes.push(Change::Type("link", "file")),
            Observed::File(_) | Observed::Directory(_) | Observed::Other(_) => {}
        }
        let Observed::File(meta) = observed else { return self.new_content(entry, wanted) };
        let same = match &wanted {
            Wanted::Unmanaged => return Kept::Untouched,
            Wanted::Unknown => false,
            Wanted::Bytes { digest, len, .. } => {
                len.is_none_or(|len| len == meta.len) && self.has_digest(&entry.path, digest)
            }
        };
        if same {
            return Kept::Untouched;
        }
        changes.push(Change::Content);
        self.new_content(entry, wanted)
    }

    /// Returns the content to place; what can only be told by its old digest cannot be placed.
    fn new_content(&mut self, entry: &Entry, wanted: Wanted) -> Kept {
        match wanted {
            Wanted::Unmanaged => Kept::Object { object: empty_object() },
            Wanted::Bytes { digest: Digest::Keyed(_), kept: Kept::Rendered { digest: missing }, .. } => {
                self.no_secret(&entry.path, &missing);
                Kept::Untouched
            }
            Wanted::Bytes { kept, .. } => kept,
            Wanted::Unknown => Kept::Untouched,
        }
    }

    fn has_digest(&mut self, path: &str, digest: &Digest) -> bool {
        let content = match self.root.read(path) {
            Ok(content) => content,
            Err(error) => {
                self.problems.push(*io_error("read", path, &error));
                return false;
            }
        };
        match (digest, &self.key) {
            (Digest::Plain(digest), _) => blake3::hash(&content).to_hex().as_str() == digest,
            (Digest::Keyed(digest), Some(key)) => keyed_digest(key, &content) == *digest,
            (Digest::Keyed(_), None) => false,
        }
    }

    fn directory(&mut self, entry: &Entry, observed: Observed) {
        let mut changes = Vec::new();
        match &observed {
            Observed::Other(_) => return self.special(&entry.path, &observed),
            Observed::Missing => changes.push(Change::Created("directory")),
            Observed::File(_) => changes.push(Change::Type("file", "directory")),
            Observed::Link(..) => changes.push(Change::Type("link", "directory")),
            Observed::Directory(_) => {}
        }
        let attributes = self.attributes(entry, &observed, 0o755, &mut changes);
        self.step(entry, observed, Place::Directory { attributes }, changes);
    }

    fn link(&mut self, entry: &Entry, observed: Observed, target: &EcoString) {
        let mut changes = Vec::new();
        match &observed {
            Observed::Other(_) => return self.special(&entry.path, &observed),
            Observed::Directory(_) => {
                return self
                    .problem(&IN_THE_WAY, format!("`{}` is a directory where a link is wanted", entry.path));
            }
            Observed::Missing => changes.push(Change::Created("link")),
            Observed::File(_) => changes.push(Change::Type("file", "link")),
            Observed::Link(_, found) if **found != *target.as_bytes() => {
                changes.push(Change::Target(String::from_utf8_lossy(found).as_ref().into(), target.clone()));
            }
            Observed::Link(..) => {}
        }
        let kept = observed.meta().filter(|_| matches!(observed, Observed::Link(..)));
        let (uid, gid) = self.owners(entry, kept, &mut changes);
        self.step(entry, observed, Place::Link { target: target.clone(), uid, gid }, changes);
    }

    /// Resolves mode and owner and notes how they differ. What replaces another type starts from the defaults.
    fn attributes(
        &mut self,
        entry: &Entry,
        observed: &Observed,
        default: u32,
        changes: &mut Vec<Change>,
    ) -> Attributes {
        let kept = match (&entry.want, observed) {
            (Want::File { .. }, Observed::File(meta))
            | (Want::Directory { .. }, Observed::Directory(meta)) => Some(meta),
            (_, _) => None,
        };
        let (uid, gid) = self.owners(entry, kept, changes);
        let mut mode = entry.mode.or(kept.map(|meta| meta.mode)).unwrap_or(default);
        if (entry.owner.is_some() && uid.is_none()) || (entry.group.is_some() && gid.is_none()) {
            mode &= 0o1777;
        }
        if let Some(meta) = kept.filter(|meta| meta.mode != mode) {
            changes.push(Change::Mode(meta.mode, mode));
        }
        Attributes { mode, uid, gid }
    }

    fn owners(
        &mut self,
        entry: &Entry,
        kept: Option<&Meta>,
        changes: &mut Vec<Change>,
    ) -> (Option<u32>, Option<u32>) {
        let uid = self.owner(entry, "user", entry.owner.as_ref());
        let gid = self.owner(entry, "group", entry.group.as_ref());
        let name = |id: u32, names: fn(&Accounts, u32) -> EcoString| names(&self.accounts, id);
        if let (Some(meta), Some(uid)) = (kept, uid)
            && meta.uid != uid
        {
            changes.push(Change::Owner(name(meta.uid, Accounts::user_name), name(uid, Accounts::user_name)));
        }
        if let (Some(meta), Some(gid)) = (kept, gid)
            && meta.gid != gid
        {
            changes
                .push(Change::Group(name(meta.gid, Accounts::group_name), name(gid, Accounts::group_name)));
        }
        // A replaced file keeps its owner: what is written anew would otherwise be the writer's.
        let kept = kept.filter(|_| self.euid == 0 || self.options.owners != Owners::Leave);
        (uid.or(kept.map(|meta| meta.uid)), gid.or(kept.map(|meta| meta.gid)))
    }

    fn owner(&mut self, entry: &Entry, kind: &str, name: Option<&EcoString>) -> Option<u32> {
        let name = name.filter(|_| self.options.owners != Owners::Leave)?;
        let found = if kind == "user" { self.accounts.user(name) } else { self.accounts.group(name) };
        if found.is_none() {
            let message = format!("`{}` shall belong to the {kind} `{name}`, which is not known", entry.path);
            match self.options.owners {
                Owners::Enforce => self.problem(&UNKNOWN_OWNER, message),
                Owners::Known | Owners::Leave => self.warn(&UNKNOWN_OWNER, message),
            }
        }
        found
    }

    fn step(&mut self, entry: &Entry, before: Observed, after: Place, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let step = Step {
            path: entry.path.clone(),
            why: Why::Wanted,
            changes,
            notify: entry.notify.clone(),
            before,
            after,
        };
        self.steps.insert(entry.path.clone(), step);
    }

    /// Tells which of the managed paths lie below a directory and shall be there.
    pub(super) fn has_managed_below(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let range = self
            .managed
            .range::<str, _>((std::ops::Bound::Included(below.as_str()), std::ops::Bound::Unbounded));
        let mut below = range.take_while(|(found, _)| found.starts_with(&below));
        below.any(|(_, want)| !matches!(want, Want::Absent { .. }))
    }
}

/// The content of a new file for which none is given.
pub(super) fn empty_object() -> crate::store::ObjectRef {
    crate::store::ObjectRef::of_file("empty", None, b"")
}

/// Tells whether a path cannot be because something above it is no directory.
pub(super) fn is_no_way(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}
