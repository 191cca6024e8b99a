//! What expressions of a type's file are known to be, and the frames they stand in.

use super::Scan;
use crate::maps::HashMap;
use crate::source::SourceFile;
use ecow::EcoString;
use lib_ruby_parser::Node;
use std::sync::Arc;

/// A value as far as it is known.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Str(EcoString),
    Sym(EcoString),
    Regex(EcoString, u32),
    Array(Vec<Val<'a>>),
    Hash(Vec<(Val<'a>, Val<'a>)>),
    /// A block or a lambda: the node of its block.
    Block(&'a Node),
    /// The type that is read.
    Type,
    /// A class or module of which its name is known.
    Const(EcoString),
    Unknown,
}

impl<'a> Val<'a> {
    /// Counts the parts and bytes of a value.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Str(text) | Self::Sym(text) | Self::Regex(text, _) => 1 + text.len(),
            Self::Array(items) => 1 + items.iter().map(Val::size).sum::<usize>(),
            Self::Hash(pairs) => {
                1 + pairs.iter().map(|(key, value)| key.size() + value.size()).sum::<usize>()
            }
            _ => 1,
        }
    }

    /// Returns a text or a symbol.
    pub(super) fn name(&self) -> Option<&EcoString> {
        match self {
            Self::Str(text) | Self::Sym(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether it counts as true, where it is known.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Nil | Self::Bool(false) => Some(false),
            _ => Some(true),
        }
    }

    /// Compares; `None` where it is not known.
    pub(super) fn same(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => return None,
            (Self::Nil, Self::Nil) | (Self::Type, Self::Type) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Str(a), Self::Str(b))
            | (Self::Sym(a), Self::Sym(b))
            | (Self::Const(a), Self::Const(b)) => a == b,
            (Self::Regex(a, x), Self::Regex(b, y)) => a == b && x == y,
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b) == Some(true))
            }
            (Self::Hash(a), Self::Hash(b)) => {
                let equal = |((k, v), (l, w)): (&(Self, Self), &(Self, Self))| {
                    k.same(l) == Some(true) && v.same(w) == Some(true)
                };
                a.len() == b.len() && a.iter().zip(b).all(equal)
            }
            (Self::Block(a), Self::Block(b)) => std::ptr::eq(*a, *b),
            _ => false,
        })
    }

    /// Returns the value of a key of a hash.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Hash(pairs) => {
                pairs.iter().rev().find(|(it, _)| it.name().is_some_and(|it| it == key)).map(|(_, it)| it)
            }
            _ => None,
        }
    }

    /// Returns the text that `to_s` gives.
    pub(super) fn text(&self) -> Option<EcoString> {
        Some(match self {
            Self::Str(text) | Self::Sym(text) | Self::Const(text) => text.clone(),
            Self::Int(number) => number.to_string().into(),
            Self::Bool(it) => it.to_string().into(),
            Self::Nil => EcoString::new(),
            Self::Regex(source, options) => embedded(source, *options),
            _ => return None,
        })
    }
}

/// Shows a regular expression as it stands in another one.
fn embedded(source: &str, options: u32) -> EcoString {
    let letters = [(4, 'm'), (1, 'i'), (2, 'x')];
    let set = |on: bool| {
        letters.iter().filter(|(bit, _)| (options & bit != 0) == on).map(|(_, it)| *it).collect::<String>()
    };
    let off = set(false);
    let minus = if off.is_empty() { String::new() } else { format!("-{off}") };
    format!("(?{}{minus}:{})", set(true), escaped(source)).into()
}

/// Escapes slashes that are not escaped yet, as `Regexp#to_s` does.
fn escaped(source: &str) -> String {
    let mut text = String::new();
    let mut after_backslash = false;
    for c in source.chars() {
        if c == '/' && !after_backslash {
            text.push('\\');
        }
        after_backslash = c == '\\' && !after_backslash;
        text.push(c);
    }
    text
}

/// What `self` is.
#[derive(Clone, Debug)]
pub(super) enum This {
    /// A file or a module's body; the module's name.
    File(EcoString),
    /// The type's class.
    Type,
    /// The class of a parameter or property.
    Parameter,
}

/// A method that was read.
#[derive(Clone, Debug)]
pub(super) struct Method<'a> {
    pub(super) name: EcoString,
    pub(super) parameters: Option<&'a Node>,
    pub(super) body: Option<&'a Node>,
    pub(super) source: Arc<SourceFile>,
}

/// The local variables of a file, method or block.
#[derive(Clone, Debug)]
pub(super) struct Frame<'a> {
    pub(super) this: This,
    pub(super) locals: HashMap<String, Val<'a>>,
    pub(super) returned: Option<Val<'a>>,
    /// Whether a block went on to its next item.
    pub(super) next: bool,
    /// Whether a block went on under a condition that is not known.
    pub(super) perhaps_next: bool,
    /// Whether a parameter said that it is a namevar.
    pub(super) namevar: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn new(this: This) -> Self {
        Self {
            this,
            locals: HashMap::default(),
            returned: None,
            next: false,
            perhaps_next: false,
            namevar: false,
        }
    }

    /// Gives parameters their arguments.
    pub(super) fn bind(
        &mut self,
        parameters: Option<&'a Node>,
        mut arguments: Vec<Val<'a>>,
        scan: &mut Scan<'a>,
    ) {
        let Some(parameters) = parameters else { return };
        let nodes: &[Node] = match parameters {
            Node::Args(it) => &it.args,
            other => std::slice::from_ref(other),
        };
        let block = matches!(arguments.last(), Some(Val::Block(_))).then(|| arguments.pop()).flatten();
        let several = nodes.len() > 1;
        if let ([Val::Array(items)], true) = (arguments.as_slice(), several) {
            arguments = items.clone();
        }
        let mut arguments = arguments.into_iter();
        for node in nodes {
            self.bind_one(node, &mut arguments, block.clone(), scan);
        }
    }

    fn bind_one(
        &mut self,
        node: &'a Node,
        arguments: &mut dyn Iterator<Item = Val<'a>>,
        block: Option<Val<'a>>,
        scan: &mut Scan<'a>,
    ) {
        match node {
            Node::Procarg0(it) => {
                if let [one] = it.args.as_slice() {
                    self.bind_one(one, arguments, block, scan);
                } else {
                    let items = arguments.next().unwrap_or(Val::Nil);
                    let items = if let Val::Array(items) = items { items } else { vec![items] };
                    let mut items = items.into_iter();
                    it.args.iter().for_each(|one| self.bind_one(one, &mut items, None, scan));
                }
            }
            Node::Mlhs(it) => {
                let items = arguments.next().unwrap_or(Val::Nil);
                let items = if let Val::Array(items) = items { items } else { vec![items] };
                let mut items = items.into_iter();
                it.items.iter().for_each(|one| self.bind_one(one, &mut items, None, scan));
            }
            Node::Arg(it) => {
                self.locals.insert(it.name.clone(), arguments.next().unwrap_or(Val::Nil));
            }
            Node::Optarg(it) => {
                let value = match arguments.next() {
                    Some(value) => value,
                    None => scan.eval(&it.default, self),
                };
                self.locals.insert(it.name.clone(), value);
            }
            Node::Restarg(it) => {
                let rest = Val::Array(arguments.collect());
                self.locals.extend(it.name.clone().map(|name| (name, rest)));
            }
            Node::Blockarg(it) => {
                let value = block.unwrap_or(Val::Nil);
                self.locals.extend(it.name.clone().map(|name| (name, value)));
            }
            Node::Kwarg(it) => {
                self.locals.insert(it.name.clone(), Val::Unknown);
            }
            Node::Kwoptarg(it) => {
                self.locals.insert(it.name.clone(), Val::Unknown);
            }
            _ => {}
        }
    }
}
