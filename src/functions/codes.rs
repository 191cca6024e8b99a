//! Codes of what goes wrong in a call of a builtin.

use crate::diag::Code;

/// The arguments do not fit any signature.
pub const ARGUMENTS: Code = Code {
    name: "functions::arguments",
    title: "a function is called with arguments it does not accept",
    explanation: "The number or the types of the arguments fit none of the function's signatures; the message lists \
                  what each of them expects, in Puppet's words.",
};

/// The function itself failed.
pub const FAILED: Code = Code {
    name: "functions::failed",
    title: "a function fails for these arguments",
    explanation: "The arguments have the right types, but the function cannot do its work with their values; the \
                  message is Puppet's.",
};

/// `fail()` was called.
pub const FAIL: Code = Code {
    name: "functions::fail",
    title: "the manifest calls `fail()`",
    explanation: "The code refuses these facts or parameters on purpose. Give it what it asks for.",
};

/// `notice()` and its kind.
pub const LOGGED: Code = Code {
    name: "functions::logged",
    title: "the manifest logs a message",
    explanation: "`debug`, `info`, `notice`, `warning`, `err`, `alert`, `crit` and `emerg` were called.",
};

/// A deprecated use.
pub const DEPRECATED: Code = Code {
    name: "functions::deprecated",
    title: "a function or a way of calling it is deprecated",
    explanation: "It works here as in Puppet, but will stop to.",
};

/// The function needs something that is not available while compiling.
pub const UNSUPPORTED: Code = Code {
    name: "functions::unsupported",
    title: "a function needs what is not done here",
    explanation: "The function starts programs, reads the machine or the network, or is not ported. Its answer can \
                  be given in `migrate.toml`, or real Ruby can be used with `--allow-exec`.",
};

/// A program would have to be started, or something outside of the inputs read.
pub const NEEDS_PROGRAM: Code = Code {
    name: "functions::needs-program",
    title: "a function needs a program, the network or a file outside of the inputs",
    explanation: "Nothing is started and nothing but the given inputs is read while compiling. Give the answer in \
                  `migrate.toml`: `[functions.NAME]` with `value = …`, or with `answers = [{arguments = […], value = \
                  …}]` by arguments, and name the file by `--config`. Or let the program be started: `--allow-exec`.",
};

/// The bytes of a secret would be needed.
pub const OPAQUE: Code = Code {
    name: "functions::opaque-secret",
    title: "a function asks about a secret that is not readable here",
    explanation: "The value is encrypted and no key was given, so that only a placeholder stands in its place; what \
                  the function says of it (its length, whether it matches) may differ from what Puppet would see. \
                  Give the key with `--eyaml-keys`.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[ARGUMENTS, FAILED, FAIL, LOGGED, DEPRECATED, UNSUPPORTED, NEEDS_PROGRAM, OPAQUE];

/// Returns the help line of a call that can be answered by the user.
#[must_use]
pub fn how_to_answer(function: &str) -> String {
    let key = if function.contains(':') { format!("\"{function}\"") } else { function.to_owned() };
    format!("answer it by `[functions.{key}]` in the file of `--config`, or give `--allow-exec`")
}
