//! `Struct`.

use super::{Args, Row, carry, own, row};
use crate::maps::IndexMap;
use crate::ruby::{
    interp::Interp,
    object::{Class, Cref, Data, Key, Method, R, Rv},
};
use ecow::EcoString;
use std::rc::Rc;

/// The methods of instances of structs.
pub(super) static STRUCT: &[Row] = &[
    own("initialize", 0, -1, initialize),
    carry("to_a", 0, 0, |it, this, _| it.to_vec(this).map(Rv::array)),
    carry("deconstruct", 0, 0, |it, this, _| it.to_vec(this).map(Rv::array)),
    carry("values", 0, 0, |it, this, _| it.to_vec(this).map(Rv::array)),
    carry("to_h", 0, 0, to_h),
    row("members", 0, 0, |it, this, _| {
        Ok(Rv::array(members(&it.class_of(this)).into_iter().map(Rv::Sym).collect()))
    }),
    carry("each", 0, 0, |it, this, args| {
        let block = it.block(args)?.clone();
        for value in it.to_vec(this)? {
            it.yield1(&block, value)?;
        }
        Ok(this.clone())
    }),
    carry("each_pair", 0, 0, |it, this, args| {
        let pairs = to_h(it, this, &Args::of(Vec::new()))?;
        it.send_with(
            &pairs,
            "each",
            Args { values: Vec::new(), keywords: false, block: args.block.clone(), scope: None },
        )?;
        Ok(this.clone())
    }),
    carry("[]", 1, 1, get),
    carry("[]=", 2, 2, set),
    carry("dig", 1, -1, super::array::dig),
    row("==", 1, 1, |_, this, args| Ok(Rv::Bool(crate::ruby::object::eql(this, args.at(0), 0)))),
];

/// The names of a struct's members, kept by the class that `Struct.new` made.
pub(super) fn members(class: &Rc<Class>) -> Vec<EcoString> {
    let found = class.ancestors().iter().find_map(|class| class.vars.borrow().get("__members__").cloned());
    match found {
        Some(Rv::Array(names)) => names.to_vec().iter().filter_map(Rv::name).collect(),
        _ => Vec::new(),
    }
}

/// `Struct.new(:a, :b)`, and `new` of a class it made.
pub(super) fn define(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Class(class) = this else { return Ok(Rv::Nil) };
    if !members(class).is_empty() {
        let count = members(class).len();
        let made = it.object(class.clone(), Data::Struct(std::cell::RefCell::new(vec![Rv::Nil; count])));
        let inner = Args { values: args.values.clone(), keywords: args.keywords, block: None, scope: None };
        it.send_with(&made, "initialize", inner)?;
        return Ok(made);
    }
    let mut names: Vec<Rv> = args.plain().to_vec();
    let mut title = EcoString::new();
    if let Some(Rv::Str(name)) = names.first() {
        title = format!("Struct::{}", name.text.borrow().as_str()).into();
        names.remove(0);
    }
    let made = it.make_class(&title, Some(class.clone()));
    it.world.has_methods.set(true);
    for name in &names {
        let Some(name) = name.name() else { return Err(it.no_conversion(name, "String")) };
        made.methods.borrow_mut().insert(name.clone(), Method::Reader(format!("__{name}").into()));
        made.methods
            .borrow_mut()
            .insert(format!("{name}=").into(), Method::Writer(format!("__{name}").into()));
    }
    made.vars.borrow_mut().insert("__members__".into(), Rv::array(names));
    if args.keyword("keyword_init").is_some_and(|it| it.truthy()) {
        made.vars.borrow_mut().insert("__keywords__".into(), Rv::Bool(true));
    }
    let value = Rv::Class(made.clone());
    if let Some(block) = &args.block {
        let parent = args.scope.map(|scope| scope.cref.clone());
        let cref = Rc::new(Cref { class: made, parent });
        it.call_proc(block, Args::of(Vec::new()), Some((value.clone(), Some(cref))))?;
    }
    Ok(value)
}

fn initialize(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let class = it.class_of(this);
    let names = members(&class);
    let by_name = class.ancestors().iter().any(|class| class.vars.borrow().contains_key("__keywords__"));
    if args.values.len() > names.len() {
        return Err(it.argument_error("struct size differs"));
    }
    for (at, name) in names.iter().enumerate() {
        let value = if by_name { args.keyword(name) } else { args.opt(at).cloned() };
        put(this, at, name, value.unwrap_or(Rv::Nil));
    }
    Ok(Rv::Nil)
}

/// Sets a member in both places: by position, and as what its reader reads.
fn put(this: &Rv, at: usize, name: &str, value: Rv) {
    let Rv::Object(object) = this else { return };
    object.vars.borrow_mut().insert(format!("__{name}").into(), value.clone());
    if let Data::Struct(values) = &object.data
        && let Some(place) = values.borrow_mut().get_mut(at)
    {
        *place = value;
    }
}

impl Interp<'_> {
    /// Keeps a struct's positions in step with a member that was written by its name.
    pub(crate) fn struct_written(&self, this: &Rv, variable: &str, value: &Rv) {
        let Rv::Object(object) = this else { return };
        let (Data::Struct(values), Some(name)) = (&object.data, variable.strip_prefix("__")) else { return };
        let Some(at) = members(&object.class).iter().position(|member| member == name) else { return };
        if let Some(place) = values.borrow_mut().get_mut(at) {
            *place = value.clone();
        }
    }
}

fn to_h(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let values = it.to_vec(this)?;
    let names = members(&it.class_of(this));
    Ok(Rv::hash(names.into_iter().map(|name| Key(Rv::Sym(name))).zip(values).collect::<IndexMap<_, _>>()))
}

fn place(it: &mut Interp<'_>, this: &Rv, key: &Rv) -> R<usize> {
    let names = members(&it.class_of(this));
    if let Rv::Int(index) = key {
        let at = if *index < 0 { *index + names.len() as i64 } else { *index };
        return match usize::try_from(at) {
            Ok(at) if at < names.len() => Ok(at),
            _ => Err(
                it.raise("IndexError", format!("offset {index} too large for struct(size:{})", names.len()))
            ),
        };
    }
    let name = key.name().unwrap_or_default();
    match names.iter().position(|member| *member == name) {
        Some(at) => Ok(at),
        None => Err(it.raise("NameError", format!("no member '{name}' in struct"))),
    }
}

fn get(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let at = place(it, this, args.at(0))?;
    Ok(it.to_vec(this)?.into_iter().nth(at).unwrap_or(Rv::Nil))
}

fn set(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let at = place(it, this, args.at(0))?;
    let name = members(&it.class_of(this)).into_iter().nth(at).unwrap_or_default();
    put(this, at, &name, args.at(1).clone());
    Ok(args.at(1).clone())
}
