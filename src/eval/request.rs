//! What is asked of the evaluator for one node, and what it answers.

use super::query::Asked;
use crate::{
    catalog::{Catalog, Resource},
    diag::{Diagnostic, Result},
    hiera::{ContextCall, Found as Datum, Host as DataHost, Query},
    inputs::{Answers, Programs, PuppetDb},
    maps::IndexMap,
    syntax::Strict,
    value::Value,
};
use ecow::EcoString;
use std::sync::Arc;

/// All that is known of one node before its manifests are evaluated.
#[derive(Clone, Debug, Default)]
pub struct NodeRequest {
    /// The certname.
    pub certname: EcoString,
    /// The facts by name, a hash: what `$facts` is. Each one is a top-scope variable too.
    pub facts: Value,
    /// `$trusted`, a hash.
    pub trusted: Value,
    /// `$server_facts`, a hash.
    pub server_facts: Value,
    /// Classes of the ENC with their parameters, in order.
    pub classes: IndexMap<EcoString, IndexMap<EcoString, Value>>,
    /// Top-scope variables of the ENC; they win over facts.
    pub parameters: IndexMap<EcoString, Value>,
    /// `$settings::*` by name.
    pub settings: IndexMap<EcoString, Value>,
    /// 7 or 8.
    pub puppet_version: u8,
    /// `strict`.
    pub strict: Strict,
    /// Whether a variable that is not set is an error.
    pub strict_variables: bool,
    /// The catalog's version; 0 unless it was given.
    pub catalog_version: EcoString,
    /// Exported resources of other nodes, by certname, then in their catalogs' order; `None` where nothing is
    /// collected from elsewhere (`--exported none`).
    pub exported: Option<Arc<[(EcoString, Resource)]>>,
    /// The PuppetDB that collectors ask instead of `exported` (`--exported puppetdb`).
    pub collect_from: Option<Arc<PuppetDb>>,
    /// The PuppetDB that `puppetdb_query` and its kind ask.
    pub puppetdb: Option<Arc<PuppetDb>>,
    /// Whether origins record what was read.
    pub record_reads: bool,
    /// Answers to function calls, which come before the functions.
    pub answers: Arc<Answers>,
    /// Starts programs; `None` where nothing may be started.
    pub programs: Option<Arc<dyn Programs>>,
    /// How much the compile may do.
    pub limits: super::Limits,
}

/// The answer for one node.
#[derive(Debug)]
pub struct Compiled {
    /// The catalog, unless the node failed.
    pub catalog: Option<Catalog>,
    /// The node's exported resources, realized or not, for other nodes to collect.
    pub exports: Vec<Resource>,
    /// What its collectors asked of other nodes' exports ([`NodeRequest::exported`]).
    pub asked: Vec<Asked>,
    /// Warnings, and the errors where there is no catalog.
    pub diagnostics: Vec<Diagnostic>,
}

/// Answers lookups of Hiera data for one node.
pub trait DataSource: Sync {
    /// Looks a key up through all layers, with the merge strategy given or configured for it.
    ///
    /// # Errors
    /// Gives broken data or a broken configuration, with its file and line.
    fn lookup(&self, key: &str, query: &Query<'_>, host: &dyn DataHost) -> Result<Option<Datum>>;

    /// Calls a method of the context that a data function was given; `None` where it is no context.
    ///
    /// # Errors
    /// Gives wrong arguments, and what the method gives.
    fn call_context(&self, _call: &ContextCall<'_>, _host: &dyn DataHost) -> Result<Option<Value>> {
        Ok(None)
    }
}
