//! What the user is told when the text does not follow the grammar.

use super::{
    build::Failure,
    codes,
    scan::{Problem, ProblemKind},
};
use crate::{
    diag::{Code, Diagnostic},
    source::{Location, SourceFile, Span},
};
use std::sync::Arc;

/// Makes a diagnostic of a failure.
pub(super) fn diagnostic(source: &Arc<SourceFile>, failure: &Failure) -> Diagnostic {
    if let Some(problem) = &failure.problem {
        return lexical(source, problem);
    }
    let rest = source.text().get(failure.at..).unwrap_or_default();
    let Some(token) = token(rest) else {
        let end = source.text().len() as u32;
        let at = Location::new(source.clone(), Span::new(end, end));
        return Diagnostic::error(&codes::END, "syntax error at end of input").at(at);
    };
    let span = Span::new(failure.at as u32, (failure.at + token.len()) as u32);
    let found = Diagnostic::error(&codes::SYNTAX, format!("syntax error at `{token}`"))
        .at(Location::new(source.clone(), span));
    let found = match failure.expected.as_slice() {
        [] => found,
        words => found.label(format!("expected {}", words.join(", "))),
    };
    match help(source.text().get(..failure.at).unwrap_or_default(), rest, token) {
        Some(help) => found.help(help),
        None => found,
    }
}

/// Recognises common mistakes by what stands around the place.
fn help(before: &str, rest: &str, token: &str) -> Option<&'static str> {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let previous = before.trim_end();
    let starts = |word: &str| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    if starts("plan") || starts("apply") || rest.starts_with("plan ") || line.contains(" apply(") {
        return Some("plans and `apply` belong to Bolt; Puppet knows them only in tasks mode");
    }
    let after = rest.get(token.len()..).unwrap_or_default().trim_start();
    Some(match token {
        "if" if previous.ends_with("else") => "`else if` is written `elsif`",
        "elseif" | "elif" => "it is written `elsif`",
        "elsif" => "`unless` has no `elsif`, and `elsif` follows a block of `if`",
        "&" => "the logical operators are `and`, `or` and `!`",
        "|" if previous.ends_with('|') || rest.starts_with("||") => {
            "the logical operators are `and`, `or` and `!`"
        }
        "=" => "attributes and hash entries are written with `=>`",
        ":" => "a title is followed by one colon; a selector or hash uses `=>`",
        "'" | "\"" => "is a comma or an operator missing before the string?",
        ";" => "statements need no semicolon at the end",
        _ if after.starts_with("=>") || after.starts_with("+>") => {
            "is a comma missing at the end of the line before?"
        }
        "class" | "define" | "node" | "case" | "default" | "type" | "function" | "inherits" | "undef"
        | "true" | "false" | "and" | "or" | "in" => "this is a keyword; quote it if a text was meant",
        _ => return None,
    })
}

/// Returns the first word or sign of a text.
fn token(rest: &str) -> Option<&str> {
    let rest = rest.trim_end();
    let first = rest.chars().next()?;
    let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let end = match word(first) {
        true => rest.find(|char| !word(char)).unwrap_or(rest.len()),
        false => first.len_utf8(),
    };
    rest.get(..end)
}

fn lexical(source: &Arc<SourceFile>, problem: &Problem) -> Diagnostic {
    let (code, message): (&'static Code, &str) = match problem.kind {
        ProblemKind::Quote(_) => (&codes::QUOTE, "unclosed quote"),
        ProblemKind::Comment => (&codes::COMMENT, "unclosed comment"),
        ProblemKind::Heredoc(_) => (&codes::HEREDOC, "a heredoc that cannot be read"),
        ProblemKind::EppTag => (&codes::EPP, "unbalanced epp tag"),
        ProblemKind::EppComment => (&codes::EPP, "unbalanced epp comment"),
        ProblemKind::Name => (&codes::NAME, "a name whose parts do not fit together"),
        ProblemKind::Number => (&codes::NUMBER, "a number that cannot be read"),
        ProblemKind::Nesting => (&codes::NESTING, "brackets nest too deep"),
    };
    let span = Span::new(problem.shown as u32, problem.shown as u32);
    Diagnostic::error(code, message).at(Location::new(source.clone(), span))
}

/// Puppet refuses a file that begins with a byte order mark.
pub(super) fn byte_order_mark(source: &Arc<SourceFile>) -> Diagnostic {
    Diagnostic::error(&codes::BOM, "the file begins with a byte order mark")
        .at(Location::new(source.clone(), Span::new(0, 0)))
        .help("save the file as UTF-8 without byte order mark")
}
