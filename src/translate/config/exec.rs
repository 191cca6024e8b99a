//! Commands that Puppet would run.

use crate::model::{Exec, ItemId, ItemKind, Text};
use crate::translate::{
    attributes::{Attributes, scalar},
    rule::{Build, Outcome, Rule, claims_type},
};
use crate::value::Value;
use ecow::EcoString;

pub(crate) const RULE: Rule =
    Rule { name: "exec", doc: "commands with their conditions", claims: claims_type!("Exec"), apply };

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let title = attributes.title().clone();
    let command = if attributes.has("command") { command(attributes) } else { Text::plain(title.clone()) };
    let exec = Exec {
        name: title.clone(),
        command,
        shell: attributes.string("provider").as_deref() == Some("shell"),
        refreshonly: attributes.bool("refreshonly").unwrap_or_default(),
        onlyif: conditions(attributes, "onlyif"),
        unless: conditions(attributes, "unless"),
        creates: attributes.strings("creates"),
        cwd: attributes.string("cwd"),
        user: attributes.string("user"),
        path: path(attributes),
        environment: attributes.strings("environment"),
        other: other(attributes),
        from: build.from.clone(),
    };
    attributes.satisfied(&["logoutput", "tries", "try_sleep", "timeout"], "steers the agent only");
    build.config.execs.push(exec);
    Outcome::item(ItemId::new(ItemKind::Exec, title))
}

/// A list of words is a command without a shell.
fn command(attributes: &mut Attributes<'_>) -> Text {
    match attributes.value("command") {
        Some(Value::Array(words)) if words.len() > 1 => {
            let words: Vec<String> = words
                .iter()
                .filter_map(scalar)
                .map(|word| quote(&Text::from_labelled(&word).masked()))
                .collect();
            Text::plain(words.join(" "))
        }
        _ => attributes.text("command").unwrap_or_default(),
    }
}

/// Quotes a word for the shell where it needs it.
pub(crate) fn quote(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./=:,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// One condition, several, or several as lists of words.
fn conditions(attributes: &mut Attributes<'_>, name: &str) -> Vec<EcoString> {
    let nested = attributes.value(name).and_then(Value::as_array);
    let Some(items) = nested.filter(|items| items.iter().any(|item| item.as_array().is_some())) else {
        return attributes.strings(name);
    };
    let joined = items.iter().map(|item| match item.as_array() {
        Some(words) => {
            let words: Vec<String> = words.iter().filter_map(scalar).map(|word| quote(&word)).collect();
            words.join(" ").into()
        }
        None => scalar(item).map(|text| text.text().clone()).unwrap_or_default(),
    });
    joined.collect()
}

fn path(attributes: &mut Attributes<'_>) -> Vec<EcoString> {
    let folders = attributes.strings("path");
    folders.iter().flat_map(|folders| folders.split(':')).map(Into::into).collect()
}

fn other(attributes: &mut Attributes<'_>) -> crate::maps::IndexMap<EcoString, EcoString> {
    let mut other = crate::maps::IndexMap::default();
    for name in ["refresh", "returns", "umask", "group", "tries", "try_sleep", "timeout"] {
        if attributes.has(name) {
            other.insert(name.into(), attributes.strings(name).join(" ").into());
        }
    }
    other
}
