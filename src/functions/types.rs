//! Types: asking for them, asserting them, converting to them.

use super::{Call, arguments::OrFail as _, convert, gate, table::rows};
use crate::{
    diag::Result,
    value::{Secret, Type, Value, describe_mismatch, types::parse_type},
};
use std::sync::Arc;

rows! {
    "assert_type" "puppet" Four Carried [
        "assert_type(Type $type, Any $value, Callable[Type, Type] &$block?)",
        "assert_type(String $type_string, Any $value, Callable[Type, Type] &$block?)",
    ] "Gives the value back, or fails where it is no instance of the type." => assert_type;
    "convert_to" "puppet" Four Carried ["convert_to(Any $value, Type $type, Any $args*, Callable[1, 1] &$block?)"]
        "Converts a value to a type." => |call| {
            let rest = call.arguments.get(2..).unwrap_or_default();
            let arguments = [std::slice::from_ref(call.arg(0)), rest].concat();
            new(call, call.arg(1), &arguments)
        };
    "new" "puppet" Four Carried ["new(Type $type, Any $args*, Callable &$block?)"]
        "Makes an instance of a type." => |call| new(call, call.arg(0), call.arguments.get(1..).unwrap_or_default());
    "type" "puppet" Four Carried [
        "type(Any $value, Enum[detailed] $inference_method?)",
        "type(Any $value, Enum[reduced] $inference_method)",
        "type(Any $value, Enum[generalized] $inference_method)",
    ] "Gives the type of a value." => |call| Ok(Value::Type(match call.text(1) {
        "reduced" => Type::infer(call.arg(0)),
        "generalized" => Type::infer(call.arg(0)).generalize(),
        _ => Type::infer_set(call.arg(0)),
    }));
    "unwrap" "puppet" Four Carried ["unwrap(Sensitive $arg, Callable &$block?)", "unwrap(Any $arg, Callable &$block?)"]
        "Gives what a Sensitive holds; its text stays labelled as a secret." => unwrap;
    "is_a" "stdlib" Four Dropped ["is_a(Any $value, Type $type)"]
        "Tells whether a value is an instance of a type." => |call| match call.arg(1) {
            Value::Type(it) => Ok(Value::Bool(it.instance(call.arg(0), call.context))),
            _ => Ok(Value::Bool(false)),
        };
    "type3x" "stdlib" Three Dropped ["type3x(Any $value)"]
        "Gives the name of a value's kind, as Puppet 3 had it." => type3x;
    "type_of" "stdlib" Four Carried ["type_of(Any $value)"]
        "Gives the type of a value." => |call| Ok(Value::Type(Type::infer_set(call.arg(0))));
}

fn type3x(call: &Call<'_>) -> Result<Value> {
    if call.arguments.len() != 1 {
        let given = call.arguments.len();
        return Err(call.fail(format!("type3x(): Wrong number of arguments given ({given} for 1)")));
    }
    if call.context.puppet_version() >= 8 {
        // it names a class that Ruby 3.2 no longer has
        return Err(call.fail("uninitialized constant Puppet::Parser::Functions::Bignum"));
    }
    Ok(Value::str(match call.arg(0) {
        Value::Bool(_) => "boolean",
        Value::Array(_) => "array",
        Value::Hash(_) => "hash",
        Value::Float(_) => "float",
        Value::Int(_) => "integer",
        Value::Str(text) if text.parse::<i64>().is_ok_and(|it| it.to_string() == text.as_str()) => "integer",
        Value::Str(text)
            if text.parse::<f64>().is_ok_and(|it| crate::value::float_to_string(it) == text.as_str()) =>
        {
            "float"
        }
        Value::Str(_) => "string",
        _ => return Err(call.fail("type3x(): Unknown type")),
    }))
}

fn assert_type(call: &Call<'_>) -> Result<Value> {
    let expected = match call.arg(0) {
        Value::Type(it) => it.clone(),
        other => parse_type(&other.to_str(), call.context).or_fail(call)?,
    };
    let value = call.arg(1);
    if expected.instance(value, call.context) {
        return Ok(value.clone());
    }
    let actual = Type::infer_set(value);
    if call.block.is_some() {
        return call.yields(&[Value::Type(expected), Value::Type(actual)]);
    }
    Err(call.fail(describe_mismatch("assert_type():", &expected, &actual, call.context)))
}

fn new(call: &Call<'_>, wanted: &Value, arguments: &[Value]) -> Result<Value> {
    let Value::Type(it) = wanted else { return Err(call.fail("new(): expects a Type")) };
    let known =
        matches!(arguments, [only] if !matches!(it, Type::Init(..)) && it.instance(only, call.context));
    let made = match arguments {
        [only] if known => return Ok(only.clone()),
        arguments => convert::make(call, it, arguments)?,
    };
    if !it.instance(&made, call.context) && !matches!(it, Type::Init(..)) {
        let subject = format!("Converted value from {it}.new() has wrong type,");
        return Err(call.fail(describe_mismatch(&subject, it, &Type::infer_set(&made), call.context)));
    }
    if call.block.is_some() { call.yields(&[made]) } else { Ok(made) }
}

fn unwrap(call: &Call<'_>) -> Result<Value> {
    let found = match call.arg(0) {
        Value::Sensitive(inner) => {
            let line = call.at.line_column().line;
            let id = format!("sensitive@{}:{line}", call.at.source.path());
            let secret = Secret { id: id.into(), key: None, file: None, opaque: false, derived: false };
            gate::mark_secret(inner, &Arc::new(secret))
        }
        other => other.clone(),
    };
    if call.block.is_some() { call.yields(&[found]) } else { Ok(found) }
}
