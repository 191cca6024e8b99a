//! Blocks, procs and parameters.

use super::{Interp, eval::set};
use crate::maps::IndexMap;
use crate::ruby::{
    core::Args,
    object::{Body, Cref, Env, Flow, Frame, Key, R, RProc, Rv, Scope},
    tree::{Block, Keyword, Node, Params, Target},
};
use std::{cell::Cell, rc::Rc, sync::Arc};

impl Interp<'_> {
    /// Calls a block as `yield` does: an array given alone is taken apart where the block has several parameters.
    pub(crate) fn call_block(&mut self, block: &Rc<RProc>, values: &[Rv]) -> R {
        self.call_proc(block, Args::of(values.to_vec()), None)
    }

    /// Calls a block with one value.
    pub(crate) fn yield1(&mut self, block: &Rc<RProc>, value: Rv) -> R {
        self.call_proc(block, Args::of(vec![value]), None)
    }

    /// Calls a block with another `self`, as `instance_exec` does.
    pub(crate) fn call_proc_as(&mut self, block: &Rc<RProc>, this: &Rv, args: Args<'_>) -> R {
        self.call_proc(block, args, Some((this.clone(), None)))
    }

    /// Calls a proc; `replaced` gives another `self` and class body.
    pub(crate) fn call_proc(
        &mut self,
        block: &Rc<RProc>,
        args: Args<'_>,
        replaced: Option<(Rv, Option<Rc<Cref>>)>,
    ) -> R {
        match &block.body {
            Body::Native(run) => {
                let run = run.clone();
                self.nested(|this| run(this, &args.values))
            }
            Body::Symbol(name) => {
                let mut values = args.values.into_iter();
                let Some(receiver) = values.next() else {
                    return Err(self.argument_error("no receiver given"));
                };
                let args = Args { values: values.collect(), keywords: false, block: None, scope: None };
                self.dispatch(&receiver, &crate::ruby::lower::name(name), args, false)
            }
            Body::Method(receiver, name) => {
                let args = Args { scope: None, ..args };
                self.send_with(&receiver.clone(), name, args)
            }
            Body::Block(code, scope) => {
                let mut scope = Scope { env: Env::new(code.slots, Some(scope.env.clone())), ..scope.clone() };
                if let Some((this, cref)) = replaced {
                    scope.this = this;
                    scope.cref = cref.unwrap_or(scope.cref);
                }
                self.run_block(code, scope, args, block.lambda)
            }
        }
    }

    fn run_block(&mut self, code: &Arc<Block>, mut scope: Scope, args: Args<'_>, lambda: bool) -> R {
        if lambda {
            scope.frame = self.lambda_frame(&scope.frame);
        }
        let source = std::mem::replace(&mut self.source, code.source.clone());
        let at = self.at;
        let result = self.nested(|this| {
            this.bind(&code.params, args, lambda, &scope)?;
            code.body.as_ref().map_or(Ok(Rv::Nil), |body| this.eval(body, &scope))
        });
        self.source = source;
        self.at = at;
        match result {
            Err(flow) => match *flow {
                Flow::Next(value) => Ok(value),
                Flow::Return(id, value) if lambda && id == scope.frame.id => Ok(value),
                Flow::Break(id, value) if lambda && id == scope.block => Ok(value),
                other => Err(Box::new(other)),
            },
            ok => ok,
        }
    }

    /// A lambda's own activation: `return` leaves it, not the method around.
    fn lambda_frame(&mut self, outer: &Rc<Frame>) -> Rc<Frame> {
        let id = self.id();
        Rc::new(Frame {
            id,
            block: outer.block.clone(),
            method: outer.method.clone(),
            arguments: outer.arguments.clone(),
            last_match: outer.last_match.clone(),
            module_function: Cell::new(false),
            private: Cell::new(false),
        })
    }

    pub(super) fn lambda(&mut self, block: &Arc<Block>, scope: &Scope) -> Rv {
        let id = self.id();
        let scope = Scope { block: id, ..scope.clone() };
        Rv::Proc(Rc::new(RProc { body: Body::Block(block.clone(), scope), lambda: true, id }))
    }

    pub(super) fn yield_block(&mut self, arguments: &[Node], scope: &Scope) -> R {
        let Some(block) = scope.frame.block.clone() else {
            return Err(self.raise("LocalJumpError", "no block given (yield)"));
        };
        let (values, keywords) = self.arguments(arguments, false, scope)?;
        self.call_proc(&block, Args { values, keywords, block: None, scope: None }, None)
    }

    /// Makes a block of Rust code.
    pub(crate) fn native_block(&mut self, run: impl Fn(&mut Interp<'_>, &[Rv]) -> R + 'static) -> Rc<RProc> {
        Rc::new(RProc { body: Body::Native(Rc::new(run)), lambda: false, id: self.id() })
    }

    /// Binds arguments to parameters in the scope's own variables.
    pub(super) fn bind(&mut self, params: &Params, mut args: Args<'_>, strict: bool, scope: &Scope) -> R<()> {
        if let Some(slot) = params.block {
            set(&scope.env, slot, args.block.clone().map_or(Rv::Nil, Rv::Proc));
        }
        let takes_keywords = !params.keywords.is_empty() || params.keyword_rest.is_some();
        let keywords = if takes_keywords { self.take_keywords(&mut args) } else { None };
        let least = params.required.len() + params.post.len();
        let most = params.rest.is_none().then_some(least + params.optional.len());
        let mut values = args.values;
        if strict {
            if values.len() < least || most.is_some_and(|most| values.len() > most) {
                return Err(self.wrong_count(values.len(), least, most));
            }
        } else {
            values = spread(params, values);
            let room = most.unwrap_or(usize::MAX);
            values.truncate(room);
            if values.len() < least {
                values = pad(params, values);
            }
        }
        self.bind_values(params, values, scope)?;
        if takes_keywords { self.bind_keywords(params, keywords, scope) } else { Ok(()) }
    }

    fn bind_values(&mut self, params: &Params, values: Vec<Rv>, scope: &Scope) -> R<()> {
        let count = values.len();
        let after_required = count - params.required.len().min(count);
        let spare = after_required.saturating_sub(params.post.len());
        let given = spare.min(params.optional.len());
        let mut values = values.into_iter();
        for target in &params.required {
            let value = values.next().unwrap_or(Rv::Nil);
            self.bind_target(target, value, scope)?;
        }
        for (index, (slot, default)) in params.optional.iter().enumerate() {
            let value = if index < given { values.next() } else { None };
            let value = value.map_or_else(|| self.eval(default, scope), Ok)?;
            set(&scope.env, *slot, value);
        }
        if let Some(rest) = &params.rest {
            let several: Vec<Rv> = values.by_ref().take(spare - given).collect();
            if let Some(slot) = rest {
                set(&scope.env, *slot, Rv::array(several));
            }
        }
        for target in &params.post {
            let value = values.next().unwrap_or(Rv::Nil);
            self.bind_target(target, value, scope)?;
        }
        Ok(())
    }

    fn bind_target(&mut self, target: &Target, value: Rv, scope: &Scope) -> R<()> {
        match target {
            Target::Local(slot) => {
                set(&scope.env, *slot, value);
                Ok(())
            }
            other => self.assign(other, value, scope),
        }
    }

    fn take_keywords(&mut self, args: &mut Args<'_>) -> Option<Rv> {
        if !args.keywords {
            return None;
        }
        args.keywords = false;
        args.values.pop()
    }

    fn bind_keywords(&mut self, params: &Params, given: Option<Rv>, scope: &Scope) -> R<()> {
        let mut given: IndexMap<Key, Rv> = match &given {
            Some(Rv::Hash(hash)) => hash.entries().clone(),
            _ => IndexMap::default(),
        };
        let missing: Vec<&Keyword> = params
            .keywords
            .iter()
            .filter(|it| it.required && !given.contains_key(&Key(Rv::Sym(it.name.clone()))))
            .collect();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|it| format!(":{}", it.name)).collect();
            let plural = if names.len() > 1 { "s" } else { "" };
            return Err(self.argument_error(format!("missing keyword{plural}: {}", names.join(", "))));
        }
        for keyword in &params.keywords {
            let value = match given.shift_remove(&Key(Rv::Sym(keyword.name.clone()))) {
                Some(value) => value,
                None => keyword.default.as_ref().map_or(Ok(Rv::Nil), |default| self.eval(default, scope))?,
            };
            set(&scope.env, keyword.slot, value);
        }
        match &params.keyword_rest {
            Some(Some(slot)) => set(&scope.env, *slot, Rv::hash(given)),
            Some(None) => {}
            None if given.is_empty() => {}
            None => {
                let mut names = Vec::new();
                for key in given.keys() {
                    names.push(self.inspect(&key.0)?.to_string());
                }
                let plural = if names.len() > 1 { "s" } else { "" };
                return Err(self.argument_error(format!("unknown keyword{plural}: {}", names.join(", "))));
            }
        }
        Ok(())
    }
}

/// Takes an array that was given alone apart, where a block has several parameters.
fn spread(params: &Params, values: Vec<Rv>) -> Vec<Rv> {
    let named = params.required.len() + params.optional.len() + params.post.len();
    let several = named > 1 || (named > 0 && params.rest.is_some()) || params.excess_comma;
    match values.as_slice() {
        [Rv::Array(items)] if several => items.to_vec(),
        _ => values,
    }
}

/// Fills missing values of a block with nil so that the required parameters come first.
fn pad(params: &Params, mut values: Vec<Rv>) -> Vec<Rv> {
    values.resize(params.required.len() + params.post.len(), Rv::Nil);
    values
}
