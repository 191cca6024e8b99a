//! `hiera.yaml`: versions 5 and 4, and version 3 in the global layer (`puppet/pops/lookup/hiera_config.rb`).

mod old;
mod v5;

use super::{
    codes,
    files::{Files, text_keys},
    merge::Strategy,
    yaml::{self, Document},
};
use crate::{
    diag::{Diagnostic, Result},
    source::{Location, SourceFile, Span, World},
    value::Value,
};
use ecow::EcoString;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Which layer a configuration belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// A function without arguments that gives a hash (`data_provider: function`).
    OldDataHash(EcoString),
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

/// The folder of a level's data, interpolations not resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Datadir {
    /// Below the folder of the configuration.
    Below(EcoString),
    /// Version 3: the settings of the backend, `datadir` among them.
    Backend(Value),
}

/// One level of a hierarchy.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub name: EcoString,
    pub provider: Provider,
    pub datadir: Datadir,
    pub places: Places,
    /// What paths end with where they do not already.
    pub extension: Option<EcoString>,
    /// What the function is given, interpolations not resolved.
    pub options: Value,
    pub at: Location,
}

impl Level {
    /// The level that Puppet assumes where there is no `hierarchy`.
    fn common(at: Location) -> Self {
        Self {
            name: "Common".into(),
            provider: Provider::DataHash("yaml_data".into()),
            datadir: Datadir::Below("data".into()),
            places: Places::Paths(vec!["common.yaml".into()]),
            extension: None,
            options: Value::hash([]),
            at,
        }
    }
}

/// A configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    /// The file; `None` for the one that Puppet assumes.
    pub path: Option<PathBuf>,
    /// 3, 4 or 5.
    pub version: u8,
    pub levels: Vec<Level>,
    /// The `default_hierarchy` of a module.
    pub default_levels: Option<Vec<Level>>,
    /// The folder that `datadir` is relative to.
    pub folder: PathBuf,
    /// How `hiera_hash` merges in version 3.
    pub merge: Strategy,
}

impl Config {
    /// What Puppet assumes without a `hiera.yaml`: `data/common.yaml`, where that is there.
    pub(super) fn assumed(folder: &Path) -> Self {
        let at = Location::new(SourceFile::new("hiera.yaml", ""), Span::new(0, 0));
        Self {
            path: None,
            version: 5,
            levels: vec![Level::common(at)],
            default_levels: None,
            folder: folder.to_owned(),
            merge: Strategy::First,
        }
    }

    /// A configuration with one function without arguments (`HieraConfig.v4_function_config`).
    pub(super) fn of_function(folder: &Path, function: &str) -> Self {
        let mut config = Self::assumed(folder);
        for level in &mut config.levels {
            level.name = ecow::eco_format!("Legacy function '{function}'");
            level.provider = Provider::OldDataHash(function.into());
            level.places = Places::None;
        }
        config
    }
}

/// Reads the configuration of a layer; `None` where there is none.
pub(super) fn load(
    path: &Path,
    layer: &Layer,
    (files, world): (&Files<'_>, &dyn World),
    warn: &dyn Fn(Diagnostic),
) -> Result<Option<Arc<Config>>> {
    let Some(source) = files.text(path, world)? else { return Ok(None) };
    let document = yaml::read(&source, yaml::Rules { psych: files.psych, objects: false })?;
    let reading = Reading { document: &document, layer, path };
    let version = reading.version()?;
    if !matches!(document.value, Value::Hash(_)) {
        let message = "this file holds no hash and is taken for one of version 3 without settings";
        warn(Diagnostic::warning(&codes::CONFIG, message).at(document.location(&[])));
    }
    let config = match version {
        5 => reading.version_5(),
        4 if *layer != Layer::Global => reading.version_4(),
        4 => Err(reading.error(&["version".into()], "version 4 cannot be used in the global layer")),
        _ => reading.version_3(),
    };
    config.map(|config| Some(Arc::new(config)))
}

/// A configuration that is being read.
struct Reading<'a> {
    document: &'a Document,
    layer: &'a Layer,
    path: &'a Path,
}

/// The path to an entry, for its place.
type Trail<'p> = &'p [Value];

impl Reading<'_> {
    fn error(&self, path: Trail<'_>, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(&codes::CONFIG, message).at(self.document.location(path)))
    }

    /// Says that an entry has a wrong form; Puppet gives the place where the lookup was made.
    fn mismatch(&self, path: Trail<'_>, message: impl Into<String>) -> Box<Diagnostic> {
        let message = format!("`{}`: {}", self.document.source.path(), message.into());
        Box::new(Diagnostic::error(&codes::CONFIG, message).related(self.document.location(path), "here"))
    }

    /// Returns the version: 3, 4 or 5.
    fn version(&self) -> Result<i64> {
        let version = match text_keys(&self.document.value).get("version") {
            None | Some(Value::Undef) => 3,
            Some(Value::Int(version)) => *version,
            Some(Value::Str(text)) => text.parse().unwrap_or(0),
            Some(Value::Float(number)) => *number as i64,
            Some(_) => 0,
        };
        if (3..=5).contains(&version) {
            return Ok(version);
        }
        let message = format!("a `hiera.yaml` of version {version} is not supported");
        Err(self.error(&["version".into()], message))
    }

    /// A configuration of this file without levels.
    fn empty(&self, version: u8) -> Config {
        Config {
            path: Some(self.path.to_owned()),
            version,
            levels: Vec::new(),
            default_levels: None,
            folder: self.path.parent().unwrap_or(Path::new("")).to_owned(),
            merge: Strategy::First,
        }
    }
}
