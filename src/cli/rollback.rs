//! `migrate rollback`: back to a generation before.

use super::{
    Session,
    activation::{RootArguments, text_or_json},
    apply::settle,
    session::Outcome,
};
use crate::activate::{Activated, Backend};
use clap::Args;
use std::fmt::Write;

/// Give back what was there before a generation, every byte, mode and owner
#[derive(Debug, Args)]
pub(super) struct Rollback {
    #[command(flatten)]
    root: RootArguments,
    /// The generation to go back to; default the one before the current. 0 is the state before the first
    #[arg(long, value_name = "N")]
    to: Option<u64>,
}

impl Rollback {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let native = self.root.open()?;
        let result = native.rollback(self.to);
        settle(session, "migrate/rollback/v1", result, text)
    }
}

fn text(done: &Activated) -> String {
    let mut text = String::new();
    for path in &done.changed {
        let _ = writeln!(text, "  ~ {path}");
    }
    let number = done.generation.unwrap_or_default();
    let _ = writeln!(text, "generation {number} is current: {} paths given back", done.changed.len());
    text
}
