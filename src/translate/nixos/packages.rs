//! Packages: `environment.systemPackages` through the name map, or what makes them unnecessary.

use super::{
    expr::Expr,
    plan::{Decision, Of, PackageAnswer, Piece, Planner, Topic},
};
use crate::{
    model::{ItemId, ItemKind, Package, PackageState},
    translate::{Class, Flag},
};
use ecow::{EcoString, eco_format};

const RULE: &str = "packages";

pub(super) fn packages(planner: &mut Planner<'_>) {
    for package in &planner.config.packages {
        let id = ItemId::new(ItemKind::Package, package.name.clone());
        if planner.is_open(&id) {
            let decision = one(planner, package, &id);
            if decision.verdict.class == Class::Manual {
                planner.stub(&id, &package.from, decision.verdict.reason.clone());
            }
            planner.decide(id, decision);
        }
    }
}

fn one(planner: &mut Planner<'_>, package: &Package, id: &ItemId) -> Decision {
    if matches!(package.state, PackageState::Absent | PackageState::Purged) {
        return Decision::new(Class::Satisfied, RULE, "nothing declares this package").flag(Flag::Absent);
    }
    if let Some(provider) = &package.provider {
        return Decision::new(Class::Manual, RULE, eco_format!("a package of {provider}"));
    }
    let decision = match planner.packages.nixos(&package.name) {
        Some(PackageAnswer::Attribute(attribute)) => {
            planner.system_packages.entry(attribute.clone()).or_default().push(id.clone());
            Decision::new(Class::Native, RULE, eco_format!("pkgs.{attribute}"))
        }
        Some(PackageAnswer::Base(reason) | PackageAnswer::Module(reason)) => {
            Decision::new(Class::Satisfied, RULE, reason)
        }
        Some(PackageAnswer::Dropped(reason)) => {
            return Decision::new(Class::Dropped, "package-not-needed", reason);
        }
        None => return Decision::new(Class::Manual, RULE, "no package of nixpkgs is known for this name"),
    };
    version(package, decision)
}

/// The channel decides on versions; a pinned one is for a human.
pub(super) fn version(package: &Package, decision: Decision) -> Decision {
    match &package.state {
        PackageState::Version(version) => {
            let reason = eco_format!("pinned to `{version}`; the nixpkgs release decides the version");
            decision.field("ensure", Class::Manual, reason)
        }
        PackageState::Held => decision
            .field("mark", Class::Satisfied, "the flake's lock holds every version")
            .field("ensure", Class::Satisfied, "the flake's lock holds every version"),
        PackageState::Installed | PackageState::Latest | PackageState::Absent | PackageState::Purged => {
            decision
        }
    }
}

/// Writes the list, once all rules have named their packages.
pub(super) fn write_list(planner: &mut Planner<'_>) {
    let mut pieces: Vec<_> = std::mem::take(&mut planner.system_packages).into_iter().collect();
    pieces.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let names: Vec<EcoString> = pieces.iter().map(|(name, _)| name.clone()).collect();
    if names.is_empty() {
        return;
    }
    planner.set(Topic::Packages, &["environment", "systemPackages"], Expr::Packages(names), Of::NOBODY);
    if let Some(setting) = planner.plan.settings.last_mut() {
        setting.items = pieces.iter().flat_map(|(_, items)| items.clone()).collect();
        let piece = |(name, items)| Piece { value: Expr::Packages(vec![name]), items };
        setting.pieces = pieces.into_iter().map(piece).collect();
    }
}
