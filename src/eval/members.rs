//! `$object.attribute` and `$object.function()`: members of `Object`s, of `Deferred` and of URIs
//! (`EvaluatorImpl#eval_CallMethodExpression`, `PAnnotatedMember#invoke`).

use super::{codes, cx::Cx};
use crate::{
    diag::{Diagnostic, Result},
    functions::Block,
    syntax::ast::MethodCall,
    value::{
        Type, Value,
        types::{Arity, Feature, Instance, Member, Parameter, Signature, deferred_type, describe_signatures},
        uri::{PARTS, Uri},
    },
};

/// A member that a value has by the name that is called.
enum Found {
    /// Its value is known.
    Value(Value),
    /// A member of an object.
    Member(Member),
}

/// Finds the member of a value; `None` where the name is a function's.
fn find(receiver: &Value, name: &str) -> Option<Found> {
    match receiver {
        Value::Object(it) => it.of.member(name).cloned().map(Found::Member),
        Value::Deferred(_) => deferred_type().member(name).cloned().map(Found::Member),
        Value::Uri(text) if PARTS.contains(&name) => {
            Some(Found::Value(Uri::parse(text).map(|it| it.part(name)).unwrap_or_default()))
        }
        _ => None,
    }
}

impl Cx<'_, '_> {
    /// Calls a member of the receiver; `None` where it has none of this name.
    pub(crate) fn call_member(
        &self,
        it: &MethodCall,
        receiver: &Value,
        block: Option<&dyn Block>,
    ) -> Result<Option<Value>> {
        let Some(found) = find(receiver, &it.name) else { return Ok(None) };
        let arguments = self.unfold(&it.arguments)?;
        let member = match found {
            Found::Value(value) => return Ok(Some(value)),
            Found::Member(member) => member,
        };
        let signature = signature(&member);
        let arity = block.map(Block::arity);
        if !signature.accepts(&arguments, arity, &self.resolver()) {
            let message =
                describe_signatures(&member.label(), &[signature], (&arguments, arity), &self.resolver());
            return Err(self.error(&codes::MEMBER, message, it.anchor));
        }
        if let Some(value) = self.call_context(receiver, &it.name, &arguments, block)? {
            return Ok(Some(value));
        }
        let value = value_of(receiver, &member);
        value.map(Some).map_err(|why| Box::new(Diagnostic::error(&codes::MEMBER, why).at(self.at(it.anchor))))
    }
}

/// What a member takes: nothing, or what its `Callable` says.
fn signature(member: &Member) -> Signature {
    let nothing = Signature { parameters: Vec::new(), block: None, returns: None };
    let Type::Callable(Some(parts)) = &member.of else { return nothing };
    let (Type::Tuple(types, from, to), block, _) = &**parts else { return nothing };
    if member.feature != Feature::Function {
        return nothing;
    }
    let least = from.and_then(|it| usize::try_from(it).ok()).unwrap_or(types.len());
    let arity = |index: usize| match to {
        None if from.is_some() && index + 1 == types.len() => Arity::Repeated,
        _ if index < least => Arity::Required,
        _ => Arity::Optional,
    };
    let parameter = |(index, of): (usize, &Type)| Parameter {
        name: ecow::EcoString::new(),
        of: of.clone(),
        arity: arity(index),
    };
    let block = block.as_ref().map(|of| match of {
        Type::Optional(inner) => ("block".into(), (**inner).clone(), true),
        of => ("block".into(), of.clone(), false),
    });
    Signature { parameters: types.iter().enumerate().map(parameter).collect(), block, returns: None }
}

fn value_of(receiver: &Value, member: &Member) -> Result<Value, String> {
    match (receiver, member.kind.as_deref()) {
        (_, Some("constant")) => Ok(member.value.clone().unwrap_or_default()),
        (_, Some("derived")) => Err(format!("no method is implemented for derived {}", member.label())),
        (Value::Object(it), _) if member.feature == Feature::Function => function(it, member),
        (Value::Object(it), _) => Ok(it.get(&member.name).cloned().unwrap_or_default()),
        (Value::Deferred(it), _) if member.name == "name" => Ok(Value::str(it.name.clone())),
        (Value::Deferred(it), _) => Ok(it.arguments.clone().map(Value::Array).unwrap_or_default()),
        _ => Ok(Value::Undef),
    }
}

/// Only the functions of Puppet's own types have a body.
fn function(it: &Instance, member: &Member) -> Result<Value, String> {
    if member.container == "Error" && member.name == "message" {
        return Ok(it.get("msg").cloned().unwrap_or_default());
    }
    Err(format!("no method is implemented for {}", member.label()))
}
