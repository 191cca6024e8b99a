//! Statements, and calls without parentheses, which Puppet makes of them after parsing
//! (`Puppet::Pops::Model::Factory.transform_calls`).

use super::{Builder, Node};
use crate::{
    source::Span,
    syntax::{
        ast::{Call, Expr, ExprKind},
        codes,
        grammar::Rule,
    },
};

/// The functions that can be called without parentheses.
const STATEMENT_CALLS: [&str; 15] = [
    "include", "require", "contain", "realize", "tag", "debug", "info", "notice", "warning", "err", "fail",
    "import", "break", "next", "return",
];

/// What stands between two statement ends: one expression, or several with the first comma.
enum Item {
    One(Expr),
    Several(Vec<Expr>, Span),
}

impl Builder<'_> {
    /// Builds statements.
    pub(super) fn statements<'i>(&self, pairs: impl Iterator<Item = Node<'i>>) -> Vec<Expr> {
        let mut built: Vec<Expr> = Vec::new();
        let mut pairs = pairs.peekable();
        while let Some(pair) = pairs.next() {
            let first = self.operation(pair.into_inner());
            let item = match pairs.peek() {
                Some(comma) if comma.as_rule() == Rule::comma => self.list(first, &mut pairs),
                Some(_) | None => Item::One(first),
            };
            self.add(&mut built, item);
        }
        built
    }

    fn list<'i>(&self, first: Expr, pairs: &mut std::iter::Peekable<impl Iterator<Item = Node<'i>>>) -> Item {
        let mut all = vec![first];
        let mut comma_span = None;
        while let Some(comma) = pairs.next_if(|pair| pair.as_rule() == Rule::comma) {
            let start = comma.as_span().start();
            let span = *comma_span.get_or_insert_with(|| self.span_of(start, start + 1));
            all.push(self.next_operation(pairs, span));
        }
        Item::Several(all, comma_span.unwrap_or_default())
    }

    /// Adds a statement, or makes the name before it a call of it.
    fn add(&self, built: &mut Vec<Expr>, item: Item) {
        let callee =
            built.pop_if(|last| matches!(&last.kind, ExprKind::Name(name) if is_statement_call(name)));
        match (callee, item) {
            (Some(functor), Item::One(argument)) => built.push(call(functor, vec![argument])),
            (Some(functor), Item::Several(arguments, _)) => built.push(call(functor, arguments)),
            (None, Item::One(mut statement)) => {
                if let ExprKind::Call(call) = &mut statement.kind {
                    call.rvalue = false;
                }
                built.push(statement);
            }
            (None, Item::Several(_, comma)) => self.stray_list(built.last(), comma),
        }
    }

    fn stray_list(&self, before: Option<&Expr>, comma: Span) {
        let message = match before.map(|expr| &expr.kind) {
            Some(ExprKind::Name(name)) => {
                format!("the function `{name}` cannot be called with a list of arguments without parentheses")
            }
            Some(_) | None => "a list separated by commas cannot stand here".to_owned(),
        };
        self.report(&codes::ARGUMENT_LIST, comma, message);
    }

    /// Builds what Puppet makes of a name before braces without a title: a call or two statements.
    pub(super) fn name_and_hash(&self, name: Expr, hash: Expr) -> Expr {
        let span = name.span.join(hash.span);
        match &name.kind {
            ExprKind::Name(text) if is_statement_call(text) => call(name, vec![hash]),
            _ => {
                let statements = vec![name, hash].into();
                Expr::new(span, ExprKind::Block(Box::new(crate::syntax::ast::Block { span, statements })))
            }
        }
    }
}

/// Tells whether a function can be called without parentheses.
fn is_statement_call(name: &str) -> bool {
    STATEMENT_CALLS.contains(&name)
}

fn call(functor: Expr, arguments: Vec<Expr>) -> Expr {
    let span = arguments.last().map_or(functor.span, |last| functor.span.join(last.span));
    let call = Call { functor, arguments: arguments.into(), lambda: None, rvalue: false };
    Expr::new(span, ExprKind::Call(Box::new(call)))
}
