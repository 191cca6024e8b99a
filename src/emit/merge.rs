//! Three-way merge of texts by lines: what a person changed and what a conversion changed since the same base.
//!
//! In: the base, the person's text and the new one. Out: [`Merged`]: a text with both changes. Changes that overlap or
//! touch, and are not the same, stand in it between conflict markers: both sides are kept, none is chosen.

use similar::{DiffOp, capture_diff_slices};

/// What begins, divides and ends a conflict.
pub(super) const OURS: &str = "<<<<<<< by hand";
const MIDDLE: &str = "=======";
const THEIRS: &str = ">>>>>>> converted";

/// A merged text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) text: String,
    /// The lines, from 1, at which conflicts begin.
    pub(super) conflicts: Vec<usize>,
}

/// A change of one side: lines of the base that are replaced, and by which lines of the side.
#[derive(Clone, Copy, Debug)]
struct Hunk {
    base: (usize, usize),
    side: (usize, usize),
}

/// Merges the changes of two sides.
pub(super) fn merge(base: &str, hand: &str, new: &str) -> Merged {
    let lines = |text: &'_ str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let (base, hand, new) = (lines(base), lines(hand), lines(new));
    let (by_hand, by_new) = (hunks(&base, &hand), hunks(&base, &new));
    let mut out = Writer::default();
    let (mut at, mut left, mut right) = (0, by_hand.as_slice(), by_new.as_slice());
    while let Some(start) = [left.first(), right.first()].into_iter().flatten().map(|it| it.base.0).min() {
        let (of_left, of_right, end) = region(start, &mut left, &mut right);
        out.copy(slice(&base, at, start));
        let given = slice(&base, start, end);
        let mine = replaced(of_left, &hand, &base, (start, end));
        let theirs = replaced(of_right, &new, &base, (start, end));
        match () {
            () if of_left.is_empty() || mine == theirs => out.copy(&theirs),
            () if of_right.is_empty() || theirs == given => out.copy(&mine),
            () => out.conflict(&mine, &theirs),
        }
        at = end;
    }
    out.copy(slice(&base, at, base.len()));
    Merged { text: out.text, conflicts: out.conflicts }
}

/// Takes the hunks of both sides that overlap or touch, beginning at a line of the base.
fn region<'h>(
    start: usize,
    left: &mut &'h [Hunk],
    right: &mut &'h [Hunk],
) -> (&'h [Hunk], &'h [Hunk], usize) {
    let (all_left, all_right) = (*left, *right);
    let (mut taken_left, mut taken_right, mut end) = (0, 0, start);
    loop {
        let next_left = all_left.get(taken_left).filter(|it| it.base.0 <= end);
        let next_right = all_right.get(taken_right).filter(|it| it.base.0 <= end);
        match (next_left, next_right) {
            (Some(hunk), _) => {
                taken_left += 1;
                end = end.max(hunk.base.1);
            }
            (None, Some(hunk)) => {
                taken_right += 1;
                end = end.max(hunk.base.1);
            }
            (None, None) => break,
        }
    }
    let (of_left, rest_left) = all_left.split_at(taken_left);
    let (of_right, rest_right) = all_right.split_at(taken_right);
    (*left, *right) = (rest_left, rest_right);
    (of_left, of_right, end)
}

/// The lines of a side in place of a region of the base.
fn replaced(hunks: &[Hunk], side: &[String], base: &[String], (start, end): (usize, usize)) -> Vec<String> {
    let (mut at, mut lines) = (start, Vec::new());
    for hunk in hunks {
        lines.extend_from_slice(slice(base, at, hunk.base.0));
        lines.extend_from_slice(slice(side, hunk.side.0, hunk.side.1));
        at = hunk.base.1;
    }
    lines.extend_from_slice(slice(base, at, end));
    lines
}

fn hunks(base: &[String], side: &[String]) -> Vec<Hunk> {
    let changed = |op: DiffOp| {
        let (_, old, new) = op.as_tag_tuple();
        let hunk = Hunk { base: (old.start, old.end), side: (new.start, new.end) };
        (!matches!(op, DiffOp::Equal { .. })).then_some(hunk)
    };
    capture_diff_slices(similar::Algorithm::Myers, base, side).into_iter().filter_map(changed).collect()
}

fn slice(lines: &[String], from: usize, to: usize) -> &[String] {
    lines.get(from..to).unwrap_or_default()
}

#[derive(Default)]
struct Writer {
    text: String,
    line: usize,
    conflicts: Vec<usize>,
}

impl Writer {
    fn copy(&mut self, lines: &[String]) {
        for line in lines {
            self.text.push_str(line);
        }
        self.line += lines.len();
    }

    /// A line that stands by itself, whatever the text before it ends with.
    fn marker(&mut self, marker: &str) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str(marker);
        self.text.push('\n');
        self.line += 1;
    }

    fn conflict(&mut self, hand: &[String], new: &[String]) {
        self.conflicts.push(self.line + 1);
        self.marker(OURS);
        self.copy(hand);
        self.marker(MIDDLE);
        self.copy(new);
        self.marker(THEIRS);
    }
}

/// Returns the lines, from 1, at which conflicts of an earlier merge begin that nobody has settled.
pub(super) fn unsettled(text: &str) -> Vec<usize> {
    let lines = text.lines().enumerate();
    lines.filter(|(_, line)| *line == OURS).map(|(at, _)| at + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(lines: &[u8]) -> String {
        lines.iter().map(|line| format!("{}\n", char::from(b'a' + line))).collect()
    }

    fn lines() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(0..6_u8, 0..14)
    }

    /// A text and edits of it: each removes some lines at a place and puts others there.
    fn edited() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, Vec<u8>)> {
        let edit = (0..14_usize, 0..3_usize, proptest::collection::vec(0..9_u8, 0..3));
        let edits = || proptest::collection::vec(edit.clone(), 0..3);
        let apply = |base: &[u8], edits: Vec<(usize, usize, Vec<u8>)>| {
            let mut lines = base.to_vec();
            for (at, removed, added) in edits {
                let at = at.min(lines.len());
                let end = (at + removed).min(lines.len());
                lines.splice(at..end, added);
            }
            lines
        };
        (lines(), edits(), edits()).prop_map(move |(base, hand, new)| {
            let (hand, new) = (apply(&base, hand), apply(&base, new));
            (base, hand, new)
        })
    }

    proptest! {
        #[test]
        fn one_side_alone_is_taken_as_it_is((base, hand, _) in edited()) {
            let (base, hand) = (text(&base), text(&hand));
            prop_assert_eq!(merge(&base, &hand, &base).text, hand.clone());
            prop_assert_eq!(merge(&base, &base, &hand).text, hand.clone());
            let same = merge(&base, &hand, &hand);
            prop_assert_eq!(same, Merged { text: hand, conflicts: Vec::new() });
        }

        #[test]
        fn no_edit_of_a_person_is_lost((base, hand, new) in edited()) {
            let (base, hand, new) = (text(&base), text(&hand), text(&new));
            let merged = merge(&base, &hand, &new);
            let split = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
            let (base_lines, hand_lines) = (split(&base), split(&hand));
            // what the person put at each place is there as a whole, in the order of the places
            let mut rest = merged.text.as_str();
            for hunk in hunks(&base_lines, &hand_lines) {
                let put = slice(&hand_lines, hunk.side.0, hunk.side.1).concat();
                let at = rest.find(&put);
                prop_assert!(at.is_some(), "{put:?} is not in {rest:?}");
                rest = &rest[at.unwrap_or_default() + put.len()..];
            }
            // and each conflict can be found again
            prop_assert_eq!(unsettled(&merged.text), merged.conflicts);
        }

        #[test]
        fn lines_taken_away_by_hand_stay_away(base in proptest::collection::btree_set(0..9_u8, 3..9), at in 0..9_usize, more in 0..9_usize) {
            // distinct lines: one is removed by hand, another is doubled by the conversion
            let base: Vec<u8> = base.into_iter().collect();
            let (at, more) = (at % base.len(), more % base.len());
            let mut hand = base.clone();
            let gone = hand.remove(at);
            let mut new = base.clone();
            new.insert(more, 8);
            let merged = merge(&text(&base), &text(&hand), &text(&new));
            let kept = merged.text.contains(&text(&[gone]));
            prop_assert!(gone == 8 || !kept || !merged.conflicts.is_empty());
        }
    }

    #[test]
    fn changes_at_different_places_are_both_taken() {
        let merged = merge("a\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\nf\n");
        assert_eq!(merged, Merged { text: "a\nB\nc\nd\nE\nf\n".into(), conflicts: Vec::new() });
    }

    #[test]
    fn changes_at_one_place_stand_side_by_side() {
        let merged = merge("a\nb\nc\n", "a\nmine\nc\n", "a\nnew\nc\n");
        let text = "a\n<<<<<<< by hand\nmine\n=======\nnew\n>>>>>>> converted\nc\n";
        assert_eq!(merged, Merged { text: text.into(), conflicts: vec![2] });
    }

    #[test]
    fn a_last_line_without_an_end_is_no_marker() {
        let merged = merge("a", "b", "c");
        assert_eq!(merged.text, "<<<<<<< by hand\nb\n=======\nc\n>>>>>>> converted\n");
    }
}
