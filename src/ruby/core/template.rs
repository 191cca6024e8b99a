//! What templates and functions see of Puppet: `Puppet::Parser::TemplateWrapper`, the scope, Sensitive values and
//! other objects of Puppet's own types.

use super::{Args, Row, carry, own, row};
use crate::{
    ruby::{
        interp::{Defined, Interp},
        object::{Data, Flow, Key, R, Rv},
    },
    value::{Str, Value},
};
use ecow::EcoString;
use indexmap::IndexMap;

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
    row("compiler", 0, 0, |it, _, _| Ok(native(it, "compiler"))),
    row("environment", 0, 0, |it, _, _| {
        let name = it.host.environment();
        Ok(native(it, &name))
    }),
    row("resource", 0, 0, |it, _, _| {
        let name = it.host.resource();
        Ok(native(it, &name))
    }),
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

/// The methods of an instance of a 4.x function.
pub(super) static FUNCTION: &[Row] = &[
    carry("call_function", 1, -1, |it, _, args| {
        let name = it.string(args.at(0))?;
        let values = args.values.get(1..).unwrap_or_default().to_vec();
        call(it, &name, &values, args)
    }),
    carry("closure_scope", 0, 0, |it, _, _| Ok(scope(it))),
    row("param", 2, 2, |it, this, args| parameter(it, this, args, "")),
    row("required_param", 2, 2, |it, this, args| parameter(it, this, args, "")),
    row("optional_param", 2, 2, |it, this, args| parameter(it, this, args, "?")),
    row("repeated_param", 2, 2, |it, this, args| parameter(it, this, args, "*")),
    row("optional_repeated_param", 2, 2, |it, this, args| parameter(it, this, args, "*")),
    row("required_repeated_param", 2, 2, |it, this, args| parameter(it, this, args, "+")),
    row("block_param", 0, 2, |it, this, args| block_parameter(it, this, args, "")),
    row("required_block_param", 0, 2, |it, this, args| block_parameter(it, this, args, "")),
    row("optional_block_param", 0, 2, |it, this, args| block_parameter(it, this, args, "?")),
    row("return_type", 1, 1, |_, _, _| Ok(Rv::Nil)),
    row("scope_param", 0, 0, |it, this, _| {
        it.write_variable(this, &"@scope".into(), Rv::Bool(true))?;
        Ok(Rv::Nil)
    }),
];

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

/// Class methods of Puppet's own classes.
pub(super) static STATICS: &[(&str, &[Row])] = &[
    (
        "Puppet",
        &[
            own("debug", 0, 1, |_, _, _| Ok(Rv::Nil)),
            own("info", 0, 1, |_, _, _| Ok(Rv::Nil)),
            own("notice", 1, 1, warning),
            own("warning", 1, 1, warning),
            own("err", 1, 1, warning),
            own("deprecation_warning", 1, 2, warning),
            own("warn_once", 1, -1, |_, _, _| Ok(Rv::Nil)),
            row("version", 0, 0, |_, _, _| Ok(Rv::str("7.23.0"))),
            row("[]", 1, 1, |it, _, args| {
                let name = args.at(0).name().unwrap_or_default();
                match it.host.variable(&format!("settings::{name}")) {
                    Some(value) => Ok(it.import(&value)),
                    None => Err(it.unsupported_method(&format!("the setting `Puppet[:{name}]`"))),
                }
            }),
        ],
    ),
    (
        "Puppet::Util::Package",
        &[row("versioncmp", 2, 2, |it, _, args| call(it, "versioncmp", &args.values, args))],
    ),
    ("Puppet::Functions", &[row("create_function", 1, 2, create_function)]),
    (
        "Puppet::Functions::Function",
        &[
            row("dispatch", 1, 1, dispatch),
            row("argument_mismatch", 1, 1, |_, _, _| Ok(Rv::Nil)),
            row("local_types", 0, 0, |it, _, _| Err(it.unsupported_method("`local_types` of a function"))),
        ],
    ),
    (
        "Puppet::Parser::Functions",
        &[
            row("newfunction", 1, 2, new_function),
            row("function", 1, 2, |_, _, args| {
                let name = args.at(0).name().unwrap_or_default();
                Ok(Rv::sym(format!("function_{name}")))
            }),
            row("autoloader", 0, -1, |it, _, _| Ok(native(it, "autoloader"))),
        ],
    ),
    (
        "Puppet::Pops::Types::PSensitiveType::Sensitive",
        &[carry("new", 1, 1, |it, _, args| {
            let inner = it.to_puppet(args.at(0))?;
            Ok(Rv::Puppet(std::rc::Rc::new(Value::Sensitive(std::sync::Arc::new(inner)))))
        })],
    ),
];

/// `Puppet::Functions.create_function(:name) do … end`.
fn create_function(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let parent = match args.opt(1) {
        Some(Rv::Class(parent)) => parent.clone(),
        _ => it.world.class("Puppet::Functions::Function"),
    };
    let class = it.make_class(&args.at(0).name().unwrap_or_default(), Some(parent));
    let this = Rv::Class(class.clone());
    let inner = Args { values: Vec::new(), keywords: false, block: args.block.clone(), scope: args.scope };
    it.send_with(&this, "class_eval", inner)?;
    it.defined = Some(Defined::Four(class));
    Ok(this)
}

/// `newfunction(:name, type: :rvalue, arity: 1) { |args| … }`.
fn new_function(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    let arity = match args.keyword("arity").or_else(|| super::hash::hash(args.at(1)).get(&Rv::sym("arity"))) {
        Some(Rv::Int(arity)) => arity,
        _ => -1,
    };
    it.defined = Some(Defined::Three(block, arity));
    Ok(Rv::Nil)
}

/// `dispatch :method do … end`: an object notes the parameters.
fn dispatch(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Class(class) = this else { return Ok(Rv::Nil) };
    let base = it.world.class("Puppet::Functions::Function");
    let builder = it.object(base, Data::None);
    it.write_variable(&builder, &"@method".into(), args.at(0).clone())?;
    if let Some(block) = args.block.clone() {
        it.call_proc_as(&block, &builder, Args::of(Vec::new()))?;
    }
    let known = class.vars.borrow().get("__dispatches__").cloned();
    match known {
        Some(Rv::Array(list)) => list.items_mut().push(builder),
        _ => {
            class.vars.borrow_mut().insert("__dispatches__".into(), Rv::array(vec![builder]));
        }
    }
    Ok(Rv::Nil)
}

fn noted(it: &mut Interp<'_>, this: &Rv, text: &str) -> R {
    let name = EcoString::from("@parameters");
    let before = it.read_variable(this, &name).name().unwrap_or_default();
    let all = if before.is_empty() { text.to_owned() } else { format!("{before}, {text}") };
    it.write_variable(this, &name, Rv::str(all))?;
    Ok(Rv::Nil)
}

fn parameter(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, mark: &str) -> R {
    let (of, name) = (it.to_s(args.at(0))?, it.to_s(args.at(1))?);
    noted(it, this, &format!("{} ${}{mark}", of.as_str(), name.as_str()))
}

fn block_parameter(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, mark: &str) -> R {
    let of = match args.opt(0) {
        Some(of @ Rv::Str(_)) => it.string(of)?.to_string(),
        _ => "Callable".to_owned(),
    };
    noted(it, this, &format!("{of} &$block{mark}"))
}

fn strings(names: Vec<EcoString>) -> Rv {
    Rv::array(names.into_iter().map(Rv::str).collect())
}

fn native(it: &mut Interp<'_>, name: &str) -> Rv {
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

fn warning(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
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
    match it.host.lookup_variable(name.strip_prefix("::").unwrap_or(&name)) {
        Ok(value) => Ok(it.import(&value)),
        Err(found) => Err(Box::new(Flow::Fatal(found))),
    }
}

fn set_variable(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = it.to_s(args.at(0))?;
    let value = it.to_puppet(args.at(1))?;
    match it.host.set_variable(&name, value) {
        Ok(()) => Ok(args.at(1).clone()),
        Err(found) => Err(Box::new(Flow::Fatal(found))),
    }
}

fn to_hash(it: &mut Interp<'_>, _: &Rv, _: &Args<'_>) -> R {
    let mut made = IndexMap::new();
    for (name, value) in it.host.variables() {
        if !value.is_undef() {
            made.insert(Key::frozen(Rv::str(name)), it.import(&value));
        }
    }
    Ok(Rv::hash(made))
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
        let message = format!(
            "custom functions must be called with a single array that contains the arguments. For example, \
             function_example([1]) instead of function_example(1) ({function})"
        );
        return Err(it.argument_error(message));
    };
    let values = values.to_vec();
    if args.block.is_some() {
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
            host.call_function(
                name,
                &given,
                Some(&|values: &[Value]| {
                    let mut it = shared.borrow_mut();
                    let values: Vec<Rv> = values.iter().map(|value| it.import(value)).collect();
                    let ended = it.call_block(block, &values).and_then(|value| it.to_puppet(&value));
                    ended.map_err(|flow| it.diagnostic(*flow))
                }),
            )
        }
    };
    match answer {
        Ok(value) => Ok(it.import(&value)),
        Err(found) => Err(Box::new(Flow::Fatal(Box::new(found.or_at(|| place))))),
    }
}

/// Type and title of a reference's text.
fn reference(text: &Str) -> (EcoString, EcoString) {
    match text.split_once('[') {
        Some((name, rest)) => (name.into(), rest.strip_suffix(']').unwrap_or(rest).into()),
        None => (text.text().clone(), EcoString::new()),
    }
}
