//! PostgreSQL of Debian's clusters: `services.postgresql`.

use super::service_id;
use crate::{
    model::{ItemId, ItemKind},
    translate::{
        Class,
        nixos::{
            expr::Expr,
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
        },
    },
};
use ecow::{EcoString, eco_format};

const RULE: &str = "postgresql";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let package = planner.config.packages.iter().find(|package| {
        package.name.strip_prefix("postgresql-").is_some_and(|rest| rest.parse::<u32>().is_ok())
    });
    let Some(version) = package.and_then(|package| package.name.strip_prefix("postgresql-")) else { return };
    let postgresql = |option| ["services", "postgresql", option];
    planner.set(Topic::Services, &postgresql("enable"), Expr::Bool(true), Of::NOBODY);
    let attribute = Expr::select(&format!("pkgs.postgresql_{version}"));
    planner.set(Topic::Services, &postgresql("package"), attribute, Of::NOBODY);
    if let Some(package) = package {
        let decision = Decision::new(Class::Native, RULE, eco_format!("pkgs.postgresql_{version}"));
        planner.decide(ItemId::new(ItemKind::Package, package.name.clone()), decision);
    }
    let folder = format!("/etc/postgresql/{version}/main");
    for file in planner.open_below(&folder) {
        let Some(text) = plain_text(file) else { continue };
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let id = file_id(file);
        let of = Of::item(&id, &file.from);
        let owner = "the module's own files";
        let decision = if name.ends_with(".conf") && name != "pg_hba.conf" && name != "pg_ident.conf" {
            settings(planner, text, of);
            Decision::new(Class::Native, RULE, "services.postgresql.settings")
        } else if name == "pg_hba.conf" {
            // NixOS adds rules of its own after these unless they are the only ones
            let force = Expr::Apply(vec!["lib".into(), "mkForce".into()], vec![Expr::str(text)]);
            planner.set(Topic::Services, &postgresql("authentication"), force, of);
            Decision::file(RULE, "services.postgresql.authentication, the only rules", "postgresql")
        } else {
            continue;
        };
        let decision = ["owner", "group", "mode"]
            .iter()
            .fold(decision, |decision, field| decision.field(field, Class::Satisfied, owner));
        planner.decide(id, decision);
    }
    for service in &planner.config.services {
        if service.name == "postgresql" || service.name.starts_with("postgresql@") {
            planner.decide(service_id(service), Decision::new(Class::Native, RULE, "the module's service"));
        }
    }
}

/// `name = value` lines; the data folder has an option of its own.
fn settings(planner: &mut Planner<'_>, text: &str, of: Of<'_>) {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim(), unquoted(value.trim()));
        match key {
            "data_directory" => {
                planner.set(Topic::Services, &["services", "postgresql", "dataDir"], Expr::Str(value), of);
            }
            "port" => {
                let port = value.parse().map_or_else(|_| Expr::Str(value.clone()), Expr::Int);
                planner.set(Topic::Services, &["services", "postgresql", "settings", "port"], port, of);
            }
            "hba_file" | "ident_file" | "external_pid_file" => {}
            "listen_addresses" => {
                let force = Expr::Apply(vec!["lib".into(), "mkForce".into()], vec![Expr::Str(value)]);
                planner.set(Topic::Services, &["services", "postgresql", "settings", key], force, of);
            }
            _ => {
                let value = match value.as_str() {
                    "on" => Expr::Bool(true),
                    "off" => Expr::Bool(false),
                    _ => value.parse().map_or_else(|_| Expr::Str(value.clone()), Expr::Int),
                };
                planner.set(Topic::Services, &["services", "postgresql", "settings", key], value, of);
            }
        }
    }
}

/// A value without its quotes and a comment after it.
fn unquoted(value: &str) -> EcoString {
    match value.strip_prefix('\'').and_then(|rest| rest.rfind('\'').and_then(|end| rest.get(..end))) {
        Some(inner) => inner.replace("''", "'").into(),
        None => value.split('#').next().unwrap_or_default().trim().into(),
    }
}
