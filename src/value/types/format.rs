//! Types as Puppet source (`Puppet::Pops::Types::TypeFormatter`).

use super::{Alias, NoAliases, ObjectType, Type, TypeResolver, TypeSet};
use crate::value::{HashMap, Regexp, Value, float_to_string, literal, quote, time};
use ecow::EcoString;
use std::{fmt, sync::Arc};

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Formatter::default().text(self, &mut Vec::new()))
    }
}

impl Type {
    /// Writes the type with its aliases and objects spelled out: `Stdlib::Port = Integer[0, 65535]`.
    #[must_use]
    pub fn expanded(&self, _: &dyn TypeResolver) -> String {
        Formatter { expand: true, set: None }.text(self, &mut Vec::new())
    }

    /// Writes the type as Ruby's `to_s` does: aliases, objects and sets spelled out, unless they are inside of another.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Alias(_) | Self::Object(_) | Self::TypeSet(_) => self.expanded(&NoAliases),
            other => other.to_string(),
        }
    }

    /// Returns the type's name without parameters, as messages use it.
    #[must_use]
    pub fn name(&self) -> EcoString {
        EcoString::from(match self {
            Self::Alias(alias) => return alias.name.clone(),
            Self::Object(it) => return it.label(),
            Self::Extension(it) => return it.base.label(),
            Self::TypeSet(_) => "TypeSet",
            Self::Any => "Any",
            Self::Undef => "Undef",
            Self::Unit => "Unit",
            Self::Default => "Default",
            Self::Scalar => "Scalar",
            Self::ScalarData => "ScalarData",
            Self::Data => "Data",
            Self::RichData => "RichData",
            Self::Numeric => "Numeric",
            Self::Catalogentry => "CatalogEntry",
            Self::Collection(..) => "Collection",
            Self::Integer(..) => "Integer",
            Self::Float(..) => "Float",
            Self::String(..) | Self::StringValue(_) => "String",
            Self::Enum(..) => "Enum",
            Self::Pattern(_) => "Pattern",
            Self::Regexp(_) => "Regexp",
            Self::Boolean(_) => "Boolean",
            Self::Binary => "Binary",
            Self::SemVer(_) => "SemVer",
            Self::SemVerRange => "SemVerRange",
            Self::Timestamp(..) => "Timestamp",
            Self::Timespan(..) => "Timespan",
            Self::Uri(_) => "URI",
            Self::Array(..) => "Array",
            Self::Hash(..) => "Hash",
            Self::Tuple(..) => "Tuple",
            Self::Struct(_) => "Struct",
            Self::Variant(_) => "Variant",
            Self::Optional(_) => "Optional",
            Self::NotUndef(_) => "NotUndef",
            Self::Sensitive(_) => "Sensitive",
            Self::Iterable(_) => "Iterable",
            Self::Iterator(_) => "Iterator",
            Self::Type(_) => "Type",
            Self::Callable(_) => "Callable",
            Self::Runtime(..) => "Runtime",
            Self::Init(..) => "Init",
            Self::Class(_) => "Class",
            Self::Resource(..) => "Resource",
            Self::Reference(..) => "TypeReference",
        })
    }
}

#[derive(Clone, Copy, Default)]
struct Formatter<'a> {
    /// Whether aliases and objects are spelled out.
    expand: bool,
    /// The set that is being written, by whose names its types go.
    set: Option<&'a TypeSet>,
}

/// `from` and `to` as they are printed: nothing where both are open, `default` for an open lower end.
fn range<T>(from: Option<T>, to: Option<T>, text: impl Fn(T) -> String) -> Vec<String> {
    if from.is_none() && to.is_none() {
        return Vec::new();
    }
    let mut parts = vec![from.map_or_else(|| "default".to_owned(), &text)];
    parts.extend(to.map(&text));
    parts
}

/// Bounds of a size; `Array[0, 0]` and its kind print both.
fn size(from: Option<i64>, to: Option<i64>) -> Vec<String> {
    range(from, to, |it| it.to_string())
}

fn with(name: &str, parts: &[String]) -> String {
    if parts.is_empty() { name.to_owned() } else { format!("{name}[{}]", parts.join(", ")) }
}

fn regexp(source: &EcoString) -> String {
    Regexp::new(source.clone()).map_or_else(|_| format!("/{source}/"), |it| it.with_delimiters())
}

impl Formatter<'_> {
    fn text(&self, it: &Type, seen: &mut Vec<EcoString>) -> String {
        let name = it.name();
        match it {
            Type::Integer(from, to) => with(&name, &size(*from, *to)),
            Type::Float(from, to) => {
                with(&name, &range(*from, *to, |bits| float_to_string(f64::from_bits(bits))))
            }
            Type::String(from, to) | Type::Collection(from, to) => with(&name, &size(*from, *to)),
            Type::Boolean(value) => with(&name, &value.iter().map(ToString::to_string).collect::<Vec<_>>()),
            Type::Enum(values, ignore_case) => {
                let mut parts: Vec<String> = values.iter().map(|value| quote(value)).collect();
                parts.extend(ignore_case.then(|| "true".to_owned()));
                with(&name, &parts)
            }
            Type::Pattern(sources) => with(&name, &sources.iter().map(regexp).collect::<Vec<_>>()),
            Type::Regexp(source) => with(&name, &source.iter().map(regexp).collect::<Vec<_>>()),
            Type::SemVer(ranges) => with(&name, &ranges.iter().map(|it| quote(it)).collect::<Vec<_>>()),
            Type::Timestamp(bounds) => with(&name, &times(bounds.0, bounds.1, time::timestamp_to_string)),
            Type::Timespan(bounds) => with(&name, &times(bounds.0, bounds.1, time::timespan_to_string)),
            Type::Uri(None) => name.to_string(),
            Type::Uri(Some(parameters)) => format!("{name}[{}]", self.hash(parameters)),
            Type::Array(_, Some(0), Some(0)) | Type::Hash(_, _, Some(0), Some(0)) => format!("{name}[0, 0]"),
            Type::Array(element, None, None) if **element == Type::Any => name.to_string(),
            Type::Array(element, from, to) => self.sized(&name, &[element], (*from, *to), seen),
            Type::Hash(key, value, None, None) if (&**key, &**value) == (&Type::Any, &Type::Any) => {
                name.to_string()
            }
            Type::Hash(key, value, from, to) => self.sized(&name, &[key, value], (*from, *to), seen),
            Type::Tuple(types, from, to) => {
                let types: Vec<&Type> = types.iter().collect();
                if types.is_empty() {
                    name.to_string()
                } else {
                    self.sized(&name, &types, (*from, *to), seen)
                }
            }
            Type::Struct(entries) => self.structure(entries, seen),
            Type::Variant(types) => {
                with(&name, &types.iter().map(|it| self.text(it, seen)).collect::<Vec<_>>())
            }
            Type::Optional(inner) | Type::NotUndef(inner) => match &**inner {
                Type::Any if matches!(it, Type::NotUndef(_)) => name.to_string(),
                Type::Unit => name.to_string(),
                Type::StringValue(text) => format!("{name}[{}]", quote(text)),
                inner => format!("{name}[{}]", self.text(inner, seen)),
            },
            Type::Sensitive(inner) | Type::Iterable(inner) | Type::Iterator(inner) | Type::Type(inner) => {
                let bare = **inner == Type::Any;
                if bare { name.to_string() } else { format!("{name}[{}]", self.text(inner, seen)) }
            }
            Type::Callable(None) => name.to_string(),
            Type::Callable(Some(it)) => self.callable(it, seen),
            Type::Runtime(runtime, of) if runtime.is_empty() && of.is_empty() => name.to_string(),
            Type::Runtime(runtime, of) => format!("{name}[{runtime}, {}]", quote(of)),
            Type::Init(inner, arguments) => {
                if **inner == Type::Any && arguments.is_empty() {
                    return name.to_string();
                }
                let mut parts = vec![self.text(inner, seen)];
                parts.extend(arguments.iter().map(literal));
                with(&name, &parts)
            }
            Type::Class(of) => with(&name, &of.iter().map(ToString::to_string).collect::<Vec<_>>()),
            Type::Resource(None, _) => name.to_string(),
            Type::Resource(Some(of), title) => {
                with(of, &title.iter().map(|it| quote(it)).collect::<Vec<_>>())
            }
            Type::Reference(text, arguments) => reference(text, arguments),
            Type::Alias(alias) => self.alias(alias, seen),
            Type::Object(of) if self.expand => self.definition(of, it),
            Type::Object(_) => self.name_in_set(it),
            Type::Extension(of) => {
                let arguments: Vec<String> = of.arguments().iter().map(|it| self.literal(it)).collect();
                with(&self.name_in_set(it), &arguments)
            }
            Type::TypeSet(None) => self.type_set(&TypeSet::default_set()),
            Type::TypeSet(Some(set)) => self.type_set(set),
            Type::Any
            | Type::Undef
            | Type::Unit
            | Type::Default
            | Type::Scalar
            | Type::ScalarData
            | Type::Data
            | Type::RichData
            | Type::Numeric
            | Type::Catalogentry
            | Type::StringValue(_)
            | Type::Binary
            | Type::SemVerRange => name.to_string(),
        }
    }

    fn sized(
        &self,
        name: &str,
        types: &[&Type],
        (from, to): (Option<i64>, Option<i64>),
        seen: &mut Vec<EcoString>,
    ) -> String {
        let mut parts: Vec<String> = types.iter().map(|it| self.text(it, seen)).collect();
        parts.extend(size(from, to));
        with(name, &parts)
    }

    fn structure(&self, entries: &[(EcoString, bool, Type)], seen: &mut Vec<EcoString>) -> String {
        let pair = |(key, optional, value): &(EcoString, bool, Type)| {
            let takes_undef = value.assignable(&Type::Undef, &NoAliases);
            let key = match (optional, takes_undef) {
                (true, true) | (false, false) => quote(key),
                (true, false) => format!("Optional[{}]", quote(key)),
                (false, true) => format!("NotUndef[{}]", quote(key)),
            };
            format!("{key} => {}", self.text(value, seen))
        };
        let entries: Vec<String> = entries.iter().map(pair).collect();
        if entries.is_empty() { "Struct".into() } else { format!("Struct[{{{}}}]", entries.join(", ")) }
    }

    fn callable(&self, it: &(Type, Option<Type>, Option<Type>), seen: &mut Vec<EcoString>) -> String {
        let (parameters, block, returns) = it;
        let mut parts = Vec::new();
        if let Type::Tuple(types, from, to) = parameters {
            parts.extend(types.iter().filter(|it| **it != Type::Unit).map(|it| self.text(it, seen)));
            if types.is_empty() {
                parts.extend(["0".to_owned(), "0".to_owned()]);
            } else {
                parts.extend(size(*from, *to));
            }
        }
        parts.extend(block.iter().map(|it| self.text(it, seen)));
        match returns {
            None => with("Callable", &parts),
            Some(returns) => format!("Callable[[{}], {}]", parts.join(", "), self.text(returns, seen)),
        }
    }

    fn alias(&self, alias: &Arc<Alias>, seen: &mut Vec<EcoString>) -> String {
        let it = Type::Alias(alias.clone());
        let name = self.name_in_set(&it);
        let inner = alias.resolved().filter(|_| self.expand && !seen.contains(&alias.name));
        let Some(found) = inner else { return name };
        let in_set = self.set.map(|set| set.name_of(&it).is_some());
        if in_set == Some(false) || BUILTIN.contains(&alias.name.as_str()) {
            return name;
        }
        seen.push(alias.name.clone());
        let text = self.text(found, seen);
        seen.pop();
        if in_set.is_some() { text } else { format!("{name} = {text}") }
    }

    fn name_in_set(&self, it: &Type) -> String {
        let known = self.set.and_then(|set| set.name_of(it));
        known.cloned().unwrap_or_else(|| it.name()).to_string()
    }

    fn literal(&self, value: &Value) -> String {
        match value {
            Value::Type(it) => self.text(it, &mut Vec::new()),
            Value::Array(items) => {
                format!("[{}]", items.iter().map(|it| self.literal(it)).collect::<Vec<_>>().join(", "))
            }
            Value::Hash(entries) => {
                let pair = |(key, value)| format!("{} => {}", self.literal(key), self.literal(value));
                format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
            }
            other => literal(other),
        }
    }

    fn hash(&self, entries: &[(EcoString, Value)]) -> String {
        let pair = |(key, value): &(EcoString, Value)| format!("{} => {}", quote(key), self.literal(value));
        format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
    }

    /// An `Object` with its definition; the types in it go by their names.
    fn definition(&self, of: &ObjectType, it: &Type) -> String {
        let inside = Formatter { expand: false, set: self.set };
        let known = self.set.is_some_and(|set| set.name_of(it).is_some());
        let init = of.init_hash(!known);
        let entry = |(key, value): (&Value, &Value)| {
            let key = key.to_str();
            let text = match (key.as_str(), value) {
                ("attributes" | "functions", Value::Hash(members)) => inside.members(members),
                _ => inside.literal(value),
            };
            format!("{key} => {text}")
        };
        format!("Object[{{{}}}]", init.iter().map(entry).collect::<Vec<_>>().join(", "))
    }

    fn members(&self, members: &HashMap) -> String {
        let part = |(key, value): (&Value, &Value)| {
            let text =
                if key.as_str() == Some("kind") { value.to_str().to_string() } else { self.literal(value) };
            format!("{} => {text}", key.to_str())
        };
        let member = |(name, value): (&Value, &Value)| {
            let text = match value {
                Value::Hash(parts) => {
                    format!("{{{}}}", parts.iter().map(part).collect::<Vec<_>>().join(", "))
                }
                other => self.literal(other),
            };
            format!("{} => {text}", literal(name))
        };
        format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
    }

    fn type_set(&self, set: &TypeSet) -> String {
        let inside = Formatter { expand: self.expand, set: Some(set) };
        let mut parts = Vec::new();
        parts.extend(set.pcore_uri.iter().map(|it| format!("pcore_uri => {}", quote(it))));
        parts.push(format!("pcore_version => {}", quote(&set.pcore_version)));
        parts.push(format!("name_authority => {}", quote(&set.authority)));
        parts.push(format!("name => {}", quote(&set.name)));
        parts.extend(set.version.iter().map(|it| format!("version => {}", quote(it))));
        if !set.types.is_empty() {
            let types =
                set.types.iter().map(|(name, it)| format!("{name} => {}", inside.text(it, &mut Vec::new())));
            parts.push(format!("types => {{{}}}", types.collect::<Vec<_>>().join(", ")));
        }
        if !set.references.is_empty() {
            let references = set.references.iter().map(|(name, it)| format!("{name} => {}", literal(it)));
            parts.push(format!("references => {{{}}}", references.collect::<Vec<_>>().join(", ")));
        }
        format!("TypeSet[{{{}}}]", parts.join(", "))
    }
}

/// The aliases that Puppet itself defines, which are never spelled out.
const BUILTIN: &[&str] = &["Data", "RichData", "RichDataKey", "Puppet::LookupKey", "Puppet::LookupValue"];

fn times(from: Option<i128>, to: Option<i128>, text: impl Fn(i128) -> String) -> Vec<String> {
    if from.is_none() && to.is_none() {
        return Vec::new();
    }
    let quoted = |it: i128| format!("'{}'", text(it));
    let mut parts = vec![from.map_or_else(|| "default".to_owned(), &quoted)];
    parts.extend(to.filter(|it| Some(*it) != from).map(&quoted));
    parts
}

fn reference(text: &EcoString, arguments: &[Value]) -> String {
    let arguments: Vec<String> = arguments.iter().map(literal).collect();
    format!("TypeReference[{}]", quote(&with(text, &arguments)))
}
