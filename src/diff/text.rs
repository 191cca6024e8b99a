//! A comparison for people: two columns that fit the width.

use super::{
    columns::{Row, pad, rows, visible, wrap},
    compare::{Comparison, FieldDiff, NodeDiff, ResourceDiff, Shown},
    mask::MASK,
};
use serde_json::Value as Json;
use std::fmt::Write;

/// How it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The columns that a line may take; at least 40 are used.
    pub width: usize,
    /// Whether there are colours.
    pub colored: bool,
}

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// Columns before the two texts.
const INDENT: usize = 4;
/// Columns of a line number with the blank after it.
const NUMBER: usize = 5;
/// The sign between the columns with its blanks.
const GUTTER: usize = 3;

/// Renders a comparison.
#[must_use]
pub fn comparison_text(found: &Comparison, style: Style) -> String {
    let mut page = Page { out: String::new(), style: Style { width: style.width.max(40), ..style } };
    let _ = writeln!(page.out, "--- {}\n+++ {}", visible_line(&found.from), visible_line(&found.to));
    for node in found.nodes.iter().filter(|node| node.is_different()) {
        page.node(node);
    }
    let counts = found.counts();
    let _ = writeln!(
        page.out,
        "\n{} of {} nodes differ; resources: {} only in FROM, {} only in TO, {} differ,\n{} the same",
        counts.nodes_differing, counts.nodes, counts.only_from, counts.only_to, counts.differing, counts.same,
    );
    page.out
}

fn visible_line(text: &str) -> String {
    visible(&format!("{text}\n"))
}

struct Page {
    out: String,
    style: Style,
}

impl Page {
    fn painted(&self, color: &str, text: &str) -> String {
        if self.style.colored { format!("{color}{text}{PLAIN}") } else { text.to_owned() }
    }

    fn line(&mut self, color: &str, text: &str) {
        let painted = self.painted(color, text);
        let _ = writeln!(self.out, "{painted}");
    }

    fn node(&mut self, node: &NodeDiff) {
        self.line(BOLD, &format!("\n{}", visible_line(&node.node).trim_end()));
        match node.sides {
            [true, false] => self.line(RED, "- the whole node is only in FROM"),
            [false, true] => self.line(GREEN, "+ the whole node is only in TO"),
            [true, true] | [false, false] => {}
        }
        for reference in &node.only_from {
            self.line(RED, &format!("- {}", visible_line(reference)));
        }
        for reference in &node.only_to {
            self.line(GREEN, &format!("+ {}", visible_line(reference)));
        }
        for resource in &node.differing {
            self.resource(resource);
        }
    }

    fn resource(&mut self, resource: &ResourceDiff) {
        self.line(BOLD, &format!("~ {}", visible_line(&resource.resource)));
        let places = [&resource.from_place, &resource.to_place];
        if places.iter().any(|place| place.is_some()) {
            let [from, to] = places.map(|place| place.as_deref().unwrap_or("-").to_owned());
            if from == to {
                let _ = writeln!(self.out, "  {from}");
            } else {
                self.columns((&from, ""), ' ', (&to, ""));
            }
        }
        for field in &resource.fields {
            self.field(field);
        }
    }

    fn field(&mut self, field: &FieldDiff) {
        if [&field.from, &field.to].contains(&&Shown::Secret) {
            let words = |shown: &Shown| match shown {
                Shown::Nothing => "(not set)",
                Shown::Secret | Shown::Value(_) => MASK,
            };
            let note = format!(
                "  {}: {} and {}: the secrets differ",
                field.name,
                words(&field.from),
                words(&field.to)
            );
            let _ = writeln!(self.out, "{note}");
            return;
        }
        let _ = writeln!(self.out, "  {}:", visible_line(&field.name));
        let (from, to) = (words(&field.from), words(&field.to));
        if !from.contains('\n') && !to.contains('\n') {
            let (from, to) = (visible_line(&from), visible_line(&to));
            return self.columns((&from, RED), '|', (&to, GREEN));
        }
        for row in rows(&from, &to) {
            self.row(&row);
        }
    }

    fn row(&mut self, row: &Row) {
        let (left, right, same) = match row {
            Row::Gap(lines) => {
                let _ = writeln!(self.out, "{:INDENT$}... {lines} lines the same", "");
                return;
            }
            Row::Lines { left, right, same } => (left, right, *same),
        };
        let sign = match (left, right) {
            (Some(_), Some(_)) if same => ' ',
            (Some(_), Some(_)) | (None, None) => '|',
            (Some(_), None) => '<',
            (None, Some(_)) => '>',
        };
        let (red, green) = if same { ("", "") } else { (RED, GREEN) };
        let width = self.column() - NUMBER;
        let pieces = |side: &Option<(usize, String)>| match side {
            None => Vec::new(),
            Some((number, text)) => {
                let first =
                    std::iter::once(format!("{number:4} ")).chain(std::iter::repeat(" ".repeat(NUMBER)));
                first.zip(wrap(text, width)).map(|(number, piece)| number + &piece).collect()
            }
        };
        self.both((&pieces(left), red), sign, (&pieces(right), green));
    }

    /// Returns the width of one column.
    fn column(&self) -> usize {
        (self.style.width - INDENT - GUTTER) / 2
    }

    fn columns(&mut self, left: (&str, &str), sign: char, right: (&str, &str)) {
        let width = self.column();
        self.both((&wrap(left.0, width), left.1), sign, (&wrap(right.0, width), right.1));
    }

    fn both(&mut self, left: (&[String], &str), sign: char, right: (&[String], &str)) {
        let width = self.column();
        for at in 0..left.0.len().max(right.0.len()) {
            let piece = |side: &[String]| side.get(at).map(String::as_str).unwrap_or_default().to_owned();
            let first = self.painted(left.1, &pad(&piece(left.0), width));
            let second = self.painted(right.1, &piece(right.0));
            let sign = if at == 0 { sign } else { ' ' };
            let line = format!("{:INDENT$}{first} {sign} {second}", "");
            let _ = writeln!(self.out, "{}", line.trim_end());
        }
    }
}

/// Returns a value in words: strings as they are, the rest as JSON, in several lines where it is long.
fn words(shown: &Shown) -> String {
    match shown {
        Shown::Nothing => "(not set)".to_owned(),
        Shown::Secret => MASK.to_owned(),
        Shown::Value(Json::String(text)) => text.clone(),
        Shown::Value(value) => {
            let short = value.to_string();
            if short.chars().count() <= 60 || !(value.is_array() || value.is_object()) {
                return short;
            }
            serde_json::to_string_pretty(value).map_or(short, |long| long + "\n")
        }
    }
}
