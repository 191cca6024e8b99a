//! The comparison.

use crate::{
    Case,
    oracle::{Answer, Refusal},
};
use migrate::{
    diag::{Diagnostic, Severity},
    source::SourceFile,
    syntax::{self, Mode, Options, Strict},
};
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// What was found.
#[derive(Debug, Default)]
pub struct Score {
    /// How many texts, each under both levels of `strict`.
    pub cases: usize,
    /// How many were refused.
    pub refused: usize,
    /// How many trees were compared.
    pub compared: usize,
    /// Refused texts for which Puppet gives a line, and on how many it is the same.
    pub lines: (usize, usize),
    /// Other verdicts.
    pub verdicts: Vec<String>,
    /// Other lines.
    pub other_lines: Vec<String>,
    /// Other trees.
    pub trees: Vec<String>,
    /// Valid texts that Puppet cannot dump, by reason.
    pub undumped: BTreeMap<String, usize>,
    /// Refusals without a line, by kind.
    pub without_line: BTreeMap<String, usize>,
}

impl Score {
    /// Returns the part of lines that agree.
    pub fn same_lines(&self) -> f64 {
        if self.lines.0 == 0 { 1.0 } else { self.lines.1 as f64 / self.lines.0 as f64 }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, same) = self.lines;
        writeln!(f, "{} verdicts, {} refused, {} differ", self.cases, self.refused, self.verdicts.len())?;
        writeln!(f, "{same} of {all} lines agree ({:.2}%)", 100.0 * self.same_lines())?;
        writeln!(f, "{} trees compared, {} differ", self.compared, self.trees.len())?;
        writeln!(f, "valid, but not dumped by Puppet: {:?}", self.undumped)?;
        writeln!(f, "refused without a line: {:?}", self.without_line)?;
        for (title, list) in [("verdict", &self.verdicts), ("tree", &self.trees), ("line", &self.other_lines)]
        {
            for entry in list.iter().take(60) {
                writeln!(f, "{title}: {entry}")?;
            }
        }
        Ok(())
    }
}

/// Parses all cases and compares.
pub fn compare(cases: &[Case], answers: &[Answer], module_path: &str) -> Score {
    assert_eq!(cases.len(), answers.len());
    let mut score = Score::default();
    for (case, answer) in cases.iter().zip(answers) {
        for (strict, theirs) in [(Strict::Error, &answer.error), (Strict::Warning, &answer.warning)] {
            let options =
                Options { strict, module_path: vec![PathBuf::from(module_path)], ..Options::default() };
            one(&mut score, case, answer, theirs.as_ref(), &options);
        }
    }
    score
}

fn one(score: &mut Score, case: &Case, answer: &Answer, theirs: Option<&Refusal>, options: &Options) {
    let mode = if case.path.ends_with(".epp") { Mode::Epp } else { Mode::Manifest };
    let parsed = syntax::parse(SourceFile::new(case.path.as_str(), case.text.as_str()), mode, options);
    let ours = parsed.diagnostics.iter().find(|found| found.severity() == Severity::Error);
    score.cases += 1;
    match (ours, theirs) {
        (None, None) => {}
        (Some(ours), Some(theirs)) => {
            score.refused += 1;
            line(score, case, ours, theirs);
        }
        (Some(ours), None) => score.verdicts.push(format!("{}: ours only: {}", label(case), ours.one_line())),
        (None, Some(theirs)) => score.verdicts.push(format!("{}: Puppet only: {theirs:?}", label(case))),
    }
    if options.strict == Strict::Warning && ours.is_none() && theirs.is_none() {
        let Some(ast) = &parsed.ast else { return };
        match (&answer.pn, &answer.pn_error) {
            (Some(pn), _) => tree(score, case, &syntax::pn::to_json(ast), pn.get()),
            (None, Some(reason)) => *score.undumped.entry(reason.clone()).or_default() += 1,
            (None, None) => {}
        }
    }
}

fn line(score: &mut Score, case: &Case, ours: &Diagnostic, theirs: &Refusal) {
    let Some(line) = theirs.line else {
        let kind = format!("{} / {}", theirs.code.as_deref().unwrap_or("no code"), ours.code().name);
        *score.without_line.entry(kind).or_default() += 1;
        return;
    };
    score.lines.0 += 1;
    let our_line = ours.line_column().map(|at| at.line);
    if our_line == Some(line) {
        score.lines.1 += 1;
    } else {
        let theirs = format!("line {line} {} {}", theirs.code.as_deref().unwrap_or_default(), theirs.message);
        score.other_lines.push(format!("{}: {} | {theirs}", label(case), ours.one_line()));
    }
}

fn tree(score: &mut Score, case: &Case, ours: &str, theirs: &str) {
    score.compared += 1;
    if ours != theirs {
        let same = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
        let from = same.saturating_sub(60);
        let show = |text: &str| text.chars().skip(from).take(160).collect::<String>();
        score.trees.push(format!("{}:\n  ours   {}\n  Puppet {}", label(case), show(ours), show(theirs)));
    }
}

fn label(case: &Case) -> String {
    format!("{} ({})", case.path, case.what)
}
