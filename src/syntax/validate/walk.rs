//! The walk over the tree: a check of each construct, then its parts in Puppet's order.

use super::{Checker, Container, idem};
use crate::syntax::ast::{AttributeOperation, Block, Expr, ExprKind, If, Lambda, Parameter, Segment};

impl Checker<'_> {
    /// Checks the whole file.
    pub(super) fn program(&mut self) {
        let ast = self.ast;
        self.loose_block(&ast.body);
    }

    fn within(&mut self, container: Container, visit: impl FnOnce(&mut Self)) {
        self.path.push(container);
        visit(self);
        self.path.pop();
    }

    fn exprs(&mut self, expressions: &[Expr]) {
        for expr in expressions {
            self.expr(expr);
        }
    }

    /// Visits statements that Puppet puts into a block even if there is only one.
    fn block(&mut self, block: Option<&Block>) {
        let Some(block) = block else { return };
        self.check_block(block);
        self.within(Container::Block, |c| c.exprs(&block.statements));
    }

    /// Visits statements that Puppet puts into a block only if there are several.
    fn loose_block(&mut self, block: &Block) {
        match &*block.statements {
            [only] => self.expr(only),
            _ => self.block(Some(block)),
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            self.check_parameter(parameter);
            self.within(Container::Other, |c| {
                c.exprs(parameter.value.as_slice());
                c.exprs(parameter.type_expr.as_slice());
            });
        }
    }

    fn operations(&mut self, operations: &[AttributeOperation]) {
        for operation in operations {
            self.check_operation(operation);
            self.within(Container::Other, |c| c.expr(operation.value()));
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        self.check(expr);
        let container = match &expr.kind {
            ExprKind::Class(_) => Container::Class,
            ExprKind::Lambda(_) => Container::Lambda,
            ExprKind::Collector(_) | ExprKind::ResourceOverride(_) => Container::Amending,
            _ => Container::Other,
        };
        if let ExprKind::Block(block) = &expr.kind {
            return self.block(Some(block));
        }
        self.within(container, |c| c.contents(expr));
    }

    /// Visits the parts of an expression. This only dispatches.
    fn contents(&mut self, expr: &Expr) {
        match &expr.kind {
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
            | ExprKind::RenderText(_)
            | ExprKind::Block(_) => {}
            ExprKind::Interpolated(segments) => self.segments(segments),
            ExprKind::Heredoc(it) => self.expr(&it.text),
            ExprKind::Array(values) => self.exprs(values),
            ExprKind::Hash(entries) => {
                for entry in entries {
                    self.rvalue(&entry.key);
                    self.rvalue(&entry.value);
                    self.expr(&entry.key);
                    self.expr(&entry.value);
                }
            }
            ExprKind::Paren(it)
            | ExprKind::Not(it)
            | ExprKind::Minus(it)
            | ExprKind::Splat(it)
            | ExprKind::Render(it) => self.expr(it),
            ExprKind::Binary(it) => self.pair(&it.left, &it.right),
            ExprKind::Assignment(it) => self.pair(&it.target, &it.value),
            ExprKind::Relationship(it) => self.pair(&it.left, &it.right),
            ExprKind::Access(it) => {
                self.expr(&it.left);
                self.exprs(&it.keys);
            }
            ExprKind::Call(it) => {
                self.expr(&it.functor);
                self.exprs(&it.arguments);
                self.lambda(it.lambda.as_deref());
            }
            ExprKind::MethodCall(it) => {
                self.rvalue(&it.receiver);
                self.expr(&it.receiver);
                self.exprs(&it.arguments);
                self.lambda(it.lambda.as_deref());
            }
            ExprKind::Selector(it) => {
                self.expr(&it.left);
                for entry in &it.entries {
                    self.rvalue(&entry.matching);
                    self.pair(&entry.matching, &entry.value);
                }
            }
            ExprKind::If(it) | ExprKind::Unless(it) => self.conditional(it),
            ExprKind::Case(it) => {
                self.expr(&it.test);
                for option in &it.options {
                    option.values.iter().for_each(|value| self.rvalue(value));
                    self.exprs(&option.values);
                    self.block(option.then.as_ref());
                }
            }
            ExprKind::Resource(it) => {
                self.expr(&it.type_name);
                for body in &it.bodies {
                    self.check_resource_body(body);
                    self.within(Container::Other, |c| {
                        c.expr(&body.title);
                        c.operations(&body.operations);
                    });
                }
            }
            ExprKind::ResourceDefaults(it) => {
                self.expr(&it.type_ref);
                self.operations(&it.operations);
            }
            ExprKind::ResourceOverride(it) => {
                self.expr(&it.resources);
                self.operations(&it.operations);
            }
            ExprKind::Collector(it) => {
                self.expr(&it.type_expr);
                if let Some(query) = &it.query {
                    self.query(query);
                    self.within(Container::Other, |c| c.expr(query));
                }
                self.operations(&it.operations);
            }
            ExprKind::Class(it) => {
                self.parameters(&it.parameters);
                self.block(it.body.as_ref());
            }
            ExprKind::Define(it) => {
                self.parameters(&it.parameters);
                self.block(it.body.as_ref());
            }
            ExprKind::Function(it) => {
                self.parameters(&it.parameters);
                self.block(it.body.as_ref());
                self.exprs(it.return_type.as_slice());
            }
            ExprKind::Node(it) => {
                self.exprs(it.parent.as_slice());
                self.exprs(&it.matches);
                self.block(it.body.as_ref());
            }
            ExprKind::TypeAlias(it) => self.expr(&it.type_expr),
            ExprKind::TypeMapping(it) => self.pair(&it.type_expr, &it.mapping),
            ExprKind::TypeDefinition(it) => self.block(it.body.as_ref()),
            ExprKind::Lambda(it) => self.lambda_contents(it),
            ExprKind::Epp(it) => self.block(it.body.as_ref()),
        }
    }

    fn pair(&mut self, left: &Expr, right: &Expr) {
        self.expr(left);
        self.expr(right);
    }

    fn segments(&mut self, segments: &[Segment]) {
        for segment in segments {
            if let Segment::Expr(expr) = segment {
                self.rvalue(expr);
                self.expr(expr);
            }
        }
    }

    fn conditional(&mut self, it: &If) {
        self.expr(&it.test);
        for block in [&it.then, &it.otherwise].into_iter().flatten() {
            self.loose_block(block);
        }
    }

    fn lambda(&mut self, lambda: Option<&Lambda>) {
        let Some(lambda) = lambda else { return };
        self.check_lambda(lambda);
        self.within(Container::Lambda, |c| c.lambda_contents(lambda));
    }

    fn lambda_contents(&mut self, lambda: &Lambda) {
        self.parameters(&lambda.parameters);
        match lambda.body.as_ref().map(|body| &*body.statements) {
            Some([epp @ Expr { kind: ExprKind::Epp(_), .. }]) => {
                self.check_template_parameters(lambda);
                self.expr(epp);
            }
            Some(_) | None => self.block(lambda.body.as_ref()),
        }
        self.exprs(lambda.return_type.as_slice());
    }

    fn check_block(&mut self, block: &Block) {
        if let Some(name) = idem::resource_without_title(&block.statements) {
            return self.without_title(name, block.span);
        }
        let Some((_, before)) = block.statements.split_last() else { return };
        if let Some(first) = before.iter().find(|statement| idem::expr(statement)) {
            self.no_effect(first);
        }
    }
}

impl AttributeOperation {
    /// Returns the value.
    #[must_use]
    pub const fn value(&self) -> &Expr {
        match self {
            Self::Attribute(attribute) => &attribute.value,
            Self::Splat(_, value) => value,
        }
    }
}
