//! Values of Puppet to values of Ruby and back, as Puppet itself hands them over.

use super::object::{Data, RArray, RHash, RRegexp, RString, Rv};
use crate::{
    ruby::interp::Interp,
    value::{Regexp, Str, Value, compile_regex},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use super::object::R;

/// How deep a value may nest on its way back to Puppet.
const MAX_DEPTH: u32 = 200;

impl From<&Value> for Rv {
    /// Makes the Ruby value; arrays and hashes are converted when they are first touched.
    fn from(value: &Value) -> Self {
        match value {
            Value::Undef => Self::Nil,
            Value::Default => Self::Sym("default".into()),
            Value::Bool(it) => Self::Bool(*it),
            Value::Int(it) => Self::Int(*it),
            Value::Float(it) => Self::Float(*it),
            Value::Str(it) => {
                Self::Str(Rc::new(RString { text: RefCell::new(it.clone()), frozen: Cell::new(false) }))
            }
            Value::Symbol(it) => Self::Sym(it.clone()),
            Value::Array(it) => Self::Array(Rc::new(RArray::of_puppet(it.clone()))),
            Value::Hash(it) => Self::Hash(Rc::new(RHash::of_puppet(it.clone()))),
            Value::Regexp(it) => regexp(&it.source).unwrap_or_else(|| Self::Puppet(Rc::new(value.clone()))),
            Value::Sensitive(_)
            | Value::Type(_)
            | Value::Binary(_)
            | Value::Timestamp(_)
            | Value::Timespan(_)
            | Value::SemVer(_)
            | Value::SemVerRange(_)
            | Value::Uri(_)
            | Value::Deferred(_)
            | Value::Iterator(_)
            | Value::Object(_) => Self::Puppet(Rc::new(value.clone())),
        }
    }
}

/// A regular expression of Puppet's; flags are in its text.
fn regexp(source: &str) -> Option<Rv> {
    let compiled = compile_regex(source, onig::RegexOptions::REGEX_OPTION_NONE).ok()?;
    let made = RRegexp { source: Str::new(source), options: 0, compiled: Arc::new(compiled) };
    Some(Rv::Regexp(Rc::new(made)))
}

impl Interp<'_> {
    /// Tells the host which arrays and hashes of its variables were changed in place.
    pub(crate) fn tell_changes(&mut self) -> R<()> {
        for (name, value) in std::mem::take(self.seen.get_mut()) {
            if value.was_changed(0) {
                let changed = self.to_puppet(&value)?;
                self.host.change_variable(&name, &changed);
            }
        }
        Ok(())
    }

    /// Makes the Puppet value of a Ruby value.
    pub(crate) fn to_puppet(&mut self, value: &Rv) -> R<Value> {
        self.to_puppet_at(value, 0)
    }

    fn to_puppet_at(&mut self, value: &Rv, depth: u32) -> R<Value> {
        if depth > MAX_DEPTH {
            return Err(self.limit("values nested too deep for Puppet"));
        }
        Ok(match value {
            Rv::Nil => Value::Undef,
            Rv::Bool(it) => Value::Bool(*it),
            Rv::Int(it) => Value::Int(*it),
            Rv::Float(it) => Value::Float(*it),
            Rv::Str(it) => Value::Str(it.text.borrow().clone()),
            Rv::Sym(name) => match name.as_str() {
                "undef" => Value::Undef,
                "default" => Value::Default,
                _ => Value::Symbol(name.clone()),
            },
            Rv::Array(it) => {
                let items = it.to_vec();
                Value::Array(items.iter().map(|item| self.to_puppet_at(item, depth + 1)).collect::<R<_>>()?)
            }
            Rv::Hash(it) => self.hash_to_puppet(it, depth)?,
            Rv::Regexp(it) => {
                let source = it.source.text().clone();
                match Regexp::new(source) {
                    Ok(compiled) => Value::Regexp(Arc::new(compiled)),
                    Err(_) => return Err(self.unsupported_value("this regular expression")),
                }
            }
            Rv::Puppet(it) => it.as_ref().clone(),
            Rv::Object(it) => match &it.data {
                Data::Time(nanos, _) => Value::Timestamp(Box::new(*nanos)),
                Data::Set(set) => {
                    let items: Vec<Rv> = set.entries().keys().map(|key| key.0.clone()).collect();
                    return self.to_puppet_at(&Rv::array(items), depth);
                }
                _ => Value::Str(self.to_s(value)?),
            },
            Rv::Range(_) | Rv::Proc(_) | Rv::Match(_) | Rv::Class(_) => Value::Str(self.to_s(value)?),
        })
    }

    fn hash_to_puppet(&mut self, hash: &RHash, depth: u32) -> R<Value> {
        let mut made =
            crate::value::HashMap::with_capacity_and_hasher(hash.len(), crate::maps::Hashes::default());
        for (key, value) in hash.pairs() {
            made.insert(self.to_puppet_at(&key, depth + 1)?, self.to_puppet_at(&value, depth + 1)?);
        }
        Ok(Value::Hash(Arc::new(made)))
    }
}

impl From<Str> for Rv {
    fn from(text: Str) -> Self {
        Self::str(text)
    }
}

impl From<bool> for Rv {
    fn from(it: bool) -> Self {
        Self::Bool(it)
    }
}

impl From<i64> for Rv {
    fn from(it: i64) -> Self {
        Self::Int(it)
    }
}

impl From<usize> for Rv {
    fn from(it: usize) -> Self {
        Self::Int(it as i64)
    }
}

impl From<f64> for Rv {
    fn from(it: f64) -> Self {
        Self::Float(it)
    }
}

impl<T: Into<Self>> From<Option<T>> for Rv {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Nil, Into::into)
    }
}

impl From<Vec<Self>> for Rv {
    fn from(items: Vec<Self>) -> Self {
        Self::array(items)
    }
}
