//! Templates as a function's value, and EPP's texts.

use super::{
    Made, Work,
    calls::{Call, lambdas, literal_rows},
    kind::Kind,
    puppet::text,
    refusal::Reason,
    scope::Scope,
    term::{Term, choose, not},
};
use crate::{
    source::{SourceFile, Span},
    syntax::{
        Ast, Mode,
        ast::{Block, Epp, Expr as Node, ExprKind, Lambda},
    },
    translate::nixos::{Expr, Part},
};
use ecow::EcoString;
use std::sync::Arc;

impl<'a> Work<'a> {
    /// `template`, `epp` and `inline_epp`.
    pub(super) fn template(&self, scope: &Scope, call: &Call<'_>, span: Span) -> Made<Term> {
        let at = |reason: Reason| reason.at(scope.place(span));
        if call.name == "template" {
            let parts = call.arguments.iter().map(|name| {
                let source = self.template_source(scope, name)?;
                Ok(Part::Expr(self.erb(scope, &source)?.expr))
            });
            return Ok(text(parts.collect::<Made<Vec<_>>>()?));
        }
        if let ("inline_template", [written]) = (call.name, call.arguments.as_slice()) {
            let source = self.inline_source(scope, written)?;
            return self.erb(scope, &source);
        }
        let (name, given) = match call.arguments.as_slice() {
            [name] => (name, Vec::new()),
            [name, given] => match &given.kind {
                ExprKind::Hash(entries) => (name, entries.iter().collect()),
                _ => {
                    return Err(at(Reason::Construct("parameters of a template that are no literal".into())));
                }
            },
            _ => return Err(at(Reason::Function(call.name.into()))),
        };
        let source = if call.name == "epp" {
            self.template_source(scope, name)?
        } else {
            self.inline_source(scope, name)?
        };
        let mut arguments = Vec::new();
        for entry in given {
            let Expr::Str(name) = self.expr(scope, &entry.key)?.expr else {
                return Err(at(Reason::Construct("a computed parameter of a template".into())));
            };
            arguments.push((name, self.expr(scope, &entry.value)?));
        }
        let ast = self.sources.parse(&source, Mode::Epp);
        let ast = ast.ok_or_else(|| at(Reason::NotFound("the template's tree".into())))?;
        self.deeper(|| scope.place(span), || self.epp(scope, &ast, arguments))
    }

    /// A template that is written in the manifest.
    fn inline_source(&self, scope: &Scope, written: &Node) -> Made<Arc<SourceFile>> {
        match self.expr(scope, written)?.expr {
            Expr::Str(text) => Ok(SourceFile::new(scope.place(written.span).to_string(), text.as_str())),
            _ => Err(Reason::Construct("a computed template".into()).at(scope.place(written.span))),
        }
    }

    fn template_source(&self, scope: &Scope, name: &Node) -> Made<Arc<SourceFile>> {
        let at = |reason: Reason| reason.at(scope.place(name.span));
        let Expr::Str(name) = self.expr(scope, name)?.expr else {
            return Err(at(Reason::Construct("a computed name of a template".into())));
        };
        self.sources
            .template(&name)
            .ok_or_else(|| at(Reason::NotFound(ecow::eco_format!("the template `{name}`"))))
    }

    /// A template that names its parameters sees only these and what is global.
    fn epp(&self, scope: &Scope, ast: &Arc<Ast>, given: Vec<(EcoString, Term)>) -> Made<Term> {
        let refuse = |what: &str| Err(Reason::Construct(what.into()).at(scope.place(Span::default())));
        let Some((lambda, epp)) = parts(ast) else { return refuse("this template") };
        let outer = (!epp.parameters_specified).then_some(scope);
        let mut inner = self.template_scope(ast, outer, given.clone());
        for parameter in &lambda.parameters {
            if given.iter().any(|(name, _)| *name == parameter.name) {
                continue;
            }
            let Some(value) = &parameter.value else {
                return refuse("a template without one of its parameters");
            };
            let default = self.expr(&inner.moved(value.span.start), value)?;
            inner = self.template_scope(
                ast,
                outer,
                given.iter().cloned().chain([(parameter.name.clone(), default)]).collect(),
            );
        }
        self.texts(&inner, epp.body.as_ref())
    }

    /// The text of a block of an EPP template.
    fn texts(&self, scope: &Scope, block: Option<&Block>) -> Made<Term> {
        let Some(block) = block else { return Ok(Expr::str("").into()) };
        if let Some(thrown) = self.thrown(scope, block)? {
            return Ok(thrown);
        }
        let mut out = Vec::new();
        for statement in &block.statements {
            let here = scope.moved(statement.span.start);
            self.deeper(|| scope.place(statement.span), || self.statement(&here, statement, &mut out))?;
        }
        Ok(text(out))
    }

    fn statement(&self, scope: &Scope, node: &Node, out: &mut Vec<Part>) -> Made<()> {
        let refuse = || Reason::Construct("this statement of a template".into()).at(scope.place(node.span));
        match &node.kind {
            ExprKind::RenderText(text) => out.push(Part::Text(text.clone())),
            ExprKind::Render(inner) => out.push(self.part(scope, inner)?),
            ExprKind::If(it) | ExprKind::Unless(it) => {
                let test = self.test(scope, &it.test)?;
                let test = if matches!(node.kind, ExprKind::Unless(_)) { not(test) } else { test };
                let branch = |block: Option<&Block>, taken: bool| match test == Expr::Bool(!taken) {
                    true => Ok(Expr::str("").into()),
                    false => self.under(&test, taken, || self.texts(scope, block)),
                };
                let (then, otherwise) =
                    (branch(it.then.as_ref(), true)?, branch(it.otherwise.as_ref(), false)?);
                out.push(Part::Expr(either(test, then, otherwise).expr));
            }
            ExprKind::Case(it) => {
                let subject = self.expr(scope, &it.test)?;
                let chosen =
                    self.case(scope, &subject, &it.options, &|work, block| work.texts(scope, block))?;
                if chosen.kind.may(Kind::NULL) {
                    return Err(refuse());
                }
                out.push(Part::Expr(chosen.expr));
            }
            ExprKind::Call(_) | ExprKind::MethodCall(_) => {
                let call = Call::of(node).filter(|call| call.name == "each").ok_or_else(refuse)?;
                let ([over], Some(lambda)) = (call.arguments.as_slice(), call.lambda) else {
                    return Err(refuse());
                };
                let over = self.expr(scope, over)?.present();
                out.push(Part::Expr(self.each_text(scope, &over, lambda, node.span)?.expr));
            }
            // seen by what stands behind it
            ExprKind::Assignment(_) => {}
            ExprKind::Block(it) => out.push(Part::Expr(self.texts(scope, Some(it))?.expr)),
            _ => return Err(refuse()),
        }
        Ok(())
    }

    /// A text for each item.
    fn each_text(&self, scope: &Scope, over: &Term, lambda: &Arc<Lambda>, span: Span) -> Made<Term> {
        let body = |scope: &Scope| self.texts(&scope.moved(lambda.span.start), lambda.body.as_ref());
        if let Some(rows) = literal_rows(over, lambda.parameters.len()) {
            let mut parts = Vec::new();
            for row in rows {
                let mut inner = scope.clone();
                for (parameter, value) in lambda.parameters.iter().zip(row) {
                    inner.bind(parameter.name.clone(), lambda.span, value);
                }
                parts.push(Part::Expr(body(&inner)?.expr));
            }
            return Ok(text(parts));
        }
        let kinds = loop_kinds(over, lambda.parameters.len());
        let kinds = kinds
            .ok_or_else(|| Reason::Kind("iteration over what may be no list".into()).at(scope.place(span)))?;
        let (mut inner, mut used, mut names) = (scope.clone(), scope.bound(), Vec::new());
        for (parameter, kind) in lambda.parameters.iter().zip(&kinds) {
            let name = super::names::local(&parameter.name, &used);
            used.push(name.clone());
            let term = Term { expr: super::names::variable(&name), kind: kind.clone() };
            inner.bind(parameter.name.clone(), lambda.span, term);
            names.push(name);
        }
        Ok(joined(over, names, body(&inner)?.expr))
    }
}

/// The kinds of a block's parameters in an iteration.
pub(super) fn loop_kinds(over: &Term, parameters: usize) -> Option<Vec<Kind>> {
    let inner = over.kind.inner();
    match parameters {
        1 if over.kind.within(Kind::LIST) => Some(vec![inner]),
        2 if over.kind.within(Kind::LIST) => Some(vec![Kind::new(Kind::INT), inner]),
        2 if over.kind.within(Kind::SET) => Some(vec![Kind::new(Kind::STR), inner]),
        _ => None,
    }
}

/// The texts of all items one after the other; two names are an index or a key, and the item.
pub(super) fn joined(over: &Term, names: Vec<EcoString>, body: Expr) -> Term {
    let pairs = names.len() == 2;
    let function = lambdas(names, body);
    let arguments = vec![function, over.expr.clone()];
    Term::str(match (pairs, over.kind.within(Kind::LIST)) {
        (false, _) => Expr::apply("lib.concatMapStrings", arguments),
        (true, true) => Expr::apply("lib.concatStrings", vec![Expr::apply("lib.imap0", arguments)]),
        (true, false) => Expr::apply("lib.concatStrings", vec![Expr::apply("lib.mapAttrsToList", arguments)]),
    })
}

/// One text or the other; one or none is `lib.optionalString`.
pub(super) fn either(test: Expr, then: Term, otherwise: Term) -> Term {
    let none = Expr::str("");
    match (&test, &then.expr, &otherwise.expr) {
        (Expr::Bool(_), _, _) => choose(test, then, otherwise),
        (_, a, b) if a == b => then,
        (_, _, b) if *b == none => Term::str(Expr::apply("lib.optionalString", vec![test, then.expr])),
        (_, a, _) if *a == none => {
            Term::str(Expr::apply("lib.optionalString", vec![not(test), otherwise.expr]))
        }
        _ => choose(test, then, otherwise),
    }
}

fn parts(ast: &Ast) -> Option<(&Lambda, &Epp)> {
    let lambda = ast.body.statements.iter().find_map(|statement| match &statement.kind {
        ExprKind::Lambda(lambda) => Some(&**lambda),
        _ => None,
    })?;
    let epp =
        lambda.body.iter().flat_map(|block| &block.statements).find_map(|statement| {
            match &statement.kind {
                ExprKind::Epp(epp) => Some(&**epp),
                _ => None,
            }
        })?;
    Some((lambda, epp))
}
