//! Laws of the type system, held for random values and types.

use super::{NoAliases, Type, parse_type};
use crate::value::{Value, literal, types::parse::parse_literal};
use proptest::{prelude::*, test_runner::RngSeed};
use std::sync::Arc;

fn data() -> impl Strategy<Value = Value> {
    prop_oneof![4 => without_undef(), 1 => Just(Value::Undef), 2 => prop::collection::vec(maybe(), 0..3).prop_map(Value::array)]
}

fn maybe() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Undef), without_undef()]
}

/// Data without undef in collections, whose common type Puppet takes for that of the others.
fn without_undef() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (-50_i64..50).prop_map(Value::Int),
        (-50_i32..50).prop_map(|it| Value::Float(f64::from(it) / 4.0)),
        "[a-cA-C ']{0,4}".prop_map(Value::str),
    ];
    scalar.prop_recursive(3, 24, 4, |inner| {
        let key = prop_oneof!["[a-d]{0,2}".prop_map(Value::str), (0_i64..5).prop_map(Value::Int)];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::array),
            prop::collection::vec((key, inner), 0..4).prop_map(Value::hash),
        ]
    })
}

fn rich() -> impl Strategy<Value = Value> {
    let special = prop_oneof![
        Just(Value::Default),
        (0_i128..100).prop_map(|it| Value::Timespan(Box::new(it * 1_000_000_000))),
        (0_i128..100).prop_map(|it| Value::Timestamp(Box::new(it * 1_000_000_000))),
        "[0-3]\\.[0-3]\\.[0-3]".prop_map(|it| Value::SemVer(it.into())),
        "http://[a-c]{1,3}/[a-c]{0,2}".prop_map(|it| Value::Uri(it.into())),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(|it| Value::Binary(it.into())),
        types().prop_map(Value::Type),
        without_undef().prop_map(|it| Value::Sensitive(Arc::new(it))),
    ];
    prop_oneof![without_undef(), special.clone(), prop::collection::vec(special, 0..3).prop_map(Value::array)]
}

fn types() -> impl Strategy<Value = Type> {
    let size =
        || prop_oneof![Just((None, None)), (0_i64..4, 0_i64..4).prop_map(|(a, b)| (Some(a), Some(a + b)))];
    let texts = || prop::collection::vec("[a-c]{1,2}", 1..4);
    let leaf = prop_oneof![
        Just(Type::Any),
        Just(Type::Undef),
        Just(Type::Scalar),
        Just(Type::ScalarData),
        Just(Type::Numeric),
        Just(Type::Boolean(None)),
        Just(Type::Boolean(Some(true))),
        (-9_i64..9, 0_i64..9).prop_map(|(from, more)| Type::Integer(Some(from), Some(from + more))),
        Just(Type::Float(None, None)),
        size().prop_map(|(from, to)| Type::String(from, to)),
        (texts(), any::<bool>()).prop_map(|(all, ci)| Type::enumeration(all.into_iter().map(Into::into), ci)),
        texts().prop_map(|all| Type::Pattern(all.into_iter().map(Into::into).collect())),
        size().prop_map(|(from, to)| Type::Collection(from, to)),
    ];
    leaf.prop_recursive(3, 16, 3, move |inner| {
        let one = || inner.clone().prop_map(Arc::new);
        prop_oneof![
            (one(), size()).prop_map(|(it, (from, to))| if (from, to) == (Some(0), Some(0)) {
                Type::Array(Arc::new(Type::Unit), from, to)
            } else {
                Type::Array(it, from, to)
            }),
            (one(), one()).prop_map(|(key, it)| Type::Hash(key, it, None, None)),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|all| Type::Tuple(all.into(), None, None)),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Type::variant),
            one().prop_map(Type::Optional),
            prop::collection::btree_map("[a-c]", (any::<bool>(), inner.clone()), 1..3).prop_map(|all| {
                let member = |(name, (optional, it)): (String, (bool, Type))| (name.into(), optional, it);
                Type::Struct(all.into_iter().map(member).collect())
            }),
        ]
    })
}

/// The same cases in every run, so that a law fails for a change and not by chance; `PROPTEST_RNG_SEED` gives others.
pub(crate) fn steady() -> ProptestConfig {
    let given = ProptestConfig::default();
    match given.rng_seed {
        RngSeed::Random => ProptestConfig { rng_seed: RngSeed::Fixed(7), ..given },
        RngSeed::Fixed(_) => given,
    }
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn a_value_is_an_instance_of_what_is_inferred(value in rich()) {
        for it in [Type::infer(&value), Type::infer_set(&value), Type::infer(&value).generalize()] {
            prop_assert!(it.instance(&value, &NoAliases), "{it} does not take {value:?}");
        }
        prop_assert!(Type::infer(&value).assignable(&Type::infer_set(&value), &NoAliases));
    }

    #[test]
    fn the_common_type_takes_both(a in without_undef(), b in without_undef()) {
        let (a, b) = (Type::infer(&a), Type::infer(&b));
        let common = a.common(&b);
        prop_assert!(common.assignable(&a, &NoAliases), "{common} does not take {a}");
        prop_assert!(common.assignable(&b, &NoAliases), "{common} does not take {b}");
    }

    #[test]
    fn a_printed_type_is_read_back(it in types()) {
        let text = it.to_string();
        let read = parse_type(&text, &NoAliases).unwrap();
        prop_assert_eq!(read.to_string(), text);
        prop_assert!(read.assignable(&it, &NoAliases) && it.assignable(&read, &NoAliases));
    }

    #[test]
    fn a_printed_value_is_read_back(value in data()) {
        prop_assert_eq!(parse_literal(&literal(&value), &NoAliases).unwrap(), value);
    }

    #[test]
    fn what_is_assignable_has_its_instances(a in types(), b in types(), value in data()) {
        prop_assert!(a.assignable(&a, &NoAliases), "{a} does not take itself");
        if a.assignable(&b, &NoAliases) && b.instance(&value, &NoAliases) {
            prop_assert!(a.instance(&value, &NoAliases), "{a} takes {b} but not {value:?}");
        }
    }

    #[test]
    fn assignability_is_transitive(a in types(), b in types(), c in types(), value in without_undef()) {
        // related types, or nearly no case would say anything
        let inferred = Type::infer(&value);
        let mut lattice = vec![Type::variant([a.clone(), b.clone()]), Type::Optional(Arc::new(c.clone())), a, b, c];
        lattice.extend([inferred.generalize(), inferred]);
        // `Unit`, the type of what an empty array has, takes everything and is taken by everything
        lattice.retain(|it| !it.to_string().contains("Unit"));
        // Puppet's `Collection[1, 1]` takes `Struct[{a => Any}]`, which takes `Hash[0, 0]`: it counts optional members too
        lattice.retain(|it| !it.to_string().contains("Collection["));
        for (top, middle) in lattice.iter().flat_map(|top| lattice.iter().map(move |middle| (top, middle))) {
            if !top.assignable(middle, &NoAliases) {
                continue;
            }
            for bottom in lattice.iter().filter(|it| middle.assignable(it, &NoAliases)) {
                prop_assert!(top.assignable(bottom, &NoAliases), "{top} takes {middle}, which takes {bottom}");
            }
        }
    }

    #[test]
    fn what_is_common_with_itself_is_itself(value in without_undef()) {
        let it = Type::infer(&value);
        let common = it.common(&it);
        prop_assert!(common.assignable(&it, &NoAliases) && it.assignable(&common, &NoAliases), "{it}: {common}");
        prop_assert!(it.generalize().assignable(&it, &NoAliases), "{it}");
    }

    #[test]
    fn normalizing_changes_no_instances(it in types(), value in data()) {
        let normal = it.normalize();
        prop_assert_eq!(it.instance(&value, &NoAliases), normal.instance(&value, &NoAliases), "{} and {}", it, normal);
    }
}
