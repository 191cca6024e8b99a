//! What a template or a Ruby function of a module may ask of the evaluation; `eval` implements it.

use crate::{
    diag::{Diagnostic, Result},
    source::SourceFile,
    value::{HashMap, Str, Value},
};
use ecow::EcoString;
use std::sync::Arc;

/// A Ruby block that is handed to a Puppet function (`scope.call_function('each', x) { |y| … }`).
pub type HostBlock<'a> = &'a dyn Fn(&[Value]) -> Result<Value>;

/// What the host has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFile {
    /// The path is not in the repo or a module: it is not looked at.
    Outside,
    /// Nothing is there.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// The calling scope as Ruby code sees it.
pub trait Host {
    /// Returns a variable by its name without `$` and without leading `::`, as seen from the calling scope; `None`
    /// where it is not set. The name may be qualified (`ntp::servers`).
    fn variable(&self, name: &str) -> Option<Value>;

    /// Returns a variable as `scope.lookupvar` does.
    ///
    /// # Errors
    /// Gives an unknown variable where `strict_variables` is on.
    fn lookup_variable(&self, name: &str) -> Result<Value> {
        Ok(self.variable(name).unwrap_or_default())
    }

    /// Returns all variables that are visible from the scope by simple names, in the order of `scope.to_hash`:
    /// those of outer scopes first, inner ones replacing them.
    fn variables(&self) -> Arc<HashMap>;

    /// Sets a variable in the calling scope, as `scope.setvar` does.
    ///
    /// # Errors
    /// Gives a variable that is set already.
    fn set_variable(&self, name: &str, value: Value) -> Result<()>;

    /// Takes what the value of a variable of the scope became by a change in place.
    fn change_variable(&self, _name: &str, _value: &Value) {}

    /// Calls a function of the Puppet side by name: builtin, or from a module.
    ///
    /// # Errors
    /// Gives the function's diagnostics, or that there is none of that name.
    fn call_function(&self, name: &str, arguments: &[Value], block: Option<HostBlock<'_>>) -> Result<Value>;

    /// Calls a function as `scope.function_x` does: those of the 3.x API come first.
    ///
    /// # Errors
    /// Gives the function's diagnostics, or that there is none of that name.
    fn call_old_function(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        self.call_function(name, arguments, None)
    }

    /// Calls a function with a block of which it is known how many arguments it takes.
    ///
    /// # Errors
    /// Gives the function's diagnostics, or that there is none of that name.
    fn call_with_block(
        &self,
        name: &str,
        arguments: &[Value],
        (block, _): (HostBlock<'_>, (usize, Option<usize>)),
    ) -> Result<Value> {
        self.call_function(name, arguments, Some(block))
    }

    /// Reads YAML as Ruby does.
    ///
    /// # Errors
    /// Gives what is wrong with the text, or that nothing reads YAML here.
    fn parse_yaml(&self, _text: &str) -> Result<Value> {
        Err(Box::new(Diagnostic::error(&super::code::UNSUPPORTED_METHOD, "nothing reads YAML here")))
    }

    /// Returns a number for the calling scope, another one for each.
    fn scope(&self) -> usize {
        0
    }

    /// Renders another template by `module/file.erb` (or `.epp`) with the same scope.
    ///
    /// # Errors
    /// Gives the template's own diagnostics.
    fn render_template(&self, name: &str) -> Result<Str>;

    /// Returns the names of the classes declared so far, in order.
    fn classes(&self) -> Vec<EcoString>;

    /// Returns the tags of the current container.
    fn tags(&self) -> Vec<EcoString>;

    /// Returns all tags of the catalog so far.
    fn catalog_tags(&self) -> Vec<EcoString>;

    /// Returns the name of the module that the code was called from, if it was a module's.
    fn module_name(&self) -> Option<EcoString>;

    /// Returns the title of the resource or the name of the class whose scope it is, as a reference such as
    /// `Class[Ntp]`.
    fn resource(&self) -> EcoString;

    /// Returns the name of the environment.
    fn environment(&self) -> EcoString;

    /// Returns the root folder of a module by its name, as Puppet's `env.module(name).path` does.
    fn module_path(&self, name: &str) -> Option<EcoString>;

    /// Returns the text of a helper file of a module: `lib/NAME.rb` of any module, or by its path beside the file
    /// `from`. `None` where no module has it.
    fn helper_file(&self, _name: &str, _from: Option<&str>) -> Option<Arc<SourceFile>> {
        None
    }

    /// Tells what is at an absolute path.
    fn file(&self, _path: &str) -> HostFile {
        HostFile::Outside
    }

    /// Returns the bytes of a file of the repo or a module.
    fn read_file(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }

    /// Returns the parameters of the resource whose scope it is.
    fn resource_parameters(&self) -> Vec<(EcoString, Value)> {
        Vec::new()
    }

    /// Returns the names of a resource type's parameters that have a default in the scope.
    fn defaults(&self, _type_name: &str) -> Vec<EcoString> {
        Vec::new()
    }

    /// Returns the version of the Puppet that is followed: 7 runs on Ruby 3.1, 8 on Ruby 3.3.
    fn puppet_version(&self) -> u8 {
        7
    }

    /// Returns the current time in seconds since 1970, UTC; an input like any other.
    fn now(&self) -> i64;

    /// Tells whether a failure says that something is not done here, or is too much: no Ruby code rescues that, since
    /// a real Puppet would not have failed.
    fn is_refusal(&self, _found: &Diagnostic) -> bool {
        false
    }

    /// Takes a warning or a note.
    fn report(&self, diagnostic: Diagnostic);
}
