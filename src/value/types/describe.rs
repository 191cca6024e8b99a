//! Mismatches in Puppet's words (`Puppet::Pops::Types::TypeMismatchDescriber`).

use super::{
    Type, TypeResolver,
    assignable::{size_bounds, tuple_size, within},
    mismatch::{Class, Kind, Mismatch, Path, Size, merge},
};
use crate::value::Value;
use ecow::EcoString;

/// Finds the mismatches between an expected type and an actual one; nothing where it fits.
pub(super) fn describe(
    expected: &Type,
    actual: &Type,
    path: &[Path],
    resolver: &dyn TypeResolver,
) -> Vec<Mismatch> {
    let describer = Describer { resolver };
    if let Some(name) = unresolved(expected) {
        return vec![Mismatch { path: path.to_vec(), kind: Kind::Unresolved(name) }];
    }
    describer.inner(&expected.normalize(), expected, actual, path, 0)
}

/// The first name in the type that stands for nothing.
fn unresolved(it: &Type) -> Option<EcoString> {
    unresolved_in(it, &mut Vec::new())
}

fn unresolved_in(it: &Type, seen: &mut Vec<EcoString>) -> Option<EcoString> {
    if let Type::Alias(alias) = it {
        if seen.contains(&alias.name) {
            return None;
        }
        seen.push(alias.name.clone());
        return alias.resolved().and_then(|it| unresolved_in(it, seen));
    }
    let mut unresolved = |it: &Type| unresolved_in(it, seen);
    match it {
        Type::Reference(name, _) => Some(name.clone()),
        Type::Optional(inner)
        | Type::NotUndef(inner)
        | Type::Sensitive(inner)
        | Type::Iterable(inner)
        | Type::Type(inner)
        | Type::Array(inner, ..) => unresolved(inner),
        Type::Hash(key, value, ..) => [key, value].into_iter().find_map(|it| unresolved(it)),
        Type::Variant(types) | Type::Tuple(types, ..) => types.iter().find_map(unresolved),
        Type::Struct(entries) => entries.iter().find_map(|entry| unresolved(&entry.2)),
        _ => None,
    }
}

struct Describer<'a> {
    resolver: &'a dyn TypeResolver,
}

fn extended(path: &[Path], step: Path) -> Vec<Path> {
    [path, &[step]].concat()
}

const DEPTH: usize = 60;

impl Describer<'_> {
    fn takes(&self, expected: &Type, actual: &Type) -> bool {
        expected.assignable(actual, self.resolver)
    }

    fn deeper(&self, expected: &Type, actual: &Type, path: &[Path], depth: usize) -> Vec<Mismatch> {
        if depth > DEPTH {
            return self.plain(expected, actual, path);
        }
        if let Some(name) = unresolved(expected) {
            return vec![Mismatch { path: path.to_vec(), kind: Kind::Unresolved(name) }];
        }
        self.inner(&expected.normalize(), expected, actual, path, depth + 1)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the walk of the original: what, said how, against what, where"
    )]
    fn inner(
        &self,
        expected: &Type,
        original: &Type,
        actual: &Type,
        path: &[Path],
        depth: usize,
    ) -> Vec<Mismatch> {
        match expected {
            Type::Variant(types) => self.variant(types, original, actual, path, depth),
            Type::Struct(entries) => self.structure(entries, original, actual, path, depth),
            Type::Hash(..) => self.hash(expected, original, actual, path, depth),
            Type::Tuple(..) => self.tuple(expected, original, actual, path, depth),
            Type::Array(..) => self.array(expected, original, actual, path, depth),
            Type::Callable(_) => self.callable(expected, original, actual, path, depth),
            Type::Optional(inner) => {
                if *actual == Type::Undef || **inner == Type::Unit {
                    return Vec::new();
                }
                let said = if is_alias(original) { original } else { expected };
                self.inner(inner, said, actual, path, depth + 1)
            }
            Type::Pattern(_) | Type::Enum(..) => {
                vec![Mismatch { path: path.to_vec(), kind: Kind::Pattern(original.clone(), actual.clone()) }]
            }
            Type::Data | Type::RichData | Type::Alias(_) if depth <= DEPTH => {
                let found = resolve_once(expected);
                match found {
                    Some(found) => self.inner(&found.normalize(), expected, actual, path, depth + 1),
                    None => vec![Mismatch { path: path.to_vec(), kind: Kind::Unresolved(expected.name()) }],
                }
            }
            _ if self.takes(expected, actual) => Vec::new(),
            _ => self.plain(original, actual, path),
        }
    }

    fn plain(&self, original: &Type, actual: &Type, path: &[Path]) -> Vec<Mismatch> {
        vec![Mismatch { path: path.to_vec(), kind: Kind::Type(vec![original.clone()], actual.clone()) }]
    }

    #[expect(clippy::too_many_arguments, reason = "as `inner`")]
    fn variant(
        &self,
        types: &[Type],
        original: &Type,
        actual: &Type,
        path: &[Path],
        depth: usize,
    ) -> Vec<Mismatch> {
        let undef = matches!(original, Type::Optional(_)).then_some(Type::Undef);
        let mut found = Vec::new();
        for (index, it) in undef.iter().chain(types).enumerate() {
            let described = self.deeper(it, actual, &extended(path, Path::Variant(index)), depth);
            if described.is_empty() {
                return Vec::new();
            }
            found.push(described);
        }
        let merged = merge(path.len(), Class::Size, &found);
        if is_alias(original) && merged.len() == 1 { self.plain(original, actual, path) } else { merged }
    }

    #[expect(clippy::too_many_arguments, reason = "as `inner`")]
    fn array(
        &self,
        expected: &Type,
        original: &Type,
        actual: &Type,
        path: &[Path],
        depth: usize,
    ) -> Vec<Mismatch> {
        let Type::Array(element, low, high) = expected else { return Vec::new() };
        let size = size_bounds(*low, *high);
        match actual {
            Type::Tuple(types, from, to) => {
                let actual_size = tuple_size(types, *from, *to);
                if !within(size, actual_size) {
                    return self.size(path, size, actual_size);
                }
                let wrong = types.iter().enumerate().filter(|(_, it)| !self.takes(element, it));
                wrong
                    .flat_map(|(index, it)| {
                        self.deeper(element, it, &extended(path, Path::Index(index)), depth)
                    })
                    .collect()
            }
            Type::Array(other, from, to) => {
                let actual_size = size_bounds(*from, *to);
                if within(size, actual_size) {
                    self.plain(original, &Type::Array(other.clone(), None, None), path)
                } else {
                    self.size(path, size, actual_size)
                }
            }
            _ => self.plain(original, actual, path),
        }
    }

    fn size(&self, path: &[Path], expected: Size, actual: Size) -> Vec<Mismatch> {
        vec![Mismatch { path: path.to_vec(), kind: Kind::Size(expected, actual) }]
    }

    #[expect(clippy::too_many_arguments, reason = "as `inner`")]
    fn hash(
        &self,
        expected: &Type,
        original: &Type,
        actual: &Type,
        path: &[Path],
        depth: usize,
    ) -> Vec<Mismatch> {
        let Type::Hash(key, value, low, high) = expected else { return Vec::new() };
        let size = size_bounds(*low, *high);
        match actual {
            Type::Struct(entries) => {
                let actual_size = struct_size(entries);
                if !within(size, actual_size) {
                    return self.size(path, size, actual_size);
                }
                let mut found = Vec::new();
                for (name, _, it) in entries.iter() {
                    let text = Type::StringValue(name.clone());
                    if !self.takes(key, &text) {
                        found.extend(self.deeper(
                            key,
                            &text,
                            &extended(path, Path::EntryKey(name.clone())),
                            depth,
                        ));
                    }
                    if !self.takes(value, it) {
                        found.extend(self.deeper(
                            value,
                            it,
                            &extended(path, Path::EntryValue(name.clone())),
                            depth,
                        ));
                    }
                }
                found
            }
            Type::Hash(..) => self.against_hash(size, original, actual, path),
            _ => self.plain(original, actual, path),
        }
    }

    /// A hash whose entries are not known one by one: its size, else its type.
    fn against_hash(&self, size: Size, original: &Type, actual: &Type, path: &[Path]) -> Vec<Mismatch> {
        let Type::Hash(key, value, from, to) = actual else { return Vec::new() };
        let actual_size = size_bounds(*from, *to);
        if within(size, actual_size) {
            self.plain(original, &Type::Hash(key.clone(), value.clone(), None, None), path)
        } else {
            self.size(path, size, actual_size)
        }
    }

    #[expect(clippy::too_many_arguments, reason = "as `inner`")]
    fn structure(
        &self,
        entries: &[(EcoString, bool, Type)],
        original: &Type,
        actual: &Type,
        path: &[Path],
        depth: usize,
    ) -> Vec<Mismatch> {
        match actual {
            Type::Struct(others) => {
                let mut found = Vec::new();
                for (name, optional, value) in entries {
                    match others.iter().find(|other| other.0 == *name) {
                        None if *optional => {}
                        None => {
                            found.push(Mismatch { path: path.to_vec(), kind: Kind::MissingKey(name.clone()) })
                        }
                        Some(other) if self.takes(value, &other.2) => {}
                        Some(other) => {
                            let path = extended(path, Path::EntryValue(name.clone()));
                            found.extend(self.deeper(value, &other.2, &path, depth));
                        }
                    }
                }
                let extra = others.iter().filter(|other| !entries.iter().any(|entry| entry.0 == other.0));
                found.extend(
                    extra.map(|it| Mismatch { path: path.to_vec(), kind: Kind::ExtraneousKey(it.0.clone()) }),
                );
                found
            }
            Type::Hash(..) => self.against_hash(struct_size(entries), original, actual, path),
            _ => self.plain(original, actual, path),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "as `inner`")]
    fn tuple(
        &self,
        expected: &Type,
        original: &Type,
        actual: &Type,
        path: &[Path],
        depth: usize,
    ) -> Vec<Mismatch> {
        let Type::Tuple(types, low, high) = expected else { return Vec::new() };
        if expected == actual || types.is_empty() && matches!(actual, Type::Array(..)) {
            return Vec::new();
        }
        let size = tuple_size(types, *low, *high);
        let last = types.len().saturating_sub(1);
        match actual {
            Type::Tuple(others, from, to) => {
                let actual_size = tuple_size(others, *from, *to);
                if !within(size, actual_size) {
                    return self.size(path, size, actual_size);
                }
                let each = |(index, it): (usize, &Type)| {
                    let index = index.min(last);
                    let own = types.get(index).unwrap_or(&Type::Any);
                    self.deeper(own, it, &extended(path, Path::Index(index)), depth)
                };
                others.iter().enumerate().flat_map(each).collect()
            }
            Type::Array(element, from, to) => {
                let actual_size = size_bounds(*from, *to);
                if !within(size, actual_size) {
                    return self.size(path, size, actual_size);
                }
                let each = |(index, own): (usize, &Type)| {
                    self.deeper(own, element, &extended(path, Path::Index(index)), depth)
                };
                types.iter().enumerate().flat_map(each).collect()
            }
            _ => self.plain(original, actual, path),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "as `inner`")]
    fn callable(
        &self,
        expected: &Type,
        original: &Type,
        actual: &Type,
        path: &[Path],
        depth: usize,
    ) -> Vec<Mismatch> {
        let (Type::Callable(own), Type::Callable(other)) = (expected, actual) else {
            return self.plain(original, actual, path);
        };
        let (Some(own), Some(other)) = (own, other) else {
            return if own.is_none() { Vec::new() } else { self.plain(original, actual, path) };
        };
        let (parameters, block, returns) = &**own;
        let mut found = self.tuple(parameters, parameters, &other.0, path, depth);
        for it in &mut found {
            if let Kind::Size(expected, actual) = it.kind {
                it.kind = Kind::Count(expected, actual);
            }
        }
        let returned = other.2.as_ref().unwrap_or(&Type::Any);
        if found.is_empty()
            && let Some(returns) = returns
            && !self.takes(returns, returned)
        {
            found = self.plain(returns, returned, &extended(path, Path::Return));
        }
        let own_block = block.as_ref().unwrap_or(&Type::Undef);
        let other_block = other.1.as_ref().unwrap_or(&Type::Undef);
        if found.is_empty() && !self.takes(other_block, own_block) {
            found = self.plain(own_block, other_block, &extended(path, Path::Block));
        }
        found
    }
}

fn struct_size(entries: &[(EcoString, bool, Type)]) -> Size {
    let required = entries.iter().filter(|entry| !entry.1).count();
    (i64::try_from(required).ok(), i64::try_from(entries.len()).ok())
}

fn is_alias(it: &Type) -> bool {
    matches!(it, Type::Alias(_) | Type::Data | Type::RichData)
}

fn resolve_once(it: &Type) -> Option<Type> {
    match it {
        Type::Data => Some(Type::data()),
        Type::RichData => Some(Type::rich_data()),
        Type::Alias(alias) => alias.resolved().cloned(),
        _ => None,
    }
}

/// Describes why a value's type does not fit: `x expects an Integer value, got String`.
///
/// `name` is put before the message; empty where the types fit after all.
#[must_use]
pub fn describe_mismatch(name: &str, expected: &Type, actual: &Type, resolver: &dyn TypeResolver) -> String {
    let found = describe(expected, actual, &[Path::Subject(name.into())], resolver);
    match found.as_slice() {
        [only] => only.format(resolver).trim().to_owned(),
        several => several.iter().map(|it| it.format(resolver)).collect::<Vec<_>>().join("\n "),
    }
}

/// A parameter of a class, define or plan.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSpec {
    /// The name without `$`.
    pub name: EcoString,
    /// The type; `Any` where none is written.
    pub of: Type,
    /// Whether it must be given.
    pub required: bool,
}

/// Checks the parameters of a declaration (`TypeMismatchDescriber#validate_parameters`).
///
/// `subject` is a label such as `Class[Ntp]`; `Deferred` values are not looked into.
///
/// # Errors
/// Gives Puppet's message: unknown, missing and mistyped parameters, one a line.
pub fn validate_parameters(
    subject: &str,
    parameters: &[ParameterSpec],
    given: &[(EcoString, Value)],
    resolver: &dyn TypeResolver,
) -> Result<(), String> {
    let known = |name: &EcoString| parameters.iter().any(|it| it.name == *name);
    let invalid = |(name, _): &(EcoString, Value)| Mismatch {
        path: Vec::new(),
        kind: Kind::InvalidParameter(name.clone()),
    };
    let mut found: Vec<Mismatch> = given.iter().filter(|it| !known(&it.0)).map(invalid).collect();
    for it in parameters {
        match given.iter().find(|(name, _)| *name == it.name) {
            Some((_, Value::Deferred(_))) => {}
            Some((_, value)) if it.of.instance(value, resolver) => {}
            Some((_, value)) => {
                let path = [Path::Parameter(it.name.clone())];
                found.extend(describe(&it.of, &Type::infer_set(value), &path, resolver));
            }
            None if it.required => {
                found.push(Mismatch { path: Vec::new(), kind: Kind::MissingParameter(it.name.clone()) });
            }
            None => {}
        }
    }
    match found.as_slice() {
        [] => Ok(()),
        [only] => Err(format!("{subject}:{}", only.format(resolver))),
        several => {
            let lines: Vec<String> = several.iter().map(|it| it.format(resolver)).collect();
            Err(format!("{subject}:\n {}", lines.join("\n ")))
        }
    }
}

/// Checks one value against the type of a parameter, its value generalised in the message
/// (`#validate_default_parameter`).
///
/// # Errors
/// Gives Puppet's message.
pub fn validate_default(
    subject: &str,
    parameter: &ParameterSpec,
    value: &Value,
    resolver: &dyn TypeResolver,
) -> Result<(), String> {
    if parameter.of.instance(value, resolver) {
        return Ok(());
    }
    let actual = Type::infer_set(value).generalize();
    let found = describe(&parameter.of, &actual, &[Path::Parameter(parameter.name.clone())], resolver);
    let lines: Vec<String> = found.iter().map(|it| it.format(resolver)).collect();
    match lines.as_slice() {
        [only] => Err(format!("{subject}:{only}")),
        lines => Err(format!("{subject}:\n {}", lines.join("\n "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diag::Result,
        value::types::{Alias, NoAliases, parse_type},
    };

    struct Port;

    impl TypeResolver for Port {
        fn resolve(&self, name: &str) -> Result<Option<Type>> {
            let port = || Type::Alias(Alias::of("Port", Type::Integer(Some(0), Some(65535))));
            Ok((name == "Port").then(port))
        }
    }

    fn message(expected: &str, value: &Value) -> String {
        let expected = parse_type(expected, &Port).unwrap();
        describe_mismatch("x", &expected, &Type::infer_set(value), &Port)
    }

    #[test]
    fn messages_are_those_of_puppet() {
        let list = Value::array([Value::Int(1), "a".into()]);
        let hash = Value::hash([("a".into(), Value::Int(1)), ("c".into(), Value::Int(1))]);
        let cases = [
            ("String", Value::Int(1), "x expects a String value, got Integer"),
            ("Integer[5]", Value::Int(1), "x expects an Integer[5] value, got Integer[1, 1]"),
            ("Optional[String]", Value::Int(1), "x expects a value of type Undef or String, got Integer"),
            (
                "Variant[String, Boolean, Array]",
                Value::Int(1),
                "x expects a value of type String, Boolean, or Array, got Integer",
            ),
            ("Enum['a', 'b']", "c".into(), "x expects a match for Enum['a', 'b'], got 'c'"),
            ("Optional[Enum['a']]", "c".into(), "x expects an undef value or a match for Enum['a'], got 'c'"),
            ("Pattern[/^a/]", Value::Int(1), "x expects a match for Pattern[/^a/], got Integer"),
            ("Array[Integer]", list.clone(), "x index 1 expects an Integer value, got String"),
            ("Array[Integer, 3]", list, "x expects size to be at least 3, got 2"),
            (
                "Struct[{a => String}]",
                hash.clone(),
                "x entry 'a' expects a String value, got Integer\n  x unrecognized key 'c'",
            ),
            (
                "Hash[String, String]",
                hash,
                "x entry 'a' expects a String value, got Integer\n  x entry 'c' expects a String value, got Integer",
            ),
            ("String[1]", "".into(), "x expects a String[1] value, got String"),
            (
                "Port",
                Value::Int(70000),
                "x expects a Port = Integer[0, 65535] value, got Integer[70000, 70000]",
            ),
            ("Array", "a".into(), "x expects an Array value, got String"),
        ];
        for (expected, value, wanted) in cases {
            assert_eq!(message(expected, &value).trim(), wanted, "{expected}");
        }
    }

    #[test]
    fn declarations_name_unknown_and_missing_parameters() {
        let spec = |name: &str, of: Type, required| ParameterSpec { name: name.into(), of, required };
        let parameters = [spec("a", Type::string(), true), spec("b", Type::integer(), false)];
        let check = |given: &[(EcoString, Value)]| {
            validate_parameters("Class[X]", &parameters, given, &NoAliases).unwrap_err()
        };
        assert_eq!(check(&[]), "Class[X]: expects a value for parameter 'a'");
        assert_eq!(
            check(&[("z".into(), Value::Int(1)), ("a".into(), Value::Int(1))]),
            "Class[X]:\n  has no parameter named 'z'\n  parameter 'a' expects a String value, got Integer"
        );
    }
}
