//! `migrate apply`: make a root be as a host file says.

use super::{
    Session, Status,
    activation::{
        PlacingArguments, RootArguments, deliver, read_built, report_all, tell_recovered, text_or_json,
    },
    session::{Outcome, Stop},
};
use crate::{
    activate::{
        Activated, ActivationError, Backend, PlanReport, Recovered, ToldDiagnostic, UNTOLD, steps_text,
    },
    diag::Diagnostic,
};
use clap::Args;
use ecow::EcoString;
use serde::Serialize;
use std::{io::ErrorKind, path::PathBuf};

/// Make a root be as a host file says, as one generation
#[derive(Debug, Args)]
pub(super) struct Apply {
    /// The native host file
    #[arg(value_name = "HOST.toml")]
    host: PathBuf,
    #[command(flatten)]
    root: RootArguments,
    #[command(flatten)]
    placing: PlacingArguments,
}

/// The outcome as data, `migrate/apply/v1`; of a rollback too.
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    /// `activated`, `unchanged`, `refused`, `rolled-back` or `broken`.
    outcome: &'static str,
    generation: Option<u64>,
    is_new: bool,
    recovered: Option<Recovered>,
    /// The paths changed; of a failed run those that had been until it failed.
    changed: Vec<EcoString>,
    plan: Option<PlanReport>,
    warnings: Vec<ToldDiagnostic>,
    problems: Vec<ToldDiagnostic>,
}

impl Apply {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let built = read_built(&self.host)?;
        let native = self.root.open_for(&self.placing)?;
        let result = native.activate(&built);
        settle(session, "migrate/apply/v1", result, apply_text)
    }
}

fn apply_text(done: &Activated) -> String {
    let number = done.generation.unwrap_or_default();
    let Some(plan) = &done.plan else { return String::new() };
    if !done.is_new {
        return format!(
            "nothing to do: generation {number} is current, {} paths are as they shall be\n",
            plan.unchanged
        );
    }
    let [create, change, remove] = plan.counts();
    let left = match plan.built.manifest.deferred.len() {
        0 => String::new(),
        count => format!("{count} items of the host file are not activated yet, see the warnings\n"),
    };
    format!(
        "{}generation {number} is current: {create} created, {change} changed, {remove} removed, {} unchanged\n{left}",
        steps_text(&plan.steps),
        plan.unchanged,
    )
}

/// Reports how an activation or a rollback ended and gives the status.
pub(super) fn settle(
    session: &mut Session<'_>,
    schema: &'static str,
    result: Result<Activated, ActivationError>,
    text: fn(&Activated) -> String,
) -> Outcome {
    match result {
        Ok(done) => {
            tell_recovered(session, done.recovered)?;
            report_all(session, &done.warnings)?;
            report_all(session, &done.failures)?;
            let report = Report {
                outcome: if done.is_new || !done.changed.is_empty() { "activated" } else { "unchanged" },
                generation: done.generation,
                is_new: done.is_new,
                recovered: done.recovered,
                changed: done.changed.clone(),
                plan: done.plan.as_ref().map(crate::activate::Plan::report),
                warnings: told(&done.warnings),
                problems: told(&done.failures),
                ..Report::new(schema)
            };
            // the root is changed already: a result that cannot be written must not look like a failed activation
            let told = match deliver(session, &report, || text(&done)) {
                Err(Stop::Io(error)) if error.kind() != ErrorKind::BrokenPipe => {
                    let message = format!("activated, but the result cannot be written: {error}");
                    let _ = session.report(&Diagnostic::error(&UNTOLD, message));
                    false
                }
                delivered => delivered.map(|()| true)?,
            };
            Ok(if told && done.failures.is_empty() { Status::Done } else { Status::Degraded })
        }
        Err(error) => failed(session, schema, error),
    }
}

fn failed(session: &mut Session<'_>, schema: &'static str, error: ActivationError) -> Outcome {
    let summary = format!("{error}\n");
    let (outcome, status, partial, problems, plan) = match error {
        ActivationError::Refused { problems, plan } => ("refused", Status::Refused, None, problems, plan),
        ActivationError::RolledBack { partial, cause } => {
            ("rolled-back", Status::RolledBack, Some(partial), vec![*cause], None)
        }
        ActivationError::Stuck { partial, cause, revert } => {
            ("broken", Status::Broken, Some(partial), vec![*cause, *revert], None)
        }
    };
    if let Some(plan) = &plan {
        report_all(session, &plan.warnings)?;
    }
    report_all(session, &problems)?;
    let report = Report {
        outcome,
        changed: partial.map(|partial| partial.done).unwrap_or_default(),
        plan: plan.as_ref().map(|plan| plan.report()),
        problems: told(&problems),
        ..Report::new(schema)
    };
    deliver(session, &report, || summary)?;
    Ok::<_, Stop>(status)
}

fn told(found: &[Diagnostic]) -> Vec<ToldDiagnostic> {
    found.iter().map(Into::into).collect()
}

impl Report {
    fn new(schema: &'static str) -> Self {
        Self {
            schema,
            outcome: "unchanged",
            generation: None,
            is_new: false,
            recovered: None,
            changed: Vec::new(),
            plan: None,
            warnings: Vec::new(),
            problems: Vec::new(),
        }
    }
}
