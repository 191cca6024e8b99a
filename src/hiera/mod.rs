//! Hiera: data files to values, hierarchies to answers.
//!
//! In: the text of data files and of `hiera.yaml`, read once for all nodes by [`Hiera`]; a scope through [`Host`].
//! Out: per node ([`NodeData`]) an answer for a key ([`Found`]): the merged value with the files and lines it came
//! from; what was encrypted carries a secret's label.

mod codes;
mod config;
mod context;
mod deep_merge;
mod explain;
mod eyaml;
mod files;
mod glob;
mod hocon;
mod host;
mod interpolate;
mod key;
#[cfg(test)]
mod laws;
mod layer;
mod merge;
mod node;
mod options;
mod provider;
mod resolve;
mod search;
#[cfg(test)]
mod tests;
pub mod yaml;

pub use codes::CODES;
pub use context::{ContextBlock, ContextCall};
pub use explain::Explanation;
pub use eyaml::Keys;
pub use hocon::{is_broken as is_broken_hocon, read as read_hocon};
pub use host::Host;
pub use interpolate::inspect;
pub use merge::{DeepOptions, Strategy};
pub use node::NodeData;
pub use search::{Found, Source};

use crate::{
    diag::Result,
    inputs::Modules,
    source::World,
    syntax::Strict,
    value::{HashMap, Value},
};
use config::Layer;
use ecow::EcoString;
use files::{Files, Memo, Noted};
use layer::LayerConfig;
use std::path::{Path, PathBuf};

/// What holds for all lookups of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// 7 or 8: whose Ruby reads the files.
    pub puppet_version: u8,
    /// What `strict` is set to.
    pub strict: Strict,
    /// The global layer's `hiera.yaml`.
    pub global: Option<PathBuf>,
    /// `environment_data_provider` of `environment.conf`.
    pub environment_data_provider: Option<String>,
}

impl Settings {
    fn is_strict(&self) -> bool {
        self.strict == Strict::Error
    }
}

/// What is asked beside the key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'q> {
    /// The merge: a strategy's name or hash; else that of the key's options.
    pub merge: Option<&'q Value>,
    /// Values that win over data and over variables, by key.
    pub overrides: Option<&'q HashMap>,
    /// Values of last resort, by key; variables fall back to them too.
    pub defaults: Option<&'q HashMap>,
    /// For `hiera()` and its kind: paths that are asked first.
    pub hiera: Option<&'q [EcoString]>,
}

/// The data of a control repo; files and configurations are read once for all nodes and threads.
pub struct Hiera<'w> {
    files: Files<'w>,
    modules: &'w Modules,
    settings: Settings,
    keys: Option<Keys>,
    configs: Noted<Layer, LayerConfig>,
    decrypted: Memo<(EcoString, EcoString), Value>,
}

impl<'w> Hiera<'w> {
    /// Takes the repo's folder and its modules; nothing is read yet.
    #[must_use]
    pub fn new(root: &Path, modules: &'w Modules, settings: Settings, world: &'w dyn World) -> Self {
        let mut allowed: Vec<PathBuf> = vec![root.to_owned()];
        allowed.extend(modules.iter().map(|module| module.root.clone()));
        allowed.extend(settings.global.as_ref().and_then(|path| path.parent()).map(Path::to_owned));
        let psych = yaml::Psych::of_puppet(settings.puppet_version);
        let files = Files::new(world, root.to_owned(), allowed, psych);
        Self { files, modules, settings, keys: None, configs: Noted::default(), decrypted: Memo::default() }
    }

    /// Takes the private keys for eyaml.
    #[must_use]
    pub fn with_keys(mut self, keys: Option<Keys>) -> Self {
        self.keys = keys;
        self
    }

    /// Returns the data as one node sees it.
    #[must_use]
    pub fn node(&'w self) -> NodeData<'w> {
        self.node_in(self.files.world)
    }

    /// Returns likewise; this world learns all that the node's data are made from.
    #[must_use]
    pub fn node_in<'n>(&'n self, world: &'n dyn World) -> NodeData<'n> {
        NodeData::new(self, world)
    }

    fn decrypt(&self, value: &Value, file: &EcoString, key: &str) -> Result<Value> {
        let decrypt = || eyaml::decrypt(value, self.keys.as_ref(), file, key);
        self.decrypted.get((file.clone(), key.into()), decrypt)
    }
}
