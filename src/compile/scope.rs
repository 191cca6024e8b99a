//! A node's top scope without its manifests: facts, ENC parameters, trusted data. What a lookup by hand sees.

use crate::{
    diag::{Diagnostic, Result},
    hiera::Host,
    inputs::NodeInputs,
    value::Value,
};
use std::cell::RefCell;

/// The variables of a node before any manifest is evaluated.
pub struct TopScope<'a> {
    node: &'a NodeInputs,
    server_facts: Value,
    environment: Value,
    warnings: RefCell<Vec<Diagnostic>>,
}

impl<'a> TopScope<'a> {
    /// Takes a node, `$server_facts` and the environment's name.
    #[must_use]
    pub fn new(node: &'a NodeInputs, server_facts: Value, environment: &str) -> Self {
        Self { node, server_facts, environment: environment.into(), warnings: RefCell::default() }
    }

    /// Returns the warnings that lookups gave.
    #[must_use]
    pub fn into_warnings(self) -> Vec<Diagnostic> {
        self.warnings.into_inner()
    }
}

impl Host for TopScope<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        let name = name.strip_prefix("::").unwrap_or(name);
        match name {
            "facts" => Some(self.node.facts.clone()),
            "trusted" => Some(self.node.trusted.clone()),
            "server_facts" => Some(self.server_facts.clone()),
            "environment" => Some(self.environment.clone()),
            _ => {
                let of_enc = self.node.parameters.get(name).cloned();
                of_enc
                    .or_else(|| self.node.facts.get(name).cloned())
                    .or_else(|| self.server_facts.get(name).cloned())
            }
        }
    }

    fn convert(&self, type_text: &str, value: Value, _arguments: &[Value]) -> Result<Value> {
        if type_text == "Sensitive" {
            return Ok(Value::Sensitive(value.into()));
        }
        let message =
            format!("`convert_to: {type_text}` is not applied here, the value is shown as it is in the data");
        self.report(Diagnostic::warning(&super::CONVERSION, message));
        Ok(value)
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.warnings.borrow_mut().push(diagnostic);
    }
}
