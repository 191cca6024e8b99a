//! A module: options and the settings under its switch.

use super::{
    host::{Printed, arguments, blocks, format, format_marked, mentions, stubs},
    printer::{self, Paths},
    tree::Writer,
};
use crate::{
    diag::Result,
    factor::{Declared, Group, Module},
    translate::nixos::{Expr, Setting},
};
use ecow::EcoString;

/// Prints a module and formats it.
///
/// # Errors
/// Gives a text that nixfmt cannot read or does not leave alone: a fault of the printer.
pub(super) fn print(module: &Module, paths: &dyn Paths) -> Result<Printed> {
    let body = format!("{}{}{}", options(module, paths), config(module, paths), stubs(&module.stubs));
    let cfg = match mentions(&body, "cfg.") {
        true => {
            format!("let\ncfg = config.{};\nin\n", printer::path(module.option.iter().map(|it| it.as_str())))
        }
        false => String::new(),
    };
    let header = arguments(&format!("{cfg}{body}"));
    format_marked(&module.file, &format!("# {}\n{header}\n\n{cfg}{{\n{body}}}\n", module.title))
}

/// Prints the options in which hosts say what they are.
///
/// # Errors
/// Gives a text that nixfmt cannot read or does not leave alone: a fault of the printer.
pub(super) fn print_inputs(path: &[EcoString], inputs: &[Declared], paths: &dyn Paths) -> Result<String> {
    let options = declarations(path, String::new(), inputs, paths);
    let text = format!("# what modules read of a host\n{}\n\n{{\n{options}}}\n", arguments(&options));
    format("host.nix", &text)
}

fn options(module: &Module, paths: &dyn Paths) -> String {
    let enable = match module.has_enable() {
        true => format!("enable = lib.mkEnableOption {};\n", printer::quoted(&module.title)),
        false => String::new(),
    };
    declarations(&module.option, enable, &module.options, paths)
}

fn declarations(path: &[EcoString], mut entries: String, options: &[Declared], paths: &dyn Paths) -> String {
    let mut options: Vec<&Declared> = options.iter().collect();
    options.sort_by(|one, other| one.path.cmp(&other.path));
    for declared in options {
        entries.push_str(&option(declared, paths));
    }
    let path = printer::path(path.iter().map(|it| it.as_str()));
    if entries.is_empty() { entries } else { format!("options.{path} = {{\n{entries}}};\n\n") }
}

fn option(declared: &Declared, paths: &dyn Paths) -> String {
    let mut entries = vec![("type".into(), declared.of.clone())];
    entries.extend(declared.default.clone().map(|default| ("default".into(), default)));
    entries.push(("description".into(), Expr::Str(declared.description.clone())));
    let value = Expr::Apply(vec!["lib".into(), "mkOption".into()], vec![Expr::Attrs(entries)]);
    printer::binding(&printer::path(declared.path.iter().map(|it| it.as_str())), &value, paths)
}

fn config(module: &Module, paths: &dyn Paths) -> String {
    let switch = module.enabled_by.as_ref().map(|option| match module.has_enable() {
        true => "cfg.enable".to_owned(),
        false => format!("config.{}", printer::path(option.iter().map(|it| it.as_str()))),
    });
    let mut at = 0;
    let mut groups = Vec::new();
    for group in &module.groups {
        groups.push(settings(group, &mut at, paths));
    }
    let body = match groups.as_slice() {
        [] => return String::new(),
        [one] => one.clone(),
        several => {
            format!("lib.mkMerge [\n{}]", several.iter().map(|group| wrapped(group)).collect::<String>())
        }
    };
    match switch {
        None => format!("config = {body};\n"),
        Some(switch) if body.starts_with('{') => format!("config = lib.mkIf {switch} {body};\n"),
        Some(switch) => format!("config = lib.mkIf {switch} ({body});\n"),
    }
}

fn wrapped(group: &str) -> String {
    if group.starts_with('{') { format!("{group}\n") } else { format!("({group})\n") }
}

fn settings(group: &Group, at: &mut usize, paths: &dyn Paths) -> String {
    let (merged, places) = merged(group, at);
    let mut writer = Writer::new(paths, true);
    for (path, tree) in blocks(merged.iter().zip(places.iter().copied())) {
        writer.gap();
        writer.block(&path, &tree);
    }
    let body = format!("{{\n{}}}", writer.out);
    match &group.when {
        None => body,
        Some(when) => format!("lib.mkIf {} {body}", printer::argument(when, paths)),
    }
}

/// The settings of a group with the elements of one list put together, and the number of the first of each.
fn merged(group: &Group, at: &mut usize) -> (Vec<Setting>, Vec<usize>) {
    let (mut merged, mut places): (Vec<Setting>, Vec<usize>) = (Vec::new(), Vec::new());
    for shared in &group.settings {
        let number = *at;
        *at += 1;
        let known = merged.iter_mut().find(|known| known.option == shared.setting.option);
        match known {
            Some(known) => add(&mut known.value, &shared.setting.value),
            None => {
                merged.push(Setting {
                    value: as_list(shared.element, &shared.setting.value),
                    ..shared.setting.clone()
                });
                places.push(number);
            }
        }
    }
    (merged, places)
}

fn as_list(element: bool, value: &Expr) -> Expr {
    let list = element && !matches!(value, Expr::Packages(_));
    if list { Expr::List(vec![value.clone()]) } else { value.clone() }
}

fn add(known: &mut Expr, value: &Expr) {
    match (known, value) {
        (Expr::Packages(names), Expr::Packages(more)) => {
            names.extend(more.iter().cloned());
            names.sort_unstable();
        }
        (Expr::List(items), value) => items.push(value.clone()),
        _ => {}
    }
}
