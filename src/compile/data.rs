//! Hiera's answers for the evaluator.

use crate::{
    diag::{Diagnostic, Result},
    eval::{DataHost, DataSource, Datum},
    hiera::{Host, NodeData},
    value::Value,
};

/// The data of one node, as the evaluator asks for it.
pub(super) struct NodeLookups<'h>(pub NodeData<'h>);

impl DataSource for NodeLookups<'_> {
    fn lookup(&self, key: &str, merge: Option<&Value>, host: &dyn DataHost) -> Result<Option<Datum>> {
        let Some(found) = self.0.lookup(key, merge, &Scope(host))? else { return Ok(None) };
        let first = found.sources.into_iter().next();
        let (file, line) = first.map(|source| (source.file, source.line)).unwrap_or_default();
        Ok(Some(Datum { value: found.value, file, line }))
    }
}

/// The evaluator's scope, as Hiera asks it.
struct Scope<'a>(&'a dyn DataHost);

impl Host for Scope<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.variable(name)
    }

    fn convert(&self, type_text: &str, value: Value, arguments: &[Value]) -> Result<Value> {
        match type_text {
            "Sensitive" if !matches!(value, Value::Sensitive(_)) => Ok(Value::Sensitive(value.into())),
            _ => self.0.convert(type_text, value, arguments),
        }
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.0.report(diagnostic);
    }
}
