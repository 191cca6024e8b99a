//! The parts of `MIGRATION.md` that are about the fleet: waves, state, packages, Puppet itself.

use super::{Report, StateRow, Tie, TieKind, markdown::inline};
use std::collections::{BTreeMap, BTreeSet};

/// How many names of a list are shown; the others are counted.
const SHOWN: usize = 6;

/// Some of a list, and how many more.
pub(super) fn some<T: ToString>(items: &[T]) -> String {
    let shown: Vec<String> = items.iter().take(SHOWN).map(ToString::to_string).collect();
    match items.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

pub(super) fn waves(report: &Report, out: &mut String) {
    if report.waves.is_empty() {
        return;
    }
    out.push_str(
        "\n## Waves\n\nA proposal: hosts that no other depends on first, servers when all that use them are known to work. \
         Each host has a page,\n`docs/INSTALL-<host>.md`.\n\n",
    );
    for (at, wave) in report.waves.iter().enumerate() {
        out.push_str(&format!("{}. {}: {}\n", at + 1, inline(&wave.title), wave.hosts.join(", ")));
        if wave.hold {
            out.push_str("   - [ ] hold: units, monitoring and users are content\n");
        }
    }
    ties(report, out);
    exports(report, out);
}

fn ties(report: &Report, out: &mut String) {
    if report.ties.is_empty() {
        out.push_str("\nNo host depends on another: nothing is collected, and no text names another host.\n");
        return;
    }
    out.push_str("\n| Host | depends on | by |\n|---|---|---|\n");
    for tie in &report.ties {
        let by = inline(&some(&tie.by)).replace('`', "");
        let (to, how) = match tie.kind {
            TieKind::Collects => (tie.to.as_str(), "collects"),
            TieKind::Names => (tie.to.as_str(), "names it in"),
            TieKind::Queries => ("any host, by PuppetDB", "asked for"),
        };
        out.push_str(&format!("| {} | {to} | {how} {by} |\n", tie.from));
    }
}

/// How hosts that moved go on exporting to those that did not.
fn exports(report: &Report, out: &mut String) {
    let collected: Vec<&Tie> = report.ties.iter().filter(|tie| tie.kind == TieKind::Collects).collect();
    let asked = report.ties.iter().any(|tie| tie.kind == TieKind::Queries);
    if collected.is_empty() && !asked {
        return;
    }
    out.push_str("\n### Exported resources while both are there\n\n");
    let mut by_exporter: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for tie in &collected {
        by_exporter.entry(&tie.to).or_default().insert(&tie.from);
    }
    for (exporter, collectors) in by_exporter {
        let collectors: Vec<&str> = collectors.into_iter().collect();
        out.push_str(&format!("- **{exporter}** exports to {}\n", some(&collectors)));
    }
    out.push_str(
        "\nA host that moved sends PuppetDB no catalog any more, but what it exported last stays there until the host is \
         deactivated or\nexpires. Until the last collector has moved: set `node-ttl = 0s` in PuppetDB's `[database]`, and \
         neither `puppet node\ndeactivate` nor `puppet node purge` a host that moved. What it exports is frozen meanwhile: \
         before it changes, its\ncollectors move. In the other direction a host that moved holds what it collected as of this \
         conversion: convert again after\neach wave, and after each change of a host that is still on Puppet.\n",
    );
}

pub(super) fn state(report: &Report, out: &mut String) {
    if report.state.is_empty() {
        return;
    }
    out.push_str(
        "\n## State\n\nData that no configuration makes. Back them up before the switch; services without an entry are findings.\n\n\
         | Service | Hosts | Today | On NixOS | Owner | How they move | Backup |\n|---|---|---|---|---|---|---|\n",
    );
    let mut rows: Vec<(&StateRow, Vec<&str>)> = Vec::new();
    for row in &report.state {
        let alike = |known: &&mut (&StateRow, Vec<&str>)| {
            (&known.0.service, &known.0.version, &known.0.old) == (&row.service, &row.version, &row.old)
        };
        match rows.iter_mut().find(alike) {
            Some((_, hosts)) => hosts.push(&row.host),
            None => rows.push((row, vec![&row.host])),
        }
    }
    rows.sort_by_key(|(row, hosts)| (!row.known, std::cmp::Reverse(hosts.len())));
    for (row, hosts) in rows {
        let version = row.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let name = if row.known {
            inline(&row.service)
        } else {
            format!("**{}: not described**", inline(&row.service))
        };
        let cells = [&row.old, &row.new, &row.owner, &row.method, &row.backup].map(|cell| inline(cell));
        out.push_str(&format!("| {name}{version} | {} | {} |\n", some(&hosts), cells.join(" | ")));
    }
}

pub(super) fn unmapped(report: &Report, out: &mut String) {
    if report.unmapped.is_empty() {
        return;
    }
    out.push_str(
        "\n## Packages without a counterpart\n\nThe commonest first.\n\n| Package | Hosts |\n|---|---|\n",
    );
    for package in &report.unmapped {
        out.push_str(&format!("| `{}` | {} |\n", inline(&package.package), some(&package.hosts)));
    }
}

pub(super) fn puppet(report: &Report, out: &mut String) {
    out.push_str(
        "\n## Retiring Puppet\n\nThe agent, its timer and its packages are dropped from every host. The server, its CA and \
         PuppetDB stay until the last\nhost has moved.\n",
    );
    if report.puppet.is_empty() {
        out.push_str("\nNo other service uses its certificates, and nothing watches the agent.\n");
        return;
    }
    out.push_str("\n| Host | What | Uses | Do |\n|---|---|---|---|\n");
    for it in &report.puppet {
        let holder = inline(&it.holder).replace('`', "");
        out.push_str(&format!("| {} | `{holder}` | `{}` | {} |\n", it.host, it.uses, it.advice));
    }
}
