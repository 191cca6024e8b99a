//! The options of a plan against a table, without Nix.

use super::codes;
use crate::{
    diag::{Code, Diagnostic},
    maps::HashMap,
    model::{HostConfig, ItemId, Provenance},
    options::{Checked, Fault, Form, OptionTable, check},
    translate::nixos::{Expr, Plan, Setting},
};
use ecow::EcoString;
use std::sync::LazyLock;

/// The options of agenix, which every emitted flake with secrets has beside NixOS's.
static AGENIX: LazyLock<OptionTable> = LazyLock::new(|| {
    OptionTable::read("data/agenix-options.txt", include_str!("../../data/agenix-options.txt"))
        .unwrap_or_default()
});

/// How many values were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OptionCounts {
    /// Values that fit their option.
    pub fitting: usize,
    /// Values that only an evaluation can judge.
    pub unsure: usize,
    /// Findings.
    pub faults: usize,
}

/// Checks every setting of a host's plan: the option exists, and its value fits.
#[must_use]
pub fn check_options(
    config: &HostConfig,
    plan: &Plan,
    table: &OptionTable,
) -> (Vec<Diagnostic>, OptionCounts) {
    let (mut found, mut counts) = (Vec::new(), OptionCounts::default());
    let mut places: Option<HashMap<ItemId, &Provenance>> = None;
    for setting in &plan.settings {
        let of_agenix = setting.option.first().is_some_and(|first| first == "age" || first == "sops");
        let table = if of_agenix { &*AGENIX } else { table };
        let mut checked = Checked::default();
        check(table, &setting.option, &form(&setting.value), &mut checked);
        counts.fitting += checked.fitting;
        counts.unsure += checked.unsure;
        counts.faults += checked.faults.len();
        for (path, fault) in checked.faults {
            let places = places.get_or_insert_with(|| config.ids().collect());
            found.push(diagnostic(setting, &path, &fault, table, places));
        }
    }
    (found, counts)
}

fn diagnostic(
    setting: &Setting,
    path: &[EcoString],
    fault: &Fault,
    table: &OptionTable,
    places: &HashMap<ItemId, &Provenance>,
) -> Diagnostic {
    let option = path.join(".");
    let (code, what, help) = words(fault, table);
    let message = format!("`{option}` {what}");
    let found = Diagnostic::warning(code, message).help(help);
    let from = setting.items.iter().find_map(|item| places.get(item));
    let at = from.and_then(|from| from.origin.as_ref()).and_then(|origin| origin.at.clone());
    match (at, from) {
        (Some(at), _) => found.at(at),
        (None, Some(from)) if !from.is_empty() => found.in_file(from.place.as_str()),
        (None, _) => found,
    }
}

fn words(fault: &Fault, table: &OptionTable) -> (&'static Code, String, String) {
    let own = "if your nixpkgs has it, give a table of it: `migrate index --nixpkgs PATH --out FILE`, \
               then `--options FILE`";
    match fault {
        Fault::Unknown(near) => {
            let help = match near.first() {
                Some(near) => format!("did you mean `{near}`? {own}"),
                None => own.to_owned(),
            };
            (&codes::UNKNOWN_OPTION, format!("is no option of NixOS {}", table.release), help)
        }
        Fault::Renamed(to) => {
            (&codes::RENAMED_OPTION, format!("is `{to}` in NixOS {}", table.release), format!("set `{to}`"))
        }
        Fault::Removed => {
            (&codes::REMOVED_OPTION, format!("was removed before NixOS {}", table.release), own.to_owned())
        }
        Fault::ReadOnly => {
            let help = "leave it out: NixOS computes it".to_owned();
            (&codes::READ_ONLY_OPTION, "is set by NixOS alone".to_owned(), help)
        }
        Fault::Type { wanted, got } => {
            let help = "correct the value where the site's data has it; else the rule that set it is wrong"
                .to_owned();
            (&codes::WRONG_TYPE, format!("takes `{wanted}`, not {got}"), help)
        }
    }
}

/// What is known of an expression's value.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is known to the evaluation only")]
fn form(expr: &Expr) -> Form<'_> {
    match expr {
        Expr::Null => Form::Null,
        Expr::Bool(it) => Form::Bool(*it),
        Expr::Int(it) => Form::Int(*it),
        Expr::Float(_) => Form::Float,
        Expr::Str(text) => Form::Str(text),
        Expr::Text(_) => Form::Text,
        Expr::File(_) | Expr::Path(_) => Form::Path,
        Expr::Select(path) if path.first().is_some_and(|first| first == "pkgs") => Form::Package,
        Expr::List(items) => Form::List(items.iter().map(form).collect()),
        Expr::Packages(names) => Form::List(names.iter().map(|_| Form::Package).collect()),
        Expr::Attrs(entries) => {
            Form::Attrs(entries.iter().map(|(name, value)| (name.as_str(), form(value))).collect())
        }
        Expr::Apply(function, arguments) => applied(function, arguments),
        _ => Form::Unknown,
    }
}

/// `lib.mkDefault` and its kind hand their last argument on; `pkgs.write…` makes a package.
fn applied<'e>(function: &[EcoString], arguments: &'e [Expr]) -> Form<'e> {
    let names: Vec<&str> = function.iter().map(EcoString::as_str).collect();
    match (names.as_slice(), arguments) {
        (["lib", "mkDefault" | "mkForce"], [value]) | (["lib", "mkIf" | "mkOverride"], [_, value]) => {
            form(value)
        }
        (["pkgs", ..], _) => Form::Package,
        _ => Form::Unknown,
    }
}
