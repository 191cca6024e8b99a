//! `migrate verify`: the proof of a converted folder by evaluation.

use super::{
    Session, Status,
    activation::{deliver, status_if, text_or_json},
    index::NixArguments,
    session::Outcome,
};
use crate::verify::{Verification, verify};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

/// Evaluate converted hosts with the real Nix and compare them with what was claimed
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The folder that `migrate convert --out DIR` wrote
    #[arg(long, value_name = "DIR")]
    nixos: PathBuf,
    /// The tree of nixpkgs to evaluate against; default `<nixpkgs>`
    #[arg(long, value_name = "PATH")]
    nixpkgs: Option<PathBuf>,
    #[command(flatten)]
    nix: NixArguments,
    /// A host by its certname; default all
    #[arg(long = "node", value_name = "NAME")]
    hosts: Vec<String>,
    /// How many hosts one process of Nix evaluates: more take more memory, and less time together
    #[arg(long, value_name = "N", default_value_t = 4)]
    batch: usize,
}

impl Verify {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let nix = self.nix.program();
        let what = Verification {
            folder: &self.nixos,
            nixpkgs: self.nixpkgs.as_deref(),
            nix: &nix,
            hosts: &self.hosts,
            batch: self.batch,
        };
        // it draws on a terminal only
        let bar = if session.common.quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} hosts evaluated, {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        let proof = session.on_threads(|| verify(&what, &|hosts| bar.inc(hosts as u64)));
        bar.finish_and_clear();
        let proof = proof?;
        deliver(session, &proof, || proof.text())?;
        Ok(status_if(proof.has_objections(), Status::Found))
    }
}
