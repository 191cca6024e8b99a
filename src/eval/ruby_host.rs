//! What ERB templates and Ruby functions ask of the evaluation.

use super::context::CallContext;
use crate::{
    diag::{Diagnostic, Result},
    functions::{Block, Context, Template},
    ruby::{Host, HostBlock},
    value::{Str, Value},
};
use ecow::EcoString;

/// A Ruby block as builtins see blocks.
struct RubyBlock<'b>(HostBlock<'b>);

impl Block for RubyBlock<'_> {
    fn arity(&self) -> (usize, Option<usize>) {
        (0, None)
    }

    fn call(&self, arguments: &[Value]) -> Result<Value> {
        (self.0)(arguments)
    }
}

impl Host for CallContext<'_, '_> {
    fn variable(&self, name: &str) -> Option<Value> {
        Context::variable(self, name)
    }

    fn lookup_variable(&self, name: &str) -> Result<Value> {
        self.cx.variable_at(name, self.at.span)
    }

    fn variables(&self) -> Vec<(EcoString, Value)> {
        self.cx.c.variables(self.cx.scope).into_iter().collect()
    }

    fn set_variable(&self, name: &str, value: Value) -> Result<()> {
        self.cx.set_from_ruby(name, value)
    }

    fn call_function(&self, name: &str, arguments: &[Value], block: Option<HostBlock<'_>>) -> Result<Value> {
        let block = block.map(RubyBlock);
        let block = block.as_ref().map(|block| block as &dyn Block);
        if let [receiver @ Value::Object(_), rest @ ..] = arguments
            && let Some(value) = self.cx.call_context(receiver, name, rest, block)?
        {
            return Ok(value);
        }
        self.cx.call_function(name, arguments, block, &self.at)
    }

    fn call_old_function(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        self.cx.call_old_function(name, arguments, &self.at)
    }

    fn render_template(&self, name: &str) -> Result<Str> {
        let template = if name.ends_with(".epp") { Template::Epp(name) } else { Template::Erb(name) };
        self.render(template, None)
    }

    fn classes(&self) -> Vec<EcoString> {
        self.cx.c.state.borrow().classes.clone()
    }

    fn tags(&self) -> Vec<EcoString> {
        let Some(id) = self.cx.c.scope_resource(self.cx.scope) else { return Vec::new() };
        self.cx.c.with(id, |resource| resource.tags.iter().cloned().collect())
    }

    fn catalog_tags(&self) -> Vec<EcoString> {
        self.cx.c.state.borrow().tags.iter().cloned().collect()
    }

    fn module_name(&self) -> Option<EcoString> {
        Context::module_name(self).map(EcoString::from)
    }

    fn resource(&self) -> EcoString {
        let id = self.cx.c.scope_resource(self.cx.scope);
        id.map(|id| self.cx.c.with(id, |it| EcoString::from(it.reference().to_string()))).unwrap_or_default()
    }

    fn environment(&self) -> EcoString {
        self.cx.c.env.paths().name.clone()
    }

    fn module_path(&self, name: &str) -> Option<EcoString> {
        self.cx.c.env.modules().get(name).map(|path| path.to_string_lossy().into_owned().into())
    }

    fn now(&self) -> i64 {
        self.cx.c.world.now()
    }

    fn report(&self, diagnostic: Diagnostic) {
        Context::report(self, diagnostic);
    }
}
