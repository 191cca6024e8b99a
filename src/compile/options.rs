//! What holds for every node of a run.

use crate::{
    eval::Strict,
    inputs::{Answers, Programs, PuppetDb},
    maps::IndexMap,
    value::Value,
};
use ecow::EcoString;
use std::{path::PathBuf, sync::Arc};

/// Where collectors of exported resources look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Exported {
    /// At the other nodes of the run.
    Fleet,
    /// In the PuppetDB.
    PuppetDb,
    /// Nowhere but in the node's own catalog.
    #[default]
    None,
}

/// What holds for every node of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// 7 or 8.
    pub puppet_version: u8,
    /// `strict`; `None` for the version's default.
    pub strict: Option<Strict>,
    /// `strict_variables`; `None` for the version's default.
    pub strict_variables: Option<bool>,
    /// The catalogs' version.
    pub catalog_version: EcoString,
    /// Where collectors look.
    pub exported: Exported,
    /// The PuppetDB of the run.
    pub puppetdb: Option<Arc<PuppetDb>>,
    /// `$server_facts` without `environment`, a hash.
    pub server_facts: Value,
    /// `$settings::*`.
    pub settings: IndexMap<EcoString, Value>,
    /// Whether origins record what was read.
    pub record_reads: bool,
    /// The folder of private keys for eyaml.
    pub eyaml_keys: Option<PathBuf>,
    /// Answers to function calls.
    pub answers: Arc<Answers>,
    /// Starts programs; `None` where nothing may be started.
    pub programs: Option<Arc<dyn Programs>>,
}

impl Options {
    /// Returns the options of a Puppet of this major version (7 or 8), all at their defaults.
    #[must_use]
    pub fn of_puppet(version: u8) -> Self {
        Self {
            puppet_version: version,
            strict: None,
            strict_variables: None,
            catalog_version: "0".into(),
            exported: Exported::default(),
            puppetdb: None,
            server_facts: default_server_facts(version),
            settings: IndexMap::default(),
            record_reads: true,
            eyaml_keys: None,
            answers: Arc::default(),
            programs: None,
        }
    }

    /// Returns `strict`: `warning` up to Puppet 7, `error` from 8 on, unless it was given.
    #[must_use]
    pub fn strict(&self) -> Strict {
        self.strict.unwrap_or(if self.puppet_version >= 8 { Strict::Error } else { Strict::Warning })
    }

    /// Returns `strict_variables`: off up to Puppet 7, on from 8 on, unless it was given.
    #[must_use]
    pub fn strict_variables(&self) -> bool {
        self.strict_variables.unwrap_or(self.puppet_version >= 8)
    }
}

/// The versions that Debian packages; name and address are of documentation's ranges.
fn default_server_facts(version: u8) -> Value {
    let release = if version >= 8 { "8.10.0" } else { "7.23.0" };
    Value::hash([
        ("serverversion".into(), release.into()),
        ("servername".into(), "puppet.example.net".into()),
        ("serverip".into(), "192.0.2.1".into()),
    ])
}
