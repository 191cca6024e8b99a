//! Plans and drift as text and as data.

use super::plan::{Change, Plan, Step, Why};
use crate::{build::Deferred, diag::Diagnostic, model::ItemId};
use ecow::EcoString;
use serde::Serialize;
use std::fmt::{self, Write};

/// A diagnostic as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToldDiagnostic {
    /// `error`, `warning` or `advice`.
    pub severity: String,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl From<&Diagnostic> for ToldDiagnostic {
    fn from(found: &Diagnostic) -> Self {
        Self {
            severity: found.severity().to_string(),
            code: found.code().name,
            message: found.message().to_owned(),
            help: found.help_line().map(str::to_owned),
        }
    }
}

/// One path to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepReport {
    /// The path.
    pub path: EcoString,
    /// `create`, `change` or `remove`.
    pub action: &'static str,
    /// `wanted`, `parent`, `purged` or `within`.
    pub why: &'static str,
    /// What changes, in words.
    pub changes: Vec<String>,
    /// What a change refreshes.
    pub notify: Vec<ItemId>,
}

/// A plan as data, `migrate/plan/v1`.
#[derive(Clone, Debug, Serialize)]
pub struct PlanReport {
    /// The schema.
    pub schema: &'static str,
    /// The host.
    pub certname: EcoString,
    /// The current generation.
    pub generation: Option<u64>,
    /// Whether an activation would make a new one.
    pub has_work: bool,
    /// The paths to change.
    pub steps: Vec<StepReport>,
    /// How many managed paths are right already.
    pub unchanged: usize,
    /// Paths that are no longer managed and stay as they are.
    pub released: Vec<EcoString>,
    /// The items that would be refreshed.
    pub notified: Vec<ItemId>,
    /// The items that are not activated by this version.
    pub not_activated: Vec<Deferred>,
    /// What a person should know.
    pub warnings: Vec<ToldDiagnostic>,
    /// Why the activation would be refused.
    pub problems: Vec<ToldDiagnostic>,
}

/// Drift as data, `migrate/status/v1`.
#[derive(Clone, Debug, Serialize)]
pub struct StatusReport {
    /// The schema.
    pub schema: &'static str,
    /// The current generation.
    pub generation: Option<u64>,
    /// What became of an interrupted run.
    pub recovered: Option<super::Recovered>,
    /// The paths that are not as the generation says.
    pub drift: Vec<StepReport>,
    /// How many are.
    pub unchanged: usize,
    /// The items that are not activated by this version.
    pub not_activated: Vec<Deferred>,
    /// What could not be told.
    pub problems: Vec<ToldDiagnostic>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(word) => write!(f, "new {word}"),
            Self::Removed(word) => write!(f, "remove the {word}"),
            Self::Type(from, to) => write!(f, "{from} -> {to}"),
            Self::Content => f.write_str("content"),
            Self::Target(from, to) => write!(f, "target {from} -> {to}"),
            Self::Mode(from, to) => write!(f, "mode {from:04o} -> {to:04o}"),
            Self::Owner(from, to) => write!(f, "owner {from} -> {to}"),
            Self::Group(from, to) => write!(f, "group {from} -> {to}"),
        }
    }
}

impl Step {
    /// Returns `create`, `change` or `remove`.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self.changes.first() {
            Some(Change::Created(_)) => "create",
            Some(Change::Removed(_)) => "remove",
            Some(_) | None => "change",
        }
    }

    fn report(&self) -> StepReport {
        StepReport {
            path: self.path.clone(),
            action: self.action(),
            why: self.why.word(),
            changes: self.changes.iter().map(ToString::to_string).collect(),
            notify: self.notify.clone(),
        }
    }
}

impl Why {
    fn word(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Parent => "parent",
            Self::Purged => "purged",
            Self::Within => "within",
        }
    }
}

impl Plan {
    /// Returns the plan as data.
    #[must_use]
    pub fn report(&self) -> PlanReport {
        PlanReport {
            schema: "migrate/plan/v1",
            certname: self.built.manifest.certname.clone(),
            generation: self.current,
            has_work: self.has_work(),
            steps: self.steps.iter().map(Step::report).collect(),
            unchanged: self.unchanged,
            released: self.released.clone(),
            notified: self.notified(),
            not_activated: self.built.manifest.deferred.clone(),
            warnings: self.warnings.iter().map(Into::into).collect(),
            problems: self.problems.iter().map(Into::into).collect(),
        }
    }

    /// Returns how many paths are created, changed and removed.
    #[must_use]
    pub fn counts(&self) -> [usize; 3] {
        ["create", "change", "remove"]
            .map(|action| self.steps.iter().filter(|step| step.action() == action).count())
    }
}

/// Lists steps, one a line: a sign, the path, what changes.
#[must_use]
pub fn steps_text(steps: &[Step]) -> String {
    let width = steps.iter().map(|step| step.path.chars().count()).max().unwrap_or_default().min(48);
    let mut text = String::new();
    for step in steps {
        let sign = match step.action() {
            "create" => '+',
            "remove" => '-',
            _ => '~',
        };
        let mut changes: Vec<_> = step.changes.iter().map(ToString::to_string).collect();
        changes.extend((step.why != Why::Wanted).then(|| match step.why {
            Why::Parent => "needed by what is below".to_owned(),
            Why::Purged => "nobody manages it".to_owned(),
            Why::Within | Why::Wanted => "with its directory".to_owned(),
        }));
        let _ = writeln!(text, "  {sign} {:width$}  {}", step.path, changes.join(", "));
    }
    text
}
