//! What a compile found in its environment: each name is looked for once a node, as it is spelt.
//!
//! The environment is shared by threads and notes for every node what was asked of the world; what one node has
//! asked once need not be asked again.

use super::{
    compiler::Compiler,
    definition::{PuppetFunction, ResourceType, munge},
    resource::What,
};
use crate::{diag::Result, maps::HashMap, source::SourceFile};
use ecow::EcoString;
use std::{cell::RefCell, path::PathBuf, sync::Arc};

type Memo<T> = RefCell<HashMap<EcoString, Option<T>>>;

/// What was found, and what was not.
#[derive(Default)]
pub(crate) struct Known {
    types: Memo<What>,
    classes: Memo<Arc<ResourceType>>,
    functions: Memo<Arc<PuppetFunction>>,
    ruby: Memo<Arc<SourceFile>>,
    templates: Memo<Arc<SourceFile>>,
}

impl Compiler<'_> {
    /// Finds what a resource's type name (any spelling) stands for.
    pub(crate) fn find_type(&self, name: &str) -> Result<Option<What>> {
        once(&self.known.types, name, || {
            let name = munge(name);
            if let Some(facts) = self.env.resource_type(&name, self.world)? {
                return Ok(Some(What::Builtin(facts)));
            }
            Ok(self.env.define(&name, self.world)?.map(What::Define))
        })
    }

    /// Finds a class by any spelling of its name.
    pub(crate) fn find_class(&self, name: &str) -> Result<Option<Arc<ResourceType>>> {
        once(&self.known.classes, name, || self.env.class(name, self.world))
    }

    /// Finds a function in the Puppet language.
    pub(crate) fn find_function(&self, name: &str) -> Result<Option<Arc<PuppetFunction>>> {
        once(&self.known.functions, name, || self.env.function(name, self.world))
    }

    /// Finds the file of a Ruby function in the modules.
    pub(crate) fn find_ruby(&self, name: &str) -> Option<Arc<SourceFile>> {
        let read = || {
            let Some(path) = self.ruby_file(name) else { return Ok(None) };
            let Ok(bytes) = self.world.read(&path) else { return Ok(None) };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(Some(SourceFile::new(self.env.shown(&path), text)))
        };
        once(&self.known.ruby, name, read).ok().flatten()
    }

    /// Finds a template by its name; `read` says what is wrong where it cannot be read.
    pub(crate) fn find_template(
        &self,
        name: &str,
        read: impl FnOnce() -> Result<Arc<SourceFile>>,
    ) -> Result<Arc<SourceFile>> {
        if let Some(Some(known)) = self.known.templates.borrow().get(name) {
            return Ok(known.clone());
        }
        let found = read()?;
        self.known.templates.borrow_mut().insert(name.into(), Some(found.clone()));
        Ok(found)
    }

    /// `lib/puppet/functions/a/b.rb`, else `lib/puppet/parser/functions/b.rb`, in the modules' order.
    fn ruby_file(&self, name: &str) -> Option<PathBuf> {
        let modern = format!("lib/puppet/functions/{}.rb", name.replace("::", "/"));
        let old = format!("lib/puppet/parser/functions/{name}.rb");
        let relative = if name.contains("::") { vec![modern] } else { vec![modern, old] };
        let modules = self.env.modules();
        let root = &self.env.paths().root;
        let folders = relative.iter().flat_map(|file| {
            std::iter::once(root).chain(modules.values()).map(move |folder| folder.join(file))
        });
        folders.into_iter().find(|path| self.world.is_file(path))
    }
}

/// Looks something up and keeps the answer; errors are found again.
fn once<T: Clone>(memo: &Memo<T>, name: &str, find: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
    if let Some(known) = memo.borrow().get(name) {
        return Ok(known.clone());
    }
    let found = find()?;
    memo.borrow_mut().insert(name.into(), found.clone());
    Ok(found)
}
