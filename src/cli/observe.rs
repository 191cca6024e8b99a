//! `migrate observe`: captures what a host really has.

use super::{Session, Status, session::Outcome};
use crate::{
    diag::{Code, Diagnostic},
    observe::{Root, capture},
};
use clap::Args;
use std::{fs, path::PathBuf};

/// A root or a file that cannot be captured.
pub(super) const UNREADABLE: Code = Code {
    name: "observe::unreadable",
    title: "something of a host cannot be captured",
    explanation: "The root folder or a file named with `--file` is not there or may not be read. Nothing was written: a \
                  capture without it would look as if there were nothing.",
};

/// All codes of this command.
pub(super) const CODES: &[Code] = &[UNREADABLE];

/// Capture accounts, mounts, disks, interfaces, named files and package versions; starts nothing
#[derive(Debug, Args)]
pub(super) struct Observe {
    /// The host's root, or a copy of it
    #[arg(long, default_value = "/", value_name = "DIR")]
    root: PathBuf,
    /// A file to capture; its content only where everybody may read it
    #[arg(long = "file", value_name = "PATH")]
    files: Vec<String>,
}

impl Observe {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        let refused = |what: String, error: std::io::Error| {
            Box::new(Diagnostic::error(&UNREADABLE, format!("`{what}` cannot be captured: {error}")))
        };
        let root = Root::open(&self.root).map_err(|error| refused(self.root.display().to_string(), error))?;
        let found = capture(&root, &self.files).map_err(|(path, error)| refused(path, error))?;
        let text = serde_json::to_string_pretty(&found).unwrap_or_default() + "\n";
        match &session.common.out {
            Some(path) => {
                fs::write(path, text).map_err(|error| refused(path.display().to_string(), error))?
            }
            None => write!(session.out, "{text}")?,
        }
        Ok(Status::Done)
    }
}
