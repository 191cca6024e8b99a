//! Functions of the 4.x API: which dispatch takes the arguments, and what it gives.

use super::{FunctionCall, types::LocalTypes};
use crate::{
    diag::{Diagnostic, Result},
    ruby::{
        code,
        core::{Args, new_scope},
        interp::Interp,
        object::{Class, Data, Method, R, Rv},
        tree::Params,
    },
    value::{
        Value,
        types::{Arity, Parameter, Signature, Type, describe_mismatch, describe_signatures, parse_type},
    },
};
use ecow::EcoString;
use std::rc::Rc;

/// One dispatch of a 4.x function.
struct Dispatch {
    method: EcoString,
    signature: Signature,
    takes_scope: bool,
    /// Whether it was made by `argument_mismatch`: its method gives the message of an error.
    is_mismatch: bool,
}

/// The number of parameters of the block, where one is given.
type Lambda = Option<(usize, Option<usize>)>;

impl<'h> Interp<'h> {
    pub(super) fn run_four(&mut self, class: &Rc<Class>, call: &FunctionCall<'h>) -> R<Result<Value>> {
        let dispatches = self.dispatches(class, call)?;
        let arity = call.block.as_ref().map(|(_, arity)| *arity);
        let Some(chosen) = self.choose(&dispatches, call, arity) else {
            return Ok(Err(self.no_dispatch(&dispatches, call, arity)));
        };
        let this = self.object(class.clone(), Data::None);
        let mut values: Vec<Rv> = call.arguments.iter().map(|value| self.import(value)).collect();
        if chosen.takes_scope {
            values.insert(0, new_scope(self));
        }
        if chosen.is_mismatch {
            let message = self.send(&this, &chosen.method, &values)?;
            let message = format!("'{}' {}", call.name, self.to_s(&message)?.as_str());
            return Ok(Err(Box::new(Diagnostic::error(&code::ARGUMENTS, message))));
        }
        let block = call.block.as_ref().map(|(block, _)| self.host_block(*block));
        let result = self.send_with(&this, &chosen.method, Args { block, ..Args::of(values) })?;
        let result = self.to_puppet(&result)?;
        Ok(self.returned(chosen, call, result))
    }

    fn choose<'d>(
        &self,
        dispatches: &'d [Dispatch],
        call: &FunctionCall<'h>,
        arity: Lambda,
    ) -> Option<&'d Dispatch> {
        let resolver = LocalTypes::new(&self.local_types, call.resolver);
        dispatches.iter().find(|it| it.signature.accepts(call.arguments, arity, &resolver))
    }

    fn no_dispatch(
        &self,
        dispatches: &[Dispatch],
        call: &FunctionCall<'h>,
        arity: Lambda,
    ) -> Box<Diagnostic> {
        let listed = dispatches.iter().filter(|it| !it.is_mismatch);
        let signatures: Vec<Signature> = listed.map(|it| it.signature.clone()).collect();
        let resolver = LocalTypes::new(&self.local_types, call.resolver);
        let message = describe_signatures(call.name, &signatures, (call.arguments, arity), &resolver);
        Box::new(Diagnostic::error(&code::ARGUMENTS, message))
    }

    /// Holds the result against the dispatch's `return_type`.
    fn returned(&self, chosen: &Dispatch, call: &FunctionCall<'h>, result: Value) -> Result<Value> {
        let Some(wanted) = &chosen.signature.returns else { return Ok(result) };
        let resolver = LocalTypes::new(&self.local_types, call.resolver);
        if wanted.instance(&result, &resolver) {
            return Ok(result);
        }
        let subject = format!("value returned from function '{}' has wrong type,", chosen.method);
        let message = describe_mismatch(&subject, wanted, &Type::infer_set(&result), &resolver);
        Err(Box::new(Diagnostic::error(&code::RETURNED, message)))
    }

    fn dispatches(&mut self, class: &Rc<Class>, call: &FunctionCall<'h>) -> R<Vec<Dispatch>> {
        let listed = class.vars.borrow().get("__dispatches__").cloned();
        let Some(Rv::Array(listed)) = listed else {
            return self.only_dispatch(class, call).map(|it| vec![it]);
        };
        let mut made = Vec::new();
        for builder in listed.to_vec() {
            made.push(self.built(&builder, call)?);
        }
        Ok(made)
    }

    /// One dispatch from what its builder noted.
    fn built(&mut self, builder: &Rv, call: &FunctionCall<'h>) -> R<Dispatch> {
        let flag = |it: &Self, name: &str| it.read_variable(builder, &name.into()).truthy();
        let mut signature = Signature { parameters: Vec::new(), block: None, returns: None };
        if let Rv::Array(parts) = self.read_variable(builder, &"@parameters".into()) {
            for part in parts.to_vec() {
                self.add_parameter(&mut signature, &part, call)?;
            }
        }
        if let Some(of) = self.read_variable(builder, &"@returns".into()).name() {
            signature.returns = Some(self.type_of(&of, call)?);
        }
        Ok(Dispatch {
            method: self.read_variable(builder, &"@method".into()).name().unwrap_or_default(),
            signature,
            takes_scope: flag(self, "@scope"),
            is_mismatch: flag(self, "@mismatch"),
        })
    }

    fn add_parameter(&mut self, signature: &mut Signature, part: &Rv, call: &FunctionCall<'h>) -> R<()> {
        let Rv::Array(part) = part else { return Ok(()) };
        let text = |index: usize| part.get(index).and_then(|it| it.name()).unwrap_or_default();
        let (of, name) = (self.type_of(&text(0), call)?, text(1));
        let arity = match text(2).as_str() {
            mark if mark.starts_with('&') => {
                signature.block = Some((name, of, mark == "&?"));
                return Ok(());
            }
            "?" => Arity::Optional,
            "*" => Arity::Repeated,
            "+" => Arity::RequiredRepeated,
            _ => Arity::Required,
        };
        signature.parameters.push(Parameter { name, of, arity });
        Ok(())
    }

    fn type_of(&mut self, text: &str, call: &FunctionCall<'h>) -> R<Type> {
        let found = parse_type(text, &LocalTypes::new(&self.local_types, call.resolver));
        found.map_err(|problem| {
            let problem = format!("parsing of type string `{text}` failed: {problem}");
            self.load_error(call.name, &problem)
        })
    }

    fn load_error(&self, name: &str, problem: &str) -> Box<crate::ruby::object::Flow> {
        let message = format!("function load error for the function `{name}`: {problem}");
        self.fatal(&code::DEFINITION, message)
    }

    /// Without `dispatch` the method that has the function's own name takes anything.
    fn only_dispatch(&mut self, class: &Rc<Class>, call: &FunctionCall<'h>) -> R<Dispatch> {
        let method = EcoString::from(call.name.rsplit("::").next().unwrap_or(call.name));
        let params = match class.find(&method) {
            Some((Method::Def(def, _), _)) => any_of(&def.block.params),
            _ => {
                let problem =
                    format!("cannot create a default dispatcher, no method with the name `{method}` found");
                return Err(self.load_error(call.name, &problem));
            }
        };
        match Signature::parse(&format!("{}({params})", call.name), call.resolver) {
            Ok(signature) => Ok(Dispatch { method, signature, takes_scope: false, is_mismatch: false }),
            Err(problem) => Err(self.load_error(call.name, &problem)),
        }
    }
}

/// A signature of `Any` for a method's parameters; a block of any kind fits where the method names one.
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
    parts.join(", ")
}
