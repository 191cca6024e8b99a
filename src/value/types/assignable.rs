//! Which types are assignable to which (`PAnyType#assignable?` and the `_assignable?` of each type).

use super::{
    Type, TypeResolver,
    constructors::{InitTypes, init_types},
};
use crate::value::{Regexp, Value, matches, semver};
use ecow::EcoString;
use std::cell::RefCell;

/// How deep types may nest before they are taken as not assignable.
const DEPTH: usize = 120;

/// One question with its guard against recursion through aliases.
pub(super) struct Checker<'a> {
    pub(super) resolver: &'a dyn TypeResolver,
    /// Pairs being asked; met again, they hold (the answer is built on itself).
    asked: RefCell<Vec<(Type, Type)>>,
    depth: RefCell<usize>,
}

impl Type {
    /// Tells whether every instance of `other` is an instance of this type.
    #[must_use]
    pub fn assignable(&self, other: &Self, resolver: &dyn TypeResolver) -> bool {
        Checker::new(resolver).assignable(self, other)
    }
}

impl<'a> Checker<'a> {
    pub(super) fn new(resolver: &'a dyn TypeResolver) -> Self {
        Self { resolver, asked: RefCell::default(), depth: RefCell::default() }
    }

    /// Returns what an alias stands for; `Data` and `RichData` are aliases too.
    pub(super) fn resolved(&self, it: &Type) -> Option<Type> {
        match it {
            Type::Data => Some(Type::data()),
            Type::RichData => Some(Type::rich_data()),
            Type::Alias(alias) => alias.resolved().cloned(),
            Type::Reference(name, arguments) if arguments.is_empty() => {
                self.resolver.resolve(name).ok().flatten()
            }
            _ => None,
        }
    }

    pub(super) fn assignable(&self, to: &Type, from: &Type) -> bool {
        *self.depth.borrow_mut() += 1;
        let answer = *self.depth.borrow() < DEPTH && self.decide(to, from);
        *self.depth.borrow_mut() -= 1;
        answer
    }

    fn decide(&self, to: &Type, from: &Type) -> bool {
        if matches!(to, Type::Any | Type::Unit) {
            return true;
        }
        match from {
            Type::Unit => true,
            Type::Data | Type::RichData | Type::Alias(_) => self.takes_alias(to, from),
            Type::Variant(types) if types.is_empty() => {
                matches!(to, Type::Variant(own) if own.is_empty())
                    || matches!(to, Type::NotUndef(_)) && self.plain(to, from)
            }
            Type::Variant(types) => types.iter().all(|it| self.assignable(to, it)),
            Type::Optional(inner) => self.assignable(to, &Type::Undef) && self.assignable(to, inner),
            Type::NotUndef(inner) => {
                if **inner != Type::Any && !self.assignable(inner, &Type::Undef) {
                    self.assignable(to, inner)
                } else {
                    self.plain(to, from)
                }
            }
            _ => self.plain(to, from),
        }
    }

    fn takes_alias(&self, to: &Type, from: &Type) -> bool {
        if to.same(from) {
            return true;
        }
        let Some(found) = self.resolved(from) else { return self.plain(to, from) };
        self.guarded(to, from, || self.assignable(to, &found))
    }

    fn guarded(&self, to: &Type, from: &Type, ask: impl FnOnce() -> bool) -> bool {
        let pair = (to.clone(), from.clone());
        if self.asked.borrow().contains(&pair) {
            return true;
        }
        self.asked.borrow_mut().push(pair);
        let answer = ask();
        self.asked.borrow_mut().pop();
        answer
    }

    /// The question for a type on the right that is no alias, variant or optional.
    fn plain(&self, to: &Type, from: &Type) -> bool {
        match (to, from) {
            (Type::Any | Type::Unit, _) => true,
            (Type::Data | Type::RichData | Type::Alias(_), _) => {
                let Some(found) = self.resolved(to) else { return to.same(from) };
                self.guarded(to, from, || self.assignable(&found, from))
            }
            (Type::Variant(types), _) => types.iter().any(|it| self.assignable(it, from)),
            (Type::Optional(inner), _) => *from == Type::Undef || self.assignable(inner, from),
            (Type::NotUndef(inner), _) => {
                !self.assignable(from, &Type::Undef) && (**inner == Type::Any || self.assignable(inner, from))
            }
            (Type::Undef, Type::Undef)
            | (Type::Default, Type::Default)
            | (Type::Binary, Type::Binary)
            | (Type::SemVerRange, Type::SemVerRange) => true,
            (Type::Scalar, _) => is_scalar(from),
            (Type::ScalarData, _) => is_scalar_data(from),
            (Type::Numeric, Type::Numeric | Type::Integer(..) | Type::Float(..)) => true,
            (Type::Integer(low, high), Type::Integer(from, to)) => within((*low, *high), (*from, *to)),
            (Type::Float(low, high), Type::Float(from, to)) => {
                within(floats(*low, *high), floats(*from, *to))
            }
            (Type::Timestamp(own), Type::Timestamp(other)) | (Type::Timespan(own), Type::Timespan(other)) => {
                within(**own, **other)
            }
            (Type::String(low, high), _) => string_takes((*low, *high), from),
            (Type::StringValue(text), Type::StringValue(other)) => text == other,
            (Type::StringValue(text), Type::Enum(values, false)) => values.iter().eq([text]),
            (Type::Enum(values, ignore_case), _) => enum_takes(values, *ignore_case, from),
            (Type::Pattern(sources), _) => pattern_takes(sources, from),
            (Type::Regexp(source), Type::Regexp(other)) => source.is_none() || source == other,
            (Type::Boolean(value), Type::Boolean(other)) => value.is_none() || value == other,
            (Type::SemVer(ranges), Type::SemVer(other)) => semver_takes(ranges, other),
            (Type::Uri(it), Type::Uri(other)) => {
                it.as_ref().is_none_or(|own| self.parameters_take(own, other.as_deref().unwrap_or_default()))
            }
            (Type::Collection(..), _) => collection_takes(to, from),
            (Type::Array(..), _) => self.array_takes(to, from),
            (Type::Hash(..), _) => self.hash_takes(to, from),
            (Type::Tuple(..), _) => self.tuple_takes(to, from),
            (Type::Struct(entries), _) => self.struct_takes(entries, from),
            (Type::Sensitive(inner), Type::Sensitive(other))
            | (Type::Iterator(inner), Type::Iterator(other))
            | (Type::Type(inner), Type::Type(other)) => self.assignable(inner, other),
            (Type::Iterable(inner), _) => {
                self.iterated(from).is_some_and(|element| self.assignable(inner, &element))
            }
            (Type::Callable(_), Type::Callable(_)) => self.callable_takes(to, from),
            (Type::Runtime(runtime, name), Type::Runtime(other, other_name)) => {
                (runtime.is_empty() || runtime == other) && (name.is_empty() || name == other_name)
            }
            (Type::Init(inner, _), Type::Init(other, _)) => self.assignable(inner, other),
            (Type::Init(inner, _), _) if **inner == Type::Any => self.assignable(&Type::RichData, from),
            (Type::Init(inner, arguments), _) => {
                self.assignable(inner, from)
                    || init_types(inner, arguments).is_some_and(|it| self.init_takes(&it, from))
            }
            (Type::Catalogentry, Type::Catalogentry | Type::Class(_) | Type::Resource(..)) => true,
            (Type::Class(name), Type::Class(other)) => name.is_none() || name == other,
            (Type::Resource(None, _), Type::Resource(..)) => true,
            (Type::Resource(Some(name), title), Type::Resource(Some(other), other_title)) => {
                name.eq_ignore_ascii_case(other) && (title.is_none() || title == other_title)
            }
            (Type::Object(own), Type::Object(other)) => own.takes(other),
            (Type::Object(own), Type::Extension(other)) => own.takes(&other.base),
            (Type::Extension(own), Type::Extension(other)) => {
                own.base.takes(&other.base) && self.parameters_take(&own.parameters, &other.parameters)
            }
            (Type::TypeSet(own), Type::TypeSet(other)) => match (own, other) {
                (None, _) => true,
                (Some(own), Some(other)) => own.is_version_of(other),
                (Some(_), None) => false,
            },
            (to, from) => to == from,
        }
    }

    /// Whether each parameter of a type matches that of the other.
    fn parameters_take(&self, own: &[(EcoString, Value)], others: &[(EcoString, Value)]) -> bool {
        own.iter().all(|(name, wanted)| {
            let found = others.iter().find(|(other, _)| other == name).map(|(_, value)| value);
            found.is_some_and(|found| {
                let types = match (wanted, found) {
                    (Value::Type(wanted), Value::Type(found)) => self.assignable(wanted, found),
                    (_, _) => false,
                };
                types || matches(found, wanted, self.resolver)
            })
        })
    }

    /// Whether a value of a type can be what `Init[T]` makes its instance from.
    fn init_takes(&self, it: &InitTypes, from: &Type) -> bool {
        let one = || Type::Tuple([from.clone()].into(), None, None);
        self.assignable(&it.single, from)
            || it.several.as_ref().is_some_and(|several| {
                self.assignable(several, from) || it.one_may_do && self.assignable(several, &one())
            })
    }

    /// The type of what one iterates over, where this type is iterable.
    pub(super) fn iterated(&self, it: &Type) -> Option<Type> {
        let pair = |key: Type, value: Type| Type::Tuple([key, value].into(), Some(2), Some(2));
        Some(match it {
            Type::String(..) | Type::StringValue(_) | Type::Enum(..) => Type::String(Some(1), Some(1)),
            Type::Integer(..) => Type::integer(),
            Type::Array(element, ..) | Type::Iterable(element) | Type::Iterator(element) => {
                (**element).clone()
            }
            Type::Hash(key, value, ..) => pair((**key).clone(), (**value).clone()),
            Type::Tuple(types, ..) => Type::variant(types.iter().cloned()),
            Type::Struct(entries) => {
                let keys = entries.iter().map(|entry| Type::StringValue(entry.0.clone()));
                pair(Type::variant(keys), Type::variant(entries.iter().map(|entry| entry.2.clone())))
            }
            Type::Collection(..) => Type::Any,
            Type::Type(inner) => match &**inner {
                Type::Enum(..) | Type::Integer(Some(_), Some(_)) => (**inner).clone(),
                _ => return None,
            },
            Type::Data | Type::RichData | Type::Alias(_) => {
                let found = self.resolved(it)?;
                return self.iterated(&found);
            }
            _ => return None,
        })
    }

    fn array_takes(&self, to: &Type, from: &Type) -> bool {
        let Type::Array(element, low, high) = to else { return false };
        match from {
            Type::Tuple(types, from, to) => {
                // A tuple without types and size is of no length here, of any length elsewhere.
                let size = if types.is_empty() && from.is_none() && to.is_none() {
                    (Some(0), Some(0))
                } else {
                    tuple_size(types, *from, *to)
                };
                within(size_bounds(*low, *high), size) && types.iter().all(|it| self.assignable(element, it))
            }
            Type::Array(other, from, to) => {
                within(size_bounds(*low, *high), size_bounds(*from, *to)) && self.assignable(element, other)
            }
            _ => false,
        }
    }

    fn hash_takes(&self, to: &Type, from: &Type) -> bool {
        let Type::Hash(key, value, low, high) = to else { return false };
        match from {
            Type::Hash(other_key, other_value, from, to) => {
                let empty = (*from, *to) == (Some(0), Some(0));
                empty && low.is_none_or(|low| low <= 0)
                    || within(size_bounds(*low, *high), size_bounds(*from, *to))
                        && self.assignable(key, other_key)
                        && self.assignable(value, other_value)
            }
            Type::Struct(entries) => {
                let count = i64::try_from(entries.len()).ok();
                let fits = |entry: &(EcoString, bool, Type)| {
                    self.assignable(key, &Type::StringValue(entry.0.clone()))
                        && self.assignable(value, &entry.2)
                };
                within(size_bounds(*low, *high), (count, count)) && entries.iter().all(fits)
            }
            _ => false,
        }
    }

    fn tuple_takes(&self, to: &Type, from: &Type) -> bool {
        let Type::Tuple(types, low, high) = to else { return false };
        if to == from {
            return true;
        }
        let size = tuple_size(types, *low, *high);
        let nth = |index: usize| types.get(index).or(types.last());
        match from {
            Type::Tuple(others, from, to) => {
                within(size, tuple_size(others, *from, *to))
                    && (types.is_empty()
                        || if others.is_empty() {
                            size.0 == Some(0)
                        } else {
                            let fits = |(index, it)| nth(index).is_some_and(|own| self.assignable(own, it));
                            others.iter().enumerate().all(fits)
                        })
            }
            Type::Array(element, from, to) => {
                let most = to.and_then(|to| usize::try_from(to).ok()).unwrap_or(usize::MAX);
                within(size, size_bounds(*from, *to))
                    && types.iter().take(most).all(|own| self.assignable(own, element))
            }
            _ => false,
        }
    }

    fn struct_takes(&self, entries: &[(EcoString, bool, Type)], from: &Type) -> bool {
        match from {
            Type::Struct(others) => {
                let find = |name: &EcoString| others.iter().find(|other| other.0 == *name);
                let known = others.iter().all(|other| entries.iter().any(|entry| entry.0 == other.0));
                let fits = |(name, optional, value): &(EcoString, bool, Type)| match find(name) {
                    None => *optional,
                    Some(other) => (*optional || !other.1) && self.assignable(value, &other.2),
                };
                known && entries.iter().all(fits)
            }
            Type::Hash(key, value, from, to) => {
                let required = || entries.iter().filter(|entry| !entry.1);
                let fits = |entry: &(EcoString, bool, Type)| {
                    self.assignable(&entry.2, value) && self.assignable(&Type::string(), key)
                };
                let bounds = (i64::try_from(required().count()).ok(), i64::try_from(entries.len()).ok());
                required().all(fits) && within(bounds, size_bounds(*from, *to))
            }
            _ => false,
        }
    }

    fn callable_takes(&self, to: &Type, from: &Type) -> bool {
        let (Type::Callable(own), Type::Callable(other)) = (to, from) else { return false };
        let Some(own) = own else { return true };
        let (parameters, block, returns) = &**own;
        let any = (Type::Tuple([].into(), None, None), None, None);
        let other_it = other.as_deref().unwrap_or(&any);
        let returned = other_it.2.as_ref().unwrap_or(&Type::Any);
        if !returns.as_ref().is_none_or(|own| self.assignable(own, returned)) {
            return false;
        }
        if other.is_none() {
            return false;
        }
        let own_block = block.as_ref().unwrap_or(&Type::Undef);
        let other_block = other_it.1.as_ref().unwrap_or(&Type::Undef);
        self.assignable(&other_it.0, parameters) && self.assignable(other_block, own_block)
    }
}

/// Whether the range `inner` lies in `outer`; `None` is open.
pub(super) fn within<T: PartialOrd>(outer: (Option<T>, Option<T>), inner: (Option<T>, Option<T>)) -> bool {
    let low = match (outer.0, inner.0) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(outer), Some(inner)) => outer <= inner,
    };
    let high = match (outer.1, inner.1) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(outer), Some(inner)) => outer >= inner,
    };
    low && high
}

fn floats(from: Option<u64>, to: Option<u64>) -> (Option<f64>, Option<f64>) {
    (from.map(f64::from_bits), to.map(f64::from_bits))
}

/// The bounds of a size, from 0 where nothing is said.
pub(super) fn size_bounds(from: Option<i64>, to: Option<i64>) -> (Option<i64>, Option<i64>) {
    (Some(from.unwrap_or(0)), to)
}

/// The bounds of a tuple's length.
pub(super) fn tuple_size(types: &[Type], from: Option<i64>, to: Option<i64>) -> (Option<i64>, Option<i64>) {
    if from.is_some() || to.is_some() {
        return size_bounds(from, to);
    }
    if types.is_empty() {
        return (Some(0), None);
    }
    let count = i64::try_from(types.len()).ok();
    (count, count)
}

fn is_scalar_data(it: &Type) -> bool {
    matches!(
        it,
        Type::ScalarData
            | Type::Numeric
            | Type::Integer(..)
            | Type::Float(..)
            | Type::String(..)
            | Type::StringValue(_)
            | Type::Enum(..)
            | Type::Pattern(_)
            | Type::Boolean(_)
    )
}

fn is_scalar(it: &Type) -> bool {
    is_scalar_data(it)
        || matches!(
            it,
            Type::Scalar
                | Type::Regexp(_)
                | Type::SemVer(_)
                | Type::SemVerRange
                | Type::Timespan(..)
                | Type::Timestamp(..)
        )
}

fn characters(text: &str) -> Option<i64> {
    i64::try_from(text.chars().count()).ok()
}

fn string_takes((low, high): (Option<i64>, Option<i64>), from: &Type) -> bool {
    let own = size_bounds(low, high);
    match from {
        Type::String(from, to) => within(own, size_bounds(*from, *to)),
        Type::StringValue(text) => within(own, (characters(text), characters(text))),
        Type::Enum(values, _) if values.is_empty() => within(own, (Some(0), None)),
        Type::Enum(values, _) => values.iter().all(|text| within(own, (characters(text), characters(text)))),
        Type::Pattern(_) => within(own, (Some(0), None)),
        _ => false,
    }
}

pub(super) fn enum_has(values: &[EcoString], ignore_case: bool, text: &str) -> bool {
    values.iter().any(|value| if ignore_case { value.eq_ignore_ascii_case(text) } else { value == text })
}

fn enum_takes(values: &[EcoString], ignore_case: bool, from: &Type) -> bool {
    match from {
        Type::String(..) | Type::StringValue(_) | Type::Enum(..) | Type::Pattern(_) if values.is_empty() => {
            true
        }
        Type::StringValue(text) => enum_has(values, ignore_case, text),
        Type::Enum(others, other_ignores) => {
            !others.is_empty()
                && (ignore_case || !other_ignores)
                && others.iter().all(|text| enum_has(values, ignore_case, text))
        }
        _ => false,
    }
}

/// Whether one of the expressions matches; a bad expression never does.
pub(super) fn any_pattern(sources: &[EcoString], text: &str) -> bool {
    sources.iter().any(|source| Regexp::cached(source).is_ok_and(|regexp| regexp.is_match(text)))
}

fn pattern_takes(sources: &[EcoString], from: &Type) -> bool {
    match from {
        Type::Pattern(others)
            if sources.len() == others.len() && others.iter().all(|it| sources.contains(it)) =>
        {
            true
        }
        Type::String(..) | Type::Pattern(_) => sources.is_empty(),
        Type::StringValue(text) => sources.is_empty() || any_pattern(sources, text),
        Type::Enum(values, _) if values.is_empty() => sources.is_empty(),
        Type::Enum(values, _) => sources.is_empty() || values.iter().all(|text| any_pattern(sources, text)),
        _ => false,
    }
}

fn semver_takes(ranges: &[EcoString], other: &[EcoString]) -> bool {
    let covered =
        |found: &EcoString| ranges.iter().any(|range| range == found || semver::range_includes(range, found));
    ranges.is_empty() || !other.is_empty() && other.iter().all(covered)
}

fn collection_takes(to: &Type, from: &Type) -> bool {
    let Type::Collection(low, high) = to else { return false };
    let size = match from {
        Type::Collection(from, to) | Type::Array(_, from, to) | Type::Hash(_, _, from, to) => {
            size_bounds(*from, *to)
        }
        Type::Tuple(types, from, to) => tuple_size(types, *from, *to),
        Type::Struct(entries) => {
            let count = i64::try_from(entries.len()).ok();
            (count, count)
        }
        _ => return false,
    };
    within(size_bounds(*low, *high), size)
}

#[cfg(test)]
mod tests {
    use crate::value::types::{NoAliases, parse_type};

    fn takes(to: &str, from: &str) -> bool {
        let read = |text: &str| parse_type(text, &NoAliases).unwrap();
        read(to).assignable(&read(from), &NoAliases)
    }

    #[test]
    fn assignability_follows_the_specification() {
        let holds = [
            ("Any", "Undef"),
            ("Scalar", "Regexp"),
            ("Data", "Array[Hash[String, Integer]]"),
            ("RichData", "Sensitive[String]"),
            ("Variant[String, Integer]", "Integer[1, 2]"),
            ("Optional[String]", "Undef"),
            ("NotUndef", "String"),
            ("Array[Integer, 2]", "Tuple[Integer, Integer]"),
            ("Hash[String, Data]", "Struct[{a => Integer}]"),
            ("Struct[{a => Integer, Optional[b] => String}]", "Struct[{a => Integer[1, 1]}]"),
            ("String[1, 3]", "Enum['ab', 'abc']"),
            ("Pattern[/^a/]", "Enum['ab', 'ac']"),
            ("Iterable[Integer]", "Array[Integer]"),
            ("Callable[String]", "Callable[Any]"),
            ("Data", "Data"),
            ("Collection", "Hash"),
            ("Resource", "File['/a']"),
            ("CatalogEntry", "Class['a']"),
        ];
        for (to, from) in holds {
            assert!(takes(to, from), "{to} should take {from}");
        }
        let fails = [
            ("Data", "Sensitive"),
            ("Integer[1, 5]", "Integer[0, 3]"),
            ("NotUndef", "Optional[String]"),
            ("String", "Optional[String]"),
            ("Struct[{a => Integer}]", "Struct[{a => Integer, b => Integer}]"),
            ("Enum['a']", "String"),
            ("File['/a']", "File"),
            ("Callable[Any]", "Callable[String]"),
            ("ScalarData", "Regexp"),
            ("Boolean[true]", "Boolean"),
        ];
        for (to, from) in fails {
            assert!(!takes(to, from), "{to} should not take {from}");
        }
    }
}
