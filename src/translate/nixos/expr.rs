//! Nix expressions as data; `emit` prints them.

use ecow::EcoString;

/// A Nix expression.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants are Nix's own")]
pub enum Expr {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string; printed with `"` or, over several lines, with `''`.
    Str(EcoString),
    /// A string with antiquotations.
    Text(Vec<Part>),
    /// A file of the output by its key, printed as a path relative to the file it is in.
    File(EcoString),
    /// A path relative to the output's root, such as `secrets/x.age`.
    Path(EcoString),
    /// A selection, such as `pkgs.vim` or `config.age.secrets."a b".path`.
    Select(Vec<EcoString>),
    List(Vec<Expr>),
    /// `with pkgs; [ … ]` of attributes of `pkgs` by their dotted names.
    Packages(Vec<EcoString>),
    Attrs(Vec<(EcoString, Expr)>),
    /// A function by its dotted name applied to arguments.
    Apply(Vec<EcoString>, Vec<Expr>),
    /// Any expression applied to arguments.
    Call(Box<Expr>, Vec<Expr>),
    /// `base.a.${b} or default`; a variable alone is a [`Expr::Select`].
    Get(Box<Get>),
    /// `base ? a.${b}`.
    Has(Box<Expr>, Vec<Key>),
    If(Box<If>),
    /// `let name = value; … in body`, the names plain identifiers.
    Let(Vec<(EcoString, Expr)>, Box<Expr>),
    /// `name: body`.
    Lambda(EcoString, Box<Expr>),
    Not(Box<Expr>),
    Binary(Op, Box<(Expr, Expr)>),
}

/// A selection from any expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Get {
    /// What is selected from.
    pub base: Expr,
    /// At least one key.
    pub keys: Vec<Key>,
    /// What is given where a key is missing.
    pub default: Option<Expr>,
}

/// A part of an attribute path.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A name known now.
    Name(EcoString),
    /// `${…}`, a string.
    Dynamic(Expr),
}

/// `if test then a else b`.
#[derive(Clone, Debug, PartialEq)]
pub struct If {
    /// The condition.
    pub test: Expr,
    /// The value where it holds.
    pub then: Expr,
    /// The value where it does not.
    pub otherwise: Expr,
}

/// Nix's operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `++`
    Concat,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `+`, of numbers, strings and paths
    Add,
    /// `-`
    Subtract,
    /// `//`
    Update,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `->`
    Implies,
}

/// How operands of one level group without parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `a + b + c` is `(a + b) + c`.
    Left,
    /// `a ++ b ++ c` is `a ++ (b ++ c)`.
    Right,
    /// `a == b == c` is refused.
    None,
}

impl Op {
    /// Returns the operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Concat => "++",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Update => "//",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::And => "&&",
            Self::Or => "||",
            Self::Implies => "->",
        }
    }

    /// Returns how loosely the operator binds, in the levels of Nix's own grammar: 4 (`++`) to 13 (`->`).
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::Concat => 4,
            Self::Multiply | Self::Divide => 5,
            Self::Add | Self::Subtract => 6,
            Self::Update => 8,
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => 9,
            Self::Equal | Self::NotEqual => 10,
            Self::And => 11,
            Self::Or => 12,
            Self::Implies => 13,
        }
    }

    /// Returns how a chain of operators of this level groups.
    #[must_use]
    pub const fn grouping(self) -> Grouping {
        match self {
            Self::Concat | Self::Update | Self::Implies => Grouping::Right,
            Self::Multiply | Self::Divide | Self::Add | Self::Subtract | Self::And | Self::Or => {
                Grouping::Left
            }
            Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual
            | Self::Equal
            | Self::NotEqual => Grouping::None,
        }
    }
}

/// A part of a string with antiquotations.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text as it is.
    Text(EcoString),
    /// `${…}`.
    Expr(Expr),
}

impl Expr {
    /// Makes a string.
    #[must_use]
    pub fn str(text: impl Into<EcoString>) -> Self {
        Self::Str(text.into())
    }

    /// Makes a list of strings.
    #[must_use]
    pub fn strings<T: Into<EcoString>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Str(text.into())).collect())
    }

    /// Makes an attribute set.
    #[must_use]
    pub fn attrs<T: Into<EcoString>>(entries: impl IntoIterator<Item = (T, Self)>) -> Self {
        Self::Attrs(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Makes a selection from a dotted name without quoted parts.
    #[must_use]
    pub fn select(dotted: &str) -> Self {
        Self::Select(dotted.split('.').map(Into::into).collect())
    }

    /// Makes a string of parts, plain where there is no antiquotation.
    #[must_use]
    pub fn text(parts: Vec<Part>) -> Self {
        if parts.iter().any(|part| matches!(part, Part::Expr(_))) {
            return Self::Text(parts);
        }
        let texts = parts.into_iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            Part::Expr(_) => None,
        });
        Self::Str(texts.collect::<Vec<_>>().concat().into())
    }

    /// Makes a function call from the function's dotted name.
    #[must_use]
    pub fn apply(function: &str, arguments: Vec<Self>) -> Self {
        Self::Apply(function.split('.').map(Into::into).collect(), arguments)
    }

    /// Makes a selection of one attribute; selections of a path stay one path.
    #[must_use]
    pub fn get(mut self, name: impl Into<EcoString>) -> Self {
        if let Self::Select(path) = &mut self {
            path.push(name.into());
            return self;
        }
        self.select_keys(vec![Key::Name(name.into())], None)
    }

    /// Makes `self.a.${b} or default`.
    #[must_use]
    pub fn select_keys(self, keys: Vec<Key>, default: Option<Self>) -> Self {
        Self::Get(Box::new(Get { base: self, keys, default }))
    }

    /// Makes `if test then a else b`.
    #[must_use]
    pub fn if_else(test: Self, then: Self, otherwise: Self) -> Self {
        Self::If(Box::new(If { test, then, otherwise }))
    }

    /// Makes an operation.
    #[must_use]
    pub fn binary(op: Op, left: Self, right: Self) -> Self {
        Self::Binary(op, Box::new((left, right)))
    }

    /// Makes `!self`.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Makes `name: body`.
    #[must_use]
    pub fn lambda(name: impl Into<EcoString>, body: Self) -> Self {
        Self::Lambda(name.into(), Box::new(body))
    }

    /// Returns the direct parts in the order they are written.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        fn dynamic(keys: &[Key]) -> impl Iterator<Item = &Expr> {
            keys.iter().filter_map(|key| match key {
                Key::Name(_) => None,
                Key::Dynamic(inner) => Some(inner),
            })
        }
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::File(_)
            | Self::Path(_)
            | Self::Select(_)
            | Self::Packages(_) => Vec::new(),
            Self::Text(parts) => {
                let inner = |part| match part {
                    &Part::Text(_) => None,
                    Part::Expr(inner) => Some(inner),
                };
                parts.iter().filter_map(inner).collect()
            }
            Self::List(items) | Self::Apply(_, items) => items.iter().collect(),
            Self::Attrs(entries) => entries.iter().map(|(_, value)| value).collect(),
            Self::Call(function, arguments) => std::iter::once(&**function).chain(arguments).collect(),
            Self::Get(it) => std::iter::once(&it.base).chain(dynamic(&it.keys)).chain(&it.default).collect(),
            Self::Has(base, keys) => std::iter::once(&**base).chain(dynamic(keys)).collect(),
            Self::If(it) => vec![&it.test, &it.then, &it.otherwise],
            Self::Let(bindings, body) => {
                bindings.iter().map(|(_, value)| value).chain(std::iter::once(&**body)).collect()
            }
            Self::Lambda(_, inner) | Self::Not(inner) => vec![inner],
            Self::Binary(_, sides) => vec![&sides.0, &sides.1],
        }
    }

    /// Calls a function with every expression in this one, itself included.
    pub fn visit(&self, see: &mut dyn FnMut(&Self)) {
        see(self);
        self.children().into_iter().for_each(|child| child.visit(see));
    }

    /// Changes every expression in this one, the inner ones first.
    pub(crate) fn rewrite(&mut self, change: &mut dyn FnMut(&mut Self)) {
        fn keys(keys: &mut [Key], change: &mut dyn FnMut(&mut Expr)) {
            for key in keys {
                if let Key::Dynamic(inner) = key {
                    inner.rewrite(change);
                }
            }
        }
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::File(_)
            | Self::Path(_)
            | Self::Select(_)
            | Self::Packages(_) => {}
            Self::Text(parts) => {
                for part in parts {
                    if let Part::Expr(inner) = part {
                        inner.rewrite(change);
                    }
                }
            }
            Self::List(items) | Self::Apply(_, items) => {
                items.iter_mut().for_each(|item| item.rewrite(change));
            }
            Self::Attrs(entries) => entries.iter_mut().for_each(|(_, value)| value.rewrite(change)),
            Self::Call(function, arguments) => {
                function.rewrite(change);
                arguments.iter_mut().for_each(|argument| argument.rewrite(change));
            }
            Self::Get(it) => {
                it.base.rewrite(change);
                keys(&mut it.keys, change);
                it.default.iter_mut().for_each(|default| default.rewrite(change));
            }
            Self::Has(base, path) => {
                base.rewrite(change);
                keys(path, change);
            }
            Self::If(it) => {
                [&mut it.test, &mut it.then, &mut it.otherwise]
                    .into_iter()
                    .for_each(|part| part.rewrite(change));
            }
            Self::Let(bindings, body) => {
                bindings.iter_mut().for_each(|(_, value)| value.rewrite(change));
                body.rewrite(change);
            }
            Self::Lambda(_, inner) | Self::Not(inner) => inner.rewrite(change),
            Self::Binary(_, sides) => {
                sides.0.rewrite(change);
                sides.1.rewrite(change);
            }
        }
        change(self);
    }
}
