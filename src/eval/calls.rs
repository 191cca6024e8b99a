//! Calls of functions, methods and types.

use super::{
    codes,
    context::{CallContext, Resolver},
    cx::Cx,
    definition::{PuppetFunction, munge},
    lambda::LambdaBlock,
    natives::Native,
};
use crate::{
    diag::{Diagnostic, Result},
    functions::{self, Block, Function, jump},
    source::{Location, Span},
    syntax::ast::{Call, ExprKind, Lambda, MethodCall},
    value::Value,
};
use ecow::EcoString;
use std::sync::Arc;

impl<'s, 'a> Cx<'s, 'a> {
    /// Returns what finds type aliases.
    pub(crate) fn resolver(&self) -> Resolver<'s, 'a> {
        Resolver { c: self.c }
    }

    pub(crate) fn call(&self, it: &Call, at: Span) -> Result<Value> {
        match &it.functor.kind {
            ExprKind::Name(name) | ExprKind::Reserved(name) => {
                let arguments = self.unfold(&it.arguments)?;
                self.call_named(name, &arguments, it.lambda.as_ref(), at)
            }
            ExprKind::TypeRef(_) | ExprKind::Access(_) => {
                let mut arguments = vec![self.eval(&it.functor)?];
                arguments.extend(self.unfold(&it.arguments)?);
                self.call_named("new", &arguments, it.lambda.as_ref(), at)
            }
            _ => Err(self.error(&codes::UNSUPPORTED, "only names and types can be called", it.functor.span)),
        }
    }

    pub(crate) fn method_call(&self, it: &MethodCall) -> Result<Value> {
        let receiver = std::slice::from_ref(&it.receiver);
        let mut arguments = self.unfold(receiver)?;
        if let Some(first @ (Value::Object(_) | Value::Deferred(_) | Value::Uri(_))) = arguments.first() {
            let block = it.lambda.as_ref().map(|lambda| LambdaBlock::new(*self, lambda, &it.name));
            let block = block.as_ref().map(|block| block as &dyn Block);
            if let Some(found) = self.call_member(it, first, block)? {
                return Ok(found);
            }
        }
        arguments.extend(self.unfold(&it.arguments)?);
        if let Some((receiver @ Value::Object(_), rest)) = arguments.split_first()
            && let Some(value) = self.context_method(it, receiver, rest)?
        {
            return Ok(value);
        }
        self.call_named(&it.name, &arguments, it.lambda.as_ref(), it.anchor)
    }

    /// Calls a method of a lookup's context.
    fn context_method(
        &self,
        it: &MethodCall,
        receiver: &Value,
        arguments: &[Value],
    ) -> Result<Option<Value>> {
        let lambda = it.lambda.as_ref().map(|lambda| LambdaBlock::new(*self, lambda, &it.name));
        let block = lambda.as_ref().map(|block| block as &dyn Block);
        let found = self.call_context(receiver, &it.name, arguments, block);
        found.map_err(|found| Box::new(found.or_at(|| self.at(it.anchor))))
    }

    /// Calls a function that a module or the environment defines; `None` where there is none of that name.
    pub(crate) fn call_of_module(
        &self,
        name: &str,
        arguments: &[Value],
        block: Option<&dyn Block>,
        at: &Location,
    ) -> Result<Option<Value>> {
        match self.c.find_function(name)? {
            Some(function) => self.call_puppet(&function, arguments, at).map(Some),
            None => self.call_ruby(name, arguments, block, at),
        }
    }

    fn call_named(
        &self,
        name: &str,
        arguments: &[Value],
        lambda: Option<&Arc<Lambda>>,
        at: Span,
    ) -> Result<Value> {
        let at = self.at(at);
        match lambda {
            None => self.call_function(name, arguments, None, &at),
            Some(lambda) => {
                let block = LambdaBlock::new(*self, lambda, name);
                self.call_function(name, arguments, Some(&block), &at)
            }
        }
    }

    /// Calls a function by name: one of Puppet's own, one in the Puppet language, or a native one for a module's.
    pub(crate) fn call_function(
        &self,
        name: &str,
        arguments: &[Value],
        block: Option<&dyn Block>,
        at: &Location,
    ) -> Result<Value> {
        let name = name.strip_prefix("::").unwrap_or(name);
        if let Some(code) = jump_code(name) {
            let value = arguments.first().cloned().unwrap_or_default();
            return Err(self.jump(code, value, at.span));
        }
        if let Some(answer) = self.c.request.answers.get(name, arguments) {
            return Ok(answer.clone());
        }
        let builtin = functions::find(name);
        if let Some(builtin) = builtin.filter(|it| it.module == "puppet") {
            return self.call_builtin(builtin, arguments, block, at);
        }
        if let Some(function) = self.c.find_function(name)? {
            return self.call_puppet(&function, arguments, at);
        }
        if let Some((builtin, native)) = self.native(name) {
            if native == Native::Forwarded {
                return self.forward(builtin, arguments, block, at);
            }
            if native == Native::Deprecated {
                self.deprecated(builtin, at)?;
            }
            let found = self.call_builtin(builtin, arguments, block, at);
            return found.or_else(|found| self.by_real_ruby(name, arguments, block, found));
        }
        match self.call_ruby(name, arguments, block, at)? {
            Some(value) => Ok(value),
            None => Err(self.unknown_function(name, at)),
        }
    }

    /// Calls a function by the 3.x API, which knows those of the 3.x API first (`scope.function_x([…])`).
    pub(crate) fn call_old_function(&self, name: &str, arguments: &[Value], at: &Location) -> Result<Value> {
        match self.native(name) {
            Some((builtin, Native::Deprecated)) => self.call_builtin(builtin, arguments, None, at),
            Some(_) | None => self.call_function(name, arguments, None, at),
        }
    }

    /// Finds the builtin that stands in for a module's function.
    fn native(&self, name: &str) -> Option<(&'static Function, Native)> {
        let builtin = functions::find(name)?;
        let native = self.c.env.native(builtin, self.c.world);
        (native != Native::Other).then_some((builtin, native))
    }

    /// Does what the forwarders of stdlib 9 do.
    fn forward(
        &self,
        function: &Function,
        arguments: &[Value],
        block: Option<&dyn Block>,
        at: &Location,
    ) -> Result<Value> {
        let name = function.name;
        let target = format!("{}::{name}", function.module);
        let message = format!("This function is deprecated, please use {target} instead.");
        self.call_function("deprecation", &[name.into(), Value::str(message), Value::Bool(false)], None, at)?;
        self.call_function(&target, arguments, block, at)
    }

    /// Warns as the module does before it forwards to its 3.x function; fails where `strict` says so.
    fn deprecated(&self, function: &Function, at: &Location) -> Result<()> {
        let name = function.name;
        let message = format!("This method is deprecated, see the documentation of `{name}`");
        self.call_function("deprecation", &[name.into(), Value::str(message)], None, at).map(|_| ())
    }

    /// Tells whether there is a function of this name.
    pub(crate) fn has_function(&self, name: &str) -> Result<bool> {
        let name = name.strip_prefix("::").unwrap_or(name);
        let own = functions::find(name).is_some_and(|it| it.module == "puppet") || jump_code(name).is_some();
        Ok(own
            || self.native(name).is_some()
            || self.c.find_ruby(name).is_some()
            || self.c.find_function(name)?.is_some())
    }

    fn call_builtin(
        &self,
        function: &Function,
        arguments: &[Value],
        block: Option<&dyn Block>,
        at: &Location,
    ) -> Result<Value> {
        super::limits::check_items(function.name, arguments, block.is_some(), at)?;
        let context = CallContext::new(*self, at.clone());
        let call = functions::Call { context: &context, name: function.name, arguments, block, at };
        functions::call(function, &call)
    }

    fn unknown_function(&self, name: &str, at: &Location) -> Box<Diagnostic> {
        let found =
            Diagnostic::error(&codes::UNKNOWN_FUNCTION, format!("unknown function: `{name}`")).at(at.clone());
        let known = self.c.env.function_names(self.c.world);
        Box::new(match crate::diag::closest(name, known.iter().map(EcoString::as_str)) {
            Some(close) => found.help(format!("did you mean `{close}`?")),
            None if name.contains("::") => self.c.help_with_module(found, &munge(name)),
            None => found.help("no module of the module path has a function of this name"),
        })
    }

    /// Calls a function in the Puppet language: it sees top scope only.
    fn call_puppet(&self, function: &PuppetFunction, arguments: &[Value], at: &Location) -> Result<Value> {
        let definition = &function.definition;
        let inside = Cx { c: self.c, scope: super::compiler::TOP, source: &function.source };
        let signature = super::lambda::Signature {
            name: &definition.name,
            parameters: &definition.parameters,
            return_type: definition.return_type.as_ref(),
            body: definition.body.as_ref(),
        };
        self.c.deeper(
            || at.clone(),
            || {
                self.c.without_levels(inside.scope, || {
                    inside.returning(|| inside.call_with(&signature, arguments, at))
                })
            },
        )
    }
}

fn jump_code(name: &str) -> Option<&'static crate::diag::Code> {
    Some(match name {
        "break" => &jump::BREAK,
        "next" => &jump::NEXT,
        "return" => &jump::RETURN,
        _ => return None,
    })
}
