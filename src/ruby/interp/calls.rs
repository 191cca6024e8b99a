//! Method calls: finding the method, calling it, and what is said when there is none.

use super::Interp;
use crate::{
    ruby::{
        CORE,
        core::{self, Args, Row},
        is_ours, lower,
        object::{Body, Class, Env, Flow, Method, R, RProc, Rv, Scope, Shape},
        tree::{BlockArg, Call, Def, Kind, Name, Node, Super},
    },
    value::Str,
};
use ecow::EcoString;
use std::{rc::Rc, sync::Arc};

impl Interp<'_> {
    /// Evaluates a call.
    pub(super) fn call(&mut self, node: &Node, call: &Call, scope: &Scope) -> R {
        let receiver = call.receiver.as_ref().map(|receiver| self.eval(receiver, scope)).transpose()?;
        if call.safe && receiver.as_ref().is_some_and(Rv::is_nil) {
            return Ok(Rv::Nil);
        }
        let (values, keywords) = self.arguments(&call.arguments, call.plain, scope)?;
        let before = std::mem::replace(&mut self.at, call.name_span);
        if let (Some(receiver), [argument], BlockArg::None) = (&receiver, values.as_slice(), &call.block)
            && let Some(result) = core::quick(receiver, &call.name.text, argument)
        {
            self.at = before;
            return Ok(result);
        }
        let block = self.block_argument(&call.block, scope)?;
        let block_id = block.as_ref().map_or(0, |block| block.id);
        let args = Args { values, keywords, block, scope: Some(scope) };
        let result = match &receiver {
            Some(receiver) => {
                let own = call.receiver.as_ref().is_some_and(|it| matches!(it.kind, Kind::SelfRef));
                self.dispatch(receiver, &call.name, args, own)
            }
            None => self.call_own(call, args, scope),
        };
        if result.is_ok() {
            self.at = before;
        }
        match result {
            Err(flow) if block_id != 0 && matches!(*flow, Flow::Break(id, _) if id == block_id) => {
                self.at = node.span;
                let Flow::Break(_, value) = *flow else { return Ok(Rv::Nil) };
                Ok(value)
            }
            other => other,
        }
    }

    /// A call without a receiver.
    fn call_own(&mut self, call: &Call, args: Args<'_>, scope: &Scope) -> R {
        let this = scope.this.clone();
        if call.bare && !self.has_method(&this, &call.name) {
            return Err(self.no_name(&call.name.text, &this));
        }
        self.dispatch(&this, &call.name, args, true)
    }

    /// Evaluates arguments; the flag tells that the last is a hash of keywords.
    pub(super) fn arguments(&mut self, nodes: &[Node], plain: bool, scope: &Scope) -> R<(Vec<Rv>, bool)> {
        if plain {
            let mut values = Vec::with_capacity(nodes.len());
            for node in nodes {
                values.push(self.eval(node, scope)?);
            }
            return Ok((values, false));
        }
        let mut values = self.values(nodes, scope)?;
        let keywords = nodes.last().is_some_and(|last| matches!(last.kind, Kind::Keywords(_)));
        let empty = keywords && matches!(values.last(), Some(Rv::Hash(hash)) if hash.len() == 0);
        if empty {
            values.pop();
        }
        Ok((values, keywords && !empty))
    }

    pub(super) fn block_argument(&mut self, block: &BlockArg, scope: &Scope) -> R<Option<Rc<RProc>>> {
        match block {
            BlockArg::None => Ok(None),
            BlockArg::Forward => Ok(scope.frame.block.clone()),
            BlockArg::Literal(block) => {
                let id = self.id();
                let body = Body::Block(block.clone(), Scope { block: id, ..scope.clone() });
                Ok(Some(Rc::new(RProc { body, lambda: false, id })))
            }
            BlockArg::Pass(value) => {
                let value = self.eval(value, scope)?;
                self.to_proc(&value)
            }
        }
    }

    /// What `&value` gives as a block.
    pub(crate) fn to_proc(&mut self, value: &Rv) -> R<Option<Rc<RProc>>> {
        match value {
            Rv::Nil => Ok(None),
            Rv::Proc(it) => Ok(Some(it.clone())),
            Rv::Sym(name) => {
                Ok(Some(Rc::new(RProc { body: Body::Symbol(name.clone()), lambda: true, id: self.id() })))
            }
            Rv::Hash(_) => Ok(Some(Rc::new(RProc {
                body: Body::Method(value.clone(), "[]".into()),
                lambda: true,
                id: self.id(),
            }))),
            other if self.responds_to(other, "to_proc") => match self.send(other, "to_proc", &[])? {
                Rv::Proc(it) => Ok(Some(it)),
                other => Err(self.no_conversion(&other, "Proc")),
            },
            other => {
                let class = self.class_name(other);
                Err(self.type_error(format!("wrong argument type {class} (expected Proc)")))
            }
        }
    }

    /// Calls a method by name from Rust.
    pub(crate) fn send(&mut self, receiver: &Rv, name: &str, values: &[Rv]) -> R {
        self.send_with(receiver, name, Args::of(values.to_vec()))
    }

    pub(crate) fn send_with(&mut self, receiver: &Rv, name: &str, args: Args<'_>) -> R {
        self.dispatch(receiver, &lower::name(name), args, true)
    }

    /// Finds and calls a method; `own` allows private ones.
    pub(crate) fn dispatch(&mut self, receiver: &Rv, name: &Name, args: Args<'_>, own: bool) -> R {
        if let Some((method, owner)) = self.defined_method(receiver, &name.text) {
            if !own && owner.is_private(&name.text) {
                return Err(self.no_method("private method", " called", &name.text, receiver)?);
            }
            return self.call_method(&method, owner, receiver, (name, args));
        }
        if let Some(row) = self.builtin(receiver, name) {
            let of_kernel = matches!(receiver, Rv::Class(class) if *class.name.borrow() == "Kernel");
            if row.private && !own && !of_kernel {
                return Err(self.no_method("private method", " called", &name.text, receiver)?);
            }
            return self.call_row(row, receiver, &args);
        }
        self.missing(receiver, name, args)
    }

    fn missing(&mut self, receiver: &Rv, name: &Name, args: Args<'_>) -> R {
        if name.text != "method_missing"
            && let Some((method, owner)) = self.defined_method(receiver, "method_missing")
        {
            let mut values = vec![Rv::Sym(name.text.clone())];
            values.extend(args.values);
            let args = Args { values, ..args };
            return self.call_method(&method, owner, receiver, (&lower::name("method_missing"), args));
        }
        if let Rv::Puppet(value) = receiver
            && matches!(value.as_ref(), crate::value::Value::Object(_))
        {
            return core::object_method(self, receiver, &name.text, &args);
        }
        if Self::shape(receiver) == Shape::Scope
            && let Some(row) = name_missing()
        {
            let mut values = vec![Rv::Sym(name.text.clone())];
            values.extend(args.values);
            return self.call_row(row, receiver, &Args { values, ..args });
        }
        if let Rv::Class(class) = receiver
            && core::is_outside(class)
        {
            return Err(self.refused(&format!("`{}.{}`", class.name.borrow(), name.text)));
        }
        if core::is_known_elsewhere(Self::shape(receiver), receiver, &name.text) {
            if self.load_library(CORE)? {
                return self.dispatch(receiver, name, args, true);
            }
            let class = self.class_name(receiver);
            let what = match receiver {
                Rv::Class(class) => format!("`{}.{}`", class.name.borrow(), name.text),
                _ => format!("`{class}#{}`", name.text),
            };
            return Err(self.unsupported_method(&what));
        }
        Err(self.no_method("undefined method", "", &name.text, receiver)?)
    }

    /// A method that Ruby code defined, where there is one.
    fn defined_method(&self, receiver: &Rv, name: &str) -> Option<(Method, Rc<Class>)> {
        if !self.world.has_methods.get() {
            return None;
        }
        match receiver {
            Rv::Class(class) => class.find_singleton(name).or_else(|| self.class_of(receiver).find(name)),
            Rv::Object(object) => {
                if let Some(method) = object.singleton.borrow().get(name) {
                    return Some((method.clone(), object.class.clone()));
                }
                let extended = object.extends.borrow().iter().rev().find_map(|module| module.find(name));
                extended.or_else(|| object.class.find(name))
            }
            other => self.class_of(other).find(name),
        }
    }

    /// The builtin row of a method.
    pub(crate) fn builtin(&self, receiver: &Rv, name: &Name) -> Option<&'static Row> {
        if let Rv::Class(class) = receiver {
            let mut class = Some(class.clone());
            while let Some(here) = class {
                if let Some(row) = core::static_row(&here.name.borrow(), &name.text) {
                    return Some(row);
                }
                class = here.superclass.clone();
            }
        }
        if name.text == "=="
            && let Some(row) = self.mixed_in(receiver, &name.text)
        {
            return Some(row);
        }
        let own = name.rows?.get(Self::shape(receiver) as usize).copied().flatten();
        own.or_else(|| self.mixed_in(receiver, &name.text))
    }

    /// A method of `Comparable` or `Enumerable` where a class includes it.
    fn mixed_in(&self, receiver: &Rv, name: &str) -> Option<&'static Row> {
        let Rv::Object(object) = receiver else { return None };
        let modules = object.class.ancestors();
        modules.iter().find_map(|module| core::module_row(&module.name.borrow(), name))
    }

    pub(crate) fn has_method(&self, receiver: &Rv, name: &Name) -> bool {
        self.defined_method(receiver, &name.text)
            .is_some_and(|(method, _)| !matches!(method, Method::Undefined))
            || self.builtin(receiver, name).is_some()
            || self.defined_method(receiver, "method_missing").is_some()
    }

    /// Whether a public method of this name is there.
    pub(crate) fn responds_to(&self, receiver: &Rv, name: &str) -> bool {
        match self.defined_method(receiver, name) {
            Some((method, owner)) => !matches!(method, Method::Undefined) && !owner.is_private(name),
            None => self.builtin(receiver, &lower::name(name)).is_some_and(|row| !row.private),
        }
    }

    pub(crate) fn call_row(&mut self, row: &'static Row, receiver: &Rv, args: &Args<'_>) -> R {
        let given = args.values.len();
        if given < usize::from(row.least) || row.most.is_some_and(|most| given > usize::from(most)) {
            return Err(self.wrong_count(given, usize::from(row.least), row.most.map(usize::from)));
        }
        let result = self.nested(|this| (row.run)(this, receiver, args));
        if !self.labelled.get() {
            return result;
        }
        match result {
            Ok(result) if row.carries || result.same(receiver) => Ok(result),
            Ok(result) => self.label(result, &self.secrets(receiver, &args.values)),
            Err(flow) if args.block.is_none() => {
                self.label_raised(&flow, &self.secrets(receiver, &args.values));
                Err(flow)
            }
            Err(flow) => Err(flow),
        }
    }

    pub(crate) fn wrong_count(&mut self, given: usize, least: usize, most: Option<usize>) -> Box<Flow> {
        let expected = match most {
            None => format!("{least}+"),
            Some(most) if most == least => least.to_string(),
            Some(most) => format!("{least}..{most}"),
        };
        self.argument_error(format!("wrong number of arguments (given {given}, expected {expected})"))
    }

    pub(crate) fn call_method(
        &mut self,
        method: &Method,
        owner: Rc<Class>,
        receiver: &Rv,
        (name, args): (&Name, Args<'_>),
    ) -> R {
        match method {
            Method::Def(def, cref) => {
                let frame =
                    self.frame(args.block.clone(), Some((name.text.clone(), owner)), args.values.clone());
                let env = Env::new(def.block.slots, None);
                let scope = Scope { this: receiver.clone(), env, frame, cref: cref.clone(), block: 0 };
                self.invoke(def, scope, args)
            }
            Method::Proc(block) => self.call_proc_as(block, receiver, args),
            Method::Reader(name) => Ok(self.read_variable(receiver, name)),
            Method::Writer(name) => {
                let value = args.values.first().cloned().unwrap_or(Rv::Nil);
                self.write_variable(receiver, name, value.clone())?;
                self.struct_written(receiver, name, &value);
                Ok(value)
            }
            Method::Alias(builtin) => match self.builtin(receiver, &lower::name(builtin)) {
                Some(row) => self.call_row(row, receiver, &args),
                None => Err(self.no_method("undefined method", "", &name.text, receiver)?),
            },
            Method::Undefined => Err(self.no_method("undefined method", "", &name.text, receiver)?),
        }
    }

    fn invoke(&mut self, def: &Arc<Def>, scope: Scope, args: Args<'_>) -> R {
        if is_ours(def.block.source.path()) && !is_ours(self.source.path()) {
            self.outer = Some(self.place());
        }
        let source = std::mem::replace(&mut self.source, def.block.source.clone());
        let at = self.at;
        let result = self.nested(|this| {
            this.bind(&def.block.params, args, true, &scope)?;
            def.block.body.as_ref().map_or(Ok(Rv::Nil), |body| this.eval(body, &scope))
        });
        self.source = source;
        self.at = at;
        match result {
            Err(flow) if matches!(*flow, Flow::Return(id, _) if id == scope.frame.id) => match *flow {
                Flow::Return(_, value) => Ok(value),
                _ => Ok(Rv::Nil),
            },
            other => other,
        }
    }

    /// `super`.
    pub(super) fn call_super(&mut self, call: &Super, scope: &Scope) -> R {
        let Some((name, owner)) = scope.frame.method.clone() else {
            return Err(self.raise("RuntimeError", "super called outside of method"));
        };
        let (values, keywords) = match &call.arguments {
            Some(nodes) => self.arguments(nodes, false, scope)?,
            None => (scope.frame.arguments.clone(), false),
        };
        let block = self.block_argument(&call.block, scope)?.or_else(|| scope.frame.block.clone());
        let args = Args { values, keywords, block, scope: Some(scope) };
        let name = lower::name(&name);
        match self.above(&scope.this, &owner, &name.text) {
            Some((method, owner)) => self.call_method(&method, owner, &scope.this, (&name, args)),
            None => match self.builtin(&scope.this, &name) {
                Some(row) => self.call_row(row, &scope.this, &args),
                None => {
                    let message = format!("super: no superclass method `{}'", name.text);
                    Err(self.raise("NoMethodError", message))
                }
            },
        }
    }

    /// The method of that name after the owner's in the order of lookup.
    fn above(&self, this: &Rv, owner: &Rc<Class>, name: &str) -> Option<(Method, Rc<Class>)> {
        if let Rv::Class(class) = this {
            let mut above = class.ancestors().into_iter().skip_while(|it| !Rc::ptr_eq(it, owner)).skip(1);
            return above
                .find_map(|it| it.singleton.borrow().get(name).map(|found| (found.clone(), it.clone())));
        }
        let ancestors = self.class_of(this).ancestors();
        let mut above = ancestors.into_iter().skip_while(|it| !Rc::ptr_eq(it, owner)).skip(1);
        above.find_map(|it| it.methods.borrow().get(name).map(|found| (found.clone(), it.clone())))
    }

    /// Ruby's `NoMethodError`.
    fn no_method(&mut self, what: &str, called: &str, name: &str, receiver: &Rv) -> R<Box<Flow>> {
        let mut message = Str::new(format!("{what} `{name}'{called} for "));
        message.push(&self.describe(receiver)?);
        Ok(self.raise("NoMethodError", message))
    }

    fn no_name(&mut self, name: &str, this: &Rv) -> Box<Flow> {
        let mut message = Str::new(format!("undefined local variable or method `{name}' for "));
        match self.describe(this) {
            Ok(shown) => message.push(&shown),
            Err(flow) => return flow,
        }
        self.raise("NameError", message)
    }

    /// A receiver as Ruby 3.3 shows it in messages.
    fn describe_briefly(&self, receiver: &Rv) -> Str {
        match receiver {
            Rv::Nil => Str::new("nil"),
            Rv::Bool(it) => Str::new(it.to_string()),
            Rv::Class(class) if class.is_module => Str::new(format!("module {}", class.name.borrow())),
            Rv::Class(class) => Str::new(format!("class {}", class.name.borrow())),
            other => Str::new(format!("an instance of {}", self.class_name(other))),
        }
    }

    /// A receiver as Ruby 3.1 shows it in messages: `nil:NilClass`, `"a":String`.
    fn describe(&mut self, receiver: &Rv) -> R<Str> {
        if self.host.puppet_version() >= 8 {
            return Ok(self.describe_briefly(receiver));
        }
        let mut shown = match receiver {
            Rv::Object(object) if matches!(object.class.kind, Shape::Object | Shape::Template) => {
                return Ok(Str::new(format!("#<{}>", object.class.name.borrow())));
            }
            other => self.inspect(other)?,
        };
        let class = self.class_name(receiver);
        if shown.len() > 65 {
            return Ok(Str::new(format!("#<{class}>")));
        }
        shown.push_str(":");
        shown.push_str(&class);
        Ok(shown)
    }

    /// Reads an instance variable.
    pub(crate) fn read_variable(&self, receiver: &Rv, name: &EcoString) -> Rv {
        let vars = match receiver {
            Rv::Object(object) => &object.vars,
            Rv::Class(class) => &class.vars,
            _ => return Rv::Nil,
        };
        vars.borrow().get(name).cloned().unwrap_or(Rv::Nil)
    }

    /// Sets an instance variable.
    pub(crate) fn write_variable(&mut self, receiver: &Rv, name: &EcoString, value: Rv) -> R<()> {
        let vars = match receiver {
            Rv::Object(object) if object.frozen.get() => return Err(self.frozen_error(receiver)),
            Rv::Object(object) => &object.vars,
            Rv::Class(class) => &class.vars,
            other => return Err(self.frozen_error(other)),
        };
        vars.borrow_mut().insert(name.clone(), value);
        Ok(())
    }
}

/// The row by which a scope answers to `function_x`.
fn name_missing() -> Option<&'static Row> {
    core::rows("method_missing")?.get(Shape::Scope as usize).copied().flatten()
}
