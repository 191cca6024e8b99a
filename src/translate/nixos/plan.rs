//! The plan of one host on NixOS: option settings, files of the output, secrets, and a decision for each item.

use super::expr::Expr;
use crate::{
    diag::Diagnostic,
    maps::IndexMap,
    model::{File, HostConfig, ItemId, ItemKind, Package, Provenance, SecretRef, Service, TextPart},
    translate::{Class, Flag, Verdict, attributes::slug, codes},
};
use ecow::{EcoString, eco_format};
use indexmap::map::Entry;
use std::collections::BTreeMap;

/// The parts of a host's file, in the order they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Topic {
    Host,
    Network,
    Storage,
    Users,
    Packages,
    Services,
    Jobs,
    Files,
    Secrets,
}

impl Topic {
    /// All topics in order.
    pub const ALL: [Self; 9] = [
        Self::Host,
        Self::Network,
        Self::Storage,
        Self::Users,
        Self::Packages,
        Self::Services,
        Self::Jobs,
        Self::Files,
        Self::Secrets,
    ];
}

/// One option and its value.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Where it is written.
    pub topic: Topic,
    /// The option's path, attribute names of sets included.
    pub option: Vec<EcoString>,
    /// The value.
    pub value: Expr,
    /// Where it comes from, for a comment; empty for none.
    pub origin: EcoString,
    /// The items it realizes.
    pub items: Vec<ItemId>,
    /// Of a list or a text that is put together: what each item added, in order.
    pub pieces: Vec<Piece>,
    /// Parts of the option's path that are no fixed names, by their place in it.
    pub dynamic: Vec<(usize, Expr)>,
}

impl Setting {
    /// Makes a setting that realizes no item.
    #[must_use]
    pub fn new(topic: Topic, option: Vec<EcoString>, value: Expr) -> Self {
        let (items, pieces, dynamic) = (Vec::new(), Vec::new(), Vec::new());
        Self { topic, option, value, origin: EcoString::new(), items, pieces, dynamic }
    }
}

/// What one item adds to a list or a text.
#[derive(Clone, Debug)]
pub struct Piece {
    /// One element, the name of one package, or lines.
    pub value: Expr,
    /// The items that add it.
    pub items: Vec<ItemId>,
}

impl Piece {
    fn new(value: Expr, of: Of<'_>) -> Self {
        Self { value, items: of.id.into_iter().cloned().collect() }
    }
}

/// A file of the output that settings refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The bytes; never a secret's.
    pub bytes: Vec<u8>,
    /// Whether it is a program.
    pub executable: bool,
}

/// What becomes of an item.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its class, with rule and reason.
    pub verdict: Verdict,
    /// The program that reads it.
    pub consumer: Option<EcoString>,
    /// Verdicts of Puppet attributes that differ from the item's.
    pub fields: IndexMap<EcoString, Verdict>,
}

impl Decision {
    /// Makes a decision.
    #[must_use]
    pub fn new(class: Class, rule: &'static str, reason: impl Into<EcoString>) -> Self {
        Self { verdict: Verdict::new(class, rule, reason), consumer: None, fields: IndexMap::default() }
    }

    /// Makes a decision for a text that a program reads.
    #[must_use]
    pub fn file(rule: &'static str, reason: impl Into<EcoString>, consumer: impl Into<EcoString>) -> Self {
        Self { consumer: Some(consumer.into()), ..Self::new(Class::File, rule, reason) }
    }

    /// Adds a flag.
    #[must_use]
    pub fn flag(mut self, flag: Flag) -> Self {
        self.verdict.flags.insert(flag);
        self
    }

    /// Adds a flag where a condition holds.
    #[must_use]
    pub fn flag_if(self, condition: bool, flag: Flag) -> Self {
        if condition { self.flag(flag) } else { self }
    }

    /// Gives a Puppet attribute a verdict of its own.
    #[must_use]
    pub fn field(mut self, name: &str, class: Class, reason: impl Into<EcoString>) -> Self {
        let rule = self.verdict.rule.clone();
        self.fields.insert(name.into(), Verdict::new(class, rule, reason));
        self
    }
}

/// What a human must do, as a stub in the host's file.
#[derive(Clone, Debug)]
pub struct Stub {
    /// The item.
    pub item: ItemId,
    /// Where it comes from.
    pub origin: EcoString,
    /// Why.
    pub reason: EcoString,
}

/// One host on NixOS.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The settings, in order of making.
    pub settings: Vec<Setting>,
    /// The files that settings refer to, by key: the path on the host without the leading slash.
    pub artifacts: BTreeMap<EcoString, Artifact>,
    /// The secrets that settings refer to, by the name of their file.
    pub secrets: BTreeMap<EcoString, SecretRef>,
    /// What becomes of each item.
    pub decisions: IndexMap<ItemId, Decision>,
    /// What a human must do.
    pub stubs: Vec<Stub>,
    /// Findings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Plan {
    /// Returns what becomes of an item.
    #[must_use]
    pub fn decision(&self, item: &ItemId) -> Option<&Decision> {
        self.decisions.get(item)
    }
}

/// Says what a package of the legacy host is on NixOS; `packages` implements it.
pub trait PackageNames: Sync {
    /// Answers for a package's name; `None` where nothing is known.
    fn nixos(&self, name: &str) -> Option<PackageAnswer>;

    /// Answers for a package of a language's own package manager (`pip3`, `gem`, `npm`, `cpan`).
    fn language(&self, provider: &str, name: &str) -> Option<PackageAnswer>;

    /// Answers which attribute of nixpkgs has a program, by the program's name.
    fn program(&self, name: &str) -> Option<EcoString>;
}

/// What a package is on NixOS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageAnswer {
    /// An attribute of nixpkgs, and how sure it is that it is the same program.
    Attribute(EcoString, Confidence),
    /// Part of every NixOS host.
    Base(EcoString),
    /// A service that its package starts on the legacy host, by the option above `enable`.
    Service(EcoString),
    /// Brought by the module of a service; the first word is the option above `enable`.
    Module(EcoString),
    /// Without a counterpart that is needed, with the reason.
    Dropped(EcoString),
}

/// How sure an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// A person looked.
    Checked,
    /// Both sides have the name, and the versions go together.
    SameName,
    /// The name is made as nixpkgs makes names; whether it exists is not known.
    Convention,
}

/// Makes a plan; rules add to it.
pub(crate) struct Planner<'a> {
    pub(crate) config: &'a HostConfig,
    pub(crate) packages: &'a dyn PackageNames,
    pub(crate) plan: Plan,
    by_option: IndexMap<Vec<EcoString>, usize>,
    /// Texts that something on the target reads or runs, with its name: they may mention paths.
    pub(crate) readers: Vec<(EcoString, EcoString)>,
    /// Attributes of nixpkgs for `environment.systemPackages`.
    pub(crate) system_packages: IndexMap<EcoString, Vec<ItemId>>,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(config: &'a HostConfig, packages: &'a dyn PackageNames) -> Self {
        Self {
            config,
            packages,
            plan: Plan::default(),
            by_option: IndexMap::default(),
            readers: Vec::new(),
            system_packages: IndexMap::default(),
        }
    }

    pub(crate) fn is_open(&self, id: &ItemId) -> bool {
        !self.plan.decisions.contains_key(id)
    }

    pub(crate) fn decide(&mut self, id: ItemId, decision: Decision) {
        self.plan.decisions.entry(id).or_insert(decision);
    }

    /// Returns a declared regular file that no rule has decided on.
    pub(crate) fn open_file(&self, path: &str) -> Option<&'a File> {
        let file = self.config.files.iter().find(|file| file.path == path)?;
        self.is_open(&file_id(file)).then_some(file)
    }

    /// Returns the undecided files below a folder, sorted by path.
    pub(crate) fn open_below(&self, folder: &str) -> Vec<&'a File> {
        let below = |file: &&File| file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let mut files: Vec<&File> = self.config.files.iter().filter(below).collect();
        files.retain(|file| self.is_open(&file_id(file)));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    pub(crate) fn service(&self, names: &[&str]) -> Option<&'a Service> {
        self.config.services.iter().find(|service| names.contains(&service.name.as_str()))
    }

    pub(crate) fn package(&self, names: &[&str]) -> Option<&'a Package> {
        self.config.packages.iter().find(|package| names.contains(&package.name.as_str()))
    }

    /// Sets an option; a second, different value is a finding and is not written.
    pub(crate) fn set(&mut self, topic: Topic, option: &[&str], value: Expr, of: Of<'_>) -> bool {
        let option: Vec<EcoString> = option.iter().map(|&part| part.into()).collect();
        match self.by_option.entry(option.clone()) {
            Entry::Vacant(slot) => {
                slot.insert(self.plan.settings.len());
                let (origin, items) = (of.origin(), of.id.into_iter().cloned().collect());
                self.plan.settings.push(Setting { origin, items, ..Setting::new(topic, option, value) });
                true
            }
            Entry::Occupied(slot) => {
                let Some(known) = self.plan.settings.get_mut(*slot.get()) else { return false };
                let same = known.value == value;
                if same {
                    known.items.extend(of.id.cloned());
                } else {
                    let message = format!("`{}` has two different values", option.join("."));
                    self.plan.diagnostics.push(Diagnostic::warning(&codes::TWO_VALUES, message));
                }
                same
            }
        }
    }

    /// Tells whether an option, or one below it, is set.
    pub(crate) fn is_set(&self, option: &[&str]) -> bool {
        let starts = |setting: &Setting| {
            setting.option.len() >= option.len()
                && setting.option.iter().zip(option).all(|(one, other)| one.as_str() == *other)
        };
        self.plan.settings.iter().any(starts)
    }

    /// Adds to an option that is a list.
    pub(crate) fn push(&mut self, topic: Topic, option: &[&str], value: Expr, of: Of<'_>) {
        let key: Vec<EcoString> = option.iter().map(|&part| part.into()).collect();
        let known = self.by_option.get(&key).and_then(|at| self.plan.settings.get_mut(*at));
        match known {
            Some(Setting { value: Expr::List(items), items: ids, pieces, .. }) => {
                pieces.push(Piece::new(value.clone(), of));
                items.push(value);
                ids.extend(of.id.cloned());
            }
            _ => self.begin(topic, option, Expr::List(vec![value]), of),
        }
    }

    /// Adds lines to an option that is a text.
    pub(crate) fn lines(&mut self, topic: Topic, option: &[&str], text: &str, of: Of<'_>) {
        let key: Vec<EcoString> = option.iter().map(|&part| part.into()).collect();
        let known = self.by_option.get(&key).and_then(|at| self.plan.settings.get_mut(*at));
        let end = if text.ends_with('\n') { "" } else { "\n" };
        match known {
            Some(Setting { value: Expr::Str(known), items, pieces, .. }) => {
                pieces.push(Piece::new(Expr::Str(eco_format!("{text}{end}")), of));
                known.push_str(text);
                known.push_str(end);
                items.extend(of.id.cloned());
            }
            _ => self.begin(topic, option, Expr::Str(eco_format!("{text}{end}")), of),
        }
    }

    /// Sets an option that is put together of pieces for the first time.
    fn begin(&mut self, topic: Topic, option: &[&str], value: Expr, of: Of<'_>) {
        let first = if let Expr::List(items) = &value { items.first().cloned() } else { None };
        let first = first.unwrap_or_else(|| value.clone());
        let made = self.plan.settings.len();
        self.set(topic, option, value, of);
        if let Some(setting) = self.plan.settings.get_mut(made) {
            setting.pieces.push(Piece::new(first, of));
        }
    }

    /// Notes a secret and returns the name of its entry in `age.secrets`.
    pub(crate) fn secret(&mut self, secret: &SecretRef) -> EcoString {
        let name = slug(&secret.id);
        let of = Of { id: None, from: None };
        let file = Expr::Path(eco_format!("secrets/{name}.age"));
        self.set(Topic::Secrets, &["age", "secrets", &name, "file"], file, of);
        self.plan.secrets.insert(name.clone(), secret.clone());
        name
    }

    /// Puts bytes into the output and returns the reference to them.
    pub(crate) fn artifact(&mut self, path: &str, bytes: Vec<u8>, executable: bool) -> Expr {
        let key: EcoString = path.trim_start_matches('/').into();
        self.plan.artifacts.insert(key.clone(), Artifact { bytes, executable });
        Expr::File(key)
    }

    /// Notes a text that something reads or runs.
    pub(crate) fn reads(&mut self, reader: impl Into<EcoString>, text: impl Into<EcoString>) {
        self.readers.push((reader.into(), text.into()));
    }

    /// Says what a human must do.
    pub(crate) fn stub(&mut self, item: &ItemId, from: &Provenance, reason: impl Into<EcoString>) {
        let origin = origin(from);
        self.plan.stubs.push(Stub { item: item.clone(), origin, reason: reason.into() });
    }
}

/// The item and the place that a setting comes from.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) id: Option<&'a ItemId>,
    pub(crate) from: Option<&'a Provenance>,
}

impl<'a> Of<'a> {
    pub(crate) const NOBODY: Of<'static> = Of { id: None, from: None };

    pub(crate) fn item(id: &'a ItemId, from: &'a Provenance) -> Self {
        Self { id: Some(id), from: Some(from) }
    }

    fn origin(&self) -> EcoString {
        self.from.map(origin).unwrap_or_default()
    }
}

/// `class ntp, modules/ntp/manifests/init.pp:12`.
pub(crate) fn origin(from: &Provenance) -> EcoString {
    let container = match from.container.strip_prefix("Class[").and_then(|rest| rest.strip_suffix(']')) {
        Some(class) => eco_format!("class {}", class.to_lowercase()),
        None => from.container.clone(),
    };
    match (container.is_empty(), from.place.is_empty()) {
        (true, _) => from.place.clone(),
        (false, true) => container,
        (false, false) => eco_format!("{container}, {}", from.place),
    }
}

/// The id of a file's item.
pub(crate) fn file_id(file: &File) -> ItemId {
    ItemId::new(ItemKind::File, file.path.clone())
}

/// Tells whether a file is one with a text that is known.
pub(crate) fn is_text(file: &File) -> bool {
    matches!(&file.kind, crate::model::FileKind::Regular { content: Some(_), .. })
}

/// The text of a file without secrets.
pub(crate) fn plain_text(file: &File) -> Option<&str> {
    let crate::model::FileKind::Regular { content: Some(text), .. } = &file.kind else { return None };
    text.as_plain()
}

/// The part of a text that is a secret, where that is all of it (white space around it aside).
pub(crate) fn only_secret(parts: &[TextPart]) -> Option<&SecretRef> {
    let mut secrets = parts.iter().filter_map(|part| match part {
        TextPart::Secret(secret) => Some(secret),
        TextPart::Text(_) => None,
    });
    let texts_blank = parts.iter().all(|part| match part {
        TextPart::Text(text) => text.trim().is_empty(),
        TextPart::Secret(_) => true,
    });
    match (secrets.next(), secrets.next()) {
        (Some(secret), None) if texts_blank => Some(secret),
        _ => None,
    }
}
