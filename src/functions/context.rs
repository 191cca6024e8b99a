//! What a builtin may ask of the evaluation it is called from.

use crate::{
    catalog::ResourceRef,
    diag::{Diagnostic, Result},
    inputs::{Programs, PuppetDb},
    source::{Location, World},
    syntax::Strict,
    value::{Str, TypeResolver, Value},
};
use ecow::EcoString;

/// A lambda given to a call, or a function passed as a block.
pub trait Block {
    /// Returns how many parameters it takes: the least, and the most (`None` with a `*rest`).
    fn arity(&self) -> (usize, Option<usize>);

    /// Calls it in its own scope.
    ///
    /// # Errors
    /// Gives what its body gives; `break`, `next` and `return` pass as control flow inside the error.
    fn call(&self, arguments: &[Value]) -> Result<Value>;
}

/// The evaluation as builtins see it; `eval` implements it.
pub trait Context: TypeResolver {
    /// Calls a function by name: builtin, from a module, or in the Puppet language.
    ///
    /// # Errors
    /// Gives the function's diagnostics, or that there is none of that name.
    fn call_function(&self, name: &str, arguments: &[Value], block: Option<&dyn Block>) -> Result<Value>;

    /// Calls a function by name; one of the 3.x API comes before one of the 4.x API.
    ///
    /// # Errors
    /// Gives the function's diagnostics, or that there is none of that name.
    fn call_old_function(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        self.call_function(name, arguments, None)
    }

    /// Returns a variable by name without `$`, as seen from the calling scope; `None` where it is not set.
    fn variable(&self, name: &str) -> Option<Value>;

    /// Returns the certname and the node's facts by structured name.
    fn fact(&self, name: &str) -> Option<Value>;

    /// Declares classes: `include`, `require` or `contain` by the given kind.
    ///
    /// # Errors
    /// Gives what evaluating the classes gives.
    fn declare_classes(&self, names: &[Value], kind: Inclusion) -> Result<Value>;

    /// Declares resources as `create_resources` does.
    ///
    /// # Errors
    /// Gives what the declarations give.
    fn create_resources(&self, type_name: &str, instances: &Value, defaults: Option<&Value>) -> Result<()>;

    /// Returns the PuppetDB of this run, where one is given.
    fn puppetdb(&self) -> Option<&PuppetDb> {
        None
    }

    /// Realizes virtual resources.
    ///
    /// # Errors
    /// Gives a reference that is none.
    fn realize(&self, references: &[ResourceRef]) -> Result<()>;

    /// Tells whether a resource, class, define, type or variable is there at this moment.
    ///
    /// # Errors
    /// Gives an argument that is neither.
    fn is_defined(&self, what: &Value) -> Result<bool>;

    /// Returns a parameter of a declared resource, its defaults included; `None` where there is no such resource.
    fn resource_parameter(&self, resource: &ResourceRef, parameter: &str) -> Option<Value>;

    /// Adds tags to the current container, or tells whether all of them are set.
    fn tag(&self, tags: &[Value]);

    /// Tells whether all the tags are set on the current container.
    fn is_tagged(&self, tags: &[Value]) -> bool;

    /// Looks keys up in Hiera; the options are those of `lookup()`.
    ///
    /// # Errors
    /// Gives a key that is not found without a default, a value of another type, or broken data.
    fn lookup(&self, request: &LookupRequest<'_>) -> Result<Value>;

    /// Renders a template by `module/file` or by its inline text.
    ///
    /// # Errors
    /// Gives the template's diagnostics with its own file and line.
    fn render(&self, template: Template<'_>, parameters: Option<&Value>) -> Result<Str>;

    /// Reads a file by `module/file` or absolute path (`file()`, `find_file()`): its content, `None` where none of
    /// the names is there.
    ///
    /// # Errors
    /// Gives a file outside of what may be read.
    fn find_file(&self, name: &str) -> Result<Option<std::path::PathBuf>>;

    /// Returns the folder of a module, `None` where there is no such module.
    ///
    /// # Errors
    /// Gives that the evaluation does not know its modules.
    fn module_directory(&self, module: &str) -> Result<Option<std::path::PathBuf>> {
        let message = format!("the folder of the module `{module}` is not known here");
        Err(Box::new(Diagnostic::error(&super::codes::UNSUPPORTED, message)))
    }

    /// Returns the world to read files through.
    fn world(&self) -> &dyn World;

    /// Returns the module that calls, if a module does.
    fn module_name(&self) -> Option<&str>;

    /// Returns what starts programs; `None` where nothing may be started.
    fn programs(&self) -> Option<&dyn Programs> {
        None
    }

    /// Tells whether there is a function of this name: builtin, of a module, or in the Puppet language.
    ///
    /// # Errors
    /// Gives a file of that name that does not parse.
    fn has_function(&self, name: &str) -> Result<bool>;

    /// Returns what happens to questionable code.
    fn strict(&self) -> Strict;

    /// Returns 7 or 8: the version of Puppet whose behaviour is followed.
    fn puppet_version(&self) -> u8;

    /// Takes a warning, or a note of `notice()` and its kind.
    fn report(&self, diagnostic: Diagnostic);
}

/// How classes are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inclusion {
    /// Evaluated once.
    Include,
    /// Evaluated once, and the calling container requires it.
    Require,
    /// Evaluated once, and the calling container contains it.
    Contain,
}

/// A template to render.
#[derive(Clone, Copy, Debug)]
pub enum Template<'a> {
    /// `epp('module/file.epp')`.
    Epp(&'a str),
    /// `inline_epp`.
    InlineEpp(&'a Str),
    /// `template('module/file.erb')`.
    Erb(&'a str),
    /// `inline_template`.
    InlineErb(&'a Str),
}

/// What `lookup()` was asked.
pub struct LookupRequest<'a> {
    /// The keys, tried in order.
    pub names: &'a [Value],
    /// The type the answer must have.
    pub value_type: Option<&'a Value>,
    /// The merge strategy: a name or a hash of options.
    pub merge: Option<&'a Value>,
    /// The default.
    pub default_value: Option<&'a Value>,
    /// Defaults by key.
    pub default_values_hash: Option<&'a Value>,
    /// Values by key that win over all data.
    pub override_values: Option<&'a Value>,
    /// Computes the default.
    pub block: Option<&'a dyn Block>,
    /// Whether the keys were given as a list.
    pub several: bool,
    /// For `hiera()` and its kind: paths that are asked before those of the hierarchy.
    pub hiera: Option<&'a [EcoString]>,
}

/// One call of a builtin.
pub struct Call<'a> {
    /// The evaluation.
    pub context: &'a dyn Context,
    /// The name it was called by.
    pub name: &'a str,
    /// The arguments.
    pub arguments: &'a [Value],
    /// The lambda.
    pub block: Option<&'a dyn Block>,
    /// The place of the call.
    pub at: &'a Location,
}
