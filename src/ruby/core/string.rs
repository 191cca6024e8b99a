//! `String`: access, tests and conversions.

use super::{Args, Row, carry, row};
use crate::{
    ruby::{
        interp::Interp,
        object::{R, Rv},
    },
    value::Str,
};
use std::ops::Range;

/// Access, tests and conversions.
pub(super) static STRING: &[Row] = &[
    carry("to_s", 0, 0, |_, this, _| Ok(this.clone())),
    carry("to_str", 0, 0, |_, this, _| Ok(this.clone())),
    carry("inspect", 0, 0, |it, this, _| it.inspect(this).map(Rv::str)),
    carry("dump", 0, 0, |it, this, _| it.inspect(this).map(Rv::str)),
    carry("+", 1, 1, plus),
    carry("*", 1, 1, times),
    carry("%", 1, 1, percent),
    row("==", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("===", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("eql?", 1, 1, |it, this, args| it.equal(this, args.at(0)).map(Rv::Bool)),
    row("<=>", 1, 1, compare),
    carry("[]", 1, 2, index),
    carry("slice", 1, 2, index),
    carry("byteslice", 1, 2, byte_slice),
    row("length", 0, 0, |_, this, _| Ok(Rv::from(text(this).chars().count()))),
    row("size", 0, 0, |_, this, _| Ok(Rv::from(text(this).chars().count()))),
    row("bytesize", 0, 0, |_, this, _| Ok(Rv::from(text(this).len()))),
    row("empty?", 0, 0, |_, this, _| Ok(Rv::Bool(text(this).is_empty()))),
    row("ord", 0, 0, ord),
    carry("chr", 0, 0, |_, this, _| Ok(Rv::str(first_char(&text(this))))),
    row("hex", 0, 0, |_, this, _| Ok(Rv::Int(digits(&text(this), 16)))),
    row("oct", 0, 0, |_, this, _| Ok(Rv::Int(octal(&text(this))))),
    row("to_i", 0, 1, to_i),
    row("to_f", 0, 0, |_, this, _| Ok(Rv::Float(leading_float(&text(this))))),
    row("to_r", 0, 0, |it, _, _| Err(it.unsupported_method("`String#to_r`"))),
    carry("to_sym", 0, 0, |_, this, _| Ok(Rv::Sym(text(this).text().clone()))),
    carry("intern", 0, 0, |_, this, _| Ok(Rv::Sym(text(this).text().clone()))),
    row("include?", 1, 1, include),
    row("start_with?", 0, -1, start_with),
    row("end_with?", 0, -1, end_with),
    row("casecmp", 1, 1, casecmp),
    row("casecmp?", 1, 1, casecmp_p),
    row("hash", 0, 0, |_, this, _| Ok(Rv::Int(super::number::hash_of(&text(this))))),
    row("sum", 0, 1, |_, this, _| Ok(Rv::Int(text(this).bytes().map(i64::from).sum::<i64>() & 0xffff))),
    row("getbyte", 1, 1, getbyte),
    row("bytes", 0, 0, |it, this, args| {
        let all = Rv::array(text(this).bytes().map(|b| Rv::Int(b.into())).collect());
        each_of(it, this, args, all)
    }),
    row("each_byte", 0, 0, each_byte),
    carry("chars", 0, 0, |it, this, args| {
        let all = characters(it, this)?;
        each_of(it, this, args, all)
    }),
    carry("each_char", 0, 0, each_char),
    carry("grapheme_clusters", 0, 0, |it, this, _| characters(it, this)),
    row("codepoints", 0, 0, |_, this, _| {
        Ok(Rv::array(text(this).chars().map(|c| Rv::Int(c as i64)).collect()))
    }),
    carry("lines", 0, -1, lines),
    carry("each_line", 0, -1, each_line),
    carry("+@", 0, 0, unfrozen),
    carry("-@", 0, 0, |it, this, _| {
        super::object::copy(it, this, false).map(|it| super::object::freeze(&it))
    }),
    carry("b", 0, 0, |_, this, _| Ok(Rv::str(text(this)))),
    carry("encode", 0, -1, |_, this, _| Ok(Rv::str(text(this)))),
    carry("force_encoding", 1, 1, |_, this, _| Ok(this.clone())),
    carry("unicode_normalize", 0, 1, |_, this, _| Ok(Rv::str(text(this)))),
    carry("scrub", 0, 1, |_, this, _| Ok(Rv::str(text(this)))),
    row("encoding", 0, 0, encoding),
    row("valid_encoding?", 0, 0, |_, _, _| Ok(Rv::Bool(true))),
    row("ascii_only?", 0, 0, |_, this, _| Ok(Rv::Bool(text(this).is_ascii()))),
    row("upto", 1, 2, upto),
    row("unpack", 1, 1, |it, this, args| {
        let held = text(this);
        super::bytes::unpack(it, held.as_str().as_bytes(), args).map(Rv::array)
    }),
    row("unpack1", 1, 1, |it, this, args| {
        let held = text(this);
        let found = super::bytes::unpack(it, held.as_str().as_bytes(), args)?;
        Ok(found.into_iter().next().unwrap_or(Rv::Nil))
    }),
    row("shellescape", 0, 0, |_, this, _| Ok(Rv::str(super::libs::shell_escape(&text(this))))),
    row("shellsplit", 0, 0, |it, this, _| super::libs::shell_split(it, this)),
    row("crypt", 1, 1, |it, _, _| Err(it.unsupported_method("`String#crypt`"))),
];

/// The text of a string receiver.
pub(super) fn text(value: &Rv) -> Str {
    match value {
        Rv::Str(it) => it.text.borrow().clone(),
        Rv::Sym(it) => Str::new(it.clone()),
        _ => Str::default(),
    }
}

fn plus(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made = text(this);
    let other = it.string(args.at(0))?;
    it.charge(made.len() + other.len())?;
    made.push(&other);
    Ok(Rv::str(made))
}

fn times(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let piece = text(this);
    let count = it.int(args.at(0))?;
    let Ok(count) = usize::try_from(count) else { return Err(it.argument_error("negative argument")) };
    it.charge(piece.len().saturating_mul(count))?;
    if piece.labels().is_none() {
        return Ok(Rv::str(piece.repeat(count)));
    }
    let mut made = Str::default();
    (0..count).for_each(|_| made.push(&piece));
    Ok(Rv::str(made))
}

fn percent(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut values = vec![this.clone()];
    match args.at(0) {
        Rv::Array(items) => values.extend(items.to_vec()),
        other => values.push(other.clone()),
    }
    super::format::format(it, &Args::of(values))
}

fn compare(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    match args.at(0) {
        Rv::Str(_) => Ok(it.compare(this, args.at(0))?.map_or(Rv::Nil, |order| Rv::Int(order as i64))),
        _ => Ok(Rv::Nil),
    }
}

/// The byte offset of a character position, which may be the end.
pub(super) fn byte_at(text: &str, position: usize) -> Option<usize> {
    if text.is_ascii() {
        return (position <= text.len()).then_some(position);
    }
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(position)
}

/// The character position of a byte offset.
pub(super) fn char_at(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(0, |before| before.chars().count())
}

/// Start and length in characters as bytes; counts from the end where negative.
pub(super) fn span(text: &str, start: i64, length: i64) -> Option<Range<usize>> {
    let count = text.chars().count() as i64;
    let start = if start < 0 { start + count } else { start };
    if start < 0 || start > count || length < 0 {
        return None;
    }
    let end = start.saturating_add(length).min(count);
    Some(byte_at(text, start as usize)?..byte_at(text, end as usize)?)
}

/// The bounds of a range over `count` items: start and length.
pub(super) fn range_bounds(
    it: &mut Interp<'_>,
    range: &crate::ruby::object::RRange,
    count: usize,
) -> R<Option<(i64, i64)>> {
    let count = count as i64;
    let from = if range.from.is_nil() { 0 } else { it.int(&range.from)? };
    let to = if range.to.is_nil() { -1 } else { it.int(&range.to)? };
    let start = if from < 0 { from + count } else { from };
    let end = if to < 0 { to + count } else { to };
    let end = if range.exclusive && !range.to.is_nil() { end } else { end + 1 };
    if start < 0 || start > count {
        return Ok(None);
    }
    Ok(Some((start, (end.min(count) - start).max(0))))
}

/// The bytes that `str[…]` names.
pub(super) fn located(it: &mut Interp<'_>, this: &Str, args: &Args<'_>) -> R<Option<Range<usize>>> {
    match (args.at(0), args.opt(1)) {
        (Rv::Regexp(regexp), group) => {
            let Some(found) = it.search(regexp, this, 0, args.scope)? else { return Ok(None) };
            let index = match group {
                None => Some(0),
                Some(Rv::Int(index)) => found.index_of(*index),
                Some(name) => found
                    .names
                    .iter()
                    .find(|(known, _)| Some(known) == name.name().as_ref())
                    .map(|(_, at)| *at),
            };
            Ok(index.and_then(|index| found.groups.get(index).copied().flatten()).map(|(a, b)| a..b))
        }
        (Rv::Str(part), None) => {
            let part = part.text.borrow().clone();
            Ok(this.find(part.as_str()).map(|at| at..at + part.len()))
        }
        (Rv::Range(range), None) => {
            let bounds = range_bounds(it, range, this.chars().count())?;
            Ok(bounds.and_then(|(start, length)| span(this, start, length)))
        }
        (start, Some(length)) => {
            let (start, length) = (it.int(start)?, it.int(length)?);
            Ok(span(this, start, length))
        }
        (start, None) => {
            let start = it.int(start)?;
            let found = span(this, start, 1);
            Ok(found.filter(|found| !found.is_empty()))
        }
    }
}

fn index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    Ok(located(it, &text, args)?.map_or(Rv::Nil, |part| Rv::str(text.slice(part))))
}

fn byte_slice(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    let (start, length) = match args.at(0) {
        Rv::Range(range) => match range_bounds(it, range, text.len())? {
            Some(bounds) => bounds,
            None => return Ok(Rv::Nil),
        },
        start => (it.int(start)?, args.opt(1).map_or(Ok(1), |length| it.int(length))?),
    };
    let start = if start < 0 { start + text.len() as i64 } else { start };
    let end = start.saturating_add(length).min(text.len() as i64);
    if start < 0 || length < 0 || start > text.len() as i64 {
        return Ok(Rv::Nil);
    }
    let part = start as usize..end.max(start) as usize;
    if text.get(part.clone()).is_none() {
        return Err(it.unsupported_value("a part of a character"));
    }
    Ok(Rv::str(text.slice(part)))
}

fn first_char(text: &Str) -> Str {
    text.slice(0..text.chars().next().map_or(0, char::len_utf8))
}

fn ord(it: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    match text(this).chars().next() {
        Some(letter) => Ok(Rv::Int(letter as i64)),
        None => Err(it.argument_error("empty string")),
    }
}

/// The integer a text begins with, as `to_i` reads it.
pub(super) fn digits(text: &str, radix: u32) -> i64 {
    let text = text.trim_start();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = text.to_ascii_lowercase();
    let prefix = match radix {
        16 => "0x",
        2 => "0b",
        8 => "0o",
        _ => "",
    };
    let body = if prefix.is_empty() { lower.as_str() } else { lower.strip_prefix(prefix).unwrap_or(&lower) };
    let mut value: i64 = 0;
    let mut last_underscore = true;
    for letter in body.chars() {
        if letter == '_' {
            if last_underscore {
                break;
            }
            last_underscore = true;
            continue;
        }
        let Some(digit) = letter.to_digit(radix) else { break };
        last_underscore = false;
        value = value.saturating_mul(radix.into()).saturating_add(digit.into());
    }
    if negative { -value } else { value }
}

fn octal(text: &str) -> i64 {
    let bare = text.trim_start().trim_start_matches(['-', '+']).to_ascii_lowercase();
    let radix = if bare.starts_with("0x") {
        16
    } else if bare.starts_with("0b") {
        2
    } else {
        8
    };
    digits(text, radix)
}

fn to_i(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let radix = args.opt(0).map_or(Ok(10), |radix| it.int(radix))?;
    if !(2..=36).contains(&radix) {
        return Err(it.argument_error(format!("invalid radix {radix}")));
    }
    let value = digits(&text(this), radix as u32);
    if value == i64::MAX || value == -i64::MAX {
        return to_big(it, &text(this), radix as u32);
    }
    Ok(Rv::Int(value))
}

/// The integer a text begins with, where it is beyond 64 bits.
fn to_big(it: &mut Interp<'_>, text: &str, radix: u32) -> R {
    let text = text.trim_start();
    let sign = text.starts_with('-').then_some('-');
    let plain = text.trim_start_matches(['-', '+']);
    let digits = plain.chars().take_while(|it| it.is_digit(radix) || *it == '_').filter(|it| *it != '_');
    let written: String = sign.into_iter().chain(digits).collect();
    super::big::parse(&written, radix).map_or(Ok(Rv::Int(0)), |value| it.big(value))
}

/// The float a text begins with, as `to_f` reads it.
pub(super) fn leading_float(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let mut seen = (false, false, false);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        let next_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => {
                seen.0 = true;
                end = at + 1;
            }
            b'_' if before.is_some_and(|it| it.is_ascii_digit()) && next_digit => {}
            b'.' if !seen.1 && !seen.2 && next_digit => seen.1 = true,
            b'e' | b'E' if seen.0 && !seen.2 => seen.2 = true,
            b'+' | b'-' if at == 0 || matches!(before, Some(b'e' | b'E')) => {}
            _ => break,
        }
    }
    let body: String = text.get(..end).unwrap_or_default().chars().filter(|it| *it != '_').collect();
    body.parse().unwrap_or(0.0)
}

fn include(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let part = it.string(args.at(0))?;
    Ok(Rv::Bool(text(this).contains(part.as_str())))
}

fn start_with(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    for prefix in &args.values {
        let found = match prefix {
            Rv::Regexp(regexp) => it.search(regexp, &text, 0, args.scope)?.is_some_and(|found| {
                found.groups.first().copied().flatten().is_some_and(|(from, _)| from == 0)
            }),
            other => text.starts_with(it.string(other)?.as_str()),
        };
        if found {
            return Ok(Rv::Bool(true));
        }
    }
    Ok(Rv::Bool(false))
}

fn end_with(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    for suffix in &args.values {
        if text.ends_with(it.string(suffix)?.as_str()) {
            return Ok(Rv::Bool(true));
        }
    }
    Ok(Rv::Bool(false))
}

fn casecmp(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Str(_) = args.at(0) else { return Err(it.no_conversion(args.at(0), "String")) };
    let other = it.string(args.at(0))?.to_ascii_lowercase();
    Ok(Rv::Int(text(this).to_ascii_lowercase().cmp(&other) as i64))
}

fn casecmp_p(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Str(_) = args.at(0) else { return Err(it.no_conversion(args.at(0), "String")) };
    let other = it.string(args.at(0))?.to_lowercase();
    Ok(Rv::Bool(text(this).to_lowercase() == other))
}

fn getbyte(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let text = text(this);
    let at = it.int(args.at(0))?;
    let at = if at < 0 { at + text.len() as i64 } else { at };
    let byte = usize::try_from(at).ok().and_then(|at| text.as_str().as_bytes().get(at).copied());
    Ok(byte.map_or(Rv::Nil, |byte| Rv::Int(byte.into())))
}

fn each_byte(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each_byte", args)) };
    for byte in text(this).bytes() {
        it.yield1(block, Rv::Int(byte.into()))?;
    }
    Ok(this.clone())
}

fn characters(it: &mut Interp<'_>, this: &Rv) -> R {
    let text = text(this);
    it.charge(text.len() * size_of::<Rv>())?;
    let piece = |(at, letter): (usize, char)| Rv::str(text.slice(at..at + letter.len_utf8()));
    Ok(Rv::array(text.char_indices().map(piece).collect()))
}

fn each_char(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each_char", args)) };
    let letters = characters(it, this)?;
    for letter in it.to_vec(&letters)? {
        it.yield1(block, letter)?;
    }
    Ok(this.clone())
}

/// The lines of a text with their ends.
fn split_lines(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R<Vec<Rv>> {
    let text = text(this);
    let separator = match args.plain().first() {
        Some(separator) => it.string(separator)?.to_string(),
        None => "\n".into(),
    };
    let chomp = args.keyword("chomp").is_some_and(|it| it.truthy());
    if separator.is_empty() {
        return Err(it.unsupported_method("`lines` by paragraphs"));
    }
    it.charge(text.len() * 2)?;
    let mut made = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let rest = text.get(from..).unwrap_or_default();
        let next = rest.find(&separator).map_or(text.len(), |at| from + at + separator.len());
        let mut end = next;
        if chomp && text.get(from..next).is_some_and(|line| line.ends_with(&separator)) {
            end -= separator.len();
            let line = text.get(from..end).unwrap_or_default();
            end -= usize::from(separator == "\n" && line.ends_with('\r'));
        }
        made.push(Rv::str(text.slice(from..end)));
        from = next;
    }
    Ok(made)
}

fn lines(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let all = Rv::array(split_lines(it, this, args)?);
    each_of(it, this, args, all)
}

/// Parts of a text: given to the block where there is one, else as a list.
fn each_of(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, all: Rv) -> R {
    let Some(block) = &args.block else { return Ok(all) };
    for item in it.to_vec(&all)? {
        it.yield1(block, item)?;
    }
    Ok(this.clone())
}

fn each_line(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "each_line", args)) };
    for line in split_lines(it, this, args)? {
        it.yield1(block, line)?;
    }
    Ok(this.clone())
}

fn unfrozen(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    match this {
        Rv::Str(it) if it.frozen.get() => Ok(Rv::str(it.text.borrow().clone())),
        other => Ok(other.clone()),
    }
}

fn encoding(it: &mut Interp<'_>, _: &Rv, _: &Args<'_>) -> R {
    let class = it.world.class("Encoding");
    Ok(it.object(class, crate::ruby::object::Data::Native("UTF-8".into())))
}

fn upto(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let exclusive = args.at(1).truthy();
    let last = it.string(args.at(0))?;
    let items = super::range::strings(it, &text(this), &last, exclusive)?;
    let Some(block) = &args.block else { return Ok(Rv::array(items)) };
    for item in items {
        it.yield1(block, item)?;
    }
    Ok(this.clone())
}
