//! Commands: known idioms, one-time initialisations as units, else for a human.

use super::{
    expr::{Expr, Part},
    plan::{Decision, Of, Planner, Topic},
    retarget::{bare_programs, retarget},
};
use crate::{
    model::{EdgeKind, Exec, ItemId, ItemKind},
    translate::{Class, Flag},
};
use ecow::{EcoString, eco_format};

const RULE: &str = "exec";

/// Commands whose effect another mechanism has: a text the command contains, the class and why.
const IDIOMS: [(&str, Class, &str); 30] = [
    ("systemctl daemon-reload", Class::Satisfied, "a switch reloads systemd"),
    ("systemctl --system daemon-reload", Class::Satisfied, "a switch reloads systemd"),
    ("apt-get update", Class::Dropped, "nixpkgs has no package lists"),
    ("apt-get -qq update", Class::Dropped, "nixpkgs has no package lists"),
    ("apt update", Class::Dropped, "nixpkgs has no package lists"),
    ("apt-key", Class::Dropped, "nixpkgs has no keys of apt"),
    ("dpkg-reconfigure", Class::Dropped, "debconf has no meaning on NixOS"),
    ("debconf-set-selections", Class::Dropped, "debconf has no meaning on NixOS"),
    ("update-alternatives", Class::Dropped, "alternatives have no meaning on NixOS"),
    ("sysctl -q -p", Class::Satisfied, "systemd-sysctl restarts when the values change"),
    ("sysctl -p", Class::Satisfied, "systemd-sysctl restarts when the values change"),
    ("sysctl --system", Class::Satisfied, "systemd-sysctl restarts when the values change"),
    ("systemd-tmpfiles --create", Class::Satisfied, "a switch runs systemd-tmpfiles"),
    ("udevadm control --reload", Class::Satisfied, "a switch reloads udev"),
    ("udevadm trigger", Class::Satisfied, "a switch reloads udev"),
    ("locale-gen", Class::Satisfied, "locales are built with the system"),
    ("update-locale", Class::Satisfied, "i18n options set the locale"),
    ("update-ca-certificates", Class::Satisfied, "the bundle is built with the system"),
    ("update-grub", Class::Satisfied, "a switch writes the boot loader's menu"),
    ("update-initramfs", Class::Satisfied, "the initrd is built with the system"),
    ("newaliases", Class::Satisfied, "the mail server's unit builds its aliases"),
    ("nginx -t", Class::Satisfied, "the unit checks the configuration before each start and reload"),
    ("sshd -t", Class::Satisfied, "the configuration is checked when it is built"),
    ("pam-auth-update", Class::Dropped, "services of PAM are NixOS's modules"),
    ("a2enmod", Class::Satisfied, "what httpd loads stands in its files"),
    ("a2dismod", Class::Satisfied, "what httpd loads stands in its files"),
    ("exportfs", Class::Satisfied, "the unit exports what the module writes when it changes"),
    ("depmod", Class::Satisfied, "the kernel's modules are indexed when the system is built"),
    ("postmap", Class::Satisfied, "the mail server's unit runs postmap on the module's tables"),
    ("visudo -c", Class::Satisfied, "sudoers are checked when they are built"),
];

pub(super) fn execs(planner: &mut Planner<'_>) {
    for exec in &planner.config.execs {
        let id = ItemId::new(ItemKind::Exec, exec.name.clone());
        if planner.is_open(&id) {
            let decision = one(planner, exec, &id);
            if decision.verdict.class == Class::Manual {
                planner.stub(&id, &exec.from, decision.verdict.reason.clone());
            }
            planner.decide(id, decision);
        }
    }
}

fn one(planner: &mut Planner<'_>, exec: &Exec, id: &ItemId) -> Decision {
    let Some(command) = exec.command.as_plain() else {
        return Decision::new(Class::Manual, RULE, "the command holds a secret").flag(Flag::NeedsSecret);
    };
    if let Some((_, class, reason)) = IDIOMS.iter().find(|(idiom, ..)| has_command(command, idiom)) {
        return Decision::new(*class, "exec-idiom", *reason);
    }
    if exec.refreshonly {
        return match restarted(command) {
            Some(unit) => Decision::new(
                Class::Satisfied,
                "exec-restart",
                eco_format!("a switch restarts what {unit} reads"),
            ),
            None => Decision::new(Class::Manual, RULE, "runs only when something changes"),
        };
    }
    if exec.creates.is_empty() && exec.unless.is_empty() && exec.onlyif.is_empty() {
        return Decision::new(Class::Manual, RULE, "runs at every agent run");
    }
    once(planner, exec, id, command)
}

/// Tells whether a text has a command, its program given with or without a folder.
fn has_command(text: &str, command: &str) -> bool {
    text.match_indices(command).any(|(at, _)| {
        let before = text.get(..at).and_then(|rest| rest.chars().last());
        before.is_none_or(|letter| letter == '/' || letter.is_whitespace())
    })
}

/// The service that a command restarts or reloads.
fn restarted(command: &str) -> Option<&str> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let program = words.first().and_then(|word| word.rsplit('/').next())?;
    let acts = |word: &&&str| {
        ["start", "restart", "reload", "try-restart", "reload-or-restart", "force-reload"].contains(word)
    };
    match (program, words.as_slice()) {
        ("systemctl", [_, rest @ ..]) if rest.iter().any(|word| acts(&word)) => rest.last().copied(),
        ("service" | "invoke-rc.d", [_, name, action, ..]) if acts(&action) => Some(name),
        ("pg_ctlcluster", [.., action]) if acts(&action) => Some("postgresql"),
        _ => None,
    }
}

/// A unit that runs the command once its conditions say so, at boot and at a switch.
fn once(planner: &mut Planner<'_>, exec: &Exec, id: &ItemId, command: &str) -> Decision {
    let texts = exec.onlyif.iter().chain(&exec.unless).map(EcoString::as_str).chain([command]);
    let found: Vec<_> = texts.map(|text| retarget(planner.packages, text)).collect();
    if let Some(path) = found.iter().flat_map(|found| &found.unknown).next() {
        return Decision::new(Class::Manual, RULE, eco_format!("no package is known that has `{path}`"));
    }
    let all = exec.onlyif.iter().chain(&exec.unless).map(EcoString::as_str).chain([command]);
    let mut bare: Vec<EcoString> = Vec::new();
    for name in all.flat_map(|text| bare_programs(planner.packages, text)) {
        if !bare.contains(&name) {
            bare.push(name);
        }
    }
    let unknown = exec
        .onlyif
        .iter()
        .chain(&exec.unless)
        .map(EcoString::as_str)
        .chain([command])
        .find_map(|text| unknown_program(planner, text));
    if let Some(name) = unknown {
        return Decision::new(
            Class::Manual,
            RULE,
            eco_format!("no package is known that has the program `{name}`"),
        );
    }
    planner.reads(eco_format!("unit of exec {}", exec.name), command);
    let retargeted = found.iter().any(|found| !found.done.is_empty());
    let unit = unit(planner, exec, id, (bare, found));
    let name = super::jobs::unit_name(planner, &exec.name);
    planner.set(Topic::Jobs, &["systemd", "services", &name], unit, Of::item(id, &exec.from));
    Decision::new(Class::Unit, "exec-once", "a unit that runs it where its conditions hold")
        .flag_if(retargeted, Flag::Retargeted)
}

/// The first word of a simple command that no package is known for.
fn unknown_program<'t>(planner: &Planner<'_>, text: &'t str) -> Option<&'t str> {
    const SHELL: [&str; 12] =
        ["test", "[", "!", "cd", "echo", "true", "false", "exit", "if", "for", "while", "set"];
    let first = text.split_whitespace().next()?;
    let known = first.contains('/') || SHELL.contains(&first) || first.contains('=');
    (!known && planner.packages.program(first).is_none()).then_some(first)
}

fn unit(
    planner: &Planner<'_>,
    exec: &Exec,
    id: &ItemId,
    (bare, found): (Vec<EcoString>, Vec<super::retarget::Retargeted>),
) -> Expr {
    let mut entries = vec![("wantedBy", Expr::strings(["multi-user.target"]))];
    let (after, before) = neighbours(planner, id);
    if !after.is_empty() {
        entries.push(("after", Expr::strings(after)));
    }
    if !before.is_empty() {
        entries.push(("before", Expr::strings(before)));
    }
    if let Some(pairs) = environment(&exec.environment) {
        entries.push(("environment", pairs));
    }
    if !bare.is_empty() {
        entries.push(("path", Expr::Packages(bare)));
    }
    if !exec.creates.is_empty() {
        let paths = exec.creates.iter().map(|path| eco_format!("!{path}"));
        entries.push(("unitConfig", Expr::attrs([("ConditionPathExists", one_or_list(paths.collect()))])));
    }
    let mut service = vec![("Type", Expr::str("oneshot")), ("RemainAfterExit", Expr::Bool(true))];
    if let Some(user) = &exec.user {
        service.push(("User", Expr::Str(user.clone())));
    }
    if let Some(folder) = &exec.cwd {
        service.push(("WorkingDirectory", Expr::Str(folder.clone())));
    }
    entries.push(("serviceConfig", Expr::attrs(service)));
    entries.push(("script", script(exec, found)));
    Expr::attrs(entries)
}

fn one_or_list(mut texts: Vec<EcoString>) -> Expr {
    match (texts.len(), texts.pop()) {
        (1, Some(one)) => Expr::Str(one),
        (_, last) => Expr::strings(texts.into_iter().chain(last)),
    }
}

fn environment(lines: &[EcoString]) -> Option<Expr> {
    let pairs = lines.iter().filter_map(|line| line.split_once('=')).filter(|(name, _)| *name != "PATH");
    let pairs: Vec<(&str, Expr)> = pairs.map(|(name, value)| (name, Expr::str(value))).collect();
    (!pairs.is_empty()).then(|| Expr::attrs(pairs))
}

/// Conditions as early exits, then the command.
fn script(exec: &Exec, found: Vec<super::retarget::Retargeted>) -> Expr {
    let (mut parts, only) = (Vec::new(), exec.onlyif.len());
    let conditions = only + exec.unless.len();
    let text = |text: &str| Part::Text(text.into());
    for (at, one) in found.into_iter().enumerate() {
        if at >= conditions {
            parts.extend(one.parts);
            continue;
        }
        parts.push(text(if at < only { "if ! ( " } else { "if ( " }));
        parts.extend(one.parts);
        parts.push(text(" ); then exit 0; fi\n"));
    }
    parts.push(text("\n"));
    Expr::text(parts)
}

/// The units before and after an exec, by its edges to services and other execs.
fn neighbours(planner: &Planner<'_>, id: &ItemId) -> (Vec<EcoString>, Vec<EcoString>) {
    let unit = |other: &ItemId| {
        if other.kind == ItemKind::Service {
            return Some(eco_format!("{}.service", super::services::unit_of(&other.name)));
        }
        let name = crate::translate::attributes::slug(&other.name).replace(".", "-");
        (other.kind == ItemKind::Exec && made(planner, other)).then(|| eco_format!("{name}.service"))
    };
    let edges = planner.config.edges.iter().filter(|edge| edge.kind == EdgeKind::Before);
    let (mut after, mut before) = (Vec::new(), Vec::new());
    for edge in edges {
        if edge.target == *id {
            after.extend(unit(&edge.source));
        } else if edge.source == *id {
            before.extend(unit(&edge.target));
        }
    }
    (after, before)
}

/// Tells whether an exec is one that can be a unit.
fn made(planner: &Planner<'_>, id: &ItemId) -> bool {
    let exec = planner.config.execs.iter().find(|exec| exec.name == id.name);
    exec.is_some_and(|exec| !exec.refreshonly && (!exec.creates.is_empty() || !exec.unless.is_empty()))
}
