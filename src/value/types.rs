//! Pcore types.

use super::Value;
use crate::diag::Result;
use ecow::EcoString;
use std::sync::Arc;

/// A type of the Puppet language. Cloning is O(1) or nearly so.
///
/// Integers' and sizes' bounds are inclusive; `None` is unbounded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the types of the Puppet specification, by their names")]
pub enum Type {
    Any,
    Undef,
    Default,
    Scalar,
    ScalarData,
    Data,
    RichData,
    Numeric,
    Catalogentry,
    Collection(Option<i64>, Option<i64>),
    Integer(Option<i64>, Option<i64>),
    /// Bounds as the bits of the floats.
    Float(Option<u64>, Option<u64>),
    /// Bounds of the length.
    String(Option<i64>, Option<i64>),
    /// A string of exactly this text, as inference gives it.
    StringValue(EcoString),
    /// Values, and whether case is ignored.
    Enum(Arc<[EcoString]>, bool),
    /// Regular expressions by their source.
    Pattern(Arc<[EcoString]>),
    Regexp(Option<EcoString>),
    Boolean(Option<bool>),
    Binary,
    SemVer(Arc<[EcoString]>),
    SemVerRange,
    Timestamp(Option<i128>, Option<i128>),
    Timespan(Option<i128>, Option<i128>),
    Uri(Option<EcoString>),
    Array(Arc<Type>, Option<i64>, Option<i64>),
    Hash(Arc<Type>, Arc<Type>, Option<i64>, Option<i64>),
    /// The types by position and the bounds of the length.
    Tuple(Arc<[Type]>, Option<i64>, Option<i64>),
    /// Key, whether it is optional, and the value's type.
    Struct(Arc<[(EcoString, bool, Type)]>),
    Variant(Arc<[Type]>),
    Optional(Arc<Type>),
    NotUndef(Arc<Type>),
    Sensitive(Arc<Type>),
    Iterable(Arc<Type>),
    Iterator(Arc<Type>),
    /// `Type[T]`.
    Type(Arc<Type>),
    /// Parameters (a Tuple), block, result; `None` is the unparameterized `Callable`.
    Callable(Option<Arc<(Type, Option<Type>, Option<Type>)>>),
    Runtime(EcoString, EcoString),
    Init(Arc<Type>, Arc<[Value]>),
    /// `Class` or `Class[name]`, the name without leading `::`, in lower case.
    Class(Option<EcoString>),
    /// `Resource`, `File`, `File['/a']`: the type's name capitalized by segment, and the title.
    Resource(Option<EcoString>, Option<EcoString>),
    /// A named type that is not resolved yet, with its parameters: an alias, or unknown.
    Reference(EcoString, Arc<[Value]>),
    /// A type alias: its name and what it stands for; resolved lazily for recursion's sake.
    Alias(EcoString),
    /// An `Object` or a `TypeSet` by its name and its definition.
    Object(EcoString, Arc<Value>),
    Deferred,
    Error,
}

/// Finds what a type's name stands for; `eval` implements it over the loaded modules.
pub trait TypeResolver {
    /// Returns the type that an alias stands for, `None` where there is no such type.
    ///
    /// # Errors
    /// Gives the diagnostics of the alias's own file.
    fn resolve(&self, name: &str) -> Result<Option<Type>>;
}
