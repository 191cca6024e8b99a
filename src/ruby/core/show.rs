//! `to_s` and `inspect`, exactly as Ruby 3.1 writes them.

use crate::{
    ruby::{
        interp::Interp,
        object::{Data, Object, R, Rv, Shape},
    },
    value::{Str, Value},
};
use std::fmt::Write;

/// How deep nested collections are shown.
const MAX_DEPTH: u32 = 100;

impl Interp<'_> {
    /// `value.to_s`.
    pub(crate) fn to_s(&mut self, value: &Rv) -> R<Str> {
        match value {
            Rv::Str(it) => Ok(it.text.borrow().clone()),
            Rv::Nil => Ok(Str::default()),
            Rv::Int(it) => Ok(Str::new(ecow::eco_format!("{it}"))),
            Rv::Sym(it) => Ok(Str::new(it.clone())),
            other => match self.send(other, "to_s", &[])? {
                Rv::Str(text) => Ok(text.text.borrow().clone()),
                _ => self.plain_to_s(other),
            },
        }
    }

    /// `to_s` of the builtin classes.
    pub(crate) fn plain_to_s(&mut self, value: &Rv) -> R<Str> {
        match value {
            Rv::Str(_) | Rv::Nil | Rv::Int(_) | Rv::Sym(_) => self.to_s(value),
            Rv::Bool(it) => Ok(Str::new(it.to_string())),
            Rv::Float(it) => Ok(Str::new(float(*it))),
            Rv::Array(_) | Rv::Hash(_) => self.inspect(value),
            Rv::Range(it) => {
                let mut shown = self.to_s(&it.from)?;
                shown.push_str(if it.exclusive { "..." } else { ".." });
                shown.push(&self.to_s(&it.to)?);
                Ok(shown)
            }
            Rv::Regexp(it) => Ok(super::regexp::to_s(it)),
            Rv::Match(it) => Ok(it.group(0).unwrap_or_default()),
            Rv::Class(it) => Ok(Str::new(it.name.borrow().clone())),
            Rv::Proc(_) => Ok(Str::new("#<Proc>")),
            Rv::Puppet(it) => Ok(puppet(it)),
            Rv::Object(it) => self.object_to_s(value, it),
        }
    }

    fn object_to_s(&mut self, value: &Rv, object: &Object) -> R<Str> {
        match &object.data {
            Data::Exception(_) => self.message_of(value),
            Data::Struct(_) | Data::Set(_) => self.inspect(value),
            Data::Time(nanos, offset) => Ok(Str::new(super::time::to_s(*nanos, *offset, &object.class))),
            Data::IpAddr(address, prefix, v6) => Ok(Str::new(super::ipaddr::to_s(*address, *prefix, *v6))),
            Data::Native(name) => Ok(Str::new(name.clone())),
            Data::Big(it) => Ok(Str::new(it.to_string())),
            Data::Bytes(_) => Err(self.unsupported_value("bytes that are not UTF-8, as text,")),
            Data::StringIo(_) | Data::Enumerator(..) | Data::Erb | Data::None => {
                if object.class.kind == Shape::Template {
                    return Ok(Str::new(format!("template[{}]", self.source.path())));
                }
                if object.class.kind == Shape::Scope {
                    return Ok(Str::new(format!("Scope({})", self.host.resource())));
                }
                Ok(Str::new(format!("#<{}>", object.class.name.borrow())))
            }
        }
    }

    /// `value.inspect`.
    pub(crate) fn inspect(&mut self, value: &Rv) -> R<Str> {
        self.inspect_at(value, 0)
    }

    fn inspect_at(&mut self, value: &Rv, depth: u32) -> R<Str> {
        if depth > MAX_DEPTH {
            return Err(self.limit("collections nested too deep"));
        }
        match value {
            Rv::Nil => Ok(Str::new("nil")),
            Rv::Str(it) => Ok(inspect_str(&it.text.borrow())),
            Rv::Sym(it) => Ok(Str::new(inspect_symbol(it))),
            Rv::Array(it) => {
                let items = it.to_vec();
                self.list("[", &items, "]", depth)
            }
            Rv::Hash(it) => self.inspect_hash(&it.pairs(), depth),
            Rv::Range(it) => {
                let side = |this: &mut Self, side: &Rv| match side {
                    Rv::Nil => Ok(Str::default()),
                    side => this.inspect_at(side, depth + 1),
                };
                let mut shown = side(self, &it.from)?;
                shown.push_str(if it.exclusive { "..." } else { ".." });
                shown.push(&side(self, &it.to)?);
                Ok(shown)
            }
            Rv::Regexp(it) => Ok(super::regexp::inspect(it)),
            Rv::Match(it) => self.inspect_match(it),
            Rv::Object(it) => self.inspect_object(value, it, depth),
            Rv::Puppet(it) if matches!(it.as_ref(), Value::Sensitive(_)) => {
                Ok(Str::new("#<Sensitive [value redacted]>"))
            }
            other => self.plain_to_s(other),
        }
    }

    fn list(&mut self, open: &str, items: &[Rv], close: &str, depth: u32) -> R<Str> {
        let mut shown = Str::new(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                shown.push_str(", ");
            }
            shown.push(&self.inspect_at(item, depth + 1)?);
        }
        shown.push_str(close);
        self.charge(shown.len())?;
        Ok(shown)
    }

    fn inspect_hash(&mut self, pairs: &[(Rv, Rv)], depth: u32) -> R<Str> {
        let mut shown = Str::new("{");
        for (index, (key, value)) in pairs.iter().enumerate() {
            if index > 0 {
                shown.push_str(", ");
            }
            shown.push(&self.inspect_at(key, depth + 1)?);
            shown.push_str("=>");
            shown.push(&self.inspect_at(value, depth + 1)?);
        }
        shown.push_str("}");
        self.charge(shown.len())?;
        Ok(shown)
    }

    fn inspect_match(&mut self, found: &crate::ruby::object::RMatch) -> R<Str> {
        let mut shown = Str::new("#<MatchData ");
        for index in 0..found.groups.len() {
            if index > 0 {
                let name = found.names.iter().find(|(_, at)| *at == index).map(|(name, _)| name.to_string());
                shown.push_str(&format!(" {}:", name.unwrap_or_else(|| index.to_string())));
            }
            match found.group(index) {
                Some(text) => shown.push(&inspect_str(&text)),
                None => shown.push_str("nil"),
            }
        }
        shown.push_str(">");
        Ok(shown)
    }

    fn inspect_object(&mut self, value: &Rv, object: &Object, depth: u32) -> R<Str> {
        match &object.data {
            Data::Exception(_) => {
                let class = object.class.name.borrow().clone();
                let message = self.message_of(value)?;
                let mut shown = Str::new(format!("#<{class}: "));
                shown.push(&message);
                shown.push_str(">");
                Ok(if message.is_empty() { Str::new(class) } else { shown })
            }
            Data::Struct(values) => self.inspect_struct(object, &values.borrow().clone(), depth),
            Data::Set(set) => {
                let items: Vec<Rv> = set.entries().keys().map(|key| key.0.clone()).collect();
                self.list("#<Set: {", &items, "}>", depth)
            }
            Data::Time(nanos, offset) => Ok(Str::new(super::time::inspect(*nanos, *offset, &object.class))),
            Data::IpAddr(address, prefix, v6) => Ok(Str::new(super::ipaddr::inspect(*address, *prefix, *v6))),
            Data::None if object.class.kind == Shape::Object && !self.has_own_inspect(value) => {
                self.inspect_plain(object, depth)
            }
            _ if self.responds_to(value, "inspect") && self.has_own_inspect(value) => {
                let shown = self.send(value, "inspect", &[])?;
                self.to_s(&shown)
            }
            _ => self.object_to_s(value, object),
        }
    }

    fn has_own_inspect(&self, value: &Rv) -> bool {
        self.class_of(value).find("inspect").is_some()
    }

    fn inspect_plain(&mut self, object: &Object, depth: u32) -> R<Str> {
        let mut shown = Str::new(format!("#<{}", object.class.name.borrow()));
        let vars = object.vars.borrow().clone();
        for (index, (name, value)) in vars.iter().enumerate() {
            shown.push_str(if index == 0 { " " } else { ", " });
            shown.push_str(name);
            shown.push_str("=");
            shown.push(&self.inspect_at(value, depth + 1)?);
        }
        shown.push_str(">");
        Ok(shown)
    }

    fn inspect_struct(&mut self, object: &Object, values: &[Rv], depth: u32) -> R<Str> {
        let name = object.class.name.borrow().clone();
        let mut shown =
            Str::new(if name.is_empty() { "#<struct ".to_owned() } else { format!("#<struct {name} ") });
        for (index, (member, value)) in super::structs::members(&object.class).iter().zip(values).enumerate()
        {
            if index > 0 {
                shown.push_str(", ");
            }
            shown.push_str(&format!("{member}="));
            shown.push(&self.inspect_at(value, depth + 1)?);
        }
        shown.push_str(">");
        Ok(shown)
    }
}

/// A value of Puppet's own classes as a template shows it.
fn puppet(value: &Value) -> Str {
    match value {
        Value::Sensitive(_) => Str::new("Sensitive [value redacted]"),
        Value::SemVer(text) | Value::SemVerRange(text) | Value::Uri(text) => Str::new(text.clone()),
        Value::Default => Str::new("default"),
        Value::Regexp(it) => Str::new(format!("(?-mix:{})", it.source)),
        other => other.to_str(),
    }
}

/// `Float#to_s`.
pub(crate) fn float(it: f64) -> String {
    if it.is_nan() {
        return "NaN".into();
    }
    if it.is_infinite() {
        return if it > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    if it == 0.0 {
        return if it.is_sign_negative() { "-0.0".into() } else { "0.0".into() };
    }
    let scientific = format!("{it:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..15).contains(&exponent) {
        let plain = format!("{it}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// `String#inspect`; labels cover the whole where there are any.
pub(crate) fn inspect_str(text: &Str) -> Str {
    let mut shown = Str::new("\"");
    if text.labels().is_none() {
        let mut plain = String::with_capacity(text.len() + 2);
        let mut chars = text.chars().peekable();
        while let Some(letter) = chars.next() {
            escape(letter, chars.peek().copied(), &mut plain);
        }
        shown.push_str(&plain);
    } else {
        for (at, letter) in text.char_indices() {
            let next = text.get(at + letter.len_utf8()..).and_then(|rest| rest.chars().next());
            let mut plain = String::new();
            escape(letter, next, &mut plain);
            let piece = text.slice(at..at + letter.len_utf8());
            match piece.labels().and_then(|labels| labels.ranges().first()) {
                Some(found) => shown.push(&Str::secret(plain, found.secret.clone())),
                None => shown.push_str(&plain),
            }
        }
    }
    shown.push_str("\"");
    shown
}

fn escape(letter: char, next: Option<char>, out: &mut String) {
    match letter {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{c}' => out.push_str("\\f"),
        '\u{b}' => out.push_str("\\v"),
        '\u{8}' => out.push_str("\\b"),
        '\u{7}' => out.push_str("\\a"),
        '\u{1b}' => out.push_str("\\e"),
        '#' if matches!(next, Some('{' | '$' | '@')) => out.push_str("\\#"),
        other if (other as u32) < 0x20 || other as u32 == 0x7f => {
            let _ = write!(out, "\\u{:04X}", other as u32);
        }
        other if is_hidden(other) => {
            let code = other as u32;
            let _ = if code > 0xffff { write!(out, "\\u{{{code:X}}}") } else { write!(out, "\\u{code:04X}") };
        }
        other => out.push(other),
    }
}

/// Characters that Ruby does not print.
fn is_hidden(letter: char) -> bool {
    matches!(letter as u32, 0x80..=0x9f | 0x2028..=0x2029 | 0xe000..=0xf8ff)
}

/// `Symbol#inspect`.
pub(crate) fn inspect_symbol(name: &str) -> String {
    if is_plain_symbol(name) {
        format!(":{name}")
    } else {
        format!(":{}", inspect_str(&Str::new(name)).as_str())
    }
}

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "<=>", "===", "[]", "[]=", "<<", ">>",
    "!", "=~", "!~", "&", "|", "^", "~", "+@", "-@",
];

fn is_plain_symbol(name: &str) -> bool {
    if OPERATORS.contains(&name) {
        return true;
    }
    let body = name.strip_prefix("@@").or_else(|| name.strip_prefix('@')).or_else(|| name.strip_prefix('$'));
    let stem = body.unwrap_or_else(|| name.strip_suffix(['?', '!', '=']).unwrap_or(name));
    let mut chars = stem.chars();
    let first = chars.next().is_some_and(|first| first == '_' || first.is_alphabetic());
    first && chars.all(|letter| letter == '_' || letter.is_alphanumeric())
}
