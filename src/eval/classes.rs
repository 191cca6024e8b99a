//! Classes and defines: declaring them, giving their parameters values, evaluating their code
//! (`Puppet::Resource::Type`).

use super::{
    codes,
    compiler::{Compiler, TOP, placed},
    cx::Cx,
    definition::{Body, ResourceType},
    record::Reads,
    resource::{Param, Res, ResourceId, What},
    scope::{Level, LevelKind, Parameters, ScopeId, Var},
};
use crate::{
    diag::{Diagnostic, Result},
    functions::Inclusion,
    maps::IndexMap,
    source::{Location, Read},
    value::{Type, Value},
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

impl Compiler<'_> {
    /// Finds a class or says that it is not there, naming a missing module and the way to get it.
    pub(crate) fn require_class(&self, name: &str, at: Option<&Location>) -> Result<Arc<ResourceType>> {
        if let Some(found) = self.find_class(name)? {
            return Ok(found);
        }
        let name = super::definition::munge(name);
        let message = format!("could not find class `{name}` for `{}`", self.request.certname);
        let found = placed(Diagnostic::error(&codes::UNKNOWN_CLASS, message), at.cloned());
        Err(Box::new(self.help_with_module(found, &name)))
    }

    /// Adds to a diagnostic what a name's module has to do with it.
    pub(crate) fn help_with_module(&self, found: Diagnostic, name: &str) -> Diagnostic {
        let module = name.split("::").next().unwrap_or(name);
        match self.env.modules().get(module) {
            Some(folder) => {
                let folder = self.env.shown(folder);
                found.help(format!(
                    "module `{module}` is in `{folder}`, but does not define it: check the spelling"
                ))
            }
            None => found.help(format!(
                "module `{module}` is not on the module path: if the Puppetfile lists it, run \
                 `r10k puppetfile install` or `g10k -puppetfile`, else add it there"
            )),
        }
    }

    /// Declares classes without parameters and evaluates those that are new (`include`, `require`, `contain`).
    pub(crate) fn declare(
        &self,
        scope: ScopeId,
        names: &[EcoString],
        kind: Inclusion,
        at: &Location,
    ) -> Result<()> {
        let found: Vec<_> =
            names.iter().map(|name| self.require_class(name, Some(at))).collect::<Result<_>>()?;
        let resources = self.evaluate_classes(scope, &found, at)?;
        match kind {
            Inclusion::Include => {}
            Inclusion::Require => self.require_resources(scope, &found, at),
            Inclusion::Contain => {
                if let Some(container) = self.scope_resource(scope) {
                    let mut state = self.state.borrow_mut();
                    state.edges.extend(resources.into_iter().map(|id| (container, id)));
                }
            }
        }
        Ok(())
    }

    fn require_resources(&self, scope: ScopeId, classes: &[Arc<ResourceType>], at: &Location) {
        let Some(container) = self.scope_resource(scope) else { return };
        let origin = self.recorder.origin(Some(at.clone()), self.scope_frames(scope), None);
        self.with_mut(container, |resource| {
            let mut items = flattened(resource.get("require"));
            items.extend(classes.iter().map(|class| Value::Type(Type::Class(Some(class.name.clone())))));
            let source = resource.source.clone();
            let param = Param { value: Value::Array(items.into()), source, add: false, at: None, origin };
            resource.checked = false;
            resource.parameters.insert("require".into(), param);
        });
    }

    /// Puts classes into the catalog, then evaluates those that are new; gives all of them, new ones last.
    pub(crate) fn evaluate_classes(
        &self,
        scope: ScopeId,
        classes: &[Arc<ResourceType>],
        at: &Location,
    ) -> Result<Vec<ResourceId>> {
        let mut old = Vec::new();
        let mut new = Vec::new();
        for class in classes {
            match self.class_scope(&class.name) {
                Some(scope) => old.extend(self.scope_resource(scope)),
                None => new.push(self.ensure_in_catalog(scope, class, Some(at))?),
            }
        }
        for id in &new {
            self.evaluate(*id)?;
        }
        old.extend(new);
        Ok(old)
    }

    /// Puts a class into the catalog unless it is there.
    pub(crate) fn ensure_in_catalog(
        &self,
        scope: ScopeId,
        class: &Arc<ResourceType>,
        at: Option<&Location>,
    ) -> Result<ResourceId> {
        if let Some(found) = self.find_resource("class", &class.name) {
            return Ok(found);
        }
        let resource = self.class_resource(scope, class, at)?;
        self.instantiate(scope, &resource)?;
        self.add_resource(scope, resource)
    }

    fn class_resource(
        &self,
        scope: ScopeId,
        class: &Arc<ResourceType>,
        at: Option<&Location>,
    ) -> Result<Res> {
        let mut resource = self.blank("class", &class.name, scope)?;
        resource.what = What::Class(class.clone());
        resource.source = Some(class.clone());
        resource.origin = self.recorder.origin(at.cloned(), self.scope_frames(scope), None);
        self.apply_defaults(&mut resource)?;
        Ok(resource)
    }

    /// Declares a class of the ENC with its parameters; it is evaluated with the definitions.
    pub(crate) fn declare_enc_class(
        &self,
        scope: ScopeId,
        class: &Arc<ResourceType>,
        parameters: &IndexMap<EcoString, Value>,
    ) -> Result<()> {
        let mut resource = self.blank("class", &class.name, scope)?;
        resource.what = What::Class(class.clone());
        resource.source = Some(class.clone());
        for (name, value) in parameters {
            let read = Read::NodeVariable(format!("{}::{name}", class.name).into());
            let origin = self.recorder.origin(None, self.scope_frames(scope), Some(Arc::from([read])));
            let param =
                Param { value: value.clone(), source: Some(class.clone()), add: false, at: None, origin };
            resource.set(name.clone(), param)?;
        }
        self.apply_defaults(&mut resource)?;
        self.instantiate(scope, &resource)?;
        self.add_resource(scope, resource).map(|_| ())
    }

    /// Declares the parent of a class, and gives the catalog the class's tags.
    pub(crate) fn instantiate(&self, scope: ScopeId, resource: &Res) -> Result<()> {
        let Some(kind) = resource.what.resource_type() else { return Ok(()) };
        if let Some(parent) = &kind.parent {
            self.refuse_cycle(kind)?;
            if self.find_resource(&resource.type_name, parent).is_none() {
                let parent = self.parent_class(kind, parent)?;
                let at = resource.origin.at.clone().or_else(|| kind.location());
                self.ensure_in_catalog(scope, &parent, at.as_ref())?;
            }
        }
        if resource.is_class() {
            self.state.borrow_mut().tags.extend(resource.tags.iter().cloned());
        }
        Ok(())
    }

    fn parent_class(&self, kind: &ResourceType, parent: &str) -> Result<Arc<ResourceType>> {
        self.require_class(parent, kind.location().as_ref())
    }

    fn refuse_cycle(&self, class: &Arc<ResourceType>) -> Result<()> {
        let mut chain = vec![class.clone()];
        let mut next = class.parent.clone();
        while let Some(name) = next {
            let parent = self.parent_class(class, &name)?;
            let begins = chain.iter().position(|known| Arc::ptr_eq(known, &parent));
            chain.push(parent.clone());
            if let Some(begins) = begins {
                let names: Vec<String> =
                    chain.iter().skip(begins).map(|class| format!("`{}`", class.name)).collect();
                let message = format!("classes inherit from each other: {}", names.join(" from "));
                let mut found = placed(Diagnostic::error(&codes::CYCLE, message), class.location());
                for other in chain.iter().skip(1) {
                    if let Some(at) = other.location() {
                        found = found.related(at, format!("`{}` is defined here", other.name));
                    }
                }
                return Err(Box::new(found.help("let one of them inherit from none of the others")));
            }
            next = parent.parent.clone();
        }
        Ok(())
    }

    /// Evaluates the code of a class or define instance, once.
    pub(crate) fn evaluate(&self, id: ResourceId) -> Result<()> {
        let (evaluated, what) = self.with(id, |it| (it.evaluated, Some(it.what.clone())));
        if evaluated {
            return Ok(());
        }
        self.with_mut(id, |it| it.evaluated = true);
        let Some(kind) = what.as_ref().and_then(What::resource_type) else { return Ok(()) };
        self.finish_evaluation(id);
        let at = || {
            let declared = self.with(id, |it| it.origin.at.clone());
            declared.or_else(|| kind.location()).unwrap_or_else(|| super::compiler::start_of(self.nowhere()))
        };
        let result = self.deeper(at, || self.recorder.contained(|| self.evaluate_code(id, kind)));
        result.map_err(|found| Box::new(self.called_from(id, *found)))
    }

    /// Adds to a problem in a container's code where the container was declared: Puppet's stack.
    fn called_from(&self, id: ResourceId, found: Diagnostic) -> Diagnostic {
        let (reference, at) = self.with(id, |it| (it.reference().to_string(), it.origin.at.clone()));
        match at {
            Some(at) if found.location() != Some(&at) => {
                found.related(at, format!("`{reference}` is declared here"))
            }
            _ => found,
        }
    }

    /// Adds the tags of the container that the resource was declared in.
    pub(crate) fn finish_evaluation(&self, id: ResourceId) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let Some(resource) = state.resources.get(id.0) else { return };
        if resource.tagged_by_scope {
            return;
        }
        let container =
            state.scopes.get(resource.scope.0).and_then(|scope| scope.resource).filter(|it| *it != id);
        let tags = container
            .and_then(|it| state.resources.get_mut(it.0))
            .map(|it| std::mem::take(&mut it.tags))
            .unwrap_or_default();
        if let Some(resource) = state.resources.get_mut(id.0) {
            resource.tagged_by_scope = true;
            resource.tags.extend(tags.iter().cloned());
        }
        if let Some(container) = container.and_then(|it| state.resources.get_mut(it.0)) {
            container.tags = tags;
        }
    }

    pub(crate) fn evaluate_code(&self, id: ResourceId, kind: &Arc<ResourceType>) -> Result<()> {
        let parent_scope = self.evaluate_parent(kind)?;
        let outer = parent_scope.unwrap_or_else(|| self.with(id, |it| Some(it.scope)).unwrap_or(TOP));
        let main = matches!(kind.body, Body::Main(_));
        let scope = if main { outer } else { self.new_scope(outer, Some(kind.clone()), Some(id)) };
        if kind.is_class() && !kind.name.is_empty() {
            self.add_class(&kind.name)?;
        }
        self.set_parameters(id, kind, scope, outer)?;
        if kind.is_class() {
            self.add_edge_to_stage(id, outer)?;
        }
        if let Body::Main(files) = &kind.body {
            return files.iter().try_for_each(|ast| {
                let cx = Cx { c: self, scope, source: &ast.source };
                cx.statements(&ast.body.statements).map(|_| ())
            });
        }
        let (Some(block), Some(source)) = (kind.block(), &kind.source) else { return Ok(()) };
        let cx = Cx { c: self, scope, source };
        cx.returning(|| cx.block(block)).map(|_| ())
    }

    fn evaluate_parent(&self, kind: &Arc<ResourceType>) -> Result<Option<ScopeId>> {
        let Some(parent) = &kind.parent else { return Ok(None) };
        let class = self.parent_class(kind, parent)?;
        if let Some(id) = self.find_resource("class", &class.name) {
            self.evaluate(id)?;
        }
        Ok(self.class_scope(&class.name))
    }

    fn add_edge_to_stage(&self, id: ResourceId, outer: ScopeId) -> Result<()> {
        let own = self.with(id, |it| it.get("stage").map(Value::to_str));
        let container = self.with(id, |it| Some(it.scope)).unwrap_or(outer);
        let inherited = || {
            let resource = self.scope_resource(container)?;
            self.with(resource, |it| it.get("stage").map(Value::to_str))
        };
        let name = own.clone().or_else(inherited);
        let title = name.as_ref().map_or("main", |name| name.as_str());
        let Some(stage) = self.find_resource("stage", title) else {
            let (reference, at) = self.with(id, |it| (it.reference().to_string(), it.origin.at.clone()));
            let message = format!("could not find stage `{title}` specified by `{reference}`");
            return Err(Box::new(placed(Diagnostic::error(&codes::STAGE, message), at)));
        };
        if own.is_none() && title != "main" {
            let param = self.silent_param(id, Value::str(title));
            self.with_mut(id, |it| {
                it.checked = false;
                it.parameters.insert("stage".into(), param).is_some()
            });
        }
        self.state.borrow_mut().edges.insert((stage, id));
        Ok(())
    }

    /// Makes a parameter that no manifest gave.
    pub(crate) fn silent_param(&self, id: ResourceId, value: Value) -> Param {
        let (source, origin) = self.with(id, |it| (it.source.clone(), Some(it.origin.clone())));
        Param { value, source, add: false, at: None, origin: origin.unwrap_or_default() }
    }

    fn set_parameters(
        &self,
        id: ResourceId,
        kind: &Arc<ResourceType>,
        scope: ScopeId,
        outer: ScopeId,
    ) -> Result<()> {
        let plain = |name: &str, value: Value| self.set_variable(scope, name.into(), Var::plain(value));
        let named =
            |name: &str| self.with(id, |it| it.get(name).map(Value::to_str)).map(|text| text.text().clone());
        // what is of the site manifest is of a module without a name
        let of = |kind: &ResourceType| kind.module.clone().unwrap_or_default();
        plain("module_name", Value::str(named("module_name").unwrap_or_else(|| of(kind))))?;
        let caller = || self.scope_source(outer).filter(|_| scope != TOP).map(|it| of(&it));
        if let Some(module) = named("caller_module_name").or_else(caller) {
            plain("caller_module_name", Value::str(module))?;
        }
        if matches!(kind.body, Body::Class(_)) {
            self.look_parameters_up(id, kind, scope)?;
        }
        let (name, title) = self.with(id, |it| (it.name(), it.title.clone()));
        if kind.is_class() {
            plain("title", Value::str(super::definition::lower_case(&title)))?;
            plain("name", Value::str(super::definition::lower_case(&name.to_str())))?;
            self.state.borrow_mut().class_scopes.insert(kind.name.clone(), scope);
        } else {
            plain("title", Value::str(title))?;
            plain("name", name)?;
        }
        let values = self.parameter_values(id, kind, scope)?;
        self.validate_parameters(id, kind, &values)?;
        // all were checked but a `name` or `title` that was given
        self.with_mut(id, |it| {
            it.checked = !["name", "title"].iter().any(|name| it.parameters.contains_key(*name))
        });
        for (name, var) in values {
            let var = self.parameter_var(kind, &name, var);
            self.set_variable(scope, name, var)?;
        }
        Ok(())
    }

    /// Makes reads of a parameter say whose it is and where its value came from.
    fn parameter_var(&self, kind: &ResourceType, name: &EcoString, var: Var) -> Var {
        if !self.recorder.is_on() {
            return var;
        }
        let from = var.reads.clone().unwrap_or_default();
        let read = Read::Parameter { of: kind.name.clone(), name: name.clone(), from };
        Var { value: var.value, reads: Some(Arc::from([read])) }
    }

    /// Asks Hiera for the parameters that the declaration left open.
    fn look_parameters_up(&self, id: ResourceId, kind: &Arc<ResourceType>, scope: ScopeId) -> Result<()> {
        for parameter in kind.parameters() {
            if self.with(id, |it| it.get(&parameter.name).is_some()) {
                continue;
            }
            let key = format!("{}::{}", kind.name, parameter.name);
            let Some((value, reads)) = self.look_up(scope, &key, &crate::hiera::Query::default())? else {
                continue;
            };
            if value.is_undef() && parameter.value.is_some() {
                continue;
            }
            self.store_parameter(id, &parameter.name, value, reads)?;
        }
        Ok(())
    }

    fn store_parameter(&self, id: ResourceId, name: &EcoString, value: Value, reads: Reads) -> Result<()> {
        let (source, old) = self.with(id, |it| (it.source.clone(), Some(it.origin.clone())));
        let origin = self.recorder.origin(None, old.map(|it| it.frames.clone()).unwrap_or_default(), reads);
        let param = Param { value, source, add: false, at: None, origin };
        match self.state.borrow_mut().resources.get_mut(id.0) {
            Some(resource) => resource.set(name.clone(), param),
            None => Ok(()),
        }
    }

    /// Collects what was given and evaluates the defaults of the rest, in order.
    fn parameter_values(
        &self,
        id: ResourceId,
        kind: &Arc<ResourceType>,
        scope: ScopeId,
    ) -> Result<IndexMap<EcoString, Var>> {
        let (callee, called, given) = self
            .with(id, |it| (EcoString::from(it.reference().to_string()), it.origin.at.clone(), given(it)));
        let mut values: IndexMap<EcoString, Option<Var>> =
            kind.parameters().iter().map(|parameter| (parameter.name.clone(), None)).collect();
        values.extend(given.into_iter().map(|(name, var)| (name, Some(var))));
        let parameters = Parameters {
            callee,
            values: RefCell::new(values),
            missing: RefCell::default(),
            read_only: Cell::new(false),
        };
        let level =
            Rc::new(Level { below: Some(self.top_level(scope)), kind: LevelKind::Parameters(parameters) });
        let LevelKind::Parameters(parameters) = &level.kind else { return Ok(IndexMap::default()) };
        self.guarded(scope, || -> Result<()> {
            self.push_level(scope, level.clone());
            let Some(source) = &kind.source else { return Ok(()) };
            let cx = Cx { c: self, scope, source };
            for parameter in kind.parameters() {
                let Some(default) = &parameter.value else { continue };
                if self.with(id, |it| it.get(&parameter.name).is_some()) {
                    continue;
                }
                let mark = self.recorder.mark();
                let value = cx.parameter_default(parameters, &parameter.name, default, called.as_ref())?;
                let reads = self.recorder.take(mark);
                self.store_parameter(id, &parameter.name, value.clone(), reads.clone())?;
                parameters.values.borrow_mut().insert(parameter.name.clone(), Some(Var { value, reads }));
            }
            Ok(())
        })?;
        let values = parameters.values.take();
        Ok(values.into_iter().filter_map(|(name, var)| Some((name, var?))).collect())
    }
}

/// Returns the parameters that a resource has, as variables.
fn given(resource: &Res) -> Vec<(EcoString, Var)> {
    let own = resource.parameters.iter().filter(|(name, _)| *name != "name" && *name != "title");
    own.map(|(name, param)| {
        let reads = (!param.origin.reads.is_empty()).then(|| param.origin.reads.clone());
        (name.clone(), Var { value: param.value.clone(), reads })
    })
    .collect()
}

/// Returns a value as a flat list, undef left out.
pub(crate) fn flattened(value: Option<&Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Undef) => Vec::new(),
        Some(Value::Array(items)) => items.iter().flat_map(|item| flattened(Some(item))).collect(),
        Some(other) => vec![other.clone()],
    }
}

/// Brings what `include` and its kind are given to names of classes.
pub(crate) fn class_names(values: &[Value]) -> Result<Vec<EcoString>> {
    let refuse = |message: &str| Err(Box::new(Diagnostic::error(&codes::ARGUMENTS, message)));
    let mut names = Vec::new();
    for value in values.iter().flat_map(|value| match value {
        Value::Array(_) => flattened_with_undef(value),
        other => vec![other.clone()],
    }) {
        let name = match &value {
            Value::Undef => return refuse("cannot use undef as a class name"),
            Value::Str(name) if name.is_empty() => {
                return refuse("cannot use an empty string as a class name");
            }
            Value::Str(name) => name.text().clone(),
            Value::Type(Type::Class(Some(name))) => name.clone(),
            Value::Type(Type::Class(None)) => {
                return refuse("cannot use an unspecific `Class` as a class name");
            }
            Value::Type(Type::Resource(Some(kind), Some(title))) if kind.eq_ignore_ascii_case("class") => {
                title.clone()
            }
            other => return refuse(&format!("cannot use `{}` as a class name", other.to_str())),
        };
        names.push(super::definition::munge(&name));
    }
    Ok(names)
}

fn flattened_with_undef(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(flattened_with_undef).collect(),
        other => vec![other.clone()],
    }
}
