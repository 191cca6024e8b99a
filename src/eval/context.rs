//! What builtins, Hiera and the type system ask of the evaluation.

use super::{
    classes::class_names,
    codes,
    compiler::Compiler,
    cx::Cx,
    declare::{Declaration, Params},
    definition::munge,
    resource::Param,
    scope::Var,
};
use crate::{
    catalog::ResourceRef,
    diag::{Diagnostic, Result},
    functions::{Block, Context, Inclusion, LookupRequest, Template},
    inputs::{Programs, PuppetDb},
    source::{Location, Read, SourceFile, World},
    syntax::{Strict, ast::ResourceForm},
    templating,
    value::{HashMap, Str, Type, TypeResolver, Value},
};
use ecow::EcoString;
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Finds type aliases in the environment.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'s, 'a> {
    pub c: &'s Compiler<'a>,
}

impl TypeResolver for Resolver<'_, '_> {
    fn resolve(&self, name: &str) -> Result<Option<Type>> {
        self.c.named_type(name)
    }
}

/// One call of a builtin, as it sees the evaluation.
pub(crate) struct CallContext<'s, 'a> {
    pub cx: Cx<'s, 'a>,
    pub at: Location,
    /// All variables by simple names, once they were asked for and until one may have been set.
    pub visible: RefCell<Option<Arc<HashMap>>>,
    module: Option<EcoString>,
}

impl<'s, 'a> CallContext<'s, 'a> {
    /// Renders an ERB template; what goes wrong in it is an error of the call that rendered it.
    fn erb(&self, source: &Arc<SourceFile>) -> Result<Value> {
        let text = templating::erb::render(source, self);
        text.map(Value::Str).map_err(|found| super::ruby_functions::called_from(found, &self.at))
    }

    pub(crate) fn new(cx: Cx<'s, 'a>, at: Location) -> Self {
        let module = cx.c.scope_source(cx.scope).and_then(|source| source.module.clone());
        Self { cx, at, visible: RefCell::default(), module }
    }
}

impl TypeResolver for CallContext<'_, '_> {
    fn resolve(&self, name: &str) -> Result<Option<Type>> {
        self.cx.c.named_type(name)
    }
}

impl Context for CallContext<'_, '_> {
    fn call_function(&self, name: &str, arguments: &[Value], block: Option<&dyn Block>) -> Result<Value> {
        self.cx.call_function(name, arguments, block, &self.at)
    }

    fn call_old_function(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        self.cx.call_old_function(name, arguments, &self.at)
    }

    fn variable(&self, name: &str) -> Option<Value> {
        self.cx.c.lookup(self.cx.scope, name).ok().map(|var| {
            self.cx.c.recorder.read_all(&var.reads);
            var.value
        })
    }

    fn fact(&self, name: &str) -> Option<Value> {
        let found = self.cx.c.request.facts.get(name).cloned();
        self.cx.c.recorder.read(|| Read::Fact(name.into()));
        found
    }

    fn declare_classes(&self, names: &[Value], kind: Inclusion) -> Result<Value> {
        let names = class_names(names)?;
        self.cx.c.declare(self.cx.scope, &names, kind, &self.at)?;
        Ok(Value::array(names.into_iter().map(|name| Value::Type(Type::Class(Some(name))))))
    }

    fn create_resources(&self, type_name: &str, instances: &Value, defaults: Option<&Value>) -> Result<()> {
        self.cx.create_resources(type_name, instances, defaults, &self.at)
    }

    fn puppetdb(&self) -> Option<&PuppetDb> {
        self.cx.c.request.puppetdb.as_deref()
    }

    fn realize(&self, references: &[ResourceRef]) -> Result<()> {
        self.cx.c.realize(self.cx.scope, references, self.at.clone());
        Ok(())
    }

    fn is_defined(&self, what: &Value) -> Result<bool> {
        self.cx.is_defined(what)
    }

    fn resource_parameter(&self, resource: &ResourceRef, parameter: &str) -> Option<Value> {
        self.cx.c.parameter_of(self.cx.c.find_stored(resource)?, parameter)
    }

    fn tag(&self, tags: &[Value]) {
        let Some(id) = self.cx.c.scope_resource(self.cx.scope) else { return };
        for tag in tags {
            let result = match self.cx.c.state.borrow_mut().resources.get_mut(id.0) {
                Some(resource) => resource.tag_value(tag),
                None => Ok(()),
            };
            if let Err(found) = result {
                self.cx.c.sink.push(found.or_at(|| self.at.clone()));
            }
        }
    }

    fn is_tagged(&self, tags: &[Value]) -> bool {
        let state = self.cx.c.state.borrow();
        let scope = state.scopes.get(self.cx.scope.0);
        let own = scope.and_then(|scope| scope.resource).and_then(|id| state.resources.get(id.0));
        let container = own
            .and_then(|it| state.scopes.get(it.scope.0)?.resource)
            .and_then(|id| state.resources.get(id.0));
        tags.iter().all(|tag| {
            let tag = tag.to_str().to_lowercase();
            state.tags.contains(tag.as_str())
                || own.is_some_and(|it| it.tags.contains(tag.as_str()))
                || container.is_some_and(|it| it.tags.contains(tag.as_str()))
        })
    }

    fn lookup(&self, request: &LookupRequest<'_>) -> Result<Value> {
        self.cx.lookup_function(request, &self.at)
    }

    fn render(&self, template: Template<'_>, parameters: Option<&Value>) -> Result<Str> {
        let text = match template {
            Template::Epp(name) => {
                let source = self.cx.template_file(&self.cx.c.epp_name(name), &self.at)?;
                self.cx.render_epp(&source, parameters, false, &self.at)?
            }
            Template::InlineEpp(text) => {
                let source = SourceFile::new("inlined-epp-text", text.as_str());
                self.cx.render_epp(&source, parameters, true, &self.at)?
            }
            Template::Erb(name) => {
                let source = self.cx.template_file(name, &self.at)?;
                self.erb(&source)?
            }
            Template::InlineErb(text) => self.erb(&SourceFile::new("inline_template", text.as_str()))?,
        };
        match text {
            Value::Str(text) => Ok(text),
            Value::Sensitive(inner) => Ok(inner.to_str()),
            other => Ok(other.to_str()),
        }
    }

    fn find_file(&self, name: &str) -> Result<Option<PathBuf>> {
        if name.starts_with('/') && !self.cx.c.is_readable(Path::new(name)) {
            let message = format!("`{name}` lies outside of the repo and the module path");
            let found = Diagnostic::error(&codes::OUTSIDE, message).at(self.at.clone());
            return Err(Box::new(
                found.help("put the file into a module's `files`, and name it `MODULE/FILE`"),
            ));
        }
        Ok(self.cx.c.find_module_file(name, "files"))
    }

    fn module_directory(&self, module: &str) -> Result<Option<PathBuf>> {
        Ok(self.cx.c.env.modules().get(module).cloned())
    }

    fn world(&self) -> &dyn World {
        self.cx.c.world
    }

    fn module_name(&self) -> Option<&str> {
        self.module.as_deref()
    }

    fn programs(&self) -> Option<&dyn Programs> {
        self.cx.c.request.programs.as_deref()
    }

    fn has_function(&self, name: &str) -> Result<bool> {
        self.cx.has_function(name)
    }

    fn strict(&self) -> Strict {
        self.cx.c.request.strict
    }

    fn puppet_version(&self) -> u8 {
        self.cx.c.request.puppet_version
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.cx.c.sink.push(diagnostic.or_at(|| self.at.clone()));
    }
}

impl Compiler<'_> {
    /// Finds `module/file` in a module's folder of this kind, or an absolute path.
    pub(crate) fn find_module_file(&self, name: &str, folder: &str) -> Option<PathBuf> {
        let path = if name.starts_with('/') {
            PathBuf::from(name)
        } else {
            let (module, rest) = name.split_once('/')?;
            self.env.modules().get(module)?.join(folder).join(rest)
        };
        let inside = !path.components().any(|part| part == std::path::Component::ParentDir);
        let allowed = inside && self.is_readable(&path);
        (allowed && self.world.is_file(&path)).then_some(path)
    }

    /// Tells whether a path lies in the repo or on the module path, where alone files are read.
    fn is_readable(&self, path: &Path) -> bool {
        let paths = self.env.paths();
        path.starts_with(&paths.root) || paths.module_path.iter().any(|folder| path.starts_with(folder))
    }

    fn epp_name(&self, name: &str) -> EcoString {
        if name.ends_with(".epp") || self.find_module_file(name, "templates").is_some() {
            return name.into();
        }
        format!("{name}.epp").into()
    }
}

impl Cx<'_, '_> {
    fn create_resources(
        &self,
        type_name: &str,
        instances: &Value,
        defaults: Option<&Value>,
        at: &Location,
    ) -> Result<()> {
        let bare = type_name.trim_start_matches('@');
        let form = match type_name.len() - bare.len() {
            0 => ResourceForm::Regular,
            1 => ResourceForm::Virtual,
            _ => ResourceForm::Exported,
        };
        if munge(bare) == "class" && form != ResourceForm::Regular {
            let found = Diagnostic::error(&codes::UNSUPPORTED, "classes are not virtualizable");
            return Err(Box::new(found.at(at.clone())));
        }
        let declaration = Declaration { type_name: munge(bare), form, at: at.clone() };
        let frames = self.c.scope_frames(self.scope);
        for (title, own) in instances.as_hash().into_iter().flatten() {
            let mut params = Params::default();
            let sources = [defaults.and_then(Value::as_hash), own.as_hash()];
            for (name, value) in sources.into_iter().flatten().flatten() {
                let origin = self.c.recorder.origin(Some(at.clone()), frames.clone(), None);
                let source = self.c.scope_source(self.scope);
                let param = Param { value: value.clone(), source, add: false, at: None, origin };
                params.insert(name.to_str().text().clone(), param);
            }
            let titles: Vec<EcoString> =
                super::declare::flat(title.clone()).iter().map(|it| it.to_str().text().clone()).collect();
            let key = title.to_str().text().clone();
            self.c.recorder.iterated(key, || self.create(&declaration, &titles, params))?;
        }
        Ok(())
    }

    fn is_defined(&self, what: &Value) -> Result<bool> {
        let c = self.c;
        match what {
            Value::Str(text) => match text.strip_prefix('$') {
                Some(name) => Ok(c.variable_exists(self.scope, name.strip_prefix("::").unwrap_or(name))),
                None => match text.as_str() {
                    "" => Ok(false),
                    "main" => Ok(true),
                    name => Ok(c.find_type(name)?.is_some() || c.find_class(name)?.is_some()),
                },
            },
            Value::Type(Type::Resource(Some(kind), None)) => Ok(c.find_type(kind)?.is_some()),
            Value::Type(Type::Resource(Some(kind), Some(title))) => {
                Ok(c.find_resource(kind, title).is_some())
            }
            Value::Type(Type::Class(Some(name))) => Ok(c.find_resource("class", name).is_some()),
            Value::Type(Type::Type(inner)) => match inner.as_ref() {
                Type::Class(Some(name)) => Ok(c.find_class(name)?.is_some()),
                Type::Resource(..) => self.is_defined(&Value::Type((**inner).clone())),
                _ => Ok(false),
            },
            other => {
                let message = format!("invalid argument of `defined`: `{}`", other.to_str());
                Err(Box::new(Diagnostic::error(&codes::ARGUMENTS, message)))
            }
        }
    }

    /// Sets a variable from Ruby code.
    pub(crate) fn set_from_ruby(&self, name: &str, value: Value) -> Result<()> {
        self.c.set_variable(self.scope, name.into(), Var::plain(value))
    }
}
