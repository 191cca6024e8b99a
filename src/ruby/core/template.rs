//! What templates and functions see of Puppet: `Puppet::Parser::TemplateWrapper`, the scope, Sensitive values and
//! other objects of Puppet's own types.

use super::{Args, Row, carry, own, row};
use crate::{
    ruby::{
        interp::Interp,
        live,
        object::{Body, Data, Flow, Key, R, RHash, RProc, Rv},
    },
    value::{Str, Value},
};
use ecow::EcoString;
use std::{rc::Rc, sync::Arc};

/// Puppet's own functions that `function_x` cannot reach: their 3.x stand-ins only say so.
const ONLY_MODERN: &[&str] = &[
    "assert_type",
    "binary_file",
    "break",
    "defined",
    "dig",
    "each",
    "epp",
    "filter",
    "find_file",
    "hiera",
    "hiera_array",
    "hiera_hash",
    "hiera_include",
    "inline_epp",
    "lest",
    "lookup",
    "map",
    "match",
    "new",
    "next",
    "reduce",
    "regsubst",
    "return",
    "reverse_each",
    "slice",
    "split",
    "step",
    "strftime",
    "then",
    "type",
    "with",
];

/// The methods of a template's `self`.
pub(super) static TEMPLATE: &[Row] = &[
    carry("scope", 0, 0, |it, _, _| Ok(scope(it))),
    row("has_variable?", 1, 1, has_variable),
    row("classes", 0, 0, |it, _, _| Ok(strings(it.host.classes()))),
    row("tags", 0, 0, |it, _, _| Err(it.raise("NotImplementedError", "Call 'all_tags' instead."))),
    row("all_tags", 0, 0, |it, _, _| Ok(strings(it.host.catalog_tags()))),
    row("file", 0, 0, file),
    row("__file__", 0, 0, file),
    own("debug", 1, 1, |_, _, _| Ok(Rv::Nil)),
    own("info", 1, 1, |_, _, _| Ok(Rv::Nil)),
    own("notice", 1, 1, warning),
    own("warning", 1, 1, warning),
    own("err", 1, 1, warning),
    own("alert", 1, 1, warning),
    own("emerg", 1, 1, warning),
    own("crit", 1, 1, warning),
];

/// The methods of `scope`.
pub(super) static SCOPE: &[Row] = &[
    carry("lookupvar", 1, 2, lookup),
    carry("[]", 1, 2, lookup),
    carry("[]=", 2, 2, set_variable),
    carry("setvar", 2, 3, set_variable),
    row("include?", 1, 1, has_variable),
    row("exist?", 1, 1, has_variable),
    row("bound?", 1, 1, has_variable),
    carry("to_hash", 0, 2, to_hash),
    row("undef_as", 2, 2, |_, _, args| Ok(undef_as(args.at(0), args.at(1)))),
    carry("call_function", 1, 2, call_function),
    carry("method_missing", 1, -1, old_function),
    own("debug", 1, 1, |_, _, _| Ok(Rv::Nil)),
    own("info", 1, 1, |_, _, _| Ok(Rv::Nil)),
    own("notice", 1, 1, warning),
    own("warning", 1, 1, warning),
    own("err", 1, 1, warning),
    own("warn_once", 1, 1, warning),
    row("tags", 0, 0, |it, _, _| Ok(strings(it.host.tags()))),
    row("classes", 0, 0, |it, _, _| Ok(strings(it.host.classes()))),
    row("catalog", 0, 0, |it, _, _| Ok(native(it, "catalog"))),
    row("compiler", 0, 0, |it, _, _| {
        let class = it.world.class("Puppet::Parser::Compiler");
        Ok(it.object(class, Data::Native("compiler".into())))
    }),
    row("lookupdefaults", 1, 1, defaults),
    row("environment", 0, 0, |it, _, _| {
        let name = it.host.environment();
        Ok(native(it, &name))
    }),
    row("resource", 0, 0, |it, _, _| {
        let name = it.host.resource();
        let class = it.world.class("Puppet::Parser::Resource");
        Ok(it.object(class, Data::Native(name)))
    }),
    row("parent_module_name", 0, 0, |it, _, _| Ok(it.host.module_name().map_or(Rv::Nil, Rv::str))),
    row("known_resource_types", 0, 0, |it, _, _| Ok(native(it, "known resource types"))),
    row("source", 0, 0, |it, _, _| {
        let name = it.host.module_name().unwrap_or_default();
        Ok(native(it, &name))
    }),
    row("module_name", 0, 0, |it, _, _| Ok(it.host.module_name().map_or(Rv::Nil, Rv::str))),
    row("respond_to?", 1, 2, |it, this, args| {
        let name = args.at(0).name().unwrap_or_default();
        Ok(Rv::Bool(name.starts_with("function_") || it.responds_to(this, &name)))
    }),
];

/// `compiler.environment`: of Puppet's own objects that are only passed around, the compiler alone has one.
pub(super) fn environment(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let class = it.class_name(this);
    if &*class != "Puppet::Parser::Compiler" {
        return Err(it.unsupported_method(&format!("`{class}#environment`")));
    }
    let name = it.host.environment();
    Ok(native(it, &name))
}

/// The methods of a Sensitive value.
pub(super) static SENSITIVE: &[Row] = &[carry("unwrap", 0, 0, |it, this, args| {
    let Rv::Puppet(value) = this else { return Ok(Rv::Nil) };
    let Value::Sensitive(inner) = value.as_ref() else { return Ok(Rv::Nil) };
    let inner = it.import(inner);
    match &args.block {
        Some(block) => it.yield1(block, inner),
        None => Ok(inner),
    }
})];

/// The methods of other values of Puppet's own types.
pub(super) static PUPPET: &[Row] = &[
    row("type_name", 0, 0, |it, this, _| it.to_s(this).map(|text| Rv::str(reference(&text).0))),
    row("title", 0, 0, |it, this, _| it.to_s(this).map(|text| Rv::str(reference(&text).1))),
    row("name", 0, 0, |it, this, _| it.to_s(this).map(Rv::str)),
];

fn strings(names: Vec<EcoString>) -> Rv {
    Rv::array(names.into_iter().map(Rv::str).collect())
}

pub(super) fn native(it: &mut Interp<'_>, name: &str) -> Rv {
    let class = it.world.class("Encoding");
    it.object(class, Data::Native(name.into()))
}

/// The scope as an object.
pub(crate) fn scope(it: &mut Interp<'_>) -> Rv {
    let class = it.world.class("Puppet::Parser::Scope");
    it.object(class, Data::None)
}

fn file(it: &mut Interp<'_>, _: &Rv, _: &Args<'_>) -> R {
    Ok(Rv::str(it.source.path()))
}

pub(super) fn warning(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let text = it.to_s(args.at(0))?;
    it.note(&text);
    Ok(Rv::Nil)
}

fn has_variable(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = it.to_s(args.at(0))?;
    let found = it.host.variable(name.strip_prefix("::").unwrap_or(&name));
    Ok(Rv::Bool(found.is_some_and(|value| !value.is_undef())))
}

fn lookup(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let Rv::Str(_) = args.at(0) else {
        let (shown, class) = (it.to_s(args.at(0))?, it.class_name(args.at(0)));
        let message = format!("Scope variable name {} is a {class}, not a string", shown.as_str());
        return Err(it.raise("Puppet::ParseError", message));
    };
    let name = it.string(args.at(0))?;
    if let Some(live) = live::get(it.host.scope(), &name) {
        return Ok(live);
    }
    match it.host.lookup_variable(name.strip_prefix("::").unwrap_or(&name)) {
        Ok(value) => {
            let value = it.import(&value);
            if matches!(value, Rv::Array(_) | Rv::Hash(_)) {
                it.seen.borrow_mut().push((name.text().clone(), value.clone()));
            }
            Ok(value)
        }
        Err(found) => Err(Box::new(Flow::Fatal(found))),
    }
}

fn set_variable(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = it.to_s(args.at(0))?;
    let value = it.to_puppet(args.at(1))?;
    match it.host.set_variable(&name, value) {
        Ok(()) => {
            live::set(it.host.scope(), &name, args.at(1));
            Ok(args.at(1).clone())
        }
        Err(found) => Err(Box::new(Flow::Fatal(found))),
    }
}

fn to_hash(it: &mut Interp<'_>, _: &Rv, _: &Args<'_>) -> R {
    let visible = it.host.variables();
    // the same variables as last time hold the same labels
    let known = it.visible.as_ref().is_some_and(|known| Arc::ptr_eq(known, &visible));
    if !known {
        it.import(&Value::Hash(visible.clone()));
        it.visible = Some(visible.clone());
    }
    Ok(Rv::Hash(Rc::new(RHash::of_puppet(visible))))
}

/// `scope.lookupdefaults('File')`: parameters by name. What they hold is not looked into.
fn defaults(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = it.to_s(args.at(0))?;
    let names = it.host.defaults(&name);
    let entries = names.into_iter().map(|name| (Key::frozen(Rv::sym(name.clone())), native(it, &name)));
    Ok(Rv::hash(entries.collect()))
}

fn undef_as(default: &Rv, value: &Rv) -> Rv {
    match value {
        Rv::Nil => default.clone(),
        Rv::Sym(name) if name == "undef" => default.clone(),
        other => other.clone(),
    }
}

fn call_function(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    if !matches!(args.at(1), Rv::Array(_)) && it.legacy_function(&name).is_some() {
        return it.send(args.at(1), "map", &[]);
    }
    let values = match args.at(1) {
        Rv::Nil => Vec::new(),
        Rv::Array(values) => values.to_vec(),
        other => vec![other.clone()],
    };
    call(it, &name, &values, args)
}

/// `scope.function_x([args])`.
fn old_function(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let name = args.at(0).name().unwrap_or_default();
    let Some(function) = name.strip_prefix("function_") else {
        let class = it.class_name(this);
        return Err(it.unsupported_method(&format!("`{class}#{name}`")));
    };
    let Some(Rv::Array(values)) = args.opt(1) else {
        let message = String::from(
            "custom functions must be called with a single array that contains the arguments. For example, \
             function_example([1]) instead of function_example(1)",
        );
        return Err(it.argument_error(message));
    };
    if ONLY_MODERN.contains(&function) {
        let message =
            format!("{function}() can only be called using the 4.x function API. See Scope#call_function");
        return Err(it.raise("Puppet::ParseError", message));
    }
    let values = values.to_vec();
    if args.block.is_some() || it.legacy_function(function).is_some() {
        return call(it, function, &values, args);
    }
    let given = values.iter().map(|value| it.to_puppet(value)).collect::<R<Vec<_>>>()?;
    let place = it.place();
    match it.host.call_old_function(function, &given) {
        Ok(value) => Ok(it.import(&value)),
        Err(found) => Err(Box::new(Flow::Fatal(Box::new(found.or_at(|| place))))),
    }
}

/// Calls a method of an object of the Puppet side, such as the context of a lookup.
pub(crate) fn object_method(it: &mut Interp<'_>, this: &Rv, name: &str, args: &Args<'_>) -> R {
    let values: Vec<Rv> = std::iter::once(this.clone()).chain(args.values.iter().cloned()).collect();
    call(it, name, &values, args)
}

/// Calls a function of the Puppet side.
pub(super) fn call(it: &mut Interp<'_>, name: &str, values: &[Rv], args: &Args<'_>) -> R {
    if let Some(own) = it.legacy_function(name) {
        let shown = |value: &Rv| if value.is_nil() { Rv::str("") } else { value.clone() };
        return it.run_three(name, &own, values.iter().map(shown).collect());
    }
    let mut given = Vec::with_capacity(values.len());
    for value in values {
        given.push(it.to_puppet(value)?);
    }
    let place = it.place();
    let host = it.host;
    let answer = match &args.block {
        None => host.call_function(name, &given, None),
        Some(block) => {
            let shared = std::cell::RefCell::new(&mut *it);
            let run = |values: &[Value]| {
                let mut it = shared.borrow_mut();
                let values: Vec<Rv> = values.iter().map(|value| it.import(value)).collect();
                let ended = it.call_block(block, &values).and_then(|value| it.to_puppet(&value));
                ended.map_err(|flow| it.diagnostic(*flow))
            };
            host.call_with_block(name, &given, (&run, arity_of(block)))
        }
    };
    match answer {
        Ok(value) => Ok(it.import(&value)),
        Err(found) => Err(Box::new(Flow::Fatal(Box::new(found.or_at(|| place))))),
    }
}

/// How many arguments a block takes, as Puppet sees it: all of a plain block's may be left out.
fn arity_of(block: &RProc) -> (usize, Option<usize>) {
    let Body::Block(code, _) = &block.body else { return (1, None) };
    let params = &code.params;
    let named = params.required.len() + params.post.len();
    let least = if block.lambda { named } else { 0 };
    (least, params.rest.is_none().then_some(named + params.optional.len()))
}

/// Type and title of a reference's text.
pub(super) fn reference(text: &Str) -> (EcoString, EcoString) {
    match text.split_once('[') {
        Some((name, rest)) => (name.into(), rest.strip_suffix(']').unwrap_or(rest).trim_matches('\'').into()),
        None => (text.text().clone(), EcoString::new()),
    }
}
