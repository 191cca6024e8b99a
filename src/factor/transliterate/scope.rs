//! What variables stand for: parameters, assignments, iterations, facts.

use super::{
    Made, Work, container,
    kind::Kind,
    parts,
    refusal::Reason,
    term::{Term, choose},
};
use crate::{
    source::{Frame, Location, Origin, Span},
    syntax::{
        Ast, Mode,
        ast::{
            AttributeOperation, Block, ClassDefinition, DefineDefinition, Definition, Expr as Node, ExprKind,
            If, Lambda, Parameter, ResourceBody,
        },
    },
    translate::nixos::{Expr, Op},
};
use ecow::EcoString;
use std::sync::Arc;

/// Where an expression stands, and what it sees.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) ast: Arc<Ast>,
    home: Home,
    /// The containers from the node inwards, the own one last.
    frames: Arc<[Frame]>,
    /// The keys of the iterations around it in its own body.
    iteration: Arc<[EcoString]>,
    /// The place: what is assigned before it is seen.
    at: u32,
    /// What lambdas bind that are transliterated themselves.
    locals: Vec<Local>,
    /// The scope of the caller of a template, which sees that as well.
    outer: Option<Arc<Scope>>,
}

/// A variable of a lambda, function or template.
#[derive(Clone)]
struct Local {
    name: EcoString,
    /// Where it is seen.
    within: Span,
    term: Term,
}

/// The body that an expression stands in.
#[derive(Clone)]
enum Home {
    Top,
    Class(Arc<ClassDefinition>),
    Define(Arc<DefineDefinition>),
    /// A function, a template, or a node.
    Other,
}

impl Scope {
    /// The scope of a place in a manifest, in the innermost definition around it.
    pub(super) fn of_origin(ast: &Arc<Ast>, origin: &Origin, at: u32) -> Self {
        let holds = |span: Span| span.start <= at && at < span.end;
        // inner definitions stand before outer ones
        let home = ast.definitions.iter().find_map(|definition| match definition {
            Definition::Class(it) if holds(it.span) => Some(Home::Class(it.clone())),
            Definition::Define(it) if holds(it.span) => Some(Home::Define(it.clone())),
            Definition::Node(it) if holds(it.span) => Some(Home::Other),
            Definition::Function(it) if holds(it.span) => Some(Home::Other),
            _ => None,
        });
        Self {
            ast: ast.clone(),
            home: home.unwrap_or(Home::Top),
            frames: origin.frames.clone(),
            iteration: origin.iteration.clone(),
            at,
            locals: Vec::new(),
            outer: None,
        }
    }

    /// The scope at the end of a class's body, as others see its variables.
    fn of_class(ast: Arc<Ast>, class: &Arc<ClassDefinition>) -> Self {
        let (frames, iteration) = (Arc::default(), Arc::default());
        let (home, at) = (Home::Class(class.clone()), class.span.end);
        Self { ast, home, frames, iteration, at, locals: Vec::new(), outer: None }
    }

    /// The scope of another text: a template or a function; `outer` where it sees its caller's variables.
    pub(super) fn inside(ast: Arc<Ast>, outer: Option<&Self>) -> Self {
        let whole = ast.source.text().len() as u32;
        let outer = outer.map(|outer| Arc::new(outer.clone()));
        let (frames, iteration) = (Arc::default(), Arc::default());
        Self { ast, home: Home::Other, frames, iteration, at: whole, locals: Vec::new(), outer }
    }

    /// The same scope at another place of its text.
    pub(super) fn moved(&self, at: u32) -> Self {
        Self { at, ..self.clone() }
    }

    /// Adds a variable that is seen within a span.
    pub(super) fn bind(&mut self, name: EcoString, within: Span, term: Term) {
        self.locals.push(Local { name, within, term });
    }

    /// The Nix names that lambdas around bind.
    pub(super) fn bound(&self) -> Vec<EcoString> {
        let mut used: Vec<EcoString> = Vec::new();
        let mut scope = Some(self);
        while let Some(at) = scope {
            for local in &at.locals {
                local.term.expr.visit(&mut |expr| {
                    if let Expr::Select(path) = expr
                        && let Some(head) = path.first()
                    {
                        used.push(head.clone());
                    }
                });
            }
            scope = at.outer.as_deref();
        }
        used
    }

    pub(super) fn place(&self, span: Span) -> Location {
        Location::new(self.ast.source.clone(), span)
    }

    /// The statements of the body that the place is in.
    fn body(&self) -> &[Node] {
        let body = match &self.home {
            Home::Top | Home::Other => Some(&self.ast.body),
            Home::Class(it) => it.body.as_ref(),
            Home::Define(it) => it.body.as_ref(),
        };
        body.map_or(&[], |body| &body.statements)
    }

    /// The module of the definition that the place is in.
    fn module(&self) -> Option<EcoString> {
        let name = match &self.home {
            Home::Class(it) => &it.name,
            Home::Define(it) => &it.name,
            Home::Top | Home::Other => return None,
        };
        name.trim_start_matches("::").split("::").next().map(|module| module.to_lowercase().into())
    }

    fn parameters(&self) -> &[Parameter] {
        match &self.home {
            Home::Top | Home::Other => &[],
            Home::Class(it) => &it.parameters,
            Home::Define(it) => &it.parameters,
        }
    }
}

/// How a container was declared.
enum Declared {
    /// By a resource expression.
    Body(ResourceBody),
    /// By `create_resources`, with these attributes.
    Entry(Term),
}

/// Variables of every define and class that are no parameters.
const TITLES: [&str; 2] = ["title", "name"];

impl Work<'_> {
    /// A variable by its name without `$`.
    pub(super) fn variable(&self, scope: &Scope, name: &str, span: Span) -> Made<Term> {
        self.deeper(|| scope.place(span), || self.find_variable(scope, name, span))
    }

    fn find_variable(&self, scope: &Scope, name: &str, span: Span) -> Made<Term> {
        let unknown = || Reason::Variable(name.into()).at(scope.place(span));
        if let Some(top) = name.strip_prefix("::").filter(|rest| !rest.contains("::")) {
            return self.top(top).ok_or_else(unknown);
        }
        if let Some((class, variable)) = name.trim_start_matches("::").rsplit_once("::") {
            return self.of_class(&class.to_lowercase(), variable)?.ok_or_else(unknown);
        }
        let mut at = Some(scope);
        while let Some(inner) = at {
            if let Some(found) = self.own_variable(inner, name)? {
                return Ok(found);
            }
            at = inner.outer.as_deref();
        }
        self.top(name).ok_or_else(unknown)
    }

    /// A variable of the body itself, or of the classes it inherits from.
    fn own_variable(&self, scope: &Scope, name: &str) -> Made<Option<Term>> {
        let seen = |local: &&Local| {
            local.name == name && local.within.start <= scope.at && scope.at <= local.within.end
        };
        if let Some(local) = scope.locals.iter().rev().find(seen) {
            return Ok(Some(local.term.clone()));
        }
        if let Some(found) = self.iterated(scope, name)? {
            return Ok(Some(found));
        }
        if let Some(found) = self.assigned(scope, scope.body(), name)? {
            return Ok(Some(found));
        }
        if let Some(parameter) = scope.parameters().iter().find(|it| it.name == name) {
            return self.parameter(scope, parameter).map(Some);
        }
        if TITLES.contains(&name) {
            return self.title(scope);
        }
        if name == "module_name" {
            return Ok(scope.module().map(|module| Expr::str(module).into()));
        }
        match &scope.home {
            Home::Class(it) => match &it.parent {
                Some(parent) => self.of_class(&parent.trim_start_matches("::").to_lowercase(), name),
                None => Ok(None),
            },
            Home::Top | Home::Define(_) | Home::Other => Ok(None),
        }
    }

    /// A variable of top scope: of the node, a fact.
    fn top(&self, name: &str) -> Option<Term> {
        self.inputs.variable(name).or_else(|| self.of_site(name)).or_else(|| self.fact(&[name]))
    }

    /// A variable that a manifest of the site assigns outside of any class.
    fn of_site(&self, name: &str) -> Option<Term> {
        let site = self.sources.site();
        site.iter().find_map(|ast| {
            let scope = Scope::inside(ast.clone(), None);
            let place = || scope.place(Span::default());
            self.deeper(place, || self.assigned(&scope, scope.body(), name)).ok().flatten()
        })
    }

    /// A variable of a class as others see it; `None` where the class has none of that name.
    fn of_class(&self, class: &str, name: &str) -> Made<Option<Term>> {
        if let Some(input) = self.inputs.parameter(class, name) {
            return Ok(Some(self.typed(class, name, input)));
        }
        let Some((ast, Definition::Class(definition))) = self.sources.definition(class) else {
            return Ok(None);
        };
        let scope = Scope::of_class(ast, &definition);
        self.deeper(|| scope.place(definition.name_span), || self.own_variable(&scope, name))
    }

    /// An input with what the parameter's type says of it.
    fn typed(&self, class: &str, name: &str, input: Term) -> Term {
        let Some((_, Definition::Class(definition))) = self.sources.definition(class) else { return input };
        let parameter = definition.parameters.iter().find(|it| it.name == name);
        restrict(input, parameter.and_then(|it| it.type_expr.as_ref()))
    }

    fn parameter(&self, scope: &Scope, it: &Parameter) -> Made<Term> {
        let Home::Class(class) = &scope.home else { return self.argument(scope, it) };
        let class = class.name.trim_start_matches("::").to_lowercase();
        match self.inputs.parameter(&class, &it.name) {
            Some(input) => Ok(restrict(input, it.type_expr.as_ref())),
            None => self.argument(scope, it),
        }
    }

    /// What the declaration gives for a parameter, else the default.
    fn argument(&self, scope: &Scope, it: &Parameter) -> Made<Term> {
        let given = match self.declaration(scope)? {
            Some((outer, declared)) => self.given(&outer, &declared, &it.name)?,
            None => None,
        };
        // a default sees the parameters before it
        let default = || it.value.as_ref().map(|value| self.expr(&scope.moved(value.span.start), value));
        let found = match given {
            // `undef` asks for the default
            Some(term) if term.kind.may(Kind::NULL) => match default() {
                Some(default) => or_default(term, default?),
                None => term,
            },
            Some(term) => term,
            None => default().ok_or_else(|| Reason::Variable(it.name.clone()).at(scope.place(it.span)))??,
        };
        Ok(restrict(found, it.type_expr.as_ref()))
    }

    fn given(&self, outer: &Scope, declared: &Declared, name: &str) -> Made<Option<Term>> {
        let body = match declared {
            Declared::Body(body) => body,
            Declared::Entry(of) => {
                let found = super::puppet::index(of, &[Expr::str(name).into()]);
                return found.map(Some).map_err(|reason| reason.at(outer.place(Span::default())));
            }
        };
        let mut splat = None;
        for operation in &body.operations {
            match operation {
                AttributeOperation::Attribute(given) if given.name == name => {
                    return self.expr(&outer.moved(given.value.span.start), &given.value).map(Some);
                }
                AttributeOperation::Attribute(_) => {}
                AttributeOperation::Splat(_, value) => splat = Some(value),
            }
        }
        let Some(value) = splat else { return Ok(None) };
        let hash = self.expr(&outer.moved(value.span.start), value)?;
        let found = super::puppet::index(&hash, &[Expr::str(name).into()]);
        found.map(Some).map_err(|reason| reason.at(outer.place(value.span)))
    }

    /// The resource expression that declared the container of a scope, and the scope it stands in.
    fn declaration(&self, scope: &Scope) -> Made<Option<(Scope, Declared)>> {
        let Some((own, outer)) = scope.frames.split_last() else { return Ok(None) };
        let Some(at) = &own.declared_at else { return Ok(None) };
        let Some(ast) = self.sources.parse(&at.source, Mode::Manifest) else { return Ok(None) };
        let mut bodies: Vec<ResourceBody> = Vec::new();
        super::each(&ast.body.statements, &mut |node| {
            if let ExprKind::Resource(it) = &node.kind
                && node.anchor() == at.span
            {
                bodies.extend(it.bodies.iter().cloned());
            }
        });
        let title = container(&own.container).map_or("", |(_, title)| title);
        let literal = |body: &ResourceBody| match &body.title.kind {
            ExprKind::String(text) | ExprKind::Name(text) => text == title,
            ExprKind::Array(titles) => {
                titles.iter().any(|it| matches!(&it.kind, ExprKind::String(text) if text == title))
            }
            _ => false,
        };
        let origin = self.inputs.origin(&own.container);
        let iteration = origin.map(|origin| origin.iteration.clone()).unwrap_or_default();
        let origin = Origin { frames: outer.into(), iteration, ..Origin::default() };
        let is_default = |body: &ResourceBody| matches!(body.title.kind, ExprKind::Default);
        let defaults: Vec<AttributeOperation> =
            bodies.iter().filter(|body| is_default(body)).flat_map(|body| body.operations.to_vec()).collect();
        bodies.retain(|body| !is_default(body));
        let mut body = match bodies.as_slice() {
            [] => return self.created(&ast, at, &origin, title),
            [one] => one.clone(),
            several => match several.iter().find(|body| literal(body)) {
                Some(body) => body.clone(),
                None => return Err(Reason::Construct("one of several bodies".into()).at(at.clone())),
            },
        };
        let scope = Scope::of_origin(&ast, &origin, body.span.start);
        // what the body gives itself is found first
        body.operations = body.operations.iter().cloned().chain(defaults).collect();
        Ok(Some((scope, Declared::Body(body))))
    }

    /// The attributes that `create_resources` gives a title.
    fn created(
        &self,
        ast: &Arc<Ast>,
        at: &Location,
        origin: &Origin,
        title: &str,
    ) -> Made<Option<(Scope, Declared)>> {
        let Some(hash) = super::created(ast, at.span) else { return Ok(None) };
        let scope = Scope::of_origin(ast, origin, hash.span.start);
        let all = self.expr(&scope, hash)?;
        let entry = super::puppet::index(&all, &[Expr::str(title).into()]);
        let entry = entry.map_err(|reason| reason.at(at.clone()))?;
        Ok(Some((scope, Declared::Entry(entry.present()))))
    }

    /// `$title` of a define: the declaration's title, or the one it has on this very host.
    fn title(&self, scope: &Scope) -> Made<Option<Term>> {
        let Home::Define(_) = &scope.home else {
            let Home::Class(class) = &scope.home else { return Ok(None) };
            return Ok(Some(Expr::str(class.name.trim_start_matches("::")).into()));
        };
        let Some(own) = scope.frames.last() else { return Ok(None) };
        let known = container(&own.container).map(|(_, title)| Term::from(Expr::str(title)));
        let declared = self.declaration(scope).ok().flatten();
        let written = declared.and_then(|(outer, declared)| {
            let Declared::Body(body) = declared else { return None };
            let several = matches!(&body.title.kind, ExprKind::Array(_));
            let term = self.expr(&outer, &body.title).ok()?;
            (!several && term.kind.within(Kind::STR)).then_some(term)
        });
        Ok(written.or(known))
    }

    /// A parameter of a lambda around the place, of which the key of its iteration is known.
    fn iterated(&self, scope: &Scope, name: &str) -> Made<Option<Term>> {
        let around = lambdas(scope.body(), scope.at);
        let found = around.iter().enumerate().rev().find_map(|(depth, (node, lambda))| {
            let at = lambda.parameters.iter().position(|parameter| parameter.name == name)?;
            Some((depth, *node, *lambda, at))
        });
        let Some((depth, node, lambda, at)) = found else { return Ok(None) };
        let refuse = || Reason::Construct("the variable of an iteration".into()).at(scope.place(node.span));
        let key = scope.iteration.get(depth).ok_or_else(refuse)?;
        let Some((function, collection)) = iterated_over(node) else { return Err(refuse()) };
        if function != "each" || lambda.parameters.len() > 2 {
            return Err(refuse());
        }
        let list = self.expr(&scope.moved(node.span.start), collection)?;
        let literal = Term::from(Expr::Str(key.clone()));
        let number = || key.parse::<i64>().map_err(|_| refuse());
        match (lambda.parameters.len(), at) {
            // the key of a list's text is the text itself
            (1, _) if list.kind.within(Kind::LIST) && list.kind.inner().within(Kind::STR) => {
                Ok(Some(literal))
            }
            (1, _) if list.kind.within(Kind::LIST) && list.kind.inner().within(Kind::INT) => {
                Ok(Some(Expr::Int(number()?).into()))
            }
            (1, _) if list.kind.within(Kind::LIST) && list.kind.inner().within(Kind::SET) => {
                Ok(Some(self.item(&list, number()?)))
            }
            (2, 0) if list.kind.within(Kind::SET) => Ok(Some(literal)),
            (2, 0) if list.kind.within(Kind::LIST) => Ok(Some(Expr::Int(number()?).into())),
            (2, 1) if list.kind.within(Kind::SET) => {
                let kind = list.kind.field(key).present();
                Ok(Some(Term::new(super::puppet::selected(&list.expr, key), kind)))
            }
            (2, 1) if list.kind.within(Kind::LIST) => Ok(Some(self.item(&list, number()?))),
            _ => Err(refuse()),
        }
    }

    /// An item of a list by its index.
    pub(super) fn item(&self, list: &Term, index: i64) -> Term {
        if let Ok(item) = super::puppet::index(list, &[Expr::Int(index).into()]) {
            return item;
        }
        let call = Expr::apply("builtins.elemAt", vec![list.expr.clone(), Expr::Int(index)]);
        Term::new(call, list.kind.item(index))
    }

    /// What is assigned to a variable before the place.
    fn assigned(&self, scope: &Scope, statements: &[Node], name: &str) -> Made<Option<Term>> {
        self.assigned_in(scope, &statements.iter().collect::<Vec<_>>(), name)
    }

    fn assigned_in(&self, scope: &Scope, statements: &[&Node], name: &str) -> Made<Option<Term>> {
        for statement in statements {
            if statement.span.start >= scope.at {
                break;
            }
            let found = if scope.at < statement.span.end {
                self.assigned_in(scope, &around(statement, scope.at), name)?
            } else {
                self.assigned_by(scope, statement, name)?
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// What a statement before the place assigns.
    fn assigned_by(&self, scope: &Scope, statement: &Node, name: &str) -> Made<Option<Term>> {
        if !assigns(statement, name) {
            return Ok(None);
        }
        let here = scope.moved(statement.span.start);
        match &statement.kind {
            ExprKind::Assignment(it) => {
                let value = self.expr(&here, &it.value)?;
                let ExprKind::Array(targets) = &it.target.kind else { return Ok(Some(value)) };
                let index = targets.iter().position(|target| is_variable(target, name));
                let refuse =
                    || Reason::Construct("a nested assignment".into()).at(scope.place(it.target.span));
                let index = index.and_then(|index| i64::try_from(index).ok()).ok_or_else(refuse)?;
                Ok(Some(self.item(&value, index)))
            }
            ExprKind::Block(it) => self.left_by(&here, Some(it), name).map(Some),
            ExprKind::If(it) => self.left_by_if(&here, it, name, false).map(Some),
            ExprKind::Unless(it) => self.left_by_if(&here, it, name, true).map(Some),
            ExprKind::Case(it) => {
                let subject = self.expr(&here, &it.test)?;
                let branch = |work: &Self, block: Option<&Block>| work.left_by(&here, block, name);
                self.case(&here, &subject, &it.options, &branch).map(Some)
            }
            _ => Err(Reason::Construct("an assignment within an expression".into())
                .at(scope.place(statement.span))),
        }
    }

    fn left_by_if(&self, scope: &Scope, it: &If, name: &str, unless: bool) -> Made<Term> {
        let test = self.test(scope, &it.test)?;
        let test = if unless { super::term::not(test) } else { test };
        match test {
            Expr::Bool(true) => self.left_by(scope, it.then.as_ref(), name),
            Expr::Bool(false) => self.left_by(scope, it.otherwise.as_ref(), name),
            test => {
                let then = self.under(&test, true, || self.left_by(scope, it.then.as_ref(), name))?;
                let otherwise =
                    self.under(&test, false, || self.left_by(scope, it.otherwise.as_ref(), name))?;
                Ok(choose(test, then, otherwise))
            }
        }
    }

    /// What a variable is after a block: undef where the block does not assign it, `throw` where it fails.
    fn left_by(&self, scope: &Scope, block: Option<&Block>, name: &str) -> Made<Term> {
        let Some(block) = block else { return Ok(Term::null()) };
        if let Some(thrown) = self.thrown(&scope.moved(block.span.start), block)? {
            return Ok(thrown);
        }
        let inner = scope.moved(block.span.end);
        let all: Vec<&Node> = block.statements.iter().collect();
        Ok(self.assigned_in(&inner, &all, name)?.unwrap_or(Term::null()))
    }

    /// `throw` for a block that ends in `fail`.
    pub(super) fn thrown(&self, scope: &Scope, block: &Block) -> Made<Option<Term>> {
        for statement in &block.statements {
            let ExprKind::Call(call) = &statement.kind else { continue };
            if matches!(&call.functor.kind, ExprKind::Name(name) if name == "fail") {
                let message = call.arguments.first().map(|it| self.expr(&scope.moved(it.span.start), it));
                let message = message.and_then(Result::ok).filter(|it| it.kind.within(Kind::STR));
                let message = message.map_or(Expr::str("not supported"), |it| it.expr);
                return Ok(Some(Term { expr: Expr::apply("throw", vec![message]), kind: Kind::any() }));
            }
        }
        Ok(None)
    }

    /// A template's scope with what it was given, seen in all of it.
    pub(super) fn template_scope(
        &self,
        ast: &Arc<Ast>,
        outer: Option<&Scope>,
        given: Vec<(EcoString, Term)>,
    ) -> Scope {
        let mut scope = Scope::inside(ast.clone(), outer);
        let whole = Span::new(0, ast.source.text().len() as u32);
        for (name, term) in given {
            scope.bind(name, whole, term);
        }
        scope
    }
}

/// A value, or where it is undef another.
fn or_default(term: Term, default: Term) -> Term {
    if term.expr == Expr::Null {
        return default;
    }
    let kind = term.kind.clone().present();
    if let Expr::Get(get) = &term.expr
        && get.default == Some(Expr::Null)
        && !kind.may(Kind::NULL)
        && let Expr::Get(mut get) = term.expr.clone()
    {
        get.default = Some(default.expr);
        return Term { expr: Expr::Get(get), kind: kind.or(&default.kind) };
    }
    let present = super::term::not(super::term::fold(Expr::binary(Op::Equal, term.expr.clone(), Expr::Null)));
    choose(present, Term { expr: term.expr, kind }, default)
}

/// A value with what a type says of it.
fn restrict(term: Term, of: Option<&Node>) -> Term {
    match of {
        Some(of) if Kind::of(&term.expr) == Kind::any() => {
            Term { kind: term.kind.and(&Kind::of_type(of)), ..term }
        }
        _ => term,
    }
}

/// The calls with lambdas around a place, outermost first.
fn lambdas(statements: &[Node], at: u32) -> Vec<(&Node, &Lambda)> {
    let mut found = Vec::new();
    let mut level: Vec<&Node> = statements.iter().collect();
    while let Some(node) = level.iter().copied().find(|node| node.span.start <= at && at < node.span.end) {
        let lambda = match &node.kind {
            ExprKind::Call(it) => it.lambda.as_deref(),
            ExprKind::MethodCall(it) => it.lambda.as_deref(),
            _ => None,
        };
        if let Some(lambda) = lambda
            && lambda.span.start <= at
            && at < lambda.span.end
        {
            found.push((node, lambda));
        }
        level = parts(node);
    }
    found
}

/// The function's name and what it iterates over.
fn iterated_over(node: &Node) -> Option<(&str, &Node)> {
    match &node.kind {
        ExprKind::Call(it) => match &it.functor.kind {
            ExprKind::Name(name) => Some((name, it.arguments.first()?)),
            _ => None,
        },
        ExprKind::MethodCall(it) => Some((&it.name, &it.receiver)),
        _ => None,
    }
}

/// The statements around a place in a statement: of the branch that it is in, where there are branches.
fn around(statement: &Node, at: u32) -> Vec<&Node> {
    let holds = |block: &&Block| block.span.start <= at && at < block.span.end;
    let blocks: Vec<&Block> = match &statement.kind {
        ExprKind::If(it) | ExprKind::Unless(it) => it.then.iter().chain(&it.otherwise).collect(),
        ExprKind::Case(it) => it.options.iter().filter_map(|option| option.then.as_ref()).collect(),
        _ => return parts(statement),
    };
    blocks.into_iter().find(holds).map_or_else(Vec::new, |block| block.statements.iter().collect())
}

/// Whether a statement assigns a variable, anywhere but in a lambda.
fn assigns(statement: &Node, name: &str) -> bool {
    if let ExprKind::Assignment(it) = &statement.kind {
        let several = match &it.target.kind {
            ExprKind::Array(targets) => targets.iter().any(|target| is_variable(target, name)),
            _ => false,
        };
        if several || is_variable(&it.target, name) {
            return true;
        }
    }
    if matches!(
        statement.kind,
        ExprKind::Class(_) | ExprKind::Define(_) | ExprKind::Function(_) | ExprKind::Node(_)
    ) {
        return false;
    }
    let mut found = false;
    statement.children(&mut |part| found |= assigns(part, name));
    found
}

fn is_variable(target: &Node, name: &str) -> bool {
    matches!(&target.kind, ExprKind::Variable(known) if known == name)
}
