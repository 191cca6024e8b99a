//! Ruby's objects as the interpreter holds them: shared, mutable, of one thread.

use super::{
    interp::Interp,
    tree::{Block, Def},
};
use crate::{
    diag::Diagnostic,
    maps::IndexMap,
    source::Location,
    value::{Secret, Str, Value},
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    hash::{Hash, Hasher},
    rc::Rc,
    sync::Arc,
};

/// How code leaves an expression other than by its value.
pub(crate) enum Flow {
    /// An exception.
    Raise(Rv),
    /// `break` out of the call that was given the block with this number.
    Break(u64, Rv),
    /// `break` out of the innermost `while`.
    LoopBreak(Rv),
    Next(Rv),
    /// `return` from the method activation with this number.
    Return(u64, Rv),
    Throw(Rv, Rv),
    Retry,
    /// Not rescuable: refused, unsupported or over a limit.
    Fatal(Box<Diagnostic>),
}

/// The result of evaluating something.
pub(crate) type R<T = Rv> = Result<T, Box<Flow>>;

/// A value of Ruby. Cloning shares.
#[derive(Clone)]
pub(crate) enum Rv {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Sym(EcoString),
    Str(Rc<RString>),
    Array(Rc<RArray>),
    Hash(Rc<RHash>),
    Range(Rc<RRange>),
    Proc(Rc<RProc>),
    Regexp(Rc<RRegexp>),
    Match(Rc<RMatch>),
    Class(Rc<Class>),
    Object(Rc<Object>),
    /// A value of Puppet that Ruby code sees as an object: a type, a `Sensitive`, a timestamp…
    Puppet(Rc<Value>),
}

/// A mutable string.
pub(crate) struct RString {
    pub(crate) text: RefCell<Str>,
    pub(crate) frozen: Cell<bool>,
}

/// A mutable array; values that came from Puppet are converted when they are first touched.
pub(crate) struct RArray {
    items: RefCell<Vec<Rv>>,
    pending: RefCell<Option<ecow::EcoVec<Value>>>,
    pub(crate) frozen: Cell<bool>,
    changed: Cell<bool>,
}

/// A mutable hash in order of insertion.
pub(crate) struct RHash {
    entries: RefCell<IndexMap<Key, Rv>>,
    pending: RefCell<Option<Arc<crate::value::HashMap>>>,
    /// Of what is pending, entries that were given out already.
    touched: RefCell<Vec<(Value, Rv)>>,
    pub(crate) default: RefCell<Rv>,
    pub(crate) default_proc: RefCell<Option<Rc<RProc>>>,
    pub(crate) frozen: Cell<bool>,
    changed: Cell<bool>,
}

/// A hash key: compared as `eql?` does.
#[derive(Clone)]
pub(crate) struct Key(pub(crate) Rv);

/// A range.
pub(crate) struct RRange {
    pub(crate) from: Rv,
    pub(crate) to: Rv,
    pub(crate) exclusive: bool,
}

/// A regular expression: 1 ignore case, 2 extended, 4 multi-line.
pub(crate) struct RRegexp {
    pub(crate) source: Str,
    pub(crate) options: u32,
    pub(crate) compiled: Arc<onig::Regex>,
}

/// The result of a match.
pub(crate) struct RMatch {
    pub(crate) text: Str,
    pub(crate) groups: Vec<Option<(usize, usize)>>,
    pub(crate) names: Vec<(EcoString, usize)>,
    pub(crate) regexp: Rc<RRegexp>,
}

/// The local variables of one activation of a block, method or file.
pub(crate) struct Env {
    pub(crate) slots: RefCell<Vec<Rv>>,
    pub(crate) parent: Option<Rc<Env>>,
}

/// One activation of a method: what blocks in it share.
pub(crate) struct Frame {
    pub(crate) id: u64,
    pub(crate) block: Option<Rc<RProc>>,
    pub(crate) method: Option<(EcoString, Rc<Class>)>,
    pub(crate) arguments: Vec<Rv>,
    pub(crate) last_match: RefCell<Rv>,
    /// Whether `module_function` or `private` without arguments is in force in this class body.
    pub(crate) module_function: Cell<bool>,
    /// Whether methods that are defined now are private.
    pub(crate) private: Cell<bool>,
}

/// Where constants are looked up: the class and the enclosing ones.
pub(crate) struct Cref {
    pub(crate) class: Rc<Class>,
    pub(crate) parent: Option<Rc<Cref>>,
}

/// All that an expression is evaluated in.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) this: Rv,
    pub(crate) env: Rc<Env>,
    pub(crate) frame: Rc<Frame>,
    pub(crate) cref: Rc<Cref>,
    /// The number of the block that is running, 0 outside of blocks.
    pub(crate) block: u64,
}

/// Code in Rust that is called like a block.
pub(crate) type NativeBlock = Rc<dyn Fn(&mut Interp<'_>, &[Rv]) -> R>;

/// What a proc runs.
pub(crate) enum Body {
    Block(Arc<Block>, Scope),
    Symbol(EcoString),
    Method(Rv, EcoString),
    Native(NativeBlock),
}

/// A proc or lambda.
pub(crate) struct RProc {
    pub(crate) body: Body,
    pub(crate) lambda: bool,
    /// The number that `break` names.
    pub(crate) id: u64,
}

/// A method that was defined by Ruby code.
#[derive(Clone)]
pub(crate) enum Method {
    Def(Arc<Def>, Rc<Cref>),
    Proc(Rc<RProc>),
    Reader(EcoString),
    Writer(EcoString),
    /// Another builtin method's name.
    Alias(EcoString),
    Undefined,
}

/// A class or a module.
pub(crate) struct Class {
    pub(crate) name: RefCell<EcoString>,
    pub(crate) superclass: Option<Rc<Class>>,
    pub(crate) is_module: bool,
    /// Which builtin's methods its instances have.
    pub(crate) kind: Shape,
    pub(crate) methods: RefCell<BTreeMap<EcoString, Method>>,
    pub(crate) singleton: RefCell<BTreeMap<EcoString, Method>>,
    pub(crate) includes: RefCell<Vec<Rc<Class>>>,
    pub(crate) extends: RefCell<Vec<Rc<Class>>>,
    pub(crate) consts: RefCell<IndexMap<EcoString, Rv>>,
    pub(crate) vars: RefCell<BTreeMap<EcoString, Rv>>,
    /// The names of private methods.
    pub(crate) private: RefCell<Vec<EcoString>>,
}

/// The builtin shape of values: which table of methods they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shape {
    Object,
    Nil,
    True,
    False,
    Integer,
    Float,
    Symbol,
    String,
    Array,
    Hash,
    Range,
    Proc,
    Regexp,
    MatchData,
    Class,
    Module,
    Exception,
    Struct,
    Time,
    Enumerator,
    Set,
    IpAddr,
    Template,
    Scope,
    Puppet,
    Sensitive,
    Function,
    Erb,
    StringIo,
    Native,
    Big,
    Bytes,
    Digest,
    BasicObject,
}

/// How many shapes there are.
pub(crate) const SHAPES: usize = Shape::BasicObject as usize + 1;

/// An object of a class.
pub(crate) struct Object {
    pub(crate) class: Rc<Class>,
    pub(crate) vars: RefCell<BTreeMap<EcoString, Rv>>,
    pub(crate) data: Data,
    pub(crate) singleton: RefCell<BTreeMap<EcoString, Method>>,
    pub(crate) extends: RefCell<Vec<Rc<Class>>>,
    pub(crate) frozen: Cell<bool>,
}

/// What an object of a builtin class holds.
pub(crate) enum Data {
    None,
    /// Message, where it was raised, cause, and the diagnostic it stands for.
    Exception(RefCell<Raised>),
    /// The values of a Struct's members.
    Struct(RefCell<Vec<Rv>>),
    /// Nanoseconds since 1970 and the offset from UTC in seconds.
    Time(i128, i32),
    /// Receiver, method, arguments.
    Enumerator(Rv, EcoString, Vec<Rv>),
    Set(Rc<RHash>),
    /// An integer beyond 64 bits.
    Big(num_bigint_dig::BigInt),
    Bytes(Bytes),
    /// Address, prefix length, whether IPv6.
    IpAddr(u128, u8, bool),
    StringIo(Rc<RString>),
    Erb,
    /// An object of Puppet's own classes that is only passed around, by a name for it.
    Native(EcoString),
}

/// A string that is no text, and the secrets it was computed from.
pub(crate) struct Bytes {
    pub(crate) bytes: Vec<u8>,
    pub(crate) secrets: RefCell<Vec<Arc<Secret>>>,
}

/// What an exception knows.
#[derive(Clone, Default)]
pub(crate) struct Raised {
    pub(crate) message: Option<Rv>,
    pub(crate) at: Option<Location>,
    pub(crate) cause: Option<Rv>,
    /// The diagnostic of the Puppet side that it stands for.
    pub(crate) diagnostic: Option<Box<Diagnostic>>,
}

impl Rv {
    pub(crate) fn str(text: impl Into<Str>) -> Self {
        Self::Str(Rc::new(RString { text: RefCell::new(text.into()), frozen: Cell::new(false) }))
    }

    pub(crate) fn sym(text: impl Into<EcoString>) -> Self {
        Self::Sym(text.into())
    }

    pub(crate) fn array(items: Vec<Self>) -> Self {
        Self::Array(Rc::new(RArray::new(items)))
    }

    pub(crate) fn hash(entries: IndexMap<Key, Self>) -> Self {
        Self::Hash(Rc::new(RHash::new(entries)))
    }

    pub(crate) fn pair(a: Self, b: Self) -> Self {
        Self::array(vec![a, b])
    }

    pub(crate) fn truthy(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(false))
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<Str> {
        if let Self::Str(text) = self { Some(text.text.borrow().clone()) } else { None }
    }

    /// The text of a string or a symbol.
    pub(crate) fn name(&self) -> Option<EcoString> {
        match self {
            Self::Str(text) => Some(text.text.borrow().text().clone()),
            Self::Sym(name) => Some(name.clone()),
            _ => None,
        }
    }

    /// Whether an array or hash, or one inside of it, was changed in place since it was made.
    pub(crate) fn was_changed(&self, depth: u32) -> bool {
        match self {
            // deeper than that nothing is told
            _ if depth > KEY_DEPTH => false,
            Self::Array(it) => {
                it.changed.get() || it.items.borrow().iter().any(|item| item.was_changed(depth + 1))
            }
            Self::Hash(it) => {
                let given = it.touched.borrow().iter().any(|(_, item)| item.was_changed(depth + 1));
                it.changed.get()
                    || given
                    || it.entries.borrow().values().any(|item| item.was_changed(depth + 1))
            }
            _ => false,
        }
    }

    /// Whether both are the same object, as `equal?` has it.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Sym(a), Self::Sym(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => Rc::ptr_eq(a, b),
            (Self::Array(a), Self::Array(b)) => Rc::ptr_eq(a, b),
            (Self::Hash(a), Self::Hash(b)) => Rc::ptr_eq(a, b),
            (Self::Range(a), Self::Range(b)) => Rc::ptr_eq(a, b),
            (Self::Proc(a), Self::Proc(b)) => Rc::ptr_eq(a, b),
            (Self::Regexp(a), Self::Regexp(b)) => Rc::ptr_eq(a, b),
            (Self::Match(a), Self::Match(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => Rc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            (Self::Puppet(a), Self::Puppet(b)) => a == b,
            (_, _) => false,
        }
    }
}

impl RArray {
    pub(crate) fn new(items: Vec<Rv>) -> Self {
        Self {
            items: RefCell::new(items),
            pending: RefCell::new(None),
            frozen: Cell::new(false),
            changed: Cell::new(false),
        }
    }

    pub(crate) fn of_puppet(items: ecow::EcoVec<Value>) -> Self {
        let array = Self::new(Vec::new());
        array.pending.replace(Some(items));
        array
    }

    /// Takes all items out, for dropping.
    pub(crate) fn take_items(&mut self) -> Vec<Rv> {
        std::mem::take(self.items.get_mut())
    }

    fn fill(&self) {
        if let Some(items) = self.pending.take() {
            self.items.replace(items.iter().map(Rv::from).collect());
        }
    }

    pub(crate) fn items(&self) -> std::cell::Ref<'_, Vec<Rv>> {
        self.fill();
        self.items.borrow()
    }

    pub(crate) fn items_mut(&self) -> std::cell::RefMut<'_, Vec<Rv>> {
        self.fill();
        self.changed.set(true);
        self.items.borrow_mut()
    }

    pub(crate) fn to_vec(&self) -> Vec<Rv> {
        self.items().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.items().len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<Rv> {
        self.items().get(index).cloned()
    }
}

impl RHash {
    pub(crate) fn new(entries: IndexMap<Key, Rv>) -> Self {
        Self {
            entries: RefCell::new(entries),
            pending: RefCell::new(None),
            touched: RefCell::default(),
            default: RefCell::new(Rv::Nil),
            default_proc: RefCell::new(None),
            frozen: Cell::new(false),
            changed: Cell::new(false),
        }
    }

    pub(crate) fn of_puppet(entries: Arc<crate::value::HashMap>) -> Self {
        let hash = Self::new(IndexMap::default());
        hash.pending.replace(Some(entries));
        hash
    }

    /// Takes all entries out, for dropping.
    pub(crate) fn take_entries(&mut self) -> IndexMap<Key, Rv> {
        std::mem::take(self.entries.get_mut())
    }

    fn fill(&self) {
        if let Some(entries) = self.pending.take() {
            let made = entries.iter().map(|(key, value)| (Key::frozen(Rv::from(key)), Rv::from(value)));
            let mut made: IndexMap<Key, Rv> = made.collect();
            // what was given out stays the same object
            for (name, value) in self.touched.take() {
                made.insert(Key::frozen(Rv::from(&name)), value);
            }
            self.entries.replace(made);
        }
    }

    pub(crate) fn entries(&self) -> std::cell::Ref<'_, IndexMap<Key, Rv>> {
        self.fill();
        self.entries.borrow()
    }

    pub(crate) fn entries_mut(&self) -> std::cell::RefMut<'_, IndexMap<Key, Rv>> {
        self.fill();
        self.changed.set(true);
        self.entries.borrow_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries().len()
    }

    /// Tells whether there is a key, without converting what was not touched yet.
    pub(crate) fn contains_key(&self, key: &Rv) -> bool {
        if let (Some(entries), Rv::Str(text)) = (&*self.pending.borrow(), key) {
            return entries.contains_key(&Value::Str(text.text.borrow().clone()));
        }
        self.entries().contains_key(&Key(key.clone()))
    }

    /// Gives an entry's value, without converting what was not touched yet.
    pub(crate) fn get(&self, key: &Rv) -> Option<Rv> {
        if let (Some(entries), Rv::Str(text)) = (&*self.pending.borrow(), key) {
            let name = Value::Str(text.text.borrow().clone());
            let value = entries.get(&name)?;
            let mut touched = self.touched.borrow_mut();
            let known = touched.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            return Some(known.unwrap_or_else(|| {
                let made = Rv::from(value);
                touched.push((name, made.clone()));
                made
            }));
        }
        self.entries().get(&Key(key.clone())).cloned()
    }

    pub(crate) fn insert(&self, key: Rv, value: Rv) {
        self.entries_mut().insert(Key::frozen(key), value);
    }

    pub(crate) fn pairs(&self) -> Vec<(Rv, Rv)> {
        self.entries().iter().map(|(key, value)| (key.0.clone(), value.clone())).collect()
    }
}

impl Key {
    /// Copies and freezes a string, as `Hash#[]=` does.
    pub(crate) fn frozen(key: Rv) -> Self {
        match key {
            Rv::Str(text) if !text.frozen.get() => {
                let copy =
                    RString { text: RefCell::new(text.text.borrow().clone()), frozen: Cell::new(true) };
                Self(Rv::Str(Rc::new(copy)))
            }
            other => Self(other),
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        eql(&self.0, &other.0, 0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state, 0);
    }
}

/// How deep nested keys are compared and hashed; deeper ones are taken as equal.
const KEY_DEPTH: u32 = 64;

/// `eql?`: like `==`, but `1` and `1.0` differ.
pub(crate) fn eql(a: &Rv, b: &Rv, depth: u32) -> bool {
    if depth > KEY_DEPTH {
        return true;
    }
    match (a, b) {
        (Rv::Str(a), Rv::Str(b)) => Rc::ptr_eq(a, b) || *a.text.borrow() == *b.text.borrow(),
        (Rv::Array(a), Rv::Array(b)) => {
            Rc::ptr_eq(a, b)
                || a.len() == b.len()
                    && a.items().iter().zip(b.items().iter()).all(|(a, b)| eql(a, b, depth + 1))
        }
        (Rv::Hash(a), Rv::Hash(b)) => {
            Rc::ptr_eq(a, b)
                || a.len() == b.len()
                    && a.entries().iter().all(|(key, value)| {
                        b.entries().get(key).is_some_and(|other| eql(value, other, depth + 1))
                    })
        }
        (Rv::Range(a), Rv::Range(b)) => {
            a.exclusive == b.exclusive && eql(&a.from, &b.from, depth + 1) && eql(&a.to, &b.to, depth + 1)
        }
        (Rv::Regexp(a), Rv::Regexp(b)) => a.source == b.source && a.options == b.options,
        (Rv::Object(a), Rv::Object(b)) => Rc::ptr_eq(a, b) || eql_data(&a.data, &b.data, depth + 1),
        (a, b) => a.same(b),
    }
}

fn eql_data(a: &Data, b: &Data, depth: u32) -> bool {
    match (a, b) {
        (Data::Struct(a), Data::Struct(b)) => {
            a.borrow().len() == b.borrow().len()
                && a.borrow().iter().zip(b.borrow().iter()).all(|(a, b)| eql(a, b, depth))
        }
        (Data::Time(a, _), Data::Time(b, _)) => a == b,
        (Data::Set(a), Data::Set(b)) => {
            a.len() == b.len() && a.entries().keys().all(|key| b.entries().contains_key(key))
        }
        (Data::IpAddr(a, p, v6), Data::IpAddr(b, q, w6)) => a == b && p == q && v6 == w6,
        (Data::Big(a), Data::Big(b)) => a == b,
        (Data::Bytes(a), Data::Bytes(b)) => a.bytes == b.bytes,
        (_, _) => false,
    }
}

fn hash<H: Hasher>(value: &Rv, state: &mut H, depth: u32) {
    match value {
        Rv::Nil => 0_u8.hash(state),
        Rv::Bool(it) => it.hash(state),
        Rv::Int(it) => it.hash(state),
        Rv::Float(it) => it.to_bits().hash(state),
        Rv::Sym(it) => (1_u8, it.as_str()).hash(state),
        Rv::Str(it) => it.text.borrow().hash(state),
        Rv::Array(it) if depth < KEY_DEPTH => it.items().iter().for_each(|item| hash(item, state, depth + 1)),
        Rv::Array(_) => {}
        Rv::Hash(it) => it.len().hash(state),
        Rv::Class(it) => it.name.borrow().as_str().hash(state),
        Rv::Puppet(it) => it.hash(state),
        _ => 2_u8.hash(state),
    }
}

impl Env {
    pub(crate) fn new(slots: usize, parent: Option<Rc<Self>>) -> Rc<Self> {
        Rc::new(Self { slots: RefCell::new(vec![Rv::Nil; slots]), parent })
    }
}

impl Class {
    /// Makes a method of instances private, or public again.
    pub(crate) fn set_private(&self, name: &str, private: bool) {
        let mut names = self.private.borrow_mut();
        names.retain(|known| known != name);
        if private {
            names.push(name.into());
        }
    }

    /// Tells whether a method is private in this class.
    pub(crate) fn is_private(&self, name: &str) -> bool {
        self.private.borrow().iter().any(|known| known == name)
    }

    /// Returns the class and those it inherits from, modules included, in the order of method lookup.
    pub(crate) fn ancestors(self: &Rc<Self>) -> Vec<Rc<Self>> {
        let mut found = vec![self.clone()];
        for module in self.includes.borrow().iter().rev() {
            found.extend(module.ancestors());
        }
        if let Some(parent) = &self.superclass {
            found.extend(parent.ancestors());
        }
        found
    }

    /// Tells whether it is the other or inherits from it.
    pub(crate) fn is_a(self: &Rc<Self>, other: &Rc<Self>) -> bool {
        Rc::ptr_eq(self, other)
            || self.includes.borrow().iter().any(|module| module.is_a(other))
            || self.superclass.as_ref().is_some_and(|parent| parent.is_a(other))
    }

    /// Finds a method of instances that Ruby code defined, with the class that has it.
    pub(crate) fn find(self: &Rc<Self>, name: &str) -> Option<(Method, Rc<Self>)> {
        if let Some(method) = self.methods.borrow().get(name) {
            return Some((method.clone(), self.clone()));
        }
        let in_modules = self.includes.borrow().iter().rev().find_map(|module| module.find(name));
        in_modules.or_else(|| self.superclass.as_ref().and_then(|parent| parent.find(name)))
    }

    /// Finds a method of the class itself that Ruby code defined.
    pub(crate) fn find_singleton(self: &Rc<Self>, name: &str) -> Option<(Method, Rc<Self>)> {
        if let Some(method) = self.singleton.borrow().get(name) {
            return Some((method.clone(), self.clone()));
        }
        let extended = self.extends.borrow().iter().rev().find_map(|module| module.find(name));
        extended.or_else(|| self.superclass.as_ref().and_then(|parent| parent.find_singleton(name)))
    }
}
