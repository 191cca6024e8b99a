//! One thing that does not fit a type, where it is, and how Puppet says it.

use super::{Type, TypeResolver, parameterize::article};
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
    Variant(usize),
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
            Self::Variant(it) => format!("variant {it}"),
            Self::Signature(it) => format!("{}.", it + 1),
        }
    }
}

pub(super) type Size = (Option<i64>, Option<i64>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
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
    pub(super) path: Vec<Path>,
    pub(super) kind: Kind,
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
        self.path.iter().filter(|it| !matches!(it, Path::Variant(_) | Path::Signature(_))).collect()
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
        Type::Object(_) => "Object".into(),
        Type::Extension(_) => "ObjectTypeExtension".into(),
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
fn default_of(it: &Type) -> Type {
    let resolved = resolve(it);
    match &resolved {
        Type::StringValue(_) => Type::string(),
        Type::Object(_) | Type::Extension(_) => Type::Object(std::sync::Arc::default()),
        Type::TypeSet(_) => Type::TypeSet(None),
        other => Type::by_name(&other.name()).unwrap_or_else(|| resolved.clone()),
    }
}

fn resolve(it: &Type) -> Type {
    let mut found = it.clone();
    for _ in 0..16 {
        found = match &found {
            Type::Data => Type::data(),
            Type::RichData => Type::rich_data(),
            Type::Alias(alias) => match alias.resolved() {
                Some(next) => next.clone(),
                None => return found,
            },
            _ => return found,
        };
    }
    found
}

fn detailed(expected: &[Type], actual: &Type, resolver: &dyn TypeResolver) -> bool {
    let generally = |it: &Type| match default_of(it) {
        // The default `Variant` and the default `Optional` of Ruby take nothing and all but what is given here.
        Type::Variant(types) if types.is_empty() => false,
        it => it.assignable(actual, resolver),
    };
    fully_detailed(expected, actual) || expected.iter().any(generally)
}

fn actual_text(expected: &[Type], actual: &Type, resolver: &dyn TypeResolver) -> String {
    let resolved: Vec<Type> = expected.iter().map(resolve).collect();
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
        Type::Optional(inner) if **inner != Type::Unit => (true, &**inner),
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
