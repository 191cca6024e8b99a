//! Versions 3 and 4.

use super::{Config, Datadir, Level, Places, Provider, Reading};
use crate::{
    diag::{Diagnostic, Result},
    hiera::{codes, files::text_keys, merge::Strategy},
    value::Value,
};
use ecow::EcoString;

const BEHAVIORS: [&str; 3] = ["deep", "deeper", "native"];

impl Reading<'_> {
    /// Version 3: backends that all see one list of paths.
    pub(super) fn version_3(self) -> Result<Config> {
        let config = text_keys(&self.document.value);
        let backends = self.texts(&config, "backends", &["yaml"])?;
        let known = ["version", "backends", "logger", "merge_behavior", "deep_merge_options", "hierarchy"];
        for key in config.as_hash().into_iter().flat_map(|entries| entries.keys()) {
            let name = key.as_str().unwrap_or_default();
            if !known.contains(&name) && !backends.iter().any(|backend| backend == name) {
                let message = format!("`{name}` is no setting and no backend here");
                return Err(self.error(std::slice::from_ref(key), message));
            }
        }
        let hierarchy = self.texts(&config, "hierarchy", &["nodes/%{::trusted.certname}", "common"])?;
        let mut levels: Vec<Level> = Vec::new();
        for backend in backends {
            if levels.iter().any(|level| level.name == backend) {
                return Err(self.error(
                    &["backends".into()],
                    format!("the backend `{backend}` is defined more than once"),
                ));
            }
            levels.push(self.backend(&config, backend, &hierarchy)?);
        }
        Ok(Config { levels, merge: self.merge(&config)?, ..self.empty(3) })
    }

    fn backend(&self, config: &Value, name: EcoString, hierarchy: &[EcoString]) -> Result<Level> {
        let key = [Value::Symbol(name.clone())];
        let place = self.document.location(&key);
        let provider = match name.as_str() {
            "yaml" | "json" | "hocon" => Provider::DataHash(ecow::eco_format!("{name}_data")),
            "eyaml" => Provider::LookupKey("eyaml_lookup_key".into()),
            _ => {
                let message = format!("the backend `{name}` of Hiera 3 is not supported");
                let found = Diagnostic::error(&codes::BACKEND, message).at(place);
                return Err(Box::new(found.help("`yaml`, `json`, `hocon` and `eyaml` are")));
            }
        };
        let settings = config.get(&name).filter(|it| !it.is_undef()).cloned();
        let settings = settings.unwrap_or_else(|| Value::hash([]));
        if settings.as_hash().is_none() {
            return Err(self.error(&key, format!("the settings of the backend `{name}` are no hash")));
        }
        let extension = if name == "hocon" { ".conf".into() } else { ecow::eco_format!(".{name}") };
        Ok(Level {
            options: if name == "eyaml" { settings.clone() } else { Value::hash([]) },
            datadir: Datadir::Backend(settings),
            places: Places::Paths(hierarchy.to_vec()),
            extension: Some(extension),
            at: place,
            provider,
            name,
        })
    }

    /// `merge_behavior` and `deep_merge_options`.
    fn merge(&self, config: &Value) -> Result<Strategy> {
        let behavior = config.get("merge_behavior").filter(|it| !it.is_undef());
        let Some(behavior) = behavior else { return Ok(Strategy::First) };
        let known = behavior.as_str().filter(|name| BEHAVIORS.contains(name));
        let strategy = match known {
            Some("native") => return Ok(Strategy::First),
            Some("deep") => "reverse_deep",
            Some(_) => "unconstrained_deep",
            None => {
                let message = "`merge_behavior` is `native`, `deep` or `deeper`";
                return Err(self.error(&["merge_behavior".into()], message));
            }
        };
        let given = config.get("deep_merge_options").and_then(Value::as_hash).cloned().unwrap_or_default();
        let all = std::iter::once(("strategy".into(), Value::str(strategy))).chain(given);
        Strategy::parse(&Value::hash(all))
            .map_err(|found| Box::new(found.or_at(|| self.document.location(&["deep_merge_options".into()]))))
    }

    /// A text or a list of texts.
    fn texts(&self, config: &Value, name: &str, assumed: &[&str]) -> Result<Vec<EcoString>> {
        let wrong = || self.error(&[name.into()], format!("`{name}` is a text or a list of texts"));
        let text = |value: &Value| {
            let text = value.as_str().filter(|text| !text.is_empty());
            text.map(EcoString::from).ok_or_else(wrong)
        };
        match config.get(name) {
            None | Some(Value::Undef) => Ok(assumed.iter().map(|name| EcoString::from(*name)).collect()),
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            Some(one) => text(one).map(|one| vec![one]),
        }
    }

    /// Version 4: like 5, with a `backend` for each level and paths without extension.
    pub(super) fn version_4(self) -> Result<Config> {
        let config = text_keys(&self.document.value);
        self.check_keys(&config, &["version", "datadir", "hierarchy"], &[])?;
        let datadir = config.get("datadir").and_then(Value::as_str).unwrap_or("data");
        let common = || {
            Value::array([Value::hash([("name".into(), "common".into()), ("backend".into(), "yaml".into())])])
        };
        let hierarchy = config.get("hierarchy").cloned().unwrap_or_else(common);
        let Some(entries) = hierarchy.as_array() else {
            return Err(self.error(&["hierarchy".into()], "`hierarchy` is no list"));
        };
        let mut levels: Vec<Level> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let path = ["hierarchy".into(), Value::Int(at as i64)];
            let level = self.level_4(entry, datadir, &path)?;
            if levels.iter().any(|known| known.name == level.name) {
                return Err(self.error(&path, format!("the name `{}` is used by two levels", level.name)));
            }
            levels.push(level);
        }
        Ok(Config { levels, ..self.empty(4) })
    }

    fn level_4(&self, entry: &Value, datadir: &str, path: &[Value]) -> Result<Level> {
        self.check_keys(entry, &["backend", "name", "datadir", "path", "paths"], path)?;
        let needed = |key: &str| {
            let found = self.text(entry, key, path)?;
            found.ok_or_else(|| self.error(path, format!("a level has no `{key}`")))
        };
        let (name, backend) = (needed("name")?, needed("backend")?);
        let extension = match backend.as_str() {
            "yaml" | "json" => ecow::eco_format!(".{backend}"),
            "hocon" => ".conf".into(),
            other => return Err(self.error(path, format!("there is no backend `{other}`"))),
        };
        let places = match (entry.get("paths"), entry.get("path")) {
            (Some(_), _) => self.list(entry, "paths", path)?,
            (None, Some(_)) => self.list(entry, "path", path)?,
            (None, None) => vec![name.clone()],
        };
        Ok(Level {
            provider: Provider::DataHash(ecow::eco_format!("{backend}_data")),
            datadir: Datadir::Below(self.text(entry, "datadir", path)?.unwrap_or_else(|| datadir.into())),
            places: Places::Paths(places),
            extension: Some(extension),
            options: Value::hash([]),
            at: self.document.location(path),
            name,
        })
    }
}
