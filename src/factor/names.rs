//! Names of options: of those that hold a value, and of those that say whether something is there.

use crate::{
    maps::HashSet,
    model::{ItemId, ItemKind},
};
use ecow::{EcoString, eco_format};

/// Names that say where an option stands and not what it is about.
const GENERIC: [&str; 22] = [
    "environment",
    "etc",
    "systemd",
    "services",
    "users",
    "programs",
    "networking",
    "boot",
    "tmpfiles",
    "settings",
    "10-migrate",
    "text",
    "source",
    "config",
    "serviceConfig",
    "argument",
    "L+",
    "d",
    "f",
    "C",
    "extraConfig",
    "security",
];

/// Names that say nothing without what they belong to.
const ALONE: [&str; 17] = [
    "user",
    "group",
    "mode",
    "file",
    "package",
    "script",
    "startAt",
    "uid",
    "gid",
    "path",
    "port",
    "servers",
    "description",
    "extraGroups",
    "environment",
    "value",
    "name",
];

/// The names that a unit's options have.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashSet<EcoString>,
}

impl Names {
    /// Names an option after the NixOS option whose value it holds.
    pub(crate) fn value(&mut self, option: &[EcoString]) -> EcoString {
        let mut telling: Vec<&EcoString> =
            option.iter().filter(|part| !GENERIC.contains(&part.as_str())).collect();
        if telling.is_empty() {
            telling = option.iter().rev().take(1).collect();
        }
        if let ([only], Some(above)) = (telling.as_slice(), option.iter().rev().nth(1))
            && ALONE.contains(&only.as_str())
        {
            telling = vec![above, only];
        }
        let segments = telling.iter().flat_map(|part| part.split('/'));
        let words: Vec<EcoString> = segments.map(camel).filter(|word| !word.is_empty()).collect();
        let alone = words.last().is_some_and(|word| ALONE.contains(&word.as_str()));
        let shortest = if alone { 2.min(words.len()) } else { 1 };
        let name = |length: usize| join(words.iter().skip(words.len() - length));
        self.free((shortest..=words.len()).map(name))
    }

    /// Names a switch after the first thing that it brings.
    pub(crate) fn switch(&mut self, item: Option<&ItemId>, option: &[EcoString]) -> EcoString {
        let Some(item) = item else { return self.value(option) };
        let whole = item.kind != ItemKind::File;
        let segments = item.name.split(|letter| letter == '/' && !whole);
        let words: Vec<EcoString> = segments.map(camel).filter(|word| !word.is_empty()).collect();
        let name = |length: usize| join(words.iter().skip(words.len().saturating_sub(length)));
        self.free((1..=words.len().max(1)).map(name))
    }

    /// Takes the first candidate that is free; numbers the last one where none is.
    fn free(&mut self, candidates: impl Iterator<Item = EcoString>) -> EcoString {
        let mut last = EcoString::from("value");
        for candidate in candidates.filter(|candidate| !candidate.is_empty()) {
            let name = identifier(&candidate);
            if name != "enable" && self.taken.insert(name.clone()) {
                return name;
            }
            last = name;
        }
        let numbered = (2..).map(|number: u32| eco_format!("{last}{number}"));
        let mut free = numbered.filter(|name| !self.taken.contains(name));
        let name = free.next().unwrap_or_default();
        self.taken.insert(name.clone());
        name
    }

    /// Keeps a name from being given.
    pub(crate) fn reserve(&mut self, name: EcoString) {
        self.taken.insert(name);
    }
}

/// A name cannot begin with a digit.
fn identifier(name: &str) -> EcoString {
    if name.starts_with(|letter: char| letter.is_ascii_digit()) {
        eco_format!("n{name}")
    } else {
        name.into()
    }
}

/// `profile.d/small.sh` as `profileDSmallSh`; what is all capitals is made small.
pub(crate) fn camel(text: &str) -> EcoString {
    let mut name = String::new();
    let text = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || "-_.".contains(letter));
    for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = if word.chars().any(char::is_lowercase) { word.to_owned() } else { word.to_lowercase() };
        name.push_str(&if name.is_empty() { lower_first(&word) } else { upper_first(&word) });
    }
    name.into()
}

fn join<'w>(words: impl Iterator<Item = &'w EcoString>) -> EcoString {
    let mut name = String::new();
    for word in words {
        name.push_str(&if name.is_empty() { word.to_string() } else { upper_first(word) });
    }
    name.into()
}

fn upper_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn lower_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_named_after_what_it_sets() {
        let mut names = Names::default();
        let option = |dotted: &str| dotted.split('|').map(EcoString::from).collect::<Vec<_>>();
        assert_eq!(names.value(&option("services|openssh|settings|PermitRootLogin")), "permitRootLogin");
        assert_eq!(names.value(&option("environment|etc|vim/vimrc.local|text")), "vimrcLocal");
        assert_eq!(names.value(&option("users|users|root|uid")), "rootUid");
        assert_eq!(names.value(&option("users|users|alice|uid")), "aliceUid");
        assert_eq!(names.value(&option("users|users|alice|uid")), "aliceUid2");
        let file = ItemId::new(ItemKind::File, "/etc/profile.d/small.sh");
        assert_eq!(names.switch(Some(&file), &[]), "smallSh");
        assert_eq!(names.switch(Some(&file), &[]), "profileDSmallSh");
    }
}
