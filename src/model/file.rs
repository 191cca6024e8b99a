//! Files, directories and links.

use super::{Provenance, Text};
use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// What shall be at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum FileKind {
    /// A regular file.
    Regular {
        /// Its content; `None` leaves what is there, or makes an empty file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<Text>,
        /// Content that is not UTF-8, in base64.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base64: Option<EcoString>,
        /// `false` writes the content only where no file is (Puppet's `replace => false`).
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        replace: bool,
    },
    /// A directory.
    Directory {
        /// Whether what nobody manages in it is removed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        purge: bool,
        /// Whether purging goes into sub-directories and removes them.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        force: bool,
    },
    /// A symbolic link.
    Link {
        /// What it points to.
        target: EcoString,
    },
    /// Nothing.
    Absent {
        /// Whether a directory is removed with all that is in it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        force: bool,
    },
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_yes(it: &bool) -> bool {
    *it
}

/// One path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The absolute path, without a trailing slash.
    pub path: EcoString,
    /// What shall be there.
    #[serde(flatten)]
    pub kind: FileKind,
    /// The owner's name, or a number as text; `None` leaves it, root for a new file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<EcoString>,
    /// The group's name, or a number as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<EcoString>,
    /// The mode bits, four octal digits in host files; `None` leaves it, 0644 (0755 for a directory) when new.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "octal")]
    pub mode: Option<u32>,
    /// A command that must accept the content (`%` is the new file's path) before it is placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<EcoString>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

mod octal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(mode: &Option<u32>, serializer: S) -> Result<S::Ok, S::Error> {
        match mode {
            Some(mode) => serializer.collect_str(&format_args!("{mode:04o}")),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mode = u32::from_str_radix(&text, 8).ok().filter(|mode| *mode <= 0o7777);
        mode.map(Some).ok_or_else(|| D::Error::custom(format!("`{text}` is not an octal mode")))
    }
}
