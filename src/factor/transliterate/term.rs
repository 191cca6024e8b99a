//! A transliterated value, and Puppet's rules of truth, equality and text over it.

use super::{
    kind::{Kind, is_literal},
    refusal::Reason,
};
use crate::{
    factor::evaluate::{Environment, evaluate},
    translate::nixos::{Expr, Op, Part},
};
use ecow::{EcoString, eco_format};

/// A Nix expression with what is known of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// The expression.
    pub expr: Expr,
    /// What it may be.
    pub kind: Kind,
}

impl From<Expr> for Term {
    /// Takes a literal by what it is, any other expression as unknown.
    fn from(expr: Expr) -> Self {
        Self { kind: Kind::of(&expr), expr }
    }
}

impl Term {
    /// Makes a term; what is literal is evaluated now.
    #[must_use]
    pub fn new(expr: Expr, kind: Kind) -> Self {
        let expr = fold(expr);
        if is_literal(&expr) { expr.into() } else { Self { expr, kind } }
    }

    /// The same where undef would be an error: it never is undef then.
    pub(super) fn present(self) -> Self {
        Self { kind: self.kind.present(), ..self }
    }

    pub(super) fn null() -> Self {
        Expr::Null.into()
    }

    pub(super) fn bool(expr: Expr) -> Self {
        Self::new(expr, Kind::new(Kind::BOOL))
    }

    pub(super) fn str(expr: Expr) -> Self {
        Self::new(expr, Kind::new(Kind::STR))
    }

    pub(super) fn int(expr: Expr) -> Self {
        Self::new(expr, Kind::new(Kind::INT))
    }

    /// Puppet's and Ruby's truth: all but undef and false.
    pub(super) fn truth(&self) -> Expr {
        let not_null = || Expr::binary(Op::NotEqual, self.expr.clone(), Expr::Null);
        let not_false = || Expr::binary(Op::NotEqual, self.expr.clone(), Expr::Bool(false));
        let test = match (self.kind.may(Kind::NULL), self.kind.may(Kind::BOOL)) {
            (false, false) => Expr::Bool(true),
            (true, false) => not_null(),
            (false, true) if self.kind.within(Kind::BOOL) => self.expr.clone(),
            (true, true) if self.kind.within(Kind::BOOL | Kind::NULL) => {
                Expr::binary(Op::Equal, self.expr.clone(), Expr::Bool(true))
            }
            (false, true) => not_false(),
            (true, true) => Expr::binary(Op::And, not_null(), not_false()),
        };
        fold(test)
    }

    /// What `${…}` gives in Puppet and `<%= … %>` in both kinds of templates.
    pub(super) fn text(&self) -> Result<Part, Reason> {
        let call = |name: &str| Expr::apply(name, vec![self.expr.clone()]);
        Ok(match &self.expr {
            Expr::Str(text) => Part::Text(text.clone()),
            Expr::Int(it) => Part::Text(eco_format!("{it}")),
            Expr::Bool(it) => Part::Text(eco_format!("{it}")),
            Expr::Null => Part::Text(EcoString::new()),
            _ if self.kind.within(Kind::STR) => Part::Expr(self.expr.clone()),
            _ if self.kind.within(Kind::STR | Kind::INT | Kind::NULL) => Part::Expr(call("toString")),
            _ if self.kind.within(Kind::BOOL) => Part::Expr(call("lib.boolToString")),
            _ if self.kind.within(Kind::BOOL | Kind::NULL) => {
                let absent = Expr::binary(Op::Equal, self.expr.clone(), Expr::Null);
                Part::Expr(Expr::if_else(absent, Expr::str(""), call("lib.boolToString")))
            }
            _ if self.kind.within(Kind::BOOL | Kind::NULL | Kind::STR | Kind::INT) => {
                let is_bool = call("builtins.isBool");
                Part::Expr(Expr::if_else(is_bool, call("lib.boolToString"), call("toString")))
            }
            _ => return Err(Reason::Kind("a text of a list, a hash, a float or something unknown".into())),
        })
    }

    /// The same as an expression that is a string.
    pub(super) fn to_text(&self) -> Result<Self, Reason> {
        Ok(Self::str(Expr::text(vec![self.text()?])))
    }

    /// Ruby's `==`, which minds the case of letters.
    pub(super) fn same(&self, other: &Self) -> Result<Expr, Reason> {
        if self.kind.may(Kind::LIST | Kind::SET) && other.kind.may(Kind::LIST | Kind::SET) {
            return Err(Reason::Kind("lists or hashes compared".into()));
        }
        Ok(fold(Expr::binary(Op::Equal, self.expr.clone(), other.expr.clone())))
    }

    /// Puppet's `==`, which does not mind the case of ASCII letters.
    pub(super) fn equal(&self, other: &Self) -> Result<Expr, Reason> {
        if !(self.kind.may(Kind::STR) && other.kind.may(Kind::STR)) {
            return self.same(other);
        }
        let texts = |it: &Self| it.kind.within(Kind::STR | Kind::NULL | Kind::BOOL | Kind::INT);
        match (&self.expr, &other.expr) {
            (Expr::Str(a), Expr::Str(b)) => Ok(Expr::Bool(a.eq_ignore_ascii_case(b))),
            (Expr::Str(word), _) => other.is_word(word),
            (_, Expr::Str(word)) => self.is_word(word),
            _ if texts(self) && texts(other) => Ok(Expr::binary(Op::Equal, self.lower()?, other.lower()?)),
            _ => Err(Reason::Kind("values of unknown kinds compared".into())),
        }
    }

    fn is_word(&self, word: &EcoString) -> Result<Expr, Reason> {
        let plain = |word: &EcoString| Expr::binary(Op::Equal, self.expr.clone(), Expr::Str(word.clone()));
        if !word.bytes().any(|letter| letter.is_ascii_alphabetic()) {
            return Ok(plain(word));
        }
        if let Some(words) = self.kind.known_words() {
            let alike: Vec<&EcoString> = words.iter().filter(|it| it.eq_ignore_ascii_case(word)).collect();
            let tests = alike.into_iter().map(plain);
            return Ok(tests.reduce(|a, b| Expr::binary(Op::Or, a, b)).unwrap_or(Expr::Bool(false)));
        }
        let test = Expr::binary(Op::Equal, self.lower()?, Expr::Str(word.to_ascii_lowercase()));
        Ok(test)
    }

    /// The value with texts in small letters; what is no text must be told apart first.
    fn lower(&self) -> Result<Expr, Reason> {
        let lower = Expr::apply("lib.toLower", vec![self.expr.clone()]);
        if self.kind.within(Kind::STR) {
            return Ok(fold(lower));
        }
        if self.kind.within(Kind::STR | Kind::NULL) {
            let absent = Expr::binary(Op::Equal, self.expr.clone(), Expr::Null);
            return Ok(Expr::if_else(absent, Expr::Null, lower));
        }
        let is_text = Expr::apply("builtins.isString", vec![self.expr.clone()]);
        Ok(Expr::if_else(is_text, lower, self.expr.clone()))
    }
}

/// What a test says of the kinds of values where it holds (or does not): expressions with the forms that are left.
pub(super) fn consequences(test: &Expr, holds: bool, out: &mut Vec<(Expr, u8)>) {
    let mut is = |expr: &Expr, form: u8, holds: bool| {
        out.push((expr.clone(), if holds { form } else { !form }));
    };
    match test {
        Expr::Not(inner) => consequences(inner, !holds, out),
        Expr::Binary(Op::And, sides) if holds => {
            consequences(&sides.0, true, out);
            consequences(&sides.1, true, out);
        }
        Expr::Binary(Op::Or, sides) if !holds => {
            consequences(&sides.0, false, out);
            consequences(&sides.1, false, out);
        }
        Expr::Binary(Op::Equal, sides) if sides.1 == Expr::Null => is(&sides.0, Kind::NULL, holds),
        Expr::Binary(Op::NotEqual, sides) if sides.1 == Expr::Null => is(&sides.0, Kind::NULL, !holds),
        Expr::Binary(Op::Equal, sides) if sides.1 == Expr::Bool(true) && holds => {
            is(&sides.0, Kind::BOOL, true)
        }
        Expr::Apply(name, arguments) => {
            let form = match name.last().map_or("", |name| name.as_str()) {
                "isList" => Kind::LIST,
                "isString" => Kind::STR,
                "isAttrs" => Kind::SET,
                "isBool" => Kind::BOOL,
                "isInt" => Kind::INT,
                "isNull" => Kind::NULL,
                _ => return,
            };
            if let [argument] = arguments.as_slice() {
                is(argument, form, holds);
            }
        }
        _ => {}
    }
}

/// `if`, with a test that is known already decided, and Boolean branches as operators.
pub(super) fn choose(test: Expr, then: Term, otherwise: Term) -> Term {
    match test {
        Expr::Bool(true) => then,
        Expr::Bool(false) => otherwise,
        _ if then.expr == otherwise.expr => then,
        test => {
            let kind = match (is_throw(&then.expr), is_throw(&otherwise.expr)) {
                (true, false) => otherwise.kind.clone(),
                (false, true) => then.kind.clone(),
                _ => then.kind.or(&otherwise.kind),
            };
            Term { expr: Expr::if_else(test, then.expr, otherwise.expr), kind }
        }
    }
}

fn is_throw(expr: &Expr) -> bool {
    matches!(expr, Expr::Apply(name, _) if name.iter().map(EcoString::as_str).eq(["throw"]))
}

/// A conjunction without what is known already.
pub(super) fn and(a: Expr, b: Expr) -> Expr {
    match (a, b) {
        (Expr::Bool(true), other) | (other, Expr::Bool(true)) => other,
        (Expr::Bool(false), _) => Expr::Bool(false),
        (a, b) => Expr::binary(Op::And, a, b),
    }
}

/// A disjunction without what is known already.
pub(super) fn or(a: Expr, b: Expr) -> Expr {
    match (a, b) {
        (Expr::Bool(false), other) | (other, Expr::Bool(false)) => other,
        (Expr::Bool(true), _) => Expr::Bool(true),
        (a, b) => Expr::binary(Op::Or, a, b),
    }
}

/// A negation, pushed into comparisons.
pub(super) fn not(expr: Expr) -> Expr {
    match expr {
        Expr::Bool(it) => Expr::Bool(!it),
        Expr::Not(inner) => *inner,
        Expr::Binary(Op::Equal, sides) => Expr::Binary(Op::NotEqual, sides),
        Expr::Binary(Op::NotEqual, sides) => Expr::Binary(Op::Equal, sides),
        other => other.negated(),
    }
}

/// Evaluates what has only literal parts; anything that fails then stays as it is and fails where it is used.
pub(super) fn fold(expr: Expr) -> Expr {
    let known = !is_literal(&expr)
        && matches!(expr, Expr::Binary(..) | Expr::Apply(..) | Expr::Not(_) | Expr::Get(_) | Expr::Has(..))
        && expr.children().into_iter().all(is_literal);
    if !known {
        return expr;
    }
    evaluate(&expr, &Environment::default()).ok().filter(is_literal).unwrap_or(expr)
}
