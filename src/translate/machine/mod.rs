//! The machine under a host: what must be known before it boots, beside what Puppet declares.
//!
//! In: facts, and a capture of `migrate observe` where there is one, which is believed before facts. Out: [`Machine`],
//! in which whatever neither of them tells is a sentence for a human, never a guess.

mod disks;
mod network;

pub use disks::{Boot, Disk, FileSystem};
pub use network::Interface;

use crate::{inputs::Observed, maps::IndexMap, value::Value};
use ecow::EcoString;

/// What a machine runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Kind {
    /// Its own hardware.
    #[default]
    Physical,
    /// KVM or QEMU.
    Kvm,
    /// Xen.
    Xen,
    /// VMware.
    Vmware,
    /// Hyper-V.
    Hyperv,
    /// VirtualBox.
    Virtualbox,
    /// A container: no kernel, disks or boot loader of its own.
    Container,
}

impl Kind {
    /// Returns the word used in names of files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Kvm => "kvm",
            Self::Xen => "xen",
            Self::Vmware => "vmware",
            Self::Hyperv => "hyperv",
            Self::Virtualbox => "virtualbox",
            Self::Container => "container",
        }
    }
}

/// The machine under a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// What it runs on.
    pub kind: Kind,
    /// How it boots; `None` where nobody told.
    pub boot: Option<Boot>,
    /// Its local file systems, sorted by mount point.
    pub file_systems: Vec<FileSystem>,
    /// What it swaps to.
    pub swaps: Vec<EcoString>,
    /// Its disks by name.
    pub disks: Vec<Disk>,
    /// Its interfaces with an address or hardware of their own.
    pub interfaces: Vec<Interface>,
    /// `hostid`, where it is told.
    pub host_id: Option<EcoString>,
    /// Public halves of its SSH keys (`ssh-ed25519 AAAA…`), the one to encrypt to first.
    pub host_keys: Vec<EcoString>,
    /// The processor's maker, for microcode.
    pub cpu: Option<&'static str>,
    /// What nobody told, as sentences.
    pub unknown: Vec<EcoString>,
}

impl Machine {
    /// Describes a machine by its facts and its capture; `gateways` by network are of the settings.
    #[must_use]
    pub fn new(
        facts: &Value,
        observed: Option<&Observed>,
        gateways: &IndexMap<EcoString, EcoString>,
    ) -> Self {
        let mut machine = Self { kind: kind(facts), cpu: cpu(facts), ..Self::default() };
        machine.host_keys = host_keys(facts, observed);
        machine.host_id = observed.and_then(|it| it.host_id.clone()).or_else(|| host_id(facts));
        if machine.kind != Kind::Container {
            disks::describe(&mut machine, facts, observed);
        }
        network::describe(&mut machine, facts, observed, gateways);
        machine
    }

    /// Tells whether one of the file systems is of a type.
    #[must_use]
    pub fn has(&self, kind: &str) -> bool {
        self.file_systems.iter().any(|it| it.kind == kind)
    }
}

/// Follows names into facts.
fn dig<'v>(facts: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(facts, |at, key| at.get(key))
}

fn text(facts: &Value, path: &[&str]) -> Option<EcoString> {
    dig(facts, path).and_then(Value::as_str).filter(|text| !text.is_empty()).map(EcoString::from)
}

/// The entries of a hash of facts, sorted by name.
fn entries<'v>(facts: &'v Value, path: &[&str]) -> Vec<(&'v str, &'v Value)> {
    let found = dig(facts, path).and_then(Value::as_hash);
    let mut entries: Vec<_> = found
        .into_iter()
        .flat_map(|it| it.iter())
        .filter_map(|(key, it)| Some((key.as_str()?, it)))
        .collect();
    entries.sort_by_key(|(name, _)| *name);
    entries
}

fn kind(facts: &Value) -> Kind {
    match text(facts, &["virtual"]).as_deref() {
        Some("kvm" | "qemu" | "openstack" | "gce" | "aws" | "bochs" | "nitro" | "ovirt") => Kind::Kvm,
        Some("xen" | "xenu" | "xenhvm") => Kind::Xen,
        Some("vmware") => Kind::Vmware,
        Some("hyperv") => Kind::Hyperv,
        Some("virtualbox") => Kind::Virtualbox,
        Some("lxc" | "docker" | "openvz" | "openvzve" | "systemd_nspawn" | "podman" | "container_other") => {
            Kind::Container
        }
        _ => Kind::Physical,
    }
}

fn cpu(facts: &Value) -> Option<&'static str> {
    let models = dig(facts, &["processors", "models"])?.as_array()?;
    let first = models.first()?.as_str()?;
    [("Intel", "intel"), ("AMD", "amd")]
        .into_iter()
        .find(|(maker, _)| first.contains(maker))
        .map(|(_, it)| it)
}

/// `hostid` as older Facters and custom facts tell it.
fn host_id(facts: &Value) -> Option<EcoString> {
    let told = ["hostid", "uniqueid"].iter().find_map(|name| text(facts, &[name]))?;
    let digits = told.trim_start_matches("0x").to_lowercase();
    (digits.len() == 8 && digits.chars().all(|letter| letter.is_ascii_hexdigit())).then(|| digits.into())
}

fn host_keys(facts: &Value, observed: Option<&Observed>) -> Vec<EcoString> {
    if let Some(keys) = observed.map(|it| &it.host_keys).filter(|keys| !keys.is_empty()) {
        let mut keys = keys.clone();
        keys.sort_by_key(|key| !key.starts_with("ssh-ed25519 "));
        return keys;
    }
    let key = |name: &str, algorithm: &str| {
        let key = text(facts, &["ssh", name, "key"])?;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "+/=".contains(letter);
        key.chars().all(plain).then(|| EcoString::from(format!("{algorithm} {key}")))
    };
    [("ed25519", "ssh-ed25519"), ("rsa", "ssh-rsa")]
        .iter()
        .filter_map(|(name, kind)| key(name, kind))
        .collect()
}
