//! The resource types of an environment: Puppet's own, those of the agent, those of modules and generated ones.
//!
//! In: the module path. Out: [`TypeFacts`] by name, each file read once. A type that `puppet generate types` wrote wins,
//! then a module's Ruby, then what is known of Puppet and its agent (`Runtime3ResourceSupport`).

use super::{EnvironmentPaths, codes};
use crate::{
    diag::{Diagnostic, Result},
    maps::HashMap,
    restypes::{self, Library, TypeFacts},
    source::{Asked, RecordingWorld, SourceFile, World},
};
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Modules that come with the agent, whatever the module path is.
const VENDORED: [&str; 10] = [
    "augeas_core",
    "cron_core",
    "host_core",
    "mount_core",
    "scheduled_task",
    "selinux_core",
    "sshkeys_core",
    "yumrepo_core",
    "zfs_core",
    "zone_core",
];

type Found = Result<Option<Arc<TypeFacts>>, Arc<Diagnostic>>;

/// Where types are, and those that were read.
#[derive(Default)]
pub(super) struct TypeFiles {
    /// The files of modules' types by the type's name, each with its module.
    paths: BTreeMap<EcoString, (PathBuf, EcoString)>,
    libs: Vec<PathBuf>,
    generated: PathBuf,
    known: Mutex<HashMap<EcoString, (Found, Asked)>>,
}

impl TypeFiles {
    /// Lists the types of modules; the first module that has one wins.
    pub(super) fn list(
        paths: &EnvironmentPaths,
        modules: &BTreeMap<EcoString, PathBuf>,
        world: &dyn World,
    ) -> Self {
        let mut found = Self { generated: paths.root.join(".resource_types"), ..Self::default() };
        for (module, folder) in modules {
            let lib = folder.join("lib");
            let types = lib.join("puppet/type");
            for file in world.list(&types).unwrap_or_default() {
                if let Some(name) = file.strip_suffix(".rb") {
                    let entry = (types.join(&file), module.clone());
                    found.paths.entry(name.into()).or_insert(entry);
                }
            }
            found.libs.push(lib);
        }
        found
    }

    /// Finds a type by its name in lower case.
    pub(super) fn find(
        &self,
        name: &EcoString,
        paths: &EnvironmentPaths,
        world: &dyn World,
    ) -> Result<Option<Arc<TypeFacts>>> {
        if name.is_empty() || name.contains(':') {
            return Ok(None);
        }
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(name).cloned();
        let (found, asked) = match known {
            Some(known) => known,
            None => {
                let recording = RecordingWorld::new(world);
                let reader = Reader { files: self, paths, world: &recording };
                let found = self.read(name, &reader).map_err(|why| Arc::new(*why));
                let asked = recording.recorded().into();
                lock().entry(name.clone()).or_insert((found, asked)).clone()
            }
        };
        world.note(&asked);
        found.map_err(|why| Box::new((*why).clone()))
    }

    fn read(&self, name: &EcoString, reader: &Reader<'_>) -> Result<Option<Arc<TypeFacts>>> {
        let generated = self.generated.join(format!("{name}.pp"));
        if let Some(source) = reader.text(&generated) {
            return restypes::read_pcore(name, &source).map(|found| Some(Arc::new(found)));
        }
        let Some((path, module)) = self.paths.get(name) else {
            let agents = |module: &EcoString| VENDORED.contains(&module.as_str());
            return Ok(restypes::find(name).filter(|it| it.module.as_ref().is_none_or(agents)).cloned());
        };
        let Some(source) = reader.text(path) else {
            let message = format!("the file `{}` of the type `{name}` cannot be read", reader.shown(path));
            return Err(Box::new(Diagnostic::error(&codes::UNREADABLE, message)));
        };
        let request = restypes::Request { name, module: Some(module.clone()), source, library: reader };
        let mut found = restypes::scan(&request)?;
        if let Some(other) = restypes::find(name).filter(|other| other.module.as_ref() == Some(module)) {
            found.complete(other);
        }
        Ok(Some(Arc::new(found)))
    }
}

struct Reader<'a> {
    files: &'a TypeFiles,
    paths: &'a EnvironmentPaths,
    world: &'a dyn World,
}

impl Reader<'_> {
    fn text(&self, path: &Path) -> Option<Arc<SourceFile>> {
        if !self.world.is_file(path) {
            return None;
        }
        let bytes = self.world.read(path).ok()?;
        Some(SourceFile::new(self.shown(path), String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.paths.root).unwrap_or(path).to_string_lossy().into_owned()
    }
}

impl Library for Reader<'_> {
    fn require(&self, feature: &str) -> Option<Arc<SourceFile>> {
        let file = format!("{feature}.rb");
        self.files.libs.iter().find_map(|lib| self.text(&lib.join(&file)))
    }

    fn has_provider(&self, type_name: &str) -> bool {
        let folders = self.files.libs.iter().map(|lib| lib.join("puppet/provider").join(type_name));
        let files = folders.flat_map(|folder| {
            let names = self.world.list(&folder).unwrap_or_default();
            names.into_iter().filter(|name| name.ends_with(".rb")).map(move |name| folder.join(name))
        });
        files
            .into_iter()
            .any(|file| self.text(&file).is_some_and(|source| source.text().contains(".provide")))
    }
}
