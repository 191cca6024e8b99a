//! Strings of bytes that are no text (`ASCII-8BIT`): digests, decoded base64, packed numbers.

use super::{Args, Row, row};
use crate::{
    ruby::{
        interp::Interp,
        object::{Bytes, Data, R, Rv},
    },
    value::Secret,
};
use std::sync::Arc;

/// The methods of strings of bytes.
pub(super) static BYTES: &[Row] = &[
    row("bytes", 0, 0, |_, this, _| Ok(Rv::array(bytes(this).iter().map(|it| number(*it)).collect()))),
    row("bytesize", 0, 0, |_, this, _| Ok(Rv::from(bytes(this).len()))),
    row("length", 0, 0, |_, this, _| Ok(Rv::from(bytes(this).len()))),
    row("size", 0, 0, |_, this, _| Ok(Rv::from(bytes(this).len()))),
    row("empty?", 0, 0, |_, this, _| Ok(Rv::Bool(bytes(this).is_empty()))),
    row("each_byte", 0, 0, |it, this, args| {
        let block = it.block(args)?.clone();
        for byte in bytes(this) {
            it.yield1(&block, number(byte))?;
        }
        Ok(this.clone())
    }),
    row("getbyte", 1, 1, |it, this, args| {
        let index = it.int(args.at(0))?;
        let all = bytes(this);
        let index = if index < 0 { index + all.len() as i64 } else { index };
        Ok(usize::try_from(index).ok().and_then(|index| all.get(index)).map_or(Rv::Nil, |it| number(*it)))
    }),
    row("unpack", 1, 1, |it, this, args| unpack(it, &bytes(this), args).map(Rv::array)),
    row("unpack1", 1, 1, |it, this, args| {
        Ok(unpack(it, &bytes(this), args)?.into_iter().next().unwrap_or(Rv::Nil))
    }),
    row("+", 1, 1, |it, this, args| {
        let mut made = bytes(this);
        made.extend(it.byte_string(args.at(0))?);
        Ok(it.bytes(made))
    }),
    row("reverse", 0, 0, |it, this, _| {
        let made: Vec<u8> = bytes(this).into_iter().rev().collect();
        Ok(it.bytes(made))
    }),
    row("[]", 1, 2, slice),
    row("slice", 1, 2, slice),
    row("byteslice", 1, 2, slice),
    row("==", 1, 1, |_, this, args| Ok(Rv::Bool(of(args.at(0)).is_some_and(|it| it == bytes(this))))),
    row("encoding", 0, 0, |it, _, _| it.send(&Rv::str(""), "encoding", &[])),
    row("valid_encoding?", 0, 0, |_, _, _| Ok(Rv::Bool(true))),
    row("ascii_only?", 0, 0, |_, this, _| Ok(Rv::Bool(bytes(this).is_ascii()))),
    row("b", 0, 0, |_, this, _| Ok(this.clone())),
    row("to_s", 0, 0, |it, _, _| Err(it.unsupported_value("bytes that are not UTF-8, as text,"))),
    row("to_str", 0, 0, |it, _, _| Err(it.unsupported_value("bytes that are not UTF-8, as text,"))),
    row("inspect", 0, 0, |_, this, _| Ok(Rv::str(inspect(&bytes(this))))),
    row("hash", 0, 0, |_, this, _| Ok(Rv::Int(super::number::hash_of(&inspect(&bytes(this)))))),
    row("sum", 0, 0, |_, this, _| Ok(Rv::Int(bytes(this).iter().map(|it| i64::from(*it)).sum()))),
    row("dup", 0, 0, |_, this, _| Ok(this.clone())),
    row("freeze", 0, 0, |_, this, _| Ok(this.clone())),
];

fn number(byte: u8) -> Rv {
    Rv::Int(byte.into())
}

/// The bytes of a string of either kind.
fn of(value: &Rv) -> Option<Vec<u8>> {
    match value {
        Rv::Str(text) => Some(text.text.borrow().as_str().as_bytes().to_vec()),
        Rv::Object(object) => match &object.data {
            Data::Bytes(held) => Some(held.bytes.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn bytes(value: &Rv) -> Vec<u8> {
    of(value).unwrap_or_default()
}

impl Interp<'_> {
    /// A string of bytes; text where the bytes are text.
    pub(crate) fn bytes(&mut self, bytes: Vec<u8>) -> Rv {
        match String::from_utf8(bytes) {
            Ok(text) => Rv::str(text),
            Err(failed) => {
                let held = Bytes { bytes: failed.into_bytes(), secrets: Default::default() };
                self.object(self.world.class("Byte String"), Data::Bytes(held))
            }
        }
    }

    /// An argument as bytes.
    pub(crate) fn byte_string(&mut self, value: &Rv) -> R<Vec<u8>> {
        match of(value) {
            Some(bytes) => Ok(bytes),
            None => self.string(value).map(|text| text.as_str().as_bytes().to_vec()),
        }
    }
}

/// Notes the secrets that bytes were computed from.
pub(crate) fn label(value: &Rv, secret: &Arc<Secret>) {
    if let Rv::Object(object) = value
        && let Data::Bytes(held) = &object.data
    {
        held.secrets.borrow_mut().push(secret.clone());
    }
}

fn slice(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let all = bytes(this);
    let numbers = Rv::array(all.iter().map(|byte| number(*byte)).collect());
    match it.send(&numbers, "[]", &args.values)? {
        Rv::Array(found) => {
            let made: Vec<u8> = found
                .to_vec()
                .iter()
                .map(|it| if let Rv::Int(byte) = it { u8::try_from(*byte).unwrap_or(0) } else { 0 })
                .collect();
            Ok(it.bytes(made))
        }
        Rv::Int(byte) => Ok(it.bytes(vec![u8::try_from(byte).unwrap_or(0)])),
        _ => Ok(Rv::Nil),
    }
}

fn inspect(bytes: &[u8]) -> String {
    let mut shown = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' => shown.push_str("\\\""),
            b'\\' => shown.push_str("\\\\"),
            b'\n' => shown.push_str("\\n"),
            b'\t' => shown.push_str("\\t"),
            b'\r' => shown.push_str("\\r"),
            0x1b => shown.push_str("\\e"),
            0x20..=0x7e => shown.push(*byte as char),
            other => shown.push_str(&format!("\\x{other:02X}")),
        }
    }
    shown.push('"');
    shown
}

/// One directive of a template: its letter, whether big-endian is asked for, and how often.
struct Directive {
    letter: char,
    big_endian: Option<bool>,
    /// `None` is `*`.
    count: Option<usize>,
    /// Whether a count was written.
    counted: bool,
}

fn directives(it: &mut Interp<'_>, template: &str) -> R<Vec<Directive>> {
    let mut found = Vec::new();
    let mut letters = template.chars().filter(|letter| !letter.is_whitespace()).peekable();
    while let Some(letter) = letters.next() {
        let mut directive = Directive { letter, big_endian: None, count: Some(1), counted: false };
        while let Some(sign) = letters.next_if(|next| matches!(next, '<' | '>' | '_' | '!')) {
            match sign {
                '<' => directive.big_endian = Some(false),
                '>' => directive.big_endian = Some(true),
                _ => {}
            }
        }
        let mut digits = String::new();
        while let Some(digit) = letters.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        if letters.next_if_eq(&'*').is_some() {
            (directive.count, directive.counted) = (None, true);
        } else if !digits.is_empty() {
            (directive.count, directive.counted) = (digits.parse().ok(), true);
        }
        found.push(directive);
        it.step()?;
    }
    Ok(found)
}

/// How many bytes a number takes, whether its highest byte comes first, and whether it has a sign.
fn layout(directive: &Directive) -> Option<(usize, bool, bool)> {
    let big = directive.big_endian.unwrap_or(false);
    Some(match directive.letter {
        'C' => (1, false, false),
        'c' => (1, false, true),
        'S' => (2, big, false),
        's' => (2, big, true),
        'L' | 'I' => (4, big, false),
        'l' | 'i' => (4, big, true),
        'Q' | 'J' => (8, big, false),
        'q' | 'j' => (8, big, true),
        'n' => (2, true, false),
        'N' => (4, true, false),
        'v' => (2, false, false),
        'V' => (4, false, false),
        _ => return None,
    })
}

/// `String#unpack`.
pub(super) fn unpack(it: &mut Interp<'_>, all: &[u8], args: &Args<'_>) -> R<Vec<Rv>> {
    let template = it.string(args.at(0))?;
    let (mut made, mut at) = (Vec::new(), 0);
    for directive in directives(it, &template)? {
        let rest = all.get(at..).unwrap_or_default();
        at += if let Some(layout) = layout(&directive) {
            unpack_numbers(it, rest, &directive, layout, &mut made)?
        } else {
            unpack_text(it, rest, &directive, &mut made)?
        };
    }
    Ok(made)
}

fn unpack_numbers(
    it: &mut Interp<'_>,
    rest: &[u8],
    directive: &Directive,
    (width, big, signed): (usize, bool, bool),
    made: &mut Vec<Rv>,
) -> R<usize> {
    let present = rest.len() / width;
    let wanted = directive.count.unwrap_or(present);
    for chunk in rest.chunks_exact(width).take(wanted) {
        it.step()?;
        let order: Vec<u8> = if big { chunk.to_vec() } else { chunk.iter().rev().copied().collect() };
        let plain = order.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let unused = 64 - 8 * width as u32;
        let value = if signed { i128::from(((plain << unused) as i64) >> unused) } else { plain.into() };
        made.push(match i64::try_from(value) {
            Ok(value) => Rv::Int(value),
            Err(_) => it.big(num_bigint_dig::BigInt::from(value))?,
        });
    }
    if directive.count.is_some() {
        made.extend((present..wanted.min(1 << 16)).map(|_| Rv::Nil));
    }
    Ok(wanted.min(present) * width)
}

fn unpack_text(it: &mut Interp<'_>, rest: &[u8], directive: &Directive, made: &mut Vec<Rv>) -> R<usize> {
    let count = directive.count;
    let taken = |width: usize| count.map_or(rest.len(), |count| count.div_ceil(width).min(rest.len()));
    match directive.letter {
        'a' | 'A' | 'Z' => {
            let length = taken(1);
            let mut part = rest.get(..length).unwrap_or_default();
            if directive.letter == 'Z' {
                part = part.split(|byte| *byte == 0).next().unwrap_or_default();
            }
            while directive.letter == 'A'
                && let Some((b' ' | 0, shorter)) = part.split_last()
            {
                part = shorter;
            }
            made.push(it.bytes(part.to_vec()));
            Ok(length)
        }
        'H' | 'h' | 'B' | 'b' => {
            let width = if matches!(directive.letter, 'H' | 'h') { 2 } else { 8 };
            let length = taken(width);
            let part = rest.get(..length).unwrap_or_default();
            let shown: String = part.iter().map(|byte| digits(*byte, directive.letter)).collect();
            let cut = count.unwrap_or(shown.len()).min(shown.len());
            made.push(Rv::str(shown.get(..cut).unwrap_or_default()));
            Ok(length)
        }
        'm' => {
            let text = String::from_utf8_lossy(rest).into_owned();
            made.push(super::libs::decode64(it, &text)?);
            Ok(rest.len())
        }
        'U' => {
            let text = String::from_utf8_lossy(rest).into_owned();
            let letters: Vec<char> = text.chars().take(count.unwrap_or(usize::MAX)).collect();
            made.extend(letters.iter().map(|letter| Rv::Int(*letter as i64)));
            Ok(letters.iter().map(|letter| letter.len_utf8()).sum())
        }
        'x' => Ok(taken(1)),
        other => Err(it.unsupported_method(&format!("`unpack` with `{other}`"))),
    }
}

/// A byte in hexadecimal or binary digits, the lowest first for `h` and `b`.
fn digits(byte: u8, letter: char) -> String {
    match letter {
        'H' => format!("{byte:02x}"),
        'h' => format!("{byte:02x}").chars().rev().collect(),
        'B' => format!("{byte:08b}"),
        _ => format!("{byte:08b}").chars().rev().collect(),
    }
}

/// `Array#pack`.
pub(super) fn pack(it: &mut Interp<'_>, items: &[Rv], args: &Args<'_>) -> R {
    let template = it.string(args.at(0))?;
    let (mut made, mut next) = (Vec::new(), 0);
    for directive in directives(it, &template)? {
        if directive.letter == 'x' {
            let count = directive.count.unwrap_or(0).min(1 << 16);
            made.resize(made.len() + count, 0);
            continue;
        }
        let repeats = layout(&directive).is_some() || directive.letter == 'U';
        let left = items.len().saturating_sub(next);
        let wanted = if repeats { directive.count.unwrap_or(left) } else { 1 };
        for _ in 0..wanted {
            it.step()?;
            let Some(item) = items.get(next) else { return Err(it.argument_error("too few arguments")) };
            next += 1;
            pack_one(it, item, &directive, &mut made)?;
        }
    }
    it.charge(made.len())?;
    Ok(it.bytes(made))
}

fn pack_one(it: &mut Interp<'_>, item: &Rv, directive: &Directive, made: &mut Vec<u8>) -> R<()> {
    if let Some((width, big, _)) = layout(directive) {
        let value = match super::big::integer(item) {
            Some(value) => value & num_bigint_dig::BigInt::from(u64::MAX),
            None => num_bigint_dig::BigInt::from(it.int(item)?),
        };
        let value: u64 = value.to_string().parse().unwrap_or(0);
        let all = value.to_be_bytes();
        let part = all.get(8 - width..).unwrap_or_default();
        if big {
            made.extend(part)
        } else {
            made.extend(part.iter().rev())
        }
        return Ok(());
    }
    match directive.letter {
        'U' => {
            let code = it.int(item)?;
            let letter = u32::try_from(code).ok().and_then(char::from_u32);
            let Some(letter) = letter else {
                return Err(it.raise("RangeError", "pack(U): value out of range"));
            };
            made.extend(letter.to_string().bytes());
        }
        'a' | 'A' | 'Z' => {
            let text = it.byte_string(item)?;
            let zero = usize::from(directive.letter == 'Z' && directive.count.is_none());
            let length = directive.count.unwrap_or(text.len() + zero).min(1 << 20);
            let filler = if directive.letter == 'A' { b' ' } else { 0 };
            made.extend(text.iter().copied().chain(std::iter::repeat(filler)).take(length));
        }
        'H' | 'h' | 'B' | 'b' => {
            let text = it.string(item)?;
            let length = if directive.counted { directive.count.unwrap_or(text.len()) } else { 1 };
            pack_digits(text.get(..length.min(text.len())).unwrap_or_default(), directive.letter, made);
        }
        'm' => {
            let text = it.byte_string(item)?;
            let lines = directive.count != Some(0);
            made.extend(super::libs::encode64(&text, lines).into_bytes());
        }
        'w' | '@' => return Err(it.unsupported_method(&format!("`pack` with `{}`", directive.letter))),
        other => return Err(it.unsupported_method(&format!("`pack` with `{other}`"))),
    }
    Ok(())
}

fn pack_digits(text: &str, letter: char, made: &mut Vec<u8>) {
    let (radix, width) = if matches!(letter, 'H' | 'h') { (16, 2) } else { (2, 8) };
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(radix).unwrap_or(0)).collect();
    for chunk in digits.chunks(width) {
        let mut chunk = chunk.to_vec();
        chunk.resize(width, 0);
        if matches!(letter, 'h' | 'b') {
            chunk.reverse();
        }
        made.push(chunk.iter().fold(0, |sum, digit| sum * radix + digit) as u8);
    }
}
