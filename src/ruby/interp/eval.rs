//! Expressions.

use super::Interp;
use crate::{
    maps::IndexMap,
    ruby::{
        code, live,
        object::{Env, Flow, Key, R, RRange, Rv, Scope},
        tree::{ConstPath, ConstScope, Kind, Node, Slot},
    },
    value::Str,
};
use ecow::EcoString;
use std::rc::Rc;

impl Interp<'_> {
    /// Evaluates one expression.
    pub(crate) fn eval(&mut self, node: &Node, scope: &Scope) -> R {
        self.step()?;
        match &node.kind {
            Kind::Nil => Ok(Rv::Nil),
            Kind::True => Ok(Rv::Bool(true)),
            Kind::False => Ok(Rv::Bool(false)),
            Kind::SelfRef => Ok(scope.this.clone()),
            Kind::Int(it) => Ok(Rv::Int(*it)),
            Kind::CaseIn(it) => self.case_in(it, scope),
            Kind::Matches(it) => {
                self.eval(&it.0, scope).and_then(|value| self.matches(&it.1, &value, scope)).map(Rv::Bool)
            }
            Kind::BigInt(digits, radix) => crate::ruby::core::big_literal(self, digits, *radix),
            Kind::Float(it) => Ok(Rv::Float(*it)),
            Kind::Str(it) => Ok(Rv::str(it.clone())),
            Kind::Text(parts) => self.text(parts, scope).map(Rv::str),
            Kind::Sym(it) => Ok(Rv::Sym(it.clone())),
            Kind::TextSym(parts) => self.text(parts, scope).map(|text| Rv::Sym(text.text().clone())),
            Kind::Regexp(parts, options) => self.regexp_literal(parts, *options, scope),
            Kind::Array(items) => self.values(items, scope).map(Rv::array),
            Kind::Hash(pairs) | Kind::Keywords(pairs) => self.hash_literal(pairs, scope),
            Kind::Local(slot) => Ok(get(&scope.env, *slot)),
            Kind::Instance(name) => self.instance_variable(name, scope),
            Kind::Call(call) => self.call(node, call, scope),
            Kind::Assign(target, value) => {
                let value = self.eval(value, scope)?;
                self.assign(target, value.clone(), scope)?;
                Ok(value)
            }
            Kind::If(test, yes, no) => {
                let branch = if self.eval(test, scope)?.truthy() { yes } else { no };
                branch.as_ref().map_or(Ok(Rv::Nil), |branch| self.eval(branch, scope))
            }
            Kind::Seq(statements) => {
                let mut last = Rv::Nil;
                for statement in statements {
                    last = self.eval(statement, scope)?;
                }
                Ok(last)
            }
            Kind::And(a, b) => {
                let left = self.eval(a, scope)?;
                if left.truthy() { self.eval(b, scope) } else { Ok(left) }
            }
            Kind::Or(a, b) => {
                let left = self.eval(a, scope)?;
                if left.truthy() { Ok(left) } else { self.eval(b, scope) }
            }
            _ => self.eval_more(node, scope),
        }
    }

    fn eval_more(&mut self, node: &Node, scope: &Scope) -> R {
        let before = self.at;
        self.at = node.span;
        let result = match &node.kind {
            Kind::Range(from, to, exclusive) => self.range(from.as_deref(), to.as_deref(), *exclusive, scope),
            Kind::Const(path) => self.constant(path, scope),
            Kind::Global(name) => self.global(name, scope),
            Kind::ClassVar(name) => self.class_variable(name, scope),
            Kind::Group(index) => Ok(self.group(*index, scope)),
            Kind::BackRef(which) => Ok(self.back_reference(*which, scope)),
            Kind::OpAssign(target, operator, value) => self.op_assign(target, operator, value, scope),
            Kind::OrAssign(target, value) => self.logic_assign(target, value, false, scope),
            Kind::AndAssign(target, value) => self.logic_assign(target, value, true, scope),
            Kind::MultiAssign(targets, value) => self.multi_assign(targets, value, scope),
            Kind::MatchAssign(regexp, text, names) => self.match_assign(regexp, text, names, scope),
            Kind::Super(it) => self.call_super(it, scope),
            Kind::Yield(arguments) => self.yield_block(arguments, scope),
            Kind::Defined(it) => self.defined(it, scope),
            Kind::While(it) => self.while_loop(it, scope),
            Kind::For(it) => self.for_loop(it, scope),
            Kind::Case(it) => self.case(it, scope),
            Kind::Rescue(it) => self.rescue(it, scope),
            Kind::Ensure(body, ensure) => self.ensure(body.as_deref(), ensure.as_deref(), scope),
            Kind::Lambda(block) => Ok(self.lambda(block, scope)),
            Kind::Def(on, def) => self.define(on.as_deref(), def, scope),
            Kind::Class(def) => self.class_body(def, scope),
            Kind::Alias(to, from) => self.alias(to, from, scope),
            Kind::UndefMethods(names) => Ok(self.undef(names, scope)),
            Kind::Unsupported(what) => {
                Err(self.fatal(&code::UNSUPPORTED_SYNTAX, format!("{what} is not supported")))
            }
            Kind::Refused(what) => Err(self.refused(what)),
            _ => self.leave(node, scope),
        };
        if result.is_ok() {
            self.at = before;
        }
        result
    }

    fn leave(&mut self, node: &Node, scope: &Scope) -> R {
        let mut value = |of: &Option<Box<Node>>| of.as_ref().map_or(Ok(Rv::Nil), |of| self.eval(of, scope));
        let flow = match &node.kind {
            Kind::Return(of) => Flow::Return(scope.frame.id, value(of)?),
            Kind::Break(of, true) => Flow::LoopBreak(value(of)?),
            Kind::Break(of, false) => Flow::Break(scope.block, value(of)?),
            Kind::Next(of) => Flow::Next(value(of)?),
            Kind::Retry => Flow::Retry,
            _ => return Err(self.fatal(&code::UNSUPPORTED_SYNTAX, "this is not supported here")),
        };
        Err(Box::new(flow))
    }

    /// Evaluates a list in which `*x` may stand.
    pub(crate) fn values(&mut self, nodes: &[Node], scope: &Scope) -> R<Vec<Rv>> {
        self.charge(nodes.len() * size_of::<Rv>())?;
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            match &node.kind {
                Kind::Splat(list) => {
                    let list = self.eval(list, scope)?;
                    values.extend(self.splat(&list)?);
                }
                _ => values.push(self.eval(node, scope)?),
            }
        }
        Ok(values)
    }

    /// `*x`: an array's items, a hash's pairs, nothing for nil, else the value itself.
    pub(crate) fn splat(&mut self, value: &Rv) -> R<Vec<Rv>> {
        match value {
            Rv::Nil => Ok(Vec::new()),
            Rv::Array(items) => Ok(items.to_vec()),
            Rv::Hash(_) | Rv::Range(_) => self.to_vec(value),
            Rv::Object(_) if self.responds_to(value, "to_a") => {
                let list = self.send(value, "to_a", &[])?;
                self.to_vec(&list)
            }
            other => Ok(vec![other.clone()]),
        }
    }

    pub(crate) fn text(&mut self, parts: &[Node], scope: &Scope) -> R<Str> {
        let mut text = Str::default();
        for part in parts {
            if let Kind::Str(literal) = &part.kind {
                text.push(literal);
                continue;
            }
            let value = self.eval(part, scope)?;
            text.push(&self.to_s(&value)?);
        }
        self.charge(text.len())?;
        Ok(text)
    }

    fn hash_literal(&mut self, pairs: &[Node], scope: &Scope) -> R {
        let mut made = IndexMap::with_capacity_and_hasher(pairs.len(), crate::maps::Hashes::default());
        self.charge(pairs.len() * size_of::<Rv>() * 2)?;
        for pair in pairs {
            match &pair.kind {
                Kind::Pair(key, value) => {
                    let key = self.eval(key, scope)?;
                    made.insert(Key::frozen(key), self.eval(value, scope)?);
                }
                Kind::DoubleSplat(other) => match self.eval(other, scope)? {
                    Rv::Hash(other) => {
                        made.extend(other.entries().iter().map(|(k, v)| (k.clone(), v.clone())))
                    }
                    Rv::Nil => {}
                    other => return Err(self.no_conversion(&other, "Hash")),
                },
                _ => return Err(self.fatal(&code::UNSUPPORTED_SYNTAX, "this cannot stand in a hash")),
            }
        }
        Ok(Rv::hash(made))
    }

    fn range(&mut self, from: Option<&Node>, to: Option<&Node>, exclusive: bool, scope: &Scope) -> R {
        let from = from.map_or(Ok(Rv::Nil), |from| self.eval(from, scope))?;
        let to = to.map_or(Ok(Rv::Nil), |to| self.eval(to, scope))?;
        let comparable = from.is_nil() || to.is_nil() || self.compare(&from, &to)?.is_some();
        if !comparable {
            return Err(self.argument_error("bad value for range"));
        }
        Ok(Rv::Range(Rc::new(RRange { from, to, exclusive })))
    }

    fn regexp_literal(&mut self, parts: &[Node], options: u32, scope: &Scope) -> R {
        let mut source = Str::default();
        for part in parts {
            if let Kind::Str(literal) = &part.kind {
                source.push(literal);
                continue;
            }
            let value = self.eval(part, scope)?;
            source.push(&self.to_s(&value)?);
        }
        self.regexp(&source, options)
    }

    fn instance_variable(&mut self, name: &EcoString, scope: &Scope) -> R {
        match &scope.this {
            Rv::Object(object) => {
                let known = object.vars.borrow().get(name).cloned();
                match known {
                    Some(value) => Ok(value),
                    None if object.class.kind == crate::ruby::object::Shape::Template => {
                        Ok(self.template_variable(object, name))
                    }
                    None => Ok(Rv::Nil),
                }
            }
            Rv::Class(class) => Ok(class.vars.borrow().get(name).cloned().unwrap_or(Rv::Nil)),
            _ => Ok(Rv::Nil),
        }
    }

    /// A variable of the Puppet scope as an instance variable: fetched once, then the template's own.
    fn template_variable(&self, object: &crate::ruby::object::Object, name: &EcoString) -> Rv {
        if let Some(live) = live::get(self.host.scope(), name.trim_start_matches('@')) {
            return live;
        }
        let Some(value) = self.host.variable(name.trim_start_matches('@')) else { return Rv::Nil };
        let value = self.import(&value);
        if matches!(value, Rv::Array(_) | Rv::Hash(_)) {
            self.seen.borrow_mut().push((name.trim_start_matches('@').into(), value.clone()));
        }
        object.vars.borrow_mut().insert(name.clone(), value.clone());
        value
    }

    /// Takes a value of Puppet in.
    pub(crate) fn import(&self, value: &crate::value::Value) -> Rv {
        self.labelled.set(self.labelled.get() || has_labels(value, 0));
        Rv::from(value)
    }

    fn constant(&mut self, path: &ConstPath, scope: &Scope) -> R {
        match &path.scope {
            ConstScope::Lexical => self.lexical_constant(&path.name, scope),
            ConstScope::Top => {
                let object = self.world.object.clone();
                self.constant_of(&object, &path.name)
            }
            ConstScope::In(of) => match self.eval(of, scope)? {
                Rv::Class(class) => self.constant_of(&class, &path.name),
                other => {
                    let mut message = self.inspect(&other)?;
                    message.push_str(" is not a class/module");
                    Err(self.type_error(message))
                }
            },
        }
    }

    fn global(&mut self, name: &EcoString, scope: &Scope) -> R {
        match name.as_str() {
            "$~" => Ok(scope.frame.last_match.borrow().clone()),
            "$!" | "$@" | "$_" => Ok(self.globals.get(name).cloned().unwrap_or(Rv::Nil)),
            "$," | "$;" | "$/" if !self.globals.contains_key(name) => {
                Ok(if name == "$/" { Rv::str("\n") } else { Rv::Nil })
            }
            "$0" | "$PROGRAM_NAME" => Ok(Rv::str("puppet")),
            "$stdin" | "$stdout" | "$stderr" | "$LOAD_PATH" | "$:" | "$LOADED_FEATURES" | "$\"" | "$$"
            | "$?" => Err(self.refused(&format!("the variable `{name}`"))),
            _ => Ok(self.globals.get(name).cloned().unwrap_or(Rv::Nil)),
        }
    }

    fn group(&self, index: usize, scope: &Scope) -> Rv {
        match &*scope.frame.last_match.borrow() {
            Rv::Match(found) => found.group(index).into(),
            _ => Rv::Nil,
        }
    }

    fn back_reference(&self, which: char, scope: &Scope) -> Rv {
        let last = scope.frame.last_match.borrow();
        let Rv::Match(found) = &*last else { return Rv::Nil };
        let (start, end) = found.groups.first().copied().flatten().unwrap_or_default();
        match which {
            '`' => Rv::str(found.text.slice(0..start)),
            '\'' => Rv::str(found.text.slice(end..found.text.len())),
            '+' => (1..found.groups.len()).rev().find_map(|index| found.group(index)).into(),
            _ => found.group(0).into(),
        }
    }
}

/// Whether a value that comes in holds a labelled string.
fn has_labels(value: &crate::value::Value, depth: u32) -> bool {
    use crate::value::Value;
    match value {
        Value::Str(text) => text.labels().is_some(),
        Value::Array(items) if depth < 50 => items.iter().any(|item| has_labels(item, depth + 1)),
        Value::Hash(entries) if depth < 50 => {
            entries.iter().any(|(key, value)| has_labels(key, depth + 1) || has_labels(value, depth + 1))
        }
        _ => false,
    }
}

/// Reads a local variable.
pub(crate) fn get(env: &Rc<Env>, slot: Slot) -> Rv {
    let mut env = env;
    for _ in 0..slot.depth {
        match &env.parent {
            Some(parent) => env = parent,
            None => return Rv::Nil,
        }
    }
    env.slots.borrow().get(slot.index as usize).cloned().unwrap_or(Rv::Nil)
}

/// Sets a local variable.
pub(crate) fn set(env: &Rc<Env>, slot: Slot, value: Rv) {
    let mut env = env;
    for _ in 0..slot.depth {
        match &env.parent {
            Some(parent) => env = parent,
            None => return,
        }
    }
    if let Some(place) = env.slots.borrow_mut().get_mut(slot.index as usize) {
        *place = value;
    }
}
