//! The modules of an environment's module path, and which of them Puppet would leave out.
//!
//! In: the folders of the module path. Out: modules by name with their folders, and warnings about those whose
//! `metadata.json` keeps Puppet from loading them (`Puppet::Module#load_metadata`).

use super::{codes, environment::EnvironmentPaths};
use crate::{diag::Diagnostic, source::World, syntax::Strict};
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What `metadata.json` must have.
const REQUIRED: [&str; 5] = ["source", "author", "version", "license", "dependencies"];

/// Lists the modules; the first folder of the path that has a module wins.
pub(super) fn list(
    paths: &EnvironmentPaths,
    world: &dyn World,
) -> (BTreeMap<EcoString, PathBuf>, Vec<Diagnostic>) {
    let mut modules: BTreeMap<EcoString, PathBuf> = BTreeMap::new();
    let mut warnings = Vec::new();
    for folder in &paths.module_path {
        for name in world.list(folder).unwrap_or_default() {
            let module = folder.join(&name);
            if is_name(&name) && world.is_dir(&module) {
                modules.entry(name.into()).or_insert(module);
            }
        }
    }
    modules.retain(|name, folder| match metadata_problem(folder, world) {
        Ok(()) => true,
        Err(problem) => {
            let left_out = problem.leaves_out(paths.strict);
            warnings.push(
                warning(name, &problem, left_out).in_file(super::environment::shown(paths, &file(folder))),
            );
            !left_out
        }
    });
    (modules, warnings)
}

/// `Puppet::Module.is_module_directory_name?`
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

enum Problem {
    Syntax(String),
    Missing(&'static str),
    Form(&'static str),
}

impl Problem {
    fn leaves_out(&self, strict: Strict) -> bool {
        match self {
            Self::Syntax(_) => strict == Strict::Error,
            Self::Missing(_) | Self::Form(_) => true,
        }
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("metadata.json")
}

fn metadata_problem(folder: &Path, world: &dyn World) -> Result<(), Problem> {
    let Ok(bytes) = world.read(&file(folder)) else { return Ok(()) };
    let found: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|found| Problem::Syntax(found.to_string()))?;
    let Some(entries) = found.as_object() else { return Err(Problem::Form("is no hash")) };
    if entries.is_empty() {
        return Ok(());
    }
    let missing = REQUIRED.into_iter().find(|key| entries.get(*key).is_none_or(serde_json::Value::is_null));
    match missing {
        Some(key) => Err(Problem::Missing(key)),
        None if !entries.get("dependencies").is_some_and(serde_json::Value::is_array) => {
            Err(Problem::Form("has `dependencies` that are no list"))
        }
        None => Ok(()),
    }
}

fn warning(module: &str, problem: &Problem, left_out: bool) -> Diagnostic {
    let why = match problem {
        Problem::Syntax(why) => format!("cannot be parsed: {why}"),
        Problem::Missing(key) => format!("has no `{key}`"),
        Problem::Form(why) => (*why).to_owned(),
    };
    let end = if left_out { "; Puppet leaves the module out" } else { "" };
    Diagnostic::warning(&codes::METADATA, format!("`metadata.json` of the module `{module}` {why}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryWorld;

    #[test]
    fn a_module_whose_metadata_lacks_something_is_left_out() {
        let world = MemoryWorld::default()
            .with("/m/a/metadata.json", "{\"name\": \"x-a\"}")
            .with("/m/b/metadata.json", "{")
            .with("/m/c/manifests/init.pp", "")
            .with("/m/d-e/manifests/init.pp", "");
        let names = |strict| {
            let paths =
                EnvironmentPaths { module_path: vec!["/m".into()], strict, ..EnvironmentPaths::default() };
            let (modules, warnings) = list(&paths, &world);
            (modules.keys().map(ToString::to_string).collect::<Vec<_>>(), warnings.len())
        };
        assert_eq!(names(Strict::Error), (vec!["c".to_owned()], 2));
        assert_eq!(names(Strict::Warning), (vec!["b".to_owned(), "c".to_owned()], 2));
    }
}
