//! The recorded answers: a line a case, `strict=error`, `strict=warning`, and the tree's hash. A verdict is `ok`,
//! the line of the first error, or `-` for an error without a line.

use crate::{
    Case, mutate,
    oracle::{Answer, Refusal},
};
use migrate::{
    diag::Severity,
    source::SourceFile,
    syntax::{self, Mode, Options, Strict},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A module path in which none of the files lies.
pub const MODULE_PATH: &str = "/nowhere/modules";
const MUTANTS: usize = 600;

/// Returns the files of the folder, as they are and mutated.
pub fn cases(root: &Path) -> Vec<Case> {
    let mut files = crate::case::files(root);
    for case in &mut files {
        case.path = case.path.rsplit('/').next().unwrap().to_owned();
    }
    let mutants = mutate::mutants(&files, 1, MUTANTS);
    files.extend(mutants);
    files
}

fn file(root: &Path) -> PathBuf {
    root.join("answers.txt")
}

/// Reads the record.
pub fn read(root: &Path) -> Vec<String> {
    fs::read_to_string(file(root)).unwrap().lines().map(str::to_owned).collect()
}

/// Writes the record.
pub fn write(root: &Path, answers: &[Answer]) {
    fs::write(file(root), lines(answers).join("\n") + "\n").unwrap();
}

/// Returns the record of answers.
pub fn lines(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(line).collect()
}

fn line(answer: &Answer) -> String {
    let verdict = |refusal: &Option<Refusal>| match refusal {
        None => "ok".to_owned(),
        Some(Refusal { line: Some(line), .. }) => line.to_string(),
        Some(_) => "-".to_owned(),
    };
    let tree = match (&answer.warning, &answer.pn) {
        (None, Some(pn)) => hash(pn.get()),
        (None, None) => "undumped".to_owned(),
        (Some(_), _) => String::new(),
    };
    format!("{} {} {tree}", verdict(&answer.error), verdict(&answer.warning)).trim_end().to_owned()
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().as_str()[..16].to_owned()
}

/// Compares with what this parser says; lines may differ in one of a hundred.
pub fn compare(root: &Path, cases: &[Case]) -> Vec<String> {
    let recorded = read(root);
    assert_eq!(recorded.len(), cases.len(), "the record is of other cases: record again");
    let differing: Vec<_> = cases
        .iter()
        .zip(&recorded)
        .filter_map(|(case, theirs)| {
            let ours = ours(case, theirs.ends_with("undumped"));
            (ours != *theirs).then(|| (verdicts(&ours) == verdicts(theirs), case, ours, theirs))
        })
        .collect();
    let only_lines = differing.iter().filter(|(same_verdict, ..)| *same_verdict).count();
    let few = only_lines * 100 <= cases.len();
    let wrong =
        differing.iter().filter(|(same_verdict, _, ours, _)| !(few && *same_verdict && !ours.contains("ok")));
    wrong.map(|(_, case, ours, theirs)| format!("{} ({}): {ours} | {theirs}", case.path, case.what)).collect()
}

fn verdicts(line: &str) -> Vec<bool> {
    line.split(' ').take(2).map(|verdict| verdict == "ok").collect()
}

fn ours(case: &Case, undumped: bool) -> String {
    let mode = if case.path.ends_with(".epp") { Mode::Epp } else { Mode::Manifest };
    let mut parts = Vec::new();
    for strict in [Strict::Error, Strict::Warning] {
        let source = SourceFile::new(case.path.as_str(), case.text.as_str());
        let parsed = syntax::parse(source, mode, &Options { strict, ..Options::default() });
        let first = parsed.diagnostics.iter().find(|found| found.severity() == Severity::Error);
        parts.push(match first {
            None => "ok".to_owned(),
            Some(first) if matches!(first.code().name, "syntax::end-of-input" | "syntax::regex") => {
                "-".to_owned()
            }
            Some(first) => first.line_column().map_or("-".to_owned(), |at| at.line.to_string()),
        });
        if strict == Strict::Warning && first.is_none() {
            let tree = parsed.ast.map(|ast| hash(&syntax::pn::to_json(&ast))).unwrap_or_default();
            parts.push(if undumped { "undumped".to_owned() } else { tree });
        }
    }
    parts.join(" ")
}
