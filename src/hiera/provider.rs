//! Asking one level of a hierarchy: the data functions that are built in, and those of modules
//! (`puppet/pops/lookup/*_function_provider.rb`).

use super::{
    codes,
    config::{Layer, Provider},
    context::Spot,
    explain::{Origin, Step},
    files::{DataFile, DataFormat},
    interpolate::Methods,
    key::Key,
    layer::LayerData,
    merge::Strategy,
    resolve::{LevelData, Place},
    search::{Found, Search, Source},
};
use crate::{
    diag::{Diagnostic, Result},
    value::{HashMap, Value},
};
use ecow::EcoString;
use std::{
    borrow::Cow,
    sync::{Arc, PoisonError},
};

pub(super) const LOOKUP_OPTIONS: &str = "lookup_options";

/// One place that is asked.
#[derive(Clone, Copy)]
struct Asked<'q> {
    level: &'q LevelData,
    layer: &'q Layer,
    spot: &'q Spot,
    key: &'q Key,
}

impl Search<'_> {
    /// Asks a level at all of its places.
    pub(super) fn ask_level(
        &self,
        level: &LevelData,
        data: &LayerData,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Found>> {
        let name = || match &level.provider {
            Provider::OldDataHash(function) => ecow::eco_format!("Deprecated API function \"{function}\""),
            Provider::DataHash(_) | Provider::LookupKey(_) | Provider::DataDig(_) => {
                ecow::eco_format!("Hierarchy entry \"{}\"", level.name)
            }
        };
        self.step(
            || Step::Provider { name: name(), config: None, module: None },
            || {
                let extra = self.extra_spots(level)?;
                let spots: Cow<'_, [&Spot]> = extra.iter().chain(&level.spots).collect();
                let layer = &data.layer;
                self.merge_over(strategy, &spots, |spot| self.ask_spot(Asked { level, layer, spot, key }))
            },
        )
    }

    /// Version 3: paths that a call of `hiera()` puts in front.
    fn extra_spots(&self, level: &LevelData) -> Result<Vec<Spot>> {
        let Some((datadir, extension)) = &level.extra else { return Ok(Vec::new()) };
        let places = self.paths(&self.mode.extra_paths, datadir, Some(extension))?;
        Ok(places.into_iter().map(|place| Spot::new(Some(place))).collect())
    }

    fn ask_spot(&self, asked: Asked<'_>) -> Result<Option<Found>> {
        let Some(place) = &asked.spot.place else { return self.answer(asked) };
        let step = || match place {
            Place::Path { written, path, .. } => Step::Location {
                is_path: true,
                location: self.hiera.files.shown(path),
                original: written.clone(),
            },
            Place::Uri { written, uri } => {
                Step::Location { is_path: false, location: uri.clone(), original: written.clone() }
            }
        };
        self.step(step, || {
            if place.is_there() {
                return self.answer(asked);
            }
            self.node.explain(|way| way.location_not_found());
            Ok(None)
        })
    }

    fn answer(&self, asked: Asked<'_>) -> Result<Option<Found>> {
        let Asked { level, key, .. } = asked;
        let found = match &level.provider {
            Provider::DataHash(function) => match DataFormat::of_function(function) {
                Some(format) => return self.answer_file(asked, format, function),
                None => self.answer_hash_function(asked, function, true),
            },
            Provider::OldDataHash(function) => self.answer_hash_function(asked, function, false),
            Provider::LookupKey(function) if function == "eyaml_lookup_key" => {
                return self.answer_eyaml(asked);
            }
            Provider::LookupKey(function) => {
                let root = Value::str(key.root.clone());
                self.answer_key_function(asked, function, &key.root, &root)
            }
            Provider::DataDig(function) => {
                let all = std::iter::once(Value::str(key.root.clone())).chain(key.segments.iter().cloned());
                self.answer_key_function(asked, function, &key.text, &Value::array(all))
            }
        };
        let found = found.map_err(|found| Box::new(found.or_at(|| level.at.clone())))?;
        let dug = matches!(level.provider, Provider::DataDig(_));
        let name = if dug { &key.text } else { &key.root };
        let Some(value) = found else {
            self.node.explain(|way| way.not_found(name.clone()));
            return Ok(None);
        };
        self.node.explain(|way| way.found(name.clone(), &value, Origin::Data));
        let value = if dug { key.undig(value) } else { value };
        Ok(Some(Found { value, sources: vec![self.source_of(asked)] }))
    }

    /// Where a function's answer is from: the file it was pointed to, else the level.
    fn source_of(&self, asked: Asked<'_>) -> Source {
        let level = asked.level.name.clone();
        match &asked.spot.place {
            Some(Place::Path { path, .. }) => Source { file: self.hiera.files.shown(path), line: 0, level },
            Some(Place::Uri { .. }) | None => {
                let at = &asked.level.at;
                Source { file: at.source.path().into(), line: at.line(), level }
            }
        }
    }

    // -- functions that are built in ---------------------------------------------------------------------------

    /// Returns the file of a place; a built-in function needs one and takes no options.
    fn file(&self, asked: Asked<'_>, format: DataFormat, function: &str) -> Result<Arc<DataFile>> {
        let placed = |found: Diagnostic| Box::new(found.or_at(|| asked.level.at.clone()));
        // Puppet refuses the call of the function, where the lookup was made
        let related = |found: Diagnostic| Box::new(found.related(asked.level.at.clone(), "the level"));
        let no_options = asked.level.options.as_hash().is_none_or(|it| it.is_empty());
        let path = match &asked.spot.place {
            Some(Place::Path { path, .. }) if no_options || function == "eyaml_lookup_key" => path,
            _ => {
                let message = format!(
                    "`{function}` takes a `path`, `glob` or `mapped_paths` and no options, in the level `{}`",
                    asked.level.name
                );
                return Err(related(Diagnostic::error(&codes::CONFIG, message)));
            }
        };
        let known = asked.spot.file.get().cloned();
        let file = match known {
            Some(known) => known,
            None => {
                let file = self.hiera.files.data(path, format, self.node.world);
                let file = file.map_err(|found| placed(*found))?;
                asked.spot.file.get_or_init(|| file).clone()
            }
        };
        file.ok_or_else(|| {
            let message = format!("`{}` cannot be read", self.hiera.files.shown(path));
            placed(Diagnostic::error(&codes::NOT_A_HASH, message))
        })
    }

    fn answer_file(&self, asked: Asked<'_>, format: DataFormat, function: &str) -> Result<Option<Found>> {
        let file = self.file(asked, format, function)?;
        self.check_file(&file)?;
        let key = asked.key;
        let entry = file.hash.get_full(&Value::str(key.root.clone()));
        let hidden = |name: &str| self.hiera.settings.puppet_version >= 8 && is_foreign(asked.layer, name);
        if file.has_foreign_keys(asked.layer) {
            self.warn_of_foreign_keys(&file, asked.layer);
        }
        let Some((at, _, value)) = entry.filter(|_| !hidden(&key.root)) else {
            self.node.explain(|way| way.not_found(key.root.clone()));
            return Ok(None);
        };
        let value = if file.is_plain(at) {
            value.clone()
        } else {
            let checked =
                check_value(value, &key.root).and_then(|()| self.interpolate(value, Methods::Allowed));
            checked.map_err(|found| self.placed_in(found, &file, key))?
        };
        Ok(Some(self.found_in(&file, asked, value)))
    }

    fn answer_eyaml(&self, asked: Asked<'_>) -> Result<Option<Found>> {
        let key = asked.key;
        let known = asked.spot.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&key.root).cloned();
        let file = self.file(asked, DataFormat::Yaml, "eyaml_lookup_key")?;
        if let Some(value) = known {
            return Ok(Some(self.found_in(&file, asked, value)));
        }
        self.check_file(&file)?;
        let Some(value) = file.hash.get(&Value::str(key.root.clone())) else {
            self.node.explain(|way| way.not_found(key.root.clone()));
            return Ok(None);
        };
        let opened = check_value(value, &key.root)
            .and_then(|()| self.hiera.decrypt(value, &file.shown, &key.root))
            .and_then(|value| self.interpolate(&value, Methods::Allowed));
        let value = opened.map_err(|found| self.placed_in(found, &file, key))?;
        asked
            .spot
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.root.clone(), value.clone());
        Ok(Some(self.found_in(&file, asked, value)))
    }

    fn found_in(&self, file: &Arc<DataFile>, asked: Asked<'_>, value: Value) -> Found {
        let key = asked.key;
        self.node.explain(|way| way.found(key.root.clone(), &value, Origin::Data));
        let line = file.location(&key.root, &key.segments).map_or(0, |at| at.line());
        let source = Source { file: file.shown.clone(), line, level: asked.level.name.clone() };
        Found { value, sources: vec![source] }
    }

    /// Places what is wrong with a value; a variable that is not set is an error of where the lookup was made.
    fn placed_in(&self, found: Box<Diagnostic>, file: &DataFile, key: &Key) -> Box<Diagnostic> {
        let Some(at) = file.location(&key.root, &key.segments) else { return found };
        if self.missing.borrow_mut().take().is_some() {
            return Box::new(found.related(at, "read here"));
        }
        if found.location().is_some() { found } else { Box::new(found.at(at)) }
    }

    /// Warns about a file that holds no hash; fails where `strict` says so.
    fn check_file(&self, file: &Arc<DataFile>) -> Result<()> {
        let Some(other) = file.not_a_hash else { return Ok(()) };
        let found = other.diagnostic(&file.shown, self.hiera.settings.is_strict());
        if found.severity() == crate::diag::Severity::Error {
            return Err(Box::new(found));
        }
        self.node.warn_once(&file.shown, found, self.host);
        Ok(())
    }

    /// Keys of others in a module's data do not count in Puppet 8, and are warned of.
    fn warn_of_foreign_keys(&self, file: &Arc<DataFile>, layer: &Layer) {
        let Layer::Module(module) = layer else { return };
        let foreign = file.hash.keys().filter_map(Value::as_str).find(|key| is_foreign(layer, key));
        let Some(key) = foreign else { return };
        let message = format!("data of module `{module}` must begin with `{module}::`, and `{key}` does not");
        let mut found = Diagnostic::warning(&codes::VALUE, message);
        if let Some(at) = file.location(key, &[]) {
            found = found.at(at);
        }
        self.node.warn_once(&file.shown, found, self.host);
    }

    // -- functions of modules ----------------------------------------------------------------------------------

    /// Asks a function that gives all keys at once; it is called once a place.
    fn answer_hash_function(&self, asked: Asked<'_>, function: &str, current: bool) -> Result<Option<Value>> {
        let lock = || asked.spot.hash.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().clone();
        let hash = match known {
            Some(known) => known,
            None => {
                let arguments =
                    if current { vec![self.given(asked), self.context(asked)] } else { Vec::new() };
                let Some(value) = self.call(asked, function, "data_hash", &arguments)? else {
                    return Ok(None);
                };
                let Value::Hash(hash) = value else {
                    let message = format!("the data function `{function}` gave no hash");
                    return Err(Box::new(Diagnostic::error(&codes::VALUE, message)));
                };
                let hash = self.own_keys(hash, asked.layer, function);
                *lock() = Some(hash.clone());
                hash
            }
        };
        let Some(value) = hash.get(&Value::str(asked.key.root.clone())) else { return Ok(None) };
        check_value(value, &asked.key.root)?;
        self.interpolate(value, Methods::Allowed).map(Some)
    }

    /// A module's function gives keys of the module only.
    fn own_keys(&self, hash: Arc<HashMap>, layer: &Layer, function: &str) -> Arc<HashMap> {
        let foreign = |key: &Value| key.as_str().is_none_or(|key| is_foreign(layer, key));
        if !matches!(layer, Layer::Module(_)) || !hash.keys().any(foreign) {
            return hash;
        }
        let message =
            format!("the data function `{function}` gave keys that do not begin with its module's name");
        let about = ecow::eco_format!("function {function}");
        self.node.warn_once(&about, Diagnostic::warning(&codes::VALUE, message), self.host);
        if self.hiera.settings.puppet_version < 8 {
            return hash;
        }
        Arc::new(hash.iter().filter(|(key, _)| !foreign(key)).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// Asks a function that answers one key; its answers are kept.
    fn answer_key_function(
        &self,
        asked: Asked<'_>,
        function: &str,
        name: &EcoString,
        key: &Value,
    ) -> Result<Option<Value>> {
        let lock = || asked.spot.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(name).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let kind = if matches!(key, Value::Array(_)) { "data_dig" } else { "lookup_key" };
        let arguments = [key.clone(), self.given(asked), self.context(asked)];
        let Some(value) = self.call(asked, function, kind, &arguments)? else { return Ok(None) };
        check_value(&value, name)?;
        lock().insert(name.clone(), value.clone());
        Ok(Some(value))
    }

    /// Calls a function; `None` where it says that it has no such key.
    fn call(
        &self,
        asked: Asked<'_>,
        function: &str,
        kind: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>> {
        match self.current(|| self.host.call(function, arguments)) {
            Ok(Some(value)) => Ok(Some(value)),
            Ok(None) => {
                let message = format!("there is no `{kind}` function `{function}`");
                let found = Diagnostic::error(&codes::BACKEND, message).at(asked.level.at.clone());
                Err(Box::new(
                    found.help("functions of modules lie in `functions/` or `lib/puppet/functions/`"),
                ))
            }
            Err(found) if found.code().name == codes::NO_SUCH_KEY.name => Ok(None),
            Err(found) => Err(found),
        }
    }

    /// Returns the options of the level with the place that is asked.
    fn given(&self, asked: Asked<'_>) -> Value {
        let place = match &asked.spot.place {
            Some(Place::Path { path, .. }) => ("path", self.hiera.files.shown(path)),
            Some(Place::Uri { uri, .. }) => ("uri", uri.clone()),
            None => return asked.level.options.clone(),
        };
        let mut options = asked.level.options.as_hash().cloned().unwrap_or_default();
        options.insert(place.0.into(), Value::str(place.1));
        Value::Hash(Arc::new(options))
    }

    fn context(&self, asked: Asked<'_>) -> Value {
        asked.spot.context(self, asked.layer)
    }
}

/// Tells whether a key does not belong into a module's data.
pub(super) fn is_foreign(layer: &Layer, key: &str) -> bool {
    let Layer::Module(module) = layer else { return false };
    let own = key.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with("::"));
    !own && key != LOOKUP_OPTIONS
}

/// `RichData`: no symbols, and keys that are texts or numbers.
pub(super) fn check_value(value: &Value, key: &str) -> Result<()> {
    let Some(problem) = problem(value) else { return Ok(()) };
    let message = format!("the key `{key}` holds {problem}, which is no data");
    Err(Box::new(Diagnostic::error(&codes::VALUE, message).help("quote it")))
}

/// Returns what in a value is no data.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are data")]
pub(super) fn problem(value: &Value) -> Option<String> {
    match value {
        Value::Symbol(text) => Some(format!("the symbol `:{text}`")),
        Value::Array(items) => items.iter().find_map(problem),
        Value::Hash(entries) => entries.iter().find_map(|(key, value)| match key {
            Value::Str(_) | Value::Int(_) | Value::Float(_) => problem(value),
            other => Some(format!("the key `{}`", super::interpolate::ruby_text(other))),
        }),
        _ => None,
    }
}
