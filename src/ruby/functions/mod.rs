//! Ruby functions of modules: 4.x (`Puppet::Functions.create_function`) and 3.x (`newfunction`).
//!
//! In: a function's file, arguments, perhaps a block. Out: its value. The file is run anew for each call in an
//! interpreter of its own, so that no call sees another's state; parsing is done once.

mod dispatch;
mod types;

pub(crate) use types::alias;

use super::{
    Host, HostBlock, Script, code,
    core::{Args, new_scope},
    interp::{Defined, Interp},
    live::Run,
    object::{Body, Data, Flow, R, RProc, Rv},
};
use crate::{
    diag::{Diagnostic, Result},
    maps::HashMap,
    source::{Location, SourceFile},
    value::{TypeResolver, Value},
};
use ecow::EcoString;
use std::{
    rc::Rc,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// One call of a module's Ruby function.
pub struct FunctionCall<'a> {
    /// The name it was called by, without leading `::`.
    pub name: &'a str,
    /// The calling scope.
    pub host: &'a dyn Host,
    /// Finds type aliases in the function's signatures.
    pub resolver: &'a dyn TypeResolver,
    /// The arguments.
    pub arguments: &'a [Value],
    /// The lambda and how many parameters it takes.
    pub block: Option<(HostBlock<'a>, (usize, Option<usize>))>,
}

/// A function of the 3.x API.
#[derive(Clone)]
pub(crate) struct Three {
    block: Rc<RProc>,
    arity: i64,
    rvalue: bool,
}

impl Three {
    pub(crate) fn new(block: Rc<RProc>, arity: i64, rvalue: bool) -> Self {
        Self { block, arity, rvalue }
    }
}

/// Calls the function that a file defines.
///
/// # Errors
/// Gives arguments that fit no dispatch, exceptions, and whatever the interpreter refuses.
pub fn call_function(source: &Arc<SourceFile>, call: &FunctionCall<'_>) -> Result<Value> {
    let _run = Run::enter();
    let script = parsed(source)?;
    let mut interp = Interp::new(call.host, source.clone());
    interp.resolver = Some(call.resolver);
    if is_legacy(source.path())
        && let Some((name, span)) = script.unit().first_def.clone()
    {
        let message = format!("illegal method definition of method `{name}` in a function of the 3.x API");
        let place = Location::new(source.clone(), span);
        return Err(Box::new(Diagnostic::error(&code::DEFINITION, message).at(place)));
    }
    let object = interp.world.object.clone();
    let this = interp.object(object.clone(), Data::None);
    let ended = interp.run(script.unit(), this, object);
    let ended = ended.and_then(|_| interp.run_function(call));
    match ended {
        Ok(value) => value,
        Err(flow) => Err(interp.diagnostic(*flow)),
    }
}

/// Whether a file lies where functions of the 3.x API do: they may define no methods.
fn is_legacy(path: &str) -> bool {
    path.contains("lib/puppet/parser/functions/")
}

/// Parsed files by path and content.
type Parsed = HashMap<(Arc<str>, [u8; 32]), Script>;

/// Parses a file, or takes the one parsed before.
pub(crate) fn parsed(source: &Arc<SourceFile>) -> Result<Script> {
    static PARSED: LazyLock<Mutex<Parsed>> = LazyLock::new(Mutex::default);
    let key = (source.shared_path(), *blake3::hash(source.text().as_bytes()).as_bytes());
    if let Some(known) = PARSED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(known.clone());
    }
    let script = Script::parse(source)?;
    PARSED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, script.clone());
    Ok(script)
}

impl<'h> Interp<'h> {
    /// Calls what the file defined; the inner result is the one that names no place of Ruby's.
    fn run_function(&mut self, call: &FunctionCall<'h>) -> R<Result<Value>> {
        if let Some(class) = self.defined.iter().rev().find_map(|(name, it)| it.four(name, call.name)) {
            return self.run_four(&class, call);
        }
        if let Some(three) = self.legacy_function(call.name) {
            let arguments = call.arguments.iter().map(|it| self.legacy_argument(it, true)).collect();
            let result = self.run_three(call.name, &three, arguments)?;
            return self.to_puppet(&result).map(Ok);
        }
        let message = match self.defined.last() {
            Some((name, _)) => format!("the file of the function `{}` defines `{name}`", call.name),
            None => format!("the file of the function `{}` defines no function", call.name),
        };
        Err(self.fatal(&code::DEFINITION, message))
    }

    /// A 3.x function of this file by its name.
    pub(crate) fn legacy_function(&self, name: &str) -> Option<Three> {
        self.defined.iter().rev().find_map(|(known, it)| match it {
            Defined::Three(three) if known == name => Some(three.clone()),
            Defined::Three(_) | Defined::Four(_) => None,
        })
    }

    /// Calls a 3.x function with Ruby's values.
    pub(crate) fn run_three(&mut self, name: &str, function: &Three, arguments: Vec<Rv>) -> R {
        let (given, arity) = (arguments.len(), function.arity);
        let fits = if arity >= 0 { given as i64 == arity } else { given as i64 >= -arity - 1 };
        if !fits {
            let (minimum, wanted) = if arity >= 0 { ("", arity) } else { ("minimum ", -arity - 1) };
            let message =
                format!("{name}(): Wrong number of arguments given ({given} for {minimum}{wanted})");
            return Err(self.argument_error(message));
        }
        let this = new_scope(self);
        let block = as_method(&function.block);
        let result = self.call_proc_as(&block, &this, Args::of(vec![Rv::array(arguments)]))?;
        Ok(if function.rvalue { result } else { Rv::Nil })
    }

    /// A value as `Runtime3FunctionArgumentConverter` hands it to a 3.x function.
    fn legacy_argument(&self, value: &Value, outer: bool) -> Rv {
        match value {
            Value::Undef if outer => Rv::str(""),
            Value::Regexp(it) => Rv::str(format!("/{}/", it.source)),
            Value::SemVer(_)
            | Value::SemVerRange(_)
            | Value::Binary(_)
            | Value::Timestamp(_)
            | Value::Timespan(_) => Rv::str(value.to_str()),
            Value::Array(items) => {
                Rv::array(items.iter().map(|item| self.legacy_argument(item, false)).collect())
            }
            other => self.import(other),
        }
    }

    fn host_block(&mut self, block: HostBlock<'h>) -> Rc<RProc> {
        let index = self.host_blocks.len();
        self.host_blocks.push(block);
        self.native_block(move |it, values| it.call_host_block(index, values))
    }

    fn call_host_block(&mut self, index: usize, values: &[Rv]) -> R {
        let mut given = Vec::with_capacity(values.len());
        for value in values {
            given.push(self.to_puppet(value)?);
        }
        let Some(block) = self.host_blocks.get(index).copied() else { return Ok(Rv::Nil) };
        match block(&given) {
            Ok(value) => Ok(self.import(&value)),
            Err(found) => Err(Box::new(Flow::Fatal(found))),
        }
    }
}

/// The block as the body of a method, as `define_method` makes it: `return` leaves it, its parameters are strict.
fn as_method(block: &Rc<RProc>) -> Rc<RProc> {
    match &block.body {
        Body::Block(code, scope) => {
            let body = Body::Block(code.clone(), scope.clone());
            Rc::new(RProc { body, lambda: true, id: block.id })
        }
        Body::Symbol(_) | Body::Method(..) | Body::Native(_) => block.clone(),
    }
}

/// The name of what a file defined, as it is compared with the one called.
pub(crate) fn plain_name(name: &str) -> EcoString {
    name.strip_prefix("::").unwrap_or(name).into()
}
