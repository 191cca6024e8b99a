//! Drop-ins of units that a NixOS module or systemd itself brings: `systemd.services.<name>.serviceConfig` where each
//! directive has one value, else the drop-in with its text through `systemd.packages`.

use super::{
    expr::{Expr, Part},
    plan::{Decision, Of, Planner, Topic, file_id},
    retarget::retarget,
    services, units,
};
use crate::{
    maps::IndexMap,
    model::File,
    translate::{Class, Flag},
};
use ecow::{EcoString, eco_format};

const RULE: &str = "drop-ins";
const FOLDER: &str = "/etc/systemd/system";

type Parts<'a> = [(&'a File, &'a str)];

pub(super) fn run(planner: &mut Planner<'_>) {
    let mut names: Vec<EcoString> = Vec::new();
    for file in planner.open_below(FOLDER) {
        let below = file.path.strip_prefix("/etc/systemd/system/").unwrap_or_default();
        let name = below.split('/').next().and_then(|folder| folder.strip_suffix(".d"));
        names.extend(name.filter(|name| name.contains('.')).map(EcoString::from));
    }
    names.dedup();
    for unit in names {
        let parts = units::drop_ins(planner, &unit);
        one(planner, &unit, &parts);
        units::folder(planner, &unit);
    }
}

fn one(planner: &mut Planner<'_>, unit: &str, parts: &Parts<'_>) {
    let short = unit.strip_suffix(".service").unwrap_or(unit);
    if !services::is_there(planner, short) {
        for (file, _) in parts {
            let reason = eco_format!("no unit `{unit}` is known on the target");
            planner.stub(&file_id(file), &file.from, reason.clone());
            planner.decide(file_id(file), Decision::new(Class::Manual, RULE, reason));
        }
        return;
    }
    match plain(unit, parts) {
        Some(settings) => set(planner, &services::unit_of(short), settings, parts),
        None => parts.iter().for_each(|part| verbatim(planner, unit, *part)),
    }
}

/// Section, directive, value and the drop-in that has the last word on it.
type Settings<'a> = IndexMap<(&'static str, EcoString), (EcoString, &'a File)>;

/// The directives of drop-ins of a service where each has one value; `None` where one adds to a list.
fn plain<'a>(unit: &str, parts: &Parts<'a>) -> Option<Settings<'a>> {
    let mut settings = IndexMap::default();
    for (file, text) in parts.iter().filter(|_| unit.ends_with(".service")) {
        for (section, directives) in units::sections(text) {
            let option = match section.as_str() {
                "Service" => "serviceConfig",
                "Unit" => "unitConfig",
                _ => return None,
            };
            for (key, values) in directives {
                let value = values.last().filter(|value| units::is_scalar(&key) && !value.is_empty())?;
                settings.insert((option, key), (value.clone(), *file));
            }
        }
    }
    (!settings.is_empty()).then_some(settings)
}

fn set(planner: &mut Planner<'_>, service: &str, settings: Settings<'_>, parts: &Parts<'_>) {
    let mut refused: Vec<&EcoString> = Vec::new();
    for ((section, key), (value, file)) in settings {
        let (id, path) = (file_id(file), ["systemd", "services", service, section, &key]);
        if !planner.set(Topic::Services, &path, scalar(&value), Of::item(&id, &file.from)) {
            refused.push(&file.path);
        }
    }
    let option = eco_format!("systemd.services.{service}.serviceConfig");
    for (file, _) in parts {
        let decision = match refused.contains(&&file.path) {
            true => Decision::new(Class::Manual, RULE, "a rule gave one of its directives another value"),
            false => Decision::new(Class::Native, RULE, option.clone()),
        };
        planner.decide(file_id(file), decision);
    }
}

fn scalar(value: &EcoString) -> Expr {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value.as_str() => Expr::Int(number),
        _ => Expr::Str(value.clone()),
    }
}

/// A drop-in in a package of its own: systemd reads it after the module's unit.
fn verbatim(planner: &mut Planner<'_>, unit: &str, (file, text): (&File, &str)) {
    let id = file_id(file);
    let found = retarget(planner.packages, text);
    if let Some(path) = found.unknown.first() {
        let reason = eco_format!("no package is known that has `{path}`");
        planner.stub(&id, &file.from, reason.clone());
        planner.decide(id, Decision::new(Class::Manual, RULE, reason));
        return;
    }
    let short = unit.strip_suffix(".service");
    let unit = short.map_or_else(|| unit.into(), |short| eco_format!("{}.service", services::unit_of(short)));
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let place = Expr::Str(eco_format!("etc/systemd/system/{unit}.d/{name}"));
    let retargeted = found.parts.iter().any(|part| matches!(part, Part::Expr(_)));
    let package =
        Expr::Apply(vec!["pkgs".into(), "writeTextDir".into()], vec![place, Expr::text(found.parts)]);
    planner.reads(eco_format!("unit {unit}"), text);
    planner.push(Topic::Services, &["systemd", "packages"], package, Of::item(&id, &file.from));
    let decision = Decision::new(Class::Unit, RULE, "the drop-in with its text");
    planner.decide(id, decision.flag_if(retargeted, Flag::Retargeted));
}
