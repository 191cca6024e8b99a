//! Ruby functions of modules: where their files are, and calling them through the interpreter.

use super::{context::CallContext, cx::Cx};
use crate::{
    diag::Result,
    functions::Block,
    ruby::{self, FunctionCall, HostBlock},
    source::{Location, SourceFile},
    value::Value,
};
use std::path::PathBuf;

impl Cx<'_, '_> {
    /// Calls a module's Ruby function; `None` where no module has one of this name.
    pub(super) fn call_ruby(
        &self,
        name: &str,
        arguments: &[Value],
        block: Option<&dyn Block>,
        at: &Location,
    ) -> Result<Option<Value>> {
        let Some(path) = self.ruby_file(name) else { return Ok(None) };
        let Ok(bytes) = self.c.world.read(&path) else { return Ok(None) };
        let source = SourceFile::new(self.c.env.shown(&path), String::from_utf8_lossy(&bytes).into_owned());
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
        let found = ruby::call_function(&source, &call).map_err(|found| found.or_at(|| at.clone()))?;
        Ok(Some(found))
    }

    /// `lib/puppet/functions/a/b.rb`, else `lib/puppet/parser/functions/b.rb`, in the modules' order.
    fn ruby_file(&self, name: &str) -> Option<PathBuf> {
        let modern = format!("lib/puppet/functions/{}.rb", name.replace("::", "/"));
        let old = format!("lib/puppet/parser/functions/{name}.rb");
        let relative = if name.contains("::") { vec![modern] } else { vec![modern, old] };
        let modules = self.c.env.modules();
        let root = &self.c.env.paths().root;
        let folders = relative.iter().flat_map(|file| {
            std::iter::once(root).chain(modules.values()).map(move |folder| folder.join(file))
        });
        folders.into_iter().find(|path| self.c.world.is_file(path))
    }
}
