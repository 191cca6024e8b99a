//! The interpreter: state, limits and errors; evaluation is in the files beside.
//!
//! In: a [`Unit`](super::tree::Unit) and a host. Out: a value. Each step, each byte of new strings and collections and
//! each level of nesting is counted.

mod assign;
mod blocks;
mod calls;
mod classes;
mod eval;
mod flow;
mod labels;
mod patterns;

pub(crate) use classes::World;

use super::{
    Host, HostBlock, code,
    functions::Three,
    is_ours,
    object::{Class, Cref, Data, Env, Flow, Frame, Object, R, RProc, RRegexp, Raised, Rv, Scope, Shape},
    tree::Unit,
};
use crate::{
    diag::{Code, Diagnostic},
    maps::HashMap,
    source::{Location, SourceFile, Span},
    value::{Str, TypeResolver},
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    sync::Arc,
};

/// How much one run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most expressions that are evaluated.
    pub steps: u64,
    /// The most bytes of strings and collections that are made, freed ones included.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 5_000_000, bytes: 256 << 20 }
    }
}

/// The most calls within calls.
const MAX_DEPTH: u32 = 1000;

/// The most stack one rendering may use, in bytes.
const MAX_STACK: usize = 1 << 20;

/// A function that a file defined.
pub(crate) enum Defined {
    /// The class that `create_function` made.
    Four(Rc<Class>),
    /// What `newfunction` was given.
    Three(Three),
}

impl Defined {
    /// The class of a 4.x function, where it is one and has the wanted name.
    pub(crate) fn four(&self, name: &str, wanted: &str) -> Option<Rc<Class>> {
        match self {
            Self::Four(class) if name == wanted => Some(class.clone()),
            Self::Four(_) | Self::Three(_) => None,
        }
    }
}

/// One run of Ruby code.
pub(crate) struct Interp<'h> {
    pub(crate) host: &'h dyn Host,
    pub(crate) world: World,
    pub(crate) globals: HashMap<EcoString, Rv>,
    /// The file and the span that are being evaluated.
    pub(crate) source: Arc<SourceFile>,
    pub(crate) at: Span,
    /// Whether a string with labels was ever seen: only then are labels looked for.
    pub(crate) labelled: Cell<bool>,
    /// The variables that `scope.to_hash` gave last.
    pub(crate) visible: Option<Arc<crate::value::HashMap>>,
    /// Arrays and hashes of the scope's variables that the code got hold of.
    pub(crate) seen: RefCell<Vec<(EcoString, Rv)>>,
    /// What a function's file defined, by name.
    pub(crate) defined: Vec<(EcoString, Defined)>,
    /// Types that the function's file names for itself: name and text.
    pub(crate) local_types: Vec<(EcoString, EcoString)>,
    /// Finds the type aliases of the environment.
    pub(crate) resolver: Option<&'h dyn TypeResolver>,
    /// Where a library written in Ruby was called from.
    pub(crate) outer: Option<Location>,
    /// Helper files that were loaded.
    pub(crate) loaded: Vec<Arc<str>>,
    /// Lambdas of the Puppet side that were given to a function.
    pub(crate) host_blocks: Vec<HostBlock<'h>>,
    pub(crate) regexps: HashMap<(EcoString, u32), Rc<RRegexp>>,
    /// How much the run may take.
    pub(crate) limits: Limits,
    steps: u64,
    bytes: u64,
    depth: u32,
    stack: usize,
    next_id: u64,
}

impl<'h> Interp<'h> {
    /// Prepares a run of code of the given file.
    pub(crate) fn new(host: &'h dyn Host, source: Arc<SourceFile>) -> Self {
        let marker = 0_u8;
        Self {
            host,
            world: World::new(),
            globals: HashMap::default(),
            source,
            at: Span::default(),
            labelled: Cell::new(false),
            visible: None,
            seen: RefCell::default(),
            defined: Vec::new(),
            local_types: Vec::new(),
            resolver: None,
            outer: None,
            loaded: Vec::new(),
            host_blocks: Vec::new(),
            regexps: HashMap::default(),
            limits: Limits::default(),
            steps: 0,
            bytes: 0,
            depth: 0,
            stack: std::ptr::from_ref(&marker).addr(),
            next_id: 0,
        }
    }

    /// Evaluates a file's body with the given `self`.
    pub(crate) fn run(&mut self, unit: &Unit, this: Rv, class: Rc<Class>) -> R {
        self.source = unit.source.clone();
        let scope = self.top_scope(this, class, unit.slots);
        self.eval(&unit.body, &scope)
    }

    /// Makes the scope of a file's or class's body.
    pub(crate) fn top_scope(&mut self, this: Rv, class: Rc<Class>, slots: usize) -> Scope {
        let object = Rc::new(Cref { class: self.world.object.clone(), parent: None });
        let cref = if Rc::ptr_eq(&class, &self.world.object) {
            object
        } else {
            Rc::new(Cref { class, parent: Some(object) })
        };
        Scope { this, env: Env::new(slots, None), frame: self.frame(None, None, Vec::new()), cref, block: 0 }
    }

    pub(crate) fn frame(
        &mut self,
        block: Option<Rc<RProc>>,
        method: Option<(EcoString, Rc<Class>)>,
        arguments: Vec<Rv>,
    ) -> Rc<Frame> {
        let id = self.id();
        let last_match = RefCell::new(Rv::Nil);
        Rc::new(Frame {
            id,
            block,
            method,
            arguments,
            last_match,
            module_function: Cell::new(false),
            private: Cell::new(false),
        })
    }

    /// A fresh number.
    pub(crate) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The place that is being evaluated.
    pub(crate) fn place(&self) -> Location {
        match &self.outer {
            Some(outer) if is_ours(self.source.path()) => outer.clone(),
            _ => Location::new(self.source.clone(), self.at),
        }
    }

    pub(crate) fn step(&mut self) -> R<()> {
        self.steps(1)
    }

    /// Counts steps.
    pub(crate) fn steps(&mut self, count: u64) -> R<()> {
        self.steps = self.steps.saturating_add(count);
        if self.steps > self.limits.steps {
            return Err(self.limit(&format!("more than {} steps", self.limits.steps)));
        }
        Ok(())
    }

    /// Counts bytes of new strings and collections before they are made.
    pub(crate) fn charge(&mut self, bytes: usize) -> R<()> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > self.limits.bytes {
            let most = self.limits.bytes >> 20;
            return Err(self.limit(&format!("more than {most} MiB of strings and collections")));
        }
        Ok(())
    }

    /// Goes one level deeper for the time of `inner`.
    pub(crate) fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        let marker = 0_u8;
        let used = self.stack.abs_diff(std::ptr::from_ref(&marker).addr());
        if self.depth >= MAX_DEPTH || used > MAX_STACK {
            return Err(self.limit("calls nested too deep"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub(crate) fn limit(&self, what: &str) -> Box<Flow> {
        self.fatal(&code::LIMIT, format!("the Ruby code needs {what}"))
    }

    pub(crate) fn fatal(&self, code: &'static Code, message: impl Into<String>) -> Box<Flow> {
        Box::new(Flow::Fatal(Box::new(Diagnostic::error(code, message).at(self.place()))))
    }

    pub(crate) fn refused(&self, what: &str) -> Box<Flow> {
        self.fatal(&code::REFUSED, format!("{what} is refused: it reaches outside of the given inputs"))
    }

    pub(crate) fn unsupported_value(&self, what: &str) -> Box<Flow> {
        self.fatal(&code::UNSUPPORTED_VALUE, format!("{what} cannot be held by the interpreter"))
    }

    pub(crate) fn unsupported_method(&self, what: &str) -> Box<Flow> {
        self.fatal(&code::UNSUPPORTED_METHOD, format!("{what} is not supported by the interpreter"))
    }

    /// Makes an exception of a builtin class.
    pub(crate) fn raise(&mut self, class: &str, message: impl Into<Str>) -> Box<Flow> {
        let class = self.world.class(class);
        let exception = self.exception(class, Some(Rv::str(message)));
        Box::new(Flow::Raise(exception))
    }

    pub(crate) fn argument_error(&mut self, message: impl Into<Str>) -> Box<Flow> {
        self.raise("ArgumentError", message)
    }

    pub(crate) fn type_error(&mut self, message: impl Into<Str>) -> Box<Flow> {
        self.raise("TypeError", message)
    }

    /// Ruby's complaint that a frozen object is modified.
    pub(crate) fn frozen_error(&mut self, value: &Rv) -> Box<Flow> {
        let class = self.class_name(value);
        match self.inspect(value) {
            Ok(shown) => {
                let mut message = Str::new(format!("can't modify frozen {class}: "));
                message.push(&shown);
                self.raise("FrozenError", message)
            }
            Err(other) => other,
        }
    }

    /// `no implicit conversion of X into Y`.
    pub(crate) fn no_conversion(&mut self, value: &Rv, into: &str) -> Box<Flow> {
        let name = self.conversion_name(value);
        self.type_error(format!("no implicit conversion of {name} into {into}"))
    }

    /// A value's name in messages about conversions: `nil`, `true`, else its class.
    pub(crate) fn conversion_name(&self, value: &Rv) -> EcoString {
        match value {
            Rv::Nil => "nil".into(),
            Rv::Bool(true) => "true".into(),
            Rv::Bool(false) => "false".into(),
            other => self.class_name(other),
        }
    }

    pub(crate) fn exception(&mut self, class: Rc<Class>, message: Option<Rv>) -> Rv {
        let raised = Raised { message, at: Some(self.place()), ..Raised::default() };
        self.object(class, Data::Exception(RefCell::new(raised)))
    }

    pub(crate) fn object(&self, class: Rc<Class>, data: Data) -> Rv {
        Rv::Object(Rc::new(Object {
            class,
            vars: RefCell::default(),
            data,
            singleton: RefCell::new(BTreeMap::new()),
            extends: RefCell::default(),
            frozen: Cell::new(false),
        }))
    }

    /// The diagnostic of code that ended by something else than a value.
    pub(crate) fn diagnostic(&mut self, flow: Flow) -> Box<Diagnostic> {
        match flow {
            Flow::Fatal(found) => found,
            Flow::Raise(exception) => self.uncaught(&exception),
            Flow::Throw(tag, _) => {
                let shown = self.inspect(&tag).map(|text| text.to_string()).unwrap_or_default();
                Box::new(Diagnostic::error(&code::RAISED, format!("uncaught throw {shown}")).at(self.place()))
            }
            Flow::Break(..) | Flow::LoopBreak(_) | Flow::Next(_) | Flow::Return(..) | Flow::Retry => {
                let message = "`break`, `next`, `return` or `retry` outside of what it could leave";
                Box::new(Diagnostic::error(&code::RAISED, message).at(self.place()))
            }
        }
    }

    fn uncaught(&mut self, exception: &Rv) -> Box<Diagnostic> {
        let Rv::Object(object) = exception else { return self.diagnostic(*self.limit("an exception")) };
        let Data::Exception(raised) = &object.data else {
            return self.diagnostic(*self.limit("an exception"));
        };
        let raised = raised.borrow().clone();
        if let Some(diagnostic) = raised.diagnostic {
            return diagnostic;
        }
        let message = match self.message_of(exception) {
            Ok(text) => masked(&text),
            Err(_) => object.class.name.borrow().to_string(),
        };
        let at = raised.at.unwrap_or_else(|| self.place());
        let help = format!("raised as `{}`", object.class.name.borrow());
        Box::new(Diagnostic::error(&code::RAISED, message).at(at).help(help))
    }

    /// The shape of a value: which builtin methods it has.
    pub(crate) fn shape(value: &Rv) -> Shape {
        match value {
            Rv::Nil => Shape::Nil,
            Rv::Bool(true) => Shape::True,
            Rv::Bool(false) => Shape::False,
            Rv::Int(_) => Shape::Integer,
            Rv::Float(_) => Shape::Float,
            Rv::Sym(_) => Shape::Symbol,
            Rv::Str(_) => Shape::String,
            Rv::Array(_) => Shape::Array,
            Rv::Hash(_) => Shape::Hash,
            Rv::Range(_) => Shape::Range,
            Rv::Proc(_) => Shape::Proc,
            Rv::Regexp(_) => Shape::Regexp,
            Rv::Match(_) => Shape::MatchData,
            Rv::Class(class) if class.is_module => Shape::Module,
            Rv::Class(_) => Shape::Class,
            Rv::Object(object) => object.class.kind,
            Rv::Puppet(value) => match value.as_ref() {
                crate::value::Value::Sensitive(_) => Shape::Sensitive,
                _ => Shape::Puppet,
            },
        }
    }

    /// The name of a value's class.
    pub(crate) fn class_name(&self, value: &Rv) -> EcoString {
        self.class_of(value).name.borrow().clone()
    }
}

/// A message with what is secret in it masked.
fn masked(text: &Str) -> String {
    let Some(labels) = text.labels() else { return text.to_string() };
    let mut shown = String::new();
    let mut from = 0;
    for found in labels.ranges() {
        shown.push_str(text.as_str().get(from..found.range.start).unwrap_or_default());
        shown.push_str("<secret>");
        from = found.range.end;
    }
    shown.push_str(text.as_str().get(from..).unwrap_or_default());
    shown
}
