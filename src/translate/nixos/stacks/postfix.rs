//! Postfix: `main.cf` to `services.postfix.config`, maps to `mapFiles`.

use super::{wanted, with_module};
use crate::{
    model::{ItemId, ItemKind},
    translate::{
        Class, Flag,
        nixos::{
            expr::Expr,
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
        },
    },
};
use ecow::EcoString;

const RULE: &str = "postfix";
const UNITS: [&str; 1] = ["postfix"];
const PACKAGES: [&str; 3] = ["postfix", "postfix-pcre", "postfix-lmdb"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &PACKAGES, &UNITS) {
        return;
    }
    planner.set(Topic::Services, &["services", "postfix", "enable"], Expr::Bool(true), Of::NOBODY);
    main_cf(planner);
    maps(planner);
    with_module(planner, RULE, &PACKAGES, &UNITS);
}

fn main_cf(planner: &mut Planner<'_>) {
    let Some(file) = planner.open_file("/etc/postfix/main.cf") else { return };
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    for (key, value) in settings(text) {
        let value = match value.as_str() {
            "yes" => Expr::Bool(true),
            "no" => Expr::Bool(false),
            _ => Expr::Str(value),
        };
        planner.set(Topic::Services, &["services", "postfix", "config", &key], value, of);
    }
    planner.reads("postfix", text);
    planner.decide(id, Decision::new(Class::Native, RULE, "services.postfix.config"));
}

/// `name = value`; a line that begins with white space goes on (postconf(5)).
fn settings(text: &str) -> Vec<(EcoString, EcoString)> {
    let mut found: Vec<(EcoString, EcoString)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((key, value)) = line.split_once('=') {
            found.push((key.trim().into(), value.trim().into()));
        }
    }
    found
}

/// Files that a table of main.cf names: the module writes them below `/etc/postfix` and runs postmap.
fn maps(planner: &mut Planner<'_>) {
    for file in planner.open_below("/etc/postfix") {
        let Some(name) = file.path.strip_prefix("/etc/postfix/") else { continue };
        let id = file_id(file);
        let of = Of::item(&id, &file.from);
        let hashed = planner.config.execs.iter().find(|exec| {
            exec.command
                .as_plain()
                .is_some_and(|command| command.contains("postmap") && command.ends_with(&*file.path))
        });
        let Some(text) = plain_text(file) else {
            planner.stub(&id, &file.from, "a table with secrets, which NixOS would put into the store");
            let decision = Decision::new(Class::Manual, RULE, "a table with secrets").flag(Flag::NeedsSecret);
            planner.decide(id, decision);
            continue;
        };
        if name.contains('/') || name == "master.cf" {
            continue;
        }
        let source = planner.artifact(&file.path, text.as_bytes().to_vec(), false);
        planner.set(Topic::Services, &["services", "postfix", "mapFiles", name], source, of);
        let decision = Decision::file(RULE, "services.postfix.mapFiles", "postfix");
        planner.decide(id, decision);
        if let Some(exec) = hashed {
            let id = ItemId::new(ItemKind::Exec, exec.name.clone());
            planner.decide(id, Decision::new(Class::Satisfied, RULE, "the module's unit runs postmap"));
        }
    }
}
