//! Whether a value is an instance of a type (`PAnyType#instance?`).

use super::{
    Type, TypeResolver,
    assignable::{Checker, any_pattern, enum_has, within},
    constructors::init_types,
    deferred_type,
};
use crate::value::{HashMap, Value, matches, semver, uri::Uri};
use ecow::EcoString;
use std::cell::RefCell;

/// How deep values and types may nest before a value is taken as no instance.
const DEPTH: usize = 400;

struct Tester<'a> {
    checker: Checker<'a>,
    /// Aliases being asked of the value at this address; met again, it is no instance by that way.
    asked: RefCell<Vec<(EcoString, *const Value)>>,
    depth: RefCell<usize>,
}

impl Type {
    /// Tells whether the value is an instance of this type.
    #[must_use]
    pub fn instance(&self, value: &Value, resolver: &dyn TypeResolver) -> bool {
        let checker = Checker::new(resolver);
        Tester { checker, asked: RefCell::default(), depth: RefCell::default() }.instance(self, value)
    }
}

fn size_fits(from: Option<i64>, to: Option<i64>, size: usize) -> bool {
    let size = i64::try_from(size).ok();
    within((from, to), (size, size))
}

fn float_fits(from: Option<u64>, to: Option<u64>, it: f64) -> bool {
    from.is_none_or(|bits| it >= f64::from_bits(bits)) && to.is_none_or(|bits| it <= f64::from_bits(bits))
}

impl Tester<'_> {
    fn instance(&self, it: &Type, value: &Value) -> bool {
        *self.depth.borrow_mut() += 1;
        let answer = *self.depth.borrow() < DEPTH && self.decide(it, value);
        *self.depth.borrow_mut() -= 1;
        answer
    }
    fn decide(&self, it: &Type, value: &Value) -> bool {
        match (it, value) {
            (Type::Any | Type::Unit, _)
            | (Type::Undef | Type::Optional(_), Value::Undef)
            | (Type::Default, Value::Default)
            | (Type::Binary, Value::Binary(_))
            | (Type::SemVerRange, Value::SemVerRange(_))
            | (Type::Regexp(None), Value::Regexp(_))
            | (Type::Numeric, Value::Int(_) | Value::Float(_))
            | (Type::ScalarData, Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_)) => true,
            (
                Type::Scalar,
                Value::Str(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Bool(_)
                | Value::Regexp(_)
                | Value::SemVer(_)
                | Value::SemVerRange(_)
                | Value::Timespan(_)
                | Value::Timestamp(_),
            ) => true,
            (Type::Integer(from, to), Value::Int(it)) => within((*from, *to), (Some(*it), Some(*it))),
            (Type::Float(from, to), Value::Float(it)) => float_fits(*from, *to, *it),
            (Type::String(None, None), Value::Str(_)) => true,
            (Type::String(from, to), Value::Str(text)) => size_fits(*from, *to, text.chars().count()),
            (Type::StringValue(own), Value::Str(text)) => own == text.as_str(),
            (Type::Enum(values, ignore_case), Value::Str(text)) => enum_has(values, *ignore_case, text),
            (Type::Pattern(sources), Value::Str(text)) => sources.is_empty() || any_pattern(sources, text),
            (Type::Regexp(Some(source)), Value::Regexp(it)) => *source == it.source,
            (Type::Boolean(own), Value::Bool(it)) => own.is_none_or(|own| own == *it),
            (Type::SemVer(ranges), Value::SemVer(version)) => {
                ranges.is_empty() || ranges.iter().any(|range| semver::range_includes(range, version))
            }
            (Type::Timestamp(bounds), Value::Timestamp(it))
            | (Type::Timespan(bounds), Value::Timespan(it)) => within(**bounds, (Some(**it), Some(**it))),
            (Type::Uri(own), Value::Uri(it)) => own.as_ref().is_none_or(|own| self.uri_has(own, it)),
            (Type::Collection(from, to), Value::Array(items)) => size_fits(*from, *to, items.len()),
            (Type::Collection(from, to), Value::Hash(entries)) => size_fits(*from, *to, entries.len()),
            (Type::Array(element, from, to), Value::Array(items)) => {
                size_fits(*from, *to, items.len()) && items.iter().all(|item| self.instance(element, item))
            }
            (Type::Hash(key, element, from, to), Value::Hash(entries)) => {
                size_fits(*from, *to, entries.len())
                    && entries.iter().all(|(k, v)| self.instance(key, k) && self.instance(element, v))
            }
            (Type::Tuple(types, from, to), Value::Array(items)) => self.tuple(types, (*from, *to), items),
            (Type::Struct(members), Value::Hash(entries)) => self.structure(members, entries),
            (Type::Variant(types), _) => types.iter().any(|it| self.instance(it, value)),
            (Type::Optional(inner), _) => **inner != Type::Unit && self.instance(inner, value),
            (Type::NotUndef(inner), _) => !value.is_undef() && self.instance(inner, value),
            (Type::Sensitive(inner), Value::Sensitive(it)) => self.instance(inner, it),
            (Type::Type(inner), Value::Type(it)) => self.checker.assignable(inner, it),
            (Type::Iterable(inner), _) => self.iterable(inner, value),
            (Type::Object(own), Value::Object(it)) => own.takes(&it.of),
            (Type::Object(own), Value::Deferred(_)) => own.takes(&deferred_type()),
            (Type::Object(own), Value::Type(_)) => own.is_default(),
            (Type::TypeSet(_), Value::Type(Type::TypeSet(_))) => true,
            (Type::Extension(own), Value::Object(it)) => {
                own.base.takes(&it.of)
                    && own.parameters.iter().all(|(name, wanted)| {
                        let found = it.get(name);
                        found.is_some_and(|found| matches(found, wanted, self.checker.resolver))
                    })
            }
            (Type::Iterator(inner), Value::Iterator(it)) => self.checker.assignable(inner, &it.item_type()),
            (Type::Runtime(..), Value::Iterator(_)) => false,
            (Type::Data | Type::RichData | Type::Alias(_), _) => self.alias(it, value),
            (Type::Init(inner, arguments), _) => self.init(inner, arguments, value),
            (Type::Runtime(..) | Type::Catalogentry, _) => self.checker.assignable(it, &Type::infer(value)),
            (Type::Class(_) | Type::Resource(..), Value::Type(found)) => {
                // Puppet infers `Type[File['/a']]` for a reference, so a reference is no instance of `File`.
                self.checker.assignable(it, &Type::Type(std::sync::Arc::new(found.clone())))
            }
            (_, _) => false,
        }
    }

    /// Whether `T.new` takes the value (`PInitType#really_instance?`).
    fn init(&self, inner: &Type, arguments: &[Value], value: &Value) -> bool {
        if *inner == Type::Any {
            return self.instance(&Type::RichData, value);
        }
        let Some(it) = init_types(inner, arguments) else { return self.instance(inner, value) };
        self.instance(&it.single, value)
            || it.several.as_ref().is_some_and(|several| {
                self.instance(several, value)
                    || it.one_may_do && self.instance(several, &Value::array([value.clone()]))
            })
    }

    fn uri_has(&self, own: &[(EcoString, Value)], text: &str) -> bool {
        let Ok(uri) = Uri::parse(text) else { return false };
        own.iter().all(|(name, wanted)| matches(&uri.part(name), wanted, self.checker.resolver))
    }

    fn tuple(&self, types: &[Type], (from, to): (Option<i64>, Option<i64>), items: &[Value]) -> bool {
        let size = if from.is_some() || to.is_some() {
            size_fits(from, to, items.len())
        } else {
            types.is_empty() || types.len() == items.len()
        };
        let fits = |(index, item)| types.get(index).or(types.last()).is_none_or(|it| self.instance(it, item));
        size && items.iter().enumerate().all(fits)
    }

    fn structure(&self, members: &[(EcoString, bool, Type)], entries: &HashMap) -> bool {
        let mut matched = 0;
        for (name, optional, member) in members {
            match entries.get(&Value::str(name.clone())) {
                None if *optional => {}
                None => return false,
                Some(value) if self.instance(member, value) => matched += 1,
                Some(_) => return false,
            }
        }
        matched == entries.len()
    }

    fn iterable(&self, inner: &Type, value: &Value) -> bool {
        if *inner == Type::Any {
            return match value {
                Value::Int(it) => *it >= 0,
                Value::Str(_) | Value::Array(_) | Value::Hash(_) | Value::Iterator(_) => true,
                Value::Type(it) => {
                    self.checker.iterated(&Type::Type(std::sync::Arc::new(it.clone()))).is_some()
                }
                _ => false,
            };
        }
        self.checker
            .iterated(&Type::infer(value))
            .is_some_and(|element| self.checker.assignable(inner, &element))
    }

    fn alias(&self, it: &Type, value: &Value) -> bool {
        let key = (it.name(), std::ptr::from_ref(value));
        if self.asked.borrow().contains(&key) {
            return false;
        }
        let Some(found) = self.checker.resolved(it) else { return false };
        self.asked.borrow_mut().push(key);
        let answer = self.instance(&found, value);
        self.asked.borrow_mut().pop();
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diag::Result,
        value::types::{Alias, NoAliases, parse_type},
    };
    use std::sync::Arc;

    /// An alias that its own definition refers to.
    fn recursive(name: &str, text: &str) -> Type {
        struct Itself(Arc<Alias>);

        impl TypeResolver for Itself {
            fn resolve(&self, name: &str) -> Result<Option<Type>> {
                Ok((name == self.0.name).then(|| Type::Alias(self.0.clone())))
            }
        }

        let alias = Alias::new(name);
        alias.resolve_to(parse_type(text, &Itself(alias.clone())).unwrap());
        Type::Alias(alias)
    }

    #[test]
    fn aliases_may_refer_to_themselves() {
        let tree = recursive("Tree", "Variant[Integer, Array[Tree], Tree]");
        let nested = Value::array([Value::Int(1), Value::array([Value::array([Value::Int(2)])])]);
        assert!(tree.instance(&nested, &NoAliases));
        assert!(!tree.instance(&Value::array(["a".into()]), &NoAliases));
        assert!(!recursive("Loop", "Variant[Loop, Loop]").instance(&Value::Int(1), &NoAliases));
        assert!(tree.assignable(&tree, &NoAliases));
        let text = parse_type("Array[Array[Integer]]", &NoAliases).unwrap();
        assert!(tree.assignable(&text, &NoAliases));
    }

    #[test]
    fn values_are_instances_as_in_puppet() {
        let is =
            |text: &str, value: &Value| parse_type(text, &NoAliases).unwrap().instance(value, &NoAliases);
        let hash = Value::hash([("a".into(), Value::Int(1))]);
        assert!(is("Struct[{a => Integer, Optional[b] => String}]", &hash));
        assert!(!is("Struct[{b => Integer}]", &hash));
        assert!(is("Tuple[Integer, String, 1, 3]", &Value::array([Value::Int(1)])));
        assert!(is("Iterable", &Value::Int(3)));
        assert!(is("Enum['ON', true]", &"on".into()));
        assert!(!is("Enum", &"on".into()));
        assert!(!is("String[1]", &"".into()));
        assert!(is("Type[Resource]", &Value::Type(Type::Resource(Some("File".into()), Some("/a".into())))));
        assert!(is("Data", &Value::array([hash, Value::Undef])));
        assert!(!is("Data", &Value::Default));
    }
}
