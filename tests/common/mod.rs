//! What several test binaries share: where things are, whether a judge is there, and the catalog normaliser.

#![allow(dead_code, reason = "each test binary uses its own part of this module")]

pub mod catalog;
pub mod numbers;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A path inside the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The binary under test, away from the environment's own settings.
pub fn migrate() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
    command.env_remove("RUST_LOG").env("NO_COLOR", "1");
    command
}

/// Runs a command and returns what it said; a program that cannot be started is a failed test.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}

/// Standard output as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Says that a judge is missing: an error where `CI=true`, elsewhere a printed skip.
pub fn skip(judge: &str) {
    println!("skipped: {judge} is not installed");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must not skip: {judge} is not installed");
}

/// Whether the real Puppet can be asked; says so where it cannot.
pub fn puppet_or_skip() -> bool {
    let found = Command::new("ruby")
        .args(["-W0", "-e", "require 'puppet'; require 'hiera/backend/eyaml'"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        skip("the real Puppet (Debian's `puppet-agent` and `hiera-eyaml`)");
    }
    found
}

/// Whether the real Puppet 8 can be asked; says so where it cannot.
pub fn puppet_8_or_skip() -> bool {
    let root = std::env::var("TRIXIE_ROOT").unwrap_or_else(|_| "/var/tmp/trixie".to_owned());
    let found = Path::new(&root).join("usr/bin/puppet").exists();
    if !found {
        skip("a Debian trixie root with Puppet 8 (`.ci/trixie`)");
    }
    found
}

/// The Ruby of this Puppet (7 or 8), at the project's folder.
pub fn ruby(version: u8) -> Command {
    match version {
        7 => {
            let mut command = Command::new("ruby");
            command.current_dir(project(""));
            command
        }
        _ => {
            let mut command = Command::new(project("tests/oracle/in_trixie"));
            command.arg("ruby");
            command
        }
    }
}

/// Whether Debian's packaged modules are where apt puts them; says so where they are not.
pub fn debian_modules_or_skip() -> bool {
    let found = Path::new("/usr/share/puppet/modules/stdlib/metadata.json").is_file();
    if !found {
        skip("Debian's `puppet-module-*` packages");
    }
    found
}
