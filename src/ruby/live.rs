//! Variables that Ruby code set in a scope, as the objects they are: templates that one template renders see what
//! another one changes in them.

use super::object::Rv;
use crate::maps::HashMap;
use ecow::EcoString;
use std::cell::RefCell;

/// The scope's number and the variable's name.
type Name = (usize, EcoString);

thread_local! {
    /// How many runs are inside of each other, and what they set.
    static LIVE: RefCell<(usize, HashMap<Name, Rv>)> = RefCell::default();
}

/// One run; what was set is forgotten when the outermost ends.
pub(crate) struct Run(());

impl Run {
    pub(crate) fn enter() -> Self {
        LIVE.with_borrow_mut(|live| live.0 += 1);
        Self(())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let forgotten = LIVE.try_with(|live| {
            let mut live = live.borrow_mut();
            live.0 = live.0.saturating_sub(1);
            if live.0 == 0 { std::mem::take(&mut live.1) } else { HashMap::default() }
        });
        drop(forgotten);
    }
}

/// Remembers a value that can be changed in place.
pub(crate) fn set(scope: usize, name: &str, value: &Rv) {
    if matches!(value, Rv::Array(_) | Rv::Hash(_) | Rv::Str(_)) {
        LIVE.with_borrow_mut(|live| live.1.insert((scope, name.into()), value.clone()));
    }
}

/// The value that was set in this scope.
pub(crate) fn get(scope: usize, name: &str) -> Option<Rv> {
    LIVE.with_borrow(|live| live.1.get(&(scope, EcoString::from(name))).cloned())
}
