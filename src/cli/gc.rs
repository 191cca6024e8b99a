//! `migrate gc`: remove what no generation needs.

use super::{
    Session, Status,
    activation::{RootArguments, deliver, text_or_json},
    session::Outcome,
};
use crate::activate::Collected;
use clap::Args;
use serde::Serialize;

/// Remove store objects that no generation refers to
#[derive(Debug, Args)]
pub(super) struct Gc {
    #[command(flatten)]
    root: RootArguments,
    /// Keep the current generation and its N nearest predecessors, remove the other generations first
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    #[serde(flatten)]
    collected: Collected,
}

impl Gc {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let collected = self.root.open()?.collect(self.keep)?;
        let report = Report { schema: "migrate/gc/v1", collected };
        deliver(session, &report, || {
            let Collected { generations, objects, bytes } = &report.collected;
            format!(
                "removed {} generations and {} objects, {bytes} bytes\n",
                generations.len(),
                objects.len()
            )
        })?;
        Ok(Status::Done)
    }
}
