//! Names, hosts, resolver and mounts.

use super::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic, file_id, plain_text},
};
use crate::{
    model::{HostEntry, ItemId, ItemKind, KnownHost, Mount, MountState, Presence},
    translate::{Class, Flag},
};
use ecow::EcoString;

const HOSTS: &str = "hosts";
const MOUNTS: &str = "mounts";
const KNOWN: &str = "known-hosts";

/// The host's own name.
pub(super) fn identity(planner: &mut Planner<'_>) {
    let host = &planner.config.host;
    let set = |planner: &mut Planner<'_>, option, text: &EcoString| {
        if !text.is_empty() {
            planner.set(Topic::Host, &["networking", option], Expr::Str(text.clone()), Of::NOBODY);
        }
    };
    set(planner, "hostName", &host.hostname);
    set(planner, "domain", &host.domain);
    if let Some(file) = planner.open_file("/etc/hostname") {
        let decision = Decision::new(Class::Native, "hostname", "networking.hostName");
        planner.decide(file_id(file), decision);
    }
}

pub(super) fn hosts(planner: &mut Planner<'_>) {
    for entry in &planner.config.host_entries {
        let id = ItemId::new(ItemKind::HostEntry, entry.name.clone());
        if planner.is_open(&id) {
            let decision = one_host(planner, entry, &id);
            planner.decide(id, decision);
        }
    }
}

fn one_host(planner: &mut Planner<'_>, entry: &HostEntry, id: &ItemId) -> Decision {
    if entry.ensure == Presence::Absent {
        return Decision::new(Class::Satisfied, HOSTS, "no module declares this entry").flag(Flag::Absent);
    }
    let Some(ip) = &entry.ip else {
        return Decision::new(Class::Manual, HOSTS, "an entry without an address");
    };
    for name in std::iter::once(&entry.name).chain(&entry.aliases) {
        let loopback = ip == "127.0.0.1" || ip == "::1";
        if !(loopback && name == "localhost") {
            planner.push(
                Topic::Network,
                &["networking", "hosts", ip],
                Expr::Str(name.clone()),
                Of::item(id, &entry.from),
            );
        }
    }
    Decision::new(Class::Native, HOSTS, "networking.hosts").field(
        "comment",
        Class::Satisfied,
        "a comment in the file",
    )
}

pub(super) fn known_hosts(planner: &mut Planner<'_>) {
    for host in &planner.config.known_hosts {
        let id = ItemId::new(ItemKind::KnownHost, host.name.clone());
        let decision = one_known(planner, host, &id);
        planner.decide(id, decision);
    }
}

fn one_known(planner: &mut Planner<'_>, host: &KnownHost, id: &ItemId) -> Decision {
    if host.ensure == Presence::Absent {
        return Decision::new(Class::Satisfied, KNOWN, "no module declares this key").flag(Flag::Absent);
    }
    let mut entry = Vec::new();
    if !host.aliases.is_empty() {
        let aliases = host.aliases.iter().cloned();
        entry.push(("extraHostNames", Expr::strings(aliases)));
    }
    entry.push(("publicKey", Expr::str(format!("{} {}", host.algorithm, host.key))));
    let of = Of::item(id, &host.from);
    planner.set(Topic::Network, &["programs", "ssh", "knownHosts", &host.name], Expr::attrs(entry), of);
    Decision::new(Class::Native, KNOWN, "programs.ssh.knownHosts")
}

pub(super) fn mounts(planner: &mut Planner<'_>) {
    for mount in &planner.config.mounts {
        let id = ItemId::new(ItemKind::Mount, mount.path.clone());
        if planner.is_open(&id) {
            let decision = one_mount(planner, mount, &id);
            planner.decide(id, decision);
        }
    }
}

fn one_mount(planner: &mut Planner<'_>, mount: &Mount, id: &ItemId) -> Decision {
    if mount.state == MountState::Absent {
        return Decision::new(Class::Satisfied, MOUNTS, "no module declares this mount").flag(Flag::Absent);
    }
    let (Some(device), Some(fstype)) = (&mount.device, &mount.fstype) else {
        return Decision::new(Class::Manual, MOUNTS, "a mount without device or type");
    };
    let mut options = mount.options.clone();
    if mount.state == MountState::Unmounted && !options.iter().any(|it| it == "noauto") {
        options.push("noauto".into());
    }
    let of = Of::item(id, &mount.from);
    if fstype == "swap" {
        let swap = Expr::attrs([("device", Expr::Str(device.clone()))]);
        planner.push(Topic::Storage, &["swapDevices"], swap, of);
        return Decision::new(Class::Native, MOUNTS, "swapDevices");
    }
    let checked = matches!(fstype.as_str(), "ext2" | "ext3" | "ext4" | "vfat" | "xfs" | "btrfs");
    let mut entry = vec![("device", Expr::Str(device.clone())), ("fsType", Expr::Str(fstype.clone()))];
    if !options.is_empty() {
        entry.push(("options", Expr::strings(options)));
    }
    if checked
        && mount.dump_pass.last() == Some(&0)
        && matches!(fstype.as_str(), "ext2" | "ext3" | "ext4" | "vfat")
    {
        entry.push(("noCheck", Expr::Bool(true)));
    }
    planner.set(Topic::Storage, &["fileSystems", &mount.path], Expr::attrs(entry), of);
    Decision::new(Class::Native, MOUNTS, "fileSystems")
        .field("dump", Class::Satisfied, "nothing reads it")
        .field("pass", Class::Satisfied, "NixOS checks what needs checking, noCheck says what not")
}

/// `/etc/resolv.conf` as it is; NixOS then leaves the file alone.
pub(super) fn resolver(planner: &mut Planner<'_>) {
    let Some(file) = planner.open_file("/etc/resolv.conf") else { return };
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    planner.set(Topic::Network, &["environment", "etc", "resolv.conf", "text"], Expr::str(text), of);
    let reason = "verbatim; resolvconf stays off while this file is declared";
    planner.decide(id, Decision::file("resolv-conf", reason, "the C library's resolver"));
}

/// `/etc/timezone` and `/etc/localtime`.
pub(super) fn time_zone(planner: &mut Planner<'_>) {
    if let Some(file) = planner.open_file("/etc/timezone")
        && let Some(zone) = plain_text(file).map(str::trim).filter(|zone| !zone.is_empty())
    {
        zone_setting(planner, file, zone);
    }
    if let Some(file) = planner.open_file("/etc/localtime")
        && let crate::model::FileKind::Link { target } = &file.kind
        && let Some(zone) = target.split("zoneinfo/").nth(1)
    {
        zone_setting(planner, file, zone);
    }
}

fn zone_setting(planner: &mut Planner<'_>, file: &crate::model::File, zone: &str) {
    let id = file_id(file);
    let set = planner.set(Topic::Host, &["time", "timeZone"], Expr::str(zone), Of::item(&id, &file.from));
    let decision = if set {
        Decision::new(Class::Native, "time-zone", "time.timeZone")
    } else {
        Decision::new(Class::Manual, "time-zone", "another file names another time zone")
    };
    planner.decide(id, decision);
}
