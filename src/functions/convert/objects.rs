//! Instances of `Object` types, `Deferred` and `Error` among them.

use super::super::Call;
use crate::{
    diag::{Diagnostic, Result},
    functions::codes,
    value::{
        Deferred, HashMap, Value,
        types::{Instance, ObjectType, describe_signatures},
    },
};
use std::sync::Arc;

pub(super) fn object(call: &Call<'_>, of: &Arc<ObjectType>, arguments: &[Value]) -> Result<Value> {
    if of.name.is_none() {
        return Err(call.unsupported("cannot make an instance of an `Object` type that has no name"));
    }
    if let Some(member) = of.constructor().iter().find(|it| it.overrides && it.value.is_none()) {
        let why = format!("cannot make an instance whose {} overrides one without a default", member.label());
        return Err(call.unsupported(&why));
    }
    let ways = of.constructors();
    let [from_hash, by_order] = &ways;
    let instance = match arguments {
        [Value::Hash(given)] if from_hash.accepts(arguments, None, call.context) => {
            Instance::from_hash(of, given)
        }
        _ if by_order.accepts(arguments, None, call.context) => Instance::from_arguments(of, arguments),
        _ => {
            let name = format!("new_{}", of.label());
            let message = describe_signatures(&name, &ways, (arguments, None), call.context);
            return Err(Box::new(Diagnostic::error(&codes::ARGUMENTS, message)));
        }
    };
    if of.name.as_deref() == Some("Deferred") {
        return Ok(Value::Deferred(Arc::new(deferred(&instance.attributes))));
    }
    Ok(Value::Object(Arc::new(instance)))
}

fn deferred(attributes: &HashMap) -> Deferred {
    let get = |name: &str| attributes.get(&Value::str(name)).cloned().unwrap_or_default();
    let arguments = match get("arguments") {
        Value::Array(items) => Some(items),
        _ => None,
    };
    Deferred { name: get("name").to_str().text().clone(), arguments }
}
