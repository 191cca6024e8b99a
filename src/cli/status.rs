//! `migrate status`: is the root still as it was activated.

use super::{
    Session, Status as Exit,
    activation::{
        PlacingArguments, RootArguments, deliver, report_all, status_if, tell_recovered, text_or_json,
    },
    session::Outcome,
};
use crate::activate::{PlanReport, StatusReport, steps_text};
use clap::Args;

/// Settle an interrupted activation and list what is not as the current generation says
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    root: RootArguments,
    #[command(flatten)]
    placing: PlacingArguments,
}

impl Status {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let (plan, recovered) = self.root.open_for(&self.placing)?.status()?;
        tell_recovered(session, recovered)?;
        let Some(plan) = plan else {
            deliver(session, &report(None, recovered), || "nothing was activated here yet\n".to_owned())?;
            return Ok(Exit::Done);
        };
        report_all(session, &plan.warnings)?;
        report_all(session, &plan.problems)?;
        deliver(session, &report(Some(plan.report()), recovered), || {
            let number = plan.current.unwrap_or_default();
            let drift = plan.steps.len();
            let same = plan.unchanged;
            format!(
                "{}generation {number}: {drift} paths drifted, {same} unchanged\n",
                steps_text(&plan.steps)
            )
        })?;
        if !plan.problems.is_empty() {
            return Ok(Exit::Failed);
        }
        Ok(status_if(!plan.steps.is_empty(), Exit::Found))
    }
}

fn report(plan: Option<PlanReport>, recovered: Option<crate::activate::Recovered>) -> StatusReport {
    let schema = "migrate/status/v1";
    match plan {
        None => StatusReport {
            schema,
            generation: None,
            recovered,
            drift: Vec::new(),
            unchanged: 0,
            not_activated: Vec::new(),
            problems: Vec::new(),
        },
        Some(plan) => StatusReport {
            schema,
            generation: plan.generation,
            recovered,
            drift: plan.steps,
            unchanged: plan.unchanged,
            not_activated: plan.not_activated,
            problems: plan.problems,
        },
    }
}
