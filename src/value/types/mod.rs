//! Pcore types: what they are (here), and in the files beside it what can be asked of them.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most questions are about a few of the many types; all others share the general answer"
)]

mod alias;
mod assignable;
mod constructors;
mod describe;
mod format;
mod infer;
mod instance;
#[cfg(test)]
pub(crate) mod laws;
mod mismatch;
mod names;
mod normalize;
mod object;
mod parameterize;
mod parse;
mod signature;
mod type_set;

pub use alias::Alias;
pub use constructors::{Constructor, constructor_of};
pub use describe::{ParameterSpec, describe_mismatch, validate_default, validate_parameters};
pub use names::{NAMES, capitalize_segments};
pub use object::{
    Extension, Feature, Instance, Member, ObjectType, deferred_type, error_type, lookup_context_type,
};
pub use parameterize::parameterize;
pub use parse::parse_type;
pub use signature::{Arity, Parameter, Signature, describe_signatures};
pub use type_set::TypeSet;

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
    /// What empty collections hold: assignable to all.
    Unit,
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
    /// Bounds in nanoseconds.
    Timestamp(Box<(Option<i128>, Option<i128>)>),
    Timespan(Box<(Option<i128>, Option<i128>)>),
    /// The parts that a URI must have, each with what it is matched against.
    Uri(Option<Arc<[(EcoString, Value)]>>),
    Array(Arc<Type>, Option<i64>, Option<i64>),
    Hash(Arc<Type>, Arc<Type>, Option<i64>, Option<i64>),
    /// The types by position and the bounds of the length.
    Tuple(Arc<[Type]>, Option<i64>, Option<i64>),
    /// Key, whether it is optional, and the value's type.
    Struct(Arc<[(EcoString, bool, Type)]>),
    Variant(Arc<[Type]>),
    /// Of `Unit` where nothing is said: then it takes `undef` only.
    Optional(Arc<Type>),
    NotUndef(Arc<Type>),
    Sensitive(Arc<Type>),
    Iterable(Arc<Type>),
    Iterator(Arc<Type>),
    /// `Type[T]`.
    Type(Arc<Type>),
    /// Parameters (a Tuple), block, result; `None` is the unparameterized `Callable`.
    Callable(Option<Arc<CallableParts>>),
    Runtime(EcoString, EcoString),
    Init(Arc<Type>, Arc<[Value]>),
    /// `Class` or `Class[name]`, the name without leading `::`, in lower case.
    Class(Option<EcoString>),
    /// `Resource`, `File`, `File['/a']`: the type's name capitalized by segment, and the title.
    Resource(Option<EcoString>, Option<EcoString>),
    /// A named type that is not resolved yet, with its parameters: an alias, or unknown.
    Reference(EcoString, Arc<[Value]>),
    /// A type alias, which may refer to itself.
    Alias(Arc<Alias>),
    /// An `Object` type; the default one is `Object` itself.
    Object(Arc<ObjectType>),
    /// An `Object` type with values for its parameters.
    Extension(Arc<Extension>),
    /// A set of types; `None` is `TypeSet` itself.
    TypeSet(Option<Arc<TypeSet>>),
}

/// Parameters (a Tuple), block and result of a `Callable`.
pub type CallableParts = (Type, Option<Type>, Option<Type>);

/// Finds what a type's name stands for; `eval` implements it over the loaded modules.
pub trait TypeResolver {
    /// Returns the type of this name: an alias, an `Object` or a `TypeSet`; `None` where there is no such type.
    ///
    /// # Errors
    /// Gives the diagnostics of the type's own file.
    fn resolve(&self, name: &str) -> Result<Option<Type>>;
}

/// A resolver that knows no aliases, for code that runs outside of an evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAliases;

impl TypeResolver for NoAliases {
    fn resolve(&self, _: &str) -> Result<Option<Type>> {
        Ok(None)
    }
}

impl Type {
    /// Makes a `Variant`, flattened and without repetitions; of one type it is that type.
    #[must_use]
    pub fn variant(types: impl IntoIterator<Item = Self>) -> Self {
        let mut found: Vec<Self> = Vec::new();
        let mut add = |it: Self| {
            if !found.iter().any(|known| known.same(&it)) {
                found.push(it);
            }
        };
        for it in types {
            match it {
                Self::Variant(inner) => inner.iter().cloned().for_each(&mut add),
                other => add(other),
            }
        }
        match <[Self; 1]>::try_from(found) {
            Ok([only]) => only,
            Err(found) => Self::Variant(found.into()),
        }
    }

    /// Makes an `Enum`; its values are kept sorted and once each, as Puppet keeps them.
    #[must_use]
    pub fn enumeration(values: impl IntoIterator<Item = EcoString>, ignore_case: bool) -> Self {
        let mut values: Vec<EcoString> = values.into_iter().collect();
        values.sort_unstable();
        values.dedup();
        Self::Enum(values.into(), ignore_case)
    }

    /// Makes `Optional[T]`.
    #[must_use]
    pub fn optional(self) -> Self {
        Self::Optional(Arc::new(self))
    }

    /// Makes `Array[T]`.
    #[must_use]
    pub fn array_of(self) -> Self {
        Self::Array(Arc::new(self), None, None)
    }

    /// Makes `String` of any length.
    #[must_use]
    pub fn string() -> Self {
        Self::String(None, None)
    }

    /// Makes `Integer` without bounds.
    #[must_use]
    pub fn integer() -> Self {
        Self::Integer(None, None)
    }

    /// Makes `Hash` of anything.
    #[must_use]
    pub fn any_hash() -> Self {
        Self::Hash(Arc::new(Self::Any), Arc::new(Self::Any), None, None)
    }

    /// Makes `Array` of anything.
    #[must_use]
    pub fn any_array() -> Self {
        Self::Any.array_of()
    }

    /// What `Data` stands for.
    pub(crate) fn data() -> Self {
        let hash = Self::Hash(Arc::new(Self::string()), Arc::new(Self::Data), None, None);
        Self::Variant([Self::ScalarData, Self::Undef, hash, Self::Data.array_of()].into())
    }

    /// What `RichDataKey` stands for.
    pub(crate) fn rich_data_key() -> Self {
        Self::Variant([Self::string(), Self::Numeric].into())
    }

    /// What `RichData` stands for.
    pub(crate) fn rich_data() -> Self {
        let hash = Self::Hash(Arc::new(Self::rich_data_key()), Arc::new(Self::RichData), None, None);
        Self::Variant(
            [
                Self::Scalar,
                Self::SemVerRange,
                Self::Binary,
                Self::Sensitive(Arc::new(Self::Any)),
                Self::Type(Arc::new(Self::Any)),
                Self::TypeSet(None),
                Self::Uri(None),
                Self::Object(Arc::default()),
                Self::Undef,
                Self::Default,
                hash,
                Self::RichData.array_of(),
            ]
            .into(),
        )
    }

    /// Tells whether two types are equal as Puppet compares them: the order in `Variant`, `Enum` and `Pattern` does
    /// not count.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        fn set<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b)))
        }
        match (self, other) {
            (Self::Variant(a), Self::Variant(b)) => set(a, b, Self::same),
            (Self::Enum(a, ci), Self::Enum(b, other_ci)) => ci == other_ci && set(a, b, PartialEq::eq),
            (Self::Pattern(a), Self::Pattern(b)) => set(a, b, PartialEq::eq),
            (Self::Resource(Some(a), title), Self::Resource(Some(b), other_title)) => {
                a.eq_ignore_ascii_case(b) && title == other_title
            }
            (Self::Optional(a), Self::Optional(b))
            | (Self::NotUndef(a), Self::NotUndef(b))
            | (Self::Sensitive(a), Self::Sensitive(b))
            | (Self::Iterable(a), Self::Iterable(b))
            | (Self::Iterator(a), Self::Iterator(b))
            | (Self::Type(a), Self::Type(b)) => a.same(b),
            (Self::Array(a, from, to), Self::Array(b, other_from, other_to)) => {
                (from, to) == (other_from, other_to) && a.same(b)
            }
            (Self::Hash(k, v, from, to), Self::Hash(other_k, other_v, other_from, other_to)) => {
                (from, to) == (other_from, other_to) && k.same(other_k) && v.same(other_v)
            }
            (Self::Tuple(a, from, to), Self::Tuple(b, other_from, other_to)) => {
                (from, to) == (other_from, other_to)
                    && a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            (Self::Struct(a), Self::Struct(b)) => {
                let same = |(a, b): (&(EcoString, bool, Self), &(EcoString, bool, Self))| {
                    a.0 == b.0 && a.1 == b.1 && a.2.same(&b.2)
                };
                a.len() == b.len() && a.iter().zip(b.iter()).all(same)
            }
            (a, b) => a == b,
        }
    }
}
