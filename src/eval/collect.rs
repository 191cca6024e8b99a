//! Collectors: `<| |>`, `<<| |>>` and `realize` (`Puppet::Pops::Evaluator::Collectors`).

use super::{
    codes,
    compiler::Compiler,
    cx::{Cx, bare},
    declare::Params,
    query::{Asked, Query},
    resource::{Res, ResourceId},
    scope::ScopeId,
};
use crate::{
    catalog::ResourceRef,
    diag::{Diagnostic, Result},
    maps::IndexMap,
    source::{Guard, Location},
    syntax::ast::{self, BinaryOp, Expr, ExprKind},
    value::Value,
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

/// What a collector collects.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// Resources of a capitalized type.
    Catalog(EcoString, Option<Arc<Query>>),
    /// Exported ones, of this node and of others.
    Exported(Asked),
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
            Some((template, self.attributes(&it.operations, expr.anchor())?))
        };
        let query = it.query.as_ref().map(|query| self.query(query).map(Arc::new)).transpose()?;
        let type_name = super::definition::capitalize(&lower);
        let wanted = if it.exported {
            Wanted::Exported(Asked { type_name, query })
        } else {
            Wanted::Catalog(type_name, query)
        };
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
                if name != "tag" {
                    let negated = it.op == BinaryOp::NotEqual;
                    return Ok(if negated {
                        Query::NotEqual(name, value)
                    } else {
                        Query::Equal(name, value)
                    });
                }
                if it.op == BinaryOp::NotEqual {
                    return Ok(Query::NotEqual(name, value));
                }
                self.tagged(&value, expr)
            }
            _ => Err(self.bad_query(expr)),
        }
    }

    fn tagged(&self, value: &Value, expr: &Expr) -> Result<Query> {
        let tags = match value {
            Value::Array(items) => items.to_vec(),
            one => vec![one.clone()],
        };
        if tags.iter().any(|tag| matches!(tag, Value::Int(_) | Value::Float(_))) {
            return Err(self.error(&codes::QUERY, "a number cannot be a tag", expr.span));
        }
        let tags = tags.iter().map(|tag| tag.to_str().to_lowercase().into()).collect();
        Ok(Query::Tagged { tags, list: value.as_array().is_some() })
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
        let looked_at = self.state.borrow().declared.len() as u64;
        self.count_steps(looked_at, || collector.guard.at.clone())?;
        let found = self.collect(collector)?;
        if found.is_empty() {
            return Ok(false);
        }
        for id in &found {
            self.realize_one(*id, collector);
        }
        if let Some((template, params)) = &collector.overrides {
            self.let_override(template.source.as_ref());
            let params = self.with_defaults(collector, params);
            for id in &found {
                let reference = self.with(*id, |it| Some(it.reference()));
                if reference.is_some_and(|it| collector.collected.borrow().contains_key(&it)) {
                    continue;
                }
                if let Some(over) = self.override_of(*id, template, &params) {
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

    /// Adds the defaults in force where the collector stands: Puppet's overrides of collectors have them too.
    fn with_defaults(&self, collector: &Collector, params: &Params) -> Params {
        let type_name = match &collector.wanted {
            Wanted::Catalog(type_name, _) | Wanted::Exported(Asked { type_name, .. }) => type_name.as_str(),
            Wanted::Fixed(_) => return params.clone(),
        };
        let mut all = params.clone();
        for (name, param) in self.defaults_for(collector.scope, type_name) {
            all.entry(name).or_insert(param);
        }
        all
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
            Wanted::Catalog(type_name, query) => Ok(self.matching(type_name, query.as_deref(), false)),
            Wanted::Exported(asked) => {
                let mut found = self.matching(&asked.type_name, asked.query.as_deref(), true);
                found.extend(self.import(collector, asked)?);
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
