//! JSON fragments merged to one document, printed as Ruby's JSON prints it.

use crate::model::Text;
use serde_json::{Map, Value};

/// How documents become one.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// A list of them, not merged.
    pub(super) array: bool,
    pub(super) pretty: bool,
    /// Whether the first of two values of one key counts.
    pub(super) force: bool,
}

/// Merges texts in their order.
pub(super) fn merge(texts: &[Text], shape: Shape) -> Result<String, String> {
    let documents = texts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let whole = match shape.array {
        true => Value::Array(documents),
        false => documents
            .into_iter()
            .try_fold(Value::Object(Map::new()), |one, two| nested(one, two, shape.force))?,
    };
    let printed =
        if shape.pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) };
    printed.map_err(|error| error.to_string())
}

fn read(text: &Text) -> Result<Value, String> {
    let plain = text.as_plain().ok_or("a secret stands in a text that must be read as JSON")?;
    let value = serde_json::from_str(plain).map_err(|error| format!("a fragment is no JSON: {error}"))?;
    if has_fraction(&value) {
        Err("a number with a fraction may be printed in another way".to_owned())
    } else {
        Ok(value)
    }
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.to_string().contains(['.', 'e', 'E']),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(entries) => entries.values().any(has_fraction),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// The type's `nested_merge`: an empty side gives way, lists are joined without repetitions, hashes are merged.
fn nested(one: Value, two: Value, force: bool) -> Result<Value, String> {
    if is_empty(&two) {
        return Ok(one);
    }
    if is_empty(&one) {
        return Ok(two);
    }
    match (one, two) {
        (Value::Array(one), Value::Array(two)) => Ok(Value::Array(unique(one, two))),
        (Value::Object(one), Value::Object(two)) => hashes(one, two, force).map(Value::Object),
        _ => Err("its fragments are documents of different kinds".to_owned()),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn unique(one: Vec<Value>, two: Vec<Value>) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for item in one.into_iter().chain(two) {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all
}

fn hashes(
    mut one: Map<String, Value>,
    two: Map<String, Value>,
    force: bool,
) -> Result<Map<String, Value>, String> {
    for (key, second) in two {
        let Some(first) = one.get_mut(&key) else {
            one.insert(key, second);
            continue;
        };
        match (&*first, &second) {
            (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => {
                *first = nested(first.take(), second, force)?;
            }
            (known, other) if known != other && !force => {
                return Err(format!(
                    "its fragments give `{key}` two values, and Puppet fails without `force`"
                ));
            }
            _ => {}
        }
    }
    Ok(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(texts: &[&str], force: bool) -> Result<String, String> {
        let texts: Vec<_> = texts.iter().map(|&text| Text::plain(text)).collect();
        merge(&texts, Shape { array: false, pretty: false, force })
    }

    #[test]
    fn the_first_value_stays_only_where_it_is_forced() {
        let texts = [r#"{"a": {"x": 1}, "l": [1, 2]}"#, r#"{"a": {"x": 2, "y": 3}, "l": [2, 4]}"#];
        assert_eq!(merged(&texts, true).unwrap(), r#"{"a":{"x":1,"y":3},"l":[1,2,4]}"#);
        assert!(merged(&texts, false).unwrap_err().contains("`x`"));
        assert!(merged(&[r#"{"a": 1.0}"#], false).is_err());
    }
}
