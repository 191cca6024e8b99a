//! Files of cron: `services.cron.cronFiles`, and units with timers for the scripts of `cron.hourly` and its kind.
//!
//! Claims `/etc/crontab`, `/etc/cron.d` and the four folders of scripts. The lines of `cron.d` have a user, as those
//! of NixOS's one crontab, into which the module puts the files one after another. A variable in one of them would
//! hold for the next too, so that a file that sets one must be the only one. Debian's crontab runs the scripts at fixed
//! times; a timer of the same time runs each. Fixture: `fixtures/stacks`.

use super::{absent, service_id};
use crate::{
    model::{File, FileKind},
    translate::{
        Class, Flag,
        nixos::{
            expr::{Expr, Part},
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
            retarget::{in_file, retarget},
        },
    },
};

const RULE: &str = "cron-files";

/// The folders of scripts with the times of Debian's `/etc/crontab`.
const FOLDERS: [(&str, &str); 4] = [
    ("/etc/cron.hourly", "*-*-* *:17:00"),
    ("/etc/cron.daily", "*-*-* 06:25:00"),
    ("/etc/cron.weekly", "Sun *-*-* 06:47:00"),
    ("/etc/cron.monthly", "*-*-01 06:52:00"),
];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for (folder, when) in FOLDERS {
        for file in planner.open_below(folder) {
            if !absent(planner, file, RULE) {
                script(planner, file, when);
            }
        }
        super::folded_folder(planner, folder, RULE);
    }
    let mut files = planner.open_below("/etc/cron.d");
    files.extend(planner.open_file("/etc/crontab"));
    files.retain(|file| !absent(planner, file, RULE) && plain_text(file).is_some());
    let alone = files.len() == 1;
    for file in files {
        crontab(planner, file, alone);
    }
    super::folded_folder(planner, "/etc/cron.d", RULE);
    for path in ["/etc/cron.allow", "/etc/cron.deny", "/etc/at.allow", "/etc/at.deny"] {
        if let Some(file) =
            planner.open_file(path).filter(|file| !matches!(file.kind, FileKind::Absent { .. }))
        {
            let id = file_id(file);
            let mut decision = crate::translate::nixos::files::place(planner, file, &id);
            decision.consumer = Some(if path.contains("/at.") { "at" } else { "crontab" }.into());
            planner.decide(id, decision);
        }
    }
    if let Some(service) = planner.service(&["anacron"]) {
        let decision = Decision::new(Class::Satisfied, RULE, "a timer that was missed runs late by itself");
        planner.decide(service_id(service), decision);
    }
}

fn script(planner: &mut Planner<'_>, file: &File, when: &str) {
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let (folder, name) = file.path.rsplit_once('/').unwrap_or_default();
    if name == "logrotate" {
        return planner
            .decide(id, Decision::new(Class::Satisfied, RULE, "services.logrotate has a timer of its own"));
    }
    let found = retarget(planner.packages, text);
    if let Some(path) = found.unknown.first() {
        let reason = format!("no package is known that has `{path}`");
        planner.stub(&id, &file.from, reason.as_str());
        return planner.decide(id, Decision::new(Class::Manual, RULE, reason));
    }
    planner.reads(file.path.clone(), text);
    for attribute in &found.packages {
        planner.system_packages.entry(attribute.clone()).or_default().push(id.clone());
    }
    let source = planner.artifact(&file.path, in_file(&found).into_bytes(), true);
    let kind = folder.trim_start_matches("/etc/cron.");
    let unit = crate::translate::nixos::jobs::unit_name(planner, &format!("cron-{kind}-{name}"));
    let command = Expr::Text(vec![Part::Expr(source)]);
    let entries = [
        ("description", Expr::str(format!("{kind} job {name}"))),
        ("startAt", Expr::str(when)),
        ("path", Expr::List(vec![Expr::str("/run/current-system/sw"), Expr::str("/run/wrappers")])),
        ("serviceConfig", Expr::attrs([("Type", Expr::str("oneshot")), ("ExecStart", command)])),
    ];
    let option = ["systemd", "services", &unit];
    planner.set(Topic::Jobs, &option, Expr::attrs(entries), Of::item(&id, &file.from));
    let decision = Decision::new(Class::Unit, RULE, format!("a timer that elapses {when}"));
    planner.decide(id, decision.flag_if(!found.done.is_empty(), Flag::Retargeted));
}

fn crontab(planner: &mut Planner<'_>, file: &File, alone: bool) {
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let assigns = |line: &str| line.trim_start().starts_with(|letter: char| letter.is_ascii_alphabetic());
    let sets =
        text.lines().any(|line| assigns(line) && !line.starts_with("SHELL=") && !line.starts_with("PATH="));
    let found = retarget(planner.packages, &without_runners(text));
    let problem = match found.unknown.first() {
        Some(path) => Some(format!("no package is known that has `{path}`")),
        None => {
            (sets && !alone).then(|| "it sets a variable, which would hold for other files too".to_owned())
        }
    };
    if let Some(reason) = problem {
        planner.stub(&id, &file.from, reason.as_str());
        return planner.decide(id, Decision::new(Class::Manual, RULE, reason));
    }
    planner.reads(file.path.clone(), text);
    for attribute in &found.packages {
        planner.system_packages.entry(attribute.clone()).or_default().push(id.clone());
    }
    let source = planner.artifact(&file.path, in_file(&found).into_bytes(), false);
    planner.set(Topic::Jobs, &["services", "cron", "enable"], Expr::Bool(true), Of::NOBODY);
    planner.push(Topic::Jobs, &["services", "cron", "cronFiles"], source, Of::item(&id, &file.from));
    let decision = Decision::file(RULE, "in services.cron.cronFiles", "cron");
    planner.decide(id, decision.flag_if(!found.done.is_empty(), Flag::Retargeted));
}

/// The lines without those that set Debian's search path or run the four folders.
fn without_runners(text: &str) -> String {
    let own =
        |line: &&str| line.starts_with("PATH=") || line.contains("run-parts") && line.contains("/etc/cron.");
    text.lines().filter(|line| !own(line)).map(|line| format!("{line}\n")).collect()
}
