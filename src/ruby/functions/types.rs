//! Types in Ruby functions: aliases of their own (`local_types`), and reading types from text.

use crate::{
    diag::Result,
    value::{
        TypeResolver,
        types::{Type, parse_type},
    },
};
use ecow::EcoString;
use std::cell::RefCell;

/// A function's own aliases over those of the environment.
pub(crate) struct LocalTypes<'a> {
    /// Name and the text of the type it stands for.
    aliases: &'a [(EcoString, EcoString)],
    outer: &'a dyn TypeResolver,
    /// The names that are being resolved: an alias may not lead to itself.
    open: RefCell<Vec<EcoString>>,
}

impl<'a> LocalTypes<'a> {
    pub(super) fn new(aliases: &'a [(EcoString, EcoString)], outer: &'a dyn TypeResolver) -> Self {
        Self { aliases, outer, open: RefCell::default() }
    }
}

impl TypeResolver for LocalTypes<'_> {
    fn resolve(&self, name: &str) -> Result<Option<Type>> {
        let Some((_, text)) = self.aliases.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name))
        else {
            return self.outer.resolve(name);
        };
        if self.open.borrow().iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Ok(None);
        }
        self.open.borrow_mut().push(name.into());
        let found = parse_type(text, self);
        self.open.borrow_mut().pop();
        Ok(found.ok())
    }
}

/// Name and type of an alias as `local_types` writes it: `Name = Type`.
pub(crate) fn alias(text: &str) -> Option<(EcoString, EcoString)> {
    let (name, of) = text.split_once('=')?;
    let name = name.trim();
    let simple = name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':');
    simple.then(|| (name.into(), of.trim().into()))
}
