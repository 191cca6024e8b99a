//! `Type[arguments]` (`Puppet::Pops::Evaluator::AccessOperator`).

use super::{NoAliases, ObjectType, Type, TypeResolver, TypeSet, names::capitalize_segments, parse_type};
use crate::value::{
    HashMap, Regexp, Value, semver, time,
    uri::{PARTS, Uri},
};
use ecow::EcoString;
use std::sync::Arc;

/// Evaluates `base[arguments]`: a narrower type, one reference, or an array of references.
///
/// A reference that has its title already is not narrowed: `File['/a']['mode']` reads a parameter, which the caller
/// must do before it comes here.
///
/// # Errors
/// Gives Puppet's message about arguments of the wrong number or kind.
pub fn parameterize(base: &Type, arguments: &[Value], resolver: &dyn TypeResolver) -> Result<Value, String> {
    let keys = Keys { base, resolver };
    match base {
        Type::Resource(name, None) => return resource(name.as_ref(), arguments),
        Type::Class(None) => return class(arguments),
        _ => {}
    }
    keys.narrow(arguments).map(Value::Type)
}

struct Keys<'a> {
    base: &'a Type,
    resolver: &'a dyn TypeResolver,
}

fn flatten(arguments: &[Value]) -> Vec<Value> {
    let mut out = Vec::new();
    for argument in arguments {
        match argument {
            Value::Array(items) => out.extend(flatten(items)),
            other => out.push(other.clone()),
        }
    }
    out
}

/// The name of a value's kind in messages about keys.
fn kind(value: &Value) -> String {
    match value {
        Value::Undef => "Undef".into(),
        Value::Default => "Default".into(),
        other => Type::infer(other).generalize().to_string(),
    }
}

/// Ruby's class of a value, as some messages show it.
fn ruby_class(value: &Value) -> &'static str {
    match value {
        Value::Undef => "Undef",
        Value::Default => "Default",
        Value::Bool(_) => "Boolean",
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Str(_) => "String",
        Value::Symbol(_) => "Symbol",
        Value::Regexp(_) => "Regexp",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Type(_) => "Type",
        Value::Sensitive(_)
        | Value::Binary(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::SemVer(_)
        | Value::SemVerRange(_)
        | Value::Uri(_)
        | Value::Deferred(_)
        | Value::Iterator(_)
        | Value::Object(_) => "Object",
    }
}

impl Keys<'_> {
    fn narrow(&self, arguments: &[Value]) -> Result<Type, String> {
        match self.base {
            Type::Struct(_) => return self.structure(arguments),
            Type::Callable(_) => return self.callable(arguments),
            Type::Init(..) => return self.init(arguments),
            _ => {}
        }
        let keys = flatten(arguments);
        match self.base {
            Type::Boolean(_) => self.boolean(&keys),
            Type::Enum(..) => self.enumeration(&keys),
            Type::Variant(_) => self.types(&keys).map(Type::variant).map(|it| match it {
                it @ Type::Variant(_) => it,
                only => Type::Variant([only].into()),
            }),
            Type::SemVer(_) => self.semver(&keys),
            Type::Timestamp(..) => {
                let (from, to) = self.times(&keys, time::parse_timestamp)?;
                in_order(from, to, time::timestamp_to_string)?;
                Ok(Type::Timestamp(Box::new((from, to))))
            }
            Type::Timespan(..) => {
                let (from, to) = self.times(&keys, time::parse_timespan)?;
                in_order(from, to, time::timespan_to_string)?;
                Ok(Type::Timespan(Box::new((from, to))))
            }
            Type::Tuple(..) => self.tuple(&keys),
            Type::String(..) => self.string(&keys),
            Type::Pattern(_) => self.pattern(&keys),
            Type::Regexp(_) => self.regexp(&keys),
            Type::Uri(_) => match keys.as_slice() {
                [Value::Str(text)] if !text.is_empty() => {
                    let parameters = Uri::parse(text)?.parameters();
                    Ok(Type::Uri((!parameters.is_empty()).then(|| parameters.into())))
                }
                [Value::Hash(parts)] if is_uri_hash(parts) => {
                    let part =
                        |(name, value): (&Value, &Value)| (name.to_str().text().clone(), value.clone());
                    Ok(Type::Uri((!parts.is_empty()).then(|| parts.iter().map(part).collect())))
                }
                [other] => Err(format!("URI-Type[] arguments must be types. Got {}", ruby_class(other))),
                _ => Err(self.arity(&keys, 1, 1)),
            },
            Type::Optional(_) => self.single(&keys, true).map(|it| Type::Optional(Arc::new(it))),
            Type::NotUndef(_) if keys.is_empty() => Ok(Type::NotUndef(Arc::new(Type::Any))),
            Type::NotUndef(_) => self.single(&keys, true).map(|it| Type::NotUndef(Arc::new(it))),
            Type::Sensitive(_) => {
                self.single(&keys, false).map(|it| Type::Sensitive(Arc::new(it.generalize())))
            }
            Type::Type(_) => self.single(&keys, false).map(|it| Type::Type(Arc::new(it))),
            Type::Iterable(_) => self.single(&keys, false).map(|it| Type::Iterable(Arc::new(it))),
            Type::Iterator(_) => self.single(&keys, false).map(|it| Type::Iterator(Arc::new(it))),
            Type::Integer(..) => self.integer(&keys),
            Type::Float(..) => self.float(&keys),
            Type::Collection(..) => {
                let (from, to) = self.size(&keys)?;
                Ok(Type::Collection(from, to))
            }
            Type::Array(..) => self.array(&keys),
            Type::Hash(..) => self.hash(&keys),
            Type::Runtime(..) => match keys.as_slice() {
                [Value::Str(runtime), Value::Str(of)] => {
                    Ok(Type::Runtime(runtime.text().clone(), of.text().clone()))
                }
                _ => Err(self.arity(&keys, 2, 2)),
            },
            Type::Reference(..) => match keys.as_slice() {
                [Value::Str(name)] => Ok(Type::Reference(name.text().clone(), Arc::default())),
                _ => Err(self.arity(&keys, 1, 1)),
            },
            Type::Object(it) if it.name.is_some() => {
                it.parameterize(&keys).map(|it| Type::Extension(Arc::new(it)))
            }
            Type::Object(_) => match keys.as_slice() {
                [Value::Hash(init)] => Ok(Type::Object(Arc::new(ObjectType::define(None, init)?))),
                [other] => Err(self.misfit(other, "Hash")),
                _ => Err(self.arity(&keys, 1, 1)),
            },
            Type::TypeSet(None) => match keys.as_slice() {
                [Value::Hash(init)] => {
                    Ok(Type::TypeSet(Some(Arc::new(TypeSet::define(EcoString::new(), init)?))))
                }
                [other] => Err(self.misfit(other, "Hash")),
                _ => Err(self.arity(&keys, 1, 1)),
            },
            other => {
                Err(format!("Operator '[]' is not applicable to {} {other}-Type.", article(&other.name())))
            }
        }
    }

    fn arity(&self, keys: &[Value], min: usize, max: usize) -> String {
        let name = self.base.name();
        let expected = match (min, max) {
            (min, usize::MAX) => format!("{min} or more"),
            (min, max) if min == max => min.to_string(),
            (min, max) => format!("{min} to {max}"),
        };
        format!(
            "{name}-Type[] accepts {expected} argument{}. Got {}",
            if max == 1 { "" } else { "s" },
            keys.len()
        )
    }

    fn not_a_type(&self, value: &Value) -> String {
        let name = self.base.name();
        format!("{name}-Type[] arguments must be types. Got {}", ruby_class(value))
    }

    fn misfit(&self, value: &Value, expected: &str) -> String {
        format!(
            "Error creating type specialization of {} {}-Type, Cannot use {} where {expected} is expected",
            article(&self.base.name()),
            self.base.name(),
            kind(value)
        )
    }

    fn one_type(&self, value: &Value) -> Result<Type, String> {
        match value {
            Value::Type(it) => Ok(it.clone()),
            other => Err(self.not_a_type(other)),
        }
    }

    fn types(&self, keys: &[Value]) -> Result<Vec<Type>, String> {
        if keys.is_empty() {
            return Err(self.arity(keys, 1, usize::MAX));
        }
        keys.iter()
            .map(|key| match key {
                Value::Type(it) => Ok(it.clone()),
                other => Err(self.misfit(other, "Any-Type")),
            })
            .collect()
    }

    fn single(&self, keys: &[Value], text_too: bool) -> Result<Type, String> {
        match keys {
            [Value::Str(text)] if text_too => Ok(Type::StringValue(text.text().clone())),
            [key] => self.one_type(key),
            _ => Err(self.arity(keys, 1, 1)),
        }
    }

    fn boolean(&self, keys: &[Value]) -> Result<Type, String> {
        match keys {
            [Value::Bool(it)] => Ok(Type::Boolean(Some(*it))),
            [other] => Err(self.misfit(other, "TrueClass or FalseClass")),
            _ => Err(self.arity(keys, 1, 1)),
        }
    }

    fn enumeration(&self, keys: &[Value]) -> Result<Type, String> {
        let (values, ignore_case) = match keys {
            [values @ .., Value::Bool(last)] => (values, *last),
            values => (values, false),
        };
        if values.is_empty() {
            return Err(self.arity(values, 1, usize::MAX));
        }
        let text = |key: &Value| match key {
            Value::Str(text) => Ok(text.text().clone()),
            other => Err(self.misfit(other, "String")),
        };
        Ok(Type::enumeration(values.iter().map(text).collect::<Result<Vec<_>, _>>()?, ignore_case))
    }

    fn semver(&self, keys: &[Value]) -> Result<Type, String> {
        let range = |key: &Value| match key {
            Value::Str(text) if semver::parse_range(text).is_some() => Ok(text.text().clone()),
            Value::SemVerRange(text) => Ok(text.clone()),
            Value::Str(text) => Err(format!("Unparsable version range: \"{text}\"")),
            other => Err(self.misfit(other, "String or SemVerRange")),
        };
        Ok(Type::SemVer(keys.iter().map(range).collect::<Result<Vec<_>, _>>()?.into()))
    }

    fn times(
        &self,
        keys: &[Value],
        parse: impl Fn(&str) -> Result<i128, String>,
    ) -> Result<(Option<i128>, Option<i128>), String> {
        #[expect(clippy::cast_possible_truncation, reason = "seconds with a fraction, to nanoseconds")]
        let bound = |key: &Value| match key {
            Value::Undef | Value::Default => Ok(None),
            Value::Timestamp(it) | Value::Timespan(it) => Ok(Some(**it)),
            Value::Int(it) => Ok(Some(i128::from(*it) * time::SECOND)),
            Value::Float(it) => Ok(Some((it * 1e9) as i128)),
            Value::Str(text) => parse(text).map(Some),
            other => Err(self.misfit(other, &self.base.name())),
        };
        match keys {
            [] => Ok((None, None)),
            [from] => Ok((bound(from)?, None)),
            [from, to] => Ok((bound(from)?, bound(to)?)),
            _ => Err(self.arity(keys, 0, 2)),
        }
    }

    /// One bound of a range: an integer or `default`.
    fn bound(&self, key: &Value) -> Result<Option<i64>, String> {
        match key {
            Value::Int(it) => Ok(Some(*it)),
            Value::Default => Ok(None),
            other => Err(format!(
                "A Type's size constraint arguments must be a single Integer type, or 1-2 integers (or default). Got {}",
                ruby_class(other)
            )),
        }
    }

    /// The bounds of a size, from 0 where only the upper one is given.
    fn size(&self, keys: &[Value]) -> Result<(Option<i64>, Option<i64>), String> {
        let sized =
            |from: Option<i64>, to: Option<i64>| (Some(from.unwrap_or(0).max(0)), to.map(|to| to.max(0)));
        match keys {
            [Value::Type(Type::Integer(from, to))] => Ok(sized(*from, *to)),
            [from] => Ok(sized(self.bound(from)?, None)),
            [from, to] => {
                let (from, to) = (self.bound(from)?, self.bound(to)?);
                ordered(from, to)?;
                Ok(sized(from, to))
            }
            _ => Err(self.arity(keys, 1, 2)),
        }
    }

    fn tuple(&self, keys: &[Value]) -> Result<Type, String> {
        let range = |key: &Value| matches!(key, Value::Int(_) | Value::Default);
        let (types, size) = match keys {
            [types @ .., from, to] if range(from) && range(to) => {
                (types, self.size(&[from.clone(), to.clone()])?)
            }
            [types @ .., from] if range(from) => (types, self.size(std::slice::from_ref(from))?),
            types => (types, (None, None)),
        };
        Ok(Type::Tuple(self.types(types)?.into(), size.0, size.1))
    }

    fn string(&self, keys: &[Value]) -> Result<Type, String> {
        if keys.is_empty() || keys.len() > 2 {
            return Err(format!("String-Type [] requires 1 or 2 arguments. Got {}", keys.len()));
        }
        let (from, to) = self.size(keys)?;
        Ok(Type::String(from, to))
    }

    fn pattern(&self, keys: &[Value]) -> Result<Type, String> {
        if keys.is_empty() {
            return Err(self.arity(keys, 1, usize::MAX));
        }
        let mut sources: Vec<EcoString> = Vec::new();
        for key in keys {
            match key {
                Value::Regexp(it) => sources.push(it.source.clone()),
                Value::Str(text) => {
                    Regexp::cached(text.text())?;
                    sources.push(text.text().clone());
                }
                Value::Type(Type::Pattern(more)) => sources.extend(more.iter().cloned()),
                Value::Type(Type::Regexp(Some(source))) => sources.push(source.clone()),
                other => return Err(self.misfit(other, "String or Regexp or Pattern-Type or Regexp-Type")),
            }
        }
        Ok(Type::Pattern(sources.into()))
    }

    fn regexp(&self, keys: &[Value]) -> Result<Type, String> {
        match keys {
            [Value::Regexp(it)] => Ok(Type::Regexp(Some(it.source.clone()))),
            [Value::Str(text)] => {
                Regexp::cached(text.text())?;
                Ok(Type::Regexp(Some(text.text().clone())))
            }
            [other] => Err(self.misfit(other, "String or Regexp")),
            _ => Err(self.arity(keys, 1, 1)),
        }
    }

    fn integer(&self, keys: &[Value]) -> Result<Type, String> {
        let bound = |key: &Value| match key {
            Value::Int(it) => Ok(Some(*it)),
            Value::Default => Ok(None),
            other => Err(format!(
                "Integer-Type [] requires all arguments to be integers (or default). Got {}",
                ruby_class(other)
            )),
        };
        let (from, to) = match keys {
            [from] => (bound(from)?, None),
            [from, to] => (bound(from)?, bound(to)?),
            _ => return Err(format!("Integer-Type [] requires 1 or 2 arguments. Got {}", keys.len())),
        };
        ordered(from, to)?;
        Ok(Type::Integer(from, to))
    }

    fn float(&self, keys: &[Value]) -> Result<Type, String> {
        #[expect(clippy::cast_precision_loss, reason = "Ruby's Float()")]
        let bound = |key: &Value| match key {
            Value::Int(it) => Ok(Some(*it as f64)),
            Value::Float(it) => Ok(Some(*it)),
            Value::Default => Ok(None),
            other => Err(format!(
                "Float-Type [] requires all arguments to be floats, or integers (or default). Got {}",
                ruby_class(other)
            )),
        };
        let (from, to) = match keys {
            [from] => (bound(from)?, None),
            [from, to] => (bound(from)?, bound(to)?),
            _ => return Err(format!("Float-Type [] requires 1 or 2 arguments. Got {}", keys.len())),
        };
        ordered(from, to)?;
        Ok(Type::Float(from.map(f64::to_bits), to.map(f64::to_bits)))
    }

    fn array(&self, keys: &[Value]) -> Result<Type, String> {
        let (element, size) = match keys {
            [Value::Type(it)] => (it.clone(), (None, None)),
            [other] => return Err(self.not_a_type(other)),
            [Value::Type(it), size @ ..] if size.len() <= 2 => (it.clone(), self.size(size)?),
            [_, _] => (Type::Any, self.size(keys)?),
            [other, _, _] => return Err(self.not_a_type(other)),
            _ => return Err(self.arity(keys, 1, 3)),
        };
        let element = if size == (Some(0), Some(0)) { Type::Unit } else { element };
        Ok(Type::Array(Arc::new(element), size.0, size.1))
    }

    fn hash(&self, keys: &[Value]) -> Result<Type, String> {
        if let [Value::Int(_), Value::Int(_)] = keys {
            let (from, to) = self.size(keys)?;
            let inner = if (from, to) == (Some(0), Some(0)) { Type::Unit } else { Type::Any };
            return Ok(Type::Hash(Arc::new(inner.clone()), Arc::new(inner), from, to));
        }
        if let Some(other) = keys.iter().take(2).find(|key| !matches!(key, Value::Type(_))) {
            return Err(self.not_a_type(other));
        }
        match keys {
            [key, value, size @ ..] if size.len() <= 2 => {
                let (from, to) = if size.is_empty() { (None, None) } else { self.size(size)? };
                Ok(Type::Hash(Arc::new(self.one_type(key)?), Arc::new(self.one_type(value)?), from, to))
            }
            _ => Err(self.arity(keys, 2, 4)),
        }
    }

    fn structure(&self, arguments: &[Value]) -> Result<Type, String> {
        let entries = match arguments {
            [Value::Hash(entries)] => entries,
            [other] => return Err(self.misfit(other, "Hash")),
            _ => return Err(self.arity(arguments, 1, 1)),
        };
        let member = |(key, value): (&Value, &Value)| {
            let Value::Type(value) = value else {
                return Err("Struct element value_type must be a type".to_owned());
            };
            let (name, optional) = self.member_name(key, value)?;
            Ok((name, optional, value.clone()))
        };
        Ok(Type::Struct(entries.iter().map(member).collect::<Result<Vec<_>, _>>()?.into()))
    }

    /// The name of a struct's member and whether it may be left out.
    fn member_name(&self, key: &Value, value: &Type) -> Result<(EcoString, bool), String> {
        let (key, optional) = match key {
            Value::Str(text) if text.is_empty() => {
                return Err("Struct element key cannot be an empty String".into());
            }
            Value::Str(text) => {
                return Ok((text.text().clone(), value.assignable(&Type::Undef, self.resolver)));
            }
            Value::Type(Type::Optional(inner)) => (&**inner, true),
            Value::Type(Type::NotUndef(inner)) => (&**inner, false),
            Value::Type(it @ (Type::StringValue(_) | Type::String(..) | Type::Enum(..))) => (it, false),
            other => {
                return Err(format!(
                    "Illegal Struct member key type. Expected NotUndef, Optional, or String. Got: {}",
                    ruby_class(other)
                ));
            }
        };
        match key {
            Type::StringValue(name) => Ok((name.clone(), optional)),
            Type::Enum(values, _) if values.len() == 1 => {
                Ok((values.first().cloned().unwrap_or_default(), optional))
            }
            other => Err(format!(
                "Unable to extract a non-empty literal string from Struct member key type {other}"
            )),
        }
    }

    fn callable(&self, arguments: &[Value]) -> Result<Type, String> {
        let (parameters, returns) = match arguments {
            [Value::Array(parameters), returns] => (parameters.to_vec(), Some(self.one_type(returns)?)),
            [Value::Array(_), ..] => return Err(self.arity(arguments, 2, 2)),
            parameters => (parameters.to_vec(), None),
        };
        let (parameters, block) = match parameters.as_slice() {
            [rest @ .., Value::Type(last)] if is_callable(last) => (rest, Some(last.clone())),
            all => (all, None),
        };
        let tuple = match parameters {
            [] => Type::Tuple(Arc::default(), Some(0), Some(0)),
            [Value::Int(_) | Value::Default, ..] => {
                let (from, to) = self.size(parameters)?;
                let types: Arc<[Type]> =
                    if (from, to) == (Some(0), Some(0)) { Arc::default() } else { [Type::Unit].into() };
                Type::Tuple(types, from, to)
            }
            parameters => self.tuple(parameters)?,
        };
        Ok(Type::Callable(Some(Arc::new((tuple, block, returns)))))
    }

    fn init(&self, arguments: &[Value]) -> Result<Type, String> {
        match arguments {
            [Value::Type(it), rest @ ..] => Ok(Type::Init(Arc::new(it.clone()), rest.into())),
            [other, ..] => Err(self.not_a_type(other)),
            [] => Err(self.arity(arguments, 1, usize::MAX)),
        }
    }
}

/// Whether the parts of a URI's type are such that a URI's can be matched against.
fn is_uri_hash(parts: &HashMap) -> bool {
    let text = "Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef]]]";
    let number = "Optional[Variant[Integer[0], Type[NotUndef], Type[Undef]]]";
    let part = |(name, value): (&Value, &Value)| {
        let expected = match name.as_str() {
            Some("port") => number,
            Some(name) if PARTS.contains(&name) => text,
            _ => return false,
        };
        parse_type(expected, &NoAliases).is_ok_and(|it| it.instance(value, &NoAliases))
    };
    parts.iter().all(part)
}

fn is_callable(it: &Type) -> bool {
    match it {
        Type::Callable(_) => true,
        Type::Optional(inner) => is_callable(inner),
        Type::Variant(types) => !types.is_empty() && types.iter().all(is_callable),
        _ => false,
    }
}

fn in_order(from: Option<i128>, to: Option<i128>, text: impl Fn(i128) -> String) -> Result<(), String> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            Err(format!("'from' must be less or equal to 'to'. Got ({}, {}", text(from), text(to)))
        }
        (_, _) => Ok(()),
    }
}

fn ordered<T: PartialOrd + std::fmt::Display>(from: Option<T>, to: Option<T>) -> Result<(), String> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            Err(format!("'from' must be less or equal to 'to'. Got ({from}, {to}"))
        }
        (_, _) => Ok(()),
    }
}

/// `a` or `an` as Puppet's labels choose it.
pub(super) fn article(text: &str) -> &'static str {
    let first = text.chars().find(|c| !matches!(c, '"' | '\'')).unwrap_or('x').to_ascii_lowercase();
    if matches!(first, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') { "an" } else { "a" }
}

/// One reference, or an array of them where several titles or an array were given.
fn several(found: Vec<Value>, arguments: &[Value]) -> Value {
    let array = arguments.len() > 1 || matches!(arguments.first(), Some(Value::Array(_)));
    if array { Value::array(found) } else { found.into_iter().next_back().unwrap_or_default() }
}

fn resource(name: Option<&EcoString>, arguments: &[Value]) -> Result<Value, String> {
    let (name, titles) = match (name, arguments) {
        (_, []) => return Err("Resource-Type[] accepts 1 or more arguments. Got 0".into()),
        (Some(name), titles) => (name.clone(), titles),
        (None, [Value::Type(Type::Resource(Some(name), _)), titles @ ..]) => (name.clone(), titles),
        (None, [Value::Str(name), titles @ ..]) => (capitalize_segments(name), titles),
        (None, [other, ..]) => {
            return Err(format!(
                "First argument to Resource[] must be a resource type or a String. Got {}.",
                kind(other)
            ));
        }
    };
    if !is_class_reference(&name) {
        return Err(format!(
            "Illegal type reference. The given name '{name}' does not conform to the naming rule"
        ));
    }
    if titles.is_empty() {
        return Ok(Value::Type(Type::Resource(Some(name), None)));
    }
    let flat: Vec<Value> = flatten(titles).into_iter().filter(|it| !it.is_undef()).collect();
    let reference = |title: &Value| match title {
        Value::Str(title) => Ok(Value::Type(Type::Resource(Some(name.clone()), Some(title.text().clone())))),
        other => Err(format!(
            "Error creating type specialization of a {name}-Type, Cannot use {} where a resource title String is expected",
            kind(other)
        )),
    };
    let found = flat.iter().map(reference).collect::<Result<Vec<_>, _>>()?;
    Ok(several(found, titles))
}

fn is_class_reference(name: &str) -> bool {
    let word = |segment: &str| {
        segment.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    name.strip_prefix("::").unwrap_or(name).split("::").all(word)
}

fn class(arguments: &[Value]) -> Result<Value, String> {
    if arguments.is_empty() {
        return Err("Class-Type[] accepts 1 or more arguments. Got 0".into());
    }
    let flat: Vec<Value> = flatten(arguments).into_iter().filter(|it| !it.is_undef()).collect();
    let reference = |name: &Value| {
        let Value::Str(name) = name else {
            return Err(format!(
                "Illegal Class name in class reference. {} {} cannot be used where a String is expected",
                if article(&kind(name)) == "an" { "An" } else { "A" },
                kind(name)
            ));
        };
        let lower = name.to_lowercase();
        let lower = lower.strip_prefix("::").unwrap_or(&lower);
        let word = |segment: &str| {
            segment.chars().next().is_some_and(|c| c.is_ascii_lowercase())
                && segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if !lower.split("::").all(word) {
            return Err(format!(
                "Illegal name. The given name '{name}' does not conform to the naming rule /\\A((::)?[a-z]\\w*)(::[a-z]\\w*)*\\z/"
            ));
        }
        Ok(Value::Type(Type::Class(Some(lower.into()))))
    };
    let found = flat.iter().map(reference).collect::<Result<Vec<_>, _>>()?;
    Ok(several(found, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::types::NoAliases;

    fn text(base: &str, arguments: &[Value]) -> Result<String, String> {
        let base = Type::lookup(base, &NoAliases).unwrap();
        parameterize(&base, arguments, &NoAliases).map(|it| it.to_str().as_str().to_owned())
    }

    #[test]
    fn references_come_alone_or_in_arrays() {
        assert_eq!(text("File", &["/a".into()]).unwrap(), "File['/a']");
        assert_eq!(text("File", &["/a".into(), "/b".into()]).unwrap(), "[File['/a'], File['/b']]");
        assert_eq!(text("Class", &[Value::array(["::Ntp".into()])]).unwrap(), "[Class[ntp]]");
        assert_eq!(text("Resource", &["apache::vhost".into(), "w".into()]).unwrap(), "Apache::Vhost['w']");
        assert_eq!(text("Resource", &["file".into()]).unwrap(), "File");
    }

    #[test]
    fn types_take_their_parameters() {
        let integer = Value::Type(Type::integer());
        assert_eq!(text("Integer", &[Value::Int(1), Value::Default]).unwrap(), "Integer[1]");
        assert_eq!(
            text("Array", &[integer.clone(), Value::Int(1), Value::Int(2)]).unwrap(),
            "Array[Integer, 1, 2]"
        );
        assert_eq!(text("Tuple", &[integer.clone(), Value::Int(1)]).unwrap(), "Tuple[Integer, 1]");
        let members = Value::hash([("a".into(), integer.clone())]);
        assert_eq!(text("Struct", &[members]).unwrap(), "Struct[{'a' => Integer}]");
        assert_eq!(
            text("Callable", &[integer, Value::Int(0), Value::Int(2)]).unwrap(),
            "Callable[Integer, 0, 2]"
        );
        assert_eq!(text("Optional", &["a".into()]).unwrap(), "Optional['a']");
        assert!(
            text("Integer", &[Value::Int(5), Value::Int(1)]).unwrap_err().starts_with("'from' must be less")
        );
        assert!(text("Array", &["x".into()]).unwrap_err().contains("arguments must be types"));
    }
}
