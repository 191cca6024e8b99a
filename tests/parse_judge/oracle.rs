//! Real Puppet, asked through `tests/oracle/parse.rb`.

use crate::case::Case;
use serde::Deserialize;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::Command,
};

/// What Puppet says about a text.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// The tree, if there is one that Puppet can dump.
    #[serde(default)]
    pub pn: Option<Box<serde_json::value::RawValue>>,
    /// Why Puppet cannot dump the tree.
    #[serde(default)]
    pub pn_error: Option<String>,
    /// What it refuses under `strict=error`.
    pub error: Option<Refusal>,
    /// What it refuses under `strict=warning`.
    pub warning: Option<Refusal>,
}

/// A first error.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Refusal {
    /// `syntax`, `validation` or `crash`.
    pub kind: String,
    /// Puppet's code.
    pub code: Option<String>,
    /// The line, if Puppet gives one.
    pub line: Option<u32>,
    /// The message.
    #[serde(default)]
    pub message: String,
}

/// Tells whether Puppet and the modules are there; if not, says so, and fails in CI.
pub fn available(modules: &str) -> bool {
    let ruby =
        Command::new("ruby").args(["-e", "require 'puppet'"]).output().is_ok_and(|it| it.status.success());
    let there = ruby && fs::read_dir(modules).is_ok_and(|mut dir| dir.next().is_some());
    if !there {
        println!("skipped: real Puppet with its modules under {modules} is not installed");
        assert!(std::env::var_os("CI").is_none(), "the judge is missing");
    }
    there
}

/// Asks Puppet about all cases, in two processes.
pub fn ask(cases: &[Case], module_path: &str) -> Vec<Answer> {
    let half = cases.len().div_ceil(2).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> =
            cases.chunks(half).map(|part| scope.spawn(move || ask_one(part, module_path))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

fn ask_one(cases: &[Case], module_path: &str) -> Vec<Answer> {
    let dir = tempfile::tempdir().unwrap();
    let (jobs, answers) = (dir.path().join("jobs"), dir.path().join("answers"));
    let mut file = std::io::BufWriter::new(fs::File::create(&jobs).unwrap());
    for case in cases {
        let job = serde_json::json!({ "path": case.path, "text": case.text });
        writeln!(file, "{job}").unwrap();
    }
    file.into_inner().unwrap();
    let script: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/parse.rb");
    let status = Command::new("ruby").arg(script).arg(module_path).args([&jobs, &answers]).status().unwrap();
    assert!(status.success(), "the judge failed");
    let lines = BufReader::new(fs::File::open(&answers).unwrap()).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}
