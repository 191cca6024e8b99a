//! Ruby's expressions within templates.

use super::{
    Made,
    calls::{join, lambdas},
    erb::{Locals, Template, plain},
    kind::Kind,
    puppet::{index, list, operation, text},
    refusal::Reason,
    term::{Term, and, choose, fold, not, or},
};
use crate::{
    ruby::tree::{BlockArg, Call, Kind as K, Node},
    syntax::ast::BinaryOp,
    translate::nixos::{Expr, Op},
};
use ecow::EcoString;

impl Template<'_, '_> {
    pub(super) fn expr(&self, locals: &mut Locals, node: &Node) -> Made<Term> {
        let at = || crate::source::Location::new(self.source.clone(), node.span);
        let term = self.work.deeper(at, || self.value_of(locals, node))?;
        Ok(self.work.narrowed(term))
    }

    fn value_of(&self, locals: &mut Locals, node: &Node) -> Made<Term> {
        let refuse = |what: &str| self.refuse(node, Reason::Construct(what.into()));
        match &node.kind {
            K::Nil => Ok(Term::null()),
            K::True => Ok(Expr::Bool(true).into()),
            K::False => Ok(Expr::Bool(false).into()),
            K::Int(it) => Ok(Expr::Int(*it).into()),
            K::Float(it) => Ok(Expr::Float(*it).into()),
            K::Str(it) => Ok(Expr::Str(it.text().clone()).into()),
            K::Text(parts) => {
                let part = |node: &Node| {
                    let term = self.expr(locals, node)?;
                    term.text().or_else(|reason| self.refuse(node, reason))
                };
                Ok(text(parts.iter().map(part).collect::<Made<Vec<_>>>()?))
            }
            K::Array(items) => {
                Ok(list(items.iter().map(|it| self.expr(locals, it)).collect::<Made<Vec<_>>>()?))
            }
            K::Seq(nodes) => match nodes.as_slice() {
                [one] => self.expr(locals, one),
                _ => refuse("several expressions in one"),
            },
            K::Local(slot) => match locals.get(*slot) {
                Some(term) => Ok(term.clone()),
                None => refuse("a variable that changes"),
            },
            K::Instance(name) => self.variable(node, name.trim_start_matches('@')),
            K::And(a, b) => self.and(locals, node, a, b),
            K::Or(a, b) => self.or(locals, a, b),
            K::If(test, then, otherwise) => {
                self.if_value(locals, test, then.as_deref(), otherwise.as_deref())
            }
            K::Defined(inner) if matches!(inner.kind, K::Instance(_)) => {
                let term = self.expr(locals, inner)?;
                Ok(Term::bool(not(fold(Expr::binary(Op::Equal, term.expr, Expr::Null)))))
            }
            K::Call(call) => self.call(locals, node, call),
            _ => refuse("this expression of Ruby"),
        }
    }

    /// A variable of the caller's scope; one that is not there is nil.
    fn variable(&self, node: &Node, name: &str) -> Made<Term> {
        let unknown = Reason::Variable(name.into());
        match self.work.variable(self.scope, name, Default::default()) {
            // what is not set is nil
            Err(refusal) if refusal.reason == unknown && !name.contains("::") => Ok(Term::null()),
            Err(refusal) => self.refuse(node, refusal.reason),
            found => found,
        }
    }

    /// A condition: of `&&`, `||` and `!` only the truth counts.
    pub(super) fn test(&self, locals: &mut Locals, node: &Node) -> Made<Expr> {
        match &node.kind {
            K::And(a, b) => match self.test(locals, a)? {
                Expr::Bool(false) => Ok(Expr::Bool(false)),
                left => {
                    let right = self.work.under(&left, true, || self.test(locals, b))?;
                    Ok(and(left, right))
                }
            },
            K::Or(a, b) => match self.test(locals, a)? {
                Expr::Bool(true) => Ok(Expr::Bool(true)),
                left => {
                    let right = self.work.under(&left, false, || self.test(locals, b))?;
                    Ok(or(left, right))
                }
            },
            K::Seq(nodes) if nodes.len() == 1 => {
                nodes.first().map_or(Ok(Expr::Bool(false)), |it| self.test(locals, it))
            }
            K::Call(call) if call.name.text == "!" && call.arguments.is_empty() => match &call.receiver {
                Some(receiver) => Ok(not(self.test(locals, receiver)?)),
                None => Ok(self.expr(locals, node)?.truth()),
            },
            _ => Ok(self.expr(locals, node)?.truth()),
        }
    }

    /// `a && b`: `a` where that is false, else `b`.
    fn and(&self, locals: &mut Locals, node: &Node, a: &Node, b: &Node) -> Made<Term> {
        let left = self.expr(locals, a)?;
        match left.truth() {
            Expr::Bool(false) => Ok(left),
            Expr::Bool(true) => self.expr(locals, b),
            test => {
                let right = self.expr(locals, b)?;
                if left.kind.within(Kind::BOOL) && right.kind.within(Kind::BOOL) {
                    return Ok(Term::bool(and(test, right.truth())));
                }
                self.refuse(node, Reason::Construct("`&&` as a value".into()))
            }
        }
    }

    /// `a || b`: `a` where that is true, else `b`.
    fn or(&self, locals: &mut Locals, a: &Node, b: &Node) -> Made<Term> {
        let left = self.expr(locals, a)?;
        match left.truth() {
            Expr::Bool(true) => Ok(left),
            Expr::Bool(false) => self.expr(locals, b),
            test => {
                let right = self.expr(locals, b)?;
                if left.kind.within(Kind::BOOL | Kind::NULL) && right.kind.within(Kind::BOOL) {
                    return Ok(Term::bool(or(test, right.truth())));
                }
                let present = Term { kind: left.kind.clone().present(), ..left };
                Ok(choose(test, present, right))
            }
        }
    }

    fn call(&self, locals: &mut Locals, node: &Node, call: &Call) -> Made<Term> {
        let name = call.name.text.as_str();
        let refuse = || self.refuse(node, Reason::Method(name.into()));
        if call.safe || !call.plain {
            return refuse();
        }
        if let Some((root, path)) = self.fact_path(locals, node)? {
            return self.work.known_path(root, &path).or_else(|reason| self.refuse(node, reason));
        }
        if let Some(found) = self.scope_call(locals, node, call)? {
            return Ok(found);
        }
        let Some(receiver) = &call.receiver else { return refuse() };
        if let BlockArg::Literal(_) = &call.block {
            return self.with_block(locals, node, call, receiver);
        }
        if !matches!(call.block, BlockArg::None) {
            return refuse();
        }
        if let (K::Regexp(parts, 0), true) = (&receiver.kind, matches!(name, "=~" | "match" | "match?"))
            && let ([Node { kind: K::Str(pattern), .. }], [subject]) =
                (parts.as_slice(), call.arguments.as_slice())
        {
            let subject = self.expr(locals, subject)?;
            let test = subject.matches(pattern.text()).or_else(|reason| self.refuse(node, reason))?;
            return Ok(Term::bool(test));
        }
        if let ("==" | "!=", [Node { kind: K::Sym(_), .. }]) = (name, call.arguments.as_slice()) {
            // no value that Puppet gives is a symbol, such as its old `:undef`
            self.expr(locals, receiver)?;
            return Ok(Expr::Bool(name == "!=").into());
        }
        let this = self.expr(locals, receiver)?;
        if let ("=~" | "match" | "match?", [Node { kind: K::Regexp(parts, 0), .. }]) =
            (name, call.arguments.as_slice())
            && let [Node { kind: K::Str(pattern), .. }] = parts.as_slice()
        {
            let test = this.matches(pattern.text()).or_else(|reason| self.refuse(node, reason))?;
            return Ok(Term::bool(test));
        }
        if let ("is_a?" | "kind_of?" | "instance_of?", [Node { kind: K::Const(class), .. }]) =
            (name, call.arguments.as_slice())
        {
            return is_a(&this, &class.name).map_or_else(refuse, Ok);
        }
        let arguments = call.arguments.iter().map(|it| self.expr(locals, it)).collect::<Made<Vec<_>>>()?;
        // nil has few methods; of any other it would be an error
        let of_nil = ["to_s", "nil?", "!", "==", "!=", "freeze", "dup", "clone"].contains(&name);
        let this = if of_nil { this } else { this.present() };
        match method(name, &this, &arguments) {
            Ok(Some(term)) => Ok(term),
            Ok(None) => refuse(),
            Err(reason) => self.refuse(node, reason),
        }
    }

    /// `@facts['a']['b']`, `scope['facts']['a']`: the root and the path; `None` of anything else.
    fn fact_path(&self, locals: &mut Locals, node: &Node) -> Made<Option<(&'static str, Vec<EcoString>)>> {
        let root = |name: &str| {
            ["facts", "trusted"].into_iter().find(|known| *known == name.trim_start_matches("::"))
        };
        let (mut path, mut at) = (Vec::new(), node);
        let found = loop {
            match &at.kind {
                K::Instance(name) => break root(name.trim_start_matches('@')),
                K::Call(call) if matches!(call.name.text.as_str(), "[]" | "dig" | "lookupvar") => {
                    let Some(receiver) = &call.receiver else { return Ok(None) };
                    if is_scope(receiver) {
                        let [Node { kind: K::Str(name), .. }] = call.arguments.as_slice() else {
                            return Ok(None);
                        };
                        break root(name.text());
                    }
                    for key in call.arguments.iter().rev() {
                        match &key.kind {
                            K::Str(name) => path.push(name.text().clone()),
                            K::Int(index) => path.push(ecow::eco_format!("{index}")),
                            _ => match self.expr(locals, key)?.expr {
                                Expr::Str(name) => path.push(name),
                                _ => return Ok(None),
                            },
                        }
                    }
                    at = receiver;
                }
                _ => return Ok(None),
            }
        };
        path.reverse();
        Ok(found.filter(|_| !path.is_empty()).map(|root| (root, path)))
    }

    /// `scope['x']`, `scope.lookupvar('x')`, `scope.function_join([…])`, `scope.call_function('join', […])`.
    fn scope_call(&self, locals: &mut Locals, node: &Node, call: &Call) -> Made<Option<Term>> {
        let Some(receiver) = &call.receiver else { return Ok(None) };
        if !is_scope(receiver) {
            return Ok(None);
        }
        let name = call.name.text.as_str();
        let (function, arguments) = match (name, call.arguments.as_slice()) {
            ("[]" | "lookupvar", [variable]) => {
                let Expr::Str(variable) = self.expr(locals, variable)?.expr else {
                    return self.refuse(node, Reason::Variable("with a computed name".into()));
                };
                return self.variable(node, &variable).map(Some);
            }
            ("call_function", [function, arguments]) => match self.expr(locals, function)?.expr {
                Expr::Str(function) => (function, arguments),
                _ => return self.refuse(node, Reason::Method(name.into())),
            },
            (_, [arguments]) if name.starts_with("function_") => {
                (name.trim_start_matches("function_").into(), arguments)
            }
            _ => return self.refuse(node, Reason::Method(name.into())),
        };
        let K::Array(arguments) = &arguments.kind else {
            return self.refuse(node, Reason::Function(function));
        };
        let arguments = arguments.iter().map(|it| self.expr(locals, it)).collect::<Made<Vec<_>>>()?;
        let at = crate::source::Location::new(self.source.clone(), node.span);
        if let Some(known) = super::builtins::known(&function, &arguments, &at) {
            return Ok(Some(known));
        }
        match self.work.function(&function, &arguments) {
            Some(Ok(term)) => Ok(Some(term)),
            Some(Err(refusal)) => self.refuse(node, refusal.reason),
            None => self.refuse(node, Reason::Function(function)),
        }
    }

    fn with_block(&self, locals: &mut Locals, node: &Node, call: &Call, receiver: &Node) -> Made<Term> {
        let name = call.name.text.as_str();
        let refuse = || self.refuse(node, Reason::Method(name.into()));
        let BlockArg::Literal(block) = &call.block else { return refuse() };
        if !plain(block) || !call.arguments.is_empty() {
            return refuse();
        }
        let over = self.expr(locals, receiver)?.present();
        let inner = over.kind.inner();
        let literal_set = matches!(over.expr, Expr::Attrs(_));
        let wanted = match block.params.required.len() {
            1 if over.kind.within(Kind::LIST) => vec![("item", inner)],
            2 if over.kind.within(Kind::SET) && !literal_set => {
                vec![("name", Kind::new(Kind::STR)), ("value", inner)]
            }
            _ => return refuse(),
        };
        let (mut scope, names) = self.opened(locals, node, block, &wanted)?;
        let body = self.value(&mut scope, block.body.as_ref())?;
        let list = over.kind.within(Kind::LIST);
        let kept = |test: Expr| {
            let function = if list { "builtins.filter" } else { "lib.filterAttrs" };
            Expr::apply(function, vec![lambdas(names.clone(), test), over.expr.clone()])
        };
        Ok(match name {
            "map" | "collect" => {
                let function = if list { "map" } else { "lib.mapAttrsToList" };
                let kind = Kind::list(body.kind.clone());
                Term::new(Expr::apply(function, vec![lambdas(names, body.expr), over.expr]), kind)
            }
            "select" | "filter" => Term::new(kept(body.truth()), over.kind.clone()),
            "reject" | "delete_if" => Term::new(kept(not(body.truth())), over.kind.clone()),
            "any?" | "all?" if list => {
                let function = if name == "any?" { "builtins.any" } else { "builtins.all" };
                Term::bool(Expr::apply(function, vec![lambdas(names, body.truth()), over.expr]))
            }
            _ => return refuse(),
        })
    }
}

fn is_scope(node: &Node) -> bool {
    matches!(&node.kind, K::Call(inner) if inner.receiver.is_none() && inner.name.text == "scope")
}

/// `x.is_a?(Class)` where the kinds or Nix's own tests decide.
fn is_a(this: &Term, class: &str) -> Option<Term> {
    let (form, function) = match class {
        "String" => (Kind::STR, "builtins.isString"),
        "Array" => (Kind::LIST, "builtins.isList"),
        "Hash" => (Kind::SET, "builtins.isAttrs"),
        "Integer" => (Kind::INT, "builtins.isInt"),
        _ => return None,
    };
    Some(match (this.kind.may(form), this.kind.within(form)) {
        (false, _) => Expr::Bool(false).into(),
        (true, true) => Expr::Bool(true).into(),
        (true, false) => Term::bool(Expr::apply(function, vec![this.expr.clone()])),
    })
}

/// A method without a block; `Ok(None)` for what is not known for these kinds.
fn method(name: &str, this: &Term, arguments: &[Term]) -> Result<Option<Term>, Reason> {
    Ok(match arguments {
        [] => alone(name, this)?,
        [one] => with_one(name, this, one)?,
        [from, with] => replaced(name, this, from, with),
        _ => None,
    })
}

fn alone(name: &str, this: &Term) -> Result<Option<Term>, Reason> {
    let call = |function: &str| Expr::apply(function, vec![this.expr.clone()]);
    let text = this.kind.within(Kind::STR);
    let list = this.kind.within(Kind::LIST);
    let items = |expr: Expr| Some(Term::new(expr, this.kind.clone()));
    Ok(match name {
        "to_s" => Some(this.to_text()?),
        "freeze" | "dup" | "clone" => Some(this.clone()),
        "to_str" | "to_sym" | "chomp" | "chop" => None,
        "to_a" if list => Some(this.clone()),
        "to_i" if this.kind.within(Kind::INT) => Some(this.clone()),
        "!" => Some(Term::bool(not(this.truth()))),
        "nil?" => Some(Term::bool(fold(Expr::binary(Op::Equal, this.expr.clone(), Expr::Null)))),
        "empty?" if text => Some(Term::bool(fold(Expr::binary(Op::Equal, this.expr.clone(), Expr::str(""))))),
        "empty?" if list => {
            Some(Term::bool(fold(Expr::binary(Op::Equal, this.expr.clone(), Expr::List(Vec::new())))))
        }
        "empty?" if this.kind.within(Kind::SET) => {
            Some(Term::bool(fold(Expr::binary(Op::Equal, this.expr.clone(), Expr::Attrs(Vec::new())))))
        }
        "any?" if list && !this.kind.inner().may(Kind::NULL | Kind::BOOL) => {
            Some(Term::bool(fold(Expr::binary(Op::NotEqual, this.expr.clone(), Expr::List(Vec::new())))))
        }
        "downcase" if text => Some(Term::str(call("lib.toLower"))),
        "upcase" if text => Some(Term::str(call("lib.toUpper"))),
        "strip" => None,
        "join" => join(std::slice::from_ref(this)),
        "sort" if list && (this.kind.inner().within(Kind::STR) || this.kind.inner().within(Kind::INT)) => {
            items(Expr::apply("lib.sort", vec![Expr::select("builtins.lessThan"), this.expr.clone()]))
        }
        "uniq" if list => items(call("lib.unique")),
        "reverse" if list => items(call("lib.reverseList")),
        "flatten" if list && !this.kind.inner().may(Kind::LIST) => Some(this.clone()),
        "flatten" if list => Some(Term::new(call("lib.flatten"), Kind::list(this.kind.inner().leaves()))),
        "compact" if list && !this.kind.inner().may(Kind::NULL) => Some(this.clone()),
        "compact" if list => {
            let present = Expr::binary(Op::NotEqual, Expr::select("item"), Expr::Null);
            let kept = vec![Expr::lambda("item", present), this.expr.clone()];
            Some(Term::new(Expr::apply("builtins.filter", kept), Kind::list(this.kind.inner().present())))
        }
        "size" | "length" | "count" if this.kind.within(Kind::SET) => {
            Some(Term::int(Expr::apply("builtins.length", vec![call("builtins.attrNames")])))
        }
        "first" if list => Some(Term::new(call("builtins.head"), this.kind.inner())),
        "last" if list => Some(Term::new(call("lib.last"), this.kind.inner())),
        "size" | "length" | "count" if list => Some(Term::int(call("builtins.length"))),
        "keys" if this.kind.within(Kind::SET) => match &this.expr {
            Expr::Attrs(entries) => Some(Expr::strings(entries.iter().map(|(name, _)| name.clone())).into()),
            _ => Some(Term::new(call("builtins.attrNames"), Kind::list(Kind::new(Kind::STR)))),
        },
        "values" if this.kind.within(Kind::SET) && !matches!(this.expr, Expr::Attrs(_)) => {
            Some(Term::new(call("builtins.attrValues"), Kind::list(this.kind.inner())))
        }
        _ => None,
    })
}

fn with_one(name: &str, this: &Term, one: &Term) -> Result<Option<Term>, Reason> {
    let texts = this.kind.within(Kind::STR) && one.kind.within(Kind::STR);
    let call = |function: &str| Expr::apply(function, vec![one.expr.clone(), this.expr.clone()]);
    Ok(match name {
        "==" => Some(Term::bool(this.same(one)?)),
        "!=" => Some(Term::bool(not(this.same(one)?))),
        "[]" => Some(index(this, std::slice::from_ref(one))?),
        "join" => join(&[this.clone(), one.clone()]),
        "include?" | "member?" if this.kind.within(Kind::LIST) => Some(Term::bool(call("builtins.elem"))),
        "include?" if texts => Some(Term::bool(call("lib.hasInfix"))),
        "key?" | "has_key?" | "include?" if this.kind.within(Kind::SET) && one.kind.within(Kind::STR) => {
            Some(Term::bool(call("builtins.hasAttr")))
        }
        "start_with?" if texts => Some(Term::bool(call("lib.hasPrefix"))),
        "end_with?" if texts => Some(Term::bool(call("lib.hasSuffix"))),
        "delete_prefix" if texts => Some(Term::str(call("lib.removePrefix"))),
        "delete_suffix" if texts => Some(Term::str(call("lib.removeSuffix"))),
        "+" if texts => Some(text(vec![this.text()?, one.text()?])),
        "+" => Some(operation(BinaryOp::Add, this.clone(), one.clone())?),
        "-" => Some(operation(BinaryOp::Subtract, this.clone(), one.clone())?),
        "*" => Some(operation(BinaryOp::Multiply, this.clone(), one.clone())?),
        "/" => Some(operation(BinaryOp::Divide, this.clone(), one.clone())?),
        "%" => Some(operation(BinaryOp::Modulo, this.clone(), one.clone())?),
        "<" => Some(operation(BinaryOp::Less, this.clone(), one.clone())?),
        "<=" => Some(operation(BinaryOp::LessEqual, this.clone(), one.clone())?),
        ">" => Some(operation(BinaryOp::Greater, this.clone(), one.clone())?),
        ">=" => Some(operation(BinaryOp::GreaterEqual, this.clone(), one.clone())?),
        _ => None,
    })
}

/// `gsub` and `tr` of literal texts.
fn replaced(name: &str, this: &Term, from: &Term, with: &Term) -> Option<Term> {
    let (Expr::Str(from), Expr::Str(with)) = (&from.expr, &with.expr) else { return None };
    let one = |text: &EcoString| text.chars().count() == 1;
    let fits = match name {
        "gsub" => !from.is_empty() && !with.contains('\\'),
        "tr" => one(from) && one(with) && from != "^" && from != "\\",
        _ => false,
    };
    if !fits || !this.kind.within(Kind::STR) {
        return None;
    }
    let lists = vec![Expr::strings([from.clone()]), Expr::strings([with.clone()]), this.expr.clone()];
    Some(Term::str(Expr::apply("lib.replaceStrings", lists)))
}
