//! Variables: looking them up through scopes, and setting them (`Puppet::Parser::Scope`).

use super::{
    codes,
    compiler::{Compiler, TOP},
    cx::Cx,
    resource::What,
    scope::{Found, Level, LevelKind, Scope, ScopeId, Var},
};
use crate::{
    diag::{Diagnostic, Result},
    maps::IndexMap,
    source::{Location, Span},
    value::{HashMap, Value},
};
use ecow::EcoString;
use std::{rc::Rc, sync::Arc};

/// Why a variable has no value.
pub(crate) enum Missing {
    /// It is not set, perhaps with a reason.
    Unknown(Option<String>),
    /// It is a parameter whose default is still to be evaluated.
    Unset,
    /// It is a setting that depends on the server.
    Setting,
}

impl Compiler<'_> {
    /// Looks a variable up by its name without `$` as seen from a scope.
    pub(crate) fn lookup(&self, scope: ScopeId, name: &str) -> Result<Var, Missing> {
        if name.contains("::") {
            return self.lookup_qualified(name.strip_prefix("::").unwrap_or(name));
        }
        let mut current = Some(scope);
        while let Some(scope) = current {
            match self.top_level(scope).get(name) {
                Found::Var(var) => return Ok(var),
                Found::Unset => return Err(Missing::Unset),
                Found::No => {}
            }
            current = self.next_scope(scope);
        }
        if is_quiet(name) { Ok(Var::default()) } else { Err(Missing::Unknown(None)) }
    }

    fn lookup_qualified(&self, name: &str) -> Result<Var, Missing> {
        if let Some(var) = self.with_scope(TOP, |top| top.base.variable(name)) {
            return Ok(var);
        }
        if let Some(setting) = name.strip_prefix("settings::") {
            return self.setting(setting);
        }
        if let Some((class, leaf)) = name.rsplit_once("::")
            && let Some(scope) = self.class_scope(class)
            && let Some(var) = self.with_scope(scope, |scope| scope.base.variable(leaf))
        {
            return Ok(var);
        }
        let Some((class, leaf)) = name.rsplit_once("::") else {
            return if is_quiet(name) { Ok(Var::default()) } else { Err(Missing::Unknown(None)) };
        };
        let class = super::definition::munge(class);
        let Ok(Some(found)) = self.find_class(&class) else {
            return Err(Missing::Unknown(Some(format!("class `{class}` could not be found"))));
        };
        let Some(scope) = self.class_scope(&class) else {
            return Err(Missing::Unknown(Some(format!("class `{class}` has not been evaluated"))));
        };
        match self.top_level(scope).get(leaf) {
            Found::Var(var) => return Ok(var),
            Found::Unset => return Err(Missing::Unset),
            Found::No => {}
        }
        match &found.parent {
            Some(parent) => self.lookup_qualified(&format!("{parent}::{leaf}")),
            None => Err(Missing::Unknown(None)),
        }
    }

    /// Tells whether a variable is set, to undef too, as `defined('$x')` asks.
    pub(crate) fn variable_exists(&self, scope: ScopeId, name: &str) -> bool {
        if let Some((class, leaf)) = name.rsplit_once("::") {
            if class.is_empty() {
                return matches!(leaf, "module_name" | "caller_module_name")
                    || self.variable_exists(TOP, leaf);
            }
            let class = super::definition::munge(class);
            if class == "settings" {
                return !matches!(self.setting(leaf), Err(Missing::Unknown(_)));
            }
            return self.class_scope(&class).is_some_and(|scope| self.variable_exists(scope, leaf));
        }
        matches!(name, "module_name" | "caller_module_name") || self.lookup(scope, name).is_ok()
    }

    /// Returns the scope that is asked after this one: the parent class's, else node or top scope.
    pub(super) fn next_scope(&self, scope: ScopeId) -> Option<ScopeId> {
        self.inherited_scope(scope).or_else(|| self.enclosing_scope(scope))
    }

    pub(crate) fn inherited_scope(&self, scope: ScopeId) -> Option<ScopeId> {
        let state = self.state.borrow();
        let resource = state.resources.get(state.scopes.get(scope.0)?.resource?.0)?;
        let What::Class(class) = &resource.what else { return None };
        state.class_scopes.get(class.parent.as_ref()?).copied()
    }

    fn enclosing_scope(&self, scope: ScopeId) -> Option<ScopeId> {
        let mut parent = self.with_scope(scope, |scope| scope.parent)?;
        while parent != TOP && !self.is_node_scope(parent) {
            parent = self.with_scope(parent, |scope| scope.parent)?;
        }
        Some(parent)
    }

    fn is_node_scope(&self, scope: ScopeId) -> bool {
        let state = self.state.borrow();
        let resource = state.scopes.get(scope.0).and_then(|scope| scope.resource);
        resource.and_then(|id| state.resources.get(id.0)).is_some_and(|it| it.type_name == "Node")
    }

    /// Returns the scope whose variables templates and functions see: node scope, else top scope.
    pub(crate) fn global_scope(&self, scope: ScopeId) -> ScopeId {
        let mut current = scope;
        while current != TOP && !self.is_node_scope(current) {
            let Some(next) = self.next_scope(current) else { return current };
            current = next;
        }
        current
    }

    /// Sets a variable on the current level of a scope.
    pub(crate) fn set_variable(&self, scope: ScopeId, name: EcoString, var: Var) -> Result<()> {
        let reserved = matches!(name.as_str(), "trusted" | "facts" | "server_facts");
        if reserved {
            let message = format!("`${name}` is reserved and cannot be assigned");
            return Err(Box::new(Diagnostic::error(&codes::REASSIGNMENT, message)));
        }
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("cannot assign to the numeric match variable `${name}`");
            return Err(Box::new(Diagnostic::error(&codes::ASSIGNMENT, message)));
        }
        let (level, base) = self.with_scope(scope, |scope| Some((scope.top(), scope.base.clone()))).unzip();
        let (Some(level), Some(base)) = (level, base) else { return Ok(()) };
        let target = level.assignable().unwrap_or(&base);
        if let LevelKind::Parameters(parameters) = &target.kind
            && parameters.read_only.get()
        {
            let message = format!("`${name}` is assigned while parameters get their values");
            return Err(Box::new(Diagnostic::error(&codes::ASSIGNMENT, message)));
        }
        if target.binds(&name) {
            let message = format!("cannot reassign variable `${name}`");
            return Err(Box::new(Diagnostic::error(&codes::REASSIGNMENT, message)));
        }
        target.set(name, var);
        Ok(())
    }

    /// Returns all variables that are seen from a scope by simple names (`Scope#to_hash`).
    pub(crate) fn variables(&self, scope: ScopeId) -> HashMap {
        let mut all = HashMap::default();
        if let Some(outer) = self.enclosing_scope(scope) {
            all.clone_from(&self.variables_outside(outer));
            if let Some(inherited) = self.inherited_scope(scope) {
                all.extend(self.variables(inherited));
            }
        }
        self.top_level(scope).collect(&mut all);
        all
    }

    /// Returns those of a scope that others lie in, gathered once until something is set there.
    fn variables_outside(&self, outer: ScopeId) -> Arc<HashMap> {
        // the variables of a lambda come and go
        let settled = self.with_scope(outer, |scope| scope.levels.len() == 1);
        let count = self.count_variables(outer);
        if let Some((known, found)) = self.state.borrow().visible.get(&outer)
            && settled
            && *known == count
        {
            return found.clone();
        }
        let found = Arc::new(self.variables(outer));
        if settled {
            self.state.borrow_mut().visible.insert(outer, (count, found.clone()));
        }
        found
    }

    /// Counts the variables of a scope and those around it: none is ever set twice.
    fn count_variables(&self, scope: ScopeId) -> usize {
        let around = [self.enclosing_scope(scope), self.inherited_scope(scope)];
        let around = around.into_iter().flatten().map(|it| self.count_variables(it)).sum::<usize>();
        around + self.with_scope(scope, |scope| scope.base.count())
    }

    // -- levels -----------------------------------------------------------------------------------------------

    pub(crate) fn top_level(&self, scope: ScopeId) -> Rc<Level> {
        self.with_scope(scope, |scope| Some(scope.top())).unwrap_or_else(|| Level::local(None))
    }

    pub(crate) fn push_level(&self, scope: ScopeId, level: Rc<Level>) {
        self.with_scope(scope, |scope| scope.levels.push(level));
    }

    /// Runs something and takes away the levels it pushed.
    pub(crate) fn guarded<T>(&self, scope: ScopeId, run: impl FnOnce() -> T) -> T {
        let depth = self.with_scope(scope, |scope| scope.levels.len());
        let result = run();
        self.with_scope(scope, |scope| scope.levels.truncate(depth));
        result
    }

    /// Runs something with local variables over a scope.
    pub(crate) fn with_locals<T>(
        &self,
        scope: ScopeId,
        variables: IndexMap<EcoString, Var>,
        run: impl FnOnce() -> T,
    ) -> T {
        self.guarded(scope, || {
            let local = Level::holding(Some(self.top_level(scope)), variables);
            self.push_level(scope, local.clone());
            self.push_level(scope, Level::matching(Some(local), None));
            run()
        })
    }

    /// Runs something that sees a scope's own variables only, not those of lambdas that are being called.
    pub(crate) fn without_levels<T>(&self, scope: ScopeId, run: impl FnOnce() -> T) -> T {
        let strip = |scope: &mut Scope| {
            let base = scope.base.clone();
            std::mem::replace(&mut scope.levels, vec![base])
        };
        let saved = self.with_scope(scope, strip);
        let result = run();
        self.with_scope(scope, |scope| scope.levels = saved);
        result
    }
}

/// Names that are undef without complaint where they are not set.
fn is_quiet(name: &str) -> bool {
    matches!(name, "module_name" | "caller_module_name")
        || (!name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()))
}

impl Cx<'_, '_> {
    /// Evaluates `$name`.
    pub(crate) fn variable_at(&self, name: &str, span: Span) -> Result<Value> {
        match self.c.lookup(self.scope, name) {
            Ok(var) => {
                self.c.recorder.read_all(&var.reads);
                Ok(var.value)
            }
            Err(Missing::Unset) => Ok(Value::Undef),
            Err(Missing::Setting) => Err(Box::new(super::settings::of_the_server(name).at(self.at(span)))),
            Err(Missing::Unknown(reason)) => {
                self.unknown_variable(name, reason, self.at(span)).map(|()| Value::Undef)
            }
        }
    }

    fn unknown_variable(&self, name: &str, reason: Option<String>, at: Location) -> Result<()> {
        let mut message = format!("unknown variable `${name}`");
        if let Some(reason) = &reason {
            message = format!("{message}: {reason}");
        }
        let mut found = if self.c.request.strict_variables {
            Diagnostic::error(&codes::UNKNOWN_VARIABLE, message).at(at)
        } else {
            if self.c.request.strict == super::Strict::Off {
                return Ok(());
            }
            let found = Diagnostic::warning(&codes::UNKNOWN_VARIABLE, message).at(at);
            if self.c.request.strict != super::Strict::Error {
                self.c.warn_once(self.help_with_variable(found, name));
                return Ok(());
            }
            Diagnostic::error(&codes::UNKNOWN_VARIABLE, found.message()).at(self.at(Span::default()))
        };
        found = self.help_with_variable(found, name);
        Err(Box::new(found))
    }

    fn help_with_variable(&self, found: Diagnostic, name: &str) -> Diagnostic {
        let bare = name.strip_prefix("::").unwrap_or(name);
        if let Some(structured) = crate::inputs::structured_fact(bare) {
            return found.help(format!(
                "`{bare}` is a legacy fact; the structured one is `{structured}`, and `--legacy-facts derive` computes it"
            ));
        }
        let known = self.c.variables(self.scope);
        match crate::diag::closest(bare, known.keys().filter_map(Value::as_str)) {
            Some(close) => found.help(format!("did you mean `${close}`?")),
            None => found,
        }
    }
}
