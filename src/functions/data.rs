//! `lookup` and the old `hiera` functions.

use super::{Call, Inclusion, LookupRequest, table::rows};
use crate::{diag::Result, value::Value};

rows! {
    "hiera" "puppet" Four Carried ["hiera(String $key, Any $default?, Any $override?)", "hiera(String $key, Callable[1, 1] &$block)"]
        "Looks a key up, first found." => |call| hiera(call, None);
    "hiera_array" "puppet" Four Carried ["hiera_array(String $key, Any $default?, Any $override?)", "hiera_array(String $key, Callable[1, 1] &$block)"]
        "Looks a key up at all levels and joins the arrays." => |call| hiera(call, Some("unique"));
    "hiera_hash" "puppet" Four Carried ["hiera_hash(String $key, Any $default?, Any $override?)", "hiera_hash(String $key, Callable[1, 1] &$block)"]
        "Looks a key up at all levels and merges the hashes." => |call| hiera(call, Some("hash"));
    "hiera_include" "puppet" Four Dropped ["hiera_include(String $key, Any $default?, Any $override?)", "hiera_include(String $key, Callable[1, 1] &$block)"]
        "Declares the classes that a key lists at all levels." => |call| {
            let names = hiera(call, Some("unique"))?;
            call.context.declare_classes(names.as_array().unwrap_or_default(), Inclusion::Include)
        };
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
    })
}

fn hiera(call: &Call<'_>, merge: Option<&str>) -> Result<Value> {
    let merge = merge.map(Value::str);
    call.context.lookup(&LookupRequest {
        names: std::slice::from_ref(call.arg(0)),
        value_type: None,
        merge: merge.as_ref(),
        default_value: call.arguments.get(1),
        default_values_hash: None,
        override_values: None,
        block: call.block,
    })
}
