//! EPP templates (`Puppet::Pops::Evaluator::EppEvaluator`): rendering with variables of the global scope or of the
//! given parameters.

use super::{codes, cx::Cx, definition::munge, lambda::Signature, scope::Var};
use crate::{
    diag::{Diagnostic, Result},
    maps::IndexMap,
    source::{Location, SourceFile},
    syntax::ast::{Epp, Expr, ExprKind, Lambda},
    value::{Str, Value},
};
use ecow::EcoString;
use std::sync::Arc;

/// The text that a template has made so far.
#[derive(Debug, Default)]
pub(crate) struct Rendering {
    text: Str,
    sensitive: bool,
}

impl Cx<'_, '_> {
    /// Renders a template's text with the given parameters; `inline` sees the calling scope.
    pub(crate) fn render_epp(
        &self,
        source: &Arc<SourceFile>,
        parameters: Option<&Value>,
        inline: bool,
        at: &Location,
    ) -> Result<Value> {
        let ast = self.c.env.template(source.clone()).map_err(|found| Box::new(first(found, at)))?;
        let [Expr { kind: ExprKind::Lambda(lambda), .. }] = &*ast.body.statements else {
            let message = format!("`{}` is not a template", source.path());
            return Err(Box::new(Diagnostic::error(&codes::TEMPLATE, message).at(at.clone())));
        };
        let scope = if inline { self.scope } else { self.c.global_scope(self.scope) };
        let inside = Cx { c: self.c, scope, source: &ast.source };
        let arguments = named_arguments(parameters, at)?;
        let run = || inside.render_lambda(lambda, arguments, parameters.is_some(), at);
        self.c.deeper(|| at.clone(), || if inline { run() } else { self.c.without_levels(scope, run) })
    }

    fn render_lambda(
        &self,
        lambda: &Lambda,
        arguments: IndexMap<EcoString, Value>,
        given: bool,
        at: &Location,
    ) -> Result<Value> {
        let specified = epp_of(lambda).is_some_and(|epp| epp.parameters_specified);
        let signature =
            Signature { name: "epp", parameters: &lambda.parameters, return_type: None, body: None };
        let variables = if specified || !given {
            self.bind_named(&signature, &arguments, at)?
        } else {
            arguments.into_iter().map(|(name, value)| (name, Var::plain(value))).collect()
        };
        self.c.with_locals(self.scope, variables, || {
            self.returning(|| self.optional_block(lambda.body.as_ref()))
        })
    }

    /// Evaluates a template's body; its value is the text.
    pub(crate) fn epp(&self, it: &Epp) -> Result<Value> {
        let outer = self.c.rendering.take();
        let result = self.optional_block(it.body.as_ref());
        let made = self.c.rendering.replace(outer);
        result?;
        let text = Value::Str(made.text);
        Ok(if made.sensitive { Value::Sensitive(Arc::new(text)) } else { text })
    }

    pub(crate) fn render_text(&self, text: &EcoString) -> Result<Value> {
        self.c.rendering.borrow_mut().text.push_str(text);
        Ok(Value::Undef)
    }

    pub(crate) fn render(&self, inner: &Expr) -> Result<Value> {
        let value = self.eval(inner)?;
        let mut rendering = self.c.rendering.borrow_mut();
        match &value {
            Value::Sensitive(secret) => {
                rendering.sensitive = true;
                secret.write_to(&mut rendering.text);
            }
            other => other.write_to(&mut rendering.text),
        }
        Ok(Value::Undef)
    }

    /// Returns a template's source by `module/file` or absolute path.
    pub(crate) fn template_file(&self, name: &str, at: &Location) -> Result<Arc<SourceFile>> {
        self.c.find_template(name, || self.read_template(name, at))
    }

    fn read_template(&self, name: &str, at: &Location) -> Result<Arc<SourceFile>> {
        let missing = || {
            let message = format!("could not find template `{name}`");
            let found = Diagnostic::error(&codes::TEMPLATE, message).at(at.clone());
            Box::new(match name.split_once('/') {
                Some((module, _)) if !name.starts_with('/') => self.c.help_with_module(found, &munge(module)),
                _ => found,
            })
        };
        let path = self.c.find_module_file(name, "templates").ok_or_else(missing)?;
        if let Some(known) = self.c.env.text(&path, self.c.world) {
            return Ok(known);
        }
        let shown = self.c.env.shown(&path);
        let bytes = self.c.world.read(&path).map_err(|error| {
            let message = format!("the template `{shown}` cannot be read: {error}");
            Box::new(Diagnostic::error(&codes::UNREADABLE, message).at(at.clone()))
        })?;
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            let message = format!("the template `{shown}` is not UTF-8");
            Box::new(Diagnostic::error(&codes::UNREADABLE, message).at(at.clone()))
        })?;
        Ok(SourceFile::new(shown, text))
    }
}

fn epp_of(lambda: &Lambda) -> Option<&Epp> {
    lambda.body.iter().flat_map(|block| block.statements.iter()).find_map(|statement| match &statement.kind {
        ExprKind::Epp(epp) => Some(&**epp),
        _ => None,
    })
}

fn named_arguments(parameters: Option<&Value>, at: &Location) -> Result<IndexMap<EcoString, Value>> {
    let Some(parameters) = parameters else { return Ok(IndexMap::default()) };
    let Some(entries) = parameters.as_hash() else {
        let found = Diagnostic::error(&codes::ARGUMENTS, "the parameters of a template must be a Hash");
        return Err(Box::new(found.at(at.clone())));
    };
    Ok(entries.iter().map(|(name, value)| (name.to_str().text().clone(), value.clone())).collect())
}

fn first(found: Vec<Diagnostic>, at: &Location) -> Diagnostic {
    let error = found.into_iter().find(|found| found.severity() == crate::diag::Severity::Error);
    error.unwrap_or_else(|| {
        Diagnostic::error(&codes::TEMPLATE, "the template could not be parsed").at(at.clone())
    })
}
