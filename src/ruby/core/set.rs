//! `Set`.

use super::{Args, Row, carry, row};
use crate::ruby::{
    interp::Interp,
    object::{Data, Key, R, RHash, Rv},
};
use std::rc::Rc;

/// The methods of sets.
pub(super) static SET: &[Row] = &[
    carry("each", 0, 0, |it, this, args| {
        let block = it.block(args)?.clone();
        for item in it.to_vec(this)? {
            it.yield1(&block, item)?;
        }
        Ok(this.clone())
    }),
    carry("add", 1, 1, add),
    carry("<<", 1, 1, add),
    row(
        "add?",
        1,
        1,
        |it, this, args| {
            if includes(this, args.at(0)) { Ok(Rv::Nil) } else { add(it, this, args) }
        },
    ),
    carry("delete", 1, 1, |it, this, args| {
        it.thaw(this)?;
        entries(this).entries_mut().shift_remove(&Key(args.at(0).clone()));
        Ok(this.clone())
    }),
    row("include?", 1, 1, |_, this, args| Ok(Rv::Bool(includes(this, args.at(0))))),
    row("member?", 1, 1, |_, this, args| Ok(Rv::Bool(includes(this, args.at(0))))),
    row("===", 1, 1, |_, this, args| Ok(Rv::Bool(includes(this, args.at(0))))),
    row("size", 0, 0, |_, this, _| Ok(Rv::from(entries(this).len()))),
    row("length", 0, 0, |_, this, _| Ok(Rv::from(entries(this).len()))),
    row("empty?", 0, 0, |_, this, _| Ok(Rv::Bool(entries(this).len() == 0))),
    carry("|", 1, 1, union),
    carry("+", 1, 1, union),
    carry("union", 1, 1, union),
    carry("merge", 0, -1, |it, this, args| {
        for other in &args.values {
            for item in it.to_vec(other)? {
                add(it, this, &Args::of(vec![item]))?;
            }
        }
        Ok(this.clone())
    }),
    carry("&", 1, 1, |it, this, args| both(it, this, args, true)),
    carry("intersection", 1, 1, |it, this, args| both(it, this, args, true)),
    carry("-", 1, 1, |it, this, args| both(it, this, args, false)),
    carry("difference", 1, 1, |it, this, args| both(it, this, args, false)),
    row("subset?", 1, 1, |_, this, args| Ok(Rv::Bool(within(this, args.at(0))))),
    row("<=", 1, 1, |_, this, args| Ok(Rv::Bool(within(this, args.at(0))))),
    row("superset?", 1, 1, |_, this, args| Ok(Rv::Bool(within(args.at(0), this)))),
    row(">=", 1, 1, |_, this, args| Ok(Rv::Bool(within(args.at(0), this)))),
    row("disjoint?", 1, 1, |it, this, args| {
        let common = both(it, this, args, true)?;
        Ok(Rv::Bool(entries(&common).len() == 0))
    }),
    row("==", 1, 1, |_, this, args| Ok(Rv::Bool(crate::ruby::object::eql(this, args.at(0), 0)))),
    carry("to_set", 0, 0, |_, this, _| Ok(this.clone())),
];

fn entries(value: &Rv) -> Rc<RHash> {
    if let Rv::Object(object) = value
        && let Data::Set(set) = &object.data
    {
        return set.clone();
    }
    Rc::new(RHash::new(Default::default()))
}

fn includes(this: &Rv, item: &Rv) -> bool {
    entries(this).entries().contains_key(&Key(item.clone()))
}

fn within(small: &Rv, large: &Rv) -> bool {
    let large = entries(large);
    entries(small).entries().keys().all(|key| large.entries().contains_key(key))
}

/// Makes a set.
pub(super) fn make(it: &mut Interp<'_>, items: Vec<Rv>) -> Rv {
    let class = it.world.class("Set");
    let entries = items.into_iter().map(|item| (Key::frozen(item), Rv::Bool(true))).collect();
    it.object(class, Data::Set(Rc::new(RHash::new(entries))))
}

/// `Set.new(list)`.
pub(super) fn new(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let mut items = it.to_vec(args.at(0))?;
    if let Some(block) = &args.block {
        items = items.into_iter().map(|item| it.yield1(block, item)).collect::<R<_>>()?;
    }
    Ok(make(it, items))
}

fn add(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.thaw(this)?;
    it.charge(size_of::<Rv>() * 2)?;
    entries(this).insert(args.at(0).clone(), Rv::Bool(true));
    Ok(this.clone())
}

fn union(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut all = it.to_vec(this)?;
    all.extend(it.to_vec(args.at(0))?);
    Ok(make(it, all))
}

fn both(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, wanted: bool) -> R {
    let other = it.to_vec(args.at(0))?;
    let other = make(it, other);
    let kept = it.to_vec(this)?.into_iter().filter(|item| includes(&other, item) == wanted).collect();
    Ok(make(it, kept))
}
