//! `migrate convert`: a control repo to a NixOS flake, native host files and a report.

use super::{
    Format, InputArguments, Session, Status,
    conversion::{Conversion, convert},
    index::read_options,
    session::{Outcome, Stop},
    written::Met,
};
use crate::{
    diag::{Diagnostic, Result},
    emit::{self, OutFile, Output, Written},
    inputs::FLAG,
    report::{self, Report},
};
use clap::Args;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Where the score's table is laid out without a terminal.
const WIDTH: usize = 100;

/// Convert a control repo to a NixOS flake and native host files, with a report
#[derive(Debug, Args)]
pub(super) struct Convert {
    #[command(flatten)]
    inputs: InputArguments,
    /// Say whether the output folder is up to date; write nothing
    #[arg(long)]
    check: bool,
    /// Write a commented `migrate.toml` (or the file that `--config` names) and nothing else
    #[arg(long, conflicts_with = "check")]
    init: bool,
    /// A table of your own nixpkgs's options, made by `migrate index`; default that of the pinned release
    #[arg(long, value_name = "FILE")]
    options: Option<PathBuf>,
}

impl Convert {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        if self.init {
            return init(session);
        }
        let folder = session.common.out.clone().ok_or_else(no_folder)?;
        super::activation::text_or_json(session)?;
        // before the work, so that nobody waits for a refusal
        let decided = emit::check_folder(&folder)?;
        let options = read_options(self.options.as_deref())?;
        let mut conversion = convert(&self.inputs.repo, self.inputs.sources(), session)?;
        conversion.around.decided = decided;
        conversion.check_options(options.table());
        let name = |index: usize| conversion.compiled.get(index).map(|node| node.certname.as_str());
        met(&conversion).report(name, session)?;
        let (output, report) = assemble(&conversion)?;
        let written =
            if self.check { emit::compare(&output, &folder)? } else { emit::write_output(&output, &folder)? };
        for found in written.findings() {
            session.report(&found)?;
        }
        deliver(&report, &written, &folder, session)?;
        Ok(match () {
            () if !report.failed.is_empty() || written.has_conflicts() => Status::Failed,
            () if self.check && !written.is_up_to_date() => Status::Found,
            () => Status::Done,
        })
    }
}

/// Writes the settings file; one that is there is left alone.
fn init(session: &mut Session<'_>) -> Outcome {
    let path = session.common.config.clone().unwrap_or_else(|| "migrate.toml".into());
    let written = fs::File::create_new(&path)
        .and_then(|mut file| file.write_all(include_bytes!("../../templates/migrate.toml")));
    if let Err(found) = written {
        let shown = path.display();
        let message = if found.kind() == io::ErrorKind::AlreadyExists {
            format!("`{shown}` is there already; it was left alone")
        } else {
            format!("`{shown}` cannot be written: {found}")
        };
        let help = "name another file: `--init --config FILE`";
        return Err(Box::new(Diagnostic::error(&emit::WRITE, message).help(help)).into());
    }
    let shown = path.display();
    writeln!(session.out, "{shown}: written; look it through, then convert with `--config {shown}`")?;
    Ok(Status::Done)
}

/// What was met on the nodes, by compiling and by translating.
fn met(conversion: &Conversion) -> Met {
    let mut met = Met::on(&conversion.compiled);
    let with = conversion.compiled.iter().enumerate().filter(|(_, node)| node.catalog.is_some());
    for ((index, _), host) in with.zip(&conversion.hosts) {
        met.add(index, host.diagnostics.clone());
    }
    met
}

fn no_folder() -> Stop {
    let found = Diagnostic::error(&FLAG, "`--out` is missing").help("name the folder to write: `--out DIR`");
    Stop::Diagnostics(vec![found])
}

/// Makes the files and the report; refuses what would hold a secret.
fn assemble(conversion: &Conversion) -> Result<(Output, Report)> {
    let (report, pages) = conversion.report();
    let json = || serde_json::to_string(&report).unwrap_or_default() + "\n";
    let (output, (json, html)) =
        rayon::join(|| conversion.emit(), || rayon::join(json, || report::html(&report)));
    let mut output = output?;
    for (path, text) in pages {
        output.files.insert(path, OutFile::text(text));
    }
    output.files.insert("report.json".into(), OutFile::text(json));
    output.files.insert("report.html".into(), OutFile::text(html?));
    output.files.insert("MIGRATION.md".into(), OutFile::text(report::markdown(&report)));
    let needles = conversion.catalogs().flat_map(emit::needles).collect();
    if let Some((file, needle)) = emit::find_secret(&output, &needles) {
        let message = format!("`{file}` would hold the plaintext of `{}`", needle.id);
        let help = "nothing was written; look for the same text in clear in a manifest or in data";
        return Err(Box::new(Diagnostic::error(&emit::SECRET, message).help(help)));
    }
    Ok((output, report))
}

fn deliver(report: &Report, written: &Written, folder: &Path, session: &mut Session<'_>) -> Result<(), Stop> {
    if session.format_or(Format::Text) == Format::Json {
        serde_json::to_writer_pretty(&mut *session.out, report).map_err(io::Error::from)?;
        writeln!(session.out)?;
        return Ok(());
    }
    let width = session.terminal_width().unwrap_or(WIDTH);
    write!(session.out, "{}", report::score_table(report, width))?;
    let folder = folder.display();
    let changes = match (written.changed.len(), written.removed.len()) {
        (0, 0) => "nothing to change".to_owned(),
        (changed, 0) => format!("{changed} files new or changed"),
        (changed, removed) => format!("{changed} files new or changed, {removed} removed"),
    };
    writeln!(session.out, "\n{folder}: {changes}")?;
    writeln!(session.out, "  MIGRATION.md   what a human must do, and why")?;
    writeln!(
        session.out,
        "  report.html    every resource and attribute, for a browser; report.json for programs"
    )?;
    writeln!(session.out, "  docs/          how each host moves, step by step, and the way back")?;
    writeln!(
        session.out,
        "  flake.nix      the NixOS hosts: shared modules, a small file each under hosts/"
    )?;
    writeln!(session.out, "  native/        the same hosts for `migrate plan` and `migrate apply`")?;
    Ok(())
}
