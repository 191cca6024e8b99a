//! `title_patterns`, as a type defines it.

use super::{
    Scan,
    value::{This, Val},
};
use crate::restypes::{TitlePattern, Titles};
use ecow::EcoString;
use lib_ruby_parser::Node;

/// Returns how titles are read where a type says nothing (`Puppet::Type.title_patterns`).
pub(super) fn default(namevars: &[EcoString]) -> Titles {
    match namevars {
        [] => Titles::Patterns(Vec::new()),
        [one] => Titles::Patterns(vec![TitlePattern::whole(one.clone())]),
        _ => Titles::Missing,
    }
}

impl<'a> Scan<'a> {
    /// Reads the type's own patterns, where it has some.
    pub(super) fn read_titles(&mut self) -> Option<Titles> {
        if let Some(found) = self.titles.take() {
            return Some(found);
        }
        let method = self.class_methods.get("title_patterns").cloned()?;
        let doubts = self.partly.clone();
        let value = self.run(&method, Vec::new(), This::Type);
        self.partly = doubts;
        Some(patterns(&value).map_or(Titles::Unread, Titles::Patterns))
    }
}

fn patterns(value: &Val<'_>) -> Option<Vec<TitlePattern>> {
    let Val::Array(items) = value else { return None };
    items.iter().map(pattern).collect()
}

fn pattern(value: &Val<'_>) -> Option<TitlePattern> {
    let Val::Array(parts) = value else { return None };
    let [Val::Regex(source, options), Val::Array(names), ..] = parts.as_slice() else { return None };
    let named = names.iter().map(|name| match name {
        Val::Array(pair) => {
            let code = pair.get(1).is_some_and(|code| !is_identity(code));
            Some((pair.first()?.name()?.clone(), code))
        }
        other => Some((other.name()?.clone(), false)),
    });
    let named: Vec<(EcoString, bool)> = named.collect::<Option<_>>()?;
    let code = named.iter().any(|(_, code)| *code);
    let names = named.into_iter().map(|(name, _)| name).collect();
    Some(TitlePattern::new(source.as_str(), *options, names, code))
}

/// Tells whether a lambda gives its argument back.
fn is_identity(code: &Val<'_>) -> bool {
    let Val::Block(Node::Block(block)) = code else { return matches!(code, Val::Nil) };
    let parameter = match block.args.as_deref() {
        Some(Node::Args(args)) => match args.args.as_slice() {
            [one] => parameter_name(one),
            _ => None,
        },
        _ => None,
    };
    match (parameter, block.body.as_deref()) {
        (Some(parameter), Some(Node::Lvar(it))) => it.name == parameter,
        _ => false,
    }
}

fn parameter_name(node: &Node) -> Option<&str> {
    match node {
        Node::Arg(it) => Some(&it.name),
        Node::Procarg0(it) => match it.args.as_slice() {
            [one] => parameter_name(one),
            _ => None,
        },
        _ => None,
    }
}
