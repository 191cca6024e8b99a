//! Operators: one row a level of precedence, lowest first (`prechigh … preclow` in Puppet's `egrammar.ra`).

use super::{Builder, Node};
use crate::{
    source::Span,
    syntax::{
        ast::{
            Access, Assignment, AssignmentOp, Binary, BinaryOp, Call, Collector, Expr, ExprKind, MethodCall,
            Relationship, RelationshipOp, ResourceForm, Selector, SelectorEntry,
        },
        codes,
        grammar::Rule,
    },
};
use ecow::EcoString;
use pest::pratt_parser::{Assoc::Left, Assoc::Right, Op, PrattParser};
use std::sync::LazyLock;

static OPERATORS: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::assign_op, Right))
        .op(Op::infix(Rule::edge_op, Left))
        .op(Op::prefix(Rule::at))
        .op(Op::postfix(Rule::resource_braces))
        .op(Op::infix(Rule::or_op, Left))
        .op(Op::infix(Rule::and_op, Left))
        .op(Op::postfix(Rule::select))
        .op(Op::infix(Rule::compare_op, Left))
        .op(Op::infix(Rule::eq_op, Left))
        .op(Op::infix(Rule::shift_op, Left))
        .op(Op::infix(Rule::add_op, Left))
        .op(Op::infix(Rule::mul_op, Left))
        .op(Op::infix(Rule::match_op, Left))
        .op(Op::infix(Rule::in_op, Left))
        .op(Op::prefix(Rule::minus))
        .op(Op::prefix(Rule::splat))
        .op(Op::prefix(Rule::not))
        .op(Op::postfix(Rule::collector)
            | Op::postfix(Rule::access)
            | Op::postfix(Rule::call)
            | Op::postfix(Rule::member))
});

impl Builder<'_> {
    /// Builds a flat list of operators and operands.
    pub(super) fn operation<'i>(&self, pairs: impl ExactSizeIterator<Item = Node<'i>>) -> Expr {
        let mut pairs = pairs.peekable();
        let length = pairs.len();
        let Some(first) = pairs.peek().map(|pair| self.span(pair)) else {
            return self.broken(&codes::SYNTAX, Span::default(), "an operand is missing");
        };
        self.deeper(
            length,
            || first,
            || match (length, pairs.next_if(|_| length == 1)) {
                (_, Some(only)) => self.primary(only),
                (_, None) => OPERATORS
                    .map_primary(|pair| self.primary(pair))
                    .map_prefix(|op, operand| self.prefix(&op, operand))
                    .map_infix(|left, op, right| self.infix(left, &op, right))
                    .map_postfix(|left, op| self.postfix(left, op))
                    .parse(pairs),
            },
        )
    }

    fn prefix(&self, op: &Node<'_>, operand: Expr) -> Expr {
        let span = self.span(op).join(operand.span);
        let kind = match op.as_str() {
            "!" => ExprKind::Not(Box::new(operand)),
            "-" => ExprKind::Minus(Box::new(operand)),
            "*" => ExprKind::Splat(Box::new(operand)),
            "@" => return self.form(op, operand, ResourceForm::Virtual),
            "@@" => return self.form(op, operand, ResourceForm::Exported),
            _ => return self.unexpected(op),
        };
        Expr::new(span, kind)
    }

    fn infix(&self, left: Expr, op: &Node<'_>, right: Expr) -> Expr {
        let op_span = self.span(op);
        let span = left.span.join(right.span);
        let text = op.as_str();
        let kind = if let Some(op) = binary_op(text) {
            ExprKind::Binary(Box::new(Binary { op, op_span, left, right }))
        } else if let Some(op) = relationship_op(text) {
            ExprKind::Relationship(Box::new(Relationship { op, op_span, left, right }))
        } else if let Some(op) = assignment_op(text) {
            ExprKind::Assignment(Box::new(Assignment { op, op_span, target: left, value: right }))
        } else {
            return self.unexpected(op);
        };
        Expr::new(span, kind)
    }

    fn postfix(&self, left: Expr, op: Node<'_>) -> Expr {
        match op.as_rule() {
            Rule::access => self.access(left, op),
            Rule::call => self.call(left, op),
            Rule::member => self.member(left, op),
            Rule::collector => self.collector(left, op),
            Rule::select => self.selector(left, op),
            Rule::resource_braces => self.resource_braces(left, op),
            _ => self.unexpected(&op),
        }
    }

    /// Builds `left[keys]`.
    pub(super) fn access(&self, left: Expr, op: Node<'_>) -> Expr {
        let span = left.span.join(self.span(&op));
        let keys = self.arguments(op.into_inner());
        if let Some(key) = keys.iter().find(|key| !is_expression(key)) {
            self.report(&codes::SYNTAX, key.anchor(), "a statement cannot be a key");
        }
        Expr::new(span, ExprKind::Access(Box::new(Access { left, keys: keys.into() })))
    }

    fn call(&self, functor: Expr, op: Node<'_>) -> Expr {
        let span = functor.span.join(self.span(&op));
        let mut inner = op.into_inner().peekable();
        let mut arguments = Vec::new();
        while let Some(pair) = inner.next_if(|pair| pair.as_rule() != Rule::lambda) {
            arguments.push(pair);
        }
        let arguments = self.arguments(arguments.into_iter()).into();
        let lambda = inner.next().map(|pair| self.lambda(pair));
        Expr::new(span, ExprKind::Call(Box::new(Call { functor, arguments, lambda, rvalue: true })))
    }

    fn member(&self, receiver: Expr, op: Node<'_>) -> Expr {
        let dot = op.as_span().start();
        let mut anchor = self.span_of(dot, dot + 1);
        let span = receiver.span.join(self.span(&op));
        let (mut name, mut name_span, mut arguments, mut lambda) = (EcoString::new(), span, Vec::new(), None);
        for part in op.into_inner() {
            match part.as_rule() {
                Rule::member_name => {
                    name = part.as_str().into();
                    name_span = self.span(&part);
                }
                Rule::member_arguments => {
                    anchor = self.span(&part);
                    arguments = self.arguments(part.into_inner());
                }
                Rule::lambda => lambda = Some(self.lambda(part)),
                _ => return self.unexpected(&part),
            }
        }
        let call = MethodCall { receiver, name, name_span, anchor, arguments: arguments.into(), lambda };
        Expr::new(span, ExprKind::MethodCall(Box::new(call)))
    }

    fn collector(&self, type_expr: Expr, op: Node<'_>) -> Expr {
        let span = type_expr.span.join(self.span(&op));
        let mut inner = op.into_inner();
        let Some(marks) = inner.next() else {
            return self.broken(&codes::SYNTAX, span, "a collector without its query");
        };
        let exported = marks.as_str().starts_with("<<");
        let query_span = self.span(&marks);
        let query = marks.into_inner().next().map(|pair| self.operation(pair.into_inner()));
        let operations = inner.map(|pair| self.attribute(pair)).collect();
        let collector = Collector { type_expr, exported, query_span, query, operations };
        Expr::new(span, ExprKind::Collector(Box::new(collector)))
    }

    fn selector(&self, left: Expr, op: Node<'_>) -> Expr {
        let end = self.span(&op);
        let braced = op.as_str().ends_with('}');
        let entries: Box<[_]> = op.into_inner().map(|pair| self.selector_entry(pair)).collect();
        let last = entries.last().map_or(end, |entry| entry.value.span);
        let span = left.span.join(if braced { end } else { last });
        Expr::new(span, ExprKind::Selector(Box::new(Selector { left, entries })))
    }

    fn selector_entry(&self, pair: Node<'_>) -> SelectorEntry {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let matching = self.next_operation(&mut parts, span);
        let arrow = parts.next().map_or(span, |arrow| self.span(&arrow));
        let value = self.next_operation(&mut parts, span);
        SelectorEntry { arrow, matching, value }
    }

    /// Builds the next pair, an `expression` or an `assignment`.
    pub(super) fn next_operation<'i>(&self, pairs: &mut impl Iterator<Item = Node<'i>>, at: Span) -> Expr {
        match pairs.next() {
            Some(pair) => self.operation(pair.into_inner()),
            None => self.broken(&codes::SYNTAX, at, "an expression is missing"),
        }
    }
}

/// Tells whether an expression may stand where Puppet's grammar wants an `expression`, not a statement.
fn is_expression(expr: &Expr) -> bool {
    !matches!(
        expr.kind,
        ExprKind::Assignment(_)
            | ExprKind::Relationship(_)
            | ExprKind::Resource(_)
            | ExprKind::ResourceDefaults(_)
            | ExprKind::ResourceOverride(_)
    )
}

fn binary_op(text: &str) -> Option<BinaryOp> {
    Some(match text {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "%" => BinaryOp::Modulo,
        "<<" => BinaryOp::ShiftLeft,
        ">>" => BinaryOp::ShiftRight,
        "==" => BinaryOp::Equal,
        "!=" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessEqual,
        ">" => BinaryOp::Greater,
        ">=" => BinaryOp::GreaterEqual,
        "=~" => BinaryOp::Match,
        "!~" => BinaryOp::NoMatch,
        "in" => BinaryOp::In,
        "and" => BinaryOp::And,
        "or" => BinaryOp::Or,
        _ => return None,
    })
}

fn relationship_op(text: &str) -> Option<RelationshipOp> {
    Some(match text {
        "->" => RelationshipOp::Before,
        "~>" => RelationshipOp::Notify,
        "<-" => RelationshipOp::After,
        "<~" => RelationshipOp::Subscribe,
        _ => return None,
    })
}

fn assignment_op(text: &str) -> Option<AssignmentOp> {
    Some(match text {
        "=" => AssignmentOp::Set,
        "+=" => AssignmentOp::Append,
        "-=" => AssignmentOp::Delete,
        _ => return None,
    })
}
