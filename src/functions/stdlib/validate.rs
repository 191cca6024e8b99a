//! The deprecated `validate_*` functions.

use super::{
    addresses::{is_domain_name, is_email_address},
    predicates::{address, is_absolute_path},
};
use crate::{
    diag::Result,
    functions::{
        Call,
        arguments::OrFail as _,
        collections::{class_name, flat},
        numbers::ruby_float,
        strings::inspect,
        table::rows,
    },
    value::{Regexp, Type, Value, describe_mismatch, types::parse_type},
};

rows! {
    "validate_absolute_path" "stdlib" Three Dropped ["validate_absolute_path(Any $paths*)"] "Fails unless all are absolute paths." => |call| {
        given(call)?;
        for path in flat(call.arguments) {
            if !is_absolute_path(&path) {
                return Err(call.fail(format!("{} is not an absolute path.", inspect(&path))));
            }
        }
        Ok(Value::Undef)
    };
    "validate_array" "stdlib" Three Dropped ["validate_array(Any $values*)"] "Fails unless all are arrays." => |call| all(call, "is not an Array.  It looks to be a", |it| it.as_array().is_some());
    "validate_augeas" "stdlib" Three Dropped ["validate_augeas(Any $arguments*)"] "Checks a text with an Augeas lens." => |call| program(call, (2, 4), "runs Augeas");
    "validate_bool" "stdlib" Three Dropped ["validate_bool(Any $values*)"] "Fails unless all are booleans." => |call| all(call, "is not a boolean.  It looks to be a", |it| matches!(it, Value::Bool(_)));
    "validate_cmd" "stdlib" Three Dropped ["validate_cmd(Any $arguments*)"] "Checks a text with a program." => |call| program(call, (2, 3), "starts a program");
    "validate_domain_name" "stdlib" Three Dropped ["validate_domain_name(Any $names*)"] "Fails unless all are domain names." => |call| texts(call, "is not a syntactically correct domain name", is_domain_name);
    "validate_email_address" "stdlib" Three Dropped ["validate_email_address(Any $addresses*)"] "Fails unless all are e-mail addresses." => |call| texts(call, "is not a valid email address", is_email_address);
    "validate_hash" "stdlib" Three Dropped ["validate_hash(Any $values*)"] "Fails unless all are hashes." => |call| all(call, "is not a Hash.  It looks to be a", |it| it.as_hash().is_some());
    "validate_integer" "stdlib" Three Dropped ["validate_integer(Any $input, Any $max?, Any $min?)"] "Fails unless all are integers between two." => |call| numbers(call, true);
    "validate_ip_address" "stdlib" Three Dropped ["validate_ip_address(Any $addresses*)"] "Fails unless all are addresses." => |call| texts(call, "is not a valid IP address.", |it| address(&Value::str(it)).is_some());
    "validate_ipv4_address" "stdlib" Three Dropped ["validate_ipv4_address(Any $addresses*)"] "Fails unless all are IPv4 addresses." => |call| texts(call, "is not a valid IPv4 address.", |it| address(&Value::str(it)) == Some(true));
    "validate_ipv6_address" "stdlib" Three Dropped ["validate_ipv6_address(Any $addresses*)"] "Fails unless all are IPv6 addresses." => |call| texts(call, "is not a valid IPv6 address.", |it| address(&Value::str(it)) == Some(false));
    "validate_legacy" "stdlib" Four Dropped ["validate_legacy(Variant[Type, String] $target_type, String $function_name, Any $value, Any $args*)"]
        "Checks a value by a type and by an old function." => legacy;
    "validate_numeric" "stdlib" Three Dropped ["validate_numeric(Any $input, Any $max?, Any $min?)"] "Fails unless all are numbers between two." => |call| numbers(call, false);
    "validate_re" "stdlib" Three Dropped ["validate_re(Any $input, Any $patterns, Any $message?)"] "Fails unless one expression matches." => matches;
    "validate_slength" "stdlib" Three Dropped ["validate_slength(Any $input, Any $max, Any $min?)"] "Fails unless the length is between two." => length;
    "validate_string" "stdlib" Three Dropped ["validate_string(Any $values*)"] "Fails unless all are texts." => |call| all(call, "is not a string.  It looks to be a", |it| matches!(it, Value::Str(_) | Value::Undef));
    "validate_x509_rsa_key_pair" "stdlib" Three Dropped ["validate_x509_rsa_key_pair(Any $certificate, Any $key)"] "Checks that a certificate and a key belong together." => |call| match call.arguments.iter().find(|it| it.as_str().is_none()) {
        Some(it) if call.arguments.len() == 2 => Err(call.fail(format!("{} is not a string.", inspect(it)))),
        _ => program(call, (2, 2), "needs OpenSSL"),
    };
}

/// What a program would have to answer, the number of arguments being right.
fn program(call: &Call<'_>, (least, most): (usize, usize), what: &str) -> Result<Value> {
    let given = call.arguments.len();
    if (least..=most).contains(&given) {
        return Err(call.needs_program(what));
    }
    Err(call.fail(format!("{}(): wrong number of arguments ({given}; must be {least} to {most})", call.name)))
}

fn given(call: &Call<'_>) -> Result<()> {
    if call.arguments.is_empty() {
        return Err(call.fail(format!("{}(): wrong number of arguments (0; must be > 0)", call.name)));
    }
    Ok(())
}

fn all(call: &Call<'_>, complaint: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
    given(call)?;
    match call.arguments.iter().find(|it| !fits(it)) {
        None => Ok(Value::Undef),
        Some(it) => Err(call.fail(format!("{} {complaint} {}", inspect(it), class_name(it)))),
    }
}

fn texts(call: &Call<'_>, complaint: &str, fits: impl Fn(&str) -> bool) -> Result<Value> {
    given(call)?;
    for argument in call.arguments {
        let shown = inspect(argument);
        let Some(text) = argument.as_str() else {
            return Err(call.fail(format!("{shown} is not a string.")));
        };
        if !fits(text) {
            return Err(call.fail(format!("{shown} {complaint}")));
        }
    }
    Ok(Value::Undef)
}

fn matches(call: &Call<'_>) -> Result<Value> {
    let Value::Str(input) = call.arg(0) else {
        let kind = class_name(call.arg(0));
        return Err(call.fail(format!("validate_re(): input needs to be a String, not a {kind}")));
    };
    for pattern in flat(std::slice::from_ref(call.arg(1))) {
        let source = match &pattern {
            Value::Regexp(it) => it.source.clone(),
            other => other.to_str().text().clone(),
        };
        if Regexp::cached(&source).or_fail(call)?.is_match(input) {
            return Ok(Value::Undef);
        }
    }
    let default = format!("validate_re(): {} does not match {}", inspect(call.arg(0)), inspect(call.arg(1)));
    let message = call.text(2);
    Err(call.fail(if message.is_empty() { default } else { message.to_owned() }))
}

fn bound(call: &Call<'_>, index: usize) -> Option<f64> {
    ruby_float(&call.arg(index).to_str())
}

fn length(call: &Call<'_>) -> Result<Value> {
    let name = call.name;
    let shown = |index: usize| format!("{}:{}", call.arg(index).to_str(), class_name(call.arg(index)));
    let Some(max) = bound(call, 1).filter(|it| *it > 0.0) else {
        return Err(call
            .fail(format!("{name}(): Expected second argument to be a positive Numeric, got {}", shown(1))));
    };
    let min = match call.arguments.get(2) {
        None | Some(Value::Undef) => 0.0,
        Some(_) => bound(call, 2).filter(|it| *it >= 0.0).ok_or_else(|| {
            call.fail(format!(
                "{name}(): Expected third argument to be unset or a positive Numeric, got {}",
                shown(2)
            ))
        })?,
    };
    if max < min {
        return Err(call.fail(format!(
            "{name}(): Expected second argument to be equal to or larger than third argument"
        )));
    }
    let fits = |text: &str| {
        #[expect(clippy::cast_precision_loss, reason = "lengths of texts")]
        let size = text.chars().count() as f64;
        (min..=max).contains(&size)
    };
    let input = call.arg(0);
    let (items, single) = match input {
        Value::Str(_) => (vec![input.clone()], true),
        Value::Array(items) => (items.to_vec(), false),
        other => {
            let kind = class_name(other);
            return Err(
                call.fail(format!("{name}(): Expected first argument to be a String or Array, got {kind}"))
            );
        }
    };
    for (index, item) in items.iter().enumerate() {
        let Some(text) = item.as_str() else {
            let kind = class_name(item);
            return Err(call.fail(format!(
                "{name}(): Expected element at array position {index} to be a String, got {kind}"
            )));
        };
        if !fits(text) {
            let size = if single { text.chars().count() } else { items.len() };
            return Err(call.fail(format!(
                "{name}(): Expected length of {} to be between {min} and {max}, was {size}",
                inspect(input)
            )));
        }
    }
    Ok(Value::Undef)
}

fn numbers(call: &Call<'_>, whole: bool) -> Result<Value> {
    let name = call.name;
    let kind = if whole { "an Integer" } else { "a Numeric" };
    let read = |value: &Value| {
        let found = ruby_float(&value.to_str());
        found.filter(|it| !whole || it.fract() == 0.0 && !value.to_str().contains('.'))
    };
    let limit = |index: usize, which: &str| match call.arguments.get(index) {
        None => Ok(None),
        Some(value) if value.to_str().is_empty() => Ok(None),
        Some(value) => read(value).map(Some).ok_or_else(|| {
            let shown = format!("{}:{}", value.to_str(), class_name(value));
            call.fail(format!("{name}(): Expected {which} argument to be unset or {kind}, got {shown}"))
        }),
    };
    let (max, min) = (limit(1, "second")?, limit(2, "third")?);
    let input = call.arg(0);
    let items = match input {
        Value::Array(items) => items.to_vec(),
        one => vec![one.clone()],
    };
    for (index, item) in items.iter().enumerate() {
        let found = if item.as_hash().is_some() { None } else { read(item) };
        let Some(number) = found else {
            let of = class_name(item);
            let what = if input.as_array().is_some() {
                format!("Expected element at array position {index} to be {kind}, got {of}")
            } else {
                format!("Expected first argument to be {kind} or Array, got {of}")
            };
            return Err(call.fail(format!("{name}(): {what}")));
        };
        let shown = inspect(input);
        if let Some(max) = max.filter(|max| number > *max) {
            return Err(call
                .fail(format!("{name}(): Expected {shown} to be smaller or equal to {max}, got {shown}.")));
        }
        if let Some(min) = min.filter(|min| number < *min) {
            return Err(call
                .fail(format!("{name}(): Expected {shown} to be greater or equal to {min}, got {shown}.")));
        }
    }
    Ok(Value::Undef)
}

fn legacy(call: &Call<'_>) -> Result<Value> {
    let wanted = match call.arg(0) {
        Value::Type(it) => it.clone(),
        other => parse_type(&other.to_str(), call.context).or_fail(call)?,
    };
    let value = call.arg(2);
    // from version 9 on the old functions are gone, and the type alone decides
    let old = call.context.has_function("validate_re")?;
    if !old {
        let message = "This method is deprecated, please use Puppet data types to validate parameters";
        call.context.call_function("deprecation", &["validate_legacy".into(), message.into()], None)?;
    }
    if wanted.instance(value, call.context) {
        return Ok(Value::Undef);
    }
    let arguments = call.arguments.get(2..).unwrap_or_default();
    let name = call.text(1);
    let message = describe_mismatch(
        &format!("validate_legacy({name})"),
        &wanted,
        &Type::infer_set(value),
        call.context,
    );
    if !old || call.context.call_old_function(name, arguments).is_err() {
        return Err(call.fail(message));
    }
    call.context.call_function("deprecation", &["validate_legacy".into(), Value::str(message)], None)
}
