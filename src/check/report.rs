//! A check as text and as data, `migrate/check/v1`.

use super::{
    Manual,
    checked::{Checked, Finding},
};
use crate::{diag::Severity, translate::Score};
use ecow::EcoString;
use serde::Serialize;
use std::fmt::Write;

/// A check as data.
#[derive(Clone, Debug, Serialize)]
pub struct CheckReport {
    schema: &'static str,
    summary: Summary,
    not_compiled: Vec<EcoString>,
    nodes: Vec<NodeReport>,
    findings: Vec<FindingReport>,
    /// What could not be read: the check is not complete.
    unread: Vec<FindingReport>,
    /// Leaves by class, of all nodes.
    score: Score,
    /// What a human must decide.
    manual: Vec<Manual>,
}

#[derive(Clone, Debug, Serialize)]
struct Summary {
    files: usize,
    nodes: usize,
    compiled: usize,
    errors: usize,
    warnings: usize,
    unread: usize,
}

#[derive(Clone, Debug, Serialize)]
struct NodeReport {
    node: EcoString,
    compiled: bool,
    resources: Option<usize>,
    score: Option<Score>,
}

#[derive(Clone, Debug, Serialize)]
struct FindingReport {
    severity: String,
    code: &'static str,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
    help: Option<String>,
    nodes: Vec<EcoString>,
}

impl CheckReport {
    /// Makes the report of a check.
    #[must_use]
    pub fn new(checked: &Checked) -> Self {
        let not_compiled: Vec<_> = checked.not_compiled().cloned().collect();
        let node = |node: &super::NodeOutcome| NodeReport {
            node: node.certname.clone(),
            compiled: node.resources.is_some(),
            resources: node.resources,
            score: checked.classified.nodes.get(&node.certname).cloned(),
        };
        Self {
            schema: "migrate/check/v1",
            summary: Summary {
                files: checked.files,
                nodes: checked.nodes.len(),
                compiled: checked.nodes.len() - not_compiled.len(),
                errors: checked.count(Severity::Error),
                warnings: checked.count(Severity::Warning),
                unread: checked.unread.len(),
            },
            not_compiled,
            nodes: checked.nodes.iter().map(node).collect(),
            findings: checked.findings.iter().map(finding).collect(),
            unread: checked.unread.iter().map(finding).collect(),
            score: checked.classified.total.clone(),
            manual: checked.classified.manual.clone(),
        }
    }
}

fn finding(found: &Finding) -> FindingReport {
    let diagnostic = &found.diagnostic;
    let at = diagnostic.line_column();
    FindingReport {
        severity: diagnostic.severity().to_string(),
        code: diagnostic.code().name,
        file: diagnostic.file().map(str::to_owned),
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        message: diagnostic.message().to_owned(),
        help: diagnostic.help_line().map(str::to_owned),
        nodes: found.nodes.clone(),
    }
}

/// Renders what a check found in a few lines; the findings themselves are reported as diagnostics.
#[must_use]
pub fn checked_text(checked: &Checked) -> String {
    let mut text = String::new();
    let failed: Vec<_> = checked.not_compiled().map(EcoString::as_str).collect();
    let compiled = checked.nodes.len() - failed.len();
    let _ = writeln!(
        text,
        "{} files parsed, {compiled} of {} nodes compiled",
        checked.files,
        checked.nodes.len()
    );
    if !failed.is_empty() {
        let _ = writeln!(text, "not compiled: {}", failed.join(", "));
    }
    let (errors, warnings) = (checked.count(Severity::Error), checked.count(Severity::Warning));
    let _ = writeln!(text, "{errors} errors, {warnings} warnings");
    let score = &checked.classified.total;
    if score.counted > 0 {
        let share = score.per_mille();
        let (whole, tenth) = (share / 10, share % 10);
        let classes: Vec<_> = score.classes.iter().map(|(class, count)| format!("{count} {class}")).collect();
        let _ = writeln!(
            text,
            "{whole}.{tenth}% of {} resources have a place: {}",
            score.counted,
            classes.join(", ")
        );
    }
    if !checked.unread.is_empty() {
        let _ =
            writeln!(text, "the check is not complete: {} inputs could not be read", checked.unread.len());
    }
    text
}
