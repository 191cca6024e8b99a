//! Resources, their defaults and overrides: what braces mean depends on what stands before them
//! (`Puppet::Pops::Model::Factory.resource_shape`).

use super::{Builder, Node};
use crate::{
    source::Span,
    syntax::{
        ast::{
            Attribute, AttributeOperation, Expr, ExprKind, HashEntry, Resource, ResourceBody,
            ResourceDefaults, ResourceForm, ResourceOverride,
        },
        codes,
        grammar::Rule,
    },
};
use ecow::EcoString;

impl Builder<'_> {
    /// Builds `left { … }`.
    pub(super) fn resource_braces(&self, left: Expr, braces: Node<'_>) -> Expr {
        let braces_span = self.span(&braces);
        let span = left.span.join(braces_span);
        let mut parts = braces.into_inner().peekable();
        let kind = if parts.peek().is_some_and(|part| part.as_rule() == Rule::resource_body) {
            let bodies = parts.map(|part| self.resource_body(part)).collect();
            ExprKind::Resource(Box::new(Resource { form: ResourceForm::Regular, type_name: left, bodies }))
        } else {
            let operations: Vec<_> = parts.map(|part| self.attribute(part)).collect();
            return self.untitled(left, operations, braces_span);
        };
        Expr::new(span, kind)
    }

    fn untitled(&self, left: Expr, operations: Vec<AttributeOperation>, braces: Span) -> Expr {
        let span = left.span.join(braces);
        let form = ResourceForm::Regular;
        let operations = match &left.kind {
            ExprKind::Name(_) => return self.resource_without_title(left, operations, braces),
            ExprKind::TypeRef(_) | ExprKind::Access(_) => operations.into(),
            _ => {
                let message = "what stands before the braces is no resource type, defaults or reference";
                return self.broken(&codes::NOT_A_RESOURCE, left.anchor(), message);
            }
        };
        let kind = match matches!(left.kind, ExprKind::Access(_)) {
            true => {
                ExprKind::ResourceOverride(Box::new(ResourceOverride { form, resources: left, operations }))
            }
            false => {
                ExprKind::ResourceDefaults(Box::new(ResourceDefaults { form, type_ref: left, operations }))
            }
        };
        Expr::new(span, kind)
    }

    fn resource_without_title(&self, name: Expr, operations: Vec<AttributeOperation>, braces: Span) -> Expr {
        let mut entries = Vec::with_capacity(operations.len());
        for operation in operations {
            match operation {
                AttributeOperation::Attribute(attribute) if !attribute.append => {
                    let key = Expr::new(attribute.name_span, ExprKind::String(attribute.name));
                    entries.push(HashEntry { arrow: attribute.span, key, value: attribute.value });
                }
                AttributeOperation::Attribute(_) => {
                    return self.broken(
                        &codes::NO_TITLE,
                        braces,
                        "a resource without a title, or a hash with `+>`",
                    );
                }
                AttributeOperation::Splat(span, value) => {
                    let key = Expr::new(span, ExprKind::Undef);
                    entries.push(HashEntry { arrow: span, key, value });
                }
            }
        }
        let hash = Expr::new(braces, ExprKind::Hash(entries.into()));
        self.name_and_hash(name, hash)
    }

    /// Builds `class { title: … }`.
    pub(super) fn class_resource(&self, pair: Node<'_>) -> ExprKind {
        let start = pair.as_span().start();
        let type_name = Expr::new(self.span_of(start, start + 5), ExprKind::Name("class".into()));
        let bodies = pair.into_inner().map(|part| self.resource_body(part)).collect();
        ExprKind::Resource(Box::new(Resource { form: ResourceForm::Regular, type_name, bodies }))
    }

    fn resource_body(&self, pair: Node<'_>) -> ResourceBody {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let title = self.next_operation(&mut parts, span);
        let operations: Box<[_]> = parts.map(|part| self.attribute(part)).collect();
        let end = operations.last().map_or(title.span, AttributeOperation::span);
        ResourceBody { span: title.span.join(end), title, operations }
    }

    /// Builds `name => value`, `name +> value` or `* => value`.
    pub(super) fn attribute(&self, pair: Node<'_>) -> AttributeOperation {
        let mut parts = pair.into_inner();
        let (mut name, mut name_span, mut splat) = (EcoString::new(), Span::default(), false);
        if let Some(first) = parts.next() {
            name_span = self.span(&first);
            splat = first.as_rule() == Rule::splat;
            name = first.as_str().into();
        }
        let append = parts.peek().is_some_and(|part| part.as_rule() == Rule::append);
        let append_at = if append { parts.next().map(|part| self.span(&part)) } else { None };
        let value = self.operation(parts);
        let span = name_span.join(value.span);
        match (splat, append_at) {
            (false, _) => AttributeOperation::Attribute(Attribute { span, name_span, name, append, value }),
            (true, None) => AttributeOperation::Splat(span, value),
            (true, Some(at)) => {
                self.report(&codes::SYNTAX, at, "syntax error at `+>`");
                AttributeOperation::Splat(span, value)
            }
        }
    }

    /// Makes a resource virtual or exported.
    pub(super) fn form(&self, at: &Node<'_>, mut resource: Expr, form: ResourceForm) -> Expr {
        resource.span = self.span(at).join(resource.span);
        match &mut resource.kind {
            ExprKind::Resource(it) => it.form = form,
            ExprKind::ResourceDefaults(it) => it.form = form,
            ExprKind::ResourceOverride(it) => it.form = form,
            _ => {
                let message = format!("`{}` can only stand before a resource", at.as_str());
                return self.broken(&codes::NOT_VIRTUAL, self.span(at), message);
            }
        }
        resource
    }
}

impl AttributeOperation {
    /// Returns the place of the whole operation.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Attribute(attribute) => attribute.span,
            Self::Splat(span, _) => *span,
        }
    }
}
