//! Assignments.

use super::{
    Interp,
    eval::{get, set},
};
use crate::ruby::{
    core::Args,
    lower,
    object::{Class, R, Rv, Scope},
    tree::{Attribute, ConstPath, ConstScope, Kind, Node, Slot, Target},
};
use ecow::EcoString;
use std::rc::Rc;

impl Interp<'_> {
    /// Assigns a value.
    pub(super) fn assign(&mut self, target: &Target, value: Rv, scope: &Scope) -> R<()> {
        match target {
            Target::Local(slot) => set(&scope.env, *slot, value),
            Target::Instance(name) => self.write_variable(&scope.this, name, value)?,
            Target::Global(name) => {
                self.globals.insert(name.clone(), value);
            }
            Target::ClassVar(name) => self.set_class_variable(name, value, scope),
            Target::Const(path) => self.set_constant(path, value, scope)?,
            Target::Index(receiver, indexes) => {
                let receiver = self.eval(receiver, scope)?;
                let indexes = self.values(indexes, scope)?;
                self.set_index(&receiver, indexes, value)?;
            }
            Target::Attribute(receiver, attribute) => {
                let receiver = self.eval(receiver, scope)?;
                self.set_attribute(&receiver, attribute, value)?;
            }
            Target::Splat(inner) => {
                let value = Rv::array(self.splat(&value)?);
                if let Some(inner) = inner {
                    self.assign(inner, value, scope)?;
                }
            }
            Target::Nested(targets) => {
                let values = self.destructure(&value)?;
                self.assign_all(targets, values, scope)?;
            }
        }
        Ok(())
    }

    fn set_index(&mut self, receiver: &Rv, mut indexes: Vec<Rv>, value: Rv) -> R<()> {
        indexes.push(value);
        self.send(receiver, "[]=", &indexes).map(|_| ())
    }

    fn set_attribute(&mut self, receiver: &Rv, attribute: &Attribute, value: Rv) -> R<()> {
        if attribute.safe && receiver.is_nil() {
            return Ok(());
        }
        self.dispatch(receiver, &attribute.writer, Args::of(vec![value]), true).map(|_| ())
    }

    /// The values an array, or what acts as one, gives to several targets.
    fn destructure(&mut self, value: &Rv) -> R<Vec<Rv>> {
        match value {
            Rv::Array(items) => Ok(items.to_vec()),
            other if matches!(other, Rv::Object(_)) && self.responds_to(other, "to_ary") => {
                let list = self.send(other, "to_ary", &[])?;
                self.to_vec(&list)
            }
            other => Ok(vec![other.clone()]),
        }
    }

    fn assign_all(&mut self, targets: &[Target], values: Vec<Rv>, scope: &Scope) -> R<()> {
        let splat = targets.iter().position(|target| matches!(target, Target::Splat(_)));
        let after = splat.map_or(0, |at| targets.len() - at - 1);
        let middle = values.len().saturating_sub(splat.unwrap_or(0) + after);
        let mut values = values.into_iter();
        for target in targets {
            let value = match target {
                Target::Splat(_) => Rv::array(values.by_ref().take(middle).collect()),
                _ => values.next().unwrap_or(Rv::Nil),
            };
            self.assign(target, value, scope)?;
        }
        Ok(())
    }

    pub(super) fn multi_assign(&mut self, targets: &[Target], value: &Node, scope: &Scope) -> R {
        let value = self.eval(value, scope)?;
        let values = self.destructure(&value)?;
        self.assign_all(targets, values, scope)?;
        Ok(value)
    }

    /// `a += b`.
    pub(super) fn op_assign(&mut self, target: &Target, operator: &str, value: &Node, scope: &Scope) -> R {
        self.update(target, scope, |this, old| {
            let right = this.eval(value, scope)?;
            if let Some(result) = crate::ruby::core::quick(&old, operator, &right) {
                return Ok(Some(result));
            }
            let args = Args { values: vec![right], keywords: false, block: None, scope: Some(scope) };
            this.dispatch(&old, &lower::name(operator), args, false).map(Some)
        })
    }

    /// `a ||= b` and `a &&= b`.
    pub(super) fn logic_assign(&mut self, target: &Target, value: &Node, and: bool, scope: &Scope) -> R {
        self.update(target, scope, |this, old| {
            if old.truthy() == and { this.eval(value, scope).map(Some) } else { Ok(None) }
        })
    }

    /// Reads a target once, computes, and writes unless nothing was computed; gives the final value.
    fn update(
        &mut self,
        target: &Target,
        scope: &Scope,
        compute: impl FnOnce(&mut Self, Rv) -> R<Option<Rv>>,
    ) -> R {
        match target {
            Target::Index(receiver, indexes) => {
                let receiver = self.eval(receiver, scope)?;
                let indexes = self.values(indexes, scope)?;
                let old = self.send(&receiver, "[]", &indexes)?;
                let Some(new) = compute(self, old.clone())? else { return Ok(old) };
                self.set_index(&receiver, indexes, new.clone())?;
                Ok(new)
            }
            Target::Attribute(receiver, attribute) => {
                let receiver = self.eval(receiver, scope)?;
                if attribute.safe && receiver.is_nil() {
                    return Ok(Rv::Nil);
                }
                let old = self.dispatch(&receiver, &attribute.reader, Args::of(Vec::new()), true)?;
                let Some(new) = compute(self, old.clone())? else { return Ok(old) };
                self.set_attribute(&receiver, attribute, new.clone())?;
                Ok(new)
            }
            simple => {
                let old = self.read(simple, scope)?;
                let Some(new) = compute(self, old.clone())? else { return Ok(old) };
                self.assign(simple, new.clone(), scope)?;
                Ok(new)
            }
        }
    }

    fn read(&mut self, target: &Target, scope: &Scope) -> R {
        match target {
            Target::Local(slot) => Ok(get(&scope.env, *slot)),
            Target::Instance(name) => {
                let kind = Kind::Instance(name.clone());
                self.eval(&Node { span: self.at, kind }, scope)
            }
            Target::Global(name) => Ok(self.globals.get(name).cloned().unwrap_or(Rv::Nil)),
            Target::ClassVar(name) => Ok(self.find_class_variable(name, scope).unwrap_or(Rv::Nil)),
            Target::Const(path) => match self.const_owner(path, scope)? {
                Some(class) => Ok(class.consts.borrow().get(&path.name).cloned().unwrap_or(Rv::Nil)),
                None => Ok(Rv::Nil),
            },
            _ => Ok(Rv::Nil),
        }
    }

    fn const_owner(&mut self, path: &ConstPath, scope: &Scope) -> R<Option<Rc<Class>>> {
        Ok(match &path.scope {
            ConstScope::Lexical => Some(scope.cref.class.clone()),
            ConstScope::Top => Some(self.world.object.clone()),
            ConstScope::In(of) => match self.eval(of, scope)? {
                Rv::Class(class) => Some(class),
                _ => None,
            },
        })
    }

    fn set_constant(&mut self, path: &ConstPath, value: Rv, scope: &Scope) -> R<()> {
        let Some(owner) = self.const_owner(path, scope)? else {
            return Err(self.type_error("not a class/module"));
        };
        if let Rv::Class(class) = &value
            && class.name.borrow().is_empty()
        {
            class.name.replace(self.qualified(&owner, &path.name));
        }
        owner.consts.borrow_mut().insert(path.name.clone(), value);
        Ok(())
    }

    /// `/(?<x>…)/ =~ text`: the named groups become local variables.
    pub(super) fn match_assign(
        &mut self,
        regexp: &Node,
        text: &Node,
        names: &[(EcoString, Slot)],
        scope: &Scope,
    ) -> R {
        let regexp = self.eval(regexp, scope)?;
        let text = self.eval(text, scope)?;
        let args = Args { values: vec![text], keywords: false, block: None, scope: Some(scope) };
        let result = self.send_with(&regexp, "=~", args)?;
        let last = scope.frame.last_match.borrow().clone();
        for (name, slot) in names {
            let value = match &last {
                Rv::Match(found) => found.named(name).into(),
                _ => Rv::Nil,
            };
            set(&scope.env, *slot, value);
        }
        Ok(result)
    }
}
