//! The command line: one file a command, each a struct of its arguments with a `run`.
//!
//! In: arguments. Out: results on stdout or under `--out`, diagnostics on stderr, an exit status ([`Status`]).

mod activation;
mod apply;
mod build;
mod check;
mod codes;
mod common;
mod compile;
mod conversion;
mod convert;
mod diff;
mod explain;
mod gc;
mod generations;
mod index;
mod inputs;
mod lookup;
mod observe;
mod parse;
mod plan;
mod programs;
mod puppetdb;
mod rollback;
mod secrets;
mod session;
mod since;
mod started;
mod status;
mod verify;
mod written;

pub use codes::{all_codes, find_code};
pub use common::{ColorChoice, Common, Format};
pub use inputs::InputArguments;
pub use session::{Session, Status};

use crate::{diag::Diagnostic, inputs::UNSUPPORTED};
use clap::{Parser, Subcommand, error::ErrorKind};
use std::process::ExitCode;

/// Moves hosts from Puppet to declarative configuration.
#[derive(Debug, Parser)]
#[command(name = "migrate", version, max_term_width = 100, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// The commands, in the order of the work.
#[derive(Debug, Subcommand)]
enum Command {
    /// Parse and validate manifests and templates
    Parse(parse::Parse),
    /// Compile catalogs in Puppet's own JSON
    Compile(compile::Compile),
    /// Look keys up in Hiera for one node
    Lookup(lookup::Lookup),
    /// Convert a control repo to a NixOS flake and native host files, with a report
    Convert(convert::Convert),
    /// Parse everything, compile every node, report what is wrong
    Check(check::Check),
    /// Explain where a resource comes from and what it becomes, or what a diagnostic code means
    Explain(explain::Explain),
    /// Evaluate converted hosts with the real Nix and compare them with what was claimed
    Verify(verify::Verify),
    /// Make a table of the options of your own nixpkgs, for `--options`
    Index(index::Index),
    /// Capture what a host really has, for `--observed`
    Observe(observe::Observe),
    /// Encrypt the secrets that a conversion needs
    Secrets(secrets::Secrets),
    /// Compare two sides: catalogs, host files, or folders of them
    Diff(diff::Diff),
    /// Build a host file into the store of a root, without activating it
    Build(build::Build),
    /// Say what an activation would do; changes nothing
    Plan(plan::Plan),
    /// Make a root be as a host file says, as one generation
    Apply(apply::Apply),
    /// Settle an interrupted activation and list what drifted
    Status(status::Status),
    /// List the generations of a root
    Generations(generations::Generations),
    /// Give back what was there before a generation
    Rollback(rollback::Rollback),
    /// Remove store objects that no generation refers to
    Gc(gc::Gc),
}

impl Command {
    /// Tells whether the command compiles a control repo, which is what reads `--config`.
    fn compiles(&self) -> bool {
        matches!(
            self,
            Self::Compile(_)
                | Self::Lookup(_)
                | Self::Convert(_)
                | Self::Explain(_)
                | Self::Check(_)
                | Self::Secrets(_)
        )
    }

    fn run(&self, session: &mut Session<'_>) -> session::Outcome {
        match self {
            Self::Parse(command) => command.run(session),
            Self::Compile(command) => command.run(session),
            Self::Lookup(command) => command.run(session),
            Self::Convert(command) => command.run(session),
            Self::Explain(command) => command.run(session),
            Self::Check(command) => command.run(session),
            Self::Verify(command) => command.run(session),
            Self::Index(command) => command.run(session),
            Self::Observe(command) => command.run(session),
            Self::Secrets(command) => command.run(session),
            Self::Diff(command) => command.run(session),
            Self::Build(command) => command.run(session),
            Self::Plan(command) => command.run(session),
            Self::Apply(command) => command.run(session),
            Self::Status(command) => command.run(session),
            Self::Generations(command) => command.run(session),
            Self::Rollback(command) => command.run(session),
            Self::Gc(command) => command.run(session),
        }
    }
}

/// Runs the program with the process's own arguments and streams.
#[must_use]
pub fn main() -> ExitCode {
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    let status = match Arguments::try_parse() {
        Ok(arguments) => {
            let mut session = Session::new(&mut out, &mut err, arguments.common.clone());
            let outcome = settings_file(&session, &arguments.command)
                .and_then(|()| arguments.command.run(&mut session));
            session.finish(outcome)
        }
        Err(found) => usage(&found),
    };
    ExitCode::from(status.code())
}

/// Refuses a settings file where nothing reads it, rather than leaving it out in silence.
fn settings_file(session: &Session<'_>, command: &Command) -> Result<(), session::Stop> {
    let Some(path) = &session.common.config else { return Ok(()) };
    if command.compiles() {
        return Ok(());
    }
    let message = format!("`--config {}` has no effect on this command", path.display());
    let help = "leave it out: it answers function calls where a control repo is compiled";
    Err(session::Stop::Diagnostics(vec![Diagnostic::error(&UNSUPPORTED, message).help(help)]))
}

/// Prints help where it was asked for, else what is wrong with the arguments.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn usage(found: &clap::Error) -> Status {
    // a closed pipe while help is printed ends quietly
    let _ = found.print();
    match found.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Status::Done,
        _ => Status::Usage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
