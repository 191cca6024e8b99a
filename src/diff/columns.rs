//! Two texts in two columns.

use similar::{DiffOp, TextDiff};

/// One line of the two columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// Line numbers from 1 and texts; a side without the line is `None`.
    Lines { left: Option<(usize, String)>, right: Option<(usize, String)>, same: bool },
    /// Lines that are the same and left out.
    Gap(usize),
}

/// Lines shown around a difference.
const CONTEXT: usize = 3;

/// Lays two texts side by side: what differs with some lines around it.
pub(super) fn rows(from: &str, to: &str) -> Vec<Row> {
    let diff = TextDiff::from_lines(from, to);
    let line = |text: Option<&str>| text.map(visible).unwrap_or_default();
    let left = |at: usize| Some((at + 1, line(diff.old_slice(at))));
    let right = |at: usize| Some((at + 1, line(diff.new_slice(at))));
    let (mut rows, mut seen) = (Vec::new(), 0);
    for group in diff.grouped_ops(CONTEXT) {
        let start = group.first().map_or(0, |op| op.old_range().start);
        if start > seen {
            rows.push(Row::Gap(start - seen));
        }
        for op in &group {
            let (old, new) = (op.old_range(), op.new_range());
            let same = matches!(op, DiffOp::Equal { .. });
            for at in 0..old.len().max(new.len()) {
                rows.push(Row::Lines {
                    left: (at < old.len()).then(|| left(old.start + at)).flatten(),
                    right: (at < new.len()).then(|| right(new.start + at)).flatten(),
                    same,
                });
            }
            seen = old.end;
        }
    }
    if seen < diff.old_len() {
        rows.push(Row::Gap(diff.old_len() - seen));
    }
    rows
}

/// Makes a line safe for a terminal: control characters, tabs and a missing end of line become visible.
pub(super) fn visible(line: &str) -> String {
    let (text, ended) = line.strip_suffix('\n').map_or((line, false), |text| (text, true));
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\t' => out.push_str("→   "),
            c if c.is_control() || is_bidi(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    if !ended {
        out.push_str(" (no newline at the end)");
    }
    out
}

/// Tells characters that change the order of what is shown.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Breaks a line into pieces of at most `width` columns.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut pieces, mut piece, mut used) = (Vec::new(), String::new(), 0);
    for c in text.chars() {
        let columns = columns_of(c);
        if used + columns > width && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
            used = 0;
        }
        piece.push(c);
        used += columns;
    }
    pieces.push(piece);
    pieces
}

/// Pads a piece to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    let used: usize = text.chars().map(columns_of).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(used)))
}

/// Returns how many columns a character takes on a terminal.
fn columns_of(c: char) -> usize {
    unicode_width::UnicodeWidthChar::width(c).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_far_away_is_left_out() {
        let from: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let to = from.replace("line 10\n", "line ten\n");
        let rows = rows(&from, &to);
        assert_eq!(rows.first(), Some(&Row::Gap(6)));
        assert_eq!(rows.last(), Some(&Row::Gap(7)));
        let changed: Vec<_> =
            rows.iter().filter(|row| matches!(row, Row::Lines { same: false, .. })).collect();
        let (left, right) = (Some((10, "line 10".to_owned())), Some((10, "line ten".to_owned())));
        assert_eq!(changed, [&Row::Lines { left, right, same: false }]);
    }

    #[test]
    fn a_text_cannot_speak_to_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\r\n"), "a\\u{1b}[31mb\\u{d}");
        assert_eq!(visible("x\u{202e}y\n"), "x\\u{202e}y");
        assert_eq!(visible("x"), "x (no newline at the end)");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(pad("日", 4), "日  ");
    }
}
