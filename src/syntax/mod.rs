//! The front end: text to a validated syntax tree.
//!
//! In: a [`SourceFile`]. Out: [`Parsed`], a tree (if the text could be parsed) and diagnostics.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "builders and checks ask for a few of some sixty kinds of expressions, and treat the rest alike"
)]

pub mod ast;
mod build;
mod children;
mod codes;
mod epp;
mod escape;
mod failure;
mod grammar;
mod heredoc;
pub mod pn;
mod recover;
mod scan;
mod validate;

pub use ast::Ast;
pub(crate) use codes::CODES;

use build::{Builder, Failure, Places, Shared};
use grammar::Rule;

use crate::{
    diag::{Diagnostic, Severity},
    source::SourceFile,
};
use std::{path::PathBuf, sync::Arc};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// A manifest, `.pp`.
    #[default]
    Manifest,
    /// A template, `.epp`.
    Epp,
}

/// Puppet's setting `strict`: what happens to questionable code such as duplicate keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Strict {
    /// Ignore it.
    Off,
    /// Warn (the default of Puppet 7).
    Warning,
    /// Refuse it (the default of Puppet 8).
    #[default]
    Error,
}

/// The Puppet whose language is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum PuppetVersion {
    /// Puppet 7.
    V7,
    /// Puppet 8.
    #[default]
    V8,
}

impl PuppetVersion {
    /// Returns the version's default of `strict`.
    #[must_use]
    pub const fn default_strict(self) -> Strict {
        match self {
            Self::V7 => Strict::Warning,
            Self::V8 => Strict::Error,
        }
    }
}

/// How to parse and what to refuse.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The version of the language.
    pub version: PuppetVersion,
    /// The setting `strict`.
    pub strict: Strict,
    /// The folders of modules, absolute or like the paths of the files: definitions in a module's file must
    /// fit the file's name. Empty: not checked.
    pub module_path: Vec<PathBuf>,
    /// The environment's manifest (file or folder), which may define anything.
    pub manifest: Option<PathBuf>,
}

/// What came out of a text.
#[derive(Debug)]
pub struct Parsed {
    /// The tree; absent if the syntax is wrong. Present with errors among the diagnostics if only validation objects.
    pub ast: Option<Arc<Ast>>,
    /// Errors and warnings by place; those of the syntax first.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Tells whether the text is refused.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity() == Severity::Error)
    }
}

/// Parses and validates a text.
#[must_use]
pub fn parse(source: Arc<SourceFile>, mode: Mode, options: &Options) -> Parsed {
    if source.text().starts_with('\u{FEFF}') {
        return Parsed { ast: None, diagnostics: vec![failure::byte_order_mark(&source)] };
    }
    let scan = scan::scan(source.text(), mode.into());
    let rule = match mode {
        Mode::Manifest => Rule::manifest,
        Mode::Epp => Rule::epp,
    };
    let shared = Shared::default();
    let builder = Builder::new(&source, &scan, Places::Shifted(0), &shared);
    let body = match (grammar::parse(rule, scan.readable()), &scan.problem) {
        (Ok(pairs), None) => match mode {
            Mode::Manifest => builder.manifest(pairs),
            Mode::Epp => builder.template(pairs),
        },
        (Ok(_), Some(problem)) => {
            let failure = Failure::lexical(problem.clone());
            return Parsed { ast: None, diagnostics: vec![failure::diagnostic(&source, &failure)] };
        }
        (Err(furthest), _) => {
            let failures = recover::failures(&scan, rule, Failure::new(&scan, furthest));
            let diagnostics = failures.iter().map(|failure| failure::diagnostic(&source, failure)).collect();
            return Parsed { ast: None, diagnostics };
        }
    };
    let (definitions, mut diagnostics, failures) = shared.into_parts();
    diagnostics.extend(failures.iter().map(|failure| failure::diagnostic(&source, failure)));
    if !diagnostics.is_empty() {
        diagnostics.sort_by_key(|found| found.location().map(|at| at.span.start));
        return Parsed { ast: None, diagnostics };
    }
    let ast = Arc::new(build::ast(source, body, definitions));
    diagnostics.extend(validate::validate(&ast, options));
    Parsed { ast: Some(ast), diagnostics }
}
