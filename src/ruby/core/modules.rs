//! Classes and modules: `new`, `attr_accessor`, `include`, constants, and the constructors of builtin classes.

use super::{Args, Row, carry, own, row};
use crate::{
    maps::IndexMap,
    ruby::{
        CORE,
        interp::Interp,
        object::{Class, Cref, Data, Key, Method, R, RHash, RRange, RString, Rv, Shape},
    },
    value::Str,
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// The methods of classes and modules.
pub(super) static MODULE: &[Row] = &[
    carry("new", 0, -1, new),
    row("allocate", 0, 0, |it, this, _| allocate(it, this)),
    row("name", 0, 0, |_, this, _| Ok(class(this).map_or(Rv::Nil, |it| Rv::str(it.name.borrow().clone())))),
    row("to_s", 0, 0, |_, this, _| Ok(class(this).map_or(Rv::Nil, |it| Rv::str(it.name.borrow().clone())))),
    row(
        "inspect",
        0,
        0,
        |_, this, _| Ok(class(this).map_or(Rv::Nil, |it| Rv::str(it.name.borrow().clone()))),
    ),
    row("===", 1, 1, |it, this, args| {
        Ok(Rv::Bool(class(this).is_some_and(|class| it.is_instance(args.at(0), class))))
    }),
    row("==", 1, 1, |_, this, args| Ok(Rv::Bool(this.same(args.at(0))))),
    row("<", 1, 1, |_, this, args| inherits(this, args.at(0), false)),
    row("<=", 1, 1, |_, this, args| inherits(this, args.at(0), true)),
    row(">", 1, 1, |_, this, args| inherits(args.at(0), this, false)),
    row(">=", 1, 1, |_, this, args| inherits(args.at(0), this, true)),
    row("superclass", 0, 0, |_, this, _| {
        Ok(class(this).and_then(|it| it.superclass.clone()).map_or(Rv::Nil, Rv::Class))
    }),
    row("ancestors", 0, 0, |_, this, _| {
        Ok(Rv::array(
            class(this).map(Class::ancestors).unwrap_or_default().into_iter().map(Rv::Class).collect(),
        ))
    }),
    row("instance_methods", 0, 1, instance_methods),
    row("public_instance_methods", 0, 1, instance_methods),
    row("instance_method", 1, 1, |it, _, _| Err(it.unsupported_method("`instance_method`"))),
    row("method_defined?", 1, 2, method_defined),
    row("instance_methods_list", 0, 0, instance_methods),
    row("members", 0, 0, members),
    row("const_get", 1, 2, const_get),
    row("const_set", 2, 2, const_set),
    row("const_defined?", 1, 2, const_defined),
    row("constants", 0, 1, constants),
    row("include", 1, -1, include),
    row("prepend", 1, -1, include),
    row("include?", 1, 1, |_, this, args| inherits(this, args.at(0), false)),
    row("attr_reader", 0, -1, |it, this, args| attributes(it, this, args, (true, false))),
    row("attr", 0, -1, |it, this, args| attributes(it, this, args, (true, false))),
    row("attr_writer", 0, -1, |it, this, args| attributes(it, this, args, (false, true))),
    row("attr_accessor", 0, -1, |it, this, args| attributes(it, this, args, (true, true))),
    row("define_method", 1, 2, define_method),
    row("alias_method", 2, 2, alias_method),
    row("remove_method", 0, -1, undefine),
    row("undef_method", 0, -1, undefine),
    row("private", 0, -1, |it, this, args| visibility(it, this, args, true)),
    row("public", 0, -1, |it, this, args| visibility(it, this, args, false)),
    row("protected", 0, -1, |it, this, args| visibility(it, this, args, true)),
    row("private_class_method", 0, -1, |_, _, _| Ok(Rv::Nil)),
    row("public_class_method", 0, -1, |_, _, _| Ok(Rv::Nil)),
    row("private_constant", 0, -1, |_, _, _| Ok(Rv::Nil)),
    row("module_function", 0, -1, module_function),
    row("class_eval", 0, -1, class_exec),
    row("class_exec", 0, -1, class_exec),
    row("module_eval", 0, -1, class_exec),
    row("module_exec", 0, -1, class_exec),
    row("class_variable_get", 1, 1, |_, this, args| Ok(variable(this, args))),
    row("class_variable_set", 2, 2, set_variable),
    row("class_variable_defined?", 1, 1, |_, this, args| Ok(Rv::Bool(!variable(this, args).is_nil()))),
    row("hash", 0, 0, |it, this, _| it.inspect(this).map(|text| Rv::Int(super::number::hash_of(&text)))),
    own("refine", 1, 1, |it, _, _| Err(it.unsupported_method("`refine`"))),
    own("using", 1, 1, |it, _, _| Err(it.unsupported_method("`using`"))),
];

/// Constructors and other methods of builtin classes.
pub(super) static STATICS: &[(&str, &[Row])] = &[
    ("String", &[carry("new", 0, -1, new_string)]),
    (
        "Array",
        &[carry("new", 0, 2, new_array), carry("[]", 0, -1, |_, _, args| Ok(Rv::array(args.values.clone())))],
    ),
    ("Hash", &[carry("new", 0, 1, new_hash), carry("[]", 0, -1, hash_of)]),
    ("Range", &[row("new", 2, 3, new_range)]),
    ("Proc", &[row("new", 0, 0, |it, _, args| it.block(args).cloned().map(Rv::Proc))]),
    ("Struct", &[row("new", 0, -1, super::structs::define)]),
    (
        "Set",
        &[
            carry("new", 0, 1, super::set::new),
            carry("[]", 0, -1, |it, _, args| Ok(super::set::make(it, args.values.clone()))),
        ],
    ),
    ("Class", &[row("new", 0, 1, new_class)]),
    ("Module", &[row("new", 0, 0, new_module)]),
    ("Object", &[carry("new", 0, -1, new)]),
    ("Exception", &[carry("new", 0, -1, new), carry("exception", 0, -1, new)]),
    ("StringIO", &[carry("new", 0, 2, new_string_io)]),
    ("Integer", &[row("sqrt", 1, 1, |it, _, args| Ok(Rv::Int((it.int(args.at(0))? as f64).sqrt() as i64)))]),
    (
        "ERB",
        &[row("new", 1, -1, |it, this, args| {
            let Rv::Class(class) = this else { return Ok(Rv::Nil) };
            it.string(args.at(0))?;
            Ok(it.object(class.clone(), Data::Erb))
        })],
    ),
    (
        "Math",
        &[
            row("sqrt", 1, 1, |it, _, args| math(it, args, f64::sqrt)),
            row("cbrt", 1, 1, |it, _, args| math(it, args, f64::cbrt)),
            row("log2", 1, 1, |it, _, args| math(it, args, f64::log2)),
            row("log10", 1, 1, |it, _, args| math(it, args, f64::log10)),
            row("log", 1, 2, logarithm),
            row("exp", 1, 1, |it, _, args| math(it, args, f64::exp)),
            row("sin", 1, 1, |it, _, args| math(it, args, f64::sin)),
            row("cos", 1, 1, |it, _, args| math(it, args, f64::cos)),
            row("hypot", 2, 2, |it, _, args| {
                let a = super::number::to_float(it, args.at(0))?;
                Ok(Rv::Float(a.hypot(super::number::to_float(it, args.at(1))?)))
            }),
            row("pow", 2, 2, |it, _, args| it.send(args.at(0), "**", &[args.at(1).clone()])),
        ],
    ),
];

fn class(value: &Rv) -> Option<&Rc<Class>> {
    if let Rv::Class(it) = value { Some(it) } else { None }
}

fn allocate(it: &mut Interp<'_>, this: &Rv) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    let data = match class.kind {
        Shape::Exception => return Ok(it.exception(class.clone(), None)),
        Shape::Struct => {
            let count = super::structs::members(class).len();
            Data::Struct(RefCell::new(vec![Rv::Nil; count]))
        }
        Shape::Set => Data::Set(Rc::new(RHash::new(IndexMap::default()))),
        Shape::Object | Shape::Template | Shape::BasicObject | Shape::Function => Data::None,
        _ => {
            let name = class.name.borrow().clone();
            return Err(it.unsupported_method(&format!("`{name}.new`")));
        }
    };
    Ok(it.object(class.clone(), data))
}

fn new(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    if class.is_module {
        let name = class.name.borrow().clone();
        return Err(it.raise("NoMethodError", format!("undefined method `new' for {name}:Module")));
    }
    super::files::refuse_new(it, class)?;
    if class.kind == Shape::Enumerator && it.load_library(CORE)? {
        let inner =
            Args { values: args.values.clone(), block: args.block.clone(), keywords: false, scope: None };
        return it.send_with(this, "new", inner);
    }
    it.charge(128)?;
    let made = allocate(it, this)?;
    let inner =
        Args { values: args.values.clone(), keywords: args.keywords, block: args.block.clone(), scope: None };
    it.send_with(&made, "initialize", inner)?;
    Ok(made)
}

fn inherits(a: &Rv, b: &Rv, or_same: bool) -> R {
    let (Some(a), Some(b)) = (class(a), class(b)) else { return Ok(Rv::Nil) };
    if Rc::ptr_eq(a, b) {
        return Ok(Rv::Bool(or_same));
    }
    Ok(if a.is_a(b) {
        Rv::Bool(true)
    } else if b.is_a(a) {
        Rv::Bool(false)
    } else {
        Rv::Nil
    })
}

fn instance_methods(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let Some(class) = class(this) else { return Ok(Rv::array(Vec::new())) };
    let methods = class.methods.borrow();
    let public = methods.keys().filter(|name| *name != "initialize" && !class.is_private(name));
    Ok(Rv::array(public.cloned().map(Rv::Sym).collect()))
}

/// `members` of a struct's class.
fn members(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let names = class(this).map(super::structs::members).unwrap_or_default();
    Ok(Rv::array(names.into_iter().map(Rv::Sym).collect()))
}

fn method_defined(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    let Some(class) = class(this) else { return Ok(Rv::Bool(false)) };
    let builtin =
        super::rows(&name).and_then(|rows| rows.get(class.kind as usize).copied().flatten()).is_some();
    Ok(Rv::Bool(class.find(&name).is_some() || builtin))
}

fn const_get(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    let mut found = this.clone();
    for part in name.split("::").filter(|part| !part.is_empty()) {
        let Rv::Class(class) = &found else { return Err(it.type_error("not a class/module")) };
        found = it.constant_of(&class.clone(), &part.into())?;
    }
    Ok(found)
}

fn const_set(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (Some(class), Some(name)) = (class(this), args.at(0).name()) else { return Ok(Rv::Nil) };
    if let Rv::Class(value) = args.at(1)
        && value.name.borrow().is_empty()
    {
        value.name.replace(it.qualified(class, &name));
    }
    class.consts.borrow_mut().insert(name, args.at(1).clone());
    Ok(args.at(1).clone())
}

fn const_defined(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match const_get(it, this, args).map_err(|flow| *flow) {
        Ok(_) => Ok(Rv::Bool(true)),
        Err(crate::ruby::object::Flow::Raise(_)) => Ok(Rv::Bool(false)),
        Err(other) => Err(Box::new(other)),
    }
}

fn constants(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let names = class(this).map(|it| it.consts.borrow().keys().cloned().map(Rv::Sym).collect());
    Ok(Rv::array(names.unwrap_or_default()))
}

fn include(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    for module in &args.values {
        let Rv::Class(module) = module else {
            return Err(it.type_error("wrong argument type (expected Module)"));
        };
        it.world.has_methods.set(true);
        class.includes.borrow_mut().push(module.clone());
        let module = Rv::Class(module.clone());
        if it.responds_to(&module, "included") {
            it.send(&module, "included", std::slice::from_ref(this))?;
        }
    }
    Ok(this.clone())
}

fn attributes(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, (read, write): (bool, bool)) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    it.world.has_methods.set(true);
    for name in &args.values {
        let Some(name) = name.name() else { return Err(it.no_conversion(name, "String")) };
        let variable: EcoString = format!("@{name}").into();
        let mut methods = class.methods.borrow_mut();
        if read {
            methods.insert(name.clone(), Method::Reader(variable.clone()));
        }
        if write {
            methods.insert(format!("{name}=").into(), Method::Writer(variable));
        }
    }
    Ok(Rv::array(args.values.clone()))
}

fn define_method(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (Some(class), Some(name)) = (class(this), args.at(0).name()) else { return Ok(Rv::Nil) };
    let block = match (&args.block, args.opt(1)) {
        (Some(block), _) => block.clone(),
        (None, Some(Rv::Proc(block))) => block.clone(),
        _ => return Err(it.argument_error("tried to create Proc object without a block")),
    };
    let as_lambda = match &block.body {
        crate::ruby::object::Body::Block(code, scope) => Rc::new(crate::ruby::object::RProc {
            body: crate::ruby::object::Body::Block(code.clone(), scope.clone()),
            lambda: true,
            id: block.id,
        }),
        _ => block,
    };
    it.world.has_methods.set(true);
    class.methods.borrow_mut().insert(name.clone(), Method::Proc(as_lambda));
    Ok(Rv::Sym(name))
}

fn alias_method(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (Some(class), Some(to), Some(from)) = (class(this), args.at(0).name(), args.at(1).name()) else {
        return Ok(Rv::Nil);
    };
    it.world.has_methods.set(true);
    let method = class.find(&from).map_or_else(|| Method::Alias(from), |(method, _)| method);
    class.methods.borrow_mut().insert(to.clone(), method);
    Ok(Rv::Sym(to))
}

fn undefine(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    it.world.has_methods.set(true);
    for name in args.values.iter().filter_map(Rv::name) {
        class.methods.borrow_mut().insert(name, Method::Undefined);
    }
    Ok(this.clone())
}

/// `private` and `public`: for the methods that are named, else for those that follow in this body.
fn visibility(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, private: bool) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    if args.values.is_empty() {
        if let Some(scope) = args.scope {
            scope.frame.private.set(private);
        }
        return Ok(Rv::Nil);
    }
    for value in &args.values {
        for name in it.to_vec(value).unwrap_or_else(|_| vec![value.clone()]).iter().filter_map(Rv::name) {
            class.set_private(&name, private);
        }
    }
    Ok(args.at(0).clone())
}

fn module_function(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    if args.values.is_empty() {
        if let Some(scope) = args.scope {
            scope.frame.module_function.set(true);
        }
        return Ok(Rv::Nil);
    }
    it.world.has_methods.set(true);
    for name in args.values.iter().filter_map(Rv::name) {
        let method = class.methods.borrow().get(&name).cloned();
        if let Some(method) = method {
            class.singleton.borrow_mut().insert(name, method);
        }
    }
    Ok(Rv::Nil)
}

fn class_exec(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (Some(class), Some(block)) = (class(this), args.block.clone()) else {
        return Err(it.unsupported_method("`class_eval` of a string"));
    };
    let parent = args.scope.map(|scope| scope.cref.clone());
    let cref = Rc::new(Cref { class: class.clone(), parent });
    it.call_proc(&block, Args::of(vec![this.clone()]), Some((this.clone(), Some(cref))))
}

fn variable(this: &Rv, args: &Args<'_>) -> Rv {
    let name = args.at(0).name().unwrap_or_default();
    class(this).and_then(|it| it.vars.borrow().get(&name).cloned()).unwrap_or(Rv::Nil)
}

fn set_variable(_: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if let (Some(class), Some(name)) = (class(this), args.at(0).name()) {
        class.vars.borrow_mut().insert(name, args.at(1).clone());
    }
    Ok(args.at(1).clone())
}

fn new_string(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    match args.plain().first() {
        Some(text) => it.string(text).map(Rv::str),
        None => Ok(Rv::str("")),
    }
}

fn new_array(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    if let Rv::Array(items) = args.at(0) {
        return Ok(Rv::array(items.to_vec()));
    }
    let count = if args.at(0).is_nil() { 0 } else { it.count(args.at(0))? };
    it.charge(count.saturating_mul(size_of::<Rv>()))?;
    let mut made = Vec::with_capacity(count);
    for index in 0..count {
        made.push(match &args.block {
            Some(block) => it.yield1(block, Rv::from(index))?,
            None => args.at(1).clone(),
        });
    }
    Ok(Rv::array(made))
}

fn new_hash(_: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let made = RHash::new(IndexMap::default());
    made.default.replace(args.at(0).clone());
    made.default_proc.replace(args.block.clone());
    Ok(Rv::Hash(Rc::new(made)))
}

fn hash_of(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    match args.values.as_slice() {
        [Rv::Hash(hash)] => Ok(Rv::hash(hash.entries().clone())),
        [pairs @ Rv::Array(_)] => it.send(pairs, "to_h", &[]),
        flat if flat.len() % 2 == 0 => {
            let pairs = flat.chunks(2).filter_map(|pair| match pair {
                [key, value] => Some((Key::frozen(key.clone()), value.clone())),
                _ => None,
            });
            Ok(Rv::hash(pairs.collect()))
        }
        _ => Err(it.argument_error("odd number of arguments for Hash")),
    }
}

fn new_range(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    it.step()?;
    let (from, to) = (args.at(0).clone(), args.at(1).clone());
    Ok(Rv::Range(Rc::new(RRange { from, to, exclusive: args.at(2).truthy() })))
}

fn new_class(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let parent = class(args.at(0)).cloned();
    let made = Rv::Class(it.make_class("", parent));
    run_body(it, made, args)
}

fn new_module(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let made = Rv::Class(it.make_module(""));
    run_body(it, made, args)
}

fn run_body(it: &mut Interp<'_>, made: Rv, args: &Args<'_>) -> R {
    if args.block.is_some() {
        let inner =
            Args { values: Vec::new(), keywords: false, block: args.block.clone(), scope: args.scope };
        class_exec(it, &made, &inner)?;
    }
    Ok(made)
}

fn new_string_io(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(class) = class(this) else { return Ok(Rv::Nil) };
    let text = match args.opt(0) {
        Some(Rv::Str(text)) => text.clone(),
        _ => Rc::new(RString { text: RefCell::new(Str::default()), frozen: Cell::new(false) }),
    };
    Ok(it.object(class.clone(), Data::StringIo(text)))
}

fn math(it: &mut Interp<'_>, args: &Args<'_>, run: fn(f64) -> f64) -> R {
    let value = super::number::to_float(it, args.at(0))?;
    Ok(Rv::Float(run(value)))
}

fn logarithm(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let value = super::number::to_float(it, args.at(0))?;
    match args.opt(1) {
        Some(base) => Ok(Rv::Float(value.ln() / super::number::to_float(it, base)?.ln())),
        None => Ok(Rv::Float(value.ln())),
    }
}

/// Constants that are values of builtin classes.
pub(crate) fn constant(it: &mut Interp<'_>, class: &str, name: &str) -> Option<R> {
    let value = match (class, name) {
        ("Float", "INFINITY") => Rv::Float(f64::INFINITY),
        ("Float", "NAN") => Rv::Float(f64::NAN),
        ("Float", "MAX") => Rv::Float(f64::MAX),
        ("Float", "MIN") => Rv::Float(f64::MIN_POSITIVE),
        ("Float", "EPSILON") => Rv::Float(f64::EPSILON),
        ("Float", "DIG") => Rv::Int(15),
        ("Math", "PI") => Rv::Float(std::f64::consts::PI),
        ("Math", "E") => Rv::Float(std::f64::consts::E),
        ("File", "SEPARATOR" | "Separator") => Rv::str("/"),
        ("File", "PATH_SEPARATOR") => Rv::str(":"),
        ("File", "ALT_SEPARATOR") => Rv::Nil,
        ("Regexp", "IGNORECASE") => Rv::Int(1),
        ("Regexp", "EXTENDED") => Rv::Int(2),
        ("Regexp", "MULTILINE") => Rv::Int(4),
        ("Encoding", "UTF_8" | "ASCII_8BIT" | "BINARY" | "US_ASCII" | "ISO_8859_1") => {
            Rv::str(name.replace('_', "-"))
        }
        ("Socket", "AF_INET") => Rv::Int(2),
        ("Socket", "AF_INET6") => Rv::Int(10),
        (_, "RUBY_VERSION") => Rv::str("3.1.7"),
        (_, "RUBY_PLATFORM") => Rv::str("x86_64-linux-gnu"),
        (_, "RUBY_ENGINE") => Rv::str("ruby"),
        (_, "Fixnum" | "Bignum") => Rv::Class(it.world.class("Integer")),
        ("Puppet::Util::Execution" | "Puppet", "ExecutionFailure") => {
            Rv::Class(it.world.class("Puppet::Error"))
        }
        (_, "ENV" | "ARGV" | "STDIN" | "STDOUT" | "STDERR" | "DATA") => {
            return Some(Err(it.refused(&format!("the constant `{name}`"))));
        }
        _ => return None,
    };
    Some(Ok(value))
}
