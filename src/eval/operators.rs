//! Operators (`EvaluatorImpl#calculate`, `CompareOperator`).

use super::{codes, cx::Cx, scope::Level};
use crate::{
    diag::Result,
    source::Span,
    syntax::ast::{Binary, BinaryOp, Expr},
    value::{HashMap, Regexp, Type, Value, compare, first_match, includes, matches, parse_number, puppet_eq},
};
use std::{cmp::Ordering, sync::Arc};

/// Nanoseconds of a second.
const SECOND: i128 = 1_000_000_000;

impl Cx<'_, '_> {
    pub(crate) fn binary(&self, it: &Binary) -> Result<Value> {
        match it.op {
            BinaryOp::And => {
                Ok(Value::Bool(self.eval(&it.left)?.is_truthy() && self.eval(&it.right)?.is_truthy()))
            }
            BinaryOp::Or => {
                Ok(Value::Bool(self.eval(&it.left)?.is_truthy() || self.eval(&it.right)?.is_truthy()))
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Modulo
            | BinaryOp::ShiftLeft
            | BinaryOp::ShiftRight => {
                let (left, right) = (self.eval(&it.left)?, self.eval(&it.right)?);
                self.calculate(it, left, right)
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => {
                let (left, right) = (self.eval(&it.left)?, self.eval(&it.right)?);
                self.comparison(it, &left, &right).map(Value::Bool)
            }
            BinaryOp::Match => self.matching(it).map(Value::Bool),
            BinaryOp::NoMatch => self.matching(it).map(|found| Value::Bool(!found)),
            BinaryOp::In => {
                let (left, right) = (self.eval(&it.left)?, self.eval(&it.right)?);
                self.membership(&left, &right).map(Value::Bool)
            }
        }
    }

    pub(crate) fn negated(&self, inner: &Expr) -> Result<Value> {
        let value = self.eval(inner)?;
        Ok(match self.number(value, inner.span)? {
            Value::Int(it) => Value::Int(it.checked_neg().ok_or_else(|| self.overflow(inner.span))?),
            Value::Float(it) => Value::Float(-it),
            Value::Timespan(it) => Value::Timespan(Box::new(-*it)),
            other => other,
        })
    }

    /// Brings a value to a number; a numeric string is one too, which `strict` may object to.
    fn number(&self, value: Value, span: Span) -> Result<Value> {
        match &value {
            Value::Int(_) | Value::Float(_) | Value::Timespan(_) | Value::Timestamp(_) => Ok(value),
            Value::Str(text) => {
                let Some(number) = parse_number(text) else {
                    let message = format!("the value `{text}` cannot be converted to a number");
                    return Err(self.error(&codes::OPERATOR, message, span));
                };
                let message = format!("the string `{text}` was coerced to a number");
                self.c.strictly(&codes::OPERATOR, message, Some(self.at(span)))?;
                Ok(number)
            }
            other => {
                let message = format!("the value `{}` cannot be converted to a number", other.to_str());
                Err(self.error(&codes::OPERATOR, message, span))
            }
        }
    }

    fn overflow(&self, span: Span) -> Box<crate::diag::Diagnostic> {
        self.error(&codes::OPERATOR, "the result of the arithmetic is outside of the range of integers", span)
    }

    fn calculate(&self, it: &Binary, left: Value, right: Value) -> Result<Value> {
        let collection = matches!(it.op, BinaryOp::Add | BinaryOp::Subtract | BinaryOp::ShiftLeft);
        match (&left, it.op) {
            (Value::Array(items), _) if collection => self.with_array(it, items, &right),
            (Value::Hash(entries), BinaryOp::Add) => self.merged(it, entries, &right),
            (Value::Hash(entries), BinaryOp::Subtract) => Ok(without_keys(entries, &right)),
            (Value::Binary(bytes), BinaryOp::Add) => match &right {
                Value::Binary(more) => Ok(Value::Binary(bytes.iter().chain(more.iter()).copied().collect())),
                _ => Err(self.error(
                    &codes::OPERATOR,
                    "only a Binary can be appended to a Binary",
                    it.right.span,
                )),
            },
            (Value::Hash(_), BinaryOp::ShiftLeft) | (Value::Uri(_), BinaryOp::Add) => {
                Err(self.not_applicable(it, &left))
            }
            _ => {
                let left = self.number(left, it.left.span)?;
                let right = self.number(right, it.right.span)?;
                self.arithmetic(it, left, right)
            }
        }
    }

    fn not_applicable(&self, it: &Binary, left: &Value) -> Box<crate::diag::Diagnostic> {
        let kind = Type::infer(left).generalize();
        let message = format!("operator `{}` is not applicable to a value of type `{kind}`", it.op.as_str());
        self.error(&codes::OPERATOR, message, it.left.span)
    }

    fn with_array(&self, it: &Binary, items: &[Value], right: &Value) -> Result<Value> {
        if it.op == BinaryOp::ShiftLeft {
            return Ok(Value::array(items.iter().cloned().chain([right.clone()])));
        }
        let others = match right {
            Value::Array(_) | Value::Hash(_) => super::cx::splatted(right.clone()),
            single => vec![single.clone()],
        };
        Ok(if it.op == BinaryOp::Add {
            Value::array(items.iter().cloned().chain(others))
        } else {
            Value::array(items.iter().filter(|item| !others.contains(item)).cloned())
        })
    }

    fn merged(&self, it: &Binary, entries: &HashMap, right: &Value) -> Result<Value> {
        let mut out = entries.clone();
        let refuse = |message: &str| Err(self.error(&codes::OPERATOR, message, it.right.span));
        match right {
            Value::Hash(more) => out.extend(more.iter().map(|(key, value)| (key.clone(), value.clone()))),
            Value::Array(items) if items.iter().all(|item| matches!(item, Value::Array(_))) => {
                for pair in items {
                    match pair.as_array() {
                        Some([key, value]) => out.insert(key.clone(), value.clone()),
                        Some([key]) => out.insert(key.clone(), Value::Undef),
                        _ => return refuse("an array of pairs must have two items in each"),
                    };
                }
            }
            Value::Array(items) => {
                let (pairs, rest) = items.as_chunks::<2>();
                if !rest.is_empty() {
                    return refuse("odd number of items in the array that is appended to a hash");
                }
                out.extend(pairs.iter().map(|[key, value]| (key.clone(), value.clone())));
            }
            _ => return refuse("only an Array or a Hash can be appended to a Hash"),
        }
        Ok(Value::Hash(Arc::new(out)))
    }

    fn arithmetic(&self, it: &Binary, left: Value, right: Value) -> Result<Value> {
        match (&left, &right) {
            (Value::Int(a), Value::Int(b)) => self.integers(it, *a, *b),
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
                self.floats(it, float(&left), float(&right), &left)
            }
            _ => times(it.op, &left, &right).ok_or_else(|| self.not_applicable(it, &left)),
        }
    }

    fn integers(&self, it: &Binary, a: i64, b: i64) -> Result<Value> {
        let result = match it.op {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Subtract => a.checked_sub(b),
            BinaryOp::Multiply => a.checked_mul(b),
            BinaryOp::Divide | BinaryOp::Modulo if b == 0 => {
                return Err(self.error(&codes::OPERATOR, "division by `0`", it.right.span));
            }
            BinaryOp::Divide => {
                a.checked_div(b).map(|q| if (a % b != 0) && ((a < 0) != (b < 0)) { q - 1 } else { q })
            }
            BinaryOp::Modulo => {
                a.checked_rem(b).map(|r| if r != 0 && ((r < 0) != (b < 0)) { r + b } else { r })
            }
            BinaryOp::ShiftLeft => shift_left(a, b),
            _ => b.checked_neg().and_then(|b| shift_left(a, b)),
        };
        result.map(Value::Int).ok_or_else(|| self.overflow(it.op_span))
    }

    fn floats(&self, it: &Binary, a: f64, b: f64, left: &Value) -> Result<Value> {
        let result = match it.op {
            BinaryOp::Add => a + b,
            BinaryOp::Subtract => a - b,
            BinaryOp::Multiply => a * b,
            BinaryOp::Divide => a / b,
            _ => return Err(self.not_applicable(it, left)),
        };
        if result.is_infinite() {
            let message = format!("the result of the `{}` is infinite", it.op.as_str());
            return Err(self.error(&codes::OPERATOR, message, it.left.span));
        }
        Ok(Value::Float(result))
    }

    fn comparison(&self, it: &Binary, left: &Value, right: &Value) -> Result<bool> {
        match it.op {
            BinaryOp::Equal => return Ok(puppet_eq(left, right)),
            BinaryOp::NotEqual => return Ok(!puppet_eq(left, right)),
            _ => {}
        }
        if let Value::Type(a) = left {
            let Value::Type(b) = right else { return Ok(false) };
            let resolver = self.resolver();
            return Ok(match it.op {
                BinaryOp::Less => b.assignable(a, &resolver) && !a.same(b),
                BinaryOp::LessEqual => b.assignable(a, &resolver),
                BinaryOp::Greater => a.assignable(b, &resolver) && !a.same(b),
                _ => a.assignable(b, &resolver),
            });
        }
        let order = compare(left, right).map_err(|why| {
            let (a, b) = (Type::infer(left).generalize(), Type::infer(right).generalize());
            let message = format!("comparison of `{a}` `{}` `{b}` is not possible: {why}", it.op.as_str());
            self.error(&codes::COMPARISON, message, it.op_span)
        })?;
        Ok(match it.op {
            BinaryOp::Less => order == Ordering::Less,
            BinaryOp::LessEqual => order != Ordering::Greater,
            BinaryOp::Greater => order == Ordering::Greater,
            _ => order != Ordering::Less,
        })
    }

    fn matching(&self, it: &Binary) -> Result<bool> {
        let left = self.eval(&it.left)?;
        let pattern = self.eval(&it.right)?;
        if matches!(pattern, Value::Type(_) | Value::SemVerRange(_)) {
            return Ok(matches(&left, &pattern, &self.resolver()));
        }
        let regexp = match &pattern {
            Value::Regexp(regexp) => regexp.clone(),
            Value::Str(source) => Arc::new(Regexp::new(source.text().clone()).map_err(|why| {
                self.error(
                    &codes::OPERATOR,
                    format!("cannot convert to a regular expression: {why}"),
                    it.right.span,
                )
            })?),
            other => {
                let message = format!("`{}` is not a regular expression", other.to_str());
                return Err(self.error(&codes::OPERATOR, message, it.right.span));
            }
        };
        if left.as_str().is_none() {
            let kind = Type::infer(&left).generalize();
            let message = format!("the left operand of `{}` must be a String, got `{kind}`", it.op.as_str());
            return Err(self.error(&codes::OPERATOR, message, it.left.span));
        }
        self.match_regexp(&left, &regexp)
    }

    /// Matches a regular expression; a match sets `$0`, `$1`… for what follows in the scope.
    pub(crate) fn match_regexp(&self, value: &Value, regexp: &Regexp) -> Result<bool> {
        let Value::Str(text) = value else { return Ok(false) };
        let groups = regexp
            .captures(text)
            .map_err(|why| Box::new(crate::diag::Diagnostic::error(&codes::OPERATOR, why)))?;
        let Some(groups) = groups else { return Ok(false) };
        let below = self.c.top_level(self.scope);
        self.c.push_level(self.scope, Level::matching(Some(below), Some(groups)));
        Ok(true)
    }

    /// Compares with a `case` option or a selector's entry.
    pub(crate) fn match_option(&self, value: &Value, pattern: &Value) -> Result<bool> {
        match pattern {
            Value::Regexp(regexp) => self.match_regexp(value, regexp),
            other => Ok(matches(value, other, &self.resolver())),
        }
    }

    fn membership(&self, item: &Value, container: &Value) -> Result<bool> {
        match (item, container) {
            (Value::Regexp(regexp), Value::Str(_)) => self.match_regexp(container, regexp),
            (Value::Regexp(regexp), Value::Array(items)) => match first_match(items, regexp) {
                Some(found) => self.match_regexp(found, regexp),
                None => Ok(false),
            },
            (Value::Regexp(regexp), Value::Hash(entries)) => {
                let keys: Vec<Value> = entries.keys().cloned().collect();
                match first_match(&keys, regexp) {
                    Some(found) => self.match_regexp(found, regexp),
                    None => Ok(false),
                }
            }
            _ => Ok(includes(container, item, &self.resolver())),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "Ruby's `Integer#to_f` rounds too")]
fn float(value: &Value) -> f64 {
    match value {
        Value::Int(it) => *it as f64,
        Value::Float(it) => *it,
        _ => 0.0,
    }
}

fn shift_left(a: i64, by: i64) -> Option<i64> {
    if by < 0 {
        let by = u32::try_from(by.unsigned_abs().min(63)).ok()?;
        return Some(a >> by);
    }
    let by = u32::try_from(by).ok().filter(|by| *by < 63 || a == 0)?;
    if a == 0 {
        return Some(0);
    }
    i64::try_from(i128::from(a) << by).ok()
}

/// Removes the keys of an array or a hash, or one key.
fn without_keys(entries: &HashMap, right: &Value) -> Value {
    let gone = |key: &Value| match right {
        Value::Array(keys) => keys.contains(key),
        Value::Hash(other) => other.contains_key(key),
        single => key == single,
    };
    Value::hash(entries.iter().filter(|(key, _)| !gone(key)).map(|(key, value)| (key.clone(), value.clone())))
}

/// Computes with points in time and lengths of time.
fn times(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "seconds with a fraction, in nanoseconds")]
    let span = |value: &Value| match value {
        Value::Timespan(it) => Some(**it),
        Value::Int(it) => Some(i128::from(*it) * SECOND),
        Value::Float(it) => Some((it * 1e9) as i128),
        _ => None,
    };
    match (op, left, right) {
        (BinaryOp::Subtract, Value::Timestamp(a), Value::Timestamp(b)) => {
            Some(Value::Timespan(Box::new(**a - **b)))
        }
        (BinaryOp::Add, Value::Timestamp(a), _) => Some(Value::Timestamp(Box::new(**a + span(right)?))),
        (BinaryOp::Add, _, Value::Timestamp(b)) => Some(Value::Timestamp(Box::new(**b + span(left)?))),
        (BinaryOp::Subtract, Value::Timestamp(a), _) => Some(Value::Timestamp(Box::new(**a - span(right)?))),
        (BinaryOp::Add, _, _) => Some(Value::Timespan(Box::new(span(left)? + span(right)?))),
        (BinaryOp::Subtract, _, _) => Some(Value::Timespan(Box::new(span(left)? - span(right)?))),
        (BinaryOp::Multiply, Value::Timespan(a), Value::Int(b))
        | (BinaryOp::Multiply, Value::Int(b), Value::Timespan(a)) => {
            Some(Value::Timespan(Box::new(**a * i128::from(*b))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_keep_to_the_range_of_integers() {
        assert_eq!(shift_left(1, 4), Some(16));
        assert_eq!(shift_left(-16, -2), Some(-4));
        assert_eq!(shift_left(1, 70), None);
        assert_eq!(shift_left(i64::MAX, 1), None);
    }
}
