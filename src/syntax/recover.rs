//! Going on after an error: the statement with the error is blanked and the rest parsed again.

use super::{
    build::Failure,
    grammar::{self, Rule},
    scan::{self, Scan},
};

/// How many errors of one file are reported.
const MOST: usize = 10;

/// Parses a text, going on after errors. The first failure is the one that Puppet reports.
pub(super) fn failures(scan: &Scan<'_>, rule: Rule, first: Failure) -> Vec<Failure> {
    let mut text = scan.text.to_string();
    let mut found = vec![first];
    if scan.problem.is_some() {
        return found;
    }
    let edges = scan::edges(&text);
    while found.len() < MOST {
        let Some(at) = found.last().map(|last| last.parsed_to) else { break };
        let Some((start, end)) = statement(&edges, at, text.len()) else { break };
        blank(&mut text, start, end);
        match grammar::parse(rule, &text) {
            Err(next) if next.at >= end && next.at < text.len() => found.push(Failure::new(scan, next)),
            Ok(_) | Err(_) => break,
        }
    }
    found
}

/// Finds the statement around an offset: between the edges of the innermost block before and after it.
fn statement(edges: &[scan::Edge], at: usize, length: usize) -> Option<(usize, usize)> {
    let after = edges.partition_point(|edge| edge.at <= at);
    let (before, rest) = edges.split_at_checked(after)?;
    let start = before.last().copied().unwrap_or(scan::Edge { at: 0, depth: 0 });
    let end = rest.iter().find(|edge| edge.depth <= start.depth).map_or(length, |edge| edge.at);
    (end > start.at).then_some((start.at, end))
}

fn blank(text: &mut String, start: usize, end: usize) {
    let mut bytes = std::mem::take(text).into_bytes();
    if let Some(range) = bytes.get_mut(start..end) {
        range.fill(b' ');
    }
    *text = String::from_utf8(bytes).unwrap_or_default();
}
