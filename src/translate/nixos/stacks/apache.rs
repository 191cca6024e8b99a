//! Apache of Debian's layout: `services.httpd.configFile`, its parts below `/etc/apache2`.
//!
//! Claims the packages, the unit and all below `/etc/apache2`. The module runs httpd on the site's own main file, whose
//! includes find the parts where they were; user and group are options too, since the unit's folders are theirs. Two
//! paths change: the modules of nixpkgs' httpd lie behind `/etc/apache2/modules`, and the process is noted where the
//! unit looks for it. Fixture: `fixtures/stacks`.

use super::{wanted, with_module};
use crate::{
    model::{File, FileKind},
    translate::{
        Class, Flag,
        nixos::{
            expr::{Expr, Part},
            files,
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
        },
    },
};

const RULE: &str = "apache";
const UNITS: [&str; 2] = ["apache2", "httpd"];
const PACKAGES: [&str; 9] = [
    "apache2",
    "apache2-bin",
    "apache2-data",
    "apache2-mpm-prefork",
    "apache2-mpm-worker",
    "apache2-mpm-event",
    "apache2-mpm-itk",
    "httpd",
    "mod_ssl",
];
const MAIN: &str = "/etc/apache2/apache2.conf";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &PACKAGES, &UNITS) {
        return;
    }
    let httpd = |option| ["services", "httpd", option];
    let Some(main) = planner.open_file(MAIN) else { return };
    let Some(text) = plain_text(main) else { return };
    planner.set(Topic::Services, &httpd("enable"), Expr::Bool(true), Of::NOBODY);
    with_module(planner, RULE, &PACKAGES, &UNITS);
    let id = file_id(main);
    let of = Of::item(&id, &main.from);
    let text = targeted(text);
    planner.reads("httpd", text.as_str());
    for (directive, option) in [("User", "user"), ("Group", "group")] {
        if let Some(name) = value(&text, directive) {
            planner.set(Topic::Services, &httpd(option), Expr::str(name), of);
        }
    }
    let source = planner.artifact(MAIN, text.into_bytes(), false);
    planner.set(Topic::Services, &httpd("configFile"), source, of);
    let decision = Decision::file(RULE, "services.httpd.configFile, with the unit's own pid file", "httpd");
    let decision =
        ["owner", "group", "mode"].iter().fold(decision.flag(Flag::Retargeted), |decision, field| {
            decision.field(field, Class::Satisfied, "httpd reads it in the store")
        });
    planner.decide(id, decision);
    for file in planner.open_below("/etc/apache2") {
        part(planner, file);
    }
    package_files(planner);
}

/// A part stays where it was, with the folder of modules replaced.
fn part(planner: &mut Planner<'_>, file: &File) {
    let id = file_id(file);
    let changed = plain_text(file).map(targeted).filter(|text| Some(text.as_str()) != plain_text(file));
    let mut decision = match changed {
        Some(text) => {
            let kind = FileKind::Regular {
                content: Some(crate::model::Text::plain(text)),
                base64: None,
                replace: true,
            };
            files::place(planner, &File { kind, ..file.clone() }, &id).flag(Flag::Retargeted)
        }
        None => files::place(planner, file, &id),
    };
    if decision.consumer.is_some() {
        decision.consumer = Some("httpd".into());
        if let Some(text) = plain_text(file) {
            planner.reads(file.path.clone(), text);
        }
    }
    if matches!(file.kind, FileKind::Directory { purge: true, .. }) {
        decision = decision.field("purge", Class::Satisfied, "the folder holds what is declared");
    }
    planner.decide(id, decision);
}

/// The folder of modules, and the two files that Debian's package has and the texts may name.
fn package_files(planner: &mut Planner<'_>) {
    let inside = |path: &str| {
        Expr::Text(vec![Part::Expr(Expr::select("config.services.httpd.package")), Part::Text(path.into())])
    };
    let mut link = |name: &str, path: &str| {
        if !planner.is_set(&["environment", "etc", name]) {
            planner.set(Topic::Files, &["environment", "etc", name, "source"], inside(path), Of::NOBODY);
        }
    };
    link("apache2/modules", "/modules");
    link("apache2/magic", "/conf/magic");
    link("mime.types", "/conf/mime.types");
    let log = "d /var/log/apache2 0750 root root -";
    planner.push(Topic::Files, &["systemd", "tmpfiles", "rules"], Expr::str(log), Of::NOBODY);
}

fn targeted(text: &str) -> String {
    let text = text.replace("/usr/lib/apache2/modules", "/etc/apache2/modules");
    let line = |line: &str| match line.split_whitespace().next() {
        Some("PidFile") => "PidFile /run/httpd/httpd.pid\n".to_owned(),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn value<'t>(text: &'t str, directive: &str) -> Option<&'t str> {
    let mut lines = text.lines().map(|line| line.split_whitespace());
    let mut found = lines.find_map(|mut words| (words.next() == Some(directive)).then_some(words))?;
    found.next().filter(|name| !name.contains('$'))
}
