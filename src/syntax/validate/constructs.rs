//! Checks of expressions and resources.

use super::{Checker, Container, idem, literal, names};
use crate::{
    maps::HashSet,
    source::Span,
    syntax::{
        ast::{
            AttributeOperation, BinaryOp, Call, Case, Expr, ExprKind, HashEntry, Resource, ResourceBody,
            ResourceForm, Selector,
        },
        codes,
    },
};

impl Checker<'_> {
    /// Checks one construct. This only dispatches; what needs no check is listed last.
    pub(super) fn check(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Assignment(it) => self.check_assignment(it, expr),
            ExprKind::Binary(it) => {
                self.rvalue(&it.left);
                self.rvalue(&it.right);
            }
            ExprKind::Relationship(it) => {
                self.relation(&it.left);
                self.relation(&it.right);
            }
            ExprKind::Paren(it)
            | ExprKind::Not(it)
            | ExprKind::Minus(it)
            | ExprKind::Splat(it)
            | ExprKind::Render(it) => self.rvalue(it),
            ExprKind::Array(values) => values.iter().for_each(|value| self.rvalue(value)),
            ExprKind::Hash(entries) => self.check_hash(entries),
            ExprKind::Call(it) => self.check_call(it, expr),
            ExprKind::Selector(it) => self.check_selector(it),
            ExprKind::If(it) | ExprKind::Unless(it) => self.rvalue(&it.test),
            ExprKind::Case(it) => self.check_case(it),
            ExprKind::Resource(it) => self.check_resource(it, expr),
            ExprKind::ResourceDefaults(it) => self.check_form(it.form, expr),
            ExprKind::ResourceOverride(it) => self.check_form(it.form, expr),
            ExprKind::Collector(it) => {
                if !matches!(it.type_expr.kind, ExprKind::TypeRef(_)) {
                    let message = "what is collected must be a type such as `File`";
                    self.report(&codes::EXPRESSION, it.type_expr.anchor(), message);
                }
            }
            ExprKind::Variable(name) => self.check_variable(name, expr.span),
            ExprKind::Reserved(word) => {
                self.report(&codes::RESERVED_WORD, expr.span, format!("`{word}` is a reserved word"));
            }
            ExprKind::Heredoc(it) => self.check_heredoc(it),
            ExprKind::Class(it) => self.check_class(it, expr),
            ExprKind::Define(it) => self.check_define(it, expr),
            ExprKind::Function(it) => self.check_function(it, expr),
            ExprKind::Node(it) => self.check_node(it, expr),
            ExprKind::TypeAlias(it) => self.check_type_alias(it, expr),
            ExprKind::TypeMapping(it) => self.check_type_mapping(it, expr),
            ExprKind::TypeDefinition(it) => self.check_type_definition(it, expr),
            ExprKind::Lambda(it) => self.check_lambda(it),
            ExprKind::Undef
            | ExprKind::Default
            | ExprKind::Boolean(_)
            | ExprKind::Integer(..)
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Interpolated(_)
            | ExprKind::Regex(_)
            | ExprKind::Name(_)
            | ExprKind::TypeRef(_)
            | ExprKind::Access(_)
            | ExprKind::MethodCall(_)
            | ExprKind::Block(_)
            | ExprKind::Epp(_)
            | ExprKind::RenderText(_) => {}
        }
    }

    fn relation(&mut self, side: &Expr) {
        if !matches!(side.kind, ExprKind::Collector(_) | ExprKind::Relationship(_)) {
            self.rvalue(side);
        }
    }

    pub(super) fn check_operation(&mut self, operation: &AttributeOperation) {
        if let AttributeOperation::Attribute(it) = operation
            && it.append
            && self.parent() != Container::Amending
        {
            let message = format!("`{} +>` is only for overrides and collectors", it.name);
            self.report(&codes::ATTRIBUTE_APPEND, it.span, message);
        }
        self.rvalue(operation.value());
    }

    /// Puppet gives the whole block's place.
    pub(super) fn without_title(&mut self, name: &str, span: Span) {
        self.report(&codes::NO_TITLE, span, format!("the resource `{name}` has no title"));
    }

    pub(super) fn no_effect(&mut self, statement: &Expr) {
        let message = "this statement has no effect and is not the value of its block";
        self.report(&codes::NO_EFFECT, statement.anchor(), message);
    }

    fn check_call(&mut self, it: &Call, expr: &Expr) {
        match &it.functor.kind {
            ExprKind::Name(_) | ExprKind::TypeRef(_) => {}
            ExprKind::Access(access) if matches!(access.left.kind, ExprKind::TypeRef(_)) => {}
            ExprKind::RenderText(_) => {
                let message = "parameters of a template come first, and in `|…|`";
                self.report(&codes::TEMPLATE_PARAMETERS, expr.anchor(), message);
            }
            _ => self.report(&codes::EXPRESSION, it.functor.anchor(), "this is no name of a function"),
        }
    }

    fn check_case(&mut self, it: &Case) {
        self.rvalue(&it.test);
        let defaults = it.options.iter().flat_map(|option| &option.values).filter(|value| is_default(value));
        for second in defaults.skip(1) {
            self.report(&codes::DUPLICATE_DEFAULT, second.span, "a second `default` is never reached");
        }
    }

    fn check_selector(&mut self, it: &Selector) {
        self.rvalue(&it.left);
        let mut defaults = it.entries.iter().map(|entry| &entry.matching).filter(|value| is_default(value));
        if let Some(second) = defaults.nth(1) {
            self.report(&codes::DUPLICATE_DEFAULT, second.span, "a second `default` is never reached");
        }
    }

    fn check_hash(&mut self, entries: &[HashEntry]) {
        if entries.len() < 2 {
            return;
        }
        let mut seen = HashSet::default();
        for entry in entries {
            let Some(key) = literal::key(&entry.key) else { continue };
            if !seen.insert(key) {
                let text = self.ast.source.slice(entry.key.span).to_owned();
                self.report_strict(
                    &codes::DUPLICATE_KEY,
                    entry.arrow,
                    format!("the key `{text}` is there twice"),
                );
            }
        }
    }

    fn check_resource(&mut self, it: &Resource, expr: &Expr) {
        let class = matches!(&it.type_name.kind, ExprKind::Name(name) if name == "class");
        if class && it.form != ResourceForm::Regular {
            self.report(&codes::VIRTUAL_CLASS, expr.anchor(), "a class cannot be virtual or exported");
        }
    }

    pub(super) fn check_resource_body(&mut self, body: &ResourceBody) {
        let splats =
            body.operations.iter().filter(|operation| matches!(operation, AttributeOperation::Splat(..)));
        for second in splats.skip(1) {
            self.report(&codes::SEVERAL_SPLATS, second.span(), "a second `* =>` in one resource");
        }
    }

    fn check_form(&mut self, form: ResourceForm, expr: &Expr) {
        if form != ResourceForm::Regular {
            let message = "defaults and overrides cannot be virtual or exported";
            self.report(&codes::NOT_VIRTUAL, expr.anchor(), message);
        }
    }

    fn check_variable(&mut self, name: &str, span: Span) {
        if !names::is_variable(name) {
            self.report(&codes::VARIABLE_NAME, span, format!("`${name}` is no valid name of a variable"));
        }
    }

    /// Checks the query of a collector.
    pub(super) fn query(&mut self, query: &Expr) {
        let allowed = match &query.kind {
            ExprKind::Binary(it) => match it.op {
                BinaryOp::Equal | BinaryOp::NotEqual => true,
                BinaryOp::And | BinaryOp::Or => {
                    self.query(&it.left);
                    self.query(&it.right);
                    true
                }
                _ => false,
            },
            ExprKind::Paren(inner) => {
                self.query(inner);
                true
            }
            ExprKind::Variable(_)
            | ExprKind::Name(_)
            | ExprKind::Integer(..)
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Boolean(_) => true,
            _ => false,
        };
        if !allowed {
            self.report(
                &codes::QUERY,
                query.anchor(),
                "a query knows `==`, `!=`, `and`, `or` and parentheses",
            );
        }
    }

    /// Checks that a body does not end with an expression without effect.
    pub(super) fn ends_with_effect(&mut self, body: Option<&crate::syntax::ast::Block>) {
        let Some(last) = body.and_then(|body| body.statements.last()) else { return };
        let untitled = match &last.kind {
            ExprKind::Block(block) => idem::resource_without_title(&block.statements).is_some(),
            _ => false,
        };
        if idem::expr(last) && !untitled {
            let message = "the last statement has no effect, and its value is not used";
            self.report(&codes::NO_EFFECT, last.anchor(), message);
        }
    }
}

fn is_default(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Default)
}
