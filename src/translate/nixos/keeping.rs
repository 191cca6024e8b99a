//! The options of the chosen way of keeping secrets: plans are made for agenix, and rewritten for the others.
//!
//! In: a [`Plan`] with `age.secrets.NAME.file`. Out: the same with `rekeyFile` for agenix-rekey, or with `sops.secrets`.

use super::{Expr, Part, Plan, Setting, expr::Key};
use crate::inputs::SecretsBy;
use ecow::{EcoString, eco_format};

/// Rewrites a plan for a way of keeping secrets.
pub fn keep_secrets_by(plan: &mut Plan, by: SecretsBy) {
    match by {
        SecretsBy::Agenix => {}
        SecretsBy::AgenixRekey => plan.settings.iter_mut().for_each(rekey),
        SecretsBy::Sops => {
            plan.settings.retain(|setting| !is(setting, "symlink"));
            plan.settings.iter_mut().for_each(sops);
        }
    }
}

/// Tells whether a setting is this option of a secret.
fn is(setting: &Setting, option: &str) -> bool {
    matches!(setting.option.as_slice(), [age, secrets, _, last] if age == "age" && secrets == "secrets" && last == option)
}

fn rekey(setting: &mut Setting) {
    if is(setting, "file")
        && let Some(last) = setting.option.last_mut()
    {
        *last = "rekeyFile".into();
    }
}

fn sops(setting: &mut Setting) {
    if is(setting, "file")
        && let [_, _, name, last] = setting.option.as_mut_slice()
    {
        *last = "sopsFile".into();
        setting.value = Expr::Path(eco_format!("secrets/{name}.yaml"));
    }
    if let [age, secrets, _, _] = setting.option.as_mut_slice()
        && age == "age"
        && secrets == "secrets"
    {
        *age = "sops".into();
    }
    references(&mut setting.value);
}

/// `config.age.secrets.NAME.path` becomes `config.sops.secrets.NAME.path`, wherever it stands.
fn references(expr: &mut Expr) {
    match expr {
        Expr::Select(parts) => {
            if let [config, age, secrets, ..] = parts.as_mut_slice()
                && (config.as_str(), age.as_str(), secrets.as_str()) == ("config", "age", "secrets")
            {
                *age = EcoString::from("sops");
            }
        }
        Expr::Text(parts) => {
            for part in parts {
                if let Part::Expr(inner) = part {
                    references(inner);
                }
            }
        }
        Expr::List(items) | Expr::Apply(_, items) => items.iter_mut().for_each(references),
        Expr::Attrs(entries) => entries.iter_mut().for_each(|(_, value)| references(value)),
        Expr::Call(function, arguments) => {
            references(function);
            arguments.iter_mut().for_each(references);
        }
        Expr::Get(get) => {
            references(&mut get.base);
            keys(&mut get.keys);
            get.default.iter_mut().for_each(references);
        }
        Expr::Has(base, path) => {
            references(base);
            keys(path);
        }
        Expr::If(it) => {
            for part in [&mut it.test, &mut it.then, &mut it.otherwise] {
                references(part);
            }
        }
        Expr::Let(bindings, body) => {
            bindings.iter_mut().for_each(|(_, value)| references(value));
            references(body);
        }
        Expr::Lambda(_, inner) | Expr::Not(inner) => references(inner),
        Expr::Binary(_, sides) => {
            references(&mut sides.0);
            references(&mut sides.1);
        }
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Str(_)
        | Expr::File(_)
        | Expr::Path(_)
        | Expr::Packages(_) => {}
    }
}

fn keys(path: &mut [Key]) {
    for key in path {
        if let Key::Dynamic(inner) = key {
            references(inner);
        }
    }
}
