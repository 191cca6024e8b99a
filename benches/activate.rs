//! Activating 1,000 files below a folder: cold, with nothing to do, and going back.
//!
//! Each apply syncs the file system that holds the temporary folder, so the figures are those of the disk it is on.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench ends at what it did not expect")]

use divan::Bencher;
use migrate::{
    activate::{Backend, Native, Options},
    build::{Built, build},
    model::HostConfig,
};
use std::fmt::Write;

fn main() {
    divan::main();
}

/// A host with this many files of a kilobyte in 50 directories.
fn host(files: usize) -> Built {
    let mut text = "schema = 'migrate/host/v1'\n[host]\ncertname = 'a'\nhostname = 'a'\n".to_owned();
    for number in 0..files {
        let (directory, content) = (number % 50, format!("file {number} {}", "x".repeat(1000)));
        write!(
            text,
            "[[file]]\npath = '/etc/d{directory}/f{number}'\nkind = 'regular'\ncontent = '{content}'\n"
        )
        .unwrap();
    }
    build(&HostConfig::read("host.toml", &text).unwrap()).unwrap()
}

fn native(root: &tempfile::TempDir) -> Native {
    Native::open(root.path(), None, Options::default()).unwrap()
}

#[divan::bench(args = [1_000])]
fn cold(bencher: Bencher<'_, '_>, files: usize) {
    let built = host(files);
    bencher.with_inputs(|| tempfile::tempdir().unwrap()).bench_local_values(|root| {
        native(&root).activate(&built).unwrap();
        root
    });
}

#[divan::bench(args = [1_000])]
fn nothing_to_do(bencher: Bencher<'_, '_>, files: usize) {
    let (built, root) = (host(files), tempfile::tempdir().unwrap());
    native(&root).activate(&built).unwrap();
    bencher.bench_local(|| assert!(!native(&root).activate(&built).unwrap().is_new));
}

#[divan::bench(args = [1_000])]
fn drift_check(bencher: Bencher<'_, '_>, files: usize) {
    let (built, root) = (host(files), tempfile::tempdir().unwrap());
    native(&root).activate(&built).unwrap();
    bencher.bench_local(|| assert!(native(&root).status().unwrap().0.unwrap().steps.is_empty()));
}

#[divan::bench(args = [1_000])]
fn rollback(bencher: Bencher<'_, '_>, files: usize) {
    let built = host(files);
    let activated = || {
        let root = tempfile::tempdir().unwrap();
        native(&root).activate(&built).unwrap();
        root
    };
    bencher.with_inputs(activated).bench_local_values(|root| {
        native(&root).rollback(None).unwrap();
        root
    });
}
