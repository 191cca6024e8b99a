//! `Array`: methods that leave the receiver as it is.

use super::{Args, Row, carry, row, string::range_bounds};
use crate::{
    maps::{IndexMap, IndexSet},
    ruby::{
        interp::Interp,
        object::{Key, R, Rv},
    },
    value::Str,
};

/// Methods that leave the receiver as it is.
pub(super) static ARRAY: &[Row] = &[
    carry("to_a", 0, 0, |_, this, _| Ok(this.clone())),
    carry("entries", 0, 0, |_, this, _| Ok(this.clone())),
    carry("to_ary", 0, 0, |_, this, _| Ok(this.clone())),
    carry("[]", 1, 2, index),
    carry("slice", 1, 2, index),
    carry("at", 1, 1, index),
    carry("fetch", 1, 2, fetch),
    carry("dig", 1, -1, dig),
    carry("values_at", 0, -1, values_at),
    carry("first", 0, 1, first),
    carry("last", 0, 1, last),
    row("length", 0, 0, |_, this, _| Ok(Rv::from(items(this).len()))),
    row("size", 0, 0, |_, this, _| Ok(Rv::from(items(this).len()))),
    row("empty?", 0, 0, |_, this, _| Ok(Rv::Bool(items(this).is_empty()))),
    carry("+", 1, 1, plus),
    carry("-", 1, 1, minus),
    carry("*", 1, 1, times),
    carry("&", 1, 1, intersection),
    carry("|", 1, 1, union),
    carry("intersection", 0, -1, |it, this, args| fold(it, this, args, intersection)),
    carry("union", 0, -1, |it, this, args| fold(it, this, args, union)),
    carry("difference", 0, -1, |it, this, args| fold(it, this, args, minus)),
    row("intersect?", 1, 1, |it, this, args| Ok(Rv::Bool(!items(&intersection(it, this, args)?).is_empty()))),
    row("==", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("<=>", 1, 1, |it, this, args| {
        Ok(it.compare(this, args.at(0))?.map_or(Rv::Nil, |o| Rv::Int(o as i64)))
    }),
    carry("join", 0, 1, join),
    carry("reverse", 0, 0, |_, this, _| Ok(Rv::array(items(this).into_iter().rev().collect()))),
    carry("rotate", 0, 1, rotate),
    carry("compact", 0, 0, |_, this, _| {
        Ok(Rv::array(items(this).into_iter().filter(|it| !it.is_nil()).collect()))
    }),
    carry("flatten", 0, 1, |it, this, args| flatten(it, this, args).map(Rv::array)),
    carry("transpose", 0, 0, transpose),
    carry("assoc", 1, 1, |it, this, args| find_pair(it, this, args, 0)),
    carry("rassoc", 1, 1, |it, this, args| find_pair(it, this, args, 1)),
    row("index", 0, 1, |it, this, args| position(it, this, args, false)),
    row("find_index", 0, 1, |it, this, args| position(it, this, args, false)),
    row("rindex", 0, 1, |it, this, args| position(it, this, args, true)),
    carry("each", 0, 0, each),
    carry("each_index", 0, 0, each_index),
    carry("combination", 1, 1, |it, this, args| choices(it, this, args, combinations)),
    carry("permutation", 0, 1, |it, this, args| choices(it, this, args, permutations)),
    carry("product", 0, -1, product),
    carry("sample", 0, -1, |it, _, _| Err(it.refused("`Array#sample`"))),
    carry("shuffle", 0, -1, |it, _, _| Err(it.refused("`Array#shuffle`"))),
    carry("bsearch", 0, 0, |it, this, args| {
        it.send_with(
            this,
            "find",
            Args { values: Vec::new(), keywords: false, block: args.block.clone(), scope: None },
        )
    }),
    row("pack", 1, 1, |it, this, args| super::bytes::pack(it, &items(this), args)),
    row("shelljoin", 0, 0, |it, this, _| super::libs::shell_join(it, this, &Args::of(vec![this.clone()]))),
    row("hash", 0, 0, |it, this, _| it.inspect(this).map(|text| Rv::Int(super::number::hash_of(&text)))),
];

/// The items of an array receiver.
pub(super) fn items(value: &Rv) -> Vec<Rv> {
    if let Rv::Array(it) = value { it.to_vec() } else { Vec::new() }
}

/// An argument as an array, as methods take theirs.
pub(super) fn list(it: &mut Interp<'_>, value: &Rv) -> R<Vec<Rv>> {
    match value {
        Rv::Array(items) => Ok(items.to_vec()),
        other => Err(it.no_conversion(other, "Array")),
    }
}

fn offset(index: i64, count: usize) -> Option<usize> {
    usize::try_from(if index < 0 { index + count as i64 } else { index }).ok()
}

/// Start and length in an array, as `[]` takes them.
pub(super) fn part(it: &mut Interp<'_>, count: usize, args: &Args<'_>) -> R<Option<(usize, usize)>> {
    let bounds = match (args.at(0), args.opt(1)) {
        (Rv::Range(range), _) => range_bounds(it, range, count)?,
        (start, Some(length)) => {
            let (start, length) = (it.int(start)?, it.int(length)?);
            let start = if start < 0 { start + count as i64 } else { start };
            let fits = start >= 0 && start <= count as i64 && length >= 0;
            fits.then(|| (start, length.min(count as i64 - start)))
        }
        _ => None,
    };
    Ok(bounds.map(|(start, length)| (start as usize, length as usize)))
}

fn index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Array(array) = this else { return Ok(Rv::Nil) };
    if let (Rv::Int(index), None) = (args.at(0), args.opt(1)) {
        let at = offset(*index, array.len());
        return Ok(at.and_then(|at| array.get(at)).unwrap_or(Rv::Nil));
    }
    if args.opt(1).is_none() && !matches!(args.at(0), Rv::Range(_)) {
        let index = it.int(args.at(0))?;
        return Ok(offset(index, array.len()).and_then(|at| array.get(at)).unwrap_or(Rv::Nil));
    }
    let found = part(it, array.len(), args)?;
    Ok(found.map_or(Rv::Nil, |(start, length)| {
        Rv::array(array.items().iter().skip(start).take(length).cloned().collect())
    }))
}

fn fetch(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let index = it.int(args.at(0))?;
    let all = items(this);
    if let Some(found) = offset(index, all.len()).and_then(|at| all.get(at)) {
        return Ok(found.clone());
    }
    if let Some(block) = &args.block {
        return it.yield1(block, Rv::Int(index));
    }
    if let Some(default) = args.opt(1) {
        return Ok(default.clone());
    }
    let count = all.len();
    Err(it
        .raise("IndexError", format!("index {index} outside of array bounds: {}...{count}", -(count as i64))))
}

/// `dig` of arrays, hashes and structs.
pub(super) fn dig(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let found = it.send(this, "[]", args.values.get(..1).unwrap_or_default())?;
    let rest = args.values.get(1..).unwrap_or_default();
    if rest.is_empty() || found.is_nil() {
        return Ok(found);
    }
    if !it.responds_to(&found, "dig") {
        let class = it.class_name(&found);
        return Err(it.type_error(format!("{class} does not have #dig method")));
    }
    it.send(&found, "dig", rest)
}

fn values_at(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made = Vec::new();
    for key in &args.values {
        let found = index(it, this, &Args::of(vec![key.clone()]))?;
        if matches!(key, Rv::Range(_)) { made.extend(items(&found)) } else { made.push(found) }
    }
    Ok(Rv::array(made))
}

fn first(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let all = items(this);
    match args.opt(0) {
        None => Ok(all.into_iter().next().unwrap_or(Rv::Nil)),
        Some(count) => {
            let count = it.count(count)?;
            Ok(Rv::array(all.into_iter().take(count).collect()))
        }
    }
}

fn last(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let all = items(this);
    match args.opt(0) {
        None => Ok(all.into_iter().next_back().unwrap_or(Rv::Nil)),
        Some(count) => {
            let count = it.count(count)?;
            let skip = all.len().saturating_sub(count);
            Ok(Rv::array(all.into_iter().skip(skip).collect()))
        }
    }
}

fn plus(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made = items(this);
    made.extend(list(it, args.at(0))?);
    it.charge(made.len() * size_of::<Rv>())?;
    Ok(Rv::array(made))
}

fn keys(values: Vec<Rv>) -> IndexSet<Key> {
    values.into_iter().map(Key).collect()
}

fn minus(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let gone = keys(list(it, args.at(0))?);
    Ok(Rv::array(items(this).into_iter().filter(|item| !gone.contains(&Key(item.clone()))).collect()))
}

fn intersection(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let kept = keys(list(it, args.at(0))?);
    let both = keys(items(this)).into_iter().filter(|item| kept.contains(item));
    Ok(Rv::array(both.map(|key| key.0).collect()))
}

fn union(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut all = keys(items(this));
    all.extend(keys(list(it, args.at(0))?));
    Ok(Rv::array(all.into_iter().map(|key| key.0).collect()))
}

fn fold(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, step: super::Native) -> R {
    let mut made = Rv::array(items(this));
    for other in &args.values {
        made = step(it, &made, &Args::of(vec![other.clone()]))?;
    }
    Ok(made)
}

fn times(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if let Rv::Str(_) = args.at(0) {
        return join(it, this, args);
    }
    let count = it.int(args.at(0))?;
    let Ok(count) = usize::try_from(count) else {
        return Err(it.argument_error("argument must be non-negative"));
    };
    let all = items(this);
    it.charge(all.len().saturating_mul(count).saturating_mul(size_of::<Rv>()))?;
    Ok(Rv::array(all.iter().cycle().take(all.len() * count).cloned().collect()))
}

fn join(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let separator = match args.at(0) {
        Rv::Nil => Str::default(),
        other => it.string(other)?,
    };
    let mut made = Str::default();
    let mut first = true;
    join_into(it, &items(this), &separator, (&mut made, &mut first))?;
    it.charge(made.len())?;
    Ok(Rv::str(made))
}

fn join_into(it: &mut Interp<'_>, items: &[Rv], separator: &Str, into: (&mut Str, &mut bool)) -> R<()> {
    let (made, first) = into;
    for item in items {
        if let Rv::Array(inner) = item {
            let inner = inner.to_vec();
            if inner.is_empty() && !*first {
                made.push(separator);
            }
            it.nested(|it| join_into(it, &inner, separator, (made, first)))?;
            continue;
        }
        if !*first {
            made.push(separator);
        }
        *first = false;
        made.push(&it.to_s(item)?);
        it.charge(16)?;
    }
    Ok(())
}

fn rotate(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let by = args.opt(0).map_or(Ok(1), |by| it.int(by))?;
    let mut all = items(this);
    if !all.is_empty() {
        let by = by.rem_euclid(all.len() as i64) as usize;
        all.rotate_left(by);
    }
    Ok(Rv::array(all))
}

/// All items of nested arrays, as deep as asked.
pub(super) fn flatten(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R<Vec<Rv>> {
    let depth = match args.at(0) {
        Rv::Nil => -1,
        depth => it.int(depth)?,
    };
    let mut made = Vec::new();
    flatten_into(it, items(this), depth, &mut made)?;
    Ok(made)
}

fn flatten_into(it: &mut Interp<'_>, items: Vec<Rv>, depth: i64, made: &mut Vec<Rv>) -> R<()> {
    it.charge(items.len() * size_of::<Rv>())?;
    for item in items {
        match item {
            Rv::Array(inner) if depth != 0 => {
                let inner = inner.to_vec();
                it.nested(|it| flatten_into(it, inner, depth - 1, made))?;
            }
            other => made.push(other),
        }
    }
    Ok(())
}

fn transpose(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let mut rows = Vec::new();
    for row in items(this) {
        rows.push(list(it, &row)?);
    }
    let width = rows.first().map_or(0, Vec::len);
    if let Some(odd) = rows.iter().find(|row| row.len() != width) {
        let message = format!("element size differs ({} should be {width})", odd.len());
        return Err(it.raise("IndexError", message));
    }
    let column = |at: usize| Rv::array(rows.iter().filter_map(|row| row.get(at).cloned()).collect());
    Ok(Rv::array((0..width).map(column).collect()))
}

fn find_pair(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, place: usize) -> R {
    for item in items(this) {
        if let Rv::Array(pair) = &item
            && let Some(key) = pair.get(place)
            && it.equal(&key, args.at(0))?
        {
            return Ok(item);
        }
    }
    Ok(Rv::Nil)
}

fn position(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, last: bool) -> R {
    let mut found = Rv::Nil;
    for (at, item) in items(this).iter().enumerate() {
        let hit = match (args.opt(0), &args.block) {
            (Some(value), _) => it.equal(item, value)?,
            (None, Some(block)) => it.yield1(block, item.clone())?.truthy(),
            (None, None) => return Ok(it.enumerator(this, "index", args)),
        };
        if hit {
            found = Rv::from(at);
            if !last {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

fn each(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Array(array) = this else { return Ok(Rv::Nil) };
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each", args)) };
    let mut at = 0;
    while let Some(item) = array.get(at) {
        it.step()?;
        it.yield1(block, item)?;
        at += 1;
    }
    Ok(this.clone())
}

fn each_index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each_index", args)) };
    for at in 0..items(this).len() {
        it.yield1(block, Rv::from(at))?;
    }
    Ok(this.clone())
}

/// Gives all choices of so many items.
type Choose = fn(&mut Interp<'_>, &[Rv], usize) -> R<Vec<Vec<Rv>>>;

fn choices(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, choose: Choose) -> R {
    let all = items(this);
    let count = match args.opt(0) {
        Some(count) => it.count(count)?,
        None => all.len(),
    };
    let made: Vec<Rv> = choose(it, &all, count)?.into_iter().map(Rv::array).collect();
    let Some(block) = &args.block else { return Ok(Rv::array(made)) };
    for item in made {
        it.call_block(block, &[item])?;
    }
    Ok(this.clone())
}

fn combinations(it: &mut Interp<'_>, items: &[Rv], count: usize) -> R<Vec<Vec<Rv>>> {
    if count == 0 {
        return Ok(vec![Vec::new()]);
    }
    let mut made = Vec::new();
    for (at, first) in items.iter().enumerate() {
        let rest = items.get(at + 1..).unwrap_or_default();
        for mut tail in it.nested(|it| combinations(it, rest, count - 1))? {
            it.charge(count * size_of::<Rv>())?;
            tail.insert(0, first.clone());
            made.push(tail);
        }
    }
    Ok(made)
}

fn permutations(it: &mut Interp<'_>, items: &[Rv], count: usize) -> R<Vec<Vec<Rv>>> {
    if count == 0 {
        return Ok(vec![Vec::new()]);
    }
    let mut made = Vec::new();
    for (at, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(at);
        for mut tail in it.nested(|it| permutations(it, &rest, count - 1))? {
            it.charge(count * size_of::<Rv>())?;
            tail.insert(0, first.clone());
            made.push(tail);
        }
    }
    Ok(made)
}

fn product(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made: Vec<Vec<Rv>> = items(this).into_iter().map(|item| vec![item]).collect();
    for other in &args.values {
        let other = list(it, other)?;
        it.charge(made.len().saturating_mul(other.len()).saturating_mul(size_of::<Rv>() * 2))?;
        made = made
            .into_iter()
            .flat_map(|row| other.iter().map(move |item| row.iter().cloned().chain([item.clone()]).collect()))
            .collect();
    }
    Ok(Rv::array(made.into_iter().map(Rv::array).collect()))
}

/// Groups by a key in order of appearance.
pub(super) fn grouped(pairs: Vec<(Rv, Rv)>) -> Rv {
    let mut made: IndexMap<Key, Vec<Rv>> = IndexMap::default();
    for (key, item) in pairs {
        made.entry(Key::frozen(key)).or_default().push(item);
    }
    Rv::hash(made.into_iter().map(|(key, items)| (key, Rv::array(items))).collect())
}
