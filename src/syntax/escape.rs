//! Escapes in texts (`Puppet::Pops::Parser::SlurpSupport`).

use ecow::EcoString;

/// The escapes of double-quoted strings; `L` stands for a line break, the backslash always counts.
pub(super) const DOUBLE_QUOTED: &str = "$'\"rntsuL";

/// Resolves `\\` and `\'`.
pub(super) fn single_quoted(text: &str) -> EcoString {
    if !text.contains('\\') {
        return EcoString::from(text);
    }
    let mut out = EcoString::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek()) {
            ('\\', Some('\\' | '\'')) => out.extend(chars.next()),
            (other, _) => out.push(other),
        }
    }
    out
}

/// Resolves a backslash before one of `escapes` (see [`DOUBLE_QUOTED`]); others stay as they are.
pub(super) fn resolve(text: &str, escapes: &str) -> EcoString {
    if escapes.is_empty() || !text.contains('\\') {
        return EcoString::from(text);
    }
    let mut out = EcoString::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at + 1..).unwrap_or_default();
        rest = one(tail, escapes, &mut out);
    }
    out.push_str(rest);
    out
}

/// Resolves what follows a backslash and returns what comes after it.
fn one<'a>(tail: &'a str, escapes: &str, out: &mut EcoString) -> &'a str {
    let Some(char) = tail.chars().next() else {
        out.push('\\');
        return tail;
    };
    let after = tail.get(char.len_utf8()..).unwrap_or_default();
    if char == '\n' || tail.starts_with("\r\n") {
        let length = if char == '\n' { 1 } else { 2 };
        if !escapes.contains('L') {
            out.push('\\');
            out.push_str(tail.get(..length).unwrap_or_default());
        }
        return tail.get(length..).unwrap_or_default();
    }
    if char == '\\' {
        out.push('\\');
        return after;
    }
    if char == 'L' || !escapes.contains(char) {
        out.push('\\');
        out.push(char);
        return after;
    }
    match char {
        'r' => out.push('\r'),
        'n' => out.push('\n'),
        't' => out.push('\t'),
        's' => out.push(' '),
        'u' => return unicode(after, out),
        other => out.push(other),
    }
    after
}

/// Resolves `\uXXXX` and `\u{X…}`; anything else stays `\u`.
fn unicode<'a>(after: &'a str, out: &mut EcoString) -> &'a str {
    let hex = |digits: &str| {
        let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        all.then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)).flatten()
    };
    let braced =
        after.strip_prefix('{').and_then(|rest| rest.split_once('}')).filter(|(digits, _)| digits.len() <= 6);
    let found = match braced {
        Some((digits, rest)) => hex(digits).map(|char| (char, rest)),
        None => after.get(..4).and_then(hex).zip(after.get(4..)),
    };
    match found {
        Some((char, rest)) => {
            out.push(char);
            rest
        }
        None => {
            out.push_str("\\u");
            after
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_escapes_are_resolved_and_others_stay() {
        assert_eq!(single_quoted(r"a\'b\\c\n"), r"a'b\c\n");
        assert_eq!(resolve(r"a\tb\s\$\q\\n", DOUBLE_QUOTED), "a\tb $\\q\\n");
        assert_eq!(resolve("a\\\nb\\\r\nc", DOUBLE_QUOTED), "abc");
        assert_eq!(resolve(r"\u0041\u{1F600}\uZZ", DOUBLE_QUOTED), "A😀\\uZZ");
        assert_eq!(resolve(r"a\tb\n", "n"), "a\\tb\n");
    }
}
