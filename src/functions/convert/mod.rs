//! `Type.new(…)`: the conversions of each type.

mod containers;
mod numbers;
mod objects;
mod strings;
mod structures;

use super::{Call, codes, gate};
use crate::{
    diag::{Diagnostic, Result},
    value::{
        Type, Value, describe_mismatch,
        types::{NoAliases, Signature, constructor_of, describe_signatures},
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
    check_constructor(call, wanted, arguments)?;
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
        Type::Object(of) if !of.is_default() => objects::object(call, of, arguments),
        Type::Extension(it) => objects::object(call, &it.base, arguments),
        Type::Type(_) => structures::type_(call, arguments),
        Type::Optional(inner) | Type::NotUndef(inner) if **inner != Type::Any => {
            make_within(call, inner, arguments, depth)
        }
        Type::NotUndef(_) | Type::Unit => {
            check(call, "new_unit", &["new_unit(Any $from)"], arguments)?;
            Ok(arguments.first().cloned().unwrap_or_default())
        }
        Type::Init(inner, more) => init(call, (inner, more), arguments, depth),
        Type::Alias(alias) => match alias.resolved() {
            Some(found) => make_within(call, found, arguments, depth),
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
    let whole = Type::Init(std::sync::Arc::new(inner.clone()), more.into());
    if *inner == Type::Any {
        return Err(unsupported(call, &whole));
    }
    let bare = inner.unaliased();
    let makes = constructor_of(&bare).is_some() || matches!(bare, Type::Object(_) | Type::Extension(_));
    if !makes || matches!(bare, Type::NotUndef(_)) {
        return Err(unsupported(call, inner));
    }
    check(call, "new_Init", &["new_Init(Any $value)"], arguments)?;
    let made = match arguments {
        [only] if inner.instance(only, call.context) => only.clone(),
        [only @ Value::Array(items)] if more.is_empty() && !takes_alone(inner, only) => {
            make_within(call, inner, items, depth)?
        }
        arguments => make_within(call, inner, &[arguments, more].concat(), depth)?,
    };
    if inner.instance(&made, call.context) {
        return Ok(made);
    }
    let subject = format!("Converted value from {}.new() has wrong type,", inner.shown());
    Err(call.fail(describe_mismatch(&subject, inner, &Type::infer_set(&made), call.context)))
}

/// Whether an array is one argument of the constructor, rather than all of its arguments.
fn takes_alone(inner: &Type, value: &Value) -> bool {
    let Some(it) = constructor_of(inner) else { return false };
    let one = std::slice::from_ref(value);
    let single = |it: &Signature| it.bounds() == (1, Some(1)) && it.accepts(one, None, &NoAliases);
    let optional = |it: &Signature| it.bounds().0 == 1 && it.accepts(one, None, &NoAliases);
    let Value::Array(items) = value else { return false };
    let all = |it: &Signature| it.bounds() != (1, Some(1)) && it.accepts(items, None, &NoAliases);
    it.signatures.iter().any(single) || !it.signatures.iter().any(all) && it.signatures.iter().any(optional)
}

fn unsupported(call: &Call<'_>, wanted: &Type) -> Box<Diagnostic> {
    call.fail(format!("Creation of new instance of type '{}' is not supported", wanted.shown()))
}

/// Checks the arguments against the constructor of a type that has no words of its own for what does not fit.
fn check_constructor(call: &Call<'_>, wanted: &Type, arguments: &[Value]) -> Result<()> {
    let Some(it) = constructor_of(wanted).filter(|it| !it.has_fallback) else { return Ok(()) };
    let fits = |signature: &Signature| signature.accepts(arguments, None, call.context);
    let semver = matches!((wanted, arguments), (Type::SemVer(_), [Value::Str(_)]));
    if semver || it.signatures.iter().any(fits) {
        return Ok(());
    }
    let message = describe_signatures(it.name, &it.signatures, (arguments, None), call.context);
    Err(Box::new(Diagnostic::error(&codes::ARGUMENTS, message)))
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
