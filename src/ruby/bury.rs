//! Dropping deep structures without recursion: a list of lists of lists must not overflow the stack when it goes.

use super::object::{Data, Env, Object, RArray, RHash, Rv};
use std::cell::RefCell;

thread_local! {
    /// What waits to be dropped, while something is being dropped.
    static WAITING: RefCell<Option<Vec<Rv>>> = const { RefCell::new(None) };
}

/// Drops values one after the other; what they contain waits in the same queue.
fn bury(values: Vec<Rv>) {
    let first = WAITING.try_with(|waiting| {
        let mut waiting = waiting.borrow_mut();
        match waiting.as_mut() {
            Some(queue) => {
                queue.extend(values);
                false
            }
            None => {
                *waiting = Some(values);
                true
            }
        }
    });
    if first != Ok(true) {
        return;
    }
    let next = || WAITING.with(|waiting| waiting.borrow_mut().as_mut().and_then(Vec::pop));
    while let Some(value) = next() {
        drop(value);
    }
    WAITING.with(|waiting| waiting.borrow_mut().take());
}

/// Whether dropping a value can go deeper.
fn is_deep(value: &Rv) -> bool {
    matches!(value, Rv::Array(_) | Rv::Hash(_) | Rv::Object(_) | Rv::Proc(_) | Rv::Range(_))
}

fn bury_deep(values: impl Iterator<Item = Rv>) {
    let deep: Vec<Rv> = values.filter(is_deep).collect();
    if !deep.is_empty() {
        bury(deep);
    }
}

impl Drop for RArray {
    fn drop(&mut self) {
        bury_deep(self.take_items().into_iter());
    }
}

impl Drop for RHash {
    fn drop(&mut self) {
        bury_deep(self.take_entries().into_iter().flat_map(|(key, value)| [key.0, value]));
    }
}

impl Drop for Env {
    fn drop(&mut self) {
        bury_deep(std::mem::take(self.slots.get_mut()).into_iter());
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        let vars = std::mem::take(self.vars.get_mut());
        bury_deep(vars.into_values());
        match std::mem::replace(&mut self.data, Data::None) {
            Data::Enumerator(receiver, _, values) => bury_deep(values.into_iter().chain([receiver])),
            Data::Struct(values) => bury_deep(values.into_inner().into_iter()),
            Data::Exception(raised) => bury_deep(raised.into_inner().cause.into_iter()),
            Data::None
            | Data::Time(..)
            | Data::Set(_)
            | Data::Big(_)
            | Data::Bytes(_)
            | Data::IpAddr(..)
            | Data::StringIo(_)
            | Data::Erb
            | Data::Native(_) => {}
        }
    }
}
