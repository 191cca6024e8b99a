//! `migrate diff`: two sides compared.

use super::{
    ColorChoice, Format, Session, Status,
    activation::{deliver, report_all, status_if, text_or_json},
    session::Outcome,
};
use crate::{
    catalog::Catalog,
    diag::Diagnostic,
    diff::{DiffReport, NOT_COMPARED, Style, compare, comparison_text, read_side},
    model::HostConfig,
    packages::NameMap,
    source::DiskWorld,
    translate::{Class, Context, Sources, translate},
    value::Value,
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
    /// Folders of modules, separated by `:`, where a catalog's `source` files lie; needed when it meets a host file
    #[arg(long, value_name = "A:B")]
    modulepath: Option<String>,
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
        let modulepath =
            self.modulepath.as_deref().unwrap_or_default().split(':').filter(|part| !part.is_empty());
        let modulepath: Vec<_> = modulepath.map(PathBuf::from).collect();
        let found = compare(&from, &to, &|catalog| translated(catalog, &modulepath));
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

/// Translates a catalog; tells what of it a host file cannot hold.
fn translated(catalog: &Catalog, modulepath: &[PathBuf]) -> (HostConfig, Vec<Diagnostic>) {
    let world = DiskWorld::new(0);
    let sources = Sources { world: &world, module_path: modulepath, mounts: &[], private: &[] };
    let context = Context { facts: &Value::Undef, sources, packages: &NameMap, observed: None };
    let found = translate(catalog, &context);
    let lost = found
        .ledger
        .entries
        .iter()
        .filter(|entry| entry.items.is_empty() && entry.verdict.class == Class::Manual);
    let lost: Vec<_> = lost.map(|entry| format!("`{}`", entry.resource)).collect();
    if lost.is_empty() {
        return (found.config, Vec::new());
    }
    let message = format!(
        "{} resources have no place in a host file and are not compared: {}",
        lost.len(),
        lost.join(", ")
    );
    (found.config, vec![Diagnostic::warning(&NOT_COMPARED, message)])
}
