//! Overrides: `Type[title] { … }` in inheriting classes, and those of collectors (`Puppet::Parser::Resource#merge`).

use super::{
    classes::flattened,
    codes,
    compiler::{Compiler, placed},
    cx::Cx,
    declare::{Params, flat},
    definition::ResourceType,
    resource::{Param, Res, ResourceId},
};
use crate::{
    diag::{Diagnostic, Result},
    syntax::ast::{Expr, ResourceOverride},
    value::{Type, Value},
};
use ecow::EcoString;
use std::sync::Arc;

impl Cx<'_, '_> {
    pub(crate) fn resource_override(&self, it: &ResourceOverride, expr: &Expr) -> Result<Value> {
        let value = self.eval(&it.resources)?;
        let params = self.attributes(&it.operations, expr.anchor())?;
        for reference in flat(value.clone()) {
            let (Value::Type(Type::Resource(Some(kind), Some(title))), true) = (&reference, true) else {
                let message = format!("only resources can be overridden, got `{}`", reference.to_str());
                return Err(self.error(&codes::OVERRIDE, message, it.resources.span));
            };
            let mut over = self.c.blank(&kind.to_lowercase(), title, self.scope)?;
            over.at = Some(self.at(expr.anchor()));
            over.parameters = params.clone();
            self.c.add_override(over)?;
        }
        Ok(value)
    }
}

impl Compiler<'_> {
    /// Merges an override at once where the resource is there, else keeps it for the end.
    pub(crate) fn add_override(&self, over: Res) -> Result<()> {
        match self.find_stored(&over.reference()) {
            Some(id) => self.merge(id, over),
            None => {
                self.state.borrow_mut().overrides.entry(over.reference()).or_default().push(over);
                Ok(())
            }
        }
    }

    pub(crate) fn merge(&self, id: ResourceId, over: Res) -> Result<()> {
        let Some(resource) = self.resource(id) else { return Ok(()) };
        let same = same_source(resource.source.as_ref(), over.source.as_ref());
        if !same && !self.is_child(over.source.as_ref(), resource.source.as_ref()) {
            let found = Diagnostic::error(&codes::OVERRIDE, "only subclasses can override parameters");
            return Err(Box::new(placed(found, over.at)));
        }
        if resource.evaluated {
            let words = super::environment::at_words(resource.at.as_ref());
            let message = format!(
                "attempt to override `{}`, which is evaluated already, defined{words}, with new values",
                resource.reference()
            );
            self.strictly(&codes::OVERRIDE, message, over.at.clone())?;
        }
        over.parameters.into_iter().try_for_each(|(name, param)| self.override_parameter(id, name, param))
    }

    fn override_parameter(&self, id: ResourceId, name: EcoString, mut param: Param) -> Result<()> {
        let Some(resource) = self.resource(id) else { return Ok(()) };
        let Some(current) = resource.parameters.get(&name) else {
            return self.set_parameter(id, name, param);
        };
        let default = |value: &Value| self.is_default(resource.scope, &resource.type_name, &name, value);
        if default(&param.value) {
            return Ok(());
        }
        let allowed = self.is_child(param.source.as_ref(), current.source.as_ref())
            || (same_source(param.source.as_ref(), current.source.as_ref()) && default(&current.value));
        if !allowed {
            let words = super::environment::at_words(current.at.as_ref());
            let by = match &current.source {
                Some(source) if !source.name.is_empty() => format!(" by `{}`", source.name),
                _ => String::new(),
            };
            let message = format!(
                "parameter `{name}` is already set on `{}`{by}{words}; cannot redefine",
                resource.reference()
            );
            let mut found = placed(Diagnostic::error(&codes::OVERRIDE, message), param.at);
            if let Some(first) = &current.at {
                found = found.related(first.clone(), "set here first");
            }
            return Err(Box::new(found));
        }
        if param.add {
            let mut items = flattened_keeping_undef(&current.value);
            items.extend(flattened_keeping_undef(&param.value));
            param.value = Value::Array(items.into());
        }
        self.set_parameter(id, name, param)
    }

    pub(crate) fn set_parameter(&self, id: ResourceId, name: EcoString, param: Param) -> Result<()> {
        match self.state.borrow_mut().resources.get_mut(id.0) {
            Some(resource) => resource.set(name, param),
            None => Ok(()),
        }
    }

    /// Tells whether a class inherits from another, or has become able to override everything.
    fn is_child(&self, child: Option<&Arc<ResourceType>>, parent: Option<&Arc<ResourceType>>) -> bool {
        let Some(child) = child else { return false };
        let overriding = |it: &Arc<ResourceType>| {
            self.state.borrow().overriding.iter().any(|known| Arc::ptr_eq(known, it))
        };
        let mut current = child.clone();
        loop {
            if overriding(&current) {
                return true;
            }
            let Some(name) = &current.parent else { return false };
            let Ok(Some(next)) = self.find_class(name) else { return false };
            if parent.is_some_and(|parent| Arc::ptr_eq(parent, &next)) {
                return true;
            }
            current = next;
        }
    }

    /// Lets a class's collectors override everything from now on.
    pub(crate) fn let_override(&self, source: Option<&Arc<ResourceType>>) {
        let Some(source) = source else { return };
        let mut state = self.state.borrow_mut();
        if !state.overriding.iter().any(|known| Arc::ptr_eq(known, source)) {
            state.overriding.push(source.clone());
        }
    }

    /// Makes the override that a collector applies to a resource.
    pub(crate) fn override_of(&self, id: ResourceId, template: &Res, params: &Params) -> Option<Res> {
        let resource = self.resource(id)?;
        let mut over = template.clone();
        over.type_name = resource.type_name;
        over.title = resource.title;
        over.what = resource.what;
        over.parameters = params.clone();
        Some(over)
    }
}

fn same_source(a: Option<&Arc<ResourceType>>, b: Option<&Arc<ResourceType>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        (_, _) => false,
    }
}

fn flattened_keeping_undef(value: &Value) -> Vec<Value> {
    match value {
        Value::Undef => vec![Value::Undef],
        other => flattened(Some(other)),
    }
}
