//! The types of values (`Puppet::Pops::Types::TypeCalculator#infer`, `#infer_set`, `#common_type`).

use super::{NoAliases, Type, deferred_type};
use crate::value::{HashMap, Value, uri::Uri};
use ecow::EcoString;
use std::sync::Arc;

fn length<T>(items: &[T]) -> Option<i64> {
    i64::try_from(items.len()).ok()
}

impl Type {
    /// Infers the type of a value; arrays and hashes get the common type of their items.
    #[must_use]
    pub fn infer(value: &Value) -> Self {
        match value {
            Value::Array(items) if items.is_empty() => empty_array(),
            Value::Array(items) => {
                let size = length(items);
                Self::Array(Arc::new(common_of(items.iter())), size, size)
            }
            Value::Hash(entries) if entries.is_empty() => empty_hash(),
            Value::Hash(entries) => {
                let size = i64::try_from(entries.len()).ok();
                let key = common_of(entries.keys());
                Self::Hash(Arc::new(key), Arc::new(common_of(entries.values())), size, size)
            }
            other => infer_single(other),
        }
    }

    /// Infers the type of a value in full detail: arrays give a `Tuple`, hashes with string keys a `Struct`.
    #[must_use]
    pub fn infer_set(value: &Value) -> Self {
        match value {
            Value::Array(items) if items.is_empty() => empty_array(),
            Value::Array(items) => Self::Tuple(items.iter().map(Self::infer_set).collect(), None, None),
            Value::Hash(entries) if entries.is_empty() => empty_hash(),
            Value::Hash(entries) => infer_hash_set(entries),
            Value::SemVer(version) => Self::SemVer([ecow::eco_format!("{version} - {version}")].into()),
            other => infer_single(other),
        }
    }

    /// Returns the common type of two.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Undef | Self::Unit, it) => return it.clone(),
            (it, Self::Undef | Self::Unit) => return it.clone(),
            (_, _) => {}
        }
        if self.assignable(other, &NoAliases) {
            return self.clone();
        }
        if other.assignable(self, &NoAliases) {
            return other.clone();
        }
        self.common_kind(other).unwrap_or_else(|| self.common_abstract(other))
    }

    /// The common type of two of the same kind.
    fn common_kind(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Array(a, ..), Self::Array(b, ..)) => a.common(b).array_of(),
            (Self::Hash(k, v, ..), Self::Hash(other_k, other_v, ..)) => {
                Self::Hash(Arc::new(k.common(other_k)), Arc::new(v.common(other_v)), None, None)
            }
            (Self::Class(_), Self::Class(_)) => Self::Class(None),
            (Self::Resource(a, _), Self::Resource(b, _)) => {
                if a == b {
                    Self::Resource(a.clone(), None)
                } else {
                    Self::Resource(None, None)
                }
            }
            (Self::Integer(from, to), Self::Integer(other_from, other_to)) => {
                Self::Integer(from.min(other_from).to_owned(), widest(*to, *other_to))
            }
            (Self::Float(from, to), Self::Float(other_from, other_to)) => {
                float_hull((*from, *to), (*other_from, *other_to))
            }
            (Self::StringValue(a), Self::StringValue(b)) => Self::enumeration([a.clone(), b.clone()], false),
            (Self::StringValue(a), Self::Enum(values, _)) => {
                Self::enumeration(union(values, std::slice::from_ref(a)).iter().cloned(), false)
            }
            (Self::Enum(values, _), Self::StringValue(b)) => {
                Self::enumeration(union(values, std::slice::from_ref(b)).iter().cloned(), false)
            }
            (Self::String(..), Self::Enum(..)) | (Self::Enum(..), Self::String(..)) => {
                Self::Enum(Arc::default(), false)
            }
            (Self::Enum(a, _), Self::Enum(b, _)) => Self::enumeration(union(a, b).iter().cloned(), false),
            (Self::String(from, to), Self::String(other_from, other_to))
                if from.is_some() && other_from.is_some() =>
            {
                Self::String(from.min(other_from).to_owned(), widest(*to, *other_to))
            }
            (Self::String(..) | Self::StringValue(_), Self::String(..) | Self::StringValue(_)) => {
                Self::string()
            }
            (Self::Pattern(a), Self::Pattern(b)) => Self::Pattern(union(a, b)),
            (Self::Variant(a), Self::Variant(b)) => Self::variant(a.iter().chain(b.iter()).cloned()),
            (Self::Regexp(_), Self::Regexp(_)) => Self::Regexp(None),
            (Self::Callable(_), Self::Callable(_)) => Self::Callable(None),
            (_, _) => return None,
        })
    }

    fn common_abstract(&self, other: &Self) -> Self {
        let both = |it: Self| {
            let holds = it.assignable(self, &NoAliases) && it.assignable(other, &NoAliases);
            holds.then_some(it)
        };
        let scalars = [Self::Numeric, Self::ScalarData, Self::Scalar, Self::Data];
        if let Some(found) = scalars.into_iter().find_map(both) {
            return found;
        }
        if let (Self::Type(a), Self::Type(b)) = (self, other) {
            return Self::Type(Arc::new(a.common(b)));
        }
        both(Self::RichData).unwrap_or(Self::Any)
    }
}

fn widest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.zip(b).map(|(a, b)| a.max(b))
}

fn float_hull(a: (Option<u64>, Option<u64>), b: (Option<u64>, Option<u64>)) -> Type {
    let join = |a: Option<u64>, b: Option<u64>, pick: fn(f64, f64) -> f64| {
        a.zip(b).map(|(a, b)| pick(f64::from_bits(a), f64::from_bits(b)).to_bits())
    };
    Type::Float(join(a.0, b.0, f64::min), join(a.1, b.1, f64::max))
}

fn union(a: &[EcoString], b: &[EcoString]) -> Arc<[EcoString]> {
    let mut all: Vec<EcoString> = a.to_vec();
    for it in b {
        if !all.contains(it) {
            all.push(it.clone());
        }
    }
    all.into()
}

fn empty_array() -> Type {
    Type::Array(Arc::new(Type::Unit), Some(0), Some(0))
}

fn empty_hash() -> Type {
    Type::Hash(Arc::new(Type::Unit), Arc::new(Type::Unit), Some(0), Some(0))
}

fn common_of<'a>(values: impl Iterator<Item = &'a Value>) -> Type {
    values.map(Type::infer).reduce(|a, b| a.common(&b)).unwrap_or(Type::Unit)
}

fn infer_single(value: &Value) -> Type {
    match value {
        Value::Undef => Type::Undef,
        Value::Default => Type::Default,
        Value::Bool(it) => Type::Boolean(Some(*it)),
        Value::Int(it) => Type::Integer(Some(*it), Some(*it)),
        Value::Float(it) => Type::Float(Some(it.to_bits()), Some(it.to_bits())),
        Value::Str(it) => Type::StringValue(it.text().clone()),
        Value::Symbol(_) => Type::Runtime("ruby".into(), "Symbol".into()),
        Value::Regexp(it) => Type::Regexp(Some(it.source.clone())),
        Value::Sensitive(inner) => Type::Sensitive(Arc::new(Type::infer(inner).generalize())),
        Value::Type(it) => Type::Type(Arc::new(it.clone())),
        Value::Binary(_) => Type::Binary,
        Value::Timestamp(it) => Type::Timestamp(Box::new((Some(**it), Some(**it)))),
        Value::Timespan(it) => Type::Timespan(Box::new((Some(**it), Some(**it)))),
        Value::SemVer(_) => Type::SemVer(Arc::default()),
        Value::SemVerRange(_) => Type::SemVerRange,
        Value::Uri(it) => uri_type(it),
        Value::Deferred(_) => Type::Object(deferred_type()),
        Value::Object(it) => it.type_of(),
        Value::Iterator(it) => Type::Iterator(Arc::new(it.item_type())),
        Value::Array(_) => Type::any_array(),
        Value::Hash(_) => Type::any_hash(),
    }
}

/// The type of a URI: its parts, each with its value.
fn uri_type(text: &str) -> Type {
    let parameters = Uri::parse(text).map(|it| it.parameters()).unwrap_or_default();
    Type::Uri((!parameters.is_empty()).then(|| parameters.into()))
}

fn infer_hash_set(entries: &HashMap) -> Type {
    let plain = entries.keys().all(|key| key.as_str().is_some_and(|text| !text.is_empty()));
    if plain {
        let entry = |(key, value): (&Value, &Value)| {
            (key.as_str().unwrap_or_default().into(), false, Type::infer_set(value))
        };
        return Type::Struct(entries.iter().map(entry).collect());
    }
    let size = i64::try_from(entries.len()).ok();
    let key = Type::variant(entries.keys().map(Type::infer_set));
    let value = Type::variant(entries.values().map(Type::infer_set));
    Type::Hash(Arc::new(key), Arc::new(value), size, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_infer_to_the_types_puppet_prints() {
        let mixed = Value::array([Value::Int(1), Value::Float(2.5)]);
        let cases = [
            (Value::Int(3), "Integer[3, 3]", "Integer[3, 3]"),
            ("a".into(), "String", "String"),
            (mixed, "Array[Numeric, 2, 2]", "Tuple[Integer[1, 1], Float[2.5, 2.5]]"),
            (Value::array([]), "Array[0, 0]", "Array[0, 0]"),
            (
                Value::hash([("a".into(), Value::Int(1)), ("b".into(), Value::Int(5))]),
                "Hash[Enum['a', 'b'], Integer[1, 5], 2, 2]",
                "Struct[{'a' => Integer[1, 1], 'b' => Integer[5, 5]}]",
            ),
            (Value::array(["a".into(), Value::Undef]), "Array[String, 2, 2]", "Tuple[String, Undef]"),
            (Value::Bool(true), "Boolean[true]", "Boolean[true]"),
        ];
        for (value, reduced, detailed) in cases {
            assert_eq!(Type::infer(&value).to_string(), reduced);
            assert_eq!(Type::infer_set(&value).to_string(), detailed);
        }
    }
}
