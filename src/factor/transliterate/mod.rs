//! Puppet, EPP and ERB expressions as Nix expressions over class options and host inputs: rung R1 of the ladder.
//!
//! In: the place of an attribute in a manifest ([`Origin`]), the manifests and templates ([`Sources`]), and what stands
//! for parameters, facts and look-ups ([`Inputs`]). Out: a Nix expression that gives the attribute's value on every
//! host, or a [`Refusal`] with a place. What is not shown to be the same in both languages is refused: kinds of values
//! are followed ([`Kind`]), Puppet's comparing without case is written out, undef is `null`. Whoever asks still has to
//! evaluate the expression for each host ([`super::evaluate`]): orders of hashes are not known here.

mod builtins;
mod calls;
mod epp;
mod erb;
mod kind;
mod names;
mod patterns;
mod puppet;
mod refusal;
mod ruby;
mod scope;
mod sources;
mod term;

pub use kind::Kind;
pub use refusal::{Reason, Refusal};
pub use sources::Manifests;
pub use term::Term;

use crate::{
    source::{Location, Origin, SourceFile, Span},
    syntax::{
        Ast, Mode,
        ast::{AttributeOperation, Definition, Expr as Node, ExprKind},
    },
    translate::nixos::Expr,
};
use ecow::EcoString;
use scope::Scope;
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

/// Where manifests and templates are found.
pub trait Sources {
    /// Returns the tree of a file.
    fn parse(&self, source: &Arc<SourceFile>, mode: Mode) -> Option<Arc<Ast>>;

    /// Returns a class, define or function by its name in lower case, with the file it stands in.
    fn definition(&self, name: &str) -> Option<(Arc<Ast>, Definition)>;

    /// Returns the manifests of the site, whose variables outside of classes everybody sees.
    fn site(&self) -> Vec<Arc<Ast>> {
        Vec::new()
    }

    /// Returns a template by `module/file`.
    fn template(&self, name: &str) -> Option<Arc<SourceFile>>;
}

/// What stands for the values of hosts.
///
/// Each gives an expression such as `cfg.port` or, where the fleet agrees, a literal, with what kinds of values hosts
/// have there ([`Kind::of`] of each host's value, joined by [`Kind::or`]); `None` where it is no input.
pub trait Inputs {
    /// A parameter of a class; without one, the declaration's argument or the default is taken.
    fn parameter(&self, class: &str, name: &str) -> Option<Term>;

    /// A fact by its path, such as `["networking", "hostname"]`; legacy facts by their structured path first.
    fn fact(&self, path: &[&str]) -> Option<Term>;

    /// A variable of the node (from the ENC) or of top scope.
    fn variable(&self, name: &str) -> Option<Term>;

    /// A key of trusted data by its path.
    fn trusted(&self, path: &[&str]) -> Option<Term>;

    /// A key of Hiera.
    fn lookup(&self, key: &str) -> Option<Term>;

    /// The origin of an instance of a define such as `Apache::Vhost[www]`, for what was iterated over around it.
    fn origin(&self, container: &str) -> Option<Arc<Origin>> {
        let _ = container;
        None
    }
}

/// Transliterates an attribute of a resource.
///
/// The origin is the resource's, or better the attribute's own (`Parameter::origin` of the catalog), which tells
/// several bodies of one expression apart and finds defaults and overrides.
///
/// # Errors
/// Gives what has no counterpart, with its place.
pub fn attribute(
    sources: &dyn Sources,
    origin: &Origin,
    attribute: &str,
    inputs: &dyn Inputs,
) -> Result<Term, Refusal> {
    let work = Work::new(sources, inputs);
    let missing = |what: &str| Reason::NotFound(what.into());
    let Some(at) = &origin.at else {
        return Err(Refusal { reason: missing("the resource's place"), at: None });
    };
    let ast = sources.parse(&at.source, Mode::Manifest);
    let ast = ast.ok_or_else(|| missing("the manifest's tree").at(at.clone()))?;
    if let (Some(hash), Some(title)) = (created(&ast, at.span), origin.iteration.last()) {
        let scope = Scope::of_origin(&ast, origin, hash.span.start);
        let all = work.expr(&scope, hash)?;
        let keys = [title.as_str(), attribute].map(|key| Term::from(Expr::str(key)));
        let found = keys.iter().try_fold(all, |of, key| puppet::index(&of, std::slice::from_ref(key)));
        return found.map_err(|reason| reason.at(at.clone()));
    }
    let value = find(&ast, at.span, attribute);
    let value = value.ok_or_else(|| missing("one attribute of this name").at(at.clone()))?;
    let (Given::Value(node) | Given::Splat(node)) = value;
    let scope = Scope::of_origin(&ast, origin, node.span.start);
    let term = work.expr(&scope, node)?;
    match value {
        Given::Value(_) => Ok(term),
        Given::Splat(_) => {
            let key = Term::from(Expr::str(attribute));
            puppet::index(&term, &[key]).map_err(|reason| reason.at(at.clone()))
        }
    }
}

/// Transliterates a condition that guards a resource: the test of an `if`, `unless` or `case` at a guard's place.
///
/// # Errors
/// Gives what has no counterpart, with its place.
pub fn condition(
    sources: &dyn Sources,
    origin: &Origin,
    guard: usize,
    inputs: &dyn Inputs,
) -> Result<Expr, Refusal> {
    let work = Work::new(sources, inputs);
    let missing = Refusal { reason: Reason::NotFound("the condition".into()), at: origin.at.clone() };
    let guard = origin.guards.get(guard).ok_or_else(|| missing.clone())?;
    let ast = sources.parse(&guard.at.source, Mode::Manifest).ok_or_else(|| missing.clone())?;
    let mut found = None;
    each(&ast.body.statements, &mut |node| {
        let test = match &node.kind {
            ExprKind::If(it) | ExprKind::Unless(it) => &it.test,
            ExprKind::Case(it) => &it.test,
            _ => return,
        };
        if test.span == guard.at.span || test.anchor() == guard.at.span || node.span == guard.at.span {
            found = Some(node);
        }
    });
    let node = found.ok_or(missing)?;
    let scope = Scope::of_origin(&ast, origin, node.span.start);
    work.branch(&scope, node, &guard.branch)
}

/// One transliteration.
struct Work<'a> {
    sources: &'a dyn Sources,
    inputs: &'a dyn Inputs,
    depth: Cell<u32>,
    /// How much was transliterated: variables are written out where they are used, which may double each time.
    steps: Cell<u32>,
    /// What tests around say of values: the forms that are left of their kinds.
    known: RefCell<Vec<(Expr, u8)>>,
}

/// How deep definitions, templates and expressions nest.
const DEPTH: u32 = 96;

/// How many expressions are transliterated at most.
const STEPS: u32 = 20_000;

type Made<T> = Result<T, Refusal>;

impl<'a> Work<'a> {
    fn new(sources: &'a dyn Sources, inputs: &'a dyn Inputs) -> Self {
        Self { sources, inputs, depth: Cell::new(0), steps: Cell::new(0), known: RefCell::default() }
    }
}

impl Work<'_> {
    /// Runs something where a test holds, or where it does not.
    fn under<T>(&self, test: &Expr, holds: bool, run: impl FnOnce() -> T) -> T {
        let before = self.known.borrow().len();
        term::consequences(test, holds, &mut self.known.borrow_mut());
        let result = run();
        self.known.borrow_mut().truncate(before);
        result
    }

    /// A value with what the tests around say of it.
    fn narrowed(&self, term: Term) -> Term {
        let known = self.known.borrow();
        let says = known.iter().filter(|(expr, _)| *expr == term.expr);
        let kind = says.fold(term.kind, |kind, (_, forms)| kind.only(*forms));
        Term { kind, expr: term.expr }
    }

    fn deeper<T>(&self, at: impl FnOnce() -> Location, run: impl FnOnce() -> Made<T>) -> Made<T> {
        self.steps.set(self.steps.get() + 1);
        if self.depth.get() >= DEPTH || self.steps.get() > STEPS {
            return Err(Reason::Deep.at(at()));
        }
        self.depth.set(self.depth.get() + 1);
        let result = run();
        self.depth.set(self.depth.get() - 1);
        result
    }
}

/// How an attribute is given.
#[derive(Clone, Copy)]
enum Given<'t> {
    /// By itself.
    Value(&'t Node),
    /// By a hash of attributes, `* => …`.
    Splat(&'t Node),
}

/// The value of the one attribute of this name at a place: the attribute's own, or that of the resource expression.
fn find<'t>(ast: &'t Ast, span: Span, name: &str) -> Option<Given<'t>> {
    let (mut own, mut whole, mut splats): (Vec<&'t Node>, Vec<&'t Node>, Vec<&'t Node>) = Default::default();
    each(&ast.body.statements, &mut |node| {
        for (operation, here) in operations(node) {
            match operation {
                AttributeOperation::Splat(at, value) if *at == span || here == span => splats.push(value),
                AttributeOperation::Splat(..) => {}
                AttributeOperation::Attribute(it) if it.name != name => {}
                AttributeOperation::Attribute(it) if it.span == span => own.push(&it.value),
                AttributeOperation::Attribute(it) if here == span => whole.push(&it.value),
                AttributeOperation::Attribute(_) => {}
            }
        }
    });
    match (own.as_slice(), whole.as_slice(), splats.as_slice()) {
        ([value], ..) | ([], [value], _) => Some(Given::Value(value)),
        ([], [], [value]) => Some(Given::Splat(value)),
        _ => None,
    }
}

/// The hash that a call of `create_resources` at a place is given, where it has no defaults beside it.
fn created(ast: &Ast, span: Span) -> Option<&Node> {
    let mut found = None;
    each(&ast.body.statements, &mut |node| {
        if (node.span == span || node.anchor() == span)
            && let ExprKind::Call(call) = &node.kind
            && matches!(&call.functor.kind, ExprKind::Name(name) if name == "create_resources")
            && let [_, hash] = &*call.arguments
        {
            found = Some(hash);
        }
    });
    found
}

/// The attributes of an expression that sets some, each with the place that origins give the expression.
fn operations(node: &Node) -> Vec<(&AttributeOperation, Span)> {
    let all: Vec<&AttributeOperation> = match &node.kind {
        ExprKind::Resource(it) => it.bodies.iter().flat_map(|body| &body.operations).collect(),
        ExprKind::ResourceDefaults(it) => it.operations.iter().collect(),
        ExprKind::ResourceOverride(it) => it.operations.iter().collect(),
        ExprKind::Collector(it) => it.operations.iter().collect(),
        _ => Vec::new(),
    };
    all.into_iter().map(|operation| (operation, node.anchor())).collect()
}

/// Calls a function with every expression, lambdas and definitions included.
fn each<'t>(nodes: &'t [Node], see: &mut dyn FnMut(&'t Node)) {
    for node in nodes {
        see(node);
        for part in parts(node) {
            each(std::slice::from_ref(part), see);
        }
    }
}

/// The direct parts of an expression, the statements of its lambda last.
fn parts(node: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    node.children(&mut |part| found.push(part));
    let lambda = match &node.kind {
        ExprKind::Call(it) => it.lambda.as_deref(),
        ExprKind::MethodCall(it) => it.lambda.as_deref(),
        ExprKind::Lambda(it) => Some(&**it),
        _ => None,
    };
    found
        .extend(lambda.and_then(|lambda| lambda.body.as_ref()).into_iter().flat_map(|body| &body.statements));
    found
}

/// The words of a container such as `Apache::Vhost[www]`: the type in lower case, the title.
fn container(text: &str) -> Option<(EcoString, &str)> {
    let (kind, title) = text.strip_suffix(']')?.split_once('[')?;
    Some((kind.to_lowercase().into(), title))
}

#[cfg(test)]
mod tests;
