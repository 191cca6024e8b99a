//! The data of a control repo as one node sees it: what was resolved and found out for it, and what holds for the
//! lookup that is on its way.

use super::{
    Hiera, Host, Query, codes,
    config::Layer,
    context::Cache,
    explain::Explanation,
    layer::LayerData,
    options::LookupOptions,
    search::{Found, Mode, Search},
};
use crate::{
    diag::{Diagnostic, Result},
    source::World,
    value::Value,
};
use ecow::EcoString;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The data of a control repo as one node sees it.
pub struct NodeData<'h> {
    pub(super) hiera: &'h Hiera<'h>,
    /// What files are read through.
    pub(super) world: &'h dyn World,
    pub(super) layers: Mutex<BTreeMap<Layer, Option<Arc<LayerData>>>>,
    pub(super) caches: Mutex<Vec<Arc<Cache>>>,
    pub(super) file_data: Mutex<BTreeMap<EcoString, Value>>,
    options: Mutex<Options>,
    warned: Mutex<BTreeSet<EcoString>>,
    /// The keys and variables on the way, against recursion.
    way: Mutex<Vec<EcoString>>,
    mode: Mutex<Mode>,
    explanation: Mutex<Option<Explanation>>,
    explaining: AtomicBool,
}

/// The `lookup_options` that are known already.
#[derive(Default)]
struct Options {
    by_module: BTreeMap<Option<EcoString>, Arc<LookupOptions>>,
    by_layer: BTreeMap<Layer, Option<Value>>,
    of_defaults: BTreeMap<EcoString, Arc<LookupOptions>>,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'h> NodeData<'h> {
    pub(super) fn new(hiera: &'h Hiera<'h>, world: &'h dyn World) -> Self {
        Self {
            hiera,
            world,
            layers: Mutex::default(),
            caches: Mutex::default(),
            file_data: Mutex::default(),
            options: Mutex::default(),
            warned: Mutex::default(),
            way: Mutex::default(),
            mode: Mutex::default(),
            explanation: Mutex::default(),
            explaining: AtomicBool::new(false),
        }
    }

    /// Looks a key up through all layers.
    ///
    /// # Errors
    /// Gives broken data, a broken configuration, recursion, and values that cannot be merged or converted, with
    /// file and line where they are known.
    pub fn lookup(&self, key: &str, query: &Query<'_>, host: &dyn Host) -> Result<Option<Found>> {
        let mut search = Search::new(self, host, query);
        if let Some(paths) = query.hiera {
            search.mode.hiera_call = true;
            search.mode.global_only |= !self.has_environment_data(host)?;
            if !paths.is_empty() {
                search.mode.extra_paths = paths.into();
            }
        }
        search.lookup(key, query.merge)
    }

    /// Begins to explain all lookups that follow.
    pub fn start_explaining(&self, explanation: Explanation) {
        *lock(&self.explanation) = Some(explanation);
        self.explaining.store(true, Ordering::Relaxed);
    }

    /// Ends explaining and returns the way.
    pub fn take_explanation(&self) -> Option<Explanation> {
        self.explaining.store(false, Ordering::Relaxed);
        lock(&self.explanation).take()
    }

    pub(super) fn is_explaining(&self) -> bool {
        self.explaining.load(Ordering::Relaxed)
    }

    pub(super) fn explains_options_only(&self) -> bool {
        self.is_explaining() && lock(&self.explanation).as_ref().is_some_and(|way| way.only_options)
    }

    /// Runs without explaining.
    pub(super) fn quietly<T>(&self, run: impl FnOnce() -> T) -> T {
        let before = self.explaining.swap(false, Ordering::Relaxed);
        let result = run();
        self.explaining.store(before, Ordering::Relaxed);
        result
    }

    pub(super) fn explain(&self, tell: impl FnOnce(&mut Explanation)) {
        if self.is_explaining()
            && let Some(way) = lock(&self.explanation).as_mut()
        {
            tell(way);
        }
    }

    pub(super) fn mode(&self) -> Mode {
        lock(&self.mode).clone()
    }

    /// Sets what holds for lookups from now on; gives what held before.
    pub(super) fn set_mode(&self, mode: Mode) -> Mode {
        std::mem::replace(&mut *lock(&self.mode), mode)
    }

    pub(super) fn enter(&self, name: &EcoString) -> Result<()> {
        let mut way = lock(&self.way);
        if way.contains(name) {
            let names: Vec<String> = way.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("looking up {} needs `{name}` again", names.join(", then "));
            return Err(Box::new(Diagnostic::error(&codes::RECURSION, message)));
        }
        way.push(name.clone());
        Ok(())
    }

    pub(super) fn leave(&self) {
        lock(&self.way).pop();
    }

    pub(super) fn known_options(&self, module: Option<&str>) -> Option<Arc<LookupOptions>> {
        lock(&self.options).by_module.get(&module.map(EcoString::from)).cloned()
    }

    pub(super) fn keep_options(&self, module: Option<&str>, options: &Arc<LookupOptions>) {
        lock(&self.options).by_module.insert(module.map(EcoString::from), options.clone());
    }

    pub(super) fn known_layer_options(&self, layer: &Layer) -> Option<Option<Value>> {
        lock(&self.options).by_layer.get(layer).cloned()
    }

    pub(super) fn keep_layer_options(&self, layer: &Layer, options: Option<&Value>) {
        if !matches!(layer, Layer::Module(_)) {
            lock(&self.options).by_layer.insert(layer.clone(), options.cloned());
        }
    }

    pub(super) fn known_default_options(&self, module: &str) -> Option<Arc<LookupOptions>> {
        lock(&self.options).of_defaults.get(module).cloned()
    }

    pub(super) fn keep_default_options(&self, module: &str, options: &Arc<LookupOptions>) {
        lock(&self.options).of_defaults.insert(module.into(), options.clone());
    }

    pub(super) fn warn_once(&self, about: &EcoString, warning: Diagnostic, host: &dyn Host) {
        let first = lock(&self.warned).insert(about.clone());
        if first {
            host.report(warning);
        }
    }
}
