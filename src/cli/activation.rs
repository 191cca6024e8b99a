//! What the commands of the builder and activator share: their arguments, reading host files, reporting.

use super::{Format, Session, Status, session::Stop};
use crate::{
    activate::{Native, Options, Owners, Recovered},
    build::{Built, build},
    diag::{Diagnostic, Result},
    inputs::FLAG,
    model::HostConfig,
    store,
};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Where a root and its state are.
#[derive(Debug, Args)]
pub(super) struct RootArguments {
    /// The folder that is, or stands for, the host's `/`
    #[arg(long, value_name = "DIR")]
    root: PathBuf,
    /// The folder of state; default `var/lib/migrate` below the root
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// What a user decides about placing files.
#[derive(Debug, Args)]
pub(super) struct PlacingArguments {
    /// A folder with the plaintext of each secret in a file named by its id
    #[arg(long, value_name = "DIR")]
    secrets: Option<PathBuf>,
    /// Run validation commands
    #[arg(long)]
    allow_exec: bool,
    /// What is done about owners and groups
    #[arg(long, value_enum, default_value_t)]
    owners: OwnersArgument,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum OwnersArgument {
    /// Set each, refuse what is not known
    #[default]
    Enforce,
    /// Set those that are known, tell the others
    Known,
    /// Set none: try a host file out without root
    Leave,
}

impl RootArguments {
    /// Opens the root without placing anything.
    pub(super) fn open(&self) -> Result<Native> {
        self.open_with(Options { now: SystemTime::now(), ..Options::default() })
    }

    /// Opens the root with the options for placing files.
    pub(super) fn open_for(&self, placing: &PlacingArguments) -> Result<Native> {
        self.open_with(placing.options())
    }

    fn open_with(&self, options: Options) -> Result<Native> {
        Native::open(&self.root, self.state.as_deref(), options)
    }
}

impl PlacingArguments {
    fn options(&self) -> Options {
        let owners = match self.owners {
            OwnersArgument::Enforce => Owners::Enforce,
            OwnersArgument::Known => Owners::Known,
            OwnersArgument::Leave => Owners::Leave,
        };
        Options { secrets: self.secrets.clone(), allow_exec: self.allow_exec, owners, now: SystemTime::now() }
    }
}

/// Refuses a form of result that the command does not have, before it does anything.
pub(super) fn text_or_json(session: &Session<'_>) -> Result<()> {
    match session.format_or(Format::Text) {
        Format::Text | Format::Json => Ok(()),
        other @ (Format::Summary | Format::Html | Format::Sarif | Format::Junit | Format::Github) => {
            let message = format!(
                "`--format {}` is not supported by this command",
                format!("{other:?}").to_lowercase()
            );
            Err(Box::new(Diagnostic::error(&FLAG, message).help("use `text` or `json`")))
        }
    }
}

/// Reads and builds a native host file.
pub(super) fn read_built(path: &Path) -> Result<Built, Vec<Diagnostic>> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| vec![*store::io_error("read", path, &error)])?;
    build(&HostConfig::read(&name, &text).map_err(|error| vec![*error])?)
}

/// Delivers a result: data for `--format json`, else text; to `--out` or stdout.
pub(super) fn deliver(
    session: &mut Session<'_>,
    data: &impl Serialize,
    text: impl FnOnce() -> String,
) -> std::result::Result<(), Stop> {
    let text = match session.format_or(Format::Text) {
        Format::Json => {
            let json = serde_json::to_string_pretty(data).map_err(std::io::Error::from)?;
            json + "\n"
        }
        Format::Text | Format::Summary | Format::Html | Format::Sarif | Format::Junit | Format::Github => {
            text()
        }
    };
    match session.common.out.clone() {
        Some(path) => Ok(fs::write(path, text)?),
        None => {
            session.out.write_all(text.as_bytes())?;
            Ok(session.out.flush()?)
        }
    }
}

/// Reports several diagnostics.
pub(super) fn report_all(session: &mut Session<'_>, found: &[Diagnostic]) -> std::io::Result<()> {
    found.iter().try_for_each(|diagnostic| session.report(diagnostic))
}

/// Tells what became of an interrupted run.
pub(super) fn tell_recovered(session: &mut Session<'_>, recovered: Option<Recovered>) -> std::io::Result<()> {
    match recovered {
        None => Ok(()),
        Some(Recovered::Finished) => session.note("an interrupted activation was complete and is settled"),
        Some(Recovered::Reverted) => session.note("an interrupted activation was taken back"),
    }
}

/// Chooses between two statuses.
pub(super) fn status_if(found: bool, status: Status) -> Status {
    if found { status } else { Status::Done }
}
