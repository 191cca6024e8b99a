//! What `migrate observe` captured of a host: the data, and how a file of it is read.
//!
//! In: `CERTNAME.json` (`migrate/observed/v1`, `docs/schema/observed-v1.json`). Out: [`Observed`].

use super::{Reader, codes};
use crate::diag::{Diagnostic, Result};
use ecow::EcoString;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// The schema of a capture.
pub const OBSERVED_SCHEMA: &str = "migrate/observed/v1";

/// A host as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// [`OBSERVED_SCHEMA`].
    pub schema: EcoString,
    /// The host's own name.
    #[serde(default)]
    pub hostname: EcoString,
    /// `/etc/os-release`: `ID` and `VERSION_ID`.
    #[serde(default)]
    pub os: EcoString,
    /// The kernel's name of the processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<EcoString>,
    /// Accounts, in the order of `passwd`.
    #[serde(default)]
    pub users: Vec<Account>,
    /// Groups, in the order of `group`.
    #[serde(default)]
    pub groups: Vec<GroupOf>,
    /// Mounted file systems that have a device, and network file systems.
    #[serde(default)]
    pub mounts: Vec<MountOf>,
    /// Devices and files that are swapped to.
    #[serde(default)]
    pub swaps: Vec<EcoString>,
    /// Disks and their partitions, by the kernel's name.
    #[serde(default)]
    pub disks: BTreeMap<EcoString, DiskOf>,
    /// Stable names (`/dev/disk/by-uuid/…`) of devices.
    #[serde(default)]
    pub stable_names: BTreeMap<EcoString, EcoString>,
    /// Network interfaces by name.
    #[serde(default)]
    pub interfaces: BTreeMap<EcoString, InterfaceOf>,
    /// Default gateways.
    #[serde(default)]
    pub gateways: Vec<EcoString>,
    /// Whether the machine was booted by EFI; unknown in a copy of a root folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub efi: Option<bool>,
    /// `hostid`, eight hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_id: Option<EcoString>,
    /// Public halves of the host's SSH keys: algorithm and base64.
    #[serde(default)]
    pub host_keys: Vec<EcoString>,
    /// Files that were named, by path.
    #[serde(default)]
    pub files: BTreeMap<EcoString, FileOf>,
    /// Versions of installed packages.
    #[serde(default)]
    pub packages: BTreeMap<EcoString, EcoString>,
}

/// An account of `passwd`; never its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields of passwd(5)")]
pub struct Account {
    pub name: EcoString,
    pub uid: u32,
    pub gid: u32,
    pub comment: EcoString,
    pub home: EcoString,
    pub shell: EcoString,
}

/// A group of `group`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields of group(5)")]
pub struct GroupOf {
    pub name: EcoString,
    pub gid: u32,
    pub members: Vec<EcoString>,
}

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MountOf {
    /// Where it is mounted.
    pub path: EcoString,
    /// The device as it was named.
    pub device: EcoString,
    /// The type.
    pub kind: EcoString,
    /// The options.
    pub options: Vec<EcoString>,
}

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskOf {
    /// The size in bytes.
    pub size: u64,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<EcoString>,
    /// Sizes of its partitions in bytes by name.
    #[serde(default)]
    pub partitions: BTreeMap<EcoString, u64>,
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterfaceOf {
    /// The hardware address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<EcoString>,
    /// The largest packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// Whether there is hardware behind it.
    #[serde(default)]
    pub physical: bool,
    /// Addresses with their prefix (`192.0.2.7/24`); those of one link are left out.
    #[serde(default)]
    pub addresses: Vec<EcoString>,
}

/// A file that was named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileOf {
    /// Permission bits in octal.
    pub mode: EcoString,
    /// The owner's uid.
    pub uid: u32,
    /// The group's gid.
    pub gid: u32,
    /// The content, where it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<EcoString>,
    /// The content in base64, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<EcoString>,
}

impl Observed {
    /// Reads a node's capture from a folder; `None` where it has none of the node.
    ///
    /// # Errors
    /// Gives a file that cannot be read, with the place where it is broken, and another schema.
    pub fn read(folder: &Path, certname: &str, reader: Reader<'_>) -> Result<Option<Self>> {
        let path = folder.join(format!("{certname}.json"));
        if !reader.world.is_file(&path) {
            return Ok(None);
        }
        let source = reader.text(&path)?;
        let refused = |why: String| Box::new(Diagnostic::error(&codes::OBSERVED, why).in_file(source.path()));
        let found: Self = serde_json::from_str(source.text()).map_err(|error| refused(error.to_string()))?;
        if found.schema != OBSERVED_SCHEMA {
            return Err(refused(format!("the schema is `{}`, not `{OBSERVED_SCHEMA}`", found.schema)));
        }
        Ok(Some(found))
    }

    /// Returns the uid of an account.
    #[must_use]
    pub fn uid(&self, name: &str) -> Option<u32> {
        self.users.iter().find(|user| user.name == name).map(|user| user.uid)
    }

    /// Returns the gid of a group.
    #[must_use]
    pub fn gid(&self, name: &str) -> Option<u32> {
        self.groups.iter().find(|group| group.name == name).map(|group| group.gid)
    }
}
