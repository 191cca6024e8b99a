//! Types that `puppet generate types` wrote: `.resource_types/NAME.pp` of an environment.
//!
//! In: the file, one expression `Puppet::Resource::ResourceType3.new('name', [properties], [parameters], {patterns},
//! isomorphic)`. Out: [`TypeFacts`]; unlike types in Ruby they have no attribute `name` unless they declare it.

use super::{TitlePattern, Titles, TypeFacts, codes};
use crate::{
    diag::{Diagnostic, Result},
    source::{Location, SourceFile, Span},
    syntax::{
        self, Mode,
        ast::{Expr, ExprKind, HashEntry},
    },
};
use ecow::EcoString;
use std::sync::Arc;

/// Reads such a file.
///
/// # Errors
/// Says that it is something else.
pub fn read_pcore(name: &str, source: &Arc<SourceFile>) -> Result<TypeFacts> {
    let parsed = syntax::parse(source.clone(), Mode::Manifest, &syntax::Options::default());
    let ast = parsed.ast.as_ref().filter(|_| !parsed.has_errors());
    let found = ast.and_then(|ast| ast.body.statements.last()).and_then(|last| read(name, last));
    found.ok_or_else(|| {
        let place = Location::new(source.clone(), Span::default());
        let message = format!("`{}` does not make the type `{name}`", source.path());
        Box::new(Diagnostic::error(&codes::NO_TYPE, message).related(place, "here"))
    })
}

fn read(name: &str, statement: &Expr) -> Option<TypeFacts> {
    let ExprKind::MethodCall(call) = &statement.kind else { return None };
    let maker =
        matches!(&call.receiver.kind, ExprKind::TypeRef(it) if it == "Puppet::Resource::ResourceType3");
    let [own_name, rest @ ..] = &*call.arguments else { return None };
    if !maker || call.name != "new" || text(own_name)? != name {
        return None;
    }
    let attributes = |at: usize| rest.get(at).map_or(Some(Vec::new()), attributes);
    let (properties, parameters) = (attributes(0)?, attributes(1)?);
    let all = properties.iter().chain(&parameters);
    let namevars: Vec<EcoString> = all.filter(|it| it.1).map(|it| it.0.clone()).collect();
    let patterns = rest.get(2).and_then(patterns);
    let names = |list: Vec<(EcoString, bool)>| list.into_iter().map(|it| it.0).collect();
    Some(TypeFacts {
        module: None,
        titles: titles(&namevars, patterns),
        namevars,
        properties: names(properties),
        parameters: names(parameters),
        isomorphic: !matches!(rest.get(3).map(|it| &it.kind), Some(ExprKind::Boolean(false))),
        auto: Vec::new(),
        ruby: false,
        partly: None,
    })
}

/// How titles are read (`ResourceTypeImpl#initialize`).
fn titles(namevars: &[EcoString], patterns: Option<Vec<TitlePattern>>) -> Titles {
    match (namevars, patterns) {
        ([], _) => Titles::Name,
        ([one], None) => Titles::Patterns(vec![TitlePattern::whole(one.clone())]),
        ([_], Some(patterns)) => Titles::Patterns(patterns),
        (_, Some(patterns)) if !patterns.is_empty() => Titles::Patterns(patterns),
        _ => Titles::Missing,
    }
}

/// Reads `[Puppet::Resource::Param(Type, 'name', namevar), …]`.
fn attributes(list: &Expr) -> Option<Vec<(EcoString, bool)>> {
    let ExprKind::Array(items) = &list.kind else { return None };
    let attribute = |item: &Expr| {
        let ExprKind::Call(call) = &item.kind else { return None };
        let namevar = matches!(call.arguments.get(2).map(|it| &it.kind), Some(ExprKind::Boolean(true)));
        Some((text(call.arguments.get(1)?)?.into(), namevar))
    };
    items.iter().map(attribute).collect()
}

/// Reads `{ /regex/ => ['name', …], … }`.
fn patterns(hash: &Expr) -> Option<Vec<TitlePattern>> {
    let ExprKind::Hash(entries) = &hash.kind else { return None };
    let pattern = |entry: &HashEntry| {
        let (ExprKind::Regex(source), ExprKind::Array(names)) = (&entry.key.kind, &entry.value.kind) else {
            return None;
        };
        let names = names.iter().map(|it| text(it).map(EcoString::from)).collect::<Option<_>>()?;
        Some(TitlePattern::new(source.as_str(), 0, names, false))
    };
    entries.iter().map(pattern).collect()
}

fn text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(text) | ExprKind::Name(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_type_is_read() {
        let text = "Puppet::Resource::ResourceType3.new(\n  'thing',\n  [\n    Puppet::Resource::Param(Any, 'ensure')\n  ],\n  \
                    [\n    Puppet::Resource::Param(Enum['a'], 'path', true)\n  ],\n  {\n    /(?m-ix:(.*))/ => ['path']\n  },\n  \
                    true,\n  false\n)\n";
        let found = read_pcore("thing", &SourceFile::new("thing.pp", text)).unwrap();
        assert_eq!(
            (found.namevars.as_slice(), found.properties.as_slice()),
            (&["path".into()][..], &["ensure".into()][..])
        );
        assert_eq!(found.parse_title("/a").unwrap(), [("path".into(), "/a".into())]);
        assert!(!found.has_attribute("name") && found.has_attribute("require"));
        assert!(read_pcore("other", &SourceFile::new("thing.pp", text)).is_err());
    }
}
