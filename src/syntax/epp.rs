//! The text between the tags of an EPP template (`Puppet::Pops::Parser::EppSupport::EppScanner`).

/// What follows a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The end of the template.
    End,
    /// `<%` or `<%-`.
    Code,
    /// `<%=`.
    Expression,
}

/// A text with the tag that ends it.
#[derive(Debug)]
pub(super) struct Text {
    /// What is rendered.
    pub text: String,
    /// How many bytes the text and the tag have.
    pub length: usize,
    /// What follows.
    pub next: Next,
    /// Whether the template ends with `<%`.
    pub unbalanced: bool,
}

/// A comment tag without its end.
#[derive(Debug)]
pub(super) struct UnclosedComment;

/// Reads the text at the beginning of `rest`, up to and including the next tag that is no comment and not `<%%`.
pub(super) fn text(rest: &str, skip_leading: bool) -> Result<Text, UnclosedComment> {
    let mut out = String::new();
    let mut at = 0;
    let mut skip = skip_leading;
    loop {
        let tail = rest.get(at..).unwrap_or_default();
        let tag = tail.find("<%");
        let part = tail.get(..tag.unwrap_or(tail.len())).unwrap_or_default();
        let shown = if std::mem::take(&mut skip) { without_line_start(part) } else { part };
        out.push_str(&shown.replace("%%>", "%>"));
        let Some(tag) = tag else {
            return Ok(Text { text: out, length: rest.len(), next: Next::End, unbalanced: false });
        };
        at += tag + 2;
        let end = |text, length, next| Ok(Text { text, length, next, unbalanced: false });
        match rest.as_bytes().get(at) {
            None => return Ok(Text { text: out, length: at, next: Next::End, unbalanced: true }),
            Some(b'-') => {
                out.truncate(out.trim_end_matches([' ', '\t']).len());
                return end(out, at + 1, Next::Code);
            }
            Some(b'%') => {
                out.push_str("<%");
                at += 1;
            }
            Some(b'=') => return end(out, at + 1, Next::Expression),
            Some(b'#') => {
                let comment = comment(rest.get(at..).unwrap_or_default()).ok_or(UnclosedComment)?;
                if comment.as_bytes().get(1) == Some(&b'-') {
                    out.truncate(out.trim_end_matches([' ', '\t']).len());
                }
                skip = comment.ends_with("-%>");
                at += comment.len();
            }
            Some(_) => return end(out, at, Next::Code),
        }
    }
}

/// Returns a comment from its `#` to its `%>`, which is one that is not part of `%%>`.
fn comment(rest: &str) -> Option<&str> {
    let end = rest
        .match_indices("%>")
        .map(|(at, _)| at)
        .find(|at| *at > 0 && !rest.get(..*at).unwrap_or_default().ends_with('%'))?;
    rest.get(..end + 2)
}

/// Returns the text without blanks up to and including the first line break.
fn without_line_start(text: &str) -> &str {
    let rest = text.trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix('\r').unwrap_or(rest);
    rest.strip_prefix('\n').unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rest: &str, skip: bool) -> (String, Next) {
        let text = text(rest, skip).unwrap();
        (text.text, text.next)
    }

    #[test]
    fn trimming_tags_take_blanks_and_one_line_break() {
        assert_eq!(shown(" \n  a  <%- x", true), ("  a".into(), Next::Code));
        assert_eq!(shown("a <%= x", false), ("a ".into(), Next::Expression));
        assert_eq!(shown("a<%% b %%> c", false), ("a<% b %> c".into(), Next::End));
        assert_eq!(shown("a <%# no %%> comment -%> \nb", false), ("a b".into(), Next::End));
    }
}
