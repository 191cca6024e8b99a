//! Attributes that differ between the hosts of a fleet: what is transliterated gives every host's own value.
//!
//! Run it over another site with `SITE=path [MODULES=a:b] cargo test --test transliterate -- --nocapture` to see what is
//! refused there, by reason.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

#[path = "common/site.rs"]
mod site;

use ecow::EcoString;
use migrate::{
    catalog::{Catalog, ResourceRef},
    compile::Exported,
    factor::{
        evaluate::{Environment, evaluate},
        transliterate::{Inputs, Kind, Manifests, Term, attribute},
    },
    inputs::{NodeInputs, derive_legacy_facts},
    source::{DiskWorld, Origin},
    translate::nixos::{Expr, Key},
    value::Value,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

struct Host {
    catalog: Catalog,
    facts: Value,
    variables: Vec<(EcoString, Value)>,
    trusted: Value,
}

fn compile(site: &Path) -> (Vec<Host>, Vec<PathBuf>, Option<PathBuf>) {
    let world = DiskWorld::new(1_700_000_000);
    let (repo, hosts) = site::compile(site, std::env::var("MODULES").ok(), 7, Exported::None, &world);
    let host = |(catalog, inputs): (Catalog, NodeInputs)| Host {
        catalog,
        facts: derive_legacy_facts(&inputs.facts),
        variables: inputs.parameters.into_iter().collect(),
        trusted: inputs.trusted,
    };
    (hosts.into_iter().map(host).collect(), repo.module_path, repo.manifest)
}

/// A value of Puppet as a literal; `None` for secrets and what is no plain data.
fn literal(value: &Value) -> Option<Expr> {
    Some(match value {
        Value::Undef => Expr::Null,
        Value::Bool(it) => Expr::Bool(*it),
        Value::Int(it) => Expr::Int(*it),
        Value::Float(it) => Expr::Float(*it),
        Value::Str(it) if it.labels().is_none() => Expr::Str(it.text().clone()),
        Value::Array(items) => Expr::List(items.iter().map(literal).collect::<Option<_>>()?),
        Value::Hash(entries) => {
            let entry = |(key, value): (&Value, &Value)| Some((key.as_str()?.into(), literal(value)?));
            Expr::Attrs(entries.iter().map(entry).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Inputs of the whole fleet: every class parameter, fact and node variable.
struct Given<'a> {
    hosts: &'a [Host],
    known: RefCell<HashMap<Vec<EcoString>, Option<Term>>>,
}

impl Given<'_> {
    /// An input with the kinds of all hosts' values; those without one have null.
    fn input(&self, path: Vec<EcoString>, value: impl Fn(&Host) -> Option<Expr>) -> Option<Term> {
        self.once(path, |path| self.of_values(path, self.hosts.iter().map(value).collect()))
    }

    fn once(&self, path: Vec<EcoString>, find: impl FnOnce(Vec<EcoString>) -> Option<Term>) -> Option<Term> {
        if let Some(known) = self.known.borrow().get(&path) {
            return known.clone();
        }
        let found = find(path.clone());
        self.known.borrow_mut().insert(path, found.clone());
        found
    }

    fn of_values(&self, path: Vec<EcoString>, values: Vec<Option<Expr>>) -> Option<Term> {
        let present: Vec<&Expr> = values.iter().flatten().collect();
        if present.is_empty() {
            return None;
        }
        let kind = Kind::of_all(present.iter().copied());
        if present.len() == values.len() {
            return Some(Term { expr: Expr::Select(path), kind });
        }
        let (first, rest) = path.split_first()?;
        let keys = rest.iter().cloned().map(Key::Name).collect();
        let expr = Expr::Select(vec![first.clone()]).select_keys(keys, Some(Expr::Null));
        Some(Term { expr, kind: kind.or(&Kind::new(Kind::NULL)) })
    }

    fn below(&self, root: &str, path: &[&str], of: fn(&Host) -> &Value) -> Option<Term> {
        let names = std::iter::once(root).chain(path.iter().copied()).map(Into::into).collect();
        self.input(names, |host| {
            let found = path.iter().try_fold(of(host), |value, key| value.get(key))?;
            literal(found)
        })
    }
}

fn class_title(class: &str) -> String {
    let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
    class.split("::").map(capital).collect::<Vec<_>>().join("::")
}

impl Inputs for Given<'_> {
    fn parameter(&self, class: &str, name: &str) -> Option<Term> {
        let title = class_title(class);
        let of = |host: &Host| {
            let found = host.catalog.resources.get(&ResourceRef::new("Class", title.as_str()))?;
            Some(found.parameters.get(name).and_then(|it| literal(&it.value)))
        };
        // only hosts with the class count: they alone have its options
        self.once(vec!["classes".into(), class.into(), name.into()], |path| {
            self.of_values(path, self.hosts.iter().filter_map(of).collect())
        })
    }

    fn fact(&self, path: &[&str]) -> Option<Term> {
        self.below("facts", path, |host| &host.facts)
    }

    fn variable(&self, name: &str) -> Option<Term> {
        self.input(vec!["node".into(), name.into()], |host| {
            let found = host.variables.iter().find(|(known, _)| known == name);
            literal(&found?.1)
        })
    }

    fn trusted(&self, path: &[&str]) -> Option<Term> {
        self.below("trusted", path, |host| &host.trusted)
    }

    fn lookup(&self, _: &str) -> Option<Term> {
        None
    }

    fn origin(&self, container: &str) -> Option<Arc<Origin>> {
        let reference = ResourceRef::parse(container)?;
        let of = |host: &Host| host.catalog.resources.get(&reference).map(|it| it.origin.clone());
        self.hosts.iter().find_map(of)
    }
}

fn environment(host: &Host) -> Environment {
    let mut environment = Environment::default();
    let mut set = |path: &[EcoString], value: Option<Expr>| {
        if let Some(value) = value {
            environment.set(path, &value).unwrap();
        }
    };
    set(&["facts".into()], literal(&host.facts));
    set(&["trusted".into()], Some(literal(&host.trusted).unwrap_or(Expr::Attrs(Vec::new()))));
    set(&["classes".into()], Some(Expr::Attrs(Vec::new())));
    set(&["node".into()], Some(Expr::Attrs(Vec::new())));
    for (name, value) in &host.variables {
        set(&["node".into(), name.clone()], literal(value));
    }
    for resource in host.catalog.resources.values().filter(|it| it.reference.type_name == "Class") {
        let class: EcoString = resource.reference.title.to_lowercase();
        for (name, parameter) in &resource.parameters {
            set(&["classes".into(), class.clone(), name.clone()], literal(&parameter.value));
        }
    }
    environment
}

/// One attribute at one place, on all hosts that have it.
struct Slot {
    attribute: EcoString,
    origin: Arc<Origin>,
    values: Vec<(usize, Expr)>,
}

/// Slots whose values differ; aligned by place and iteration, those of the containers too.
fn varying(hosts: &[Host]) -> Vec<Slot> {
    let mut slots: BTreeMap<String, Slot> = BTreeMap::new();
    for (at, host) in hosts.iter().enumerate() {
        let all = host.catalog.resources.values();
        let iterations: HashMap<String, Arc<[EcoString]>> =
            all.map(|it| (it.reference.to_string(), it.origin.iteration.clone())).collect();
        for resource in host.catalog.resources.values() {
            if matches!(resource.reference.type_name.as_str(), "Class" | "Stage" | "Node") {
                continue;
            }
            for (name, parameter) in &resource.parameters {
                let Some(place) = &parameter.origin.at else { continue };
                let Some(value) = literal(&parameter.value) else { continue };
                let outer = parameter.origin.frames.iter().map(|frame| {
                    let kind = frame.container.split('[').next().unwrap_or_default();
                    let at = frame.declared_at.as_ref().map(|at| format!("{at}@{:?}", at.span));
                    format!("{kind} {at:?} {:?}", iterations.get(frame.container.as_str()))
                });
                let outer: Vec<String> = outer.collect();
                let key =
                    format!("{name} {place}@{:?} {:?} {outer:?}", place.span, resource.origin.iteration);
                let origin =
                    Origin { iteration: resource.origin.iteration.clone(), ..(*parameter.origin).clone() };
                let slot = slots.entry(key).or_insert_with(|| Slot {
                    attribute: name.clone(),
                    origin: Arc::new(origin),
                    values: Vec::new(),
                });
                slot.values.push((at, value));
            }
        }
    }
    // several bodies of one expression are one place: only a place that a host has once is a slot
    let once = |slot: &Slot| slot.values.windows(2).all(|pair| pair[0].0 != pair[1].0);
    let differs = |slot: &Slot| slot.values.iter().any(|(_, value)| *value != slot.values[0].1);
    slots.into_values().filter(|slot| once(slot) && differs(slot)).collect()
}

#[derive(Default)]
struct Figures {
    varying: usize,
    verified: usize,
    refused: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

fn measure(site: &Path, wanted: impl Fn(&Slot) -> bool) -> Figures {
    let (hosts, module_path, manifest) = compile(site);
    println!("{} hosts of {}", hosts.len(), site.display());
    let world = DiskWorld::new(0);
    let mut sources = Manifests::new(&world, module_path);
    if let Some(manifest) = manifest {
        sources = sources.with_site(&manifest);
    }
    let environments: Vec<Environment> = hosts.iter().map(environment).collect();
    let given = Given { hosts: &hosts, known: RefCell::default() };
    let mut figures = Figures::default();
    for slot in varying(&hosts).into_iter().filter(wanted) {
        figures.varying += 1;
        let place = slot.origin.at.as_ref().unwrap();
        let term = match attribute(&sources, &slot.origin, &slot.attribute, &given) {
            Ok(term) => term,
            Err(refusal) => {
                *figures.refused.entry(refusal.reason.to_string()).or_default() += 1;
                if std::env::var("SHOW").is_ok() {
                    println!("  refused {} at {place}: {refusal}", slot.attribute);
                }
                continue;
            }
        };
        let found = slot.values.iter().find_map(|(host, value)| {
            let wanted = evaluate(value, &Environment::default()).unwrap();
            match evaluate(&term.expr, &environments[*host]) {
                Ok(given) if given == wanted => None,
                Ok(given) => Some(format!("{given:?}\n    instead of {wanted:?}")),
                Err(fault) => Some(fault.to_string()),
            }
        });
        match found {
            None => figures.verified += 1,
            Some(why) => {
                let nix = migrate::emit::nix(&term.expr);
                figures.wrong.push(format!("{} at {place}: {nix}\n    {why}", slot.attribute));
            }
        }
    }
    figures
}

fn print(figures: &Figures) {
    println!(
        "{} of {} attributes that differ are transliterated and give each host's value",
        figures.verified, figures.varying
    );
    let mut reasons: Vec<_> = figures.refused.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (reason, count) in reasons.iter().take(60) {
        println!("{count:6} {reason}");
    }
    println!("{} give something else:", figures.wrong.len());
    for wrong in figures.wrong.iter().take(30) {
        println!("  {}", wrong.chars().take(1500).collect::<String>());
    }
}

#[test]
fn what_differs_in_the_fixture_is_transliterated() {
    let site = std::env::var("SITE").map_or_else(|_| PathBuf::from("fixtures/control-repo"), PathBuf::from);
    let figures = measure(&site, |_| true);
    print(&figures);
    if std::env::var("SITE").is_err() {
        assert_eq!(figures.wrong, Vec::<String>::new());
        assert!(figures.varying >= 10, "the fixture's hosts hardly differ");
        assert!(figures.verified >= 26, "{} of {}", figures.verified, figures.varying);
    }
}
