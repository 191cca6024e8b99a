//! Functions that iterate, most of them with a block.

use super::{Call, arguments::OrFail as _, jump::is_break, table::rows};
use crate::{
    diag::Result,
    value::{HashMap, Iterator, Str, Type, Value},
};
use std::sync::Arc;

rows! {
    "all" "puppet" Four Dropped [
        "all(Hash[Any, Any] $hash, Callable[2, 2] &$block)",
        "all(Hash[Any, Any] $hash, Callable[1, 1] &$block)",
        "all(Iterable $enumerable, Callable[2, 2] &$block)",
        "all(Iterable $enumerable, Callable[1, 1] &$block)",
    ] "Tells whether the block is true for every item." => all;
    "any" "puppet" Four Dropped [
        "any(Hash[Any, Any] $hash, Callable[2, 2] &$block)",
        "any(Hash[Any, Any] $hash, Callable[1, 1] &$block)",
        "any(Iterable $enumerable, Callable[2, 2] &$block)",
        "any(Iterable $enumerable, Callable[1, 1] &$block)",
    ] "Tells whether the block is true for some item." => any;
    "each" "puppet" Four Carried [
        "each(Hash[Any, Any] $hash, Callable[2, 2] &$block)",
        "each(Hash[Any, Any] $hash, Callable[1, 1] &$block)",
        "each(Iterable $enumerable, Callable[2, 2] &$block)",
        "each(Iterable $enumerable, Callable[1, 1] &$block)",
    ] "Calls the block for each item and gives the collection back." => each;
    "filter" "puppet" Four Carried [
        "filter(Hash[Any, Any] $hash, Callable[2, 2] &$block)",
        "filter(Hash[Any, Any] $hash, Callable[1, 1] &$block)",
        "filter(Iterable $enumerable, Callable[2, 2] &$block)",
        "filter(Iterable $enumerable, Callable[1, 1] &$block)",
    ] "Keeps the items for which the block is true." => filter;
    "group_by" "puppet" Four Carried [
        "group_by(Collection $collection, Callable[1, 1] &$block) >> Hash",
        "group_by(Array $array, Callable[2, 2] &$block) >> Hash",
        "group_by(Collection $collection, Callable[2, 2] &$block) >> Hash",
    ] "Groups items by what the block gives." => group_by;
    "index" "puppet" Four Carried [
        "index(Hash[Any, Any] $hash, Callable[2, 2] &$block)",
        "index(Hash[Any, Any] $hash, Callable[1, 1] &$block)",
        "index(Iterable $enumerable, Callable[2, 2] &$block)",
        "index(Iterable $enumerable, Callable[1, 1] &$block)",
        "index(String $str, Variant[String, Regexp] $match)",
        "index(Iterable $enumerable, Any $match)",
    ] "Gives the index or key of the first item that matches." => index;
    "lest" "puppet" Four Carried ["lest(Any $arg, Callable[0, 0] &$block)"]
        "Gives what the block gives where the argument is undef." => |call| {
            if call.arg(0).is_undef() { call.yields(&[]) } else { Ok(call.arg(0).clone()) }
        };
    "map" "puppet" Four Carried [
        "map(Hash[Any, Any] $hash, Callable[2, 2] &$block)",
        "map(Hash[Any, Any] $hash, Callable[1, 1] &$block)",
        "map(Iterable $enumerable, Callable[2, 2] &$block)",
        "map(Iterable $enumerable, Callable[1, 1] &$block)",
    ] "Gives what the block gives for each item." => map;
    "partition" "puppet" Four Carried [
        "partition(Collection $collection, Callable[1, 1] &$block) >> Tuple[Array, Array]",
        "partition(Array $array, Callable[2, 2] &$block) >> Tuple[Array, Array]",
        "partition(Collection $collection, Callable[2, 2] &$block) >> Tuple[Array, Array]",
    ] "Gives the items for which the block is true, and the others." => partition;
    "reduce" "puppet" Four Carried [
        "reduce(Iterable $enumerable, Callable[2, 2] &$block)",
        "reduce(Iterable $enumerable, Any $memo, Callable[2, 2] &$block)",
    ] "Folds the items with the block." => reduce;
    "reverse_each" "puppet" Four Carried [
        "reverse_each(Iterable $iterable)",
        "reverse_each(Iterable $iterable, Callable[1, 1] &$block)",
    ] "Iterates backwards." => reverse_each;
    "slice" "puppet" Four Carried [
        "slice(Hash[Any, Any] $hash, Integer[1, default] $slice_size, Callable &$block?)",
        "slice(Iterable $enumerable, Integer[1, default] $slice_size, Callable &$block?)",
    ] "Cuts into slices of a size." => slice;
    "step" "puppet" Four Carried [
        "step(Iterable $iterable, Integer[1] $step)",
        "step(Iterable $iterable, Integer[1] $step, Callable[1, 1] &$block)",
    ] "Gives every n-th item, the first included." => step;
    "then" "puppet" Four Carried ["then(Any $arg, Callable[1, 1] &$block)"]
        "Gives what the block gives unless the argument is undef." => |call| {
            if call.arg(0).is_undef() { Ok(Value::Undef) } else { call.yields(&[call.arg(0).clone()]) }
        };
    "tree_each" "puppet" Four Carried [
        "tree_each(Variant[Iterator, Array, Hash, Object] $tree, Struct[{container_type => Optional[Type], include_root => Optional[Boolean], include_containers => Optional[Boolean], include_values => Optional[Boolean], order => Optional[Enum['depth_first', 'breadth_first']], include_refs => Optional[Boolean]}] $options?, Callable[2, 2] &$block)",
        "tree_each(Variant[Iterator, Array, Hash, Object] $tree, Struct[{container_type => Optional[Type], include_root => Optional[Boolean], include_containers => Optional[Boolean], include_values => Optional[Boolean], order => Optional[Enum['depth_first', 'breadth_first']], include_refs => Optional[Boolean]}] $options?, Callable[1, 1] &$block)",
        "tree_each(Variant[Iterator, Array, Hash, Object] $tree, Struct[{container_type => Optional[Type], include_root => Optional[Boolean], include_containers => Optional[Boolean], include_values => Optional[Boolean], order => Optional[Enum['depth_first', 'breadth_first']], include_refs => Optional[Boolean]}] $options?)",
    ] "Visits nested collections." => tree_each;
    "with" "puppet" Four Carried ["with(Any $arg*, Callable &$block)"]
        "Calls the block with the arguments." => |call| call.yields(call.arguments);
}

type Items = Box<dyn std::iter::Iterator<Item = Value>>;

/// Iterates over what Puppet calls `Iterable`; hashes give pairs.
pub(super) fn items(value: &Value) -> Result<Items, String> {
    Ok(match value {
        Value::Array(items) => Box::new(items.clone().into_iter()),
        Value::Int(count) => Box::new((0..*count).map(Value::Int)),
        Value::Binary(bytes) => {
            let bytes: Vec<u8> = bytes.to_vec();
            Box::new(bytes.into_iter().map(|byte| Value::Int(i64::from(byte))))
        }
        other => iterator(other)?.items(),
    })
}

/// The iterator over what Puppet calls `Iterable`.
fn iterator(value: &Value) -> Result<Iterator, String> {
    let of = || Type::infer(value).generalize();
    Iterator::over(value).ok_or_else(|| format!("expected an Iterable, got {}", of()))
}

/// The characters of a string, each with its labels.
pub(super) fn characters(text: &Str) -> Vec<Value> {
    text.char_indices().map(|(at, c)| Value::Str(text.slice(at..at + c.len_utf8()))).collect()
}

/// What the block is called with for one item.
fn block_arguments(call: &Call<'_>, index: usize, item: Value, hash: bool) -> Vec<Value> {
    if !call.block_takes(2) {
        return vec![item];
    }
    match (hash, &item) {
        (true, Value::Array(pair)) => pair.to_vec(),
        _ => vec![super::arguments::count(index), item],
    }
}

/// Calls the block for each item until the visitor or `break()` ends it. The visitor gets the item and the answer
/// and tells whether to go on.
fn walk(call: &Call<'_>, visit: &mut dyn FnMut(Value, Value) -> bool) -> Result<()> {
    let hash = match call.arg(0) {
        Value::Iterator(it) => it.is_pairs(),
        other => matches!(other, Value::Hash(_)),
    };
    for (index, item) in items(call.arg(0)).or_fail(call)?.enumerate() {
        match call.yields(&block_arguments(call, index, item.clone(), hash)) {
            Ok(answer) => {
                if !visit(item, answer) {
                    return Ok(());
                }
            }
            Err(error) if is_break(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn all(call: &Call<'_>) -> Result<Value> {
    let mut holds = true;
    walk(call, &mut |_, answer| {
        holds = answer.is_truthy();
        holds
    })?;
    Ok(Value::Bool(holds))
}

fn any(call: &Call<'_>) -> Result<Value> {
    let mut holds = false;
    walk(call, &mut |_, answer| {
        holds = answer.is_truthy();
        !holds
    })?;
    Ok(Value::Bool(holds))
}

fn each(call: &Call<'_>) -> Result<Value> {
    walk(call, &mut |_, _| true)?;
    Ok(call.arg(0).clone())
}

/// Splits a pair of a hash.
fn pair(item: &Value) -> (Value, Value) {
    let at = |index: usize| item.as_array().and_then(|pair| pair.get(index)).cloned().unwrap_or_default();
    (at(0), at(1))
}

fn filter(call: &Call<'_>) -> Result<Value> {
    let mut kept = Vec::new();
    walk(call, &mut |item, answer| {
        if answer.is_truthy() {
            kept.push(item);
        }
        true
    })?;
    Ok(match call.arg(0) {
        Value::Hash(_) => Value::hash(kept.iter().map(pair)),
        _ => Value::array(kept),
    })
}

fn map(call: &Call<'_>) -> Result<Value> {
    let mut found = Vec::new();
    walk(call, &mut |_, answer| {
        found.push(answer);
        true
    })?;
    Ok(Value::array(found))
}

fn group_by(call: &Call<'_>) -> Result<Value> {
    let mut groups: crate::maps::IndexMap<Value, Vec<Value>> = crate::maps::IndexMap::default();
    walk(call, &mut |item, answer| {
        groups.entry(answer).or_default().push(item);
        true
    })?;
    Ok(Value::hash(groups.into_iter().map(|(key, items)| (key, Value::array(items)))))
}

fn partition(call: &Call<'_>) -> Result<Value> {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    walk(call, &mut |item, answer| {
        if answer.is_truthy() {
            yes.push(item)
        } else {
            no.push(item)
        }
        true
    })?;
    Ok(Value::array([Value::array(yes), Value::array(no)]))
}

fn index(call: &Call<'_>) -> Result<Value> {
    if call.block.is_some() {
        return index_by_block(call);
    }
    match (call.arg(0), call.arg(1)) {
        (Value::Str(text), Value::Str(part)) => Ok(position(text, text.find(part.as_str()))),
        (Value::Str(text), Value::Regexp(regexp)) => {
            let found = regexp.find_at(text, 0).or_fail(call)?;
            Ok(position(text, found.and_then(|groups| groups.first().cloned().flatten()).map(|at| at.start)))
        }
        (Value::Hash(entries), wanted) => {
            let found = entries.iter().find(|(_, item)| ruby_eq(item, wanted));
            Ok(found.map(|(key, _)| key.clone()).unwrap_or_default())
        }
        (collection, wanted) => {
            let found = items(collection).or_fail(call)?.position(|item| ruby_eq(&item, wanted));
            Ok(found.map(super::arguments::count).unwrap_or_default())
        }
    }
}

/// Ruby's `==`: strings by bytes, `1 == 1.0`.
pub(super) fn ruby_eq(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => crate::value::puppet_eq(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| ruby_eq(a, b))
        }
        (Value::Hash(a), Value::Hash(b)) => {
            a.len() == b.len() && a.iter().all(|(key, item)| b.get(key).is_some_and(|it| ruby_eq(item, it)))
        }
        (Value::Type(a), Value::Type(b)) => a.same(b),
        (a, b) => a == b,
    }
}

/// A byte offset as an index of characters.
fn position(text: &str, at: Option<usize>) -> Value {
    at.and_then(|at| text.get(..at))
        .map(|before| super::arguments::count(before.chars().count()))
        .unwrap_or_default()
}

fn index_by_block(call: &Call<'_>) -> Result<Value> {
    if let Value::Hash(entries) = call.arg(0) {
        let two = call.block_takes(2);
        for (key, item) in entries.iter() {
            let answer = if two {
                call.yields(&[key.clone(), item.clone()])
            } else {
                call.yields(std::slice::from_ref(item))
            };
            if answer?.is_truthy() {
                return Ok(key.clone());
            }
        }
        return Ok(Value::Undef);
    }
    let (mut index, mut found) = (0, None);
    walk(call, &mut |_, answer| {
        if answer.is_truthy() {
            found = Some(index);
        }
        index += 1;
        found.is_none()
    })?;
    Ok(found.map(Value::Int).unwrap_or_default())
}

fn reduce(call: &Call<'_>) -> Result<Value> {
    let mut rest = items(call.arg(0)).or_fail(call)?;
    let mut memo = if call.arguments.len() > 1 {
        call.arg(1).clone()
    } else {
        match rest.next() {
            Some(first) => first,
            None => return Ok(Value::Undef),
        }
    };
    for item in rest {
        match call.yields(&[memo.clone(), item]) {
            Ok(answer) => memo = answer,
            Err(error) if is_break(&error) => return Ok(memo),
            Err(error) => return Err(error),
        }
    }
    Ok(memo)
}

/// Calls the block for each of the items; `break()` ends it.
fn visit_all(call: &Call<'_>, items: impl std::iter::Iterator<Item = Value>) -> Result<()> {
    for item in items {
        match call.yields(&[item]) {
            Ok(_) => {}
            Err(error) if is_break(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn reverse_each(call: &Call<'_>) -> Result<Value> {
    let backwards = iterator(call.arg(0)).or_fail(call)?.reversed();
    if call.block.is_none() {
        return Ok(backwards.into_value());
    }
    visit_all(call, backwards.items())?;
    Ok(Value::Undef)
}

fn step(call: &Call<'_>) -> Result<Value> {
    let every = iterator(call.arg(0)).or_fail(call)?.stepped(call.int(1).unwrap_or(1));
    if call.block.is_none() {
        return Ok(every.into_value());
    }
    visit_all(call, every.items())?;
    Ok(Value::Undef)
}

fn slice(call: &Call<'_>) -> Result<Value> {
    let size = usize::try_from(call.int(1).unwrap_or(1)).unwrap_or(1).max(1);
    let all: Vec<Value> = items(call.arg(0)).or_fail(call)?.collect();
    let slices = all.chunks(size);
    let Some(block) = call.block else {
        return Ok(Value::array(slices.map(|slice| Value::array(slice.iter().cloned()))));
    };
    let (least, most) = block.arity();
    let serving = if most == Some(least) { least } else { size };
    if serving == 0 {
        return Err(call.fail("slice(): block must define at least one parameter. Block has 0."));
    }
    if serving != 1 && serving != size {
        return Err(call.fail(format!(
            "slice(): block must define one parameter, or the same number of parameters as the given size of the \
             slice ({size}). Block has {serving}"
        )));
    }
    let filler = if matches!(call.arg(0), Value::Hash(_)) { Value::array([]) } else { Value::Undef };
    for slice in slices {
        let mut arguments = slice.to_vec();
        if serving == 1 {
            arguments = vec![Value::array(arguments)];
        } else {
            arguments.resize(serving, filler.clone());
        }
        match call.yields(&arguments) {
            Ok(_) => {}
            Err(error) if is_break(&error) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(call.arg(0).clone())
}

struct Walk {
    depth_first: bool,
    root: bool,
    containers: bool,
    values: bool,
    container_type: Option<Type>,
}

fn tree_each(call: &Call<'_>) -> Result<Value> {
    let flag = |name: &str, default| call.arg(1).get(name).map_or(default, Value::is_truthy);
    let options = Walk {
        depth_first: call.arg(1).get("order").and_then(Value::as_str) != Some("breadth_first"),
        root: flag("include_root", true),
        containers: flag("include_containers", true),
        values: flag("include_values", true),
        container_type: match call.arg(1).get("container_type") {
            Some(Value::Type(it)) => Some(it.clone()),
            _ => None,
        },
    };
    let found = tree(call, &options);
    if call.block.is_none() {
        return Ok(Value::array(found.into_iter().map(|(path, item)| Value::array([path, item]))));
    }
    let two = call.block_takes(2);
    for (path, item) in found {
        let answer = if two { call.yields(&[path, item]) } else { call.yields(&[item]) };
        match answer {
            Ok(_) => {}
            Err(error) if is_break(&error) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(call.arg(0).clone())
}

/// All paths and items in the order asked for.
fn tree(call: &Call<'_>, options: &Walk) -> Vec<(Value, Value)> {
    let mut found = Vec::new();
    let mut queue = std::collections::VecDeque::from([(Vec::new(), call.arg(0).clone())]);
    while let Some((path, item)) = queue.pop_front() {
        let children = children(call, options, &path, &item);
        let keep = match (&children, path.is_empty()) {
            (Some(_), true) => options.root && options.containers,
            (Some(_), false) => options.containers,
            (None, _) => options.values,
        };
        if keep {
            found.push((Value::array(path), item));
        }
        let children = children.unwrap_or_default();
        if options.depth_first {
            children.into_iter().rev().for_each(|child| queue.push_front(child));
        } else {
            queue.extend(children);
        }
    }
    found
}

type Child = (Vec<Value>, Value);

fn children(call: &Call<'_>, options: &Walk, path: &[Value], item: &Value) -> Option<Vec<Child>> {
    let below = |key: Value, item: &Value| ([path, &[key]].concat(), item.clone());
    let all: Vec<Child> = match item {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| below(super::arguments::count(index), item))
            .collect(),
        Value::Hash(entries) => entries.iter().map(|(key, item)| below(key.clone(), item)).collect(),
        _ => return None,
    };
    let contained = options.container_type.as_ref().is_none_or(|it| it.instance(item, call.context));
    contained.then_some(all)
}

/// A hash of the entries that a test keeps.
pub(super) fn keep(entries: &HashMap, test: impl Fn(&Value, &Value) -> bool) -> Value {
    let kept = entries.iter().filter(|(key, item)| test(key, item));
    Value::Hash(Arc::new(kept.map(|(key, item)| (key.clone(), item.clone())).collect()))
}
