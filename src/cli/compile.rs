//! `migrate compile`: catalogs in Puppet's own JSON.

use super::{
    Format, InputArguments, Session, Status,
    session::{Outcome, Stop},
};
use crate::{
    catalog::write_catalog,
    compile::{CompiledNode, NOT_WRITTEN},
    diag::{Diagnostic, Severity},
    eval,
    inputs::FLAG,
};
use clap::Args;
use indexmap::{IndexMap, IndexSet};
use std::{fs, io::Write, path::Path};

/// Compile catalogs in Puppet's own JSON
#[derive(Debug, Args)]
pub(super) struct Compile {
    #[command(flatten)]
    inputs: InputArguments,
}

impl Compile {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        check_format(session)?;
        let loaded = self.inputs.load(session)?;
        self.check_target(session, loaded.nodes.len())?;
        for warning in &loaded.warnings {
            session.report(warning)?;
        }
        let compiled = session.on_threads(|| loaded.compile())?;
        self.inputs.sources().write_record(&loaded.options)?;
        deliver(&compiled, session)
    }

    fn check_target(&self, session: &Session<'_>, nodes: usize) -> Result<(), Stop> {
        let to_stdout = session.common.out.is_none() && session.format_or(Format::Json) == Format::Json;
        if to_stdout && nodes > 1 {
            let message = format!("{nodes} catalogs cannot go to stdout");
            let help = "give `--out DIR`, or one `--node`";
            return Err(Stop::Diagnostics(vec![Diagnostic::error(&FLAG, message).help(help)]));
        }
        Ok(())
    }
}

/// Refuses the forms that catalogs do not have.
fn check_format(session: &Session<'_>) -> Result<(), Stop> {
    match session.format_or(Format::Json) {
        Format::Json | Format::Summary | Format::Text => Ok(()),
        other @ (Format::Html | Format::Sarif | Format::Junit | Format::Github) => {
            let name = format!("{other:?}").to_lowercase();
            let message = format!("`--format {name}` is not supported by this command");
            let found = Diagnostic::error(&FLAG, message).help("use `json` or `summary`");
            Err(Stop::Diagnostics(vec![found]))
        }
    }
}

/// Reports what was found and writes the catalogs.
fn deliver(compiled: &[CompiledNode], session: &mut Session<'_>) -> Outcome {
    report_by_place(compiled, session)?;
    let without = compiled.iter().filter(|node| node.catalog.is_none());
    let failed: Vec<&str> = without.map(|node| node.certname.as_str()).collect();
    let mut written = true;
    if let Some(folder) = session.common.out.clone() {
        for found in write_all(compiled, &folder) {
            session.report(&found)?;
            written = false;
        }
    }
    match session.format_or(Format::Json) {
        Format::Json if session.common.out.is_none() => {
            for text in compiled.iter().filter_map(catalog_text) {
                session.out.write_all(text.as_bytes())?;
            }
        }
        Format::Json => {}
        Format::Summary | Format::Text | Format::Html | Format::Sarif | Format::Junit | Format::Github => {
            summary(compiled, session)?
        }
    }
    let count = compiled.len() - failed.len();
    session.note(&format!("{count} of {} nodes compiled", compiled.len()))?;
    if !failed.is_empty() {
        writeln!(session.err, "not compiled: {}", failed.join(", "))?;
    }
    needed(compiled, session)?;
    Ok(if failed.is_empty() && written { Status::Done } else { Status::Failed })
}

/// Prints each diagnostic once, with the nodes that it was met on.
pub(super) fn report_by_place(compiled: &[CompiledNode], session: &mut Session<'_>) -> Result<(), Stop> {
    let mut met: IndexMap<String, (&Diagnostic, Vec<&str>)> = IndexMap::new();
    for node in compiled {
        for found in &node.diagnostics {
            met.entry(found.one_line()).or_insert((found, Vec::new())).1.push(&node.certname);
        }
    }
    for (diagnostic, nodes) in met.values() {
        session.report(diagnostic)?;
        if session.shows(diagnostic) {
            writeln!(session.err, "  on {}", nodes.join(", "))?;
        }
    }
    Ok(())
}

/// Lists the places where a program, the network or a file outside of the inputs would have been needed.
fn needed(compiled: &[CompiledNode], session: &mut Session<'_>) -> Result<(), Stop> {
    let all = compiled.iter().flat_map(|node| &node.diagnostics);
    let refused = all.filter(|found| eval::is_refusal(found.code()));
    let places: IndexSet<String> = refused.map(Diagnostic::one_line).collect();
    let what = match places.len() {
        0 => return Ok(()),
        1 => "1 place needs a program".to_owned(),
        count => format!("{count} places need a program"),
    };
    session.note(&format!("{what}, the network or a file outside of the inputs (docs/programs.md):"))?;
    for place in &places {
        session.note(&format!("  {place}"))?;
    }
    Ok(())
}

fn catalog_text(node: &CompiledNode) -> Option<String> {
    node.catalog.as_ref().map(write_catalog)
}

/// One line a node: resources, edges, classes.
fn summary(compiled: &[CompiledNode], session: &mut Session<'_>) -> Result<(), Stop> {
    let width = compiled.iter().map(|node| node.certname.len()).max().unwrap_or(0);
    for node in compiled {
        let warnings = node.diagnostics.iter().filter(|found| found.severity() == Severity::Warning).count();
        let line = match &node.catalog {
            Some(catalog) => format!(
                "{:width$}  {:5} resources  {:4} classes  {warnings} warnings",
                node.certname,
                catalog.resources.len(),
                catalog.classes.len(),
            ),
            None => format!("{:width$}  failed", node.certname),
        };
        writeln!(session.out, "{line}")?;
    }
    Ok(())
}

/// Writes `CERTNAME.json` for each catalog; gives what could not be written.
fn write_all(compiled: &[CompiledNode], folder: &Path) -> Vec<Diagnostic> {
    if let Err(found) = fs::create_dir_all(folder) {
        let message = format!("`{}` cannot be made: {found}", folder.display());
        return vec![Diagnostic::error(&NOT_WRITTEN, message)];
    }
    let write = |node: &CompiledNode| {
        let text = catalog_text(node)?;
        write_one(&folder.join(format!("{}.json", node.certname)), &text).err().map(|found| *found)
    };
    compiled.iter().filter_map(write).collect()
}

/// Writes a file beside its place and renames it into it; replaces nothing but an earlier catalog.
fn write_one(path: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
    let failed = |why: &dyn std::fmt::Display| {
        Box::new(Diagnostic::error(&NOT_WRITTEN, format!("`{}` cannot be written: {why}", path.display())))
    };
    if path.exists() && !is_catalog(path) {
        let found = failed(&"a file that is no catalog is in its place");
        return Err(Box::new(found.help("choose another folder for `--out`, or move the file away")));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|found| failed(&found))?;
    file.write_all(text.as_bytes()).map_err(|found| failed(&found))?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(mode).map_err(|found| failed(&found))?;
    file.persist(path).map_err(|found| failed(&found.error))?;
    Ok(())
}

fn is_catalog(path: &Path) -> bool {
    let parsed =
        fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    parsed.is_some_and(|found| found.get("resources").is_some_and(serde_json::Value::is_array))
}
