//! Ruby functions of modules: 4.x (`Puppet::Functions.create_function`) and 3.x (`newfunction`).
//!
//! In: a function's file, arguments, perhaps a block. Out: its value. The file is run anew for each call in an
//! interpreter of its own, so that no call sees another's state; parsing is done once.

use super::{
    Host, HostBlock, Script, code,
    core::{Args, new_scope},
    interp::{Defined, Interp},
    object::{Class, Data, R, RProc, Rv},
    tree::Params,
};
use crate::{
    diag::{Diagnostic, Result},
    source::SourceFile,
    value::{
        TypeResolver, Value,
        types::{Signature, describe_signatures},
    },
};
use ecow::EcoString;
use std::{
    collections::HashMap,
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

/// One dispatch of a 4.x function.
struct Dispatch {
    method: EcoString,
    signature: Option<Signature>,
    takes_scope: bool,
}

/// Calls the function that a file defines.
///
/// # Errors
/// Gives arguments that fit no dispatch, exceptions, and whatever the interpreter refuses.
pub fn call_function(source: &Arc<SourceFile>, call: &FunctionCall<'_>) -> Result<Value> {
    let script = parsed(source)?;
    let mut interp = Interp::new(call.host, source.clone());
    let object = interp.world.object.clone();
    let this = interp.object(object.clone(), Data::None);
    let ended = interp.run(script.unit(), this, object);
    let ended = ended.and_then(|_| interp.run_function(call));
    match ended {
        Ok(value) => value,
        Err(flow) => Err(interp.diagnostic(*flow)),
    }
}

/// Parsed files by path and content.
type Parsed = HashMap<(Arc<str>, [u8; 32]), Script>;

/// Parses a file, or takes the one parsed before.
fn parsed(source: &Arc<SourceFile>) -> Result<Script> {
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
        match self.defined.take() {
            Some(Defined::Four(class)) => self.run_four(&class, call),
            Some(Defined::Three(block, arity)) => self.run_three(&block, arity, call).map(Ok),
            None => Err(self.unsupported_method("a file that defines no function")),
        }
    }

    fn run_three(&mut self, block: &Rc<RProc>, arity: i64, call: &FunctionCall<'h>) -> R<Value> {
        let given = call.arguments.len();
        let fits = if arity >= 0 { given as i64 == arity } else { given as i64 >= -arity - 1 };
        if !fits {
            let (minimum, wanted) = if arity >= 0 { ("", arity) } else { ("minimum ", -arity - 1) };
            let message =
                format!("{}(): Wrong number of arguments given ({given} for {minimum}{wanted})", call.name);
            return Err(self.argument_error(message));
        }
        let shown = |value: &Value| if value.is_undef() { Rv::str("") } else { self.import(value) };
        let arguments = call.arguments.iter().map(shown).collect();
        let this = new_scope(self);
        let block = self.as_lambda(block);
        let result = self.call_proc_as(&block, &this, Args::of(vec![Rv::array(arguments)]))?;
        self.to_puppet(&result)
    }

    fn run_four(&mut self, class: &Rc<Class>, call: &FunctionCall<'h>) -> R<Result<Value>> {
        let dispatches = self.dispatches(class, call)?;
        let arity = call.block.as_ref().map(|(_, arity)| *arity);
        let accepts = |it: &&Dispatch| match &it.signature {
            Some(signature) => signature.accepts(call.arguments, arity, call.resolver),
            None => true,
        };
        let Some(chosen) = dispatches.iter().find(accepts) else {
            let signatures: Vec<Signature> =
                dispatches.iter().filter_map(|it| it.signature.clone()).collect();
            let message = describe_signatures(call.name, &signatures, (call.arguments, arity), call.resolver);
            return Ok(Err(Box::new(Diagnostic::error(&code::ARGUMENTS, message))));
        };
        let this = self.object(class.clone(), Data::None);
        let mut values: Vec<Rv> = call.arguments.iter().map(|value| self.import(value)).collect();
        if chosen.takes_scope {
            values.insert(0, new_scope(self));
        }
        let block = call.block.as_ref().map(|(block, _)| self.host_block(*block));
        let result = self.send_with(&this, &chosen.method, Args { block, ..Args::of(values) })?;
        self.to_puppet(&result).map(Ok)
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
            Err(found) => Err(Box::new(super::object::Flow::Fatal(found))),
        }
    }

    fn dispatches(&mut self, class: &Rc<Class>, call: &FunctionCall<'h>) -> R<Vec<Dispatch>> {
        let listed = class.vars.borrow().get("__dispatches__").cloned();
        let Some(Rv::Array(listed)) = listed else {
            return self.only_dispatch(class, call).map(|it| vec![it]);
        };
        let mut made = Vec::new();
        for builder in listed.to_vec() {
            let text = |name: &str| self.read_variable(&builder, &name.into()).name().unwrap_or_default();
            let (method, parameters) = (text("@method"), text("@parameters"));
            let takes_scope = self.read_variable(&builder, &"@scope".into()).truthy();
            let signature = match Signature::parse(&format!("{}({parameters})", call.name), call.resolver) {
                Ok(signature) => Some(signature),
                Err(problem) => {
                    return Err(self.unsupported_method(&format!("the signature ({parameters}): {problem}")));
                }
            };
            made.push(Dispatch { method, signature, takes_scope });
        }
        Ok(made)
    }

    /// Without `dispatch` the method that has the function's own name takes anything.
    fn only_dispatch(&mut self, class: &Rc<Class>, call: &FunctionCall<'h>) -> R<Dispatch> {
        let method = EcoString::from(call.name.rsplit("::").next().unwrap_or(call.name));
        let params = match class.find(&method) {
            Some((super::object::Method::Def(def, _), _)) => any_of(&def.block.params),
            _ => {
                return Err(
                    self.unsupported_method(&format!("the function `{}` without a dispatch", call.name))
                );
            }
        };
        let signature = Signature::parse(&format!("{}({params})", call.name), call.resolver).ok();
        Ok(Dispatch { method, signature, takes_scope: false })
    }

    fn as_lambda(&mut self, block: &Rc<RProc>) -> Rc<RProc> {
        match &block.body {
            super::object::Body::Block(code, scope) if !code.params.required.is_empty() => {
                let body = super::object::Body::Block(code.clone(), scope.clone());
                Rc::new(RProc { body, lambda: true, id: block.id })
            }
            _ => block.clone(),
        }
    }
}

/// A signature of `Any` for a method's parameters.
fn any_of(params: &Params) -> String {
    let mut parts: Vec<String> = Vec::new();
    for index in 0..params.required.len() + params.post.len() {
        parts.push(format!("Any $p{index}"));
    }
    for index in 0..params.optional.len() {
        parts.push(format!("Any $o{index}?"));
    }
    if params.rest.is_some() {
        parts.push("Any $rest*".into());
    }
    if params.block.is_some() {
        parts.push("Callable &$block?".into());
    }
    parts.join(", ")
}
