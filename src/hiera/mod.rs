//! Hiera: data files to values, hierarchies to answers.
//!
//! In: the text of data files and of `hiera.yaml`, read once for all nodes by [`Hiera`]; a scope through [`Host`].
//! Out: per node ([`NodeData`]) an answer for a key ([`Found`]): the merged value with the files and lines it came
//! from; what was encrypted carries a secret's label.

mod codes;
mod config;
mod eyaml;
mod files;
mod host;
mod interpolate;
mod key;
mod merge;
mod options;
mod places;
mod search;
#[cfg(test)]
mod tests;
pub mod yaml;

pub use codes::CODES;
pub use eyaml::Keys;
pub use host::Host;
pub use merge::{DeepOptions, Strategy};
pub use search::{Found, Source};

use crate::{
    diag::{Diagnostic, Result},
    inputs::Modules,
    source::World,
    value::Value,
};
use config::{Config, Layer};
use ecow::EcoString;
use files::{Files, Memo};
use options::LookupOptions;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// What holds for all lookups of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// 7 or 8: whose Ruby reads the files.
    pub puppet_version: u8,
    /// Whether `strict` is at `error`.
    pub strict: bool,
    /// The global layer's `hiera.yaml`.
    pub global: Option<PathBuf>,
}

/// The data of a control repo; files and configurations are read once for all nodes and threads.
pub struct Hiera<'w> {
    files: Files<'w>,
    modules: &'w Modules,
    settings: Settings,
    keys: Option<Keys>,
    configs: Memo<Layer, Option<Arc<Config>>>,
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
        Self { files, modules, settings, keys: None, configs: Memo::default(), decrypted: Memo::default() }
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
        NodeData { hiera: self, options: Mutex::default(), warned: Mutex::default() }
    }

    fn config(&self, layer: &Layer) -> Result<Option<Arc<Config>>> {
        let path = match layer {
            Layer::Global => self.settings.global.clone(),
            Layer::Environment => Some(self.files.root.join("hiera.yaml")),
            Layer::Module(name) => self.modules.get(name).map(|module| module.root.join("hiera.yaml")),
        };
        let Some(path) = path else { return Ok(None) };
        self.configs.get(layer.clone(), || config::load(&path, layer, &self.files))
    }

    fn decrypt(&self, value: &Value, file: &EcoString, key: &str) -> Result<Value> {
        let decrypt = || eyaml::decrypt(value, self.keys.as_ref(), file, key);
        self.decrypted.get((file.clone(), key.into()), decrypt)
    }
}

/// The data of a control repo as one node sees it.
pub struct NodeData<'h> {
    hiera: &'h Hiera<'h>,
    options: Mutex<BTreeMap<Option<EcoString>, Arc<LookupOptions>>>,
    warned: Mutex<BTreeSet<EcoString>>,
}

impl NodeData<'_> {
    /// Looks a key up through all layers, with the merge given (a strategy's name or hash) or the one configured.
    ///
    /// # Errors
    /// Gives broken data, a broken configuration, recursion, and values that cannot be merged or converted, with
    /// file and line where they are known.
    pub fn lookup(&self, key: &str, merge: Option<&Value>, host: &dyn Host) -> Result<Option<Found>> {
        search::Search::new(self, host).lookup(key, merge)
    }

    fn known_options(&self, module: Option<&str>) -> Option<Arc<LookupOptions>> {
        let known = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&module.map(EcoString::from)).cloned()
    }

    fn keep_options(&self, module: Option<&str>, options: &Arc<LookupOptions>) {
        let mut known = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(module.map(EcoString::from), options.clone());
    }

    fn warn_once(&self, about: &EcoString, warning: Diagnostic, host: &dyn Host) {
        if self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(about.clone()) {
            host.report(warning);
        }
    }
}
