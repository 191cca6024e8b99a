//! Starts programs for `--allow-exec`: those of `generate()`, and one real Ruby with the real Puppet for what the
//! interpreter refuses.
//!
//! The Ruby is started at the first call and asked line by line; it ends with the run.

use crate::{
    catalog::{read_value, rich_json},
    inputs::{Programs, RubyCall},
    value::Value,
};
use serde_json::{Value as Json, json};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
};

/// What the real Ruby runs.
const WORKER: &str = include_str!("worker.rb");

/// Programs of this machine.
#[derive(Debug, Default)]
pub(super) struct RealPrograms {
    worker: Mutex<Option<Worker>>,
}

/// A real Ruby that waits for calls.
#[derive(Debug)]
struct Worker {
    child: Child,
    calls: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let mut child = Command::new("ruby")
            .args(["-W0", "-e", WORKER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let calls = child.stdin.take();
        let answers = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, calls, answers: BufReader::new(answers) })
    }

    fn ask(&mut self, question: &Json) -> io::Result<Json> {
        let calls = self.calls.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        calls.write_all(format!("{question}\n").as_bytes())?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        serde_json::from_str(&line).map_err(io::Error::from)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // its input closed, the worker removes its folder and ends
        self.calls = None;
        let _ = self.child.wait();
    }
}

impl Programs for RealPrograms {
    fn generate(&self, command: &[String]) -> Result<String, String> {
        let folder = command.first().and_then(|program| Path::new(program).parent());
        run_in(folder.unwrap_or(Path::new("/")), command, true)
    }

    fn ruby(&self, call: &RubyCall<'_>) -> Result<Value, String> {
        let mut held = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = |error: io::Error| format!("no real `ruby` answers: {error}");
        let mut worker = match held.take() {
            Some(worker) => worker,
            None => Worker::start().map_err(lost)?,
        };
        let answer = worker.ask(&question(call)).map_err(lost)?;
        *held = Some(worker);
        match answer.get("error").and_then(Json::as_str) {
            Some(why) => Err(why.to_owned()),
            None => Ok(read_value(answer.get("value").unwrap_or(&Json::Null))),
        }
    }
}

fn question(call: &RubyCall<'_>) -> Json {
    let folders: Vec<_> = call.module_path.iter().map(|folder| absolute(folder)).collect();
    json!({
        "function": call.function,
        "arguments": call.arguments.iter().map(rich_json).collect::<Vec<_>>(),
        "node": call.node,
        "environment": call.environment,
        "facts": rich_json(call.facts),
        "variables": rich_json(call.variables),
        "module_path": folders,
    })
}

fn absolute(folder: &Path) -> String {
    let path = std::path::absolute(folder);
    path.as_deref().unwrap_or(folder).to_string_lossy().into_owned()
}

/// Runs a program in the current folder, without a shell; gives what it wrote to stdout, or to both streams in the order
/// of writing.
///
/// # Errors
/// Gives what it wrote, or why it could not be started, where it did not end with 0.
pub(super) fn run(command: &[String], both: bool) -> Result<String, String> {
    run_in(Path::new("."), command, both)
}

fn run_in(folder: &Path, command: &[String], both: bool) -> Result<String, String> {
    let [program, arguments @ ..] = command else { return Err("no program is named".into()) };
    let ran = started(folder, program, arguments, both);
    let (ended, output) = ran.map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    if ended == Some(0) {
        return Ok(output);
    }
    let status = ended.map_or("a signal".to_owned(), |status| status.to_string());
    Err(format!("execution of `{}` returned {status}: {output}", command.join(" ")))
}

/// Starts a program with Puppet's locale and waits for its end.
fn started(
    folder: &Path,
    program: &str,
    arguments: &[String],
    both: bool,
) -> io::Result<(Option<i32>, String)> {
    let (mut reader, writer) = io::pipe()?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("LANG", "C").env("LC_ALL", "C").stdin(Stdio::null());
    command.stderr(if both { writer.try_clone()?.into() } else { Stdio::null() }).stdout(writer);
    let mut child = command.spawn()?;
    // the command holds the writing ends; the reader ends only without them
    drop(command);
    let mut output = Vec::new();
    reader.read_to_end(&mut output)?;
    Ok((child.wait()?.code(), String::from_utf8_lossy(&output).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gives_both_streams_or_why_it_failed() {
        let programs = RealPrograms::default();
        let shell = |script: &str| {
            programs.generate(&["/usr/bin/env".into(), "sh".into(), "-c".into(), script.into()])
        };
        assert_eq!(shell("echo a; echo b >&2; echo c; pwd").unwrap(), "a\nb\nc\n/usr/bin\n");
        let why = shell("echo gone; exit 3").unwrap_err();
        assert!(why.contains("returned 3") && why.contains("gone"), "{why}");
        assert!(
            programs.generate(&["/nonexistent/program".into()]).unwrap_err().contains("cannot be started")
        );
    }
}
