//! `String`: methods that make a changed text, and their `!` forms that change the receiver.

use super::{
    Args, Row, carry, row,
    string::{byte_at, located, text},
};
use crate::{
    ruby::{
        interp::Interp,
        object::{R, Rv},
    },
    value::Str,
};

/// Methods that give or make a changed text.
pub(super) static STRING: &[Row] = &[
    carry("<<", 1, 1, append),
    carry("concat", 0, -1, concat),
    carry("prepend", 0, -1, prepend),
    carry("replace", 1, 1, replace),
    carry("clear", 0, 0, |it, this, _| put(it, this, Str::default())),
    carry("insert", 2, 2, insert),
    carry("[]=", 2, 3, set_index),
    carry("slice!", 1, 2, slice_away),
    row("upcase", 0, 1, |_, this, _| Ok(Rv::str(text(this).to_uppercase()))),
    row("upcase!", 0, 1, |it, this, _| changed(it, this, |text| Str::new(text.to_uppercase()))),
    row("downcase", 0, 1, |_, this, _| Ok(Rv::str(text(this).to_lowercase()))),
    row("downcase!", 0, 1, |it, this, _| changed(it, this, |text| Str::new(text.to_lowercase()))),
    row("capitalize", 0, 1, |_, this, _| Ok(Rv::str(capitalize(&text(this))))),
    row("capitalize!", 0, 1, |it, this, _| changed(it, this, |text| Str::new(capitalize(text)))),
    row("swapcase", 0, 1, |_, this, _| Ok(Rv::str(swapcase(&text(this))))),
    row("swapcase!", 0, 1, |it, this, _| changed(it, this, |text| Str::new(swapcase(text)))),
    carry("strip", 0, 0, |_, this, _| Ok(Rv::str(strip(&text(this), true, true)))),
    carry("strip!", 0, 0, |it, this, _| changed(it, this, |text| strip(text, true, true))),
    carry("lstrip", 0, 0, |_, this, _| Ok(Rv::str(strip(&text(this), true, false)))),
    carry("lstrip!", 0, 0, |it, this, _| changed(it, this, |text| strip(text, true, false))),
    carry("rstrip", 0, 0, |_, this, _| Ok(Rv::str(strip(&text(this), false, true)))),
    carry("rstrip!", 0, 0, |it, this, _| changed(it, this, |text| strip(text, false, true))),
    carry("chomp", 0, 1, |it, this, args| chomp(it, &text(this), args).map(Rv::str)),
    carry("chomp!", 0, 1, chomp_in_place),
    carry("chop", 0, 0, |_, this, _| Ok(Rv::str(chop(&text(this))))),
    carry("chop!", 0, 0, |it, this, _| changed(it, this, chop)),
    carry("reverse", 0, 0, |_, this, _| Ok(Rv::str(reverse(&text(this))))),
    carry("reverse!", 0, 0, |it, this, _| changed(it, this, reverse)),
    carry("center", 1, 2, |it, this, args| pad(it, this, args, (1, 1))),
    carry("ljust", 1, 2, |it, this, args| pad(it, this, args, (0, 1))),
    carry("rjust", 1, 2, |it, this, args| pad(it, this, args, (1, 0))),
    carry("delete_prefix", 1, 1, delete_prefix),
    carry("delete_prefix!", 1, 1, |it, this, args| in_place(it, this, args, delete_prefix)),
    carry("delete_suffix", 1, 1, delete_suffix),
    carry("delete_suffix!", 1, 1, |it, this, args| in_place(it, this, args, delete_suffix)),
    row("tr", 2, 2, |it, this, args| translate(it, this, args, false)),
    row("tr_s", 2, 2, |it, this, args| translate(it, this, args, true)),
    row("tr!", 2, 2, |it, this, args| {
        in_place(it, this, args, |it, this, args| translate(it, this, args, false))
    }),
    row("delete", 1, -1, delete),
    row("delete!", 1, -1, |it, this, args| in_place(it, this, args, delete)),
    row("squeeze", 0, -1, squeeze),
    row("squeeze!", 0, -1, |it, this, args| in_place(it, this, args, squeeze)),
    row("count", 1, -1, count),
    row("next", 0, 0, |_, this, _| Ok(Rv::str(successor(&text(this))))),
    row("succ", 0, 0, |_, this, _| Ok(Rv::str(successor(&text(this))))),
    row("next!", 0, 0, |it, this, _| changed(it, this, |text| Str::new(successor(text)))),
    row("succ!", 0, 0, |it, this, _| changed(it, this, |text| Str::new(successor(text)))),
];

/// Replaces the receiver's text.
pub(super) fn put(it: &mut Interp<'_>, this: &Rv, made: Str) -> R {
    it.thaw(this)?;
    it.charge(made.len())?;
    if let Rv::Str(place) = this {
        place.text.replace(made);
    }
    Ok(this.clone())
}

/// Changes the receiver; gives nil where nothing changed.
fn changed(it: &mut Interp<'_>, this: &Rv, change: impl Fn(&Str) -> Str) -> R {
    it.thaw(this)?;
    let old = text(this);
    let new = change(&old);
    if old == new { Ok(Rv::Nil) } else { put(it, this, new) }
}

/// A method's `!` form.
pub(super) fn in_place(
    it: &mut Interp<'_>,
    this: &Rv,
    args: &Args<'_>,
    run: impl Fn(&mut Interp<'_>, &Rv, &Args<'_>) -> R,
) -> R {
    it.thaw(this)?;
    let old = text(this);
    let new = run(it, this, args)?;
    let new = text(&new);
    if old == new { Ok(Rv::Nil) } else { put(it, this, new) }
}

fn append(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.thaw(this)?;
    let other = match args.at(0) {
        Rv::Int(code) => {
            let letter = u32::try_from(*code).ok().and_then(char::from_u32);
            match letter {
                Some(letter) => Str::new(letter.to_string()),
                None => return Err(it.raise("RangeError", format!("{code} out of char range"))),
            }
        }
        other => it.string(other)?,
    };
    it.charge(other.len())?;
    if let Rv::Str(place) = this {
        place.text.borrow_mut().push(&other);
    }
    Ok(this.clone())
}

fn concat(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    for value in &args.values {
        append(it, this, &Args::of(vec![value.clone()]))?;
    }
    Ok(this.clone())
}

fn prepend(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made = Str::default();
    for value in &args.values {
        made.push(&it.string(value)?);
    }
    made.push(&text(this));
    put(it, this, made)
}

fn replace(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let made = it.string(args.at(0))?;
    put(it, this, made)
}

fn spliced(old: &Str, part: std::ops::Range<usize>, new: &Str) -> Str {
    let mut made = old.slice(0..part.start);
    made.push(new);
    made.push(&old.slice(part.end..old.len()));
    made
}

fn insert(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let old = text(this);
    let index = it.int(args.at(0))?;
    let new = it.string(args.at(1))?;
    let count = old.chars().count() as i64;
    let position = if index < 0 { index + count + 1 } else { index };
    let Some(at) = usize::try_from(position).ok().and_then(|position| byte_at(&old, position)) else {
        return Err(it.raise("IndexError", format!("index {index} out of string")));
    };
    put(it, this, spliced(&old, at..at, &new))
}

fn set_index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let old = text(this);
    let (keys, value) = match args.values.as_slice() {
        [keys @ .., value] => (keys.to_vec(), value.clone()),
        [] => return Ok(Rv::Nil),
    };
    let keys = Args { values: keys, keywords: false, block: None, scope: args.scope };
    let Some(part) = located(it, &old, &keys)? else {
        let shown = it.inspect(keys.at(0))?;
        let message = match keys.at(0) {
            Rv::Str(_) => "string not matched".to_owned(),
            Rv::Regexp(_) => "regexp not matched".to_owned(),
            _ => format!("index {shown} out of string"),
        };
        return Err(it.raise("IndexError", message));
    };
    let new = it.string(&value)?;
    put(it, this, spliced(&old, part, &new))?;
    Ok(value)
}

fn slice_away(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let old = text(this);
    let Some(part) = located(it, &old, args)? else { return Ok(Rv::Nil) };
    let taken = old.slice(part.clone());
    put(it, this, spliced(&old, part, &Str::default()))?;
    Ok(Rv::str(taken))
}

pub(super) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    first + &chars.as_str().to_lowercase()
}

fn swapcase(text: &str) -> String {
    let swap = |letter: char| -> String {
        if letter.is_lowercase() { letter.to_uppercase().collect() } else { letter.to_lowercase().collect() }
    };
    text.chars().map(swap).collect()
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\0')
}

pub(super) fn strip(text: &Str, left: bool, right: bool) -> Str {
    let mut start = 0;
    let mut end = text.len();
    if right {
        end = text.trim_end_matches(is_blank).len();
    }
    if left {
        let kept = text.get(..end).unwrap_or_default();
        start = end - kept.trim_start_matches(|letter| is_blank(letter) && letter != '\0').len();
    }
    text.slice(start..end)
}

fn chomp(it: &mut Interp<'_>, text: &Str, args: &Args<'_>) -> R<Str> {
    let end = match args.opt(0) {
        None => {
            let body = text.strip_suffix('\n').unwrap_or(text);
            body.strip_suffix('\r').map_or(body.len(), str::len)
        }
        Some(Rv::Nil) => text.len(),
        Some(suffix) => {
            let suffix = it.string(suffix)?;
            if suffix.is_empty() {
                text.trim_end_matches('\n').len()
            } else {
                text.strip_suffix(suffix.as_str()).map_or(text.len(), str::len)
            }
        }
    };
    Ok(text.slice(0..end))
}

fn chomp_in_place(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    it.thaw(this)?;
    let old = text(this);
    let new = chomp(it, &old, args)?;
    if old == new { Ok(Rv::Nil) } else { put(it, this, new) }
}

fn chop(text: &Str) -> Str {
    if text.ends_with("\r\n") {
        return text.slice(0..text.len() - 2);
    }
    let last = text.chars().next_back().map_or(0, char::len_utf8);
    text.slice(0..text.len() - last)
}

fn reverse(text: &Str) -> Str {
    let mut made = Str::default();
    for (at, letter) in text.char_indices().rev() {
        made.push(&text.slice(at..at + letter.len_utf8()));
    }
    made
}

fn pad(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, share: (usize, usize)) -> R {
    let body = text(this);
    let width = it.int(args.at(0))?.max(0) as usize;
    let filler = match args.opt(1) {
        Some(filler) => it.string(filler)?,
        None => Str::new(" "),
    };
    if filler.is_empty() {
        return Err(it.argument_error("zero width padding"));
    }
    let missing = width.saturating_sub(body.chars().count());
    it.charge(missing.saturating_mul(4))?;
    let left = missing * share.0 / (share.0 + share.1);
    let fill = |count: usize| filler.chars().cycle().take(count).collect::<String>();
    let mut made = Str::new(fill(left));
    made.push(&body);
    made.push_str(&fill(missing - left));
    Ok(Rv::str(made))
}

fn delete_prefix(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let body = text(this);
    let prefix = it.string(args.at(0))?;
    let start = if body.starts_with(prefix.as_str()) { prefix.len() } else { 0 };
    Ok(Rv::str(body.slice(start..body.len())))
}

fn delete_suffix(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let body = text(this);
    let suffix = it.string(args.at(0))?;
    let end = if body.ends_with(suffix.as_str()) { body.len() - suffix.len() } else { body.len() };
    Ok(Rv::str(body.slice(0..end)))
}

/// A set of characters as `tr` writes them: ranges, `^` and backslashes.
struct Letters {
    list: Vec<char>,
    negated: bool,
}

fn letters(pattern: &str) -> Letters {
    let negated = pattern.len() > 1 && pattern.starts_with('^');
    let body: Vec<char> = pattern.chars().skip(usize::from(negated)).collect();
    let mut list = Vec::new();
    let mut at = 0;
    while let Some(letter) = body.get(at).copied() {
        if letter == '\\'
            && let Some(next) = body.get(at + 1)
        {
            list.push(*next);
            at += 2;
            continue;
        }
        match (body.get(at + 1), body.get(at + 2)) {
            (Some('-'), Some(last)) if letter <= *last => {
                list.extend(letter..=*last);
                at += 3;
            }
            _ => {
                list.push(letter);
                at += 1;
            }
        }
    }
    Letters { list, negated }
}

impl Letters {
    fn has(&self, letter: char) -> bool {
        self.list.contains(&letter) != self.negated
    }
}

fn translate(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, squeeze: bool) -> R {
    let from = letters(&it.string(args.at(0))?);
    let to = letters(&it.string(args.at(1))?).list;
    let mut made = String::new();
    let mut last = None;
    for letter in text(this).chars() {
        if !from.has(letter) {
            made.push(letter);
            last = None;
            continue;
        }
        let place = from.list.iter().rposition(|known| *known == letter);
        let place = if from.negated { to.len() } else { place.unwrap_or(0) };
        let new = to.get(place).or(to.last()).copied();
        if !(squeeze && new == last) {
            made.extend(new);
        }
        last = new;
    }
    Ok(Rv::str(made))
}

fn sets(it: &mut Interp<'_>, args: &Args<'_>) -> R<Vec<Letters>> {
    args.values.iter().map(|pattern| it.string(pattern).map(|pattern| letters(&pattern))).collect()
}

fn delete(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let sets = sets(it, args)?;
    Ok(Rv::str(
        text(this).chars().filter(|letter| !sets.iter().all(|set| set.has(*letter))).collect::<String>(),
    ))
}

fn squeeze(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let sets = sets(it, args)?;
    let mut made = String::new();
    let mut last = None;
    for letter in text(this).chars() {
        if last != Some(letter) || !sets.iter().all(|set| set.has(letter)) {
            made.push(letter);
        }
        last = Some(letter);
    }
    Ok(Rv::str(made))
}

fn count(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let sets = sets(it, args)?;
    Ok(Rv::from(text(this).chars().filter(|letter| sets.iter().all(|set| set.has(*letter))).count()))
}

/// `String#succ`: the rightmost alphanumeric grows, with carry.
pub(super) fn successor(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let any = letters.iter().any(char::is_ascii_alphanumeric);
    if !any {
        if let Some(last) = letters.last_mut() {
            *last = char::from_u32(*last as u32 + 1).unwrap_or(*last);
        }
        return letters.into_iter().collect();
    }
    let mut carry: Option<(usize, char)> = None;
    for at in (0..letters.len()).rev() {
        let Some(letter) = letters.get_mut(at) else { break };
        if !letter.is_ascii_alphanumeric() {
            if carry.is_some_and(|(place, _)| place - at > 1) || carry.is_none() {
                continue;
            }
            continue;
        }
        let (new, grow) = match *letter {
            'z' => ('a', Some('a')),
            'Z' => ('A', Some('A')),
            '9' => ('0', Some('1')),
            other => (char::from_u32(other as u32 + 1).unwrap_or(other), None),
        };
        *letter = new;
        match grow {
            None => return letters.into_iter().collect(),
            Some(grow) => carry = Some((at, grow)),
        }
    }
    if let Some((at, grow)) = carry {
        letters.insert(at, grow);
    }
    letters.into_iter().collect()
}
