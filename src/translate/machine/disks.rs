//! File systems, swap, disks and the boot loader.

use super::{Machine, dig, entries, text};
use crate::{inputs::Observed, value::Value};
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;

/// How a machine boots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boot {
    /// By EFI, whose partition is mounted here.
    Efi(EcoString),
    /// By the boot sector of this disk.
    Bios(EcoString),
}

/// A local file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// Where it is mounted.
    pub path: EcoString,
    /// The device, by a stable name where one is known.
    pub device: EcoString,
    /// The device as the kernel names it.
    pub kernel_name: EcoString,
    /// The type.
    pub kind: EcoString,
    /// The options that are no default.
    pub options: Vec<EcoString>,
    /// The size in bytes, where it is told.
    pub size: Option<u64>,
}

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// The device, such as `/dev/vda`.
    pub device: EcoString,
    /// The size in bytes.
    pub size: u64,
}

/// File systems that live on disks of the machine.
const LOCAL: [&str; 12] =
    ["ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "zfs", "f2fs", "jfs", "reiserfs", "exfat", "bcachefs"];

/// Options that change something; the others are defaults of the kernel, or of NixOS.
const OPTIONS: [&str; 22] = [
    "noatime",
    "nodiratime",
    "nosuid",
    "nodev",
    "noexec",
    "ro",
    "sync",
    "dirsync",
    "discard",
    "usrquota",
    "grpquota",
    "prjquota",
    "uquota",
    "gquota",
    "pquota",
    "quota",
    "acl",
    "user_xattr",
    "nobarrier",
    "compress",
    "autodefrag",
    "nodatacow",
];

/// Options with a value that change something.
const WITH_VALUE: [&str; 10] = [
    "subvol=",
    "compress=",
    "compress-force=",
    "data=",
    "umask=",
    "uid=",
    "gid=",
    "usrjquota=",
    "grpjquota=",
    "commit=",
];

pub(super) fn describe(machine: &mut Machine, facts: &Value, observed: Option<&Observed>) {
    let names = StableNames::new(facts, observed);
    machine.disks = disks(facts, observed);
    machine.file_systems = file_systems(facts, observed, &names);
    machine.swaps =
        observed.map(|it| it.swaps.iter().map(|swap| names.of(swap)).collect()).unwrap_or_default();
    if machine.swaps.is_empty() {
        machine.swaps = swaps(facts, &names);
    }
    if !machine.file_systems.iter().any(|it| it.path == "/") {
        machine.unknown.push(
            "the root file system is unknown: neither the fact `mountpoints` nor a capture tells it; set \
             `fileSystems.\"/\"`"
                .into(),
        );
    }
    boot(machine, facts, observed);
    if machine.has("zfs") && machine.host_id.is_none() {
        machine.unknown.push(
            "ZFS needs the machine's `hostid`, which neither facts nor a capture tells: run `hostid` on it and set \
             `networking.hostId`"
                .into(),
        );
    }
    encrypted(machine, facts);
}

/// Names of devices that do not change with the order of disks.
struct StableNames(BTreeMap<EcoString, EcoString>);

impl StableNames {
    fn new(facts: &Value, observed: Option<&Observed>) -> Self {
        let uuid = |(device, partition): (&str, &Value)| {
            let uuid = partition.get("uuid")?.as_str().filter(|uuid| !uuid.is_empty())?;
            Some((device.into(), eco_format!("/dev/disk/by-uuid/{uuid}")))
        };
        let mut names: BTreeMap<_, _> =
            entries(facts, &["partitions"]).into_iter().filter_map(uuid).collect();
        let seen = observed.into_iter().flat_map(|it| &it.stable_names);
        names.extend(seen.map(|(device, name)| (device.clone(), name.clone())));
        Self(names)
    }

    fn of(&self, device: &EcoString) -> EcoString {
        self.0.get(device).unwrap_or(device).clone()
    }
}

fn disks(facts: &Value, observed: Option<&Observed>) -> Vec<Disk> {
    if let Some(seen) = observed.map(|it| &it.disks).filter(|it| !it.is_empty()) {
        return seen
            .iter()
            .map(|(name, it)| Disk { device: eco_format!("/dev/{name}"), size: it.size })
            .collect();
    }
    let real =
        |name: &str| !["loop", "sr", "fd", "zram", "ram", "md", "dm-"].iter().any(|it| name.starts_with(it));
    let disk = |(name, disk): (&str, &Value)| {
        let size = disk.get("size_bytes").and_then(number).unwrap_or_default();
        (real(name) && size > 0).then(|| Disk { device: eco_format!("/dev/{name}"), size })
    };
    entries(facts, &["disks"]).into_iter().filter_map(disk).collect()
}

fn number(value: &Value) -> Option<u64> {
    if let Value::Int(number) = value { u64::try_from(*number).ok() } else { None }
}

fn file_systems(facts: &Value, observed: Option<&Observed>, names: &StableNames) -> Vec<FileSystem> {
    let sizes: BTreeMap<&str, u64> = entries(facts, &["mountpoints"])
        .into_iter()
        .filter_map(|(path, mount)| Some((path, mount.get("size_bytes").and_then(number)?)))
        .collect();
    let make = |(path, device, kind, options): (EcoString, EcoString, EcoString, Vec<EcoString>)| {
        let size = sizes.get(path.as_str()).copied();
        let mut options = kept(options);
        if kind == "zfs" {
            options.push("zfsutil".into());
        }
        FileSystem { device: names.of(&device), kernel_name: device, path, kind, options, size }
    };
    let local = |path: &str, kind: &str| {
        let passing = [
            "/run",
            "/proc",
            "/sys",
            "/dev",
            "/snap",
            "/media",
            "/var/lib/docker",
            "/var/lib/kubelet",
            "/var/lib/containerd",
            "/var/lib/containers",
            "/var/lib/lxd",
            "/var/lib/lxcfs",
        ];
        let below = |folder: &str| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        LOCAL.contains(&kind) && (!passing.iter().any(|folder| below(folder)) || path == "/var/lib/docker")
    };
    let mut found: Vec<FileSystem> = match observed.filter(|it| !it.mounts.is_empty()) {
        Some(seen) => seen
            .mounts
            .iter()
            .filter(|it| local(&it.path, &it.kind))
            .map(|it| make((it.path.clone(), it.device.clone(), it.kind.clone(), it.options.clone())))
            .collect(),
        None => entries(facts, &["mountpoints"])
            .into_iter()
            .filter_map(|(path, mount)| {
                let (device, kind) = (text(mount, &["device"])?, text(mount, &["filesystem"])?);
                let options = mount.get("options").and_then(Value::as_array).unwrap_or_default();
                let options = options.iter().filter_map(Value::as_str).map(EcoString::from).collect();
                local(path, &kind).then(|| make((path.into(), device, kind, options)))
            })
            .collect(),
    };
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

fn kept(options: Vec<EcoString>) -> Vec<EcoString> {
    let matters = |option: &EcoString| {
        OPTIONS.contains(&option.as_str()) || WITH_VALUE.iter().any(|name| option.starts_with(name))
    };
    // what follows from the type or is the kernel's own choice says nothing
    let default = ["data=ordered", "acl", "user_xattr", "uid=0", "gid=0"];
    options.into_iter().filter(|it| matters(it) && !default.contains(&it.as_str())).collect()
}

fn swaps(facts: &Value, names: &StableNames) -> Vec<EcoString> {
    let swap = |(device, partition): (&str, &Value)| {
        let kind = partition.get("filesystem").and_then(Value::as_str);
        (kind == Some("swap")).then(|| names.of(&device.into()))
    };
    entries(facts, &["partitions"]).into_iter().filter_map(swap).collect()
}

fn boot(machine: &mut Machine, facts: &Value, observed: Option<&Observed>) {
    let at = |path: &str| machine.file_systems.iter().find(|it| it.path == path);
    let efi = ["/boot/efi", "/efi"].into_iter().find(|path| at(path).is_some());
    let efi = efi.or_else(|| at("/boot").filter(|it| it.kind == "vfat").map(|_| "/boot"));
    if let Some(path) = efi {
        machine.boot = Some(Boot::Efi(path.into()));
        return;
    }
    let firmware = text(facts, &["dmi", "bios", "vendor"]).unwrap_or_default();
    let by_efi = observed.and_then(|it| it.efi) == Some(true) || firmware.starts_with("EFI ");
    let arm = matches!(text(facts, &["os", "architecture"]).as_deref(), Some("arm64" | "aarch64"));
    if by_efi || arm {
        machine.unknown.push(
            "the machine boots by EFI or by its board's own loader, but no EFI partition is mounted: choose a boot \
             loader (`boot.loader`)"
                .into(),
        );
        return;
    }
    let Some(from) = at("/boot").or_else(|| at("/")) else { return };
    match disk_of(&from.kernel_name, &machine.disks) {
        Some(disk) => machine.boot = Some(Boot::Bios(disk)),
        None => {
            let disks: Vec<&str> = machine.disks.iter().map(|it| it.device.as_str()).collect();
            let among = if disks.is_empty() { "no disk is told".into() } else { disks.join(", ") };
            machine.unknown.push(eco_format!(
                "the disk with the boot sector is unknown ({} is on {}, disks: {among}): set \
                 `boot.loader.grub.devices`",
                from.path,
                from.kernel_name
            ));
        }
    }
}

/// The disk of a partition; the only disk for what lies on top of disks.
fn disk_of(device: &str, disks: &[Disk]) -> Option<EcoString> {
    let digits = device.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let numbered = |disk: &str| {
        let rest = device.strip_prefix(disk)?;
        let part = if disk.ends_with(|letter: char| letter.is_ascii_digit()) {
            rest.strip_prefix('p')?
        } else {
            rest
        };
        (!part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit())).then_some(())
    };
    if let Some(disk) = disks.iter().find(|disk| numbered(&disk.device).is_some()) {
        return Some(disk.device.clone());
    }
    if let [only] = disks {
        return Some(only.device.clone());
    }
    // no disks are told: the name of a plain partition says which it is on
    let plain = ["/dev/sd", "/dev/vd", "/dev/xvd", "/dev/hd"].iter().any(|it| device.starts_with(it));
    (disks.is_empty() && plain && digits.len() < device.len()).then(|| digits.into())
}

fn encrypted(machine: &mut Machine, facts: &Value) {
    for (device, partition) in entries(facts, &["partitions"]) {
        if dig(partition, &["filesystem"]).and_then(Value::as_str) == Some("crypto_LUKS") {
            machine.unknown.push(eco_format!(
                "`{device}` is encrypted: set `boot.initrd.luks.devices` as its name in /dev/mapper is"
            ));
        }
    }
}
