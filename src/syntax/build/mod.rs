//! Grammar pairs to the tree.
//!
//! In: pest's pairs and what the pre-scan lifted. Out: an [`Ast`] and the problems that Puppet's parser
//! reports from its actions (calls without parentheses, resources that are none).

mod definition;
mod expression;
mod literal;
mod operator;
mod resource;
mod statement;
mod text;

use super::{
    ast::{Ast, Block, Definition, Expr, ExprKind},
    codes,
    grammar::{self, Rule},
    scan::{self, Scan, Start},
};
use crate::{
    diag::{Code, Diagnostic},
    source::{Location, SourceFile, Span},
};
use ecow::EcoString;
use pest::iterators::{Pair, Pairs};
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

type Node<'i> = Pair<'i, Rule>;

/// How deep expressions may nest, operators included.
const MAX_DEPTH: usize = 1_000;

/// A place where the parser gave up.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// The offset in the file that Puppet would report.
    pub at: usize,
    /// How far the grammar came.
    pub parsed_to: usize,
    /// What could have stood there, in human words.
    pub expected: Vec<&'static str>,
    /// The lexer's problem, if it is one.
    pub problem: Option<scan::Problem>,
}

impl Failure {
    /// Takes the place where the grammar gave up and finds the one that Puppet would report.
    pub(super) fn new(scan: &Scan<'_>, furthest: grammar::Furthest) -> Self {
        // a regular expression without its end is a division without its left side
        let at = scan.open_regex.filter(|_| furthest.at >= scan.text.len()).unwrap_or(furthest.at);
        let seen = scan.render_starts.iter().find(|(mark, _)| *mark == at).map(|(_, start)| *start);
        let problem = scan.problem.clone().filter(|problem| problem.at <= at);
        Self { at: seen.unwrap_or(at), parsed_to: furthest.at, expected: furthest.expected, problem }
    }

    /// Takes a problem of the lexer.
    pub(super) fn lexical(problem: scan::Problem) -> Self {
        Self { at: problem.at, parsed_to: problem.at, expected: Vec::new(), problem: Some(problem) }
    }
}

/// Builds the tree of one text.
pub(super) struct Builder<'a> {
    source: &'a Arc<SourceFile>,
    scan: &'a Scan<'a>,
    /// How offsets of the parsed text become offsets of the file.
    places: Places<'a>,
    shared: &'a Shared,
}

/// What the builder of a file and those of its heredocs share.
#[derive(Default)]
pub(super) struct Shared {
    names: RefCell<Vec<EcoString>>,
    definitions: RefCell<Vec<Definition>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
    failures: RefCell<Vec<Failure>>,
    depth: Cell<usize>,
}

impl Shared {
    /// Returns what was found.
    pub(super) fn into_parts(self) -> (Vec<Definition>, Vec<Diagnostic>, Vec<Failure>) {
        (self.definitions.into_inner(), self.diagnostics.into_inner(), self.failures.into_inner())
    }
}

/// How offsets of the parsed text become offsets of the file.
#[derive(Clone, Copy)]
pub(super) enum Places<'a> {
    /// They are the same, but for this.
    Shifted(usize),
    /// Each line of a heredoc's text with where it lies in the file.
    Lines(&'a [(usize, usize)]),
}

impl Places<'_> {
    fn map(self, at: usize) -> usize {
        match self {
            Places::Shifted(by) => at + by,
            Places::Lines(lines) => {
                let line = lines.partition_point(|(start, _)| *start <= at).saturating_sub(1);
                lines.get(line).map_or(at, |(start, place)| place + at - start)
            }
        }
    }
}

impl<'a> Builder<'a> {
    /// Makes a builder for a text of a file.
    pub(super) fn new(
        source: &'a Arc<SourceFile>,
        scan: &'a Scan<'a>,
        places: Places<'a>,
        shared: &'a Shared,
    ) -> Self {
        Self { source, scan, places, shared }
    }

    /// Builds the body of a manifest.
    pub(super) fn manifest(&self, pairs: Pairs<'_, Rule>) -> Block {
        let statements = self.all_statements(inside(pairs).next());
        Block { span: statements_span(&statements), statements: statements.into() }
    }

    /// Builds the body of a template: a lambda around what it renders.
    pub(super) fn template(&self, pairs: Pairs<'_, Rule>) -> Block {
        let mut pairs = inside(pairs).peekable();
        let parameters = pairs.next_if(|pair| pair.as_rule() == Rule::epp_parameters);
        let parameters_specified = parameters.is_some();
        let parameters = parameters.map(|pair| self.parameters(pair.into_inner())).unwrap_or_default();
        let statements = self.all_statements(pairs.next());
        let body = self.optional_block(statements_span(&statements), statements);
        let span = Span::new(0, self.source.text().len() as u32);
        let epp = Expr::new(span, ExprKind::Epp(Box::new(super::ast::Epp { parameters_specified, body })));
        let body = Some(Block { span, statements: Box::new([epp]) });
        let lambda = super::ast::Lambda { span, parameters, return_type: None, body };
        Block { span, statements: Box::new([Expr::new(span, ExprKind::Lambda(Arc::new(lambda)))]) }
    }

    /// Builds what a `statements` pair holds, if there is one.
    fn all_statements(&self, pair: Option<Node<'_>>) -> Vec<Expr> {
        pair.map(|pair| self.statements(pair.into_inner())).unwrap_or_default()
    }

    fn optional_block(&self, span: Span, statements: Vec<Expr>) -> Option<Block> {
        if statements.is_empty() { None } else { Some(Block { span, statements: statements.into() }) }
    }

    /// Builds `{ statements }`; `None` if it is empty.
    fn block(&self, pair: Node<'_>) -> Option<Block> {
        let span = self.span(&pair);
        let statements = self.all_statements(pair.into_inner().next());
        self.optional_block(span, statements)
    }

    fn span(&self, pair: &Node<'_>) -> Span {
        let span = pair.as_span();
        self.span_of(span.start(), span.end())
    }

    fn span_of(&self, start: usize, end: usize) -> Span {
        match self.places {
            Places::Shifted(by) => Span::new((start + by) as u32, (end + by) as u32),
            Places::Lines(_) if start == end => {
                let at = self.places.map(start) as u32;
                Span::new(at, at)
            }
            Places::Lines(_) => {
                Span::new(self.places.map(start) as u32, self.places.map(end.saturating_sub(1)) as u32 + 1)
            }
        }
    }

    fn report(&self, code: &'static Code, span: Span, message: impl Into<String>) {
        let at = Location::new(self.source.clone(), span);
        self.shared.diagnostics.borrow_mut().push(Diagnostic::error(code, message).at(at));
    }

    /// Reports a problem and stands in for the expression that cannot be built.
    fn broken(&self, code: &'static Code, span: Span, message: impl Into<String>) -> Expr {
        self.report(code, span, message);
        Expr::new(span, ExprKind::Undef)
    }

    /// Reports what the grammar cannot give.
    fn unexpected(&self, pair: &Node<'_>) -> Expr {
        let text: String = pair.as_str().chars().take(20).collect();
        self.broken(&codes::SYNTAX, self.span(pair), format!("syntax error at `{text}`"))
    }

    /// Runs `build` unless the expression is too deep; `more` is how many levels it may add.
    fn deeper(&self, more: usize, span: impl Fn() -> Span, build: impl FnOnce() -> Expr) -> Expr {
        let depth = self.shared.depth.get();
        if depth + more > MAX_DEPTH {
            return self.broken(&codes::NESTING, span(), "the expression nests too deep");
        }
        self.shared.depth.set(depth + more);
        let built = build();
        self.shared.depth.set(depth);
        built
    }
}

/// Returns what an entry rule holds.
fn inside(pairs: Pairs<'_, Rule>) -> impl Iterator<Item = Node<'_>> {
    pairs.flat_map(Node::into_inner).filter(|pair| pair.as_rule() != Rule::EOI)
}

/// Returns the span from the first statement to the last.
fn statements_span(statements: &[Expr]) -> Span {
    let first = statements.first().map(|first| first.span).unwrap_or_default();
    statements.last().map_or(first, |last| first.join(last.span))
}

/// Parses and builds the text of a heredoc.
pub(super) fn heredoc_segments(
    parent: &Builder<'_>,
    text: &str,
    lines: &[(usize, usize)],
    escapes: &str,
) -> Expr {
    let dollar = escapes.contains('$');
    let scan = scan::scan(text, Start::Text(dollar));
    let places = Places::Lines(lines);
    let builder = Builder { source: parent.source, scan: &scan, places, shared: parent.shared };
    let fail = |mut failure: Failure| {
        let at = places.map(failure.at);
        failure.at = at;
        if let Some(problem) = &mut failure.problem {
            problem.shown = places.map(problem.shown);
        }
        parent.shared.failures.borrow_mut().push(failure);
        Expr::new(Span::new(at as u32, at as u32), ExprKind::Undef)
    };
    let rule = if dollar { Rule::heredoc_escaped } else { Rule::heredoc_plain };
    match (grammar::parse(rule, scan.readable()), &scan.problem) {
        (Ok(pairs), None) => builder.heredoc_text(pairs, text.len(), escapes),
        (Ok(_), Some(problem)) => fail(Failure::lexical(problem.clone())),
        (Err(furthest), _) => fail(Failure::new(&scan, furthest)),
    }
}

/// Puts body and definitions together.
pub(super) fn ast(source: Arc<SourceFile>, body: Block, definitions: Vec<Definition>) -> Ast {
    Ast { source, body, definitions }
}
