//! Hashes, and picking values.

use super::{array, at_least};
use crate::{
    diag::Result,
    functions::{
        Call,
        arguments::OrFail as _,
        collections::{class_name, dig, flat},
        iteration::{items, ruby_eq},
        strings::{inspect, ruby_text},
        table::rows,
    },
    value::{HashMap, Str, Value},
};
use std::sync::Arc;

rows! {
    "deep_merge" "stdlib" Three Carried ["deep_merge(Any $hashes*)"] "Merges hashes, hashes in them too." => |call| merge_all(call, &deep);
    "delete_values" "stdlib" Three Carried ["delete_values(Any $hash, Any $value)"] "Removes the entries with a value." => |call| {
        if call.arguments.len() != 2 {
            return Err(call.fail(format!("delete_values(): Wrong number of arguments given ({} of 2)", call.arguments.len())));
        }
        match call.arg(0) {
            Value::Hash(entries) => Ok(crate::functions::iteration::keep(entries, |_, item| !ruby_eq(item, call.arg(1)))),
            other => Err(call.fail(format!("delete_values(): First argument must be a Hash. Given an argument of class {}.", class_name(other)))),
        }
    };
    "dig44" "stdlib" Three Carried ["dig44(Any $data, Any $path, Any $default?)"] "Walks into nested collections by an array of keys." => |call| {
        let kind = |index: usize| class_name(call.arg(index));
        if !matches!(call.arg(0), Value::Hash(_) | Value::Array(_)) {
            return Err(call.fail(format!("dig44(): first argument must be a hash or an array, given {}", kind(0))));
        }
        let Value::Array(path) = call.arg(1) else {
            return Err(call.fail(format!("dig44(): second argument must be an array, given {}", kind(1))));
        };
        let found = walk(call.arg(0), path);
        Ok(if found.is_undef() { call.arg(2).clone() } else { found })
    };
    "fact" "stdlib" Four Carried ["fact(String $fact_name)"] "Gives a fact by its dotted name." => fact;
    "has_key" "stdlib" Three Dropped ["has_key(Any $hash, Any $key)"] "Tells whether a hash has a key." => |call| {
        if call.arguments.len() != 2 {
            return Err(call.fail(format!("has_key(): wrong number of arguments ({}; must be 2)", call.arguments.len())));
        }
        match call.hash(0) {
            Some(entries) => Ok(Value::Bool(entries.contains_key(call.arg(1)))),
            None => Err(call.fail(format!(
                "has_key(): expects the first argument to be a hash, got {} which is of type {}",
                inspect(call.arg(0)),
                class_name(call.arg(0))
            ))),
        }
    };
    "hash" "stdlib" Three Carried ["hash(Any $array)"] "Makes a hash of keys and values in turn." => |call| {
        at_least(call, 1)?;
        let all = flat(array(call, 0, "Requires array to work with")?);
        if !all.len().is_multiple_of(2) {
            return Err(call.fail("hash(): Unable to compute hash from array given"));
        }
        let pair = |pair: &[Value]| (pair.first().cloned().unwrap_or_default(), pair.get(1).cloned().unwrap_or_default());
        Ok(Value::hash(all.chunks(2).map(pair)))
    };
    "join_keys_to_values" "stdlib" Three Carried ["join_keys_to_values(Any $hash, Any $separator)"] "Joins each key with its value." => join_keys_to_values;
    "merge" "stdlib" Four Carried [
        "merge(Variant[Hash[Scalar, Any], Undef, String[0, 0]] $args*)",
        "merge(Iterable $args*, Callable[3, 3] &$block)",
        "merge(Iterable $args*, Callable[2, 2] &$block)",
    ] "Merges hashes, the last wins." => |call| if call.block.is_some() { merge_by_block(call) } else { merge_all(call, &|_, new| new.clone()) };
    "pick" "stdlib" Three Carried ["pick(Any $values*)"] "Gives the first value that is not empty." => |call| {
        let found = call.arguments.iter().find(|it| is_given(it));
        match found {
            Some(found) => Ok(found.clone()),
            None => Err(call.fail("pick(): must receive at least one non empty value")),
        }
    };
    "pick_default" "stdlib" Three Carried ["pick_default(Any $values*)"] "Gives the first value that is not empty, else the last." => |call| {
        let Some((last, rest)) = call.arguments.split_last() else { return Err(call.fail("Must receive at least one argument.")) };
        Ok(rest.iter().find(|it| is_given(it)).unwrap_or(last).clone())
    };
    "try_get_value" "stdlib" Three Carried ["try_get_value(Any $data, Any $path?, Any $default?, Any $separator?)"]
        "Walks into nested collections by a path of text." => |call| {
            let path = call.string(1);
            let default = call.arg(2);
            if !matches!(call.arg(0), Value::Hash(_) | Value::Array(_)) || path.is_empty() {
                return Ok(if default.is_truthy() && call.arguments.len() > 2 { default.clone() } else { call.arg(0).clone() });
            }
            let separator = if call.arguments.len() > 3 { call.string(3) } else { Str::new("/") };
            let key = |part: &str| part.parse().map_or_else(|_| Value::str(part), Value::Int);
            let keys: Vec<Value> = path.split(separator.as_str()).map(key).collect();
            let found = dig(call, call.arg(0), &keys)?;
            Ok(if found.is_undef() { default.clone() } else { found })
        };
}

/// Walks down; what is no collection, or no index of an array, ends the way.
fn walk(data: &Value, path: &[Value]) -> Value {
    let step = |at: Value, key: &Value| match &at {
        Value::Hash(entries) => entries.get(key).cloned().unwrap_or_default(),
        Value::Array(items) => {
            let index = key.to_str().parse::<i64>().ok();
            index.map(|index| crate::functions::collections::nth(items, index)).unwrap_or_default()
        }
        _ => Value::Undef,
    };
    path.iter().fold(data.clone(), step)
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Undef => false,
        Value::Str(text) => !text.is_empty(),
        Value::Symbol(name) => name != "undef" && name != "undefined",
        _ => true,
    }
}

fn merge_all(call: &Call<'_>, join: &dyn Fn(&Value, &Value) -> Value) -> Result<Value> {
    let name = call.name;
    if call.arguments.len() < 2 && name == "deep_merge" {
        let given = call.arguments.len();
        return Err(call.fail(format!("{name}(): wrong number of arguments ({given}; must be at least 2)")));
    }
    let mut out = HashMap::default();
    for argument in call.arguments {
        match argument {
            Value::Undef => {}
            Value::Str(text) if text.is_empty() => {}
            Value::Hash(entries) => add(&mut out, entries, join),
            other => {
                let kind = class_name(other);
                return Err(call
                    .fail(format!("{name}: unexpected argument type {kind}, only expects hash arguments")));
            }
        }
    }
    Ok(Value::Hash(Arc::new(out)))
}

fn add(out: &mut HashMap, entries: &HashMap, join: &dyn Fn(&Value, &Value) -> Value) {
    for (key, new) in entries {
        let value = out.get(key).map_or_else(|| new.clone(), |old| join(old, new));
        out.insert(key.clone(), value);
    }
}

fn deep(old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::Hash(old), Value::Hash(new)) => {
            let mut out = (**old).clone();
            add(&mut out, new, &deep);
            Value::Hash(Arc::new(out))
        }
        (_, new) => new.clone(),
    }
}

/// Merges what the block gives for each item; it gets the hash so far and the item, or index and item.
fn merge_by_block(call: &Call<'_>) -> Result<Value> {
    let mut out = HashMap::default();
    let hash = call.hash(0).is_some();
    for (index, item) in items(call.arg(0)).or_fail(call)?.enumerate() {
        let so_far = Value::Hash(Arc::new(out.clone()));
        let place = crate::functions::arguments::count(index);
        let arguments = match (hash, item.as_array()) {
            (true, Some([key, value])) if call.block_takes(3) => vec![so_far, key.clone(), value.clone()],
            _ if call.block_takes(3) => vec![so_far, place, item],
            _ if call.block_takes(2) => vec![so_far, item],
            _ => vec![so_far],
        };
        if let Value::Hash(entries) = call.yields(&arguments)? {
            add(&mut out, &entries, &|_, new| new.clone());
        }
    }
    Ok(Value::Hash(Arc::new(out)))
}

fn fact(call: &Call<'_>) -> Result<Value> {
    let mut keys = Vec::new();
    for (index, part) in call.text(0).split('"').enumerate() {
        if index % 2 == 1 {
            keys.push(part.to_owned());
        } else {
            keys.extend(part.split('.').filter(|it| !it.is_empty()).map(str::to_owned));
        }
    }
    let mut keys = keys.into_iter();
    let mut at = keys.next().and_then(|first| call.context.fact(&first)).unwrap_or_default();
    for key in keys {
        at = match &at {
            Value::Hash(_) => at.get(&key).cloned().unwrap_or_default(),
            Value::Array(items) => {
                key.parse().map(|index| crate::functions::collections::nth(items, index)).unwrap_or_default()
            }
            _ => Value::Undef,
        };
    }
    Ok(at)
}

fn join_keys_to_values(call: &Call<'_>) -> Result<Value> {
    if call.arguments.len() != 2 {
        let given = call.arguments.len();
        return Err(
            call.fail(format!("join_keys_to_values(): Takes exactly two arguments, but {given} given."))
        );
    }
    let Some(entries) = call.hash(0) else {
        let kind = class_name(call.arg(0));
        return Err(call.fail(format!(
            "join_keys_to_values(): The first argument must be a hash, but a {kind} was given."
        )));
    };
    let Value::Str(separator) = call.arg(1) else {
        let kind = class_name(call.arg(1));
        return Err(call.fail(format!(
            "join_keys_to_values(): The second argument must be a string, but a {kind} was given."
        )));
    };
    let joined = |key: &Value, item: &Value| {
        let mut out = ruby_text(key);
        out.push(separator);
        out.push(&ruby_text(item));
        Value::Str(out)
    };
    let mut found = Vec::new();
    for (key, item) in entries {
        match item {
            Value::Array(items) => found.extend(items.iter().map(|item| joined(key, item))),
            other if ruby_text(other).as_str() == "undef" => found.push(Value::Str(ruby_text(key))),
            other => found.push(joined(key, other)),
        }
    }
    Ok(Value::array(found))
}
