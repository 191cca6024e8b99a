//! `Range`.

use super::{Args, Row, row};
use crate::ruby::{
    interp::Interp,
    object::{R, RRange, Rv},
};

/// The methods of `Range`.
pub(super) static RANGE: &[Row] = &[
    row("first", 0, 1, first),
    row("begin", 0, 0, |_, this, _| Ok(range(this).map_or(Rv::Nil, |it| it.from.clone()))),
    row("end", 0, 0, |_, this, _| Ok(range(this).map_or(Rv::Nil, |it| it.to.clone()))),
    row("last", 0, 1, last),
    row("exclude_end?", 0, 0, |_, this, _| Ok(Rv::Bool(range(this).is_some_and(|it| it.exclusive)))),
    row("include?", 1, 1, covers),
    row("member?", 1, 1, covers),
    row("cover?", 1, 1, covers),
    row("===", 1, 1, covers),
    row("each", 0, 0, each),
    row("reverse_each", 0, 0, reverse_each),
    row("size", 0, 0, size),
    row("step", 0, 1, step),
    row("%", 1, 1, step),
    row("==", 1, 1, |_, this, args| Ok(Rv::Bool(crate::ruby::object::eql(this, args.at(0), 0)))),
];

fn range(value: &Rv) -> Option<&RRange> {
    if let Rv::Range(it) = value { Some(it) } else { None }
}

/// The integers of a range: the first and one past the last.
fn bounds(it: &mut Interp<'_>, range: &RRange) -> R<Option<(i64, i64)>> {
    match (&range.from, &range.to) {
        (Rv::Int(from), Rv::Int(to)) => Ok(Some((*from, to.saturating_add(i64::from(!range.exclusive))))),
        (Rv::Int(from), Rv::Float(to)) if to.is_finite() => {
            let whole = to.floor();
            Ok(Some((*from, whole as i64 + i64::from(!range.exclusive || whole < *to))))
        }
        (Rv::Int(from), Rv::Nil | Rv::Float(_)) => Ok(Some((*from, i64::MAX))),
        (Rv::Float(_) | Rv::Nil, _) => {
            let class = it.class_name(&range.from);
            Err(it.type_error(format!("can't iterate from {class}")))
        }
        _ => Ok(None),
    }
}

/// All items of a range.
pub(super) fn items(it: &mut Interp<'_>, range: &RRange) -> R<Vec<Rv>> {
    if let Some((from, end)) = bounds(it, range)? {
        if end == i64::MAX {
            return Err(it.raise("RangeError", "cannot convert endless range to an array"));
        }
        let count = end.saturating_sub(from).max(0);
        it.charge((count as usize).saturating_mul(size_of::<Rv>()))?;
        return Ok((from..end).map(Rv::Int).collect());
    }
    match (&range.from, &range.to) {
        (Rv::Str(from), Rv::Str(to)) => {
            let (from, to) = (from.text.borrow().clone(), to.text.borrow().clone());
            strings(it, &from, &to, range.exclusive)
        }
        (from, to) => {
            let mut made = Vec::new();
            let mut value = from.clone();
            loop {
                it.charge(size_of::<Rv>())?;
                let order = it.order(&value, to)?;
                if order.is_gt() || order.is_eq() && range.exclusive {
                    return Ok(made);
                }
                made.push(value.clone());
                value = it.send(&value, "succ", &[])?;
            }
        }
    }
}

/// The strings from one to another, by `succ`.
pub(super) fn strings(it: &mut Interp<'_>, from: &str, to: &str, exclusive: bool) -> R<Vec<Rv>> {
    let numeric =
        |text: &str| !text.is_empty() && text.len() < 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    if numeric(from) && numeric(to) {
        let (first, last): (i64, i64) = (from.parse().unwrap_or(0), to.parse().unwrap_or(0));
        let width = from.len();
        let end = last + i64::from(!exclusive);
        it.charge((end.saturating_sub(first).max(0) as usize).saturating_mul(64))?;
        return Ok((first..end).map(|value| Rv::str(format!("{value:0width$}"))).collect());
    }
    let mut made = Vec::new();
    if from.len() > to.len() || from.len() == to.len() && from > to {
        return Ok(made);
    }
    let mut value = from.to_owned();
    loop {
        it.step()?;
        it.charge(64)?;
        if value.len() > to.len() || value == to && exclusive {
            return Ok(made);
        }
        made.push(Rv::str(value.as_str()));
        if value == to {
            return Ok(made);
        }
        value = super::string_change::successor(&value);
    }
}

fn first(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(range) = range(this) else { return Ok(Rv::Nil) };
    let Some(count) = args.opt(0) else { return Ok(range.from.clone()) };
    let count = it.count(count)?;
    if let Some((from, end)) = bounds(it, range)? {
        let end = end.min(from.saturating_add(count as i64));
        return Ok(Rv::array((from..end).map(Rv::Int).collect()));
    }
    let mut items = items(it, range)?;
    items.truncate(count);
    Ok(Rv::array(items))
}

fn last(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(range) = range(this) else { return Ok(Rv::Nil) };
    let Some(count) = args.opt(0) else { return Ok(range.to.clone()) };
    let count = it.count(count)?;
    let items = items(it, range)?;
    let skip = items.len().saturating_sub(count);
    Ok(Rv::array(items.into_iter().skip(skip).collect()))
}

fn covers(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(range) = range(this) else { return Ok(Rv::Bool(false)) };
    let value = args.at(0);
    if let Rv::Range(other) = value {
        let inner = covers(it, this, &Args::of(vec![other.from.clone()]))?.truthy()
            && covers(it, this, &Args::of(vec![other.to.clone()]))?.truthy();
        return Ok(Rv::Bool(inner));
    }
    let low = range.from.is_nil() || it.compare(&range.from, value)?.is_some_and(|order| order.is_le());
    if !low {
        return Ok(Rv::Bool(false));
    }
    let high = range.to.is_nil()
        || it
            .compare(value, &range.to)?
            .is_some_and(|order| order.is_lt() || order.is_eq() && !range.exclusive);
    Ok(Rv::Bool(high))
}

fn each(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each", args)) };
    let Some(range) = range(this) else { return Ok(Rv::Nil) };
    if let Some((from, end)) = bounds(it, range)? {
        let mut value = from;
        while value < end {
            it.step()?;
            it.yield1(block, Rv::Int(value))?;
            value += 1;
        }
        return Ok(this.clone());
    }
    for item in items(it, range)? {
        it.yield1(block, item)?;
    }
    Ok(this.clone())
}

fn reverse_each(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "reverse_each", args)) };
    let Some(range) = range(this) else { return Ok(Rv::Nil) };
    for item in items(it, range)?.into_iter().rev() {
        it.yield1(block, item)?;
    }
    Ok(this.clone())
}

fn size(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let Some(range) = range(this) else { return Ok(Rv::Nil) };
    match (&range.from, &range.to) {
        (Rv::Int(_), Rv::Nil) => Ok(Rv::Float(f64::INFINITY)),
        (Rv::Int(_), _) => Ok(bounds(it, range)?.map_or(Rv::Nil, |(from, end)| Rv::Int((end - from).max(0)))),
        _ => Ok(Rv::Nil),
    }
}

fn step(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(range) = range(this) else { return Ok(Rv::Nil) };
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "step", args)) };
    if matches!(range.from, Rv::Float(_)) || matches!(args.at(0), Rv::Float(_)) {
        let inner = Args {
            values: vec![range.to.clone(), args.at(0).clone()],
            keywords: false,
            block: Some(block.clone()),
            scope: None,
        };
        return it.send_with(&range.from, "step", inner);
    }
    let by = args.opt(0).map_or(Ok(1), |by| it.count(by))?.max(1);
    if let Some((from, end)) = bounds(it, range)? {
        let mut value = from;
        while value < end {
            it.step()?;
            it.yield1(block, Rv::Int(value))?;
            value = value.saturating_add(by as i64);
        }
        return Ok(this.clone());
    }
    for item in items(it, range)?.into_iter().step_by(by) {
        it.yield1(block, item)?;
    }
    Ok(this.clone())
}
