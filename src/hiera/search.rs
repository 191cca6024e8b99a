//! One lookup through the layers (`puppet/pops/lookup/lookup_adapter.rb` and its data providers).

use super::{
    Host, NodeData, codes,
    config::{Config, Layer, Level, Provider},
    files::{DataFile, DataFormat},
    interpolate::Methods,
    key::Key,
    merge::Strategy,
    options::{self, LookupOptions},
    places::Place,
};
use crate::{
    diag::{Diagnostic, Result},
    value::Value,
};
use ecow::EcoString;
use std::{cell::RefCell, sync::Arc};

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

/// One lookup, with those nested in it.
pub(super) struct Search<'a> {
    pub hiera: &'a super::Hiera<'a>,
    pub node: &'a NodeData<'a>,
    pub host: &'a dyn Host,
    /// The keys and variables on the way, against recursion.
    stack: RefCell<Vec<String>>,
    /// Variables that exist while mapped paths are resolved.
    locals: RefCell<Vec<(String, Value)>>,
}

/// The levels of one layer.
struct Levels<'a> {
    config: &'a Config,
    levels: &'a [Level],
    layer: &'a Layer,
}

const LOOKUP_OPTIONS: &str = "lookup_options";

impl<'a> Search<'a> {
    pub(super) fn new(node: &'a NodeData<'a>, host: &'a dyn Host) -> Self {
        Self { hiera: node.hiera, node, host, stack: RefCell::default(), locals: RefCell::default() }
    }

    /// Looks a key up with the merge given, or else that of its options.
    pub(super) fn lookup(&self, key: &str, merge: Option<&Value>) -> Result<Option<Found>> {
        let key = Key::parse(key)?;
        if key.root == LOOKUP_OPTIONS {
            return Ok(None);
        }
        let options = self.options(key.module())?;
        let options = options.of(&key.root);
        let configured = options.and_then(|options| options.get("merge"));
        let strategy = Strategy::parse(merge.or(configured).unwrap_or(&Value::Undef))?;
        let mut found = self.layers(&key, &strategy)?;
        if found.is_none() {
            found = self.default_hierarchy(&key)?;
        }
        let convert = options.and_then(|options| options.get("convert_to")).filter(|to| !to.is_undef());
        match (found, convert) {
            (Some(found), Some(convert)) => self.convert(&key, found, convert).map(Some),
            (found, _) => Ok(found),
        }
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
        let value = self.host.convert(to, found.value, arguments)?;
        Ok(Found { value, sources: found.sources })
    }

    /// The layers from the top, merged.
    fn layers(&self, key: &Key, strategy: &Strategy) -> Result<Option<Found>> {
        let mut layers = vec![Layer::Global, Layer::Environment];
        layers.push(Layer::Module(key.module().unwrap_or_default().into()));
        let found = merge_over(strategy, &layers, |layer| self.layer(layer, key, strategy))?;
        dig(key, found)
    }

    fn layer(&self, layer: &Layer, key: &Key, strategy: &Strategy) -> Result<Option<Found>> {
        let Some(config) = self.hiera.config(layer)? else { return Ok(None) };
        let levels = Levels { config: &config, levels: &config.levels, layer };
        self.guarded(&key.text, || self.hierarchy(&levels, key, strategy))
    }

    fn hierarchy(&self, levels: &Levels<'_>, key: &Key, strategy: &Strategy) -> Result<Option<Found>> {
        merge_over(strategy, levels.levels, |level| {
            let places = match self.places(level, levels.config)? {
                Some(places) => places.into_iter().map(Some).collect(),
                None => vec![None],
            };
            merge_over(strategy, &places, |place| self.place(level, place.as_ref(), levels.layer, key))
        })
    }

    fn place(&self, level: &Level, place: Option<&Place>, layer: &Layer, key: &Key) -> Result<Option<Found>> {
        let function = match &level.provider {
            Provider::DataHash(name) | Provider::LookupKey(name) | Provider::DataDig(name) => name.as_str(),
        };
        let (format, eyaml) = match function {
            "yaml_data" => (DataFormat::Yaml, false),
            "json_data" => (DataFormat::Json, false),
            "eyaml_lookup_key" => (DataFormat::Yaml, true),
            other => {
                let message = format!("the data function `{other}` is not supported yet");
                return Err(Box::new(Diagnostic::error(&codes::BACKEND, message).at(level.at.clone())));
            }
        };
        let Some(place) = place else {
            let message = format!("the level `{}` names no `path`, which `{function}` needs", level.name);
            return Err(Box::new(Diagnostic::error(&codes::CONFIG, message).at(level.at.clone())));
        };
        let file = self.hiera.files.data(&place.path, format);
        let file = file.map_err(|found| Box::new(found.or_at(|| level.at.clone())))?;
        let Some(file) = file else { return Ok(None) };
        self.check_file(&file, layer)?;
        let Some(value) = file.hash.get(&Value::str(key.root.clone())) else { return Ok(None) };
        let at = || file.location(&key.root, &key.segments);
        let placed = |found: Box<Diagnostic>| match at() {
            Some(at) if found.location().is_none() => Box::new(found.at(at)),
            _ => found,
        };
        check_value(value, &key.root).map_err(placed)?;
        let value = if eyaml {
            self.hiera.decrypt(value, &file.shown, &key.root).map_err(placed)?
        } else {
            value.clone()
        };
        let value = self.interpolate(&value, Methods::Allowed).map_err(placed)?;
        let line = at().map_or(0, |at| at.line());
        let source = Source { file: file.shown.clone(), line, level: level.name.clone() };
        Ok(Some(Found { value, sources: vec![source] }))
    }

    /// Warns about a file that holds no hash and, in a module, about keys of others; fails where `strict` says so.
    fn check_file(&self, file: &Arc<DataFile>, layer: &Layer) -> Result<()> {
        if let Some(other) = file.not_a_hash {
            let found =
                other.diagnostic(&file.shown, self.strict() && self.hiera.settings.puppet_version >= 8);
            if found.severity() == crate::diag::Severity::Error {
                return Err(Box::new(found));
            }
            self.node.warn_once(&file.shown, found, self.host);
        }
        let Layer::Module(module) = layer else { return Ok(()) };
        let prefix = format!("{module}::");
        let foreign = |key: &&str| *key != LOOKUP_OPTIONS && !key.starts_with(&prefix);
        if let Some(key) = file.hash.keys().filter_map(Value::as_str).find(foreign) {
            let message =
                format!("data of module `{module}` must begin with `{prefix}`, and `{key}` does not");
            let mut found = Diagnostic::warning(&codes::VALUE, message);
            if let Some(at) = file.location(key, &[]) {
                found = found.at(at);
            }
            self.node.warn_once(&file.shown, found, self.host);
        }
        Ok(())
    }

    /// The `default_hierarchy` of the key's module, with the options that it has itself.
    fn default_hierarchy(&self, key: &Key) -> Result<Option<Found>> {
        let Some(module) = key.module() else { return Ok(None) };
        let layer = Layer::Module(module.into());
        let Some(config) = self.hiera.config(&layer)? else { return Ok(None) };
        let Some(levels) = &config.default_levels else { return Ok(None) };
        let levels = Levels { config: &config, levels, layer: &layer };
        let options_key = Key::parse(LOOKUP_OPTIONS)?;
        let options =
            self.guarded(LOOKUP_OPTIONS, || self.hierarchy(&levels, &options_key, &Strategy::Hash))?;
        let options = options.map(|found| found.value);
        options.as_ref().map_or(Ok(()), |options| options::validate(options, Some(module)))?;
        let compiled = LookupOptions::compile(options.as_ref())?;
        let merge = compiled.of(&key.root).and_then(|options| options.get("merge")).cloned();
        let strategy = Strategy::parse(&merge.unwrap_or_default())?;
        let found = self.guarded(&key.text, || self.hierarchy(&levels, key, &strategy))?;
        dig(key, found)
    }

    /// The options that hold for keys of a module, or for keys of none.
    fn options(&self, module: Option<&str>) -> Result<Arc<LookupOptions>> {
        if let Some(known) = self.node.known_options(module) {
            return Ok(known);
        }
        let key = Key::parse(LOOKUP_OPTIONS)?;
        let of = |layer: Layer| {
            let found = self.layer(&layer, &key, &Strategy::Hash)?.map(|found| found.value);
            let owner = if let Layer::Module(module) = &layer { Some(module.as_str()) } else { None };
            found.as_ref().map_or(Ok(()), |found| options::validate(found, owner))?;
            Ok::<_, Box<Diagnostic>>(found)
        };
        let mut merged = merged_options(of(Layer::Global)?, of(Layer::Environment)?)?;
        if let Some(module) = module {
            merged = merged_options(merged, of(Layer::Module(module.into()))?)?;
        }
        let compiled = LookupOptions::compile(merged.as_ref())?;
        self.node.keep_options(module, &compiled);
        Ok(compiled)
    }

    /// Does work under a name; a name that is on the way already is a recursion.
    pub(super) fn guarded<T>(&self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.stack.borrow().iter().any(|known| known == name) {
            let way: Vec<String> = self.stack.borrow().iter().map(|name| format!("`{name}`")).collect();
            let message = format!("looking up {} needs `{name}` again", way.join(", then "));
            return Err(Box::new(Diagnostic::error(&codes::RECURSION, message)));
        }
        self.stack.borrow_mut().push(name.to_owned());
        let result = work();
        self.stack.borrow_mut().pop();
        result
    }

    /// Returns a variable of the scope, or one that mapped paths bind.
    pub(super) fn variable(&self, name: &str) -> Option<Value> {
        let local = self
            .locals
            .borrow()
            .iter()
            .rev()
            .find(|(local, _)| local == name)
            .map(|(_, value)| value.clone());
        local.or_else(|| self.host.variable(name))
    }

    pub(super) fn with_local<T>(
        &self,
        name: &str,
        value: Value,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.locals.borrow_mut().push((name.to_owned(), value));
        let result = work();
        self.locals.borrow_mut().pop();
        result
    }

    /// Tells whether `strict` is at `error`.
    pub(super) fn strict(&self) -> bool {
        self.hiera.settings.strict
    }
}

fn merged_options(higher: Option<Value>, lower: Option<Value>) -> Result<Option<Value>> {
    match (higher, lower) {
        (Some(higher), Some(lower)) => Strategy::Hash.merge(&higher, &lower).map(Some),
        (higher, lower) => Ok(higher.or(lower)),
    }
}

fn dig(key: &Key, found: Option<Found>) -> Result<Option<Found>> {
    let Some(found) = found else { return Ok(None) };
    Ok(key.dig(found.value)?.map(|value| Found { value, sources: found.sources }))
}

/// `MergeStrategy#lookup`: asks the variants in turn and merges what they answer.
fn merge_over<T>(
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
        return Ok(found.map(|found| Found { value: strategy.single(found.value), sources: found.sources }));
    }
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
    Ok(merged)
}

/// Data holds no symbols.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn check_value(value: &Value, key: &str) -> Result<()> {
    match value {
        Value::Symbol(text) => {
            let message = format!("the key `{key}` holds the symbol `:{text}`, which is no data");
            Err(Box::new(Diagnostic::error(&codes::VALUE, message).help("quote it")))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_value(item, key)),
        Value::Hash(entries) => entries.values().try_for_each(|value| check_value(value, key)),
        _ => Ok(()),
    }
}
