//! What functions see of Puppet: `Puppet::Functions` with its builders, `Puppet::Parser::Functions`, logging.

use super::{
    Args, Row, carry, row,
    template::{call, native, scope, warning},
};
use crate::{
    ruby::{
        HostFile, Three,
        interp::{Defined, Interp},
        object::{Data, R, Rv},
        plain_name,
    },
    value::Value,
};
use ecow::EcoString;

/// The methods of an instance of a 4.x function, and of what builds its dispatches.
pub(super) static FUNCTION: &[Row] = &[
    carry("call_function", 1, -1, |it, _, args| {
        let name = it.string(args.at(0))?;
        let values = args.values.get(1..).unwrap_or_default().to_vec();
        call(it, &name, &values, args)
    }),
    carry("call_function_with_scope", 2, -1, |it, _, args| {
        let name = it.string(args.at(1))?;
        let values = args.values.get(2..).unwrap_or_default().to_vec();
        call(it, &name, &values, args)
    }),
    carry("closure_scope", 0, 0, |it, _, _| Ok(scope(it))),
    row("loader", 0, 0, |it, _, _| Ok(native(it, "loader"))),
    row("param", 2, 2, |it, this, args| parameter(it, this, args, "")),
    row("required_param", 2, 2, |it, this, args| parameter(it, this, args, "")),
    row("optional_param", 2, 2, |it, this, args| parameter(it, this, args, "?")),
    row("repeated_param", 2, 2, |it, this, args| parameter(it, this, args, "*")),
    row("optional_repeated_param", 2, 2, |it, this, args| parameter(it, this, args, "*")),
    row("required_repeated_param", 2, 2, |it, this, args| parameter(it, this, args, "+")),
    row("block_param", 0, 2, |it, this, args| block_parameter(it, this, args, "&")),
    row("required_block_param", 0, 2, |it, this, args| block_parameter(it, this, args, "&")),
    row("optional_block_param", 0, 2, |it, this, args| block_parameter(it, this, args, "&?")),
    row("return_type", 1, 1, |it, this, args| {
        let of = it.to_s(args.at(0))?;
        it.write_variable(this, &"@returns".into(), Rv::str(of))?;
        Ok(Rv::Nil)
    }),
    row("scope_param", 0, 0, |it, this, _| {
        it.write_variable(this, &"@scope".into(), Rv::Bool(true))?;
        Ok(Rv::Nil)
    }),
    row("compiler_param", 0, 0, |it, _, _| Err(it.unsupported_method("`compiler_param` of a function"))),
    row("cache_param", 0, 0, |it, _, _| Err(it.unsupported_method("`cache_param` of a function"))),
    row("pal_script_compiler_param", 0, 0, |it, _, _| {
        Err(it.unsupported_method("`pal_script_compiler_param` of a function"))
    }),
    row("pal_catalog_compiler_param", 0, 0, |it, _, _| {
        Err(it.unsupported_method("`pal_catalog_compiler_param` of a function"))
    }),
    row("type", 1, 1, local_type),
];

/// Class methods of Puppet's own classes.
pub(super) static STATICS: &[(&str, &[Row])] = &[
    (
        "Puppet",
        &[
            carry("debug", 0, 1, |_, _, _| Ok(Rv::Nil)),
            carry("info", 0, 1, |_, _, _| Ok(Rv::Nil)),
            carry("notice", 1, 1, warning),
            carry("warning", 1, 1, warning),
            carry("err", 1, 1, warning),
            carry("deprecation_warning", 1, 2, warning),
            carry("warn_once", 1, -1, |_, _, _| Ok(Rv::Nil)),
            row("version", 0, 0, |it, _, _| Ok(Rv::str(version(it)))),
            row("lookup", 1, 1, lookup),
            row("[]", 1, 1, setting),
        ],
    ),
    (
        "Puppet::Parser::Files",
        &[
            row("find_template", 1, 2, |it, _, args| found_file(it, args, "templates")),
            row("find_file", 1, 2, |it, _, args| found_file(it, args, "files")),
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
            row("dispatch", 1, 1, |it, this, args| dispatch(it, this, args, false)),
            row("argument_mismatch", 1, 1, |it, this, args| dispatch(it, this, args, true)),
            row("local_types", 0, 0, local_types),
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
            row("autoloader", 0, -1, |it, _, _| {
                let class = it.world.class("Puppet::Parser::Functions::AutoloaderDelegate");
                Ok(it.object(class, Data::Native("autoloader".into())))
            }),
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

/// The path of `module/file` in a module's folder of this kind, or an absolute path, where the file is there.
fn found_file(it: &mut Interp<'_>, args: &Args<'_>, folder: &str) -> R {
    let name = it.string(args.at(0))?;
    let path = match name.split_once('/') {
        Some(("", _)) => Some(name.to_string()),
        Some((module, rest)) => it.host.module_path(module).map(|root| format!("{root}/{folder}/{rest}")),
        None => None,
    };
    match path.as_deref().map(|path| (it.host.file(path), path)) {
        Some((HostFile::Outside, path)) => Err(it.refused(&format!("`{path}`"))),
        Some((HostFile::File | HostFile::Folder, path)) => Ok(Rv::str(path)),
        Some((HostFile::Missing, _)) | None => Ok(Rv::Nil),
    }
}

/// The version of Puppet that the code asks for.
pub(super) fn version(it: &Interp<'_>) -> &'static str {
    if it.host.puppet_version() >= 8 { "8.10.0" } else { "7.23.0" }
}

fn setting(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = args.at(0).name().unwrap_or_default();
    match it.host.variable(&format!("settings::{name}")) {
        Some(value) => Ok(it.import(&value)),
        None => Err(it.unsupported_method(&format!("the setting `Puppet[:{name}]`"))),
    }
}

/// `Puppet.lookup(:global_scope)` and what else of Puppet's context code asks for.
fn lookup(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = args.at(0).name().unwrap_or_default();
    match name.as_str() {
        "global_scope" => Ok(scope(it)),
        "current_environment" | "root_environment" => {
            let name = it.host.environment();
            Ok(native(it, &name))
        }
        other => Err(it.unsupported_method(&format!("`Puppet.lookup(:{other})`"))),
    }
}

/// `Puppet::Functions.create_function(:name) do … end`.
fn create_function(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let parent = match args.opt(1) {
        Some(Rv::Class(parent)) => parent.clone(),
        _ => it.world.class("Puppet::Functions::Function"),
    };
    let name = args.at(0).name().unwrap_or_default();
    let class = it.make_class(&name, Some(parent));
    let this = Rv::Class(class.clone());
    let inner = Args { values: Vec::new(), keywords: false, block: args.block.clone(), scope: args.scope };
    it.send_with(&this, "class_eval", inner)?;
    it.defined.push((plain_name(&name), Defined::Four(class)));
    Ok(this)
}

/// `newfunction(:name, type: :rvalue, arity: 1) { |args| … }`.
fn new_function(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = args.at(0).name().unwrap_or_default();
    let block = it.block(args)?.clone();
    let option = |wanted: &str| match args.opt(1) {
        Some(Rv::Hash(options)) => options.get(&Rv::sym(wanted)),
        _ => None,
    };
    let arity = match option("arity") {
        Some(Rv::Int(arity)) => arity,
        _ => -1,
    };
    let kind = option("type").unwrap_or_else(|| Rv::sym("statement"));
    let rvalue = match kind.name().as_deref() {
        Some("rvalue") => true,
        Some("statement") => false,
        _ => {
            let shown = it.inspect(&kind)?;
            return Err(it.raise("Puppet::DevError", format!("Invalid statement type {}", shown.as_str())));
        }
    };
    it.defined.push((plain_name(&name), Defined::Three(Three::new(block, arity, rvalue))));
    let known = [("arity", Rv::Int(arity)), ("type", kind), ("name", Rv::str(format!("function_{name}")))];
    let made = known.into_iter().map(|(key, value)| (super::super::object::Key(Rv::sym(key)), value));
    Ok(Rv::hash(made.collect()))
}

/// `dispatch :method do … end`: an object notes the parameters.
fn dispatch(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, mismatch: bool) -> R {
    let Rv::Class(class) = this else { return Ok(Rv::Nil) };
    let builder = builder(it);
    it.write_variable(&builder, &"@method".into(), args.at(0).clone())?;
    it.write_variable(&builder, &"@mismatch".into(), Rv::Bool(mismatch))?;
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

/// What the blocks of `dispatch` and `local_types` are evaluated in.
fn builder(it: &mut Interp<'_>) -> Rv {
    let base = it.world.class("Puppet::Functions::Function");
    it.object(base, Data::None)
}

/// `local_types do type 'Name = Type' end`.
fn local_types(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    let builder = builder(it);
    it.call_proc_as(&block, &builder, Args::of(Vec::new()))?;
    Ok(Rv::Nil)
}

fn local_type(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let text = it.string(args.at(0))?;
    match crate::ruby::alias(&text) {
        Some(alias) => it.local_types.push(alias),
        None => {
            let message = format!(
                "Expected a type alias assignment on the form 'AliasType = T', got '{}'",
                text.as_str()
            );
            return Err(it.argument_error(message));
        }
    }
    Ok(Rv::Nil)
}

/// Notes a parameter: its type, its name, and `?`, `*`, `+`, `&` or `&?`.
fn noted(it: &mut Interp<'_>, this: &Rv, parts: [Rv; 3]) -> R {
    let part = Rv::array(parts.into());
    match it.read_variable(this, &PARAMETERS.into()) {
        Rv::Array(known) => known.items_mut().push(part),
        _ => it.write_variable(this, &PARAMETERS.into(), Rv::array(vec![part]))?,
    }
    Ok(Rv::Nil)
}

/// Where a builder keeps the parameters.
const PARAMETERS: &str = "@parameters";

/// The mark of the parameter that was noted last.
fn last_mark(it: &Interp<'_>, this: &Rv) -> EcoString {
    let Rv::Array(known) = it.read_variable(this, &PARAMETERS.into()) else { return EcoString::new() };
    let Some(Rv::Array(last)) = known.items().last().cloned() else { return EcoString::new() };
    last.get(2).and_then(|mark| mark.name()).unwrap_or_default()
}

fn parameter(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, mark: &str) -> R {
    let problem = match (last_mark(it, this).as_str(), mark) {
        ("*" | "+", _) => "Parameters cannot be added after a repeated parameter",
        ("&" | "&?", _) => "Parameters cannot be added after a block parameter",
        ("?", "") => "A required parameter cannot be added after an optional parameter",
        ("?", "+") => "A required repeated parameter cannot be added after an optional parameter",
        (_, _) => "",
    };
    if !problem.is_empty() {
        return Err(it.argument_error(problem));
    }
    let (of, name) = (it.to_s(args.at(0))?, it.to_s(args.at(1))?);
    noted(it, this, [Rv::str(of), Rv::str(name), Rv::str(mark)])
}

/// `block_param`, with a type and a name, a name, or nothing.
fn block_parameter(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, mark: &str) -> R {
    if last_mark(it, this).starts_with('&') {
        return Err(it.argument_error("Attempt to redefine block"));
    }
    let of = match (args.opt(0), args.opt(1)) {
        (Some(of), Some(_)) | (Some(of @ Rv::Str(_)), None) => it.to_s(of)?,
        _ => crate::value::Str::new("Callable"),
    };
    noted(it, this, [Rv::str(of), Rv::str("block"), Rv::str(mark)])
}
