//! Compiles the nodes of a run.

use super::{
    Exported, Options,
    exports::Exports,
    rounds::{Node, Receiver, Rounds},
};
use crate::{
    catalog::{Catalog, Resource},
    diag::{Diagnostic, Result, Severity},
    eval::{self, Asked, Environment, EnvironmentPaths, NodeRequest, TopScope},
    hiera::{Hiera, Keys, NodeData, Settings},
    inputs::{NodeInputs, Repo},
    source::World,
    syntax::PuppetVersion,
    value::Value,
};
use ecow::EcoString;
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// One node's catalog, or why there is none.
#[derive(Debug)]
pub struct CompiledNode {
    /// The certname.
    pub certname: EcoString,
    /// The catalog, unless the node failed.
    pub catalog: Option<Catalog>,
    /// Warnings, and the errors where there is no catalog.
    pub diagnostics: Vec<Diagnostic>,
}

impl CompiledNode {
    /// Adds a diagnostic; an error withdraws the catalog.
    pub fn add(&mut self, found: Diagnostic) {
        if found.severity() == Severity::Error {
            self.catalog = None;
        }
        self.diagnostics.push(found);
    }
}

/// A repo whose nodes can be compiled.
pub struct Fleet<'a> {
    repo: &'a Repo,
    options: &'a Options,
    world: &'a dyn World,
    hiera: Hiera<'a>,
    /// By name: nodes of one repo may be in environments of different names.
    environments: BTreeMap<EcoString, Environment>,
}

impl<'a> Fleet<'a> {
    /// Reads the site manifests for the environments that the nodes are in.
    ///
    /// # Errors
    /// Gives all that is wrong with the site manifests.
    pub fn open<'n>(
        repo: &'a Repo,
        nodes: impl IntoIterator<Item = &'n Node>,
        options: &'a Options,
        world: &'a dyn World,
    ) -> Result<Self, Vec<Diagnostic>> {
        let hiera = hiera(repo, options, world).map_err(|found| vec![*found])?;
        let mut fleet = Self { repo, options, world, hiera, environments: BTreeMap::new() };
        for node in nodes.into_iter().filter_map(|(_, node)| node.as_ref().ok()) {
            let name = fleet.name_of(node);
            if !fleet.environments.contains_key(&name) {
                let environment = Environment::open(fleet.paths(name.clone()), world)?;
                fleet.environments.insert(name, environment);
            }
        }
        Ok(fleet)
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
        self.compile_into(nodes, others, &results);
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
    }

    /// Compiles likewise and gives each result away as soon as it is there.
    ///
    /// With [`Exported::Fleet`] there are rounds: every node sees what the round before exported, until the exports
    /// repeat. Results may come several times, the last one counts.
    pub fn compile_into(&self, nodes: &[Node], others: &[Node], receiver: &dyn Receiver) {
        if self.options.exported == Exported::Fleet {
            return Rounds::new(self, nodes, others, receiver).run();
        }
        nodes.par_iter().enumerate().for_each(|(index, (certname, node))| {
            receiver.take(index, self.node(certname, node, None).0);
        });
    }

    /// Compiles one node; gives what it exports and what its collectors asked, too.
    pub(super) fn node(
        &self,
        certname: &EcoString,
        node: &Result<NodeInputs>,
        seen: Option<&Exports>,
    ) -> (CompiledNode, Vec<Resource>, Vec<Asked>) {
        let failed = |found: Diagnostic| {
            let diagnostics = vec![found];
            (CompiledNode { certname: certname.clone(), catalog: None, diagnostics }, Vec::new(), Vec::new())
        };
        let node = match node {
            Ok(node) => node.clone(),
            Err(found) => return failed((**found).clone()),
        };
        let name = self.name_of(&node);
        let Some(environment) = self.environments.get(&name) else {
            let message = format!("the environment `{name}` was not read");
            return failed(Diagnostic::error(&super::NOT_COMPILED, message));
        };
        let mut request = self.request(node, &name);
        request.exported = seen.cloned();
        let data = self.hiera.node();
        let compiled = eval::compile_node(environment, &request, &data, self.world);
        let (catalog, diagnostics) = (compiled.catalog, compiled.diagnostics);
        (CompiledNode { certname: certname.clone(), catalog, diagnostics }, compiled.exports, compiled.asked)
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
        let name = self.name_of(&node);
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

    fn name_of(&self, node: &NodeInputs) -> EcoString {
        match (&self.repo.environment, &node.environment) {
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
