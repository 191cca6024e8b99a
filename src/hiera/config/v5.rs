//! Version 5.

use super::{Config, Datadir, Layer, Level, Places, Provider, Reading, Trail};
use crate::{
    diag::{Diagnostic, Result},
    hiera::{codes, files::text_keys},
    value::Value,
};
use ecow::EcoString;

const FUNCTIONS: [&str; 5] = ["data_hash", "lookup_key", "data_dig", "hiera3_backend", "v4_data_hash"];
const LOCATIONS: [&str; 7] = ["path", "paths", "glob", "globs", "uri", "uris", "mapped_paths"];

impl Reading<'_> {
    /// Reads and checks the configuration.
    pub(super) fn version_5(self) -> Result<Config> {
        let config = text_keys(&self.document.value);
        let known = ["version", "defaults", "hierarchy", "default_hierarchy", "plan_hierarchy"];
        self.check_keys(&config, &known, &[])?;
        let given = |name: &str| config.get(name).filter(|value| !value.is_undef());
        let defaults = given("defaults").cloned().unwrap_or_else(|| {
            Value::hash([("datadir".into(), "data".into()), ("data_hash".into(), "yaml_data".into())])
        });
        let known = ["data_hash", "lookup_key", "data_dig", "datadir", "options"];
        self.check_keys(&defaults, &known, &["defaults".into()])?;
        if FUNCTIONS.iter().filter(|name| defaults.get(name).is_some()).count() > 1 {
            return Err(
                self.error(&["defaults".into()], "only one data function can be defined in `defaults`")
            );
        }
        self.check_options(&defaults, "defaults", &["defaults".into()])?;
        let levels = match given("hierarchy") {
            Some(hierarchy) => self.levels(hierarchy, "hierarchy", &defaults)?,
            None => vec![self.common(&defaults)?],
        };
        if let Some(plans) = config.get("plan_hierarchy") {
            self.levels(plans, "plan_hierarchy", &defaults)?;
        }
        let default_levels = config.get("default_hierarchy");
        if default_levels.is_some() && !matches!(self.layer, Layer::Module(_)) {
            let message = "`default_hierarchy` is only allowed in a module's `hiera.yaml`";
            return Err(self.error(&["default_hierarchy".into()], message));
        }
        let default_levels =
            default_levels.map(|levels| self.levels(levels, "default_hierarchy", &defaults)).transpose()?;
        Ok(Config { levels, default_levels, ..self.empty(5) })
    }

    pub(super) fn check_keys(&self, value: &Value, known: &[&str], path: Trail<'_>) -> Result<()> {
        let Some(entries) = value.as_hash() else {
            return Err(self.mismatch(path, "a hash is expected here"));
        };
        for key in entries.keys() {
            let name = key.as_str().unwrap_or_default();
            if !known.contains(&name) {
                let path: Vec<Value> = path.iter().cloned().chain([key.clone()]).collect();
                let message = format!("`{name}` is no setting here");
                let help = format!("known are {}", known.map_names());
                return Err(Box::new((*self.mismatch(&path, message)).help(help)));
            }
        }
        Ok(())
    }

    fn levels(&self, hierarchy: &Value, name: &str, defaults: &Value) -> Result<Vec<Level>> {
        let root = [Value::str(name)];
        let entries =
            hierarchy.as_array().ok_or_else(|| self.mismatch(&root, format!("`{name}` is no list")))?;
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

    fn level(&self, entry: &Value, defaults: &Value, path: Trail<'_>) -> Result<Level> {
        let known: Vec<&str> =
            ["name", "options", "datadir"].into_iter().chain(FUNCTIONS).chain(LOCATIONS).collect();
        self.check_keys(entry, &known, path)?;
        let name =
            self.text(entry, "name", path)?.ok_or_else(|| self.mismatch(path, "a level has no `name`"))?;
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
        let options = entry.get("options").or_else(|| defaults.get("options"));
        Ok(Level {
            places: self.places(entry, &name, path)?,
            datadir: Datadir::Below(datadir.unwrap_or_else(|| default_datadir.into())),
            extension: None,
            options: options.cloned().unwrap_or_else(|| Value::hash([])),
            at: self.document.location(path),
            provider,
            name,
        })
    }

    fn provider(&self, from: &Value, level: &str, path: Trail<'_>) -> Result<Provider> {
        let function = FUNCTIONS.iter().find_map(|name| Some((*name, from.get(name)?.as_str()?)));
        match function {
            Some(("data_hash", name)) => Ok(Provider::DataHash(name.into())),
            Some(("lookup_key", name)) => Ok(Provider::LookupKey(name.into())),
            Some(("data_dig", name)) => Ok(Provider::DataDig(name.into())),
            Some(("v4_data_hash", name)) => Ok(Provider::OldDataHash(name.into())),
            Some((_, name)) if *self.layer == Layer::Global => {
                let message = format!("the level `{level}` uses the backend `{name}` of Hiera 3");
                let found = Diagnostic::error(&codes::BACKEND, message).at(self.document.location(path));
                Err(Box::new(found.help("such backends are programs in Ruby that are not run")))
            }
            Some(_) => Err(self.error(path, "`hiera3_backend` is only allowed in the global layer")),
            None => {
                let message = format!("the level `{level}` has no data function");
                let help = "give `data_hash: yaml_data` to the level or to `defaults`";
                Err(Box::new((*self.error(path, message)).help(help)))
            }
        }
    }

    fn check_options(&self, entry: &Value, level: &str, path: Trail<'_>) -> Result<()> {
        let Some(options) = entry.get("options") else { return Ok(()) };
        let Some(entries) = options.as_hash() else {
            return Err(self.error(path, format!("the options of the level `{level}` are no hash")));
        };
        if let Some(name) = entries.keys().find(|name| !name.as_str().is_some_and(is_option_name)) {
            let message = format!("`{}` is no name of an option in the level `{level}`", name.to_str());
            return Err(self.error(path, message));
        }
        for reserved in ["path", "uri"] {
            if options.get(reserved).is_some() {
                return Err(
                    self.error(path, format!("the option `{reserved}` of the level `{level}` is reserved"))
                );
            }
        }
        Ok(())
    }

    fn places(&self, entry: &Value, level: &str, path: Trail<'_>) -> Result<Places> {
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

    pub(super) fn text(&self, entry: &Value, name: &str, path: Trail<'_>) -> Result<Option<EcoString>> {
        match entry.get(name) {
            None => Ok(None),
            Some(Value::Str(text)) if !text.is_empty() => Ok(Some(text.text().clone())),
            Some(_) => Err(self.mismatch(path, format!("`{name}` is no text"))),
        }
    }

    pub(super) fn list(&self, entry: &Value, kind: &str, path: Trail<'_>) -> Result<Vec<EcoString>> {
        let one = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(EcoString::from);
        let wrong = || self.mismatch(path, format!("`{kind}` has a wrong value"));
        match entry.get(kind) {
            Some(Value::Array(items)) if !items.is_empty() && (kind.ends_with('s')) => {
                items.iter().map(one).collect::<Option<Vec<_>>>().ok_or_else(wrong)
            }
            Some(value) if !kind.ends_with('s') => one(value).map(|text| vec![text]).ok_or_else(wrong),
            Some(_) | None => Err(wrong()),
        }
    }

    fn common(&self, defaults: &Value) -> Result<Level> {
        let provider = self.provider(defaults, "Common", &[])?;
        let datadir = defaults.get("datadir").and_then(Value::as_str).unwrap_or("data");
        Ok(Level {
            provider,
            datadir: Datadir::Below(datadir.into()),
            ..Level::common(self.document.location(&[]))
        })
    }
}

/// `\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\z`
fn is_option_name(name: &str) -> bool {
    let inside = |found: char| found.is_ascii_alphanumeric() || matches!(found, '_' | '-');
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|first| first.is_ascii_alphabetic());
    let rest = chars.as_str().strip_prefix(':').unwrap_or(chars.as_str());
    first
        && (chars.as_str().is_empty()
            || rest.chars().all(inside) && rest.ends_with(|last: char| last.is_ascii_alphanumeric()))
}

trait Names {
    fn map_names(&self) -> String;
}

impl Names for [&str] {
    fn map_names(&self) -> String {
        self.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}
