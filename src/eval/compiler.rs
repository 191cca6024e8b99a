//! The compile of one node: its state, and the steps in Puppet's order (`Puppet::Parser::Compiler`).

use super::{
    codes,
    cx::Cx,
    definition::{Body, ResourceType, node_name},
    environment::Environment,
    query::Asked,
    record::Recorder,
    request::{Compiled, DataSource, NodeRequest},
    resource::{Res, ResourceId, What, add_tag, stored_reference, uniqueness_key},
    scope::{Level, Scope, ScopeId, Var},
    state::State,
};
use crate::{
    catalog::{Catalog, ResourceRef},
    diag::{Code, Diagnostic, Result, Sink},
    maps::{HashSet, IndexMap, IndexSet},
    restypes::{self, TitleProblem},
    source::{Frame, Location, Read, SourceFile, Span, World},
    syntax::{Strict, ast},
    value::{Regexp, Str, Value},
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

/// The scope of facts and of what lies outside of classes.
pub(crate) const TOP: ScopeId = ScopeId(0);

/// How deep expressions may be nested, calls counted.
const DEPTH: u32 = 8_000;

/// The compile of one node.
pub(crate) struct Compiler<'a> {
    pub env: &'a Environment,
    pub request: &'a NodeRequest,
    pub data: &'a dyn DataSource,
    pub world: &'a dyn World,
    pub state: RefCell<State>,
    pub recorder: Recorder,
    pub sink: Sink,
    pub meter: super::limits::Meter,
    depth: Cell<u32>,
    /// The value that `next` or `return` carries.
    pub jump: RefCell<Value>,
    /// What collectors asked of other nodes' exports.
    pub asked: RefCell<Vec<Asked>>,
    /// The text of the template that is being rendered.
    pub rendering: RefCell<super::epp::Rendering>,
    /// What was found in the environment.
    pub known: super::known::Known,
    nowhere: Arc<SourceFile>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(
        env: &'a Environment,
        request: &'a NodeRequest,
        data: &'a dyn DataSource,
        world: &'a dyn World,
    ) -> Self {
        Self {
            env,
            request,
            data,
            world,
            state: RefCell::default(),
            recorder: Recorder::new(request.record_reads),
            sink: Sink::default(),
            meter: super::limits::Meter::default(),
            depth: Cell::new(0),
            jump: RefCell::default(),
            asked: RefCell::default(),
            rendering: RefCell::default(),
            known: super::known::Known::default(),
            nowhere: SourceFile::new("", ""),
        }
    }

    /// Compiles the catalog.
    pub(crate) fn compile(self) -> Compiled {
        self.env.warnings().iter().for_each(|found| self.sink.push(found.clone()));
        let result = self.run();
        if let Err(error) = &result {
            self.sink.push((**error).clone());
        }
        let failed = result.is_err() || self.sink.has_errors();
        let exports = if failed { Vec::new() } else { self.exports() };
        let catalog = (!failed).then(|| self.catalog());
        if let Some(catalog) = &catalog {
            self.warn_of_cycles(catalog);
        }
        Compiled { catalog, exports, asked: self.asked.into_inner(), diagnostics: self.sink.into_vec() }
    }

    /// Evaluates everything and runs something in top scope; gives the warnings too.
    pub(crate) fn then<T>(
        self,
        run: impl FnOnce(&super::data::TopScope<'_, 'a>) -> T,
    ) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
        if let Err(error) = self.run() {
            self.sink.push(*error);
        }
        if self.sink.has_errors() {
            return Err(self.sink.into_vec());
        }
        let result = run(&super::data::TopScope::new(&self));
        Ok((result, self.sink.into_vec()))
    }

    /// Warns of circles in the order in which an agent would apply the catalog; Puppet's compiler lets them pass.
    fn warn_of_cycles(&self, catalog: &Catalog) {
        let graph = catalog.agent_graph();
        for unread in graph.unread() {
            let (by, kind, to) = (&unread.type_name, unread.kind.as_str(), &unread.target);
            let message =
                format!("the `{kind}` of `{by}` to `{to}` was not read: circles through it are not found");
            self.sink.push(Diagnostic::advice(&restypes::RELATION, message));
        }
        for cycle in graph.cycles() {
            let message = format!("the resources depend on each other in a circle: `{cycle}`");
            let first = cycle.path.iter().find_map(|it| catalog.resources.get(it)?.origin.at.clone());
            let found = placed(Diagnostic::warning(&codes::DEPENDENCY_CYCLE, message), first);
            self.sink.push(found.help("an agent refuses the whole catalog: drop one of the relations"));
        }
    }

    fn run(&self) -> Result<()> {
        self.state.borrow_mut().scopes.push(Scope::new(None, None, None));
        self.add_main_stage()?;
        for class in self.request.classes.keys() {
            self.add_class(class)?;
        }
        self.set_node_parameters()?;
        self.create_settings_scope()?;
        self.evaluate_main()?;
        let node_scope = self.evaluate_node()?;
        self.evaluate_node_classes(node_scope.unwrap_or(TOP))?;
        self.evaluate_generators()?;
        self.finish()?;
        self.fail_on_unevaluated()?;
        self.validate_relationships()
    }

    fn add_main_stage(&self) -> Result<()> {
        let mut stage = self.blank("stage", "main", TOP)?;
        stage.symbolic = true;
        stage.tags.shift_remove("main");
        self.add_to_catalog(stage).map(|_| ())
    }

    fn set_node_parameters(&self) -> Result<()> {
        let request = self.request;
        let mut names = HashSet::default();
        let mut set = |name: &EcoString, value: &Value, read: Read| {
            if name == "environment" || !names.insert(name.clone()) {
                return Ok(());
            }
            let reads = self.recorder.is_on().then(|| Arc::from([read]));
            self.set_variable(TOP, name.clone(), Var { value: value.clone(), reads })
        };
        for (name, value) in &request.parameters {
            set(name, value, Read::NodeVariable(name.clone()))?;
        }
        for (name, value) in request.facts.as_hash().into_iter().flatten() {
            let name = name.to_str().text().clone();
            set(&name, value, Read::Fact(name.clone()))?;
        }
        for (name, value) in request.server_facts.as_hash().into_iter().flatten() {
            let name = name.to_str().text().clone();
            set(&name, value, Read::NodeVariable(name.clone()))?;
        }
        let environment = Value::str(self.env.paths().name.clone());
        self.set_variable(TOP, "environment".into(), Var::plain(environment))?;
        let whole = |read: Read, value: &Value| Var {
            value: value.clone(),
            reads: self.recorder.is_on().then(|| Arc::from([read])),
        };
        self.set_privileged("trusted", whole(Read::Trusted(EcoString::new()), &request.trusted));
        self.set_privileged("server_facts", Var::plain(request.server_facts.clone()));
        self.set_privileged("facts", whole(Read::Fact(EcoString::new()), &request.facts));
        Ok(())
    }

    fn set_privileged(&self, name: &str, var: Var) {
        self.with_scope(TOP, |top| top.base.set(name.into(), var));
    }

    fn create_settings_scope(&self) -> Result<()> {
        let settings = self.env.settings().clone();
        let resource = self.blank("class", "settings", TOP)?;
        let id = self.add_to_catalog(resource)?;
        self.with_mut(id, |resource| resource.evaluated = true);
        self.evaluate_code(id, &settings)
    }

    fn evaluate_main(&self) -> Result<()> {
        let main = self.env.main().clone();
        let mut resource = self.blank("class", "main", TOP)?;
        resource.symbolic = true;
        resource.what = What::Class(main.clone());
        resource.tags.shift_remove("main");
        resource.source = Some(main.clone());
        let next = ResourceId(self.state.borrow().resources.len());
        self.state.borrow_mut().scopes.iter_mut().take(1).for_each(|top| {
            top.source = Some(main.clone());
            top.resource = Some(next);
        });
        let id = self.add_resource(TOP, resource)?;
        self.evaluate(id)
    }

    fn evaluate_node(&self) -> Result<Option<ScopeId>> {
        if self.env.nodes().is_empty() {
            return Ok(None);
        }
        let Some((node, name, groups)) = self.choose_node() else {
            let message =
                format!("no node definition fits `{}`, and there is no `default`", self.request.certname);
            return Err(Box::new(Diagnostic::error(&codes::UNKNOWN_NODE, message)));
        };
        let mut resource = self.blank("node", &name, TOP)?;
        resource.what = What::Node(node.clone());
        resource.source = Some(node.clone());
        resource.origin = self.recorder.origin(node.location(), Arc::default(), None);
        self.state.borrow_mut().tags.extend(resource.tags.iter().cloned());
        let id = self.add_resource(TOP, resource)?;
        self.with_mut(id, |resource| resource.evaluated = true);
        self.finish_evaluation(id);
        let scope = self.new_scope(TOP, Some(node.clone()), Some(id));
        self.add_class(&name)?;
        // a node is of the site manifest, a module without a name
        let plain = [("module_name", ""), ("caller_module_name", ""), ("title", &name), ("name", &name)];
        for (variable, value) in plain {
            self.set_variable(scope, variable.into(), Var::plain(Value::str(value)))?;
        }
        self.state.borrow_mut().class_scopes.insert(name, scope);
        if let Some(groups) = groups {
            self.push_level(scope, Level::matching(Some(self.top_level(scope)), Some(groups)));
        }
        if let (Some(block), Some(source)) = (node.block(), &node.source) {
            let cx = Cx { c: self, scope, source };
            self.recorder.contained(|| cx.block(block))?;
        }
        Ok(Some(scope))
    }

    /// Chooses by exact name, then the first pattern that matches, then `default`; gives the node's name in the
    /// catalog and the groups of the match.
    fn choose_node(&self) -> Option<(Arc<ResourceType>, EcoString, Option<Vec<Value>>)> {
        let certname = self.request.certname.to_lowercase();
        let matches = || {
            self.env.nodes().iter().flat_map(|node| match &node.body {
                Body::Node(it) => it.matches.iter().map(|expr| (node.clone(), &expr.kind)).collect(),
                Body::Main(_) | Body::Settings | Body::Class(_) | Body::Define(_) => Vec::new(),
            })
        };
        let exact = matches().find_map(|(node, kind)| {
            let literal = !matches!(kind, ast::ExprKind::Regex(_) | ast::ExprKind::Default);
            let name = node_name(kind).filter(|_| literal)?;
            (name == certname).then_some((node, name, None))
        });
        let pattern =
            || matches().find_map(|(node, kind)| pattern_match(kind, &certname).map(|(n, g)| (node, n, g)));
        let default = || {
            let found = matches().find(|(_, kind)| matches!(kind, ast::ExprKind::Default))?;
            Some((found.0, "default".into(), None))
        };
        exact.or_else(pattern).or_else(default)
    }

    fn evaluate_node_classes(&self, scope: ScopeId) -> Result<()> {
        let (with, without): (Vec<_>, Vec<_>) =
            self.request.classes.iter().partition(|(_, parameters)| !parameters.is_empty());
        let find = |name: &EcoString| self.require_class(name, None);
        let with: Vec<_> = with.into_iter().map(|(name, it)| Ok((find(name)?, it))).collect::<Result<_>>()?;
        for (class, parameters) in with {
            self.declare_enc_class(scope, &class, parameters)?;
        }
        let without: Vec<_> = without.into_iter().map(|(name, _)| find(name)).collect::<Result<_>>()?;
        for class in without {
            if self.class_scope(&class.name).is_none() {
                self.ensure_in_catalog(scope, &class, None)?;
            }
        }
        Ok(())
    }

    fn evaluate_generators(&self) -> Result<()> {
        for _ in 0..=1000 {
            let collected = self.evaluate_collectors()?;
            let evaluated = self.evaluate_definitions()?;
            if !collected && !evaluated {
                return Ok(());
            }
        }
        let message = "defines and collectors went on declaring resources for 1000 rounds";
        Err(Box::new(Diagnostic::error(&codes::LOOP, message)))
    }

    fn evaluate_definitions(&self) -> Result<bool> {
        let pending: Vec<ResourceId> = {
            let state = self.state.borrow();
            let waits = |id: &&ResourceId| {
                state.resources.get(id.0).is_some_and(|resource| {
                    !resource.evaluated && !resource.is_virtual && resource.what.resource_type().is_some()
                })
            };
            state.declared.iter().filter(waits).copied().collect()
        };
        for id in &pending {
            self.evaluate(*id)?;
        }
        Ok(!pending.is_empty())
    }

    // -- the state's parts ------------------------------------------------------------------------------------

    /// Runs with a resource; a wrong id cannot come up, since ids are made here only.
    pub(crate) fn with<T: Default>(&self, id: ResourceId, run: impl FnOnce(&Res) -> T) -> T {
        self.state.borrow().resources.get(id.0).map(run).unwrap_or_default()
    }

    pub(crate) fn with_mut<T: Default>(&self, id: ResourceId, run: impl FnOnce(&mut Res) -> T) -> T {
        self.state.borrow_mut().resources.get_mut(id.0).map(run).unwrap_or_default()
    }

    pub(crate) fn resource(&self, id: ResourceId) -> Option<Res> {
        self.state.borrow().resources.get(id.0).cloned()
    }

    pub(crate) fn with_scope<T: Default>(&self, id: ScopeId, run: impl FnOnce(&mut Scope) -> T) -> T {
        self.state.borrow_mut().scopes.get_mut(id.0).map(run).unwrap_or_default()
    }

    pub(crate) fn new_scope(
        &self,
        parent: ScopeId,
        source: Option<Arc<ResourceType>>,
        resource: Option<ResourceId>,
    ) -> ScopeId {
        let mut state = self.state.borrow_mut();
        let id = ScopeId(state.scopes.len());
        state.scopes.push(Scope::new(Some(parent), source, resource));
        id
    }

    pub(crate) fn class_scope(&self, name: &str) -> Option<ScopeId> {
        self.state.borrow().class_scopes.get(name).copied()
    }

    pub(crate) fn scope_source(&self, scope: ScopeId) -> Option<Arc<ResourceType>> {
        self.with_scope(scope, |scope| scope.source.clone())
    }

    pub(crate) fn scope_resource(&self, scope: ScopeId) -> Option<ResourceId> {
        self.with_scope(scope, |scope| scope.resource)
    }

    /// Returns the frames of what is declared in a scope.
    pub(crate) fn scope_frames(&self, scope: ScopeId) -> Arc<[Frame]> {
        self.scope_resource(scope)
            .and_then(|id| self.with(id, |it| Some(it.frames.clone())))
            .unwrap_or_default()
    }

    /// Adds a class's name to the catalog's list and tags.
    pub(crate) fn add_class(&self, name: &str) -> Result<()> {
        let mut state = self.state.borrow_mut();
        state.classes.push(name.into());
        add_tag(&mut state.tags, name)
    }

    /// Counts nesting around something; too deep is an error with a place.
    pub(crate) fn deeper<T>(
        &self,
        at: impl FnOnce() -> Location,
        run: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if self.depth.get() >= DEPTH {
            let found = Diagnostic::error(&codes::TOO_DEEP, "the evaluation is nested too deep").at(at());
            return Err(Box::new(found));
        }
        self.depth.set(self.depth.get() + 1);
        let result = run();
        self.depth.set(self.depth.get() - 1);
        result
    }

    pub(crate) fn nowhere(&self) -> &Arc<SourceFile> {
        &self.nowhere
    }

    /// Takes a warning, each only once.
    pub(crate) fn warn_once(&self, found: Diagnostic) {
        let key: EcoString = found.one_line().into();
        if self.state.borrow_mut().warned.insert(key) {
            self.sink.push(found);
        }
    }

    /// Reports what `strict` decides: nothing, a warning or an error.
    pub(crate) fn strictly(&self, code: &'static Code, message: String, at: Option<Location>) -> Result<()> {
        match self.request.strict {
            Strict::Off => Ok(()),
            Strict::Warning => {
                self.warn_once(placed(Diagnostic::warning(code, message), at));
                Ok(())
            }
            Strict::Error => Err(Box::new(placed(Diagnostic::error(code, message), at))),
        }
    }

    // -- types and resources ----------------------------------------------------------------------------------

    /// Finds a resource of the catalog by type and title as written, by alias, or by its namevars.
    pub(crate) fn find_resource(&self, type_name: &str, title: &str) -> Option<ResourceId> {
        self.find_stored(&stored_reference(type_name, title))
    }

    pub(crate) fn find_stored(&self, reference: &ResourceRef) -> Option<ResourceId> {
        if let Some(found) = self.state.borrow().titles.get(reference) {
            return Some(*found);
        }
        let Ok(Some(What::Builtin(facts))) = self.find_type(&reference.type_name) else { return None };
        let key = uniqueness_key(Some(&facts), &reference.title, |_| None);
        self.state.borrow().known_as(&reference.type_name, key)
    }

    /// Makes a resource without parameters in a scope; classes and nodes get their type later.
    pub(crate) fn blank(&self, type_name: &str, title: &str, scope: ScopeId) -> Result<Res> {
        let reference = stored_reference(type_name, title);
        let what = match type_name {
            "class" => self.find_class(title)?.map(What::Class),
            "node" => None,
            _ => self.find_type(type_name)?,
        };
        let what = what.unwrap_or(What::Unknown);
        let mut tags = IndexSet::default();
        super::resource::add_tag_if_valid(&mut tags, &reference.type_name);
        super::resource::add_tag_if_valid(&mut tags, &reference.title);
        let kind = match &what {
            What::Builtin(_) => "compilable_type",
            What::Define(_) => "defined_type",
            What::Class(_) | What::Node(_) | What::Unknown => "unknown",
        };
        let frames = self.scope_frames(scope);
        Ok(Res {
            type_name: reference.type_name,
            title: reference.title,
            symbolic: false,
            what,
            kind,
            parameters: IndexMap::default(),
            tags,
            exported: false,
            is_virtual: false,
            evaluated: false,
            tagged_by_scope: false,
            checked: false,
            finished: false,
            at: None,
            scope,
            source: self.scope_source(scope),
            origin: self.recorder.origin(None, frames, None),
            frames: Arc::default(),
            sensitive: IndexSet::default(),
            exporter: None,
        })
    }

    /// Adds a resource to the catalog and to what its scope contains.
    pub(crate) fn add_resource(&self, scope: ScopeId, resource: Res) -> Result<ResourceId> {
        let class = resource.is_class();
        let contained = !class && !resource.is_stage();
        let staged = !class && resource.get("stage").is_some();
        let reference = resource.reference();
        let at = resource.at.clone();
        let place = || at.clone().unwrap_or_else(|| start_of(self.nowhere()));
        self.count_bytes(super::limits::RESOURCE, place)?;
        let id = self.add_to_catalog(resource)?;
        self.state.borrow_mut().declared.push(id);
        if staged {
            let message = format!(
                "only classes can set `stage`; a resource such as `{reference}` cannot change its run stage"
            );
            return Err(Box::new(placed(Diagnostic::error(&codes::STAGE, message), at)));
        }
        if contained && let Some(container) = self.scope_resource(scope) {
            self.state.borrow_mut().edges.insert((container, id));
        }
        Ok(id)
    }

    fn add_to_catalog(&self, mut resource: Res) -> Result<ResourceId> {
        let reference = resource.reference();
        let existing = self.state.borrow().titles.get(&reference).copied();
        if let Some(existing) = existing {
            return Err(self.duplicate(&resource, existing));
        }
        let frame =
            Frame { container: reference.to_string().into(), declared_at: resource.origin.at.clone() };
        resource.frames = resource.origin.frames.iter().cloned().chain([frame]).collect();
        let aliases = catalog_aliases(&resource);
        let fits = self.check_title(&resource);
        let mut state = self.state.borrow_mut();
        let id = ResourceId(state.resources.len());
        state.titles.insert(reference.clone(), id);
        state.order.push(id);
        let clash = aliases.into_iter().find_map(|alias| {
            let owner = state.name(&reference.type_name, alias.clone(), id);
            (owner != id).then_some((alias, owner))
        });
        state.resources.push(resource);
        drop(state);
        match clash {
            Some((key, owner)) => Err(self.alias_clash(id, &key, owner)),
            None => fits.map(|()| id),
        }
    }

    /// Fails where a type's patterns do not fit a title.
    fn check_title(&self, resource: &Res) -> Result<()> {
        let Some(facts) = resource.what.facts().filter(|facts| facts.isomorphic) else { return Ok(()) };
        let Err(problem) = facts.parse_title(&resource.title) else { return Ok(()) };
        let at = resource.origin.at.clone().or_else(|| resource.at.clone());
        let reference = resource.reference();
        let message = match problem {
            TitleProblem::NoMatch => format!("no title pattern of its type fits the title of `{reference}`"),
            TitleProblem::NoPatterns => {
                format!("the type of `{reference}` has several namevars and no title patterns")
            }
            TitleProblem::Unread => {
                let message = format!("Ruby code takes the title of `{reference}` apart, which was not run");
                self.warn_once(placed(Diagnostic::warning(&restypes::PARTLY, message), at));
                return Ok(());
            }
        };
        Err(Box::new(placed(Diagnostic::error(&codes::TITLE_PATTERN, message), at)))
    }

    fn duplicate(&self, resource: &Res, existing: ResourceId) -> Box<Diagnostic> {
        let first = self.with(existing, |it| it.origin.at.clone());
        let words = super::environment::at_words(first.as_ref());
        let message = format!("duplicate declaration: `{}` is already declared{words}", resource.reference());
        let at = resource.origin.at.clone().or_else(|| resource.at.clone());
        let mut found = placed(Diagnostic::error(&codes::DUPLICATE, message), at);
        if let Some(first) = first {
            found = found.related(first, "declared here first");
        }
        Box::new(found)
    }

    fn alias_clash(&self, id: ResourceId, key: &[Value], owner: ResourceId) -> Box<Diagnostic> {
        let names: Vec<Str> = key.iter().filter(|it| !it.is_undef()).map(Value::to_str).collect();
        let shown = names.iter().map(Str::as_str).collect::<Vec<_>>().join("`, `");
        let (reference, at) = self.with(id, |it| (it.reference().to_string(), it.origin.at.clone()));
        let (other, first) = self.with(owner, |it| (it.reference().to_string(), it.origin.at.clone()));
        let words = super::environment::at_words(first.as_ref());
        let message =
            format!("cannot alias `{reference}` to `{shown}`: `{other}` is already declared{words}");
        let mut found = placed(Diagnostic::error(&codes::ALIAS, message), at);
        if let Some(first) = first {
            found = found.related(first, "declared here first");
        }
        Box::new(found)
    }
}

/// Returns further keys under which a resource is found: its `alias`es and its namevars.
fn catalog_aliases(resource: &Res) -> Vec<Vec<Value>> {
    let mut aliases: Vec<Vec<Value>> = Vec::new();
    match resource.get("alias") {
        Some(Value::Array(items)) => aliases.extend(items.iter().map(|item| vec![item.clone()])),
        Some(alias) => aliases.push(vec![alias.clone()]),
        None => {}
    }
    if resource.isomorphic() {
        let key = resource.uniqueness_key();
        let title = [Value::str(resource.title.clone())];
        if key.iter().any(Value::is_truthy) && key != title {
            aliases.push(key);
        }
    }
    aliases
}

pub(crate) fn placed(found: Diagnostic, at: Option<Location>) -> Diagnostic {
    match at {
        Some(at) => found.at(at),
        None => found,
    }
}

fn pattern_match(kind: &ast::ExprKind, certname: &str) -> Option<(EcoString, Option<Vec<Value>>)> {
    let ast::ExprKind::Regex(source) = kind else { return None };
    let regexp = Regexp::cached(source).ok()?;
    let groups = regexp.captures(&Str::new(certname)).ok().flatten()?;
    Some((node_name(kind)?, Some(groups)))
}

/// A place of no width at the beginning of a file.
pub(crate) fn start_of(source: &Arc<SourceFile>) -> Location {
    Location::new(source.clone(), Span::default())
}
