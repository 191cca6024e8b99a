//! Calls: a table of pure functions, functions with a block, templates, look-ups.

use super::{
    Made, Work, builtins,
    kind::Kind,
    puppet::{index, list, text},
    refusal::Reason,
    scope::Scope,
    term::{Term, choose, fold, not},
};
use crate::{
    source::Span,
    syntax::{
        Ast,
        ast::{Definition, Expr as Node, ExprKind, FunctionDefinition, Lambda},
    },
    translate::nixos::{Expr, Op, Part},
};
use ecow::EcoString;
use std::sync::Arc;

/// A function of the table: its names, how many arguments it takes, and what it becomes.
struct Row {
    names: &'static [&'static str],
    arity: std::ops::RangeInclusive<usize>,
    run: fn(&[Term]) -> Option<Term>,
}

/// Pure functions. `None` of a row refuses kinds for which the two languages differ.
static ROWS: &[Row] = &[
    Row { names: &["any2array"], arity: 1..=1, run: any2array },
    Row { names: &["delete_undef_values"], arity: 1..=1, run: delete_undef },
    Row { names: &["bool2str"], arity: 1..=3, run: bool2str },
    Row { names: &["concat"], arity: 2..=9, run: concat },
    Row { names: &["downcase"], arity: 1..=1, run: |it| on_text("lib.toLower", it) },
    Row { names: &["empty", "stdlib::empty"], arity: 1..=1, run: empty },
    Row { names: &["flatten"], arity: 1..=1, run: flatten },
    Row { names: &["has_key", "stdlib::has_key"], arity: 2..=2, run: has_key },
    Row { names: &["join"], arity: 1..=2, run: join },
    Row { names: &["keys"], arity: 1..=1, run: keys },
    Row { names: &["length", "size", "stdlib::length"], arity: 1..=1, run: length },
    Row { names: &["max"], arity: 2..=2, run: |it| on_ints("lib.max", it) },
    Row { names: &["min"], arity: 2..=2, run: |it| on_ints("lib.min", it) },
    Row { names: &["member"], arity: 2..=2, run: member },
    Row { names: &["merge", "stdlib::merge"], arity: 2..=9, run: merge },
    Row { names: &["pick", "pick_default"], arity: 1..=9, run: pick },
    Row { names: &["prefix"], arity: 2..=2, run: |it| affix(it, true) },
    Row { names: &["regsubst"], arity: 3..=4, run: regsubst },
    Row { names: &["sort"], arity: 1..=1, run: sort },
    Row { names: &["sprintf"], arity: 1..=9, run: sprintf },
    Row { names: &["stdlib::ensure"], arity: 1..=2, run: ensure },
    Row { names: &["suffix"], arity: 2..=2, run: |it| affix(it, false) },
    Row { names: &["unique"], arity: 1..=1, run: |it| on_list("lib.unique", it) },
    Row { names: &["upcase"], arity: 1..=1, run: |it| on_text("lib.toUpper", it) },
    Row { names: &["values"], arity: 1..=1, run: values },
];

/// Functions that take undef.
const UNDEF: [&str; 7] =
    ["empty", "stdlib::empty", "pick", "pick_default", "sprintf", "any2array", "delete_undef_values"];

/// Functions that take a regular expression as their second argument.
const PATTERNS: [&str; 2] = ["regsubst", "split"];

/// Functions whose value is secret.
const SECRETS: [&str; 4] = ["unwrap", "Sensitive", "eyaml_lookup_key", "pw_hash"];

/// A call's parts, however it was written.
pub(super) struct Call<'t> {
    pub(super) name: &'t str,
    pub(super) arguments: Vec<&'t Node>,
    pub(super) lambda: Option<&'t Arc<Lambda>>,
}

impl<'t> Call<'t> {
    /// Takes a call apart; `None` of a call of a type.
    pub(super) fn of(node: &'t Node) -> Option<Self> {
        match &node.kind {
            ExprKind::Call(it) => {
                let (ExprKind::Name(name) | ExprKind::TypeRef(name)) = &it.functor.kind else { return None };
                Some(Self { name, arguments: it.arguments.iter().collect(), lambda: it.lambda.as_ref() })
            }
            ExprKind::MethodCall(it) => {
                let arguments = std::iter::once(&it.receiver).chain(&it.arguments).collect();
                Some(Self { name: &it.name, arguments, lambda: it.lambda.as_ref() })
            }
            _ => None,
        }
    }
}

impl<'a> Work<'a> {
    pub(super) fn call(&self, scope: &Scope, node: &Node) -> Made<Term> {
        let at = |reason: Reason| reason.at(scope.place(node.span));
        let Some(call) = Call::of(node) else { return Err(at(Reason::Construct("a call of a type".into()))) };
        let name = call.name.trim_start_matches("::");
        if SECRETS.contains(&name) {
            return Err(at(Reason::Secret));
        }
        if let Some(lambda) = call.lambda {
            return self.with_block(scope, &call, lambda, node.span);
        }
        match name {
            "template" | "epp" | "inline_epp" | "inline_template" => {
                return self.template(scope, &call, node.span);
            }
            "lookup" | "hiera" | "lookup_default" => return self.look_up(scope, &call, node.span),
            "fact" | "facts" => return self.fact_call(scope, &call, node.span),
            "dig" | "get" => return self.dig(scope, &call, node.span),
            _ => {}
        }
        if name == "getvar" {
            return self.get_variable(scope, &call, node.span);
        }
        let arguments = call
            .arguments
            .iter()
            .enumerate()
            .map(|(at, it)| match &it.kind {
                // what a function takes as a pattern, written either way
                ExprKind::Regex(pattern) if at == 1 && PATTERNS.contains(&name) => {
                    Ok(Expr::Str(pattern.clone()).into())
                }
                _ => self.expr(scope, it),
            })
            .collect::<Made<Vec<_>>>()?;
        if let Some(known) = builtins::known(name, &arguments, &scope.place(node.span)) {
            return Ok(known);
        }
        let found = self.function(name, &arguments);
        found.unwrap_or_else(|| self.own_function(scope, name, arguments, node.span)).map_err(|refusal| {
            let at = refusal.at.unwrap_or_else(|| scope.place(node.span));
            refusal.reason.at(at)
        })
    }

    /// `getvar`: a variable that need not be there.
    fn get_variable(&self, scope: &Scope, call: &Call<'_>, span: Span) -> Made<Term> {
        let terms = call.arguments.iter().map(|it| self.expr(scope, it)).collect::<Made<Vec<_>>>()?;
        let mut terms = terms.into_iter();
        let name = match terms.next().map(|it| it.expr) {
            Some(Expr::Str(name)) if !name.contains('.') => name,
            _ => return Err(Reason::Function("getvar".into()).at(scope.place(span))),
        };
        match self.variable(scope, &name, span) {
            Err(refusal) if refusal.reason == Reason::Variable(name) => {
                Ok(terms.next().unwrap_or(Term::null()))
            }
            found => found,
        }
    }

    /// A function of the table; `None` where it is not in it.
    pub(super) fn function(&self, name: &str, arguments: &[Term]) -> Option<Made<Term>> {
        let refuse = || Err(super::Refusal { reason: Reason::Function(name.into()), at: None });
        if name == "String" && arguments.len() == 1 {
            return Some(arguments.first().and_then(|it| it.to_text().ok()).map_or_else(refuse, Ok));
        }
        let row = ROWS.iter().find(|row| row.names.contains(&name))?;
        let fits = row.arity.contains(&arguments.len());
        // undef is an error of most functions, in both languages
        let present: Vec<Term> = arguments.iter().cloned().map(Term::present).collect();
        let arguments = if UNDEF.contains(&name) { arguments } else { &present };
        Some(fits.then(|| (row.run)(arguments)).flatten().map_or_else(refuse, Ok))
    }

    /// A function of the site in the Puppet language: its body with the arguments for its parameters.
    fn own_function(&self, scope: &Scope, name: &str, arguments: Vec<Term>, span: Span) -> Made<Term> {
        let unknown = || Reason::Function(name.into()).at(scope.place(span));
        let Some((ast, Definition::Function(function))) = self.sources.definition(name) else {
            return Err(unknown());
        };
        let inner = self.bound(&ast, &function, arguments)?.ok_or_else(unknown)?;
        self.deeper(|| scope.place(span), || self.block(&inner, function.body.as_ref()))
    }

    /// The scope of a function's body; `None` where the arguments do not fit.
    fn bound(&self, ast: &Arc<Ast>, it: &FunctionDefinition, arguments: Vec<Term>) -> Made<Option<Scope>> {
        let mut inner = Scope::inside(ast.clone(), None);
        if arguments.len() > it.parameters.len() || it.parameters.iter().any(|it| it.captures_rest) {
            return Ok(None);
        }
        let mut arguments = arguments.into_iter();
        for parameter in &it.parameters {
            let term = match (arguments.next(), &parameter.value) {
                (Some(term), _) => term,
                (None, Some(value)) => self.expr(&inner.moved(value.span.start), value)?,
                (None, None) => return Ok(None),
            };
            inner.bind(parameter.name.clone(), it.span, term);
        }
        Ok(Some(inner))
    }

    fn look_up(&self, scope: &Scope, call: &Call<'_>, span: Span) -> Made<Term> {
        let at = |reason: Reason| reason.at(scope.place(span));
        let key = call.arguments.first().ok_or_else(|| at(Reason::Lookup("".into())))?;
        let Expr::Str(key) = self.expr(scope, key)?.expr else {
            return Err(at(Reason::Lookup("with a computed name".into())));
        };
        self.inputs.lookup(&key).ok_or_else(|| at(Reason::Lookup(key)))
    }

    fn fact_call(&self, scope: &Scope, call: &Call<'_>, span: Span) -> Made<Term> {
        let at = |path: EcoString| Reason::Fact(path).at(scope.place(span));
        let name = call.arguments.first().map(|it| self.expr(scope, it)).transpose()?;
        let Some(Term { expr: Expr::Str(name), .. }) = name else {
            return Err(at("with a computed name".into()));
        };
        let path: Vec<&str> = name.split('.').collect();
        self.fact(&path).ok_or_else(|| at(name))
    }

    fn dig(&self, scope: &Scope, call: &Call<'_>, span: Span) -> Made<Term> {
        let mut terms =
            call.arguments.iter().map(|it| self.expr(scope, it)).collect::<Made<Vec<_>>>()?.into_iter();
        let refuse = |reason: Reason| reason.at(scope.place(span));
        let Some(mut at) = terms.next() else { return Err(refuse(Reason::Function(call.name.into()))) };
        if call.name == "get" {
            return Err(refuse(Reason::Function("get".into())));
        }
        for key in terms {
            at = index(&at, &[key]).map_err(refuse)?;
        }
        Ok(at)
    }

    /// `map`, `filter`, `any` and `all`.
    fn with_block(&self, scope: &Scope, call: &Call<'_>, lambda: &Arc<Lambda>, span: Span) -> Made<Term> {
        let refuse =
            || Reason::Function(ecow::eco_format!("{} with a block", call.name)).at(scope.place(span));
        if let ("reduce", [over, from]) = (call.name, call.arguments.as_slice()) {
            return self.reduced(scope, over, from, lambda);
        }
        let [collection] = call.arguments.as_slice() else { return Err(refuse()) };
        let collection = self.expr(scope, collection)?;
        let collection = if call.name == "then" { collection } else { collection.present() };
        match call.name {
            "map" => self.mapped(scope, &collection, lambda, span),
            "filter" if collection.kind.within(Kind::LIST) => {
                let (names, body) = self.lambda(scope, lambda, &[collection.kind.inner()], span)?;
                let test = lambdas(names, body.truth());
                let kept = Expr::apply("builtins.filter", vec![test, collection.expr.clone()]);
                Ok(Term::new(kept, collection.kind))
            }
            "filter" if collection.kind.within(Kind::SET) && lambda.parameters.len() == 2 => {
                let kinds = [Kind::new(Kind::STR), collection.kind.inner()];
                let (names, body) = self.lambda(scope, lambda, &kinds, span)?;
                let test = lambdas(names, body.truth());
                let kept = Expr::apply("lib.filterAttrs", vec![test, collection.expr.clone()]);
                Ok(Term::new(kept, collection.kind))
            }
            "any" | "all" if collection.kind.within(Kind::LIST) => {
                let (names, body) = self.lambda(scope, lambda, &[collection.kind.inner()], span)?;
                let name = if call.name == "any" { "builtins.any" } else { "builtins.all" };
                Ok(Term::bool(Expr::apply(name, vec![lambdas(names, body.truth()), collection.expr])))
            }
            "then" => {
                let value = self.applied(scope, lambda, vec![collection.clone()], span)?;
                let present = not(fold(Expr::binary(Op::Equal, collection.expr, Expr::Null)));
                Ok(choose(present, value, Term::null()))
            }
            "with" => self.applied(scope, lambda, vec![collection], span),
            _ => Err(refuse()),
        }
    }

    /// `reduce` over a list with a first value, where the block's value is of the kind that it begins with.
    fn reduced(&self, scope: &Scope, over: &Node, from: &Node, lambda: &Arc<Lambda>) -> Made<Term> {
        let at = |reason: Reason| reason.at(scope.place(over.span));
        let (list, first) = (pairs(self.expr(scope, over)?.present()), self.expr(scope, from)?);
        if !list.kind.within(Kind::LIST) {
            return Err(at(Reason::Kind("`reduce` over what may be no list".into())));
        }
        let item = list.kind.inner();
        let (_, body) = self.lambda(scope, lambda, &[first.kind.clone(), item.clone()], over.span)?;
        // once more with what the first pass gives: the items of a list that grows
        let kinds = [first.kind.or(&body.kind), item];
        let (names, body) = self.lambda(scope, lambda, &kinds, over.span)?;
        let forms = |kind: &Kind| Kind::ALL.into_iter().filter(|form| kind.may(*form)).collect::<Vec<_>>();
        if forms(&first.kind.or(&body.kind)) != forms(&first.kind) {
            return Err(at(Reason::Kind("`reduce` whose value changes its kind".into())));
        }
        let arguments = vec![lambdas(names, body.expr), first.expr, list.expr];
        let kind = first.kind.or(&body.kind);
        Ok(Term::new(Expr::apply("builtins.foldl'", arguments), kind))
    }

    /// A list of what a block gives for each item of a list or entry of a hash.
    pub(super) fn mapped(&self, scope: &Scope, over: &Term, lambda: &Arc<Lambda>, span: Span) -> Made<Term> {
        if let Some(rows) = literal_rows(over, lambda.parameters.len()) {
            let made = rows.into_iter().map(|row| self.applied(scope, lambda, row, span));
            return Ok(list(made.collect::<Made<Vec<_>>>()?));
        }
        let inner = over.kind.inner();
        let (function, kinds): (&str, Vec<Kind>) = match lambda.parameters.len() {
            1 if over.kind.within(Kind::LIST) => ("map", vec![inner]),
            2 if over.kind.within(Kind::LIST) => ("lib.imap0", vec![Kind::new(Kind::INT), inner]),
            2 if over.kind.within(Kind::SET) => ("lib.mapAttrsToList", vec![Kind::new(Kind::STR), inner]),
            _ => return Err(Reason::Kind("iteration over what may be no list".into()).at(scope.place(span))),
        };
        let (names, body) = self.lambda(scope, lambda, &kinds, span)?;
        let kind = Kind::list(body.kind.clone());
        Ok(Term::new(Expr::apply(function, vec![lambdas(names, body.expr), over.expr.clone()]), kind))
    }
}

/// The entries of a hash as a list of pairs; a list stays.
fn pairs(term: Term) -> Term {
    if !term.kind.within(Kind::SET) || matches!(term.expr, Expr::Attrs(_)) {
        return term;
    }
    let pair = Expr::List(vec![Expr::select("name"), Expr::select("value")]);
    let function = Expr::lambda("name", Expr::lambda("value", pair));
    let kind = Kind::list(Kind::tuple(vec![Kind::new(Kind::STR), term.kind.inner()]));
    Term::new(Expr::apply("lib.mapAttrsToList", vec![function, term.expr]), kind)
}

/// The most items of a literal that are written out one by one.
const WRITTEN_OUT: usize = 24;

/// The arguments of a block for each entry of a literal hash: its order is the manifest's, which a set would lose.
pub(super) fn literal_rows(over: &Term, parameters: usize) -> Option<Vec<Vec<Term>>> {
    let Expr::Attrs(entries) = &over.expr else { return None };
    if entries.len() > WRITTEN_OUT {
        return None;
    }
    let value = |value: &Expr| Term::new(value.clone(), over.kind.inner());
    let row = |(name, it): &(EcoString, Expr)| match parameters {
        1 => vec![list(vec![Expr::Str(name.clone()).into(), value(it)])],
        _ => vec![Expr::Str(name.clone()).into(), value(it)],
    };
    Some(entries.iter().map(row).collect())
}

/// `a: b: body`, or the function alone where the body only applies it to the parameter.
pub(super) fn lambdas(names: Vec<EcoString>, body: Expr) -> Expr {
    if let ([name], Expr::Apply(function, arguments)) = (names.as_slice(), &body)
        && let [Expr::Select(argument)] = arguments.as_slice()
        && argument.len() == 1
        && argument.first() == Some(name)
    {
        return Expr::Select(function.clone());
    }
    names.into_iter().rev().fold(body, |body, name| Expr::lambda(name, body))
}

fn on_text(name: &str, it: &[Term]) -> Option<Term> {
    let [one] = it else { return None };
    one.kind.within(Kind::STR).then(|| Term::str(Expr::apply(name, vec![one.expr.clone()])))
}

fn on_list(name: &str, it: &[Term]) -> Option<Term> {
    let [one] = it else { return None };
    one.kind
        .within(Kind::LIST)
        .then(|| Term::new(Expr::apply(name, vec![one.expr.clone()]), one.kind.clone()))
}

fn on_ints(name: &str, it: &[Term]) -> Option<Term> {
    let kind = it.iter().map(|it| it.kind.clone()).reduce(|a, b| a.or(&b))?;
    let all = it.iter().map(|it| it.expr.clone()).collect();
    kind.within(Kind::INT).then(|| Term::new(Expr::apply(name, all), kind))
}

fn any2array(it: &[Term]) -> Option<Term> {
    let [one] = it else { return None };
    if one.kind.within(Kind::LIST) {
        return Some(one.clone());
    }
    if one.kind.within(Kind::STR | Kind::INT | Kind::BOOL) {
        return Some(list(vec![one.clone()]));
    }
    let items = one.kind.clone().only(!Kind::LIST).or(&one.kind.inner());
    let known = one.kind.within(Kind::STR | Kind::INT | Kind::BOOL | Kind::LIST);
    known.then(|| Term::new(Expr::apply("lib.toList", vec![one.expr.clone()]), Kind::list(items)))
}

fn delete_undef(it: &[Term]) -> Option<Term> {
    let [one] = it else { return None };
    let present = |name: &str| Expr::binary(Op::NotEqual, Expr::select(name), Expr::Null);
    let inner = one.kind.inner().present();
    if one.kind.within(Kind::LIST) {
        let kept = vec![Expr::lambda("item", present("item")), one.expr.clone()];
        return Some(Term::new(Expr::apply("builtins.filter", kept), Kind::list(inner)));
    }
    let test = Expr::lambda("name", Expr::lambda("value", present("value")));
    let kept = Expr::apply("lib.filterAttrs", vec![test, one.expr.clone()]);
    one.kind.within(Kind::SET).then(|| Term::new(kept, Kind::set(inner)))
}

fn bool2str(it: &[Term]) -> Option<Term> {
    let (test, rest) = it.split_first()?;
    if !test.kind.within(Kind::BOOL) {
        return None;
    }
    match rest {
        [] => Some(Term::str(Expr::apply("lib.boolToString", vec![test.expr.clone()]))),
        [yes, no] => Some(choose(test.truth(), yes.clone(), no.clone())),
        _ => None,
    }
}

fn concat(it: &[Term]) -> Option<Term> {
    let lists = it.iter().all(|it| it.kind.within(Kind::LIST));
    let kind = it.iter().map(|it| it.kind.clone()).reduce(|a, b| a.or(&b))?;
    let joined = it.iter().map(|it| it.expr.clone()).reduce(|a, b| Expr::binary(Op::Concat, a, b))?;
    lists.then(|| Term::new(joined, kind))
}

fn empty(it: &[Term]) -> Option<Term> {
    let [one] = it else { return None };
    let mut test = Expr::Bool(false);
    let nothing = [
        (Kind::NULL, Expr::Null),
        (Kind::STR, Expr::str("")),
        (Kind::LIST, Expr::List(Vec::new())),
        (Kind::SET, Expr::Attrs(Vec::new())),
    ];
    for (form, nothing) in nothing.into_iter().filter(|(form, _)| one.kind.may(*form)) {
        let always = form == Kind::NULL && one.kind.within(Kind::NULL);
        let is = fold(Expr::binary(Op::Equal, one.expr.clone(), nothing));
        test = super::term::or(test, if always { Expr::Bool(true) } else { is });
    }
    let known = one.kind.within(Kind::NULL | Kind::STR | Kind::LIST | Kind::SET | Kind::INT);
    known.then(|| Term::bool(test))
}

fn flatten(it: &[Term]) -> Option<Term> {
    let [one] = it else { return None };
    one.kind.within(Kind::LIST).then(|| {
        let already = !one.kind.inner().may(Kind::LIST);
        let expr =
            if already { one.expr.clone() } else { Expr::apply("lib.flatten", vec![one.expr.clone()]) };
        Term::new(expr, Kind::list(one.kind.inner().leaves()))
    })
}

fn has_key(it: &[Term]) -> Option<Term> {
    let [set, key] = it else { return None };
    let fits = set.kind.within(Kind::SET) && key.kind.within(Kind::STR);
    fits.then(|| Term::bool(Expr::apply("builtins.hasAttr", vec![key.expr.clone(), set.expr.clone()])))
}

/// `join`: nested lists are joined as if they were flat.
pub(super) fn join(it: &[Term]) -> Option<Term> {
    let (items, rest) = it.split_first()?;
    // anything else is an error in both languages
    let items = &Term { kind: items.kind.clone().only(Kind::LIST), ..items.clone() };
    let separator = match rest {
        [] => Expr::str(""),
        [separator] if separator.kind.within(Kind::STR) => separator.expr.clone(),
        _ => return None,
    };
    let flat = flatten(std::slice::from_ref(items))?;
    let inner = flat.kind.inner();
    if let Expr::List(items) = &flat.expr {
        let term = |item: &Expr| {
            if Kind::of(item) == Kind::any() {
                Term { expr: item.clone(), kind: inner.clone() }
            } else {
                item.clone().into()
            }
        };
        let texts: Option<Vec<Part>> = items.iter().map(|item| term(item).text().ok()).collect();
        if let (Some(texts), Expr::Str(between)) = (texts, &separator) {
            let mut parts = Vec::new();
            for (at, part) in texts.into_iter().enumerate() {
                if at > 0 {
                    parts.push(Part::Text(between.clone()));
                }
                parts.push(part);
            }
            return Some(text(parts));
        }
    }
    if inner.within(Kind::STR) {
        return Some(Term::str(Expr::apply("lib.concatStringsSep", vec![separator, flat.expr])));
    }
    let item = Term { expr: Expr::select("item"), kind: inner };
    let Part::Expr(shown) = item.text().ok()? else { return None };
    let shown = lambdas(vec!["item".into()], shown);
    Some(Term::str(Expr::apply("lib.concatMapStringsSep", vec![separator, shown, flat.expr])))
}

fn keys(it: &[Term]) -> Option<Term> {
    let [set] = it else { return None };
    if let Expr::Attrs(entries) = &set.expr {
        return Some(Expr::strings(entries.iter().map(|(name, _)| name.clone())).into());
    }
    let kind = Kind::list(Kind::new(Kind::STR));
    set.kind
        .within(Kind::SET)
        .then(|| Term::new(Expr::apply("builtins.attrNames", vec![set.expr.clone()]), kind))
}

fn values(it: &[Term]) -> Option<Term> {
    let [set] = it else { return None };
    let kind = Kind::list(set.kind.inner());
    if let Expr::Attrs(entries) = &set.expr {
        return Some(Term {
            expr: Expr::List(entries.iter().map(|(_, value)| value.clone()).collect()),
            kind,
        });
    }
    set.kind
        .within(Kind::SET)
        .then(|| Term::new(Expr::apply("builtins.attrValues", vec![set.expr.clone()]), kind))
}

fn length(it: &[Term]) -> Option<Term> {
    let [one] = it else { return None };
    match &one.expr {
        Expr::Str(text) => return Some(Expr::Int(i64::try_from(text.chars().count()).ok()?).into()),
        Expr::Attrs(entries) => return Some(Expr::Int(i64::try_from(entries.len()).ok()?).into()),
        _ => {}
    }
    let items = match () {
        () if one.kind.within(Kind::LIST) => one.expr.clone(),
        () if one.kind.within(Kind::SET) => Expr::apply("builtins.attrNames", vec![one.expr.clone()]),
        () => return None,
    };
    Some(Term::int(Expr::apply("builtins.length", vec![items])))
}

fn member(it: &[Term]) -> Option<Term> {
    let [list, item] = it else { return None };
    let fits = list.kind.within(Kind::LIST) && !item.kind.may(Kind::LIST);
    fits.then(|| Term::bool(Expr::apply("builtins.elem", vec![item.expr.clone(), list.expr.clone()])))
}

fn merge(it: &[Term]) -> Option<Term> {
    let sets = it.iter().all(|it| it.kind.within(Kind::SET));
    let kind = it.iter().map(|it| it.kind.clone()).reduce(|a, b| a.or(&b))?;
    let merged = it.iter().map(|it| it.expr.clone()).reduce(|a, b| Expr::binary(Op::Update, a, b))?;
    sets.then(|| Term::new(merged, kind))
}

/// `pick`: the first that is neither undef nor empty.
fn pick(it: &[Term]) -> Option<Term> {
    let (last, before) = it.split_last()?;
    let mut result = last.clone();
    for term in before.iter().rev() {
        let differs = |from: Expr| fold(Expr::binary(Op::NotEqual, term.expr.clone(), from));
        let mut test = Expr::Bool(true);
        if term.kind.may(Kind::NULL) {
            test = super::term::and(test, differs(Expr::Null));
        }
        if term.kind.may(Kind::STR) {
            test = super::term::and(test, differs(Expr::str("")));
        }
        result = choose(test, Term { kind: term.kind.clone().present(), ..term.clone() }, result);
    }
    Some(result)
}

fn affix(it: &[Term], before: bool) -> Option<Term> {
    let [items, affix] = it else { return None };
    let fits =
        items.kind.within(Kind::LIST) && items.kind.inner().within(Kind::STR) && affix.kind.within(Kind::STR);
    let item = Part::Expr(Expr::select("item"));
    let affix = affix.text().ok()?;
    let body = text(if before { vec![affix, item] } else { vec![item, affix] });
    let kind = Kind::list(Kind::new(Kind::STR));
    let call = Expr::apply("map", vec![Expr::lambda("item", body.expr), items.expr.clone()]);
    fits.then(|| Term::new(call, kind))
}

/// `regsubst` of a literal everywhere, of a prefix or suffix that goes away, of all from a letter on.
fn regsubst(it: &[Term]) -> Option<Term> {
    let [subject, pattern, replacement, rest @ ..] = it else { return None };
    let (Expr::Str(pattern), Expr::Str(with)) = (&pattern.expr, &replacement.expr) else { return None };
    let everywhere = match rest {
        [] => false,
        [Term { expr: Expr::Str(flags), .. }] => flags == "G",
        _ => return None,
    };
    if !subject.kind.within(Kind::STR) || with.contains('\\') {
        return None;
    }
    let call = |name: &str, word: EcoString| Expr::apply(name, vec![Expr::Str(word), subject.expr.clone()]);
    if let Some(word) = super::patterns::literal(pattern).filter(|word| everywhere && !word.is_empty()) {
        let lists = vec![Expr::strings([word]), Expr::strings([with.clone()]), subject.expr.clone()];
        return Some(Term::str(Expr::apply("lib.replaceStrings", lists)));
    }
    if !with.is_empty() {
        return None;
    }
    let part = |text: &str| super::patterns::literal(text).filter(|word| !word.is_empty());
    if let Some(word) = pattern.strip_prefix('^').or_else(|| pattern.strip_prefix("\\A")).and_then(part) {
        return Some(Term::str(call("lib.removePrefix", word)));
    }
    let end = pattern.strip_suffix('$').or_else(|| pattern.strip_suffix("\\Z")).unwrap_or(pattern);
    if let Some(word) = end.strip_suffix(".*").and_then(part) {
        let split = call("lib.splitString", word);
        return Some(Term::str(Expr::apply("builtins.head", vec![split])));
    }
    let word = (end.len() < pattern.len()).then(|| part(end)).flatten()?;
    Some(Term::str(call("lib.removeSuffix", word)))
}

fn sort(it: &[Term]) -> Option<Term> {
    let [list] = it else { return None };
    let inner = list.kind.inner();
    let fits = list.kind.within(Kind::LIST) && (inner.within(Kind::STR) || inner.within(Kind::INT));
    let less = Expr::select("builtins.lessThan");
    fits.then(|| Term::new(Expr::apply("lib.sort", vec![less, list.expr.clone()]), list.kind.clone()))
}

/// `sprintf` with `%s` and `%d` alone.
fn sprintf(it: &[Term]) -> Option<Term> {
    let (format, values) = it.split_first()?;
    let Expr::Str(format) = &format.expr else { return None };
    let (mut parts, mut values, mut rest) = (Vec::new(), values.iter(), format.as_str());
    while let Some((before, after)) = rest.split_once('%') {
        parts.push(Part::Text(before.into()));
        let (kind, after) = after.split_at_checked(1)?;
        match kind {
            "%" => parts.push(Part::Text("%".into())),
            "s" => parts.push(values.next()?.text().ok()?),
            "d" => parts.push(values.next().filter(|it| it.kind.within(Kind::INT))?.text().ok()?),
            _ => return None,
        }
        rest = after;
    }
    parts.push(Part::Text(rest.into()));
    values.next().is_none().then(|| text(parts))
}

fn ensure(it: &[Term]) -> Option<Term> {
    let (test, of) = it.split_first()?;
    let (yes, no) = match of {
        [] => ("present", "absent"),
        [Term { expr: Expr::Str(of), .. }] => match of.as_str() {
            "service" => ("running", "stopped"),
            "directory" | "link" | "mounted" | "file" | "present" | "latest" | "installed" => {
                (of.as_str(), "absent")
            }
            _ => return None,
        },
        _ => return None,
    };
    let word = |word: &str| Term::from(Expr::str(word));
    test.kind.within(Kind::BOOL).then(|| choose(test.truth(), word(yes), word(no)))
}
