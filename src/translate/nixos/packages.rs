//! Packages: `environment.systemPackages` through the name map, or what makes them unnecessary.

use super::{
    expr::Expr,
    plan::{Confidence, Decision, Of, PackageAnswer, Piece, Planner, Topic},
    services,
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
    let answer = match &package.provider {
        None => planner.packages.nixos(&package.name),
        Some(provider) => planner.packages.language(provider, &package.name),
    };
    if matches!(package.state, PackageState::Absent | PackageState::Purged) {
        return absent(planner, package, id, answer);
    }
    let decision = match answer {
        Some(PackageAnswer::Attribute(attribute, confidence)) => {
            planner.system_packages.entry(attribute.clone()).or_default().push(id.clone());
            Decision::new(Class::Native, RULE, installed(&attribute, confidence))
        }
        Some(PackageAnswer::Base(reason)) => Decision::new(Class::Satisfied, RULE, reason),
        Some(PackageAnswer::Service(module)) => service(planner, (package, id), &module),
        Some(PackageAnswer::Module(reason)) => part(planner, reason),
        Some(PackageAnswer::Dropped(reason)) => {
            return Decision::new(Class::Dropped, "package-not-needed", reason);
        }
        None => match &package.provider {
            Some(provider) => Decision::new(
                Class::Manual,
                RULE,
                eco_format!("a package of {provider} that is not in nixpkgs"),
            ),
            None => Decision::new(Class::Manual, RULE, "no package of nixpkgs is known for this name"),
        },
    };
    version(package, decision)
}

fn installed(attribute: &str, confidence: Confidence) -> EcoString {
    match confidence {
        Confidence::Checked => eco_format!("pkgs.{attribute}"),
        Confidence::SameName => eco_format!("pkgs.{attribute}, found by its name"),
        Confidence::Convention => eco_format!("pkgs.{attribute}, named as nixpkgs names such packages"),
    }
}

/// What shall not be there: nothing brings it unless NixOS does so by itself.
fn absent(
    planner: &mut Planner<'_>,
    package: &Package,
    id: &ItemId,
    answer: Option<PackageAnswer>,
) -> Decision {
    /// Programs that NixOS turns on by itself, with the option that turns them off.
    const ON: [(&str, &[&str]); 5] = [
        ("nano", &["programs", "nano", "enable"]),
        ("sudo", &["security", "sudo", "enable"]),
        ("logrotate", &["services", "logrotate", "enable"]),
        ("systemd-timesyncd", &["services", "timesyncd", "enable"]),
        ("resolvconf", &["networking", "resolvconf", "enable"]),
    ];
    const USUAL: [&str; 3] = ["perl", "rsync", "strace"];
    if let Some((_, option)) = ON.iter().find(|(name, _)| *name == package.name) {
        let of = Of::item(id, &package.from);
        return match planner.set(Topic::Packages, option, Expr::Bool(false), of) {
            true => Decision::new(Class::Native, RULE, eco_format!("{} = false", option.join("."))),
            false => Decision::new(Class::Manual, RULE, "another resource needs it"),
        };
    }
    if USUAL.contains(&package.name.as_str()) {
        return Decision::new(Class::Manual, RULE, "environment.defaultPackages has it unless it is set");
    }
    match answer {
        Some(PackageAnswer::Base(reason))
            if !package.name.starts_with("linux-") && package.name != "nscd" =>
        {
            let reason = eco_format!("shall be absent, but NixOS has it anyway: {reason}");
            Decision::new(Class::Manual, RULE, reason)
        }
        _ => Decision::new(Class::Satisfied, RULE, "nothing declares this package").flag(Flag::Absent),
    }
}

/// A package whose service Debian starts once it is installed; other families leave that to a service resource.
fn service(planner: &mut Planner<'_>, (package, id): (&Package, &ItemId), module: &str) -> Decision {
    let option: Vec<&str> = module.split('.').chain(["enable"]).collect();
    if planner.is_set(module.split('.').collect::<Vec<_>>().as_slice()) {
        return Decision::new(Class::Satisfied, RULE, eco_format!("{module} brings it"));
    }
    let declared = services::of_module(planner, &option);
    if declared || planner.config.host.os_family == "RedHat" {
        let reason = eco_format!("its service does not run here; {module} would bring it");
        return Decision::new(Class::Satisfied, RULE, reason);
    }
    services::enable(planner, &option, Of::item(id, &package.from));
    Decision::new(Class::Native, RULE, eco_format!("{module}.enable, as Debian starts what it installs"))
}

/// A part of what a module brings.
fn part(planner: &Planner<'_>, reason: EcoString) -> Decision {
    let module: Vec<&str> = reason.split(' ').next().unwrap_or_default().split('.').collect();
    if planner.is_set(&module) {
        return Decision::new(Class::Satisfied, RULE, reason);
    }
    let module = module.join(".");
    Decision::new(Class::Manual, RULE, eco_format!("{module} would bring it, but nothing here enables that"))
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
