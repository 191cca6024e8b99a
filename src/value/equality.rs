//! Puppet's `==`, `<`, `in` and `=~` (`Puppet::Pops::Evaluator::CompareOperator`).
#![expect(clippy::wildcard_enum_match_arm, reason = "each operator is defined for a few kinds of values")]

use super::{Regexp, Type, TypeResolver, Value, semver, types::NoAliases};
use std::cmp::Ordering;

/// Puppet's `==`: ASCII case of strings is ignored, `1 == 1.0`.
#[must_use]
pub fn puppet_eq(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.eq_ignore_ascii_case(b),
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Int(i), Value::Float(f)) | (Value::Float(f), Value::Int(i)) => int_float(*i, *f).is_eq(),
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| puppet_eq(a, b))
        }
        (Value::Hash(a), Value::Hash(b)) => {
            let same = |(key, value): (&Value, &Value)| puppet_eq(b.get(key).unwrap_or(&Value::Undef), value);
            a.len() == b.len() && a.iter().all(same)
        }
        (Value::Type(a), Value::Type(b)) => {
            a.same(b) || a.assignable(b, &NoAliases) && b.assignable(a, &NoAliases)
        }
        (a, b) => a == b,
    }
}

/// Compares an integer with a float exactly; a NaN is greater than all.
fn int_float(i: i64, f: f64) -> Ordering {
    #[expect(clippy::cast_precision_loss, reason = "the exact case is decided below")]
    let by_float = (i as f64).partial_cmp(&f).unwrap_or(Ordering::Less);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "equal as floats, so it is whole and nearly in range"
    )]
    if by_float.is_eq() { i128::from(i).cmp(&(f as i128)) } else { by_float }
}

/// Compares for `<` and its kind; strings by ASCII case folded bytes.
///
/// # Errors
/// Gives Puppet's words where the two cannot be compared.
pub fn compare(a: &Value, b: &Value) -> Result<Ordering, &'static str> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => {
            let fold = |text: &str| text.bytes().map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
            Ok(fold(a).cmp(&fold(b)))
        }
        (Value::Str(_), _) => Err("A String is not comparable to a non String"),
        (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
        (Value::Int(i), Value::Float(f)) => Ok(int_float(*i, *f)),
        (Value::Float(f), Value::Int(i)) => Ok(int_float(*i, *f).reverse()),
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b).unwrap_or(Ordering::Equal)),
        (Value::Int(_) | Value::Float(_), Value::Timespan(_) | Value::Timestamp(_)) => {
            Ok(nanoseconds(a).cmp(&nanoseconds(b)))
        }
        (Value::Int(_) | Value::Float(_), _) => Err("A Numeric is not comparable to non Numeric"),
        (Value::Timespan(_), Value::Timespan(_) | Value::Int(_) | Value::Float(_))
        | (Value::Timestamp(_), Value::Timestamp(_) | Value::Int(_) | Value::Float(_)) => {
            Ok(nanoseconds(a).cmp(&nanoseconds(b)))
        }
        (Value::Timespan(_), _) => Err("Timespans are only comparable to Timespans, Integers, and Floats"),
        (Value::Timestamp(_), _) => Err("Timestamps are only comparable to Timestamps, Integers, and Floats"),
        (Value::SemVer(a), Value::SemVer(b)) => Ok(semver::compare(a, b)),
        (Value::SemVer(_), _) => Err("Versions not comparable to non Versions"),
        (_, _) => Err("Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable"),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seconds with a fraction, rounded to nanoseconds")]
fn nanoseconds(value: &Value) -> i128 {
    match value {
        Value::Int(it) => i128::from(*it) * 1_000_000_000,
        Value::Float(it) => (it * 1e9).round() as i128,
        Value::Timestamp(it) | Value::Timespan(it) => **it,
        _ => 0,
    }
}

/// What a pattern on the right of `=~` or in a `case` option may be.
///
/// Regular expressions match strings, types their instances, versions ranges; arrays and hashes match item by item.
/// Captures are not given here: see [`Regexp::captures`].
#[must_use]
pub fn matches(value: &Value, pattern: &Value, resolver: &dyn TypeResolver) -> bool {
    match pattern {
        Value::Default => true,
        Value::Regexp(regexp) => value.as_str().is_some_and(|text| regexp.is_match(text)),
        Value::Type(it) => it.instance(value, resolver),
        Value::SemVer(version) => match value {
            Value::SemVer(found) => semver::compare(found, version).is_eq(),
            Value::Str(found) => semver::parse(found).is_some() && semver::compare(found, version).is_eq(),
            _ => false,
        },
        Value::SemVerRange(range) => match value {
            Value::SemVer(found) => semver::range_includes(range, found),
            Value::Str(found) => semver::parse(found).is_some() && semver::range_includes(range, found),
            _ => false,
        },
        Value::Array(patterns) => value.as_array().is_some_and(|items| {
            items.len() == patterns.len()
                && items.iter().zip(patterns).all(|(item, pattern)| matches(item, pattern, resolver))
        }),
        Value::Hash(patterns) => value.as_hash().is_some_and(|entries| {
            let fits = |(key, pattern): (&Value, &Value)| {
                matches(entries.get(key).unwrap_or(&Value::Undef), pattern, resolver)
            };
            patterns.iter().all(fits)
        }),
        _ => puppet_eq(value, pattern),
    }
}

/// Puppet's `in`: substrings, items of arrays, keys of hashes, types and expressions over them.
#[must_use]
pub fn includes(container: &Value, item: &Value, resolver: &dyn TypeResolver) -> bool {
    match container {
        Value::Str(text) => string_includes(text, item),
        Value::Array(items) => items_include(items.iter(), item, resolver),
        Value::Hash(entries) => items_include(entries.keys(), item, resolver),
        Value::Binary(bytes) => binary_includes(bytes, item),
        Value::SemVerRange(_) => matches(item, container, resolver),
        _ => false,
    }
}

fn string_includes(text: &str, item: &Value) -> bool {
    match item {
        Value::Str(part) => text.to_lowercase().contains(&part.to_lowercase()),
        Value::Regexp(regexp) => regexp.is_match(text),
        _ => false,
    }
}

fn items_include<'a>(
    mut items: impl Iterator<Item = &'a Value>,
    item: &Value,
    resolver: &dyn TypeResolver,
) -> bool {
    match item {
        Value::Regexp(regexp) => items.any(|found| found.as_str().is_some_and(|text| regexp.is_match(text))),
        Value::Str(_) | Value::SemVer(_) => items.any(|found| matches(found, item, resolver)),
        Value::Type(it) => items.any(|found| type_includes(it, found, resolver)),
        _ => items.any(|found| puppet_eq(found, item)),
    }
}

fn type_includes(it: &Type, found: &Value, resolver: &dyn TypeResolver) -> bool {
    it.instance(found, resolver)
}

fn binary_includes(bytes: &[u8], item: &Value) -> bool {
    let contains = |part: &[u8]| part.is_empty() || bytes.windows(part.len()).any(|window| window == part);
    match item {
        Value::Binary(part) => contains(part),
        Value::Str(part) => contains(part.as_bytes()),
        Value::Int(byte) => bytes.iter().any(|found| i64::from(*found) == *byte),
        _ => false,
    }
}

/// Finds the first string of an array that an expression matches, for the captures of `in`.
#[must_use]
pub fn first_match<'a>(items: &'a [Value], regexp: &Regexp) -> Option<&'a Value> {
    items.iter().find(|item| item.as_str().is_some_and(|text| regexp.is_match(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_ignores_case_and_the_kind_of_number() {
        assert!(puppet_eq(&"ABC".into(), &"abc".into()));
        assert!(!puppet_eq(&"Ä".into(), &"ä".into()));
        assert!(puppet_eq(&Value::Int(1), &Value::Float(1.0)));
        assert!(!puppet_eq(&"1".into(), &Value::Int(1)));
        let hash = |key: &str, value: &str| Value::hash([(key.into(), value.into())]);
        assert!(puppet_eq(&hash("a", "X"), &hash("a", "x")));
        assert!(!puppet_eq(&hash("a", "x"), &hash("A", "x")));
    }

    #[test]
    fn what_cannot_be_compared_says_so() {
        assert_eq!(compare(&"a".into(), &"B".into()), Ok(Ordering::Less));
        assert_eq!(compare(&Value::Int(2), &Value::Float(1.5)), Ok(Ordering::Greater));
        assert_eq!(compare(&Value::Int(1), &"1".into()), Err("A Numeric is not comparable to non Numeric"));
    }

    #[test]
    fn membership_looks_into_strings_arrays_and_hashes() {
        let items = Value::array(["Foo".into(), Value::Int(3)]);
        assert!(includes(&items, &"foo".into(), &NoAliases));
        assert!(!includes(&items, &"fo".into(), &NoAliases));
        assert!(includes(&"bFOOd".into(), &"foo".into(), &NoAliases));
        assert!(includes(&items, &Value::Type(Type::Integer(None, None)), &NoAliases));
        assert!(includes(&Value::hash([("k".into(), Value::Undef)]), &"K".into(), &NoAliases));
    }
}
