//! The levels of a configuration for one node: their folders, paths and options with interpolations resolved.
//!
//! A resolved hierarchy is kept for the node, with the variables that it was made from; when one of them has another
//! value than then, it is made again (`HieraConfig#scope_interpolations_stable?`).

use super::{
    codes,
    config::{Config, Datadir, Level, Places, Provider},
    context::Spot,
    files::normal,
    glob::glob,
    interpolate::{Methods, ruby_text},
    search::Search,
};
use crate::{
    diag::{Diagnostic, Result},
    source::{Location, Span},
    value::Value,
};
use ecow::EcoString;
use std::path::{Path, PathBuf};

/// A resolved location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A file: as it was written, where it is, and whether it is there.
    Path { written: EcoString, path: PathBuf, there: bool },
    /// A URI: as it was written, and resolved.
    Uri { written: EcoString, uri: EcoString },
}

/// One level, resolved.
#[derive(Debug)]
pub(super) struct LevelData {
    pub name: EcoString,
    pub provider: Provider,
    pub options: Value,
    pub spots: Vec<Spot>,
    /// Version 3: the folder and extension for paths that a call adds.
    pub extra: Option<(PathBuf, EcoString)>,
    pub at: Location,
}

/// A hierarchy, resolved.
#[derive(Debug)]
pub(super) struct Resolved {
    pub levels: Vec<LevelData>,
    pub defaults: Vec<LevelData>,
    /// The variables that it was made from.
    pub used: Vec<Used>,
}

/// A variable with what follows its dots, and the value it had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Used {
    pub expression: EcoString,
    pub root: EcoString,
    pub segments: Vec<Value>,
    pub value: Value,
}

impl Search<'_> {
    /// Resolves all levels of a configuration.
    pub(super) fn resolve(&self, config: &Config) -> Result<Resolved> {
        let collecting = self.collecting(config.version == 3);
        let all = |levels: &[Level]| {
            let resolved = levels.iter().map(|level| {
                let found = collecting.level(level, config);
                found.map_err(|found| Box::new(found.or_at(|| level.at.clone())))
            });
            resolved.filter_map(Result::transpose).collect::<Result<Vec<_>>>()
        };
        let levels = all(&config.levels)?;
        let defaults = all(config.default_levels.as_deref().unwrap_or_default())?;
        Ok(Resolved { levels, defaults, used: collecting.collected() })
    }

    /// Tells whether all variables still have the values that a hierarchy was made from.
    pub(super) fn is_stable(&self, resolved: &Resolved) -> bool {
        resolved.used.iter().all(|used| {
            let value = self.variable(&used.root).unwrap_or_default();
            let value = if value.is_undef() || used.segments.is_empty() {
                value
            } else {
                super::key::dig(&used.expression, &used.segments, value).ok().flatten().unwrap_or_default()
            };
            value == used.value
        })
    }

    /// Resolves a level; `None` for the assumed one where its file is not there.
    fn level(&self, level: &Level, config: &Config) -> Result<Option<LevelData>> {
        let placed = |found: Box<Diagnostic>| self.at_variable(found, level);
        let (datadir, extension) = self.datadir(level, config).map_err(placed)?;
        let lenient = self.hiera.settings.puppet_version >= 8 && config.version == 5;
        let places = self.leniently(lenient, || self.places(level, &datadir, extension.as_deref()));
        let places = places.map_err(placed)?;
        let spots = match places {
            Some(places) if config.path.is_none() => {
                let there: Vec<Place> = places.into_iter().filter(Place::is_there).collect();
                if there.is_empty() {
                    return Ok(None);
                }
                there.into_iter().map(|place| Spot::new(Some(place))).collect()
            }
            Some(places) => places.into_iter().map(|place| Spot::new(Some(place))).collect(),
            None => vec![Spot::new(None)],
        };
        let options = self.interpolate(&level.options, Methods::Forbidden).map_err(placed)?;
        Ok(Some(LevelData {
            name: level.name.clone(),
            provider: level.provider.clone(),
            options,
            spots,
            extra: (config.version == 3).then(|| (datadir, extension.unwrap_or_default())),
            at: level.at.clone(),
        }))
    }

    /// A variable that is not set is an error of the line that names it.
    fn at_variable(&self, found: Box<Diagnostic>, level: &Level) -> Box<Diagnostic> {
        let Some(name) = self.missing.borrow_mut().take() else { return found };
        let text = level.at.source.text();
        let forms = [format!("%{{{name}}}"), format!("%{{'{name}'}}"), format!("%{{\"{name}\"}}")];
        let at = forms.iter().filter_map(|form| Some((text.find(form)?, form.len()))).min();
        let place = at.map(|(start, length)| {
            Location::new(level.at.source.clone(), Span::new(start as u32, (start + length) as u32))
        });
        Box::new(found.or_at(|| place.unwrap_or_else(|| level.at.clone())))
    }

    /// Returns the folder of a level's data, and what its paths end with.
    fn datadir(&self, level: &Level, config: &Config) -> Result<(PathBuf, Option<EcoString>)> {
        let files = &self.hiera.files;
        match &level.datadir {
            Datadir::Below(text) => {
                let whole = normal(&config.folder.join(text.as_str()));
                let resolved = self.interpolate_path(&files.shown(&whole))?;
                Ok((files.deployed(&files.root.join(resolved), self.host), level.extension.clone()))
            }
            Datadir::Backend(settings) => {
                let settings = self.interpolate(settings, Methods::Forbidden)?;
                let extension = settings.get("extension").map(|it| ecow::eco_format!(".{}", ruby_text(it)));
                let extension = extension.or_else(|| level.extension.clone());
                let folder = match settings.get("datadir").filter(|it| !it.is_undef()) {
                    None => {
                        self.interpolate_path("%{::environment}")?;
                        files.root.join("hieradata")
                    }
                    Some(given) => self.absolute(&ruby_text(given))?,
                };
                Ok((folder, extension))
            }
        }
    }

    fn absolute(&self, datadir: &str) -> Result<PathBuf> {
        let path = Path::new(datadir);
        if path.is_absolute() {
            return Ok(self.hiera.files.deployed(path, self.host));
        }
        let message = format!("the `datadir` `{datadir}` of version 3 is no absolute path");
        let help = "Puppet takes it relative to the folder that the server was started in";
        Err(Box::new(Diagnostic::error(&codes::CONFIG, message).help(help)))
    }

    /// Resolves the locations of a level; `None` for a level without any.
    fn places(&self, level: &Level, datadir: &Path, extension: Option<&str>) -> Result<Option<Vec<Place>>> {
        Ok(Some(match &level.places {
            Places::None => return Ok(None),
            Places::Paths(paths) => self.paths(paths, datadir, extension)?,
            Places::Globs(globs) => {
                let all = globs.iter().map(|written| self.globbed(written, datadir));
                all.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect()
            }
            Places::Mapped { variable, name, template } => {
                self.mapped([variable, name, template], datadir)?
            }
            Places::Uris(uris) => uris.iter().map(|uri| self.uri(uri)).collect::<Result<_>>()?,
        }))
    }

    /// Resolves paths below a folder.
    pub(super) fn paths(
        &self,
        paths: &[EcoString],
        datadir: &Path,
        extension: Option<&str>,
    ) -> Result<Vec<Place>> {
        let place = |written: &EcoString| {
            let mut path = self.interpolate_path(written)?;
            if let Some(extension) = extension.filter(|extension| !path.ends_with(extension)) {
                path.push_str(extension);
            }
            self.path(written, &datadir.join(path))
        };
        paths.iter().map(place).collect()
    }

    fn path(&self, written: &str, path: &Path) -> Result<Place> {
        let path = self.hiera.files.within(path)?;
        let world = self.node.world;
        let there = world.is_file(&path) || world.is_dir(&path);
        Ok(Place::Path { written: written.into(), path, there })
    }

    fn globbed(&self, written: &str, datadir: &Path) -> Result<Vec<Place>> {
        let pattern = datadir.join(self.interpolate_path(written)?);
        let shown = self.hiera.files.shown(&normal(&pattern));
        let found = glob(&pattern, self.node.world).into_iter();
        found.map(|path| self.path(&shown, &path)).collect()
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are no lists")]
    fn mapped(&self, [variable, name, template]: [&str; 3], datadir: &Path) -> Result<Vec<Place>> {
        let values = match self.scope_variable(variable, "mapped_path[0]")? {
            Value::Array(items) => items.iter().cloned().collect(),
            Value::Hash(entries) => {
                entries.iter().map(|(key, value)| Value::array([key.clone(), value.clone()])).collect()
            }
            Value::Undef => Vec::new(),
            Value::Str(text) if text.is_empty() => Vec::new(),
            Value::Str(text) => vec![Value::Str(text)],
            other => {
                let message = format!("`mapped_paths` maps over `{}`, which is no list", ruby_text(&other));
                return Err(Box::new(Diagnostic::error(&codes::CONFIG, message)));
            }
        };
        self.forgetting(name, || {
            let place = |value: Value| {
                let path = self.with_local(name, value, || self.interpolate_path(template))?;
                self.path(template, &datadir.join(path))
            };
            values.into_iter().map(place).collect()
        })
    }

    fn uri(&self, written: &EcoString) -> Result<Place> {
        let uri = self.interpolate_path(written)?;
        let wrong =
            |found: char| found.is_whitespace() || found.is_control() || "<>\"{}|\\^`".contains(found);
        if !uri.is_ascii() || uri.contains(wrong) {
            let message = format!("`{uri}` is no URI");
            return Err(Box::new(Diagnostic::error(&codes::CONFIG, message)));
        }
        Ok(Place::Uri { written: written.clone(), uri: uri.into() })
    }
}

impl Place {
    /// Tells whether there is something to read; of a URI that is assumed.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Path { there, .. } => *there,
            Self::Uri { .. } => true,
        }
    }
}
