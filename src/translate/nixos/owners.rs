//! Users and groups that files and jobs name but nobody declares: accounts of Debian's base system are declared,
//! those of services must come with their module, others are for a human.

use super::{
    expr::Expr,
    plan::{Of, Planner, Topic, file_id},
};
use crate::{
    model::{FileKind, ItemId, ItemKind},
    translate::{Class, Verdict},
};
use ecow::{EcoString, eco_format};

const RULE: &str = "owners";

/// Accounts of Debian's `base-passwd` that NixOS does not have.
const DEBIAN: [&str; 14] = [
    "www-data", "backup", "daemon", "bin", "sys", "games", "man", "mail", "news", "proxy", "list", "irc",
    "staff", "ssl-cert",
];

/// Accounts that every NixOS host has.
const BASE: [&str; 16] = [
    "root",
    "nobody",
    "nogroup",
    "wheel",
    "adm",
    "users",
    "tty",
    "disk",
    "video",
    "audio",
    "systemd-journal",
    "systemd-network",
    "systemd-resolve",
    "keys",
    "utmp",
    "shadow",
];

/// Accounts that a module brings, with the second and third names of the option that enables it.
const OF_MODULES: [(&str, &str); 12] = [
    ("postgres", "postgresql"),
    ("prometheus", "prometheus"),
    ("rspamd", "rspamd"),
    ("ntp", "ntp"),
    ("nginx", "nginx"),
    ("postfix", "postfix"),
    ("postdrop", "postfix"),
    ("mysql", "mysql"),
    ("redis", "redis"),
    ("memcached", "memcached"),
    ("sshd", "openssh"),
    ("grafana", "grafana"),
];

pub(super) fn owners(planner: &mut Planner<'_>) {
    for file in &planner.config.files {
        let id = file_id(file);
        let written = planner.plan.decisions.get(&id).is_some_and(|it| it.verdict.class >= Class::Native);
        if !written || matches!(file.kind, FileKind::Absent { .. } | FileKind::Link { .. }) {
            continue;
        }
        for (field, name, user) in [("owner", &file.owner, true), ("group", &file.group, false)] {
            if let Some(name) = name {
                settle(planner, &id, (field, name, user));
            }
        }
    }
    let crons =
        planner.config.crons.iter().map(|cron| (ItemId::new(ItemKind::Cron, cron.name.clone()), &cron.user));
    let execs = planner
        .config
        .execs
        .iter()
        .filter_map(|exec| Some((ItemId::new(ItemKind::Exec, exec.name.clone()), exec.user.as_ref()?)));
    for (id, user) in crons.chain(execs).collect::<Vec<_>>() {
        if planner
            .plan
            .decisions
            .get(&id)
            .is_some_and(|it| matches!(it.verdict.class, Class::Unit | Class::File))
        {
            settle(planner, &id, ("user", user, true));
        }
    }
}

fn settle(planner: &mut Planner<'_>, id: &ItemId, (field, name, user): (&str, &EcoString, bool)) {
    if name.parse::<u32>().is_ok() || is_there(planner, name, user) {
        return;
    }
    if DEBIAN.contains(&name.as_str()) {
        return declare(planner, name, user);
    }
    let what = if user { "user" } else { "group" };
    let reason = eco_format!("no {what} `{name}` is declared here, and no module in use brings it");
    if let Some(decision) = planner.plan.decisions.get_mut(id) {
        decision.fields.insert(field.into(), Verdict::new(Class::Manual, RULE, reason));
    }
}

fn is_there(planner: &Planner<'_>, name: &EcoString, user: bool) -> bool {
    let declared = planner.config.users.iter().any(|it| it.name == *name && it.ensure.is_present());
    let groups = planner.config.groups.iter().any(|it| it.name == *name && it.ensure.is_present());
    let kind = if user { "users" } else { "groups" };
    let written = planner.plan.settings.iter().any(|setting| {
        matches!(setting.option.as_slice(), [first, second, third, ..] if first == "users" && second == kind && third == name)
    });
    let module =
        OF_MODULES.iter().filter(|(account, _)| account == name).any(|(_, module)| enabled(planner, module));
    BASE.contains(&name.as_str()) || written || module || if user { declared } else { groups }
}

/// Tells whether every Debian host, or one with certificates, has this group.
pub(super) fn is_of_debian(group: &str) -> bool {
    DEBIAN.contains(&group)
}

fn enabled(planner: &Planner<'_>, module: &str) -> bool {
    planner.plan.settings.iter().any(|setting| {
        matches!(setting.option.as_slice(), [first, second, last] if first == "services" && second == module && last == "enable")
            && setting.value == Expr::Bool(true)
    })
}

/// An account of Debian's base system, for the files that belong to it.
fn declare(planner: &mut Planner<'_>, name: &str, user: bool) {
    if user {
        planner.set(Topic::Users, &["users", "users", name, "isSystemUser"], Expr::Bool(true), Of::NOBODY);
        planner.set(Topic::Users, &["users", "users", name, "group"], Expr::str(name), Of::NOBODY);
    }
    planner.set(Topic::Users, &["users", "groups", name], Expr::Attrs(Vec::new()), Of::NOBODY);
}
