//! `migrate index`: the options of the user's own nixpkgs, as a table.

use super::{
    Format, Session, Status,
    session::{Outcome, Stop},
};
use crate::{
    diag::{Diagnostic, Result},
    inputs::FLAG,
    options::OptionTable,
    verify::{self, Nix},
};
use clap::Args;
use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Make a table of the options of your own nixpkgs, for `--options`
#[derive(Debug, Args)]
pub(super) struct Index {
    /// The tree of nixpkgs: a folder with `nixos/lib/eval-config.nix`
    #[arg(long, value_name = "PATH")]
    nixpkgs: PathBuf,
    #[command(flatten)]
    nix: NixArguments,
    /// The system whose options are listed
    #[arg(long, value_name = "SYSTEM", default_value = "x86_64-linux")]
    system: String,
}

/// Which Nix is asked.
#[derive(Debug, Args)]
pub(super) struct NixArguments {
    /// The program that evaluates, with words of its own
    #[arg(long, value_name = "PROGRAM", default_value = "nix-instantiate")]
    nix: String,
}

impl NixArguments {
    pub(super) fn program(&self) -> Nix {
        Nix::new(&self.nix)
    }
}

impl Index {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        if session.format_or(Format::Text) != Format::Text {
            let found = Diagnostic::error(&FLAG, "`migrate index` has one form").help("leave `--format` out");
            return Err(Stop::Diagnostics(vec![found]));
        }
        let table = verify::index(&self.nix.program(), &self.nixpkgs, &self.system)?;
        let Some(file) = session.common.out.clone() else {
            write!(session.out, "{}", table.write())?;
            return Ok(Status::Done);
        };
        write_beside(&file, &table.write())?;
        let (count, release) = (table.rows().len(), &table.release);
        writeln!(session.out, "{}: {count} options of NixOS {release}", file.display())?;
        Ok(Status::Done)
    }
}

/// Writes a file beside its place and renames it.
fn write_beside(file: &Path, text: &str) -> Result<(), Stop> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(text.as_bytes())?;
    written.as_file().set_permissions(PermissionsExt::from_mode(0o644))?;
    written.persist(file).map_err(|found| found.error)?;
    Ok(())
}

/// Reads the table of `--options FILE`; the shipped one where none is named.
pub(super) fn read_options(file: Option<&Path>) -> Result<Options> {
    let Some(file) = file else { return Ok(Options::Shipped) };
    let unread = |error: std::io::Error| {
        let message = format!("`{}` cannot be read: {error}", file.display());
        Box::new(
            Diagnostic::error(&FLAG, message).help("make it with `migrate index --nixpkgs PATH --out FILE`"),
        )
    };
    let text = fs::read_to_string(file).map_err(unread)?;
    Ok(Options::Given(Box::new(OptionTable::read(&file.to_string_lossy(), &text)?)))
}

/// The table that options are checked against.
#[derive(Debug)]
pub(super) enum Options {
    Shipped,
    Given(Box<OptionTable>),
}

impl Options {
    pub(super) fn table(&self) -> &OptionTable {
        match self {
            Self::Shipped => OptionTable::shipped(),
            Self::Given(table) => table,
        }
    }
}
