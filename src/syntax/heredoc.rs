//! Heredocs: the tag, the body, the margin (`Puppet::Pops::Parser::HeredocSupport`).

/// What can be wrong with a heredoc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagProblem {
    /// `@(` without `)`.
    Unclosed,
    /// Not `@(TAG:syntax/escapes)`.
    Syntax,
    /// No tag.
    EmptyTag,
    /// An escape given twice.
    RepeatedEscape,
    /// An unknown escape.
    UnknownEscape,
    /// Nothing after the line of the tag.
    WithoutText,
    /// No line with the end tag.
    WithoutEnd,
}

/// A parsed `@(…)`.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    /// Bytes from `@` to `)`.
    pub length: usize,
    /// The text that ends the body.
    pub end: String,
    /// The declared syntax.
    pub syntax: String,
    /// Whether `$` interpolates.
    pub interpolated: bool,
    /// The characters that may be escaped, `\` left out; empty for none.
    pub escapes: String,
}

/// A heredoc with its body.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// The offset of the tag.
    pub at: usize,
    /// The tag.
    pub tag: Tag,
    /// The body without margin and, if so marked, without its last line break; escapes not yet resolved.
    pub text: String,
    /// Where lines of `text` come from: their offset in `text` and in the scanned text.
    pub lines: Vec<(usize, usize)>,
    /// The offset after the line of the end tag.
    pub end: usize,
}

/// Reads the tag at the beginning of `rest`; a problem comes with its offset.
pub(super) fn tag(rest: &str) -> Result<Tag, (TagProblem, usize)> {
    let close = rest.find(')').ok_or((TagProblem::Unclosed, 0))?;
    let length = close + 1;
    let fail = |kind| (kind, length);
    let inner = rest.get(2..close).unwrap_or_default();
    let (head, escapes) = match inner.split_once('/') {
        Some((head, escapes)) => (head, Some(escapes.trim_end_matches([' ', '\t']))),
        None => (inner, None),
    };
    let (name, syntax) = match head.split_once(':') {
        Some((name, syntax)) => (name, Some(syntax.trim_matches([' ', '\t']))),
        None => (head, None),
    };
    let bad_name = name.is_empty() || name.contains(['\r', '\n']);
    if bad_name || syntax.is_some_and(|syntax| !is_syntax(syntax)) || !escapes.is_none_or(is_escapes) {
        return Err(fail(TagProblem::Syntax));
    }
    let (end, interpolated) = end_tag(name.trim());
    if end.is_empty() {
        return Err(fail(TagProblem::EmptyTag));
    }
    let escapes = allowed(escapes).map_err(fail)?;
    Ok(Tag {
        length,
        end: end.to_owned(),
        syntax: syntax.unwrap_or_default().to_owned(),
        interpolated,
        escapes,
    })
}

fn end_tag(name: &str) -> (&str, bool) {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(inner) => (inner.trim(), true),
        None => (name, false),
    }
}

/// `[a-z][a-zA-Z0-9_+]+`
fn is_syntax(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '+'))
}

fn is_escapes(text: &str) -> bool {
    text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '$'))
}

fn allowed(escapes: Option<&str>) -> Result<String, TagProblem> {
    let escapes = match escapes {
        None => return Ok(String::new()),
        Some("") => "trnsuL$",
        Some(given) => given,
    };
    let repeated =
        escapes.char_indices().any(|(at, char)| escapes.get(..at).unwrap_or_default().contains(char));
    if repeated {
        return Err(TagProblem::RepeatedEscape);
    }
    if escapes.contains(|char| !"trnsuL$".contains(char)) {
        return Err(TagProblem::UnknownEscape);
    }
    Ok(escapes.to_owned())
}

/// Reads the body at the beginning of `rest`, which lies at `offset` of the scanned text.
pub(super) fn body(at: usize, tag: Tag, rest: &str, offset: usize) -> Option<Body> {
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    for line in rest.split_inclusive('\n') {
        let next = start + line.len();
        if let Some(end) = end_line(line, &tag.end) {
            let (text, lines) = joined(&lines, &end, offset);
            return Some(Body { at, tag, text, lines, end: offset + next });
        }
        lines.push((start, line));
        start = next;
    }
    None
}

/// The line that ends a heredoc.
struct EndLine<'a> {
    margin: Option<&'a str>,
    remove_break: bool,
}

/// Recognises `[blanks] [| [blanks]] [- [blanks]] TAG [blanks]` at the end of a line. Puppet does not look
/// at what stands before it.
fn end_line<'a>(line: &'a str, tag: &str) -> Option<EndLine<'a>> {
    let blank: &[char] = &[' ', '\t'];
    let text = line.strip_suffix('\n').unwrap_or(line);
    let text = text.strip_suffix('\r').unwrap_or(text);
    let before = text.trim_end_matches(blank).strip_suffix(tag)?;
    let trimmed = before.trim_end_matches(blank);
    let (before, trimmed, remove_break) = match trimmed.strip_suffix('-') {
        Some(rest) => (rest, rest.trim_end_matches(blank), true),
        None => (before, trimmed, false),
    };
    let Some(rest) = trimmed.strip_suffix('|') else { return Some(EndLine { margin: None, remove_break }) };
    let _ = before;
    let start = rest.trim_end_matches(blank).len();
    Some(EndLine { margin: rest.get(start..), remove_break })
}

/// Joins the lines without margin; lines with text in the margin stay as they are, as in Puppet.
fn joined(lines: &[(usize, &str)], end: &EndLine<'_>, offset: usize) -> (String, Vec<(usize, usize)>) {
    let margin = end.margin.unwrap_or_default();
    let mut text = String::new();
    let mut places = Vec::with_capacity(lines.len());
    for (at, line) in lines {
        let kept = line.strip_prefix(margin).unwrap_or(line);
        places.push((text.len(), offset + at + line.len() - kept.len()));
        text.push_str(kept);
    }
    if end.remove_break {
        let kept =
            text.strip_suffix('\n').map_or(text.len(), |text| text.strip_suffix('\r').unwrap_or(text).len());
        text.truncate(kept);
    }
    (text, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_end_syntax_and_escapes() {
        let tag = tag("@(\"END\":json/tL) rest").unwrap();
        assert_eq!((tag.end.as_str(), tag.syntax.as_str(), tag.escapes.as_str()), ("END", "json", "tL"));
        assert!(tag.interpolated);
        assert_eq!(super::tag("@(END/x)").unwrap_err().0, TagProblem::UnknownEscape);
        assert_eq!(super::tag("@(END/tt)").unwrap_err().0, TagProblem::RepeatedEscape);
        assert_eq!(super::tag("@(END").unwrap_err().0, TagProblem::Unclosed);
    }

    #[test]
    fn margins_are_taken_from_lines_that_have_them() {
        let body = body(0, tag("@(END)").unwrap(), "  a\n b\n   c\n  | - END\nrest", 10).unwrap();
        assert_eq!(body.text, "a\n b\n c");
        assert_eq!(body.lines, [(0, 12), (2, 14), (5, 19)]);
    }
}
