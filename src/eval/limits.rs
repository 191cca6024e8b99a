//! Limits of one compile, so that no manifest makes it run or grow without end.
//!
//! In: what is evaluated and what was made of it. Out: an error with a place once a limit is passed. The limits are
//! far beyond what nodes need: a node of 1,500 resources takes about a million steps.

use super::{codes, compiler::Compiler};
use crate::{
    diag::{Code, Diagnostic, Result},
    source::Location,
    value::{Iterator, Type, Value},
};
use std::cell::Cell;

/// How much a compile may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Expressions evaluated and resources looked at by collectors.
    pub steps: u64,
    /// Bytes of text, lists, hashes and resources made, all told.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 200_000_000, bytes: 2 << 30 }
    }
}

/// What a resource is counted as, its scope included.
pub(super) const RESOURCE: u64 = 4096;
/// What one call of a block is counted as.
pub(super) const CALL: u64 = 256;
/// How deep values may be nested: far less than what the stack takes.
const NESTING: usize = 2_000;
/// How many values one may hold, those that several places share counted each time.
const HELD: usize = 10_000_000;
/// From how many values on one is looked at more closely.
const LARGE: usize = 1_000;
/// How many items something may have that is written out at once.
const ITEMS: i128 = 10_000_000;

/// What was used so far.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    steps: Cell<u64>,
    bytes: Cell<u64>,
    /// How many large values were made.
    large: Cell<u64>,
}

impl Compiler<'_> {
    /// Counts steps.
    pub(crate) fn count_steps(&self, steps: u64, at: impl FnOnce() -> Location) -> Result<()> {
        let used = self.meter.steps.get().saturating_add(steps);
        self.meter.steps.set(used);
        if used <= self.request.limits.steps {
            return Ok(());
        }
        let message = format!("the node takes more than {} steps", self.request.limits.steps);
        Err(passed(&codes::STEPS, message, at()))
    }

    /// Counts bytes.
    pub(crate) fn count_bytes(&self, bytes: u64, at: impl FnOnce() -> Location) -> Result<()> {
        let used = self.meter.bytes.get().saturating_add(bytes);
        self.meter.bytes.set(used);
        if used <= self.request.limits.bytes {
            return Ok(());
        }
        let message = format!("the node makes more than {} bytes of values", self.request.limits.bytes);
        Err(passed(&codes::MEMORY, message, at()))
    }

    /// Counts a value that was just made. A large one is looked at closely at first, then every 64th.
    pub(crate) fn count_value(&self, value: &Value, at: impl Fn() -> Location) -> Result<()> {
        self.count_bytes(shallow_size(value), &at)?;
        if !matches!(measure(value, LARGE), Measure::Large | Measure::Deep) {
            return Ok(());
        }
        let large = self.meter.large.get().wrapping_add(1);
        self.meter.large.set(large);
        if large.is_power_of_two() || large.is_multiple_of(64) { check_size(value, at) } else { Ok(()) }
    }
}

/// Refuses a value that is nested too deep, or holds too much, to be handled further.
pub(super) fn check_size(value: &Value, at: impl FnOnce() -> Location) -> Result<()> {
    match measure(value, HELD) {
        Measure::Fine => Ok(()),
        Measure::Deep => {
            let message = format!("a value is nested more than {NESTING} levels deep");
            Err(passed(&codes::TOO_DEEP, message, at()))
        }
        Measure::Large => {
            let message = format!("a value holds more than {HELD} values");
            Err(passed(&codes::MEMORY, message, at()))
        }
    }
}

/// Tells whether a code says that a limit was passed.
pub(super) fn is_limit(code: &Code) -> bool {
    [codes::STEPS.name, codes::MEMORY.name, codes::TOO_DEEP.name].contains(&code.name)
}

/// Functions that go through all items of their first argument on their own, before or without a block.
const AT_ONCE: &[&str] = &["index", "slice", "sort", "unique"];

/// Refuses what would be written out or gone through at once and has too many items: an iterator, a range or number
/// that becomes a list. A block that is called for each item is counted call by call.
pub(super) fn check_items(function: &str, arguments: &[Value], block: bool, at: &Location) -> Result<()> {
    let walked = match (function, arguments) {
        ("new", [Value::Type(to), from, ..]) => Some(from).filter(|_| is_made_of_items(to)),
        (_, [first, ..]) => {
            Some(first).filter(|_| AT_ONCE.contains(&function) && (!block || function == "slice"))
        }
        (_, []) => None,
    };
    let iterators = arguments.iter().filter(|it| !block && matches!(it, Value::Iterator(_)));
    if iterators.chain(walked).all(|it| items(it) <= ITEMS) {
        return Ok(());
    }
    Err(passed(&codes::MEMORY, format!("a list of more than {ITEMS} items would be made"), at.clone()))
}

fn is_made_of_items(to: &Type) -> bool {
    let to = to.unaliased();
    matches!(to, Type::Array(..) | Type::Tuple(..) | Type::Hash(..) | Type::Struct(..) | Type::Init(..))
}

fn items(value: &Value) -> i128 {
    let count =
        |from: i64, to: i64, step: i64| (i128::from(to) - i128::from(from)) / i128::from(step.abs().max(1));
    match value {
        Value::Iterator(it) => match **it {
            Iterator::Range { from, to, step } => count(from, to, step),
            Iterator::Items { .. } => 0,
        },
        Value::Type(Type::Integer(Some(from), Some(to))) => count(*from, *to, 1),
        Value::Int(number) => i128::from(*number),
        _ => 0,
    }
}

fn passed(code: &'static Code, message: String, at: Location) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, message).at(at))
}

fn shallow_size(value: &Value) -> u64 {
    let size = match value {
        Value::Str(text) => text.len(),
        Value::Array(items) => items.len() * size_of::<Value>(),
        Value::Hash(entries) => entries.len() * 3 * size_of::<Value>(),
        Value::Binary(bytes) => bytes.len(),
        _ => 0,
    };
    size as u64
}

enum Measure {
    Fine,
    Deep,
    Large,
}

/// Goes through a value until it is known to be nested too deep, or to hold more than so many values.
fn measure(value: &Value, most: usize) -> Measure {
    let mut left = most;
    let mut waiting: Vec<(&Value, usize)> = vec![(value, 0)];
    while let Some((value, depth)) = waiting.pop() {
        if depth > NESTING {
            return Measure::Deep;
        }
        let inside = match value {
            Value::Array(items) => items.len(),
            Value::Hash(entries) => entries.len() * 2,
            Value::Sensitive(_) => 1,
            Value::Iterator(_) if most == HELD && items(value) > ITEMS => return Measure::Large,
            _ => continue,
        };
        let Some(rest) = left.checked_sub(inside) else { return Measure::Large };
        left = rest;
        match value {
            Value::Array(items) => waiting.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Hash(entries) => {
                waiting
                    .extend(entries.iter().flat_map(|(key, value)| [(key, depth + 1), (value, depth + 1)]));
            }
            Value::Sensitive(inner) => waiting.push((inner, depth + 1)),
            _ => {}
        }
    }
    Measure::Fine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_size_are_found_in_lists_hashes_and_secrets() {
        let nested = |levels: usize| (0..levels).fold(Value::Int(1), |inner, _| Value::array([inner]));
        let fine = |value: &Value| matches!(measure(value, HELD), Measure::Fine);
        assert!(fine(&nested(1_000)) && fine(&Value::array((0..100_000).map(Value::Int))));
        assert!(matches!(measure(&Value::hash([("k".into(), nested(3_000))]), HELD), Measure::Deep));
        let doubled = (0..60).fold(Value::Int(1), |inner, _| Value::array([inner.clone(), inner]));
        assert!(matches!(measure(&doubled, HELD), Measure::Large));
    }

    #[test]
    fn a_range_with_too_many_items_is_not_written_out() {
        let at = Location::new(crate::source::SourceFile::new("a.pp", ""), crate::source::Span::default());
        let range = |to: i64| Value::Type(Type::Integer(Some(1), Some(to)));
        let array = Value::Type(Type::Array(Type::Any.into(), None, None));
        let check = |name: &str, arguments: &[Value], block| check_items(name, arguments, block, &at).is_ok();
        assert!(check("new", &[array.clone(), range(1_000)], false));
        assert!(!check("new", &[array.clone(), range(i64::MAX)], false));
        assert!(!check("new", &[array, Value::Int(100_000_000_000)], false));
        assert!(check("new", &[Value::Type(Type::Numeric), Value::Int(100_000_000_000)], false));
        assert!(check("assert_type", &[range(i64::MAX)], false));
        assert!(
            !check("index", &[range(i64::MAX), Value::Undef], false) && check("index", &[range(9)], true)
        );
        assert!(!check("slice", &[Value::Int(100_000_000_000), Value::Int(2)], true));
    }
}
