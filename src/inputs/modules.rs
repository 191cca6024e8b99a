//! The modules on a module path.

use super::{Reader, json};
use crate::maps::IndexMap;
use crate::value::Value;
use ecow::EcoString;
use std::path::{Path, PathBuf};

/// One module.
#[derive(Clone, Debug)]
pub struct Module {
    /// The folder's name.
    pub name: EcoString,
    /// The folder.
    pub root: PathBuf,
    /// Names of modules that `metadata.json` depends on, without their authors; `None` without a `metadata.json`.
    pub dependencies: Option<Vec<EcoString>>,
}

/// The modules of a module path by name; the first folder that has a name wins.
#[derive(Clone, Debug, Default)]
pub struct Modules {
    by_name: IndexMap<EcoString, Module>,
}

impl Modules {
    /// Lists the modules. Folders of the path that are not there are passed over, as Puppet does.
    #[must_use]
    pub fn list(module_path: &[PathBuf], reader: Reader<'_>) -> Self {
        let mut by_name = IndexMap::default();
        for folder in module_path {
            for name in reader.world.list(folder).unwrap_or_default() {
                let root = folder.join(&name);
                if is_name(&name) && !by_name.contains_key(name.as_str()) && reader.world.is_dir(&root) {
                    let dependencies = dependencies(&root, reader);
                    by_name.insert(
                        EcoString::from(name.as_str()),
                        Module { name: name.into(), root, dependencies },
                    );
                }
            }
        }
        Self { by_name }
    }

    /// Finds a module.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Module> {
        self.by_name.get(name)
    }

    /// Returns all modules, in the order of the path and then by name.
    pub fn iter(&self) -> impl Iterator<Item = &Module> {
        self.by_name.values()
    }

    /// Returns names that a module depends on and that are not there: (module, dependency).
    pub fn missing(&self) -> impl Iterator<Item = (&EcoString, &EcoString)> {
        let pairs = self.by_name.values().flat_map(|module| {
            module.dependencies.iter().flatten().map(move |needed| (&module.name, needed))
        });
        pairs.filter(|(_, needed)| !self.by_name.contains_key(needed.as_str()))
    }
}

/// `Puppet::Module.is_module_directory_name?`
fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_lowercase())
        && chars.all(|found| found.is_ascii_lowercase() || found.is_ascii_digit() || found == '_')
}

fn dependencies(root: &Path, reader: Reader<'_>) -> Option<Vec<EcoString>> {
    let source = reader.text(&root.join("metadata.json")).ok()?;
    let metadata = json(&source).ok()?;
    let listed = metadata.get("dependencies").and_then(Value::as_array).unwrap_or_default();
    let name = |entry: &Value| {
        let full = entry.get("name")?.as_str()?;
        Some(EcoString::from(full.rsplit(['/', '-']).next().unwrap_or(full)))
    };
    Some(listed.iter().filter_map(name).collect())
}
