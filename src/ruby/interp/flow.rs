//! Loops, `case`, `rescue`, `defined?`.

use super::Interp;
use crate::{
    diag::Diagnostic,
    ruby::{
        code, lower,
        object::{Data, Flow, Method, R, Raised, Rv, Scope},
        tree::{Case, ConstScope, For, Handler, Kind, Name, Node, Rescue, While},
    },
};
use std::{cell::RefCell, rc::Rc};

impl Interp<'_> {
    pub(super) fn while_loop(&mut self, it: &While, scope: &Scope) -> R {
        let mut first = it.body_first;
        loop {
            if !first && self.eval(&it.condition, scope)?.truthy() == it.until {
                return Ok(Rv::Nil);
            }
            first = false;
            self.step()?;
            let Some(body) = &it.body else { continue };
            match self.eval(body, scope).map_err(|flow| *flow) {
                Ok(_) | Err(Flow::Next(_)) => {}
                Err(Flow::LoopBreak(value)) => return Ok(value),
                Err(other) => return Err(Box::new(other)),
            }
        }
    }

    pub(super) fn for_loop(&mut self, it: &For, scope: &Scope) -> R {
        let over = self.eval(&it.over, scope)?;
        for value in self.to_vec(&over)? {
            self.step()?;
            self.assign(&it.target, value, scope)?;
            let Some(body) = &it.body else { continue };
            match self.eval(body, scope).map_err(|flow| *flow) {
                Ok(_) | Err(Flow::Next(_)) => {}
                Err(Flow::LoopBreak(value)) => return Ok(value),
                Err(other) => return Err(Box::new(other)),
            }
        }
        Ok(over)
    }

    pub(super) fn case(&mut self, it: &Case, scope: &Scope) -> R {
        let subject = it.subject.as_ref().map(|subject| self.eval(subject, scope)).transpose()?;
        for (patterns, body) in &it.whens {
            for pattern in self.values(patterns, scope)? {
                let matches = match &subject {
                    Some(subject) => self.case_equal(&pattern, subject, Some(scope))?,
                    None => pattern.truthy(),
                };
                if matches {
                    return body.as_ref().map_or(Ok(Rv::Nil), |body| self.eval(body, scope));
                }
            }
        }
        it.otherwise.as_ref().map_or(Ok(Rv::Nil), |body| self.eval(body, scope))
    }

    pub(super) fn rescue(&mut self, it: &Rescue, scope: &Scope) -> R {
        loop {
            let (source, at) = (self.source.clone(), self.at);
            let body = it.body.as_ref().map_or(Ok(Rv::Nil), |body| self.eval(body, scope));
            let exception = match body.map_err(|flow| *flow) {
                Ok(value) => {
                    return it.otherwise.as_ref().map_or(Ok(value), |otherwise| self.eval(otherwise, scope));
                }
                Err(Flow::Raise(exception)) => exception,
                Err(Flow::Fatal(found)) => self.foreign(found)?,
                Err(other) => return Err(Box::new(other)),
            };
            (self.source, self.at) = (source, at);
            match self.handle(it, exception, scope).map_err(|flow| *flow) {
                Err(Flow::Retry) => self.step()?,
                Ok(value) => return Ok(value),
                Err(other) => return Err(Box::new(other)),
            }
        }
    }

    /// A failure of the Puppet side as an exception; what the interpreter itself refuses passes on.
    fn foreign(&mut self, found: Box<Diagnostic>) -> R {
        if code::CODES.contains(found.code()) || self.host.is_refusal(&found) {
            return Err(Box::new(Flow::Fatal(found)));
        }
        let class = self.world.class("Puppet::ParseError");
        let message = Some(Rv::str(found.message()));
        let raised = Raised { message, diagnostic: Some(found), ..Raised::default() };
        Ok(self.object(class, Data::Exception(RefCell::new(raised))))
    }

    fn handle(&mut self, it: &Rescue, exception: Rv, scope: &Scope) -> R {
        for handler in &it.handlers {
            if !self.rescues(handler, &exception, scope)? {
                continue;
            }
            if let Some(target) = &handler.target {
                self.assign(target, exception.clone(), scope)?;
            }
            let outer = self.globals.insert("$!".into(), exception);
            let result = handler.body.as_ref().map_or(Ok(Rv::Nil), |body| self.eval(body, scope));
            self.globals.insert("$!".into(), outer.unwrap_or(Rv::Nil));
            return result;
        }
        Err(Box::new(Flow::Raise(exception)))
    }

    fn rescues(&mut self, handler: &Handler, exception: &Rv, scope: &Scope) -> R<bool> {
        if handler.classes.is_empty() {
            let standard = self.world.class("StandardError");
            return Ok(self.class_of(exception).is_a(&standard));
        }
        for class in self.values(&handler.classes, scope)? {
            if self.case_equal(&class, exception, Some(scope))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn ensure(&mut self, body: Option<&Node>, ensure: Option<&Node>, scope: &Scope) -> R {
        let result = body.map_or(Ok(Rv::Nil), |body| self.eval(body, scope));
        if matches!(&result, Err(flow) if matches!(**flow, Flow::Fatal(_))) {
            return result;
        }
        if let Some(ensure) = ensure {
            self.eval(ensure, scope)?;
        }
        result
    }

    /// `defined?(x)`.
    pub(super) fn defined(&mut self, node: &Node, scope: &Scope) -> R {
        let what = match &node.kind {
            Kind::Nil => "expression",
            Kind::SelfRef => "self",
            Kind::True | Kind::False => "expression",
            Kind::Local(_) => "local-variable",
            Kind::Instance(name) => {
                let set = match &scope.this {
                    Rv::Object(object) => {
                        object.vars.borrow().contains_key(name)
                            || object.class.kind == crate::ruby::object::Shape::Template
                                && self
                                    .host
                                    .variable(name.trim_start_matches('@'))
                                    .is_some_and(|it| !it.is_undef())
                    }
                    Rv::Class(class) => class.vars.borrow().contains_key(name),
                    _ => false,
                };
                return Ok(shown(set, "instance-variable"));
            }
            Kind::Global(name) => return Ok(shown(self.globals.contains_key(name), "global-variable")),
            Kind::ClassVar(name) => {
                return Ok(shown(self.find_class_variable(name, scope).is_some(), "class variable"));
            }
            Kind::Const(path) => {
                let found = match &path.scope {
                    ConstScope::In(of) if self.defined(of, scope)?.is_nil() => false,
                    _ => match self.eval(node, scope).map_err(|flow| *flow) {
                        Ok(_) => true,
                        Err(Flow::Raise(_)) => false,
                        Err(other) => return Err(Box::new(other)),
                    },
                };
                return Ok(shown(found, "constant"));
            }
            Kind::Call(call) => return self.defined_call(call.receiver.as_ref(), &call.name, scope),
            Kind::Yield(_) => return Ok(shown(scope.frame.block.is_some(), "yield")),
            Kind::Super(_) => return Ok(shown(scope.frame.method.is_some(), "super")),
            Kind::Assign(..) | Kind::OpAssign(..) | Kind::OrAssign(..) | Kind::AndAssign(..) => "assignment",
            Kind::MultiAssign(..) => "assignment",
            _ => "expression",
        };
        Ok(Rv::str(what))
    }

    fn defined_call(&mut self, receiver: Option<&Node>, name: &Name, scope: &Scope) -> R {
        let receiver = match receiver {
            None => scope.this.clone(),
            Some(node) => {
                if self.defined(node, scope)?.is_nil() {
                    return Ok(Rv::Nil);
                }
                match self.eval(node, scope).map_err(|flow| *flow) {
                    Ok(value) => value,
                    Err(Flow::Raise(_)) => return Ok(Rv::Nil),
                    Err(other) => return Err(Box::new(other)),
                }
            }
        };
        Ok(shown(self.has_method(&receiver, name), "method"))
    }

    /// `alias to from`.
    pub(super) fn alias(&mut self, to: &str, from: &str, scope: &Scope) -> R {
        let class = scope.cref.class.clone();
        let method = class.find(from).map_or_else(|| Method::Alias(from.into()), |(method, _)| method);
        self.world.has_methods.set(true);
        class.methods.borrow_mut().insert(to.into(), method);
        Ok(Rv::Nil)
    }

    pub(super) fn undef(&mut self, names: &[ecow::EcoString], scope: &Scope) -> Rv {
        self.world.has_methods.set(true);
        for name in names {
            scope.cref.class.methods.borrow_mut().insert(name.clone(), Method::Undefined);
        }
        Rv::Nil
    }

    /// `pattern === subject`.
    pub(crate) fn case_equal(&mut self, pattern: &Rv, subject: &Rv, scope: Option<&Scope>) -> R<bool> {
        match (pattern, subject) {
            (Rv::Str(a), Rv::Str(b)) => Ok(*a.text.borrow() == *b.text.borrow()),
            (Rv::Sym(a), Rv::Sym(b)) => Ok(a == b),
            (Rv::Class(class), subject) if !self.world.has_methods.get() => {
                Ok(self.is_instance(subject, &Rc::clone(class)))
            }
            _ => {
                let args = crate::ruby::core::Args {
                    values: vec![subject.clone()],
                    keywords: false,
                    block: None,
                    scope,
                };
                Ok(self.dispatch(pattern, &lower::name("==="), args, true)?.truthy())
            }
        }
    }
}

fn shown(defined: bool, what: &str) -> Rv {
    if defined { Rv::str(what) } else { Rv::Nil }
}
