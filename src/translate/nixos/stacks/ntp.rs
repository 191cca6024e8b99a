//! `ntp.conf` of ntpd or NTPsec: `services.ntp`.

use super::{wanted, with_module};
use crate::translate::{
    Flag,
    nixos::{
        expr::Expr,
        plan::{Decision, Of, Planner, Topic, file_id, plain_text},
    },
};
use ecow::EcoString;

const RULE: &str = "ntp";
const UNITS: [&str; 3] = ["ntp", "ntpsec", "ntpd"];
const PACKAGES: [&str; 2] = ["ntp", "ntpsec"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &PACKAGES, &UNITS) {
        return;
    }
    let file = planner.open_file("/etc/ntpsec/ntp.conf").or_else(|| planner.open_file("/etc/ntp.conf"));
    planner.set(Topic::Services, &["services", "ntp", "enable"], Expr::Bool(true), Of::NOBODY);
    with_module(planner, RULE, &PACKAGES, &UNITS);
    let Some(file) = file else { return };
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    let (mut restrict, mut source, mut extra) = (None, None, String::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            // NixOS writes these itself
            ["driftfile", ..] | ["restrict", "127.0.0.1" | "::1"] | ["restrict", "-6", "::1"] => {}
            ["leapfile" | "statsdir", ..] => {}
            ["restrict", "default", flags @ ..] => restrict = Some(list(flags)),
            ["restrict", "source", flags @ ..] => source = Some(list(flags)),
            _ => extra.push_str(&format!("{line}\n")),
        }
    }
    // the servers stay in the text, with their options
    planner.set(Topic::Services, &["services", "ntp", "servers"], Expr::List(Vec::new()), of);
    for (option, value) in [("restrictDefault", restrict), ("restrictSource", source)] {
        let value = value.unwrap_or(Expr::List(Vec::new()));
        planner.set(Topic::Services, &["services", "ntp", option], value, of);
    }
    planner.lines(Topic::Services, &["services", "ntp", "extraConfig"], &extra, of);
    let reason = "restrictions in options, the rest in services.ntp.extraConfig; drift and leap files are the module's";
    planner.decide(id, Decision::file(RULE, reason, "ntpd").flag(Flag::Retargeted));
}

fn list(words: &[&str]) -> Expr {
    Expr::strings(words.iter().map(|&word| EcoString::from(word)))
}
