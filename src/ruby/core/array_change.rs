//! `Array`: methods that change the receiver.

use super::{
    Args, Row,
    array::{items, list, part},
    carry,
};
use crate::ruby::{
    interp::Interp,
    object::{R, RArray, Rv},
};
use std::rc::Rc;

/// Methods that change the receiver.
pub(super) static ARRAY: &[Row] = &[
    carry("<<", 1, 1, push),
    carry("push", 0, -1, push),
    carry("append", 0, -1, push),
    carry("pop", 0, 1, pop),
    carry("shift", 0, 1, shift),
    carry("unshift", 0, -1, unshift),
    carry("prepend", 0, -1, unshift),
    carry("insert", 1, -1, insert),
    carry("concat", 0, -1, concat),
    carry("[]=", 2, 3, set_index),
    carry("fill", 0, 3, fill),
    carry("clear", 0, 0, |it, this, _| put(it, this, Vec::new())),
    carry("replace", 1, 1, |it, this, args| {
        let new = list(it, args.at(0))?;
        put(it, this, new)
    }),
    carry("delete", 1, 1, delete),
    carry("delete_at", 1, 1, delete_at),
    carry("delete_if", 0, 0, |it, this, args| filter(it, this, args, false)),
    carry("reject!", 0, 0, |it, this, args| changed(it, this, args, "reject")),
    carry("select!", 0, 0, |it, this, args| changed(it, this, args, "select")),
    carry("filter!", 0, 0, |it, this, args| changed(it, this, args, "select")),
    carry("keep_if", 0, 0, |it, this, args| filter(it, this, args, true)),
    carry("compact!", 0, 0, |it, this, args| changed(it, this, args, "compact")),
    carry("flatten!", 0, 1, |it, this, args| changed(it, this, args, "flatten")),
    carry("uniq!", 0, 0, |it, this, args| changed(it, this, args, "uniq")),
    carry("map!", 0, 0, |it, this, args| replaced(it, this, args, "map")),
    carry("collect!", 0, 0, |it, this, args| replaced(it, this, args, "map")),
    carry("sort!", 0, 0, |it, this, args| replaced(it, this, args, "sort")),
    carry("sort_by!", 0, 0, |it, this, args| replaced(it, this, args, "sort_by")),
    carry("reverse!", 0, 0, |it, this, args| replaced(it, this, args, "reverse")),
    carry("rotate!", 0, 1, |it, this, args| replaced(it, this, args, "rotate")),
    carry("slice!", 1, 2, slice_away),
];

/// Replaces all items.
pub(super) fn put(it: &mut Interp<'_>, this: &Rv, new: Vec<Rv>) -> R {
    it.thaw(this)?;
    it.charge(new.len() * size_of::<Rv>())?;
    if let Rv::Array(array) = this {
        *array.items_mut() = new;
    }
    Ok(this.clone())
}

fn array<'a>(it: &mut Interp<'_>, this: &'a Rv) -> R<&'a Rc<RArray>> {
    it.thaw(this)?;
    it.charge(size_of::<Rv>() * 2)?;
    match this {
        Rv::Array(array) => Ok(array),
        other => Err(it.no_conversion(other, "Array")),
    }
}

fn push(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.charge(args.values.len() * size_of::<Rv>())?;
    array(it, this)?.items_mut().extend(args.values.iter().cloned());
    Ok(this.clone())
}

fn pop(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let array = array(it, this)?.clone();
    match args.opt(0) {
        None => Ok(array.items_mut().pop().unwrap_or(Rv::Nil)),
        Some(count) => {
            let count = it.count(count)?;
            let at = array.len().saturating_sub(count);
            Ok(Rv::array(array.items_mut().split_off(at)))
        }
    }
}

fn shift(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let array = array(it, this)?.clone();
    match args.opt(0) {
        None if array.len() == 0 => Ok(Rv::Nil),
        None => Ok(array.items_mut().remove(0)),
        Some(count) => {
            let count = it.count(count)?.min(array.len());
            Ok(Rv::array(array.items_mut().drain(..count).collect()))
        }
    }
}

fn unshift(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let new = args.values.iter().cloned().chain(items(this)).collect();
    put(it, this, new)
}

fn insert(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut all = items(this);
    let index = it.int(args.at(0))?;
    let place = if index < 0 { index + all.len() as i64 + 1 } else { index };
    let Ok(place) = usize::try_from(place) else {
        return Err(
            it.raise("IndexError", format!("index {index} too small for array; minimum: -{}", all.len() + 1))
        );
    };
    grow(it, &mut all, place)?;
    let tail = all.split_off(place);
    all.extend(args.values.iter().skip(1).cloned());
    all.extend(tail);
    put(it, this, all)
}

fn grow(it: &mut Interp<'_>, all: &mut Vec<Rv>, to: usize) -> R<()> {
    it.charge(to.saturating_sub(all.len()).saturating_mul(size_of::<Rv>()))?;
    if all.len() < to {
        all.resize(to, Rv::Nil);
    }
    Ok(())
}

fn concat(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut all = items(this);
    for other in &args.values {
        all.extend(list(it, other)?);
    }
    put(it, this, all)
}

fn set_index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (keys, value) = match args.values.as_slice() {
        [keys @ .., value] => (keys.to_vec(), value.clone()),
        [] => return Ok(Rv::Nil),
    };
    let array = array(it, this)?.clone();
    if let ([Rv::Int(index)], count) = (keys.as_slice(), array.len()) {
        let place = if *index < 0 { *index + count as i64 } else { *index };
        let Ok(place) = usize::try_from(place) else {
            return Err(
                it.raise("IndexError", format!("index {index} too small for array; minimum: -{count}"))
            );
        };
        grow(it, &mut array.items_mut(), place + 1)?;
        if let Some(old) = array.items_mut().get_mut(place) {
            *old = value.clone();
        }
        return Ok(value);
    }
    let mut all = items(this);
    let Some((start, length)) = part(it, all.len(), &Args::of(keys))? else {
        return Err(it.raise("IndexError", "index out of range"));
    };
    let tail = all.split_off((start + length).min(all.len()));
    all.truncate(start);
    match &value {
        Rv::Array(new) => all.extend(new.to_vec()),
        other => all.push(other.clone()),
    }
    all.extend(tail);
    put(it, this, all)?;
    Ok(value)
}

/// `fill(value, start, length)`, `fill(value, range)`, and the same with a block instead of the value.
fn fill(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut all = items(this);
    let given = if args.block.is_some() { 0 } else { 1 };
    let (start, end) = match (args.opt(given), args.opt(given + 1)) {
        (Some(Rv::Range(range)), _) => {
            let start = if range.from.is_nil() { 0 } else { it.int(&range.from)? };
            let last = if range.to.is_nil() { -1 } else { it.int(&range.to)? };
            let last = if last < 0 { last + all.len() as i64 } else { last };
            (start, last + i64::from(!range.exclusive || range.to.is_nil()))
        }
        (None | Some(Rv::Nil), None) => (0, all.len() as i64),
        (start, None | Some(Rv::Nil)) => (it.int(start.unwrap_or(&Rv::Nil))?, all.len() as i64),
        (start, Some(length)) => {
            let start = start.filter(|it| !it.is_nil()).map_or(Ok(0), |start| it.int(start))?;
            (start, start.saturating_add(it.int(length)?))
        }
    };
    let start = if start < 0 { (start + all.len() as i64).max(0) } else { start } as usize;
    let end = end.max(0) as usize;
    it.charge(end.saturating_mul(size_of::<Rv>()))?;
    if end > all.len() {
        all.resize(end, Rv::Nil);
    }
    for at in start..end {
        let value = match &args.block {
            Some(block) => it.yield1(block, Rv::from(at))?,
            None => args.at(0).clone(),
        };
        if let Some(place) = all.get_mut(at) {
            *place = value;
        }
    }
    put(it, this, all)
}

fn delete(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut found = Rv::Nil;
    let mut kept = Vec::new();
    for item in items(this) {
        if it.equal(&item, args.at(0))? { found = item } else { kept.push(item) }
    }
    put(it, this, kept)?;
    Ok(found)
}

fn delete_at(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let index = it.int(args.at(0))?;
    let array = array(it, this)?;
    let place = if index < 0 { index + array.len() as i64 } else { index };
    match usize::try_from(place) {
        Ok(place) if place < array.len() => Ok(array.items_mut().remove(place)),
        _ => Ok(Rv::Nil),
    }
}

fn filter(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, keep: bool) -> R {
    let block = it.block(args)?.clone();
    let mut kept = Vec::new();
    for item in items(this) {
        if it.yield1(&block, item.clone())?.truthy() == keep {
            kept.push(item);
        }
    }
    put(it, this, kept)
}

fn other_form(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, name: &str) -> R<Vec<Rv>> {
    it.thaw(this)?;
    let inner =
        Args { values: args.values.clone(), keywords: args.keywords, block: args.block.clone(), scope: None };
    let made = it.send_with(this, name, inner)?;
    list(it, &made)
}

/// A `!` method that gives nil where nothing changed.
fn changed(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, name: &str) -> R {
    let before = items(this).len();
    let nested = name == "flatten" && items(this).iter().any(|item| matches!(item, Rv::Array(_)));
    let new = other_form(it, this, args, name)?;
    if new.len() == before && !nested {
        return Ok(Rv::Nil);
    }
    put(it, this, new)
}

/// A `!` method that gives the receiver.
fn replaced(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, name: &str) -> R {
    let new = other_form(it, this, args, name)?;
    put(it, this, new)
}

fn slice_away(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut all = items(this);
    if args.opt(1).is_none() && !matches!(args.at(0), Rv::Range(_)) {
        return delete_at(it, this, args);
    }
    let Some((start, length)) = part(it, all.len(), args)? else { return Ok(Rv::Nil) };
    let taken = all.drain(start..start + length).collect();
    put(it, this, all)?;
    Ok(Rv::array(taken))
}
