//! From a converted folder to verdicts: each resource proved, refuted, or not provable by evaluation.

use super::{
    ask::{Answer, Answers, Asked, Place},
    claims::{Question, questions},
    codes::NO_FOLDER,
    compare::{Match, compare},
    folder::{Claimed, Converted, Told},
    nix::{self, Nix},
    proof::{HostProof, Proof, ResourceProof, Verdict, Witness},
};
use crate::{
    diag::{Diagnostic, Result},
    maps::HashMap,
    translate::nixos::Plan,
};
use ecow::EcoString;
use rayon::prelude::*;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Instant,
};

/// What is verified, and how.
#[derive(Debug)]
pub struct Verification<'a> {
    /// The converted folder.
    pub folder: &'a Path,
    /// A tree of nixpkgs; `None` is `<nixpkgs>`.
    pub nixpkgs: Option<&'a Path>,
    /// The program that evaluates.
    pub nix: &'a Nix,
    /// Certnames; none means all.
    pub hosts: &'a [String],
    /// How many hosts one process evaluates.
    pub batch: usize,
}

/// Verifies a converted folder. `told` is called with the number of hosts whenever some are done.
///
/// # Errors
/// Gives what keeps it from looking: no folder, no Nix, no nixpkgs.
pub fn verify(what: &Verification<'_>, told: &(dyn Fn(usize) + Sync)) -> Result<Proof> {
    let converted = Converted::read(what.folder, what.hosts)?;
    let broken = broken_files(what.nix, &converted)?;
    if !broken.is_empty() {
        return Ok(Proof::new(Vec::new(), broken));
    }
    let attributes = attributes(what.nix, &converted)?;
    let scratch = scratch()?;
    let hosts: Vec<Ready<'_>> = (converted.hosts.iter().enumerate())
        .map(|(at, claimed)| {
            Ready::new(claimed, &attributes, what.folder, &scratch.path().join(at.to_string()))
        })
        .collect::<Result<_>>()?;
    let place = Place { nix: what.nix, nixpkgs: what.nixpkgs, folder: what.folder };
    place.check_tree()?;
    let batches = hosts.par_chunks(what.batch.max(1)).map(|batch| {
        let started = Instant::now();
        let asked: Vec<Asked<'_>> = batch.iter().map(Ready::asked).collect();
        let answers = place.ask(&asked)?;
        let seconds = started.elapsed().as_secs_f64() / batch.len().max(1) as f64;
        told(batch.len());
        Ok(batch.iter().zip(answers).map(|(host, answers)| host.proof(answers, seconds)).collect::<Vec<_>>())
    });
    let proofs = batches.collect::<Result<Vec<_>>>()?;
    Ok(Proof::new(proofs.into_iter().flatten().collect(), Vec::new()))
}

fn scratch() -> Result<tempfile::TempDir> {
    tempfile::tempdir().map_err(|error| {
        Box::new(Diagnostic::error(&NO_FOLDER, format!("no folder for temporary files can be made: {error}")))
    })
}

/// Files that do not parse, with what Nix says: one of them would end the evaluation of every host.
fn broken_files(nix: &Nix, converted: &Converted) -> Result<Vec<(PathBuf, String)>> {
    let files = converted.nix_files();
    if nix.parse(&files)?.is_ok() {
        return Ok(Vec::new());
    }
    let mut broken = Vec::new();
    for file in files {
        if let Err(failure) = nix.parse(std::slice::from_ref(&file))? {
            broken.push((file, failure.message));
        }
    }
    Ok(broken)
}

/// The hosts' names in the flake, by certname.
fn attributes(nix: &Nix, converted: &Converted) -> Result<HashMap<EcoString, String>> {
    let table = nix::path(&converted.root.join("hosts.nix"));
    let asked = nix.evaluate(&format!("builtins.mapAttrs (_: host: host.address) (import {table})"))?;
    let told = asked.map_err(|failure| {
        let message = format!("`hosts.nix` cannot be read: {}", failure.message);
        Box::new(Diagnostic::error(&NO_FOLDER, message).help("convert again with this version of `migrate`"))
    })?;
    let hosts = told.value.as_object().cloned().unwrap_or_default();
    let pairs = hosts.iter().filter_map(|(name, address)| Some((address.as_str()?.into(), name.clone())));
    Ok(pairs.collect())
}

/// A host with its questions.
struct Ready<'a> {
    claimed: &'a Claimed,
    attribute: String,
    questions: Vec<Question>,
}

impl<'a> Ready<'a> {
    fn new(
        claimed: &'a Claimed,
        attributes: &HashMap<EcoString, String>,
        folder: &Path,
        scratch: &Path,
    ) -> Result<Self> {
        let attribute = attributes.get(&claimed.certname).cloned().ok_or_else(|| {
            let message = format!("`{}` is not among the hosts of `hosts.nix`", claimed.certname);
            Box::new(Diagnostic::error(&NO_FOLDER, message))
        })?;
        let (questions, plan) = questions(&claimed.config, folder, scratch);
        write_files(&plan, scratch).map_err(|error| {
            Box::new(Diagnostic::error(&NO_FOLDER, format!("temporary files cannot be written: {error}")))
        })?;
        Ok(Self { claimed, attribute, questions })
    }

    fn asked(&self) -> Asked<'_> {
        Asked { attribute: &self.attribute, questions: &self.questions }
    }

    fn proof(&self, answers: Answers, seconds: f64) -> HostProof {
        let witnesses: Vec<Witness> = self
            .questions
            .iter()
            .zip(&answers.answers)
            .map(|(asked, answer)| witness(asked, answer))
            .collect();
        let resources = self.claimed.resources.iter().map(|told| self.resource(told, &witnesses));
        HostProof {
            certname: self.claimed.certname.clone(),
            attribute: self.attribute.as_str().into(),
            seconds,
            peak: answers.peak,
            resources: resources.collect(),
            failure: answers.failure,
            assertions: answers.assertions,
            warnings: answers.warnings,
        }
    }

    fn resource(&self, told: &Told, witnesses: &[Witness]) -> ResourceProof {
        let concerns = |asked: &Question| asked.items.iter().any(|item| told.items.contains(item));
        let pairs = self.questions.iter().zip(witnesses);
        let mut own: Vec<Witness> =
            pairs.filter(|(asked, _)| concerns(asked)).map(|(_, witness)| witness.clone()).collect();
        excuse(&mut own);
        let claimed = !matches!(told.class.as_str(), "manual" | "dropped");
        let verdict = match () {
            () if own.iter().any(|it| it.verdict == Verdict::Refuted) => Verdict::Refuted,
            () if !claimed => Verdict::NotClaimed,
            () if !own.is_empty() && own.iter().all(|it| it.verdict == Verdict::Proved) => Verdict::Proved,
            () => Verdict::Unprovable,
        };
        let (resource, place, class) = (told.resource.clone(), told.place.clone(), told.class.clone());
        ResourceProof { resource, place, class, verdict, witnesses: own }
    }
}

/// A list of packages cannot be evaluated where one of them is missing: the others are not to blame.
fn excuse(witnesses: &mut [Witness]) {
    if !witnesses.iter().any(|it| it.verdict == Verdict::Proved && it.option.starts_with("pkgs.")) {
        return;
    }
    let failed = |it: &&mut Witness| it.option == "environment.systemPackages" && it.wanted.is_none();
    for witness in witnesses.iter_mut().filter(failed).filter(|it| it.verdict == Verdict::Refuted) {
        witness.verdict = Verdict::Unprovable;
    }
}

fn witness(asked: &Question, answer: &Answer) -> Witness {
    let option: EcoString = asked.path.join(".").replace("§pkgs", "pkgs").into();
    let by = if asked.direct { "model" } else { "rule" };
    let (want, got, own) = match answer {
        Answer::Failed(why) => {
            let verdict = Verdict::Refuted;
            return Witness { option, by, verdict, wanted: None, got: None, why: Some(why.clone()) };
        }
        Answer::Values { want, got, own } => (want, got, own),
    };
    if own.is_some() && own.as_deref() == want.as_str() {
        let why = Some("beside text of NixOS's own".to_owned());
        return Witness { option, by, verdict: Verdict::Proved, wanted: None, got: None, why };
    }
    let told = |verdict, why: Option<String>| {
        let (wanted, got) = (Some(want.clone()), Some(got.clone()));
        Witness { option: option.clone(), by, verdict, wanted, got, why }
    };
    match compare(want, got) {
        Match::Same => Witness { option, by, verdict: Verdict::Proved, wanted: None, got: None, why: None },
        Match::Differs(place) if place.is_empty() => told(Verdict::Refuted, None),
        Match::Differs(place) => told(Verdict::Refuted, Some(format!("at `{place}`"))),
        Match::Unknown(why) => told(Verdict::Unprovable, Some(why.to_owned())),
    }
}

/// Puts the files that settings refer to where the questions name them.
fn write_files(plan: &Plan, scratch: &Path) -> std::io::Result<()> {
    for (key, artifact) in &plan.artifacts {
        let file = scratch.join(plain_name(key));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, &artifact.bytes)?;
        // the path in the store depends on it
        fs::set_permissions(&file, Permissions::from_mode(if artifact.executable { 0o755 } else { 0o644 }))?;
    }
    Ok(())
}

/// A file of the output in the folder of temporary files, in a folder of its own: its key may be anything, and its own
/// name is what the store calls it.
pub(super) fn plain_name(key: &str) -> String {
    let plain =
        |letter: char| if letter.is_ascii_alphanumeric() || "._-+=".contains(letter) { letter } else { '_' };
    let last = key.rsplit('/').find(|part| !part.is_empty()).unwrap_or("_");
    let name: String = last.chars().map(plain).collect();
    let name = if name.chars().all(|letter| letter == '.') { format!("_{name}") } else { name };
    format!("{}/{name}", blake3::hash(key.as_bytes()).to_hex().get(..16).unwrap_or_default())
}
