//! One lookup through the layers (`puppet/pops/lookup/lookup_adapter.rb` and `invocation.rb`).

use super::{
    Host, NodeData, Query, codes,
    config::Layer,
    explain::Step,
    key::Key,
    merge::Strategy,
    options::{self, LookupOptions},
    provider::LOOKUP_OPTIONS,
    resolve::Used,
};
use crate::{
    diag::{Diagnostic, Result},
    value::{HashMap, Value},
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

/// A data file and line that gave an answer or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file as it is shown.
    pub file: EcoString,
    /// The line from 1; 0 where it is not known.
    pub line: u32,
    /// The name of the level.
    pub level: EcoString,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Found {
    /// The value, merged and converted.
    pub value: Value,
    /// The files that gave it, highest level first.
    pub sources: Vec<Source>,
}

/// What holds for a lookup and for all that are nested in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Mode {
    /// Whether `hiera()` or one of its kind asked.
    pub hiera_call: bool,
    /// Whether the global layer alone is asked.
    pub global_only: bool,
    /// Version 3: paths that are asked before those of the hierarchy.
    pub extra_paths: Arc<[EcoString]>,
}

/// One lookup, with those nested in it.
pub(super) struct Search<'a> {
    pub hiera: &'a super::Hiera<'a>,
    pub node: &'a NodeData<'a>,
    pub host: &'a dyn Host,
    pub mode: Mode,
    /// Whether variables are read as version 3 reads them.
    pub old_scope: bool,
    pub overrides: Option<&'a HashMap>,
    pub defaults: Option<&'a HashMap>,
    /// Variables that exist while mapped paths are resolved.
    locals: RefCell<Vec<(EcoString, Value)>>,
    /// The variables that were read, where a configuration is resolved.
    used: RefCell<Option<Vec<Used>>>,
    /// Whether a variable that is not set is a warning at most.
    pub lenient: Cell<bool>,
    /// The last variable that was not set.
    pub missing: RefCell<Option<EcoString>>,
}

/// Variables that have one value for as long as a node is compiled.
const CONSTANT: [&str; 3] = ["facts", "trusted", "server_facts"];

impl<'a> Search<'a> {
    /// Begins a lookup; one that a data function makes goes on with what holds for its caller.
    pub(super) fn new(node: &'a NodeData<'a>, host: &'a dyn Host, query: &Query<'a>) -> Self {
        Self {
            hiera: node.hiera,
            node,
            host,
            mode: node.mode(),
            old_scope: false,
            overrides: query.overrides,
            defaults: query.defaults,
            locals: RefCell::default(),
            used: RefCell::default(),
            lenient: Cell::new(false),
            missing: RefCell::default(),
        }
    }

    fn child(&self) -> Search<'a> {
        Search {
            mode: self.mode.clone(),
            old_scope: self.old_scope,
            ..Search::new(
                self.node,
                self.host,
                &Query { overrides: self.overrides, defaults: self.defaults, ..Query::default() },
            )
        }
    }

    /// Returns a search that reads variables as version 3 does.
    pub(super) fn in_old_scope(&self) -> Search<'a> {
        Search { old_scope: true, ..self.child() }
    }

    /// Returns the search that an interpolation makes: it leaves version 3's variables unless it stays there.
    pub(super) fn nested(&self) -> Search<'a> {
        Search { old_scope: self.old_scope && self.mode.global_only, ..self.child() }
    }

    /// Returns a search that notes which variables it reads.
    pub(super) fn collecting(&self, old_scope: bool) -> Search<'a> {
        Search {
            old_scope,
            overrides: None,
            defaults: None,
            used: RefCell::new(Some(Vec::new())),
            ..self.child()
        }
    }

    pub(super) fn collected(&self) -> Vec<Used> {
        self.used.take().unwrap_or_default()
    }

    /// Notes a variable that was read, unless its value cannot change.
    pub(super) fn note(&self, expression: &str, root: &str, segments: &[Value], value: &Value) {
        let constant = !value.is_undef() && (expression.starts_with("::") || CONSTANT.contains(&root));
        if let Some(used) = self.used.borrow_mut().as_mut()
            && !constant
            && !used.iter().any(|known| known.expression == expression)
        {
            let (expression, root) = (expression.into(), root.into());
            used.push(Used { expression, root, segments: segments.to_vec(), value: value.clone() });
        }
    }

    /// Runs without noting a variable, which exists for that time only.
    pub(super) fn forgetting<T>(&self, name: &str, run: impl FnOnce() -> T) -> T {
        let before = self.used.borrow().as_ref().map_or(0, Vec::len);
        let result = run();
        if let Some(used) = self.used.borrow_mut().as_mut() {
            let mut at = 0;
            used.retain(|it| {
                at += 1;
                at <= before || it.root != name
            });
        }
        result
    }

    /// Looks a key up with the merge given, or else that of its options.
    pub(super) fn lookup(&self, key: &str, merge: Option<&Value>) -> Result<Option<Found>> {
        if key == LOOKUP_OPTIONS || key.strip_prefix(LOOKUP_OPTIONS).is_some_and(|rest| rest.starts_with('.'))
        {
            self.node.explain(|way| way.leaf(Step::InvalidKey(LOOKUP_OPTIONS.into())));
            return Ok(None);
        }
        let key = Key::parse(key)?;
        self.current(|| {
            if self.node.explains_options_only() {
                let options = Key::parse(LOOKUP_OPTIONS)?;
                self.layers(&options, key.module(), &Strategy::Hash)?;
                return Ok(Some(Found { value: Value::Undef, sources: Vec::new() }));
            }
            self.lookup_key(&key, merge)
        })
    }

    fn lookup_key(&self, key: &Key, merge: Option<&Value>) -> Result<Option<Found>> {
        let options = self.options(key.module())?;
        let options = options.of(&key.root);
        let merge = merge.filter(|merge| merge.is_truthy());
        let configured = options.and_then(|options| options.get("merge")).filter(|it| !it.is_undef());
        if merge.is_none() && configured.is_some() {
            self.node.explain(|way| way.leaf(Step::MergeSource(LOOKUP_OPTIONS.into())));
        }
        let found = self.step(|| Step::Key(key.text.clone()), || self.data(key, merge.or(configured)))?;
        let convert = options.and_then(|options| options.get("convert_to")).filter(|to| !to.is_undef());
        match (found, convert) {
            (Some(found), Some(convert)) => self.convert(key, found, convert).map(Some),
            (found, _) => Ok(found),
        }
    }

    fn data(&self, key: &Key, merge: Option<&Value>) -> Result<Option<Found>> {
        let strategy = Strategy::parse(merge.unwrap_or(&Value::Undef))?;
        let found = self.layers(key, key.module(), &strategy)?;
        if found.is_some() || self.mode.global_only {
            return Ok(found);
        }
        self.default_hierarchy(key)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn convert(&self, key: &Key, found: Found, convert: &Value) -> Result<Found> {
        let (to, arguments) = match convert {
            Value::Array(items) => (items.first(), items.get(1..).unwrap_or_default()),
            one => (Some(one), &[][..]),
        };
        let Some(to) = to.and_then(Value::as_str) else {
            let message = format!("`convert_to` of the key `{}` names no type", key.text);
            return Err(Box::new(Diagnostic::error(&codes::OPTIONS, message)));
        };
        let (value, shown) = self.host.convert(to, found.value, arguments).map_err(|found| {
            let message = format!("`convert_to` of the key `{}` fails: {}", key.text, found.message());
            Box::new(Diagnostic::error(&codes::OPTIONS, message))
        })?;
        self.node.explain(|way| {
            way.text(format!("Applying convert_to lookup_option with arguments {shown}"));
        });
        Ok(Found { value, sources: found.sources })
    }

    /// The layers from the top, merged.
    fn layers(&self, key: &Key, module: Option<&str>, strategy: &Strategy) -> Result<Option<Found>> {
        if self.mode.global_only {
            let found = self.ask_layer(&Layer::Global, key, strategy)?;
            return self.dig(key, found);
        }
        let module = module.map(|name| Layer::Module(name.into()));
        let layers = [Some(Layer::Global), Some(Layer::Environment), module];
        let found = self.merge_over(strategy, &layers, |layer| match layer {
            Some(layer) => self.ask_layer(layer, key, strategy),
            None => Ok(None),
        })?;
        self.dig(key, found)
    }

    /// The `default_hierarchy` of the key's module, with the options that it has itself.
    fn default_hierarchy(&self, key: &Key) -> Result<Option<Found>> {
        let Some(module) = key.module() else { return Ok(None) };
        let layer = Layer::Module(module.into());
        let Some(data) = self.node.layer(&layer, self.host)? else { return Ok(None) };
        if data.config.default_levels.is_none() {
            return Ok(None);
        }
        let title = || Step::Scope(ecow::eco_format!("Searching default_hierarchy of module \"{module}\""));
        let found = self.step(title, || {
            let options = self.default_options(module, &data)?;
            let merge = options.of(&key.root).and_then(|options| options.get("merge")).cloned();
            let strategy = Strategy::parse(&merge.unwrap_or_default())?;
            let title = || Step::Scope(ecow::eco_format!("Searching for \"{}\"", key.text));
            self.step(title, || self.ask_defaults(&data, key, &strategy))
        })?;
        self.dig(key, found)
    }

    fn default_options(&self, module: &str, data: &super::layer::LayerData) -> Result<Arc<LookupOptions>> {
        if let Some(known) = self.node.known_default_options(module) {
            return Ok(known);
        }
        let key = Key::parse(LOOKUP_OPTIONS)?;
        let title = || Step::Scope(ecow::eco_format!("Searching for \"{LOOKUP_OPTIONS}\""));
        let found = self.step(title, || self.ask_defaults(data, &key, &Strategy::Hash))?;
        let found = found.map(|found| found.value);
        found.as_ref().map_or(Ok(()), |options| options::validate(options, Some(module)))?;
        let compiled = LookupOptions::compile(found.as_ref())?;
        self.node.keep_default_options(module, &compiled);
        Ok(compiled)
    }

    // -- lookup_options ----------------------------------------------------------------------------------------

    /// The options that hold for keys of a module, or for keys of none.
    fn options(&self, module: Option<&str>) -> Result<Arc<LookupOptions>> {
        if let Some(known) = self.node.known_options(module) {
            return Ok(known);
        }
        let compiled = self.step(|| Step::Key(LOOKUP_OPTIONS.into()), || self.retrieve_options(module))?;
        self.node.keep_options(module, &compiled);
        Ok(compiled)
    }

    fn retrieve_options(&self, module: Option<&str>) -> Result<Arc<LookupOptions>> {
        if self.mode.global_only {
            return LookupOptions::compile(self.layer_options(&Layer::Global)?.as_ref());
        }
        let global = self.layer_options(&Layer::Global)?;
        let environment = self.layer_options(&Layer::Environment)?;
        let higher = merged_options(global, environment)?;
        let Some(module) = module else { return LookupOptions::compile(higher.as_ref()) };
        if self.node.known_options(None).is_none() {
            self.node.keep_options(None, &LookupOptions::compile(higher.as_ref())?);
        }
        let own = self.layer_options(&Layer::Module(module.into()))?;
        if let (Some(higher), Some(own)) = (&higher, &own) {
            self.explain_options_merge(module, higher, own)?;
        }
        LookupOptions::compile(merged_options(higher, own)?.as_ref())
    }

    fn explain_options_merge(&self, module: &str, higher: &Value, own: &Value) -> Result<()> {
        if !self.node.is_explaining() {
            return Ok(());
        }
        let merged = Strategy::Hash.merge(higher, own)?;
        self.node.explain(|way| {
            way.push(Step::Merge { strategy: "hash", options: None });
            let names = ["Global and Environment".into(), ecow::eco_format!("Module {module}")];
            for (name, value) in names.into_iter().zip([higher, own]) {
                way.push(Step::Scope(name));
                way.found(LOOKUP_OPTIONS, value, super::explain::Origin::Data);
                way.pop();
            }
            way.result(&merged);
            way.pop();
        });
        Ok(())
    }

    /// The options that a layer gives, checked; those of the global layer and the environment are kept.
    fn layer_options(&self, layer: &Layer) -> Result<Option<Value>> {
        if let Some(known) = self.node.known_layer_options(layer) {
            return Ok(known);
        }
        let key = Key::parse(LOOKUP_OPTIONS)?;
        let found = self.ask_layer(layer, &key, &Strategy::Hash)?.map(|found| found.value);
        let owner = if let Layer::Module(module) = layer { Some(module.as_str()) } else { None };
        found.as_ref().map_or(Ok(()), |found| options::validate(found, owner))?;
        self.node.keep_layer_options(layer, found.as_ref());
        Ok(found)
    }

    // -- what steps share --------------------------------------------------------------------------------------

    /// Runs a step of the explanation.
    pub(super) fn step<T>(&self, step: impl FnOnce() -> Step, run: impl FnOnce() -> T) -> T {
        if !self.node.is_explaining() {
            return run();
        }
        let step = step();
        self.node.explain(|way| way.push(step));
        let result = run();
        self.node.explain(super::explain::Explanation::pop);
        result
    }

    /// Runs with what holds for this search holding for all lookups that data functions make.
    pub(super) fn current<T>(&self, run: impl FnOnce() -> T) -> T {
        let before = self.node.set_mode(self.mode.clone());
        let result = run();
        self.node.set_mode(before);
        result
    }

    /// Does work under a name; a name that is on the way already is a recursion.
    pub(super) fn guarded<T>(&self, name: &EcoString, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.node.enter(name)?;
        let result = work();
        self.node.leave();
        result
    }

    /// Returns a variable of the scope, or one that mapped paths bind.
    pub(super) fn variable(&self, name: &str) -> Option<Value> {
        let local = {
            let locals = self.locals.borrow();
            locals.iter().rev().find(|(local, _)| local == name).map(|(_, value)| value.clone())
        };
        if local.is_some() {
            return local;
        }
        if self.old_scope {
            return self.old_variable(name);
        }
        self.host.variable(name)
    }

    /// `Hiera::Scope#[]`: an empty text is nothing, and the caller has variables of its own.
    fn old_variable(&self, name: &str) -> Option<Value> {
        let class = || self.host.calling_class().unwrap_or_default();
        let value = match name {
            "calling_class" => Value::str(class()),
            "calling_class_path" => Value::str(class().replace("::", "/")),
            "calling_module" => self.host.variable("module_name").unwrap_or_default(),
            _ => self.host.variable(name)?,
        };
        Some(if value.as_str() == Some("") { Value::Undef } else { value })
    }

    pub(super) fn with_local<T>(
        &self,
        name: &str,
        value: Value,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.locals.borrow_mut().push((name.into(), value));
        let result = work();
        self.locals.borrow_mut().pop();
        result
    }

    /// Runs with variables that are not set being warned of only.
    pub(super) fn leniently<T>(&self, lenient: bool, run: impl FnOnce() -> T) -> T {
        let before = self.lenient.replace(lenient);
        let result = run();
        self.lenient.set(before);
        result
    }

    fn dig(&self, key: &Key, found: Option<Found>) -> Result<Option<Found>> {
        let Some(found) = found else { return Ok(None) };
        if key.segments.is_empty() {
            return Ok(Some(found));
        }
        let value = self.sub_lookup(&key.text, &key.segments, found.value)?;
        Ok(value.map(|value| Found { value, sources: found.sources }))
    }

    /// `MergeStrategy#lookup`: asks the variants in turn and merges what they answer.
    pub(super) fn merge_over<T>(
        &self,
        strategy: &Strategy,
        variants: &[T],
        mut ask: impl FnMut(&T) -> Result<Option<Found>>,
    ) -> Result<Option<Found>> {
        if *strategy == Strategy::First {
            for variant in variants {
                if let Some(found) = ask(variant)? {
                    return Ok(Some(found));
                }
            }
            return Ok(None);
        }
        if let [only] = variants {
            let found = ask(only)?;
            return Ok(
                found.map(|found| Found { value: strategy.single(found.value), sources: found.sources })
            );
        }
        if variants.is_empty() {
            return Ok(None);
        }
        let step = || Step::Merge { strategy: strategy.name(), options: strategy.given_options() };
        self.step(step, || {
            let mut merged: Option<Found> = None;
            for variant in variants {
                let Some(lower) = ask(variant)? else { continue };
                merged = Some(match merged {
                    None => Found { value: strategy.begin(lower.value), sources: lower.sources },
                    Some(mut higher) => {
                        higher.value = strategy.merge(&higher.value, &lower.value)?;
                        higher.sources.extend(lower.sources);
                        higher
                    }
                });
            }
            if let Some(found) = &merged {
                self.node.explain(|way| way.result(&found.value));
            }
            Ok(merged)
        })
    }
}

fn merged_options(higher: Option<Value>, lower: Option<Value>) -> Result<Option<Value>> {
    match (higher, lower) {
        (Some(higher), Some(lower)) => Strategy::Hash.merge(&higher, &lower).map(Some),
        (higher, lower) => Ok(higher.or(lower)),
    }
}
