//! Unit files of the site below `/etc/systemd/system`, and the services they define.

use super::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic, file_id, plain_text},
    retarget::retarget,
    services,
};
use crate::{
    maps::IndexMap,
    model::{File, ItemId, ItemKind},
    translate::{Class, Flag},
};
use ecow::{EcoString, eco_format};

const RULE: &str = "units";
const FOLDER: &str = "/etc/systemd/system";

pub(super) type Section = IndexMap<EcoString, Vec<EcoString>>;

pub(super) fn run(planner: &mut Planner<'_>) {
    for file in planner.open_below(FOLDER) {
        let Some(name) = file.path.strip_prefix("/etc/systemd/system/") else { continue };
        let Some(text) = plain_text(file) else { continue };
        match name.split_once('/') {
            None if name.ends_with(".service") => service(planner, file, (name, text)),
            None if is_unit(name) => whole(planner, file, (name, text)),
            // drop-ins of the site's own units were taken with these
            _ => {}
        }
    }
}

fn is_unit(name: &str) -> bool {
    [".timer", ".socket", ".path", ".mount", ".target", ".slice"].iter().any(|kind| name.ends_with(kind))
}

/// A unit of another kind keeps its text.
fn whole(planner: &mut Planner<'_>, file: &File, (name, text): (&str, &str)) {
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    let parts = drop_ins(planner, name);
    let text = &with_drop_ins(text, &parts);
    let mut entries = vec![("text", Expr::str(text.as_str()))];
    let wanted = sections(text).shift_remove("Install").and_then(|mut it| it.shift_remove("WantedBy"));
    if let Some(targets) = wanted.filter(|_| is_wanted(planner, name)) {
        entries.push((
            "wantedBy",
            Expr::strings(targets.iter().flat_map(|it| it.split_whitespace()).map(EcoString::from)),
        ));
    }
    planner.set(Topic::Services, &["systemd", "units", name], Expr::attrs(entries), of);
    planner.decide(id, Decision::new(Class::Unit, RULE, "the unit with its text"));
    decide_service(planner, name);
    folded(planner, name, &parts);
}

fn is_wanted(planner: &Planner<'_>, unit: &str) -> bool {
    let short = unit.strip_suffix(".service").unwrap_or(unit);
    planner.service(&[short, unit]).is_some_and(|service| !services::is_off(service))
}

fn decide_service(planner: &mut Planner<'_>, unit: &str) {
    let short = unit.strip_suffix(".service").unwrap_or(unit);
    if let Some(service) = planner.service(&[short, unit]) {
        let id = ItemId::new(ItemKind::Service, service.name.clone());
        let decision = Decision::new(Class::Unit, RULE, "the unit's own service");
        planner.decide(id, services::state(service, decision));
    }
}

fn service(planner: &mut Planner<'_>, file: &File, (name, text): (&str, &str)) {
    let id = file_id(file);
    let short = name.strip_suffix(".service").unwrap_or(name);
    let parts = drop_ins(planner, name);
    let text = with_drop_ins(text, &parts);
    let text = text.as_str();
    let found = retarget(planner.packages, text);
    if let Some(path) = found.unknown.first() {
        let reason = eco_format!("no package is known that has `{path}`");
        planner.stub(&id, &file.from, reason.clone());
        for file in parts.iter().map(|(file, _)| *file).chain([file]) {
            planner.decide(file_id(file), Decision::new(Class::Manual, RULE, reason.clone()));
        }
        return;
    }
    let mut sections = sections(text);
    for (key, values) in sections.values_mut().flatten() {
        effective(key, values);
    }
    let mut entries = Vec::new();
    head(&mut entries, sections.get_mut("Unit"));
    let install = sections.shift_remove("Install").unwrap_or_default();
    if is_wanted(planner, name) || planner.service(&[short]).is_none() {
        for (key, option) in [("WantedBy", "wantedBy"), ("RequiredBy", "requiredBy")] {
            if let Some(targets) = install.get(key) {
                entries.push((option, words(targets)));
            }
        }
    }
    for (section, option) in [("Unit", "unitConfig"), ("Service", "serviceConfig")] {
        let rest = sections.shift_remove(section).unwrap_or_default();
        if !rest.is_empty() {
            let pairs = rest.iter().map(|(key, values)| (key.clone(), values_of(planner, values)));
            entries.push((option, Expr::attrs(pairs.collect::<Vec<_>>())));
        }
    }
    planner.reads(eco_format!("unit {name}"), text);
    planner.set(
        Topic::Services,
        &["systemd", "services", short],
        Expr::attrs(entries),
        Of::item(&id, &file.from),
    );
    let retargeted = !found.done.is_empty();
    let reason = "a unit with the same directives";
    planner.decide(id, Decision::new(Class::Unit, RULE, reason).flag_if(retargeted, Flag::Retargeted));
    decide_service(planner, name);
    folded(planner, name, &parts);
}

/// The undecided drop-ins of a unit with their texts, in systemd's order; those that are no text stay open.
pub(super) fn drop_ins<'a>(planner: &Planner<'a>, unit: &str) -> Vec<(&'a File, &'a str)> {
    let files = planner.open_below(&format!("{FOLDER}/{unit}.d")).into_iter();
    let parts = files.filter(|file| file.path.ends_with(".conf"));
    parts.filter_map(|file| Some((file, plain_text(file)?))).collect()
}

/// A unit's text with its drop-ins at the end: systemd reads them so. Nothing before a drop-in's first section counts.
fn with_drop_ins(text: &str, parts: &[(&File, &str)]) -> String {
    if parts.is_empty() {
        return text.to_owned();
    }
    let texts = [text].into_iter().chain(parts.iter().map(|(_, part)| *part));
    let texts: Vec<&str> = texts.map(str::trim_end).collect();
    format!("{}\n", texts.join("\n\n"))
}

/// Decides on drop-ins that are part of their unit now, and on their folder.
fn folded(planner: &mut Planner<'_>, unit: &str, parts: &[(&File, &str)]) {
    for (file, _) in parts {
        planner.decide(file_id(file), Decision::new(Class::Unit, RULE, "in the unit it belongs to"));
    }
    folder(planner, unit);
}

/// The folder of drop-ins: on the target it holds what is declared and nothing else.
pub(super) fn folder(planner: &mut Planner<'_>, unit: &str) {
    let path = format!("{FOLDER}/{unit}.d");
    for file in planner.open_below(&path) {
        super::stacks::absent(planner, file, RULE);
    }
    if planner.open_below(&path).is_empty()
        && let Some(folder) = planner.open_file(&path)
    {
        let reason = "the unit has the declared drop-ins and no others";
        planner.decide(file_id(folder), Decision::new(Class::Satisfied, RULE, reason));
    }
}

/// Tells whether a directive has one value, so that the last one counts (systemd.exec(5), systemd.service(5)).
pub(super) fn is_scalar(key: &str) -> bool {
    const STARTS: [&str; 9] =
        ["Limit", "Memory", "CPU", "Tasks", "Restart", "Timeout", "Protect", "Start", "Kill"];
    const WORDS: [&str; 20] = [
        "Description",
        "Type",
        "User",
        "Group",
        "Nice",
        "UMask",
        "WorkingDirectory",
        "PIDFile",
        "RemainAfterExit",
        "OOMScoreAdjust",
        "OOMPolicy",
        "PrivateTmp",
        "PrivateDevices",
        "PrivateNetwork",
        "NoNewPrivileges",
        "StandardOutput",
        "StandardError",
        "SyslogIdentifier",
        "IOWeight",
        "DefaultDependencies",
    ];
    STARTS.iter().any(|start| key.starts_with(start)) || WORDS.contains(&key)
}

/// Leaves what counts of a directive's values: those after the last reset, one where it has one.
pub(super) fn effective(key: &str, values: &mut Vec<EcoString>) {
    if let Some(reset) = values.iter().rposition(|value| value.is_empty()).filter(|_| values.len() > 1) {
        values.drain(..=reset);
    }
    if is_scalar(key) && values.len() > 1 {
        values.drain(..values.len() - 1);
    }
}

/// The directives of `[Unit]` that have options of their own.
fn head(entries: &mut Vec<(&'static str, Expr)>, unit: Option<&mut Section>) {
    const LISTS: [(&str, &str); 8] = [
        ("After", "after"),
        ("Before", "before"),
        ("Wants", "wants"),
        ("Requires", "requires"),
        ("BindsTo", "bindsTo"),
        ("PartOf", "partOf"),
        ("Conflicts", "conflicts"),
        ("Requisite", "requisite"),
    ];
    let Some(unit) = unit else { return };
    if let Some(text) = unit.shift_remove("Description") {
        entries.push(("description", Expr::Str(text.join(" ").into())));
    }
    for (key, option) in LISTS {
        if let Some(units) = unit.shift_remove(key) {
            entries.push((option, words(&units)));
        }
    }
}

fn words(texts: &[EcoString]) -> Expr {
    Expr::strings(texts.iter().flat_map(|text| text.split_whitespace()).map(EcoString::from))
}

/// One value, or a list for a directive that is given several times.
fn values_of(planner: &Planner<'_>, values: &[EcoString]) -> Expr {
    let one = |text: &EcoString| Expr::text(retarget(planner.packages, text).parts);
    match values {
        [value] => one(value),
        several => Expr::List(several.iter().map(one).collect()),
    }
}

/// The sections of a unit file; lines that end in a backslash go on.
pub(super) fn sections(text: &str) -> IndexMap<EcoString, Section> {
    let mut sections: IndexMap<EcoString, Section> = IndexMap::default();
    let mut current: EcoString = "".into();
    let joined = text.replace("\\\n", " ");
    for line in joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
    {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = name.into();
        } else if let Some((key, value)) = line.split_once('=') {
            let section = sections.entry(current.clone()).or_default();
            section.entry(key.trim().into()).or_default().push(value.trim().into());
        }
    }
    sections
}
