//! Strings and heredocs.

use super::{Builder, Node, heredoc_segments};
use crate::syntax::{
    ast::{Expr, ExprKind, Heredoc, Segment},
    escape,
    grammar::Rule,
};
use ecow::EcoString;
use pest::iterators::Pairs;

impl Builder<'_> {
    pub(super) fn single_quoted(&self, pair: &Node<'_>) -> ExprKind {
        ExprKind::String(escape::single_quoted(unquoted(pair)))
    }

    pub(super) fn plain_double_quoted(&self, pair: &Node<'_>) -> ExprKind {
        ExprKind::String(unquoted(pair).into())
    }

    pub(super) fn double_quoted(&self, pair: Node<'_>) -> ExprKind {
        segments_kind(self.segments(pair.into_inner(), escape::DOUBLE_QUOTED))
    }

    /// Builds the parts of an interpolated text. Empty texts are left out.
    fn segments<'i>(&self, pairs: impl Iterator<Item = Node<'i>>, escapes: &str) -> Vec<Segment> {
        let mut built = Vec::new();
        for pair in pairs {
            let span = self.span(&pair);
            match pair.as_rule() {
                Rule::dollar_variable => {
                    let name = pair.as_str().get(1..).unwrap_or_default();
                    built.push(Segment::Expr(Expr::new(span, ExprKind::Variable(name.into()))));
                }
                Rule::interpolation => built.push(Segment::Expr(self.interpolation(pair))),
                Rule::EOI => {}
                _ => {
                    let text = escape::resolve(pair.as_str(), escapes);
                    if !text.is_empty() {
                        built.push(Segment::Text(span, text));
                    }
                }
            }
        }
        built
    }

    fn interpolation(&self, pair: Node<'_>) -> Expr {
        let span = self.span(&pair);
        match pair.into_inner().next() {
            Some(inner) => match inner.as_rule() {
                Rule::assignment | Rule::interpolated_chain => self.operation(inner.into_inner()),
                _ => self.primary(inner),
            },
            None => Expr::new(span, ExprKind::Undef),
        }
    }

    pub(super) fn heredoc(&self, pair: &Node<'_>) -> Expr {
        let span = self.span(pair);
        let at = pair.as_span().start();
        let heredocs = &self.scan.heredocs;
        let found =
            heredocs.binary_search_by_key(&at, |body| body.at).ok().and_then(|found| heredocs.get(found));
        let Some(body) = found else { return self.unexpected(pair) };
        let lines: Vec<_> =
            body.lines.iter().map(|(start, place)| (*start, self.places.map(*place))).collect();
        let text = match body.tag.interpolated {
            true => heredoc_segments(self, &body.text, &lines, &body.tag.escapes),
            false => {
                let start = lines.first().map_or(span.end, |(_, place)| *place as u32);
                let text = escape::resolve(&body.text, &body.tag.escapes);
                Expr::new(
                    crate::source::Span::new(start, self.places.map(body.end) as u32),
                    ExprKind::String(text),
                )
            }
        };
        let syntax = EcoString::from(body.tag.syntax.as_str());
        Expr::new(span, ExprKind::Heredoc(Box::new(Heredoc { syntax, text })))
    }

    /// Builds the parsed text of a heredoc.
    pub(super) fn heredoc_text(&self, pairs: Pairs<'_, Rule>, length: usize, escapes: &str) -> Expr {
        Expr::new(
            self.span_of(0, length),
            segments_kind(self.segments(pairs.flat_map(Node::into_inner), escapes)),
        )
    }
}

/// A text without expressions is a plain string.
fn segments_kind(segments: Vec<Segment>) -> ExprKind {
    match segments.as_slice() {
        [] => ExprKind::String(EcoString::new()),
        [Segment::Text(_, text)] => ExprKind::String(text.clone()),
        _ => ExprKind::Interpolated(segments.into()),
    }
}

fn unquoted<'i>(pair: &Node<'i>) -> &'i str {
    let text = pair.as_str();
    text.get(1..text.len().saturating_sub(1)).unwrap_or_default()
}
