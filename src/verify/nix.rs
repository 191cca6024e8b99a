//! Starts the real Nix and reads its answers.

use super::NO_NIX;
use crate::diag::{Diagnostic, Result};
use serde_json::Value as Json;
use std::{
    ffi::OsString,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// The program that evaluates.
#[derive(Clone, Debug)]
pub struct Nix {
    words: Vec<OsString>,
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NixFailure {
    /// What Nix says is wrong, without its trace.
    pub message: String,
    /// All that Nix said.
    pub said: String,
}

/// A value, with what it took.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The value.
    pub value: Json,
    /// What Nix wrote to stderr, such as warnings.
    pub said: String,
    /// The most memory it had, in KiB; 0 where that is not known.
    pub peak: u64,
}

impl Nix {
    /// Takes the program, which may be several words.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self { words: program.split_whitespace().map(Into::into).collect() }
    }

    /// Parses files without evaluating them.
    ///
    /// # Errors
    /// The outer error is that Nix cannot be started, the inner one the first file that is not Nix.
    pub fn parse(&self, files: &[PathBuf]) -> Result<Result<(), NixFailure>> {
        let mut command = self.command()?;
        command.arg("--parse").args(files);
        Ok(finish(command)?.map(|_| ()))
    }

    /// Evaluates an expression to the end; files are read as they are, nothing is built or written to a store.
    ///
    /// # Errors
    /// The outer error is that Nix cannot be started, the inner one that it refuses.
    pub fn evaluate(&self, expression: &str) -> Result<Result<Evaluated, NixFailure>> {
        let mut command = self.command()?;
        // as a file: an argument is not as long as the questions of several hosts
        let file = written(expression)?;
        command.args(["--eval", "--strict", "--json", "--readonly-mode"]).arg(file.path());
        let ended = match finish(command)? {
            Ok(ended) => ended,
            Err(failure) => return Ok(Err(failure)),
        };
        let broken = |error: serde_json::Error| NixFailure {
            message: format!("the answer is not JSON: {error}"),
            said: ended.said.clone(),
        };
        Ok(serde_json::from_slice(&ended.out).map_err(broken).map(|value| Evaluated {
            value,
            said: ended.said.clone(),
            peak: ended.peak,
        }))
    }

    fn command(&self) -> Result<Command> {
        let [program, arguments @ ..] = self.words.as_slice() else {
            return Err(Box::new(
                Diagnostic::error(&NO_NIX, "no program is named").help("`--nix nix-instantiate`"),
            ));
        };
        let mut command = Command::new(program);
        command.args(arguments);
        Ok(command)
    }
}

fn written(expression: &str) -> Result<tempfile::NamedTempFile> {
    let write = || {
        let mut file = tempfile::Builder::new().suffix(".nix").tempfile()?;
        file.write_all(expression.as_bytes())?;
        Ok::<_, std::io::Error>(file)
    };
    write().map_err(|error| {
        Box::new(Diagnostic::error(&NO_NIX, format!("a temporary file for Nix cannot be written: {error}")))
    })
}

struct Ended {
    out: Vec<u8>,
    said: String,
    peak: u64,
}

fn finish(mut command: Command) -> Result<Result<Ended, NixFailure>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let fault = |error: std::io::Error| {
        let message = format!("`{name}` cannot be started: {error}");
        let found = Diagnostic::error(&NO_NIX, message);
        let missing = error.kind() == ErrorKind::NotFound;
        let help = "install Nix, or name the program: `--nix PROGRAM`";
        Box::new(if missing { found.help(help) } else { found })
    };
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(fault)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let read = stderr.map(|mut stream| stream.read_to_end(&mut said));
        drop(read);
        String::from_utf8_lossy(&said).into_owned()
    });
    let watch = Watch::start(child.id());
    let mut out = Vec::new();
    if let Some(mut stdout) = stdout {
        stdout.read_to_end(&mut out).map_err(fault)?;
    }
    let status = child.wait().map_err(fault)?;
    let (said, peak) = (reader.join().unwrap_or_default(), watch.peak());
    if status.success() {
        return Ok(Ok(Ended { out, said, peak }));
    }
    Ok(Err(NixFailure { message: main_message(&said), said }))
}

/// Looks at the memory of a process from time to time, until it ends.
struct Watch {
    done: Arc<AtomicBool>,
    looking: JoinHandle<u64>,
}

impl Watch {
    fn start(process: u32) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&done);
        let looking = std::thread::spawn(move || {
            let mut most = 0;
            while !ended.load(Ordering::Relaxed) {
                most = peak_of(process).max(most);
                std::thread::sleep(Duration::from_millis(20));
            }
            most
        });
        Self { done, looking }
    }

    fn peak(self) -> u64 {
        self.done.store(true, Ordering::Relaxed);
        self.looking.join().unwrap_or(0)
    }
}

/// The most memory a process had so far, where the system says.
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// The last `error:` of a trace is what is wrong; what leads to it comes before.
fn main_message(said: &str) -> String {
    let start = said.rfind("error: ").map_or(0, |at| at + "error: ".len());
    let message = said.get(start..).unwrap_or(said).trim();
    let kept: Vec<&str> =
        message.lines().map(str::trim_end).take_while(|line| !line.trim().is_empty()).collect();
    let place = message.lines().map(str::trim).find(|line| line.starts_with("at "));
    let mut text = kept.join("\n");
    if let Some(place) = place.filter(|place| !text.contains(place)) {
        text.push_str(&format!("\n{place}"));
    }
    text
}

/// Writes a text as a Nix string.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '$' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Writes a path so that it is the same wherever Nix is started, with odd letters in it too.
#[must_use]
pub fn path(path: &Path) -> String {
    let absolute = std::path::absolute(path);
    let text = absolute.as_deref().unwrap_or(path).to_string_lossy().into_owned();
    format!("(/. + {})", quoted(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_what_is_wrong_and_where() {
        let said = "error:\n       … while evaluating\n\n       error: attribute 'x' missing\n       at /a.nix:1:2:\n            1| {\n\n trace";
        assert_eq!(main_message(said), "attribute 'x' missing\n       at /a.nix:1:2:\n            1| {");
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        let found = Nix::new("/nonexistent/nix").evaluate("1").unwrap_err();
        assert_eq!(found.code().name, "verify::no-nix");
    }
}
