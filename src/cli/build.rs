//! `migrate build`: a native host file to a manifest and store objects.

use super::{
    Session, Status,
    activation::{RootArguments, deliver, read_built, report_all, text_or_json},
    session::Outcome,
};
use crate::build::Manifest;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Build a host file into the store of a root, without activating it
#[derive(Debug, Args)]
pub(super) struct Build {
    /// The native host file
    #[arg(value_name = "HOST.toml")]
    host: PathBuf,
    #[command(flatten)]
    root: RootArguments,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    store: String,
    objects: usize,
    new_objects: usize,
    manifest: &'a Manifest,
}

impl Build {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let built = read_built(&self.host)?;
        let native = self.root.open()?;
        let new_objects = native.realise(&built)?;
        report_all(session, &built.warnings)?;
        let report = Report {
            schema: "migrate/build/v1",
            store: native.state().dir().join("store").display().to_string(),
            objects: built.contents.len(),
            new_objects,
            manifest: &built.manifest,
        };
        deliver(session, &report, || {
            let (host, paths) = (&built.manifest.certname, built.manifest.entries.len());
            let objects = report.objects;
            format!("{host}: {paths} paths, {objects} objects ({new_objects} new) in {}\n", report.store)
        })?;
        Ok(Status::Done)
    }
}
