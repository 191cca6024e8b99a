//! lib-ruby-parser's tree to the interpreter's own: resolves local variables to slots and spans to the template.
//!
//! In: Ruby code and a map from its offsets to those of the file it was written in. Out: a [`Unit`].

mod calls;
mod expressions;
mod params;
mod patterns;
mod targets;

pub(crate) use calls::name;

use super::{
    code,
    tree::{Kind, Node, Slot, Unit},
};
use crate::{
    diag::{Diagnostic, Result},
    source::{Location, SourceFile, Span},
};
use ecow::EcoString;
use lib_ruby_parser as rb;
use std::sync::Arc;

/// How deep code may nest before it is refused.
const MAX_NESTING: u32 = 400;

/// The stack of the thread that parses: deep nesting must not overflow it.
const STACK: usize = 256 << 20;

/// Where pieces of the generated code come from: (start in the code, start in the file), sorted.
pub(crate) type OffsetMap = Vec<(u32, u32)>;

/// Parses Ruby code that was taken from `source`; `map` moves offsets of the code to offsets of the source.
///
/// # Errors
/// Gives the parser's first error, or that the code nests too deep.
pub(crate) fn parse(code: String, source: &Arc<SourceFile>, map: &OffsetMap) -> Result<Unit> {
    let worker = || parse_here(code, source, map);
    let joined = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker)?;
        Ok::<_, std::io::Error>(thread.join())
    });
    let failed = |why: &str| {
        let place = Location::new(source.clone(), Span::default());
        Box::new(Diagnostic::error(&code::SYNTAX, format!("the Ruby parser {why}")).at(place))
    };
    match joined {
        Ok(Ok(unit)) => unit,
        Ok(Err(_)) => Err(failed("failed on this code")),
        Err(_) => Err(failed("could not be started")),
    }
}

fn parse_here(code: String, source: &Arc<SourceFile>, map: &OffsetMap) -> Result<Unit> {
    let options = rb::ParserOptions {
        buffer_name: source.path().to_owned(),
        record_tokens: false,
        ..rb::ParserOptions::default()
    };
    let result = rb::Parser::new(code.into_bytes(), options).do_parse();
    let mut lower = Lower::new(source, map);
    if let Some(error) = result.diagnostics.iter().find(|found| found.is_error()) {
        return Err(lower.fail(&error.loc, &code::SYNTAX, lower_first(&error.render_message())));
    }
    let body = match &result.ast {
        None => Node { span: Span::default(), kind: Kind::Nil },
        Some(ast) => lower.node(ast)?,
    };
    let first_def = lower.first_def.take();
    Ok(Unit { source: source.clone(), body, slots: lower.close(), first_def })
}

fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The local variables of one method, class body, block or file.
struct Names {
    names: Vec<EcoString>,
    /// Whether names of the enclosing one are seen.
    open: bool,
    /// Loops around the current place, within this one.
    loops: u32,
}

struct Lower<'a> {
    source: &'a Arc<SourceFile>,
    map: &'a OffsetMap,
    scopes: Vec<Names>,
    /// The parameters of the methods around, for `super` without arguments.
    methods: Vec<Vec<Passed>>,
    first_def: Option<(EcoString, Span)>,
    depth: u32,
}

/// A parameter as `super` passes it on.
#[derive(Clone)]
enum Passed {
    Plain(EcoString),
    Rest(EcoString),
    Keyword(EcoString),
    Keywords(EcoString),
}

impl<'a> Lower<'a> {
    fn new(source: &'a Arc<SourceFile>, map: &'a OffsetMap) -> Self {
        let top = Names { names: Vec::new(), open: false, loops: 0 };
        Self { source, map, scopes: vec![top], methods: Vec::new(), first_def: None, depth: 0 }
    }

    fn fail(
        &self,
        at: &rb::Loc,
        code: &'static crate::diag::Code,
        message: impl Into<String>,
    ) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, message).at(Location::new(self.source.clone(), self.span(at))))
    }

    fn offset(&self, at: usize) -> u32 {
        let at = at as u32;
        let piece = self.map.partition_point(|(start, _)| *start <= at);
        match piece.checked_sub(1).and_then(|index| self.map.get(index)) {
            Some((code, file)) => (file + (at - code)).min(self.source.text().len() as u32),
            None => at,
        }
    }

    fn span(&self, at: &rb::Loc) -> Span {
        let start = self.offset(at.begin);
        Span::new(start, self.offset(at.end).max(start))
    }

    fn open(&mut self, open: bool) {
        self.scopes.push(Names { names: Vec::new(), open, loops: 0 });
    }

    /// Leaves a scope and returns how many slots it needs.
    fn close(&mut self) -> usize {
        self.scopes.pop().map_or(0, |scope| scope.names.len())
    }

    fn find(&self, name: &str) -> Option<Slot> {
        for (depth, scope) in self.scopes.iter().rev().enumerate() {
            if let Some(index) = scope.names.iter().position(|known| known == name) {
                return Some(Slot { depth: depth as u32, index: index as u32 });
            }
            if !scope.open {
                return None;
            }
        }
        None
    }

    /// Finds a local variable, or makes one in the innermost scope.
    fn slot(&mut self, name: &str) -> Slot {
        self.find(name).unwrap_or_else(|| self.declare(name))
    }

    fn declare(&mut self, name: &str) -> Slot {
        let Some(scope) = self.scopes.last_mut() else { return Slot { depth: 0, index: 0 } };
        scope.names.push(name.into());
        Slot { depth: 0, index: scope.names.len() as u32 - 1 }
    }

    fn in_loop(&self) -> bool {
        self.scopes.last().is_some_and(|scope| scope.loops > 0)
    }

    fn looping<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.count_loops(1);
        let result = body(self);
        self.count_loops(-1);
        result
    }

    fn count_loops(&mut self, by: i32) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.loops = scope.loops.saturating_add_signed(by);
        }
    }

    fn nodes(&mut self, nodes: &[rb::Node]) -> Result<Vec<Node>> {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    fn maybe(&mut self, node: Option<&rb::Node>) -> Result<Option<Node>> {
        node.map(|node| self.node(node)).transpose()
    }

    fn boxed(&mut self, node: &rb::Node) -> Result<Box<Node>> {
        self.node(node).map(Box::new)
    }

    fn maybe_boxed(&mut self, node: Option<&rb::Node>) -> Result<Option<Box<Node>>> {
        node.map(|node| self.boxed(node)).transpose()
    }

    fn node(&mut self, node: &rb::Node) -> Result<Node> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            let message = format!("code nests deeper than {MAX_NESTING} levels");
            return Err(self.fail(node.expression(), &code::LIMIT, message));
        }
        let kind = self.kind(node);
        self.depth -= 1;
        Ok(Node { span: self.span(node.expression()), kind: kind? })
    }
}
