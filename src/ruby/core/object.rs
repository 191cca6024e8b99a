//! Methods that every object has.

use super::{Args, Row, carry, own, row};
use crate::{
    ruby::{
        interp::Interp,
        lower,
        object::{Body, Class, Data, Method, R, RHash, RProc, Rv},
    },
    value::Str,
};
use std::{cell::RefCell, rc::Rc};

/// The public methods of `Object`.
pub(super) static OBJECT: &[Row] = &[
    carry("to_s", 0, 0, |it, this, _| it.plain_to_s(this).map(Rv::str)),
    carry("inspect", 0, 0, |it, this, _| it.inspect(this).map(Rv::str)),
    row("==", 1, 1, identical),
    row("!=", 1, 1, |it, this, args| Ok(Rv::Bool(!it.equal(this, args.at(0))?))),
    row("!", 0, 0, |_, this, _| Ok(Rv::Bool(!this.truthy()))),
    row("===", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("=~", 1, 1, |_, _, _| Ok(Rv::Nil)),
    row("!~", 1, 1, |it, this, args| Ok(Rv::Bool(!it.send(this, "=~", &args.values)?.truthy()))),
    row("eql?", 1, 1, |_, this, args| Ok(Rv::Bool(crate::ruby::object::eql(this, args.at(0), 0)))),
    row("equal?", 1, 1, |_, this, args| Ok(Rv::Bool(this.same(args.at(0))))),
    row("<=>", 1, 1, compare),
    row("nil?", 0, 0, |_, this, _| Ok(Rv::Bool(this.is_nil()))),
    row("class", 0, 0, |it, this, _| Ok(Rv::Class(it.class_of(this)))),
    row("is_a?", 1, 1, is_a),
    row("kind_of?", 1, 1, is_a),
    row("instance_of?", 1, 1, instance_of),
    row("respond_to?", 1, 2, respond_to),
    row("hash", 0, 0, |it, this, _| it.inspect(this).map(|text| Rv::Int(simple_hash(&text)))),
    row("object_id", 0, 0, |_, this, _| Ok(Rv::Int(object_id(this)))),
    row("__id__", 0, 0, |_, this, _| Ok(Rv::Int(object_id(this)))),
    carry("send", 1, -1, send),
    carry("__send__", 1, -1, send),
    carry("public_send", 1, -1, send),
    carry("dup", 0, 0, |it, this, _| copy(it, this, false)),
    carry("clone", 0, 1, clone),
    carry("itself", 0, 0, |_, this, _| Ok(this.clone())),
    carry("then", 0, 0, then),
    carry("yield_self", 0, 0, then),
    carry("tap", 0, 0, tap),
    carry("freeze", 0, 0, |_, this, _| Ok(freeze(this))),
    row("frozen?", 0, 0, |_, this, _| Ok(Rv::Bool(is_frozen(this)))),
    carry("taint", 0, 0, |_, this, _| Ok(this.clone())),
    carry("untaint", 0, 0, |_, this, _| Ok(this.clone())),
    row("method", 1, 1, method),
    row("methods", 0, 1, methods),
    row("public_methods", 0, 1, methods),
    row("singleton_methods", 0, 1, methods),
    row("instance_variables", 0, 0, instance_variables),
    carry("instance_variable_get", 1, 1, instance_variable_get),
    carry("instance_variable_set", 2, 2, instance_variable_set),
    row("instance_variable_defined?", 1, 1, instance_variable_defined),
    carry("remove_instance_variable", 1, 1, remove_instance_variable),
    carry("instance_eval", 0, -1, instance_exec),
    carry("instance_exec", 0, -1, instance_exec),
    row("extend", 1, -1, extend),
    row("singleton_class", 0, 0, |it, this, _| Ok(Rv::Class(it.class_of(this)))),
    row("define_singleton_method", 1, 2, define_singleton_method),
    row("enum_for", 0, -1, enum_for),
    row("to_enum", 0, -1, enum_for),
    row("display", 0, 0, |it, _, _| Err(it.refused("`display`"))),
    row("instance_variable_names", 0, 0, instance_variables),
    carry("to_json", 0, -1, super::json::to_json),
    carry("to_yaml", 0, -1, super::yaml::to_yaml),
    own("initialize", 0, -1, |_, _, _| Ok(Rv::Nil)),
    own("method_missing", 1, -1, method_missing),
    own("respond_to_missing?", 1, 2, |_, _, _| Ok(Rv::Bool(false))),
    own("initialize_copy", 1, 1, |_, this, _| Ok(this.clone())),
];

fn identical(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match this {
        Rv::Object(object) if matches!(object.data, Data::None) => Ok(Rv::Bool(this.same(args.at(0)))),
        _ => it.equal(this, args.at(0)).map(Rv::Bool),
    }
}

fn compare(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if matches!(this, Rv::Object(object) if !matches!(object.data, Data::Time(..))) {
        return Ok(it.equal(this, args.at(0))?.then_some(0).map_or(Rv::Nil, Rv::Int));
    }
    Ok(it.compare(this, args.at(0))?.map_or(Rv::Nil, |order| Rv::Int(order as i64)))
}

fn class_argument(it: &mut Interp<'_>, args: &Args<'_>) -> R<Rc<Class>> {
    match args.at(0) {
        Rv::Class(class) => Ok(class.clone()),
        _ => Err(it.type_error("class or module required")),
    }
}

fn is_a(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let class = class_argument(it, args)?;
    Ok(Rv::Bool(it.is_instance(this, &class)))
}

fn instance_of(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let class = class_argument(it, args)?;
    Ok(Rv::Bool(Rc::ptr_eq(&it.class_of(this), &class)))
}

fn respond_to(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    let known = it.responds_to(this, &name) || super::is_known_elsewhere(Interp::shape(this), this, &name);
    if known && !super::kernel::is_private(&name) {
        return Ok(Rv::Bool(true));
    }
    Ok(Rv::Bool(it.send(this, "respond_to_missing?", &[Rv::Sym(name), Rv::Bool(false)])?.truthy()))
}

fn simple_hash(text: &str) -> i64 {
    text.bytes()
        .fold(1_469_598_103_i64, |hash, byte| (hash ^ i64::from(byte)).wrapping_mul(1_099_511_628_211))
        >> 2
}

fn object_id(value: &Rv) -> i64 {
    match value {
        Rv::Nil => 8,
        Rv::Bool(true) => 20,
        Rv::Bool(false) => 0,
        Rv::Int(it) => it.wrapping_mul(2).wrapping_add(1),
        _ => 16,
    }
}

fn send(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else {
        let shown = it.inspect(args.at(0))?;
        return Err(it.type_error(format!("{shown} is not a symbol nor a string")));
    };
    let values = args.values.get(1..).unwrap_or_default().to_vec();
    let args = Args { values, keywords: args.keywords, block: args.block.clone(), scope: args.scope };
    it.send_with(this, &name, args)
}

/// A copy of one level.
pub(super) fn copy(it: &mut Interp<'_>, this: &Rv, keep_frozen: bool) -> R {
    Ok(match this {
        Rv::Str(text) => {
            let copy = Rv::str(text.text.borrow().clone());
            if keep_frozen && text.frozen.get() { freeze(&copy) } else { copy }
        }
        Rv::Array(items) => {
            it.charge(items.len() * size_of::<Rv>())?;
            Rv::array(items.to_vec())
        }
        Rv::Hash(hash) => {
            it.charge(hash.len() * size_of::<Rv>() * 2)?;
            let copy = RHash::new(hash.entries().clone());
            copy.default.replace(hash.default.borrow().clone());
            copy.default_proc.replace(hash.default_proc.borrow().clone());
            Rv::Hash(Rc::new(copy))
        }
        Rv::Object(object) => {
            let data = match &object.data {
                Data::None => Data::None,
                Data::Exception(raised) => Data::Exception(RefCell::new(raised.borrow().clone())),
                Data::Struct(values) => Data::Struct(RefCell::new(values.borrow().clone())),
                Data::Time(nanos, offset) => Data::Time(*nanos, *offset),
                Data::Set(set) => Data::Set(Rc::new(RHash::new(set.entries().clone()))),
                Data::IpAddr(address, prefix, v6) => Data::IpAddr(*address, *prefix, *v6),
                _ => return Ok(this.clone()),
            };
            let copy = it.object(object.class.clone(), data);
            if let Rv::Object(made) = &copy {
                made.vars.replace(object.vars.borrow().clone());
            }
            it.send(&copy, "initialize_copy", std::slice::from_ref(this))?;
            copy
        }
        other => other.clone(),
    })
}

fn clone(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let keep = !matches!(args.keyword("freeze"), Some(Rv::Bool(false)));
    let made = copy(it, this, keep)?;
    Ok(if keep && is_frozen(this) { freeze(&made) } else { made })
}

fn then(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    it.yield1(&block, this.clone())
}

fn tap(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    it.yield1(&block, this.clone())?;
    Ok(this.clone())
}

/// Freezes what can be changed.
pub(super) fn freeze(value: &Rv) -> Rv {
    match value {
        Rv::Str(it) => it.frozen.set(true),
        Rv::Array(it) => it.frozen.set(true),
        Rv::Hash(it) => it.frozen.set(true),
        Rv::Object(it) => it.frozen.set(true),
        _ => {}
    }
    value.clone()
}

fn is_frozen(value: &Rv) -> bool {
    match value {
        Rv::Str(it) => it.frozen.get(),
        Rv::Array(it) => it.frozen.get(),
        Rv::Hash(it) => it.frozen.get(),
        Rv::Object(it) => it.frozen.get(),
        Rv::Class(_) | Rv::Proc(_) | Rv::Match(_) => false,
        _ => true,
    }
}

fn method(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    if !it.has_method(this, &lower::name(&name)) {
        let class = it.class_name(this);
        let message = format!("undefined method `{name}' for class `#<Class:{class}>'");
        return Err(it.raise("NameError", message));
    }
    let id = it.id();
    Ok(Rv::Proc(Rc::new(RProc { body: Body::Method(this.clone(), name), lambda: true, id })))
}

fn methods(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let own: Vec<Rv> = match this {
        Rv::Class(class) => class.singleton.borrow().keys().cloned().map(Rv::Sym).collect(),
        other => it.class_of(other).methods.borrow().keys().cloned().map(Rv::Sym).collect(),
    };
    Ok(Rv::array(own))
}

fn variables(this: &Rv) -> Option<&RefCell<std::collections::BTreeMap<ecow::EcoString, Rv>>> {
    match this {
        Rv::Object(object) => Some(&object.vars),
        Rv::Class(class) => Some(&class.vars),
        _ => None,
    }
}

fn instance_variables(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let mut names: Vec<Rv> = match variables(this) {
        Some(vars) => vars.borrow().keys().cloned().map(Rv::Sym).collect(),
        None => Vec::new(),
    };
    if matches!(Interp::shape(this), crate::ruby::object::Shape::Template) {
        for name in it.host.variables().keys().filter_map(crate::value::Value::as_str) {
            let name = Rv::Sym(format!("@{name}").into());
            if !names.iter().any(|known| known.same(&name)) {
                names.push(name);
            }
        }
    }
    Ok(Rv::array(names))
}

fn instance_variable_get(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    let known = variables(this).and_then(|vars| vars.borrow().get(&name).cloned());
    match known {
        Some(value) => Ok(value),
        None if matches!(Interp::shape(this), crate::ruby::object::Shape::Template) => {
            let value = it.host.variable(name.trim_start_matches('@')).unwrap_or_default();
            Ok(it.import(&value))
        }
        None => Ok(Rv::Nil),
    }
}

fn instance_variable_set(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    it.write_variable(this, &name, args.at(1).clone())?;
    Ok(args.at(1).clone())
}

fn instance_variable_defined(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    let own = variables(this).is_some_and(|vars| vars.borrow().contains_key(&name));
    let template = matches!(Interp::shape(this), crate::ruby::object::Shape::Template);
    Ok(Rv::Bool(
        own || template && it.host.variable(name.trim_start_matches('@')).is_some_and(|v| !v.is_undef()),
    ))
}

fn remove_instance_variable(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    Ok(variables(this).and_then(|vars| vars.borrow_mut().remove(&name)).unwrap_or(Rv::Nil))
}

fn instance_exec(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = args.block.clone() else {
        return Err(it.unsupported_method("`instance_eval` of a string"));
    };
    let values = if args.values.is_empty() { vec![this.clone()] } else { args.values.clone() };
    it.call_proc_as(&block, this, Args::of(values))
}

fn extend(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    for module in &args.values {
        let Rv::Class(module) = module else {
            return Err(it.type_error("wrong argument type (expected Module)"));
        };
        it.world.has_methods.set(true);
        match this {
            Rv::Object(object) => object.extends.borrow_mut().push(module.clone()),
            Rv::Class(class) => class.extends.borrow_mut().push(module.clone()),
            _ => return Err(it.unsupported_method("`extend` of this object")),
        }
    }
    Ok(this.clone())
}

fn define_singleton_method(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(name) = args.at(0).name() else { return Err(it.no_conversion(args.at(0), "String")) };
    let body = match (&args.block, args.opt(1)) {
        (Some(block), _) => block.clone(),
        (None, Some(Rv::Proc(block))) => block.clone(),
        _ => return Err(it.argument_error("tried to create Proc object without a block")),
    };
    it.world.has_methods.set(true);
    match this {
        Rv::Object(object) => object.singleton.borrow_mut().insert(name.clone(), Method::Proc(body)),
        Rv::Class(class) => class.singleton.borrow_mut().insert(name.clone(), Method::Proc(body)),
        _ => return Err(it.type_error("can't define singleton")),
    };
    Ok(Rv::Sym(name))
}

fn enum_for(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let name = args.opt(0).and_then(Rv::name).unwrap_or_else(|| "each".into());
    let rest = Args::of(args.values.get(1..).unwrap_or_default().to_vec());
    Ok(it.enumerator(this, &name, &rest))
}

fn method_missing(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let name = args.at(0).name().unwrap_or_default();
    let mut message = Str::new(format!("undefined method `{name}' for "));
    message.push(&it.inspect(this)?);
    Err(it.raise("NoMethodError", message))
}
