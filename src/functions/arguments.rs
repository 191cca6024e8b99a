//! Short ways to the arguments of a call.

use super::{Call, codes};
use crate::{
    diag::{Diagnostic, Result},
    value::{HashMap, Str, Value},
};

static UNDEF: Value = Value::Undef;

impl Call<'_> {
    /// Returns an argument, `undef` where it is not given.
    #[must_use]
    pub fn arg(&self, index: usize) -> &Value {
        self.arguments.get(index).unwrap_or(&UNDEF)
    }

    /// Returns the text of a string argument, empty for anything else.
    #[must_use]
    pub fn text(&self, index: usize) -> &str {
        self.arg(index).as_str().unwrap_or_default()
    }

    /// Returns a string argument with its labels; anything else as interpolation writes it.
    #[must_use]
    pub fn string(&self, index: usize) -> Str {
        self.arg(index).to_str()
    }

    /// Returns an integer argument.
    #[must_use]
    pub fn int(&self, index: usize) -> Option<i64> {
        if let Value::Int(it) = self.arg(index) { Some(*it) } else { None }
    }

    /// Returns a boolean argument, or the default.
    #[must_use]
    pub fn flag(&self, index: usize, default: bool) -> bool {
        if let Value::Bool(it) = self.arg(index) { *it } else { default }
    }

    /// Returns the items of an array argument, none for anything else.
    #[must_use]
    pub fn items(&self, index: usize) -> &[Value] {
        self.arg(index).as_array().unwrap_or_default()
    }

    /// Returns a hash argument.
    #[must_use]
    pub fn hash(&self, index: usize) -> Option<&HashMap> {
        self.arg(index).as_hash()
    }

    /// Makes the function's error, in Puppet's words.
    #[must_use]
    pub fn fail(&self, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(&codes::FAILED, message))
    }

    /// Makes the error of something that is not done here, with the reason.
    #[must_use]
    pub fn unsupported(&self, reason: &str) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(&codes::UNSUPPORTED, format!("`{}` {reason}", self.name)))
    }

    /// Makes the error of something that would need a program or something outside of the inputs.
    #[must_use]
    pub fn needs_program(&self, what: &str) -> Box<Diagnostic> {
        let found = Diagnostic::error(&codes::NEEDS_PROGRAM, format!("`{}` {what}", self.name));
        Box::new(found.help(codes::how_to_answer(self.name)))
    }

    /// Warns of a deprecated use.
    pub fn deprecated(&self, message: impl Into<String>) {
        self.context.report(Diagnostic::warning(&codes::DEPRECATED, message).at(self.at.clone()));
    }

    /// Calls the block.
    ///
    /// # Errors
    /// Gives what the block gives, or that there is none.
    pub fn yields(&self, arguments: &[Value]) -> Result<Value> {
        match self.block {
            Some(block) => block.call(arguments),
            None => Err(self.fail(format!("'{}' expects a block", self.name))),
        }
    }

    /// Tells whether the block takes this many arguments.
    #[must_use]
    pub fn block_takes(&self, count: usize) -> bool {
        self.block.is_some_and(|block| {
            let (least, most) = block.arity();
            least <= count && most.is_none_or(|most| count <= most)
        })
    }
}

/// Turns a message into the function's error.
pub(super) trait OrFail<T> {
    /// Gives the value, or the message as the error of the call.
    fn or_fail(self, call: &Call<'_>) -> Result<T>;
}

impl<T> OrFail<T> for Result<T, String> {
    fn or_fail(self, call: &Call<'_>) -> Result<T> {
        self.map_err(|message| call.fail(message))
    }
}

/// An integer from a size.
pub(super) fn count(size: usize) -> Value {
    Value::Int(i64::try_from(size).unwrap_or(i64::MAX))
}
