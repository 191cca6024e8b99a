//! A Puppet environment: site manifests, modules, and what they define, parsed once and shared.

use super::{
    codes,
    definition::{AliasDefinition, Body, PuppetFunction, ResourceType, munge},
    natives::RubyFunctions,
    types::TypeFiles,
};
use crate::{
    diag::{Diagnostic, Result},
    maps::HashMap,
    restypes::{self, TypeFacts},
    source::{Asked, Location, RecordingWorld, SourceFile, World},
    syntax::{self, Ast, Mode, PuppetVersion, Strict, ast},
    value::types::Alias,
};
use ecow::EcoString;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Where an environment lies, and how its files are read.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentPaths {
    /// The environment's name.
    pub name: EcoString,
    /// The control repo's folder; files in it are shown relative to it.
    pub root: PathBuf,
    /// The module path, in order; the first folder that has a module wins.
    pub module_path: Vec<PathBuf>,
    /// The site manifest: a file, or a folder whose `**/*.pp` are read in order as one.
    pub manifest: Option<PathBuf>,
    /// The Puppet whose language is read.
    pub version: PuppetVersion,
    /// What happens to questionable code.
    pub strict: Strict,
}

/// What one file defines.
#[derive(Default)]
struct Loaded {
    classes: HashMap<EcoString, Arc<ResourceType>>,
    defines: HashMap<EcoString, Arc<ResourceType>>,
    functions: HashMap<EcoString, Arc<PuppetFunction>>,
    aliases: HashMap<EcoString, Arc<AliasDefinition>>,
    nodes: Vec<Arc<ResourceType>>,
    warnings: Vec<Diagnostic>,
}

/// What came of a file: nothing where there is none.
type File = Result<Option<Arc<Loaded>>, Arc<[Diagnostic]>>;

/// A file as text, and what was asked to read it.
type Text = (Option<Arc<SourceFile>>, Asked);

/// An environment. Shared by the nodes and threads of a compile; each file is parsed once.
pub struct Environment {
    paths: EnvironmentPaths,
    modules: BTreeMap<EcoString, PathBuf>,
    main: Arc<ResourceType>,
    settings: Arc<ResourceType>,
    site: Loaded,
    /// What was asked of the world before the first node.
    asked: Asked,
    files: Mutex<HashMap<PathBuf, (File, Asked)>>,
    /// Files that are read as text: templates.
    texts: Mutex<HashMap<PathBuf, Text>>,
    templates: Mutex<HashMap<EcoString, Arc<Ast>>>,
    types: TypeFiles,
    /// Named data types by their names in lower case; what they stand for does not depend on a node.
    named_types: Mutex<HashMap<EcoString, Arc<Alias>>>,
    /// The names that a named type's definition names.
    mentions: Mutex<HashMap<EcoString, BTreeSet<EcoString>>>,
    pub(super) ruby_functions: Mutex<HashMap<EcoString, (Arc<RubyFunctions>, Asked)>>,
}

impl Environment {
    /// Reads the site manifests and lists the modules; classes of modules are loaded when they are first needed.
    ///
    /// # Errors
    /// Gives what is wrong with the site manifests, all of it.
    pub fn open(paths: EnvironmentPaths, world: &dyn World) -> Result<Self, Vec<Diagnostic>> {
        let recording = RecordingWorld::new(world);
        let world = &recording;
        let (modules, warnings) = super::modules::list(&paths, world);
        let types = TypeFiles::list(&paths, &modules, world);
        let mut problems = Vec::new();
        let mut asts = Vec::new();
        let mut site = Loaded { warnings, ..Loaded::default() };
        for path in manifests(&paths, world)? {
            match parse(&paths, &path, world) {
                Ok(Some((ast, warnings))) => {
                    site.warnings.extend(warnings);
                    problems.extend(site.add(&ast, None));
                    asts.push(ast);
                }
                Ok(None) => problems.push(missing(&paths, &path)),
                Err(found) => problems.extend(found.iter().cloned()),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let plain = |name: &str, body| {
            Arc::new(ResourceType { name: name.into(), parent: None, module: None, source: None, body })
        };
        let main = plain("", Body::Main(asts.into()));
        let settings = plain("settings", Body::Settings);
        Ok(Self {
            paths,
            modules,
            main,
            settings,
            site,
            asked: recording.recorded().into(),
            files: Mutex::default(),
            texts: Mutex::default(),
            templates: Mutex::default(),
            types,
            named_types: Mutex::default(),
            mentions: Mutex::default(),
            ruby_functions: Mutex::default(),
        })
    }

    /// Returns where it lies.
    #[must_use]
    pub fn paths(&self) -> &EnvironmentPaths {
        &self.paths
    }

    /// Returns what was asked of the world to open it: every node depends on it.
    #[must_use]
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Returns the modules by name with their folders.
    #[must_use]
    pub fn modules(&self) -> &BTreeMap<EcoString, PathBuf> {
        &self.modules
    }

    /// Returns what parsing the site manifests warned of.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.site.warnings
    }

    /// Returns the names of the nodes that manifests define by exact name, as written.
    pub fn node_names(&self) -> impl Iterator<Item = &str> {
        self.site.nodes.iter().flat_map(|node| match &node.body {
            Body::Node(it) => it.matches.iter().filter_map(literal_name).collect::<Vec<_>>(),
            Body::Main(_) | Body::Settings | Body::Class(_) | Body::Define(_) => Vec::new(),
        })
    }

    pub(crate) fn main(&self) -> &Arc<ResourceType> {
        &self.main
    }

    pub(crate) fn settings(&self) -> &Arc<ResourceType> {
        &self.settings
    }

    pub(crate) fn nodes(&self) -> &[Arc<ResourceType>] {
        &self.site.nodes
    }

    /// Finds a class by any spelling of its name.
    pub(crate) fn class(&self, name: &str, world: &dyn World) -> Result<Option<Arc<ResourceType>>> {
        let name = munge(name);
        match name.as_str() {
            "" => return Ok(Some(self.main.clone())),
            "settings" => return Ok(Some(self.settings.clone())),
            _ => {}
        }
        let found = self.find(&name, world, |loaded| loaded.classes.get(&name).cloned())?;
        match found.as_ref().and_then(|class| self.site.class_clash(class)) {
            Some(clash) => Err(Box::new(clash)),
            None => Ok(found),
        }
    }

    /// Finds a defined type by any spelling of its name.
    pub(crate) fn define(&self, name: &str, world: &dyn World) -> Result<Option<Arc<ResourceType>>> {
        let name = munge(name);
        self.find(&name, world, |loaded| loaded.defines.get(&name).cloned())
    }

    /// Finds a resource type that is written in Ruby, by its name in lower case.
    ///
    /// # Errors
    /// Says that its file cannot be read as Ruby, or makes no such type.
    pub fn resource_type(&self, name: &str, world: &dyn World) -> Result<Option<Arc<TypeFacts>>> {
        self.types.find(&name.into(), &self.paths, world)
    }

    /// Finds a function in the Puppet language.
    pub(crate) fn function(&self, name: &str, world: &dyn World) -> Result<Option<Arc<PuppetFunction>>> {
        let name = munge(name);
        let pick = |loaded: &Loaded| loaded.functions.get(&name).cloned();
        if let Some(found) = pick(&self.site) {
            return Ok(Some(found));
        }
        let Some((path, module)) = self.autoload(&name, "functions") else { return Ok(None) };
        if let Some(found) = self.load(&path, module, world)?.as_deref().and_then(pick) {
            return Ok(Some(found));
        }
        self.find(&name, world, pick)
    }

    /// Finds a type alias by its name as written.
    pub(crate) fn alias(&self, name: &str, world: &dyn World) -> Result<Option<Arc<AliasDefinition>>> {
        let name = munge(name);
        let pick = |loaded: &Loaded| loaded.aliases.get(&name).cloned();
        if let Some(found) = pick(&self.site) {
            return Ok(Some(found));
        }
        let set = self.modules.get_key_value(&name);
        let (path, module) = match set {
            Some((module, folder)) => (folder.join("types/init_typeset.pp"), Some(module)),
            None => match self.autoload(&name, "types") {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        Ok(self.load(&path, module, world)?.as_deref().and_then(pick))
    }

    /// Returns the alias of a named type, which may not stand for anything yet.
    pub(crate) fn type_alias(&self, key: &EcoString, name: &EcoString) -> Arc<Alias> {
        let mut types = self.named_types.lock().unwrap_or_else(PoisonError::into_inner);
        types.entry(key.clone()).or_insert_with(|| Alias::new(name.clone())).clone()
    }

    /// Keeps that the definition of a named type names another.
    pub(super) fn mention(&self, of: &EcoString, name: &EcoString) {
        let mut mentions = self.mentions.lock().unwrap_or_else(PoisonError::into_inner);
        mentions.entry(of.clone()).or_default().insert(name.clone());
    }

    /// Returns the names that the definition of a named type names.
    pub(super) fn mentions(&self, of: &EcoString) -> BTreeSet<EcoString> {
        self.mentions.lock().unwrap_or_else(PoisonError::into_inner).get(of).cloned().unwrap_or_default()
    }

    /// Forgets a named type that could not be made.
    pub(crate) fn forget_type(&self, key: &EcoString) {
        self.named_types.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Parses an EPP template that was read already; the same text is parsed once.
    pub(crate) fn template(&self, source: Arc<SourceFile>) -> Result<Arc<Ast>, Vec<Diagnostic>> {
        let key = EcoString::from(format!("{}\0{}", source.path(), source.text()));
        let lock = || self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().get(&key) {
            return Ok(found.clone());
        }
        let (ast, _) = checked(syntax::parse(source, Mode::Epp, &options(&self.paths)))?;
        Ok(lock().entry(key).or_insert(ast).clone())
    }

    /// Reads a file as text, once for all nodes; `None` where that is not possible.
    pub(crate) fn text(&self, path: &Path, world: &dyn World) -> Option<Arc<SourceFile>> {
        let lock = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(path).cloned();
        let (text, asked) = known.unwrap_or_else(|| {
            let recording = RecordingWorld::new(world);
            let bytes = recording.read(path).ok();
            let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
            let text = text.map(|text| SourceFile::new(self.shown(path), text));
            let asked = recording.recorded().into();
            lock().entry(path.into()).or_insert((text, asked)).clone()
        });
        world.note(&asked);
        text
    }

    /// Returns a path as it is shown: relative to the control repo where it lies in it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        shown(&self.paths, path)
    }

    fn find<T>(
        &self,
        name: &str,
        world: &dyn World,
        pick: impl Fn(&Loaded) -> Option<T>,
    ) -> Result<Option<T>> {
        if let Some(found) = pick(&self.site) {
            return Ok(Some(found));
        }
        let segments: Vec<&str> = name.split("::").collect();
        let Some((module, folder)) = segments.first().and_then(|first| self.modules.get_key_value(*first))
        else {
            return Ok(None);
        };
        for depth in (1..=segments.len()).rev() {
            let path = manifest_path(folder, segments.get(1..depth).unwrap_or_default());
            if let Some(found) = self.load(&path, Some(module), world)?.as_deref().and_then(&pick) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Returns the file that a function or a type of this name would be loaded from, and its module.
    fn autoload(&self, name: &str, folder: &str) -> Option<(PathBuf, Option<&EcoString>)> {
        let Some((first, rest)) = name.split_once("::").filter(|(first, _)| *first != "environment") else {
            // the environment's own lie below its folder by their whole name
            let file = format!("{}.pp", name.replace("::", "/"));
            return Some((self.paths.root.join(folder).join(file), None));
        };
        let file = format!("{}.pp", rest.replace("::", "/"));
        let (module, path) = self.modules.get_key_value(first)?;
        Some((path.join(folder).join(file), Some(module)))
    }

    fn load(
        &self,
        path: &Path,
        module: Option<&EcoString>,
        world: &dyn World,
    ) -> Result<Option<Arc<Loaded>>> {
        let lock = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(path).cloned();
        let (file, asked) = match known {
            Some(known) => known,
            None => {
                let recording = RecordingWorld::new(world);
                let file = self.read(path, module, &recording);
                let asked = recording.recorded().into();
                lock().entry(path.into()).or_insert((file, asked)).clone()
            }
        };
        world.note(&asked);
        file.map_err(|found| Box::new(first_error(&found)))
    }

    fn read(&self, path: &Path, module: Option<&EcoString>, world: &dyn World) -> File {
        let Some((ast, warnings)) = parse(&self.paths, path, world)? else { return Ok(None) };
        let mut loaded = Loaded { warnings, ..Loaded::default() };
        let problems = loaded.add(&ast, module);
        if problems.is_empty() { Ok(Some(Arc::new(loaded))) } else { Err(problems.into()) }
    }
}

impl Loaded {
    /// Adds a file's definitions; gives those whose name is taken.
    fn add(&mut self, ast: &Arc<Ast>, module: Option<&EcoString>) -> Vec<Diagnostic> {
        ast.definitions.iter().filter_map(|found| self.define(found, ast, module)).collect()
    }

    fn define(
        &mut self,
        found: &ast::Definition,
        ast: &Arc<Ast>,
        module: Option<&EcoString>,
    ) -> Option<Diagnostic> {
        let source = || ast.source.clone();
        let resource_type = |name: &str, parent: Option<&EcoString>, body| {
            let parent = parent.map(|name| munge(name));
            Arc::new(ResourceType {
                name: munge(name),
                parent,
                module: module.cloned(),
                source: Some(source()),
                body,
            })
        };
        match found {
            ast::Definition::Class(it) => {
                let new = resource_type(&it.name, it.parent.as_ref(), Body::Class(it.clone()));
                metaparameter(&new).or_else(|| taken(&self.classes, &new, "class")).or_else(|| {
                    self.classes.insert(new.name.clone(), new);
                    None
                })
            }
            ast::Definition::Define(it) => {
                let new = resource_type(&it.name, None, Body::Define(it.clone()));
                metaparameter(&new).or_else(|| taken(&self.defines, &new, "define")).or_else(|| {
                    self.defines.insert(new.name.clone(), new);
                    None
                })
            }
            ast::Definition::Node(it) => {
                let new = resource_type("", None, Body::Node(it.clone()));
                let clash = self.node_clash(&new);
                self.nodes.push(new);
                clash
            }
            ast::Definition::Function(it) => {
                let function = PuppetFunction { definition: it.clone(), source: source() };
                self.functions.insert(munge(&it.name), Arc::new(function));
                None
            }
            ast::Definition::TypeAlias(it) => {
                let alias =
                    AliasDefinition { definition: it.clone(), source: source(), module: module.cloned() };
                self.aliases.insert(munge(&it.name), Arc::new(alias));
                None
            }
            ast::Definition::TypeMapping(_) | ast::Definition::TypeDefinition(_) => None,
        }
    }
}

impl Loaded {
    /// Finds a node definition that has a name of this one.
    fn node_clash(&self, new: &ResourceType) -> Option<Diagnostic> {
        let known = |name: &EcoString| self.nodes.iter().find(|old| old.node_names().contains(name));
        let (name, old) =
            new.node_names().into_iter().find_map(|name| Some((name.clone(), known(&name)?)))?;
        let words = at_words(old.location().as_ref());
        let found =
            Diagnostic::error(&codes::ALREADY_DEFINED, format!("node `{name}` is already defined{words}"));
        let found = super::compiler::placed(found, new.location());
        Some(match old.location() {
            Some(at) => found.related(at, "defined here first"),
            None => found,
        })
    }
}

impl Loaded {
    /// Finds a node definition that has the name of a class: Puppet keeps both in one table.
    fn class_clash(&self, class: &ResourceType) -> Option<Diagnostic> {
        let node = self.nodes.iter().find(|node| node.node_names().contains(&class.name))?;
        let words = at_words(node.location().as_ref());
        let message = format!("node `{}` is already defined{words} and cannot be a class too", class.name);
        let found = Diagnostic::error(&codes::ALREADY_DEFINED, message);
        Some(super::compiler::placed(found, class.location()))
    }
}

/// Refuses a required parameter with the name of a metaparameter.
fn metaparameter(new: &ResourceType) -> Option<Diagnostic> {
    let refused = |it: &&ast::Parameter| it.value.is_none() && restypes::is_metaparameter(&it.name);
    let parameter = new.parameters().iter().find(refused)?;
    let message = format!("the parameter `{}` of `{}` is a metaparameter", parameter.name, new.name);
    let found = Diagnostic::error(&codes::METAPARAMETER, message).help("choose another name");
    let at = new.source.as_ref().map(|source| Location::new(source.clone(), parameter.span));
    Some(super::compiler::placed(found, at))
}

fn taken(
    known: &HashMap<EcoString, Arc<ResourceType>>,
    new: &ResourceType,
    what: &str,
) -> Option<Diagnostic> {
    let old = known.get(&new.name)?;
    let mut found = Diagnostic::error(
        &codes::ALREADY_DEFINED,
        format!("{what} `{}` is already defined{}", new.name, at_words(old.location().as_ref())),
    );
    if let Some(at) = new.location() {
        found = found.at(at);
    }
    if let Some(at) = old.location() {
        found = found.related(at, "defined here first");
    }
    Some(found)
}

/// Returns ` at file:line` for the end of a message.
pub(crate) fn at_words(at: Option<&Location>) -> String {
    at.map(|at| format!(" at `{at}`")).unwrap_or_default()
}

fn literal_name(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        ast::ExprKind::String(text) | ast::ExprKind::Name(text) => Some(text.as_str()),
        _ => None,
    }
}

fn manifest_path(module: &Path, rest: &[&str]) -> PathBuf {
    if rest.is_empty() {
        return module.join("manifests/init.pp");
    }
    module.join("manifests").join(format!("{}.pp", rest.join("/")))
}

/// The site manifest, or every `**/*.pp` of its folder in the order of their paths as text; hidden files and folders
/// are passed over, as Ruby's `Dir.glob` does.
fn manifests(paths: &EnvironmentPaths, world: &dyn World) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let Some(manifest) = &paths.manifest else { return Ok(Vec::new()) };
    if !world.is_dir(manifest) {
        return Ok(vec![manifest.clone()]);
    }
    let mut found = Vec::new();
    collect_manifests(manifest, world, &mut found).map_err(|(folder, error)| {
        let message = format!("the folder cannot be read: {error}");
        vec![Diagnostic::error(&codes::UNREADABLE, message).in_file(shown(paths, &folder))]
    })?;
    found.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    Ok(found)
}

fn collect_manifests(
    folder: &Path,
    world: &dyn World,
    found: &mut Vec<PathBuf>,
) -> Result<(), (PathBuf, std::io::Error)> {
    let names = world.list(folder).map_err(|error| (folder.to_owned(), error))?;
    for name in names.into_iter().filter(|name| !name.starts_with('.')) {
        let path = folder.join(&name);
        if world.is_dir(&path) {
            // `**` does not follow links to folders
            if !world.is_link(&path) {
                collect_manifests(&path, world, found)?;
            }
        } else if name.ends_with(".pp") {
            found.push(path);
        }
    }
    Ok(())
}

fn options(paths: &EnvironmentPaths) -> syntax::Options {
    let folder = |path: &PathBuf| PathBuf::from(shown(paths, path));
    syntax::Options {
        version: paths.version,
        strict: paths.strict,
        module_path: paths.module_path.iter().map(folder).collect(),
        manifest: paths.manifest.as_ref().map(folder),
    }
}

pub(super) fn shown(paths: &EnvironmentPaths, path: &Path) -> String {
    path.strip_prefix(&paths.root).unwrap_or(path).to_string_lossy().into_owned()
}

fn missing(paths: &EnvironmentPaths, path: &Path) -> Diagnostic {
    Diagnostic::error(&codes::UNREADABLE, "the site manifest is not there").in_file(shown(paths, path))
}

type Checked = (Arc<Ast>, Vec<Diagnostic>);

fn parse(
    paths: &EnvironmentPaths,
    path: &Path,
    world: &dyn World,
) -> Result<Option<Checked>, Arc<[Diagnostic]>> {
    if !world.is_file(path) {
        return Ok(None);
    }
    let name = shown(paths, path);
    let unreadable = |why: String| -> Arc<[Diagnostic]> {
        [Diagnostic::error(&codes::UNREADABLE, why).in_file(name.clone())].into()
    };
    let bytes =
        world.read(path).map_err(|error| unreadable(format!("the file `{name}` cannot be read: {error}")))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        unreadable(format!("the file `{name}` is not UTF-8 (byte {})", error.valid_up_to()))
    })?;
    let source = SourceFile::new(name.clone(), text);
    checked(syntax::parse(source, Mode::Manifest, &options(paths))).map(Some).map_err(Arc::from)
}

/// Keeps a tree that has no errors.
fn checked(parsed: syntax::Parsed) -> Result<Checked, Vec<Diagnostic>> {
    if parsed.has_errors() {
        return Err(parsed.diagnostics);
    }
    match parsed.ast {
        Some(ast) => Ok((ast, parsed.diagnostics)),
        None => Err(vec![Diagnostic::error(&codes::UNREADABLE, "the file could not be parsed")]),
    }
}

fn first_error(found: &[Diagnostic]) -> Diagnostic {
    let error = found.iter().find(|found| found.severity() == crate::diag::Severity::Error);
    error
        .or(found.first())
        .cloned()
        .unwrap_or_else(|| Diagnostic::error(&codes::UNREADABLE, "the file could not be parsed"))
}
