//! `nil`, `true`, `false`, symbols, procs and enumerators.

use super::{Args, Row, carry, row, string::text};
use crate::{
    ruby::{
        interp::Interp,
        object::{Body, Data, Flow, R, RProc, Rv},
    },
    value::Str,
};
use std::{cell::Cell, rc::Rc};

/// The methods of `nil`.
pub(super) static NIL: &[Row] = &[
    row("to_a", 0, 0, |_, _, _| Ok(Rv::array(Vec::new()))),
    row("to_h", 0, 0, |_, _, _| Ok(Rv::hash(Default::default()))),
    row("to_i", 0, 0, |_, _, _| Ok(Rv::Int(0))),
    row("to_f", 0, 0, |_, _, _| Ok(Rv::Float(0.0))),
    row("&", 1, 1, |_, _, _| Ok(Rv::Bool(false))),
    row("|", 1, 1, |_, _, args| Ok(Rv::Bool(args.at(0).truthy()))),
    row("=~", 1, 1, |_, _, _| Ok(Rv::Nil)),
];

/// The methods of `true` and `false`.
pub(super) static BOOLEAN: &[Row] = &[
    row("&", 1, 1, |_, this, args| Ok(Rv::Bool(this.truthy() && args.at(0).truthy()))),
    row("|", 1, 1, |_, this, args| Ok(Rv::Bool(this.truthy() || args.at(0).truthy()))),
    row("^", 1, 1, |_, this, args| Ok(Rv::Bool(this.truthy() != args.at(0).truthy()))),
];

/// The methods of symbols.
pub(super) static SYMBOL: &[Row] = &[
    row("to_sym", 0, 0, |_, this, _| Ok(this.clone())),
    row("to_s", 0, 0, |_, this, _| Ok(Rv::str(text(this)))),
    row("id2name", 0, 0, |_, this, _| Ok(Rv::str(text(this)))),
    row("name", 0, 0, |_, this, _| Ok(Rv::str(text(this)))),
    row("to_proc", 0, 0, |it, this, _| Ok(it.to_proc(this)?.map_or(Rv::Nil, Rv::Proc))),
    row("length", 0, 0, |_, this, _| Ok(Rv::from(text(this).chars().count()))),
    row("size", 0, 0, |_, this, _| Ok(Rv::from(text(this).chars().count()))),
    row("empty?", 0, 0, |_, this, _| Ok(Rv::Bool(text(this).is_empty()))),
    row("upcase", 0, 0, |_, this, _| Ok(Rv::sym(text(this).to_uppercase()))),
    row("downcase", 0, 0, |_, this, _| Ok(Rv::sym(text(this).to_lowercase()))),
    row("capitalize", 0, 0, |_, this, _| Ok(Rv::sym(super::string_change::capitalize(&text(this))))),
    row("succ", 0, 0, |_, this, _| Ok(Rv::sym(super::string_change::successor(&text(this))))),
    row("[]", 1, 2, as_string),
    row("start_with?", 0, -1, |it, this, args| it.send_with(&Rv::str(text(this)), "start_with?", pass(args))),
    row("end_with?", 0, -1, |it, this, args| it.send_with(&Rv::str(text(this)), "end_with?", pass(args))),
    row("=~", 1, 1, |it, this, args| it.send_with(&Rv::str(text(this)), "=~", pass(args))),
    row("match", 1, 1, |it, this, args| it.send_with(&Rv::str(text(this)), "match", pass(args))),
    row("match?", 1, 1, |it, this, args| it.send_with(&Rv::str(text(this)), "match?", pass(args))),
    row("<=>", 1, 1, |it, this, args| {
        Ok(it.compare(this, args.at(0))?.map_or(Rv::Nil, |o| Rv::Int(o as i64)))
    }),
    row("casecmp", 1, 1, symbol_casecmp),
];

/// The methods of procs, lambdas and methods.
pub(super) static PROC: &[Row] = &[
    carry("call", 0, -1, call),
    carry("()", 0, -1, call),
    carry("yield", 0, -1, call),
    carry("[]", 0, -1, call),
    carry("===", 0, -1, call),
    row("to_proc", 0, 0, |_, this, _| Ok(this.clone())),
    row("lambda?", 0, 0, |_, this, _| Ok(Rv::Bool(proc(this).is_some_and(|it| it.lambda)))),
    row("arity", 0, 0, arity),
    row("parameters", 0, -1, parameters),
    row("curry", 0, 1, curry),
    row(">>", 1, 1, |it, this, args| compose(it, this, args.at(0))),
    row("<<", 1, 1, |it, this, args| compose(it, args.at(0), this)),
    row("unbind", 0, 0, |_, this, _| Ok(this.clone())),
    row("bind", 1, 1, |_, this, _| Ok(this.clone())),
    row("name", 0, 0, |_, this, _| match proc(this).map(|it| &it.body) {
        Some(Body::Method(_, name)) => Ok(Rv::Sym(name.clone())),
        _ => Ok(Rv::Nil),
    }),
];

/// The methods of enumerators.
pub(super) static ENUMERATOR: &[Row] = &[
    row("each", 0, 0, each),
    row("with_index", 0, 1, with_index),
    row("each_with_index", 0, 0, with_index),
    row("with_object", 1, 1, with_object),
    row("each_with_object", 1, 1, with_object),
    row("size", 0, 0, |it, this, _| Ok(Rv::from(it.to_vec(this)?.len()))),
    row("first", 0, 1, first),
    row("take", 1, 1, first),
];

fn pass<'a>(args: &Args<'a>) -> Args<'a> {
    Args {
        values: args.values.clone(),
        keywords: args.keywords,
        block: args.block.clone(),
        scope: args.scope,
    }
}

fn as_string(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.send_with(&Rv::str(text(this)), "[]", pass(args))
}

fn symbol_casecmp(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match args.at(0) {
        Rv::Sym(other) => it.send(&Rv::str(text(this)), "casecmp", &[Rv::str(other.clone())]),
        _ => Ok(Rv::Nil),
    }
}

fn proc(value: &Rv) -> Option<&Rc<RProc>> {
    if let Rv::Proc(it) = value { Some(it) } else { None }
}

fn call(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = proc(this).cloned() else { return Ok(Rv::Nil) };
    it.call_proc(&block, Args { scope: None, ..pass(args) }, None)
}

fn arity(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let Some(block) = proc(this) else { return Ok(Rv::Nil) };
    let Body::Block(code, _) = &block.body else { return Ok(Rv::Int(-2)) };
    let least = (code.params.required.len() + code.params.post.len()) as i64;
    let required = code.params.keywords.iter().any(|keyword| keyword.required);
    let open = code.params.rest.is_some() || !code.params.optional.is_empty() && block.lambda;
    let least = least + i64::from(required && !open && least == 0);
    Ok(Rv::Int(if open { -least - 1 } else { least }))
}

fn parameters(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let Some(block) = proc(this) else { return Ok(Rv::Nil) };
    let Body::Block(code, _) = &block.body else { return Err(it.unsupported_method("`parameters`")) };
    let kind = if block.lambda { "req" } else { "opt" };
    Ok(Rv::array(code.params.required.iter().map(|_| Rv::array(vec![Rv::sym(kind)])).collect()))
}

fn compose(it: &mut Interp<'_>, first: &Rv, second: &Rv) -> R {
    let (first, second) = (first.clone(), second.clone());
    let made = it.native_block(move |it, values| {
        let middle = it.send(&first, "call", values)?;
        it.send(&second, "call", &[middle])
    });
    Ok(Rv::Proc(made))
}

fn source(value: &Rv) -> Option<(Rv, ecow::EcoString, Vec<Rv>)> {
    let Rv::Object(object) = value else { return None };
    let Data::Enumerator(receiver, name, values) = &object.data else { return None };
    Some((receiver.clone(), name.clone(), values.clone()))
}

fn run(it: &mut Interp<'_>, this: &Rv, block: Rc<RProc>) -> R {
    let Some((receiver, name, values)) = source(this) else { return Ok(Rv::Nil) };
    it.send_with(&receiver, &name, Args { values, keywords: false, block: Some(block), scope: None })
}

fn each(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match &args.block {
        Some(block) => run(it, this, block.clone()),
        None => Ok(this.clone()),
    }
}

/// What a block was given, as one value.
fn packed(values: &[Rv]) -> Rv {
    match values {
        [] => Rv::Nil,
        [only] => only.clone(),
        several => Rv::array(several.to_vec()),
    }
}

fn with_index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let start = if args.at(0).is_nil() { 0 } else { it.int(args.at(0))? };
    let Some(block) = args.block.clone() else {
        let items = it.to_vec(this)?;
        let pairs = items.into_iter().zip(start..).map(|(item, index)| Rv::pair(item, Rv::Int(index)));
        return Ok(Rv::array(pairs.collect()));
    };
    let next = Rc::new(Cell::new(start));
    let counted = it.native_block(move |it, values| {
        let index = next.get();
        next.set(index + 1);
        it.call_block(&block, &[packed(values), Rv::Int(index)])
    });
    run(it, this, counted)
}

fn with_object(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    let memo = args.at(0).clone();
    let given = memo.clone();
    let with = it.native_block(move |it, values| it.call_block(&block, &[packed(values), given.clone()]));
    run(it, this, with)?;
    Ok(memo)
}

/// The first items only: leaves the loop as soon as they are there.
fn first(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let count = args.opt(0).map_or(Ok(1), |count| it.count(count))?;
    let found: Rc<std::cell::RefCell<Vec<Rv>>> = Rc::default();
    let sink = found.clone();
    let tag = it.object(it.world.object.clone(), Data::None);
    let thrown = tag.clone();
    let block = it.native_block(move |it, values| {
        it.step()?;
        it.charge(size_of::<Rv>())?;
        sink.borrow_mut().push(packed(values));
        let enough = sink.borrow().len() >= count;
        if enough { Err(Box::new(Flow::Throw(thrown.clone(), Rv::Nil))) } else { Ok(Rv::Nil) }
    });
    if count > 0
        && let Err(flow) = run(it, this, block)
        && !matches!(&*flow, Flow::Throw(found, _) if found.same(&tag))
    {
        return Err(flow);
    }
    let items = found.take();
    if args.opt(0).is_some() { Ok(Rv::array(items)) } else { Ok(items.into_iter().next().unwrap_or(Rv::Nil)) }
}

fn curry(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let count = match args.opt(0) {
        Some(count) => it.count(count)?,
        None => match arity(it, this, args)? {
            Rv::Int(count) if count < 0 => (-count - 1) as usize,
            Rv::Int(count) => count as usize,
            _ => 0,
        },
    };
    Ok(curried(it, this.clone(), count, Vec::new()))
}

fn curried(it: &mut Interp<'_>, of: Rv, count: usize, given: Vec<Rv>) -> Rv {
    Rv::Proc(it.native_block(move |it, values| {
        let all: Vec<Rv> = given.iter().chain(values).cloned().collect();
        if all.len() >= count { it.send(&of, "call", &all) } else { Ok(curried(it, of.clone(), count, all)) }
    }))
}

/// What an enumerator gives, as a list.
pub(super) fn items(it: &mut Interp<'_>, this: &Rv) -> R<Vec<Rv>> {
    let found: Rc<std::cell::RefCell<Vec<Rv>>> = Rc::default();
    let sink = found.clone();
    let block = it.native_block(move |it, values| {
        it.step()?;
        it.charge(size_of::<Rv>())?;
        sink.borrow_mut().push(packed(values));
        Ok(Rv::Nil)
    });
    run(it, this, block)?;
    Ok(found.take())
}

impl Interp<'_> {
    /// A note of what Ruby code printed or warned of.
    pub(crate) fn note(&mut self, text: &Str) {
        let message = if text.labels().is_some() {
            "a warning that holds a secret".to_owned()
        } else {
            text.to_string()
        };
        let found = crate::diag::Diagnostic::warning(&crate::ruby::code::WARNED, message).at(self.place());
        self.host.report(found);
    }
}
