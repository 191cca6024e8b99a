//! What may be assigned, and what is a value.

use super::{Checker, names};
use crate::syntax::{
    ast::{Assignment, AssignmentOp, Expr, ExprKind},
    codes,
};

impl Checker<'_> {
    pub(super) fn check_assignment(&mut self, it: &Assignment, expr: &Expr) {
        match it.op {
            AssignmentOp::Set => {
                self.assign(&it.target, false);
                self.rvalue(&it.value);
            }
            AssignmentOp::Append | AssignmentOp::Delete => {
                let message = format!("the operator `{}` is no longer supported", it.op.as_str());
                self.report(&codes::APPEND, expr.anchor(), message);
            }
        }
    }

    fn assign(&mut self, target: &Expr, via_index: bool) {
        match &target.kind {
            ExprKind::Variable(name) => self.assign_variable(name, target),
            ExprKind::Access(_) => {
                self.report(&codes::INDEXED_ASSIGNMENT, target.anchor(), "an element cannot be assigned");
            }
            ExprKind::Array(values) => values.iter().for_each(|value| self.assign(value, false)),
            _ if via_index => {
                self.report(&codes::ASSIGNMENT, target.anchor(), "an element of this cannot be assigned");
            }
            _ => self.report(&codes::ASSIGNMENT, target.anchor(), "only variables can be assigned"),
        }
    }

    fn assign_variable(&mut self, name: &str, target: &Expr) {
        if names::is_number(name) {
            self.report(
                &codes::ASSIGNMENT,
                target.span,
                format!("the match variable `${name}` cannot be assigned"),
            );
        }
        if name.contains("::") {
            let message = format!("`${name}` belongs to another scope and cannot be assigned here");
            self.report(&codes::CROSS_SCOPE, target.span, message);
        }
    }

    /// Checks that an expression can be used as a value.
    pub(super) fn rvalue(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Collector(_)
            | ExprKind::Class(_)
            | ExprKind::Define(_)
            | ExprKind::Function(_)
            | ExprKind::Node(_)
            | ExprKind::TypeAlias(_)
            | ExprKind::TypeMapping(_)
            | ExprKind::TypeDefinition(_) => {
                self.report(&codes::NOT_A_VALUE, expr.anchor(), "this gives no value that could be used");
            }
            ExprKind::Paren(inner)
            | ExprKind::Not(inner)
            | ExprKind::Minus(inner)
            | ExprKind::Splat(inner)
            | ExprKind::Render(inner) => self.rvalue(inner),
            _ => {}
        }
    }

    /// Checks that a parameter's default assigns nothing.
    pub(super) fn no_assignment(&mut self, expr: &Expr) {
        let mut found = Vec::new();
        find_assignments(expr, &mut found);
        for at in found {
            self.report(
                &codes::ASSIGNMENT_CONTEXT,
                at.anchor(),
                "an assignment cannot stand in a default value",
            );
        }
    }
}

/// Collects assignments outside of lambdas.
fn find_assignments<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    if matches!(expr.kind, ExprKind::Assignment(_)) {
        found.push(expr);
        return;
    }
    expr.children(&mut |child| find_assignments(child, found));
}
