//! The embedded backend: real files below a root, with the state in a folder of it.

use super::{
    backend::{Activated, ActivationError, Backend, Partial},
    capture::capture,
    codes::{AFTER_COMMIT, NO_ROOT, OPEN_JOURNAL, io_error},
    generations::{self, Collected, Generation, Reason},
    journal::{Journal, Recovered, recover, sync},
    options::Options,
    perform::{ordered, perform},
    place::{Kept, Move, Place},
    plan::Plan,
    planner, preflight, rollback,
    secrets::keyed_digest,
    validate,
};
use crate::{
    build::{self, Built, Manifest},
    diag::{Diagnostic, Result},
    model::HostConfig,
    observe::{Observed, Root},
    store::{self, Lock, ObjectRef, State},
};
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Where the state lies below a root unless told otherwise.
const STATE: &str = "/var/lib/migrate";

/// Places real files below a root.
#[derive(Debug)]
pub struct Native {
    root: Root,
    state: State,
    options: Options,
}

impl Native {
    /// Opens a root; changes nothing. The state lies in `state`, else in `var/lib/migrate` below the root.
    ///
    /// # Errors
    /// Tells that the root cannot be opened, or that the way to the state leads nowhere.
    pub fn open(root: &Path, state: Option<&Path>, options: Options) -> Result<Self> {
        let opened = Root::open(root).map_err(|error| {
            let message = format!("the root `{}` cannot be opened: {error}", root.display());
            Box::new(Diagnostic::error(&NO_ROOT, message).help("make the folder first"))
        })?;
        let dir = match state {
            Some(dir) => std::path::absolute(dir).map_err(|error| store::io_error("find", dir, &error))?,
            None => state_below(&opened)?,
        };
        Ok(Self { root: opened, state: State::at(dir), options })
    }

    /// Returns the root's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Returns the folder of state.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Writes what was built into the store, without activating it; returns how many objects were new.
    ///
    /// # Errors
    /// Gives why the store could not be written.
    pub fn realise(&self, built: &Built) -> Result<usize> {
        let _lock = Lock::take(self.root.path())?;
        self.state.create()?;
        let added = put_all(&self.state, built)?;
        sync(&self.root, &self.state)?;
        Ok(added)
    }

    /// Settles an interrupted run and compares the root with the current generation. `None` where nothing was
    /// activated yet.
    ///
    /// # Errors
    /// Gives why the root or the state could not be read.
    pub fn status(&self) -> Result<(Option<Plan>, Option<Recovered>)> {
        let recovered = self.settle()?;
        let Some(current) = self.state.current()? else { return Ok((None, recovered)) };
        let manifest = generations::manifest(&self.state, current)?;
        let warnings = build::not_activated(&manifest.deferred);
        let built = Built { manifest, contents: BTreeMap::new(), warnings };
        Ok((Some(planner::plan(&self.root, &self.state, &self.options, &built)?), recovered))
    }

    /// Settles what an interrupted run left, if anything.
    fn settle(&self) -> Result<Option<Recovered>> {
        if !self.state.journal().exists() {
            return Ok(None);
        }
        let _lock = Lock::take(self.root.path())?;
        recover(&self.root, &self.state)
    }

    /// Removes generations beyond the `keep` nearest predecessors of the current one (none for `None`) and what
    /// no generation refers to.
    ///
    /// # Errors
    /// Gives why the state could not be read or changed.
    pub fn collect(&self, keep: Option<usize>) -> Result<Collected> {
        if !self.state.exists() {
            return Ok(Collected::default());
        }
        let _lock = Lock::take(self.root.path())?;
        recover(&self.root, &self.state)?;
        generations::collect(&self.state, keep)
    }

    /// Does everything up to the journal: objects, pre-images, one sync. The root is not changed yet.
    fn prepare(&self, plan: &mut Plan) -> Result<(Journal, Generation)> {
        self.state.create()?;
        let first = plan.current.is_none();
        if first {
            let manifest = Manifest::empty(plan.built.manifest.certname.clone());
            let baseline = self.generation(0, None, (Reason::Baseline, 0), &manifest);
            generations::write(&self.state, &baseline, &manifest, None)?;
        }
        put_all(&self.state, &plan.built)?;
        let rendered = self.digest_rendered(plan)?;
        let mut moves = Vec::new();
        for step in &plan.steps {
            moves.push(capture(&self.root, &self.state.store(), &step.path, step.after.clone())?);
        }
        sync(&self.root, &self.state)?;
        if first {
            self.state.set_current(0)?;
        }
        let number = self.state.numbers()?.last().map_or(1, |last| last + 1);
        let from = plan.current.unwrap_or(0);
        let reason = if plan.same_manifest { Reason::Repair } else { Reason::Apply };
        let made = self.generation(number, Some(from), (reason, moves.len()), &plan.built.manifest);
        Ok((Journal::new(from, number, true, moves), Generation { rendered, ..made }))
    }

    fn generation(
        &self,
        number: u64,
        parent: Option<u64>,
        (reason, changed): (Reason, usize),
        manifest: &Manifest,
    ) -> Generation {
        Generation {
            number,
            parent,
            created: self.options.now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            reason,
            certname: manifest.certname.clone(),
            paths: manifest.entries.len(),
            changed,
            rendered: BTreeMap::new(),
        }
    }

    /// Digests the texts with secrets: those placed now, and those placed before that are the same.
    fn digest_rendered(&self, plan: &mut Plan) -> Result<BTreeMap<EcoString, EcoString>> {
        let key = self.state.secret_key()?;
        let mut digests = BTreeMap::new();
        if let Some(current) = plan.current {
            let before = generations::manifest(&self.state, current)?;
            let same = before.entries.iter().filter(|entry| plan.built.manifest.entries.contains(entry));
            let old = generations::info(&self.state, current)?.rendered;
            digests
                .extend(same.filter_map(|entry| Some((entry.path.clone(), old.get(&entry.path)?.clone()))));
        }
        for (path, content) in &plan.rendered {
            digests.insert(path.clone(), keyed_digest(&key, content));
        }
        for step in &mut plan.steps {
            if let Place::File { content: Kept::Rendered { digest }, .. } = &mut step.after {
                *digest = digests.get(&step.path).cloned().unwrap_or_default();
            }
        }
        Ok(digests)
    }

    /// Acts on an open journal, commits, and closes it; takes everything back when a step fails.
    fn carry_out(
        &self,
        journal: &Journal,
        rendered: &BTreeMap<EcoString, Vec<u8>>,
        finish: impl FnOnce() -> Result<()>,
    ) -> Result<Vec<Diagnostic>, ActivationError> {
        journal.open(&self.state)?;
        let mut partial = Partial { done: Vec::new(), total: journal.moves.len() };
        let acted = self
            .act(&journal.moves, rendered, &mut partial)
            .and_then(|()| finish())
            .and_then(|()| sync(&self.root, &self.state))
            .and_then(|()| self.state.set_current(journal.to));
        let committed = self.state.current().ok().flatten() == Some(journal.to);
        match acted {
            Ok(()) => {
                Ok(Journal::close(&self.state).err().map(|error| left_over(&error)).into_iter().collect())
            }
            Err(error) if committed => Ok(vec![left_over(&error)]),
            Err(cause) => Err(match journal.revert(&self.root, &self.state) {
                Ok(()) => ActivationError::RolledBack { partial, cause },
                Err(revert) => ActivationError::Stuck { partial, cause, revert },
            }),
        }
    }

    fn act(
        &self,
        moves: &[Move],
        rendered: &BTreeMap<EcoString, Vec<u8>>,
        partial: &mut Partial,
    ) -> Result<()> {
        self.root.forget();
        let store = self.state.store();
        let bytes = |path: &str, object: Option<&ObjectRef>| match object {
            Some(object) => store.read(object).map_err(|error| io::Error::other(error.to_string())),
            None => rendered.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into()),
        };
        for made in ordered(moves) {
            perform(&self.root, made, &bytes).map_err(|error| io_error("change", &made.path, &error))?;
            partial.done.push(made.path.clone());
        }
        Ok(())
    }
}

fn left_over(error: &Diagnostic) -> Diagnostic {
    Diagnostic::warning(&AFTER_COMMIT, format!("the new generation is current, but {}", error.message()))
}

fn put_all(state: &State, built: &Built) -> Result<usize> {
    let store = state.store();
    let empty = planner::empty_object();
    let mut added = usize::from(store.put(&empty, b"")?);
    for (object, content) in built.contents.values() {
        added += usize::from(store.put(object, content)?);
    }
    Ok(added)
}

/// Finds the folder of state below a root, links followed inside it; what is missing will be made there.
fn state_below(root: &Root) -> Result<PathBuf> {
    let mut at = STATE;
    while !at.is_empty() {
        let observed = root.observe(at).map_err(|error| io_error("look at", at, &error))?;
        if observed != Observed::Missing {
            let real = root.real_directory(at).map_err(|error| io_error("use for the state", at, &error))?;
            return Ok(real.join(STATE.get(at.len()..).unwrap_or_default().trim_start_matches('/')));
        }
        at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    Ok(root.path().join(STATE.trim_start_matches('/')))
}

impl Backend for Native {
    fn build(&self, config: &HostConfig) -> Result<Built, Vec<Diagnostic>> {
        build::build(config)
    }

    fn plan(&self, built: &Built) -> Result<Plan> {
        let mut plan = planner::plan(&self.root, &self.state, &self.options, built)?;
        if self.state.journal().exists() {
            let message = "an activation was interrupted; the plan is from the state between";
            plan.warnings
                .push(Diagnostic::warning(&OPEN_JOURNAL, message).help("run `migrate status` first"));
        }
        preflight::check(&self.root, &self.state, self.options.owners, &mut plan);
        if !self.options.allow_exec {
            plan.warnings.extend(validate::not_run(&plan));
        }
        Ok(plan)
    }

    fn activate(&self, built: &Built) -> Result<Activated, ActivationError> {
        let _lock = Lock::take(self.root.path())?;
        let recovered = recover(&self.root, &self.state)?;
        let mut plan = self.plan(built)?;
        if plan.problems.is_empty() && self.options.allow_exec {
            plan.problems.extend(validate::run(&plan));
        }
        if !plan.problems.is_empty() {
            return Err(ActivationError::Refused {
                problems: plan.problems.clone(),
                plan: Some(Box::new(plan)),
            });
        }
        let mut done = Activated {
            generation: plan.current,
            is_new: false,
            changed: plan.steps.iter().map(|step| step.path.clone()).collect(),
            recovered,
            warnings: plan.warnings.clone(),
            failures: Vec::new(),
            plan: None,
        };
        if plan.has_work() {
            let (journal, generation) = self.prepare(&mut plan)?;
            let finish =
                || generations::write(&self.state, &generation, &plan.built.manifest, Some(&journal));
            done.failures = self.carry_out(&journal, &plan.rendered, finish)?;
            done.generation = Some(generation.number);
            done.is_new = true;
        }
        Ok(Activated { plan: Some(plan), ..done })
    }

    fn rollback(&self, to: Option<u64>) -> Result<Activated, ActivationError> {
        let _lock = Lock::take(self.root.path())?;
        let recovered = recover(&self.root, &self.state)?;
        let way = rollback::way(&self.root, &self.state, to)?;
        if !way.problems.is_empty() {
            return Err(ActivationError::Refused { problems: way.problems, plan: None });
        }
        let mut moves = Vec::new();
        for (path, place) in &way.places {
            moves.push(capture(&self.root, &self.state.store(), path, place.clone())?);
        }
        let mut failures = Vec::new();
        if way.to != way.from {
            sync(&self.root, &self.state)?;
            let journal = Journal::new(way.from, way.to, false, moves);
            failures = self.carry_out(&journal, &BTreeMap::new(), || Ok(()))?;
        }
        Ok(Activated {
            generation: Some(way.to),
            is_new: false,
            changed: way.places.into_keys().collect(),
            plan: None,
            recovered,
            warnings: way.warnings,
            failures,
        })
    }

    fn generations(&self) -> Result<Vec<Generation>> {
        match self.state.current()? {
            Some(_) => generations::list(&self.state),
            None => Ok(Vec::new()),
        }
    }
}
