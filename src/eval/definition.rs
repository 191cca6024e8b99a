//! Classes, defines, nodes and functions as the evaluator holds them, with the file and module they come from.

use crate::{
    source::{Location, SourceFile, Span},
    syntax::{
        Ast,
        ast::{
            Block, ClassDefinition, DefineDefinition, ExprKind, FunctionDefinition, NodeDefinition,
            Parameter, TypeAlias,
        },
    },
};
use ecow::EcoString;
use std::sync::Arc;

/// What has a body that is evaluated in a scope of its own.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// The site manifests: `Class[main]`.
    Main(Arc<[Arc<Ast>]>),
    /// `Class[Settings]`, which has no code.
    Settings,
    Class(Arc<ClassDefinition>),
    Define(Arc<DefineDefinition>),
    Node(Arc<NodeDefinition>),
}

/// A class, a define or a node (`Puppet::Resource::Type`). Compared by address: each is made once an environment.
#[derive(Debug)]
pub(crate) struct ResourceType {
    /// The name in lower case without leading `::`; empty for main.
    pub name: EcoString,
    /// The parent class, in lower case without leading `::`.
    pub parent: Option<EcoString>,
    /// The module it lies in.
    pub module: Option<EcoString>,
    /// The file, for places; absent for what no file defines.
    pub source: Option<Arc<SourceFile>>,
    pub body: Body,
}

impl ResourceType {
    pub(crate) fn is_class(&self) -> bool {
        matches!(self.body, Body::Main(_) | Body::Settings | Body::Class(_))
    }

    pub(crate) fn parameters(&self) -> &[Parameter] {
        match &self.body {
            Body::Class(it) => &it.parameters,
            Body::Define(it) => &it.parameters,
            Body::Main(_) | Body::Settings | Body::Node(_) => &[],
        }
    }

    pub(crate) fn block(&self) -> Option<&Block> {
        match &self.body {
            Body::Class(it) => it.body.as_ref(),
            Body::Define(it) => it.body.as_ref(),
            Body::Node(it) => it.body.as_ref(),
            Body::Main(_) | Body::Settings => None,
        }
    }

    fn span(&self) -> Span {
        match &self.body {
            Body::Class(it) => it.name_span,
            Body::Define(it) => it.name_span,
            Body::Node(it) => it.span,
            Body::Main(_) | Body::Settings => Span::default(),
        }
    }

    /// Returns the names that a node definition has in the catalog; patterns by their text.
    pub(crate) fn node_names(&self) -> Vec<EcoString> {
        let Body::Node(node) = &self.body else { return Vec::new() };
        node.matches.iter().filter_map(|expr| node_name(&expr.kind)).collect()
    }

    /// Returns the place of the definition.
    pub(crate) fn location(&self) -> Option<Location> {
        self.source.as_ref().map(|source| Location::new(source.clone(), self.span()))
    }
}

/// A function in the Puppet language.
#[derive(Debug)]
pub(crate) struct PuppetFunction {
    pub definition: Arc<FunctionDefinition>,
    pub source: Arc<SourceFile>,
}

/// A type alias.
#[derive(Debug)]
pub(crate) struct AliasDefinition {
    pub definition: Arc<TypeAlias>,
    pub source: Arc<SourceFile>,
    pub module: Option<EcoString>,
}

/// Returns the name that a node has in the catalog by one of what it is defined for (`Puppet::Resource::Type#name`).
pub(crate) fn node_name(kind: &ExprKind) -> Option<EcoString> {
    match kind {
        ExprKind::String(text) | ExprKind::Name(text) => Some(text.to_lowercase()),
        ExprKind::Integer(number, _) => Some(number.to_string().into()),
        ExprKind::Default => Some("default".into()),
        ExprKind::Regex(source) => {
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.');
            let name: String = source.to_lowercase().chars().filter(kept).collect();
            Some(format!("__node_regexp__{}", name.trim_start_matches('.')).into())
        }
        _ => None,
    }
}

/// Brings a name to the form in which it is stored: lower case, without leading `::`.
pub(crate) fn munge(name: &str) -> EcoString {
    lower_case(name.strip_prefix("::").unwrap_or(name))
}

/// Returns a text in lower case; nearly all are ASCII, and most in lower case already.
pub(crate) fn lower_case(text: &str) -> EcoString {
    if !text.is_ascii() {
        return EcoString::from(text).to_lowercase();
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    }
}

/// Capitalizes each segment of a name, `apache::vhost` to `Apache::Vhost`, unless it begins with a capital already
/// (`TypeFormatter#capitalize_segments`).
pub(crate) fn capitalize(name: &str) -> EcoString {
    if name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return name.into();
    }
    if name.is_ascii() {
        return capitalize_ascii(name).into();
    }
    let mut out = EcoString::new();
    for (index, segment) in name.split("::").enumerate() {
        if index > 0 {
            out.push_str("::");
        }
        let mut chars = segment.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        out.extend(chars.flat_map(char::to_lowercase));
    }
    out
}

fn capitalize_ascii(name: &str) -> String {
    let mut out = name.to_ascii_lowercase();
    let begins = std::iter::once(0).chain(name.match_indices("::").map(|(at, _)| at + 2));
    for at in begins {
        if let Some(first) = out.get_mut(at..at + 1) {
            first.make_ascii_uppercase();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_brought_to_their_stored_and_shown_forms() {
        assert_eq!(munge("::Foo::Bar"), "foo::bar");
        assert_eq!(capitalize("apache::vhost"), "Apache::Vhost");
        assert_eq!(capitalize("ssh_authorized_key"), "Ssh_authorized_key");
        assert_eq!(capitalize("fOO::bÄr::"), "Foo::Bär::");
        assert_eq!(capitalize("fOO:::bar::"), "Foo:::bar::");
        assert_eq!(munge("ÄB"), "äb");
    }
}
