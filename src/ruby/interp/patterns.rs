//! Matching a value against a pattern.

use super::{Interp, eval::set};
use crate::maps::IndexMap;
use crate::ruby::{
    object::{Key, R, Rv, Scope},
    tree::{CaseIn, Entry, Node, Pattern, Rest},
};

impl Interp<'_> {
    pub(super) fn case_in(&mut self, it: &CaseIn, scope: &Scope) -> R {
        let value = self.eval(&it.value, scope)?;
        for (pattern, guard, body) in &it.branches {
            if self.matches(pattern, &value, scope)? && self.guarded(guard.as_ref(), scope)? {
                return body.as_ref().map_or(Ok(Rv::Nil), |body| self.eval(body, scope));
            }
        }
        if !it.raises {
            return it.otherwise.as_ref().map_or(Ok(Rv::Nil), |body| self.eval(body, scope));
        }
        let mut message = self.inspect(&value)?;
        if let [(Pattern::Value(node), None, _)] = it.branches.as_slice() {
            let wanted = self.eval(node, scope)?;
            let (wanted, shown) = (self.inspect(&wanted)?, message.clone());
            message.push_str(&format!(": {} === {} does not return true", wanted.as_str(), shown.as_str()));
        }
        Err(self.raise("NoMatchingPatternError", message))
    }

    fn guarded(&mut self, guard: Option<&(Node, bool)>, scope: &Scope) -> R<bool> {
        match guard {
            Some((condition, wanted)) => Ok(self.eval(condition, scope)?.truthy() == *wanted),
            None => Ok(true),
        }
    }

    /// Whether a value fits; variables of the pattern are set on the way.
    pub(super) fn matches(&mut self, pattern: &Pattern, value: &Rv, scope: &Scope) -> R<bool> {
        self.step()?;
        match pattern {
            Pattern::Value(node) => {
                let wanted = self.eval(node, scope)?;
                self.case_equal(&wanted, value, Some(scope))
            }
            Pattern::Bind(slot) => {
                set(&scope.env, *slot, value.clone());
                Ok(true)
            }
            Pattern::Either(a, b) => Ok(self.matches(a, value, scope)? || self.matches(b, value, scope)?),
            Pattern::Both(a, b) => Ok(self.matches(a, value, scope)? && self.matches(b, value, scope)?),
            Pattern::List(before, rest, after) => match self.parts(value)? {
                Some(items) => self.nested(|it| it.list_fits((before, rest, after), &items, scope)),
                None => Ok(false),
            },
            Pattern::Find(before, middle, after) => match self.parts(value)? {
                Some(items) => self.find_fits((before, middle, after), &items, scope),
                None => Ok(false),
            },
            Pattern::Hash { pairs, rest, exact } => match self.entries(value, pairs)? {
                Some(entries) => self.nested(|it| it.hash_fits((pairs, rest, *exact), entries, scope)),
                None => Ok(false),
            },
        }
    }

    /// The items of what can be taken apart like a list.
    fn parts(&mut self, value: &Rv) -> R<Option<Vec<Rv>>> {
        match value {
            Rv::Array(items) => Ok(Some(items.to_vec())),
            Rv::Object(_) if self.responds_to(value, "deconstruct") || is_struct(value) => {
                let made = self.send(value, "deconstruct", &[])?;
                self.to_vec(&made).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The entries of what can be taken apart like a hash.
    fn entries(&mut self, value: &Rv, pairs: &[Entry]) -> R<Option<IndexMap<Key, Rv>>> {
        let made = match value {
            Rv::Hash(_) => value.clone(),
            Rv::Object(_) if self.responds_to(value, "deconstruct_keys") || is_struct(value) => {
                let keys = pairs.iter().map(|(name, _)| Rv::Sym(name.clone())).collect();
                self.send(value, "deconstruct_keys", &[Rv::array(keys)])?
            }
            _ => return Ok(None),
        };
        Ok(if let Rv::Hash(hash) = made { Some(hash.entries().clone()) } else { None })
    }

    fn all_fit(&mut self, patterns: &[Pattern], items: &[Rv], scope: &Scope) -> R<bool> {
        for (pattern, item) in patterns.iter().zip(items) {
            if !self.matches(pattern, item, scope)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn list_fits(
        &mut self,
        (before, rest, after): (&[Pattern], &Rest, &[Pattern]),
        items: &[Rv],
        scope: &Scope,
    ) -> R<bool> {
        let least = before.len() + after.len();
        if items.len() < least || rest.is_none() && items.len() > least {
            return Ok(false);
        }
        let (first, others) = items.split_at_checked(before.len()).unwrap_or((items, &[]));
        let (middle, last) = others.split_at_checked(others.len() - after.len()).unwrap_or((others, &[]));
        if !self.all_fit(before, first, scope)? || !self.all_fit(after, last, scope)? {
            return Ok(false);
        }
        match rest {
            Some(Some(rest)) => self.matches(rest, &Rv::array(middle.to_vec()), scope),
            Some(None) | None => Ok(true),
        }
    }

    fn find_fits(
        &mut self,
        (before, middle, after): (&Option<Box<Pattern>>, &[Pattern], &Option<Box<Pattern>>),
        items: &[Rv],
        scope: &Scope,
    ) -> R<bool> {
        for (start, window) in items.windows(middle.len().max(1)).enumerate() {
            if !self.all_fit(middle, window, scope)? {
                continue;
            }
            let (first, last) = (items.get(..start), items.get(start + middle.len()..));
            for (side, part) in [(before, first), (after, last)] {
                if let Some(side) = side {
                    self.matches(side, &Rv::array(part.unwrap_or_default().to_vec()), scope)?;
                }
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn hash_fits(
        &mut self,
        (pairs, rest, exact): (&[Entry], &Option<Box<Pattern>>, bool),
        mut entries: IndexMap<Key, Rv>,
        scope: &Scope,
    ) -> R<bool> {
        for (name, pattern) in pairs {
            let Some(value) = entries.shift_remove(&Key(Rv::Sym(name.clone()))) else { return Ok(false) };
            if !self.matches(pattern, &value, scope)? {
                return Ok(false);
            }
        }
        if exact && !entries.is_empty() {
            return Ok(false);
        }
        match rest {
            Some(rest) => self.matches(rest, &Rv::hash(entries), scope),
            None => Ok(true),
        }
    }
}

fn is_struct(value: &Rv) -> bool {
    Interp::shape(value) == crate::ruby::object::Shape::Struct
}
