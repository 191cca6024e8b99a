//! `migrate plan`: what an activation would do.

use super::{
    Session, Status,
    activation::{PlacingArguments, RootArguments, deliver, read_built, report_all, status_if, text_or_json},
    session::Outcome,
};
use crate::activate::{Backend, Plan as Found, steps_text};
use clap::Args;
use std::{fmt::Write, path::PathBuf};

/// Say what an activation would do; changes nothing
#[derive(Debug, Args)]
pub(super) struct Plan {
    /// The native host file
    #[arg(value_name = "HOST.toml")]
    host: PathBuf,
    #[command(flatten)]
    root: RootArguments,
    #[command(flatten)]
    placing: PlacingArguments,
    /// End with 2 if there is something to do
    #[arg(long, visible_alias = "detailed-exit-code")]
    detailed_exitcode: bool,
}

impl Plan {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let built = read_built(&self.host)?;
        let native = self.root.open_for(&self.placing)?;
        let plan = native.plan(&built)?;
        report_all(session, &plan.warnings)?;
        report_all(session, &plan.problems)?;
        deliver(session, &plan.report(), || plan_text(&plan))?;
        if !plan.problems.is_empty() {
            return Ok(Status::Failed);
        }
        Ok(status_if(self.detailed_exitcode && plan.has_work(), Status::Found))
    }
}

/// Renders a plan for people.
pub(super) fn plan_text(plan: &Found) -> String {
    let at = plan
        .current
        .map_or("nothing activated yet".to_owned(), |number| format!("generation {number} is current"));
    let mut text = format!("{}: {at}\n", plan.built.manifest.certname);
    text.push_str(&steps_text(&plan.steps));
    if !plan.released.is_empty() {
        text.push_str("no longer managed, left as they are:\n");
        for path in &plan.released {
            let _ = writeln!(text, "    {path}");
        }
    }
    let notified: Vec<_> = plan.notified().iter().map(ToString::to_string).collect();
    if !notified.is_empty() {
        let _ = writeln!(text, "would be refreshed by it (not activated yet): {}", notified.join(", "));
    }
    let [create, change, remove] = plan.counts();
    let _ = writeln!(
        text,
        "{create} to create, {change} to change, {remove} to remove, {} unchanged, {} items not activated yet",
        plan.unchanged,
        plan.built.manifest.deferred.len(),
    );
    if !plan.problems.is_empty() {
        let _ = writeln!(text, "`apply` would refuse this: {} problems", plan.problems.len());
    }
    text
}
