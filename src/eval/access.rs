//! `left[keys]` (`Puppet::Pops::Evaluator::AccessOperator`).

use super::{
    codes,
    cx::{Cx, bare},
    resource::ResourceId,
};
use crate::{
    diag::Result,
    source::Span,
    syntax::ast::{Access, Expr, ExprKind},
    value::{Str, Type, Value, parameterize, parse_number},
};
use ecow::EcoString;

impl Cx<'_, '_> {
    pub(crate) fn access(&self, it: &Access, span: Span) -> Result<Value> {
        let mark = self.c.recorder.mark();
        let left = self.eval(&it.left)?;
        let facts = self.c.recorder.is_on() && is_fact_path(&it.left);
        let keys = self.unfold(&it.keys)?;
        if facts && let [Value::Str(key)] = keys.as_slice() {
            self.c.recorder.extend_last(mark, key);
        }
        match &left {
            Value::Array(items) => self.array_item(items, &keys, it),
            Value::Hash(entries) => {
                let found: Vec<Value> =
                    keys.iter().map(|key| entries.get(key).cloned().unwrap_or_default()).collect();
                Ok(match <[Value; 1]>::try_from(found) {
                    Ok([one]) => one,
                    Err(several) => Value::array(several.into_iter().filter(|value| !value.is_undef())),
                })
            }
            Value::Str(text) => self.substring(text, &keys, it),
            Value::Type(Type::Resource(Some(kind), Some(title))) => {
                let (kind, title) = (kind.clone(), title.clone());
                self.resource_parameters(&kind, &title, &keys, span)
            }
            Value::Type(Type::Class(Some(name))) => {
                self.resource_parameters("class", &name.clone(), &keys, span)
            }
            Value::Type(Type::Resource(None, _))
                if matches!(keys.as_slice(), [Value::Type(Type::Resource(Some(_), _))]) =>
            {
                Ok(keys.into_iter().next().unwrap_or_default())
            }
            Value::Type(base) => self.narrow(base, &keys, span),
            other => {
                let kind = Type::infer(other).generalize();
                let message = match other {
                    Value::Undef => "operator `[]` is not applicable to an Undef Value".into(),
                    _ => format!("operator `[]` is not applicable to a value of type `{kind}`"),
                };
                Err(self.error(&codes::ACCESS, message, it.left.span))
            }
        }
    }

    fn narrow(&self, base: &Type, keys: &[Value], span: Span) -> Result<Value> {
        let narrowed = parameterize(base, keys, &self.resolver());
        let value = narrowed.map_err(|why| self.error(&codes::ACCESS, why, span))?;
        if matches!(base, Type::Resource(None, _))
            && let Value::Type(Type::Resource(Some(kind), _)) = &value
            && self.c.find_type(kind)?.is_none()
        {
            return Err(self.unknown_type(kind, span));
        }
        Ok(value)
    }

    fn integer_key(&self, key: &Value, expr: Option<&Expr>, what: &str) -> Result<i64> {
        let number = match key {
            Value::Str(text) => parse_number(text),
            other => Some(other.clone()),
        };
        if let Some(Value::Int(it)) = number {
            return Ok(it);
        }
        let kind = if key.is_undef() { "Undef".into() } else { Type::infer(key).generalize().to_string() };
        let message = format!("a substring or item of {what} needs an Integer, got `{kind}`");
        Err(self.error(&codes::ACCESS, message, expr.map(|it| it.span).unwrap_or_default()))
    }

    fn integer_keys(&self, keys: &[Value], it: &Access, what: &str) -> Result<Vec<i64>> {
        let flat: Vec<Value> = keys.iter().flat_map(|key| super::cx::splatted(wrap(key))).collect();
        if flat.is_empty() || flat.len() > 2 {
            let message = format!("{what} supports `[]` with one or two arguments, got {}", flat.len());
            return Err(self.error(&codes::ACCESS, message, it.left.span));
        }
        flat.iter().enumerate().map(|(at, key)| self.integer_key(key, it.keys.get(at), what)).collect()
    }

    fn array_item(&self, items: &[Value], keys: &[Value], it: &Access) -> Result<Value> {
        let keys = self.integer_keys(keys, it, "an Array")?;
        Ok(match window(&keys, items.len()) {
            Window::Item(at) => items.get(at).cloned().unwrap_or_default(),
            Window::Part(from, count) => Value::array(items.iter().skip(from).take(count).cloned()),
            Window::Outside if keys.len() == 1 => Value::Undef,
            Window::Outside => Value::array([]),
        })
    }

    fn substring(&self, text: &Str, keys: &[Value], it: &Access) -> Result<Value> {
        let keys = self.integer_keys(keys, it, "a String")?;
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let length = starts.len().saturating_sub(1);
        let part = |from: usize, count: usize| {
            let start = starts.get(from).copied().unwrap_or(text.len());
            let end = starts.get((from + count).min(length)).copied().unwrap_or(text.len());
            Value::Str(text.slice(start..end))
        };
        Ok(match window(&keys, length) {
            Window::Item(at) => part(at, usize::from(at < length)),
            Window::Part(from, count) => part(from, count),
            Window::Outside => Value::str(""),
        })
    }

    fn resource_parameters(&self, kind: &str, title: &str, keys: &[Value], span: Span) -> Result<Value> {
        let shown = super::resource::stored_reference(kind, title);
        let Some(id) = self.c.find_resource(kind, title) else {
            let message = format!("resource not found: `{shown}`");
            return Err(self.error(&codes::UNKNOWN_RESOURCE, message, span));
        };
        let several = keys.len() > 1 || matches!(keys, [Value::Array(_)]);
        let flat: Vec<Value> = keys.iter().flat_map(|key| super::cx::splatted(wrap(key))).collect();
        let mut found = Vec::new();
        for key in flat.iter().filter(|key| !key.is_undef()) {
            let name = key.as_str().filter(|name| self.c.has_parameter(id, name)).ok_or_else(|| {
                let message =
                    format!("the resource `{shown}` does not have a parameter called `{}`", key.to_str());
                self.error(&codes::UNKNOWN_PARAMETER, message, span)
            })?;
            found.push(self.c.parameter_of(id, name).unwrap_or_default());
        }
        Ok(if several { Value::array(found) } else { found.into_iter().next_back().unwrap_or_default() })
    }
}

impl super::compiler::Compiler<'_> {
    /// Tells whether a resource's type has a parameter.
    pub(crate) fn has_parameter(&self, id: ResourceId, name: &str) -> bool {
        let what = self.with(id, |it| Some(it.what.clone()));
        let Some(what) = what else { return false };
        match what.facts() {
            Some(facts) => facts.has_attribute(name),
            None => {
                name == "name"
                    || crate::restypes::is_metaparameter(name)
                    || what.resource_type().is_some_and(|it| it.parameters().iter().any(|p| p.name == name))
            }
        }
    }

    /// Returns a parameter of a resource, else the default in force where it was declared.
    pub(crate) fn parameter_of(&self, id: ResourceId, name: &str) -> Option<Value> {
        let (own, scope, kind) =
            self.with(id, |it| (it.get(name).cloned(), Some(it.scope), it.type_name.clone()));
        own.or_else(|| self.defaults_for(scope?, &kind).get(name).map(|param| param.value.clone()))
    }
}

/// Where keys point in a sequence.
enum Window {
    Item(usize),
    Part(usize, usize),
    Outside,
}

/// Resolves one key (a position, from the end where negative) or two (position and count; a negative count goes to
/// that position from the end).
fn window(keys: &[i64], length: usize) -> Window {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let absolute = |key: i64| if key < 0 { length.saturating_add(key) } else { key };
    match keys {
        [at] => usize::try_from(absolute(*at)).map_or(Window::Outside, Window::Item),
        [from, count] => {
            let mut from = absolute(*from);
            let mut count = if *count < 0 { length - from + *count + 1 } else { *count };
            if from < 0 {
                count += from;
                from = 0;
            }
            match (usize::try_from(from), usize::try_from(count)) {
                (Ok(start), Ok(count)) if from <= length => Window::Part(start, count),
                (_, _) => Window::Outside,
            }
        }
        _ => Window::Outside,
    }
}

/// Makes an array of a value that is none, so that splatting flattens one level.
fn wrap(value: &Value) -> Value {
    match value {
        Value::Array(_) => value.clone(),
        other => Value::array([other.clone()]),
    }
}

/// Tells whether an expression is `$facts` or `$trusted` with keys, whose path is worth recording.
fn is_fact_path(expr: &Expr) -> bool {
    let mut expr = bare(expr);
    while let ExprKind::Access(it) = &expr.kind {
        expr = bare(&it.left);
    }
    matches!(&expr.kind, ExprKind::Variable(name) if is_fact_root(name))
}

fn is_fact_root(name: &EcoString) -> bool {
    !matches!(name.strip_prefix("::").unwrap_or(name), "name" | "title")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_puppets_rules() {
        assert!(matches!(window(&[-1], 3), Window::Item(2)));
        assert!(matches!(window(&[-4], 3), Window::Outside));
        assert!(matches!(window(&[1, -1], 4), Window::Part(1, 3)));
        assert!(matches!(window(&[-5, 3], 4), Window::Part(0, 2)));
        assert!(matches!(window(&[5, 1], 4), Window::Outside));
    }
}
