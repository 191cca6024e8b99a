//! Facts as their files hold them: plain, as `{name, values}`, or as an agent's cache.

use super::{FLAG, Reader, codes, json};
use crate::{
    diag::{Diagnostic, Result},
    source::SourceFile,
    value::{Secret, Str, Value, holds_a_secret, names_a_secret},
};
use std::{path::Path, sync::Arc};

/// Reads one file of facts; gives the facts by name, and the node's name where the file has it.
pub(super) fn read(path: &Path, reader: Reader<'_>) -> Result<(Option<String>, Value)> {
    let (source, value) = reader.data(path)?;
    let value = strings(&value);
    let (name, facts) = match (value.get("values"), value.get("name").and_then(Value::as_str)) {
        (Some(values), Some(name)) => (Some(name.to_owned()), values.clone()),
        (Some(values @ Value::Hash(_)), None) if value.as_hash().is_some_and(|all| all.len() <= 3) => {
            (None, values.clone())
        }
        (_, _) => (None, value),
    };
    if facts.as_hash().is_some_and(|facts| !facts.is_empty()) {
        return Ok((name, facts));
    }
    Err(without_values(&source, &facts))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn without_values(source: &Arc<SourceFile>, facts: &Value) -> Box<Diagnostic> {
    let what = match facts {
        Value::Undef if source.text().trim().is_empty() => "is empty",
        Value::Undef | Value::Hash(_) => "has no values",
        _ => "is not a hash of facts by name",
    };
    let message = format!("the file of facts `{}` {what}", source.path());
    let help = "write the host's facts into it: `puppet facts show --render-as json`, or `facter --json`";
    let at = crate::source::Location::new(source.clone(), crate::source::Span::new(0, 0));
    Box::new(Diagnostic::error(&codes::NO_FACTS, message).at(at).help(help))
}

/// Turns symbols into strings, as `Puppet::Node::Facts#sanitize` does.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
pub(super) fn strings(value: &Value) -> Value {
    match value {
        Value::Symbol(text) => Value::str(text.clone()),
        Value::Array(items) => Value::array(items.iter().map(strings)),
        Value::Hash(entries) => {
            Value::hash(entries.iter().map(|(key, value)| (strings(key), strings(value))))
        }
        other => other.clone(),
    }
}

/// Changes one fact: `os.release.major=12`; the value is JSON, or else text.
///
/// # Errors
/// Gives an argument without `=`.
pub fn override_fact(facts: &Value, argument: &str) -> Result<Value> {
    let Some((path, text)) = argument.split_once('=') else {
        let message = format!("`--override {argument}` has no value");
        return Err(Box::new(Diagnostic::error(&FLAG, message).help("write `--override FACT=VALUE`")));
    };
    let value = json(&SourceFile::new("--override", text)).unwrap_or_else(|_| Value::str(text));
    let steps: Vec<&str> = path.split('.').collect();
    Ok(set(facts, &steps, value))
}

fn set(into: &Value, steps: &[&str], value: Value) -> Value {
    let Some((first, rest)) = steps.split_first() else { return value };
    let mut entries = into.as_hash().cloned().unwrap_or_default();
    let inside = entries.get(&Value::str(*first)).cloned().unwrap_or_default();
    entries.insert(Value::str(*first), set(&inside, rest, value));
    Value::Hash(Arc::new(entries))
}

/// Labels the facts that are by their names secrets, each a secret of its host.
pub(super) fn label_secrets(certname: &str, facts: &Value) -> Value {
    label(facts, "fact", certname).unwrap_or_else(|| facts.clone())
}

/// The value with its secrets labelled; `None` where it has none.
fn label(value: &Value, name: &str, id: &str) -> Option<Value> {
    let id = format!("{id}-{name}");
    if let Value::Str(text) = value {
        let secret =
            names_a_secret(name) && text.labels().is_none() && text.len() > 1 && holds_a_secret(text);
        let secret =
            secret.then(|| Secret { id: id.into(), key: None, file: None, opaque: false, derived: false });
        return secret.map(|secret| Value::Str(Str::secret(text.text().clone(), Arc::new(secret))));
    }
    let entries = value.as_hash()?;
    let inside: Vec<Option<Value>> =
        entries.iter().map(|(key, item)| label(item, key.as_str().unwrap_or_default(), &id)).collect();
    if inside.iter().all(Option::is_none) {
        return None;
    }
    let entry = |((key, item), labelled): ((&Value, &Value), Option<Value>)| {
        (key.clone(), labelled.unwrap_or_else(|| item.clone()))
    };
    Some(Value::hash(entries.iter().zip(inside).map(entry)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryWorld;

    fn facts(text: &str) -> Result<(Option<String>, Value)> {
        let world = MemoryWorld::default().with("/f/a.json", text);
        read(
            Path::new("/f/a.json"),
            Reader { world: &world, yaml: &|_| Ok(Value::Undef), root: Path::new("/") },
        )
    }

    #[test]
    fn values_may_be_wrapped() {
        let (name, found) = facts("{\"name\": \"a.b\", \"values\": {\"kernel\": \"Linux\"}}").unwrap();
        assert_eq!(name.unwrap(), "a.b");
        assert_eq!(found.get("kernel"), Some(&"Linux".into()));
    }

    #[test]
    fn no_values_is_an_error_with_a_way_out() {
        let found = facts("{\"name\": \"a.b\", \"values\": {}}").unwrap_err();
        assert_eq!(found.code().name, "inputs::facts-without-values");
        assert!(found.help_line().is_some());
    }

    #[test]
    fn overrides_reach_into_structured_facts() {
        let (_, found) =
            facts("{\"os\": {\"family\": \"Debian\", \"release\": {\"major\": \"11\"}}}").unwrap();
        let changed = override_fact(&found, "os.release.major=\"12\"").unwrap();
        assert_eq!(changed.get("os").unwrap().get("release").unwrap().get("major"), Some(&"12".into()));
        assert_eq!(changed.get("os").unwrap().get("family"), Some(&"Debian".into()));
    }
}
