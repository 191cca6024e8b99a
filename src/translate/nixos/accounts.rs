//! Users, groups and keys: `users.users`, `users.groups`.

use super::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic},
};
use crate::{
    model::{AuthorizedKey, Group, ItemId, ItemKind, Presence, User},
    translate::{Class, Flag, Verdict},
};
use ecow::{EcoString, eco_format};

/// Groups that every NixOS host has.
const NIXOS_GROUPS: [&str; 24] = [
    "root",
    "wheel",
    "kmem",
    "tty",
    "messagebus",
    "disk",
    "audio",
    "floppy",
    "uucp",
    "lp",
    "cdrom",
    "tape",
    "video",
    "dialout",
    "utmp",
    "adm",
    "keys",
    "users",
    "systemd-journal",
    "nixbld",
    "shadow",
    "input",
    "kvm",
    "render",
];

const GROUPS: &str = "groups";
const USERS: &str = "users";
const KEYS: &str = "authorized-keys";

pub(super) fn groups(planner: &mut Planner<'_>) {
    for group in &planner.config.groups {
        let id = ItemId::new(ItemKind::Group, group.name.clone());
        if planner.is_open(&id) {
            let decision = one_group(planner, group, &id);
            planner.decide(id, decision);
        }
    }
}

fn one_group(planner: &mut Planner<'_>, group: &Group, id: &ItemId) -> Decision {
    if group.ensure == Presence::Absent {
        return Decision::new(Class::Satisfied, GROUPS, "no module declares this group").flag(Flag::Absent);
    }
    let of = Of::item(id, &group.from);
    let known = NIXOS_GROUPS.contains(&group.name.as_str());
    match group.gid {
        Some(0) if group.name == "root" => {}
        Some(gid) => {
            planner.set(Topic::Users, &["users", "groups", &group.name, "gid"], Expr::Int(gid), of);
        }
        None if known => return Decision::new(Class::Satisfied, GROUPS, "every NixOS host has this group"),
        None => {
            planner.set(Topic::Users, &["users", "groups", &group.name], Expr::Attrs(Vec::new()), of);
        }
    }
    Decision::new(Class::Native, GROUPS, "users.groups").flag_if(group.gid.is_none(), Flag::Unpinned).field(
        "system",
        Class::Satisfied,
        "a group is a system group by its gid only",
    )
}

pub(super) fn users(planner: &mut Planner<'_>) {
    for user in &planner.config.users {
        let id = ItemId::new(ItemKind::User, user.name.clone());
        if planner.is_open(&id) {
            let decision = one_user(planner, user, &id);
            planner.decide(id, decision);
        }
    }
}

fn one_user(planner: &mut Planner<'_>, user: &User, id: &ItemId) -> Decision {
    if user.ensure == Presence::Absent {
        return Decision::new(Class::Satisfied, USERS, "no module declares this user").flag(Flag::Absent);
    }
    let root = user.name == "root";
    let system = user.system || user.uid.is_some_and(|uid| uid < 1000);
    let mut decision = Decision::new(Class::Native, USERS, "users.users");
    let mut put = Put { planner, user, id };
    if !root {
        put.set(if system { "isSystemUser" } else { "isNormalUser" }, Expr::Bool(true));
    }
    match user.uid {
        Some(0) if root => decision = decision.field("uid", Class::Satisfied, "root has uid 0"),
        Some(uid) => put.set("uid", Expr::Int(uid)),
        None if root => {}
        None => decision = decision.flag(Flag::Unpinned),
    }
    if let Some(comment) = &user.comment {
        put.set("description", Expr::Str(comment.clone()));
    }
    if !root || user.gid.is_some() {
        decision = put.primary_group(decision);
    }
    decision = put.groups(decision);
    let usual: EcoString = if root { "/root".into() } else { eco_format!("/home/{}", user.name) };
    match &user.home {
        Some(home) if (root || !system) && *home == usual => {
            decision = decision.field("home", Class::Satisfied, "the default");
        }
        Some(home) => put.set("home", Expr::Str(home.clone())),
        None => {}
    }
    if user.managehome && system {
        put.set("createHome", Expr::Bool(true));
    } else {
        decision = decision.field("managehome", Class::Satisfied, "the default");
    }
    decision = put.shell(decision, system);
    decision = put.password(decision);
    if user.purge_ssh_keys {
        decision = purge_keys(planner, decision);
    }
    decision
}

struct Put<'p, 'a, 'u> {
    planner: &'p mut Planner<'a>,
    user: &'u User,
    id: &'u ItemId,
}

impl Put<'_, '_, '_> {
    fn set(&mut self, option: &str, value: Expr) {
        let of = Of::item(self.id, &self.user.from);
        self.planner.set(Topic::Users, &["users", "users", &self.user.name, option], value, of);
    }

    /// Debian gives each user a group of its own name where none is told.
    fn primary_group(&mut self, decision: Decision) -> Decision {
        let (user, config) = (self.user, self.planner.config);
        let told = user.gid.clone();
        let group = match &told {
            Some(gid) => match gid.parse::<i64>() {
                Ok(number) => match config.groups.iter().find(|group| group.gid == Some(number)) {
                    Some(group) => group.name.clone(),
                    None => return decision.field("gid", Class::Manual, "no group of this gid is declared"),
                },
                Err(_) => gid.clone(),
            },
            None => user.name.clone(),
        };
        let declared = config.groups.iter().any(|known| known.name == group);
        if !declared && !NIXOS_GROUPS.contains(&group.as_str()) {
            let of = Of::item(self.id, &user.from);
            self.planner.set(Topic::Users, &["users", "groups", &group], Expr::Attrs(Vec::new()), of);
        }
        self.set("group", Expr::Str(group));
        decision.flag_if(!declared && told.is_some(), Flag::Unpinned)
    }

    fn groups(&mut self, decision: Decision) -> Decision {
        if self.user.groups.is_empty() {
            return decision;
        }
        let config = self.planner.config;
        let exists = |name: &&EcoString| {
            NIXOS_GROUPS.contains(&name.as_str()) || config.groups.iter().any(|group| group.name == **name)
        };
        for name in self.user.groups.iter().filter(|name| !exists(name) && super::owners::is_of_debian(name))
        {
            self.planner.set(Topic::Users, &["users", "groups", name], Expr::Attrs(Vec::new()), Of::NOBODY);
        }
        let exists = |name: &&EcoString| exists(name) || super::owners::is_of_debian(name);
        let missing: Vec<EcoString> = self.user.groups.iter().filter(|name| !exists(name)).cloned().collect();
        self.set("extraGroups", Expr::strings(self.user.groups.iter().cloned()));
        if missing.is_empty() {
            return decision;
        }
        let reason = eco_format!("NixOS has no group {} unless a module brings it", missing.join(", "));
        decision.field("groups", Class::Manual, reason)
    }

    fn shell(&mut self, decision: Decision, system: bool) -> Decision {
        let Some(shell) = &self.user.shell else { return decision };
        match shell.rsplit('/').next().unwrap_or_default() {
            "nologin" | "false" if system => {
                decision.field("shell", Class::Satisfied, "the default of system users")
            }
            "nologin" | "false" => {
                self.set("shell", Expr::select("pkgs.shadow"));
                decision
            }
            "bash" if !system || self.user.name == "root" => {
                decision.field("shell", Class::Satisfied, "the default of NixOS")
            }
            "bash" => {
                self.set("shell", Expr::select("pkgs.bashInteractive"));
                decision
            }
            "sh" => {
                self.set("shell", Expr::str("/bin/sh"));
                decision
            }
            name @ ("zsh" | "fish") => {
                self.set("shell", Expr::select(&format!("pkgs.{name}")));
                let of = Of::item(self.id, &self.user.from);
                self.planner.set(Topic::Users, &["programs", name, "enable"], Expr::Bool(true), of);
                decision
            }
            _ => {
                let reason = eco_format!("`{shell}` is no shell of NixOS; the default is used");
                decision.field("shell", Class::Manual, reason)
            }
        }
    }

    fn password(&mut self, decision: Decision) -> Decision {
        let Some(password) = &self.user.password else { return decision };
        match password.as_plain() {
            Some("!" | "!!" | "*" | "!*" | "x" | "NP") => {
                decision.field("password", Class::Satisfied, "no password is the default")
            }
            Some(_) => decision.field("password", Class::Manual, "an empty password lets everybody in"),
            None => {
                let Some(secret) = password.secrets().next().cloned() else { return decision };
                let name = self.planner.secret(&secret);
                let path = ["config", "age", "secrets", &name, "path"].map(Into::into).to_vec();
                self.set("hashedPasswordFile", Expr::Select(path));
                let mut decision = decision;
                let verdict =
                    Verdict::new(Class::Native, USERS, "hashedPasswordFile").flag(Flag::NeedsSecret);
                decision.fields.insert("password".into(), verdict);
                decision
            }
        }
    }
}

/// Keys in home directories are not read where every user with declared keys wants other keys removed.
fn purge_keys(planner: &mut Planner<'_>, decision: Decision) -> Decision {
    let purges =
        |name: &EcoString| planner.config.users.iter().any(|user| user.name == *name && user.purge_ssh_keys);
    if !planner.config.authorized_keys.iter().all(|key| purges(&key.user)) {
        let reason = "keys in home directories are still read, for the users whose keys are not purged";
        return decision.field("purge_ssh_keys", Class::Manual, reason);
    }
    let option = ["services", "openssh", "authorizedKeysInHomedir"];
    planner.set(Topic::Services, &option, Expr::Bool(false), Of::NOBODY);
    decision.field("purge_ssh_keys", Class::Native, "sshd reads the declared keys only")
}

pub(super) fn keys(planner: &mut Planner<'_>) {
    for key in &planner.config.authorized_keys {
        let id = ItemId::new(ItemKind::AuthorizedKey, key.name.clone());
        if planner.is_open(&id) {
            let decision = one_key(planner, key, &id);
            planner.decide(id, decision);
        }
    }
}

fn one_key(planner: &mut Planner<'_>, key: &AuthorizedKey, id: &ItemId) -> Decision {
    if key.ensure == Presence::Absent {
        return Decision::new(Class::Satisfied, KEYS, "no module declares this key").flag(Flag::Absent);
    }
    let options = if key.options.is_empty() { String::new() } else { format!("{} ", key.options.join(",")) };
    let line = eco_format!("{options}{} {} {}", key.algorithm, key.key, key.name);
    let option = ["users", "users", &key.user, "openssh", "authorizedKeys", "keys"];
    planner.push(Topic::Users, &option, Expr::Str(line), Of::item(id, &key.from));
    Decision::new(Class::Native, KEYS, "openssh.authorizedKeys.keys")
}
