//! Exceptions.

use super::{Args, Row, carry, own, row};
use crate::{
    ruby::{
        interp::Interp,
        object::{Data, R, Raised, Rv},
    },
    value::Str,
};
use std::cell::RefCell;

/// The methods of exceptions.
pub(super) static EXCEPTION: &[Row] = &[
    carry("message", 0, 0, |it, this, _| {
        let text = it.send(this, "to_s", &[])?;
        it.to_s(&text).map(Rv::str)
    }),
    carry("to_s", 0, 0, |it, this, _| it.message_of(this).map(Rv::str)),
    carry("detailed_message", 0, -1, |it, this, _| it.message_of(this).map(Rv::str)),
    carry("full_message", 0, -1, |it, this, _| it.message_of(this).map(Rv::str)),
    carry("exception", 0, 1, exception),
    row("backtrace", 0, 0, backtrace),
    row("set_backtrace", 1, 1, |_, _, args| Ok(args.at(0).clone())),
    row("cause", 0, 0, |_, this, _| {
        Ok(raised(this).and_then(|it| it.borrow().cause.clone()).unwrap_or(Rv::Nil))
    }),
    own("initialize", 0, -1, initialize),
];

fn raised(value: &Rv) -> Option<&RefCell<Raised>> {
    match value {
        Rv::Object(object) => match &object.data {
            Data::Exception(raised) => Some(raised),
            _ => None,
        },
        _ => None,
    }
}

fn initialize(_: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    if let (Some(raised), Some(message)) = (raised(this), args.opt(0)) {
        raised.borrow_mut().message = Some(message.clone());
    }
    Ok(Rv::Nil)
}

fn exception(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(message) = args.opt(0) else { return Ok(this.clone()) };
    let class = it.class_of(this);
    Ok(it.exception(class, Some(message.clone())))
}

fn backtrace(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let place = raised(this).and_then(|raised| raised.borrow().at.clone());
    Ok(place.map_or(Rv::Nil, |place| Rv::array(vec![Rv::str(place.to_string())])))
}

impl Interp<'_> {
    /// An exception's message: its class's name where it was given none.
    pub(crate) fn message_of(&mut self, exception: &Rv) -> R<Str> {
        let message = raised(exception).and_then(|raised| raised.borrow().message.clone());
        match message {
            None | Some(Rv::Nil) => Ok(Str::new(self.class_name(exception))),
            Some(message) => self.to_s(&message),
        }
    }
}
