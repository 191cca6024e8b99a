//! What a conversion did, host by host.

use super::{
    fleet::{self, Converted, Leftover, StateRow, Tie, Wave},
    html::UNDESCRIBED,
};
use crate::{
    diag::Diagnostic,
    maps::{IndexMap, IndexSet},
    model::ItemKind,
    translate::{Class, Entry, Flag, Orders, Score, Translated},
};
use ecow::EcoString;
use serde::Serialize;

/// The schema of `report.json`.
pub const SCHEMA: &str = "migrate/report/v1";

/// A conversion of several hosts.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// All hosts together.
    pub total: Score,
    /// The share moved, in tenths of a percent; 1000 where nothing counts.
    pub total_per_mille: usize,
    /// The services of all hosts.
    pub services: Services,
    /// The hosts that were converted, by certname.
    pub hosts: Vec<HostReport>,
    /// The nodes that were not, by certname.
    pub failed: Vec<Failed>,
    /// Data that must move, by host.
    pub state: Vec<StateRow>,
    /// Edges between hosts.
    pub ties: Vec<Tie>,
    /// A proposed order.
    pub waves: Vec<Wave>,
    /// What uses something of Puppet.
    pub puppet: Vec<Leftover>,
    /// Packages that no name map knows, the commonest first.
    pub unmapped: Vec<Unmapped>,
}

/// A package without a counterpart that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmapped {
    /// The legacy package's name.
    pub package: String,
    /// The hosts that have it.
    pub hosts: Vec<EcoString>,
}

/// The services that shall run, and those of them that a module of NixOS runs with options made for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Services {
    /// How many are declared, without those dropped by rule or not to run.
    pub declared: usize,
    /// How many of them are native.
    pub native: usize,
}

impl Services {
    fn of(entries: &[Entry]) -> Self {
        let counted = |entry: &&Entry| {
            let verdict = &entry.verdict;
            let off = verdict.flags.contains(&Flag::Absent) || verdict.class == Class::Dropped;
            entry.resource.type_name == "Service" && !off
        };
        let declared = entries.iter().filter(counted);
        let native = declared.clone().filter(|entry| entry.verdict.class == Class::Native).count();
        Self { declared: declared.count(), native }
    }

    /// Returns the native ones' share in tenths of a percent, 1000 where none is declared.
    #[must_use]
    pub fn per_mille(&self) -> usize {
        (self.native * 1000).checked_div(self.declared).unwrap_or(1000)
    }
}

/// One converted host.
#[derive(Clone, Debug, Serialize)]
pub struct HostReport {
    /// The certname.
    pub certname: EcoString,
    /// Leaves and attributes by class.
    pub score: Score,
    /// The share moved, in tenths of a percent.
    pub per_mille: usize,
    /// Its services.
    pub services: Services,
    /// Every leaf resource with its class, rule, reason and attributes, in the catalog's order.
    pub resources: Vec<Entry>,
    /// Every container with the number of leaves in it.
    pub containers: Vec<crate::translate::Container>,
    /// What became of the orders.
    pub orders: Orders,
    /// The secrets that must be supplied, by id.
    pub secrets: Vec<EcoString>,
    /// Findings.
    pub findings: Vec<Problem>,
}

/// A node that was not converted.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// The certname.
    pub certname: EcoString,
    /// Why.
    pub problems: Vec<Problem>,
}

/// A diagnostic as data.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Problem {
    /// The stable code.
    pub code: &'static str,
    /// `error`, `warning` or `advice`.
    pub severity: String,
    /// The file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line from 1, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What is wrong.
    pub message: String,
}

impl From<&Diagnostic> for Problem {
    fn from(found: &Diagnostic) -> Self {
        Self {
            code: found.code().name,
            severity: found.severity().to_string(),
            file: found.file().map(str::to_owned),
            line: found.line_column().map(|at| at.line),
            message: found.message().to_owned(),
        }
    }
}

impl Problem {
    /// A service whose data nobody described.
    fn undescribed(service: &str) -> Self {
        Self {
            code: UNDESCRIBED.name,
            severity: "warning".to_owned(),
            file: None,
            line: None,
            message: format!("nobody described whether the service `{service}` keeps data"),
        }
    }
}

impl Report {
    /// Makes a report of what was translated and of the nodes that failed, each with its diagnostics.
    #[must_use]
    pub fn new(converted: &[Converted<'_>], failed: &[(&str, &[Diagnostic])]) -> Self {
        let mut hosts: Vec<HostReport> =
            converted.iter().map(|it| HostReport::new(it.host, it.diagnostics)).collect();
        let (mut total, mut services) = (Score::default(), Services::default());
        for host in &hosts {
            total.add(&host.score);
            services.declared += host.services.declared;
            services.native += host.services.native;
        }
        let failed = failed.iter().map(|(certname, found)| Failed {
            certname: (*certname).into(),
            problems: found.iter().map(Problem::from).collect(),
        });
        let state = fleet::states(converted);
        for row in state.iter().filter(|row| !row.known) {
            if let Some(host) = hosts.iter_mut().find(|host| host.certname == row.host) {
                host.findings.push(Problem::undescribed(&row.service));
            }
        }
        let ties = fleet::ties(converted);
        Self {
            schema: SCHEMA,
            total_per_mille: total.per_mille(),
            total,
            services,
            unmapped: unmapped(&hosts),
            hosts,
            failed: failed.collect(),
            state,
            waves: fleet::waves(converted, &ties),
            ties,
            puppet: fleet::leftovers(converted),
        }
    }

    /// Returns the entries of a class of all hosts, by rule and reason, the commonest first.
    #[must_use]
    pub fn by_reason(&self, class: Class) -> Vec<Reason<'_>> {
        let mut found: IndexMap<(&str, &str), Reason<'_>> = IndexMap::default();
        for host in &self.hosts {
            for entry in host.resources.iter().filter(|entry| entry.verdict.class == class) {
                let verdict = &entry.verdict;
                let key = (verdict.rule.as_str(), verdict.reason.as_str());
                let reason = found.entry(key).or_insert_with(|| Reason {
                    rule: &verdict.rule,
                    reason: &verdict.reason,
                    resources: IndexMap::default(),
                });
                let name = (entry.resource.to_string(), entry.place.as_str());
                reason.resources.entry(name).or_default().insert(&host.certname);
            }
        }
        let mut found: Vec<_> = found.into_values().collect();
        found.sort_by_key(|reason| std::cmp::Reverse(reason.count()));
        found
    }
}

/// Packages that stayed manual because their names are unknown.
fn unmapped(hosts: &[HostReport]) -> Vec<Unmapped> {
    let mut found: IndexMap<&str, Vec<EcoString>> = IndexMap::default();
    for host in hosts {
        for entry in host.resources.iter().filter(|entry| entry.verdict.class == Class::Manual) {
            for item in entry.items.iter().filter(|item| item.kind == ItemKind::Package) {
                if entry.verdict.rule == "packages" && entry.verdict.reason.contains("no package of nixpkgs")
                {
                    found.entry(item.name.as_str()).or_default().push(host.certname.clone());
                }
            }
        }
    }
    let unmapped = |(package, hosts): (&str, Vec<EcoString>)| Unmapped { package: package.to_owned(), hosts };
    let mut found: Vec<Unmapped> = found.into_iter().map(unmapped).collect();
    found.sort_by(|a, b| (b.hosts.len(), &a.package).cmp(&(a.hosts.len(), &b.package)));
    found
}

/// Resources that are in their class for the same reason.
#[derive(Debug)]
pub struct Reason<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The reason.
    pub reason: &'a str,
    /// Resource and place, with the hosts that have it.
    pub resources: IndexMap<(String, &'a str), IndexSet<&'a str>>,
}

impl Reason<'_> {
    /// Returns how many resources of all hosts these are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.resources.values().map(IndexSet::len).sum()
    }
}

impl HostReport {
    fn new(host: &Translated, found: &[Diagnostic]) -> Self {
        let score = host.ledger.score();
        let per_mille = score.per_mille();
        let secrets: IndexSet<EcoString> = host.plan.secrets.keys().cloned().collect();
        let findings = host.diagnostics.iter().chain(found).map(Problem::from);
        Self {
            certname: host.config.host.certname.clone(),
            per_mille,
            score,
            services: Services::of(&host.ledger.entries),
            resources: host.ledger.entries.clone(),
            containers: host.ledger.containers.clone(),
            orders: host.orders.clone(),
            secrets: secrets.into_iter().collect(),
            findings: findings.collect::<IndexSet<_>>().into_iter().collect(),
        }
    }
}

/// Writes a share in tenths of a percent as `98.4 %`.
pub(super) fn percent(per_mille: usize) -> String {
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}
