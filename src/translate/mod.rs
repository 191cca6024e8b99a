//! From a catalog to a [`HostConfig`] and, for the NixOS target, to option settings; nothing is lost silently.
//!
//! In: a [`Catalog`] with origins and labels, facts, the sources of files. Out: [`Translated`]: the configuration,
//! which knows neither Puppet nor Nix; the NixOS [`Plan`](nixos::Plan) made from it; and the [`Ledger`], in which
//! every leaf resource and each of its attributes is in exactly one class. `config` holds the rules of the first
//! step, `nixos` those of the second.

mod attributes;
mod codes;
mod compose;
mod config;
mod edges;
mod ledger;
pub mod machine;
pub mod nixos;
mod origins;
mod roles;
mod rule;
mod sources;

pub(crate) use attributes::{slug, whole_secret_id};
pub use codes::CODES;
pub use edges::Orders;
pub use ledger::{Class, Container, Entry, Flag, Ledger, Score, Verdict};
pub use machine::Machine;
pub use nixos::NIX_RULES;
pub use roles::roles;
pub use rule::{RULES, Rule};
pub use sources::Sources;

use crate::{
    catalog::{Catalog, Resource, ResourceRef},
    diag::Diagnostic,
    inputs::Observed,
    maps::{HashSet, IndexMap},
    model::{Host, HostConfig, ItemId, Provenance},
    restypes,
    value::Value,
};
use attributes::{Account, Attributes};
use ecow::{EcoString, eco_format};
use edges::Relations;
use rule::{Build, Outcome};

/// What a translation needs beside the catalog.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The node's facts, a hash; `undef` where there are none.
    pub facts: &'a Value,
    /// Where `source` of files is answered from.
    pub sources: Sources<'a>,
    /// The names of packages on the target.
    pub packages: &'a dyn nixos::PackageNames,
    /// What was captured of the host: numbers of accounts, bases of edits.
    pub observed: Option<&'a Observed>,
}

/// One host, translated.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The desired state.
    pub config: HostConfig,
    /// What it is on NixOS.
    pub plan: nixos::Plan,
    /// The account of every resource and attribute.
    pub ledger: Ledger,
    /// What became of the orders.
    pub orders: Orders,
    /// Findings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Translates a catalog. Never fails: what no rule knows is in the ledger as manual.
#[must_use]
pub fn translate(catalog: &Catalog, context: &Context<'_>) -> Translated {
    let relations = Relations::new(catalog);
    let origins = origins::Origins::new(catalog);
    let mut build = Build {
        config: HostConfig::new(host(catalog, context.facts)),
        sources: context.sources,
        from: Provenance::default(),
        declared: declared(catalog),
        entry: 0,
        compose: compose::Compose::default(),
    };
    let (mut ledger, mut accounts) = (Ledger::default(), Vec::new());
    for (reference, resource) in &catalog.resources {
        if is_container(resource, catalog) {
            let leaves = relations.leaves(reference).into_iter().filter(|leaf| *leaf != reference);
            ledger.containers.push(Container { resource: reference.clone(), leaves: leaves.count() });
            continue;
        }
        build.from = origins.provenance(resource);
        build.entry = ledger.entries.len();
        let (entry, account) = one(resource, &mut build, &origins);
        ledger.entries.push(entry);
        accounts.push(account);
    }
    pin(&mut build.config, context.observed);
    let noted = std::mem::take(&mut build.compose);
    for refusal in compose::compose(noted, &mut build.config, &mut ledger, (catalog, context.observed)) {
        refuse(refusal, &mut ledger, &mut accounts);
    }
    let (edges, orders) = relations.edges(&ledger, |resource| origins.provenance(resource));
    build.config.edges = edges;
    let plan = nixos::plan(&build.config, context.packages);
    for (entry, account) in ledger.entries.iter_mut().zip(accounts) {
        settle(entry, account, &plan);
    }
    let diagnostics = plan.diagnostics.clone();
    Translated { config: build.config, plan, ledger, orders, diagnostics }
}

/// Gives accounts whose number nobody declares the number they have on the host.
fn pin(config: &mut HostConfig, observed: Option<&Observed>) {
    let Some(observed) = observed else { return };
    for user in config.users.iter_mut().filter(|user| user.uid.is_none() && user.ensure.is_present()) {
        user.uid = observed.uid(&user.name).map(i64::from);
    }
    for group in config.groups.iter_mut().filter(|group| group.gid.is_none() && group.ensure.is_present()) {
        group.gid = observed.gid(&group.name).map(i64::from);
    }
}

/// A resource that could not be composed is no item, and a human must decide on it.
fn refuse(refusal: compose::Refusal, ledger: &mut Ledger, accounts: &mut [AccountOf]) {
    if let Some(entry) = ledger.entries.get_mut(refusal.entry) {
        entry.items.clear();
    }
    if let Some((_, own)) = accounts.get_mut(refusal.entry) {
        *own = Some(refusal.verdict);
    }
}

/// A class, a stage, the node, or an instance of a defined type; what has members but is a native type is a leaf.
fn is_container(resource: &Resource, catalog: &Catalog) -> bool {
    let type_name = resource.reference.type_name.as_str();
    if matches!(type_name, "Class" | "Stage" | "Node") {
        return true;
    }
    let contains = || catalog.edges.iter().any(|edge| edge.source == resource.reference);
    match resource.kind {
        "compilable_type" => false,
        "defined_type" => true,
        _ => restypes::find(&type_name.to_lowercase()).is_none() && (resource.kind == "class" || contains()),
    }
}

fn declared(catalog: &Catalog) -> HashSet<EcoString> {
    let is_file =
        |resource: &&Resource| matches!(resource.reference.type_name.as_str(), "File" | "Concat_file");
    let files = catalog.resources.values().filter(is_file);
    let path = |resource: &Resource| match resource.parameters.get("path").and_then(|it| it.value.as_str()) {
        Some(path) => path.trim_end_matches('/').into(),
        None => resource.reference.title.trim_end_matches('/').into(),
    };
    files.map(path).collect()
}

fn host(catalog: &Catalog, facts: &Value) -> Host {
    let fact = |path: &[&str]| {
        let mut at = facts;
        for key in path {
            at = at.get(key)?;
        }
        attributes::scalar(at).map(|text| text.text().clone())
    };
    let (short, rest) = catalog.name.split_once('.').unwrap_or((&catalog.name, ""));
    let os = [fact(&["os", "name"]), fact(&["os", "release", "major"])];
    Host {
        certname: catalog.name.clone(),
        hostname: fact(&["networking", "hostname"]).unwrap_or_else(|| short.into()),
        domain: fact(&["networking", "domain"]).unwrap_or_else(|| rest.into()),
        os_family: fact(&["os", "family"]).unwrap_or_default(),
        os: os.into_iter().flatten().collect::<Vec<_>>().join(" ").into(),
        architecture: fact(&["os", "architecture"]).unwrap_or_default(),
        environment: catalog.environment.clone(),
    }
}

/// Attributes that every type has and that say nothing about the host's state.
const AGENT_ONLY: [&str; 4] = ["alias", "tag", "loglevel", "stage"];

type AccountOf = (IndexMap<EcoString, Account>, Option<Verdict>);

fn one(resource: &Resource, build: &mut Build<'_>, origins: &origins::Origins<'_>) -> (Entry, AccountOf) {
    let rule = RULES.iter().find(|rule| (rule.claims)(resource));
    let host = build.config.host.hostname.clone();
    let mut attributes = Attributes::new(resource, rule.map_or("no-rule", |rule| rule.name), &host);
    attributes.satisfied(&AGENT_ONLY, "steers the agent only");
    attributes.satisfied(&restypes::RELATIONSHIP_PARAMETERS, "accounted as edges");
    let outcome = match rule {
        _ if attributes.has("noop") && attributes.bool("noop") == Some(true) => {
            Outcome::Verdict(Verdict::new(Class::Manual, "noop", "watched, not enforced (`noop => true`)"))
        }
        Some(rule) => (rule.apply)(&mut attributes, build),
        None => {
            let reason = eco_format!("no rule knows the type `{}`", resource.reference.type_name);
            Outcome::Verdict(Verdict::new(Class::Manual, "no-rule", reason))
        }
    };
    attributes.satisfied(&["noop"], "the default");
    attributes.manual("schedule", "only within a time window");
    attributes.manual("audit", "watched, not enforced");
    let (items, verdict) = match outcome {
        Outcome::Items(items) => (items, None),
        Outcome::Verdict(verdict) => {
            attributes.all(&verdict);
            (Vec::new(), Some(verdict))
        }
    };
    let entry = Entry {
        resource: resource.reference.clone(),
        place: origins.place(resource),
        container: origins.container(resource),
        verdict: Verdict::new(Class::Manual, "no-rule", ""),
        consumer: None,
        items,
        attributes: IndexMap::default(),
    };
    (entry, (attributes.finish(), verdict))
}

/// Gives an entry and its attributes their classes on NixOS; the worst wins.
fn settle(entry: &mut Entry, (accounts, own): AccountOf, plan: &nixos::Plan) {
    let own = own.unwrap_or_else(|| verdict_of(&entry.items, plan));
    entry.consumer =
        entry.items.first().and_then(|item| plan.decision(item)).and_then(|it| it.consumer.clone());
    let decision = entry.items.first().and_then(|item| plan.decision(item));
    for (name, account) in accounts {
        let verdict = match account {
            _ if own.class == Class::Dropped => Verdict { flags: Default::default(), ..own.clone() },
            Account::Fixed(verdict) => verdict,
            Account::Field => match decision.and_then(|decision| decision.fields.get(&name)) {
                Some(verdict) => verdict.clone(),
                None => Verdict { flags: Default::default(), ..own.clone() },
            },
        };
        entry.attributes.insert(name, verdict);
    }
    let worst =
        entry.attributes.values().filter(|verdict| verdict.class > own.class).max_by_key(|it| it.class);
    entry.verdict = match worst {
        Some(worst) if own.class != Class::Dropped => {
            let mut verdict = worst.clone();
            verdict.flags.extend(own.flags.iter().copied());
            verdict
        }
        _ => own,
    };
    let flags = entry.attributes.values().flat_map(|verdict| verdict.flags.iter().copied());
    let flags: Vec<Flag> = flags.collect();
    entry.verdict.flags.extend(flags);
}

/// The worst verdict of several items made from one resource.
fn verdict_of(items: &[ItemId], plan: &nixos::Plan) -> Verdict {
    let verdicts = items.iter().filter_map(|item| plan.decision(item)).map(|decision| &decision.verdict);
    let mut worst: Option<Verdict> = None;
    for verdict in verdicts {
        match &mut worst {
            Some(known) if known.class >= verdict.class => known.flags.extend(verdict.flags.iter().copied()),
            Some(known) => {
                let flags = std::mem::take(&mut known.flags);
                *known = verdict.clone();
                known.flags.extend(flags);
            }
            None => worst = Some(verdict.clone()),
        }
    }
    worst.unwrap_or_else(|| Verdict::new(Class::Manual, "no-rule", "no rule of the target decides on it"))
}

/// Tells whether a resource is accounted through what it contains.
#[must_use]
pub fn is_leaf(reference: &ResourceRef, catalog: &Catalog) -> bool {
    catalog.resources.get(reference).is_some_and(|resource| !is_container(resource, catalog))
}
