//! Secrets stay unseen: values that are marked or named as secrets, and their bytes wherever else they occur.

use serde_json::Value as Json;
use std::collections::BTreeSet;

/// What stands for a secret.
pub(super) const MASK: &str = "<secret>";

/// Secrets shorter than this are not looked for in other values: they occur as parts of words.
const LONG_ENOUGH: usize = 6;

/// The plaintexts that must not be shown.
#[derive(Debug, Default)]
pub(super) struct Mask {
    secrets: BTreeSet<String>,
}

impl Mask {
    /// Notes every string in a secret value.
    pub(super) fn learn(&mut self, value: &Json) {
        match value {
            Json::String(text) if text.trim().len() >= LONG_ENOUGH => {
                self.secrets.insert(text.trim().to_owned());
            }
            Json::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Json::Object(entries) => entries.values().for_each(|item| self.learn(item)),
            Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Returns a text without the secrets in it, the longest first.
    pub(super) fn text(&self, text: &str) -> String {
        let mut secrets: Vec<_> =
            self.secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK))
    }

    /// Returns a value without the secrets in it: marked and named ones whole, others where their bytes occur.
    pub(super) fn value(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.text(text)),
            Json::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Json::Object(entries) if is_sensitive(entries) => Json::String(MASK.to_owned()),
            Json::Object(entries) => {
                let entry = |(key, item): (&String, &Json)| {
                    let item =
                        if is_secret_name(key) { Json::String(MASK.to_owned()) } else { self.value(item) };
                    (self.text(key), item)
                };
                Json::Object(entries.iter().map(entry).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
        }
    }
}

/// Tells whether an object is a `Sensitive` in rich data.
pub(super) fn is_sensitive(entries: &serde_json::Map<String, Json>) -> bool {
    entries.get("__ptype").and_then(Json::as_str) == Some("Sensitive")
}

/// Tells whether a parameter's name says that its value is a secret; booleans and absence are no secrets.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = ["password", "passwd", "passphrase", "secret", "token", "private_key", "credential"];
    words.iter().any(|word| name.contains(word)) && !name.ends_with("_file") && !name.ends_with("_path")
}
