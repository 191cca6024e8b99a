//! A page that needs nothing but itself; all that comes from a repo is escaped.

use super::{Report, summary::percent};
use crate::{
    diag::{Code, Diagnostic, Result},
    translate::Class,
};
use handlebars::Handlebars;
use serde_json::{Value, json};

/// The page's skeleton does not fit its data: a fault of this program.
pub(crate) const TEMPLATE: Code = Code {
    name: "report::template",
    title: "the page of a report cannot be made",
    explanation: "The skeleton that is part of the program does not fit its data: please report it.",
};

/// A service that the state table does not know.
pub(crate) const UNDESCRIBED: Code = Code {
    name: "report::state-unknown",
    title: "a service of which nobody said whether it keeps data",
    explanation: "Data that must move with a host are listed by service (`data/state.tsv`). This one is not in the list: \
                  look on the host whether it keeps data, back them up, and move them.",
};

/// All codes of this stage.
pub(crate) const CODES: &[Code] = &[TEMPLATE, UNDESCRIBED];

/// Renders the report as one page.
///
/// # Errors
/// Gives a skeleton that does not fit, which is a fault of this program.
pub fn html(report: &Report) -> Result<String> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    let template = include_str!("../../templates/report.html.hbs");
    engine
        .render_template(template, &data(report))
        .map_err(|found| Box::new(Diagnostic::error(&TEMPLATE, format!("the report's page: {found}"))))
}

fn data(report: &Report) -> Value {
    let classes: Vec<&str> = Class::ALL.iter().map(|class| class.word()).collect();
    let cells = |score: &crate::translate::Score| -> Vec<usize> {
        Class::ALL.iter().map(|class| score.of(*class)).collect()
    };
    let hosts: Vec<Value> = report
        .hosts
        .iter()
        .map(|host| {
            let rows: Vec<Value> = host.resources.iter().map(row).collect();
            json!({
                "certname": host.certname, "cells": cells(&host.score), "score": percent(host.per_mille),
                "rows": rows,
            })
        })
        .collect();
    json!({
        "classes": classes, "hosts": hosts, "failed": report.failed, "state": report.state,
        "waves": report.waves, "puppet": report.puppet, "unmapped": report.unmapped, "ties": ties(report),
        "total": { "cells": cells(&report.total), "score": percent(report.total_per_mille) },
    })
}

/// Ties with their reasons as one text.
fn ties(report: &Report) -> Vec<Value> {
    let tie = |tie: &super::Tie| {
        let to = if tie.to.is_empty() { "PuppetDB" } else { tie.to.as_str() };
        json!({ "from": tie.from, "to": to, "kind": tie.kind, "by": super::fleet_markdown::some(&tie.by) })
    };
    report.ties.iter().map(tie).collect()
}

fn row(entry: &crate::translate::Entry) -> Value {
    let flags: Vec<&str> = entry.verdict.flags.iter().map(|flag| flag.word()).collect();
    let attributes: Vec<Value> = entry
        .attributes
        .iter()
        .map(|(name, verdict)| json!({ "name": name, "class": verdict.class, "reason": verdict.reason }))
        .collect();
    json!({
        "resource": entry.resource.to_string(), "place": entry.place, "class": entry.verdict.class,
        "rule": entry.verdict.rule, "reason": entry.verdict.reason, "flags": flags.join(", "),
        "attributes": attributes,
    })
}
