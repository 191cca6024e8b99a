//! Labels of secrets through builtin methods: what is not carried byte by byte is unioned over the result.

use super::Interp;
use crate::{
    ruby::{
        code,
        core::label_bytes,
        object::{Data, Flow, R, Rv},
    },
    value::{Labels, Secret, Str},
};
use std::{rc::Rc, sync::Arc};

impl Interp<'_> {
    /// Collects the secrets of the strings among the values, one level into arrays.
    pub(crate) fn secrets(&self, receiver: &Rv, arguments: &[Rv]) -> Vec<Arc<Secret>> {
        let mut found = Vec::new();
        std::iter::once(receiver).chain(arguments).for_each(|value| collect(value, &mut found, 0));
        found
    }

    /// Labels the message of an exception that a method raised: it may quote its arguments.
    pub(crate) fn label_raised(&self, flow: &Flow, secrets: &[Arc<Secret>]) {
        let (Flow::Raise(Rv::Object(object)), Some(first)) = (flow, secrets.first()) else { return };
        let Data::Exception(raised) = &object.data else { return };
        if let Some(Rv::Str(text)) = &raised.borrow().message
            && text.text.borrow().labels().is_none()
        {
            let derived = Secret { derived: true, ..first.as_ref().clone() };
            let plain = text.text.borrow().text().clone();
            let labels = Labels::whole(plain.len(), Arc::new(derived));
            text.text.replace(Str::with_labels(plain, labels));
        }
    }

    /// Labels the strings of a result that have no labels of their own as derived of the secrets.
    pub(crate) fn label(&self, result: Rv, secrets: &[Arc<Secret>]) -> R {
        let Some(first) = secrets.first() else { return Ok(result) };
        if let Rv::Str(text) = &result
            && text.text.borrow().labels().is_none()
            && !text.text.borrow().is_empty()
        {
            if first.opaque {
                let message =
                    format!("computing with the secret `{}`, whose plaintext is not known", first.id);
                return Err(self.fatal(&code::OPAQUE_SECRET, message));
            }
            let derived = Secret { derived: true, ..first.as_ref().clone() };
            let plain = text.text.borrow().text().clone();
            let labels = Labels::whole(plain.len(), Arc::new(derived));
            text.text.replace(Str::with_labels(plain, labels));
        } else if matches!(&result, Rv::Object(object) if matches!(object.data, Data::Bytes(_))) {
            let derived = Secret { derived: true, ..first.as_ref().clone() };
            label_bytes(&result, &Arc::new(derived));
        } else if let Rv::Array(items) = &result {
            for item in items.to_vec() {
                self.label(item, secrets)?;
            }
        }
        Ok(result)
    }
}

fn collect(value: &Rv, found: &mut Vec<Arc<Secret>>, depth: u32) {
    match value {
        Rv::Str(text) => {
            if let Some(labels) = text.text.borrow().labels() {
                found.extend(labels.ranges().iter().map(|range| range.secret.clone()));
            }
        }
        Rv::Array(items) if depth < 3 => {
            items.items().iter().for_each(|item| collect(item, found, depth + 1));
        }
        Rv::Hash(entries) if depth < 3 => {
            for (key, value) in entries.entries().iter() {
                collect(&key.0, found, depth + 1);
                collect(value, found, depth + 1);
            }
        }
        Rv::Object(object) if depth < 3 => {
            if let Data::Bytes(held) = &object.data {
                found.extend(held.secrets.borrow().iter().cloned());
            }
            object.vars.borrow().values().for_each(|value| collect(value, found, depth + 1));
        }
        Rv::Match(found_match) => {
            collect(
                &Rv::Str(Rc::new(crate::ruby::object::RString {
                    text: std::cell::RefCell::new(found_match.text.clone()),
                    frozen: std::cell::Cell::new(true),
                })),
                found,
                depth + 1,
            );
        }
        _ => {}
    }
}
