//! Mismatches in Puppet's words (`Puppet::Pops::Types::TypeMismatchDescriber`).

use super::{
    Type, TypeResolver,
    assignable::{size_bounds, tuple_size, within},
    parameterize::article,
};
use crate::value::Value;
use ecow::EcoString;

/// One step of the way to what does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Path {
    Subject(EcoString),
    EntryValue(EcoString),
    EntryKey(EcoString),
    Parameter(EcoString),
    Return,
    Block,
    Index(usize),
    Variant,
    Signature(usize),
}

impl Path {
    fn text(&self) -> String {
        match self {
            Self::Subject(it) => it.to_string(),
            Self::EntryValue(it) => format!("entry '{it}'"),
            Self::EntryKey(it) => format!("key of entry '{it}'"),
            Self::Parameter(it) => format!("parameter '{it}'"),
            Self::Return => "return".into(),
            Self::Block => "block".into(),
            Self::Index(it) => format!("index {it}"),
            Self::Variant => "variant".into(),
            Self::Signature(it) => format!("{}.", it + 1),
        }
    }
}

type Size = (Option<i64>, Option<i64>);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    MissingKey(EcoString),
    MissingParameter(EcoString),
    ExtraneousKey(EcoString),
    InvalidParameter(EcoString),
    UnexpectedBlock,
    MissingBlock,
    Unresolved(EcoString),
    Type(Vec<Type>, Type),
    Pattern(Type, Type),
    Size(Size, Size),
    Count(Size, Size),
}

/// The kinds that are merged where all alternatives fail alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Size,
    Count,
    MissingBlock,
    UnexpectedBlock,
    Type,
}

/// One thing that does not fit, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mismatch {
    path: Vec<Path>,
    kind: Kind,
}

impl Mismatch {
    pub(super) fn count(path: Vec<Path>, expected: Size, actual: Size) -> Self {
        Self { path, kind: Kind::Count(expected, actual) }
    }

    pub(super) fn unexpected_block(path: Vec<Path>) -> Self {
        Self { path, kind: Kind::UnexpectedBlock }
    }

    pub(super) fn missing_block(path: Vec<Path>) -> Self {
        Self { path, kind: Kind::MissingBlock }
    }

    fn canonical(&self) -> Vec<&Path> {
        self.path.iter().filter(|it| !matches!(it, Path::Variant | Path::Signature(_))).collect()
    }

    fn same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.canonical() == other.canonical()
    }

    fn is(&self, class: Class) -> bool {
        match &self.kind {
            Kind::Size(..) => class == Class::Size,
            Kind::Count(..) => matches!(class, Class::Size | Class::Count),
            Kind::MissingBlock => class == Class::MissingBlock,
            Kind::UnexpectedBlock => class == Class::UnexpectedBlock,
            Kind::Type(..) | Kind::Pattern(..) => class == Class::Type,
            Kind::MissingKey(_)
            | Kind::MissingParameter(_)
            | Kind::ExtraneousKey(_)
            | Kind::InvalidParameter(_)
            | Kind::Unresolved(_) => false,
        }
    }

    /// Removes one step of the path.
    pub(super) fn chop(&self, index: usize) -> Self {
        let mut found = self.clone();
        if index < found.path.len() {
            found.path.remove(index);
        }
        found
    }

    fn merge(&self, other: &Self) -> Self {
        let kind = match (&self.kind, &other.kind) {
            (Kind::Type(a, actual), Kind::Type(b, _)) => Kind::Type(joined(a, b), actual.clone()),
            (Kind::Type(a, actual), Kind::Pattern(b, _)) => {
                Kind::Type(joined(a, std::slice::from_ref(b)), actual.clone())
            }
            (Kind::Pattern(a, actual), Kind::Pattern(b, _)) => {
                let merged = Type::variant([a.clone(), b.clone()]).normalize();
                Kind::Pattern(merged, actual.clone())
            }
            (Kind::Pattern(a, actual), Kind::Type(b, _)) => {
                Kind::Type(joined(std::slice::from_ref(a), b), actual.clone())
            }
            (Kind::Size(a, actual), Kind::Size(b, _)) => Kind::Size(hull(*a, *b), *actual),
            (Kind::Count(a, actual), Kind::Count(b, _)) => Kind::Count(hull(*a, *b), *actual),
            (kind, _) => kind.clone(),
        };
        Self { path: self.path.clone(), kind }
    }

    /// Writes the message, a blank first.
    pub(super) fn format(&self, resolver: &dyn TypeResolver) -> String {
        let (variant, rest) = match self.path.split_first() {
            Some((first @ Path::Signature(_), rest)) => (format!(" {}", first.text()), rest),
            _ => (String::new(), self.path.as_slice()),
        };
        let steps: Vec<String> = rest.iter().map(Path::text).collect();
        let position = if steps.is_empty() { String::new() } else { format!(" {}", steps.join(" ")) };
        format!("{variant}{position} {}", self.kind.message(resolver))
    }
}

fn joined(a: &[Type], b: &[Type]) -> Vec<Type> {
    let mut all = a.to_vec();
    for it in b {
        if !all.iter().any(|known| known.same(it)) {
            all.push(it.clone());
        }
    }
    all
}

fn hull(a: Size, b: Size) -> Size {
    let from = a.0.unwrap_or(0).min(b.0.unwrap_or(0));
    (Some(from), a.1.zip(b.1).map(|(a, b)| a.max(b)))
}

fn size_text((from, to): Size, zero: &str) -> String {
    match (from.unwrap_or(0), to) {
        (0, Some(0)) => zero.to_owned(),
        (from, Some(to)) if from == to => from.to_string(),
        (0, None) => "unlimited".into(),
        (0, Some(to)) => format!("at most {to}"),
        (from, None) => format!("at least {from}"),
        (from, Some(to)) => format!("between {from} and {to}"),
    }
}

impl Kind {
    fn message(&self, resolver: &dyn TypeResolver) -> String {
        match self {
            Self::MissingKey(key) => format!("expects a value for key '{key}'"),
            Self::MissingParameter(name) => format!("expects a value for parameter '{name}'"),
            Self::ExtraneousKey(key) => format!("unrecognized key '{key}'"),
            Self::InvalidParameter(name) => format!("has no parameter named '{name}'"),
            Self::UnexpectedBlock => "does not expect a block".into(),
            Self::MissingBlock => "expects a block".into(),
            Self::Unresolved(name) => format!("references an unresolved type '{name}'"),
            Self::Type(expected, actual) => {
                let expected = match expected.as_slice() {
                    [only] => only.clone(),
                    several => Type::variant(several.iter().cloned()),
                };
                type_message(&expected.normalize(), &actual.normalize(), resolver)
            }
            Self::Pattern(expected, actual) => pattern_message(&expected.normalize(), actual, resolver),
            Self::Size(expected, actual) => {
                format!("expects size to be {}, got {}", size_text(*expected, "0"), size_text(*actual, "0"))
            }
            Self::Count(expected, actual) => {
                let singular =
                    matches!((expected.0.unwrap_or(0), expected.1), (1, Some(1) | None) | (0, Some(1)));
                let suffix = if singular { "" } else { "s" };
                format!(
                    "expects {} argument{suffix}, got {}",
                    size_text(*expected, "no"),
                    size_text(*actual, "none")
                )
            }
        }
    }
}

fn pattern_message(expected: &Type, actual: &Type, resolver: &dyn TypeResolver) -> String {
    let (prefix, expected) = match expected {
        Type::Optional(inner) => ("an undef value or ", &**inner),
        other => ("", other),
    };
    let got = match actual {
        Type::StringValue(text) => format!("'{text}'"),
        other => short_name(other),
    };
    format!("expects {prefix}a match for {}, got {got}", expected.expanded(resolver))
}

/// The name, with the name of the contained type where there is one.
fn short_name(it: &Type) -> String {
    match it {
        Type::Optional(inner)
        | Type::NotUndef(inner)
        | Type::Sensitive(inner)
        | Type::Iterable(inner)
        | Type::Iterator(inner)
        | Type::Type(inner)
            if **inner != Type::Any =>
        {
            format!("{}[{}]", it.name(), inner.name())
        }
        other => other.name().to_string(),
    }
}

/// The Ruby class behind a type, for questions whether two are of the same kind.
fn class(it: &Type) -> EcoString {
    match it {
        Type::Data | Type::RichData | Type::Alias(_) => "TypeAlias".into(),
        Type::Object(..) | Type::Deferred | Type::Error => "Object".into(),
        other => other.name(),
    }
}

fn fully_detailed(expected: &[Type], actual: &Type) -> bool {
    let alias = |it: &Type| class(it) == "TypeAlias";
    expected.iter().any(|it| {
        class(it) == class(actual)
            || alias(it)
            || alias(actual)
            || matches!((it, actual), (Type::Struct(_), Type::Hash(..)) | (Type::Tuple(..), Type::Array(..)))
    })
}

/// The unparameterized type of the same kind, aliases resolved.
fn default_of(it: &Type, resolver: &dyn TypeResolver) -> Type {
    let resolved = resolve(it, resolver);
    match &resolved {
        Type::StringValue(_) => Type::string(),
        Type::Object(..) => Type::by_name("Object").unwrap_or(resolved),
        other => Type::by_name(&other.name()).unwrap_or_else(|| resolved.clone()),
    }
}

fn resolve(it: &Type, resolver: &dyn TypeResolver) -> Type {
    let mut found = it.clone();
    for _ in 0..16 {
        found = match &found {
            Type::Data => Type::data(),
            Type::RichData => Type::rich_data(),
            Type::Alias(name) => match resolver.resolve(name) {
                Ok(Some(next)) => next,
                Ok(None) | Err(_) => return found,
            },
            _ => return found,
        };
    }
    found
}

fn detailed(expected: &[Type], actual: &Type, resolver: &dyn TypeResolver) -> bool {
    let generally = |it: &Type| match default_of(it, resolver) {
        // The default `Variant` and the default `Optional` of Ruby take nothing and all but what is given here.
        Type::Variant(types) if types.is_empty() => false,
        it => it.assignable(actual, resolver),
    };
    fully_detailed(expected, actual) || expected.iter().any(generally)
}

fn actual_text(expected: &[Type], actual: &Type, resolver: &dyn TypeResolver) -> String {
    let resolved: Vec<Type> = expected.iter().map(|it| resolve(it, resolver)).collect();
    let general = || resolved.iter().any(|it| it.assignable(&actual.generalize(), resolver));
    if fully_detailed(&resolved, actual) || general() {
        actual.expanded(resolver)
    } else {
        simple_name(actual)
    }
}

fn simple_name(it: &Type) -> String {
    match class(it).as_str() {
        "TypeAlias" => "TypeAlias".into(),
        "Object" => "Object".into(),
        other => other.into(),
    }
}

fn type_message(expected: &Type, actual: &Type, resolver: &dyn TypeResolver) -> String {
    let (optional, expected) = match expected {
        Type::Optional(inner) if **inner != Type::Any => (true, &**inner),
        other => (false, other),
    };
    let (alternatives, is_list) = match expected {
        Type::Variant(types) => (types.to_vec(), true),
        other => (vec![other.clone()], false),
    };
    let detailed = detailed(&alternatives, actual, resolver);
    let got = if detailed { actual_text(&alternatives, actual, resolver) } else { short_name(actual) };
    let name = |it: &Type| if detailed { it.expanded(resolver) } else { short_name(it) };
    let mut names: Vec<String> = Vec::new();
    for it in &alternatives {
        let text = name(it);
        if detailed || !is_list || !names.contains(&text) {
            names.push(text);
        }
    }
    if optional {
        names.insert(0, "Undef".into());
    }
    match names.as_slice() {
        [only] => format!("expects {} {only} value, got {got}", article(only)),
        [a, b] => format!("expects a value of type {a} or {b}, got {got}"),
        [init @ .., last] => format!("expects a value of type {}, or {last}, got {got}", init.join(", ")),
        [] => format!("expects a Variant value, got {got}"),
    }
}

/// Merges what all alternatives have in common into one.
pub(super) fn merge(varying: usize, size: Class, alternatives: &[Vec<Mismatch>]) -> Vec<Mismatch> {
    let mut all: Vec<Mismatch> = alternatives.iter().flatten().cloned().collect();
    for class in [size, Class::MissingBlock, Class::UnexpectedBlock, Class::Type] {
        let alike: Vec<&Mismatch> = all.iter().filter(|it| it.is(class)).collect();
        if alike.len() != alternatives.len() {
            continue;
        }
        let Some((first, rest)) = alike.split_first() else { continue };
        if rest.iter().all(|it| it.canonical() == first.canonical()) {
            all = vec![rest.iter().fold((*first).clone(), |merged, it| merged.merge(it))];
            break;
        }
    }
    let mut unique: Vec<Mismatch> = Vec::new();
    for it in all {
        if !unique.iter().any(|known| known.same(&it)) {
            unique.push(it);
        }
    }
    match unique.as_slice() {
        [only] => vec![only.chop(varying)],
        _ => unique,
    }
}

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
    match it {
        Type::Reference(name, _) => Some(name.clone()),
        Type::Optional(inner)
        | Type::NotUndef(inner)
        | Type::Sensitive(inner)
        | Type::Iterable(inner)
        | Type::Type(inner)
        | Type::Array(inner, ..) => unresolved(inner),
        Type::Hash(key, value, ..) => unresolved(key).or_else(|| unresolved(value)),
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
                if *actual == Type::Undef || **inner == Type::Any {
                    return Vec::new();
                }
                let said = if is_alias(original) { original } else { expected };
                self.inner(inner, said, actual, path, depth + 1)
            }
            Type::Pattern(_) | Type::Enum(..) => {
                vec![Mismatch { path: path.to_vec(), kind: Kind::Pattern(original.clone(), actual.clone()) }]
            }
            Type::Data | Type::RichData | Type::Alias(_) if depth <= DEPTH => {
                let found = resolve_once(expected, self.resolver);
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
        for it in undef.iter().chain(types) {
            let described = self.deeper(it, actual, &extended(path, Path::Variant), depth);
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
        let (parameters, _, returns) = &**own;
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

fn resolve_once(it: &Type, resolver: &dyn TypeResolver) -> Option<Type> {
    match it {
        Type::Data => Some(Type::data()),
        Type::RichData => Some(Type::rich_data()),
        Type::Alias(name) => resolver.resolve(name).ok().flatten(),
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
        value::types::{NoAliases, parse_type},
    };

    struct Port;

    impl TypeResolver for Port {
        fn resolve(&self, name: &str) -> Result<Option<Type>> {
            Ok((name == "Port").then(|| Type::Integer(Some(0), Some(65535))))
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
