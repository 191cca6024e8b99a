//! JSON text to values, as Ruby's parser reads it.

use super::codes;
use crate::{
    diag::{Diagnostic, Result},
    source::{Location, SourceFile, Span},
    value::Value,
};
use std::sync::Arc;

/// Reads a JSON file.
///
/// # Errors
/// Gives broken syntax with its line and column, and integers beyond 64 bits.
pub fn json(source: &Arc<SourceFile>) -> Result<Value> {
    let text = source.text().strip_prefix('\u{feff}').unwrap_or(source.text());
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(found) => {
            value(found).map_err(|number| at(source, &format!("`{number}` does not fit into 64 bits"), 1, 1))
        }
        Err(found) => {
            let message = found.to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            Err(at(source, &message, found.line(), found.column()))
        }
    }
}

fn at(source: &Arc<SourceFile>, message: &str, line: usize, column: usize) -> Box<Diagnostic> {
    let before: usize = source.text().split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let offset = (before + column.saturating_sub(1)).min(source.text().len()) as u32;
    let location = Location::new(source.clone(), Span::new(offset, offset));
    Box::new(Diagnostic::error(&codes::JSON, message).at(location))
}

/// Turns JSON into a value; an integer beyond 64 bits is the error.
pub(super) fn value(found: serde_json::Value) -> Result<Value, String> {
    Ok(match found {
        serde_json::Value::Null => Value::Undef,
        serde_json::Value::Bool(it) => Value::Bool(it),
        serde_json::Value::Number(number) => self::number(&number)?,
        serde_json::Value::String(text) => Value::str(text),
        serde_json::Value::Array(items) => {
            Value::Array(items.into_iter().map(value).collect::<Result<ecow::EcoVec<_>, _>>()?)
        }
        serde_json::Value::Object(entries) => {
            let entry = |(key, found): (String, serde_json::Value)| Ok((Value::str(key), value(found)?));
            Value::hash(entries.into_iter().map(entry).collect::<Result<Vec<_>, String>>()?)
        }
    })
}

fn number(number: &serde_json::Number) -> Result<Value, String> {
    let text = number.to_string();
    if text.contains(['.', 'e', 'E']) {
        return Ok(Value::Float(text.parse().unwrap_or(f64::NAN)));
    }
    text.parse().map(Value::Int).map_err(|_| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_stay_integers_and_errors_have_a_place() {
        let read = |text: &str| json(&SourceFile::new("a.json", text));
        let found = read("{\"a\": [1, 1.0, null]}").unwrap();
        assert_eq!(found.get("a").unwrap().as_array().unwrap()[0], Value::Int(1));
        let broken = read("{\n \"a\": \n}").unwrap_err();
        assert_eq!(broken.line_column().unwrap().line, 3);
    }
}
