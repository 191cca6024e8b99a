//! Crontab entries: timers of the same schedule, or lines for cron where only cron does the same.

use super::{
    calendar,
    expr::Expr,
    plan::{Decision, Of, Planner, Topic},
    retarget::{Retargeted, bare_programs, in_file, retarget},
};
use crate::{
    model::{Cron, ItemId, ItemKind, Presence},
    translate::{Class, Flag, attributes::slug},
};
use ecow::{EcoString, eco_format};

const RULE: &str = "cron";

pub(super) fn crons(planner: &mut Planner<'_>) {
    for cron in &planner.config.crons {
        let id = ItemId::new(ItemKind::Cron, cron.name.clone());
        let decision = one(planner, cron, &id);
        if decision.verdict.class == Class::Manual {
            planner.stub(&id, &cron.from, decision.verdict.reason.clone());
        }
        planner.decide(id, decision);
    }
}

fn one(planner: &mut Planner<'_>, cron: &Cron, id: &ItemId) -> Decision {
    if cron.ensure == Presence::Absent {
        return Decision::new(Class::Satisfied, RULE, "no module declares this job").flag(Flag::Absent);
    }
    let Some(command) = cron.command.as_plain() else {
        return Decision::new(Class::Manual, RULE, "the command holds a secret").flag(Flag::NeedsSecret);
    };
    if runs_puppet(command) {
        return Decision::new(Class::Dropped, "puppet-itself", "Puppet's agent is retired");
    }
    let found = retarget(planner.packages, command);
    if let Some(path) = found.unknown.first() {
        return Decision::new(Class::Manual, RULE, eco_format!("no package is known that has `{path}`"));
    }
    planner.reads(eco_format!("cron job {}", cron.name), command);
    let mails = cron.environment.iter().any(|line| line.starts_with("MAILTO="));
    if mails || command.contains('%') {
        return crontab_line(planner, cron, id, &found);
    }
    timer(planner, cron, id, (command, found))
}

/// Whether a command is a run of Puppet's agent, or of `apply`: perhaps after a test or a pause, and with nothing after.
fn runs_puppet(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let Some(at) = words.iter().position(|word| *word == "puppet" || word.ends_with("/puppet")) else {
        return false;
    };
    let (before, after) = words.split_at(at);
    let waits = before.first().is_none_or(|first| matches!(*first, "test" | "[" | "sleep"));
    let ends = |word: &&str| matches!(*word, "|" | "||" | "&&" | ";") || word.ends_with(';');
    waits && matches!(after.get(1), Some(&("agent" | "apply"))) && !after.iter().any(ends)
}

/// A line of the system crontab: who is mailed and `%` are cron's own.
fn crontab_line(planner: &mut Planner<'_>, cron: &Cron, id: &ItemId, found: &Retargeted) -> Decision {
    let of = Of::item(id, &cron.from);
    planner.set(Topic::Jobs, &["services", "cron", "enable"], Expr::Bool(true), Of::NOBODY);
    let option = ["services", "cron", "systemCronJobs"];
    if !cron.environment.iter().any(|line| line.starts_with("MAILTO=")) && has_mailto(planner) {
        // the line of an earlier job still holds
        planner.push(Topic::Jobs, &option, Expr::Str(eco_format!("MAILTO={}", cron.user)), of);
    }
    for line in &cron.environment {
        planner.push(Topic::Jobs, &option, Expr::Str(line.clone()), of);
    }
    let when = match &cron.special {
        Some(special) => format!("@{special}"),
        None => cron.schedule.join(" "),
    };
    for attribute in &found.packages {
        planner.system_packages.entry(attribute.clone()).or_default().push(id.clone());
    }
    let line = eco_format!("{when} {} {}", cron.user, in_file(found));
    planner.push(Topic::Jobs, &option, Expr::Str(line), of);
    let reason = match found.done.is_empty() {
        true => eco_format!("the same line in the system crontab"),
        false => eco_format!("a line in the system crontab with {} replaced", found.done.join(", ")),
    };
    Decision::file(RULE, reason, "cron").flag_if(!found.done.is_empty(), Flag::Retargeted)
}

fn has_mailto(planner: &Planner<'_>) -> bool {
    planner.plan.settings.iter().any(|setting| {
        let Expr::List(lines) = &setting.value else { return false };
        setting.option.last().is_some_and(|last| last == "systemCronJobs")
            && lines.iter().any(|line| matches!(line, Expr::Str(text) if text.starts_with("MAILTO=")))
    })
}

fn timer(
    planner: &mut Planner<'_>,
    cron: &Cron,
    id: &ItemId,
    (command, found): (&str, Retargeted),
) -> Decision {
    let reboot = cron.special.as_deref() == Some("reboot");
    let events = match &cron.special {
        Some(special) if !reboot => calendar::special(special).map(|event| vec![event.to_owned()]),
        Some(_) => Some(Vec::new()),
        None => calendar::events(&cron.schedule),
    };
    let Some(events) = events else {
        return Decision::new(Class::Manual, RULE, "the schedule is not one that cron knows");
    };
    let name = unit_name(planner, &cron.name);
    let mut unit = vec![("description", Expr::Str(cron.name.clone()))];
    unit.extend(environment(&cron.environment));
    let bare = bare_programs(planner.packages, command);
    if !bare.is_empty() {
        unit.push(("path", Expr::Packages(bare)));
    }
    unit.push(("script", Expr::text(found.parts)));
    let mut service = vec![("Type", Expr::str("oneshot")), ("User", Expr::Str(cron.user.clone()))];
    if reboot {
        service.push(("RemainAfterExit", Expr::Bool(true)));
        unit.push(("wantedBy", Expr::strings(["multi-user.target"])));
        unit.push(("restartIfChanged", Expr::Bool(false)));
    }
    unit.push(("serviceConfig", Expr::attrs(service)));
    match events.as_slice() {
        [] => {}
        [one] => unit.push(("startAt", Expr::str(one.as_str()))),
        several => unit.push(("startAt", Expr::strings(several.iter().map(String::as_str)))),
    }
    let of = Of::item(id, &cron.from);
    planner.set(Topic::Jobs, &["systemd", "services", &name], Expr::attrs(unit), of);
    let events = if reboot { "at boot".to_owned() } else { events.join(" and ") };
    Decision::new(Class::Unit, RULE, eco_format!("a timer that elapses {events}"))
        .flag_if(!found.done.is_empty(), Flag::Retargeted)
}

/// `NAME=value` lines as `environment`; `PATH` is the unit's own matter.
fn environment(lines: &[EcoString]) -> Option<(&'static str, Expr)> {
    let pairs = lines.iter().filter_map(|line| line.split_once('=')).filter(|(name, _)| *name != "PATH");
    let pairs: Vec<(&str, Expr)> = pairs.map(|(name, value)| (name, Expr::str(value))).collect();
    (!pairs.is_empty()).then(|| ("environment", Expr::attrs(pairs)))
}

/// A unit name that nothing else in this host's plan has.
pub(super) fn unit_name(planner: &Planner<'_>, title: &str) -> EcoString {
    let name = slug(title).replace(".", "-");
    let taken = |name: &EcoString| {
        let option = ["systemd".into(), "services".into(), name.clone()];
        planner.plan.settings.iter().any(|setting| setting.option == option)
            || planner.config.services.iter().any(|service| service.name == *name)
    };
    (1..)
        .map(|n| if n == 1 { name.clone() } else { eco_format!("{name}-{n}") })
        .find(|it| !taken(it))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_puppet_itself_is_known_by_its_words() {
        assert!(runs_puppet("/opt/puppetlabs/bin/puppet agent --onetime --no-daemonize > /dev/null 2>&1"));
        assert!(runs_puppet("test -e /etc/nopuppet && puppet agent -t"));
        assert!(!runs_puppet("puppet agent -t; /usr/local/bin/report"));
        assert!(!runs_puppet("/usr/local/bin/first && puppet agent -t"));
        assert!(!runs_puppet("/usr/bin/find /var/cache/puppet -delete"));
        assert!(!runs_puppet("puppet lookup x"));
    }
}
