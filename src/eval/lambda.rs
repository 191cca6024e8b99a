//! Lambdas and functions in the Puppet language: binding parameters, checking types (`Puppet::Pops::Evaluator::Closure`).

use super::{
    codes,
    compiler::Compiler,
    cx::Cx,
    definition::ResourceType,
    scope::{Level, LevelKind, Parameters, Var},
};
use crate::{
    diag::{Diagnostic, Result},
    functions::{Block, jump},
    maps::IndexMap,
    source::Location,
    syntax::ast::{self, Expr, ExprKind, Lambda, Parameter},
    value::{Type, Value, describe_mismatch},
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

/// Builtins that call their block once an item.
const ITERATING: [&str; 14] = [
    "all",
    "any",
    "each",
    "filter",
    "index",
    "lest",
    "map",
    "partition",
    "reduce",
    "reverse_each",
    "slice",
    "step",
    "then",
    "tree_each",
];

/// What a callable is made of.
#[derive(Clone, Copy)]
pub(crate) struct Signature<'l> {
    pub name: &'l str,
    pub parameters: &'l [Parameter],
    pub return_type: Option<&'l Expr>,
    pub body: Option<&'l ast::Block>,
}

/// A lambda with the scope it was written in.
pub(crate) struct LambdaBlock<'s, 'a> {
    cx: Cx<'s, 'a>,
    lambda: &'s Arc<Lambda>,
    /// How many calls there were, where each is an iteration.
    count: Option<Cell<usize>>,
}

impl<'s, 'a> LambdaBlock<'s, 'a> {
    pub(crate) fn new<'n>(cx: Cx<'n, 'a>, lambda: &'n Arc<Lambda>, function: &str) -> LambdaBlock<'n, 'a> {
        let count = ITERATING.contains(&function).then(|| Cell::new(0));
        LambdaBlock { cx, lambda, count }
    }

    fn signature(&self) -> Signature<'s> {
        Signature {
            name: "lambda",
            parameters: &self.lambda.parameters,
            return_type: self.lambda.return_type.as_ref(),
            body: self.lambda.body.as_ref(),
        }
    }

    /// Returns what tells one iteration from the others: the index or key, a scalar item, else the count.
    fn key(&self, arguments: &[Value], count: usize) -> EcoString {
        match arguments.first() {
            Some(Value::Str(text)) => text.text().clone(),
            Some(Value::Int(number)) => number.to_string().into(),
            Some(Value::Array(pair)) => match pair.first() {
                Some(Value::Str(text)) if pair.len() == 2 => text.text().clone(),
                _ => count.to_string().into(),
            },
            _ => count.to_string().into(),
        }
    }
}

impl Block for LambdaBlock<'_, '_> {
    fn arity(&self) -> (usize, Option<usize>) {
        let parameters = &self.lambda.parameters;
        let required = parameters.iter().filter(|it| it.value.is_none() && !it.captures_rest).count();
        let rest = parameters.last().is_some_and(|last| last.captures_rest);
        (required, (!rest).then_some(parameters.len()))
    }

    fn call(&self, arguments: &[Value]) -> Result<Value> {
        self.cx.c.count_bytes(super::limits::CALL, || self.cx.at(self.lambda.span))?;
        let run = || {
            let at = self.cx.at(self.lambda.span);
            self.cx.catch(&[&jump::NEXT], || self.cx.call_with(&self.signature(), arguments, &at))
        };
        let Some(count) = &self.count else { return run() };
        let key = self.key(arguments, count.get());
        count.set(count.get() + 1);
        self.cx.c.recorder.iterated(key, run)
    }
}

impl Cx<'_, '_> {
    /// Calls with arguments by position.
    pub(crate) fn call_with(&self, it: &Signature<'_>, arguments: &[Value], at: &Location) -> Result<Value> {
        let rest = it.parameters.last().is_some_and(|last| last.captures_rest);
        if arguments.len() > it.parameters.len() && !rest {
            return Err(self.wrong_count(it, arguments.len(), at));
        }
        let variables = self.bind(it, arguments, at)?;
        let result = self.c.with_locals(self.scope, variables, || self.optional_block(it.body))?;
        self.check_result(it, result, at)
    }

    fn wrong_count(&self, it: &Signature<'_>, given: usize, at: &Location) -> Box<Diagnostic> {
        let most = it.parameters.len();
        let least = it.parameters.iter().filter(|it| it.value.is_none() && !it.captures_rest).count();
        let rest = it.parameters.last().is_some_and(|last| last.captures_rest);
        let wanted = match (least == most, rest) {
            (_, true) => format!("at least {least}"),
            (true, false) => format!("{most}"),
            (false, false) => format!("between {least} and {most}"),
        };
        let plural = if wanted == "1" { "" } else { "s" };
        let message = format!("`{}` expects {wanted} argument{plural}, got {given}", it.name);
        Box::new(Diagnostic::error(&codes::ARGUMENTS, message).at(at.clone()))
    }

    /// Gives parameters their values in order; defaults see the parameters before them.
    fn bind(
        &self,
        it: &Signature<'_>,
        arguments: &[Value],
        at: &Location,
    ) -> Result<IndexMap<EcoString, Var>> {
        if it.parameters.iter().all(is_plain) {
            return self.bind_plainly(it, arguments, at);
        }
        let level = self.parameter_level(it.name, it.parameters);
        let LevelKind::Parameters(parameters) = &level.kind else { return Ok(IndexMap::default()) };
        self.c.guarded(self.scope, || -> Result<()> {
            self.c.push_level(self.scope, level.clone());
            for (index, parameter) in it.parameters.iter().enumerate() {
                let value =
                    self.argument(it, parameter, arguments.get(index..).unwrap_or_default(), parameters, at)?;
                parameters.values.borrow_mut().insert(parameter.name.clone(), Some(Var::plain(value)));
            }
            Ok(())
        })?;
        let values = parameters.values.take();
        Ok(values.into_iter().filter_map(|(name, var)| Some((name, var?))).collect())
    }

    /// Gives parameters their values where nothing can be evaluated that might see one of them.
    fn bind_plainly(
        &self,
        it: &Signature<'_>,
        arguments: &[Value],
        at: &Location,
    ) -> Result<IndexMap<EcoString, Var>> {
        let capacity = it.parameters.len();
        let mut bound = IndexMap::with_capacity_and_hasher(capacity, crate::maps::Hashes::default());
        for (index, parameter) in it.parameters.iter().enumerate() {
            let value = arguments.get(index).ok_or_else(|| missing(it, parameter, at))?;
            self.check_argument(it.name, parameter, value, at)?;
            bound.insert(parameter.name.clone(), Var::plain(value.clone()));
        }
        Ok(bound)
    }

    fn parameter_level(&self, callee: &str, parameters: &[Parameter]) -> Rc<Level> {
        Rc::new(Level {
            below: Some(self.c.top_level(self.scope)),
            kind: LevelKind::Parameters(Parameters {
                callee: callee.into(),
                values: RefCell::new(parameters.iter().map(|it| (it.name.clone(), None)).collect()),
                missing: RefCell::default(),
                read_only: Cell::new(false),
            }),
        })
    }

    #[expect(clippy::too_many_arguments, reason = "one step of binding, with all that it needs")]
    fn argument(
        &self,
        it: &Signature<'_>,
        parameter: &Parameter,
        given: &[Value],
        parameters: &Parameters,
        at: &Location,
    ) -> Result<Value> {
        let default = |expr| self.parameter_default(parameters, &parameter.name, expr, Some(at));
        if parameter.captures_rest {
            let value = match (given, &parameter.value) {
                ([] | [Value::Undef], Some(expr)) => match default(expr)? {
                    Value::Array(items) => Value::Array(items),
                    single => Value::array([single]),
                },
                (given, _) => Value::array(given.iter().cloned()),
            };
            let items = value.as_array().unwrap_or_default();
            items.iter().try_for_each(|item| self.check_argument(it.name, parameter, item, at))?;
            return Ok(value);
        }
        let value = match (given.first(), &parameter.value) {
            (Some(value), _) => value.clone(),
            (None, Some(expr)) => default(expr)?,
            (None, None) => return Err(missing(it, parameter, at)),
        };
        self.check_argument(it.name, parameter, &value, at)?;
        Ok(value)
    }

    fn check_argument(
        &self,
        callee: &str,
        parameter: &Parameter,
        value: &Value,
        at: &Location,
    ) -> Result<()> {
        let Some(expected) = self.type_of(parameter)? else { return Ok(()) };
        let expected = match (parameter.captures_rest, expected) {
            (true, Type::Array(item, ..)) => (*item).clone(),
            (_, other) => other,
        };
        let Some(why) = self.c.mismatch(&expected, value) else { return Ok(()) };
        let message = format!("`{callee}`: parameter `{}` {why}", parameter.name);
        Err(Box::new(Diagnostic::error(&codes::TYPE_MISMATCH, message).at(at.clone())))
    }

    /// Evaluates a parameter's type.
    pub(crate) fn type_of(&self, parameter: &Parameter) -> Result<Option<Type>> {
        let Some(expr) = &parameter.type_expr else { return Ok(None) };
        let address = std::ptr::from_ref(expr).addr();
        if let Some(known) = self.c.state.borrow().types.get(&address) {
            return Ok(Some(known.clone()));
        }
        let found = self.type_value(expr)?;
        if is_constant(expr) {
            self.c.state.borrow_mut().types.insert(address, found.clone());
        }
        Ok(Some(found))
    }

    pub(crate) fn type_value(&self, expr: &Expr) -> Result<Type> {
        match self.eval(expr)? {
            Value::Type(it) => Ok(it),
            other => {
                let message = format!("expected a type, got `{}`", other.to_str());
                Err(self.error(&codes::TYPE_MISMATCH, message, expr.span))
            }
        }
    }

    fn check_result(&self, it: &Signature<'_>, result: Value, at: &Location) -> Result<Value> {
        let Some(expr) = it.return_type else { return Ok(result) };
        let expected = self.type_value(expr)?;
        match self.c.mismatch(&expected, &result) {
            None => Ok(result),
            Some(why) => {
                let message = format!("value returned from `{}` {why}", it.name);
                let found = Diagnostic::error(&codes::TYPE_MISMATCH, message).at(at.clone());
                Err(Box::new(found.related(self.at(expr.span), "the declared type")))
            }
        }
    }

    /// Calls with arguments by name, as EPP templates are; returns the variables of the call.
    pub(crate) fn bind_named(
        &self,
        it: &Signature<'_>,
        arguments: &IndexMap<EcoString, Value>,
        at: &Location,
    ) -> Result<IndexMap<EcoString, Var>> {
        let level = self.parameter_level(it.name, it.parameters);
        let LevelKind::Parameters(parameters) = &level.kind else { return Ok(IndexMap::default()) };
        let unknown = arguments.keys().find(|name| !it.parameters.iter().any(|known| known.name == **name));
        if let Some(name) = unknown {
            let message = format!("`{}`: has no parameter named `{name}`", it.name);
            return Err(Box::new(Diagnostic::error(&codes::UNKNOWN_PARAMETER, message).at(at.clone())));
        }
        self.c.guarded(self.scope, || -> Result<()> {
            self.c.push_level(self.scope, level.clone());
            for parameter in it.parameters {
                let given = arguments.get(&parameter.name);
                let value = match (given.filter(|value| !value.is_undef()), &parameter.value) {
                    (Some(value), _) => value.clone(),
                    (None, Some(expr)) => {
                        self.parameter_default(parameters, &parameter.name, expr, Some(at))?
                    }
                    (None, None) if given.is_some() => Value::Undef,
                    (None, None) => {
                        let message =
                            format!("`{}`: expects a value for parameter `{}`", it.name, parameter.name);
                        return Err(Box::new(
                            Diagnostic::error(&codes::MISSING_PARAMETER, message).at(at.clone()),
                        ));
                    }
                };
                self.check_argument(it.name, parameter, &value, at)?;
                parameters.values.borrow_mut().insert(parameter.name.clone(), Some(Var::plain(value)));
            }
            Ok(())
        })?;
        let values = parameters.values.take();
        Ok(values.into_iter().filter_map(|(name, var)| Some((name, var?))).collect())
    }
}

impl Compiler<'_> {
    /// Says why a value is no instance of a type, `None` where it is one.
    pub(crate) fn mismatch(&self, expected: &Type, value: &Value) -> Option<String> {
        let resolver = super::context::Resolver { c: self };
        if expected.instance(value, &resolver) {
            return None;
        }
        let why = describe_mismatch("", expected, &Type::infer_set(value), &resolver);
        Some(if why.is_empty() { format!("expects a value of type {expected}") } else { why })
    }

    /// Says why a parameter's value does not fit its type.
    pub(crate) fn parameter_mismatch(
        &self,
        kind: &Arc<ResourceType>,
        parameter: &Parameter,
        value: &Value,
    ) -> Result<Option<String>> {
        // What the agent computes has no type yet.
        if matches!(value, Value::Deferred(_)) {
            return Ok(None);
        }
        let (Some(source), Some(expr)) = (&kind.source, &parameter.type_expr) else { return Ok(None) };
        let known = self.state.borrow().types.get(&std::ptr::from_ref(expr).addr()).cloned();
        let cx = Cx { c: self, scope: super::compiler::TOP, source };
        let expected = match known {
            Some(known) => Some(known),
            None => self.without_levels(cx.scope, || cx.type_of(parameter))?,
        };
        let Some(expected) = expected else { return Ok(None) };
        Ok(self.mismatch(&expected, value).map(|why| format!("parameter `{}` {why}", parameter.name)))
    }
}

fn missing(it: &Signature<'_>, parameter: &Parameter, at: &Location) -> Box<Diagnostic> {
    let message = format!("`{}` expects a value for parameter `${}`", it.name, parameter.name);
    Box::new(Diagnostic::error(&codes::MISSING_PARAMETER, message).at(at.clone()))
}

/// Tells whether binding a parameter evaluates nothing but a constant type.
fn is_plain(parameter: &Parameter) -> bool {
    parameter.value.is_none()
        && !parameter.captures_rest
        && parameter.type_expr.as_ref().is_none_or(is_constant)
}

/// Tells whether an expression has the same value wherever it is evaluated.
fn is_constant(expr: &Expr) -> bool {
    let plain = matches!(
        expr.kind,
        ExprKind::Undef
            | ExprKind::Default
            | ExprKind::Boolean(_)
            | ExprKind::Integer(..)
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Regex(_)
            | ExprKind::Name(_)
            | ExprKind::TypeRef(_)
            | ExprKind::Array(_)
            | ExprKind::Hash(_)
            | ExprKind::Paren(_)
            | ExprKind::Minus(_)
            | ExprKind::Access(_)
    );
    let mut constant = plain;
    expr.children(&mut |part| constant &= is_constant(part));
    constant
}
