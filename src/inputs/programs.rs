//! Programs that may be started for a compile, where the user allowed it: declared here, started by the command line.

use crate::value::Value;
use std::fmt::Debug;

/// A call of a module's Ruby function in a real Ruby.
#[derive(Clone, Copy, Debug)]
pub struct RubyCall<'a> {
    /// The function's name.
    pub function: &'a str,
    /// The arguments.
    pub arguments: &'a [Value],
    /// The certname of the node that is compiled.
    pub node: &'a str,
    /// The environment's name.
    pub environment: &'a str,
    /// The node's facts, a hash.
    pub facts: &'a Value,
    /// The variables that the calling scope sees, a hash by simple name.
    pub variables: &'a Value,
    /// The folders of modules.
    pub module_path: &'a [std::path::PathBuf],
}

/// Starts programs. Without one, a compile starts nothing.
pub trait Programs: Send + Sync + Debug {
    /// Runs a program without a shell in the program's own folder, as `generate()` does, and gives what it wrote to
    /// both streams.
    ///
    /// # Errors
    /// Gives what it wrote, or why it could not be started, where it did not end with 0.
    fn generate(&self, command: &[String]) -> Result<String, String>;

    /// Calls a module's Ruby function in a real Ruby, with the real Puppet around it.
    ///
    /// # Errors
    /// Gives the exception's message, or why there is no Ruby.
    fn ruby(&self, call: &RubyCall<'_>) -> Result<Value, String>;
}

/// An ENC that is a program.
pub trait Enc: Send + Sync + Debug {
    /// Returns its command line, for people.
    fn name(&self) -> String;

    /// Gives what it writes about a node, in YAML.
    ///
    /// # Errors
    /// Gives why it wrote nothing.
    fn answer(&self, certname: &str) -> Result<String, String>;
}
