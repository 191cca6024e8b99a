//! Ruby functions of modules: where their files are, and calling them through the interpreter.

use super::{codes, context::CallContext, cx::Cx};
use crate::{
    diag::{Code, Diagnostic, Result},
    functions::{self, Block},
    inputs::RubyCall,
    ruby::{self, FunctionCall, HostBlock},
    source::Location,
    value::Value,
};
use std::{path::Path, sync::Arc};

/// An error of Ruby code is at the Puppet call that led to it, as Puppet has it; where the interpreter stops by itself,
/// that is the place that matters.
pub(super) fn called_from(found: Box<Diagnostic>, at: &Location) -> Box<Diagnostic> {
    let of_puppet = |place: &Location| {
        let path = Path::new(place.source.path());
        path.extension().is_some_and(|extension| extension == "pp" || extension == "epp")
    };
    match found.location().cloned() {
        None => Box::new(found.at(at.clone())),
        Some(place) if of_puppet(&place) => found,
        Some(_) if ruby::is_own(found.code()) => Box::new(found.related(at.clone(), "called here")),
        Some(place) => {
            let raised = found.help_line().unwrap_or("raised").to_owned();
            let help = format!("{raised} at {}:{}", place.source.path(), place.line());
            Box::new(found.at(at.clone()).help(help).related(place, "raised here"))
        }
    }
}

/// Variables that the real Puppet sets itself.
const RESERVED: &[&str] = &[
    "facts",
    "trusted",
    "server_facts",
    "environment",
    "title",
    "name",
    "module_name",
    "caller_module_name",
];

impl Cx<'_, '_> {
    /// Calls a module's Ruby function; `None` where no module has one of this name.
    pub(super) fn call_ruby(
        &self,
        name: &str,
        arguments: &[Value],
        block: Option<&dyn Block>,
        at: &Location,
    ) -> Result<Option<Value>> {
        let Some(source) = self.c.find_ruby(name) else { return Ok(None) };
        let context = CallContext::new(*self, at.clone());
        let run = |values: &[Value]| block.map_or(Ok(Value::Undef), |block| block.call(values));
        let resolver = self.resolver();
        let call = FunctionCall {
            name,
            host: &context,
            resolver: &resolver,
            arguments,
            block: block.map(|block| (&run as HostBlock<'_>, block.arity())),
        };
        let found = ruby::call_function(&source, &call);
        let found = found.or_else(|found| self.by_real_ruby(name, arguments, block, found));
        found.map(Some).map_err(|found| called_from(found, at))
    }

    /// Asks a real Ruby for what is refused here, where that is allowed; else says how it can be answered.
    pub(super) fn by_real_ruby(
        &self,
        name: &str,
        arguments: &[Value],
        block: Option<&dyn Block>,
        found: Box<Diagnostic>,
    ) -> Result<Value> {
        if !is_refusal(found.code()) {
            return Err(found);
        }
        let Some(programs) = self.c.request.programs.as_deref().filter(|_| block.is_none()) else {
            let help = functions::how_to_answer(name);
            return Err(if found.help_line().is_none() { Box::new(found.help(help)) } else { found });
        };
        let paths = self.c.env.paths();
        let mut variables = self.c.variables(self.scope);
        variables.retain(|name, _| name.as_str().is_none_or(|name| !RESERVED.contains(&name)));
        let call = RubyCall {
            function: name,
            arguments,
            node: &self.c.request.certname,
            environment: &paths.name,
            facts: &self.c.request.facts,
            variables: &Value::Hash(Arc::new(variables)),
            module_path: &paths.module_path,
        };
        let answer = programs.ruby(&call).map_err(|why| {
            let message = format!("`{name}` in a real Ruby: {why}");
            Box::new(Diagnostic::error(&codes::REAL_RUBY, functions::hide(&message, arguments)))
        })?;
        Ok(functions::derived_from(answer, arguments))
    }
}

/// Tells whether a code says that something is not done here that a real Puppet could do, or the user answer.
#[must_use]
pub fn is_refusal(code: &Code) -> bool {
    ruby::is_refusal(code) || functions::is_refusal(code) || code.name == codes::OUTSIDE.name
}
