//! Type aliases: a name, and what it stands for as soon as that is known.
//!
//! An alias may refer to itself, so it is made before its definition is read. Equality, hashing and debugging go by
//! the name, which is why they end.

use super::Type;
use ecow::EcoString;
use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
};

/// A type alias.
pub struct Alias {
    /// The name as its definition writes it.
    pub name: EcoString,
    resolved: OnceLock<Type>,
}

impl Alias {
    /// Makes an alias that stands for nothing yet.
    #[must_use]
    pub fn new(name: impl Into<EcoString>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), resolved: OnceLock::new() })
    }

    /// Makes an alias of a type.
    #[must_use]
    pub fn of(name: impl Into<EcoString>, resolved: Type) -> Arc<Self> {
        let it = Self::new(name);
        it.resolve_to(resolved);
        it
    }

    /// Says what it stands for; the first answer stays.
    pub fn resolve_to(&self, resolved: Type) {
        let _ = self.resolved.set(resolved);
    }

    /// Returns what it stands for.
    #[must_use]
    pub fn resolved(&self) -> Option<&Type> {
        self.resolved.get()
    }
}

impl PartialEq for Alias {
    fn eq(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl Eq for Alias {}

impl Hash for Alias {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.to_ascii_lowercase().hash(state);
    }
}

impl fmt::Debug for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alias({})", self.name)
    }
}

impl Type {
    /// Returns what an alias stands for in the end, the type itself where it is none. `Data` and `RichData` stay.
    #[must_use]
    pub fn unaliased(&self) -> Self {
        let mut found = self;
        for _ in 0..64 {
            match found {
                Self::Alias(alias) => match alias.resolved() {
                    Some(next) => found = next,
                    None => break,
                },
                _ => break,
            }
        }
        found.clone()
    }

    /// Tells whether anything but aliases and variants is in it, so that it can have instances.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.has_real(&mut Vec::new())
    }

    fn has_real(&self, seen: &mut Vec<EcoString>) -> bool {
        match self {
            Self::Alias(alias) if seen.contains(&alias.name) => false,
            Self::Alias(alias) => {
                seen.push(alias.name.clone());
                alias.resolved().is_some_and(|it| it.has_real(seen))
            }
            Self::Variant(types) => types.iter().any(|it| it.has_real(seen)),
            _ => true,
        }
    }

    /// Drops the alternatives of an alias's `Variant` that are only the alias itself.
    #[must_use]
    pub fn without_itself(self, alias: &Arc<Alias>) -> Self {
        let Self::Variant(types) = &self else { return self };
        let own = |it: &Self| matches!(it, Self::Alias(other) if other == alias);
        if types.iter().any(own) { Self::variant(types.iter().filter(|it| !own(it)).cloned()) } else { self }
    }
}
