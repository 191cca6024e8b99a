//! The tree of declarations.

use super::{OptionType, text};
use crate::{diag::Result, maps::HashMap};
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

/// The table that is part of the program.
static SHIPPED: LazyLock<OptionTable> = LazyLock::new(|| {
    // a test holds that it reads
    OptionTable::read("data/nixos-options.txt", include_str!("../../data/nixos-options.txt"))
        .unwrap_or_default()
});

/// What became of an option.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Fate {
    /// It is an option.
    #[default]
    Kept,
    /// It has another name now, which its value is handed to.
    Renamed(EcoString),
    /// It is gone: a definition is an error.
    Removed,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The place of its type in the table.
    kind: usize,
    /// Only NixOS itself defines it.
    pub read_only: bool,
    /// Nothing says what it is where nobody defines it.
    pub no_default: bool,
    /// Not meant for users.
    pub internal: bool,
    /// What became of it.
    pub fate: Fate,
}

/// A name on the way to options: an option, what is below it, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The option of this path.
    pub option: Option<Declared>,
    /// What is below, by name; `<name>` stands for any name, `*` for an item of a list.
    pub children: BTreeMap<EcoString, Self>,
}

impl Node {
    /// Returns what is below a name: what is called so, else what stands for any name.
    #[must_use]
    pub fn below(&self, name: &str) -> Option<&Self> {
        self.children.get(name).or_else(|| self.any())
    }

    /// Returns what stands for any name of the user's choice.
    #[must_use]
    pub fn any(&self) -> Option<&Self> {
        self.children.iter().find(|(name, _)| is_any(name)).map(|(_, node)| node)
    }

    /// Returns what stands for an item of a list.
    #[must_use]
    pub fn item(&self) -> Option<&Self> {
        self.children.get("*")
    }
}

/// `<name>` and its kind.
pub(super) fn is_any(name: &str) -> bool {
    name.starts_with('<') && name.ends_with('>')
}

/// One option, as it is told to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The path.
    pub path: Vec<EcoString>,
    /// The description of its type.
    pub kind: EcoString,
    /// `r` read only, `n` without a default, `i` internal, `x` removed.
    pub letters: EcoString,
    /// Where it went.
    pub to: Option<EcoString>,
}

#[derive(Debug, Default)]
struct Kind {
    text: EcoString,
    parsed: OnceLock<OptionType>,
}

/// The options of a release.
#[derive(Debug, Default)]
pub struct OptionTable {
    /// The release, such as `24.11`.
    pub release: EcoString,
    kinds: Vec<Kind>,
    by_text: HashMap<EcoString, usize>,
    root: Node,
}

impl OptionTable {
    /// Returns the table that is part of the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Makes an empty table of a release.
    #[must_use]
    pub fn new(release: impl Into<EcoString>) -> Self {
        Self { release: release.into(), ..Self::default() }
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// Gives the first line that is not understood.
    pub fn read(name: &str, text: &str) -> Result<Self> {
        text::read(name, text)
    }

    /// Writes the text form: a tree of names, one a line, with long types that occur often said once.
    #[must_use]
    pub fn write(&self) -> String {
        text::write(self)
    }

    /// Adds an option.
    pub fn add(&mut self, row: Row) {
        let kind = self.kind_of(&row.kind);
        let has = |letter: char| row.letters.contains(letter);
        let fate = match row.to {
            Some(to) => Fate::Renamed(to),
            None if has('x') => Fate::Removed,
            None => Fate::Kept,
        };
        let (read_only, no_default, internal) = (has('r'), has('n'), has('i'));
        let mut node = &mut self.root;
        for name in row.path {
            node = node.children.entry(name).or_default();
        }
        node.option = Some(Declared { kind, read_only, no_default, internal, fate });
    }

    fn kind_of(&mut self, text: &EcoString) -> usize {
        if let Some(known) = self.by_text.get(text) {
            return *known;
        }
        let at = self.kinds.len();
        self.kinds.push(Kind { text: text.clone(), parsed: OnceLock::new() });
        self.by_text.insert(text.clone(), at);
        at
    }

    /// Returns the top of the tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Returns the description of an option's type, in NixOS's words.
    #[must_use]
    pub fn type_text(&self, option: &Declared) -> &str {
        self.kinds.get(option.kind).map_or("unspecified value", |kind| &kind.text)
    }

    /// Returns an option's type.
    #[must_use]
    pub fn type_of(&self, option: &Declared) -> &OptionType {
        match self.kinds.get(option.kind) {
            Some(kind) => kind.parsed.get_or_init(|| OptionType::parse(&kind.text)),
            None => &OptionType::Any,
        }
    }

    /// Returns every option with its path, in the order of names.
    #[must_use]
    pub fn rows(&self) -> Vec<(Vec<&str>, &Declared)> {
        let mut found = Vec::new();
        gather(&self.root, &mut Vec::new(), &mut found);
        found
    }
}

fn gather<'t>(node: &'t Node, path: &mut Vec<&'t str>, found: &mut Vec<(Vec<&'t str>, &'t Declared)>) {
    found.extend(node.option.iter().map(|option| (path.clone(), option)));
    for (name, child) in &node.children {
        path.push(name);
        gather(child, path, found);
        path.pop();
    }
}
