//! Hiera and the evaluation: what data asks of a scope, and what `lookup()` asks of the data.

use super::{codes, compiler::Compiler, cx::Cx, definition::Body, record::Reads, scope::ScopeId};
use crate::{
    diag::{Diagnostic, Result},
    functions::{Block, LookupRequest},
    hiera::{ContextBlock, ContextCall, Host, Query},
    source::{Location, Read},
    value::{Value, types::parse_type},
};
use ecow::EcoString;

/// The evaluation as Hiera sees it: variables of the scope that the lookup was made from.
pub(crate) struct DataView<'s, 'a> {
    pub c: &'s Compiler<'a>,
    pub scope: ScopeId,
}

impl<'s, 'a> DataView<'s, 'a> {
    fn cx(&self) -> Cx<'s, 'a> {
        Cx { c: self.c, scope: self.scope, source: self.c.nowhere() }
    }

    fn nowhere(&self) -> Location {
        super::compiler::start_of(self.c.nowhere())
    }
}

impl Host for DataView<'_, '_> {
    fn variable(&self, name: &str) -> Option<Value> {
        self.c.lookup(self.scope, name).ok().map(|var| var.value)
    }

    fn convert(&self, type_text: &str, value: Value, arguments: &[Value]) -> Result<(Value, EcoString)> {
        let cx = self.cx();
        let wanted = parse_type(type_text, &cx.resolver())
            .map_err(|why| Box::new(Diagnostic::error(&codes::TYPE_MISMATCH, why)))?;
        let wanted = Value::Type(wanted);
        let shown = Value::array(std::iter::once(wanted.clone()).chain(arguments.iter().cloned())).to_str();
        if type_text == "Sensitive" && arguments.is_empty() {
            let already = matches!(value, Value::Sensitive(_));
            let value = if already { value } else { Value::Sensitive(value.into()) };
            return Ok((value, shown.text().clone()));
        }
        let mut all = vec![wanted, value];
        all.extend_from_slice(arguments);
        let value = cx.call_function("new", &all, None, &self.nowhere())?;
        Ok((value, shown.text().clone()))
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Result<Option<Value>> {
        self.cx().call_of_module(function, arguments, None, &self.nowhere())
    }

    fn calling_class(&self) -> Option<EcoString> {
        let mut scope = Some(self.scope);
        while let Some(at) = scope {
            let source = self.c.scope_source(at);
            if let Some(class) = source.filter(|source| matches!(source.body, Body::Class(_))) {
                return Some(class.name.clone());
            }
            scope = self.c.with_scope(at, |scope| scope.parent);
        }
        None
    }

    fn environment(&self) -> EcoString {
        self.c.env.paths().name.clone()
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.c.warn_once(diagnostic);
    }
}

/// The top scope of a node, for lookups by hand.
pub struct TopScope<'s, 'a>(DataView<'s, 'a>);

impl<'s, 'a> TopScope<'s, 'a> {
    pub(crate) fn new(c: &'s Compiler<'a>) -> Self {
        Self(DataView { c, scope: super::compiler::TOP })
    }

    /// Returns the scope as Hiera sees it.
    #[must_use]
    pub fn host(&self) -> &dyn Host {
        &self.0
    }

    /// Checks that a value has a type, given by its text.
    ///
    /// # Errors
    /// Gives a text that is no type, and a value of another type.
    pub fn check(&self, type_text: &str, value: &Value) -> Result<()> {
        let cx = self.0.cx();
        let expected = parse_type(type_text, &cx.resolver())
            .map_err(|why| Box::new(Diagnostic::error(&codes::TYPE_MISMATCH, why)))?;
        match self.0.c.mismatch(&expected, value) {
            None => Ok(()),
            Some(why) => {
                Err(Box::new(Diagnostic::error(&codes::TYPE_MISMATCH, format!("found value {why}"))))
            }
        }
    }
}

impl Compiler<'_> {
    /// Asks Hiera; gives the value with what was read for it.
    pub(crate) fn look_up(
        &self,
        scope: ScopeId,
        key: &str,
        query: &Query<'_>,
    ) -> Result<Option<(Value, Reads)>> {
        let host = DataView { c: self, scope };
        let Some(found) = self.data.lookup(key, query, &host)? else { return Ok(None) };
        let reads = self.recorder.is_on().then(|| {
            let sources = found.sources.into_iter();
            sources.map(|it| Read::Hiera { key: key.into(), file: it.file, line: it.line }).collect()
        });
        Ok(Some((found.value, reads)))
    }
}

impl Cx<'_, '_> {
    /// Calls a method of the context of a data function; `None` where the receiver is none.
    pub(crate) fn call_context(
        &self,
        receiver: &Value,
        method: &str,
        arguments: &[Value],
        block: Option<&dyn Block>,
    ) -> Result<Option<Value>> {
        if !matches!(receiver, Value::Object(_)) {
            return Ok(None);
        }
        let host = DataView { c: self.c, scope: self.scope };
        let run = |values: &[Value]| block.map_or(Ok(Value::Undef), |block| block.call(values));
        let block = block.map(|block| ContextBlock { arity: block.arity().0, call: &run });
        let call = ContextCall { receiver, method, arguments, block: block.as_ref() };
        self.c.data.call_context(&call, &host)
    }

    /// Answers `lookup()`: for each name the overrides and the data, then defaults by key, the block, the default.
    pub(crate) fn lookup_function(&self, request: &LookupRequest<'_>, at: &Location) -> Result<Value> {
        let names: Vec<EcoString> = request.names.iter().map(|name| name.to_str().text().clone()).collect();
        let checked = |value: Value, what: &str| self.checked_lookup(value, request.value_type, what, at);
        let query = Query {
            merge: request.merge,
            overrides: request.override_values.and_then(Value::as_hash),
            defaults: request.default_values_hash.and_then(Value::as_hash),
            hiera: request.hiera,
        };
        for name in &names {
            if let Some(value) = query.overrides.and_then(|it| it.get(&Value::str(name.clone()))) {
                return checked(value.clone(), &format!("value found for key `{name}` in override hash"));
            }
            if let Some((value, reads)) = self.c.look_up(self.scope, name, &query)? {
                self.c.recorder.read_all(&reads);
                return checked(value, "found value");
            }
        }
        for name in &names {
            if let Some(value) = query.defaults.and_then(|it| it.get(&Value::str(name.clone()))) {
                return checked(
                    value.clone(),
                    &format!("value found for key `{name}` in default values hash"),
                );
            }
        }
        if let Some(block) = request.block {
            let key = match request.names {
                [one] if !request.several => one.clone(),
                several => Value::array(several.iter().cloned()),
            };
            return checked(block.call(&[key])?, "value returned from default block");
        }
        if let Some(value) = request.default_value {
            return checked(value.clone(), "default value");
        }
        Err(Box::new(not_found(&names).at(at.clone())))
    }

    fn checked_lookup(
        &self,
        value: Value,
        expected: Option<&Value>,
        what: &str,
        at: &Location,
    ) -> Result<Value> {
        let Some(Value::Type(expected)) = expected else { return Ok(value) };
        match self.c.mismatch(expected, &value) {
            None => Ok(value),
            Some(why) => {
                let message = format!("{what} {why}");
                Err(Box::new(Diagnostic::error(&codes::TYPE_MISMATCH, message).at(at.clone())))
            }
        }
    }
}

/// Says that no name was found.
fn not_found(names: &[EcoString]) -> Diagnostic {
    let shown = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let what = if names.len() == 1 { "the name" } else { "any of the names" };
    Diagnostic::error(&codes::LOOKUP, format!("`lookup` did not find a value for {what} {shown}"))
}
