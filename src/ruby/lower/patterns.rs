//! Patterns of `case … in`, `=>` and `in`.

use super::Lower;
use crate::{
    diag::Result,
    ruby::{
        code,
        tree::{CaseIn, Kind, Pattern},
    },
};
use lib_ruby_parser as rb;
use lib_ruby_parser::Node as N;

impl Lower<'_> {
    /// `case value in …`.
    pub(super) fn case_in(&mut self, it: &rb::nodes::CaseMatch) -> Result<Kind> {
        let value = self.node(&it.expr)?;
        let mut branches = Vec::new();
        for branch in &it.in_bodies {
            let N::InPattern(branch) = branch else { continue };
            let pattern = self.pattern(&branch.pattern)?;
            let guard = match branch.guard.as_deref() {
                Some(N::IfGuard(it)) => Some((self.node(&it.cond)?, true)),
                Some(N::UnlessGuard(it)) => Some((self.node(&it.cond)?, false)),
                _ => None,
            };
            branches.push((pattern, guard, self.maybe(branch.body.as_deref())?));
        }
        let otherwise = self.maybe(it.else_body.as_deref())?;
        let raises = it.else_l.is_none();
        Ok(Kind::CaseIn(Box::new(CaseIn { value, branches, otherwise, raises })))
    }

    /// `value => pattern`, which raises, and `value in pattern`, which tells.
    pub(super) fn match_pattern(
        &mut self,
        value: &rb::Node,
        pattern: &rb::Node,
        raises: bool,
    ) -> Result<Kind> {
        let value = self.node(value)?;
        let pattern = self.pattern(pattern)?;
        if raises {
            let branches = vec![(pattern, None, None)];
            return Ok(Kind::CaseIn(Box::new(CaseIn { value, branches, otherwise: None, raises })));
        }
        Ok(Kind::Matches(Box::new((value, pattern))))
    }

    fn pattern(&mut self, node: &rb::Node) -> Result<Pattern> {
        self.depth += 1;
        if self.depth > super::MAX_NESTING {
            return Err(self.fail(node.expression(), &code::LIMIT, "patterns nest too deep"));
        }
        let made = self.pattern_here(node);
        self.depth -= 1;
        made
    }

    fn pattern_here(&mut self, node: &rb::Node) -> Result<Pattern> {
        Ok(match node {
            N::MatchVar(it) => Pattern::Bind(self.slot(&it.name)),
            N::MatchAlt(it) => {
                Pattern::Either(Box::new(self.pattern(&it.lhs)?), Box::new(self.pattern(&it.rhs)?))
            }
            N::MatchAs(it) => {
                let inner = self.pattern(&it.value)?;
                Pattern::Both(Box::new(inner), Box::new(self.pattern(&it.as_)?))
            }
            N::Pin(it) => Pattern::Value(self.node(&it.var)?),
            N::Begin(it) if it.statements.len() == 1 => match it.statements.first() {
                Some(only) => self.pattern(only)?,
                None => Pattern::Value(self.node(node)?),
            },
            N::ConstPattern(it) => {
                let class = Pattern::Value(self.node(&it.const_)?);
                Pattern::Both(Box::new(class), Box::new(self.pattern(&it.pattern)?))
            }
            N::ArrayPattern(it) => self.list(&it.elements, false)?,
            N::ArrayPatternWithTail(it) => self.list(&it.elements, true)?,
            N::FindPattern(it) => self.find_pattern(&it.elements)?,
            N::HashPattern(it) => self.hash_pattern(&it.elements)?,
            other => Pattern::Value(self.node(other)?),
        })
    }

    /// What takes the rest in a list: nothing, or a variable.
    fn rest(&mut self, node: &rb::Node) -> Result<Option<Option<Box<Pattern>>>> {
        match node {
            N::MatchRest(it) => match it.name.as_deref() {
                Some(name) => Ok(Some(Some(Box::new(self.pattern(name)?)))),
                None => Ok(Some(None)),
            },
            _ => Ok(None),
        }
    }

    fn list(&mut self, elements: &[rb::Node], open: bool) -> Result<Pattern> {
        let (mut before, mut rest, mut after) = (Vec::new(), open.then_some(None), Vec::new());
        for element in elements {
            if let Some(found) = self.rest(element)? {
                rest = Some(found);
            } else if rest.is_some() && !open {
                after.push(self.pattern(element)?);
            } else {
                before.push(self.pattern(element)?);
            }
        }
        Ok(Pattern::List(before, rest, after))
    }

    fn find_pattern(&mut self, elements: &[rb::Node]) -> Result<Pattern> {
        let (mut ends, mut middle) = (Vec::new(), Vec::new());
        for element in elements {
            match self.rest(element)? {
                Some(found) => ends.push(found),
                None => middle.push(self.pattern(element)?),
            }
        }
        let last = ends.pop().flatten();
        Ok(Pattern::Find(ends.pop().flatten(), middle, last))
    }

    fn hash_pattern(&mut self, elements: &[rb::Node]) -> Result<Pattern> {
        let (mut pairs, mut rest, mut exact) = (Vec::new(), None, elements.is_empty());
        for element in elements {
            match element {
                N::Pair(it) => {
                    let N::Sym(key) = it.key.as_ref() else {
                        let message = "a key that is no symbol in a pattern";
                        return Err(self.fail(it.key.expression(), &code::UNSUPPORTED_SYNTAX, message));
                    };
                    let key = key.name.to_string_lossy();
                    pairs.push((key.as_str().into(), self.pattern(&it.value)?));
                }
                N::MatchVar(it) => {
                    pairs.push((it.name.as_str().into(), Pattern::Bind(self.slot(&it.name))));
                }
                N::MatchNilPattern(_) => exact = true,
                other => rest = self.rest(other)?.flatten(),
            }
        }
        Ok(Pattern::Hash { pairs, rest, exact })
    }
}
