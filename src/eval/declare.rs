//! Resource expressions: titles, attributes, defaults (`eval_ResourceExpression`, `Runtime3ResourceSupport`).

use super::{
    codes,
    compiler::{Compiler, TOP},
    cx::Cx,
    definition::munge,
    resource::{Param, Res, What},
    scope::{Defaults, ScopeId},
};
use crate::{
    diag::Result,
    maps::IndexMap,
    source::{Location, Span},
    syntax::ast::{AttributeOperation, Expr, ExprKind, Resource, ResourceDefaults, ResourceForm},
    value::{Type, Value},
};
use ecow::EcoString;

/// Attributes by name in order.
pub(crate) type Params = IndexMap<EcoString, Param>;

/// How resources are declared.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    /// The type as written, in lower case, or `class`.
    pub type_name: EcoString,
    pub form: ResourceForm,
    /// The place that the catalog gives.
    pub at: Location,
}

impl Cx<'_, '_> {
    pub(crate) fn resource(&self, it: &Resource, expr: &Expr) -> Result<Value> {
        let type_name = self.resource_type_name(&it.type_name)?;
        let mut seen: Vec<(Value, usize)> = Vec::new();
        let mut bodies: Vec<(Vec<EcoString>, Params)> = Vec::new();
        for (index, body) in it.bodies.iter().enumerate() {
            let titles = self.titles(&body.title)?;
            for title in &titles {
                if seen.iter().any(|(known, _)| known == title) {
                    let message = format!(
                        "the title `{}` has already been used in this resource expression",
                        title.to_str()
                    );
                    return Err(self.error(&codes::TITLE, message, body.title.span));
                }
                seen.push((title.clone(), index));
            }
            let titles = titles.iter().filter_map(|title| title.as_str().map(EcoString::from)).collect();
            bodies.push((titles, self.attributes(&body.operations, expr.anchor())?));
        }
        let default = seen.iter().find(|(title, _)| matches!(title, Value::Default)).map(|(_, index)| *index);
        let defaults = default.and_then(|index| bodies.get(index)).map(|(_, params)| params.clone());
        let declaration = Declaration { type_name, form: it.form, at: self.at(expr.anchor()) };
        let mut made = Vec::new();
        for (titles, params) in bodies {
            let all = match &defaults {
                Some(defaults) => {
                    let mut all = defaults.clone();
                    all.extend(params);
                    all
                }
                None => params,
            };
            made.extend(self.create(&declaration, &titles, all)?);
        }
        Ok(Value::array(made))
    }

    /// Evaluates a resource's type: a name, `File`, `Resource['file']`, or `Class`.
    fn resource_type_name(&self, expr: &Expr) -> Result<EcoString> {
        if let ExprKind::Name(name) = &expr.kind {
            return Ok(munge(name));
        }
        match self.eval(expr)? {
            Value::Type(Type::Class(None)) => Ok("class".into()),
            Value::Type(Type::Resource(Some(name), None)) => Ok(munge(&name)),
            other => {
                let message = format!(
                    "illegal resource type expression, expected a resource type, got `{}`",
                    other.to_str()
                );
                Err(self.error(&codes::UNKNOWN_TYPE, message, expr.span))
            }
        }
    }

    fn titles(&self, expr: &Expr) -> Result<Vec<Value>> {
        let value = self.eval(expr)?;
        let refuse = |message: String| Err(self.error(&codes::TITLE, message, expr.span));
        if value.is_undef() {
            return refuse("missing title: the title expression resulted in undef".into());
        }
        let titles = flat(value);
        for (index, title) in titles.iter().enumerate() {
            match title {
                Value::Undef => return refuse(format!("missing title at index {index}: the title is undef")),
                Value::Str(text) if text.is_empty() => {
                    return refuse(format!("empty string title at index {index}"));
                }
                Value::Str(_) | Value::Default => {}
                other => {
                    let kind = Type::infer(other).generalize();
                    return refuse(format!(
                        "illegal title type at index {index}: expected String, got `{kind}`"
                    ));
                }
            }
        }
        Ok(titles)
    }

    /// Evaluates attributes; `*` adds those of a hash. One that is given twice is an error at `whole`.
    pub(crate) fn attributes(&self, operations: &[AttributeOperation], whole: Span) -> Result<Params> {
        let mut params = Params::with_capacity_and_hasher(operations.len(), crate::maps::Hashes::default());
        for operation in operations {
            match operation {
                AttributeOperation::Attribute(it) => {
                    let mark = self.c.recorder.mark();
                    let value = self.eval(&it.value)?;
                    super::limits::check_size(&value, || self.at(it.span))?;
                    self.check_value(&value, it.span)?;
                    let reads = self.c.recorder.take(mark);
                    let at = self.at(it.span);
                    let origin =
                        self.c.recorder.origin(Some(at.clone()), self.c.scope_frames(self.scope), reads);
                    let source = self.c.scope_source(self.scope);
                    let param = Param { value, source, add: it.append, at: Some(at), origin };
                    self.add_attribute(&mut params, it.name.clone(), param, whole)?;
                }
                AttributeOperation::Splat(span, expr) => self.splat(&mut params, expr, *span, whole)?,
            }
        }
        Ok(params)
    }

    /// Refuses what a resource cannot have as a value, wherever it is in it (`Runtime3Converter`).
    fn check_value(&self, value: &Value, span: Span) -> Result<()> {
        let why = match value {
            Value::Iterator(_) => "use of an Iterator is not supported here",
            Value::Type(Type::Catalogentry) => "`CatalogEntry` is neither a class nor a resource",
            Value::Array(items) => return items.iter().try_for_each(|item| self.check_value(item, span)),
            Value::Hash(entries) => {
                return entries.iter().try_for_each(|(key, item)| {
                    self.check_value(key, span).and_then(|()| self.check_value(item, span))
                });
            }
            _ => return Ok(()),
        };
        Err(self.error(&codes::TYPE_MISMATCH, why, span))
    }

    fn splat(&self, params: &mut Params, expr: &Expr, span: Span, whole: Span) -> Result<()> {
        let mark = self.c.recorder.mark();
        let value = self.eval(expr)?;
        let reads = self.c.recorder.take(mark);
        let Some(entries) = value.as_hash() else {
            let kind = Type::infer(&value).generalize();
            let message = format!("the value of `*` must be a Hash, got `{kind}`");
            return Err(self.error(&codes::TYPE_MISMATCH, message, expr.span));
        };
        let at = self.at(span);
        let origin = self.c.recorder.origin(Some(at.clone()), self.c.scope_frames(self.scope), reads);
        for (name, value) in entries {
            let source = self.c.scope_source(self.scope);
            let (value, at) = (value.clone(), Some(at.clone()));
            let param = Param { value, source, add: false, at, origin: origin.clone() };
            self.add_attribute(params, name.to_str().text().clone(), param, whole)?;
        }
        Ok(())
    }

    fn add_attribute(&self, params: &mut Params, name: EcoString, param: Param, whole: Span) -> Result<()> {
        if params.contains_key(&name) {
            let message = format!("the attribute `{name}` has already been set in this resource body");
            let found = *self.error(&codes::DUPLICATE, message, whole);
            return Err(Box::new(match param.at {
                Some(again) => found.related(again, "given again here"),
                None => found,
            }));
        }
        params.insert(name, param);
        Ok(())
    }

    /// Declares resources of one body; gives references to them.
    pub(crate) fn create(
        &self,
        declaration: &Declaration,
        titles: &[EcoString],
        params: Params,
    ) -> Result<Vec<Value>> {
        let run = |title: &EcoString, params| self.c.create(self.scope, declaration, title, params);
        if let [title] = titles {
            return Ok(vec![run(title, params)?]);
        }
        let each = |title: &EcoString| self.c.recorder.iterated(title.clone(), || run(title, params.clone()));
        titles.iter().map(each).collect()
    }

    /// Sets defaults of a resource type in the current scope.
    pub(crate) fn resource_defaults(&self, it: &ResourceDefaults) -> Result<Value> {
        let value = self.eval(&it.type_ref)?;
        let Value::Type(Type::Resource(Some(name), None)) = &value else {
            let message = format!(
                "illegal resource type expression, expected a resource type, got `{}`",
                value.to_str()
            );
            return Err(self.error(&codes::UNKNOWN_TYPE, message, it.type_ref.span));
        };
        let name = super::definition::capitalize(&munge(name));
        let params = self.attributes(&it.operations, it.type_ref.span)?;
        self.c.state.borrow_mut().defaulted.insert(name.clone());
        let clash = self.c.with_scope(self.scope, |scope| {
            let known = scope.defaults.entry(name.clone()).or_default();
            params.iter().find_map(|(key, param)| {
                if known.contains_key(key) {
                    return Some((key.clone(), param.at.clone()));
                }
                known.insert(key.clone(), param.clone());
                None
            })
        });
        if let Some((key, at)) = clash {
            let message = format!("default already defined for `{name}` {{ `{key}` }}; cannot redefine");
            let span = at.map(|at| at.span).unwrap_or(it.type_ref.span);
            return Err(self.error(&codes::DUPLICATE, message, span));
        }
        Ok(value)
    }
}

impl Compiler<'_> {
    /// Declares one resource and gives a reference to it.
    pub(crate) fn create(
        &self,
        scope: ScopeId,
        declaration: &Declaration,
        title: &EcoString,
        params: Params,
    ) -> Result<Value> {
        let at = &declaration.at;
        let mut resource = if declaration.type_name == "class" {
            let class = self.require_class(title, Some(at))?;
            let mut resource = self.blank("class", &class.name, scope)?;
            resource.what = What::Class(class);
            resource.kind = "class";
            resource
        } else {
            let blank = self.blank(&declaration.type_name, title, scope);
            blank.map_err(|found| Box::new(found.or_at(|| at.clone())))?
        };
        if matches!(resource.what, What::Unknown) {
            let cx = Cx { c: self, scope, source: &at.source };
            return Err(cx.unknown_type(&declaration.type_name, at.span));
        }
        resource.at = Some(at.clone());
        resource.exported = declaration.form == ResourceForm::Exported;
        resource.is_virtual = declaration.form != ResourceForm::Regular;
        resource.origin = self.recorder.origin(Some(at.clone()), self.scope_frames(scope), None);
        resource.parameters = params;
        if let Some(tag) = resource.parameters.get("tag").map(|param| param.value.clone()) {
            resource.tag_value(&tag).map_err(|found| Box::new(found.or_at(|| at.clone())))?;
        }
        self.apply_defaults(&mut resource)?;
        self.instantiate(scope, &resource)?;
        let class = match &resource.what {
            What::Class(class) => Some(class.clone()),
            What::Node(_) | What::Define(_) | What::Builtin(_) | What::Unknown => None,
        };
        let reference = reference_value(&resource);
        self.add_resource(scope, resource)?;
        if let Some(class) = class {
            self.evaluate_classes(scope, &[class], at)?;
        }
        Ok(reference)
    }

    /// Gives a resource the defaults in force where it is declared.
    pub(crate) fn apply_defaults(&self, resource: &mut Res) -> Result<()> {
        if !self.state.borrow().defaulted.contains(&resource.type_name) {
            return Ok(());
        }
        for (name, param) in self.defaults_for(resource.scope, &resource.type_name) {
            if !resource.parameters.contains_key(&name) {
                resource.set(name, param)?;
            }
        }
        Ok(())
    }

    /// Returns the defaults of a type as seen from a scope; inner ones win.
    pub(crate) fn defaults_for(&self, scope: ScopeId, type_name: &str) -> Defaults {
        let mut chain = vec![scope];
        let mut current = scope;
        while current != TOP
            && let Some(parent) = self.with_scope(current, |scope| scope.parent)
        {
            chain.push(parent);
            current = parent;
        }
        let state = self.state.borrow();
        let mut all = Defaults::default();
        for scope in chain.iter().rev() {
            let own = state.scopes.get(scope.0).and_then(|scope| scope.defaults.get(type_name));
            all.extend(own.into_iter().flatten().map(|(name, param)| (name.clone(), param.clone())));
        }
        all
    }

    /// Tells whether a value is that of a default in force (`Scope#is_default?`).
    pub(crate) fn is_default(&self, scope: ScopeId, type_name: &str, name: &str, value: &Value) -> bool {
        let mut current = Some(scope);
        while let Some(scope) = current {
            let (found, parent) = self.with_scope(scope, |scope| {
                let default = scope.defaults.get(type_name).and_then(|defaults| defaults.get(name));
                (default.is_some_and(|param| param.value == *value), scope.parent)
            });
            if found {
                return true;
            }
            current = parent;
        }
        false
    }
}

/// Returns a reference to a resource as a value.
pub(crate) fn reference_value(resource: &Res) -> Value {
    Value::Type(if resource.is_class() {
        Type::Class(Some(super::definition::lower_case(&resource.title)))
    } else {
        Type::Resource(Some(resource.type_name.clone()), Some(resource.title.clone()))
    })
}

/// Returns a value as a flat list.
pub(crate) fn flat(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.into_iter().flat_map(flat).collect(),
        other => vec![other],
    }
}
