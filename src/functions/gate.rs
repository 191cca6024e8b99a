//! The call gate: every call goes through here. Arguments are checked against the signatures, and the labels of
//! arguments reach the result.

use super::{Call, Function, Generation, Labelling, codes, table};
use crate::{
    diag::{Diagnostic, Result},
    value::{
        Labels, Secret, Str, Value,
        types::{Signature, describe_signatures},
    },
};
use ecow::EcoString;
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// Calls a builtin; its result carries the arguments' labels as the table says.
///
/// # Errors
/// Gives the function's diagnostic, placed at the call where it has no place of its own.
pub fn call(function: &Function, call: &Call<'_>) -> Result<Value> {
    checked(function, call).map_err(|found| Box::new(found.or_at(|| call.at.clone())))
}

fn checked(function: &Function, call: &Call<'_>) -> Result<Value> {
    let arguments = match function.generation {
        Generation::Four => Cow::Borrowed(call.arguments),
        Generation::Three => old_arguments(call.arguments),
    };
    let call = &Call { arguments: &arguments, ..*call };
    let redacted = |error: Box<Diagnostic>| redact(call, error);
    check_arguments(function, call).map_err(redacted)?;
    let result = (function.run)(call).map_err(redacted)?;
    Ok(match function.labelling {
        Labelling::Carried | Labelling::Dropped => result,
        Labelling::Union => label(call, result),
    })
}

/// Takes the plaintext of the arguments' secrets out of the function's own message.
fn redact(call: &Call<'_>, error: Box<Diagnostic>) -> Box<Diagnostic> {
    let own = [codes::ARGUMENTS.name, codes::FAILED.name, codes::FAIL.name];
    if !own.contains(&error.code().name) {
        return error;
    }
    let message = hide(error.message(), call.arguments);
    if message == error.message() {
        return error;
    }
    Box::new(Diagnostic::error(error.code(), message))
}

/// Replaces the secret bytes that values hold, where they occur in a text that is shown to people.
#[must_use]
pub fn hide(text: &str, values: &[Value]) -> String {
    let found = std::cell::RefCell::new(Vec::new());
    for value in values {
        let _ = map_strings(value, &|it| {
            for range in it.labels().map(Labels::ranges).unwrap_or_default() {
                found.borrow_mut().extend(it.get(range.range.clone()).map(str::to_owned));
            }
            it.clone()
        });
    }
    let mut found = found.into_inner();
    found.retain(|it| it.len() > 2);
    // The longest first, so that no part of it is left over.
    found.sort_by_key(|it| std::cmp::Reverse(it.len()));
    found.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "[redacted]"))
}

/// The 3.x API shows `undef` as an empty string, except inside of collections.
fn old_arguments(arguments: &[Value]) -> Cow<'_, [Value]> {
    if !arguments.iter().any(Value::is_undef) {
        return Cow::Borrowed(arguments);
    }
    let shown = |it: &Value| if it.is_undef() { Value::str("") } else { it.clone() };
    Cow::Owned(arguments.iter().map(shown).collect())
}

fn check_arguments(function: &Function, call: &Call<'_>) -> Result<()> {
    let signatures = table::signatures(function, call.context.puppet_version());
    if signatures.is_empty() {
        return Ok(());
    }
    if function.generation == Generation::Three {
        return check_count(function, call, signatures);
    }
    let arity = call.block.map(super::Block::arity);
    if signatures.iter().any(|it| it.accepts(call.arguments, arity, call.context)) {
        return Ok(());
    }
    let message = describe_signatures(call.name, signatures, (call.arguments, arity), call.context);
    Err(Box::new(Diagnostic::error(&codes::ARGUMENTS, message)))
}

/// A 3.x function only knows how many arguments it takes.
fn check_count(function: &Function, call: &Call<'_>, signatures: &[Signature]) -> Result<()> {
    let given = call.arguments.len();
    let least = signatures.iter().map(|it| it.bounds().0).min().unwrap_or(0);
    let most =
        signatures.iter().map(|it| it.bounds().1).max_by_key(|it| it.map_or(usize::MAX, |it| it)).flatten();
    let open = most.is_none() || signatures.iter().any(|it| it.bounds().1.is_none());
    let too_many = function.module == "puppet" && !open && most.is_some_and(|most| given > most);
    if given >= least && !too_many {
        return Ok(());
    }
    let exact = !open && most == Some(least);
    let minimum = if exact || function.module != "puppet" { "" } else { "minimum " };
    let name = call.name;
    let message = format!("{name}(): Wrong number of arguments given ({given} for {minimum}{least})");
    Err(Box::new(Diagnostic::error(&codes::ARGUMENTS, message)))
}

/// The secrets in a value, each once, by id.
fn collect(value: &Value, found: &mut BTreeMap<EcoString, Arc<Secret>>) {
    match value {
        Value::Str(text) => {
            for range in text.labels().map(Labels::ranges).unwrap_or_default() {
                found.entry(range.secret.id.clone()).or_insert_with(|| range.secret.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Hash(entries) => entries.iter().for_each(|(key, item)| {
            collect(key, found);
            collect(item, found);
        }),
        Value::Sensitive(inner) => collect(inner, found),
        Value::Deferred(it) => it.arguments().iter().for_each(|item| collect(item, found)),
        Value::Object(it) => it.attributes.values().for_each(|item| collect(item, found)),
        Value::Undef
        | Value::Default
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Symbol(_)
        | Value::Regexp(_)
        | Value::Type(_)
        | Value::Binary(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::SemVer(_)
        | Value::SemVerRange(_)
        | Value::Iterator(_)
        | Value::Uri(_) => {}
    }
}

/// Returns the distinct secrets in values, by id.
#[must_use]
pub fn secrets<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<Arc<Secret>> {
    let mut found = BTreeMap::new();
    values.into_iter().for_each(|value| collect(value, &mut found));
    found.into_values().collect()
}

/// One secret that stands for what was computed from all of them.
fn derive(secrets: &[Arc<Secret>]) -> Secret {
    let ids: Vec<&str> = secrets.iter().map(|it| it.id.as_str()).collect();
    let only = if let [only] = secrets { Some(only) } else { None };
    Secret {
        id: ids.join("+").into(),
        key: only.and_then(|it| it.key.clone()),
        file: only.and_then(|it| it.file.clone()),
        opaque: secrets.iter().any(|it| it.opaque),
        derived: true,
    }
}

fn label(call: &Call<'_>, result: Value) -> Value {
    let secrets = secrets(call.arguments);
    if secrets.is_empty() {
        return result;
    }
    let secret = Arc::new(derive(&secrets));
    if !secret.opaque {
        return map_strings(&result, &|text| Str::secret(text.text().clone(), secret.clone()));
    }
    if !has_string(&result) {
        if !result.is_undef() {
            warn_opaque(call, &secret);
        }
        return result;
    }
    let mark = fingerprint(call);
    let counter = std::cell::Cell::new(0);
    map_strings(&result, &|_| {
        counter.set(counter.get() + 1);
        let text = format!("<secret {} through {} {mark}.{}>", secret.id, call.name, counter.get());
        Str::secret(text, secret.clone())
    })
}

fn warn_opaque(call: &Call<'_>, secret: &Secret) {
    let message =
        format!("`{}` is asked about the secret `{}`, which is not readable here", call.name, secret.id);
    call.context.report(Diagnostic::warning(&codes::OPAQUE, message).at(call.at.clone()));
}

/// Tells calls apart by name and arguments, secret bytes shown by the ids of their secrets only.
fn fingerprint(call: &Call<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(call.name.as_bytes());
    for argument in call.arguments {
        let masked = map_strings(argument, &masked);
        hasher.update(b"\0");
        hasher.update(crate::value::literal(&masked).as_bytes());
    }
    hasher.finalize().to_hex().chars().take(12).collect()
}

fn masked(text: &Str) -> Str {
    let Some(labels) = text.labels() else { return text.clone() };
    let mut out = String::new();
    let mut from = 0;
    for found in labels.ranges() {
        out.push_str(text.get(from..found.range.start).unwrap_or_default());
        out.push_str(&found.secret.id);
        from = found.range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Str::new(out)
}

fn has_string(value: &Value) -> bool {
    match value {
        Value::Str(_) => true,
        Value::Array(items) => items.iter().any(has_string),
        Value::Hash(entries) => entries.iter().any(|(key, item)| has_string(key) || has_string(item)),
        Value::Sensitive(inner) => has_string(inner),
        Value::Undef
        | Value::Default
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Symbol(_)
        | Value::Regexp(_)
        | Value::Type(_)
        | Value::Binary(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::SemVer(_)
        | Value::SemVerRange(_)
        | Value::Uri(_)
        | Value::Deferred(_)
        | Value::Iterator(_)
        | Value::Object(_) => false,
    }
}

/// Rebuilds a value with every string changed.
#[must_use]
pub fn map_strings(value: &Value, change: &dyn Fn(&Str) -> Str) -> Value {
    match value {
        Value::Str(text) => Value::Str(change(text)),
        Value::Array(items) => Value::array(items.iter().map(|item| map_strings(item, change))),
        Value::Hash(entries) => {
            Value::hash(entries.iter().map(|(key, item)| (key.clone(), map_strings(item, change))))
        }
        Value::Sensitive(inner) => Value::Sensitive(Arc::new(map_strings(inner, change))),
        Value::Undef
        | Value::Default
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Symbol(_)
        | Value::Regexp(_)
        | Value::Type(_)
        | Value::Binary(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::SemVer(_)
        | Value::SemVerRange(_)
        | Value::Uri(_)
        | Value::Deferred(_)
        | Value::Iterator(_)
        | Value::Object(_) => value.clone(),
    }
}

/// Labels every string that has no label yet as one secret: what comes out of `Sensitive` is not to be shown.
#[must_use]
pub fn mark_secret(value: &Value, secret: &Arc<Secret>) -> Value {
    map_strings(value, &|text| {
        if text.labels().is_some() || text.is_empty() {
            text.clone()
        } else {
            Str::secret(text.text().clone(), secret.clone())
        }
    })
}

/// Labels every string of a value as derived from the secrets of the arguments it was computed from elsewhere.
#[must_use]
pub fn derived_from(value: Value, arguments: &[Value]) -> Value {
    let found = secrets(arguments);
    if found.is_empty() { value } else { label_as(&value, &found) }
}

/// Labels every string of a value as derived from the secrets.
#[must_use]
pub(super) fn label_as(value: &Value, secrets: &[Arc<Secret>]) -> Value {
    let secret = Arc::new(derive(secrets));
    map_strings(value, &|text| Str::secret(text.text().clone(), secret.clone()))
}
