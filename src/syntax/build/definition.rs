//! Definitions: classes, defines, functions, nodes, types.

use super::{Builder, Node};
use crate::{
    source::Span,
    syntax::{
        ast::{
            Access, Block, ClassDefinition, DefineDefinition, Definition, Expr, ExprKind, FunctionDefinition,
            HashEntry, NodeDefinition, Parameter, TypeAlias, TypeDefinition, TypeMapping,
        },
        codes,
        grammar::Rule,
    },
};
use ecow::EcoString;
use std::sync::Arc;

/// The parts of a class, define or function, as they come.
#[derive(Default)]
struct Parts {
    parameters: Vec<Parameter>,
    parent: Option<EcoString>,
    return_type: Option<Expr>,
    body: Option<Block>,
}

impl Builder<'_> {
    fn define(&self, definition: Definition) {
        self.shared.definitions.borrow_mut().push(definition);
    }

    /// Joins a name with the classes around it, as Puppet does while parsing.
    fn full_name(&self, name: &str) -> EcoString {
        let names = self.shared.names.borrow();
        if names.is_empty() {
            return name.into();
        }
        let mut full = names.join("::");
        full.push_str("::");
        full.push_str(name);
        full.strip_prefix("::").unwrap_or(&full).into()
    }

    fn name<'i>(&self, pairs: &mut impl Iterator<Item = Node<'i>>, at: Span) -> (EcoString, Span) {
        match pairs.next() {
            Some(pair) => (pair.as_str().into(), self.span(&pair)),
            None => (EcoString::new(), at),
        }
    }

    /// Builds what follows the name.
    fn parts<'i>(&self, pairs: impl Iterator<Item = Node<'i>>) -> Parts {
        let mut parts = Parts::default();
        for pair in pairs {
            match pair.as_rule() {
                Rule::parameter_list => parts.parameters = self.parameters(pair.into_inner()).into(),
                Rule::inherits => parts.parent = pair.into_inner().next().map(|name| name.as_str().into()),
                Rule::return_type => parts.return_type = self.return_type(pair),
                _ => parts.body = self.block(pair),
            }
        }
        parts
    }

    pub(super) fn class_definition(&self, pair: Node<'_>) -> ExprKind {
        let span = self.span(&pair);
        let mut pairs = pair.into_inner();
        let (name, name_span) = self.name(&mut pairs, span);
        self.shared.names.borrow_mut().push(name.clone());
        let parts = self.parts(pairs);
        self.shared.names.borrow_mut().pop();
        let class = Arc::new(ClassDefinition {
            span,
            name: self.full_name(&name),
            name_span,
            parameters: parts.parameters.into(),
            parent: parts.parent,
            body: parts.body,
        });
        self.define(Definition::Class(class.clone()));
        ExprKind::Class(class)
    }

    pub(super) fn define_definition(&self, pair: Node<'_>) -> ExprKind {
        let span = self.span(&pair);
        let mut pairs = pair.into_inner();
        let (name, name_span) = self.name(&mut pairs, span);
        let parts = self.parts(pairs);
        let define = Arc::new(DefineDefinition {
            span,
            name: self.full_name(&name),
            name_span,
            parameters: parts.parameters.into(),
            body: parts.body,
        });
        self.define(Definition::Define(define.clone()));
        ExprKind::Define(define)
    }

    pub(super) fn function_definition(&self, pair: Node<'_>) -> ExprKind {
        let span = self.span(&pair);
        let mut pairs = pair.into_inner();
        let (name, name_span) = self.name(&mut pairs, span);
        let parts = self.parts(pairs);
        let function = Arc::new(FunctionDefinition {
            span,
            name,
            name_span,
            parameters: parts.parameters.into(),
            return_type: parts.return_type,
            body: parts.body,
        });
        self.define(Definition::Function(function.clone()));
        ExprKind::Function(function)
    }

    pub(super) fn node_definition(&self, pair: Node<'_>) -> ExprKind {
        let span = self.span(&pair);
        let (mut matches, mut parent, mut body) = (Vec::new(), None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::node_parent => parent = part.into_inner().next().map(|host| self.host(host)),
                Rule::block => body = self.block(part),
                _ => matches.push(self.host(part)),
            }
        }
        let node = Arc::new(NodeDefinition { span, matches: matches.into(), parent, body });
        self.define(Definition::Node(node.clone()));
        ExprKind::Node(node)
    }

    fn host(&self, pair: Node<'_>) -> Expr {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::dotted_name => {
                let parts: Vec<_> = pair.into_inner().map(|part| part.as_str().to_owned()).collect();
                Expr::new(span, ExprKind::String(parts.join(".").into()))
            }
            Rule::word => Expr::new(span, ExprKind::String(pair.as_str().into())),
            _ => self.primary(pair),
        }
    }

    /// Builds parameters; pairs that are none are left out.
    pub(super) fn parameters<'i>(&self, pairs: impl Iterator<Item = Node<'i>>) -> Box<[Parameter]> {
        pairs.filter(|pair| pair.as_rule() == Rule::parameter).map(|pair| self.parameter(pair)).collect()
    }

    pub(super) fn parameter(&self, pair: Node<'_>) -> Parameter {
        let mut parts = pair.into_inner();
        let type_expr = match parts.peek() {
            Some(part) if part.as_rule() == Rule::type_expression => {
                parts.next().and_then(|part| self.type_expression(part))
            }
            Some(_) | None => None,
        };
        let splat = parts.peek().filter(|part| part.as_rule() == Rule::splat);
        let splat = splat.and_then(|_| parts.next()).map(|part| self.span(&part));
        let (name, name_span) = self.name(&mut parts, Span::default());
        let value = if !parts.is_empty() { Some(self.operation(parts)) } else { None };
        let start = type_expr.as_ref().map(|expr: &Expr| expr.span).or(splat).unwrap_or(name_span);
        let end = value.as_ref().map_or(name_span, |value: &Expr| value.span);
        Parameter {
            span: start.join(end),
            name_span,
            name: name.strip_prefix('$').unwrap_or(&name).into(),
            type_expr,
            value,
            captures_rest: splat.is_some(),
        }
    }

    /// Builds `>> type`.
    pub(super) fn return_type(&self, pair: Node<'_>) -> Option<Expr> {
        pair.into_inner().next().and_then(|pair| self.type_expression(pair))
    }

    fn type_expression(&self, pair: Node<'_>) -> Option<Expr> {
        let mut parts = pair.into_inner();
        let name = parts.next().map(|name| self.primary(name))?;
        Some(match parts.next() {
            Some(access) => self.access(name, access),
            None => name,
        })
    }

    pub(super) fn type_alias(&self, pair: Node<'_>) -> ExprKind {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let left = parts.next().and_then(|part| self.type_expression(part));
        let right = parts.next().map(|first| self.alias_value(first, parts.next()));
        let (Some(left), Some(right)) = (left, right) else {
            return self.broken(&codes::SYNTAX, span, "a type alias without its type").kind;
        };
        match left.kind {
            ExprKind::TypeRef(name) => {
                let alias = Arc::new(TypeAlias { span, name, type_expr: right });
                self.define(Definition::TypeAlias(alias.clone()));
                ExprKind::TypeAlias(alias)
            }
            _ => {
                let mapping = Arc::new(TypeMapping { span, type_expr: left, mapping: right });
                self.define(Definition::TypeMapping(mapping.clone()));
                ExprKind::TypeMapping(mapping)
            }
        }
    }

    /// Builds the right side of a type alias; `{ … }` and `Parent { … }` become `Object[{ … }]`
    /// (`Factory.build_TypeAlias`).
    fn alias_value(&self, first: Node<'_>, second: Option<Node<'_>>) -> Expr {
        let first = self.primary(first);
        match (&first.kind, second) {
            (ExprKind::Hash(_), _) => {
                let object = Expr::new(first.span, ExprKind::TypeRef("Object".into()));
                accessed(object, first)
            }
            (_, Some(access)) if access.as_rule() == Rule::access => self.access(first, access),
            (_, Some(hash)) => self.object_with_parent(first, hash),
            (_, None) => first,
        }
    }

    fn object_with_parent(&self, parent: Expr, hash: Node<'_>) -> Expr {
        let span = self.span(&hash);
        let mut entries = self.hash_entries(hash.into_inner()).into_vec();
        let own = matches!(&parent.kind, ExprKind::TypeRef(name) if name == "Object" || name == "TypeSet");
        let outer = match own {
            true => parent,
            false => {
                let place = parent.span;
                let key = Expr::new(place, ExprKind::Name("parent".into()));
                entries.push(HashEntry { arrow: place, key, value: parent });
                Expr::new(place, ExprKind::TypeRef("Object".into()))
            }
        };
        accessed(outer, Expr::new(span, ExprKind::Hash(entries.into())))
    }

    pub(super) fn type_definition(&self, pair: Node<'_>) -> ExprKind {
        let span = self.span(&pair);
        let mut parts = pair.into_inner().peekable();
        let (name, _) = self.name(&mut parts, span);
        let parent = parts.next_if(|part| part.as_rule() == Rule::type_ref).map(|part| part.as_str().into());
        let body = parts.next().and_then(|part| self.block(part));
        let definition = Arc::new(TypeDefinition { span, name, parent, body });
        self.define(Definition::TypeDefinition(definition.clone()));
        ExprKind::TypeDefinition(definition)
    }
}

fn accessed(left: Expr, key: Expr) -> Expr {
    let span = left.span.join(key.span);
    Expr::new(span, ExprKind::Access(Box::new(Access { left, keys: Box::new([key]) })))
}
