//! What is known of a value before it is known: of which kinds it may be.

use crate::{
    syntax::ast::{Access, Expr as Ast, ExprKind},
    translate::nixos::{Expr, Part},
};
use ecow::EcoString;
use std::{collections::BTreeMap, sync::Arc};

/// The kinds that a value may be of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    forms: u8,
    /// What the items of a list or the values of a set may be.
    items: Option<Box<Self>>,
    /// The only texts that are possible, where they are known.
    words: Option<Arc<[EcoString]>>,
    /// The attributes of a set, where they are known.
    fields: Option<BTreeMap<EcoString, Self>>,
}

impl Kind {
    /// `null`.
    pub const NULL: u8 = 1;
    /// `true` and `false`.
    pub const BOOL: u8 = 2;
    /// Integers.
    pub const INT: u8 = 4;
    /// Floats.
    pub const FLOAT: u8 = 8;
    /// Strings.
    pub const STR: u8 = 16;
    /// Lists.
    pub const LIST: u8 = 32;
    /// Attribute sets.
    pub const SET: u8 = 64;
    /// That a number may be below zero.
    pub const NEGATIVE: u8 = 128;

    /// All forms.
    pub const ALL: [u8; 7] =
        [Self::NULL, Self::BOOL, Self::INT, Self::FLOAT, Self::STR, Self::LIST, Self::SET];

    /// Makes a kind of the constants, joined by `|`.
    #[must_use]
    pub const fn new(forms: u8) -> Self {
        Self { forms, items: None, words: None, fields: None }
    }

    /// Returns what nothing is known of.
    #[must_use]
    pub const fn any() -> Self {
        Self::new(255)
    }

    /// Makes the kind of lists of these items.
    #[must_use]
    pub fn list(items: Self) -> Self {
        Self { items: Some(Box::new(items)), ..Self::new(Self::LIST) }
    }

    /// Makes the kind of a list with these items; of a short one each is known by its place.
    #[must_use]
    pub fn tuple(items: Vec<Self>) -> Self {
        let all = items.iter().cloned().reduce(|a, b| a.or(&b)).unwrap_or(Self::new(0));
        let short = items.len() <= 8;
        let places = items.into_iter().enumerate().map(|(at, item)| (ecow::eco_format!("{at}"), item));
        let fields = short.then(|| places.collect());
        Self { fields, ..Self::list(all) }
    }

    /// Returns the kind of a list's item at a place.
    #[must_use]
    pub fn item(&self, at: i64) -> Self {
        let known = self.fields.as_ref().filter(|_| self.within(Self::LIST));
        known.map_or_else(
            || self.inner(),
            |fields| fields.get(&ecow::eco_format!("{at}")).cloned().unwrap_or(Self::new(Self::NULL)),
        )
    }

    /// Makes the kind of sets of these values.
    #[must_use]
    pub fn set(values: Self) -> Self {
        Self { items: Some(Box::new(values)), ..Self::new(Self::SET) }
    }

    /// Makes the kind of a few texts.
    #[must_use]
    pub fn words(words: impl IntoIterator<Item = EcoString>) -> Self {
        Self { words: Some(words.into_iter().collect()), ..Self::new(Self::STR) }
    }

    /// Returns the kind of a literal; of any other expression nothing is known.
    #[must_use]
    pub fn of(expr: &Expr) -> Self {
        match expr {
            Expr::Null => Self::new(Self::NULL),
            Expr::Bool(_) => Self::new(Self::BOOL),
            Expr::Int(it) => Self::new(Self::INT | if *it < 0 { Self::NEGATIVE } else { 0 }),
            Expr::Float(it) => Self::new(Self::FLOAT | if *it < 0.0 { Self::NEGATIVE } else { 0 }),
            Expr::Str(_) | Expr::Text(_) => Self::new(Self::STR),
            Expr::List(items) => Self::tuple(items.iter().map(Self::of).collect()),
            Expr::Attrs(entries) => {
                let fields = entries.iter().map(|(name, value)| (name.clone(), Self::of(value)));
                let all = Self::of_all(entries.iter().map(|(_, value)| value));
                Self { fields: Some(fields.collect()), ..Self::set(all) }
            }
            _ => Self::any(),
        }
    }

    /// Returns what several values have in common: the kind of the items of a list.
    #[must_use]
    pub fn of_all<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Self {
        exprs.into_iter().map(Self::of).reduce(|a, b| a.or(&b)).unwrap_or(Self::new(0))
    }

    /// Returns the kind of values that are of one or the other.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let forms = self.forms | other.forms;
        let holds = |it: &Self| it.forms & (Self::LIST | Self::SET) != 0;
        let items = match (&self.items, &other.items) {
            (Some(a), Some(b)) => Some(Box::new(a.or(b))),
            (Some(items), None) if !holds(other) => Some(items.clone()),
            (None, Some(items)) if !holds(self) => Some(items.clone()),
            _ => None,
        };
        let texts = |it: &Self| it.forms & Self::STR != 0;
        let words = match (&self.words, &other.words) {
            (Some(a), Some(b)) => Some(a.iter().chain(b.iter()).cloned().collect()),
            (Some(words), None) if !texts(other) => Some(words.clone()),
            (None, Some(words)) if !texts(self) => Some(words.clone()),
            _ => None,
        };
        let sets = |it: &Self| it.forms & (Self::SET | Self::LIST) != 0;
        let fields = match (&self.fields, &other.fields) {
            (Some(a), Some(b)) => Some(joined(a, b)),
            (Some(fields), None) if !sets(other) => Some(fields.clone()),
            (None, Some(fields)) if !sets(self) => Some(fields.clone()),
            _ => None,
        };
        Self { forms, items, words, fields }
    }

    /// Returns what both say.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let items = match (&self.items, &other.items) {
            (Some(a), Some(b)) => Some(Box::new(a.and(b))),
            (a, b) => a.as_ref().or(b.as_ref()).cloned(),
        };
        let forms = match self.forms & other.forms {
            0 => other.forms,
            both => both,
        };
        let words = self.words.as_ref().or(other.words.as_ref()).cloned();
        Self { forms, items, words, fields: self.fields.as_ref().or(other.fields.as_ref()).cloned() }
    }

    /// Tells whether the value is of one of these forms, for certain.
    #[must_use]
    pub const fn within(&self, forms: u8) -> bool {
        self.forms & !(forms | Self::NEGATIVE) == 0
    }

    /// Tells whether the value may be of one of these forms.
    #[must_use]
    pub const fn may(&self, forms: u8) -> bool {
        self.forms & forms != 0
    }

    /// Tells whether a number is never below zero.
    #[must_use]
    pub const fn is_natural(&self) -> bool {
        self.within(Self::INT) && self.forms & Self::NEGATIVE == 0
    }

    /// Returns the kind of the items or values in it.
    #[must_use]
    pub fn inner(&self) -> Self {
        self.items.as_deref().cloned().unwrap_or(Self::any())
    }

    /// Returns the kind of an attribute of a set; one that may be missing may be `null`.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        match &self.fields {
            Some(fields) if self.within(Self::SET | Self::NULL) => {
                fields.get(name).cloned().unwrap_or(Self::new(Self::NULL))
            }
            _ => self.inner().or(&Self::new(Self::NULL)),
        }
    }

    /// Returns the kind of a set with known attributes.
    #[must_use]
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = (EcoString, Self)>) -> Self {
        self.fields = Some(fields.into_iter().collect());
        self
    }

    /// Returns the kind of what is left of lists in lists when they are made flat.
    #[must_use]
    pub fn leaves(&self) -> Self {
        match &self.items {
            _ if !self.may(Self::LIST) => self.clone(),
            Some(items) => self.clone().only(!Self::LIST).or(&items.leaves()),
            None => Self::any(),
        }
    }

    /// Returns the kind with only these forms left.
    #[must_use]
    pub fn only(mut self, forms: u8) -> Self {
        self.forms &= forms | Self::NEGATIVE;
        self
    }

    /// Tells whether a key of a set is there or not by its letters in any case, as far as its attributes are known.
    #[must_use]
    pub fn has_one_spelling(&self, key: &str) -> bool {
        let known = self.fields.as_ref().filter(|_| self.within(Self::SET | Self::NULL));
        known.is_some_and(|fields| fields.keys().all(|name| name == key || !name.eq_ignore_ascii_case(key)))
    }

    /// Returns the only texts that are possible.
    #[must_use]
    pub fn known_words(&self) -> Option<&[EcoString]> {
        self.words.as_deref()
    }

    /// Returns the kind without `null`.
    #[must_use]
    pub fn present(mut self) -> Self {
        self.forms &= !Self::NULL;
        self
    }

    /// Returns the kind that a Puppet type allows.
    #[must_use]
    pub fn of_type(it: &Ast) -> Self {
        match &it.kind {
            ExprKind::TypeRef(name) => named(name),
            ExprKind::Access(access) => parameterized(access),
            _ => Self::any(),
        }
    }
}

/// The attributes of one set or another; what one lacks may be missing.
fn joined(a: &BTreeMap<EcoString, Kind>, b: &BTreeMap<EcoString, Kind>) -> BTreeMap<EcoString, Kind> {
    let missing = Kind::new(Kind::NULL);
    let of = |name: &EcoString| {
        let (a, b) = (a.get(name).unwrap_or(&missing), b.get(name).unwrap_or(&missing));
        (name.clone(), a.or(b))
    };
    a.keys().chain(b.keys()).map(of).collect()
}

/// What stdlib's aliases for texts begin with.
const TEXTS: [&str; 12] = [
    "Stdlib::Absolutepath",
    "Stdlib::Base",
    "Stdlib::Dns",
    "Stdlib::Email",
    "Stdlib::Ensure",
    "Stdlib::Filemode",
    "Stdlib::Fqdn",
    "Stdlib::HTTP",
    "Stdlib::Host",
    "Stdlib::IP",
    "Stdlib::Unixpath",
    "Stdlib::Windowspath",
];

fn named(name: &str) -> Kind {
    let name = name.trim_start_matches("::");
    match name {
        "String" | "Pattern" | "Enum" => Kind::new(Kind::STR),
        "Boolean" => Kind::new(Kind::BOOL),
        "Integer" => Kind::new(Kind::INT | Kind::NEGATIVE),
        "Float" => Kind::new(Kind::FLOAT | Kind::NEGATIVE),
        "Numeric" => Kind::new(Kind::INT | Kind::FLOAT | Kind::NEGATIVE),
        "Array" | "Tuple" => Kind::new(Kind::LIST),
        "Hash" | "Struct" => Kind::new(Kind::SET),
        "Undef" => Kind::new(Kind::NULL),
        _ if name.starts_with("Stdlib::Port") => Kind::new(Kind::INT),
        _ if TEXTS.iter().any(|text| name.starts_with(text)) => Kind::new(Kind::STR),
        _ => Kind::any(),
    }
}

fn parameterized(it: &Access) -> Kind {
    let ExprKind::TypeRef(name) = &it.left.kind else { return Kind::any() };
    let inner = |at: usize| it.keys.get(at).map_or(Kind::any(), Kind::of_type);
    let word = |key: &Ast| match &key.kind {
        ExprKind::String(text) | ExprKind::Name(text) => Some(text.clone()),
        _ => None,
    };
    match name.as_str() {
        "Optional" => inner(0).or(&Kind::new(Kind::NULL)),
        "NotUndef" => inner(0).present(),
        "Variant" => it.keys.iter().map(Kind::of_type).reduce(|a, b| a.or(&b)).unwrap_or(Kind::any()),
        "Array" => Kind::list(inner(0)),
        "Hash" => Kind::set(inner(1)),
        "Enum" => {
            let words: Option<Vec<EcoString>> = it.keys.iter().map(word).collect();
            words.map_or(Kind::new(Kind::STR), Kind::words)
        }
        "Integer" => match it.keys.first().map(|key| &key.kind) {
            Some(ExprKind::Integer(from, _)) if *from >= 0 => Kind::new(Kind::INT),
            _ => named("Integer"),
        },
        other => named(other),
    }
}

/// Whether an expression is plain data, without anything that has to be evaluated.
pub(super) fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Str(_) => true,
        Expr::Text(parts) => parts.iter().all(|part| matches!(part, Part::Text(_))),
        Expr::List(items) => items.iter().all(is_literal),
        Expr::Attrs(entries) => entries.iter().all(|(_, value)| is_literal(value)),
        _ => false,
    }
}
