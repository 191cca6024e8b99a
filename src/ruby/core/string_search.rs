//! `String`: searching, splitting and replacing, by text and by regular expressions.

use super::{
    Args, Row, carry, row,
    string::{byte_at, char_at, text},
    string_change::in_place,
};
use crate::{
    ruby::{
        interp::Interp,
        object::{R, RMatch, RRegexp, Rv},
    },
    value::Str,
};
use std::rc::Rc;

/// Searching, splitting and replacing.
pub(super) static STRING: &[Row] = &[
    row("=~", 1, 1, match_operator),
    row("match", 1, 2, match_pattern),
    row("match?", 1, 2, is_match),
    row("index", 1, 2, index),
    row("rindex", 1, 2, rindex),
    carry("scan", 1, 1, scan),
    carry("split", 0, 2, split),
    carry("partition", 1, 1, partition),
    carry("rpartition", 1, 1, rpartition),
    carry("sub", 1, 2, |it, this, args| substitute(it, this, args, false)),
    carry("gsub", 1, 2, |it, this, args| substitute(it, this, args, true)),
    carry("sub!", 1, 2, |it, this, args| {
        in_place(it, this, args, |it, this, args| substitute(it, this, args, false))
    }),
    carry("gsub!", 1, 2, |it, this, args| {
        in_place(it, this, args, |it, this, args| substitute(it, this, args, true))
    }),
];

/// A pattern argument as a regular expression; a string is matched literally.
fn pattern(it: &mut Interp<'_>, value: &Rv) -> R<Rc<RRegexp>> {
    match value {
        Rv::Regexp(regexp) => Ok(regexp.clone()),
        other => {
            let source = it.string(other)?;
            match it.regexp(&Str::new(super::regexp::escape(&source)), 0)? {
                Rv::Regexp(regexp) => Ok(regexp),
                _ => Err(it.type_error("wrong argument type (expected Regexp)")),
            }
        }
    }
}

/// A pattern of `match`: a string is the source of the expression.
fn source_pattern(it: &mut Interp<'_>, value: &Rv) -> R<Rc<RRegexp>> {
    match value {
        Rv::Regexp(regexp) => Ok(regexp.clone()),
        other => {
            let source = it.string(other)?;
            match it.regexp(&source, 0)? {
                Rv::Regexp(regexp) => Ok(regexp),
                _ => Err(it.type_error("wrong argument type (expected Regexp)")),
            }
        }
    }
}

fn match_operator(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match args.at(0) {
        Rv::Regexp(regexp) => super::regexp::position(it, regexp, this, args.scope),
        Rv::Str(_) => Err(it.type_error("wrong argument type String (expected Regexp)")),
        other => {
            let swapped =
                Args { values: vec![this.clone()], keywords: false, block: None, scope: args.scope };
            it.send_with(other, "=~", swapped)
        }
    }
}

fn start(it: &mut Interp<'_>, text: &str, value: Option<&Rv>) -> R<Option<usize>> {
    let Some(value) = value else { return Ok(Some(0)) };
    let position = it.int(value)?;
    let position = if position < 0 { position + text.chars().count() as i64 } else { position };
    Ok(usize::try_from(position).ok().and_then(|position| byte_at(text, position)))
}

fn match_pattern(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let regexp = source_pattern(it, args.at(0))?;
    let text = text(this);
    let Some(from) = start(it, &text, args.opt(1))? else { return Ok(Rv::Nil) };
    let found = it.search(&regexp, &text, from, args.scope)?;
    match (found, &args.block) {
        (Some(found), Some(block)) => it.yield1(block, Rv::Match(found)),
        (found, _) => Ok(found.map_or(Rv::Nil, Rv::Match)),
    }
}

fn is_match(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let regexp = source_pattern(it, args.at(0))?;
    Ok(Rv::Bool(it.search(&regexp, &text(this), 0, None)?.is_some()))
}

fn index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    let Some(from) = start(it, &text, args.opt(1))? else { return Ok(Rv::Nil) };
    let found = match args.at(0) {
        Rv::Regexp(regexp) => {
            it.search(regexp, &text, from, args.scope)?.and_then(|found| found.whole()).map(|it| it.0)
        }
        other => {
            let part = it.string(other)?;
            text.get(from..).and_then(|rest| rest.find(part.as_str())).map(|at| at + from)
        }
    };
    Ok(found.map_or(Rv::Nil, |at| Rv::from(char_at(&text, at))))
}

fn rindex(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    let Some(last) = (match args.opt(1) {
        None => Some(text.len()),
        some => start(it, &text, some)?,
    }) else {
        return Ok(Rv::Nil);
    };
    let found = match args.at(0) {
        Rv::Regexp(regexp) => {
            let mut best = None;
            for at in text.char_indices().map(|(at, _)| at).chain([text.len()]).filter(|at| *at <= last) {
                if it.match_at(regexp, &text, at)? {
                    best = Some(at);
                }
            }
            best
        }
        other => {
            let part = it.string(other)?;
            let end = (last + part.len()).min(text.len());
            text.get(..end).and_then(|head| head.rfind(part.as_str()))
        }
    };
    Ok(found.map_or(Rv::Nil, |at| Rv::from(char_at(&text, at))))
}

/// All matches, one after the other.
fn matches(it: &mut Interp<'_>, regexp: &Rc<RRegexp>, text: &Str, all: bool) -> R<Vec<Rc<RMatch>>> {
    let mut found = Vec::new();
    let mut from = 0;
    while from <= text.len() {
        it.step()?;
        let Some(next) = it.search(regexp, text, from, None)? else { break };
        let Some((start, end)) = next.whole() else { break };
        found.push(next);
        if !all {
            break;
        }
        let width = text.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        from = if end == start { end + width } else { end };
    }
    Ok(found)
}

fn scan(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let regexp = pattern(it, args.at(0))?;
    let text = text(this);
    let mut made = Vec::new();
    let found = matches(it, &regexp, &text, true)?;
    let last = found.last().cloned();
    for one in found {
        let item = if one.groups.len() == 1 {
            one.group(0).into()
        } else {
            Rv::array((1..one.groups.len()).map(|index| one.group(index).into()).collect())
        };
        match &args.block {
            Some(block) => {
                it.remember(Some(&one), args.scope);
                it.yield1(block, item)?;
            }
            None => made.push(item),
        }
    }
    it.remember(last.as_ref(), args.scope);
    Ok(if args.block.is_some() { this.clone() } else { Rv::array(made) })
}

fn split(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    let limit = args.opt(1).map_or(Ok(0), |limit| it.int(limit))?;
    it.charge(text.len() * 2)?;
    let mut parts = match args.at(0) {
        Rv::Nil => split_blank(&text, limit),
        Rv::Str(separator) if separator.text.borrow().as_str() == " " => split_blank(&text, limit),
        Rv::Str(separator) => {
            let separator = separator.text.borrow().clone();
            split_text(&text, &separator, limit)
        }
        Rv::Regexp(regexp) => split_pattern(it, &text, regexp, limit)?,
        other => {
            return Err(
                it.type_error(format!("wrong argument type {} (expected Regexp)", it.class_name(other)))
            );
        }
    };
    if limit == 0 {
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
    }
    let parts: Vec<Rv> = parts.into_iter().map(Rv::str).collect();
    let Some(block) = &args.block else { return Ok(Rv::array(parts)) };
    for part in parts {
        it.yield1(block, part)?;
    }
    Ok(this.clone())
}

fn split_blank(text: &Str, limit: i64) -> Vec<Str> {
    let is_space = |letter: char| letter.is_ascii_whitespace() || matches!(letter, '\u{b}' | '\0');
    let mut parts = Vec::new();
    let mut from = text.len() - text.trim_start_matches(is_space).len();
    while from < text.len() {
        if limit > 0 && parts.len() as i64 == limit - 1 {
            parts.push(text.slice(from..text.len()));
            return parts;
        }
        let rest = text.get(from..).unwrap_or_default();
        let Some(length) = rest.find(is_space) else {
            parts.push(text.slice(from..text.len()));
            return parts;
        };
        parts.push(text.slice(from..from + length));
        let after = rest.get(length..).unwrap_or_default();
        from += length + (after.len() - after.trim_start_matches(is_space).len());
    }
    if limit != 0 && !text.is_empty() && text.ends_with(is_space) {
        parts.push(Str::default());
    }
    parts
}

fn split_text(text: &Str, separator: &str, limit: i64) -> Vec<Str> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut from = 0;
    loop {
        let last = limit > 0 && parts.len() as i64 == limit - 1;
        let rest = text.get(from..).unwrap_or_default();
        let found = if separator.is_empty() {
            rest.chars().next().map(|letter| (letter.len_utf8(), 0)).filter(|(at, _)| *at < rest.len())
        } else {
            rest.find(separator).map(|at| (at, separator.len()))
        };
        match found {
            Some((at, width)) if !last => {
                parts.push(text.slice(from..from + at));
                from += at + width;
            }
            _ => {
                parts.push(text.slice(from..text.len()));
                if separator.is_empty() && limit < 0 {
                    parts.push(Str::default());
                }
                return parts;
            }
        }
    }
}

fn split_pattern(it: &mut Interp<'_>, text: &Str, regexp: &Rc<RRegexp>, limit: i64) -> R<Vec<Str>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for found in matches(it, regexp, text, true)? {
        if limit > 0 && parts.len() as i64 >= limit - 1 {
            break;
        }
        let Some((start, end)) = found.whole() else { break };
        if start == end && (start == from && start == 0 || start >= text.len()) {
            continue;
        }
        if start == end && start == from {
            continue;
        }
        parts.push(text.slice(from..start));
        parts.extend((1..found.groups.len()).filter_map(|index| found.group(index)));
        from = end;
    }
    parts.push(text.slice(from..text.len()));
    Ok(parts)
}

fn partition(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    let part = match args.at(0) {
        Rv::Regexp(regexp) => it.search(regexp, &text, 0, args.scope)?.and_then(|found| found.whole()),
        other => {
            let part = it.string(other)?;
            text.find(part.as_str()).map(|at| (at, at + part.len()))
        }
    };
    let (start, end) = part.unwrap_or((text.len(), text.len()));
    Ok(three(&text, start, end))
}

fn three(text: &Str, start: usize, end: usize) -> Rv {
    Rv::array(vec![
        Rv::str(text.slice(0..start)),
        Rv::str(text.slice(start..end)),
        Rv::str(text.slice(end..text.len())),
    ])
}

fn rpartition(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    let part = match args.at(0) {
        Rv::Regexp(regexp) => matches(it, regexp, &text, true)?.last().and_then(|found| found.whole()),
        other => {
            let part = it.string(other)?;
            text.rfind(part.as_str()).map(|at| (at, at + part.len()))
        }
    };
    let (start, end) = part.unwrap_or((0, 0));
    Ok(three(&text, start, end))
}

fn substitute(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, all: bool) -> R {
    let text = text(this);
    if args.opt(1).is_none() && args.block.is_none() {
        return Err(it.wrong_count(1, 2, Some(2)));
    }
    let regexp = pattern(it, args.at(0))?;
    let literal = matches!(args.at(0), Rv::Str(_));
    let found = matches(it, &regexp, &text, all)?;
    let last = found.last().cloned();
    let mut made = Str::default();
    let mut from = 0;
    for one in found {
        let Some((start, end)) = one.whole() else { continue };
        made.push(&text.slice(from..start));
        made.push(&replacement(it, &one, args, literal)?);
        it.charge(made.len().saturating_sub(from))?;
        from = end;
    }
    made.push(&text.slice(from..text.len()));
    it.remember(last.as_ref(), args.scope);
    Ok(Rv::str(made))
}

fn replacement(it: &mut Interp<'_>, found: &Rc<RMatch>, args: &Args<'_>, literal: bool) -> R<Str> {
    match (args.opt(1), &args.block) {
        (Some(Rv::Hash(hash)), _) => {
            let key = Rv::str(found.group(0).unwrap_or_default());
            let value = super::hash::fetch(it, hash, &key)?;
            it.to_s(&value)
        }
        (Some(template), _) => {
            let template = it.string(template)?;
            Ok(expand(&template, found, literal))
        }
        (None, Some(block)) => {
            it.remember(Some(found), args.scope);
            let value = it.yield1(block, Rv::str(found.group(0).unwrap_or_default()))?;
            it.to_s(&value)
        }
        (None, None) => Ok(Str::default()),
    }
}

/// A replacement text with its `\1`, `\k<name>`, `\0`, `\&`, `\\`.
pub(super) fn expand(template: &Str, found: &RMatch, _: bool) -> Str {
    if !template.contains('\\') {
        return template.clone();
    }
    let mut made = Str::default();
    let mut from = 0;
    while let Some(at) = template.get(from..).and_then(|rest| rest.find('\\')).map(|at| at + from) {
        made.push(&template.slice(from..at));
        let rest = template.get(at + 1..).unwrap_or_default();
        let (piece, used) = match rest.chars().next() {
            Some(digit @ '0'..='9') => (found.group(digit as usize - '0' as usize).unwrap_or_default(), 1),
            Some('&') => (found.group(0).unwrap_or_default(), 1),
            Some('`') => (found.text.slice(0..found.whole().map_or(0, |it| it.0)), 1),
            Some('\'') => (found.text.slice(found.whole().map_or(0, |it| it.1)..found.text.len()), 1),
            Some('\\') => (Str::new("\\"), 1),
            Some('k') => match rest.strip_prefix("k<").and_then(|rest| rest.split_once('>')) {
                Some((name, _)) => (found.named(name).unwrap_or_default(), name.len() + 3),
                None => (Str::new("\\k"), 1),
            },
            Some(other) => (Str::new(format!("\\{other}")), other.len_utf8()),
            None => (Str::new("\\"), 0),
        };
        made.push(&piece);
        from = at + 1 + used;
    }
    made.push(&template.slice(from..template.len()));
    made
}
