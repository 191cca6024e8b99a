//! `Hash`.

use super::{Args, Row, carry, row};
use crate::maps::IndexMap;
use crate::ruby::{
    interp::Interp,
    object::{Key, R, RHash, RProc, Rv},
};
use std::rc::Rc;

/// The methods of `Hash`.
pub(super) static HASH: &[Row] = &[
    carry("to_h", 0, 0, to_h),
    carry("to_hash", 0, 0, |_, this, _| Ok(this.clone())),
    carry("[]", 1, 1, index),
    carry("[]=", 2, 2, store),
    carry("store", 2, 2, store),
    carry("fetch", 1, 2, fetch_key),
    carry("dig", 1, -1, super::array::dig),
    carry("values_at", 0, -1, values_at),
    carry("fetch_values", 0, -1, fetch_values),
    row("key?", 1, 1, has_key),
    row("has_key?", 1, 1, has_key),
    row("include?", 1, 1, has_key),
    row("member?", 1, 1, has_key),
    row("value?", 1, 1, has_value),
    row("has_value?", 1, 1, has_value),
    carry("key", 1, 1, key_of),
    carry("keys", 0, 0, |_, this, _| {
        Ok(Rv::array(hash(this).pairs().into_iter().map(|pair| pair.0).collect()))
    }),
    carry("values", 0, 0, |_, this, _| {
        Ok(Rv::array(hash(this).pairs().into_iter().map(|pair| pair.1).collect()))
    }),
    row("length", 0, 0, |_, this, _| Ok(Rv::from(hash(this).len()))),
    row("size", 0, 0, |_, this, _| Ok(Rv::from(hash(this).len()))),
    row("count", 0, 1, count),
    row("empty?", 0, 0, |_, this, _| Ok(Rv::Bool(hash(this).len() == 0))),
    row("==", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("<=", 1, 1, |it, this, args| subset(it, this, args.at(0))),
    row(">=", 1, 1, |it, this, args| subset(it, args.at(0), this)),
    carry("each", 0, 0, each),
    carry("each_pair", 0, 0, each),
    carry("each_key", 0, 0, |it, this, args| each_side(it, this, args, false)),
    carry("each_value", 0, 0, |it, this, args| each_side(it, this, args, true)),
    carry("select", 0, 0, |it, this, args| filtered(it, this, args, "select")),
    carry("filter", 0, 0, |it, this, args| filtered(it, this, args, "select")),
    carry("reject", 0, 0, |it, this, args| filtered(it, this, args, "reject")),
    carry("select!", 0, 0, |it, this, args| filter_here(it, this, args, (true, true))),
    carry("filter!", 0, 0, |it, this, args| filter_here(it, this, args, (true, true))),
    carry("keep_if", 0, 0, |it, this, args| filter_here(it, this, args, (true, false))),
    carry("reject!", 0, 0, |it, this, args| filter_here(it, this, args, (false, true))),
    carry("delete_if", 0, 0, |it, this, args| filter_here(it, this, args, (false, false))),
    carry("partition", 0, 0, partition),
    carry("find_all", 0, 0, find_all),
    carry("min_by", 0, 1, |it, this, args| over_pairs(it, this, args, "min_by")),
    carry("max_by", 0, 1, |it, this, args| over_pairs(it, this, args, "max_by")),
    carry("group_by", 0, 0, |it, this, args| over_pairs(it, this, args, "group_by")),
    carry("sum", 0, 1, |it, this, args| over_pairs(it, this, args, "sum")),
    carry("delete", 1, 1, delete),
    carry("shift", 0, 0, shift),
    carry("clear", 0, 0, |it, this, _| put(it, this, IndexMap::default())),
    carry("replace", 1, 1, |it, this, args| {
        let other = as_hash(it, args.at(0))?;
        let entries = other.entries().clone();
        put(it, this, entries)
    }),
    carry("merge", 0, -1, merge),
    carry("merge!", 0, -1, merge_here),
    carry("update", 0, -1, merge_here),
    carry("compact", 0, 0, |_, this, _| {
        Ok(Rv::hash(
            hash(this)
                .entries()
                .iter()
                .filter(|(_, v)| !v.is_nil())
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        ))
    }),
    carry("compact!", 0, 0, |it, this, _| {
        let kept = hash(this)
            .entries()
            .iter()
            .filter(|(_, v)| !v.is_nil())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        put(it, this, kept)
    }),
    carry("invert", 0, 0, |_, this, _| {
        Ok(Rv::hash(hash(this).pairs().into_iter().map(|(k, v)| (Key::frozen(v), k)).collect()))
    }),
    carry("transform_values", 0, 0, |it, this, args| transform_values(it, this, args).map(Rv::hash)),
    carry("transform_values!", 0, 0, |it, this, args| {
        let made = transform_values(it, this, args)?;
        put(it, this, made)
    }),
    carry("transform_keys", 0, 1, |it, this, args| transform_keys(it, this, args).map(Rv::hash)),
    carry("transform_keys!", 0, 1, |it, this, args| {
        let made = transform_keys(it, this, args)?;
        put(it, this, made)
    }),
    carry("slice", 0, -1, |_, this, args| Ok(picked(this, args, true))),
    carry("except", 0, -1, |_, this, args| Ok(picked(this, args, false))),
    carry("filter_map", 0, 0, |it, this, args| over_pairs(it, this, args, "filter_map")),
    carry("sort", 0, 0, |it, this, args| over_pairs(it, this, args, "sort")),
    carry("to_a", 0, 0, |it, this, _| it.to_vec(this).map(Rv::array)),
    carry("assoc", 1, 1, |it, this, args| {
        let found = hash(this).get(args.at(0));
        it.step()?;
        Ok(found.map_or(Rv::Nil, |value| Rv::pair(args.at(0).clone(), value)))
    }),
    carry("default", 0, 1, |_, this, _| Ok(hash(this).default.borrow().clone())),
    carry("default=", 1, 1, |it, this, args| {
        it.thaw(this)?;
        hash(this).default.replace(args.at(0).clone());
        Ok(args.at(0).clone())
    }),
    carry("default_proc", 0, 0, |_, this, _| {
        Ok(hash(this).default_proc.borrow().clone().map_or(Rv::Nil, Rv::Proc))
    }),
    carry("compare_by_identity", 0, 0, |it, _, _| Err(it.unsupported_method("`compare_by_identity`"))),
    carry("to_proc", 0, 0, |it, this, _| Ok(it.to_proc(this)?.map_or(Rv::Nil, Rv::Proc))),
    carry("any?", 0, 1, any),
    row("hash", 0, 0, |it, this, _| it.inspect(this).map(|text| Rv::Int(super::number::hash_of(&text)))),
    carry("flatten", 0, 1, flatten),
    carry("flat_map", 0, 0, |it, this, args| over_pairs(it, this, args, "flat_map")),
];

/// The hash of a receiver.
pub(super) fn hash(value: &Rv) -> Rc<RHash> {
    if let Rv::Hash(it) = value { it.clone() } else { Rc::new(RHash::new(IndexMap::default())) }
}

fn as_hash(it: &mut Interp<'_>, value: &Rv) -> R<Rc<RHash>> {
    match value {
        Rv::Hash(hash) => Ok(hash.clone()),
        Rv::Object(_) if it.responds_to(value, "to_h") => {
            let made = it.send(value, "to_h", &[])?;
            as_hash(it, &made)
        }
        other => Err(it.no_conversion(other, "Hash")),
    }
}

fn to_h(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if args.block.is_none() {
        return Ok(this.clone());
    }
    over_pairs(it, this, args, "to_h")
}

/// `hash[key]` with its default.
pub(super) fn fetch(it: &mut Interp<'_>, hash: &Rc<RHash>, key: &Rv) -> R {
    if let Some(found) = hash.get(key) {
        return Ok(found);
    }
    let default = hash.default_proc.borrow().clone();
    match default {
        Some(block) => it.call_block(&block, &[Rv::Hash(hash.clone()), key.clone()]),
        None => Ok(hash.default.borrow().clone()),
    }
}

fn index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match this {
        Rv::Hash(hash) => fetch(it, hash, args.at(0)),
        _ => Ok(Rv::Nil),
    }
}

fn store(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.thaw(this)?;
    it.charge(size_of::<Rv>() * 3)?;
    hash(this).insert(args.at(0).clone(), args.at(1).clone());
    Ok(args.at(1).clone())
}

/// Replaces all entries.
fn put(it: &mut Interp<'_>, this: &Rv, entries: IndexMap<Key, Rv>) -> R {
    it.thaw(this)?;
    it.charge(entries.len() * size_of::<Rv>() * 2)?;
    *hash(this).entries_mut() = entries;
    Ok(this.clone())
}

fn fetch_key(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if let Some(found) = hash(this).get(args.at(0)) {
        return Ok(found);
    }
    if let Some(block) = &args.block {
        return it.yield1(block, args.at(0).clone());
    }
    if let Some(default) = args.opt(1) {
        return Ok(default.clone());
    }
    let mut message = crate::value::Str::new("key not found: ");
    message.push(&it.inspect(args.at(0))?);
    Err(it.raise("KeyError", message))
}

fn values_at(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let hash = hash(this);
    args.values.iter().map(|key| fetch(it, &hash, key)).collect::<R<Vec<_>>>().map(Rv::array)
}

fn fetch_values(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made = Vec::new();
    for key in &args.values {
        let one = Args { values: vec![key.clone()], keywords: false, block: args.block.clone(), scope: None };
        made.push(fetch_key(it, this, &one)?);
    }
    Ok(Rv::array(made))
}

fn has_key(_: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    Ok(Rv::Bool(hash(this).contains_key(args.at(0))))
}

fn has_value(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    Ok(Rv::Bool(!key_of(it, this, args)?.is_nil()))
}

fn key_of(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    for (key, value) in hash(this).pairs() {
        if it.equal(&value, args.at(0))? {
            return Ok(key);
        }
    }
    Ok(Rv::Nil)
}

fn count(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match &args.block {
        None if args.opt(0).is_some() => over_pairs(it, this, args, "count"),
        None => Ok(Rv::from(hash(this).len())),
        Some(block) => {
            let mut found = 0;
            for (key, value) in hash(this).pairs() {
                found += i64::from(it.call_block(block, &[Rv::pair(key, value)])?.truthy());
            }
            Ok(Rv::Int(found))
        }
    }
}

fn subset(it: &mut Interp<'_>, small: &Rv, large: &Rv) -> R {
    let large = hash(large);
    for (key, value) in hash(small).pairs() {
        let same = match large.get(&key) {
            Some(other) => it.equal(&value, &other)?,
            None => false,
        };
        if !same {
            return Ok(Rv::Bool(false));
        }
    }
    Ok(Rv::Bool(true))
}

/// Calls a block with a pair, as `each` of a hash does.
fn pair(it: &mut Interp<'_>, block: &Rc<RProc>, (key, value): (Rv, Rv)) -> R {
    it.step()?;
    it.yield1(block, Rv::pair(key, value))
}

/// Calls a block with key and value apart, as `select` of a hash does.
fn apart(it: &mut Interp<'_>, block: &Rc<RProc>, (key, value): (Rv, Rv)) -> R {
    it.step()?;
    it.call_block(block, &[key, value])
}

fn each(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each", args)) };
    for entry in hash(this).pairs() {
        if block.lambda {
            apart(it, block, entry)?;
        } else {
            pair(it, block, entry)?;
        }
    }
    Ok(this.clone())
}

fn each_side(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, value: bool) -> R {
    let block = it.block(args)?.clone();
    for entry in hash(this).pairs() {
        it.step()?;
        it.yield1(&block, if value { entry.1 } else { entry.0 })?;
    }
    Ok(this.clone())
}

fn kept(it: &mut Interp<'_>, this: &Rv, block: &Rc<RProc>, keep: bool) -> R<IndexMap<Key, Rv>> {
    let mut made = IndexMap::default();
    for (key, value) in hash(this).pairs() {
        if apart(it, block, (key.clone(), value.clone()))?.truthy() == keep {
            made.insert(Key(key), value);
        }
    }
    Ok(made)
}

fn filtered(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, name: &str) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, name, args)) };
    kept(it, this, block, name == "select").map(Rv::hash)
}

fn filter_here(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, (keep, nil): (bool, bool)) -> R {
    let block = it.block(args)?.clone();
    let before = hash(this).len();
    let made = kept(it, this, &block, keep)?;
    let same = made.len() == before;
    put(it, this, made)?;
    Ok(if same && nil { Rv::Nil } else { this.clone() })
}

fn partition(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    over_pairs(it, this, args, "partition")
}

fn find_all(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    over_pairs(it, this, args, "select")
}

fn any(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if args.block.is_none() && args.values.is_empty() {
        return Ok(Rv::Bool(hash(this).len() > 0));
    }
    over_pairs(it, this, args, "any?")
}

fn flatten(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let depth = args.opt(0).map_or(Ok(1), |depth| it.int(depth))?;
    let pairs = Rv::array(it.to_vec(this)?);
    it.send(&pairs, "flatten", &[Rv::Int(depth)])
}

/// The method of the array of pairs.
fn over_pairs(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, name: &str) -> R {
    let pairs = Rv::array(it.to_vec(this)?);
    let inner = Args {
        values: args.values.clone(),
        keywords: args.keywords,
        block: args.block.clone(),
        scope: args.scope,
    };
    it.send_with(&pairs, name, inner)
}

fn delete(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.thaw(this)?;
    let gone = hash(this).entries_mut().shift_remove(&Key(args.at(0).clone()));
    match (gone, &args.block) {
        (Some(value), _) => Ok(value),
        (None, Some(block)) => it.yield1(block, args.at(0).clone()),
        (None, None) => Ok(Rv::Nil),
    }
}

fn shift(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    it.thaw(this)?;
    let gone = hash(this).entries_mut().shift_remove_index(0);
    Ok(gone.map_or(Rv::Nil, |(key, value)| Rv::pair(key.0, value)))
}

fn merge(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let copy = super::object::copy(it, this, false)?;
    merge_here(it, &copy, args)
}

fn merge_here(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.thaw(this)?;
    let own = hash(this);
    for other in &args.values {
        let other = as_hash(it, other)?;
        it.charge(other.len() * size_of::<Rv>() * 2)?;
        for (key, value) in other.pairs() {
            let value = match (&args.block, own.get(&key)) {
                (Some(block), Some(old)) => it.call_block(block, &[key.clone(), old, value])?,
                _ => value,
            };
            own.insert(key, value);
        }
    }
    Ok(this.clone())
}

fn transform_values(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R<IndexMap<Key, Rv>> {
    let block = it.block(args)?.clone();
    let mut made = IndexMap::default();
    for (key, value) in hash(this).pairs() {
        made.insert(Key(key), it.yield1(&block, value)?);
    }
    Ok(made)
}

fn transform_keys(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R<IndexMap<Key, Rv>> {
    let mut made = IndexMap::default();
    for (key, value) in hash(this).pairs() {
        let mapped = match args.at(0) {
            Rv::Hash(names) => names.get(&key),
            _ => None,
        };
        let key = match (mapped, &args.block) {
            (Some(mapped), _) => mapped,
            (None, Some(block)) => it.yield1(block, key)?,
            (None, None) => key,
        };
        made.insert(Key::frozen(key), value);
    }
    Ok(made)
}

fn picked(this: &Rv, args: &Args<'_>, wanted: bool) -> Rv {
    let own = hash(this);
    if wanted {
        let found = args.values.iter().filter_map(|key| Some((Key::frozen(key.clone()), own.get(key)?)));
        return Rv::hash(found.collect());
    }
    let mut made = own.entries().clone();
    for key in &args.values {
        made.shift_remove(&Key(key.clone()));
    }
    Rv::hash(made)
}
