//! What ERB templates and Ruby functions ask of the evaluation.

use super::context::CallContext;
use crate::{
    diag::{Diagnostic, Result},
    functions::{Block, Context, Template},
    hiera::yaml::{Psych, Rules, read},
    ruby::{Host, HostBlock, HostFile},
    source::SourceFile,
    value::{HashMap, Str, Value},
};
use ecow::EcoString;
use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

impl CallContext<'_, '_> {
    /// Calls a function, or a method of a lookup's context.
    fn call_from_ruby(&self, name: &str, arguments: &[Value], block: Option<&dyn Block>) -> Result<Value> {
        // whatever is called may set variables
        self.visible.take();
        if let [receiver @ Value::Object(_), rest @ ..] = arguments
            && let Some(value) = self.cx.call_context(receiver, name, rest, block)?
        {
            return Ok(value);
        }
        let result = self.cx.call_function(name, arguments, block, &self.at);
        self.visible.take();
        result
    }

    /// Whether a path lies in the repo or a module.
    fn is_given(&self, path: &Path) -> bool {
        let env = &self.cx.c.env;
        path.is_absolute()
            && (path.starts_with(&env.paths().root)
                || env.modules().values().any(|folder| path.starts_with(folder)))
    }
}

/// A path without `.` and `..`, which are resolved by name alone.
fn normal(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                made.pop();
            }
            other => made.push(other),
        }
    }
    made
}

/// A Ruby block as builtins see blocks.
struct RubyBlock<'b>(HostBlock<'b>, (usize, Option<usize>));

impl Block for RubyBlock<'_> {
    fn arity(&self) -> (usize, Option<usize>) {
        self.1
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

    fn variables(&self) -> Arc<HashMap> {
        let made = || Arc::new(self.cx.c.variables(self.cx.scope));
        self.visible.borrow_mut().get_or_insert_with(made).clone()
    }

    fn set_variable(&self, name: &str, value: Value) -> Result<()> {
        self.visible.take();
        self.cx.set_from_ruby(name, value)
    }

    fn change_variable(&self, name: &str, value: &Value) {
        self.visible.take();
        self.cx.c.change_in_place(self.cx.scope, name, value);
    }

    fn call_function(&self, name: &str, arguments: &[Value], block: Option<HostBlock<'_>>) -> Result<Value> {
        match block {
            None => self.call_from_ruby(name, arguments, None),
            Some(block) => self.call_with_block(name, arguments, (block, (0, None))),
        }
    }

    fn call_with_block(
        &self,
        name: &str,
        arguments: &[Value],
        (block, arity): (HostBlock<'_>, (usize, Option<usize>)),
    ) -> Result<Value> {
        self.call_from_ruby(name, arguments, Some(&RubyBlock(block, arity)))
    }

    fn parse_yaml(&self, text: &str) -> Result<Value> {
        let rules = Rules { psych: Psych::of_puppet(self.cx.c.request.puppet_version), ..Rules::default() };
        Ok(read(&SourceFile::new("yaml", text), rules)?.value)
    }

    fn scope(&self) -> usize {
        self.cx.scope.0
    }

    fn call_old_function(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        let result = self.cx.call_old_function(name, arguments, &self.at);
        self.visible.take();
        result
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

    fn helper_file(&self, name: &str, from: Option<&str>) -> Option<Arc<SourceFile>> {
        let env = &self.cx.c.env;
        let file = format!("{name}.rb");
        let path = match from {
            Some(from) => normal(&env.paths().root.join(from).parent()?.join(file)),
            None => {
                let inside = normal(&Path::new("lib").join(file));
                let folders = env.modules().values().map(|folder| normal(&folder.join(&inside)));
                folders.into_iter().find(|path| self.cx.c.world.is_file(path))?
            }
        };
        if !env.modules().values().any(|folder| path.starts_with(normal(folder))) {
            return None;
        }
        let bytes = self.cx.c.world.read(&path).ok()?;
        Some(SourceFile::new(env.shown(&path), String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn file(&self, path: &str) -> HostFile {
        let path = normal(Path::new(path));
        if !self.is_given(&path) {
            return HostFile::Outside;
        }
        let world = self.cx.c.world;
        match (world.is_file(&path), world.is_dir(&path)) {
            (true, _) => HostFile::File,
            (_, true) => HostFile::Folder,
            (false, false) => HostFile::Missing,
        }
    }

    fn read_file(&self, path: &str) -> Option<Vec<u8>> {
        let path = normal(Path::new(path));
        self.is_given(&path).then(|| self.cx.c.world.read(&path).ok()).flatten().map(|bytes| bytes.to_vec())
    }

    fn resource_parameters(&self) -> Vec<(EcoString, Value)> {
        let Some(id) = self.cx.c.scope_resource(self.cx.scope) else { return Vec::new() };
        let Some(resource) = self.cx.c.resource(id) else { return Vec::new() };
        resource.parameters.iter().map(|(name, param)| (name.clone(), param.value.clone())).collect()
    }

    fn defaults(&self, type_name: &str) -> Vec<EcoString> {
        self.cx.c.defaults_for(self.cx.scope, type_name).into_iter().map(|(name, _)| name).collect()
    }

    fn puppet_version(&self) -> u8 {
        self.cx.c.request.puppet_version
    }

    fn now(&self) -> i64 {
        self.cx.c.world.now()
    }

    fn is_refusal(&self, found: &Diagnostic) -> bool {
        super::is_refusal(found.code()) || super::limits::is_limit(found.code())
    }

    fn report(&self, diagnostic: Diagnostic) {
        Context::report(self, diagnostic);
    }
}
