//! `Type.new(…)`: the conversions of each type.

mod numbers;
mod strings;
mod structures;

use super::{Call, codes, gate};
use crate::{
    diag::{Diagnostic, Result},
    value::{
        Type, Value,
        types::{NoAliases, Signature, describe_signatures},
    },
};

/// How deep aliases and wrappers are followed.
const DEPTH: usize = 16;

/// Makes an instance of a type from the arguments of `new`.
///
/// # Errors
/// Gives Puppet's message where the arguments cannot be converted.
pub(super) fn make(call: &Call<'_>, wanted: &Type, arguments: &[Value]) -> Result<Value> {
    let made = make_within(call, wanted, arguments, DEPTH)?;
    let secrets = gate::secrets(arguments);
    // What keeps its arguments carries their labels; texts made anew are labelled as a whole.
    let remade =
        matches!(wanted, Type::String(..) | Type::StringValue(_) | Type::Uri(_)) && !secrets.is_empty();
    Ok(if remade && arguments.len() == 1 && matches!(arguments, [Value::Str(_)]) {
        arguments.first().cloned().unwrap_or_default()
    } else if remade {
        gate::label_as(&made, &secrets)
    } else {
        made
    })
}

fn make_within(call: &Call<'_>, wanted: &Type, arguments: &[Value], depth: usize) -> Result<Value> {
    let Some(depth) = depth.checked_sub(1) else { return Err(unsupported(call, wanted)) };
    match wanted {
        Type::Integer(..) => numbers::integer(call, arguments),
        Type::Float(..) => numbers::float(call, arguments),
        Type::Numeric => numbers::numeric(call, arguments),
        Type::Boolean(_) => numbers::boolean(call, arguments),
        Type::String(..) | Type::StringValue(_) => strings::new_string(call, arguments),
        Type::Array(..) | Type::Tuple(..) => structures::array(call, arguments),
        Type::Hash(..) | Type::Struct(_) => structures::hash(call, arguments),
        Type::Sensitive(_) => structures::sensitive(call, arguments),
        Type::Regexp(_) => structures::regexp(call, arguments),
        Type::SemVer(_) => structures::semver(call, arguments),
        Type::SemVerRange => structures::semver_range(call, arguments),
        Type::Timestamp(..) => structures::timestamp(call, arguments),
        Type::Timespan(..) => structures::timespan(call, arguments),
        Type::Binary => structures::binary(call, arguments),
        Type::Uri(_) => structures::uri(call, arguments),
        Type::Deferred => structures::deferred(call, arguments),
        Type::Error => structures::error(call, arguments),
        Type::Type(_) => structures::type_(call, arguments),
        Type::Optional(inner) | Type::NotUndef(inner) if **inner != Type::Any => {
            make_within(call, inner, arguments, depth)
        }
        Type::NotUndef(_) | Type::Unit => {
            check(call, "new_unit", &["new_unit(Any $from)"], arguments)?;
            Ok(arguments.first().cloned().unwrap_or_default())
        }
        Type::Init(inner, more) => init(call, (inner, more), arguments, depth),
        Type::Alias(name) => match call.context.resolve(name)? {
            Some(found) => make_within(call, &found, arguments, depth),
            None => Err(unsupported(call, wanted)),
        },
        other => Err(unsupported(call, other)),
    }
}

fn init(
    call: &Call<'_>,
    (inner, more): (&Type, &[Value]),
    arguments: &[Value],
    depth: usize,
) -> Result<Value> {
    let made = match arguments {
        [Value::Array(items)]
            if more.is_empty() && !inner.instance(&Value::Array(items.clone()), call.context) =>
        {
            make_within(call, inner, items, depth)?
        }
        [only] if inner.instance(only, call.context) => only.clone(),
        arguments => make_within(call, inner, &[arguments, more].concat(), depth)?,
    };
    Ok(made)
}

fn unsupported(call: &Call<'_>, wanted: &Type) -> Box<Diagnostic> {
    call.fail(format!("Creation of new instance of type '{wanted}' is not supported"))
}

/// Checks the arguments against signatures; gives the index of the first that fits.
///
/// # Errors
/// Gives the message about arguments that fit none.
fn check(call: &Call<'_>, name: &str, signatures: &[&str], arguments: &[Value]) -> Result<usize> {
    let read = |text: &&str| Signature::parse(text, &NoAliases).ok();
    let signatures: Vec<Signature> = signatures.iter().filter_map(read).collect();
    if let Some(found) = signatures.iter().position(|it| it.accepts(arguments, None, call.context)) {
        return Ok(found);
    }
    let message = describe_signatures(name, &signatures, (arguments, None), call.context);
    Err(Box::new(Diagnostic::error(&codes::ARGUMENTS, message)))
}

/// The message of a value that cannot become an instance of a type.
fn cannot(call: &Call<'_>, from: &Value, kind: &str) -> Box<Diagnostic> {
    match from {
        Value::Str(text) => {
            let shown = super::logging::shown(text);
            call.fail(format!("The string '{shown}' cannot be converted to {kind}"))
        }
        other => {
            let of = Type::infer(other).generalize();
            call.fail(format!("Value of type {of} cannot be converted to {kind}"))
        }
    }
}
