//! The front end against real Puppet: the same verdict, the same line, the same tree.
//!
//! Every manifest of Debian's modules, some of them under other names, and mutants with one token changed. The
//! mutants of seed 1 are the regression set; `PARSE_JUDGE_SEED` adds 500 of another seed (CI prints a fresh one).

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

#[path = "parse_judge/case.rs"]
mod case;
#[path = "parse_judge/mutate.rs"]
mod mutate;
#[path = "parse_judge/oracle.rs"]
mod oracle;
#[path = "parse_judge/print.rs"]
mod print;
#[path = "parse_judge/recorded.rs"]
mod recorded;
#[path = "parse_judge/verdict.rs"]
mod verdict;

use case::Case;
use std::path::Path;

const MODULES: &str = "/usr/share/puppet/modules";

#[test]
fn manifests_of_debian_s_modules_and_their_mutants() {
    if !oracle::available(MODULES) {
        return;
    }
    let files = case::files(Path::new(MODULES));
    let mut cases = files.clone();
    cases.extend(case::misplaced(&files, MODULES));
    cases.extend(mutate::mutants(&files, 1, 3_000));
    if let Some(seed) = fresh_seed() {
        println!("mutants of the seed {seed}: repeat with PARSE_JUDGE_SEED={seed}");
        cases.extend(mutate::mutants(&files, seed, fresh_mutants()));
    }
    let answers = oracle::ask(&cases, MODULES);
    let score = verdict::compare(&cases, &answers, MODULES);
    println!("{score}");
    assert!(score.verdicts.is_empty(), "{} other verdicts", score.verdicts.len());
    assert!(score.trees.is_empty(), "{} other trees", score.trees.len());
    assert!(score.same_lines() >= 0.99, "only {:.2}% of the lines agree", 100.0 * score.same_lines());
}

/// How many mutants of the fresh seed: 500, or what `PARSE_JUDGE_FRESH` says.
fn fresh_mutants() -> usize {
    std::env::var("PARSE_JUDGE_FRESH").ok().and_then(|number| number.parse().ok()).unwrap_or(500)
}

/// Returns the seed asked for; in CI one of the day's time.
fn fresh_seed() -> Option<u64> {
    let asked = std::env::var("PARSE_JUDGE_SEED").ok().and_then(|seed| seed.parse().ok());
    let clock = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    asked.or_else(|| std::env::var_os("CI").map(|_| clock()))
}

/// Manifests of our own and their mutants, with the judge's recorded answers.
#[test]
fn recorded_answers_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/parse");
    let cases = recorded::cases(&root);
    if std::env::var_os("PARSE_JUDGE_RECORD").is_some() {
        assert!(oracle::available(MODULES), "recording needs real Puppet");
        recorded::write(&root, &oracle::ask(&cases, recorded::MODULE_PATH));
    }
    let wrong = recorded::compare(&root, &cases);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Puppet still gives the recorded answers.
#[test]
fn the_record_is_what_puppet_says() {
    if !oracle::available(MODULES) {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/parse");
    let cases = recorded::cases(&root);
    let answers = oracle::ask(&cases, recorded::MODULE_PATH);
    assert_eq!(recorded::lines(&answers), recorded::read(&root), "record again with PARSE_JUDGE_RECORD=1");
}

/// What is parsed, printed and parsed again is the same.
#[test]
fn parse_print_parse() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/parse");
    let mut cases = recorded::cases(&root);
    cases.extend(case::files(Path::new(MODULES)));
    let checked: usize = cases.iter().filter(|case| case.path.ends_with(".pp")).map(print::round_trip).sum();
    assert!(checked > 100, "only {checked} texts could be parsed");
}
