//! Names of items and where they come from.

use crate::source::Origin;
use ecow::EcoString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr, sync::Arc};

/// The kinds of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each names the struct of the same name")]
pub enum ItemKind {
    File,
    Package,
    Service,
    User,
    Group,
    Cron,
    Exec,
    HostEntry,
    Mount,
    AuthorizedKey,
    KnownHost,
}

impl ItemKind {
    /// All kinds, in the order of host files.
    pub const ALL: [Self; 11] = [
        Self::Group,
        Self::User,
        Self::AuthorizedKey,
        Self::KnownHost,
        Self::Package,
        Self::File,
        Self::Mount,
        Self::HostEntry,
        Self::Cron,
        Self::Service,
        Self::Exec,
    ];

    /// Returns the word used in ids and host files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Package => "package",
            Self::Service => "service",
            Self::User => "user",
            Self::Group => "group",
            Self::Cron => "cron",
            Self::Exec => "exec",
            Self::HostEntry => "host-entry",
            Self::Mount => "mount",
            Self::AuthorizedKey => "authorized-key",
            Self::KnownHost => "known-host",
        }
    }
}

/// An item's kind and name, written `file:/etc/motd`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId {
    /// The kind.
    pub kind: ItemKind,
    /// The name: a file's path, a user's name.
    pub name: EcoString,
}

impl ItemId {
    /// Makes an id.
    #[must_use]
    pub fn new(kind: ItemKind, name: impl Into<EcoString>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.name)
    }
}

impl FromStr for ItemId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, name) = text.split_once(':').ok_or_else(|| format!("`{text}` is not `kind:name`"))?;
        let kind = ItemKind::ALL.into_iter().find(|kind| kind.word() == word);
        Ok(Self::new(kind.ok_or_else(|| format!("`{word}` is not a kind of item"))?, name))
    }
}

impl Serialize for ItemId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItemId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where an item comes from: a short text in host files (`site/profile/manifests/ntp.pp:12`), the whole origin
/// while the catalog is at hand.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// The place as `file:line`.
    pub place: EcoString,
    /// The class or instance of a defined type that declared it; not part of host files.
    pub container: EcoString,
    /// Which resources it was made from, such as `File[/etc/motd]`.
    pub resources: Vec<EcoString>,
    /// The full origin; not part of host files.
    pub origin: Option<Arc<Origin>>,
}

/// What an item does is compared, not where it was written.
impl PartialEq for Provenance {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Provenance {}

impl Provenance {
    /// Tells whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.place.is_empty()
    }
}

impl Serialize for Provenance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.place)
    }
}

impl<'de> Deserialize<'de> for Provenance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let place = EcoString::deserialize(deserializer)?;
        Ok(Self { place, ..Self::default() })
    }
}
