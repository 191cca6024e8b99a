//! POSIX brackets (`[[:alpha:]]`) as Ruby's engine reads them: takes a pattern, gives one that Oniguruma reads alike.
//!
//! A port of `fetch_token_in_cc` and `parse_posix_bracket` of Onigmo's `regparse.c`. Oniguruma takes `[:` for a
//! bracket only where letters follow; Onigmo wherever a `:]` comes before the next `]`, and refuses an unknown name
//! if that is close. Where neither holds, Onigmo reads the `[` as itself.

use std::borrow::Cow;

const NAMES: &[&str] = &[
    "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
    "xdigit", "ascii", "word",
];

/// Onigmo's `POSIX_BRACKET_CHECK_MAX_LEN`: how far a `:]` makes a bracket out of an unknown name.
const CHECKED: usize = 20;

/// What a `[` before a `:` inside of a character class is.
enum Bracket {
    /// One of the names, with the bytes it takes.
    Known(usize),
    /// Refused.
    Unknown,
    /// The character itself.
    Literal,
    /// The beginning of a class in the class.
    Nested,
}

/// Rewrites what Oniguruma would read otherwise.
///
/// # Errors
/// Gives Onigmo's words about a bracket without a known name.
pub(super) fn rewrite(pattern: &str) -> Result<Cow<'_, str>, &'static str> {
    if !pattern.contains("[:") {
        return Ok(Cow::Borrowed(pattern));
    }
    let mut literals = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        let mut step = width(rest);
        match rest.as_bytes() {
            [b'\\', ..] => step += rest.get(step..).map_or(0, width),
            [b'[', b':', ..] if depth > 0 => match bracket(rest) {
                Bracket::Known(bytes) => step = bytes,
                Bracket::Unknown => return Err("invalid POSIX bracket type"),
                Bracket::Literal => literals.push(at),
                Bracket::Nested => depth += 1,
            },
            [b'[', ..] => {
                depth += 1;
                step = opening(rest);
            }
            [b']', ..] => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += step;
    }
    Ok(escaped(pattern, &literals))
}

/// Bytes of the first character.
fn width(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Bytes of `[`, `[^`, and of a `]` right after them, which is a character where another one closes the class.
fn opening(rest: &str) -> usize {
    let head = if rest.starts_with("[^") { 2 } else { 1 };
    let inside = rest.get(head..).unwrap_or_default();
    let closed_later = || inside.get(1..).is_some_and(|after| unescaped(after, ']'));
    if inside.starts_with(']') && closed_later() { head + 1 } else { head }
}

fn unescaped(text: &str, wanted: char) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let found = c == wanted && !escaped;
        escaped = c == '\\' && !escaped;
        found
    })
}

fn bracket(rest: &str) -> Bracket {
    let inside = rest.get(2..).unwrap_or_default();
    if !closes(inside) {
        return Bracket::Nested;
    }
    let name = inside.strip_prefix('^').unwrap_or(inside);
    let Some(known) = NAMES.iter().find(|known| name.starts_with(**known)) else {
        return unknown(name);
    };
    match name.get(known.len()..) {
        Some(after) if after.starts_with(":]") => Bracket::Known(2 + inside.len() - after.len() + 2),
        _ => Bracket::Unknown,
    }
}

/// Tells whether `:]` comes before any other `]` that is not escaped.
fn closes(inside: &str) -> bool {
    let mut characters = inside.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            ':' if characters.peek() == Some(&']') => return true,
            ']' => return false,
            '\\' => drop(characters.next()),
            _ => {}
        }
    }
    false
}

fn unknown(name: &str) -> Bracket {
    let stop = name.char_indices().take(CHECKED + 1).find(|(_, c)| matches!(c, ':' | ']'));
    match stop.and_then(|(at, _)| name.get(at..)) {
        Some(after) if after.starts_with(":]") => Bracket::Unknown,
        _ => Bracket::Literal,
    }
}

fn escaped<'a>(pattern: &'a str, literals: &[usize]) -> Cow<'a, str> {
    let mut out = Cow::Borrowed(pattern);
    for at in literals.iter().rev() {
        out.to_mut().insert(*at, '\\');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Ruby 3.1 says of each.
    #[test]
    fn brackets_are_read_as_ruby_reads_them() {
        for refused in ["[[:% xdigit:]]", "[[:foo:]]", "[[:alphax:]]", "[[:^foo:]]", "[[::]]", "[^][:a b:]]"]
        {
            assert!(rewrite(refused).is_err(), "{refused}");
        }
        for kept in
            ["[[:alpha:]]", "[[:^space:]x]", "[[:a]b:]", "[:foo:]", r"[\[:foo:]", "x[[:digit:][:word:]]"]
        {
            assert_eq!(rewrite(kept), Ok(Cow::Borrowed(kept)));
        }
        assert_eq!(rewrite("[[:a:b:]]").unwrap(), r"[\[:a:b:]]");
        assert_eq!(rewrite("[[:aaaaaaaaaaaaaaaaaaaaaaaaa:]]").unwrap(), r"[\[:aaaaaaaaaaaaaaaaaaaaaaaaa:]]");
    }
}
