//! Files without a rule of their own: `environment.etc` below `/etc`, tmpfiles elsewhere, secrets by age.

use super::{
    expr::{Expr, Part},
    plan::{Decision, Of, Planner, Topic, file_id, only_secret},
    retarget::{in_file, retarget},
};
use crate::{
    model::{File, FileKind, ItemId, Text},
    translate::{
        Class, Flag, Verdict,
        attributes::{slug, with_markers},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ecow::{EcoString, eco_format};

const RULE: &str = "files";
const TMPFILES: &str = "10-migrate";

/// Texts up to this many lines are written into the host's file.
const INLINE_LINES: usize = 12;

/// Folders of `/etc` that a NixOS module owns as a whole, and files that it writes itself.
const OWNED: [&str; 22] = [
    "/etc/systemd/system",
    "/etc/systemd/user",
    "/etc/tmpfiles.d",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/gshadow",
    "/etc/fstab",
    "/etc/sudoers",
    "/etc/ssh/sshd_config",
    "/etc/ssh/ssh_config",
    "/etc/hosts",
    "/etc/crontab",
    "/etc/pam.d",
    "/etc/profile",
    "/etc/bashrc",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/udev/rules.d",
    "/etc/postfix",
    "/etc/nix",
    "/etc/shells",
];

pub(super) fn rest(planner: &mut Planner<'_>) {
    for file in &planner.config.files {
        let id = file_id(file);
        if planner.is_open(&id) {
            let decision = one(planner, file, &id);
            planner.decide(id, decision);
        }
    }
}

fn one(planner: &mut Planner<'_>, file: &File, id: &ItemId) -> Decision {
    if let Some(owned) = OWNED.iter().find(|owned| below(&file.path, owned))
        && !matches!(file.kind, FileKind::Absent { .. })
    {
        let reason = eco_format!("NixOS writes `{owned}` itself; no rule folds this file into it");
        return Decision::new(Class::Manual, "owned-path", reason);
    }
    place(planner, file, id)
}

fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Puts a file where it was; who reads it is decided later.
pub(super) fn place(planner: &mut Planner<'_>, file: &File, id: &ItemId) -> Decision {
    match &file.kind {
        FileKind::Absent { .. } => {
            Decision::new(Class::Satisfied, RULE, "nothing declares this path").flag(Flag::Absent)
        }
        FileKind::Directory { purge, .. } => folder(planner, file, id, *purge),
        FileKind::Link { target } => link(planner, file, id, target),
        FileKind::Regular { base64: Some(bytes), replace, .. } => {
            let bytes = STANDARD.decode(bytes.as_bytes()).unwrap_or_default();
            let source = planner.artifact(&file.path, bytes, executable(file));
            store_file(planner, file, id, (source, *replace))
        }
        FileKind::Regular { content: Some(text), replace, .. } => match text.as_plain() {
            Some(plain) => text_file(planner, file, id, (plain, *replace)),
            None => secret_file(planner, file, id, text),
        },
        FileKind::Regular { content: None, .. } => {
            let entry = tmpfile(file, Expr::Null);
            planner.set(Topic::Files, &tmp(&file.path, "f"), entry, Of::item(id, &file.from));
            Decision::file(RULE, "made empty where it is not there", "systemd-tmpfiles")
        }
    }
}

fn executable(file: &File) -> bool {
    file.mode.is_some_and(|mode| mode & 0o100 != 0)
}

fn tmp<'p>(path: &'p str, letter: &'p str) -> [&'p str; 6] {
    ["systemd", "tmpfiles", "settings", TMPFILES, path, letter]
}

/// Mode, user and group of a tmpfiles entry, and its argument.
fn tmpfile(file: &File, argument: Expr) -> Expr {
    let mut entry = Vec::new();
    if let Some(mode) = file.mode {
        entry.push(("mode", Expr::str(format!("{mode:04o}"))));
    }
    if let Some(owner) = &file.owner {
        entry.push(("user", Expr::Str(owner.clone())));
    }
    if let Some(group) = &file.group {
        entry.push(("group", Expr::Str(group.clone())));
    }
    if argument != Expr::Null {
        entry.push(("argument", argument));
    }
    Expr::attrs(entry)
}

/// A user's home: `homeMode` and `createHome` say the same.
fn home(planner: &mut Planner<'_>, file: &File, id: &ItemId) -> Option<Decision> {
    let owner = file.owner.as_ref()?;
    let users = &planner.config.users;
    let user = users.iter().find(|user| user.name == *owner && user.ensure.is_present())?;
    let usual = eco_format!("/home/{owner}");
    let system = user.system || user.uid.is_some_and(|uid| uid < 1000);
    if user.name == "root" || user.home.as_ref().unwrap_or(&usual) != &file.path {
        return None;
    }
    let group = file.group.as_ref().is_none_or(|group| user.gid.as_ref().unwrap_or(owner) == group);
    if !group {
        return None;
    }
    let of = Of::item(id, &file.from);
    if system && !user.managehome {
        planner.set(Topic::Users, &["users", "users", owner, "createHome"], Expr::Bool(true), of);
    }
    let mode = file.mode.unwrap_or(0o755);
    planner.set(Topic::Users, &["users", "users", owner, "homeMode"], Expr::str(format!("{mode:o}")), of);
    Some(Decision::new(Class::Native, RULE, "users.users.<name>.homeMode"))
}

fn folder(planner: &mut Planner<'_>, file: &File, id: &ItemId, purge: bool) -> Decision {
    if !purge && let Some(decision) = home(planner, file, id) {
        return decision;
    }
    let usual = public(file) && matches!(file.mode, None | Some(0o755));
    let filled = planner.config.files.iter().any(|other| {
        below(&other.path, &file.path)
            && other.path != file.path
            && !matches!(other.kind, FileKind::Absent { .. })
    });
    let mut decision = if usual && below(&file.path, "/etc") && filled {
        Decision::new(Class::Satisfied, RULE, "environment.etc makes the folders of its files")
    } else {
        planner.set(Topic::Files, &tmp(&file.path, "d"), tmpfile(file, Expr::Null), Of::item(id, &file.from));
        Decision::new(Class::Native, RULE, "systemd.tmpfiles.settings")
    };
    if purge && below(&file.path, "/etc") {
        decision = decision.field("purge", Class::Satisfied, "a new host's /etc holds what is declared");
    } else if purge {
        let reason = "NixOS removes only what it made; look for files made by hand";
        decision = decision.field("purge", Class::Manual, reason);
    }
    decision
}

fn link(planner: &mut Planner<'_>, file: &File, id: &ItemId, target: &EcoString) -> Decision {
    let of = Of::item(id, &file.from);
    match file.path.strip_prefix("/etc/").filter(|_| target.starts_with('/')) {
        Some(name) => {
            planner.set(Topic::Files, &["environment", "etc", name, "source"], Expr::Str(target.clone()), of);
        }
        None => {
            let argument = Expr::Str(target.clone());
            planner.set(Topic::Files, &tmp(&file.path, "L+"), Expr::attrs([("argument", argument)]), of);
        }
    }
    Decision::new(Class::Native, RULE, "a link")
        .field("owner", Class::Satisfied, "who owns a link does not matter")
        .field("group", Class::Satisfied, "who owns a link does not matter")
}

fn text_file(planner: &mut Planner<'_>, file: &File, id: &ItemId, (text, replace): (&str, bool)) -> Decision {
    let mut done = Vec::new();
    let mut owned = None;
    if executable(file) || text.starts_with("#!") {
        let found = retarget(planner.packages, text);
        for attribute in &found.packages {
            planner.system_packages.entry(attribute.clone()).or_default().push(id.clone());
        }
        if !found.done.is_empty() {
            owned = Some(in_file(&found));
        }
        done = found.done;
    }
    let text = owned.as_deref().unwrap_or(text);
    let decision = match file.path.strip_prefix("/etc/").filter(|_| replace) {
        Some(name) if inline(text) && !executable(file) => {
            etc(planner, file, id, (name, "text", Expr::str(text)))
        }
        _ => {
            let source = planner.artifact(&file.path, text.as_bytes().to_vec(), executable(file));
            store_file(planner, file, id, (source, replace))
        }
    };
    if done.is_empty() {
        return decision;
    }
    done.dedup();
    let mut decision = decision.flag(Flag::Retargeted);
    decision.verdict.reason = eco_format!("{} with {} replaced", decision.verdict.reason, done.join(", "));
    decision
}

/// Whether a text stands in the host's file: short, whole lines, and nothing that Nix's texts cannot hold.
fn inline(text: &str) -> bool {
    text.lines().count() <= INLINE_LINES && text.ends_with('\n') && !text.contains('\0')
}

fn public(file: &File) -> bool {
    let root = |name: &Option<EcoString>| name.as_deref().is_none_or(|name| name == "root" || name == "0");
    root(&file.owner) && root(&file.group)
}

/// A file whose content lies in the store.
fn store_file(
    planner: &mut Planner<'_>,
    file: &File,
    id: &ItemId,
    (source, replace): (Expr, bool),
) -> Decision {
    let of = Of::item(id, &file.from);
    let argument = Expr::Text(vec![Part::Expr(source.clone())]);
    if !replace {
        planner.set(Topic::Files, &tmp(&file.path, "C"), tmpfile(file, argument), of);
        return Decision::file(RULE, "copied where nothing is there", "");
    }
    if let Some(name) = file.path.strip_prefix("/etc/") {
        return etc(planner, file, id, (name, "source", source));
    }
    let readable = file.mode.is_none_or(|mode| mode & 0o444 == 0o444 && mode & 0o7000 == 0);
    if public(file) && readable {
        planner.set(Topic::Files, &tmp(&file.path, "L+"), Expr::attrs([("argument", argument)]), of);
        return Decision::file(RULE, "a link to the text in the store", "");
    }
    // tmpfiles cannot renew a copy: the file with its owner and mode lies below /etc
    let name = eco_format!("migrate{}", file.path);
    etc(planner, file, id, (&name, "source", source));
    let argument = Expr::Str(eco_format!("/etc/{name}"));
    planner.set(Topic::Files, &tmp(&file.path, "L+"), Expr::attrs([("argument", argument)]), of);
    Decision::file(RULE, "a link to a copy with its owner and mode", "")
}

fn etc(
    planner: &mut Planner<'_>,
    file: &File,
    id: &ItemId,
    (name, how, value): (&str, &str, Expr),
) -> Decision {
    let of = Of::item(id, &file.from);
    let mut entry = vec![(how, value)];
    let mode = file.mode.unwrap_or(0o644);
    let linked = public(file) && matches!(mode, 0o644 | 0o444 | 0o755 | 0o555);
    if !linked {
        entry.push(("mode", Expr::str(format!("{mode:04o}"))));
        for (option, name) in [("user", &file.owner), ("group", &file.group)] {
            if let Some(name) = name.as_ref().filter(|name| *name != "root") {
                entry.push((option, Expr::Str(name.clone())));
            }
        }
    }
    match entry.as_slice() {
        [(how, value)] => {
            planner.set(Topic::Files, &["environment", "etc", name, how], value.clone(), of);
        }
        _ => {
            planner.set(Topic::Files, &["environment", "etc", name], Expr::attrs(entry), of);
        }
    }
    Decision::file(RULE, "verbatim in environment.etc", "")
}

/// A text with secrets: by age as a whole, or put together at activation.
fn secret_file(planner: &mut Planner<'_>, file: &File, id: &ItemId, text: &Text) -> Decision {
    let of = Of::item(id, &file.from);
    if let Some(secret) = only_secret(text.parts()) {
        let name = planner.secret(secret);
        let pairs = [
            ("path", Some(file.path.clone())),
            ("mode", file.mode.map(|mode| eco_format!("{mode:04o}"))),
            ("owner", file.owner.clone()),
            ("group", file.group.clone()),
        ];
        for (option, value) in pairs {
            let usual = matches!(
                (option, value.as_deref()),
                (_, None) | ("owner" | "group", Some("root")) | ("mode", Some("0400"))
            );
            if let Some(value) = value.filter(|_| !usual) {
                planner.set(Topic::Secrets, &["age", "secrets", &name, option], Expr::Str(value), of);
            }
        }
        return Decision::file(RULE, "decrypted to its path by age", "").flag(Flag::NeedsSecret);
    }
    render(planner, file, id, text);
    Decision::file(RULE, "put together at activation from a template and secrets", "").flag(Flag::NeedsSecret)
}

/// A unit that fills a template's secrets in, into `/run`, and a link from the path to it.
fn render(planner: &mut Planner<'_>, file: &File, id: &ItemId, text: &Text) {
    let marker = |name: &str| format!("@secret:{name}@");
    let template = with_markers(text, |secret| marker(&slug(&secret.id)));
    let source = planner.artifact(&format!("{}.in", file.path), template.into_bytes(), false);
    let target = eco_format!("/run/migrate{}", file.path);
    let mut script = vec![Part::Text(eco_format!(
        "install -D -m {:04o} -o {} -g {} ",
        file.mode.unwrap_or(0o600),
        file.owner.as_deref().unwrap_or("root"),
        file.group.as_deref().unwrap_or("root"),
    ))];
    script.push(Part::Expr(source));
    script.push(Part::Text(eco_format!(" {target}\n")));
    let mut names: Vec<EcoString> = text.secrets().map(|secret| planner.secret(secret)).collect();
    names.dedup();
    for name in &names {
        let path = ["config", "age", "secrets", name, "path"].map(Into::into).to_vec();
        script.push(Part::Expr(Expr::select("pkgs.replace-secret")));
        script.push(Part::Text(eco_format!("/bin/replace-secret '{}' ", marker(name))));
        script.push(Part::Expr(Expr::Select(path)));
        script.push(Part::Text(eco_format!(" {target}\n")));
    }
    let of = Of::item(id, &file.from);
    let unit = Expr::attrs([
        ("description", Expr::Str(eco_format!("put secrets into {}", file.path))),
        ("wantedBy", Expr::strings(["multi-user.target"])),
        ("before", Expr::strings(readers_of(planner, file))),
        (
            "serviceConfig",
            Expr::attrs([("Type", Expr::str("oneshot")), ("RemainAfterExit", Expr::Bool(true))]),
        ),
        ("script", Expr::text(script)),
    ]);
    let name = super::jobs::unit_name(planner, &format!("secrets{}", file.path));
    planner.set(Topic::Secrets, &["systemd", "services", &name], unit, of);
    planner.set(Topic::Files, &tmp(&file.path, "L+"), Expr::attrs([("argument", Expr::Str(target))]), of);
}

/// The units that a file notifies or comes before.
fn readers_of(planner: &Planner<'_>, file: &File) -> Vec<EcoString> {
    let id = file_id(file);
    let edges = planner.config.edges.iter().filter(|edge| edge.source == id);
    let services = edges.filter(|edge| edge.target.kind == crate::model::ItemKind::Service);
    services.map(|edge| eco_format!("{}.service", super::services::unit_of(&edge.target.name))).collect()
}

/// Gives each placed file its consumer: what is known to read its path, or a unit, job or read file that mentions
/// it; without one it is manual and flagged.
pub(super) fn consumers(planner: &mut Planner<'_>) {
    let mut open: Vec<&File> = Vec::new();
    for file in &planner.config.files {
        match planner.plan.decisions.get_mut(&file_id(file)) {
            Some(decision) if decision.consumer.as_deref() == Some("") => match known_reader(&file.path) {
                Some(reader) => decision.consumer = Some(reader.into()),
                None => open.push(file),
            },
            _ => {}
        }
    }
    for file in &planner.config.files {
        let read = planner
            .plan
            .decisions
            .get(&file_id(file))
            .is_some_and(|it| it.consumer.as_deref().is_some_and(|reader| !reader.is_empty()));
        if read && let Some(text) = super::plan::plain_text(file) {
            planner.readers.push((file.path.clone(), text.into()));
        }
    }
    while let Some(at) = open.iter().position(|file| mentioned(planner, &file.path).is_some()) {
        let file = open.swap_remove(at);
        let reader = mentioned(planner, &file.path);
        if let Some(decision) = planner.plan.decisions.get_mut(&file_id(file)) {
            decision.consumer = reader;
        }
        if let FileKind::Regular { content: Some(text), .. } = &file.kind {
            planner.readers.push((file.path.clone(), text.masked().into()));
        }
    }
    for file in open {
        unconsumed(planner, file);
    }
}

fn unconsumed(planner: &mut Planner<'_>, file: &File) {
    let reason = "emitted, but no program of the target is known to read it";
    if let Some(decision) = planner.plan.decisions.get_mut(&file_id(file)) {
        let mut flags = std::mem::take(&mut decision.verdict.flags);
        flags.insert(Flag::Unconsumed);
        decision.consumer = None;
        decision.verdict = Verdict { flags, ..Verdict::new(Class::Manual, "no-consumer", reason) };
    }
    planner.stub(&file_id(file), &file.from, reason);
}

/// Programs of NixOS that read a path wherever it came from.
fn known_reader(path: &str) -> Option<&'static str> {
    const READERS: [(&str, &str); 22] = [
        ("/etc/modprobe.d", "modprobe"),
        ("/etc/modules-load.d", "systemd-modules-load"),
        ("/etc/sysctl.d", "systemd-sysctl"),
        ("/etc/binfmt.d", "systemd-binfmt"),
        ("/etc/gai.conf", "the C library"),
        ("/etc/issue", "agetty"),
        ("/etc/motd", "login"),
        ("/etc/services", "the C library"),
        ("/etc/protocols", "the C library"),
        ("/etc/inputrc", "readline"),
        ("/etc/gitconfig", "git"),
        ("/etc/tmux.conf", "tmux"),
        ("/etc/screenrc", "screen"),
        ("/etc/nanorc", "nano"),
        ("/etc/bash_completion.d", "bash-completion"),
        ("/etc/dehydrated", "dehydrated"),
        ("/etc/asound.conf", "alsa-lib"),
        ("/etc/papersize", "libpaper"),
        ("/etc/libvirt", "libvirt"),
        ("/etc/opt/chrome/policies", "Chrome"),
        ("/etc/chromium/policies", "Chromium"),
        ("/etc/hosts.allow", "libwrap"),
    ];
    let found = READERS.iter().find(|(folder, _)| below(path, folder));
    found.map(|(_, reader)| *reader).or_else(|| home_file(path))
}

/// Files in home directories that shells and ssh read.
fn home_file(path: &str) -> Option<&'static str> {
    let (folder, name) = path.rsplit_once('/')?;
    if !(folder.starts_with("/home/") || folder == "/root") {
        return None;
    }
    match name {
        ".bashrc" | ".bash_profile" | ".bash_aliases" | ".profile" | ".bash_logout" => Some("bash"),
        ".zshrc" | ".zprofile" => Some("zsh"),
        ".vimrc" => Some("vim"),
        ".gitconfig" => Some("git"),
        ".tmux.conf" => Some("tmux"),
        ".forward" => Some("the mail server"),
        _ => None,
    }
}

/// What mentions a path, or a folder above it (not the roots of the tree) as a whole or with a pattern.
fn mentioned(planner: &Planner<'_>, path: &str) -> Option<EcoString> {
    let mut candidates: Vec<&str> = vec![path];
    let mut at = path;
    while let Some((folder, _)) = at.rsplit_once('/') {
        if folder.matches('/').count() < 2 {
            break;
        }
        candidates.push(folder);
        at = folder;
    }
    let readers = planner.readers.iter().filter(|(name, _)| name != path);
    let mut readers = readers.filter(|(_, text)| candidates.iter().any(|path| mentions(text, path)));
    readers.next().map(|(name, _)| name.clone())
}

fn mentions(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let after = text.get(at + path.len()..).and_then(|rest| rest.chars().next());
        let before = text.get(..at).and_then(|rest| rest.chars().last());
        let ends = after.is_none_or(|letter| !(letter.is_alphanumeric() || "-_.".contains(letter)));
        ends && before.is_none_or(|letter| !(letter.is_alphanumeric() || "-_./".contains(letter)))
    })
}
