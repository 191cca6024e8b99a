//! Types as rich data: each is an object of Pcore's own, its parameters that are not at their defaults as attributes
//! (`Puppet::Pops::Serialization::ToDataConverter` over the `register_ptype` of each type).

use super::json::rich_json;
use crate::value::{
    Type, Value,
    types::{CallableParts, Extension, ObjectType},
};
use serde_json::{Map, Value as Json, json};

fn typed<'a>(name: &str, attributes: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    let mut out = Map::new();
    out.insert("__ptype".into(), format!("Pcore::{name}").into());
    out.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Json::Object(out)
}

fn types<'a>(all: impl IntoIterator<Item = &'a Type>) -> Json {
    all.into_iter().map(type_json).collect()
}

/// A type that is left out where it is `Any`.
fn contained(name: &str, inner: &Type) -> Json {
    let inner = (*inner != Type::Any).then(|| ("type", type_json(inner)));
    typed(name, inner)
}

/// The bounds of a range: the lower one is there where the upper one is.
fn range<T: Copy>(from: Option<T>, to: Option<T>, json: impl Fn(T) -> Json) -> Vec<(&'static str, Json)> {
    let lower = || from.map_or(Json::Null, &json);
    match to {
        Some(to) => vec![("from", lower()), ("to", json(to))],
        None => from.map(|from| ("from", json(from))).into_iter().collect(),
    }
}

/// A size as the type of its lengths.
fn size(from: Option<i64>, to: Option<i64>) -> Option<Json> {
    if from.is_none() && to.is_none() {
        return None;
    }
    Some(typed("IntegerType", range(Some(from.unwrap_or(0)), to, Json::from)))
}

fn float(bits: u64) -> Json {
    serde_json::Number::from_f64(f64::from_bits(bits)).map_or(Json::Null, Json::Number)
}

fn pattern(source: &str) -> Json {
    json!({"__ptype": "Pcore::RegexpType", "pattern": source})
}

fn text(it: Option<&str>) -> Json {
    it.map_or(Json::Null, Json::from)
}

/// Returns a type as rich data.
#[must_use]
pub(super) fn type_json(it: &Type) -> Json {
    match it {
        Type::Integer(from, to) => typed("IntegerType", range(*from, *to, Json::from)),
        Type::Float(from, to) => typed("FloatType", range(*from, *to, float)),
        Type::Timestamp(bounds) => {
            typed("TimestampType", range(bounds.0, bounds.1, |it| rich_json(&Value::Timestamp(Box::new(it)))))
        }
        Type::Timespan(bounds) => {
            typed("TimespanType", range(bounds.0, bounds.1, |it| rich_json(&Value::Timespan(Box::new(it)))))
        }
        Type::String(from, to) => typed("StringType", size(*from, *to).map(|it| ("size_type_or_value", it))),
        Type::StringValue(it) => typed("StringType", [("size_type_or_value", it.as_str().into())]),
        Type::Collection(from, to) => typed("CollectionType", size(*from, *to).map(|it| ("size_type", it))),
        Type::Enum(values, ignore_case) => {
            let values = values.iter().map(|it| Json::from(it.as_str())).collect();
            let flag = ignore_case.then(|| ("case_insensitive", true.into()));
            typed("EnumType", [("values", values)].into_iter().chain(flag))
        }
        Type::Pattern(sources) => {
            typed("PatternType", [("patterns", sources.iter().map(|it| pattern(it)).collect())])
        }
        Type::Regexp(source) => typed("RegexpType", source.iter().map(|it| ("pattern", it.as_str().into()))),
        Type::SemVer(ranges) => {
            let ranges: Vec<Json> =
                ranges.iter().map(|it| rich_json(&Value::SemVerRange(it.clone()))).collect();
            typed("SemVerType", (!ranges.is_empty()).then(|| ("ranges", ranges.into())))
        }
        Type::Uri(parameters) => {
            let hash = |it: &std::sync::Arc<[(ecow::EcoString, Value)]>| {
                Value::hash(it.iter().map(|(name, value)| (Value::str(name.clone()), value.clone())))
            };
            typed("URIType", parameters.iter().map(|it| ("parameters", rich_json(&hash(it)))))
        }
        Type::Array(element, from, to) => {
            let size = size(*from, *to).map(|it| ("size_type", it));
            let element =
                (**element != Type::Any || size.is_some()).then(|| ("element_type", type_json(element)));
            typed("ArrayType", element.into_iter().chain(size))
        }
        Type::Hash(key, value, from, to) => {
            let size = size(*from, *to).map(|it| ("size_type", it));
            let open = size.is_none() && (&**key, &**value) == (&Type::Any, &Type::Any);
            let both = [("key_type", type_json(key)), ("value_type", type_json(value))];
            typed("HashType", both.into_iter().filter(|_| !open).chain(size))
        }
        Type::Tuple(all, from, to) => {
            let size = size(*from, *to).map(|it| ("size_type", it));
            typed("TupleType", [("types", types(all.iter()))].into_iter().chain(size))
        }
        Type::Variant(all) => typed("VariantType", [("types", types(all.iter()))]),
        Type::Struct(entries) => typed("StructType", [("elements", entries.iter().map(member).collect())]),
        Type::Optional(inner) => {
            let inner = (**inner != Type::Unit).then(|| ("type", type_json(inner)));
            typed("OptionalType", inner)
        }
        Type::NotUndef(inner) => contained("NotUndefType", inner),
        Type::Iterable(inner) => contained("IterableType", inner),
        Type::Iterator(inner) => contained("IteratorType", inner),
        Type::Type(inner) => contained("TypeType", inner),
        Type::Init(inner, arguments) => {
            let kind = (**inner != Type::Any).then(|| ("type", type_json(inner)));
            let arguments: Vec<Json> = arguments.iter().map(rich_json).collect();
            let arguments = (!arguments.is_empty()).then(|| ("init_args", arguments.into()));
            typed("InitType", kind.into_iter().chain(arguments))
        }
        Type::Callable(parts) => callable(parts.as_deref()),
        Type::Runtime(runtime, name) if runtime.is_empty() && name.is_empty() => typed("RuntimeType", []),
        Type::Runtime(runtime, name) => typed(
            "RuntimeType",
            [("runtime", runtime.as_str().into()), ("name_or_pattern", name.as_str().into())],
        ),
        Type::Class(name) => typed("ClassType", name.iter().map(|it| ("class_name", it.as_str().into()))),
        Type::Resource(name, title) => {
            let title = title.iter().map(|it| ("title", it.as_str().into()));
            let name = name.iter().map(|_| ("type_name", text(name.as_deref())));
            typed("ResourceType", name.chain(title))
        }
        Type::Reference(name, _) => typed("TypeReference", [("type_string", name.as_str().into())]),
        Type::Object(it) => object(it),
        Type::Extension(it) => extension(it),
        Type::Boolean(_)
        | Type::Any
        | Type::Undef
        | Type::Unit
        | Type::Default
        | Type::Scalar
        | Type::ScalarData
        | Type::Data
        | Type::RichData
        | Type::Numeric
        | Type::Catalogentry
        | Type::Binary
        | Type::SemVerRange
        | Type::Sensitive(_)
        | Type::Alias(_)
        | Type::TypeSet(_) => typed(&format!("{}Type", it.name()), []),
    }
}

/// A member of a `Struct`: its key as a type and its value's.
fn member((name, optional, value): &(ecow::EcoString, bool, Type)) -> Json {
    let key = Type::StringValue(name.clone());
    let key = if *optional { key.optional() } else { key };
    typed("StructElement", [("key_type", type_json(&key)), ("value_type", type_json(value))])
}

fn callable(parts: Option<&CallableParts>) -> Json {
    let Some((parameters, block, returns)) = parts else {
        let nothing = ["param_types", "block_type", "return_type"].map(|name| (name, Json::Null));
        return typed("CallableType", nothing);
    };
    let optional = |it: &Option<Type>| it.as_ref().map_or(Json::Null, type_json);
    typed(
        "CallableType",
        [
            ("param_types", type_json(parameters)),
            ("block_type", optional(block)),
            ("return_type", optional(returns)),
        ],
    )
}

fn object(it: &ObjectType) -> Json {
    let init = Value::Hash(std::sync::Arc::new(it.init_hash(true)));
    typed("ObjectType", [("_pcore_init_hash", rich_json(&init))])
}

fn extension(it: &Extension) -> Json {
    let parameters = match it.arguments().as_slice() {
        [only @ Value::Hash(_)] if it.base.all_type_parameters().len() > 2 => rich_json(only),
        arguments => arguments.iter().map(rich_json).collect(),
    };
    typed("ObjectTypeExtenType", [("base_type", object(&it.base)), ("init_parameters", parameters)])
}
