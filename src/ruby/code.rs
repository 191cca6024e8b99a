//! The diagnostic codes of the Ruby interpreter.

use crate::diag::Code;

/// The code does not parse.
pub(crate) const SYNTAX: Code = Code {
    name: "ruby::syntax",
    title: "Ruby code does not parse",
    explanation: "The code of an ERB tag or of a module's Ruby function is not Ruby 3.1. The message is the parser's own.",
};

/// A Ruby exception that nothing rescued.
pub(crate) const RAISED: Code = Code {
    name: "ruby::raised",
    title: "Ruby code raised an exception",
    explanation: "The code raised an exception that nothing rescued. Real Puppet fails in the same place with the \
                  same message: often a variable is not set (`nil`), or of another type than the template expects.",
};

/// Code that reaches outside: files, processes, the network.
pub(crate) const REFUSED: Code = Code {
    name: "ruby::refused-outside-access",
    title: "Ruby code wants a file, a process, the network or chance",
    explanation: "Nothing outside the given inputs is read and no program is run while compiling. Give the answer in \
                  `migrate.toml`, or allow a real `ruby` with `--allow-exec`.",
};

/// A construct of the language that is not supported.
pub(crate) const UNSUPPORTED_SYNTAX: Code = Code {
    name: "ruby::unsupported-syntax",
    title: "a construct of Ruby that the interpreter does not support",
    explanation: "The interpreter covers the Ruby that templates and module functions use. This construct is outside it.",
};

/// A method or a library that real Ruby has and the interpreter has not.
pub(crate) const UNSUPPORTED_METHOD: Code = Code {
    name: "ruby::unsupported-method",
    title: "a method or library of Ruby that the interpreter does not have",
    explanation: "Real Ruby has this method or library; the interpreter does not. The message names it.",
};

/// An operation needs bytes that are not text, or integers beyond 64 bits.
pub(crate) const UNSUPPORTED_VALUE: Code = Code {
    name: "ruby::unsupported-value",
    title: "a value that the interpreter cannot hold",
    explanation: "Strings are UTF-8 and integers have 64 bits here. Ruby would go on with bytes or with a big integer.",
};

/// Too many steps, too much memory, too deep.
pub(crate) const LIMIT: Code = Code {
    name: "ruby::limit",
    title: "Ruby code used too many steps, too much memory or too many nested calls",
    explanation: "The interpreter is bounded so that no repo can hang a compile. The message says which bound it was.",
};

/// A function needs the plaintext of a secret that is only known as a placeholder.
pub(crate) const OPAQUE_SECRET: Code = Code {
    name: "ruby::opaque-secret",
    title: "Ruby code computes with a secret whose plaintext is not known here",
    explanation: "The secret is encrypted and its key was not given, so a placeholder stands for it. It can be \
                  copied into a text, but nothing can be computed from it.",
};

/// A warning of the code itself.
pub(crate) const WARNED: Code = Code {
    name: "ruby::warned",
    title: "Ruby code gave a warning",
    explanation: "A template or a module's function called `warn`, `warning` or a method like these.",
};

/// Arguments that fit no dispatch of a module's function.
pub(crate) const ARGUMENTS: Code = Code {
    name: "ruby::arguments",
    title: "arguments do not fit a module's Ruby function",
    explanation: "None of the function's dispatches takes these arguments. The message lists what it takes.",
};

/// A result that is not of the type the function promises.
pub(crate) const RETURNED: Code = Code {
    name: "ruby::return-type",
    title: "a module's Ruby function gives a value of another type than it promises",
    explanation: "The dispatch that took the arguments has a `return_type`, and the result is not of it. Real Puppet \
                  fails in the same place.",
};

/// A function's file that defines no function, another one, or what is not allowed there.
pub(crate) const DEFINITION: Code = Code {
    name: "ruby::definition",
    title: "the file of a module's Ruby function does not define it",
    explanation: "A file under `lib/puppet/functions` must define the function of its name by `create_function`, with \
                  types that can be read; one under `lib/puppet/parser/functions` must end in `newfunction` and may \
                  define no methods.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[
    SYNTAX,
    ARGUMENTS,
    RETURNED,
    DEFINITION,
    WARNED,
    RAISED,
    REFUSED,
    UNSUPPORTED_SYNTAX,
    UNSUPPORTED_METHOD,
    UNSUPPORTED_VALUE,
    LIMIT,
    OPAQUE_SECRET,
];
