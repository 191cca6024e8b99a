//! Captures a host, or a copy of its root folder, into one file: accounts, mounts, disks, interfaces, named files,
//! package versions. Starts nothing and opens no socket; reads below the root only, links followed inside it.
//!
//! In: a [`Root`], names of files. Out: an [`inputs::Observed`](crate::inputs::Observed). What is not there is left out:
//! a copy of a root folder has no `/proc` and `/sys`.

use super::{
    Observed as There, Root,
    devices::{disks, stable_names},
    network::{gateways, interfaces},
};
use crate::inputs::{Account, FileOf, GroupOf, MountOf, OBSERVED_SCHEMA, Observed};
use base64::{Engine, engine::general_purpose::STANDARD};
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;

/// The largest file that is captured with its content.
const LARGEST: u64 = 1 << 20;

/// Reads a text below the root; `None` where it is not there or is no text.
pub(super) fn text(root: &Root, path: &str) -> Option<String> {
    root.read_followed(path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

/// The first line of a small file.
pub(super) fn word(root: &Root, path: &str) -> Option<EcoString> {
    text(root, path).map(|text| EcoString::from(text.trim())).filter(|word| !word.is_empty())
}

/// Captures what is there; files are captured with their content where everybody may read them.
///
/// # Errors
/// Gives a named file that is not there or cannot be read, with the system's reason.
pub fn capture(root: &Root, files: &[String]) -> Result<Observed, (String, std::io::Error)> {
    let live = !root.list("/sys/class/net").unwrap_or_default().is_empty();
    let mut found = Observed {
        schema: OBSERVED_SCHEMA.into(),
        hostname: word(root, "/etc/hostname").unwrap_or_default(),
        os: os(root),
        architecture: word(root, "/proc/sys/kernel/arch"),
        users: users(root),
        groups: groups(root),
        mounts: mounts(root),
        swaps: swaps(root),
        disks: disks(root),
        stable_names: stable_names(root),
        interfaces: interfaces(root),
        gateways: gateways(root),
        efi: live.then(|| root.list("/sys/firmware/efi").is_ok()),
        host_id: host_id(root),
        host_keys: host_keys(root),
        packages: packages(root),
        ..Observed::default()
    };
    for path in files {
        let file = file(root, path).map_err(|error| (path.clone(), error))?;
        found.files.insert(path.as_str().into(), file);
    }
    Ok(found)
}

fn os(root: &Root) -> EcoString {
    let release = text(root, "/etc/os-release").unwrap_or_default();
    let value = |key: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    [value("ID"), value("VERSION_ID")].into_iter().flatten().collect::<Vec<_>>().join(" ").into()
}

fn users(root: &Root) -> Vec<Account> {
    let account = |line: &str| {
        let cells: Vec<&str> = line.split(':').collect();
        let [name, _, uid, gid, comment, home, shell] = cells.as_slice() else { return None };
        let (uid, gid) = (uid.parse().ok()?, gid.parse().ok()?);
        let text = |cell: &&str| EcoString::from(*cell);
        Some(Account {
            name: text(name),
            uid,
            gid,
            comment: text(comment),
            home: text(home),
            shell: text(shell),
        })
    };
    text(root, "/etc/passwd").unwrap_or_default().lines().filter_map(account).collect()
}

fn groups(root: &Root) -> Vec<GroupOf> {
    let group = |line: &str| {
        let cells: Vec<&str> = line.split(':').collect();
        let [name, _, gid, members] = cells.as_slice() else { return None };
        let members = members.split(',').filter(|name| !name.is_empty()).map(EcoString::from).collect();
        Some(GroupOf { name: (*name).into(), gid: gid.parse().ok()?, members })
    };
    text(root, "/etc/group").unwrap_or_default().lines().filter_map(group).collect()
}

/// What is mounted, or what `fstab` says where the root is a copy.
fn mounts(root: &Root) -> Vec<MountOf> {
    let seen = text(root, "/proc/self/mounts").or_else(|| text(root, "/etc/fstab")).unwrap_or_default();
    let mount = |line: &str| {
        let mut cells = line.split_whitespace();
        let (device, path, kind, options) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
        let real = device.starts_with('/') || device.contains(":/") || device.starts_with("UUID=");
        let real = real || device.starts_with("LABEL=") || kind == "zfs";
        (real && kind != "swap" && path.starts_with('/') && !device.starts_with('#')).then(|| MountOf {
            path: unescaped(path),
            device: named_device(&unescaped(device)),
            kind: kind.into(),
            options: options.split(',').map(EcoString::from).collect(),
        })
    };
    let mut found: Vec<MountOf> = seen.lines().filter_map(mount).collect();
    // the same device once more is a bind mount
    let mut devices = Vec::new();
    found.retain(|mount| {
        let fresh = mount.kind == "btrfs" || !devices.contains(&mount.device);
        devices.push(mount.device.clone());
        fresh
    });
    found
}

/// `UUID=…` of fstab as a path.
fn named_device(device: &str) -> EcoString {
    let by = [("UUID=", "by-uuid"), ("LABEL=", "by-label"), ("PARTUUID=", "by-partuuid")];
    let named = by.iter().find_map(|(key, folder)| Some((device.strip_prefix(key)?, folder)));
    match named {
        Some((name, folder)) => eco_format!("/dev/disk/{folder}/{}", name.trim_matches('"')),
        None => device.into(),
    }
}

/// Octal escapes of the kernel's tables (`\040` for a space).
fn unescaped(text: &str) -> EcoString {
    let mut out = EcoString::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        out.push(code.map_or('\\', char::from));
        rest = if code.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    out.push_str(rest);
    out
}

fn swaps(root: &Root) -> Vec<EcoString> {
    if let Some(table) = text(root, "/proc/swaps") {
        let devices = table.lines().skip(1).filter_map(|line| line.split_whitespace().next());
        return devices.filter(|device| !device.contains("zram")).map(unescaped).collect();
    }
    let table = text(root, "/etc/fstab").unwrap_or_default();
    let swap = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [device, _, "swap", ..] = cells.as_slice() else { return None };
        (!device.starts_with('#')).then(|| named_device(device))
    };
    table.lines().filter_map(swap).collect()
}

/// `/etc/hostid`, four bytes of the machine's order; all machines here are little-endian.
fn host_id(root: &Root) -> Option<EcoString> {
    let bytes: [u8; 4] = root.read_followed("/etc/hostid").ok()?.try_into().ok()?;
    Some(eco_format!("{:08x}", u32::from_le_bytes(bytes)))
}

fn host_keys(root: &Root) -> Vec<EcoString> {
    let names = root.list("/etc/ssh").unwrap_or_default();
    let public = names.iter().filter(|name| name.starts_with("ssh_host_") && name.ends_with("_key.pub"));
    let key = |name: &String| {
        let text = text(root, &format!("/etc/ssh/{name}"))?;
        let mut words = text.split_whitespace();
        Some(eco_format!("{} {}", words.next()?, words.next()?))
    };
    public.filter_map(key).collect()
}

fn file(root: &Root, path: &str) -> std::io::Result<FileOf> {
    let there = root.observe(path)?;
    let There::File(meta) = there else {
        return Err(std::io::Error::other(format!("a {} is there", there.word())));
    };
    let mut file = FileOf {
        mode: eco_format!("{:04o}", meta.mode),
        uid: meta.uid,
        gid: meta.gid,
        text: None,
        base64: None,
    };
    // what not everybody may read may be a secret
    if meta.mode & 0o004 != 0 && meta.len <= LARGEST {
        match String::from_utf8(root.read(path)?) {
            Ok(text) => file.text = Some(text.into()),
            Err(bytes) => file.base64 = Some(STANDARD.encode(bytes.as_bytes()).into()),
        }
    }
    Ok(file)
}

/// Versions by dpkg's status; RPM's database is not read.
fn packages(root: &Root) -> BTreeMap<EcoString, EcoString> {
    let status = text(root, "/var/lib/dpkg/status").unwrap_or_default();
    let package = |paragraph: &str| {
        let field = |key: &str| paragraph.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        let installed = field("Status").is_some_and(|status| status.ends_with(" installed"));
        installed.then(|| Some((field("Package")?.into(), field("Version")?.into())))?
    };
    status.split("\n\n").filter_map(package).collect()
}

#[cfg(test)]
#[path = "capture_tests.rs"]
mod tests;
