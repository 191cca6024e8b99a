//! The ledger: every leaf resource and each of its attributes in exactly one class, with rule and reason.

use crate::{catalog::ResourceRef, maps::IndexMap, model::ItemId};
use ecow::EcoString;
use serde::Serialize;
use std::collections::BTreeSet;

/// What became of a resource or an attribute on the target. The order is that of "worst wins": a resource has
/// the greatest class of its effective attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// No meaning on the target, by a named rule.
    Dropped,
    /// Guaranteed by the target's construction.
    Satisfied,
    /// A structured option value.
    Native,
    /// A systemd unit or timer of the same text or effect.
    Unit,
    /// Declared text with a consumer.
    File,
    /// A human must decide.
    Manual,
}

impl Class {
    /// All classes, best for the score first.
    pub const ALL: [Self; 6] =
        [Self::Native, Self::Unit, Self::File, Self::Satisfied, Self::Manual, Self::Dropped];

    /// Returns the word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Satisfied => "satisfied",
            Self::Native => "native",
            Self::Unit => "unit",
            Self::File => "file",
            Self::Manual => "manual",
        }
    }
}

/// What is to be known beside a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// A secret must be supplied.
    #[serde(rename = "needs: secret")]
    NeedsSecret,
    /// A uid or gid that nobody told.
    Unpinned,
    /// A file that no program of the target is known to read.
    Unconsumed,
    /// Host-unique, moves with the host.
    Carried,
    /// Satisfied because nothing brings back what shall be absent.
    Absent,
    /// A text in which paths were substituted.
    Retargeted,
}

impl Flag {
    /// Returns the words used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NeedsSecret => "needs: secret",
            Self::Unpinned => "unpinned",
            Self::Unconsumed => "unconsumed",
            Self::Carried => "carried",
            Self::Absent => "absent",
            Self::Retargeted => "retargeted",
        }
    }
}

/// A class with the rule that gave it and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// The rule's name.
    pub rule: EcoString,
    /// Why, for people; lower case, without a full stop.
    pub reason: EcoString,
    /// What is to be known beside it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub flags: BTreeSet<Flag>,
}

impl Verdict {
    /// Makes a verdict without flags.
    #[must_use]
    pub fn new(class: Class, rule: impl Into<EcoString>, reason: impl Into<EcoString>) -> Self {
        Self { class, rule: rule.into(), reason: reason.into(), flags: BTreeSet::new() }
    }

    /// Adds a flag.
    #[must_use]
    pub fn flag(mut self, flag: Flag) -> Self {
        self.flags.insert(flag);
        self
    }
}

/// The account of one leaf resource.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The resource.
    #[serde(serialize_with = "as_text")]
    pub resource: ResourceRef,
    /// Where it was declared, `file:line`.
    pub place: EcoString,
    /// The class or instance of a defined type that contains it.
    pub container: EcoString,
    /// The worst of its own verdict and those of its attributes.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The program that reads the emitted text, where the class is `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<EcoString>,
    /// The items of the host's configuration made from it.
    pub items: Vec<ItemId>,
    /// Each attribute's verdict.
    pub attributes: IndexMap<EcoString, Verdict>,
}

fn as_text<S: serde::Serializer>(resource: &ResourceRef, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(resource)
}

/// A container: counted by what it contains, or dropped where it is empty.
#[derive(Clone, Debug, Serialize)]
pub struct Container {
    /// The class, stage or instance of a defined type.
    #[serde(serialize_with = "as_text")]
    pub resource: ResourceRef,
    /// How many leaves are in it, those of inner containers included.
    pub leaves: usize,
}

/// How many leaves are in each class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Leaves by class, all classes of [`Class::ALL`] present.
    pub classes: IndexMap<&'static str, usize>,
    /// Attributes by class.
    pub attributes: IndexMap<&'static str, usize>,
    /// Leaves and attributes by flag.
    pub flags: IndexMap<&'static str, usize>,
    /// Leaves not dropped.
    pub counted: usize,
    /// Leaves that are native, unit, file or satisfied.
    pub moved: usize,
}

impl Score {
    /// Returns the share moved in tenths of a percent, 1000 where nothing counts.
    #[must_use]
    pub fn per_mille(&self) -> usize {
        (self.moved * 1000).checked_div(self.counted).unwrap_or(1000)
    }

    /// Returns how many leaves a class has.
    #[must_use]
    pub fn of(&self, class: Class) -> usize {
        self.classes.get(class.word()).copied().unwrap_or_default()
    }

    /// Adds another host's counts.
    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.classes, &other.classes),
            (&mut self.attributes, &other.attributes),
            (&mut self.flags, &other.flags),
        ];
        for (mine, theirs) in pairs {
            for (word, count) in theirs {
                *mine.entry(*word).or_default() += count;
            }
        }
        self.counted += other.counted;
        self.moved += other.moved;
    }
}

/// The account of one catalog.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    /// Every leaf, in the catalog's order.
    pub entries: Vec<Entry>,
    /// Every container, in the catalog's order.
    pub containers: Vec<Container>,
}

impl Ledger {
    /// Counts leaves and attributes by class.
    #[must_use]
    pub fn score(&self) -> Score {
        let mut score = Score::default();
        for class in Class::ALL {
            score.classes.insert(class.word(), 0);
            score.attributes.insert(class.word(), 0);
        }
        for entry in &self.entries {
            *score.classes.entry(entry.verdict.class.word()).or_default() += 1;
            for flag in &entry.verdict.flags {
                *score.flags.entry(flag.word()).or_default() += 1;
            }
            for verdict in entry.attributes.values() {
                *score.attributes.entry(verdict.class.word()).or_default() += 1;
            }
        }
        score.flags.sort_unstable_keys();
        score.counted = self.entries.len() - score.of(Class::Dropped);
        score.moved = score.counted - score.of(Class::Manual);
        score
    }
}
