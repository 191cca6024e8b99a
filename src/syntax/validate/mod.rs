//! Puppet's validation after parsing (`Puppet::Pops::Validation::Checker4_0`).
//!
//! In: a tree. Out: problems, in the order in which Puppet finds them: each construct is checked before what
//! it contains.

mod assign;
mod constructs;
mod definitions;
mod idem;
mod literal;
mod location;
mod names;
mod texts;
mod walk;

use super::{Options, Strict, ast::Ast};
use crate::{
    diag::{Code, Diagnostic},
    source::{Location, Span},
};

/// Checks a tree.
pub(super) fn validate(ast: &Ast, options: &Options) -> Vec<Diagnostic> {
    let place = location::place(ast.source.path(), options);
    let mut checker = Checker { ast, options, place, path: vec![Container::Program], found: Vec::new() };
    checker.top_constructs();
    checker.program();
    checker.found
}

/// What a construct lies in, as far as checks ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Program,
    Block,
    Class,
    Lambda,
    /// A collector or an override, where `+>` is allowed.
    Amending,
    Other,
}

struct Checker<'a> {
    ast: &'a Ast,
    options: &'a Options,
    place: location::Place,
    path: Vec<Container>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn report(&mut self, code: &'static Code, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::error(code, message), span);
    }

    fn push(&mut self, diagnostic: Diagnostic, span: Span) {
        self.found.push(diagnostic.at(Location::new(self.ast.source.clone(), span)));
    }

    /// Reports what the setting `strict` decides about.
    fn report_strict(&mut self, code: &'static Code, span: Span, message: String) {
        match self.options.strict {
            Strict::Off => {}
            Strict::Warning => self.push(Diagnostic::warning(code, message), span),
            Strict::Error => self.push(Diagnostic::error(code, message), span),
        }
    }

    fn parent(&self) -> Container {
        self.path.last().copied().unwrap_or(Container::Program)
    }
}
