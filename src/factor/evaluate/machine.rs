//! Evaluates expressions: selections, operators, strings, functions.

use super::{
    Environment,
    fault::Fault,
    functions,
    value::{Entries, Function, Scope, Value},
};
use crate::translate::nixos::{Expr, Get, Key, Op, Part};
use ecow::{EcoString, eco_format};
use std::{cell::Cell, sync::Arc};

/// How many expressions are evaluated at most.
const STEPS: u32 = 2_000_000;
/// How deep evaluation nests at most; a frame takes a few kilobytes of the stack.
const DEPTH: u32 = 160;
/// How long a string may become.
const BYTES: usize = 1 << 24;

/// Names whose attributes need not be known: what is not an input stays a symbol.
const SYMBOLIC: [&str; 5] = ["pkgs", "config", "lib", "builtins", "modulesPath"];

/// One evaluation: its inputs and what it has used up.
pub(super) struct Machine<'e> {
    environment: &'e Environment,
    steps: Cell<u32>,
    depth: Cell<u32>,
}

impl<'e> Machine<'e> {
    pub(super) fn new(environment: &'e Environment) -> Self {
        Self { environment, steps: Cell::new(0), depth: Cell::new(0) }
    }

    pub(super) fn run(&self, expr: &Expr) -> Result<Value, Fault> {
        self.eval(expr, &Scope::default())
    }

    /// Counts what a function does beside evaluating.
    pub(super) fn step(&self) -> Result<(), Fault> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps > STEPS { Err(Fault::Limit) } else { Ok(()) }
    }

    fn deeper<T>(&self, run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth.get() >= DEPTH {
            return Err(Fault::Limit);
        }
        self.depth.set(self.depth.get() + 1);
        let result = run();
        self.depth.set(self.depth.get() - 1);
        result
    }

    fn eval(&self, expr: &Expr, scope: &Scope) -> Result<Value, Fault> {
        self.step()?;
        self.deeper(|| self.dispatch(expr, scope))
    }

    fn dispatch(&self, expr: &Expr, scope: &Scope) -> Result<Value, Fault> {
        match expr {
            Expr::Null => Ok(Value::Null),
            Expr::Bool(it) => Ok(Value::Bool(*it)),
            Expr::Int(it) => Ok(Value::Int(*it)),
            Expr::Float(it) => Ok(Value::Float(*it)),
            Expr::Str(text) => Ok(Value::Str(text.clone())),
            Expr::Text(parts) => self.parts(parts, scope),
            Expr::File(_) | Expr::Path(_) => Ok(Value::symbol(expr.clone())),
            Expr::Packages(names) => {
                let package = |name| Value::symbol(Expr::select(&format!("pkgs.{name}")));
                Ok(Value::list(names.iter().map(package)))
            }
            Expr::List(items) => Ok(Value::List(self.all(items, scope)?.into())),
            Expr::Attrs(entries) => {
                let entry = |(name, value): &(EcoString, Expr)| Ok((name.clone(), self.eval(value, scope)?));
                Ok(Value::attrs(entries.iter().map(entry).collect::<Result<Entries, Fault>>()?))
            }
            Expr::Select(path) => self.variable(path, scope),
            Expr::Apply(path, arguments) => self.call(self.variable(path, scope)?, arguments, scope),
            Expr::Call(function, arguments) => self.call(self.eval(function, scope)?, arguments, scope),
            Expr::Get(it) => self.get(it, scope),
            Expr::Has(base, keys) => self.has(base, keys, scope),
            Expr::If(it) => {
                let branch = if self.truth(&it.test, scope)? { &it.then } else { &it.otherwise };
                self.eval(branch, scope)
            }
            Expr::Let(bindings, body) => self.bind(bindings, body, scope),
            Expr::Lambda(parameter, body) => {
                let (parameter, body, scope) = (parameter.clone(), (**body).clone(), scope.clone());
                Ok(Value::Function(Arc::new(Function::Closure { parameter, body, scope })))
            }
            Expr::Not(inner) => Ok(Value::Bool(!self.truth(inner, scope)?)),
            Expr::Binary(op, sides) => self.binary(*op, &sides.0, &sides.1, scope),
        }
    }

    fn all(&self, items: &[Expr], scope: &Scope) -> Result<Vec<Value>, Fault> {
        items.iter().map(|item| self.eval(item, scope)).collect()
    }

    /// `let` is strict here and its names are seen from top to bottom; a use before is refused, not guessed.
    fn bind(&self, bindings: &[(EcoString, Expr)], body: &Expr, scope: &Scope) -> Result<Value, Fault> {
        let mut inner =
            bindings.iter().fold(scope.clone(), |scope, (name, _)| scope.with(name.clone(), None));
        for (name, value) in bindings {
            let value = self.eval(value, &inner)?;
            inner = inner.with(name.clone(), Some(value));
        }
        self.eval(body, &inner)
    }

    fn truth(&self, expr: &Expr, scope: &Scope) -> Result<bool, Fault> {
        match self.eval(expr, scope)? {
            Value::Bool(it) => Ok(it),
            other => Err(other.not("a Boolean")),
        }
    }

    /// A variable with attributes: a local, an input, a function of the table, or else a symbol.
    fn variable(&self, path: &[EcoString], scope: &Scope) -> Result<Value, Fault> {
        if let Some(found) = self.lookup(path, scope)? {
            return Ok(found);
        }
        let missing = || Fault::Missing(path.join(".").into());
        let head = path.first().ok_or_else(missing)?;
        if scope.get(head).is_some() {
            return Err(missing());
        }
        if let Some(row) = functions::find(path.iter().map(EcoString::as_str)) {
            return Ok(Value::Function(Arc::new(Function::Builtin { row, arguments: Vec::new() })));
        }
        if SYMBOLIC.contains(&head.as_str()) {
            return Ok(Value::symbol(Expr::Select(path.to_vec())));
        }
        Err(missing())
    }

    /// What a local or an input has at a path; `None` where there is no such thing.
    fn lookup(&self, path: &[EcoString], scope: &Scope) -> Result<Option<Value>, Fault> {
        let Some((head, rest)) = path.split_first() else { return Ok(None) };
        let mut at = match scope.get(head) {
            Some(local) => Some(local.ok_or_else(|| Fault::Missing(head.clone()))?.clone()),
            None => self.environment.names.get(head).cloned(),
        };
        for name in rest {
            at = match at {
                Some(at) => attribute(&at, name)?,
                None => return Ok(None),
            };
        }
        Ok(at)
    }

    fn key(&self, key: &Key, scope: &Scope) -> Result<EcoString, Fault> {
        match key {
            Key::Name(name) => Ok(name.clone()),
            Key::Dynamic(inner) => match self.eval(inner, scope)? {
                Value::Str(text) => Ok(text),
                other => Err(other.not("a string")),
            },
        }
    }

    /// Follows an attribute path from a base; the path may begin in the base, as the two are written as one.
    fn follow(&self, base: &Expr, keys: &[Key], scope: &Scope) -> Result<Option<Value>, Fault> {
        let mut at = match base {
            Expr::Select(path) => match self.lookup(path, scope)? {
                None if self.knows(path, scope) => return Ok(None),
                None => self.variable(path, scope)?,
                Some(found) => found,
            },
            Expr::Get(inner) if inner.default.is_none() => {
                match self.follow(&inner.base, &inner.keys, scope)? {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
            other => self.eval(other, scope)?,
        };
        for key in keys {
            let name = self.key(key, scope)?;
            match attribute(&at, &name)? {
                Some(found) => at = found,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// Whether what a path begins with is a local or an input.
    fn knows(&self, path: &[EcoString], scope: &Scope) -> bool {
        let head = path.first().map_or("", EcoString::as_str);
        scope.get(head).is_some() || self.environment.names.contains_key(head)
    }

    fn get(&self, it: &Get, scope: &Scope) -> Result<Value, Fault> {
        match (self.follow(&it.base, &it.keys, scope)?, &it.default) {
            (Some(found), _) => Ok(found),
            (None, Some(default)) => self.eval(default, scope),
            (None, None) => {
                if let Expr::Select(path) = &it.base
                    && self.is_symbolic(path, scope)
                {
                    return self.symbol_below(path, &it.keys, scope);
                }
                let last = it.keys.last().map(|key| self.key(key, scope)).transpose()?;
                Err(Fault::Missing(last.unwrap_or_default()))
            }
        }
    }

    /// A selection of what is not known here.
    fn symbol_below(&self, path: &[EcoString], keys: &[Key], scope: &Scope) -> Result<Value, Fault> {
        let keys: Vec<EcoString> = keys.iter().map(|key| self.key(key, scope)).collect::<Result<_, _>>()?;
        Ok(Value::symbol(Expr::Select(path.iter().cloned().chain(keys).collect())))
    }

    /// Whether what is no input there stays a symbol, as it does in a plain selection.
    fn is_symbolic(&self, path: &[EcoString], scope: &Scope) -> bool {
        path.first().is_some_and(|head| SYMBOLIC.contains(&head.as_str()) && scope.get(head).is_none())
    }

    fn has(&self, base: &Expr, keys: &[Key], scope: &Scope) -> Result<Value, Fault> {
        let mut at = self.eval(base, scope)?;
        for key in keys {
            let name = self.key(key, scope)?;
            let found = match &at {
                Value::Attrs(entries) => entries.get(&name).cloned(),
                Value::Symbol(_) => return Err(at.not("a set")),
                _ => None,
            };
            match found {
                Some(inner) => at = inner,
                None => return Ok(Value::Bool(false)),
            }
        }
        Ok(Value::Bool(true))
    }

    fn call(&self, function: Value, arguments: &[Expr], scope: &Scope) -> Result<Value, Fault> {
        if let (Some(row), [test, _]) = (conditional(&function), arguments) {
            let test = self.eval(test, scope)?;
            if matches!(test, Value::Bool(false)) {
                // what is not taken is not evaluated
                return (row.run)(self, &[test, Value::Null]);
            }
        }
        let arguments = self.all(arguments, scope)?;
        if let Value::Symbol(expr) = &function
            && let Expr::Select(path) = &**expr
        {
            let arguments = arguments.iter().map(Value::to_expr).collect::<Result<_, _>>()?;
            return Ok(Value::symbol(Expr::Apply(path.clone(), arguments)));
        }
        arguments.into_iter().try_fold(function, |function, argument| self.apply(&function, argument))
    }

    /// Applies a function to one argument.
    pub(super) fn apply(&self, function: &Value, argument: Value) -> Result<Value, Fault> {
        self.step()?;
        let Value::Function(function) = function else { return Err(function.not("a function")) };
        match &**function {
            Function::Closure { parameter, body, scope } => {
                self.eval(body, &scope.with(parameter.clone(), Some(argument)))
            }
            Function::Builtin { row, arguments } => {
                let mut arguments = arguments.clone();
                arguments.push(argument);
                if arguments.len() < row.arity {
                    return Ok(Value::Function(Arc::new(Function::Builtin { row, arguments })));
                }
                self.deeper(|| (row.run)(self, &arguments))
            }
        }
    }

    /// Applies a function to two arguments.
    pub(super) fn apply2(&self, function: &Value, first: Value, second: Value) -> Result<Value, Fault> {
        let partly = self.apply(function, first)?;
        self.apply(&partly, second)
    }

    /// Applies a predicate.
    pub(super) fn test(&self, function: &Value, argument: Value) -> Result<bool, Fault> {
        match self.apply(function, argument)? {
            Value::Bool(it) => Ok(it),
            other => Err(other.not("a Boolean")),
        }
    }

    fn parts(&self, parts: &[Part], scope: &Scope) -> Result<Value, Fault> {
        let mut out = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Text(text) => push_text(&mut out, text)?,
                Part::Expr(inner) => push_value(&mut out, &self.eval(inner, scope)?)?,
            }
        }
        Ok(Value::text(out))
    }

    fn binary(&self, op: Op, left: &Expr, right: &Expr, scope: &Scope) -> Result<Value, Fault> {
        match op {
            Op::And => return Ok(Value::Bool(self.truth(left, scope)? && self.truth(right, scope)?)),
            Op::Or => return Ok(Value::Bool(self.truth(left, scope)? || self.truth(right, scope)?)),
            Op::Implies => return Ok(Value::Bool(!self.truth(left, scope)? || self.truth(right, scope)?)),
            _ => {}
        }
        let (left, right) = (self.eval(left, scope)?, self.eval(right, scope)?);
        match op {
            Op::Equal => Ok(Value::Bool(equal(&left, &right)?)),
            Op::NotEqual => Ok(Value::Bool(!equal(&left, &right)?)),
            Op::Less => Ok(Value::Bool(less(&left, &right)?)),
            Op::LessEqual => Ok(Value::Bool(!less(&right, &left)?)),
            Op::Greater => Ok(Value::Bool(less(&right, &left)?)),
            Op::GreaterEqual => Ok(Value::Bool(!less(&left, &right)?)),
            Op::Concat => match (&left, &right) {
                (Value::List(a), Value::List(b)) => Ok(Value::list(a.iter().chain(b.iter()).cloned())),
                (Value::List(_), other) | (other, _) => Err(other.not("a list")),
            },
            Op::Update => match (&left, &right) {
                (Value::Attrs(a), Value::Attrs(b)) => {
                    let mut all = (**a).clone();
                    all.extend(b.iter().map(|(name, value)| (name.clone(), value.clone())));
                    Ok(Value::attrs(all))
                }
                (Value::Attrs(_), other) | (other, _) => Err(other.not("a set")),
            },
            Op::Add if matches!(left, Value::Str(_) | Value::Text(_)) => join([&left, &right]),
            Op::Add => match longer(&left, &right) {
                Some(path) => Ok(path),
                None => arithmetic(op, &left, &right),
            },
            _ => arithmetic(op, &left, &right),
        }
    }
}

/// A path of the output with a text after it.
fn longer(path: &Value, text: &Value) -> Option<Value> {
    let (Value::Symbol(path), Value::Str(text)) = (path, text) else { return None };
    let Expr::Path(path) = &**path else { return None };
    Some(Value::symbol(Expr::Path(eco_format!("{path}{text}"))))
}

/// The row of `lib.optionalString` and its kin, which leave out their second argument.
fn conditional(function: &Value) -> Option<&'static functions::Row> {
    let Value::Function(function) = function else { return None };
    let Function::Builtin { row, arguments } = &**function else { return None };
    (arguments.is_empty() && row.name.starts_with("optional")).then_some(row)
}

/// An attribute of a set; `None` where it has no such attribute.
fn attribute(base: &Value, name: &str) -> Result<Option<Value>, Fault> {
    match base {
        Value::Attrs(entries) => Ok(entries.get(name).cloned()),
        Value::Symbol(expr) if matches!(&**expr, Expr::Select(_)) => {
            Ok(Some(Value::symbol((**expr).clone().get(name))))
        }
        // `or` takes the default here too, and `?` says no
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::List(_) => {
            Ok(None)
        }
        other => Err(other.not("a set")),
    }
}

fn arithmetic(op: Op, left: &Value, right: &Value) -> Result<Value, Fault> {
    let overflow = || Fault::thrown("an integer overflows");
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => {
            let result = match op {
                Op::Add => a.checked_add(*b),
                Op::Subtract => a.checked_sub(*b),
                Op::Multiply => a.checked_mul(*b),
                _ if *b == 0 => return Err(Fault::thrown("division by zero")),
                _ => a.checked_div(*b),
            };
            result.map(Value::Int).ok_or_else(overflow)
        }
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            let (a, b) = (float(left), float(right));
            Ok(Value::Float(match op {
                Op::Add => a + b,
                Op::Subtract => a - b,
                Op::Multiply => a * b,
                _ if b == 0.0 => return Err(Fault::thrown("division by zero")),
                _ => a / b,
            }))
        }
        (Value::Int(_) | Value::Float(_), other) | (other, _) => Err(other.not("a number")),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as Nix does it")]
fn float(value: &Value) -> f64 {
    match value {
        Value::Int(it) => *it as f64,
        Value::Float(it) => *it,
        _ => f64::NAN,
    }
}

/// Nix's `==`, refused where a symbol would decide.
pub(super) fn equal(left: &Value, right: &Value) -> Result<bool, Fault> {
    Ok(match (left, right) {
        (Value::Symbol(_) | Value::Text(_) | Value::Function(_), _) => return Err(left.not("plain data")),
        (_, Value::Symbol(_) | Value::Text(_) | Value::Function(_)) => return Err(right.not("plain data")),
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => float(left) == float(right),
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && all_equal(a.iter().zip(b.iter()))?,
        (Value::Attrs(a), Value::Attrs(b)) => a.keys().eq(b.keys()) && all_equal(a.values().zip(b.values()))?,
        _ => false,
    })
}

fn all_equal<'v>(mut pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Result<bool, Fault> {
    pairs.try_fold(true, |so_far, (a, b)| Ok(so_far && equal(a, b)?))
}

/// Nix's `<`: of numbers, or of strings by bytes.
pub(super) fn less(left: &Value, right: &Value) -> Result<bool, Fault> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a < b),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => Ok(float(left) < float(right)),
        (Value::Str(a), Value::Str(b)) => Ok(a.as_bytes() < b.as_bytes()),
        (Value::Str(_), other) => Err(other.not("a string")),
        (Value::Int(_) | Value::Float(_), other) | (other, _) => Err(other.not("a number")),
    }
}

/// Strings in a row.
pub(super) fn join<'v>(values: impl IntoIterator<Item = &'v Value>) -> Result<Value, Fault> {
    let mut out = Vec::new();
    for value in values {
        push_value(&mut out, value)?;
    }
    Ok(Value::text(out))
}

/// Adds what `${…}` stands for: a string or a symbol, nothing else is turned into text by itself.
pub(super) fn push_value(out: &mut Vec<Part>, value: &Value) -> Result<(), Fault> {
    match value {
        Value::Str(text) => push_text(out, text),
        Value::Text(parts) => {
            for part in parts.iter() {
                match part {
                    Part::Text(text) => push_text(out, text)?,
                    Part::Expr(_) => out.push(part.clone()),
                }
            }
            Ok(())
        }
        Value::Symbol(expr) => {
            out.push(Part::Expr((**expr).clone()));
            Ok(())
        }
        other => Err(other.not("a string")),
    }
}

fn push_text(out: &mut Vec<Part>, text: &str) -> Result<(), Fault> {
    let Some(Part::Text(before)) = out.last_mut() else {
        if !text.is_empty() {
            out.push(Part::Text(text.into()));
        }
        return Ok(());
    };
    if before.len() + text.len() > BYTES {
        return Err(Fault::Limit);
    }
    before.push_str(text);
    Ok(())
}
