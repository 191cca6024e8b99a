//! nginx with its own `nginx.conf`: `services.nginx.config`, parts stay below `/etc/nginx`.

use super::{wanted, with_module};
use crate::translate::{
    Class, Flag,
    nixos::{
        expr::{Expr, Part},
        plan::{Decision, Of, Planner, Topic, file_id, plain_text},
    },
};
use ecow::eco_format;

const RULE: &str = "nginx";
const UNITS: [&str; 1] = ["nginx"];
const PACKAGES: [&str; 4] = ["nginx", "nginx-light", "nginx-full", "nginx-extras"];

/// Files that Debian's package puts beside the configuration and nixpkgs' has in its own folder.
const SHIPPED: [&str; 4] = ["mime.types", "fastcgi_params", "uwsgi_params", "scgi_params"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &PACKAGES, &UNITS) {
        return;
    }
    let nginx = |option| ["services", "nginx", option];
    planner.set(Topic::Services, &nginx("enable"), Expr::Bool(true), Of::NOBODY);
    with_module(planner, RULE, &PACKAGES, &UNITS);
    let Some(file) = planner.open_file("/etc/nginx/nginx.conf") else { return };
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    // the module's unit runs nginx in the foreground as this user, with its own pid file
    let kept: String =
        text.lines().filter(|line| !module_line(line)).map(|line| format!("{line}\n")).collect();
    planner.reads("nginx", kept.as_str());
    if let Some(user) = user(text) {
        planner.set(Topic::Services, &nginx("user"), Expr::str(user), of);
        planner.set(Topic::Services, &nginx("group"), Expr::str(user), of);
    }
    let source = planner.artifact("/etc/nginx/nginx.conf", kept.into_bytes(), false);
    let config = Expr::Apply(vec!["builtins".into(), "readFile".into()], vec![source]);
    planner.set(Topic::Services, &nginx("config"), config, of);
    for name in SHIPPED {
        if !mentioned(planner, name) {
            continue;
        }
        let path = Expr::Text(vec![
            Part::Expr(Expr::select("config.services.nginx.package")),
            Part::Text(eco_format!("/conf/{name}")),
        ]);
        let option = eco_format!("nginx/{name}");
        planner.set(Topic::Files, &["environment", "etc", &option, "source"], path, of);
    }
    let decision = Decision::file(RULE, "services.nginx.config without the unit's own directives", "nginx");
    let decision =
        decision.flag(Flag::Retargeted).field("mode", Class::Satisfied, "nginx reads it in the store");
    planner.decide(id, decision);
}

fn module_line(line: &str) -> bool {
    let line = line.trim();
    ["user ", "pid ", "daemon ", "include /etc/nginx/modules-enabled"]
        .iter()
        .any(|start| line.starts_with(start))
}

fn user(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("user "))?;
    line.trim_end_matches(';').split_whitespace().next()
}

fn mentioned(planner: &Planner<'_>, name: &str) -> bool {
    let files = planner.config.files.iter().filter(|file| file.path.starts_with("/etc/nginx/"));
    let mut texts = files.filter_map(plain_text);
    let declared = planner.config.files.iter().any(|file| file.path == format!("/etc/nginx/{name}"));
    !declared && texts.any(|text| text.contains(&format!("/etc/nginx/{name}")))
}
