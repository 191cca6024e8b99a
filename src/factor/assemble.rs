//! Puts modules and host files together.

use super::{
    definitions::{self, Definition},
    draft::{Draft, type_of},
    expressions::Expressions,
    files::Files,
    fleet::{Fleet, UnitName},
    inputs::{Input, Owner},
    ladder::Ladder,
    module::{Declared, Factored, Group, HostFile, Module, Rungs, Shared},
    places,
    slots::{Slot, SlotKey, align},
    stubs,
    tables::Tables,
    units::{Hosts, Units},
};
use crate::{
    maps::IndexMap,
    translate::nixos::{Expr, Setting, Topic},
};
use ecow::EcoString;

/// Factors a fleet.
#[must_use]
pub fn factor(fleet: &Fleet<'_>) -> Factored {
    let mut files = Files::new(fleet);
    let members = fleet.members.iter().enumerate();
    let all: Vec<Vec<Definition>> =
        members.map(|(host, member)| definitions::of_host(fleet, host, member, &files)).collect();
    let units = Units::new(fleet, &all);
    let mut work = Work::new(fleet, units);
    let shared = all.into_iter().enumerate().map(|(host, made)| work.keep_own(host, made)).collect();
    let certnames: Vec<EcoString> = fleet.members.iter().map(|member| member.certname.clone()).collect();
    let mut rungs = Rungs::default();
    let expressions = Expressions::new(fleet);
    let mut making =
        Making { files: &mut files, rungs: &mut rungs, certnames: &certnames, expressions: &expressions };
    for (key, slot) in align(shared) {
        work.place(&key, &slot, &mut making);
    }
    work.switches(&mut making);
    let inputs = work.inputs(&making);
    work.set_options();
    work.enable();
    let inputs_path = Module::path_of_inputs(&fleet.site);
    Factored { inputs, inputs_path, ..work.finish(files, rungs) }
}

/// What slots are made into, beside their module.
struct Making<'m> {
    files: &'m mut Files,
    rungs: &'m mut Rungs,
    certnames: &'m [EcoString],
    expressions: &'m Expressions<'m>,
}

struct Work<'a> {
    fleet: &'a Fleet<'a>,
    units: Units,
    drafts: IndexMap<UnitName, Draft>,
    hosts: Vec<Vec<Setting>>,
}

impl<'a> Work<'a> {
    fn new(fleet: &'a Fleet<'a>, units: Units) -> Self {
        let mut drafts: IndexMap<UnitName, Draft> = IndexMap::default();
        for name in units.all.keys() {
            let draft = drafts.entry(name.clone()).or_default();
            // the options of a class below this one stand below its own
            for below in units.all.keys() {
                if let (Some(rest), true) =
                    (below.parts().strip_prefix(name.parts().as_slice()), below != name)
                    && let Some(part) = rest.first()
                {
                    draft.names.reserve(part.clone());
                }
            }
        }
        reserve_parameters(fleet, &mut drafts);
        Self { fleet, units, drafts, hosts: vec![Vec::new(); fleet.members.len()] }
    }

    /// Keeps what is the host's alone for its file; gives the rest.
    fn keep_own(&mut self, host: usize, made: Vec<Definition>) -> Vec<Definition> {
        let alone = |unit: &UnitName| matches!(unit, UnitName::Node(_)) && self.units.hosts(unit).len() == 1;
        let (own, shared): (Vec<_>, Vec<_>) =
            made.into_iter().partition(|it| definitions::is_own(&it.option) || alone(&it.unit));
        let Some(settings) = self.hosts.get_mut(host) else { return shared };
        for definition in own {
            keep(settings, definition);
        }
        shared
    }

    fn place(&mut self, key: &SlotKey, slot: &Slot, making: &mut Making<'_>) {
        let draft = self.drafts.entry(key.unit.clone()).or_default();
        let mut ladder = Ladder {
            files: &mut *making.files,
            rungs: &mut *making.rungs,
            certnames: making.certnames,
            expressions: making.expressions,
            units: &self.units,
            unit: &key.unit,
            draft,
        };
        let value = ladder.climb(key, slot);
        let dynamic = slot.varying.iter().map(|varying| (varying.at, ladder.name(key, varying))).collect();
        let (option, value) = as_text(key.option.clone(), value);
        let made = Setting::new(slot.topic, option, value);
        let setting = Setting { origin: slot.origin.clone(), dynamic, ..made };
        let items = slot.held.iter().map(|(host, held)| (*host, held.items.clone())).collect();
        let presence: Hosts = slot.held.keys().copied().collect();
        draft.groups.entry(presence).or_default().push(Shared { setting, items, element: key.is_element() });
    }

    /// Declares what expressions read, and lets hosts set it; gives the options of hosts.
    fn inputs(&mut self, making: &Making<'_>) -> Vec<Declared> {
        let mut of_hosts = Vec::new();
        for ((owner, path), input) in self.used_inputs(making) {
            let of = type_of(&input.values.values().collect::<Vec<_>>());
            let (default, differ) = making.expressions.default_of(&self.units, &owner, &input);
            let (below, options) = match &owner {
                Owner::Host => (Module::path_of_inputs(&self.fleet.site), &mut of_hosts),
                Owner::Unit(unit) => {
                    let draft = self.drafts.entry(unit.clone()).or_default();
                    (places::option(&self.fleet.site, unit, None), &mut draft.options)
                }
            };
            let option: Vec<EcoString> = below.into_iter().chain(path.iter().cloned()).collect();
            options.push(Declared { path, of, default, description: input.about.description });
            for (host, value) in differ {
                self.host_sets(host, option.clone(), value);
            }
        }
        of_hosts
    }

    /// The inputs that are read. A default may read facts in turn: those come last.
    fn used_inputs(&self, making: &Making<'_>) -> Vec<((Owner, Vec<EcoString>), Input)> {
        let registry = &making.expressions.registry;
        for ((owner, _), input) in registry.used() {
            // notes what the default reads
            making.expressions.default_of(&self.units, &owner, &input);
        }
        registry.used()
    }

    /// Lets hosts set the options of the modules.
    fn set_options(&mut self) {
        let mut set = Vec::new();
        for (unit, draft) in &mut self.drafts {
            for (host, name, value) in std::mem::take(&mut draft.set) {
                set.push((host, places::option(&self.fleet.site, unit, Some(&name)), value));
            }
        }
        for (host, option, value) in set {
            self.host_sets(host, option, value);
        }
    }

    fn host_sets(&mut self, host: usize, option: Vec<EcoString>, value: Expr) {
        if let Some(settings) = self.hosts.get_mut(host) {
            settings.push(Setting::new(Topic::Host, option, value));
        }
    }

    /// Gives each group that only some hosts of its unit have a condition.
    fn switches(&mut self, making: &mut Making<'_>) {
        let expressions = making.expressions;
        let mut set = Vec::new();
        for (unit, draft) in &mut self.drafts {
            let everyone = self.units.hosts(unit);
            for (presence, settings) in &draft.groups {
                let Some(first) = settings.first().filter(|_| *presence != everyone) else { continue };
                let (host, items) =
                    first.items.iter().next().map_or((0, [].as_slice()), |(host, items)| (*host, items));
                if let Some(found) = expressions.presence(&self.units, unit, presence, (host, items)) {
                    draft.when.insert(presence.clone(), found);
                    making.rungs.expression += 1;
                    continue;
                }
                let units = &self.units;
                let reads = |host: usize| {
                    first.items.get(&host).map(|items| expressions.reads(host, items)).unwrap_or_default()
                };
                let tables = Tables { expressions, units, unit, reads: &reads };
                if let Some(found) = tables.presence(presence, &everyone) {
                    draft.when.insert(presence.clone(), found);
                    making.rungs.table += 1;
                    continue;
                }
                let item = items.first();
                let name = draft.names.switch(item, &first.setting.option);
                let usual = presence.len() * 2 > everyone.len();
                draft.when.insert(presence.clone(), Expr::Select(vec!["cfg".into(), name.clone()]));
                let option = places::option(&self.fleet.site, unit, Some(&name));
                let differ = everyone.iter().filter(|host| presence.contains(host) != usual);
                set.extend(differ.map(|host| (*host, option.clone(), Expr::Bool(!usual))));
                draft.options.push(Declared {
                    path: vec![name],
                    of: Expr::select("lib.types.bool"),
                    default: Some(Expr::Bool(usual)),
                    description: describe(settings),
                });
                making.rungs.switches += 1;
            }
        }
        for (host, option, value) in set {
            self.host_sets(host, option, value);
        }
    }

    /// Lets includers, else hosts, switch units on.
    fn enable(&mut self) {
        let empty = self.empty();
        let mut by_hosts = Vec::new();
        for (name, unit) in &self.units.all {
            if *name == UnitName::Main || unit.nested.is_some() || empty.contains(name) {
                continue;
            }
            let option = places::option(&self.fleet.site, name, Some("enable"));
            for (parent, from) in &unit.parents {
                let everyone = self.units.hosts(parent);
                let carried = self.carries(parent, from);
                match self.drafts.get_mut(parent).filter(|_| carried) {
                    Some(draft) => {
                        let setting = Setting::new(Topic::Host, option.clone(), Expr::Bool(true));
                        draft
                            .groups
                            .entry(everyone)
                            .or_default()
                            .insert(0, Shared { setting, items: Default::default(), element: false });
                    }
                    None => by_hosts.extend(from.iter().map(|host| (*host, option.clone()))),
                }
            }
        }
        for (host, option) in by_hosts {
            self.host_sets(host, option, Expr::Bool(true));
        }
    }

    /// Tells whether a class switches on what it includes: where it does so on all of its hosts.
    fn carries(&self, parent: &UnitName, from: &Hosts) -> bool {
        matches!(parent, UnitName::Class(_)) && self.units.hosts(parent) == *from
    }

    /// Units that neither set anything nor bring one that does.
    fn empty(&self) -> Vec<UnitName> {
        let mut full: Vec<&UnitName> =
            self.drafts.iter().filter(|(_, draft)| !draft.groups.is_empty()).map(|(name, _)| name).collect();
        let mut at = 0;
        while let Some(name) = full.get(at).copied() {
            let parents = self.units.all.get(name).map(|unit| unit.parents.iter().collect::<Vec<_>>());
            for (parent, from) in parents.unwrap_or_default() {
                if self.carries(parent, from) && !full.contains(&parent) {
                    full.push(parent);
                }
            }
            at += 1;
        }
        self.units.all.keys().filter(|name| !full.contains(name)).cloned().collect()
    }

    fn finish(mut self, files: Files, rungs: Rungs) -> Factored {
        let empty = self.empty();
        let places = places::Places::new(&self.units, &empty);
        let mut stubs = stubs::by_unit(self.fleet, &self.units);
        let mut modules = IndexMap::default();
        for (name, draft) in std::mem::take(&mut self.drafts) {
            let unused = draft.groups.is_empty() && !stubs.contains_key(&name);
            if (empty.contains(&name) || self.units.root(&name) != &name) && unused {
                continue;
            }
            let root = self.units.root(&name);
            let switch = || places::option(&self.fleet.site, root, Some("enable"));
            let enabled_by = (*root != UnitName::Main).then(switch);
            let mut groups: Vec<Group> = draft
                .groups
                .into_iter()
                .map(|(presence, settings)| Group { when: draft.when.get(&presence).cloned(), settings })
                .collect();
            groups.sort_by_key(|group| group.when.is_some());
            modules.insert(
                name.clone(),
                Module {
                    file: places.file(&name),
                    option: places::option(&self.fleet.site, &name, None),
                    enabled_by,
                    title: name.title(),
                    options: draft.options,
                    groups,
                    stubs: stubs.shift_remove(&name).unwrap_or_default(),
                },
            );
        }
        let hosts =
            self.fleet.members.iter().zip(self.hosts).enumerate().map(|(host, (member, settings))| {
                let file = places::host_file(host, member, &self.units);
                (member.certname.clone(), HostFile { file, settings })
            });
        Factored { hosts: hosts.collect(), modules, files: files.made, rungs, ..Factored::default() }
    }
}

/// Adds a definition to a host's own settings; elements of one list are put together.
fn keep(settings: &mut Vec<Setting>, definition: Definition) {
    let Definition { topic, option, mut value, element, origin, items, .. } = definition;
    if element && !matches!(value, Expr::Packages(_)) {
        value = Expr::List(vec![value]);
    }
    let known = settings.iter_mut().find(|known| element && known.option == option);
    let Some(known) = known else {
        return settings.push(Setting { origin, items, ..Setting::new(topic, option, value) });
    };
    match (&mut known.value, value) {
        (Expr::Packages(names), Expr::Packages(more)) => names.extend(more),
        (Expr::List(values), Expr::List(more)) => values.extend(more),
        _ => {}
    }
    known.items.extend(items);
}

/// A text that would be written to a file for `environment.etc` is given as a text.
fn as_text(mut option: Vec<EcoString>, value: Expr) -> (Vec<EcoString>, Expr) {
    let of_etc = option.iter().map(EcoString::as_str).take(2).eq(["environment", "etc"]);
    let source = option.last_mut().filter(|last| of_etc && *last == "source");
    if let Expr::Apply(function, arguments) = &value
        && let (Some(last), [_, text]) = (source, arguments.as_slice())
        && function.iter().eq(["pkgs", "writeText"])
    {
        *last = "text".into();
        let text = text.clone();
        return (option, text);
    }
    (option, value)
}

/// Options of class parameters have their names.
fn reserve_parameters(fleet: &Fleet<'_>, drafts: &mut IndexMap<UnitName, Draft>) {
    for member in &fleet.members {
        let classes = member.catalog.resources.values().filter(|it| it.reference.type_name == "Class");
        for class in classes {
            let (unit, names) = match fleet.unit_of_class(class) {
                Some(unit) => (unit, class.parameters.keys().cloned().collect()),
                None => {
                    let title = class.reference.title.to_lowercase();
                    let first = title.split("::").next().unwrap_or_default();
                    (fleet.unit(&class.origin.frames), vec![EcoString::from(first)])
                }
            };
            let draft = drafts.entry(unit).or_default();
            names.into_iter().for_each(|name| draft.names.reserve(name));
        }
    }
}

/// Says what a switch brings, by the first options.
fn describe(settings: &[Shared]) -> EcoString {
    let mut options: Vec<String> =
        settings.iter().map(|shared| format!("`{}`", shared.setting.option.join("."))).collect();
    options.dedup();
    let more = options.len().saturating_sub(3);
    options.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", options.join(", ")).into()
}
