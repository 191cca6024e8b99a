//! `hiera.yaml`, version 5.

use super::{
    codes,
    files::{Files, text_keys},
    yaml::{self, Document},
};
use crate::{
    diag::{Diagnostic, Result},
    source::Location,
    value::Value,
};
use ecow::EcoString;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Which layer a configuration belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Global,
    Environment,
    Module(EcoString),
}

/// A function that answers keys of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// `data_hash`, by the function's name.
    DataHash(EcoString),
    /// `lookup_key`, by the function's name.
    LookupKey(EcoString),
    /// `data_dig`, by the function's name.
    DataDig(EcoString),
}

/// Where a level's data lies, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Places {
    None,
    Paths(Vec<EcoString>),
    Globs(Vec<EcoString>),
    Uris(Vec<EcoString>),
    Mapped { variable: EcoString, name: EcoString, template: EcoString },
}

/// One level of a hierarchy.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub name: EcoString,
    pub provider: Provider,
    /// The folder of the data, interpolations not resolved.
    pub datadir: EcoString,
    pub places: Places,
    pub at: Location,
}

/// A configuration.
#[derive(Debug)]
pub(super) struct Config {
    pub levels: Vec<Level>,
    /// The `default_hierarchy` of a module.
    pub default_levels: Option<Vec<Level>>,
    /// The folder that `datadir` is relative to.
    pub folder: PathBuf,
}

const FUNCTIONS: [&str; 5] = ["data_hash", "lookup_key", "data_dig", "hiera3_backend", "v4_data_hash"];
const LOCATIONS: [&str; 7] = ["path", "paths", "glob", "globs", "uri", "uris", "mapped_paths"];

/// Reads the configuration of a layer; `None` where there is none or it does not count.
pub(super) fn load(path: &Path, layer: &Layer, files: &Files<'_>) -> Result<Option<Arc<Config>>> {
    let Some(source) = files.text(path)? else { return Ok(None) };
    let document = yaml::read(&source, yaml::Rules { psych: files.psych, objects: false })?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Reading { document: &document, layer, folder }.config().map(|config| Some(Arc::new(config)))
}

/// A configuration that is being read.
struct Reading<'a> {
    document: &'a Document,
    layer: &'a Layer,
    folder: PathBuf,
}

/// The path to an entry, for its place.
type Path_<'p> = &'p [Value];

impl Reading<'_> {
    fn error(&self, path: Path_<'_>, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(&codes::CONFIG, message).at(self.document.location(path)))
    }

    fn config(self) -> Result<Config> {
        let config = text_keys(&self.document.value);
        let version = match config.get("version") {
            None | Some(Value::Undef) => 3,
            Some(Value::Int(version)) => *version,
            Some(Value::Str(text)) => text.parse().unwrap_or(0),
            Some(_) => 0,
        };
        if version != 5 {
            return Err(self.other_version(version));
        }
        let known = ["version", "defaults", "hierarchy", "default_hierarchy", "plan_hierarchy"];
        self.check_keys(&config, &known, &[])?;
        let defaults = config.get("defaults").cloned().unwrap_or_else(|| {
            Value::hash([("datadir".into(), "data".into()), ("data_hash".into(), "yaml_data".into())])
        });
        let known = ["data_hash", "lookup_key", "data_dig", "datadir", "options"];
        self.check_keys(&defaults, &known, &["defaults".into()])?;
        if FUNCTIONS.iter().filter(|name| defaults.get(name).is_some()).count() > 1 {
            return Err(
                self.error(&["defaults".into()], "only one data function can be defined in `defaults`")
            );
        }
        let levels = match config.get("hierarchy") {
            Some(hierarchy) => self.levels(hierarchy, "hierarchy", &defaults)?,
            None => vec![self.common(&defaults)?],
        };
        let default_levels = config.get("default_hierarchy");
        if default_levels.is_some() && !matches!(self.layer, Layer::Module(_)) {
            let message = "`default_hierarchy` is only allowed in a module's `hiera.yaml`";
            return Err(self.error(&["default_hierarchy".into()], message));
        }
        let default_levels =
            default_levels.map(|levels| self.levels(levels, "default_hierarchy", &defaults)).transpose()?;
        Ok(Config { levels, default_levels, folder: self.folder })
    }

    fn other_version(&self, version: i64) -> Box<Diagnostic> {
        let path = ["version".into()];
        if version == 3 && *self.layer == Layer::Global {
            let message = "a `hiera.yaml` of version 3 is not supported yet";
            return Box::new((*self.error(&path, message)).help("convert it to version 5"));
        }
        if version == 3 || !matches!(self.document.value, Value::Hash(_)) {
            let message = "a `hiera.yaml` of version 3 can be used in the global layer only";
            return Box::new((*self.error(&path, message)).help("begin it with `version: 5`"));
        }
        self.error(&path, format!("a `hiera.yaml` of version {version} is not supported"))
    }

    fn check_keys(&self, value: &Value, known: &[&str], path: Path_<'_>) -> Result<()> {
        let Some(entries) = value.as_hash() else {
            return Err(self.error(path, "a hash is expected here"));
        };
        for key in entries.keys() {
            let name = key.as_str().unwrap_or_default();
            if !known.contains(&name) {
                let path: Vec<Value> = path.iter().cloned().chain([key.clone()]).collect();
                let message = format!("`{name}` is no setting here");
                let help = format!("known are {}", known.map_names());
                return Err(Box::new((*self.error(&path, message)).help(help)));
            }
        }
        Ok(())
    }

    fn levels(&self, hierarchy: &Value, name: &str, defaults: &Value) -> Result<Vec<Level>> {
        let root = [Value::str(name)];
        let entries =
            hierarchy.as_array().ok_or_else(|| self.error(&root, format!("`{name}` is no list")))?;
        let mut levels: Vec<Level> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let path = [Value::str(name), Value::Int(at as i64)];
            let level = self.level(entry, defaults, &path)?;
            if let Some(first) = levels.iter().find(|first| first.name == level.name) {
                let message = format!("the name `{}` is used by two levels", level.name);
                return Err(Box::new((*self.error(&path, message)).related(first.at.clone(), "the first")));
            }
            levels.push(level);
        }
        Ok(levels)
    }

    fn level(&self, entry: &Value, defaults: &Value, path: Path_<'_>) -> Result<Level> {
        let known: Vec<&str> =
            ["name", "options", "datadir"].into_iter().chain(FUNCTIONS).chain(LOCATIONS).collect();
        self.check_keys(entry, &known, path)?;
        let name =
            self.text(entry, "name", path)?.ok_or_else(|| self.error(path, "a level has no `name`"))?;
        let own = FUNCTIONS.iter().filter(|function| entry.get(function).is_some()).count();
        if own > 1 {
            return Err(
                self.error(path, format!("only one data function can be defined in the level `{name}`"))
            );
        }
        let provider = self.provider(if own == 1 { entry } else { defaults }, &name, path)?;
        let datadir = self.text(entry, "datadir", path)?;
        let default_datadir = defaults.get("datadir").and_then(Value::as_str).unwrap_or("data");
        self.check_options(entry, &name, path)?;
        Ok(Level {
            places: self.places(entry, &name, path)?,
            datadir: datadir.unwrap_or_else(|| default_datadir.into()),
            at: self.document.location(path),
            provider,
            name,
        })
    }

    fn provider(&self, from: &Value, level: &str, path: Path_<'_>) -> Result<Provider> {
        let function = FUNCTIONS.iter().find_map(|name| Some((*name, from.get(name)?.as_str()?)));
        match function {
            Some(("data_hash", name)) => Ok(Provider::DataHash(name.into())),
            Some(("lookup_key", name)) => Ok(Provider::LookupKey(name.into())),
            Some(("data_dig", name)) => Ok(Provider::DataDig(name.into())),
            Some((kind, _)) => {
                let message = format!("`{kind}` in the level `{level}` is not supported yet");
                Err(Box::new(Diagnostic::error(&codes::BACKEND, message).at(self.document.location(path))))
            }
            None => {
                let message = format!("the level `{level}` has no data function");
                let help = "give `data_hash: yaml_data` to the level or to `defaults`";
                Err(Box::new((*self.error(path, message)).help(help)))
            }
        }
    }

    fn check_options(&self, entry: &Value, level: &str, path: Path_<'_>) -> Result<()> {
        let Some(options) = entry.get("options") else { return Ok(()) };
        for reserved in ["path", "uri"] {
            if options.get(reserved).is_some() {
                return Err(
                    self.error(path, format!("the option `{reserved}` of the level `{level}` is reserved"))
                );
            }
        }
        Ok(())
    }

    fn places(&self, entry: &Value, level: &str, path: Path_<'_>) -> Result<Places> {
        let mut given = LOCATIONS.iter().filter(|kind| entry.get(kind).is_some());
        let kind = given.next();
        if given.next().is_some() {
            return Err(
                self.error(path, format!("only one kind of location can be defined in the level `{level}`"))
            );
        }
        Ok(match kind.copied() {
            Some(kind @ ("path" | "paths")) => Places::Paths(self.list(entry, kind, path)?),
            Some(kind @ ("glob" | "globs")) => Places::Globs(self.list(entry, kind, path)?),
            Some(kind @ ("uri" | "uris")) => Places::Uris(self.list(entry, kind, path)?),
            Some(kind) => {
                let three = <[EcoString; 3]>::try_from(self.list(entry, kind, path)?);
                let wrong = |_| self.error(path, "`mapped_paths` is a list of a variable, a name and a path");
                let [variable, name, template] = three.map_err(wrong)?;
                Places::Mapped { variable, name, template }
            }
            None => Places::None,
        })
    }

    fn text(&self, entry: &Value, name: &str, path: Path_<'_>) -> Result<Option<EcoString>> {
        match entry.get(name) {
            None => Ok(None),
            Some(Value::Str(text)) if !text.is_empty() => Ok(Some(text.text().clone())),
            Some(_) => Err(self.error(path, format!("`{name}` is no text"))),
        }
    }

    fn list(&self, entry: &Value, kind: &str, path: Path_<'_>) -> Result<Vec<EcoString>> {
        let one = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(EcoString::from);
        let wrong = || self.error(path, format!("`{kind}` has a wrong value"));
        match entry.get(kind) {
            Some(Value::Array(items)) if !items.is_empty() && (kind.ends_with('s')) => {
                items.iter().map(one).collect::<Option<Vec<_>>>().ok_or_else(wrong)
            }
            Some(value) if !kind.ends_with('s') => one(value).map(|text| vec![text]).ok_or_else(wrong),
            Some(_) | None => Err(wrong()),
        }
    }

    /// The level that Puppet assumes where there is no `hierarchy`.
    fn common(&self, defaults: &Value) -> Result<Level> {
        Ok(Level {
            name: "Common".into(),
            provider: self.provider(defaults, "Common", &[])?,
            datadir: defaults.get("datadir").and_then(Value::as_str).unwrap_or("data").into(),
            places: Places::Paths(vec!["common.yaml".into()]),
            at: self.document.location(&[]),
        })
    }
}

trait Names {
    fn map_names(&self) -> String;
}

impl Names for [&str] {
    fn map_names(&self) -> String {
        self.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}
