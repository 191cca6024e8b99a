//! The manifest of a generation.

use crate::{
    model::{ItemId, Provenance, Text},
    store::ObjectRef,
};
use ecow::EcoString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The schema of manifests.
pub const SCHEMA: &str = "migrate/generation/v1";

/// Where a file's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum Content {
    /// Whatever is there stays; a new file is empty.
    Unmanaged,
    /// An object of the store.
    Object {
        /// The object.
        object: ObjectRef,
        /// BLAKE3 of the bytes, in hexadecimal: what drift is told by.
        digest: EcoString,
    },
    /// A text with secrets: filled in at activation and never stored.
    Rendered {
        /// The text, the secrets by their ids.
        text: Text,
    },
}

/// What shall be at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum Want {
    /// A regular file.
    File {
        /// Its content.
        content: Content,
        /// `false` places the content only where no file is.
        replace: bool,
    },
    /// A directory.
    Directory {
        /// Whether unmanaged files in it are removed.
        purge: bool,
        /// Whether purging removes sub-directories with all they hold.
        force: bool,
    },
    /// A symbolic link.
    Link {
        /// What it points to.
        target: EcoString,
    },
    /// Nothing.
    Absent {
        /// Whether a directory is removed with all it holds.
        force: bool,
    },
}

/// One managed path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The absolute path.
    pub path: EcoString,
    /// What shall be there.
    #[serde(flatten)]
    pub want: Want,
    /// The owner, a name or a number as text; `None` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<EcoString>,
    /// The group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<EcoString>,
    /// The mode bits; `None` leaves them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// A command that must accept the content, `%` being its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<EcoString>,
    /// The items that a change refreshes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<ItemId>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub origin: Provenance,
}

/// An item that is not realised by this version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// The item.
    pub item: ItemId,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub origin: Provenance,
}

/// The accounts that the configuration declares, for owners that the host does not know yet: name to number, where
/// one is told.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Accounts {
    /// Users.
    pub users: BTreeMap<EcoString, Option<u32>>,
    /// Groups.
    pub groups: BTreeMap<EcoString, Option<u32>>,
}

/// All of a generation but its contents. The same host file gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: EcoString,
    /// The host.
    pub certname: EcoString,
    /// The managed paths, sorted.
    pub entries: Vec<Entry>,
    /// Declared accounts.
    pub accounts: Accounts,
    /// What is not realised, in the host file's order.
    pub deferred: Vec<Deferred>,
}

impl Manifest {
    /// Makes the manifest of a host about which nothing is said.
    #[must_use]
    pub fn empty(certname: EcoString) -> Self {
        Self {
            schema: SCHEMA.into(),
            certname,
            entries: Vec::new(),
            accounts: Accounts::default(),
            deferred: Vec::new(),
        }
    }

    /// Returns the store objects it needs.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        self.entries.iter().filter_map(|entry| match &entry.want {
            Want::File { content: Content::Object { object, .. }, .. } => Some(object),
            Want::File { .. } | Want::Directory { .. } | Want::Link { .. } | Want::Absent { .. } => None,
        })
    }
}
