//! Conditions: `if`, `unless`, `case` and selectors, each a guard of what is declared in it.

use super::{
    codes,
    cx::{Cx, bare, splatted},
};
use crate::{
    diag::Result,
    source::{Guard, Span},
    syntax::ast::{Case, Expr, ExprKind, If, Selector},
    value::Value,
};
use ecow::EcoString;

impl Cx<'_, '_> {
    fn guarded_by<T>(&self, span: Span, branch: EcoString, run: impl FnOnce() -> T) -> T {
        let guard = Guard { at: self.at(span), branch };
        self.c.recorder.guarded(guard, run)
    }

    /// Evaluates `if` (`wanted` is true) or `unless`.
    pub(crate) fn if_else(&self, it: &If, wanted: bool) -> Result<Value> {
        self.c.guarded(self.scope, || {
            let holds = self.eval(&it.test)?.is_truthy() == wanted;
            let (branch, block) = if holds { ("then", &it.then) } else { ("else", &it.otherwise) };
            self.guarded_by(it.test.span, branch.into(), || self.optional_block(block.as_ref()))
        })
    }

    pub(crate) fn case(&self, it: &Case) -> Result<Value> {
        self.c.guarded(self.scope, || {
            let value = self.eval(&it.test)?;
            let mut default = None;
            for option in &it.options {
                for pattern in &option.values {
                    if matches!(bare(pattern).kind, ExprKind::Default) {
                        default = Some(option);
                    } else if self.option_matches(&value, pattern)? {
                        let text = EcoString::from(self.source.slice(pattern.span));
                        return self
                            .guarded_by(it.test.span, text, || self.optional_block(option.then.as_ref()));
                    }
                }
            }
            let Some(option) = default else { return Ok(Value::Undef) };
            self.guarded_by(it.test.span, "default".into(), || self.optional_block(option.then.as_ref()))
        })
    }

    pub(crate) fn selector(&self, it: &Selector) -> Result<Value> {
        self.c.guarded(self.scope, || {
            let value = self.eval(&it.left)?;
            let mut default = None;
            for entry in &it.entries {
                if matches!(bare(&entry.matching).kind, ExprKind::Default) {
                    default = Some(entry);
                } else if self.option_matches(&value, &entry.matching)? {
                    return self.eval(&entry.value);
                }
            }
            let Some(entry) = default else {
                let message =
                    format!("no matching entry for selector parameter with value `{}`", value.to_str());
                return Err(self.error(&codes::SELECTOR, message, it.left.span));
            };
            self.eval(&entry.value)
        })
    }

    fn option_matches(&self, value: &Value, pattern: &Expr) -> Result<bool> {
        if let ExprKind::Splat(inner) = &bare(pattern).kind {
            for item in splatted(self.eval(inner)?) {
                if self.match_option(value, &item)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let pattern = self.eval(pattern)?;
        self.match_option(value, &pattern)
    }
}
