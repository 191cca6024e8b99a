//! The desired state of one host.

use super::{
    AuthorizedKey, Cron, Exec, File, Group, HostEntry, ItemId, ItemKind, KnownHost, Mount, Package,
    Provenance, Service, User,
};
use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// The schema of native host files.
pub const SCHEMA: &str = "migrate/host/v1";

/// Who the host is, by its facts.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Host {
    /// The certname.
    pub certname: EcoString,
    /// The host name without domain.
    pub hostname: EcoString,
    /// The domain, empty where there is none.
    #[serde(default)]
    pub domain: EcoString,
    /// The family of the operating system it runs today, such as `Debian`.
    #[serde(default)]
    pub os_family: EcoString,
    /// Its name and release, such as `Debian 12`.
    #[serde(default)]
    pub os: EcoString,
    /// The architecture as the kernel names it, such as `x86_64`.
    #[serde(default)]
    pub architecture: EcoString,
    /// The environment it was compiled in.
    #[serde(default)]
    pub environment: EcoString,
}

/// How two items are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// The first comes first.
    Before,
    /// The first comes first, and a change of it refreshes the second.
    Notify,
}

/// An order between two items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// Comes first.
    pub source: ItemId,
    /// Comes later, and is refreshed by a notify.
    pub target: ItemId,
    /// What kind of order.
    pub kind: EdgeKind,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_empty")]
    pub from: Provenance,
}

/// The desired state. Items keep the catalog's order; names are unique within a kind.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "each list holds the items of its name")]
pub struct HostConfig {
    /// [`SCHEMA`].
    pub schema: EcoString,
    pub host: Host,
    #[serde(default, rename = "group", skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    #[serde(default, rename = "user", skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<User>,
    #[serde(default, rename = "authorized-key", skip_serializing_if = "Vec::is_empty")]
    pub authorized_keys: Vec<AuthorizedKey>,
    #[serde(default, rename = "known-host", skip_serializing_if = "Vec::is_empty")]
    pub known_hosts: Vec<KnownHost>,
    #[serde(default, rename = "package", skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    #[serde(default, rename = "file", skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    #[serde(default, rename = "mount", skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    #[serde(default, rename = "host-entry", skip_serializing_if = "Vec::is_empty")]
    pub host_entries: Vec<HostEntry>,
    #[serde(default, rename = "cron", skip_serializing_if = "Vec::is_empty")]
    pub crons: Vec<Cron>,
    #[serde(default, rename = "service", skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    #[serde(default, rename = "exec", skip_serializing_if = "Vec::is_empty")]
    pub execs: Vec<Exec>,
    /// Orders between items.
    #[serde(default, rename = "edge", skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<Edge>,
}

impl HostConfig {
    /// Makes an empty configuration of a host.
    #[must_use]
    pub fn new(host: Host) -> Self {
        Self { schema: SCHEMA.into(), host, ..Self::default() }
    }

    /// Returns every item's id with its provenance, by kind in the order of [`ItemKind::ALL`].
    pub fn ids(&self) -> impl Iterator<Item = (ItemId, &Provenance)> {
        ItemKind::ALL.into_iter().flat_map(|kind| {
            self.names(kind).into_iter().map(move |(name, from)| (ItemId::new(kind, name), from))
        })
    }

    fn names(&self, kind: ItemKind) -> Vec<(EcoString, &Provenance)> {
        match kind {
            ItemKind::Group => self.groups.iter().map(|it| (it.name.clone(), &it.from)).collect(),
            ItemKind::User => self.users.iter().map(|it| (it.name.clone(), &it.from)).collect(),
            ItemKind::AuthorizedKey => {
                self.authorized_keys.iter().map(|it| (it.name.clone(), &it.from)).collect()
            }
            ItemKind::KnownHost => self.known_hosts.iter().map(|it| (it.name.clone(), &it.from)).collect(),
            ItemKind::Package => self.packages.iter().map(|it| (it.name.clone(), &it.from)).collect(),
            ItemKind::File => self.files.iter().map(|it| (it.path.clone(), &it.from)).collect(),
            ItemKind::Mount => self.mounts.iter().map(|it| (it.path.clone(), &it.from)).collect(),
            ItemKind::HostEntry => self.host_entries.iter().map(|it| (it.name.clone(), &it.from)).collect(),
            ItemKind::Cron => self.crons.iter().map(|it| (it.name.clone(), &it.from)).collect(),
            ItemKind::Service => self.services.iter().map(|it| (it.name.clone(), &it.from)).collect(),
            ItemKind::Exec => self.execs.iter().map(|it| (it.name.clone(), &it.from)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FileKind, Text};
    use super::*;

    #[test]
    fn a_host_file_reads_back_as_it_was_written() {
        let mut config = HostConfig::new(Host { certname: "a.example.org".into(), ..Host::default() });
        let kind = FileKind::Regular { content: Some(Text::plain("hi\n")), base64: None, replace: true };
        let from = Provenance { place: "site.pp:3".into(), ..Provenance::default() };
        let file = File {
            path: "/etc/motd".into(),
            kind,
            owner: None,
            group: None,
            mode: Some(0o644),
            validate: None,
            from,
        };
        config.files.push(file);
        let text = toml::to_string(&config).unwrap();
        assert!(text.contains("mode = \"0644\""), "{text}");
        assert_eq!(toml::from_str::<HostConfig>(&text).unwrap(), config);
    }
}
