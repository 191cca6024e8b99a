//! The methods of Ruby's own classes, one row each, in tables by class.
//!
//! A row has the method's name, how many arguments it takes, and its code. `known.rs` lists what real Ruby has beyond
//! that, so that a missing method is told from one that does not exist.

mod array;
mod array_change;
mod big;
mod bytes;
mod compare;
mod digests;
mod enumerable;
mod exception;
mod files;
mod format;
mod hash;
mod ipaddr;
mod json;
mod kernel;
mod known;
mod libs;
mod modules;
mod number;
mod object;
mod puppet;
mod range;
mod regexp;
mod set;
mod show;
mod string;
mod string_change;
mod string_search;
mod structs;
mod template;
mod time;
mod values;
mod yaml;

use super::{
    interp::Interp,
    object::{R, RProc, Rv, SHAPES, Scope, Shape},
};
use crate::maps::HashMap;
use crate::value::Str;
use std::{rc::Rc, sync::LazyLock};

pub(crate) use big::literal as big_literal;
pub(crate) use bytes::label as label_bytes;
pub(crate) use files::is_outside;
pub(crate) use modules::constant;
pub(crate) use template::{object_method, scope as new_scope};

/// What a method is given.
pub(crate) struct Args<'a> {
    pub(crate) values: Vec<Rv>,
    /// Whether the last value is a hash of keywords.
    pub(crate) keywords: bool,
    pub(crate) block: Option<Rc<RProc>>,
    /// The caller's scope, where Ruby code called.
    pub(crate) scope: Option<&'a Scope>,
}

/// The code of a builtin method.
pub(crate) type Native = fn(&mut Interp<'_>, &Rv, &Args<'_>) -> R;

/// One builtin method.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) least: u8,
    pub(crate) most: Option<u8>,
    /// Whether it moves labels with the bytes itself.
    pub(crate) carries: bool,
    /// Whether it may not be called with a receiver.
    pub(crate) private: bool,
    pub(crate) run: Native,
}

/// The rows of one name, by shape.
pub(crate) type NameRows = [Option<&'static Row>; SHAPES];

/// Makes a row; `most` below zero is any number.
const fn row(name: &'static str, least: u8, most: i8, run: Native) -> Row {
    let most = if most < 0 { None } else { Some(most as u8) };
    Row { name, least, most, carries: false, private: false, run }
}

/// Makes a row of a method that moves labels itself.
const fn carry(name: &'static str, least: u8, most: i8, run: Native) -> Row {
    Row { carries: true, ..row(name, least, most, run) }
}

/// Makes a row of a private method of `Kernel`.
const fn own(name: &'static str, least: u8, most: i8, run: Native) -> Row {
    Row { private: true, carries: true, ..row(name, least, most, run) }
}

/// The tables of a shape, those that win first.
fn tables(shape: Shape) -> Vec<&'static [Row]> {
    let mut found: Vec<&'static [Row]> = match shape {
        Shape::Nil => vec![values::NIL],
        Shape::True | Shape::False => vec![values::BOOLEAN],
        Shape::Integer => vec![number::INTEGER, number::NUMERIC, compare::COMPARABLE],
        Shape::Float => vec![number::FLOAT, number::NUMERIC, compare::COMPARABLE],
        Shape::Symbol => vec![values::SYMBOL, compare::COMPARABLE],
        Shape::String => {
            vec![string::STRING, string_change::STRING, string_search::STRING, compare::COMPARABLE]
        }
        Shape::Array => vec![array::ARRAY, array_change::ARRAY, enumerable::ENUMERABLE],
        Shape::Hash => vec![hash::HASH, enumerable::ENUMERABLE],
        Shape::Range => vec![range::RANGE, enumerable::ENUMERABLE],
        Shape::Enumerator => vec![values::ENUMERATOR, enumerable::ENUMERABLE],
        Shape::Set => vec![set::SET, enumerable::ENUMERABLE],
        Shape::Struct => vec![structs::STRUCT, enumerable::ENUMERABLE],
        Shape::Proc => vec![values::PROC],
        Shape::Regexp => vec![regexp::REGEXP],
        Shape::MatchData => vec![regexp::MATCH],
        Shape::Class | Shape::Module => vec![modules::MODULE],
        Shape::Exception => vec![exception::EXCEPTION],
        Shape::Time => vec![time::TIME, compare::COMPARABLE],
        Shape::IpAddr => vec![ipaddr::IPADDR, compare::COMPARABLE],
        Shape::Template => vec![template::TEMPLATE],
        Shape::Scope => vec![template::SCOPE],
        Shape::Function => vec![puppet::FUNCTION],
        Shape::Puppet => vec![template::PUPPET],
        Shape::Sensitive => vec![template::SENSITIVE],
        Shape::Big => vec![big::BIG, compare::COMPARABLE],
        Shape::Bytes => vec![bytes::BYTES],
        Shape::Digest => vec![digests::DIGEST],
        Shape::Erb | Shape::StringIo | Shape::Native => vec![libs::NATIVE],
        Shape::Object | Shape::BasicObject => vec![],
    };
    found.push(object::OBJECT);
    found.push(kernel::KERNEL);
    found
}

const ALL: [Shape; SHAPES] = [
    Shape::Object,
    Shape::Nil,
    Shape::True,
    Shape::False,
    Shape::Integer,
    Shape::Float,
    Shape::Symbol,
    Shape::String,
    Shape::Array,
    Shape::Hash,
    Shape::Range,
    Shape::Proc,
    Shape::Regexp,
    Shape::MatchData,
    Shape::Class,
    Shape::Module,
    Shape::Exception,
    Shape::Struct,
    Shape::Time,
    Shape::Enumerator,
    Shape::Set,
    Shape::IpAddr,
    Shape::Template,
    Shape::Scope,
    Shape::Puppet,
    Shape::Sensitive,
    Shape::Function,
    Shape::Erb,
    Shape::StringIo,
    Shape::Native,
    Shape::Big,
    Shape::Bytes,
    Shape::Digest,
    Shape::BasicObject,
];

static ROWS: LazyLock<HashMap<&'static str, NameRows>> = LazyLock::new(|| {
    let mut found: HashMap<&'static str, NameRows> = HashMap::default();
    for shape in ALL {
        for row in tables(shape).into_iter().flatten() {
            let rows = found.entry(row.name).or_insert([None; SHAPES]);
            if let Some(place) = rows.get_mut(shape as usize)
                && place.is_none()
            {
                *place = Some(row);
            }
        }
    }
    found
});

static STATIC_ROWS: LazyLock<HashMap<(&'static str, &'static str), &'static Row>> = LazyLock::new(|| {
    let tables: &[&[(&'static str, &'static [Row])]] = &[
        modules::STATICS,
        libs::STATICS,
        digests::STATICS,
        files::STATICS,
        json::STATICS,
        yaml::STATICS,
        time::STATICS,
        ipaddr::STATICS,
        regexp::STATICS,
        puppet::STATICS,
    ];
    let all = tables.iter().flat_map(|table| table.iter());
    all.flat_map(|(class, rows)| rows.iter().map(move |row| ((*class, row.name), row))).collect()
});

/// The builtin methods of a name.
pub(crate) fn rows(name: &str) -> Option<&'static NameRows> {
    ROWS.get(name)
}

/// A method of a builtin class or module itself, such as `Time.now`.
pub(crate) fn static_row(class: &str, name: &str) -> Option<&'static Row> {
    STATIC_ROWS.get(&(class, name)).copied()
}

/// A method of a module that classes include.
pub(crate) fn module_row(module: &str, name: &str) -> Option<&'static Row> {
    let table = match module {
        "Comparable" if name == "==" => return Some(&compare::COMPARABLE_EQUAL),
        "Comparable" => compare::COMPARABLE,
        "Enumerable" => enumerable::ENUMERABLE,
        "Kernel" => kernel::KERNEL,
        _ => return None,
    };
    table.iter().find(|row| row.name == name)
}

/// Whether real Ruby has this method where the interpreter has none.
pub(crate) fn is_known_elsewhere(shape: Shape, receiver: &Rv, name: &str) -> bool {
    match receiver {
        Rv::Class(class) => known::has_static(&class.name.borrow(), name) || known::has(shape, name),
        _ => known::has(shape, name),
    }
}

/// Operators on numbers without a detour, where nothing can overflow.
pub(crate) fn quick(receiver: &Rv, operator: &str, argument: &Rv) -> Option<Rv> {
    let (Rv::Int(a), Rv::Int(b)) = (receiver, argument) else { return None };
    match operator {
        "+" => a.checked_add(*b).map(Rv::Int),
        "-" => a.checked_sub(*b).map(Rv::Int),
        "*" => a.checked_mul(*b).map(Rv::Int),
        "<" => Some(Rv::Bool(a < b)),
        ">" => Some(Rv::Bool(a > b)),
        "<=" => Some(Rv::Bool(a <= b)),
        ">=" => Some(Rv::Bool(a >= b)),
        "==" => Some(Rv::Bool(a == b)),
        _ => None,
    }
}

impl Args<'_> {
    /// Arguments without keywords or block.
    pub(crate) fn of(values: Vec<Rv>) -> Self {
        Self { values, keywords: false, block: None, scope: None }
    }

    /// An argument, nil where it was not given.
    pub(crate) fn at(&self, index: usize) -> &Rv {
        self.values.get(index).unwrap_or(NIL)
    }

    /// An argument, where it was given.
    pub(crate) fn opt(&self, index: usize) -> Option<&Rv> {
        self.values.get(index)
    }

    /// A keyword argument.
    pub(crate) fn keyword(&self, name: &str) -> Option<Rv> {
        match self.values.last() {
            Some(Rv::Hash(hash)) if self.keywords => hash.get(&Rv::sym(name)),
            _ => None,
        }
    }

    /// The arguments without keywords.
    pub(crate) fn plain(&self) -> &[Rv] {
        let count = self.values.len() - usize::from(self.keywords && !self.values.is_empty());
        self.values.get(..count).unwrap_or_default()
    }
}

const NIL: &Rv = &Rv::Nil;

impl Interp<'_> {
    /// An argument as an integer, as methods take theirs.
    pub(crate) fn int(&mut self, value: &Rv) -> R<i64> {
        match value {
            Rv::Int(it) => Ok(*it),
            Rv::Float(it) if it.is_finite() => Ok(it.trunc() as i64),
            Rv::Nil => Err(self.type_error("no implicit conversion from nil to integer")),
            Rv::Bool(it) => {
                let message = format!("no implicit conversion of {it} into Integer");
                Err(self.type_error(message))
            }
            other => Err(self.no_conversion(other, "Integer")),
        }
    }

    /// An argument as a count that cannot be negative.
    pub(crate) fn count(&mut self, value: &Rv) -> R<usize> {
        let count = self.int(value)?;
        match usize::try_from(count) {
            Ok(count) => Ok(count),
            Err(_) => Err(self.argument_error(format!("negative argument ({count})"))),
        }
    }

    /// An argument as a string, as methods take theirs.
    pub(crate) fn string(&mut self, value: &Rv) -> R<Str> {
        match value {
            Rv::Str(it) => Ok(it.text.borrow().clone()),
            other if matches!(other, Rv::Object(_)) && self.responds_to(other, "to_str") => {
                let text = self.send(other, "to_str", &[])?;
                self.string(&text)
            }
            other => Err(self.no_conversion(other, "String")),
        }
    }

    /// The block, or an enumerator over the same method where there is none.
    pub(crate) fn enumerator(&mut self, receiver: &Rv, name: &str, args: &Args<'_>) -> Rv {
        let class = self.world.class("Enumerator");
        let data = super::object::Data::Enumerator(receiver.clone(), name.into(), args.values.clone());
        self.object(class, data)
    }

    /// The block of a method that cannot do without.
    pub(crate) fn block<'a>(&mut self, args: &'a Args<'_>) -> R<&'a Rc<RProc>> {
        match &args.block {
            Some(block) => Ok(block),
            None => Err(self.raise("LocalJumpError", "no block given (yield)")),
        }
    }

    /// Refuses to change what is frozen.
    pub(crate) fn thaw(&mut self, value: &Rv) -> R<()> {
        let frozen = match value {
            Rv::Str(it) => it.frozen.get(),
            Rv::Array(it) => it.frozen.get(),
            Rv::Hash(it) => it.frozen.get(),
            Rv::Object(it) => it.frozen.get(),
            _ => false,
        };
        if frozen { Err(self.frozen_error(value)) } else { Ok(()) }
    }
}
