//! Primary expressions, arguments, conditionals and lambdas.

use super::{Builder, Node};
use crate::{
    source::Span,
    syntax::{
        ast::{Block, Case, CaseOption, Expr, ExprKind, HashEntry, If, Lambda},
        codes,
        grammar::Rule,
    },
};
use std::sync::Arc;

impl Builder<'_> {
    /// Builds an operand. This only dispatches.
    pub(super) fn primary(&self, pair: Node<'_>) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::variable => ExprKind::Variable(pair.as_str().get(1..).unwrap_or_default().into()),
            Rule::single_quoted => self.single_quoted(&pair),
            Rule::plain_double_quoted => self.plain_double_quoted(&pair),
            Rule::double_quoted => self.double_quoted(pair),
            Rule::word => self.word(&pair),
            Rule::interpolated_name => ExprKind::Variable(pair.as_str().into()),
            Rule::type_ref => ExprKind::TypeRef(pair.as_str().into()),
            Rule::type_call => ExprKind::Name("type".into()),
            Rule::hash => ExprKind::Hash(self.hash_entries(pair.into_inner())),
            Rule::array => ExprKind::Array(self.arguments(pair.into_inner()).into()),
            Rule::undef => ExprKind::Undef,
            Rule::default => ExprKind::Default,
            Rule::boolean => ExprKind::Boolean(pair.as_str() == "true"),
            Rule::number => self.number(&pair),
            Rule::regex => self.regex(&pair),
            Rule::heredoc => return self.heredoc(&pair),
            Rule::reserved => ExprKind::Reserved(pair.as_str().into()),
            Rule::paren => ExprKind::Paren(Box::new(self.next_operation(&mut pair.into_inner(), span))),
            Rule::if_expression => ExprKind::If(Box::new(self.if_expression(pair))),
            Rule::unless_expression => ExprKind::Unless(Box::new(self.if_expression(pair))),
            Rule::case_expression => self.case_expression(pair),
            Rule::class_resource => self.class_resource(pair),
            Rule::class_definition => self.class_definition(pair),
            Rule::define_definition => self.define_definition(pair),
            Rule::function_definition => self.function_definition(pair),
            Rule::node_definition => self.node_definition(pair),
            Rule::type_alias => self.type_alias(pair),
            Rule::type_definition => self.type_definition(pair),
            Rule::render_text => self.render_text(&pair),
            Rule::render => self.render(pair),
            _ => return self.unexpected(&pair),
        };
        Expr::new(span, kind)
    }

    fn word(&self, pair: &Node<'_>) -> ExprKind {
        let text = pair.as_str();
        if is_name(text) { ExprKind::Name(text.into()) } else { ExprKind::String(text.into()) }
    }

    /// Builds arguments, elements or keys; adjacent `k => v` pairs become one hash.
    pub(super) fn arguments<'i>(&self, pairs: impl Iterator<Item = Node<'i>>) -> Vec<Expr> {
        let mut built: Vec<Expr> = Vec::new();
        let mut entries: Vec<HashEntry> = Vec::new();
        let mut pairs = pairs.peekable();
        while let Some(pair) = pairs.next() {
            let value = self.entry_operand(pair);
            match pairs.next_if(|pair| pair.as_rule() == Rule::arrow) {
                Some(arrow) => {
                    let arrow = self.span(&arrow);
                    let right = pairs.next().map(|pair| self.entry_operand(pair));
                    let right =
                        right.unwrap_or_else(|| self.broken(&codes::SYNTAX, arrow, "a value is missing"));
                    entries.push(HashEntry { arrow, key: value, value: right });
                }
                None => {
                    flush(&mut entries, &mut built);
                    built.push(value);
                }
            }
        }
        flush(&mut entries, &mut built);
        built
    }

    /// Builds one operand of an argument: an assignment, an expression, or a keyword that stands for a text.
    fn entry_operand(&self, pair: Node<'_>) -> Expr {
        match pair.as_rule() == Rule::entry_keyword {
            true => Expr::new(self.span(&pair), ExprKind::String(pair.as_str().into())),
            false => self.operation(pair.into_inner()),
        }
    }

    /// Builds the entries of `{ k => v }`.
    pub(super) fn hash_entries<'i>(&self, mut pairs: impl Iterator<Item = Node<'i>>) -> Box<[HashEntry]> {
        let mut entries = Vec::new();
        while let (Some(key), Some(arrow), Some(value)) = (pairs.next(), pairs.next(), pairs.next()) {
            let key = self.entry_operand(key);
            entries.push(HashEntry { arrow: self.span(&arrow), key, value: self.entry_operand(value) });
        }
        entries.into()
    }

    fn if_expression(&self, pair: Node<'_>) -> If {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let test = self.next_operation(&mut parts, span);
        let then = parts.next().and_then(|pair| self.block(pair));
        let mut otherwise = None;
        // the last `else` is innermost
        for part in parts.rev() {
            otherwise = match part.as_rule() {
                Rule::elsif => Some(self.elsif(part, otherwise)),
                _ => part.into_inner().next().and_then(|pair| self.block(pair)),
            };
        }
        If { test, then, otherwise }
    }

    fn elsif(&self, pair: Node<'_>, otherwise: Option<Block>) -> Block {
        let mut span = self.span(&pair);
        let mut parts = pair.into_inner();
        let test = self.next_operation(&mut parts, span);
        let then = parts.next().and_then(|pair| self.block(pair));
        if let Some(block) = &otherwise {
            span = span.join(block.span);
        }
        let nested = Expr::new(span, ExprKind::If(Box::new(If { test, then, otherwise })));
        Block { span, statements: Box::new([nested]) }
    }

    fn case_expression(&self, pair: Node<'_>) -> ExprKind {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let test = self.next_operation(&mut parts, span);
        let options = parts.map(|pair| self.case_option(pair)).collect();
        ExprKind::Case(Box::new(Case { test, options }))
    }

    fn case_option(&self, pair: Node<'_>) -> CaseOption {
        let span = self.span(&pair);
        let (mut values, mut colon, mut then) = (Vec::new(), span, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expression => values.push(self.operation(part.into_inner())),
                Rule::case_colon => colon = self.span(&part),
                _ => then = self.block(part),
            }
        }
        CaseOption { span, colon, values: values.into(), then }
    }

    /// Builds a lambda.
    pub(super) fn lambda(&self, pair: Node<'_>) -> Arc<Lambda> {
        let span = self.span(&pair);
        let (mut parameters, mut return_type, mut body) = (Vec::new(), None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::parameter => parameters.push(self.parameter(part)),
                Rule::return_type => return_type = self.return_type(part),
                _ => body = self.block(part),
            }
        }
        Arc::new(Lambda { span, parameters: parameters.into(), return_type, body })
    }

    fn render_text(&self, pair: &Node<'_>) -> ExprKind {
        let at = pair.as_span().start();
        let texts = &self.scan.texts;
        match texts.binary_search_by_key(&at, |(place, _)| *place).ok().and_then(|found| texts.get(found)) {
            Some((_, text)) => ExprKind::RenderText(text.as_str().into()),
            None => self.unexpected(pair).kind,
        }
    }

    fn render(&self, pair: Node<'_>) -> ExprKind {
        if self.scan.texts.is_empty() && !matches!(self.scan.text, std::borrow::Cow::Owned(_)) {
            return self.unexpected(&pair).kind;
        }
        let span = self.span(&pair);
        let rendered = match pair.into_inner().next() {
            Some(inner) if inner.as_rule() == Rule::block => self.render_block(inner, span),
            Some(inner) => self.operation(inner.into_inner()),
            None => self.broken(&codes::SYNTAX, span, "nothing to render"),
        };
        ExprKind::Render(Box::new(rendered))
    }

    /// Builds `<%= { statements } %>`: the statement, or a block of several.
    fn render_block(&self, pair: Node<'_>, span: Span) -> Expr {
        match self.block(pair) {
            None => self.broken(&codes::SYNTAX, span, "nothing to render"),
            Some(block) => match <[Expr; 1]>::try_from(block.statements.into_vec()) {
                Ok([only]) => only,
                Err(statements) => {
                    let block = Block { span: block.span, statements: statements.into() };
                    Expr::new(block.span, ExprKind::Block(Box::new(block)))
                }
            },
        }
    }
}

/// Moves collected `k => v` pairs into one hash argument.
fn flush(entries: &mut Vec<HashEntry>, built: &mut Vec<Expr>) {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
    let span = first.key.span.join(last.value.span);
    built.push(Expr::new(span, ExprKind::Hash(std::mem::take(entries).into())));
}

/// Tells a name from a bare word: no hyphen, and every part begins with a letter.
pub(super) fn is_name(text: &str) -> bool {
    let text = text.strip_prefix("::").unwrap_or(text);
    !text.contains('-')
        && text.split("::").all(|part| part.starts_with(|first: char| first.is_ascii_lowercase()))
}
