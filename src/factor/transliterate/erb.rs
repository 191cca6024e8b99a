//! ERB templates: the statements of the Ruby that a template is, as a text.

use super::{
    Made, Work,
    epp::{either, joined},
    kind::Kind,
    names,
    puppet::text,
    refusal::Reason,
    scope::Scope,
    term::{Term, choose, or},
};
use crate::{
    maps::HashMap,
    ruby::tree::{Block, BlockArg, Call, Case, Kind as K, Node, Slot, Target},
    source::{Location, SourceFile},
    templating::erb,
    translate::nixos::{Expr, Part},
};
use ecow::EcoString;
use std::sync::Arc;

/// A template with the scope of its caller.
pub(super) struct Template<'w, 'a> {
    pub(super) work: &'w Work<'a>,
    pub(super) scope: &'w Scope,
    pub(super) source: Arc<SourceFile>,
}

/// Local variables, a level for each block; `None` for what is no longer known.
#[derive(Clone, Default)]
pub(super) struct Locals {
    levels: Vec<HashMap<u32, Option<Term>>>,
    /// The names of Nix that are bound around.
    used: Vec<EcoString>,
}

impl Locals {
    fn level(&mut self, slot: Slot) -> Option<&mut HashMap<u32, Option<Term>>> {
        let at = self.levels.len().checked_sub(1 + slot.depth as usize)?;
        self.levels.get_mut(at)
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Term> {
        let at = self.levels.len().checked_sub(1 + slot.depth as usize)?;
        self.levels.get(at)?.get(&slot.index)?.as_ref()
    }

    fn set(&mut self, slot: Slot, term: Option<Term>) {
        if let Some(level) = self.level(slot) {
            level.insert(slot.index, term);
        }
    }

    /// Whether a slot is ERB's own `_erbout`, the first of the template.
    fn is_output(&self, slot: Slot) -> bool {
        slot.index == 0 && slot.depth as usize + 1 == self.levels.len()
    }
}

impl<'a> Work<'a> {
    /// The text of an ERB template.
    pub(super) fn erb(&self, scope: &Scope, source: &Arc<SourceFile>) -> Made<Term> {
        let whole = || Location::new(source.clone(), Default::default());
        let script = erb::parsed(source);
        let script = script.map_err(|_| Reason::NotFound("the template's tree".into()).at(whole()))?;
        let template = Template { work: self, scope, source: source.clone() };
        let mut locals = Locals { levels: vec![HashMap::default()], used: scope.bound() };
        self.deeper(whole, || template.texts(&mut locals, Some(&script.unit().body)))
    }
}

impl Template<'_, '_> {
    pub(super) fn refuse<T>(&self, node: &Node, reason: Reason) -> Made<T> {
        Err(reason.at(Location::new(self.source.clone(), node.span)))
    }

    fn texts(&self, locals: &mut Locals, node: Option<&Node>) -> Made<Term> {
        let mut out = Vec::new();
        if let Some(node) = node {
            self.statement(locals, node, &mut out)?;
        }
        Ok(text(out))
    }

    fn statement(&self, locals: &mut Locals, node: &Node, out: &mut Vec<Part>) -> Made<()> {
        let at = || Location::new(self.source.clone(), node.span);
        self.work.deeper(at, || self.dispatch(locals, node, out))
    }

    fn dispatch(&self, locals: &mut Locals, node: &Node, out: &mut Vec<Part>) -> Made<()> {
        match &node.kind {
            K::Seq(nodes) => self.sequence(locals, nodes, out),
            K::Nil => Ok(()),
            K::Local(slot) if locals.is_output(*slot) => Ok(()),
            K::Assign(Target::Local(slot), value) => {
                if !locals.is_output(*slot) {
                    let term = self.expr(locals, value)?;
                    locals.set(*slot, Some(term));
                }
                Ok(())
            }
            K::If(test, then, otherwise) => {
                let test = self.test(locals, test)?;
                let then = self
                    .work
                    .under(&test, true, || self.branch(locals, then.as_deref(), test != Expr::Bool(false)))?;
                let otherwise = self.work.under(&test, false, || {
                    self.branch(locals, otherwise.as_deref(), test != Expr::Bool(true))
                })?;
                out.push(Part::Expr(either(test, then, otherwise).expr));
                Ok(())
            }
            K::Case(it) => {
                let chosen = self.case(locals, it)?;
                out.push(Part::Expr(chosen.expr));
                Ok(())
            }
            K::Call(call) => self.call_statement(locals, node, call, out),
            _ => self.refuse(node, Reason::Construct("this statement of a template".into())),
        }
    }

    /// Statements in a row; after `next if …` the others run only where that does not hold.
    fn sequence(&self, locals: &mut Locals, nodes: &[Node], out: &mut Vec<Part>) -> Made<()> {
        for (at, node) in nodes.iter().enumerate() {
            let Some((test, holds)) = skips(node).filter(|_| locals.levels.len() > 1) else {
                self.statement(locals, node, out)?;
                continue;
            };
            let test = self.test(locals, test)?;
            let mut rest = Vec::new();
            let nodes = nodes.get(at + 1..).unwrap_or_default();
            self.work.under(&test, !holds, || self.sequence(locals, nodes, &mut rest))?;
            let (none, rest) = (Expr::str("").into(), text(rest));
            out.push(Part::Expr(
                if holds { either(test, none, rest) } else { either(test, rest, none) }.expr,
            ));
            return Ok(());
        }
        Ok(())
    }

    /// A branch that may not be taken: what it assigns is not known afterwards.
    fn branch(&self, locals: &mut Locals, node: Option<&Node>, possible: bool) -> Made<Term> {
        if !possible {
            return Ok(Expr::str("").into());
        }
        let made = self.texts(&mut locals.clone(), node)?;
        forget(locals, node);
        Ok(made)
    }

    fn case(&self, locals: &mut Locals, it: &Case) -> Made<Term> {
        let mut chain = Vec::new();
        for (values, body) in &it.whens {
            let mut test = Expr::Bool(false);
            for value in values {
                test = or(test, self.when(locals, it.subject.as_ref(), value)?);
            }
            let body = self.branch(locals, body.as_ref(), test != Expr::Bool(false))?;
            chain.push((test, body));
        }
        let last = self.branch(locals, it.otherwise.as_ref(), true)?;
        Ok(chain.into_iter().rev().fold(last, |rest, (test, body)| either(test, body, rest)))
    }

    /// `value === subject`.
    pub(super) fn when(&self, locals: &mut Locals, subject: Option<&Node>, value: &Node) -> Made<Expr> {
        let Some(subject) = subject else { return self.test(locals, value) };
        let subject = self.expr(locals, subject)?;
        if let K::Regexp(parts, 0) = &value.kind
            && let [Node { kind: K::Str(pattern), .. }] = parts.as_slice()
        {
            return subject.matches(pattern.text()).or_else(|reason| self.refuse(value, reason));
        }
        let other = self.expr(locals, value)?;
        subject.same(&other).or_else(|reason| self.refuse(value, reason))
    }

    fn call_statement(&self, locals: &mut Locals, node: &Node, call: &Call, out: &mut Vec<Part>) -> Made<()> {
        let refuse = || self.refuse(node, Reason::Method(call.name.text.clone()));
        let Some(receiver) = &call.receiver else { return refuse() };
        if call.name.text == "<<"
            && let K::Local(slot) = &receiver.kind
            && locals.is_output(*slot)
            && let [written] = call.arguments.as_slice()
        {
            let term = self.expr(locals, written)?;
            let part = term.text().or_else(|reason| self.refuse(written, reason))?;
            out.push(part);
            return Ok(());
        }
        let BlockArg::Literal(block) = &call.block else { return refuse() };
        let indexed = match call.name.text.as_str() {
            "each" | "each_pair" => false,
            "each_with_index" => true,
            _ => return refuse(),
        };
        if !call.arguments.is_empty() {
            return refuse();
        }
        let over = self.iterated(locals, receiver)?;
        forget_in_block(locals, block);
        out.push(Part::Expr(self.each(locals, node, &over, (block, indexed))?.expr));
        Ok(())
    }

    /// What is iterated over; a sorted hash is the set itself, whose names are sorted.
    fn iterated(&self, locals: &mut Locals, node: &Node) -> Made<Term> {
        if let K::Call(call) = &node.kind
            && let Some(receiver) = &call.receiver
            && sorts_by_key(call)
        {
            let inner = self.expr(locals, receiver)?.present();
            if inner.kind.within(Kind::SET) {
                return Ok(sorted(inner));
            }
        }
        Ok(self.expr(locals, node)?.present())
    }

    fn each(
        &self,
        locals: &Locals,
        node: &Node,
        over: &Term,
        (block, indexed): (&Block, bool),
    ) -> Made<Term> {
        if !plain(block) {
            return self.refuse(node, Reason::Construct("these parameters of a block".into()));
        }
        let count = block.params.required.len();
        if let (false, Some(rows)) = (indexed, super::calls::literal_rows(over, count)) {
            let mut parts = Vec::new();
            for row in rows {
                let mut inner = self.entered(locals, node, block, row)?;
                parts.push(Part::Expr(self.texts(&mut inner, block.body.as_ref())?.expr));
            }
            return Ok(text(parts));
        }
        let list = over.kind.within(Kind::LIST);
        let item = over.kind.inner();
        let wanted: Vec<(&str, Kind)> = match (indexed, list, count) {
            (false, true, 1) => vec![("item", item)],
            (true, true, 2) => vec![("item", item), ("index", Kind::new(Kind::INT))],
            (false, false, 2) if over.kind.within(Kind::SET) => {
                vec![("name", Kind::new(Kind::STR)), ("value", item)]
            }
            _ => return self.refuse(node, Reason::Kind("iteration over what may be no list".into())),
        };
        let (mut inner, mut names) = self.opened(locals, node, block, &wanted)?;
        let body = self.texts(&mut inner, block.body.as_ref())?;
        if indexed {
            names.reverse();
        }
        Ok(joined(over, names, body.expr))
    }

    /// Locals with a block's parameters as new variables of Nix.
    pub(super) fn opened(
        &self,
        locals: &Locals,
        node: &Node,
        block: &Block,
        wanted: &[(&str, Kind)],
    ) -> Made<(Locals, Vec<EcoString>)> {
        let (mut bound, mut values, mut used) = (Vec::new(), Vec::new(), locals.used.clone());
        for (wanted, kind) in wanted {
            let name = names::local(wanted, &used);
            used.push(name.clone());
            values.push(Term { expr: names::variable(&name), kind: kind.clone() });
            bound.push(name);
        }
        let mut inner = self.entered(locals, node, block, values)?;
        inner.used = used;
        Ok((inner, bound))
    }

    /// Locals with values for a block's parameters.
    fn entered(&self, locals: &Locals, node: &Node, block: &Block, values: Vec<Term>) -> Made<Locals> {
        let mut inner = locals.clone();
        inner.levels.push(HashMap::default());
        for (target, value) in block.params.required.iter().zip(values) {
            let Target::Local(slot) = target else {
                return self.refuse(node, Reason::Construct("these parameters of a block".into()));
            };
            inner.set(*slot, Some(value));
        }
        Ok(inner)
    }

    /// The value of a block: assignments, then its last expression.
    pub(super) fn value(&self, locals: &mut Locals, node: Option<&Node>) -> Made<Term> {
        let Some(node) = node else { return Ok(Term::null()) };
        let K::Seq(nodes) = &node.kind else { return self.expr(locals, node) };
        let Some((last, before)) = nodes.split_last() else { return Ok(Term::null()) };
        for node in before {
            let K::Assign(Target::Local(slot), value) = &node.kind else {
                return self.refuse(node, Reason::Construct("this statement of a block".into()));
            };
            let term = self.expr(locals, value)?;
            locals.set(*slot, Some(term));
        }
        self.expr(locals, last)
    }

    /// `if` as a value.
    pub(super) fn if_value(
        &self,
        locals: &mut Locals,
        test: &Node,
        then: Option<&Node>,
        otherwise: Option<&Node>,
    ) -> Made<Term> {
        let test = self.test(locals, test)?;
        match test {
            Expr::Bool(true) => self.value(&mut locals.clone(), then),
            Expr::Bool(false) => self.value(&mut locals.clone(), otherwise),
            test => {
                let then = self.work.under(&test, true, || self.value(&mut locals.clone(), then))?;
                let value = || self.value(&mut locals.clone(), otherwise);
                let otherwise = self.work.under(&test, false, value)?;
                Ok(choose(test, then, otherwise))
            }
        }
    }
}

/// Whether a block has plain parameters only.
pub(super) fn plain(block: &Block) -> bool {
    let params = &block.params;
    params.optional.is_empty()
        && params.rest.is_none()
        && params.post.is_empty()
        && params.keywords.is_empty()
        && params.keyword_rest.is_none()
        && params.block.is_none()
        && params.required.iter().all(|target| matches!(target, Target::Local(_)))
}

/// The test of `next if test` or, with `false`, of `next unless test`.
fn skips(node: &Node) -> Option<(&Node, bool)> {
    let next = |node: &Option<Box<Node>>| matches!(node.as_deref(), Some(Node { kind: K::Next(None), .. }));
    match &node.kind {
        K::If(test, then, None) if next(then) => Some((test, true)),
        K::If(test, None, otherwise) if next(otherwise) => Some((test, false)),
        K::Seq(nodes) => match nodes.as_slice() {
            [one] => skips(one),
            _ => None,
        },
        _ => None,
    }
}

/// `x.sort`, `x.sort_by { |k, v| k }`.
fn sorts_by_key(call: &Call) -> bool {
    match (&call.block, call.name.text.as_str()) {
        (BlockArg::None, "sort") => call.arguments.is_empty(),
        (BlockArg::Literal(block), "sort_by") => {
            let body = block.body.as_ref().map(|body| &body.kind);
            match (block.params.required.as_slice(), body) {
                ([Target::Local(key), Target::Local(_)], Some(K::Local(slot))) => {
                    (slot.depth, slot.index) == (key.depth, key.index)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// A literal with its names sorted, as any other set has them.
fn sorted(term: Term) -> Term {
    let mut term = term;
    if let Expr::Attrs(entries) = &mut term.expr {
        entries.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    }
    term
}

/// Forgets the variables that a piece of code assigns: it may run never or often.
fn forget(locals: &mut Locals, node: Option<&Node>) {
    fn each(node: &Node, depth: u32, locals: &mut Locals) {
        let mut one = |inner: &Node| each(inner, depth, locals);
        match &node.kind {
            K::Seq(nodes) => nodes.iter().for_each(one),
            K::If(_, then, otherwise) => then.iter().chain(otherwise).for_each(|node| one(node)),
            K::Case(it) => {
                it.whens.iter().filter_map(|(_, body)| body.as_ref()).chain(&it.otherwise).for_each(one);
            }
            K::Call(call) => {
                if let BlockArg::Literal(block) = &call.block
                    && let Some(body) = &block.body
                {
                    each(body, depth + 1, locals);
                }
            }
            K::Assign(Target::Local(slot), _) => {
                if let Some(outer) = slot.depth.checked_sub(depth) {
                    locals.set(Slot { depth: outer, index: slot.index }, None);
                }
            }
            _ => {}
        }
    }
    if let Some(node) = node {
        each(node, 0, locals);
    }
}

/// The same within a block: its level is one further in.
fn forget_in_block(locals: &mut Locals, block: &Block) {
    if let Some(body) = &block.body {
        let mut inner = locals.clone();
        inner.levels.push(HashMap::default());
        forget(&mut inner, Some(body));
        inner.levels.pop();
        locals.levels = inner.levels;
    }
}
