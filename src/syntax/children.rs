//! The direct parts of an expression, in the order Puppet visits them, lambdas left out.

use super::ast::{AttributeOperation, Block, Expr, ExprKind, Parameter, Segment};

impl Expr {
    /// Calls `visit` with each direct part. What lambdas contain is not visited.
    pub fn children<'e>(&'e self, visit: &mut impl FnMut(&'e Self)) {
        match &self.kind {
            ExprKind::Undef
            | ExprKind::Default
            | ExprKind::Boolean(_)
            | ExprKind::Integer(..)
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Regex(_)
            | ExprKind::Name(_)
            | ExprKind::TypeRef(_)
            | ExprKind::Reserved(_)
            | ExprKind::Variable(_)
            | ExprKind::Lambda(_)
            | ExprKind::RenderText(_) => {}
            ExprKind::Interpolated(segments) => {
                for segment in segments {
                    if let Segment::Expr(expr) = segment {
                        visit(expr);
                    }
                }
            }
            ExprKind::Heredoc(it) => visit(&it.text),
            ExprKind::Array(values) => values.iter().for_each(visit),
            ExprKind::Hash(entries) => {
                for entry in entries {
                    visit(&entry.key);
                    visit(&entry.value);
                }
            }
            ExprKind::Paren(it)
            | ExprKind::Not(it)
            | ExprKind::Minus(it)
            | ExprKind::Splat(it)
            | ExprKind::Render(it) => visit(it),
            ExprKind::Binary(it) => pair(visit, &it.left, &it.right),
            ExprKind::Assignment(it) => pair(visit, &it.target, &it.value),
            ExprKind::Relationship(it) => pair(visit, &it.left, &it.right),
            ExprKind::Access(it) => {
                visit(&it.left);
                it.keys.iter().for_each(visit);
            }
            ExprKind::Call(it) => {
                visit(&it.functor);
                it.arguments.iter().for_each(visit);
            }
            ExprKind::MethodCall(it) => {
                visit(&it.receiver);
                it.arguments.iter().for_each(visit);
            }
            ExprKind::Selector(it) => {
                visit(&it.left);
                it.entries.iter().for_each(|entry| pair(visit, &entry.matching, &entry.value));
            }
            ExprKind::If(it) | ExprKind::Unless(it) => {
                visit(&it.test);
                [&it.then, &it.otherwise].into_iter().for_each(|found| block(visit, found.as_ref()));
            }
            ExprKind::Case(it) => {
                visit(&it.test);
                for option in &it.options {
                    option.values.iter().for_each(&mut *visit);
                    block(visit, option.then.as_ref());
                }
            }
            ExprKind::Resource(it) => {
                visit(&it.type_name);
                for body in &it.bodies {
                    visit(&body.title);
                    operations(visit, &body.operations);
                }
            }
            ExprKind::ResourceDefaults(it) => {
                visit(&it.type_ref);
                operations(visit, &it.operations);
            }
            ExprKind::ResourceOverride(it) => {
                visit(&it.resources);
                operations(visit, &it.operations);
            }
            ExprKind::Collector(it) => {
                visit(&it.type_expr);
                it.query.iter().for_each(&mut *visit);
                operations(visit, &it.operations);
            }
            ExprKind::Block(it) => it.statements.iter().for_each(visit),
            ExprKind::Class(it) => definition(visit, &it.parameters, it.body.as_ref()),
            ExprKind::Define(it) => definition(visit, &it.parameters, it.body.as_ref()),
            ExprKind::Function(it) => {
                definition(visit, &it.parameters, it.body.as_ref());
                it.return_type.iter().for_each(visit);
            }
            ExprKind::Node(it) => {
                it.parent.iter().for_each(&mut *visit);
                it.matches.iter().for_each(&mut *visit);
                block(visit, it.body.as_ref());
            }
            ExprKind::TypeAlias(it) => visit(&it.type_expr),
            ExprKind::TypeMapping(it) => pair(visit, &it.type_expr, &it.mapping),
            ExprKind::TypeDefinition(it) => block(visit, it.body.as_ref()),
            ExprKind::Epp(it) => block(visit, it.body.as_ref()),
        }
    }
}

fn pair<'e>(visit: &mut impl FnMut(&'e Expr), left: &'e Expr, right: &'e Expr) {
    visit(left);
    visit(right);
}

fn block<'e>(visit: &mut impl FnMut(&'e Expr), block: Option<&'e Block>) {
    block.into_iter().flat_map(|block| &block.statements).for_each(visit);
}

fn operations<'e>(visit: &mut impl FnMut(&'e Expr), operations: &'e [AttributeOperation]) {
    operations.iter().map(AttributeOperation::value).for_each(visit);
}

fn definition<'e>(visit: &mut impl FnMut(&'e Expr), parameters: &'e [Parameter], body: Option<&'e Block>) {
    for parameter in parameters {
        parameter.value.iter().for_each(&mut *visit);
        parameter.type_expr.iter().for_each(&mut *visit);
    }
    block(visit, body);
}
