//! A text with a mark in the place of each secret, so that it can be edited as one string.

use crate::model::{SecretRef, Text, TextPart};

/// Opens and closes a mark; letters that no configuration file has.
const OPEN: char = '\u{F0F00}';
const CLOSE: char = '\u{F0F01}';

/// The secrets that marks stand for.
#[derive(Default)]
pub(super) struct Marks {
    secrets: Vec<SecretRef>,
}

impl Marks {
    /// Shows a text with marks; `None` where it has letters of marks itself.
    pub(super) fn show(&mut self, text: &Text) -> Option<String> {
        let mut shown = String::new();
        for part in text.parts() {
            match part {
                TextPart::Text(text) if is_marked(text) => return None,
                TextPart::Text(text) => shown.push_str(text),
                TextPart::Secret(secret) => {
                    let at = self.secrets.iter().position(|known| known == secret);
                    let at = at.unwrap_or_else(|| {
                        self.secrets.push(secret.clone());
                        self.secrets.len() - 1
                    });
                    shown.push_str(&format!("{OPEN}{at}{CLOSE}"));
                }
            }
        }
        Some(shown)
    }

    /// Gives back the text.
    pub(super) fn text(&self, shown: &str) -> Text {
        let mut parts = Vec::new();
        let mut rest = shown;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (number, behind) = after.split_once(CLOSE).unwrap_or((after, ""));
            push(&mut parts, before);
            let secret = number.parse::<usize>().ok().and_then(|at| self.secrets.get(at));
            parts.extend(secret.cloned().map(TextPart::Secret));
            rest = behind;
        }
        push(&mut parts, rest);
        Text::from_parts(parts)
    }
}

/// Tells whether a secret's mark stands in a text.
pub(super) fn is_marked(text: &str) -> bool {
    text.contains([OPEN, CLOSE])
}

/// Tells whether a line is one secret, which may hold more than a part of a line.
pub(super) fn is_whole(line: &str) -> bool {
    let line = line.trim();
    let inner = line.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE));
    inner.is_some_and(|inner| !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit()))
}

fn push(parts: &mut Vec<TextPart>, text: &str) {
    if !text.is_empty() {
        parts.push(TextPart::Text(text.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_keep_their_places() {
        let secret = |id: &str| TextPart::Secret(SecretRef { id: id.into(), key: None, derived: false });
        let text = Text::from_parts(vec![secret("a"), TextPart::Text("=".into()), secret("b"), secret("a")]);
        let mut marks = Marks::default();
        let shown = marks.show(&text).unwrap();
        assert!(is_marked(&shown));
        assert_eq!(marks.text(&shown), text);
    }
}
