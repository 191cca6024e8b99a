//! `Regexp` and `MatchData`, by Oniguruma with a limit on retries.

use super::{Args, Row, carry, row};
use crate::{
    maps::IndexMap,
    ruby::{
        interp::Interp,
        object::{R, RMatch, RRegexp, Rv, Scope},
    },
    value::{Str, compile_regex},
};
use ecow::EcoString;
use onig::{MatchParam, Regex, RegexOptions, Region, SearchOptions};
use std::{rc::Rc, sync::Arc};

/// How often a match at one place of a text may retry before it is refused.
const MAX_RETRIES: usize = 1_000_000;

/// How often a search may retry all in all: the engine's limit is one for each place of the text.
const MAX_SEARCH: usize = 100_000_000;

/// The same for a search that counts as one step.
const QUICK_SEARCH: usize = 4_000_000;

/// What a search that needs more costs in steps.
const SLOW: u64 = 500_000;

/// The methods of `Regexp`.
pub(super) static REGEXP: &[Row] = &[
    row("=~", 1, 1, |it, this, args| match this {
        Rv::Regexp(regexp) => position(it, regexp, args.at(0), args.scope),
        _ => Ok(Rv::Nil),
    }),
    row("===", 1, 1, case_equal),
    row("match", 1, 2, match_text),
    row("match?", 1, 2, is_match),
    row("~", 0, 0, |it, _, _| Err(it.unsupported_method("`Regexp#~`"))),
    row("source", 0, 0, |_, this, _| Ok(regexp_of(this).map_or(Rv::Nil, |it| Rv::str(it.source.clone())))),
    row("to_s", 0, 0, |_, this, _| Ok(regexp_of(this).map_or(Rv::Nil, |it| Rv::str(to_s(it))))),
    row("options", 0, 0, |_, this, _| Ok(regexp_of(this).map_or(Rv::Nil, |it| Rv::Int(it.options.into())))),
    row("casefold?", 0, 0, |_, this, _| Ok(Rv::Bool(regexp_of(this).is_some_and(|it| it.options & 1 != 0)))),
    row("names", 0, 0, |_, this, _| {
        let names = regexp_of(this).map(|it| names(&it.compiled)).unwrap_or_default();
        Ok(Rv::array(names.into_iter().map(|(name, _)| Rv::str(name)).collect()))
    }),
];

/// The methods of `MatchData`.
pub(super) static MATCH: &[Row] = &[
    carry("[]", 1, 2, match_index),
    carry("to_a", 0, 0, |_, this, _| Ok(groups(this, 0))),
    carry("captures", 0, 0, |_, this, _| Ok(groups(this, 1))),
    carry("named_captures", 0, -1, named_captures),
    carry("values_at", 0, -1, values_at),
    carry("pre_match", 0, 0, |_, this, _| Ok(around(this).map_or(Rv::Nil, |(before, _)| Rv::str(before)))),
    carry("post_match", 0, 0, |_, this, _| Ok(around(this).map_or(Rv::Nil, |(_, after)| Rv::str(after)))),
    row("names", 0, 0, |_, this, _| {
        let Rv::Match(found) = this else { return Ok(Rv::Nil) };
        Ok(Rv::array(found.names.iter().map(|(name, _)| Rv::str(name.clone())).collect()))
    }),
    row("begin", 1, 1, |it, this, args| edge(it, this, args, |(start, _)| start)),
    row("end", 1, 1, |it, this, args| edge(it, this, args, |(_, end)| end)),
    row("size", 0, 0, |_, this, _| Ok(groups_of(this).map_or(Rv::Nil, |it| Rv::from(it.groups.len())))),
    row("length", 0, 0, |_, this, _| Ok(groups_of(this).map_or(Rv::Nil, |it| Rv::from(it.groups.len())))),
    carry("string", 0, 0, |_, this, _| Ok(groups_of(this).map_or(Rv::Nil, |it| Rv::str(it.text.clone())))),
    row("regexp", 0, 0, |_, this, _| Ok(groups_of(this).map_or(Rv::Nil, |it| Rv::Regexp(it.regexp.clone())))),
];

/// `Regexp.new` and its kin.
pub(super) static STATICS: &[(&str, &[Row])] = &[(
    "Regexp",
    &[
        row("new", 1, 3, make),
        row("compile", 1, 3, make),
        row("escape", 1, 1, |it, _, args| it.to_s(args.at(0)).map(|text| Rv::str(escape(&text)))),
        row("quote", 1, 1, |it, _, args| it.to_s(args.at(0)).map(|text| Rv::str(escape(&text)))),
        row("union", 0, -1, union),
        carry("last_match", 0, 1, last_match),
    ],
)];

impl RMatch {
    /// The text of a group.
    pub(crate) fn group(&self, index: usize) -> Option<Str> {
        let (start, end) = self.groups.get(index).copied().flatten()?;
        Some(self.text.slice(start..end))
    }

    /// The text of a named group: the last of that name that matched.
    pub(crate) fn named(&self, name: &str) -> Option<Str> {
        self.names.iter().rev().filter(|(known, _)| known == name).find_map(|(_, index)| self.group(*index))
    }

    /// Where the whole match is.
    pub(crate) fn whole(&self) -> Option<(usize, usize)> {
        self.groups.first().copied().flatten()
    }

    /// A group's place by its number, which may count from the end.
    pub(crate) fn index_of(&self, index: i64) -> Option<usize> {
        let index = if index < 0 { index + self.groups.len() as i64 } else { index };
        usize::try_from(index).ok()
    }
}

impl Interp<'_> {
    /// Compiles an expression, or takes the one compiled before.
    pub(crate) fn regexp(&mut self, source: &Str, options: u32) -> R {
        let key = (source.text().clone(), options);
        if let Some(known) = self.regexps.get(&key) {
            return Ok(Rv::Regexp(known.clone()));
        }
        let mut flags = RegexOptions::REGEX_OPTION_NONE;
        for (bit, flag) in [
            (1, RegexOptions::REGEX_OPTION_IGNORECASE),
            (2, RegexOptions::REGEX_OPTION_EXTEND),
            (4, RegexOptions::REGEX_OPTION_MULTILINE),
        ] {
            if options & bit != 0 {
                flags |= flag;
            }
        }
        match compile_regex(source, flags) {
            Ok(compiled) => {
                let compiled = Arc::new(compiled);
                let made = Rc::new(RRegexp { source: source.clone(), options, compiled });
                self.regexps.insert(key, made.clone());
                Ok(Rv::Regexp(made))
            }
            Err(message) => Err(self.raise("RegexpError", message)),
        }
    }

    /// Searches from a byte offset and sets `$~` of the scope.
    pub(crate) fn search(
        &mut self,
        regexp: &Rc<RRegexp>,
        text: &Str,
        from: usize,
        scope: Option<&Scope>,
    ) -> R<Option<Rc<RMatch>>> {
        let (found, region) = self.find_match(regexp, text, from)?;
        let found = match found {
            true => {
                let groups = (0..region.len()).map(|index| region.pos(index)).collect();
                let names = names(&regexp.compiled);
                Some(Rc::new(RMatch { text: text.clone(), groups, names, regexp: regexp.clone() }))
            }
            false => None,
        };
        self.remember(found.as_ref(), scope);
        Ok(found)
    }

    /// Searches with a small limit on retries, then with a large one that costs many steps.
    fn find_match(&mut self, regexp: &Rc<RRegexp>, text: &Str, from: usize) -> R<(bool, Region)> {
        let places = text.len().saturating_sub(from) + 1;
        for (budget, steps) in [(QUICK_SEARCH, 1), (MAX_SEARCH, SLOW)] {
            self.steps(steps)?;
            let mut region = Region::new();
            let mut param = MatchParam::default();
            param.set_retry_limit_in_match((budget / places).clamp(1_000, MAX_RETRIES) as u32);
            let options = SearchOptions::SEARCH_OPTION_NONE;
            let compiled = regexp.compiled.clone();
            let range = text.len();
            let answer =
                compiled.search_with_param(text.as_str(), from, range, options, Some(&mut region), param);
            if let Ok(found) = answer {
                return Ok((found.is_some(), region));
            }
        }
        Err(self.limit("more retries in a regular expression than allowed"))
    }

    /// Whether an expression matches exactly at a byte offset.
    pub(crate) fn match_at(&mut self, regexp: &Rc<RRegexp>, text: &Str, at: usize) -> R<bool> {
        self.step()?;
        let mut param = MatchParam::default();
        param.set_retry_limit_in_match(MAX_RETRIES as u32);
        let options = SearchOptions::SEARCH_OPTION_NONE;
        match regexp.compiled.match_with_param(text.as_str(), at, options, None, param) {
            Ok(found) => Ok(found.is_some()),
            Err(_) => Err(self.limit("more retries in a regular expression than allowed")),
        }
    }

    /// Sets `$~`.
    pub(crate) fn remember(&self, found: Option<&Rc<RMatch>>, scope: Option<&Scope>) {
        if let Some(scope) = scope {
            scope.frame.last_match.replace(found.cloned().map_or(Rv::Nil, Rv::Match));
        }
    }
}

/// The names of an expression's groups in order, with their numbers.
fn names(compiled: &Regex) -> Vec<(EcoString, usize)> {
    let mut found: Vec<(EcoString, usize)> = Vec::new();
    if compiled.capture_names_len() > 0 {
        compiled.foreach_name(|name, groups| {
            found.extend(groups.iter().map(|group| (EcoString::from(name), *group as usize)));
            true
        });
    }
    found.sort_by_key(|(_, group)| *group);
    found
}

fn regexp_of(value: &Rv) -> Option<&RRegexp> {
    if let Rv::Regexp(it) = value { Some(it) } else { None }
}

fn groups_of(value: &Rv) -> Option<&RMatch> {
    if let Rv::Match(it) = value { Some(it) } else { None }
}

/// `Regexp#to_s`.
pub(super) fn to_s(it: &RRegexp) -> Str {
    let on: String = [(4, 'm'), (1, 'i'), (2, 'x')]
        .iter()
        .filter(|(bit, _)| it.options & bit != 0)
        .map(|it| it.1)
        .collect();
    let off: String = [(4, 'm'), (1, 'i'), (2, 'x')]
        .iter()
        .filter(|(bit, _)| it.options & bit == 0)
        .map(|it| it.1)
        .collect();
    let dash = if off.is_empty() { "" } else { "-" };
    let mut shown = Str::new(format!("(?{on}{dash}{off}:"));
    shown.push(&it.source);
    shown.push_str(")");
    shown
}

/// `Regexp#inspect`.
pub(super) fn inspect(it: &RRegexp) -> Str {
    let mut shown = Str::new("/");
    shown.push(&slashes(&it.source));
    shown.push_str("/");
    for (bit, letter) in [(4, "m"), (1, "i"), (2, "x")] {
        if it.options & bit != 0 {
            shown.push_str(letter);
        }
    }
    shown
}

fn slashes(source: &Str) -> Str {
    let mut escaped = false;
    let bare = source.chars().any(|letter| {
        let found = letter == '/' && !escaped;
        escaped = letter == '\\' && !escaped;
        found
    });
    if !bare {
        return source.clone();
    }
    let mut made = String::new();
    let mut escaped = false;
    for letter in source.chars() {
        if letter == '/' && !escaped {
            made.push('\\');
        }
        escaped = letter == '\\' && !escaped;
        made.push(letter);
    }
    Str::new(made)
}

/// `Regexp.escape`.
pub(super) fn escape(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => made.push_str("\\n"),
            '\t' => made.push_str("\\t"),
            '\r' => made.push_str("\\r"),
            '\u{c}' => made.push_str("\\f"),
            '\u{b}' => made.push_str("\\v"),
            '.' | '*' | '?' | '+' | '^' | '$' | '|' | '\\' | '(' | ')' | '[' | ']' | '{' | '}' | '-'
            | '#' | ' ' => {
                made.push('\\');
                made.push(letter);
            }
            other => made.push(other),
        }
    }
    made
}

/// `regexp =~ value`: the position in characters.
pub(super) fn position(it: &mut Interp<'_>, regexp: &Rc<RRegexp>, value: &Rv, scope: Option<&Scope>) -> R {
    if value.is_nil() {
        it.remember(None, scope);
        return Ok(Rv::Nil);
    }
    let text = match value {
        Rv::Sym(name) => Str::new(name.clone()),
        other => it.string(other)?,
    };
    let found = it.search(regexp, &text, 0, scope)?.and_then(|found| found.whole());
    Ok(found.map_or(Rv::Nil, |(at, _)| Rv::from(super::string::char_at(&text, at))))
}

fn case_equal(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let (Rv::Regexp(regexp), Some(text)) = (this, args.at(0).name()) else { return Ok(Rv::Bool(false)) };
    let text = args.at(0).text().unwrap_or_else(|| Str::new(text));
    Ok(Rv::Bool(it.search(regexp, &text, 0, args.scope)?.is_some()))
}

fn match_text(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Regexp(regexp) = this else { return Ok(Rv::Nil) };
    if args.at(0).is_nil() {
        it.remember(None, args.scope);
        return Ok(Rv::Nil);
    }
    let text = match args.at(0) {
        Rv::Sym(name) => Str::new(name.clone()),
        other => it.string(other)?,
    };
    let found = it.search(regexp, &text, 0, args.scope)?;
    match (found, &args.block) {
        (Some(found), Some(block)) => it.yield1(block, Rv::Match(found)),
        (found, _) => Ok(found.map_or(Rv::Nil, Rv::Match)),
    }
}

fn is_match(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Regexp(regexp) = this else { return Ok(Rv::Nil) };
    if args.at(0).is_nil() {
        return Ok(Rv::Bool(false));
    }
    let text = match args.at(0) {
        Rv::Sym(name) => Str::new(name.clone()),
        other => it.string(other)?,
    };
    Ok(Rv::Bool(it.search(regexp, &text, 0, None)?.is_some()))
}

fn match_index(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Rv::Match(found) = this else { return Ok(Rv::Nil) };
    match args.at(0) {
        Rv::Int(index) if args.values.len() == 1 => {
            Ok(found.index_of(*index).and_then(|index| found.group(index)).into())
        }
        Rv::Str(_) | Rv::Sym(_) => {
            let name = args.at(0).name().unwrap_or_default();
            if !found.names.iter().any(|(known, _)| *known == name) {
                return Err(it.raise("IndexError", format!("undefined group name reference: {name}")));
            }
            Ok(found.named(&name).into())
        }
        _ => it.send(&groups(this, 0), "[]", &args.values),
    }
}

fn groups(this: &Rv, from: usize) -> Rv {
    let Rv::Match(found) = this else { return Rv::Nil };
    Rv::array((from..found.groups.len()).map(|index| found.group(index).into()).collect())
}

fn named_captures(_: &mut Interp<'_>, this: &Rv, _: &Args<'_>) -> R {
    let Rv::Match(found) = this else { return Ok(Rv::Nil) };
    let mut made = IndexMap::default();
    for (name, _) in &found.names {
        made.insert(crate::ruby::object::Key::frozen(Rv::str(name.clone())), found.named(name).into());
    }
    Ok(Rv::hash(made))
}

fn values_at(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let mut made = Vec::new();
    for index in &args.values {
        made.push(match_index(it, this, &Args::of(vec![index.clone()]))?);
    }
    Ok(Rv::array(made))
}

fn around(this: &Rv) -> Option<(Str, Str)> {
    let found = groups_of(this)?;
    let (start, end) = found.whole()?;
    Some((found.text.slice(0..start), found.text.slice(end..found.text.len())))
}

fn edge(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>, pick: fn((usize, usize)) -> usize) -> R {
    let Rv::Match(found) = this else { return Ok(Rv::Nil) };
    let index = it.count(args.at(0))?;
    let place = found.groups.get(index).copied().flatten();
    Ok(place.map_or(Rv::Nil, |place| Rv::from(super::string::char_at(&found.text, pick(place)))))
}

fn make(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    if let Rv::Regexp(regexp) = args.at(0) {
        return Ok(Rv::Regexp(regexp.clone()));
    }
    let source = it.string(args.at(0))?;
    let options = match args.at(1) {
        Rv::Int(bits) => (*bits & 7) as u32,
        other => u32::from(other.truthy()),
    };
    it.regexp(&source, options)
}

fn union(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let items = match args.values.as_slice() {
        [Rv::Array(items)] => items.to_vec(),
        other => other.to_vec(),
    };
    if let [Rv::Regexp(only)] = items.as_slice() {
        return Ok(Rv::Regexp(only.clone()));
    }
    if items.is_empty() {
        return it.regexp(&Str::new("(?!)"), 0);
    }
    let mut made = Str::default();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            made.push_str("|");
        }
        match item {
            Rv::Regexp(regexp) => made.push(&to_s(regexp)),
            other => made.push(&Str::new(escape(&it.string(other)?))),
        }
    }
    it.regexp(&made, 0)
}

fn last_match(_: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let Some(scope) = args.scope else { return Ok(Rv::Nil) };
    let last = scope.frame.last_match.borrow().clone();
    match (&last, args.at(0)) {
        (Rv::Match(found), Rv::Int(index)) => {
            Ok(found.index_of(*index).and_then(|index| found.group(index)).into())
        }
        _ => Ok(last),
    }
}
