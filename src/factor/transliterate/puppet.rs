//! Puppet's expressions.

use super::{
    Made, Work,
    kind::Kind,
    names,
    refusal::{Reason, Refusal},
    scope::Scope,
    term::{Term, and, choose, fold, not, or},
};
use crate::{
    source::Span,
    syntax::ast::{
        Access, Binary, BinaryOp, Block, CaseOption, Expr as Node, ExprKind, HashEntry, If, Lambda, Segment,
        Selector,
    },
    translate::nixos::{Expr, Key, Op, Part},
};
use ecow::EcoString;

/// What a branch of a `case` gives.
pub(super) type Branch<'b, 'a> = &'b dyn Fn(&Work<'a>, Option<&Block>) -> Made<Term>;

impl<'a> Work<'a> {
    /// An expression.
    pub(super) fn expr(&self, scope: &Scope, node: &Node) -> Made<Term> {
        let term = self.deeper(|| scope.place(node.span), || self.dispatch(scope, node))?;
        Ok(self.narrowed(term))
    }

    fn dispatch(&self, scope: &Scope, node: &Node) -> Made<Term> {
        let refuse = |what: &str| Err(Reason::Construct(what.into()).at(scope.place(node.span)));
        match &node.kind {
            ExprKind::Undef => Ok(Term::null()),
            ExprKind::Boolean(it) => Ok(Expr::Bool(*it).into()),
            ExprKind::Integer(it, _) => Ok(Expr::Int(*it).into()),
            ExprKind::Float(it) => Ok(Expr::Float(*it).into()),
            ExprKind::String(text) | ExprKind::Name(text) => Ok(Expr::Str(text.clone()).into()),
            ExprKind::Interpolated(segments) => self.interpolated(scope, segments),
            ExprKind::Heredoc(it) => self.expr(scope, &it.text),
            ExprKind::Variable(name) => self.named(scope, name, node.span),
            ExprKind::Array(items) => self.array(scope, items),
            ExprKind::Hash(entries) => self.hash(scope, entries),
            ExprKind::Paren(it) => self.expr(scope, it),
            ExprKind::Not(it) => Ok(Term::bool(not(self.test(scope, it)?))),
            ExprKind::Minus(it) => {
                let term = self.expr(scope, it)?;
                if !term.kind.within(Kind::INT) {
                    return refuse("the negation of what may be no integer");
                }
                let negated = Expr::binary(Op::Subtract, Expr::Int(0), term.expr);
                Ok(Term::new(negated, Kind::new(Kind::INT | Kind::NEGATIVE)))
            }
            ExprKind::Binary(it) => self.binary(scope, it),
            ExprKind::Access(it) => self.access(scope, it, node.span),
            ExprKind::Call(_) | ExprKind::MethodCall(_) => self.call(scope, node),
            ExprKind::Selector(it) => self.selector(scope, it, node.span),
            ExprKind::If(it) => self.if_else(scope, it, false),
            ExprKind::Unless(it) => self.if_else(scope, it, true),
            ExprKind::Case(it) => {
                let subject = self.expr(scope, &it.test)?;
                self.case(scope, &subject, &it.options, &|work, block| work.block(scope, block))
            }
            ExprKind::Block(it) => self.block(scope, Some(it)),
            ExprKind::Regex(_) => refuse("a regular expression as a value"),
            ExprKind::TypeRef(_) => refuse("a type as a value"),
            ExprKind::Default => refuse("`default` as a value"),
            ExprKind::Splat(_) => refuse("`*`"),
            ExprKind::Assignment(_) => refuse("an assignment as a value"),
            _ => refuse("this statement"),
        }
    }

    /// A reason at a place.
    fn at<T>(scope: &Scope, span: Span, made: Result<T, Reason>) -> Made<T> {
        made.map_err(|reason| reason.at(scope.place(span)))
    }

    fn named(&self, scope: &Scope, name: &str, span: Span) -> Made<Term> {
        match name.trim_start_matches("::") {
            "facts" | "trusted" | "server_facts" => {
                Err(Reason::Construct("all facts at once".into()).at(scope.place(span)))
            }
            _ => self.variable(scope, name, span),
        }
    }

    fn interpolated(&self, scope: &Scope, segments: &[Segment]) -> Made<Term> {
        let mut parts = Vec::with_capacity(segments.len());
        for segment in segments {
            parts.push(match segment {
                Segment::Text(_, text) => Part::Text(text.clone()),
                Segment::Expr(inner) => self.part(scope, inner)?,
            });
        }
        Ok(text(parts))
    }

    /// What an expression is within a text.
    pub(super) fn part(&self, scope: &Scope, node: &Node) -> Made<Part> {
        let term = self.expr(scope, node)?;
        Self::at(scope, node.span, term.text())
    }

    fn array(&self, scope: &Scope, items: &[Node]) -> Made<Term> {
        let items = items.iter().map(|item| self.expr(scope, item)).collect::<Made<Vec<_>>>()?;
        Ok(list(items))
    }

    fn hash(&self, scope: &Scope, entries: &[HashEntry]) -> Made<Term> {
        let (mut kinds, mut fields) = (Kind::new(0), Vec::new());
        let mut found: Vec<(EcoString, Expr)> = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = self.expr(scope, &entry.key)?;
            let Expr::Str(key) = key.expr else {
                return Err(
                    Reason::Construct("a key that is no literal text".into()).at(scope.place(entry.key.span))
                );
            };
            let value = self.expr(scope, &entry.value)?;
            kinds = kinds.or(&value.kind);
            fields.push((key.clone(), value.kind));
            found.retain(|(known, _)| *known != key);
            found.push((key, value.expr));
        }
        Ok(Term { expr: Expr::Attrs(found), kind: Kind::set(kinds).with_fields(fields) })
    }

    /// A condition.
    pub(super) fn test(&self, scope: &Scope, node: &Node) -> Made<Expr> {
        Ok(self.expr(scope, node)?.truth())
    }

    fn if_else(&self, scope: &Scope, it: &If, unless: bool) -> Made<Term> {
        let test = self.test(scope, &it.test)?;
        match if unless { not(test) } else { test } {
            Expr::Bool(true) => self.block(scope, it.then.as_ref()),
            Expr::Bool(false) => self.block(scope, it.otherwise.as_ref()),
            test => {
                let then = self.under(&test, true, || self.block(scope, it.then.as_ref()))?;
                let otherwise = self.under(&test, false, || self.block(scope, it.otherwise.as_ref()))?;
                Ok(choose(test, then, otherwise))
            }
        }
    }

    /// The value of a block: that of its last statement.
    pub(super) fn block(&self, scope: &Scope, block: Option<&Block>) -> Made<Term> {
        let Some(last) = block.and_then(|block| block.statements.last()) else { return Ok(Term::null()) };
        if let Some(block) = block
            && let Some(thrown) = self.thrown(scope, block)?
        {
            return Ok(thrown);
        }
        self.expr(&scope.moved(last.span.start), last)
    }

    /// `case`: the first option that fits, `default` last wherever it stands, undef where nothing fits.
    pub(super) fn case(
        &self,
        scope: &Scope,
        subject: &Term,
        options: &[CaseOption],
        branch: Branch<'_, 'a>,
    ) -> Made<Term> {
        let mut tests = Vec::new();
        let mut default = None;
        for option in options {
            let mut test = Expr::Bool(false);
            for value in &option.values {
                match &value.kind {
                    ExprKind::Default => default = Some(option.then.as_ref()),
                    _ => test = or(test, self.fits(scope, subject, value)?),
                }
            }
            match test {
                Expr::Bool(false) => {}
                Expr::Bool(true) => {
                    tests.push((Expr::Bool(true), option.then.as_ref()));
                    break;
                }
                test => tests.push((test, option.then.as_ref())),
            }
        }
        let always = matches!(tests.last(), Some((Expr::Bool(true), _)));
        let mut result = match (always, default) {
            (true, _) | (false, None) => Term::null(),
            (false, Some(block)) => branch(self, block)?,
        };
        for (test, block) in tests.into_iter().rev() {
            let then = self.under(&test, true, || branch(self, block))?;
            result = choose(test, then, result);
        }
        Ok(result)
    }

    fn selector(&self, scope: &Scope, it: &Selector, span: Span) -> Made<Term> {
        let subject = self.expr(scope, &it.left)?;
        let (mut tests, mut default) = (Vec::new(), None);
        for entry in &it.entries {
            if matches!(entry.matching.kind, ExprKind::Default) {
                default = Some(&entry.value);
                continue;
            }
            match self.fits(scope, &subject, &entry.matching)? {
                Expr::Bool(false) => {}
                Expr::Bool(true) => {
                    default = Some(&entry.value);
                    break;
                }
                test => tests.push((test, &entry.value)),
            }
        }
        let mut result = match default {
            Some(value) => self.expr(scope, value)?,
            None => {
                let message = Expr::str("no entry of the selector fits");
                let at = scope.place(span);
                if tests.is_empty() {
                    return Err(Reason::Construct("a selector in which nothing fits".into()).at(at));
                }
                Term { expr: Expr::apply("throw", vec![message]), kind: Kind::any() }
            }
        };
        for (test, value) in tests.into_iter().rev() {
            let then = self.under(&test, true, || self.expr(scope, value))?;
            result = choose(test, then, result);
        }
        Ok(result)
    }

    /// Whether a subject fits an option of a `case` or selector.
    fn fits(&self, scope: &Scope, subject: &Term, option: &Node) -> Made<Expr> {
        match &option.kind {
            ExprKind::Regex(pattern) => Self::at(scope, option.span, subject.matches(pattern)),
            ExprKind::TypeRef(_) => self.is_type(scope, subject, option),
            ExprKind::Access(it) if matches!(it.left.kind, ExprKind::TypeRef(_)) => {
                self.is_type(scope, subject, option)
            }
            ExprKind::Splat(_) => {
                Err(Reason::Construct("`*` as an option".into()).at(scope.place(option.span)))
            }
            _ => {
                let other = self.expr(scope, option)?;
                Self::at(scope, option.span, subject.equal(&other))
            }
        }
    }

    /// Whether a value is of a type, where the kinds decide it.
    fn is_type(&self, scope: &Scope, subject: &Term, of: &Node) -> Made<Expr> {
        let refuse = || Reason::Construct("this type".into()).at(scope.place(of.span));
        let ExprKind::TypeRef(name) = &of.kind else { return Err(refuse()) };
        let (form, function) = match name.as_str() {
            "String" => (Kind::STR, "builtins.isString"),
            "Boolean" => (Kind::BOOL, "builtins.isBool"),
            "Integer" => (Kind::INT, "builtins.isInt"),
            "Array" => (Kind::LIST, "builtins.isList"),
            "Hash" => (Kind::SET, "builtins.isAttrs"),
            "Undef" => (Kind::NULL, "isNull"),
            "NotUndef" => {
                return Ok(fold(Expr::binary(Op::NotEqual, subject.expr.clone(), Expr::Null)));
            }
            _ => return Err(refuse()),
        };
        Ok(match (subject.kind.may(form), subject.kind.within(form)) {
            (false, _) => Expr::Bool(false),
            (true, true) => Expr::Bool(true),
            (true, false) => fold(Expr::apply(function, vec![subject.expr.clone()])),
        })
    }

    fn binary(&self, scope: &Scope, it: &Binary) -> Made<Term> {
        let at = |made| Self::at(scope, it.op_span, made);
        match it.op {
            BinaryOp::And => {
                let left = self.test(scope, &it.left)?;
                if left == Expr::Bool(false) {
                    return Ok(Term::bool(left));
                }
                let right = self.under(&left, true, || self.test(scope, &it.right))?;
                return Ok(Term::bool(and(left, right)));
            }
            BinaryOp::Or => {
                let left = self.test(scope, &it.left)?;
                if left == Expr::Bool(true) {
                    return Ok(Term::bool(left));
                }
                let right = self.under(&left, false, || self.test(scope, &it.right))?;
                return Ok(Term::bool(or(left, right)));
            }
            BinaryOp::Match | BinaryOp::NoMatch => {
                let left = self.expr(scope, &it.left)?;
                let fits = match &it.right.kind {
                    ExprKind::String(pattern) => at(left.matches(pattern))?,
                    ExprKind::Regex(_) | ExprKind::TypeRef(_) => self.fits(scope, &left, &it.right)?,
                    _ => return Err(Reason::Construct("this match".into()).at(scope.place(it.op_span))),
                };
                return Ok(Term::bool(if it.op == BinaryOp::Match { fits } else { not(fits) }));
            }
            _ => {}
        }
        let (left, right) = (self.expr(scope, &it.left)?, self.expr(scope, &it.right)?);
        match it.op {
            BinaryOp::Equal => Ok(Term::bool(at(left.equal(&right))?)),
            BinaryOp::NotEqual => Ok(Term::bool(not(at(left.equal(&right))?))),
            BinaryOp::In => Self::at(scope, it.op_span, left.is_in(&right)),
            _ => Self::at(scope, it.op_span, operation(it.op, left, right)),
        }
    }

    fn access(&self, scope: &Scope, it: &Access, span: Span) -> Made<Term> {
        if let Some(found) = self.fact_path(scope, it, span)? {
            return Ok(found);
        }
        if let Some(found) = self.split_item(scope, it)? {
            return Ok(found);
        }
        let base = self.expr(scope, &it.left)?;
        let keys = it.keys.iter().map(|key| self.expr(scope, key)).collect::<Made<Vec<_>>>()?;
        Self::at(scope, span, index(&base, &keys))
    }

    /// `$facts['a']['b']` and `$trusted[…]`, as far down as there is an input.
    fn fact_path(&self, scope: &Scope, it: &Access, span: Span) -> Made<Option<Term>> {
        let mut keys: Vec<&Node> = Vec::new();
        let mut at = it;
        let root = loop {
            let [key] = &*at.keys else { return Ok(None) };
            keys.push(key);
            match &at.left.kind {
                ExprKind::Access(inner) => at = inner,
                ExprKind::Variable(name) => break name.trim_start_matches("::"),
                _ => return Ok(None),
            }
        };
        if !matches!(root, "facts" | "trusted") {
            return Ok(None);
        }
        keys.reverse();
        let mut path: Vec<EcoString> = Vec::new();
        for key in &keys {
            match self.expr(scope, key)?.expr {
                Expr::Str(name) => path.push(name),
                Expr::Int(index) => path.push(ecow::eco_format!("{index}")),
                _ => return Err(Reason::Fact("with a computed name".into()).at(scope.place(span))),
            }
        }
        Self::at(scope, span, self.known_path(root, &path)).map(Some)
    }

    /// A fact or trusted datum, as far down its path as there is an input.
    pub(super) fn known_path(&self, root: &str, path: &[EcoString]) -> Result<Term, Reason> {
        let path: Vec<&str> = path.iter().map(EcoString::as_str).collect();
        let input = |path: &[&str]| match root {
            "facts" => self.fact(path),
            _ => self.inputs.trusted(path),
        };
        for length in (1..=path.len()).rev() {
            let Some(found) = input(path.get(..length).unwrap_or_default()) else { continue };
            let rest = path.get(length..).unwrap_or_default();
            let keys: Vec<Term> = rest.iter().map(|key| Term::from(Expr::str(*key))).collect();
            return keys.iter().try_fold(found, |base, key| index(&base, std::slice::from_ref(key)));
        }
        Err(Reason::Fact(path.join(".").into()))
    }

    /// A fact by its path; of a legacy name the structured fact first.
    pub(super) fn fact(&self, path: &[&str]) -> Option<Term> {
        let structured = match path {
            [name] => crate::inputs::structured_path(name),
            _ => None,
        };
        let structured = structured.and_then(|it| self.inputs.fact(&it.split('.').collect::<Vec<_>>()));
        structured.or_else(|| self.inputs.fact(path))
    }

    /// `split($x, '[.]')[0]`: Ruby leaves out empty texts at the end, which an item at the beginning does not see.
    fn split_item(&self, scope: &Scope, it: &Access) -> Made<Option<Term>> {
        let [key] = &*it.keys else { return Ok(None) };
        let ExprKind::Integer(0, _) = &key.kind else { return Ok(None) };
        let Some((subject, separator)) = self.split_call(scope, &it.left)? else { return Ok(None) };
        let split = Expr::apply("lib.splitString", vec![Expr::Str(separator), subject.expr]);
        Ok(Some(Term::str(Expr::apply("builtins.head", vec![split]))))
    }

    fn split_call(&self, scope: &Scope, node: &Node) -> Made<Option<(Term, EcoString)>> {
        let (subject, pattern) = match &node.kind {
            ExprKind::Call(it) if matches!(&it.functor.kind, ExprKind::Name(name) if name == "split") => {
                let [subject, pattern] = &*it.arguments else { return Ok(None) };
                (subject, pattern)
            }
            ExprKind::MethodCall(it) if it.name == "split" => {
                let [pattern] = &*it.arguments else { return Ok(None) };
                (&it.receiver, pattern)
            }
            ExprKind::Paren(inner) => return self.split_call(scope, inner),
            _ => return Ok(None),
        };
        let (ExprKind::String(text) | ExprKind::Regex(text)) = &pattern.kind else { return Ok(None) };
        let Some(separator) = super::patterns::literal(text).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let subject = self.expr(scope, subject)?;
        Ok(subject.kind.within(Kind::STR).then_some((subject, separator)))
    }

    /// A lambda's parameters as variables of Nix, and its body with them.
    pub(super) fn lambda(
        &self,
        scope: &Scope,
        it: &Lambda,
        kinds: &[Kind],
        span: Span,
    ) -> Made<(Vec<EcoString>, Term)> {
        if it.parameters.len() != kinds.len() || it.parameters.iter().any(|p| p.captures_rest) {
            return Err(Reason::Construct("these parameters of a lambda".into()).at(scope.place(span)));
        }
        let mut inner = scope.clone();
        let mut used = scope.bound();
        let mut bound = Vec::new();
        for (parameter, kind) in it.parameters.iter().zip(kinds) {
            let name = names::local(&parameter.name, &used);
            used.push(name.clone());
            inner.bind(
                parameter.name.clone(),
                it.span,
                Term { expr: names::variable(&name), kind: kind.clone() },
            );
            bound.push(name);
        }
        let body = self.block(&inner.moved(it.span.start), it.body.as_ref())?;
        Ok((bound, body))
    }

    /// A lambda's body with values for its parameters.
    pub(super) fn applied(&self, scope: &Scope, it: &Lambda, values: Vec<Term>, span: Span) -> Made<Term> {
        if it.parameters.len() != values.len() {
            return Err(Reason::Construct("these parameters of a lambda".into()).at(scope.place(span)));
        }
        let mut inner = scope.clone();
        for (parameter, value) in it.parameters.iter().zip(values) {
            inner.bind(parameter.name.clone(), it.span, value);
        }
        self.block(&inner.moved(it.span.start), it.body.as_ref())
    }

    /// The test of a guard, by the branch that was taken.
    pub(super) fn branch(&self, scope: &Scope, node: &Node, taken: &str) -> Result<Expr, Refusal> {
        let refuse = || Reason::Construct("this branch".into()).at(scope.place(node.span));
        match &node.kind {
            ExprKind::If(it) | ExprKind::Unless(it) => {
                let test = self.test(scope, &it.test)?;
                let unless = matches!(node.kind, ExprKind::Unless(_));
                match taken {
                    "then" => Ok(if unless { not(test) } else { test }),
                    "else" => Ok(if unless { test } else { not(test) }),
                    _ => Err(refuse()),
                }
            }
            ExprKind::Case(it) => {
                let subject = self.expr(scope, &it.test)?;
                let mut before = Expr::Bool(true);
                for option in &it.options {
                    let default = option.values.iter().any(|value| matches!(value.kind, ExprKind::Default));
                    let mut test = Expr::Bool(default);
                    for value in option.values.iter().filter(|_| !default) {
                        test = or(test, self.fits(scope, &subject, value)?);
                    }
                    let words = option.values.iter().any(|value| self.slice(scope, value) == taken);
                    if words {
                        return Ok(and(before, test));
                    }
                    before = and(before, not(test));
                }
                Err(refuse())
            }
            _ => Err(refuse()),
        }
    }

    fn slice<'t>(&self, scope: &'t Scope, node: &Node) -> &'t str {
        scope.ast.source.slice(node.span)
    }
}

/// A text of parts.
pub(super) fn text(parts: Vec<Part>) -> Term {
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        let inner = match part {
            Part::Expr(Expr::Str(text)) => vec![Part::Text(text)],
            // a text within a text is a part of it
            Part::Expr(Expr::Text(inner)) => inner,
            other => vec![other],
        };
        for part in inner {
            match (joined.last_mut(), &part) {
                (_, Part::Text(text)) if text.is_empty() => {}
                (Some(Part::Text(before)), Part::Text(text)) => before.push_str(text),
                _ => joined.push(part),
            }
        }
    }
    match joined.as_slice() {
        // a text that is one value is the value
        [Part::Expr(inner)] => Term::str(inner.clone()),
        _ => Term::str(Expr::text(joined)),
    }
}

/// A list of terms.
pub(super) fn list(items: Vec<Term>) -> Term {
    let kind = Kind::tuple(items.iter().map(|item| item.kind.clone()).collect());
    Term { expr: Expr::List(items.into_iter().map(|item| item.expr).collect()), kind }
}

/// `base[keys]`: what is missing is undef.
pub(super) fn index(base: &Term, keys: &[Term]) -> Result<Term, Reason> {
    let refuse = || Reason::Construct("this index".into());
    if let ([from, count], true) = (keys, base.kind.clone().present().within(Kind::LIST))
        && let (Expr::Int(0..), Expr::Int(0..)) = (&from.expr, &count.expr)
    {
        let part = vec![from.expr.clone(), count.expr.clone(), base.expr.clone()];
        return Ok(Term::new(Expr::apply("lib.sublist", part), base.kind.clone().present()));
    }
    let [key] = keys else { return Err(refuse()) };
    let base = &base.clone().present();
    let optional = base.kind.inner().or(&Kind::new(Kind::NULL));
    match &key.expr {
        Expr::Int(at) if base.kind.within(Kind::LIST) && *at >= 0 => {
            if let Expr::List(items) = &base.expr {
                let found = usize::try_from(*at).ok().and_then(|at| items.get(at));
                return Ok(found.map_or(Term::null(), |item| Term::new(item.clone(), base.kind.item(*at))));
            }
            let items = Expr::apply("builtins.elemAt", vec![base.expr.clone(), Expr::Int(*at)]);
            Ok(Term::new(items, base.kind.item(*at)))
        }
        Expr::Str(name) if base.kind.within(Kind::SET) => {
            if let Expr::Attrs(entries) = &base.expr {
                let found = entries.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
                return Ok(found.map_or(Term::null(), |value| Term::new(value, base.kind.field(name))));
            }
            let keys = vec![Key::Name(name.clone())];
            let kind = base.kind.field(name);
            if kind.may(Kind::NULL) {
                return Ok(Term::new(base.expr.clone().select_keys(keys, Some(Expr::Null)), kind));
            }
            Ok(Term::new(selected(&base.expr, name), kind))
        }
        _ if base.kind.within(Kind::SET) && key.kind.within(Kind::STR) => {
            let keys = vec![Key::Dynamic(key.expr.clone())];
            Ok(Term::new(base.expr.clone().select_keys(keys, Some(Expr::Null)), optional))
        }
        _ => Err(refuse()),
    }
}

/// An attribute; the path of an input stays what it is, so that the input is found in it.
pub(super) fn selected(base: &Expr, name: &EcoString) -> Expr {
    let key = Key::Name(name.clone());
    match base {
        Expr::Get(get) if get.default.is_none() => {
            let keys = get.keys.iter().cloned().chain([key]).collect();
            get.base.clone().select_keys(keys, None)
        }
        base => base.clone().select_keys(vec![key], None),
    }
}

/// An arithmetic or ordering operation.
pub(super) fn operation(op: BinaryOp, left: Term, right: Term) -> Result<Term, Reason> {
    let both = |form| left.kind.within(form) && right.kind.within(form);
    let natural = left.kind.is_natural() && right.kind.is_natural();
    let number = Kind::new(if natural { Kind::INT } else { Kind::INT | Kind::NEGATIVE });
    let kind = left.kind.or(&right.kind);
    let made = |op, kind| Ok(Term::new(Expr::binary(op, left.expr.clone(), right.expr.clone()), kind));
    match op {
        BinaryOp::ShiftLeft if left.kind.within(Kind::LIST) => {
            let longer = Expr::binary(Op::Concat, left.expr.clone(), Expr::List(vec![right.expr.clone()]));
            Ok(Term::new(longer, Kind::list(left.kind.inner().or(&right.kind))))
        }
        BinaryOp::Add if both(Kind::LIST) => {
            made(Op::Concat, Kind::list(left.kind.inner().or(&right.kind.inner())))
        }
        BinaryOp::Add if both(Kind::SET) => made(Op::Update, kind),
        BinaryOp::Add if both(Kind::INT) => made(Op::Add, number),
        BinaryOp::Multiply if both(Kind::INT) => made(Op::Multiply, number),
        BinaryOp::Subtract if both(Kind::LIST) => {
            let rest = Expr::apply("lib.subtractLists", vec![right.expr.clone(), left.expr.clone()]);
            Ok(Term::new(rest, left.kind.clone()))
        }
        BinaryOp::Subtract if both(Kind::INT) => made(Op::Subtract, Kind::new(Kind::INT | Kind::NEGATIVE)),
        // Ruby rounds down and Nix towards zero: the same where nothing is below zero
        BinaryOp::Divide if natural => made(Op::Divide, number),
        BinaryOp::Modulo if natural => {
            Ok(Term::new(Expr::apply("lib.mod", vec![left.expr.clone(), right.expr.clone()]), number))
        }
        BinaryOp::Less if both(Kind::INT) => made(Op::Less, Kind::new(Kind::BOOL)),
        BinaryOp::LessEqual if both(Kind::INT) => made(Op::LessEqual, Kind::new(Kind::BOOL)),
        BinaryOp::Greater if both(Kind::INT) => made(Op::Greater, Kind::new(Kind::BOOL)),
        BinaryOp::GreaterEqual if both(Kind::INT) => made(Op::GreaterEqual, Kind::new(Kind::BOOL)),
        _ => Err(Reason::Kind(ecow::eco_format!("`{}` of what may be no integers", op.as_str()))),
    }
}
