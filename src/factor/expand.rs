//! The check: modules and a host's file, expanded, give that host's settings again.
//!
//! Works on the expressions that are emitted, with the option values that the host's file sets, and compares with what
//! the host was translated to. A deleted line of a host or a changed literal of a module is a difference.

use super::{
    definitions,
    files::Files,
    fleet::Fleet,
    module::{Factored, Module, Shared},
};
use crate::{
    maps::HashMap,
    translate::nixos::{Artifact, Expr, Key, Setting},
};
use ecow::EcoString;
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
    let mut found = Vec::new();
    for (host, member) in fleet.members.iter().enumerate() {
        let wanted = wanted(fleet, host, &files);
        let given = expand(&fleet.site, factored, member.certname);
        let options = wanted.keys().chain(given.keys().filter(|option| !wanted.contains_key(*option)));
        for option in options {
            let of = |values: &Values| values.get(option).cloned().unwrap_or_default();
            let (wanted, given) = (of(&wanted), of(&given));
            if wanted != given {
                let option = option.join(".").into();
                found.push(Difference { certname: member.certname.clone(), option, wanted, given });
            }
        }
    }
    found
}

fn wanted(fleet: &Fleet<'_>, host: usize, files: &Files) -> Values {
    let mut values = Values::new();
    let Some(member) = fleet.members.get(host) else { return values };
    for definition in definitions::of_host(fleet, host, member, files) {
        add(&mut values, &definition.option, &read_files(&definition.value, &files.made));
    }
    sorted(values)
}

/// The settings of a host by its file and the modules that are on.
fn expand(site: &EcoString, factored: &Factored, certname: &EcoString) -> Values {
    let mut state = State { factored, set: HashMap::default() };
    let mut hosts_own = Vec::new();
    for setting in factored.hosts.get(certname).map(|file| file.settings.as_slice()).unwrap_or_default() {
        match setting.option.first() {
            Some(first) if first == site => {
                drop(state.set.insert(setting.option.clone(), setting.value.clone()))
            }
            _ => hosts_own.push(setting),
        }
    }
    state.switch_on(site);
    let mut values = Values::new();
    for setting in hosts_own {
        add(&mut values, &setting.option, &read_files(&setting.value, &factored.files));
    }
    for module in factored.modules.values().filter(|module| state.is_on(module)) {
        for shared in state.settings(module).filter(|shared| shared.setting.option.first() != Some(site)) {
            let value = state.value(module, &shared.setting.value);
            add(&mut values, &state.path(module, &shared.setting), &value);
        }
    }
    sorted(values)
}

struct State<'a> {
    factored: &'a Factored,
    set: HashMap<Vec<EcoString>, Expr>,
}

impl<'a> State<'a> {
    /// Follows the modules that switch others on.
    fn switch_on(&mut self, site: &EcoString) {
        loop {
            let mut new = Vec::new();
            for module in self.factored.modules.values().filter(|module| self.is_on(module)) {
                for shared in
                    self.settings(module).filter(|shared| shared.setting.option.first() == Some(site))
                {
                    if !self.set.contains_key(&shared.setting.option) {
                        new.push((shared.setting.option.clone(), shared.setting.value.clone()));
                    }
                }
            }
            if new.is_empty() {
                return;
            }
            self.set.extend(new);
        }
    }

    fn is_on(&self, module: &Module) -> bool {
        let Some(option) = &module.enabled_by else { return true };
        self.set.get(option) == Some(&Expr::Bool(true))
    }

    /// The settings of a module's groups that hold.
    fn settings(&self, module: &'a Module) -> impl Iterator<Item = &'a Shared> {
        let holds = |when: &Option<Expr>| {
            when.as_ref().is_none_or(|when| self.value(module, when) == Expr::Bool(true))
        };
        let groups: Vec<&'a super::module::Group> =
            module.groups.iter().filter(|group| holds(&group.when)).collect();
        groups.into_iter().flat_map(|group| &group.settings)
    }

    /// The option of a setting with the names that its path reads.
    fn path(&self, module: &Module, setting: &Setting) -> Vec<EcoString> {
        let mut path = setting.option.clone();
        for (at, name) in &setting.dynamic {
            let name = self.value(module, name);
            if let (Some(part), Expr::Str(name)) = (path.get_mut(*at), name) {
                *part = name;
            }
        }
        path
    }

    /// Replaces options by their values, and files that are read by their texts.
    fn value(&self, module: &Module, value: &Expr) -> Expr {
        let mut value = value.clone();
        value.rewrite(&mut |expr| {
            if let Some(known) = self.option(module, expr).or_else(|| selected(expr)) {
                *expr = known;
            }
        });
        read_files(&value, &self.factored.files)
    }

    fn option(&self, module: &Module, expr: &Expr) -> Option<Expr> {
        let Expr::Select(parts) = expr else { return None };
        let [cfg, name] = parts.as_slice() else { return None };
        if cfg != "cfg" {
            return None;
        }
        let path: Vec<EcoString> = module.option.iter().chain([name]).cloned().collect();
        let declared = || module.options.iter().find(|declared| declared.name == *name)?.default.clone();
        self.set.get(&path).cloned().or_else(declared)
    }
}

/// A selection whose names are all known.
fn selected(expr: &Expr) -> Option<Expr> {
    let Expr::Get(get) = expr else { return None };
    let (Expr::Select(base), None) = (&get.base, &get.default) else { return None };
    let name = |key: &Key| match key {
        Key::Name(name) | Key::Dynamic(Expr::Str(name)) => Some(name.clone()),
        Key::Dynamic(_) => None,
    };
    let names: Vec<EcoString> = get.keys.iter().map(name).collect::<Option<_>>()?;
    Some(Expr::Select(base.iter().cloned().chain(names).collect()))
}

/// Replaces texts that are read from files by the texts.
fn read_files(value: &Expr, files: &BTreeMap<EcoString, Artifact>) -> Expr {
    let mut value = value.clone();
    value.rewrite(&mut |expr| {
        if let Some(text) = read_file(expr, files) {
            *expr = Expr::Str(text);
        }
    });
    value
}

fn read_file(expr: &Expr, files: &BTreeMap<EcoString, Artifact>) -> Option<EcoString> {
    let Expr::Apply(function, arguments) = expr else { return None };
    let [Expr::Path(place)] = arguments.as_slice() else { return None };
    let reads = function.iter().map(EcoString::as_str).eq(["builtins", "readFile"]);
    let file = files.get(place).filter(|_| reads)?;
    Some(std::str::from_utf8(&file.bytes).ok()?.into())
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
    values.entry(option.to_vec()).or_default().push(format!("{value:?}"));
}

fn sorted(mut values: Values) -> Values {
    values.values_mut().for_each(|values| values.sort_unstable());
    values
}
