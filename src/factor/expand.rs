//! The check: modules and a host's file, expanded, give that host's settings again.
//!
//! Works on the expressions that are emitted, with the option values that the host's file sets, and compares with what
//! the host was translated to. A deleted line of a host or a changed literal of a module is a difference.

use super::{
    definitions,
    evaluate::{Environment, Fault, evaluate},
    files::Files,
    fleet::{Fleet, Member},
    module::{Declared, Factored, Group, Module, Shared},
};
use crate::{
    maps::HashMap,
    translate::nixos::{Artifact, Expr, Setting},
};
use ecow::{EcoString, eco_format};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Where expansion and translation do not agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The host.
    pub certname: EcoString,
    /// The option.
    pub option: EcoString,
    /// What the translation gave: values, in no order.
    pub wanted: Vec<String>,
    /// What modules and host file give.
    pub given: Vec<String>,
}

/// Values by option; a list that several may add to has one for each element.
type Values = BTreeMap<Vec<EcoString>, Vec<String>>;

/// Compares every host's expansion with its translation.
#[must_use]
pub fn check(fleet: &Fleet<'_>, factored: &Factored) -> Vec<Difference> {
    let files = Files::new(fleet);
    let one = |(host, member): (usize, &Member<'_>)| {
        let wanted = wanted(fleet, host, &files);
        let given = State::new(fleet, factored, member.certname).values();
        differences(member.certname, &wanted, &given)
    };
    let members: Vec<_> = fleet.members.iter().enumerate().collect();
    members.into_par_iter().flat_map_iter(one).collect()
}

fn differences(certname: &EcoString, wanted: &Values, given: &Values) -> Vec<Difference> {
    let options = wanted.keys().chain(given.keys().filter(|option| !wanted.contains_key(*option)));
    let of = |values: &Values, option| values.get(option).cloned().unwrap_or_default();
    options
        .filter(|option| wanted.get(*option) != given.get(*option))
        .map(|option| Difference {
            certname: certname.clone(),
            option: option.join(".").into(),
            wanted: of(wanted, option),
            given: of(given, option),
        })
        .collect()
}

fn wanted(fleet: &Fleet<'_>, host: usize, files: &Files) -> Values {
    let mut values = Values::new();
    let Some(member) = fleet.members.get(host) else { return values };
    let nothing = Environment::default();
    for definition in definitions::of_host(fleet, host, member, files) {
        add(&mut values, &definition.option, &normal(&definition.value, &nothing, &files.made));
    }
    sorted(values)
}

/// What a host's file and the modules that are on give.
struct State<'a> {
    site: &'a EcoString,
    factored: &'a Factored,
    settings: &'a [Setting],
    /// The options of modules that are set.
    set: HashMap<Vec<EcoString>, Expr>,
    /// The same with defaults, and the host's own names.
    environment: Environment,
}

impl<'a> State<'a> {
    fn new(fleet: &'a Fleet<'_>, factored: &'a Factored, certname: &EcoString) -> Self {
        let settings = factored.hosts.get(certname).map(|file| file.settings.as_slice()).unwrap_or_default();
        let of_site = settings.iter().filter(|setting| setting.option.first() == Some(&fleet.site));
        let set = of_site.map(|setting| (setting.option.clone(), setting.value.clone())).collect();
        let environment = Environment::default();
        let mut state = Self { site: &fleet.site, factored, settings, set, environment };
        state.name();
        let inputs = Module::path_of_inputs(&fleet.site);
        state.declare(&inputs, &factored.inputs);
        for module in factored.modules.values() {
            state.declare(&module.option, &module.options);
        }
        state.switch_on();
        state
    }

    /// The names that the host's file gives it.
    fn name(&mut self) {
        let own = |last: &str| {
            let option = ["networking", last];
            let found = self.settings.iter().find(|it| it.option.iter().map(EcoString::as_str).eq(option))?;
            if let Expr::Str(text) = &found.value { Some(text.clone()) } else { None }
        };
        let (host, domain) = (own("hostName"), own("domain"));
        let fqdn = host.as_ref().zip(domain.as_ref()).map(|(host, domain)| eco_format!("{host}.{domain}"));
        for (last, value) in [("hostName", host), ("domain", domain), ("fqdn", fqdn)] {
            if let Some(value) = value {
                self.know(&["networking".into(), last.into()], &Expr::Str(value));
            }
        }
    }

    fn declare(&mut self, path: &[EcoString], options: &[Declared]) {
        for declared in options {
            let option: Vec<EcoString> = path.iter().chain(&declared.path).cloned().collect();
            let value = self.set.get(&option).or(declared.default.as_ref()).cloned();
            if let Some(value) = value.and_then(|value| evaluate(&value, &self.environment).ok()) {
                self.know(&option, &value);
            }
        }
    }

    /// What cannot be known stays unknown: a value that reads it is a difference then.
    fn know(&mut self, option: &[EcoString], value: &Expr) {
        let path: Vec<EcoString> = std::iter::once("config".into()).chain(option.iter().cloned()).collect();
        let _: Result<(), Fault> = self.environment.set(&path, value);
    }

    /// Follows the modules that switch others on.
    fn switch_on(&mut self) {
        loop {
            let on = self.factored.modules.values().filter(|module| self.is_on(module));
            let switches = on.flat_map(|module| self.settings(module)).map(|shared| &shared.setting);
            let new: Vec<_> = switches
                .filter(|it| it.option.first() == Some(self.site) && !self.set.contains_key(&it.option))
                .map(|it| (it.option.clone(), it.value.clone()))
                .collect();
            if new.is_empty() {
                return;
            }
            self.set.extend(new);
        }
    }

    fn values(&self) -> Values {
        let mut values = Values::new();
        let files = &self.factored.files;
        for setting in self.settings.iter().filter(|it| it.option.first() != Some(self.site)) {
            add(&mut values, &setting.option, &normal(&setting.value, &self.environment, files));
        }
        for module in self.factored.modules.values().filter(|module| self.is_on(module)) {
            for shared in self.settings(module) {
                let setting = &shared.setting;
                if setting.option.first() != Some(self.site) {
                    add(&mut values, &self.path(module, setting), &self.value(module, &setting.value));
                }
            }
        }
        sorted(values)
    }

    fn is_on(&self, module: &Module) -> bool {
        let Some(option) = &module.enabled_by else { return true };
        self.set.get(option) == Some(&Expr::Bool(true))
    }

    /// The settings of a module's groups that hold.
    fn settings(&self, module: &'a Module) -> impl Iterator<Item = &'a Shared> + use<'a> {
        let holds = |group: &&Group| {
            group.when.as_ref().is_none_or(|when| self.value(module, when) == Expr::Bool(true))
        };
        let groups: Vec<&'a Group> = module.groups.iter().filter(holds).collect();
        groups.into_iter().flat_map(|group| &group.settings)
    }

    /// The option of a setting with the names that its path reads.
    fn path(&self, module: &Module, setting: &Setting) -> Vec<EcoString> {
        let mut path = setting.option.clone();
        for (at, name) in &setting.dynamic {
            if let (Some(part), Expr::Str(name)) = (path.get_mut(*at), self.value(module, name)) {
                *part = name;
            }
        }
        path
    }

    fn value(&self, module: &Module, value: &Expr) -> Expr {
        let mut value = value.clone();
        value.rewrite(&mut |expr| {
            if let Expr::Select(path) = expr
                && path.first().is_some_and(|first| first == "cfg")
            {
                let rest = path.iter().skip(1);
                *path = std::iter::once("config".into())
                    .chain(module.option.iter().chain(rest).cloned())
                    .collect();
            }
        });
        normal(&value, &self.environment, &self.factored.files)
    }
}

/// The normal form of a value, in which texts stand for the files they are read from. What cannot be evaluated stays
/// as it is.
fn normal(value: &Expr, environment: &Environment, files: &BTreeMap<EcoString, Artifact>) -> Expr {
    let mut value = evaluate(value, environment).unwrap_or_else(|_| value.clone());
    value.rewrite(&mut |expr| {
        if let Some(text) = read_file(expr) {
            *expr = Expr::Str(text);
        } else if let Some((program, text)) = written(expr, files) {
            *expr = Expr::apply("file", vec![Expr::Bool(program), Expr::Str(text)]);
        }
    });
    value
}

/// A file with a text, whether it is one of the output or written to the store; and whether it is a program.
fn written(expr: &Expr, files: &BTreeMap<EcoString, Artifact>) -> Option<(bool, EcoString)> {
    if let Expr::Path(place) = expr {
        let file = files.get(place)?;
        return Some((file.executable, std::str::from_utf8(&file.bytes).ok()?.into()));
    }
    let Expr::Apply(function, arguments) = expr else { return None };
    let [_, Expr::Str(text)] = arguments.as_slice() else { return None };
    match function.join(".").as_str() {
        "pkgs.writeText" => Some((false, text.clone())),
        "pkgs.writeScript" => Some((true, text.clone())),
        _ => None,
    }
}

/// The text of a file that is read; the file is in its normal form already.
fn read_file(expr: &Expr) -> Option<EcoString> {
    let Expr::Apply(function, arguments) = expr else { return None };
    let [Expr::Apply(file, text)] = arguments.as_slice() else { return None };
    let reads = function.iter().map(EcoString::as_str).eq(["builtins", "readFile"]);
    match text.as_slice() {
        [_, Expr::Str(text)] if reads && file.iter().eq(["file"]) => Some(text.clone()),
        _ => None,
    }
}

/// Adds a value; attribute sets are taken apart, so that one given whole equals one given in parts.
fn add(values: &mut Values, option: &[EcoString], value: &Expr) {
    if let Expr::Attrs(entries) = value
        && !entries.is_empty()
    {
        for (name, value) in entries {
            let inner: Vec<EcoString> = option.iter().chain([name]).cloned().collect();
            add(values, &inner, value);
        }
        return;
    }
    if let Expr::List(items) = value
        && definitions::unordered(option)
    {
        return items.iter().for_each(|item| add(values, option, item));
    }
    // a text is what a file with it is
    if let ([environment, etc, path, text], Expr::Str(it)) = (option, value)
        && (environment.as_str(), etc.as_str(), text.as_str()) == ("environment", "etc", "text")
    {
        let source = [environment.clone(), etc.clone(), path.clone(), "source".into()];
        let file = Expr::apply("file", vec![Expr::Bool(false), Expr::Str(it.clone())]);
        values.entry(source.to_vec()).or_default().push(format!("{file:?}"));
        return;
    }
    values.entry(option.to_vec()).or_default().push(format!("{value:?}"));
}

fn sorted(mut values: Values) -> Values {
    values.values_mut().for_each(|values| values.sort_unstable());
    values
}
