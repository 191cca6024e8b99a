//! Scopes: a table of variables with a stack of frames over it (`Puppet::Parser::Scope`).
//!
//! The frames are those of lambdas, of matches (`$0`…) and of parameters while their defaults are evaluated. Each
//! frame sees the ones below it. Defaults of resources lie here too.

use super::{
    definition::ResourceType,
    record::Reads,
    resource::{Param, ResourceId},
};
use crate::maps::IndexMap;
use crate::value::{HashMap, Value};
use ecow::EcoString;
use std::{cell::Cell, cell::RefCell, rc::Rc, sync::Arc};

/// A scope of the compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(pub(super) usize);

/// A variable's value and what it was computed from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Var {
    pub value: Value,
    pub reads: Reads,
}

impl Var {
    pub(crate) fn plain(value: Value) -> Self {
        Self { value, reads: None }
    }
}

/// One level of variables.
#[derive(Debug)]
pub(crate) struct Level {
    pub below: Option<Rc<Level>>,
    pub kind: LevelKind,
}

/// What a level holds.
#[derive(Debug)]
pub(crate) enum LevelKind {
    /// Variables of a class, a define, a lambda, a function or a template.
    Local(RefCell<IndexMap<EcoString, Var>>),
    /// The groups of a match; `None` sees those below.
    Match(Option<Vec<Value>>),
    /// Parameters on their way to values.
    Parameters(Parameters),
}

/// Parameters while their defaults are evaluated, in order.
#[derive(Debug)]
pub(crate) struct Parameters {
    pub callee: EcoString,
    pub values: RefCell<IndexMap<EcoString, Option<Var>>>,
    /// The parameter that a default wanted before it had a value.
    pub missing: RefCell<Option<EcoString>>,
    pub read_only: Cell<bool>,
}

/// What a level says of a name.
pub(crate) enum Found {
    Var(Var),
    /// A parameter without a value yet.
    Unset,
    No,
}

impl Level {
    pub(crate) fn local(below: Option<Rc<Self>>) -> Rc<Self> {
        Rc::new(Self { below, kind: LevelKind::Local(RefCell::default()) })
    }

    /// Makes a level of variables that have values already.
    pub(crate) fn holding(below: Option<Rc<Self>>, variables: IndexMap<EcoString, Var>) -> Rc<Self> {
        Rc::new(Self { below, kind: LevelKind::Local(RefCell::new(variables)) })
    }

    pub(crate) fn matching(below: Option<Rc<Self>>, groups: Option<Vec<Value>>) -> Rc<Self> {
        Rc::new(Self { below, kind: LevelKind::Match(groups) })
    }

    /// Looks a name up from this level downwards.
    pub(crate) fn get(&self, name: &str) -> Found {
        let mut level = Some(self);
        while let Some(this) = level {
            let found = this.own(name);
            if !matches!(found, Found::No) {
                return found;
            }
            level = this.below.as_deref();
        }
        Found::No
    }

    fn own(&self, name: &str) -> Found {
        match &self.kind {
            LevelKind::Local(variables) => {
                variables.borrow().get(name).cloned().map_or(Found::No, Found::Var)
            }
            LevelKind::Match(Some(groups)) => match group_number(name) {
                Some(number) => Found::Var(Var::plain(groups.get(number).cloned().unwrap_or_default())),
                None => Found::No,
            },
            LevelKind::Match(None) => Found::No,
            LevelKind::Parameters(parameters) => match parameters.values.borrow().get(name) {
                Some(Some(var)) => Found::Var(var.clone()),
                Some(None) => {
                    parameters.missing.borrow_mut().get_or_insert_with(|| name.into());
                    Found::Unset
                }
                None => Found::No,
            },
        }
    }

    /// Returns the level that an assignment goes to: this one, or the nearest below that holds variables.
    pub(crate) fn assignable(&self) -> Option<&Self> {
        let mut level = Some(self);
        while let Some(this) = level {
            if !matches!(this.kind, LevelKind::Match(_)) {
                return Some(this);
            }
            level = this.below.as_deref();
        }
        None
    }

    /// Tells whether the name is set on this very level.
    pub(crate) fn binds(&self, name: &str) -> bool {
        match &self.kind {
            LevelKind::Local(variables) => variables.borrow().contains_key(name),
            LevelKind::Match(_) => false,
            LevelKind::Parameters(parameters) => parameters.values.borrow().contains_key(name),
        }
    }

    /// Returns a variable of this very level.
    pub(crate) fn variable(&self, name: &str) -> Option<Var> {
        match &self.kind {
            LevelKind::Local(variables) => variables.borrow().get(name).cloned(),
            LevelKind::Match(_) | LevelKind::Parameters(_) => None,
        }
    }

    /// Sets a variable on this level.
    pub(crate) fn set(&self, name: EcoString, var: Var) {
        match &self.kind {
            LevelKind::Local(variables) => {
                variables.borrow_mut().insert(name, var);
            }
            LevelKind::Parameters(parameters) => {
                parameters.values.borrow_mut().insert(name, Some(var));
            }
            LevelKind::Match(_) => {}
        }
    }

    /// Adds the variables of this level and those below, inner ones replacing outer ones.
    pub(crate) fn collect(&self, into: &mut HashMap) {
        if let Some(below) = &self.below {
            below.collect(into);
        }
        if let LevelKind::Local(variables) = &self.kind {
            // what is set again moves to the end
            for (name, var) in &*variables.borrow() {
                let name = Value::str(name.clone());
                into.shift_remove(&name);
                if !var.value.is_undef() {
                    into.insert(name, var.value.clone());
                }
            }
        }
    }

    /// Returns how many variables this very level has.
    pub(crate) fn count(&self) -> usize {
        match &self.kind {
            LevelKind::Local(variables) => variables.borrow().len(),
            LevelKind::Match(_) | LevelKind::Parameters(_) => 0,
        }
    }
}

fn group_number(name: &str) -> Option<usize> {
    name.bytes().all(|b| b.is_ascii_digit()).then(|| name.parse().ok()).flatten()
}

/// Defaults of one resource type by parameter.
pub(crate) type Defaults = IndexMap<EcoString, Param>;

/// A scope.
#[derive(Debug)]
pub(crate) struct Scope {
    pub parent: Option<ScopeId>,
    /// The class, define or node whose scope it is.
    pub source: Option<Arc<ResourceType>>,
    /// Its resource in the catalog.
    pub resource: Option<ResourceId>,
    /// The table of variables.
    pub base: Rc<Level>,
    /// The levels over the table, the current one last.
    pub levels: Vec<Rc<Level>>,
    /// Defaults of resources by capitalized type.
    pub defaults: IndexMap<EcoString, Defaults>,
}

impl Scope {
    pub(crate) fn new(
        parent: Option<ScopeId>,
        source: Option<Arc<ResourceType>>,
        resource: Option<ResourceId>,
    ) -> Self {
        let base = Level::local(None);
        let levels = vec![Level::matching(Some(base.clone()), None)];
        Self { parent, source, resource, base, levels, defaults: IndexMap::default() }
    }

    /// Returns the current level.
    pub(crate) fn top(&self) -> Rc<Level> {
        self.levels.last().unwrap_or(&self.base).clone()
    }
}
