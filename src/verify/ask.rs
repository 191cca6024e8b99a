//! Asks the evaluated hosts: many questions and several hosts in one process, less where one of them fails.

use super::{
    NO_NIX,
    claims::Question,
    nix::{self, Evaluated, Nix, NixFailure, quoted},
};
use crate::diag::{Diagnostic, Result};
use serde_json::Value as Json;
use std::path::Path;

const ASK: &str = include_str!("ask.nix");

/// Failing evaluations that are made to find the one question that fails.
const SEARCHES: usize = 40;

/// Where to ask.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) nix: &'a Nix,
    pub(super) nixpkgs: Option<&'a Path>,
    pub(super) folder: &'a Path,
}

/// One host's questions, by its attribute in `hosts.nix`.
pub(super) struct Asked<'a> {
    pub(super) attribute: &'a str,
    pub(super) questions: &'a [Question],
}

/// What came back for one question.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Values { want: Json, got: Json, own: Option<String> },
    Failed(String),
}

/// What came back for one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    pub(super) assertions: Vec<String>,
    pub(super) warnings: Vec<String>,
    /// One for each question; empty where the host does not evaluate.
    pub(super) answers: Vec<Answer>,
    /// Why the host does not evaluate.
    pub(super) failure: Option<String>,
    /// The most memory the process had, divided by its hosts, in KiB.
    pub(super) peak: u64,
}

impl Place<'_> {
    /// Makes sure that there is a tree of nixpkgs, so that its lack is not taken for a fault of every host.
    pub(super) fn check_tree(&self) -> Result<()> {
        let tree = self.nixpkgs.map_or_else(|| "<nixpkgs>".to_owned(), nix::path);
        let asked =
            self.nix.evaluate(&format!("builtins.pathExists ({tree} + \"/nixos/lib/eval-config.nix\")"))?;
        let why = match asked {
            Ok(found) if found.value == Json::Bool(true) => return Ok(()),
            Ok(_) => "it has no `nixos/lib/eval-config.nix`".to_owned(),
            Err(failure) => failure.message,
        };
        let shown = self.nixpkgs.map_or_else(|| "<nixpkgs>".to_owned(), |path| path.display().to_string());
        let message = format!("`{shown}` is no tree of nixpkgs: {why}");
        Err(Box::new(Diagnostic::error(&NO_NIX, message).help("name your tree of nixpkgs: `--nixpkgs PATH`")))
    }

    /// Asks several hosts in one process; where that fails, each in its own.
    pub(super) fn ask(&self, hosts: &[Asked<'_>]) -> Result<Vec<Answers>> {
        if let Ok(found) = self.evaluate(hosts)? {
            let peak = found.peak / (hosts.len().max(1) as u64);
            let answers = hosts.iter().map(|host| read(host, &found.value, peak));
            return Ok(answers.collect());
        }
        hosts.iter().map(|host| self.alone(host)).collect()
    }

    fn alone(&self, host: &Asked<'_>) -> Result<Answers> {
        let nothing = Asked { attribute: host.attribute, questions: &[] };
        let facts = match self.evaluate(std::slice::from_ref(&nothing))? {
            Ok(found) => found,
            Err(failure) => return Ok(Answers { failure: Some(failure.message), ..Answers::default() }),
        };
        let mut answers = read(&nothing, &facts.value, facts.peak);
        let mut searches = SEARCHES;
        answers.answers = self.search(host.attribute, host.questions, &mut searches, &mut answers.peak)?;
        Ok(answers)
    }

    /// Halves the questions until those that fail are alone.
    fn search(
        &self,
        attribute: &str,
        questions: &[Question],
        searches: &mut usize,
        peak: &mut u64,
    ) -> Result<Vec<Answer>> {
        let host = Asked { attribute, questions };
        let failure = match self.evaluate(std::slice::from_ref(&host))? {
            Ok(found) => {
                *peak = found.peak.max(*peak);
                return Ok(read(&host, &found.value, 0).answers);
            }
            Err(failure) => failure,
        };
        *searches = searches.saturating_sub(1);
        if questions.len() < 2 || *searches == 0 {
            return Ok(questions.iter().map(|_| Answer::Failed(failure.message.clone())).collect());
        }
        let (one, other) = questions.split_at(questions.len() / 2);
        let mut answers = self.search(attribute, one, searches, peak)?;
        answers.extend(self.search(attribute, other, searches, peak)?);
        Ok(answers)
    }

    fn evaluate(&self, hosts: &[Asked<'_>]) -> Result<Result<Evaluated, NixFailure>> {
        let nixpkgs = self.nixpkgs.map_or_else(|| "<nixpkgs>".to_owned(), nix::path);
        let folder = nix::path(self.folder);
        // the manual would put the tree of nixpkgs into the store
        let mut text = format!(
            "let\nask = {ASK};\nhosts = builtins.mapAttrs (_: quiet) (import ({folder} + \"/default.nix\") {{ nixpkgs = {nixpkgs}; }});\n\
             quiet = host: if host ? extendModules then host.extendModules {{ modules = [ {{ \
             documentation.nixos.enable = host.lib.mkForce false; }} ]; }} else host;\n\
             said = list: builtins.deepSeq list list;\n\
             one = host: asks: {{\nanswers = ask {{ inherit host asks; folder = {folder}; }};\n\
             assertions = said (map (it: it.message) (builtins.filter (it: !it.assertion) host.config.assertions));\n\
             warnings = said host.config.warnings;\n}};\nin\n{{\n"
        );
        for host in hosts {
            let name = quoted(host.attribute);
            let asks: String = host.questions.iter().map(Question::print).collect();
            let lets = "missing = { \"§missing\" = true; };";
            text.push_str(&format!(
                "{name} = one hosts.{name} ({{ config, lib, pkgs }}: let {lets} in [\n{asks}]);\n"
            ));
        }
        text.push_str("}\n");
        self.nix.evaluate(&text)
    }
}

fn read(host: &Asked<'_>, value: &Json, peak: u64) -> Answers {
    let value = value.get(host.attribute).unwrap_or(&Json::Null);
    let list = |name: &str| value.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
    let texts = |name: &str| {
        list(name).iter().map(|it| it.as_str().unwrap_or("not a text").trim_end().to_owned()).collect()
    };
    let part = |answer: &Json, name: &str| answer.get(name).cloned().unwrap_or_default();
    let answers = list("answers")
        .iter()
        .map(|answer| Answer::Values {
            want: part(answer, "want"),
            got: part(answer, "got"),
            own: part(answer, "own").as_str().map(str::to_owned),
        })
        .collect();
    Answers { assertions: texts("assertions"), warnings: texts("warnings"), answers, failure: None, peak }
}
