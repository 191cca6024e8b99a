//! What is asked of an evaluated host, and for which resource.
//!
//! In: the desired state of a host. Out: questions: each has an option's path, the value that is wanted there as a Nix
//! expression, and the items it is a witness for. The options come from planning the desired state again, so that
//! what was written is compared with what should have been; accounts, mounts and files are asked for once more by the
//! model itself, without the rules of the translation.

use super::{nix::quoted, prove::plain_name};
use crate::{
    emit,
    model::{
        File, FileKind, Group, HostConfig, HostEntry, ItemId, ItemKind, Mount, MountState, Presence, User,
    },
    options::OptionTable,
    packages::NameMap,
    translate::{
        Class, Flag,
        nixos::{self, Expr, Plan},
    },
};
use ecow::EcoString;
use std::path::Path;

/// One question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The option's path.
    pub(super) path: Vec<EcoString>,
    /// What is wanted there, as Nix.
    pub(super) want: String,
    /// The items it is a witness for.
    pub(super) items: Vec<ItemId>,
    /// Whether it is asked by the model, not by the rules.
    pub(super) direct: bool,
}

impl Question {
    /// Prints it as an entry of the list that `ask.nix` takes.
    pub(super) fn print(&self) -> String {
        let path: Vec<String> = self.path.iter().map(|name| quoted(name)).collect();
        format!("{{ path = [ {} ]; want = {}; }}\n", path.join(" "), self.want)
    }
}

/// Makes the questions of a host. Files of the output are put below `scratch`, `root` is the converted folder.
pub(super) fn questions(config: &HostConfig, root: &Path, scratch: &Path) -> (Vec<Question>, Plan) {
    let plan = nixos::plan(config, &NameMap);
    let place = |key: &str| super::nix::path(&scratch.join(plain_name(key)));
    let within = |path: &str| super::nix::path(&root.join(path));
    let of_plan = plan.settings.iter().map(|setting| Question {
        path: setting.option.to_vec(),
        want: emit::expression(&setting.value, &place, &within),
        items: setting.items.clone(),
        direct: false,
    });
    let mut all: Vec<Question> = of_plan.collect();
    all.extend(direct(config, &plan));
    (all, plan)
}

fn direct(config: &HostConfig, plan: &Plan) -> Vec<Question> {
    let mut all = Vec::new();
    all.extend(config.users.iter().filter_map(user));
    all.extend(config.groups.iter().filter_map(group));
    all.extend(config.mounts.iter().filter_map(mount));
    all.extend(config.host_entries.iter().filter_map(host_entry));
    all.extend(config.files.iter().filter_map(|file| of_file(file, plan)));
    all.extend(packages(plan));
    all.extend(config.ids().filter_map(|(id, _)| module(&id, plan)));
    all
}

/// The packages that the plan installs: nixpkgs has each, for whatever item it is there.
fn packages(plan: &Plan) -> Vec<Question> {
    let list = ["environment", "systemPackages"];
    let lists = plan.settings.iter().filter(|it| it.option.iter().map(EcoString::as_str).eq(list));
    let pieces = lists.flat_map(|setting| &setting.pieces);
    pieces.flat_map(|piece| of_piece(&piece.value, &piece.items)).collect()
}

fn of_piece(value: &Expr, items: &[ItemId]) -> Vec<Question> {
    let Expr::Packages(names) = value else { return Vec::new() };
    let ask = |name: &EcoString| {
        let path = std::iter::once("§pkgs".into()).chain(name.split('.').map(EcoString::from)).collect();
        Question { path, want: "true".into(), items: items.to_vec(), direct: true }
    };
    names.iter().map(ask).collect()
}

/// Rules whose name is not that of the module they set.
const MODULES: [(&str, &str); 4] = [
    ("sshd", "services.openssh"),
    ("sudo", "security.sudo"),
    ("nftables", "networking.nftables"),
    ("units", ""),
];

/// A service or a package that a module brings: the module is on. The rule or its reason names the module.
fn module(id: &ItemId, plan: &Plan) -> Option<Question> {
    let verdict = &plan.decision(id)?.verdict;
    if !matches!(id.kind, ItemKind::Service | ItemKind::Package) || verdict.class == Class::Manual {
        return None;
    }
    if id.kind == ItemKind::Service && verdict.class == Class::Unit {
        return Some(unit(id));
    }
    // a reason that begins with a module names the one that it is about
    let named = verdict.reason.split([' ', ',', ';', '=']).next().filter(|word| word.contains('.'));
    let by_rule =
        MODULES.iter().find(|(rule, _)| *rule == verdict.rule).map(|(_, module)| (*module).to_owned());
    let by_rule = by_rule.unwrap_or_else(|| format!("services.{}", verdict.rule));
    let names = [named.unwrap_or_default().trim_end_matches(".enable").to_owned(), by_rule];
    let path = names.iter().find_map(|name| switch(name))?;
    let off = verdict.reason.ends_with("= false");
    let path: Vec<&str> = path.iter().map(EcoString::as_str).collect();
    Some(question(&path, Expr::Bool(!off), id.clone()))
}

/// The option that turns a module on, where there is such a module.
fn switch(module: &str) -> Option<Vec<EcoString>> {
    let mut node = OptionTable::shipped().root();
    let path: Vec<EcoString> =
        module.split('.').chain(std::iter::once("enable")).map(EcoString::from).collect();
    for name in &path {
        node = node.children.get(name)?;
    }
    node.option.is_some().then_some(path)
}

/// A unit of the site's own: it is there and not disabled.
fn unit(id: &ItemId) -> Question {
    let kinds = [(".timer", "timers"), (".socket", "sockets"), (".target", "targets"), (".path", "paths")];
    let kind = kinds.iter().find_map(|(end, kind)| Some((id.name.strip_suffix(end)?, *kind)));
    let (name, kind) = kind.unwrap_or((id.name.strip_suffix(".service").unwrap_or(&id.name), "services"));
    question(&["systemd", kind, name, "enable"], Expr::Bool(true), id.clone())
}

fn question(path: &[&str], want: Expr, item: ItemId) -> Question {
    let path = path.iter().map(|&name| name.into()).collect();
    let nowhere = |_: &str| "null".to_owned();
    Question { path, want: emit::expression(&want, &nowhere, &nowhere), items: vec![item], direct: true }
}

/// What must not be there.
fn absent(path: &[&str], item: ItemId) -> Question {
    Question { want: "missing".into(), ..question(path, Expr::Null, item) }
}

fn user(user: &User) -> Option<Question> {
    let mut want: Vec<(&str, Expr)> = Vec::new();
    want.extend(user.uid.map(|uid| ("uid", Expr::Int(uid))));
    want.extend(user.home.clone().map(|home| ("home", Expr::Str(home))));
    if !user.groups.is_empty() {
        want.push(("extraGroups", Expr::strings(user.groups.iter().cloned())));
    }
    if !user.ensure.is_present() {
        return Some(absent(&["users", "users", &user.name], item(ItemKind::User, &user.name)));
    }
    (!want.is_empty()).then(|| {
        question(&["users", "users", &user.name], Expr::attrs(want), item(ItemKind::User, &user.name))
    })
}

fn group(group: &Group) -> Option<Question> {
    if group.ensure == Presence::Absent {
        return Some(absent(&["users", "groups", &group.name], item(ItemKind::Group, &group.name)));
    }
    let gid = group.gid?;
    let path = ["users", "groups", &group.name, "gid"];
    Some(question(&path, Expr::Int(gid), item(ItemKind::Group, &group.name)))
}

fn mount(mount: &Mount) -> Option<Question> {
    let there = matches!(mount.state, MountState::Mounted | MountState::Defined | MountState::Unmounted);
    if !there || mount.fstype.as_deref() == Some("swap") {
        return None;
    }
    let mut want = vec![("device", Expr::Str(mount.device.clone()?))];
    want.extend(mount.fstype.clone().map(|fstype| ("fsType", Expr::Str(fstype))));
    let path = ["fileSystems", mount.path.as_str()];
    Some(question(&path, Expr::attrs(want), item(ItemKind::Mount, &mount.path)))
}

fn host_entry(entry: &HostEntry) -> Option<Question> {
    let ip = entry.ip.as_ref().filter(|_| entry.ensure.is_present())?;
    // NixOS has these in a file of its own that it puts before
    let own = |name: &&EcoString| ["localhost", "ip6-localhost"].contains(&name.as_str());
    let names = std::iter::once(&entry.name).chain(&entry.aliases).filter(|name| !own(name)).cloned();
    let path = ["networking", "hosts", ip.as_str()];
    Some(question(&path, Expr::strings(names), item(ItemKind::HostEntry, &entry.name)))
}

/// A file under `/etc` whose text NixOS has: it must be the very text. One that is to be absent must not be there.
fn of_file(file: &File, plan: &Plan) -> Option<Question> {
    let id = item(ItemKind::File, &file.path);
    let name = file.path.strip_prefix("/etc/")?;
    let decision = plan.decision(&id)?;
    match &file.kind {
        FileKind::Absent { .. } => Some(absent(&["environment", "etc", name], id)),
        FileKind::Regular { content: Some(text), replace: true, .. } => {
            let retargeted = decision.verdict.flags.contains(&Flag::Retargeted);
            let by_text = |setting: &nixos::Setting| {
                setting.option.iter().map(EcoString::as_str).eq(["environment", "etc", name, "text"])
            };
            let has_text = plan.settings.iter().any(by_text) && !retargeted;
            let text = text.as_plain().filter(|_| has_text)?;
            Some(question(&["environment", "etc", name, "text"], Expr::str(text), id))
        }
        FileKind::Regular { .. } | FileKind::Directory { .. } | FileKind::Link { .. } => None,
    }
}

fn item(kind: ItemKind, name: &str) -> ItemId {
    ItemId::new(kind, name)
}
