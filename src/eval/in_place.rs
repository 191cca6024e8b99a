//! What a template changes in place: the array or hash of a variable, which in Puppet is one object with the parameter
//! that gave the variable its value.
//!
//! In: a variable's name and what its value became. Out: the variable, the parameter of its own class or define, and other
//! variables that hold the very same object, changed. A resource's expression copies what it gives to parameters, so that
//! the change goes no further. Empty arrays are no objects here: of them no other variable changes.

use super::{
    compiler::Compiler,
    scope::{Level, LevelKind, ScopeId},
};
use crate::value::Value;
use std::{rc::Rc, sync::Arc};

impl Compiler<'_> {
    /// Follows a change of a variable's value that was made in place, as seen from a scope.
    pub(crate) fn change_in_place(&self, scope: ScopeId, name: &str, changed: &Value) {
        let Some((holder, level)) = self.holder_of(scope, name) else { return };
        let Some(before) = level.replace(name, changed) else { return };
        if before == *changed {
            return;
        }
        let own = self.scope_resource(holder);
        let mut state = self.state.borrow_mut();
        let resource = own.and_then(|own| state.resources.get_mut(own.0));
        if let Some(resource) = resource
            && let Some(param) = resource.parameters.get_mut(name).filter(|param| param.value == before)
        {
            param.value = changed.clone();
            resource.checked = false;
        }
        let tables = state.scopes.iter().map(|scope| scope.base.clone()).collect::<Vec<_>>();
        tables.iter().for_each(|table| table.replace_all(&before, changed));
        state.visible.clear();
    }

    fn holder_of(&self, scope: ScopeId, name: &str) -> Option<(ScopeId, Rc<Level>)> {
        let mut current = Some(scope);
        while let Some(scope) = current {
            let level = self.top_level(scope);
            if level.holds(name) {
                return Some((scope, level));
            }
            current = self.next_scope(scope);
        }
        None
    }
}

impl Level {
    fn holds(&self, name: &str) -> bool {
        self.below_and_self().any(|level| level.binds(name))
    }

    fn below_and_self(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.below.as_deref())
    }

    /// Replaces a variable's value where it is set; gives what it was.
    fn replace(&self, name: &str, changed: &Value) -> Option<Value> {
        let level = self.below_and_self().find(|level| level.binds(name))?;
        let LevelKind::Local(variables) = &level.kind else { return None };
        let mut variables = variables.borrow_mut();
        let var = variables.get_mut(name)?;
        Some(std::mem::replace(&mut var.value, changed.clone()))
    }

    /// Replaces every variable of this level that holds the same object.
    fn replace_all(&self, before: &Value, changed: &Value) {
        let LevelKind::Local(variables) = &self.kind else { return };
        for var in variables.borrow_mut().values_mut() {
            if is_same(&var.value, before) {
                var.value = changed.clone();
            }
        }
    }
}

/// Whether both are one object.
fn is_same(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Array(a), Value::Array(b)) => !a.is_empty() && a.as_ptr() == b.as_ptr() && a.len() == b.len(),
        (Value::Hash(a), Value::Hash(b)) => Arc::ptr_eq(a, b),
        (_, _) => false,
    }
}
