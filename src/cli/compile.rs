//! `migrate compile`: catalogs in Puppet's own JSON, each written when it is done.

use super::{
    Format, InputArguments, Session, Status,
    session::{Outcome, Stop},
    since::{Reach, SinceArguments},
    written::{CatalogFolder, Met, Prepared},
};
use crate::{
    compile::{Cache, CompiledNode, Fleet, Receiver},
    diag::{Diagnostic, Severity},
    eval,
    inputs::FLAG,
    maps::IndexSet,
    source::Recorded,
};
use clap::Args;
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Compile catalogs in Puppet's own JSON
#[derive(Debug, Args)]
pub(super) struct Compile {
    #[command(flatten)]
    inputs: InputArguments,
    #[command(flatten)]
    since: SinceArguments,
}

impl Compile {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        check_format(session)?;
        self.since.check(self.inputs.sources())?;
        let loaded = self.inputs.load(session)?;
        let to_stdout = self.goes_to_stdout(session, loaded.list.selected().len())?;
        for warning in &loaded.warnings {
            session.report(warning)?;
        }
        let folder = session.common.out.as_deref().map(CatalogFolder::open).transpose()?;
        let cache = self.since.open_cache(&loaded.repo.root)?;
        let done = session.on_threads(|| {
            let mut fleet = Fleet::open(&loaded.repo, &loaded.options, &loaded.world)?;
            if self.since.records() {
                fleet = fleet.recording(cache.as_ref(), &loaded.asked);
            }
            let sources = self.inputs.sources();
            let mut common = fleet.common().to_vec();
            // what an ENC that is a program says does not follow from the files
            common.extend(sources.enc_program().map(|_| Recorded::Outside));
            let reach = self.since.reach(&loaded, &common, sources.folders_of_nodes());
            let reach = reach.map_err(|found| vec![*found])?;
            let keeper = Keeper { folder, to_stdout, reach, done: Mutex::default() };
            loaded.with_nodes(|nodes| fleet.compile_into(nodes, &keeper));
            Ok::<_, Vec<Diagnostic>>(keeper.finish())
        })?;
        cache.iter().for_each(Cache::trim);
        self.inputs.sources().write_record(&loaded.options)?;
        tell(done, &self.since, session)
    }

    fn goes_to_stdout(&self, session: &Session<'_>, nodes: usize) -> Result<bool, Stop> {
        let to_stdout = session.common.out.is_none() && session.format_or(Format::Json) == Format::Json;
        if to_stdout && nodes > 1 {
            let message = format!("{nodes} catalogs cannot go to stdout");
            let help = "give `--out DIR`, or one `--node`";
            return Err(Stop::Diagnostics(vec![Diagnostic::error(&FLAG, message).help(help)]));
        }
        Ok(to_stdout)
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

/// What is kept of a node whose catalog was written.
struct Line {
    certname: EcoString,
    /// Resources and classes; `None` where there is no catalog.
    counts: Option<(usize, usize)>,
    warnings: usize,
    /// Whether the catalog was taken from the cache.
    found: bool,
}

/// What a run leaves to be said, in whatever order the nodes were done.
#[derive(Default)]
struct Done {
    lines: BTreeMap<usize, Line>,
    met: Met,
    /// Why catalogs could not be written.
    unwritten: BTreeMap<usize, Diagnostic>,
    /// The catalog that goes to stdout.
    text: Option<String>,
    /// Nodes whose results may still change.
    held: BTreeMap<usize, Held>,
    /// Whether a change reached any node, selected or not.
    reached: bool,
    /// Nodes that no change reaches, but for what others export.
    waiting: Vec<(usize, Held)>,
    /// How many nodes no change reaches.
    unreached: usize,
}

/// A node whose catalog is not in its place yet.
struct Held {
    line: Line,
    diagnostics: Vec<Diagnostic>,
    file: Option<crate::diag::Result<Prepared>>,
    text: Option<String>,
    /// Whether a change reaches the node by itself.
    reached: bool,
}

/// Writes catalogs where they belong, and keeps what is to be said of the nodes.
struct Keeper<'l> {
    folder: Option<CatalogFolder>,
    to_stdout: bool,
    reach: Option<Reach<'l>>,
    done: Mutex<Done>,
}

impl Receiver for Keeper<'_> {
    fn take(&self, index: usize, node: CompiledNode, settled: bool) {
        let reached = self.is_reached(&node);
        if settled && !reached {
            let mut done = self.lock();
            done.held.remove(&index);
            done.unreached += 1;
            return;
        }
        let held = self.hold(node, reached);
        if settled {
            self.lock().held.remove(&index);
            self.keep(index, held);
        } else {
            self.lock().held.insert(index, held);
        }
    }

    fn look(&self, other: &CompiledNode) {
        self.is_reached(other);
    }

    fn add(&self, index: usize, found: Diagnostic) {
        if let Some(held) = self.lock().held.get_mut(&index) {
            if found.severity() == Severity::Error {
                (held.line.counts, held.file, held.text) = (None, None, None);
            }
            held.diagnostics.push(found);
        }
    }

    fn settle(&self, index: usize) {
        let held = self.lock().held.remove(&index);
        let Some(held) = held else { return };
        if held.reached {
            self.keep(index, held);
        } else {
            self.lock().waiting.push((index, held));
        }
    }
}

impl Keeper<'_> {
    fn lock(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_reached(&self, node: &CompiledNode) -> bool {
        let reached = self.reach.as_ref().is_none_or(|reach| reach.is_reached(node));
        if reached {
            self.lock().reached = true;
        }
        reached
    }

    /// A node that collects is reached by whatever reaches another node.
    fn finish(self) -> Done {
        let waiting = std::mem::take(&mut self.lock().waiting);
        let members = self.reach.as_ref().is_some_and(Reach::reaches_members);
        if self.lock().reached || members {
            waiting.into_iter().for_each(|(index, held)| self.keep(index, held));
        } else {
            self.lock().unreached += waiting.len();
        }
        self.done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a catalog beside its place.
    fn hold(&self, node: CompiledNode, reached: bool) -> Held {
        let wanted = self.folder.is_some() || self.to_stdout;
        let text = if wanted { node.text() } else { None };
        let file = match (&self.folder, &text) {
            (Some(folder), Some(text)) => Some(folder.prepare(&node.certname, text)),
            (_, _) => None,
        };
        let (counts, found) = (node.counts(), node.kept.as_ref().is_some_and(|kept| kept.found));
        let line = Line { certname: node.certname, counts, warnings: 0, found };
        let text = text.filter(|_| self.to_stdout);
        Held { line, diagnostics: node.diagnostics, file, text, reached }
    }

    /// Renames it into its place.
    fn keep(&self, index: usize, held: Held) {
        let Held { mut line, diagnostics, file, text, .. } = held;
        let unwritten = file.and_then(|file| file.and_then(Prepared::place).err());
        line.warnings = diagnostics.iter().filter(|found| found.severity() == Severity::Warning).count();
        let mut done = self.lock();
        done.lines.insert(index, line);
        done.met.add(index, diagnostics);
        done.unwritten.extend(unwritten.map(|found| (index, *found)));
        done.text = text.or(done.text.take());
    }
}

/// Reports what was found, and prints the catalog or the summary.
fn tell(done: Done, since: &SinceArguments, session: &mut Session<'_>) -> Outcome {
    let name = |index: usize| done.lines.get(&index).map(|line| line.certname.as_str());
    let met = done.met.report(name, session)?;
    for found in done.unwritten.values() {
        session.report(found)?;
    }
    if let Some(text) = &done.text {
        session.out.write_all(text.as_bytes())?;
    }
    if session.format_or(Format::Json) != Format::Json {
        summary(done.lines.values(), session)?;
    }
    let failed = done.lines.values().filter(|line| line.counts.is_none());
    let failed: Vec<&str> = failed.map(|line| line.certname.as_str()).collect();
    if let Some(revision) = &since.since {
        let unreached = done.unreached;
        session.note(&format!("{unreached} nodes are not reached by what changed since {revision}"))?;
    }
    let found = done.lines.values().filter(|line| line.found).count();
    let from_cache = if found > 0 { format!(", {found} of them from the cache") } else { String::new() };
    let compiled = done.lines.len() - failed.len();
    session.note(&format!("{compiled} of {} nodes compiled{from_cache}", done.lines.len()))?;
    if !failed.is_empty() {
        writeln!(session.err, "not compiled: {}", failed.join(", "))?;
    }
    needed(&met, session)?;
    Ok(if failed.is_empty() && done.unwritten.is_empty() { Status::Done } else { Status::Failed })
}

/// Lists the places where a program, the network or a file outside of the inputs would have been needed.
fn needed(met: &[Diagnostic], session: &mut Session<'_>) -> Result<(), Stop> {
    let refused = met.iter().filter(|found| eval::is_refusal(found.code()));
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

/// One line a node: resources, classes, warnings.
fn summary<'l>(lines: impl Iterator<Item = &'l Line> + Clone, session: &mut Session<'_>) -> Result<(), Stop> {
    let width = lines.clone().map(|line| line.certname.len()).max().unwrap_or(0);
    for Line { certname, counts, warnings, .. } in lines {
        let rest = match counts {
            Some((resources, classes)) => {
                format!("{resources:5} resources  {classes:4} classes  {warnings} warnings")
            }
            None => "failed".to_owned(),
        };
        writeln!(session.out, "{certname:width$}  {rest}")?;
    }
    Ok(())
}
