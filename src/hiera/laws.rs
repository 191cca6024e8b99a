//! Laws of merging, held for random data.

use super::{DeepOptions, Strategy};
use crate::value::{Value, types::laws::steady};
use proptest::prelude::{Strategy as Gives, *};

/// Data of any shape, falsy values left out: a deep merge takes them for nothing.
fn data() -> impl Gives<Value = Value> {
    let scalar = prop_oneof![(1_i64..9).prop_map(Value::Int), "[a-d]{1,2}".prop_map(Value::str)];
    scalar.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::array),
            entries(inner).prop_map(Value::hash),
        ]
    })
}

fn entries(of: impl Gives<Value = Value>) -> impl Gives<Value = Vec<(Value, Value)>> {
    prop::collection::vec(("[a-d]".prop_map(Value::str), of), 0..4)
}

fn hashes() -> impl Gives<Value = Value> {
    entries(data()).prop_map(Value::hash)
}

/// Hashes whose values have one shape a key, as levels that are meant to be merged have.
fn levels() -> impl Gives<Value = Value> {
    let number = || (1_i64..9).prop_map(Value::Int);
    let list = || prop::collection::vec(number(), 0..4).prop_map(Value::array);
    let maybe = |key: &'static str, of: BoxedStrategy<Value>| {
        prop::option::of(of.prop_map(move |it| (Value::str(key), it)))
    };
    let inner = (maybe("n", number().boxed()), maybe("l", list().boxed()))
        .prop_map(|(n, l)| Value::hash(n.into_iter().chain(l)));
    (maybe("n", number().boxed()), maybe("l", list().boxed()), maybe("h", inner.boxed()))
        .prop_map(|(n, l, h)| Value::hash(n.into_iter().chain(l).chain(h)))
}

fn merged(by: &Strategy, higher: &Value, lower: &Value) -> Value {
    by.merge(higher, lower).unwrap()
}

fn deep() -> Strategy {
    Strategy::Deep(DeepOptions::default())
}

fn deep_with(option: &str, value: Value) -> Strategy {
    Strategy::parse(&Value::hash([("strategy".into(), "deep".into()), (option.into(), value)])).unwrap()
}

/// The same with each item of an array once, as a deep merge leaves them.
fn each_once(value: &Value) -> Value {
    merged(&deep(), value, value)
}

/// All arrays in it, sorted by their text.
fn sorted(value: &Value) -> Value {
    if let Some(items) = value.as_array() {
        let mut items: Vec<Value> = items.iter().map(sorted).collect();
        items.sort_by_key(|it| it.to_str().to_string());
        return Value::array(items);
    }
    match value.as_hash() {
        Some(entries) => Value::hash(entries.iter().map(|(key, it)| (key.clone(), sorted(it)))),
        None => value.clone(),
    }
}

fn arrays_of(value: &Value) -> Vec<Vec<Value>> {
    let own = value.as_array().map(<[Value]>::to_vec);
    let inside =
        value.as_array().into_iter().flatten().chain(value.as_hash().into_iter().flat_map(|it| it.values()));
    own.into_iter().chain(inside.flat_map(arrays_of)).collect()
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn the_first_answer_is_the_first(a in data(), b in data()) {
        prop_assert_eq!(merged(&Strategy::First, &a, &b), a);
    }

    #[test]
    fn unique_has_every_item_once_in_order(a in data(), b in data(), c in data()) {
        let by = Strategy::Unique;
        let lists = [&a, &b, &c].map(|it| Value::array([it.clone()]));
        let [a, b, c] = lists.each_ref();
        let left = merged(&by, &merged(&by, a, b), c);
        prop_assert_eq!(&left, &merged(&by, a, &merged(&by, b, c)), "associative");
        prop_assert_eq!(&merged(&by, &left, &left), &left, "idempotent");
        prop_assert_eq!(&merged(&by, &left, &Value::array([])), &left, "nothing below");
        prop_assert_eq!(&merged(&by, &Value::array([]), &left), &left, "nothing above");
        let items = left.as_array().unwrap();
        let once: crate::maps::IndexSet<&Value> = items.iter().collect();
        prop_assert_eq!(once.len(), items.len());
    }

    #[test]
    fn hashes_form_a_monoid(a in hashes(), b in hashes(), c in hashes()) {
        let by = Strategy::Hash;
        prop_assert_eq!(merged(&by, &merged(&by, &a, &b), &c), merged(&by, &a, &merged(&by, &b, &c)));
        prop_assert_eq!(&merged(&by, &a, &a), &a);
        prop_assert_eq!(&merged(&by, &a, &Value::hash([])), &a);
        prop_assert_eq!(&merged(&by, &Value::hash([]), &a), &a);
        let both = merged(&by, &a, &b);
        for (key, value) in both.as_hash().unwrap() {
            let wanted = a.as_hash().unwrap().get(key).or(b.as_hash().unwrap().get(key));
            prop_assert_eq!(Some(value), wanted);
        }
    }

    #[test]
    fn deep_merges_have_a_neutral_element_and_repeat(a in hashes(), b in hashes()) {
        prop_assert_eq!(&merged(&deep(), &Value::hash([]), &a), &a);
        prop_assert_eq!(merged(&deep(), &a, &Value::hash([])), each_once(&a));
        prop_assert_eq!(each_once(&each_once(&a)), each_once(&a));
        // what is above wins again over what it won over
        let both = merged(&deep(), &a, &b);
        prop_assert_eq!(sorted(&each_once(&merged(&deep(), &a, &both))), sorted(&each_once(&both)));
    }

    #[test]
    fn deep_merges_of_one_shape_are_associative(a in levels(), b in levels(), c in levels()) {
        let left = merged(&deep(), &merged(&deep(), &a, &b), &c);
        let right = merged(&deep(), &a, &merged(&deep(), &b, &c));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn sorting_changes_the_order_only(a in levels(), b in levels()) {
        let by = deep_with("sort_merged_arrays", Value::Bool(true));
        let plain = merged(&deep(), &a, &b);
        prop_assert_eq!(sorted(&merged(&by, &a, &b)), sorted(&plain));
    }

    #[test]
    fn what_is_knocked_out_is_gone(a in levels(), b in levels(), gone in 1_i64..9) {
        let by = deep_with("knockout_prefix", Value::str("--"));
        prop_assert_eq!(merged(&by, &a, &b), merged(&deep(), &a, &b), "nothing is knocked out");
        let text = |list: &Value| Value::array(list.as_array().into_iter().flatten().map(|it| Value::str(it.to_str().text().clone())));
        let below = text(b.get("l").unwrap_or(&Value::Undef));
        let level = |list: Value| Value::hash([(Value::str("l"), list)]);
        let found = merged(&by, &level(Value::array([Value::str(format!("--{gone}"))])), &level(below.clone()));
        let wanted = below.as_array().unwrap().iter().filter(|it| it.as_str() != Some(&gone.to_string()));
        let wanted: crate::maps::IndexSet<Value> = wanted.cloned().collect();
        prop_assert_eq!(arrays_of(&found), vec![wanted.into_iter().collect::<Vec<_>>()]);
    }
}
