//! `migrate lookup`: what Hiera answers for a node.

use super::{InputArguments, Session, session::Outcome};
use crate::{diag::Diagnostic, inputs::UNSUPPORTED};
use clap::Args;

/// Look keys up in Hiera for one node
#[derive(Debug, Args)]
pub(super) struct Lookup {
    /// The keys, tried in order
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
}

impl Lookup {
    pub(super) fn run(&self, _session: &mut Session<'_>) -> Outcome {
        let _ = std::any::type_name::<InputArguments>();
        let message = format!("looking up `{}` is not supported yet", self.keys.join(", "));
        Err(Diagnostic::error(&UNSUPPORTED, message)).map_err(|found| vec![found].into())
    }
}
