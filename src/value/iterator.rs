//! Iterators, as `reverse_each` and `step` give them: items that are made when they are asked for.
#![expect(clippy::wildcard_enum_match_arm, reason = "few kinds of values can be iterated over")]

use super::{Type, Value};
use ecow::EcoVec;
use std::sync::Arc;

/// What an iterator goes over. Ranges of integers are never written out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Iterator {
    /// The integers between two bounds, both included; backwards where the step is negative.
    Range {
        /// The lower bound.
        from: i64,
        /// The upper bound.
        to: i64,
        /// The distance from one to the next, never 0.
        step: i64,
    },
    /// Items that are there already.
    Items {
        /// The type of the items.
        of: Type,
        /// The items.
        items: EcoVec<Value>,
        /// Whether the items are the pairs of a hash.
        pairs: bool,
    },
}

impl Iterator {
    /// Makes an iterator over what Puppet calls `Iterable`; `None` for anything else.
    #[must_use]
    pub fn over(value: &Value) -> Option<Self> {
        let items = |of: Type, items: EcoVec<Value>| Self::Items { of, items, pairs: false };
        let range = |from: i64, to: i64| Self::Range { from, to, step: 1 };
        Some(match value {
            Value::Iterator(it) => (**it).clone(),
            Value::Array(all) if all.is_empty() => items(Type::Unit, EcoVec::new()),
            Value::Array(all) => items(Type::variant(all.iter().map(Type::infer_set)), all.clone()),
            Value::Hash(entries) => {
                let pair = |(key, item): (&Value, &Value)| Value::array([key.clone(), item.clone()]);
                let keys = Type::variant(entries.keys().map(Type::infer_set));
                let values = Type::variant(entries.values().map(Type::infer_set));
                let of = if entries.is_empty() { [Type::Any, Type::Any] } else { [keys, values] };
                let of = Type::Tuple(of.into(), Some(2), Some(2));
                Self::Items { of, items: entries.iter().map(pair).collect(), pairs: true }
            }
            Value::Str(text) => {
                let each = text.char_indices().map(|(at, c)| Value::Str(text.slice(at..at + c.len_utf8())));
                items(Type::String(Some(1), Some(1)), each.collect())
            }
            Value::Int(0) => items(Type::Unit, EcoVec::new()),
            Value::Int(count) if *count > 0 => range(0, count - 1),
            Value::Type(it) => match it.unaliased() {
                Type::Integer(Some(from), Some(to)) => range(from, to),
                Type::Enum(values, ignore_case) => {
                    let each = values.iter().cloned().map(Value::str).collect();
                    items(Type::Enum(values, ignore_case), each)
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Returns the type of its items.
    #[must_use]
    pub fn item_type(&self) -> Type {
        match self {
            Self::Range { from, to, .. } => Type::Integer(Some(*from), Some(*to)),
            Self::Items { of, .. } => of.clone(),
        }
    }

    /// Tells whether the items are the pairs of a hash.
    #[must_use]
    pub fn is_pairs(&self) -> bool {
        matches!(self, Self::Items { pairs: true, .. })
    }

    /// Returns the iterator over the same items from the end.
    #[must_use]
    pub fn reversed(&self) -> Self {
        match self {
            Self::Range { from, to, step } => Self::Range { from: *from, to: *to, step: -step },
            Self::Items { of, items, .. } => {
                Self::Items { of: of.clone(), items: items.iter().rev().cloned().collect(), pairs: false }
            }
        }
    }

    /// Returns the iterator over every n-th item, the first included.
    #[must_use]
    pub fn stepped(&self, by: i64) -> Self {
        match self {
            Self::Range { from, to, step } => {
                let step = step.saturating_mul(by.max(1));
                let rest = (to - from).rem_euclid(step.abs().max(1));
                // Ruby's remainder has the sign of the divisor, so a range that goes backwards loses more.
                let (from, to) = match rest {
                    0 => (*from, *to),
                    rest if step < 0 => (from + step.abs() - rest, *to),
                    rest => (*from, to - rest),
                };
                Self::Range { from, to, step }
            }
            Self::Items { of, items, pairs } => {
                let by = usize::try_from(by).unwrap_or(usize::MAX).max(1);
                let items = items.iter().step_by(by).cloned().collect();
                Self::Items { of: of.clone(), items, pairs: *pairs && by == 1 }
            }
        }
    }

    /// Returns the items one by one.
    #[must_use]
    pub fn items(&self) -> Box<dyn std::iter::Iterator<Item = Value>> {
        match self {
            Self::Range { from, to, step } => {
                let (from, to, step) = (*from, *to, *step);
                let first = if step < 0 { to } else { from };
                let next = move |it: &i64| it.checked_add(step).filter(|it| (from..=to).contains(it));
                let first = (from..=to).contains(&first).then_some(first);
                Box::new(std::iter::successors(first, next).map(Value::Int))
            }
            Self::Items { items, .. } => Box::new(items.clone().into_iter()),
        }
    }

    /// Makes it a value.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Iterator(Arc::new(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_not_written_out() {
        let all = Iterator::over(&Value::Int(i64::MAX)).unwrap();
        let few: Vec<Value> = all.stepped(1 << 61).items().collect();
        assert_eq!(few, [0, 1, 2, 3].map(|it: i64| Value::Int(it << 61)));
        let back: Vec<Value> =
            Iterator::over(&Value::Int(5)).unwrap().reversed().stepped(3).items().collect();
        assert_eq!(back, [Value::Int(4)]);
    }
}
