//! Packages, services, accounts, schedules and the rest of a host.

use super::{Provenance, Text};
use crate::maps::IndexMap;
use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// Whether something shall be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Presence {
    #[default]
    Present,
    Absent,
}

impl Presence {
    /// Tells whether it is `Present`, the default.
    #[must_use]
    pub fn is_present(&self) -> bool {
        *self == Self::Present
    }
}

/// What a package shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageState {
    /// Any version.
    Installed,
    /// The newest version.
    Latest,
    /// Exactly this version.
    Version(EcoString),
    /// Not installed.
    Absent,
    /// Not installed, its configuration removed.
    Purged,
    /// Kept at what is installed.
    Held,
}

/// A package by the legacy host's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The name.
    pub name: EcoString,
    /// What it shall be.
    pub state: PackageState,
    /// A provider other than the host's own (`pip`, `gem`, `npm`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<EcoString>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// Whether a service starts at boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "Puppet's words")]
pub enum Enable {
    Enabled,
    Disabled,
    Masked,
    Manual,
    Delayed,
}

/// A service, by its unit's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The name, without `.service`.
    pub name: EcoString,
    /// Whether it shall run now; `None` says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
    /// Whether it starts at boot; `None` says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable: Option<Enable>,
    /// A command that restarts it, instead of the unit's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<EcoString>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct User {
    /// The login name.
    pub name: EcoString,
    /// Whether it shall be there.
    #[serde(default, skip_serializing_if = "Presence::is_present")]
    pub ensure: Presence,
    /// The uid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<i64>,
    /// The primary group, name or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<EcoString>,
    /// Further groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<EcoString>,
    /// Whether groups not named are removed (`membership => inclusive`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact_groups: bool,
    /// The home directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<EcoString>,
    /// Whether the home directory is made and removed with the user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub managehome: bool,
    /// The shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<EcoString>,
    /// The GECOS field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<EcoString>,
    /// The hashed password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Text>,
    /// Whether it is a system user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system: bool,
    /// Whether keys that nobody manages are removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub purge_ssh_keys: bool,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Group {
    /// The name.
    pub name: EcoString,
    /// Whether it shall be there.
    #[serde(default, skip_serializing_if = "Presence::is_present")]
    pub ensure: Presence,
    /// The gid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<i64>,
    /// Whether it is a system group.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system: bool,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// An entry of a user's crontab.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cron {
    /// The name, Puppet's title.
    pub name: EcoString,
    /// Whether it shall be there.
    #[serde(default, skip_serializing_if = "Presence::is_present")]
    pub ensure: Presence,
    /// The command.
    #[serde(default)]
    pub command: Text,
    /// The user whose crontab it is in.
    pub user: EcoString,
    /// `@daily` and its kind instead of fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<EcoString>,
    /// Minute, hour, day of month, month, day of week as in a crontab; `*` where not given.
    pub schedule: [EcoString; 5],
    /// Lines `NAME=value` before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<EcoString>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// A command that Puppet would run.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exec {
    /// The title.
    pub name: EcoString,
    /// The command line, or its words where it is not for a shell.
    pub command: Text,
    /// Whether it goes through `/bin/sh`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shell: bool,
    /// Runs only when something notified it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refreshonly: bool,
    /// Run only if these succeed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub onlyif: Vec<EcoString>,
    /// Run only if these fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<EcoString>,
    /// Run only if these paths do not exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creates: Vec<EcoString>,
    /// The working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<EcoString>,
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<EcoString>,
    /// The search path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<EcoString>,
    /// Environment lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<EcoString>,
    /// All other parameters by name, as JSON text.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub other: IndexMap<EcoString, EcoString>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// A line of `/etc/hosts`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostEntry {
    /// The canonical name.
    pub name: EcoString,
    /// Whether it shall be there.
    #[serde(default, skip_serializing_if = "Presence::is_present")]
    pub ensure: Presence,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<EcoString>,
    /// Aliases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<EcoString>,
    /// The comment on the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<EcoString>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// What a mount shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MountState {
    /// In fstab and mounted.
    Mounted,
    /// In fstab and not mounted.
    Unmounted,
    /// In fstab, mounted or not.
    Defined,
    /// Neither.
    Absent,
}

/// A mount point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The mount point.
    pub path: EcoString,
    /// What it shall be.
    pub state: MountState,
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<EcoString>,
    /// The file system's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fstype: Option<EcoString>,
    /// The options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<EcoString>,
    /// Fields `dump` and `pass` of fstab.
    #[serde(default)]
    pub dump_pass: [u8; 2],
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// A line of a user's `authorized_keys`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthorizedKey {
    /// The comment, Puppet's title.
    pub name: EcoString,
    /// Whether it shall be there.
    #[serde(default, skip_serializing_if = "Presence::is_present")]
    pub ensure: Presence,
    /// The user.
    pub user: EcoString,
    /// The algorithm as in the file (`ssh-ed25519`).
    pub algorithm: EcoString,
    /// The key in base64.
    pub key: EcoString,
    /// Options before the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<EcoString>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// A line of `/etc/ssh/ssh_known_hosts`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownHost {
    /// The host's name.
    pub name: EcoString,
    /// Whether it shall be there.
    #[serde(default, skip_serializing_if = "Presence::is_present")]
    pub ensure: Presence,
    /// Further names and addresses of the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<EcoString>,
    /// The algorithm as in the file (`ssh-ed25519`).
    pub algorithm: EcoString,
    /// The key in base64.
    pub key: EcoString,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}
