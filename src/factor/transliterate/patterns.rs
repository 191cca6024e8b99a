//! Regular expressions that are prefixes, suffixes, parts or whole texts; `in`.

use super::{
    kind::Kind,
    refusal::Reason,
    term::{Term, fold, or},
};
use crate::translate::nixos::{Expr, Key, Op};
use ecow::EcoString;

/// A pattern without anything special, its escapes taken away.
pub(super) fn literal(pattern: &str) -> Option<EcoString> {
    let mut out = EcoString::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                escaped if escaped.is_ascii_punctuation() => out.push(escaped),
                _ => return None,
            },
            '[' => {
                // a set of one letter is that letter
                let one = letters.next().filter(|it| !"^]\\".contains(*it))?;
                letters.next().filter(|end| *end == ']')?;
                out.push(one);
            }
            '.' | '*' | '+' | '?' | '(' | ')' | ']' | '{' | '}' | '|' | '^' | '$' => return None,
            other => out.push(other),
        }
    }
    Some(out)
}

/// Alternatives at the top of a pattern, an enclosing group taken away.
fn alternatives(pattern: &str) -> Option<Vec<&str>> {
    let inner = pattern.strip_prefix("(?:").or_else(|| pattern.strip_prefix('('));
    let inner = inner.and_then(|rest| rest.strip_suffix(')')).unwrap_or(pattern);
    (!inner.contains(['(', ')'])).then(|| inner.split('|').collect())
}

/// The letters that a pattern begins and ends with when it is anchored.
fn anchors(pattern: &str) -> (bool, bool, &str) {
    let (from, rest) = match pattern.strip_prefix("\\A").or_else(|| pattern.strip_prefix('^')) {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let ended = rest.strip_suffix("\\z").or_else(|| rest.strip_suffix("\\Z"));
    let dollar = rest.strip_suffix('$').filter(|rest| !rest.ends_with('\\'));
    match ended.or(dollar) {
        Some(rest) => (from, true, rest),
        None => (from, false, rest),
    }
}

impl Term {
    /// Puppet's `=~` with a pattern, of texts of one line.
    pub(super) fn matches(&self, pattern: &str) -> Result<Expr, Reason> {
        let refuse = || Reason::Regexp(pattern.into());
        if !self.kind.within(Kind::STR) {
            return Err(Reason::Kind("a match of what may be no text".into()));
        }
        let branches = if literal(anchors(pattern).2).is_some() { None } else { pattern.split_once('|') };
        // `^a|b$` has an anchor on each side only
        let whole = match branches {
            Some(_) if pattern.contains('(') => vec![pattern],
            Some(_) => pattern.split('|').collect(),
            None => vec![pattern],
        };
        let mut test = Expr::Bool(false);
        for pattern in whole {
            let (from, to, rest) = anchors(pattern);
            let rest = rest.strip_prefix(".*").filter(|_| from).map_or((from, rest), |rest| (false, rest));
            let (from, rest) = rest;
            let (to, rest) = rest.strip_suffix(".*").map_or((to, rest), |rest| (false, rest));
            for word in alternatives(rest).ok_or_else(refuse)? {
                let word = literal(word).ok_or_else(refuse)?;
                test = or(test, self.anchored(from, to, word));
            }
        }
        Ok(test)
    }

    fn anchored(&self, from: bool, to: bool, word: EcoString) -> Expr {
        let call = |name| Expr::apply(name, vec![Expr::Str(word.clone()), self.expr.clone()]);
        fold(match (from, to) {
            (true, true) => Expr::binary(Op::Equal, self.expr.clone(), Expr::Str(word)),
            (true, false) => call("lib.hasPrefix"),
            (false, true) => call("lib.hasSuffix"),
            (false, false) => call("lib.hasInfix"),
        })
    }

    /// Puppet's `in`, which does not mind the case of letters.
    pub(super) fn is_in(&self, list: &Self) -> Result<Self, Reason> {
        let refuse = |what: &str| Err(Reason::Kind(what.into()));
        match &list.expr {
            Expr::List(items) => {
                let mut test = Expr::Bool(false);
                for item in items {
                    let item = Self { expr: item.clone(), kind: list.kind.inner() };
                    let item = if Kind::of(&item.expr) == Kind::any() { item } else { item.expr.into() };
                    test = or(test, self.equal(&item)?);
                }
                Ok(Self::bool(test))
            }
            _ if list.kind.within(Kind::LIST) => {
                let plain = |it: &Self| match &it.expr {
                    Expr::Str(word) => !word.bytes().any(|letter| letter.is_ascii_alphabetic()),
                    _ => !it.kind.may(Kind::STR),
                };
                if plain(self) || !list.kind.inner().may(Kind::STR) {
                    return Ok(Self::bool(Expr::apply(
                        "builtins.elem",
                        vec![self.expr.clone(), list.expr.clone()],
                    )));
                }
                if !(self.kind.within(Kind::STR) && list.kind.inner().within(Kind::STR)) {
                    return refuse("`in` a list of unknown kinds");
                }
                let lower = |it: Expr| Expr::apply("lib.toLower", vec![it]);
                let all = Expr::apply("map", vec![Expr::select("lib.toLower"), list.expr.clone()]);
                Ok(Self::bool(Expr::apply("builtins.elem", vec![fold(lower(self.expr.clone())), all])))
            }
            _ if list.kind.within(Kind::SET) => match &self.expr {
                Expr::Str(word)
                    if !word.bytes().any(|letter| letter.is_ascii_alphabetic())
                        || list.kind.has_one_spelling(word) =>
                {
                    Ok(Self::bool(Expr::Has(Box::new(list.expr.clone()), vec![Key::Name(word.clone())])))
                }
                _ => refuse("`in` a hash, whose keys are compared without case"),
            },
            _ if self.kind.within(Kind::STR) && list.kind.within(Kind::STR) => {
                let lower = |it: &Self| fold(Expr::apply("lib.toLower", vec![it.expr.clone()]));
                Ok(Self::bool(Expr::apply("lib.hasInfix", vec![lower(self), lower(list)])))
            }
            _ => refuse("`in` what may be no list"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::nix;

    #[test]
    fn simple_patterns_become_prefixes_and_suffixes() {
        let term = Term { expr: Expr::select("x"), kind: Kind::new(Kind::STR) };
        let shown = |pattern: &str| term.matches(pattern).map(|expr| nix(&expr)).map_err(|it| it.to_string());
        assert_eq!(shown("^web"), Ok(r#"lib.hasPrefix "web" x"#.into()));
        assert_eq!(shown(r"\.example\.net$"), Ok(r#"lib.hasSuffix ".example.net" x"#.into()));
        assert_eq!(shown("^(a|b)$"), Ok(r#"x == "a" || x == "b""#.into()));
        assert_eq!(shown("a[.]b"), Ok(r#"lib.hasInfix "a.b" x"#.into()));
        assert_eq!(shown("^web.*"), Ok(r#"lib.hasPrefix "web" x"#.into()));
        assert_eq!(shown("^a|b$"), Ok(r#"lib.hasPrefix "a" x || lib.hasSuffix "b" x"#.into()));
        assert!(shown(r"^web\d+").is_err());
        assert!(shown("^(a|b)(c|d)$").is_err());
        assert!(shown("a|(b)").is_err());
    }
}
