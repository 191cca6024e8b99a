//! How long a conversion takes beyond compiling: the bench site of `benches/site`, as a user runs it.
//!
//! `cargo bench --bench convert`: five times each `migrate compile`, `migrate convert` into a new folder and once more into
//! the same; medians. The aim is two seconds beyond compiling, and half of that where nothing changed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench reports to whoever runs it"
)]

#[allow(dead_code, reason = "the bench needs a part of it")]
mod site;

use std::{fs, path::Path, process::Command, time::Instant};

/// The nodes of the site.
const NODES: usize = 131;

/// How often each command runs.
const RUNS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    site::generate(&site, NODES).unwrap();
    let (catalogs, out) = (folder.path().join("catalogs"), folder.path().join("out"));
    let compile = median(|| fs::remove_dir_all(&catalogs).unwrap_or(()), &site, "compile", &catalogs);
    let first = median(|| fs::remove_dir_all(&out).unwrap_or(()), &site, "convert", &out);
    let again = median(|| (), &site, "convert", &out);
    println!("{} nodes, median of {RUNS}", NODES);
    println!("compile                 {compile:.2} s");
    println!("convert, new folder     {first:.2} s: {:.2} s beyond compiling (aim 2.0)", first - compile);
    println!("convert, nothing new    {again:.2} s: {:.2} s beyond compiling (aim 1.0)", again - compile);
}

/// The median of the times of a command, in seconds.
fn median(before: impl Fn(), site: &Path, command: &str, out: &Path) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            before();
            let started = Instant::now();
            run(site, command, out);
            started.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn run(site: &Path, command: &str, out: &Path) {
    let mut migrate = Command::new(env!("CARGO_BIN_EXE_migrate"));
    migrate.arg(command).arg(site).arg("--facts").arg(site.join("facts")).arg("--out").arg(out);
    migrate.args(["--exported", "none", "--puppet-version", "7", "--strict", "warning", "-q"]);
    migrate.args(["--strict-variables=false", "--now", "1700000000"]);
    let output = migrate.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
