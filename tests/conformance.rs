//! The language, the data and the functions against real Puppet, 7 and 8: one small file of `fixtures/conformance/` a
//! case, its recorded answers in `answers/AREA.json` (`tests/oracle/conformance.rb` records them).
//!
//! `CASE=hiera/merge cargo test --test conformance -- --nocapture` looks at the cases whose name contains this only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

#[path = "conformance/answers.rs"]
mod answers;
#[path = "conformance/case.rs"]
mod case;
mod common;
#[path = "conformance/issues.rs"]
mod issues;
#[path = "conformance/ours.rs"]
mod ours;

use case::Case;
use issues::Issues;
use rayon::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Fewer cases than this means that files were lost.
const AT_LEAST: usize = 1_100;

#[test]
fn every_case_agrees_with_the_recorded_answers_of_both_puppets() {
    let only = std::env::var("CASE").unwrap_or_default();
    let all = case::all();
    let recorded = answers::recorded();
    let wanted: Vec<&Case> = all.iter().filter(|case| case.id().contains(&only)).collect();
    let runs: Vec<(&Case, u8)> =
        wanted.iter().flat_map(|case| case.versions().into_iter().map(|version| (*case, version))).collect();
    let runs: Vec<(&Case, u8)> = runs.into_iter().filter(|(case, _)| case.can_run()).collect();
    let issues = Issues::read();
    let verdicts: Vec<(String, Option<String>)> = runs
        .par_iter()
        .map(|(case, version)| {
            (format!("{} ({version})", case.id()), judge(case, *version, &recorded, &issues))
        })
        .collect();
    report(&verdicts);
    assert!(all.len() >= AT_LEAST, "only {} cases", all.len());
    let forgotten = answers::without_case(&recorded, &all);
    assert!(forgotten.is_empty(), "answers without a case: {forgotten:?}");
}

fn judge(case: &Case, version: u8, recorded: &answers::Answers, issues: &Issues) -> Option<String> {
    match recorded.get(&(case.id(), version)) {
        None => Some("no recorded answer: run tests/oracle/conformance.rb".to_owned()),
        Some(theirs) => answers::difference(&ours::answer(case, version), theirs, issues),
    }
}

fn report(verdicts: &[(String, Option<String>)]) {
    let mut areas: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (name, verdict) in verdicts {
        let area = areas.entry(name.split('/').next().unwrap_or_default()).or_default();
        area.0 += usize::from(verdict.is_none());
        area.1 += 1;
        if let Some(why) = verdict {
            println!("{name}:\n    {}", why.replace('\n', "\n    "));
        }
    }
    for (area, (agree, all)) in &areas {
        println!("{area}: {agree} of {all} answers agree");
    }
    let wrong = verdicts.iter().filter(|(_, verdict)| verdict.is_some()).count();
    assert!(wrong == 0, "{wrong} of {} answers differ", verdicts.len());
}

/// The installed Puppet 7 still gives the recorded answers.
#[test]
fn the_record_is_what_puppet_7_says() {
    if !common::puppet_or_skip() || !common::debian_modules_or_skip() {
        return;
    }
    live(7);
}

/// The Puppet 8 of Debian trixie still gives the recorded answers.
#[test]
fn the_record_is_what_puppet_8_says() {
    if !common::puppet_8_or_skip() || !common::debian_modules_or_skip() {
        return;
    }
    live(8);
}

fn live(version: u8) {
    let mut command = common::ruby(version);
    command.args(["-W0", "tests/oracle/conformance.rb", "--print"]);
    let output = common::run(&mut command);
    assert!(output.status.success(), "{}", common::stderr(&output));
    let live: BTreeMap<String, Json> = serde_json::from_str(&common::stdout(&output)).unwrap();
    let recorded = answers::recorded();
    let stale: Vec<&String> = live
        .iter()
        .filter(|(name, it)| recorded.get(&((*name).clone(), version)) != Some(it))
        .map(|it| it.0)
        .collect();
    assert!(stale.is_empty(), "Puppet {version} says something else now: {stale:?}");
}
