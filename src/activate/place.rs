//! The state of one path as the journal writes it down.

use crate::store::ObjectRef;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// Where a file's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kept")]
pub(super) enum Kept {
    /// The bytes stay as they are: only mode and owner change.
    Untouched,
    /// In the store.
    Object { object: ObjectRef },
    /// A text with secrets, in memory while it is placed; here is its keyed digest.
    Rendered { digest: EcoString },
}

/// Mode and owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attributes {
    /// The permission bits.
    pub mode: u32,
    /// The owner; `None` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The group; `None` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
}

/// What is, or shall be, at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub(super) enum Place {
    /// Nothing.
    Missing,
    /// A regular file.
    File {
        content: Kept,
        #[serde(flatten)]
        attributes: Attributes,
        /// Seconds and nanoseconds; `None` for what is written anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mtime: Option<(i64, u32)>,
    },
    /// A directory.
    Directory {
        #[serde(flatten)]
        attributes: Attributes,
    },
    /// A link.
    Link {
        target: EcoString,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uid: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gid: Option<u32>,
    },
}

impl Place {
    /// Returns the object it needs.
    pub(super) fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::File { content: Kept::Object { object }, .. } => Some(object),
            Self::File { .. } | Self::Missing | Self::Directory { .. } | Self::Link { .. } => None,
        }
    }

    pub(super) fn is_directory(&self) -> bool {
        matches!(self, Self::Directory { .. })
    }
}

/// A path with its states before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Move {
    pub path: EcoString,
    pub before: Place,
    pub after: Place,
}

impl Move {
    /// Returns the move that takes this one back.
    pub(super) fn reversed(&self) -> Self {
        Self { path: self.path.clone(), before: self.after.clone(), after: self.before.clone() }
    }
}
