//! `journald.conf`, `logind.conf`, `resolved.conf`, `timesyncd.conf`: options of their modules, the rest in `extraConfig`.

use crate::{
    model::File,
    translate::{
        Class,
        nixos::{
            expr::Expr,
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
            services, units,
        },
    },
};
use ecow::EcoString;

const RULE: &str = "systemd-conf";

/// How a directive's value is written in its option.
#[derive(Clone, Copy)]
enum Form {
    Text,
    /// One of the option's words.
    Word(&'static [&'static str]),
    Bool,
    /// A boolean as the words `"true"` and `"false"`, or this word.
    BoolOr(&'static str),
    Int,
    Words,
}

/// What logind's options for keys and lids take; its other words go to `extraConfig`.
const ACTIONS: [&str; 10] = [
    "ignore",
    "poweroff",
    "reboot",
    "halt",
    "kexec",
    "suspend",
    "hibernate",
    "hybrid-sleep",
    "suspend-then-hibernate",
    "lock",
];

/// A file's program: path, section, name of its module, directives with options of their own.
type Program =
    (&'static str, &'static str, &'static str, &'static [(&'static str, &'static [&'static str], Form)]);

const PROGRAMS: [Program; 4] = [
    (
        "/etc/systemd/journald.conf",
        "Journal",
        "journald",
        &[
            (
                "Storage",
                &["services", "journald", "storage"],
                Form::Word(&["persistent", "volatile", "auto", "none"]),
            ),
            ("RateLimitBurst", &["services", "journald", "rateLimitBurst"], Form::Int),
            ("RateLimitIntervalSec", &["services", "journald", "rateLimitInterval"], Form::Text),
            ("ForwardToSyslog", &["services", "journald", "forwardToSyslog"], Form::Bool),
        ],
    ),
    (
        "/etc/systemd/logind.conf",
        "Login",
        "logind",
        &[
            ("KillUserProcesses", &["services", "logind", "killUserProcesses"], Form::Bool),
            ("HandlePowerKey", &["services", "logind", "powerKey"], Form::Word(&ACTIONS)),
            ("HandleRebootKey", &["services", "logind", "rebootKey"], Form::Word(&ACTIONS)),
            ("HandleSuspendKey", &["services", "logind", "suspendKey"], Form::Word(&ACTIONS)),
            ("HandleHibernateKey", &["services", "logind", "hibernateKey"], Form::Word(&ACTIONS)),
            ("HandleLidSwitch", &["services", "logind", "lidSwitch"], Form::Word(&ACTIONS)),
            ("HandleLidSwitchDocked", &["services", "logind", "lidSwitchDocked"], Form::Word(&ACTIONS)),
            (
                "HandleLidSwitchExternalPower",
                &["services", "logind", "lidSwitchExternalPower"],
                Form::Word(&ACTIONS),
            ),
        ],
    ),
    (
        "/etc/systemd/resolved.conf",
        "Resolve",
        "resolved",
        &[
            ("DNS", &["networking", "nameservers"], Form::Words),
            ("FallbackDNS", &["services", "resolved", "fallbackDns"], Form::Words),
            ("Domains", &["services", "resolved", "domains"], Form::Words),
            ("DNSSEC", &["services", "resolved", "dnssec"], Form::BoolOr("allow-downgrade")),
            ("DNSOverTLS", &["services", "resolved", "dnsovertls"], Form::BoolOr("opportunistic")),
            ("LLMNR", &["services", "resolved", "llmnr"], Form::BoolOr("resolve")),
        ],
    ),
    (
        "/etc/systemd/timesyncd.conf",
        "Time",
        "timesyncd",
        &[("NTP", &["services", "timesyncd", "servers"], Form::Words)],
    ),
];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for program in &PROGRAMS {
        if let Some(file) = planner.open_file(program.0)
            && let Some(text) = plain_text(file)
        {
            one(planner, file, text, program);
        }
    }
}

fn one(planner: &mut Planner<'_>, file: &File, text: &str, (_, section, module, options): &Program) {
    let id = file_id(file);
    let unit = format!("systemd-{module}");
    if planner.service(&[&unit]).is_some_and(services::is_off) {
        planner.decide(id, Decision::new(Class::Satisfied, RULE, "its program does not run"));
        return;
    }
    let mut sections = units::sections(text);
    let directives = sections.shift_remove(*section).unwrap_or_default();
    if let Some(other) = sections.keys().next() {
        let reason = format!("it has a section `{other}`, which its program does not know");
        planner.decide(id, Decision::new(Class::Manual, RULE, reason));
        return;
    }
    let (mut extra, mut all) = (String::new(), true);
    for (key, mut values) in directives {
        units::effective(&key, &mut values);
        let known = options.iter().find(|(name, ..)| *name == key);
        match known.and_then(|(_, option, form)| Some((option, value(&values, *form)?))) {
            Some((option, value)) => {
                all &= planner.set(Topic::Services, option, value, Of::item(&id, &file.from));
            }
            None => values.iter().for_each(|value| extra.push_str(&format!("{key}={value}\n"))),
        }
    }
    if !extra.is_empty() {
        let option = ["services", module, "extraConfig"];
        planner.lines(Topic::Services, &option, &extra, Of::item(&id, &file.from));
    }
    let decision = match (all, extra.is_empty()) {
        (false, _) => {
            Decision::new(Class::Manual, RULE, "another file gives one of its options another value")
        }
        (true, true) => {
            let reason = "each directive in an option; what the file leaves open has NixOS's default";
            Decision::new(Class::Native, RULE, reason)
        }
        (true, false) => Decision::file(RULE, "options, and the rest in extraConfig", unit),
    };
    planner.decide(id, decision);
}

/// The value that counts, in its option's form; `None` where the option has no such value.
fn value(values: &[EcoString], form: Form) -> Option<Expr> {
    let last = values.last()?;
    match form {
        Form::Words => {
            Some(Expr::strings(values.iter().flat_map(|value| value.split_whitespace()).map(EcoString::from)))
        }
        Form::Text => Some(Expr::Str(last.clone())),
        Form::Word(words) => words.contains(&last.as_str()).then(|| Expr::Str(last.clone())),
        Form::Int => last.parse().ok().map(Expr::Int),
        Form::Bool => boolean(last).map(Expr::Bool),
        Form::BoolOr(word) => match boolean(last) {
            Some(on) => Some(Expr::str(if on { "true" } else { "false" })),
            None => (last == word).then(|| Expr::Str(last.clone())),
        },
    }
}

/// A boolean in the words of systemd.syntax(7).
fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "t" | "on" => Some(true),
        "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
        _ => None,
    }
}
