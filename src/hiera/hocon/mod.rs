//! HOCON as Ruby's `hocon` reads a text (`Hocon.parse`): braces, commas and quotes that may be left out, paths for
//! keys, objects that merge, `${…}` and concatenations.
//!
//! In: a file. Out: its value. Substitutions are answered by the file alone, never by the environment of the process;
//! `include` is refused.

#[expect(clippy::wildcard_enum_match_arm, reason = "a parser looks for few of many tokens")]
mod parse;
mod resolve;
#[expect(clippy::wildcard_enum_match_arm, reason = "a scanner looks for few of many tokens")]
mod tokens;

use super::codes;
use crate::{
    diag::{Diagnostic, Result},
    maps::IndexMap,
    source::{Location, SourceFile, Span},
    value::Value,
};
use ecow::EcoString;
use std::sync::Arc;

/// Reads a file.
///
/// # Errors
/// Gives broken syntax with its place, and substitutions that the file does not answer.
pub fn read(source: &Arc<SourceFile>) -> Result<Value> {
    let problem = |found: Problem| {
        let at = found.at.unwrap_or_default() as u32;
        let at = Location::new(source.clone(), Span::new(at, at));
        Box::new(Diagnostic::error(&codes::HOCON, found.message).at(at))
    };
    let root = parse::document(source.text()).map_err(problem)?;
    resolve::root(&root).map_err(problem)
}

/// Tells whether a text cannot be parsed, whatever its substitutions are.
#[must_use]
pub fn is_broken(source: &SourceFile) -> bool {
    parse::document(source.text()).is_err()
}

/// What is wrong, and the byte where it was seen.
#[derive(Debug)]
struct Problem {
    message: String,
    at: Option<usize>,
}

impl Problem {
    fn at(at: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), at: Some(at) }
    }

    fn somewhere(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None }
    }
}

/// A path: the names between its dots.
type Path = Vec<EcoString>;

/// A value before its substitutions are resolved.
#[derive(Clone, Debug)]
enum Node {
    /// A scalar with the text that concatenations take it for.
    Scalar(Value, EcoString),
    /// White space between two other parts of a concatenation.
    Space(EcoString),
    Array(Vec<Node>),
    Object(IndexMap<EcoString, Node>),
    /// `${path}` or `${?path}`.
    Reference(Path, bool),
    Concatenation(Vec<Node>),
    /// Values of one key, the last first, that can be merged only when references are resolved.
    Delayed(Vec<Node>),
}

impl Node {
    /// Tells whether the value is known only when references are resolved.
    fn is_open(&self) -> bool {
        matches!(self, Self::Reference(..) | Self::Concatenation(_) | Self::Delayed(_))
    }

    /// Merges a later value with an earlier one.
    fn over(self, earlier: Self) -> Self {
        match (self, earlier) {
            (Self::Object(mut later), Self::Object(earlier)) => {
                for (key, value) in earlier {
                    let merged = match later.get(&key).cloned() {
                        Some(own) => own.over(value),
                        None => value,
                    };
                    later.insert(key, merged);
                }
                Self::Object(later)
            }
            (later @ (Self::Scalar(..) | Self::Space(_) | Self::Array(_)), _) => later,
            (Self::Delayed(mut stack), earlier) => {
                stack.extend(earlier.stack());
                Self::Delayed(stack)
            }
            (later @ Self::Object(_), earlier) if !earlier.is_open() => later,
            (later, earlier) => Self::Delayed(std::iter::once(later).chain(earlier.stack()).collect()),
        }
    }

    fn stack(self) -> Vec<Self> {
        if let Self::Delayed(stack) = self { stack } else { vec![self] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        read(&SourceFile::new("t.conf", text)).unwrap()
    }

    fn json(text: &str) -> Value {
        crate::inputs::json(&SourceFile::new("t.json", text)).unwrap()
    }

    #[test]
    fn braces_commas_and_quotes_may_be_left_out() {
        let text = "a.b = 1 # one\n\"a.c\" : [x y, 2\n true]\n// two\nd { e = \"\"\"q\"r\"\"\", f = null }";
        assert_eq!(
            value(text),
            json(r#"{"a": {"b": 1}, "a.c": ["x y", 2, true], "d": {"e": "q\"r", "f": null}}"#)
        );
    }

    #[test]
    fn objects_merge_and_references_resolve() {
        let text = "a = {x: 1, y: ${b}}\na = {x: 2}\nb = ${c.d}th\nc.d = nor\nl = [1] ${m}\nm += 2\nm += 3\ngone = ${?z}";
        let expected =
            r#"{"a": {"x": 2, "y": "north"}, "b": "north", "c": {"d": "nor"}, "l": [1, 2, 3], "m": [2, 3]}"#;
        assert_eq!(value(text), json(expected));
    }

    #[test]
    fn a_value_may_refer_to_what_it_was() {
        assert_eq!(value("p = /bin\np = ${p}\":/usr/bin\""), json(r#"{"p": "/bin:/usr/bin"}"#));
        let found = read(&SourceFile::new("t.conf", "a = ${b}\nb = ${a}")).unwrap_err();
        assert_eq!(found.code().name, "hiera::hocon");
    }

    #[test]
    fn broken_text_has_a_place() {
        let found = read(&SourceFile::new("t.conf", "a = 1\nb = [1, }\n")).unwrap_err();
        assert_eq!(found.line_column().unwrap().line, 2);
        assert!(read(&SourceFile::new("t.conf", "include \"x\"")).is_err());
        assert!(read(&SourceFile::new("t.conf", "a = ${HOME}")).is_err());
    }
}
