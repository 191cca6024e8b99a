//! How `break()`, `next()` and `return()` pass through builtins: as errors that only who is meant catches.
//!
//! `eval` raises all three. It catches `next` where a lambda or a function is called, `return` where a function, a
//! class or a define is. A builtin that iterates catches `break` ([`is_break`]) around [`super::Block::call`] and
//! gives what it has so far; everything else passes with `?`.

use crate::diag::{Code, Diagnostic};

/// `break()` on its way to the iterating builtin; seen by users only outside of an iteration.
pub const BREAK: Code = Code {
    name: "eval::break-outside-iteration",
    title: "`break()` is called outside of an iteration",
    explanation: "`break()` ends the innermost `each`, `map`, `filter` and their kind; there is none around it.",
};

/// `next()` on its way to the lambda or function that it ends.
pub const NEXT: Code = Code {
    name: "eval::next-outside-block",
    title: "`next()` is called outside of a lambda, function, class or define",
    explanation: "`next()` ends the innermost lambda, function, class or define; there is none around it.",
};

/// `return()` on its way to the function, class or define that it ends.
pub const RETURN: Code = Code {
    name: "eval::return-outside-function",
    title: "`return()` is called outside of a function, class or define",
    explanation: "`return()` ends the innermost function, class or define; there is none around it.",
};

/// Tells whether an error of a block is `break()`, which ends the iteration without being an error.
#[must_use]
pub fn is_break(error: &Diagnostic) -> bool {
    std::ptr::eq(error.code(), &BREAK) || error.code().name == BREAK.name
}
