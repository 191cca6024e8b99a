//! `Enumerable`: over arrays, hashes (as pairs), ranges, structs, sets and enumerators.

use super::{
    Args, Row,
    array::{grouped, items},
    carry, row,
};
use crate::maps::IndexMap;
use crate::ruby::{
    interp::Interp,
    object::{Data, Key, R, RProc, Rv},
};
use std::{cmp::Ordering, rc::Rc};

/// The methods of `Enumerable`.
pub(super) static ENUMERABLE: &[Row] = &[
    carry("to_a", 0, 0, |it, this, _| it.to_vec(this).map(Rv::array)),
    carry("entries", 0, 0, |it, this, _| it.to_vec(this).map(Rv::array)),
    carry("map", 0, 0, map),
    carry("collect", 0, 0, map),
    carry("flat_map", 0, 0, flat_map),
    carry("collect_concat", 0, 0, flat_map),
    carry("each_entry", 0, 0, each_item),
    carry("select", 0, 0, |it, this, args| filter(it, this, args, "select")),
    carry("filter", 0, 0, |it, this, args| filter(it, this, args, "select")),
    carry("reject", 0, 0, |it, this, args| filter(it, this, args, "reject")),
    carry("filter_map", 0, 0, filter_map),
    carry("find", 0, 1, find),
    carry("detect", 0, 1, find),
    row("find_index", 0, 1, find_index),
    carry("find_all", 0, 0, |it, this, args| filter(it, this, args, "select")),
    carry("partition", 0, 0, partition),
    carry("group_by", 0, 0, group_by),
    carry("chunk_while", 0, 0, |it, this, args| chunk(it, this, args, false)),
    carry("slice_when", 0, 0, |it, this, args| chunk(it, this, args, true)),
    carry("each_with_index", 0, 0, each_with_index),
    carry("each_with_object", 1, 1, each_with_object),
    carry("reverse_each", 0, 0, reverse_each),
    carry("each_slice", 1, 1, |it, this, args| pieces(it, this, args, false)),
    carry("each_cons", 1, 1, |it, this, args| pieces(it, this, args, true)),
    carry("inject", 0, 2, inject),
    carry("reduce", 0, 2, inject),
    carry("sum", 0, 1, sum),
    row("count", 0, 1, count),
    carry("min", 0, 1, |it, this, args| extreme(it, this, args, Ordering::Less)),
    carry("max", 0, 1, |it, this, args| extreme(it, this, args, Ordering::Greater)),
    carry("min_by", 0, 1, |it, this, args| extreme_by(it, this, args, Ordering::Less)),
    carry("max_by", 0, 1, |it, this, args| extreme_by(it, this, args, Ordering::Greater)),
    carry("minmax", 0, 0, |it, this, args| {
        let least = extreme(it, this, args, Ordering::Less)?;
        Ok(Rv::pair(least, extreme(it, this, args, Ordering::Greater)?))
    }),
    carry("sort", 0, 0, sort),
    carry("sort_by", 0, 0, sort_by),
    carry("uniq", 0, 0, uniq),
    row("include?", 1, 1, include),
    row("member?", 1, 1, include),
    row("all?", 0, 1, |it, this, args| test(it, this, args).map(|(yes, all)| Rv::Bool(yes == all))),
    row("any?", 0, 1, any),
    row("none?", 0, 1, |it, this, args| test(it, this, args).map(|(yes, _)| Rv::Bool(yes == 0))),
    row("one?", 0, 1, |it, this, args| test(it, this, args).map(|(yes, _)| Rv::Bool(yes == 1))),
    carry("first", 0, 1, first),
    carry("take", 1, 1, take),
    carry("drop", 1, 1, drop_first),
    carry("take_while", 0, 0, take_while),
    carry("drop_while", 0, 0, drop_while),
    carry("zip", 0, -1, zip),
    carry("tally", 0, 0, tally),
    carry("to_h", 0, 0, to_h),
    carry("to_set", 0, 0, |it, this, _| {
        let all = it.to_vec(this)?;
        Ok(super::set::make(it, all))
    }),
    carry("cycle", 0, 1, cycle),
    carry("each_entry", 0, 0, each_item),
    carry("grep", 1, 1, |it, this, args| grep(it, this, args, true)),
    carry("grep_v", 1, 1, |it, this, args| grep(it, this, args, false)),
    carry("compact", 0, 0, |it, this, _| {
        Ok(Rv::array(it.to_vec(this)?.into_iter().filter(|v| !v.is_nil()).collect()))
    }),
];

impl Interp<'_> {
    /// All items of a collection, a hash's as pairs.
    pub(crate) fn to_vec(&mut self, value: &Rv) -> R<Vec<Rv>> {
        match value {
            Rv::Array(items) => Ok(items.to_vec()),
            Rv::Hash(hash) => {
                self.charge(hash.len() * size_of::<Rv>() * 2)?;
                Ok(hash.pairs().into_iter().map(|(key, value)| Rv::pair(key, value)).collect())
            }
            Rv::Range(range) => super::range::items(self, range),
            Rv::Nil => Ok(Vec::new()),
            Rv::Object(object) => match &object.data {
                Data::Set(set) => Ok(set.entries().keys().map(|key| key.0.clone()).collect()),
                Data::Struct(values) => Ok(values.borrow().clone()),
                Data::Enumerator(..) => super::values::items(self, value),
                _ => self.collect_each(value),
            },
            other => {
                let class = self.class_name(other);
                Err(self.type_error(format!("can't iterate over {class}")))
            }
        }
    }

    fn collect_each(&mut self, value: &Rv) -> R<Vec<Rv>> {
        let found: Rc<std::cell::RefCell<Vec<Rv>>> = Rc::default();
        let sink = found.clone();
        let block = self.native_block(move |_, values| {
            sink.borrow_mut().push(match values {
                [only] => only.clone(),
                several => Rv::array(several.to_vec()),
            });
            Ok(Rv::Nil)
        });
        let args = Args { values: Vec::new(), keywords: false, block: Some(block), scope: None };
        self.send_with(value, "each", args)?;
        Ok(found.take())
    }

    /// Calls a block for one item; a hash gives key and value apart where `apart`.
    fn item(&mut self, block: &Rc<RProc>, item: Rv, apart: bool) -> R {
        self.step()?;
        match &item {
            Rv::Array(pair) if apart => self.call_block(block, &pair.to_vec()),
            _ => self.yield1(block, item),
        }
    }
}

fn is_hash(value: &Rv) -> bool {
    matches!(value, Rv::Hash(_))
}

fn each_item(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = args.block.clone() else { return Ok(it.enumerator(this, "each_entry", args)) };
    for item in it.to_vec(this)? {
        it.item(&block, item, false)?;
    }
    Ok(this.clone())
}

fn map(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "map", args)) };
    let all = it.to_vec(this)?;
    it.charge(all.len() * size_of::<Rv>())?;
    let mut made = Vec::with_capacity(all.len());
    for item in all {
        made.push(it.item(block, item, false)?);
    }
    Ok(Rv::array(made))
}

fn flat_map(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "flat_map", args)) };
    let mut made = Vec::new();
    for item in it.to_vec(this)? {
        match it.item(block, item, false)? {
            Rv::Array(several) => made.extend(several.to_vec()),
            other => made.push(other),
        }
    }
    Ok(Rv::array(made))
}

fn filter(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, name: &str) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, name, args)) };
    let keep = name == "select";
    let mut kept = Vec::new();
    for item in it.to_vec(this)? {
        if it.item(block, item.clone(), false)?.truthy() == keep {
            kept.push(item);
        }
    }
    Ok(Rv::array(kept))
}

fn filter_map(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "filter_map", args)) };
    let mut made = Vec::new();
    for item in it.to_vec(this)? {
        let result = it.item(block, item, false)?;
        if result.truthy() {
            made.push(result);
        }
    }
    Ok(Rv::array(made))
}

fn find(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "find", args)) };
    for item in it.to_vec(this)? {
        if it.item(block, item.clone(), false)?.truthy() {
            return Ok(item);
        }
    }
    Ok(Rv::Nil)
}

fn find_index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    for (at, item) in it.to_vec(this)?.into_iter().enumerate() {
        let hit = match (args.opt(0), &args.block) {
            (Some(value), _) => it.equal(&item, value)?,
            (None, Some(block)) => it.item(block, item, false)?.truthy(),
            (None, None) => return Ok(it.enumerator(this, "find_index", args)),
        };
        if hit {
            return Ok(Rv::from(at));
        }
    }
    Ok(Rv::Nil)
}

fn partition(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "partition", args)) };
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for item in it.to_vec(this)? {
        if it.item(block, item.clone(), false)?.truthy() { yes.push(item) } else { no.push(item) }
    }
    Ok(Rv::pair(Rv::array(yes), Rv::array(no)))
}

fn group_by(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "group_by", args)) };
    let mut pairs = Vec::new();
    for item in it.to_vec(this)? {
        pairs.push((it.item(block, item.clone(), false)?, item));
    }
    Ok(grouped(pairs))
}

fn chunk(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, split_on: bool) -> R {
    let block = it.block(args)?.clone();
    let mut made: Vec<Vec<Rv>> = Vec::new();
    for item in it.to_vec(this)? {
        let joins = match made.last().and_then(|last| last.last()) {
            Some(before) => it.call_block(&block, &[before.clone(), item.clone()])?.truthy() != split_on,
            None => false,
        };
        match made.last_mut() {
            Some(last) if joins => last.push(item),
            _ => made.push(vec![item]),
        }
    }
    Ok(Rv::array(made.into_iter().map(Rv::array).collect()))
}

fn each_with_index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each_with_index", args)) };
    for (at, item) in it.to_vec(this)?.into_iter().enumerate() {
        it.step()?;
        it.call_block(block, &[item, Rv::from(at)])?;
    }
    Ok(this.clone())
}

fn each_with_object(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each_with_object", args)) };
    for item in it.to_vec(this)? {
        it.step()?;
        it.call_block(block, &[item, args.at(0).clone()])?;
    }
    Ok(args.at(0).clone())
}

fn reverse_each(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "reverse_each", args)) };
    for item in it.to_vec(this)?.into_iter().rev() {
        it.item(block, item, false)?;
    }
    Ok(this.clone())
}

fn pieces(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, overlapping: bool) -> R {
    let name = if overlapping { "each_cons" } else { "each_slice" };
    let Some(block) = &args.block else { return Ok(it.enumerator(this, name, args)) };
    let size = it.int(args.at(0))?;
    if size <= 0 {
        return Err(it.argument_error(if overlapping { "invalid size" } else { "invalid slice size" }));
    }
    let all = it.to_vec(this)?;
    let size = size as usize;
    let parts: Vec<Vec<Rv>> = if overlapping {
        all.windows(size).map(<[Rv]>::to_vec).collect()
    } else {
        all.chunks(size).map(<[Rv]>::to_vec).collect()
    };
    for part in parts {
        it.step()?;
        it.yield1(block, Rv::array(part))?;
    }
    Ok(this.clone())
}

fn inject(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut all = it.to_vec(this)?.into_iter();
    let (start, operator) = match (args.opt(0), args.opt(1)) {
        (Some(start), Some(operator)) => (Some(start.clone()), operator.name()),
        (Some(only), None) if args.block.is_none() => (None, only.name()),
        (start, _) => (start.cloned(), None),
    };
    let Some(mut memo) = start.or_else(|| all.next()) else { return Ok(Rv::Nil) };
    for item in all {
        it.step()?;
        memo = match (&operator, &args.block) {
            (Some(name), _) => it.send(&memo, name, &[item])?,
            (None, Some(block)) => it.call_block(block, &[memo, item])?,
            (None, None) => return Err(it.raise("LocalJumpError", "no block given")),
        };
    }
    Ok(memo)
}

fn sum(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut total = args.opt(0).cloned().unwrap_or(Rv::Int(0));
    for item in it.to_vec(this)? {
        let item = match &args.block {
            Some(block) => it.item(block, item, false)?,
            None => item,
        };
        total = it.send(&total, "+", &[item])?;
    }
    Ok(total)
}

fn count(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let all = it.to_vec(this)?;
    if args.opt(0).is_none() && args.block.is_none() {
        return Ok(Rv::from(all.len()));
    }
    let mut found = 0;
    for item in all {
        let hit = match (args.opt(0), &args.block) {
            (Some(value), _) => it.equal(&item, value)?,
            (None, Some(block)) => it.item(block, item, is_hash(this))?.truthy(),
            (None, None) => true,
        };
        found += i64::from(hit);
    }
    Ok(Rv::Int(found))
}

fn ordered(it: &mut Interp<'_>, args: &Args<'_>, a: &Rv, b: &Rv) -> R<Ordering> {
    match &args.block {
        Some(block) => {
            let result = it.call_block(block, &[a.clone(), b.clone()])?;
            if result.is_nil() {
                let (a, b) = (it.class_name(a), it.class_name(b));
                return Err(it.argument_error(format!("comparison of {a} with {b} failed")));
            }
            it.order(&result, &Rv::Int(0))
        }
        None => it.order(a, b),
    }
}

fn extreme(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, wanted: Ordering) -> R {
    let all = it.to_vec(this)?;
    if let Some(count) = args.opt(0) {
        let count = it.count(count)?;
        let mut sorted = it.sort(all, |it, a, b| ordered(it, args, a, b))?;
        if wanted == Ordering::Greater {
            sorted.reverse();
        }
        sorted.truncate(count);
        return Ok(Rv::array(sorted));
    }
    let mut best: Option<Rv> = None;
    for item in all {
        let better = match &best {
            Some(best) if args.block.is_some() => ordered(it, args, &item, best)? == wanted,
            Some(best) => it.order(best, &item)? == wanted.reverse(),
            None => true,
        };
        if better {
            best = Some(item);
        }
    }
    Ok(best.unwrap_or(Rv::Nil))
}

fn extreme_by(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, wanted: Ordering) -> R {
    let block = it.block(args)?.clone();
    if let Some(count) = args.opt(0).filter(|count| !count.is_nil()) {
        let count = it.count(count)?;
        let inner = Args { values: Vec::new(), keywords: false, block: Some(block), scope: None };
        let sorted = sort_by(it, this, &inner)?;
        let mut sorted = it.to_vec(&sorted)?;
        if wanted == Ordering::Greater {
            sorted.reverse();
        }
        sorted.truncate(count);
        return Ok(Rv::array(sorted));
    }
    let mut best: Option<(Rv, Rv)> = None;
    for item in it.to_vec(this)? {
        let key = it.item(&block, item.clone(), false)?;
        let better = match &best {
            Some((best, _)) => it.order(&key, best)? == wanted,
            None => true,
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or(Rv::Nil, |(_, item)| item))
}

fn sort(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let all = it.to_vec(this)?;
    it.charge(all.len() * size_of::<Rv>())?;
    it.sort(all, |it, a, b| ordered(it, args, a, b)).map(Rv::array)
}

fn sort_by(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "sort_by", args)) };
    let mut keyed = Vec::new();
    for item in it.to_vec(this)? {
        let key = it.item(block, item.clone(), false)?;
        keyed.push(Rv::pair(key, item));
    }
    let first = |pair: &Rv| items(pair).into_iter().next().unwrap_or(Rv::Nil);
    let sorted = it.sort(keyed, |it, a, b| it.order(&first(a), &first(b)))?;
    Ok(Rv::array(sorted.iter().map(|pair| items(pair).into_iter().nth(1).unwrap_or(Rv::Nil)).collect()))
}

fn uniq(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made: IndexMap<Key, Rv> = IndexMap::default();
    for item in it.to_vec(this)? {
        let key = match &args.block {
            Some(block) => it.item(block, item.clone(), false)?,
            None => item.clone(),
        };
        made.entry(Key(key)).or_insert(item);
    }
    Ok(Rv::array(made.into_values().collect()))
}

fn include(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    for item in it.to_vec(this)? {
        if it.equal(&item, args.at(0))? {
            return Ok(Rv::Bool(true));
        }
    }
    Ok(Rv::Bool(false))
}

fn holds(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, item: Rv) -> R<bool> {
    match (args.opt(0), &args.block) {
        (Some(pattern), _) => it.case_equal(pattern, &item, None),
        (None, Some(block)) => Ok(it.item(block, item, is_hash(this))?.truthy()),
        (None, None) => Ok(item.truthy()),
    }
}

/// For how many items the test holds, and how many there are.
fn test(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R<(usize, usize)> {
    let all = it.to_vec(this)?;
    let count = all.len();
    let mut yes = 0;
    for item in all {
        yes += usize::from(holds(it, this, args, item)?);
    }
    Ok((yes, count))
}

fn any(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    for item in it.to_vec(this)? {
        if holds(it, this, args, item)? {
            return Ok(Rv::Bool(true));
        }
    }
    Ok(Rv::Bool(false))
}

fn first(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let all = Rv::array(it.to_vec(this)?);
    it.send(&all, "first", &args.values)
}

fn take(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let count = it.int(args.at(0))?;
    if count < 0 {
        return Err(it.argument_error("attempt to take negative size"));
    }
    Ok(Rv::array(it.to_vec(this)?.into_iter().take(count as usize).collect()))
}

fn drop_first(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let count = it.int(args.at(0))?;
    if count < 0 {
        return Err(it.argument_error("attempt to drop negative size"));
    }
    Ok(Rv::array(it.to_vec(this)?.into_iter().skip(count as usize).collect()))
}

fn take_while(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    let mut made = Vec::new();
    for item in it.to_vec(this)? {
        if !it.item(&block, item.clone(), false)?.truthy() {
            break;
        }
        made.push(item);
    }
    Ok(Rv::array(made))
}

fn drop_while(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    let mut made = Vec::new();
    for item in it.to_vec(this)? {
        if !made.is_empty() || !it.item(&block, item.clone(), false)?.truthy() {
            made.push(item);
        }
    }
    Ok(Rv::array(made))
}

fn zip(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut others = Vec::new();
    for other in &args.values {
        others.push(it.to_vec(other)?);
    }
    let mut made = Vec::new();
    for (at, item) in it.to_vec(this)?.into_iter().enumerate() {
        let mut row = vec![item];
        row.extend(others.iter().map(|other| other.get(at).cloned().unwrap_or(Rv::Nil)));
        made.push(Rv::array(row));
    }
    let Some(block) = &args.block else { return Ok(Rv::array(made)) };
    for row in made {
        it.yield1(block, row)?;
    }
    Ok(Rv::Nil)
}

fn tally(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let mut made: IndexMap<Key, i64> = IndexMap::default();
    for item in it.to_vec(this)? {
        *made.entry(Key::frozen(item)).or_default() += 1;
    }
    Ok(Rv::hash(made.into_iter().map(|(key, count)| (key, Rv::Int(count))).collect()))
}

fn to_h(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made = IndexMap::default();
    for item in it.to_vec(this)? {
        let pair = match &args.block {
            Some(block) => it.item(block, item, false)?,
            None => item,
        };
        let Rv::Array(pair) = &pair else {
            let class = it.class_name(&pair);
            return Err(it.type_error(format!("wrong element type {class} (expected array)")));
        };
        let mut pair = pair.to_vec().into_iter();
        let (Some(key), Some(value), None) = (pair.next(), pair.next(), pair.next()) else {
            return Err(it.argument_error("element has wrong array length (expected 2)"));
        };
        made.insert(Key::frozen(key), value);
    }
    Ok(Rv::hash(made))
}

fn cycle(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = args.block.clone() else { return Ok(it.enumerator(this, "cycle", args)) };
    let all = it.to_vec(this)?;
    let rounds = args.opt(0).map_or(Ok(i64::MAX), |rounds| it.int(rounds))?;
    if all.is_empty() {
        return Ok(Rv::Nil);
    }
    for _ in 0..rounds {
        for item in &all {
            it.item(&block, item.clone(), false)?;
        }
    }
    Ok(Rv::Nil)
}

fn grep(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, wanted: bool) -> R {
    let mut made = Vec::new();
    for item in it.to_vec(this)? {
        let scope = if args.block.is_some() { args.scope } else { None };
        if it.case_equal(args.at(0), &item, scope)? != wanted {
            continue;
        }
        made.push(match &args.block {
            Some(block) => it.item(block, item, false)?,
            None => item,
        });
    }
    Ok(Rv::array(made))
}
