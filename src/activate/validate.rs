//! Commands that must accept a file's content before it is placed.

use super::{
    codes::{INVALID, NOT_VALIDATED},
    place::{Kept, Place},
    plan::{Plan, Step},
};
use crate::diag::Diagnostic;
use std::{
    io::{self, Write},
    process::Command,
};

/// Returns the changed files that have a validation command, with it.
fn commands(plan: &Plan) -> impl Iterator<Item = (&Step, &str)> {
    plan.steps.iter().filter_map(|step| {
        let placed = matches!(&step.after, Place::File { content, .. } if *content != Kept::Untouched);
        let entry = plan.built.manifest.entries.iter().find(|entry| entry.path == step.path)?;
        Some((step, &**entry.validate.as_ref().filter(|_| placed)?))
    })
}

/// Tells the commands that are not run.
pub(super) fn not_run(plan: &Plan) -> Vec<Diagnostic> {
    let tell = |(step, command): (&Step, &str)| {
        Diagnostic::warning(&NOT_VALIDATED, format!("`{}` is not validated by `{command}`", step.path))
            .help("say `--allow-exec` to run it")
    };
    commands(plan).map(tell).collect()
}

/// Runs the commands on temporary files and returns what they refuse.
pub(super) fn run(plan: &Plan) -> Vec<Diagnostic> {
    commands(plan)
        .filter_map(|(step, command)| {
            let why = match accepts(plan, step, command) {
                Ok(None) => return None,
                Ok(Some(why)) => why,
                Err(error) => error.to_string(),
            };
            let message = format!("`{command}` refuses the new content of `{}`: {why}", step.path);
            Some(Diagnostic::error(&INVALID, message))
        })
        .collect()
}

/// Runs one command; what it says about a text with secrets is not repeated.
fn accepts(plan: &Plan, step: &Step, command: &str) -> io::Result<Option<String>> {
    let secret = plan.rendered.get(&step.path);
    let stored = step.after.object().and_then(|object| plan.built.contents.get(&object.path));
    let content = secret.or(stored.map(|(_, content)| content)).ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(content)?;
    let line = command.replace('%', &file.path().to_string_lossy());
    let output = Command::new("/bin/sh").arg("-c").arg(line).output()?;
    if output.status.success() {
        return Ok(None);
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    Ok(Some(if secret.is_some() || said.is_empty() { output.status.to_string() } else { said }))
}
