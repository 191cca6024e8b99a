//! Collectors: `<| |>`, `<<| |>>` and `realize` (`Puppet::Pops::Evaluator::Collectors`).

use super::{
    codes,
    compiler::Compiler,
    cx::{Cx, bare},
    declare::Params,
    resource::{Param, Res, ResourceId, What},
    scope::ScopeId,
};
use crate::{
    catalog::{self, ResourceRef},
    diag::{Diagnostic, Result},
    restypes,
    source::{Guard, Location},
    syntax::ast::{self, BinaryOp, Expr, ExprKind},
    value::{Type, Value, includes, puppet_eq, types::NoAliases},
};
use ecow::EcoString;
use indexmap::IndexMap;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

/// A query over resources.
#[derive(Debug)]
pub(crate) enum Query {
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    /// `tag == …`: any of the tags.
    Tagged(Vec<EcoString>),
    Equal(EcoString, Value),
    NotEqual(EcoString, Value),
}

/// What a collector collects.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// Resources of a capitalized type.
    Catalog(EcoString, Option<Query>),
    /// Exported ones, of this node and of others.
    Exported(EcoString, Option<Query>),
    /// Those that `realize` names; found ones are taken away.
    Fixed(RefCell<Vec<ResourceRef>>),
}

/// A collector; it is asked in every round until nothing new comes.
#[derive(Debug)]
pub(crate) struct Collector {
    pub scope: ScopeId,
    pub wanted: Wanted,
    pub overrides: Option<(Res, Params)>,
    pub collected: RefCell<IndexMap<ResourceRef, ResourceId>>,
    /// What stands to the left of this collector in a chain of arrows, for when it collects nothing.
    pub alternative: RefCell<Option<Vec<super::relate::Operand>>>,
    pub guard: Guard,
    done: Cell<bool>,
}

impl Cx<'_, '_> {
    /// Evaluates a collector expression and registers the collector.
    pub(crate) fn collector(&self, it: &ast::Collector, expr: &Expr) -> Result<Rc<Collector>> {
        let ExprKind::TypeRef(name) = &it.type_expr.kind else {
            return Err(self.error(
                &codes::QUERY,
                "a collector needs a plain type reference",
                it.type_expr.span,
            ));
        };
        let lower = super::definition::munge(name);
        if lower == "class" {
            return Err(self.error(&codes::QUERY, "classes cannot be collected", it.type_expr.span));
        }
        if self.c.find_type(&lower)?.is_none() {
            return Err(self.unknown_type(&lower, it.type_expr.span));
        }
        let overrides = if it.operations.is_empty() {
            None
        } else {
            let mut template = self.c.blank("notify", "collector", self.scope)?;
            template.at = Some(self.at(expr.anchor()));
            Some((template, self.attributes(&it.operations)?))
        };
        let query = it.query.as_ref().map(|query| self.query(query)).transpose()?;
        let type_name = super::definition::capitalize(&lower);
        let wanted =
            if it.exported { Wanted::Exported(type_name, query) } else { Wanted::Catalog(type_name, query) };
        let branch = EcoString::from(self.source.slice(it.query_span));
        Ok(self.c.add_collector(Collector {
            scope: self.scope,
            wanted,
            overrides,
            collected: RefCell::default(),
            alternative: RefCell::default(),
            guard: Guard { at: self.at(expr.span), branch },
            done: Cell::new(false),
        }))
    }

    fn query(&self, expr: &Expr) -> Result<Query> {
        let expr = bare(expr);
        let ExprKind::Binary(it) = &expr.kind else { return Err(self.bad_query(expr)) };
        match it.op {
            BinaryOp::And => {
                Ok(Query::And(Box::new(self.query(&it.left)?), Box::new(self.query(&it.right)?)))
            }
            BinaryOp::Or => Ok(Query::Or(Box::new(self.query(&it.left)?), Box::new(self.query(&it.right)?))),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let name = self.query_value(&it.left)?.to_str().text().clone();
                let value = self.query_value(&it.right)?;
                if it.op == BinaryOp::NotEqual {
                    return Ok(Query::NotEqual(name, value));
                }
                if name != "tag" {
                    return Ok(Query::Equal(name, value));
                }
                let tags = super::declare::flat(value);
                if tags.iter().any(|tag| matches!(tag, Value::Int(_) | Value::Float(_))) {
                    return Err(self.error(&codes::QUERY, "a number cannot be a tag", it.right.span));
                }
                Ok(Query::Tagged(tags.iter().map(|tag| tag.to_str().to_lowercase().into()).collect()))
            }
            _ => Err(self.bad_query(expr)),
        }
    }

    /// Evaluates one side of a comparison: a literal, a text, a variable or an access.
    fn query_value(&self, expr: &Expr) -> Result<Value> {
        match &bare(expr).kind {
            ExprKind::Undef
            | ExprKind::Boolean(_)
            | ExprKind::Integer(..)
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Name(_)
            | ExprKind::Interpolated(_)
            | ExprKind::Variable(_)
            | ExprKind::Access(_) => self.eval(expr),
            _ => {
                let message = "a query takes texts, numbers, variables and references only";
                Err(self.error(&codes::QUERY, message, expr.span))
            }
        }
    }

    fn bad_query(&self, expr: &Expr) -> Box<Diagnostic> {
        self.error(
            &codes::QUERY,
            "a query compares attributes by `==` and `!=`, joined by `and` and `or`",
            expr.span,
        )
    }
}

impl Compiler<'_> {
    fn add_collector(&self, collector: Collector) -> Rc<Collector> {
        let collector = Rc::new(collector);
        self.state.borrow_mut().collectors.push(collector.clone());
        collector
    }

    /// Registers what `realize` names.
    pub(crate) fn realize(&self, scope: ScopeId, references: &[ResourceRef], at: Location) {
        self.add_collector(Collector {
            scope,
            wanted: Wanted::Fixed(RefCell::new(references.to_vec())),
            overrides: None,
            collected: RefCell::default(),
            alternative: RefCell::default(),
            guard: Guard { at, branch: "realize".into() },
            done: Cell::new(false),
        });
    }

    /// Asks every collector once; tells whether one found something new.
    pub(crate) fn evaluate_collectors(&self) -> Result<bool> {
        let collectors = self.state.borrow().collectors.clone();
        let mut found = false;
        for collector in collectors {
            found |= self.evaluate_collector(&collector)?;
        }
        self.state.borrow_mut().collectors.retain(|collector| !collector.done.get());
        Ok(found)
    }

    fn evaluate_collector(&self, collector: &Collector) -> Result<bool> {
        let found = self.collect(collector)?;
        if found.is_empty() {
            return Ok(false);
        }
        for id in &found {
            self.realize_one(*id, collector);
        }
        if let Some((template, params)) = &collector.overrides {
            self.let_override(template.source.as_ref());
            for id in &found {
                let reference = self.with(*id, |it| Some(it.reference()));
                if reference.is_some_and(|it| collector.collected.borrow().contains_key(&it)) {
                    continue;
                }
                if let Some(over) = self.override_of(*id, template, params) {
                    self.add_override(over)?;
                }
            }
        }
        let mut collected = collector.collected.borrow_mut();
        let before = collected.len();
        for id in found {
            if let Some(reference) = self.with(id, |it| Some(it.reference())) {
                collected.entry(reference).or_insert(id);
            }
        }
        Ok(collected.len() > before)
    }

    /// Makes a virtual resource real and notes the collector as a condition of it.
    fn realize_one(&self, id: ResourceId, collector: &Collector) {
        self.with_mut(id, |resource| {
            if !resource.is_virtual {
                return;
            }
            resource.is_virtual = false;
            let mut origin = (*resource.origin).clone();
            origin.guards = origin.guards.iter().cloned().chain([collector.guard.clone()]).collect();
            resource.origin = Arc::new(origin);
        });
    }

    fn collect(&self, collector: &Collector) -> Result<Vec<ResourceId>> {
        match &collector.wanted {
            Wanted::Catalog(type_name, query) => Ok(self.matching(type_name, query.as_ref(), false)),
            Wanted::Exported(type_name, query) => {
                let mut found = self.matching(type_name, query.as_ref(), true);
                found.extend(self.import(collector, type_name, query.as_ref())?);
                Ok(found)
            }
            Wanted::Fixed(references) => {
                let mut found = Vec::new();
                references.borrow_mut().retain(|reference| match self.find_stored(reference) {
                    Some(id) => {
                        found.push(id);
                        false
                    }
                    None => true,
                });
                collector.done.set(references.borrow().is_empty());
                Ok(found)
            }
        }
    }

    fn matching(&self, type_name: &str, query: Option<&Query>, exported: bool) -> Vec<ResourceId> {
        let state = self.state.borrow();
        let fits = |id: &&ResourceId| {
            let Some(resource) = state.resources.get(id.0) else { return false };
            let container = state.scopes.get(resource.scope.0).and_then(|scope| scope.resource);
            let container = container.and_then(|it| state.resources.get(it.0));
            resource.type_name == type_name
                && (!exported || resource.exported)
                && query.is_none_or(|query| query.holds(resource, container))
        };
        state.declared.iter().filter(fits).copied().collect()
    }

    /// Takes in resources that other nodes export.
    fn import(
        &self,
        collector: &Collector,
        type_name: &str,
        query: Option<&Query>,
    ) -> Result<Vec<ResourceId>> {
        let Some(exports) = self.request.exported.clone() else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (certname, exported) in exports.iter() {
            let fits = exported.reference.type_name == type_name
                && *certname != self.request.certname
                && query.is_none_or(|query| query.holds_elsewhere(exported));
            if !fits {
                continue;
            }
            if let Some(existing) = self.find_stored(&exported.reference) {
                let exporter = self.with(existing, |it| it.exporter.clone());
                if exporter.as_ref() == Some(certname) {
                    continue;
                }
                let message = format!(
                    "a duplicate resource was found while collecting exported resources, with the type and title `{}`",
                    exported.reference
                );
                let found = Diagnostic::error(&codes::EXPORTED, message).at(collector.guard.at.clone());
                let found = match exported.origin.at.clone() {
                    Some(at) => found.related(at, format!("exported by `{certname}` here")),
                    None => found,
                };
                return Err(Box::new(found));
            }
            let resource = self.imported(collector, certname, exported)?;
            found.push(self.add_resource(collector.scope, resource)?);
        }
        Ok(found)
    }

    fn imported(
        &self,
        collector: &Collector,
        certname: &EcoString,
        exported: &catalog::Resource,
    ) -> Result<Res> {
        let reference = &exported.reference;
        let mut resource =
            self.blank(&reference.type_name.to_lowercase(), &reference.title, collector.scope)?;
        resource.exporter = Some(certname.clone());
        resource.is_virtual = true;
        resource.origin = exported.origin.clone();
        for (name, param) in &exported.parameters {
            let source = resource.source.clone();
            let (value, origin) = (param.value.clone(), param.origin.clone());
            resource.set(name.clone(), Param { value, source, add: false, at: None, origin })?;
        }
        let facts = resource.what.facts();
        if facts.is_some_and(|facts| facts.isomorphic) && !resource.parameters.contains_key("alias") {
            let key = resource.uniqueness_key();
            if key.iter().any(Value::is_truthy)
                && key != [Value::str(reference.title.clone())]
                && key.len() == 1
            {
                let param = Param {
                    value: Value::Array(key.into()),
                    source: resource.source.clone(),
                    add: false,
                    at: None,
                    origin: exported.origin.clone(),
                };
                resource.parameters.insert("alias".into(), param);
            }
        }
        self.apply_defaults(&mut resource)?;
        if matches!(resource.what, What::Unknown)
            && restypes::find(&reference.type_name.to_lowercase()).is_none()
        {
            let message = format!("unknown resource type `{}`", reference.type_name);
            let found = Diagnostic::error(&codes::UNKNOWN_TYPE, message).at(collector.guard.at.clone());
            return Err(Box::new(found));
        }
        Ok(resource)
    }

    /// Fails where `realize` named what never came.
    pub(crate) fn fail_on_unrealized(&self) -> Result<()> {
        let collectors = self.state.borrow().collectors.clone();
        for collector in collectors {
            if let Wanted::Fixed(references) = &collector.wanted
                && !references.borrow().is_empty()
            {
                let names: Vec<String> = references.borrow().iter().map(|it| format!("`{it}`")).collect();
                let message = format!("failed to realize virtual resources {}", names.join(", "));
                let found = Diagnostic::error(&codes::REALIZE, message).at(collector.guard.at.clone());
                return Err(Box::new(found));
            }
        }
        Ok(())
    }
}

impl Query {
    /// Tells whether a resource of this node fits; its container's tags count as its own.
    fn holds(&self, resource: &Res, container: Option<&Res>) -> bool {
        match self {
            Self::And(a, b) => a.holds(resource, container) && b.holds(resource, container),
            Self::Or(a, b) => a.holds(resource, container) || b.holds(resource, container),
            Self::Tagged(tags) => {
                let own = tags.iter().any(|tag| resource.tags.contains(tag));
                own || container.is_some_and(|it| tags.iter().any(|tag| it.tags.contains(tag)))
            }
            Self::Equal(name, wanted) => equals(&local_parameter(resource, name), wanted),
            Self::NotEqual(name, wanted) => !loosely_equal(&local_parameter(resource, name), wanted),
        }
    }

    /// Tells whether another node's exported resource fits, as PuppetDB would.
    fn holds_elsewhere(&self, resource: &catalog::Resource) -> bool {
        let value = |name: &str| match name {
            "title" => Some(Value::str(resource.reference.title.clone())),
            _ => resource.parameters.get(name).map(|param| param.value.clone()),
        };
        match self {
            Self::And(a, b) => a.holds_elsewhere(resource) && b.holds_elsewhere(resource),
            Self::Or(a, b) => a.holds_elsewhere(resource) || b.holds_elsewhere(resource),
            Self::Tagged(tags) => tags.iter().any(|tag| resource.tags.contains(tag)),
            Self::Equal(_, Value::Undef) => false,
            Self::Equal(name, wanted) => value(name).is_some_and(|found| found == *wanted),
            Self::NotEqual(name, wanted) if name == "tag" => {
                !resource.tags.contains(wanted.to_str().as_str())
            }
            Self::NotEqual(name, wanted) => value(name).is_none_or(|found| found != *wanted),
        }
    }
}

fn local_parameter(resource: &Res, name: &str) -> Value {
    if name == "title" {
        return Value::str(resource.title.clone());
    }
    resource.parameters.get(name).map(|param| param.value.clone()).unwrap_or_default()
}

fn equals(found: &Value, wanted: &Value) -> bool {
    match found {
        Value::Array(_) => includes(found, wanted, &NoAliases),
        other => loosely_equal(other, wanted),
    }
}

/// Compares as Puppet's `==`, references by what they refer to.
fn loosely_equal(found: &Value, wanted: &Value) -> bool {
    let reference = |value: &Value| match value {
        Value::Type(Type::Resource(Some(kind), Some(title))) => {
            Some(super::resource::stored_reference(kind, title))
        }
        Value::Type(Type::Class(Some(name))) => Some(super::resource::stored_reference("class", name)),
        _ => None,
    };
    match (reference(found), reference(wanted)) {
        (Some(found), Some(wanted)) => found == wanted,
        (_, _) => puppet_eq(found, wanted),
    }
}
