//! The manifests and templates behind a value.

use super::Sources;
use crate::{
    maps::HashMap,
    source::{SourceFile, World},
    syntax::{self, Ast, Mode, Options, ast::Definition},
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Trees by path and whether it is a template.
type Trees = HashMap<(Arc<str>, bool), Option<Arc<Ast>>>;

/// Files of modules, each read and parsed once.
pub struct Manifests<'w> {
    world: &'w dyn World,
    module_path: Vec<PathBuf>,
    site: Vec<Arc<Ast>>,
    files: Mutex<HashMap<PathBuf, Option<Arc<SourceFile>>>>,
    parsed: Mutex<Trees>,
}

impl<'w> Manifests<'w> {
    /// Takes the world and the folders of modules, in order.
    #[must_use]
    pub fn new(world: &'w dyn World, module_path: Vec<PathBuf>) -> Self {
        Self { world, module_path, site: Vec::new(), files: Mutex::default(), parsed: Mutex::default() }
    }

    /// Adds the site's manifest: a file, or a folder of them.
    #[must_use]
    pub fn with_site(mut self, manifest: &Path) -> Self {
        let mut files = vec![manifest.to_owned()];
        let mut at = 0;
        while let Some(path) = files.get(at).cloned().filter(|_| at < 4096) {
            let names = if self.world.is_dir(&path) {
                self.world.list(&path).unwrap_or_default()
            } else {
                Vec::new()
            };
            files.extend(names.iter().map(|name| path.join(name)));
            at += 1;
        }
        let manifests = files.iter().filter(|path| path.extension().is_some_and(|it| it == "pp"));
        let trees = manifests.filter_map(|path| self.parse(&self.file(path)?, Mode::Manifest));
        self.site = trees.collect();
        self
    }

    fn file(&self, path: &Path) -> Option<Arc<SourceFile>> {
        let lock = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(path) {
            return known.clone();
        }
        let bytes = self.world.is_file(path).then(|| self.world.read(path).ok()).flatten();
        let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let file = text.map(|text| SourceFile::new(path.to_string_lossy().as_ref(), text));
        lock().insert(path.into(), file.clone());
        file
    }

    /// A file of a module, such as `ntp`, `templates`, `ntp.conf.erb`; the first folder with the module wins.
    fn in_module(&self, module: &str, folder: &str, file: &str) -> Option<Arc<SourceFile>> {
        let home =
            self.module_path.iter().map(|path| path.join(module)).find(|path| self.world.is_dir(path))?;
        let inside = !file.split('/').any(|part| part == "..");
        inside.then(|| self.file(&home.join(folder).join(file))).flatten()
    }
}

impl Sources for Manifests<'_> {
    fn parse(&self, source: &Arc<SourceFile>, mode: Mode) -> Option<Arc<Ast>> {
        let key = (source.shared_path(), mode == Mode::Epp);
        let lock = || self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(&key).cloned();
        // a path is shown for one file only, but a text may be given by hand
        if let Some(found) = known
            && found.as_ref().is_none_or(|ast| ast.source.text() == source.text())
        {
            return found;
        }
        let ast = syntax::parse(source.clone(), mode, &Options::default()).ast;
        lock().insert(key, ast.clone());
        ast
    }

    fn definition(&self, name: &str) -> Option<(Arc<Ast>, Definition)> {
        let (module, rest) = name.split_once("::").unwrap_or((name, "init"));
        let file = format!("{}.pp", rest.replace("::", "/"));
        for folder in ["manifests", "functions"] {
            for file in [file.as_str(), "init.pp"] {
                let Some(source) = self.in_module(module, folder, file) else { continue };
                let Some(ast) = self.parse(&source, Mode::Manifest) else { continue };
                if let Some(found) = ast.definitions.iter().find(|it| named(it, name)) {
                    return Some((ast.clone(), found.clone()));
                }
            }
        }
        None
    }

    fn site(&self) -> Vec<Arc<Ast>> {
        self.site.clone()
    }

    fn template(&self, name: &str) -> Option<Arc<SourceFile>> {
        let (module, file) = name.split_once('/')?;
        self.in_module(module, "templates", file)
    }
}

fn named(it: &Definition, name: &str) -> bool {
    let own = match it {
        Definition::Class(it) => &it.name,
        Definition::Define(it) => &it.name,
        Definition::Function(it) => &it.name,
        Definition::Node(_)
        | Definition::TypeAlias(_)
        | Definition::TypeMapping(_)
        | Definition::TypeDefinition(_) => return false,
    };
    own.trim_start_matches("::").eq_ignore_ascii_case(name)
}
