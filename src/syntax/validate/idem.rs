//! Which expressions do nothing but give a value (`idem_*` in Puppet's checker).

use crate::syntax::ast::{BinaryOp, Block, Case, Expr, ExprKind, If};

/// Tells whether evaluating an expression is known to have no effect.
pub(super) fn expr(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Undef
        | ExprKind::Default
        | ExprKind::Boolean(_)
        | ExprKind::Integer(..)
        | ExprKind::Float(_)
        | ExprKind::String(_)
        | ExprKind::Interpolated(_)
        | ExprKind::Heredoc(_)
        | ExprKind::Regex(_)
        | ExprKind::Name(_)
        | ExprKind::TypeRef(_)
        | ExprKind::Reserved(_)
        | ExprKind::Variable(_)
        | ExprKind::Array(_)
        | ExprKind::Hash(_)
        | ExprKind::Not(_)
        | ExprKind::Minus(_)
        | ExprKind::Splat(_)
        | ExprKind::Access(_)
        | ExprKind::Selector(_) => true,
        ExprKind::Paren(inner) => self::expr(inner),
        ExprKind::Binary(it) => !matches!(it.op, BinaryOp::Match | BinaryOp::NoMatch),
        ExprKind::If(it) | ExprKind::Unless(it) => conditional(it),
        ExprKind::Case(it) => case(it),
        ExprKind::Block(it) => block(it),
        ExprKind::Assignment(_)
        | ExprKind::Relationship(_)
        | ExprKind::Call(_)
        | ExprKind::MethodCall(_)
        | ExprKind::Resource(_)
        | ExprKind::ResourceDefaults(_)
        | ExprKind::ResourceOverride(_)
        | ExprKind::Collector(_)
        | ExprKind::Class(_)
        | ExprKind::Define(_)
        | ExprKind::Function(_)
        | ExprKind::Node(_)
        | ExprKind::TypeAlias(_)
        | ExprKind::TypeMapping(_)
        | ExprKind::TypeDefinition(_)
        | ExprKind::Lambda(_)
        | ExprKind::Epp(_)
        | ExprKind::RenderText(_)
        | ExprKind::Render(_) => false,
    }
}

/// Tells whether all statements are idem.
pub(super) fn block(block: &Block) -> bool {
    block.statements.iter().all(expr)
}

fn conditional(it: &If) -> bool {
    expr(&it.test) && [&it.then, &it.otherwise].into_iter().flatten().all(block)
}

fn case(it: &Case) -> bool {
    let option = |option: &crate::syntax::ast::CaseOption| {
        option.values.iter().all(expr) && option.then.as_ref().is_none_or(block)
    };
    expr(&it.test) && it.options.iter().all(option)
}

/// Returns the name if two statements are what Puppet makes of `name { key => value }`.
pub(super) fn resource_without_title(statements: &[Expr]) -> Option<&str> {
    match statements {
        [Expr { kind: ExprKind::Name(name), .. }, Expr { kind: ExprKind::Hash(_), .. }] => Some(name),
        _ => None,
    }
}
