//! The text of heredocs that name their syntax (`Puppet::SyntaxCheckers`).

use super::Checker;
use crate::{
    source::SourceFile,
    syntax::{
        Mode,
        ast::{Expr, ExprKind, Heredoc},
        codes, parse,
    },
};
use base64::Engine as _;

/// A syntax that Puppet checks.
#[derive(Clone, Copy)]
enum Syntax {
    Json,
    Base64,
    Manifest,
    Template,
}

impl Checker<'_> {
    /// Checks a heredoc's text if it is static and its syntax is one that Puppet knows.
    pub(super) fn check_heredoc(&mut self, it: &Heredoc) {
        let ExprKind::String(text) = &it.text.kind else { return };
        let Some(syntax) = syntax(&it.syntax) else { return };
        let problem = match syntax {
            Syntax::Json => {
                serde_json::from_str::<serde_json::Value>(text).err().map(|error| error.to_string())
            }
            Syntax::Base64 => base64_problem(text),
            Syntax::Manifest => self.code_problem(text, Mode::Manifest),
            Syntax::Template => self.code_problem(text, Mode::Epp),
        };
        if let Some(problem) = problem {
            self.text_problem(&it.syntax, &problem, &it.text);
        }
    }

    fn text_problem(&mut self, syntax: &str, problem: &str, at: &Expr) {
        self.report(&codes::HEREDOC_TEXT, at.span, format!("the text is not valid `{syntax}`: {problem}"));
    }

    fn code_problem(&self, text: &str, mode: Mode) -> Option<String> {
        let parsed = parse(SourceFile::new("", text), mode, self.options);
        if !parsed.has_errors() {
            return None;
        }
        parsed.diagnostics.first().map(|first| first.message().to_owned())
    }
}

/// Finds the checker of the most specific part: `a+json` is JSON. Those of Puppet's own language want the whole.
fn syntax(name: &str) -> Option<Syntax> {
    match name.rsplit('+').next() {
        Some("json") => Some(Syntax::Json),
        Some("base64") => Some(Syntax::Base64),
        Some("pp") => Some(Syntax::Manifest),
        Some("epp") => Some(Syntax::Template),
        Some(_) | None => None,
    }
}

fn base64_problem(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|char| !matches!(char, '\r' | '?' | '\n' | ' ' | '\t')).collect();
    base64::engine::general_purpose::STANDARD.decode(text).err().map(|error| error.to_string())
}
