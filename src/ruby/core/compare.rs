//! Equality and order.

use super::{Args, Row, row};
use crate::ruby::{
    interp::Interp,
    object::{Data, R, Rv},
};
use std::{cmp::Ordering, rc::Rc};

/// The methods of `Comparable`, over `<=>`.
pub(super) static COMPARABLE: &[Row] = &[
    row("<", 1, 1, less),
    row("<=", 1, 1, less_or_equal),
    row(">", 1, 1, greater),
    row(">=", 1, 1, greater_or_equal),
    row("between?", 2, 2, between),
    row("clamp", 1, 2, clamp),
];

/// `==` of classes that include `Comparable`.
pub(super) static COMPARABLE_EQUAL: Row = row("==", 1, 1, |it, this, args| {
    Ok(Rv::Bool(this.same(args.at(0)) || it.compare(this, args.at(0))? == Some(Ordering::Equal)))
});

impl Interp<'_> {
    /// `a == b`.
    pub(crate) fn equal(&mut self, a: &Rv, b: &Rv) -> R<bool> {
        match (a, b) {
            (Rv::Str(a), Rv::Str(b)) => Ok(*a.text.borrow() == *b.text.borrow()),
            (Rv::Int(a), Rv::Float(b)) | (Rv::Float(b), Rv::Int(a)) => Ok(*a as f64 == *b),
            (Rv::Float(a), Rv::Float(b)) => Ok(a == b),
            (Rv::Array(a), Rv::Array(b)) => {
                if Rc::ptr_eq(a, b) {
                    return Ok(true);
                }
                let (a, b) = (a.to_vec(), b.to_vec());
                self.nested(|this| this.equal_lists(&a, &b))
            }
            (Rv::Hash(a), Rv::Hash(b)) => {
                if Rc::ptr_eq(a, b) {
                    return Ok(true);
                }
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, value) in a.pairs() {
                    let Some(other) = b.get(&key) else { return Ok(false) };
                    if !self.nested(|this| this.equal(&value, &other))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Rv::Object(object), _) if !a.same(b) && matches!(object.data, Data::None) => {
                Ok(self.send(a, "==", std::slice::from_ref(b))?.truthy())
            }
            (Rv::Object(x), Rv::Object(y)) => match (&x.data, &y.data) {
                (Data::Exception(_), Data::Exception(_)) => Ok(Rc::ptr_eq(x, y)),
                _ => Ok(crate::ruby::object::eql(a, b, 0)),
            },
            (Rv::Object(_), _) if self.responds_to(a, "coerce_other") => Ok(false),
            _ => Ok(crate::ruby::object::eql(a, b, 0)),
        }
    }

    fn equal_lists(&mut self, a: &[Rv], b: &[Rv]) -> R<bool> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (a, b) in a.iter().zip(b) {
            if !self.equal(a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `a <=> b`; `None` where they cannot be compared.
    pub(crate) fn compare(&mut self, a: &Rv, b: &Rv) -> R<Option<Ordering>> {
        Ok(match (a, b) {
            (Rv::Int(a), Rv::Int(b)) => Some(a.cmp(b)),
            (Rv::Int(a), Rv::Float(b)) => (*a as f64).partial_cmp(b),
            (Rv::Float(a), Rv::Int(b)) => a.partial_cmp(&(*b as f64)),
            (Rv::Float(a), Rv::Float(b)) => a.partial_cmp(b),
            (Rv::Str(a), Rv::Str(b)) => {
                Some(a.text.borrow().as_str().as_bytes().cmp(b.text.borrow().as_str().as_bytes()))
            }
            (Rv::Sym(a), Rv::Sym(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Rv::Array(a), Rv::Array(b)) => {
                let (a, b) = (a.to_vec(), b.to_vec());
                self.nested(|this| this.compare_lists(&a, &b))?
            }
            (Rv::Class(a), Rv::Class(b)) => {
                if Rc::ptr_eq(a, b) {
                    Some(Ordering::Equal)
                } else if a.is_a(b) {
                    Some(Ordering::Less)
                } else {
                    b.is_a(a).then_some(Ordering::Greater)
                }
            }
            (Rv::Int(a), Rv::Object(_)) if super::big::integer(b).is_some() => {
                super::big::integer(b).map(|b| num_bigint_dig::BigInt::from(*a).cmp(&b))
            }
            (Rv::Float(a), Rv::Object(_)) if super::big::integer(b).is_some() => {
                a.partial_cmp(&super::big::float(b))
            }
            (Rv::Object(x), other) => {
                if let (Data::Time(a, _), Rv::Object(y)) = (&x.data, other)
                    && let Data::Time(b, _) = &y.data
                {
                    return Ok(Some(a.cmp(b)));
                }
                if self.responds_to(a, "<=>") {
                    let result = self.send(a, "<=>", std::slice::from_ref(b))?;
                    return Ok(if let Rv::Int(it) = result { Some(it.cmp(&0)) } else { None });
                }
                a.same(b).then_some(Ordering::Equal)
            }
            (a, b) => self.equal(a, b)?.then_some(Ordering::Equal),
        })
    }

    fn compare_lists(&mut self, a: &[Rv], b: &[Rv]) -> R<Option<Ordering>> {
        for (a, b) in a.iter().zip(b) {
            match self.compare(a, b)? {
                Some(Ordering::Equal) => {}
                other => return Ok(other),
            }
        }
        Ok(Some(a.len().cmp(&b.len())))
    }

    /// `a <=> b`, or Ruby's complaint.
    pub(crate) fn order(&mut self, a: &Rv, b: &Rv) -> R<Ordering> {
        match self.compare(a, b)? {
            Some(order) => Ok(order),
            None => {
                let class = self.class_name(a);
                let shown = match b {
                    Rv::Nil | Rv::Bool(_) | Rv::Int(_) | Rv::Float(_) | Rv::Sym(_) => {
                        self.inspect(b)?.to_string()
                    }
                    other => self.class_name(other).to_string(),
                };
                Err(self.argument_error(format!("comparison of {class} with {shown} failed")))
            }
        }
    }

    /// Sorts by a comparison that may fail; stable enough to be deterministic.
    pub(crate) fn sort(
        &mut self,
        items: Vec<Rv>,
        mut order: impl FnMut(&mut Self, &Rv, &Rv) -> R<Ordering>,
    ) -> R<Vec<Rv>> {
        let mut failed = None;
        let mut items = items;
        items.sort_by(|a, b| {
            if failed.is_some() {
                return Ordering::Equal;
            }
            // the later item comes first here: asked the other way round, as Ruby asks
            match self.step().and_then(|()| order(self, b, a)) {
                Ok(order) => order.reverse(),
                Err(flow) => {
                    failed = Some(flow);
                    Ordering::Equal
                }
            }
        });
        failed.map_or(Ok(items), Err)
    }
}

fn less(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    Ok(Rv::Bool(it.order(this, args.at(0))?.is_lt()))
}

fn less_or_equal(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    Ok(Rv::Bool(it.order(this, args.at(0))?.is_le()))
}

fn greater(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    Ok(Rv::Bool(it.order(this, args.at(0))?.is_gt()))
}

fn greater_or_equal(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    Ok(Rv::Bool(it.order(this, args.at(0))?.is_ge()))
}

fn between(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    Ok(Rv::Bool(it.order(this, args.at(0))?.is_ge() && it.order(this, args.at(1))?.is_le()))
}

fn clamp(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (low, high) = match args.at(0) {
        Rv::Range(range) => (range.from.clone(), range.to.clone()),
        low => (low.clone(), args.at(1).clone()),
    };
    if !low.is_nil() && it.order(this, &low)?.is_lt() {
        return Ok(low);
    }
    if !high.is_nil() && it.order(this, &high)?.is_gt() {
        return Ok(high);
    }
    Ok(this.clone())
}
