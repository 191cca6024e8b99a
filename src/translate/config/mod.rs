//! The rules, one file each: a resource of Puppet to items of a [`HostConfig`](crate::model::HostConfig).
//!
//! They know nothing of a target; what an item means on NixOS is `translate::nixos`.

pub(super) mod alternative;
pub(super) mod anchor;
pub(super) mod apt_key;
pub(super) mod archive;
pub(super) mod augeas;
pub(super) mod concat;
pub(super) mod concat_fragment;
pub(super) mod cron;
pub(super) mod exec;
pub(super) mod file;
pub(super) mod file_line;
pub(super) mod firewall;
pub(super) mod firewall_chain;
pub(super) mod group;
pub(super) mod host;
pub(super) mod ini_setting;
pub(super) mod key;
pub(super) mod known_host;
pub(super) mod message;
pub(super) mod mount;
pub(super) mod package;
pub(super) mod purge;
pub(super) mod schedule;
pub(super) mod service;
pub(super) mod sysctl;
pub(super) mod sysctl_runtime;
pub(super) mod tidy;
pub(super) mod user;
pub(super) mod vcsrepo;

use super::attributes::Attributes;
use crate::model::Presence;

/// Reads `ensure` of a type that knows `present` and `absent` only.
pub(crate) fn presence(attributes: &mut Attributes<'_>) -> Presence {
    match attributes.string("ensure").as_deref() {
        Some("absent") => Presence::Absent,
        Some("present") | None => Presence::Present,
        Some(other) => {
            attributes.manual("ensure", format!("`{other}` is no state that is known"));
            Presence::Present
        }
    }
}
