//! Expressions: the dispatch, literals, texts and assignments (`Puppet::Pops::Evaluator::EvaluatorImpl`).

use super::{
    codes,
    compiler::{Compiler, placed},
    record::Reads,
    scope::{Level, Parameters, ScopeId, Var},
};
use crate::{
    diag::{Code, Diagnostic, Result},
    functions::jump,
    source::{Location, SourceFile, Span},
    syntax::ast::{Assignment, AssignmentOp, Block, Expr, ExprKind, HashEntry, Segment},
    value::{HashMap, Regexp, Str, Type, Value, types::capitalize_segments},
};
use ecow::EcoString;
use std::sync::Arc;

/// Where something is evaluated: the compile, the scope, and the file that places lie in.
#[derive(Clone, Copy)]
pub(crate) struct Cx<'s, 'a> {
    pub c: &'s Compiler<'a>,
    pub scope: ScopeId,
    pub source: &'s Arc<SourceFile>,
}

impl Cx<'_, '_> {
    /// Returns a place in the file at hand.
    pub(crate) fn at(&self, span: Span) -> Location {
        Location::new(self.source.clone(), span)
    }

    /// Makes an error at a place of the file at hand.
    pub(crate) fn error(
        &self,
        code: &'static Code,
        message: impl Into<String>,
        span: Span,
    ) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, message).at(self.at(span)))
    }

    /// Evaluates statements in order; the last one's value is the block's.
    pub(crate) fn block(&self, block: &Block) -> Result<Value> {
        self.statements(&block.statements)
    }

    pub(crate) fn statements(&self, statements: &[Expr]) -> Result<Value> {
        let mut last = Value::Undef;
        for statement in statements {
            let mark = self.c.recorder.mark();
            last = self.eval(statement)?;
            if !std::ptr::eq(statement, statements.last().unwrap_or(statement)) {
                self.c.recorder.take(mark);
            }
        }
        Ok(last)
    }

    pub(crate) fn optional_block(&self, block: Option<&Block>) -> Result<Value> {
        block.map_or(Ok(Value::Undef), |block| self.block(block))
    }

    /// Evaluates an expression; errors without a place get the expression's.
    pub(crate) fn eval(&self, expr: &Expr) -> Result<Value> {
        let place = || self.at(expr.anchor());
        self.c.count_steps(1, place)?;
        let result = self.c.deeper(place, || self.dispatch(expr));
        let result = result.and_then(|value| match &expr.kind {
            ExprKind::Interpolated(_)
            | ExprKind::Array(_)
            | ExprKind::Hash(_)
            | ExprKind::Binary(_)
            | ExprKind::Call(_)
            | ExprKind::MethodCall(_) => self.c.count_value(&value, place).map(|()| value),
            _ => Ok(value),
        });
        result.map_err(|found| if found.location().is_none() { Box::new(found.or_at(place)) } else { found })
    }

    fn dispatch(&self, expr: &Expr) -> Result<Value> {
        match &expr.kind {
            ExprKind::Undef => Ok(Value::Undef),
            ExprKind::Default => Ok(Value::Default),
            ExprKind::Boolean(it) => Ok(Value::Bool(*it)),
            ExprKind::Integer(it, _) => Ok(Value::Int(*it)),
            ExprKind::Float(it) => Ok(Value::Float(*it)),
            ExprKind::String(it) | ExprKind::Name(it) | ExprKind::Reserved(it) => Ok(Value::str(it.clone())),
            ExprKind::Interpolated(segments) => self.interpolated(segments),
            ExprKind::Heredoc(it) => self.eval(&it.text),
            ExprKind::Regex(source) => self.regex(source, expr.span),
            ExprKind::TypeRef(name) => self.type_reference(name, expr.span),
            ExprKind::Variable(name) => self.variable_at(name, expr.span),
            ExprKind::Array(items) => Ok(Value::Array(self.unfold(items)?.into())),
            ExprKind::Hash(entries) => self.hash(entries),
            ExprKind::Paren(inner) => self.eval(inner),
            ExprKind::Not(inner) => Ok(Value::Bool(!self.eval(inner)?.is_truthy())),
            ExprKind::Minus(inner) => self.negated(inner),
            ExprKind::Splat(inner) => Ok(Value::Array(self.splat_items(inner)?.into())),
            ExprKind::Binary(it) => self.binary(it),
            ExprKind::Assignment(it) => self.assignment(it),
            ExprKind::Relationship(it) => self.relationship(it).map(|_| Value::Undef),
            ExprKind::Access(it) => self.access(it, expr.span),
            ExprKind::Call(it) => self.call(it, expr.anchor()),
            ExprKind::MethodCall(it) => self.method_call(it),
            ExprKind::Selector(it) => self.selector(it),
            ExprKind::If(it) => self.if_else(it, true),
            ExprKind::Unless(it) => self.if_else(it, false),
            ExprKind::Case(it) => self.case(it),
            ExprKind::Resource(it) => self.resource(it, expr),
            ExprKind::ResourceDefaults(it) => self.resource_defaults(it),
            ExprKind::ResourceOverride(it) => self.resource_override(it, expr),
            ExprKind::Collector(it) => self.collector(it, expr).map(|_| Value::Undef),
            ExprKind::Block(it) => self.block(it),
            ExprKind::Class(_)
            | ExprKind::Define(_)
            | ExprKind::Function(_)
            | ExprKind::Node(_)
            | ExprKind::TypeAlias(_)
            | ExprKind::TypeMapping(_)
            | ExprKind::TypeDefinition(_) => Ok(Value::Undef),
            ExprKind::Lambda(_) => {
                Err(self.error(&codes::UNSUPPORTED, "a lambda cannot stand on its own", expr.span))
            }
            ExprKind::Epp(it) => self.epp(it),
            ExprKind::RenderText(text) => self.render_text(text),
            ExprKind::Render(inner) => self.render(inner),
        }
    }

    fn interpolated(&self, segments: &[Segment]) -> Result<Value> {
        let mut text = Str::default();
        for segment in segments {
            match segment {
                Segment::Text(_, part) => text.push_str(part),
                Segment::Expr(inner) => self.eval(inner)?.write_to(&mut text),
            }
        }
        Ok(Value::Str(text))
    }

    fn regex(&self, source: &EcoString, span: Span) -> Result<Value> {
        Regexp::cached(source)
            .map(Value::Regexp)
            .map_err(|why| self.error(&codes::OPERATOR, format!("not a regular expression: {why}"), span))
    }

    /// Evaluates a type's name: a data type, an alias, or a resource type that must exist.
    fn type_reference(&self, name: &str, span: Span) -> Result<Value> {
        let found = match Type::by_name(name) {
            Some(found) => found,
            None => {
                let named = self.c.named_type(name)?;
                named.unwrap_or_else(|| Type::Resource(Some(capitalize_segments(bare_name(name))), None))
            }
        };
        if let Type::Resource(Some(kind), None) = &found
            && self.c.find_type(kind).map_err(|found| Box::new(found.or_at(|| self.at(span))))?.is_none()
        {
            return Err(self.unknown_type(kind, span));
        }
        Ok(Value::Type(found))
    }

    /// Says that a resource or data type is not there.
    pub(crate) fn unknown_type(&self, name: &str, span: Span) -> Box<Diagnostic> {
        let found = *self.error(&codes::UNKNOWN_TYPE, format!("unknown resource type `{name}`"), span);
        let lower = super::definition::munge(name);
        let known = crate::restypes::names().map(EcoString::as_str);
        if lower.contains("::") {
            return Box::new(self.c.help_with_module(found, &lower));
        }
        Box::new(match crate::diag::closest(&lower, known) {
            Some(close) => found.help(format!("did you mean `{close}`?")),
            None => self.c.help_with_module(found, &lower),
        })
    }

    /// Evaluates what `*` stands before; gives its items, within the limits.
    fn splat_items(&self, inner: &Expr) -> Result<Vec<Value>> {
        let value = self.eval(inner)?;
        super::limits::check_items("splat", std::slice::from_ref(&value), false, &self.at(inner.span))?;
        Ok(splatted(value))
    }

    /// Evaluates a list; `*x` gives its items.
    pub(crate) fn unfold(&self, items: &[Expr]) -> Result<Vec<Value>> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            if let ExprKind::Splat(inner) = &bare(item).kind {
                out.extend(self.splat_items(inner)?);
            } else {
                out.push(self.eval(item)?);
            }
        }
        Ok(out)
    }

    fn hash(&self, entries: &[HashEntry]) -> Result<Value> {
        let mut out = HashMap::with_capacity_and_hasher(entries.len(), crate::maps::Hashes::default());
        for entry in entries {
            let key = self.eval(&entry.key)?;
            out.insert(key, self.eval(&entry.value)?);
        }
        Ok(Value::Hash(Arc::new(out)))
    }

    // -- assignments ------------------------------------------------------------------------------------------

    fn assignment(&self, it: &Assignment) -> Result<Value> {
        if it.op != AssignmentOp::Set {
            let message = format!("operator `{}` is not supported", it.op.as_str());
            return Err(self.error(&codes::UNSUPPORTED, message, it.op_span));
        }
        let mark = self.c.recorder.mark();
        let value = self.eval(&it.value)?;
        let reads = self.c.recorder.take(mark);
        self.assign(&it.target, &value, &reads, it)?;
        Ok(value)
    }

    fn assign(&self, target: &Expr, value: &Value, reads: &Reads, it: &Assignment) -> Result<()> {
        match &bare(target).kind {
            ExprKind::Variable(name) => {
                let var = Var { value: value.clone(), reads: reads.clone() };
                self.c
                    .set_variable(self.scope, name.clone(), var)
                    .map_err(|found| Box::new(found.or_at(|| self.at(it.op_span))))
            }
            ExprKind::Array(targets) => self.assign_all(targets, value, reads, it),
            _ => Err(self.error(&codes::ASSIGNMENT, "this cannot be assigned to", target.span)),
        }
    }

    fn assign_all(&self, targets: &[Expr], value: &Value, reads: &Reads, it: &Assignment) -> Result<()> {
        match value {
            Value::Hash(entries) => targets.iter().try_for_each(|target| {
                let name = self.target_name(target)?;
                let found = entries.get(&Value::str(name.clone())).ok_or_else(|| {
                    let message =
                        format!("no value for required key `{name}` in assignment to variables from hash");
                    self.error(&codes::ASSIGNMENT, message, it.op_span)
                })?;
                self.assign(target, found, reads, it)
            }),
            Value::Type(Type::Class(Some(class))) => targets.iter().try_for_each(|target| {
                let name = format!("{class}::{}", self.target_name(target)?);
                let found = self.variable_at(&name, target.span)?;
                self.assign(target, &found, reads, it)
            }),
            other => {
                let items = match other {
                    Value::Array(items) => items.to_vec(),
                    single => vec![single.clone()],
                };
                if items.len() != targets.len() {
                    let message = format!(
                        "mismatched number of assignable entries and values, expected {}, got {}",
                        targets.len(),
                        items.len()
                    );
                    return Err(self.error(&codes::ASSIGNMENT, message, it.op_span));
                }
                targets.iter().zip(&items).try_for_each(|(target, item)| self.assign(target, item, reads, it))
            }
        }
    }

    fn target_name(&self, target: &Expr) -> Result<EcoString> {
        if let ExprKind::Variable(name) = &bare(target).kind {
            return Ok(name.clone());
        }
        Err(self.error(
            &codes::ASSIGNMENT,
            "only variables can be assigned from a hash or a class",
            target.span,
        ))
    }

    // -- parameters and jumps ---------------------------------------------------------------------------------

    /// Evaluates the default of a parameter, which sees the parameters before it.
    pub(crate) fn parameter_default(
        &self,
        parameters: &Parameters,
        name: &EcoString,
        default: &Expr,
        called: Option<&Location>,
    ) -> Result<Value> {
        self.c.guarded(self.scope, || {
            let level = self.c.top_level(self.scope);
            self.c.push_level(self.scope, Level::matching(Some(level), None));
            let before = parameters.read_only.replace(true);
            let result = self.eval(default);
            parameters.read_only.set(before);
            let Some(wanted) = parameters.missing.take() else { return result };
            let values = parameters.values.borrow();
            let earlier = values.get_index_of(&wanted) < values.get_index_of(name);
            let callee = &parameters.callee;
            let message = if earlier {
                format!("`{callee}`: expects a value for parameter `${wanted}`")
            } else {
                format!("`{callee}`: the default of `${name}` reads `${wanted}`, which has no value yet")
            };
            let found = Diagnostic::error(&codes::MISSING_PARAMETER, message);
            let at = self.at(default.span);
            Err(Box::new(match called {
                Some(called) => found.at(called.clone()).related(at, format!("the default of `${name}`")),
                None => found.at(at),
            }))
        })
    }

    /// Runs the body of a class, define or function; `return()` and `next()` end it.
    pub(crate) fn returning(&self, run: impl FnOnce() -> Result<Value>) -> Result<Value> {
        self.catch(&[&jump::RETURN, &jump::NEXT], run)
    }

    /// Runs something that the given jumps end with their value.
    pub(crate) fn catch(
        &self,
        codes: &[&'static Code],
        run: impl FnOnce() -> Result<Value>,
    ) -> Result<Value> {
        run().or_else(|found| {
            if codes.iter().any(|code| code.name == found.code().name) {
                Ok(self.c.jump.take())
            } else {
                Err(found)
            }
        })
    }

    /// Makes the error that carries a jump.
    pub(crate) fn jump(&self, code: &'static Code, value: Value, span: Span) -> Box<Diagnostic> {
        self.c.jump.replace(value);
        Box::new(placed(Diagnostic::error(code, code.title), Some(self.at(span))))
    }
}

fn bare_name(name: &str) -> &str {
    name.strip_prefix("::").unwrap_or(name)
}

/// Returns the expression inside of parentheses.
pub(crate) fn bare(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// Returns the items that `*x` stands for.
pub(crate) fn splatted(value: Value) -> Vec<Value> {
    match value {
        Value::Undef => Vec::new(),
        Value::Array(items) => items.into_iter().collect(),
        Value::Hash(entries) => {
            entries.iter().map(|(key, value)| Value::array([key.clone(), value.clone()])).collect()
        }
        Value::Iterator(it) => it.items().collect(),
        other => vec![other],
    }
}
