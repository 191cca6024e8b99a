//! Generalised and normalised types (`PAnyType#generalize`, `#normalize`).

use super::{NoAliases, Type, assignable::within};
use ecow::EcoString;
use std::sync::Arc;

fn each(types: &[Type], change: impl Fn(&Type) -> Type) -> Arc<[Type]> {
    types.iter().map(change).collect()
}

impl Type {
    /// Drops what is specific to values: ranges, sizes, texts.
    #[must_use]
    pub fn generalize(&self) -> Self {
        let inner = |it: &Arc<Self>| Arc::new(it.generalize());
        match self {
            Self::Integer(..) => Self::integer(),
            Self::Float(..) => Self::Float(None, None),
            Self::String(..) | Self::StringValue(_) => Self::string(),
            Self::Enum(values, _) => enum_size(values),
            Self::Boolean(_) => Self::Boolean(None),
            Self::Timestamp(..) => Self::Timestamp(Box::default()),
            Self::Timespan(..) => Self::Timespan(Box::default()),
            Self::Uri(_) => Self::Uri(None),
            Self::Extension(it) => Self::Object(it.base.clone()),
            Self::Collection(..) => Self::Collection(None, None),
            Self::Array(it, Some(0), Some(0)) if **it == Self::Unit => Self::Array(it.clone(), None, None),
            Self::Array(it, ..) => Self::Array(inner(it), None, None),
            Self::Hash(_, _, Some(0), Some(0)) => self.clone(),
            Self::Hash(key, value, ..) => Self::Hash(inner(key), inner(value), None, None),
            Self::Tuple(types, from, to) => Self::Tuple(each(types, Self::generalize), *from, *to),
            Self::Struct(entries) => {
                Self::Struct(entries.iter().map(|(k, o, v)| (k.clone(), *o, v.generalize())).collect())
            }
            Self::Variant(types) if types.is_empty() => self.clone(),
            Self::Variant(types) => Self::variant(types.iter().map(Self::generalize)),
            Self::Optional(it) => Self::Optional(inner(it)),
            Self::NotUndef(it) => Self::NotUndef(inner(it)),
            Self::Sensitive(it) => Self::Sensitive(inner(it)),
            Self::Iterable(it) => Self::Iterable(inner(it)),
            Self::Iterator(it) => Self::Iterator(inner(it)),
            Self::Type(it) => Self::Type(inner(it)),
            Self::Callable(Some(it)) => {
                let (parameters, block, returns) = &**it;
                let block = block.as_ref().map(Self::generalize);
                let returns = returns.as_ref().map(Self::generalize);
                Self::Callable(Some(Arc::new((parameters.generalize(), block, returns))))
            }
            _ => self.clone(),
        }
    }

    /// Removes what says nothing: `Optional` in `NotUndef`, `Variant`s of enums, nested variants.
    #[must_use]
    pub fn normalize(&self) -> Self {
        let inner = |it: &Arc<Self>| Arc::new(it.normalize());
        match self {
            Self::Array(it, from, to) => Self::Array(inner(it), *from, *to),
            Self::Hash(key, value, from, to) => Self::Hash(inner(key), inner(value), *from, *to),
            Self::Tuple(types, from, to) => Self::Tuple(each(types, Self::normalize), *from, *to),
            Self::Struct(entries) => {
                Self::Struct(entries.iter().map(|(k, o, v)| (k.clone(), *o, v.normalize())).collect())
            }
            Self::Optional(it) => normalize_optional(it.normalize()),
            Self::NotUndef(it) => normalize_not_undef(it.normalize()),
            Self::Sensitive(it) => Self::Sensitive(inner(it)),
            Self::Type(it) => Self::Type(inner(it)),
            Self::Variant(types) => normalize_variant(types),
            _ => self.clone(),
        }
    }
}

fn enum_size(values: &[EcoString]) -> Type {
    let sizes = || values.iter().filter_map(|it| i64::try_from(it.chars().count()).ok());
    match sizes().min() {
        None => Type::string(),
        from => Type::String(from, sizes().max()),
    }
}

fn normalize_optional(inner: Type) -> Type {
    match inner {
        Type::Unit => Type::Optional(Arc::new(Type::Unit)),
        Type::NotUndef(it) if *it != Type::Any => normalize_optional((*it).clone()),
        it if !is_alias(&it) && it.assignable(&Type::Undef, &NoAliases) => it,
        it => it.optional(),
    }
}

fn normalize_not_undef(inner: Type) -> Type {
    match inner {
        Type::Any => Type::NotUndef(Arc::new(Type::Any)),
        Type::Optional(it) if *it == Type::Unit => Type::NotUndef(Arc::new(Type::Optional(it))),
        Type::Optional(it) => normalize_not_undef((*it).clone()),
        it if !is_alias(&it) && !it.assignable(&Type::Undef, &NoAliases) => it,
        it => Type::NotUndef(Arc::new(it)),
    }
}

/// Whether the answer depends on an alias that is not resolved here.
fn is_alias(it: &Type) -> bool {
    match it {
        Type::Alias(_) | Type::Reference(..) => true,
        Type::Variant(types) => types.iter().any(is_alias),
        Type::Optional(inner) | Type::NotUndef(inner) => is_alias(inner),
        _ => false,
    }
}

fn normalize_variant(types: &[Type]) -> Type {
    let types: Vec<Type> = types.iter().map(Type::normalize).collect();
    let undef = |it: &Type| matches!(it, Type::Undef | Type::Optional(_));
    match types.as_slice() {
        [] => return Type::Variant(Arc::default()),
        [only] => return only.clone(),
        _ => {}
    }
    if types.iter().any(undef) {
        let stripped = types.into_iter().filter(|it| *it != Type::Undef).map(|it| match it {
            Type::Optional(inner) => (*inner).clone(),
            other => other,
        });
        return normalize_optional(Type::variant(stripped).normalize());
    }
    let flat = match Type::variant(types) {
        Type::Variant(flat) => flat.to_vec(),
        other => return other,
    };
    let merged = merge_integers(merge_patterns(merge_enums(flat)));
    Type::variant(merged)
}

/// Puts all case-sensitive enums and single texts into one enum at the end, then all case-insensitive ones.
fn merge_enums(types: Vec<Type>) -> Vec<Type> {
    let exact = |it: &Type| match it {
        Type::Enum(values, false) if !values.is_empty() => Some(values.to_vec()),
        Type::StringValue(text) => Some(vec![text.clone()]),
        _ => None,
    };
    let folded = |it: &Type| match it {
        Type::Enum(values, true) if !values.is_empty() => {
            Some(values.iter().map(|it| it.to_lowercase()).collect())
        }
        _ => None,
    };
    merge(merge(types, exact, |all| Type::enumeration(all, false)), folded, |all| {
        Type::enumeration(all, true)
    })
}

fn merge_patterns(types: Vec<Type>) -> Vec<Type> {
    let sources = |it: &Type| match it {
        Type::Pattern(sources) => Some(sources.to_vec()),
        _ => None,
    };
    merge(types, sources, |mut all| {
        let mut seen = Vec::new();
        all.retain(|it| !seen.contains(it) && (seen.push(it.clone()), true).1);
        Type::Pattern(all.into())
    })
}

fn merge(
    types: Vec<Type>,
    pick: impl Fn(&Type) -> Option<Vec<EcoString>>,
    join: impl Fn(Vec<EcoString>) -> Type,
) -> Vec<Type> {
    if types.iter().filter(|it| pick(it).is_some()).count() < 2 {
        return types;
    }
    let all: Vec<EcoString> = types.iter().filter_map(&pick).flatten().collect();
    let mut rest: Vec<Type> = types.into_iter().filter(|it| pick(it).is_none()).collect();
    rest.push(join(all));
    rest
}

/// Joins integer ranges that overlap or touch; the joined ranges come first.
fn merge_integers(types: Vec<Type>) -> Vec<Type> {
    let is_range = |it: &Type| matches!(it, Type::Integer(..));
    if types.iter().filter(|it| is_range(it)).count() < 2 {
        return types;
    }
    let (ranges, rest): (Vec<Type>, Vec<Type>) = types.into_iter().partition(is_range);
    let mut joined: Vec<Type> = Vec::new();
    for range in ranges.into_iter().rev() {
        let found = joined.iter().position(|it| union(it, &range).is_some());
        match found.and_then(|index| joined.get_mut(index)) {
            Some(slot) => *slot = union(slot, &range).unwrap_or(range),
            None => joined.push(range),
        }
    }
    joined.extend(rest);
    joined
}

fn union(a: &Type, b: &Type) -> Option<Type> {
    let (Type::Integer(from, to), Type::Integer(other_from, other_to)) = (a, b) else { return None };
    let after = |end: Option<i64>, start: Option<i64>| {
        end.zip(start).is_some_and(|(end, start)| end < start.saturating_sub(1))
    };
    if after(*to, *other_from) || after(*other_to, *from) {
        return None;
    }
    let low = from.zip(*other_from).map(|(a, b)| a.min(b));
    let high = to.zip(*other_to).map(|(a, b)| a.max(b));
    debug_assert!(within((low, high), (*from, *to)));
    Some(Type::Integer(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::types::parse_type;

    #[test]
    fn variants_are_merged() {
        let cases = [
            ("Variant[Enum['a'], String[1], Enum['b']]", "Variant[String[1], Enum['a', 'b']]"),
            ("Variant[String, Undef]", "Optional[String]"),
            ("Variant[Integer[1, 3], Integer[4, 6]]", "Integer[1, 6]"),
            ("NotUndef[String]", "String"),
            ("Optional[Optional[String]]", "Optional[String]"),
            ("Variant[Pattern[/a/], Pattern[/b/]]", "Pattern[/a/, /b/]"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_type(text, &NoAliases).unwrap().normalize().to_string(), expected);
        }
    }
}
