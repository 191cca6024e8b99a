//! `MIGRATION.md`: the score, what a human must do, what was dropped and why.

use super::{
    Report, fleet_markdown,
    summary::{Reason, percent},
};
use crate::translate::{Class, Flag};

/// How many resources of one reason are listed; the others are counted, and in `report.json`.
const LISTED: usize = 12;

/// Writes the report for a reviewer.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::from("# Migration\n\n");
    score(report, &mut out);
    failed(report, &mut out);
    fleet_markdown::waves(report, &mut out);
    reasons(report, &mut out);
    secrets(report, &mut out);
    fleet_markdown::state(report, &mut out);
    fleet_markdown::unmapped(report, &mut out);
    flagged(report, &mut out);
    dropped(report, &mut out);
    fleet_markdown::puppet(report, &mut out);
    orders(report, &mut out);
    findings(report, &mut out);
    out.push_str(
        "\nEvery resource and attribute with its class, rule, reason and place is in `report.json`.\n",
    );
    out
}

fn score(report: &Report, out: &mut String) {
    let heads: Vec<&str> = Class::ALL.iter().map(|class| class.word()).collect();
    out.push_str(&format!("| Host | {} | Score |\n", heads.join(" | ")));
    out.push_str(&format!("|---|{}---:|\n", "---:|".repeat(heads.len())));
    let hosts = report.hosts.iter().map(|host| (host.certname.as_str(), &host.score));
    for (name, score) in hosts.chain([("**all**", &report.total)]) {
        let cells: Vec<String> = Class::ALL.iter().map(|class| score.of(*class).to_string()).collect();
        out.push_str(&format!("| {name} | {} | {} |\n", cells.join(" | "), percent(score.per_mille())));
    }
    let services = report.services;
    out.push_str(&format!(
        "\nOf {} services that shall run, {} ({}) are native: a module of NixOS with options made for them.\n",
        services.declared,
        services.native,
        percent(services.per_mille()),
    ));
    out.push_str(
        "\nCounted are resources that do something by themselves, without those dropped by a named rule. The score \
         is the share of them that needs no human.\n",
    );
}

fn failed(report: &Report, out: &mut String) {
    if report.failed.is_empty() {
        return;
    }
    out.push_str("\n## Not converted\n\n");
    for host in &report.failed {
        out.push_str(&format!("- **{}**\n", host.certname));
        for problem in &host.problems {
            let place = place(problem.file.as_deref(), problem.line);
            out.push_str(&format!("  - {place}{} (`{}`)\n", inline(&problem.message), problem.code));
        }
    }
}

fn place(file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("`{file}:{line}`: "),
        (Some(file), None) => format!("`{file}`: "),
        (None, _) => String::new(),
    }
}

fn reasons(report: &Report, out: &mut String) {
    let found = report.by_reason(Class::Manual);
    if found.is_empty() {
        return;
    }
    out.push_str("\n## To do by hand\n\nThe commonest reason first.\n");
    for reason in &found {
        let count = reason.count();
        let noun = if count == 1 { "resource" } else { "resources" };
        out.push_str(&format!(
            "\n### {} ({count} {noun}, rule `{}`)\n\n",
            inline(reason.reason),
            reason.rule
        ));
        resources(reason, report.hosts.len(), out);
    }
}

fn resources(reason: &Reason<'_>, all: usize, out: &mut String) {
    for ((resource, place), hosts) in reason.resources.iter().take(LISTED) {
        let hosts = match hosts.len() {
            count if count == all && all > 1 => "every host".to_owned(),
            count if count > 4 => format!("{count} hosts"),
            _ => hosts.iter().copied().collect::<Vec<_>>().join(", "),
        };
        let place = if place.is_empty() { String::new() } else { format!(", `{place}`") };
        out.push_str(&format!("- [ ] `{}`{place}: {hosts}\n", resource.replace('`', "'")));
    }
    if let Some(more) = reason.resources.len().checked_sub(LISTED).filter(|more| *more > 0) {
        out.push_str(&format!("- [ ] and {more} more\n"));
    }
}

fn secrets(report: &Report, out: &mut String) {
    let rows = report.hosts.iter().filter(|host| !host.secrets.is_empty());
    let rows: Vec<String> = rows
        .map(|host| {
            let ids: Vec<String> = host.secrets.iter().map(|id| format!("`{id}`")).collect();
            format!("| {} | {} |\n", host.certname, ids.join(", "))
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    out.push_str(
        "\n## Secrets to supply\n\nEach is an age file under `secrets/`, encrypted to the host's SSH key. ",
    );
    out.push_str("None of their bytes are in this folder.\n\n| Host | Secrets |\n|---|---|\n");
    out.push_str(&rows.concat());
}

/// Flags other than those that have a list of their own.
fn flagged(report: &Report, out: &mut String) {
    for (flag, title, words) in [
        (
            Flag::Unpinned,
            "Unpinned ids",
            "Users and groups whose number nobody told; pin what the host has today.",
        ),
        (Flag::Carried, "Carried over", "Unique to the host; they move with it."),
    ] {
        let mut rows = String::new();
        for host in &report.hosts {
            let entries = host.resources.iter().filter(|entry| entry.verdict.flags.contains(&flag));
            let names: Vec<String> = entries.map(|entry| format!("`{}`", entry.resource)).collect();
            if !names.is_empty() {
                rows.push_str(&format!("| {} | {} |\n", host.certname, names.join(", ")));
            }
        }
        if !rows.is_empty() {
            out.push_str(&format!("\n## {title}\n\n{words}\n\n| Host | Resources |\n|---|---|\n{rows}"));
        }
    }
}

fn dropped(report: &Report, out: &mut String) {
    let found = report.by_reason(Class::Dropped);
    if found.is_empty() {
        return;
    }
    out.push_str("\n## Dropped\n\n| Resources | Rule | Reason |\n|---:|---|---|\n");
    for reason in &found {
        out.push_str(&format!("| {} | `{}` | {} |\n", reason.count(), reason.rule, inline(reason.reason)));
    }
}

fn orders(report: &Report, out: &mut String) {
    let phase: usize = report.hosts.iter().map(|host| host.orders.by_phase).sum();
    let kept: usize = report.hosts.iter().map(|host| host.orders.kept).sum();
    out.push_str(&format!(
        "\n## Orders\n\n{phase} orders between resources are satisfied by the phases of a switch (users, packages, \
         files, units); {kept} are kept between items of the native host files.\n",
    ));
    let dangling: Vec<&String> = report.hosts.iter().flat_map(|host| &host.orders.dangling).collect();
    for text in dangling {
        out.push_str(&format!("- {}\n", inline(text)));
    }
}

fn findings(report: &Report, out: &mut String) {
    let mut seen = crate::maps::IndexMap::<_, Vec<&str>>::default();
    for host in &report.hosts {
        for problem in &host.findings {
            seen.entry(problem).or_default().push(&host.certname);
        }
    }
    if seen.is_empty() {
        return;
    }
    out.push_str("\n## Findings\n\n");
    for (problem, hosts) in seen {
        let place = place(problem.file.as_deref(), problem.line);
        let message = inline(&problem.message);
        out.push_str(&format!("- {place}{message} (`{}`): {}\n", problem.code, hosts.join(", ")));
    }
}

/// One line that Markdown does not take for anything else.
pub(super) fn inline(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}
