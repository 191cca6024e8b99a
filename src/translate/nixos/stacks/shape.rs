//! The common shape of a stack: packages and units that a module takes the place of, and files whose texts become
//! its options.
//!
//! In: a [`Stack`], which a rule's file declares as data. Out: settings and decisions. What is proved once, here:
//! a text's directives are each an option's value or stand in the module's text option, none is left out but those
//! that the stack names as the module's own; a text with secrets never becomes an option; a text that cannot be read
//! so stays open for the rules after this one, which keep it as a file without a consumer.

use super::{absent, syntax, wanted, with_module};
use crate::{
    model::File,
    translate::{
        Class, Flag,
        nixos::{
            expr::Expr,
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
            retarget::{in_file, retarget},
            services,
        },
    },
};
use ecow::EcoString;

/// A program with its package, unit and files.
pub(in crate::translate::nixos) struct Stack {
    /// The rule's name.
    pub(super) name: &'static str,
    /// Debian's and RHEL's packages of it.
    pub(super) packages: &'static [&'static str],
    /// Their units.
    pub(super) units: &'static [&'static str],
    /// The option above `enable`.
    pub(super) module: &'static [&'static str],
    /// Options that are set along with `enable`, since the module's default is another than the program's.
    pub(super) also: &'static [(&'static [&'static str], Value)],
    /// The files that the program reads, by path; a path that ends in `/` is that of a folder.
    pub(super) files: &'static [(&'static str, Form)],
}

/// A value that a stack always sets.
#[derive(Clone, Copy)]
pub(in crate::translate::nixos) enum Value {
    Bool(bool),
    /// An empty list.
    Nothing,
    /// An attribute of `pkgs`.
    Package(&'static str),
}

/// What becomes of a file's text.
#[derive(Clone, Copy)]
pub(in crate::translate::nixos) enum Form {
    /// Lines of an option that is a text, changed by a function first; `None` leaves the file open.
    Text(&'static [&'static str], fn(&str) -> Option<String>),
    /// The file as a whole, by its path.
    Path(&'static [&'static str]),
    /// Settings by a parser of their syntax.
    Settings(fn(&str) -> Option<syntax::Settings>),
    /// It stays where it is, and the program reads it there.
    Stays,
    /// Moved below `/etc`, where the target's program reads it.
    Moved(&'static str),
    /// The module has its own, with the reason why nothing is lost.
    Own(&'static str),
}

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>, stack: &Stack) {
    if planner.service(stack.units).is_some_and(services::is_off) {
        return idle(planner, stack);
    }
    if !wanted(planner, stack.packages, stack.units) {
        return;
    }
    let enable: Vec<&str> = stack.module.iter().copied().chain(["enable"]).collect();
    if !stack.module.is_empty() {
        planner.set(Topic::Services, &enable, Expr::Bool(true), Of::NOBODY);
    }
    for (option, value) in stack.also {
        let value = match value {
            Value::Bool(on) => Expr::Bool(*on),
            Value::Nothing => Expr::List(Vec::new()),
            Value::Package(name) => Expr::select(&format!("pkgs.{name}")),
        };
        planner.set(Topic::Services, option, value, Of::NOBODY);
    }
    with_module(planner, stack.name, stack.packages, stack.units);
    texts(planner, stack.name, stack.files);
}

/// A program that shall not run: nothing reads its files.
fn idle(planner: &mut Planner<'_>, stack: &Stack) {
    for (path, _) in stack.files {
        let found = match path.strip_suffix('/') {
            Some(folder) => planner.open_below(folder),
            None => planner.open_file(path).into_iter().collect(),
        };
        for file in found.into_iter().filter(|file| super::super::plan::is_text(file)) {
            let decision = Decision::new(Class::Satisfied, stack.name, "its program does not run");
            planner.decide(file_id(file), decision);
        }
    }
}

/// Turns the texts of files into what their forms say.
pub(super) fn texts(planner: &mut Planner<'_>, rule: &'static str, files: &[(&str, Form)]) {
    for (path, form) in files {
        let found = match path.strip_suffix('/') {
            Some(folder) => planner.open_below(folder),
            None => planner.open_file(path).into_iter().collect(),
        };
        for file in found {
            if !absent(planner, file, rule) {
                one(planner, rule, file, *form);
            }
        }
        if let (Some(folder), false) = (path.strip_suffix('/'), matches!(form, Form::Stays)) {
            super::folded_folder(planner, folder, rule);
        }
    }
}

fn one(planner: &mut Planner<'_>, rule: &'static str, file: &File, form: Form) {
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    if let Form::Own(reason) = form {
        return planner.decide(id, Decision::new(Class::Satisfied, rule, reason));
    }
    let Some(text) = plain_text(file) else { return secret(planner, rule, file, form) };
    let decision = match form {
        Form::Text(option, change) => {
            let Some(text) = change(text) else { return };
            let Some((text, retargeted)) = targeted(planner, file, rule, &text) else { return };
            planner.reads(file.path.clone(), text.as_str());
            planner.lines(Topic::Services, option, &text, of);
            Decision::file(rule, format!("in {}", option.join(".")), rule)
                .flag_if(retargeted, Flag::Retargeted)
        }
        Form::Path(option) => {
            let Some((text, retargeted)) = targeted(planner, file, rule, text) else { return };
            planner.reads(file.path.clone(), text.as_str());
            let source = planner.artifact(&file.path, text.into_bytes(), false);
            if !planner.set(Topic::Services, option, source, of) {
                return;
            }
            Decision::file(rule, option.join("."), rule).flag_if(retargeted, Flag::Retargeted)
        }
        Form::Settings(read) => {
            let Some(settings) = read(text) else { return };
            settings_of(planner, rule, file, settings)
        }
        Form::Moved(name) => {
            planner.set(Topic::Files, &["environment", "etc", name, "text"], Expr::str(text), of);
            Decision::file(rule, format!("at /etc/{name}, where the program reads it"), rule)
        }
        Form::Stays => stays(planner, rule, file),
        Form::Own(_) => return,
    };
    planner.decide(id, owned(decision, form));
}

/// Who owns a file that became an option, and its mode, are the module's matter.
fn owned(decision: Decision, form: Form) -> Decision {
    if matches!(form, Form::Stays) {
        return decision;
    }
    ["owner", "group", "mode", "validate_cmd"].iter().fold(decision, |decision, field| {
        decision.field(field, Class::Satisfied, "the module writes its program's file")
    })
}

/// The text with Debian's programs replaced; a program without a package is for a human.
fn targeted(
    planner: &mut Planner<'_>,
    file: &File,
    rule: &'static str,
    text: &str,
) -> Option<(String, bool)> {
    let found = retarget(planner.packages, text);
    if let Some(path) = found.unknown.first() {
        let reason = format!("no package is known that has `{path}`");
        planner.stub(&file_id(file), &file.from, reason.as_str());
        planner.decide(file_id(file), Decision::new(Class::Manual, rule, reason));
        return None;
    }
    for attribute in &found.packages {
        planner.system_packages.entry(attribute.clone()).or_default().push(file_id(file));
    }
    Some((in_file(&found), !found.done.is_empty()))
}

fn settings_of(
    planner: &mut Planner<'_>,
    rule: &'static str,
    file: &File,
    settings: syntax::Settings,
) -> Decision {
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    let (mut all, mut lines) = (true, false);
    let option = settings.options.first().map(|(option, _)| option.join(".")).unwrap_or_default();
    for (option, value) in settings.options {
        let option: Vec<&str> = option.iter().map(EcoString::as_str).collect();
        all &= planner.set(Topic::Services, &option, value, of);
    }
    for (option, value) in settings.elements {
        planner.push(Topic::Services, option, value, of);
    }
    for (option, text) in settings.lines {
        let Some((text, _)) = targeted(planner, file, rule, &text) else {
            return Decision::new(Class::Manual, rule, "it names a program of which no package is known");
        };
        lines = true;
        planner.reads(file.path.clone(), text.as_str());
        planner.lines(Topic::Services, option, &text, of);
    }
    match (all, lines) {
        (false, _) => {
            Decision::new(Class::Manual, rule, "another file gives one of its options another value")
        }
        (true, false) => {
            let reason = "each directive in an option; what the file leaves open has the module's default";
            Decision::new(Class::Native, rule, reason)
        }
        (true, true) => Decision::file(rule, format!("options such as {option}, the rest as text"), rule),
    }
}

/// A file at its own path, which the program reads.
fn stays(planner: &mut Planner<'_>, rule: &'static str, file: &File) -> Decision {
    let mut decision = crate::translate::nixos::files::place(planner, file, &file_id(file));
    decision.verdict.rule = rule.into();
    if decision.consumer.is_some() {
        decision.consumer = Some(rule.into());
    }
    decision
}

/// A text with secrets: read from the path where it is put together, where the option takes a path.
fn secret(planner: &mut Planner<'_>, rule: &'static str, file: &File, form: Form) {
    let id = file_id(file);
    let decision = match form {
        Form::Path(option) if super::super::plan::is_text(file) => {
            let mut decision = crate::translate::nixos::files::place(planner, file, &id);
            decision.verdict.rule = rule.into();
            let of = Of::item(&id, &file.from);
            if planner.set(Topic::Services, option, Expr::Str(file.path.clone()), of) {
                decision.consumer = Some(rule.into());
            }
            decision
        }
        Form::Stays => stays(planner, rule, file),
        Form::Text(..) | Form::Path(_) | Form::Settings(_) | Form::Moved(_) | Form::Own(_) => {
            if !super::super::plan::is_text(file) {
                return;
            }
            let reason = "its module would put the secrets in it into the store";
            planner.stub(&id, &file.from, reason);
            Decision::new(Class::Manual, rule, reason).flag(Flag::NeedsSecret)
        }
    };
    planner.decide(id, decision);
}
