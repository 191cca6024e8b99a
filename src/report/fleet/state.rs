//! The state table: per stateful service its data directories, old and new, and how the data get there.
//!
//! In: a host's services and packages, `data/state.tsv`. Out: rows; a service that the table does not know is a row
//! without data, which is a finding.

use super::Converted;
use crate::model::{Enable, HostConfig, PackageState, Service};
use ecow::EcoString;
use serde::Serialize;
use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../data/state.tsv");

/// The data of one service on one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateRow {
    /// The host.
    pub host: EcoString,
    /// What keeps data.
    pub service: String,
    /// Whether the table knows it; else a human must say what it keeps.
    pub known: bool,
    /// Where the data are today.
    pub old: String,
    /// Where NixOS keeps them.
    pub new: String,
    /// Whose they are.
    pub owner: String,
    /// The major version of today, where a package's or a unit's name tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How they move.
    pub method: String,
    /// The backup before the switch.
    pub backup: String,
}

/// A line of the table.
struct Line {
    services: Vec<&'static str>,
    packages: Vec<&'static str>,
    cells: [&'static str; 6],
}

fn table() -> Vec<Line> {
    let line = |text: &'static str| {
        let mut cells = text.split('\t');
        let names = |cell: &'static str| cell.split(',').filter(|name| *name != "-").collect();
        let (services, packages) = (names(cells.next()?), names(cells.next()?));
        let rest: Vec<&'static str> = cells.collect();
        Some(Line { services, packages, cells: <[&str; 6]>::try_from(rest).ok()? })
    };
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

/// Returns the rows of all hosts, by host and service.
#[must_use]
pub fn states(hosts: &[Converted<'_>]) -> Vec<StateRow> {
    let table = table();
    hosts.iter().flat_map(|it| of_host(&it.host.config, &table)).collect()
}

fn of_host(config: &HostConfig, table: &[Line]) -> Vec<StateRow> {
    let services: Vec<&Service> = config.services.iter().filter(|service| runs(service)).collect();
    let gone = |state: &PackageState| matches!(state, PackageState::Absent | PackageState::Purged);
    let packages: Vec<&str> =
        config.packages.iter().filter(|it| !gone(&it.state)).map(|it| it.name.as_str()).collect();
    let (mut rows, mut described) = (Vec::new(), BTreeSet::new());
    for line in table {
        let mine: Vec<&str> =
            services.iter().map(|it| it.name.as_str()).filter(|name| any(&line.services, name)).collect();
        described.extend(mine.iter().copied());
        let installed: Vec<&str> =
            packages.iter().copied().filter(|name| any(&line.packages, name)).collect();
        if line.cells.get(1) == Some(&"-") || mine.is_empty() && installed.is_empty() {
            continue;
        }
        rows.push(row(config, line, version(mine.iter().chain(&installed).copied())));
    }
    let unknown = services.iter().map(|it| it.name.as_str()).filter(|name| !described.contains(name));
    rows.extend(unknown.map(|name| unknown_row(config, name)));
    rows
}

/// A service that is stopped and stays so keeps its data where they are.
fn runs(service: &Service) -> bool {
    service.running != Some(false) && !matches!(service.enable, Some(Enable::Masked | Enable::Disabled))
}

fn any(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.split_once('*') {
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
        None => *pattern == name,
    })
}

/// `15` of `postgresql-15` and `postgresql@15-main`; `8.0` of `mysql-server-8.0`.
fn version<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let of = |name: &str| {
        let digits = name.split(['-', '@']).find(|part| {
            part.starts_with(|letter: char| letter.is_ascii_digit())
                && part.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        });
        digits.map(str::to_owned)
    };
    names.into_iter().find_map(of)
}

fn row(config: &HostConfig, line: &Line, version: Option<String>) -> StateRow {
    let [service, old, new, owner, method, backup] = line.cells.map(|cell| match &version {
        Some(version) => cell.replace("MAJOR", version),
        None => cell.to_owned(),
    });
    let host = config.host.certname.clone();
    StateRow { host, service, known: true, old, new, owner, version, method, backup }
}

fn unknown_row(config: &HostConfig, name: &str) -> StateRow {
    let data: Vec<String> = config
        .files
        .iter()
        .filter(|file| matches!(file.kind, crate::model::FileKind::Directory { .. }))
        .filter(|file| ["/var/lib/", "/srv/", "/var/spool/"].iter().any(|it| file.path.starts_with(it)))
        .filter(|file| file.path.contains(name))
        .map(|file| file.path.to_string())
        .collect();
    StateRow {
        host: config.host.certname.clone(),
        service: name.to_owned(),
        known: false,
        old: if data.is_empty() { "?".to_owned() } else { data.join(", ") },
        new: "?".to_owned(),
        owner: "?".to_owned(),
        version: None,
        method: "nobody described what it keeps: look on the host".to_owned(),
        backup: "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Host, Package, Provenance};

    #[test]
    fn every_line_of_the_table_has_its_eight_cells() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        for line in lines.clone() {
            assert_eq!(line.split('\t').count(), 8, "{line}");
        }
        assert_eq!(table().len(), lines.count());
    }

    #[test]
    fn a_service_is_found_by_unit_or_package_and_an_unknown_one_is_a_row_of_its_own() {
        let mut config = HostConfig::new(Host { certname: "db01".into(), ..Host::default() });
        let service = |name: &str, running| Service {
            name: name.into(),
            running,
            enable: None,
            restart: None,
            from: Provenance::default(),
        };
        let package = |name: &str, state| Package {
            name: name.into(),
            state,
            provider: None,
            from: Provenance::default(),
        };
        config.services = vec![
            service("postgresql@15-main", Some(true)),
            service("ssh", None),
            service("shop-importer", Some(true)),
            service("grafana-server", Some(false)),
        ];
        config.packages =
            vec![package("redis-server", PackageState::Installed), package("slapd", PackageState::Absent)];
        let rows = of_host(&config, &table());
        let names: Vec<_> = rows.iter().map(|row| (row.service.as_str(), row.known)).collect();
        assert_eq!(names, [("PostgreSQL", true), ("Redis", true), ("shop-importer", false)]);
        assert_eq!(rows[0].version.as_deref(), Some("15"));
        assert_eq!(rows[0].old, "/var/lib/postgresql/15/main");
    }
}
