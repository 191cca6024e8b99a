//! Settings as a tree of attribute names, so that what shares a prefix is written as one set.

use super::printer::{Paths, binding, name, print};
use crate::maps::IndexMap;
use crate::translate::nixos::{Expr, Setting};
use ecow::EcoString;

/// A node: settings that end here, and deeper ones by name.
#[derive(Default)]
pub(super) struct Tree<'a> {
    leaf: Option<&'a Setting>,
    /// What stands for the node's name, where that is not fixed.
    name: Option<&'a Expr>,
    /// The place of the setting in the plan, for marking.
    at: usize,
    children: IndexMap<EcoString, Tree<'a>>,
}

impl<'a> Tree<'a> {
    /// Adds a setting below the first `skip` names of its option.
    pub(super) fn add(&mut self, setting: &'a Setting, skip: usize, at: usize) {
        let mut node = self;
        for (at, part) in setting.option.iter().enumerate().skip(skip) {
            node = node.children.entry(part.clone()).or_default();
            node.name = setting.dynamic.iter().find(|(place, _)| *place == at).map(|(_, name)| name);
        }
        node.leaf = Some(setting);
        node.at = at;
    }

    /// The origin that all settings below share.
    fn origin(&self) -> Option<&'a EcoString> {
        let own = self.leaf.map(|setting| &setting.origin);
        let mut origins = own.into_iter().chain(self.children.values().filter_map(Tree::origin));
        let first = origins.next()?;
        let counted = usize::from(self.leaf.is_some()) + self.children.len();
        (origins.clone().count() + 1 == counted && origins.all(|origin| origin == first)).then_some(first)
    }
}

/// Writes bindings with a comment on where they come from above each block.
pub(super) struct Writer<'p> {
    pub(super) out: String,
    pub(super) paths: &'p dyn Paths,
    /// Whether each setting is preceded by a line `#@<number>`.
    pub(super) marked: bool,
    last_origin: EcoString,
}

impl<'p> Writer<'p> {
    pub(super) fn new(paths: &'p dyn Paths, marked: bool) -> Self {
        Self { out: String::new(), paths, marked, last_origin: EcoString::new() }
    }

    /// Writes one binding; sets with one entry are written as a longer path.
    pub(super) fn binding(&mut self, prefix: &str, key: &str, tree: &Tree<'_>) {
        let own = match tree.name {
            Some(dynamic) => format!("${{{}}}", print(dynamic, self.paths)),
            None => name(key),
        };
        let path = if prefix.is_empty() { own } else { format!("{prefix}.{own}") };
        match (tree.leaf, tree.children.len()) {
            (Some(setting), 0) => {
                self.comment(&setting.origin);
                self.mark(tree.at);
                self.out.push_str(&binding(&path, &setting.value, self.paths));
            }
            (None, 1) => {
                if let Some((inner, tree)) = tree.children.first() {
                    self.binding(&path, inner, tree);
                }
            }
            _ => self.set(&path, tree),
        }
    }

    fn set(&mut self, path: &str, tree: &Tree<'_>) {
        if let Some(origin) = tree.origin() {
            self.comment(origin);
        }
        self.out.push_str(&format!("{path} = {{\n"));
        // an attribute set given as a value has its entries beside the deeper settings
        if let Some(Setting { value: Expr::Attrs(entries), .. }) = tree.leaf {
            self.mark(tree.at);
            for (key, value) in entries {
                self.out.push_str(&binding(&name(key), value, self.paths));
            }
        }
        for (key, inner) in &tree.children {
            self.binding("", key, inner);
        }
        self.out.push_str("};\n");
    }

    fn mark(&mut self, at: usize) {
        if self.marked {
            self.out.push_str(&format!("#@{at}\n"));
        }
    }

    /// Says where a block comes from, unless the block above said the same.
    fn comment(&mut self, origin: &EcoString) {
        if !origin.is_empty() && *origin != self.last_origin {
            self.out.push_str(&format!("# {}\n", origin.replace("\n", " ")));
        }
        self.last_origin = origin.clone();
    }

    /// Writes one block.
    pub(super) fn block(&mut self, path: &[EcoString], tree: &Tree<'_>) {
        if let [prefix @ .., last] = path {
            let prefix: Vec<String> = prefix.iter().map(|part| name(part)).collect();
            self.binding(&prefix.join("."), last, tree);
        }
    }

    /// Starts a block: a blank line, and the next origin is said again.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.last_origin = EcoString::new();
    }
}
