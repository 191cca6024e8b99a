//! Values of the interpreter, and expressions in normal form made of them.

use super::{fault::Fault, functions::Row};
use crate::translate::nixos::{Expr, Part};
use ecow::{EcoString, eco_format};
use std::{collections::BTreeMap, sync::Arc};

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(EcoString),
    /// A string with symbols in it.
    Text(Arc<[Part]>),
    /// What is not known here: a path, a package, an application of an unknown function.
    Symbol(Arc<Expr>),
    List(Arc<[Value]>),
    Attrs(Arc<Entries>),
    Function(Arc<Function>),
}

/// The attributes of a set, by name as Nix orders them.
pub(super) type Entries = BTreeMap<EcoString, Value>;

/// A function.
#[derive(Debug)]
pub(super) enum Function {
    /// A lambda with what is visible where it stands.
    Closure { parameter: EcoString, body: Expr, scope: Scope },
    /// A function of the table with the arguments it has so far.
    Builtin { row: &'static Row, arguments: Vec<Value> },
}

/// Local variables, innermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope(Option<Arc<Local>>);

#[derive(Debug)]
struct Local {
    name: EcoString,
    /// `None` while a `let` has not come to it yet.
    value: Option<Value>,
    outer: Scope,
}

impl Scope {
    pub(super) fn with(&self, name: EcoString, value: Option<Value>) -> Self {
        Self(Some(Arc::new(Local { name, value, outer: self.clone() })))
    }

    /// The value of a local variable; the outer `None` where there is none of that name.
    pub(super) fn get(&self, name: &str) -> Option<Option<&Value>> {
        let mut at = self.0.as_deref();
        while let Some(local) = at {
            if local.name == name {
                return Some(local.value.as_ref());
            }
            at = local.outer.0.as_deref();
        }
        None
    }
}

impl Value {
    pub(super) fn str(text: impl Into<EcoString>) -> Self {
        Self::Str(text.into())
    }

    pub(super) fn symbol(expr: Expr) -> Self {
        Self::Symbol(Arc::new(expr))
    }

    pub(super) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    pub(super) fn attrs(entries: Entries) -> Self {
        Self::Attrs(Arc::new(entries))
    }

    /// A string of parts, plain where nothing in it is a symbol.
    pub(super) fn text(parts: Vec<Part>) -> Self {
        match Expr::text(parts) {
            Expr::Str(text) => Self::Str(text),
            Expr::Text(parts) => Self::Text(parts.into()),
            other => Self::symbol(other),
        }
    }

    /// What a kind of value is called in a fault.
    pub(super) fn kind(&self) -> EcoString {
        match self {
            Self::Null => "null".into(),
            Self::Bool(_) => "a Boolean".into(),
            Self::Int(_) => "an integer".into(),
            Self::Float(_) => "a float".into(),
            Self::Str(_) | Self::Text(_) => "a string".into(),
            Self::Symbol(expr) => eco_format!("`{}`", shown(expr)),
            Self::List(_) => "a list".into(),
            Self::Attrs(_) => "a set".into(),
            Self::Function(_) => "a function".into(),
        }
    }

    /// The fault of a value that is not of the wanted kind.
    pub(super) fn not(&self, wanted: &'static str) -> Fault {
        match self {
            Self::Symbol(expr) => Fault::Symbolic(shown(expr)),
            Self::Text(parts) => {
                let symbol = parts.iter().find_map(|part| match part {
                    Part::Text(_) => None,
                    Part::Expr(expr) => Some(shown(expr)),
                });
                Fault::Symbolic(symbol.unwrap_or_default())
            }
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::List(_)
            | Self::Attrs(_)
            | Self::Function(_) => Fault::Wrong(wanted, self.kind()),
        }
    }

    /// The value as an expression in normal form.
    pub(super) fn to_expr(&self) -> Result<Expr, Fault> {
        Ok(match self {
            Self::Null => Expr::Null,
            Self::Bool(it) => Expr::Bool(*it),
            Self::Int(it) => Expr::Int(*it),
            Self::Float(it) => Expr::Float(*it),
            Self::Str(text) => Expr::Str(text.clone()),
            Self::Text(parts) => Expr::Text(parts.to_vec()),
            Self::Symbol(expr) => (**expr).clone(),
            Self::List(items) => Expr::List(items.iter().map(Self::to_expr).collect::<Result<_, _>>()?),
            Self::Attrs(entries) => {
                let entry = |(name, value): (&EcoString, &Self)| Ok((name.clone(), value.to_expr()?));
                Expr::Attrs(entries.iter().map(entry).collect::<Result<_, Fault>>()?)
            }
            Self::Function(_) => return Err(self.not("plain data")),
        })
    }
}

fn shown(expr: &Expr) -> EcoString {
    match expr {
        Expr::Select(path) | Expr::Apply(path, _) => path.join(".").into(),
        Expr::File(key) | Expr::Path(key) => key.clone(),
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Str(_)
        | Expr::Text(_)
        | Expr::List(_)
        | Expr::Packages(_)
        | Expr::Attrs(_)
        | Expr::Call(..)
        | Expr::Get(_)
        | Expr::Has(..)
        | Expr::If(_)
        | Expr::Let(..)
        | Expr::Lambda(..)
        | Expr::Not(_)
        | Expr::Binary(..) => "an expression".into(),
    }
}
