//! `lookup` and the old `hiera` functions.

use super::{Call, Inclusion, LookupRequest, table::rows};
use crate::{
    diag::{Diagnostic, Result},
    value::Value,
};
use ecow::EcoString;

rows! {
    "hiera" "puppet" Four Carried [
        "hiera(Tuple[String, Any, Any, 1, 3] $args)",
        "hiera(String $key, Any $default?, Any $override?)",
        "hiera(String $key, Callable[1, 1] &$block)",
        "hiera(String $key, Any $override, Callable[1, 1] &$block)",
    ] "Looks a key up, first found." => |call| hiera(call, "first");
    "hiera_array" "puppet" Four Carried [
        "hiera_array(Tuple[String, Any, Any, 1, 3] $args)",
        "hiera_array(String $key, Any $default?, Any $override?)",
        "hiera_array(String $key, Callable[1, 1] &$block)",
        "hiera_array(String $key, Any $override, Callable[1, 1] &$block)",
    ] "Looks a key up at all levels and joins the arrays." => |call| hiera(call, "unique");
    "hiera_hash" "puppet" Four Carried [
        "hiera_hash(Tuple[String, Any, Any, 1, 3] $args)",
        "hiera_hash(String $key, Any $default?, Any $override?)",
        "hiera_hash(String $key, Callable[1, 1] &$block)",
        "hiera_hash(String $key, Any $override, Callable[1, 1] &$block)",
    ] "Looks a key up at all levels and merges the hashes." => |call| hiera(call, "hash");
    "hiera_include" "puppet" Four Dropped [
        "hiera_include(Tuple[String, Any, Any, 1, 3] $args)",
        "hiera_include(String $key, Any $default?, Any $override?)",
        "hiera_include(String $key, Callable[1, 1] &$block)",
        "hiera_include(String $key, Any $override, Callable[1, 1] &$block)",
    ] "Declares the classes that a key lists at all levels." => hiera_include;
    "lookup" "puppet" Four Carried [
        "lookup(Variant[String, Array[String]] $name, Type $value_type?, Variant[String[1], Hash[String, Scalar]] $merge?)",
        "lookup(Variant[String, Array[String]] $name, Optional[Type] $value_type, Optional[Variant[String[1], Hash[String, Scalar]]] $merge, Any $default_value)",
        "lookup(Variant[String, Array[String]] $name, Type $value_type?, Variant[String[1], Hash[String, Scalar]] $merge?, Callable[Variant[String, Array[String]]] &$block)",
        "lookup(Struct[{name => Variant[String, Array[String]], value_type => Optional[Type], default_value => Optional[Any], override => Optional[Hash[String, Any]], default_values_hash => Optional[Hash[String, Any]], merge => Optional[Variant[String[1], Hash[String, Scalar]]]}] $options_hash, Callable[Variant[String, Array[String]]] &$block?)",
        "lookup(Variant[String, Array[String]] $name, Struct[{value_type => Optional[Type], default_value => Optional[Any], override => Optional[Hash[String, Any]], default_values_hash => Optional[Hash[String, Any]], merge => Optional[Variant[String[1], Hash[String, Scalar]]]}] $options_hash, Callable[Variant[String, Array[String]]] &$block?)",
    ] "Looks keys up in Hiera." => lookup;
}

fn names(value: &Value) -> Vec<Value> {
    value.as_array().map_or_else(|| vec![value.clone()], <[Value]>::to_vec)
}

fn lookup(call: &Call<'_>) -> Result<Value> {
    let options = match call.arguments {
        [options @ Value::Hash(_)] | [_, options @ Value::Hash(_)] => Some(options),
        _ => None,
    };
    let Some(options) = options else { return positional(call) };
    let name = options.get("name").unwrap_or(call.arg(0));
    let given = |key: &str| options.get(key).filter(|it| !it.is_undef());
    call.context.lookup(&LookupRequest {
        names: &names(name),
        value_type: given("value_type"),
        merge: given("merge"),
        default_value: options.get("default_value"),
        default_values_hash: given("default_values_hash"),
        override_values: given("override"),
        block: call.block,
        several: matches!(name, Value::Array(_)),
        hiera: None,
    })
}

fn positional(call: &Call<'_>) -> Result<Value> {
    let given = |index: usize| call.arguments.get(index).filter(|it| !it.is_undef());
    call.context.lookup(&LookupRequest {
        names: &names(call.arg(0)),
        value_type: given(1),
        merge: given(2),
        default_value: call.arguments.get(3),
        default_values_hash: None,
        override_values: None,
        block: call.block,
        several: matches!(call.arg(0), Value::Array(_)),
        hiera: None,
    })
}

/// The arguments behind the key: default and override, or the override alone where a block gives the default.
fn hiera(call: &Call<'_>, merge: &str) -> Result<Value> {
    let arguments = match call.arguments {
        [Value::Array(all)] => all.as_slice(),
        all => all,
    };
    let (default, overriding) = match call.block {
        Some(_) => (None, arguments.get(1)),
        None => (arguments.get(1), arguments.get(2)),
    };
    let paths: Vec<EcoString> = overriding.into_iter().flat_map(paths).collect();
    call.context.lookup(&LookupRequest {
        names: arguments.get(..1).unwrap_or_default(),
        value_type: None,
        merge: Some(&Value::str(merge)),
        default_value: default,
        default_values_hash: None,
        override_values: None,
        block: call.block,
        several: false,
        hiera: Some(&paths),
    })
}

/// Paths that an override gives, flattened.
fn paths(value: &Value) -> Vec<EcoString> {
    match value {
        Value::Undef => Vec::new(),
        Value::Array(items) => items.iter().flat_map(paths).collect(),
        one => vec![one.to_str().text().clone()],
    }
}

fn hiera_include(call: &Call<'_>) -> Result<Value> {
    match hiera(call, "unique")? {
        Value::Undef => {
            let message = "`hiera_include` found nothing to include";
            Err(Box::new(Diagnostic::error(&super::codes::ARGUMENTS, message)))
        }
        Value::Array(names) if names.is_empty() => Ok(Value::Undef),
        Value::Str(name) if name.is_empty() => Ok(Value::Undef),
        Value::Array(names) => call.context.declare_classes(&names, Inclusion::Include),
        name => call.context.declare_classes(&[name], Inclusion::Include),
    }
}
