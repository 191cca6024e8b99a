//! Compiles the nodes of a run.

use super::{
    Cache, Exported, Node, Nodes, Options, Receiver,
    cache::{self, Key},
    exports::{self, Digests, Exports},
    nodes::Read,
    programs::Watched,
    rounds::Rounds,
};
use crate::{
    catalog::{Catalog, Resource, write_catalog},
    diag::{Diagnostic, Result, Severity},
    eval::{self, Asked, Environment, EnvironmentPaths, NodeRequest, TopScope},
    hiera::{Hiera, Keys, NodeData, Settings},
    inputs::{NodeInputs, Repo},
    source::{Recorded, RecordingWorld, Trace, World},
    syntax::PuppetVersion,
    value::Value,
};
use ecow::EcoString;
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// One node's catalog, or why there is none.
#[derive(Debug)]
pub struct CompiledNode {
    /// The certname.
    pub certname: EcoString,
    /// The catalog, unless the node failed or there is a cache.
    pub catalog: Option<Catalog>,
    /// Warnings, and the errors where there is no catalog.
    pub diagnostics: Vec<Diagnostic>,
    /// The catalog as text, where there is a cache.
    pub kept: Option<KeptText>,
    /// What the compile asked of the world, where that is recorded.
    pub asked: Trace,
}

/// A catalog as text.
pub struct KeptText {
    /// Packed JSON.
    pub(super) packed: Vec<u8>,
    /// How many resources it has.
    pub resources: usize,
    /// How many classes.
    pub classes: usize,
    /// Whether it was made in an earlier run.
    pub found: bool,
}

impl std::fmt::Debug for KeptText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptText").finish_non_exhaustive()
    }
}

impl CompiledNode {
    fn failed(certname: EcoString, diagnostics: Vec<Diagnostic>) -> Self {
        Self { certname, catalog: None, diagnostics, kept: None, asked: Trace::default() }
    }

    /// Tells whether there is no catalog.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.catalog.is_none() && self.kept.is_none()
    }

    /// Returns how many resources and classes the catalog has, if there is one.
    #[must_use]
    pub fn counts(&self) -> Option<(usize, usize)> {
        let kept = self.kept.as_ref().map(|kept| (kept.resources, kept.classes));
        kept.or_else(|| self.catalog.as_ref().map(|catalog| (catalog.resources.len(), catalog.classes.len())))
    }

    /// Returns the catalog as JSON, if there is one.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let kept = self.kept.as_ref().and_then(|kept| cache::unpacked(&kept.packed));
        kept.or_else(|| self.catalog.as_ref().map(write_catalog))
    }

    /// Adds a diagnostic; an error withdraws the catalog.
    pub fn add(&mut self, found: Diagnostic) {
        if found.severity() == Severity::Error {
            (self.catalog, self.kept) = (None, None);
        }
        self.diagnostics.push(found);
    }
}

/// An environment, or what is wrong with its site manifests.
type Opened = Arc<Result<Environment, Vec<Diagnostic>>>;

/// What came of one node: the result, what it exports, and what its collectors asked.
pub(super) type Compiled = (CompiledNode, Vec<Resource>, Vec<Asked>);

/// A repo whose nodes can be compiled.
pub struct Fleet<'a> {
    repo: &'a Repo,
    options: &'a Options,
    world: &'a dyn World,
    hiera: Hiera<'a>,
    /// By name: nodes of one repo may be in environments of different names.
    environments: Mutex<BTreeMap<EcoString, Opened>>,
    /// What was read before the first node: every node depends on it.
    common: Vec<Recorded>,
    cache: Option<&'a Cache>,
    records: bool,
    /// Hashes of the exports of the round in hand.
    digests: Mutex<Option<(Exports, Arc<Digests>)>>,
}

impl<'a> Fleet<'a> {
    /// Reads the site manifests.
    ///
    /// # Errors
    /// Gives all that is wrong with them.
    pub fn open(repo: &'a Repo, options: &'a Options, world: &'a dyn World) -> Result<Self, Vec<Diagnostic>> {
        let fleet = Self::for_lookups(repo, options, world).map_err(|found| vec![*found])?;
        match &*fleet.environment(&fleet.name_of(None)) {
            Ok(_) => {}
            Err(found) => return Err(found.clone()),
        }
        Ok(fleet)
    }

    /// Takes a repo of which no manifests are read until a node needs them.
    ///
    /// # Errors
    /// Gives private keys that cannot be read.
    pub fn for_lookups(repo: &'a Repo, options: &'a Options, world: &'a dyn World) -> Result<Self> {
        let recording = RecordingWorld::new(world);
        let hiera = hiera(repo, options, world)?;
        options.eyaml_keys.as_ref().map(|folder| Keys::read(folder, &recording)).transpose()?;
        let mut common = recording.recorded();
        if options.puppetdb.as_ref().is_some_and(|puppetdb| puppetdb.is_live()) {
            common.push(Recorded::Outside);
        }
        let environments = Mutex::default();
        let (cache, records, digests) = (None, false, Mutex::default());
        Ok(Self { repo, options, world, hiera, environments, common, cache, records, digests })
    }

    /// Records for every node what its compile asks of the world; takes catalogs from a cache where it has them, and
    /// keeps new ones there. Takes what was asked before there were nodes, too.
    #[must_use]
    pub fn recording(mut self, cache: Option<&'a Cache>, before: &[Recorded]) -> Self {
        self.records = true;
        self.cache = cache;
        self.common.extend(before.iter().cloned());
        self
    }

    /// Returns what was asked before the first node: every node depends on it.
    #[must_use]
    pub fn common(&self) -> &[Recorded] {
        &self.common
    }

    /// Compiles all nodes; the results are in the order of the nodes.
    #[must_use]
    pub fn compile(&self, nodes: &[Node]) -> Vec<CompiledNode> {
        self.compile_among(nodes, &[])
    }

    /// Compiles nodes that may collect what others export; only the former have results, in their order.
    #[must_use]
    pub fn compile_among(&self, nodes: &[Node], others: &[Node]) -> Vec<CompiledNode> {
        let results = Mutex::new(nodes.iter().map(|_| None).collect::<Vec<_>>());
        self.compile_into(&Read(nodes, others), &results);
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
    }

    /// Compiles likewise and gives each result away as soon as it is there, so that no more are held than are worked
    /// on.
    ///
    /// With [`Exported::Fleet`] there are rounds: every node sees what the round before exported, until the exports
    /// repeat. Results of nodes that collect are settled then.
    pub fn compile_into(&self, nodes: &dyn Nodes, receiver: &dyn Receiver) {
        if self.options.exported == Exported::Fleet {
            return Rounds::new(self, nodes, receiver).run();
        }
        (0..nodes.wanted()).into_par_iter().for_each(|index| {
            receiver.take(index, self.node(nodes, index, None).0, true);
        });
    }

    /// Compiles one node.
    pub(super) fn node(&self, nodes: &dyn Nodes, index: usize, seen: Option<&Exports>) -> Compiled {
        let certname = nodes.certname(index);
        let failed = |found| (CompiledNode::failed(certname.clone(), found), Vec::new(), Vec::new());
        let node = match nodes.inputs(index) {
            Ok(node) => node,
            Err(found) => return failed(vec![*found]),
        };
        let name = self.name_of(node.environment.as_ref());
        let opened = self.environment(&name);
        let environment = match &*opened {
            Ok(environment) => environment,
            Err(found) => return failed(found.clone()),
        };
        let mut request = self.request(node, &name);
        request.exported = seen.cloned();
        let Some((cache, key)) = self.key(environment, &request) else {
            return self.evaluate(certname, environment, request);
        };
        let digests = self.digests(seen);
        cache.find(key, (&certname, &digests), self.world).unwrap_or_else(|| {
            cache.keep(key, &digests, self.evaluate(certname.clone(), environment, request))
        })
    }

    /// Returns the place of a node in the cache, where there is one and the node may be in it.
    fn key(&self, environment: &Environment, request: &NodeRequest) -> Option<(&'a Cache, Key)> {
        let cache = self.cache?;
        let common = cache::hash_of(&self.common)?;
        let depends = cache::depends(request, environment.paths(), (self.options, self.repo), common);
        Some((cache, cache.key(&depends)))
    }

    /// Compiles a node for real.
    fn evaluate(&self, certname: EcoString, environment: &Environment, mut request: NodeRequest) -> Compiled {
        let recording = RecordingWorld::new(self.world);
        let world: &dyn World = if self.records { &recording } else { self.world };
        let watched = request.programs.take().map(Watched::new);
        request.programs = watched.as_ref().map(Watched::programs);
        let data = self.hiera.node_in(world);
        let compiled = eval::compile_node(environment, &request, &data, world);
        drop(data);
        if watched.is_some_and(|programs| programs.was_asked()) {
            recording.keep(Recorded::Outside);
        }
        let (catalog, diagnostics) = (compiled.catalog, compiled.diagnostics);
        let node = CompiledNode { certname, catalog, diagnostics, kept: None, asked: recording.into_trace() };
        let exports = compiled.exports.into_iter().map(exports::stored).collect();
        (node, exports, compiled.asked)
    }

    /// Returns the hashes of what others export.
    fn digests(&self, seen: Option<&Exports>) -> Arc<Digests> {
        let Some(seen) = seen else { return Arc::default() };
        let mut known = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((exports, digests)) if Arc::ptr_eq(exports, seen) => digests.clone(),
            Some(_) | None => {
                let digests = Arc::new(exports::digests(seen));
                *known = Some((seen.clone(), digests.clone()));
                digests
            }
        }
    }

    /// Runs something in a node's top scope: after its compile, or without any manifest, as `puppet lookup` does.
    ///
    /// The warnings met on the way are given too.
    ///
    /// # Errors
    /// Gives why the node does not compile.
    pub fn in_top_scope<T: Send>(
        &self,
        node: NodeInputs,
        compile: bool,
        run: impl FnOnce(&NodeData<'_>, &TopScope<'_, '_>) -> T + Send,
    ) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
        let name = self.name_of(node.environment.as_ref());
        let mut request = self.request(node, &name);
        let mut paths = self.paths(name);
        if !compile {
            paths.manifest = None;
            request.classes.clear();
        }
        let environment = Environment::open(paths, self.world)?;
        let data = self.hiera.node();
        eval::in_top_scope(&environment, &request, &data, self.world, |scope| run(&data, scope))
    }

    fn environment(&self, name: &EcoString) -> Opened {
        let mut known = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || Arc::new(Environment::open(self.paths(name.clone()), self.world));
        known.entry(name.clone()).or_insert_with(open).clone()
    }

    fn name_of(&self, of_enc: Option<&EcoString>) -> EcoString {
        match (&self.repo.environment, of_enc) {
            (Some(given), _) => given.as_str().into(),
            (None, Some(of_enc)) => of_enc.clone(),
            (None, None) => "production".into(),
        }
    }

    fn paths(&self, name: EcoString) -> EnvironmentPaths {
        EnvironmentPaths {
            name,
            root: self.repo.root.clone(),
            module_path: self.repo.module_path.clone(),
            manifest: self.repo.manifest.clone(),
            version: if self.options.puppet_version == 7 { PuppetVersion::V7 } else { PuppetVersion::V8 },
            strict: self.options.strict(),
        }
    }

    fn request(&self, node: NodeInputs, environment: &EcoString) -> NodeRequest {
        let mut server_facts = self.options.server_facts.as_hash().cloned().unwrap_or_default();
        server_facts.insert("environment".into(), Value::str(environment.clone()));
        NodeRequest {
            certname: node.certname,
            facts: node.facts,
            trusted: node.trusted,
            server_facts: Value::Hash(server_facts.into()),
            classes: node.classes,
            parameters: node.parameters,
            settings: self.options.settings.clone(),
            puppet_version: self.options.puppet_version,
            strict: self.options.strict(),
            strict_variables: self.options.strict_variables(),
            catalog_version: self.options.catalog_version.clone(),
            exported: None,
            collect_from: self
                .options
                .puppetdb
                .clone()
                .filter(|_| self.options.exported == Exported::PuppetDb),
            puppetdb: self.options.puppetdb.clone(),
            record_reads: self.options.record_reads,
            answers: self.options.answers.clone(),
            programs: self.options.programs.clone(),
            limits: eval::Limits::default(),
        }
    }
}

/// Opens a repo's data.
///
/// # Errors
/// Gives private keys that cannot be read.
pub fn hiera<'w>(repo: &'w Repo, options: &Options, world: &'w dyn World) -> Result<Hiera<'w>> {
    let settings = Settings {
        puppet_version: options.puppet_version,
        strict: options.strict(),
        global: repo.hiera_config.clone(),
        environment_data_provider: repo.environment_data_provider.clone(),
    };
    let keys = options.eyaml_keys.as_ref().map(|folder| Keys::read(folder, world)).transpose()?;
    Ok(Hiera::new(&repo.root, &repo.modules, settings, world).with_keys(keys))
}
