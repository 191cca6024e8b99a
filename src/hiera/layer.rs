//! The layers: global, environment, and the module of a key (the `*DataProvider`s of `puppet/pops/lookup`).

use super::{
    Hiera, Host, NodeData, codes,
    config::{self, Config, Layer},
    explain::Step,
    key::Key,
    merge::Strategy,
    resolve::{LevelData, Resolved},
    search::{Found, Search},
};
use crate::{
    diag::{Diagnostic, Result},
    inputs,
    source::{Location, SourceFile, Span, World},
    value::Value,
};
use ecow::EcoString;
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// The configuration of a layer and what reading it warned of; the same for all nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct LayerConfig {
    config: Option<Arc<Config>>,
    warnings: Arc<[Diagnostic]>,
}

/// A layer as a node sees it.
#[derive(Debug)]
pub(super) struct LayerData {
    pub layer: Layer,
    pub config: Arc<Config>,
    resolved: Mutex<Option<Arc<Resolved>>>,
}

impl Hiera<'_> {
    fn layer_config(&self, layer: &Layer, world: &dyn World) -> Result<LayerConfig> {
        self.configs.get(layer.clone(), world, |world| {
            let warnings = Mutex::new(Vec::new());
            let warn = |found| warnings.lock().unwrap_or_else(PoisonError::into_inner).push(found);
            let config = match layer {
                Layer::Global => self.global(world, &warn),
                Layer::Environment => {
                    let named = self.settings.environment_data_provider.as_deref();
                    self.provided(layer, (&self.files.root, world), named, &warn)
                }
                Layer::Module(name) => match self.modules.get(name) {
                    None => Ok(None),
                    Some(module) => {
                        let named = self.data_provider(&module.root, world)?;
                        self.provided(layer, (&module.root, world), named.as_deref(), &warn)
                    }
                },
            };
            let warnings = warnings.into_inner().unwrap_or_else(PoisonError::into_inner);
            Ok(LayerConfig { config: config?, warnings: warnings.into() })
        })
    }

    fn global(&self, world: &dyn World, warn: &dyn Fn(Diagnostic)) -> Result<Option<Arc<Config>>> {
        let Some(path) = &self.settings.global else {
            let mut nothing = Config::assumed(Path::new(""));
            nothing.levels.clear();
            return Ok(Some(Arc::new(nothing)));
        };
        let found = config::load(path, &Layer::Global, (&self.files, world), warn)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Some(found.unwrap_or_else(|| Arc::new(Config::assumed(folder)))))
    }

    /// The configuration of the environment or a module: its `hiera.yaml`, or what an old setting names.
    fn provided(
        &self,
        layer: &Layer,
        (folder, world): (&Path, &dyn World),
        named: Option<&str>,
        warn: &dyn Fn(Diagnostic),
    ) -> Result<Option<Arc<Config>>> {
        let config = config::load(&folder.join("hiera.yaml"), layer, (&self.files, world), warn)?;
        let config = match config {
            Some(config) if config.version <= 3 => {
                self.version_3_below(&config, warn)?;
                None
            }
            other => other,
        };
        if config.as_ref().is_some_and(|config| config.version >= 5) {
            return Ok(config);
        }
        match named {
            None => Ok(config),
            Some("none") => Ok(None),
            Some("hiera") => Ok(config.or_else(|| Some(Arc::new(Config::assumed(folder))))),
            Some("function") => {
                let module = if let Layer::Module(name) = layer { name.as_str() } else { "environment" };
                Ok(Some(Arc::new(Config::of_function(folder, &format!("{module}::data")))))
            }
            Some(other) => {
                let message = format!("there is no data provider `{other}`");
                let help = "`none`, `hiera` and `function` are known; a `hiera.yaml` of version 5 needs none";
                Err(Box::new(Diagnostic::error(&codes::CONFIG, message).help(help)))
            }
        }
    }

    /// Version 3 belongs into the global layer: an error where `strict` says so, else it does not count.
    fn version_3_below(&self, config: &Config, warn: &dyn Fn(Diagnostic)) -> Result<()> {
        let message = "a `hiera.yaml` of version 3 can be used in the global layer only";
        let shown = config.path.as_deref().map(|path| self.files.shown(path)).unwrap_or_default();
        let at = Location::new(SourceFile::new(shown.as_str(), ""), Span::new(0, 0));
        let help = "begin it with `version: 5`";
        if self.settings.is_strict() {
            let found = Diagnostic::error(&codes::CONFIG, message).at(at);
            return Err(Box::new(found.help(help)));
        }
        warn(Diagnostic::warning(&codes::CONFIG, message).at(at).help(help));
        Ok(())
    }

    /// `data_provider` of a module's `metadata.json`.
    fn data_provider(&self, module: &Path, world: &dyn World) -> Result<Option<EcoString>> {
        let Some(source) = self.files.text(&module.join("metadata.json"), world)? else { return Ok(None) };
        if !source.text().contains("data_provider") {
            return Ok(None);
        }
        let metadata = inputs::json(&source)?;
        Ok(metadata.get("data_provider").and_then(Value::as_str).map(EcoString::from))
    }
}

impl NodeData<'_> {
    /// Returns a layer, where it has data.
    pub(super) fn layer(&self, layer: &Layer, host: &dyn Host) -> Result<Option<Arc<LayerData>>> {
        let lock = || self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(layer) {
            return Ok(known.clone());
        }
        let found = self.hiera.layer_config(layer, self.world)?;
        found.warnings.iter().for_each(|warning| host.report(warning.clone()));
        let data = found
            .config
            .map(|config| Arc::new(LayerData { layer: layer.clone(), config, resolved: Mutex::default() }));
        lock().insert(layer.clone(), data.clone());
        Ok(data)
    }
}

impl LayerData {
    fn name(&self) -> EcoString {
        let version = self.config.version;
        match &self.layer {
            Layer::Global => {
                ecow::eco_format!("Global Data Provider (hiera configuration version {version})")
            }
            Layer::Environment => {
                ecow::eco_format!("Environment Data Provider (hiera configuration version {version})")
            }
            Layer::Module(name) => {
                ecow::eco_format!("Module \"{name}\" Data Provider (hiera configuration version {version})")
            }
        }
    }
}

impl Search<'_> {
    /// Asks a layer.
    pub(super) fn ask_layer(&self, layer: &Layer, key: &Key, strategy: &Strategy) -> Result<Option<Found>> {
        let Some(data) = self.node.layer(layer, self.host)? else {
            if let Layer::Module(name) = layer {
                let is_there = self.hiera.modules.get(name).is_some();
                self.node.explain(|way| way.leaf(Step::Module { name: name.clone(), is_there }));
            }
            return Ok(None);
        };
        self.guarded(&key.text, || match data.config.version {
            3 if !self.old_scope => self.ask_version_3(&data, key, strategy),
            _ => self.ask_levels(&data, key, strategy),
        })
    }

    fn ask_levels(&self, data: &LayerData, key: &Key, strategy: &Strategy) -> Result<Option<Found>> {
        self.step(
            || self.layer_step(data),
            || {
                let resolved = self.resolved(data)?;
                self.ask_hierarchy(&resolved.levels, data, key, strategy)
            },
        )
    }

    fn ask_hierarchy(
        &self,
        levels: &[LevelData],
        data: &LayerData,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Found>> {
        if levels.is_empty() {
            self.node.explain(|way| way.not_found(key.text.clone()));
            return Ok(None);
        }
        self.merge_over(strategy, levels, |level| self.ask_level(level, data, key, strategy))
    }

    /// Asks the `default_hierarchy` of a module.
    pub(super) fn ask_defaults(
        &self,
        data: &LayerData,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Found>> {
        let resolved = self.resolved(data)?;
        if resolved.defaults.is_empty() {
            self.node.explain(|way| way.not_found(key.text.clone()));
            return Ok(None);
        }
        self.guarded(&key.text, || {
            self.step(
                || self.layer_step(data),
                || self.ask_hierarchy(&resolved.defaults, data, key, strategy),
            )
        })
    }

    fn layer_step(&self, data: &LayerData) -> Step {
        let config = data.config.path.as_deref().map(|path| self.hiera.files.shown(path));
        let module = if let Layer::Module(name) = &data.layer { Some(name.clone()) } else { None };
        Step::Provider { name: data.name(), config, module }
    }

    /// Returns the hierarchy, made again where variables that it was made from have changed.
    fn resolved(&self, data: &LayerData) -> Result<Arc<Resolved>> {
        let lock = || data.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().clone();
        if let Some(known) = known {
            if self.is_stable(&known) {
                return Ok(known);
            }
            let text = "Hiera configuration recreated due to change of scope variables used in interpolation \
                        expressions";
            self.node.explain(|way| way.text(text));
        }
        let fresh = Arc::new(self.node.quietly(|| self.resolve(&data.config))?);
        *lock() = Some(fresh.clone());
        Ok(fresh)
    }

    /// Version 3 sees special variables, and only the global layer unless the environment has data of its own.
    fn ask_version_3(&self, data: &LayerData, key: &Key, strategy: &Strategy) -> Result<Option<Found>> {
        let mut inside = self.in_old_scope();
        if !self.node.has_environment_data(self.host)? {
            inside.mode.global_only = true;
        }
        let behavior = &data.config.merge;
        let own = inside.mode.hiera_call && *strategy == Strategy::Hash && *behavior != Strategy::First;
        let strategy = if own { behavior } else { strategy };
        let found = inside.current(|| inside.ask_levels(data, key, strategy))?;
        if let Some(found) = &found
            && inside.mode.hiera_call
        {
            check_old_answer(key, strategy, &found.value)?;
        }
        Ok(found)
    }
}

impl NodeData<'_> {
    /// Tells whether the environment has a `hiera.yaml` of version 5, without which `hiera()` and its kind see the
    /// global layer only.
    pub(super) fn has_environment_data(&self, host: &dyn Host) -> Result<bool> {
        Ok(self.layer(&Layer::Environment, host)?.is_some_and(|data| data.config.version >= 5))
    }
}

/// `hiera_hash` gives hashes only, and dotted keys cannot be merged in version 3.
fn check_old_answer(key: &Key, strategy: &Strategy, value: &Value) -> Result<()> {
    let hashes = matches!(strategy, Strategy::Hash | Strategy::Deep(_));
    if hashes && value.as_hash().is_none() {
        let message = format!("the value of `{}` is no hash", key.text);
        return Err(Box::new(Diagnostic::error(&codes::MERGE, message)));
    }
    if !key.segments.is_empty() && matches!(strategy, Strategy::Hash | Strategy::Unique) {
        let message = format!("`{}` has dots, and version 3 does not merge what they lead to", key.text);
        return Err(Box::new(Diagnostic::error(&codes::MERGE, message)));
    }
    Ok(())
}
