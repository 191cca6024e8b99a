//! An explanation as text.

use super::{Event, Explanation, Node, Origin, Step};
use crate::value::Value;

/// Prints one value that is no collection, as Ruby's `inspect` does.
type Show<'s> = &'s dyn Fn(&Value) -> String;

impl Explanation {
    /// Returns the text that `puppet lookup --explain` prints; `show` prints scalars.
    #[must_use]
    pub fn to_text(&self, show: &dyn Fn(&Value) -> String) -> String {
        let mut writer = Writer { way: self, show, out: String::new() };
        if let Some(root) = self.nodes.first() {
            writer.branches(root, 0);
            writer.texts(root, 0);
        }
        writer.out
    }
}

struct Writer<'e> {
    way: &'e Explanation,
    show: Show<'e>,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.indent(depth);
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    fn branches(&mut self, node: &Node, depth: usize) {
        for branch in self.way.branches(node) {
            self.node(branch, depth);
        }
    }

    fn texts(&mut self, node: &Node, depth: usize) {
        for text in &node.texts {
            self.line(depth, text);
        }
    }

    fn node(&mut self, node: &Node, depth: usize) {
        match &node.step {
            Step::Root => {}
            Step::Key(key) => self.titled(node, depth, &format!("Searching for \"{key}\"")),
            Step::Interpolate(text) => self.titled(node, depth, &format!("Interpolation on \"{text}\"")),
            Step::InvalidKey(key) => self.line(depth, &format!("Invalid key \"{key}\"")),
            Step::MergeSource(from) => {
                self.line(depth, &format!("Using merge options from \"{from}\" hash"));
            }
            Step::Module { name, is_there: false } => {
                self.line(depth, &format!("Module \"{name}\" not found"));
            }
            Step::Module { name, is_there: true } => {
                self.line(depth, &format!("Module data provider for module \"{name}\" not found"));
            }
            Step::Merge { strategy, options } => self.merge(node, depth, strategy, options.as_ref()),
            Step::Provider { name, config, .. } => {
                self.line(depth, name);
                if let Some(config) = config {
                    self.line(depth + 1, &format!("Using configuration \"{config}\""));
                }
                self.ended(node, depth + 1);
            }
            Step::Location { is_path, location, original } => {
                let (kind, lower) = if *is_path { ("Path", "path") } else { ("URI", "uri") };
                self.line(depth, &format!("{kind} \"{location}\""));
                self.line(depth + 1, &format!("Original {lower}: \"{original}\""));
                self.branches(node, depth + 1);
                if let Some(Event::LocationNotFound) = node.event {
                    self.line(depth + 1, &format!("{kind} not found"));
                }
                self.outcome(node, depth + 1);
            }
            Step::SubKey(key) => {
                self.line(depth, &format!("Sub key: \"{key}\""));
                self.ended(node, depth + 1);
            }
            Step::Segment => self.outcome(node, depth),
            Step::Scope(name) => {
                self.line(depth, name);
                self.ended(node, depth + 1);
            }
        }
    }

    /// A line, and the branches below it.
    fn titled(&mut self, node: &Node, depth: usize, title: &str) {
        self.line(depth, title);
        self.branches(node, depth + 1);
    }

    fn ended(&mut self, node: &Node, depth: usize) {
        self.branches(node, depth);
        self.outcome(node, depth);
    }

    fn merge(&mut self, node: &Node, depth: usize, strategy: &str, options: Option<&Value>) {
        match node.branches.len() {
            0 => {}
            1 => self.branches(node, depth),
            _ => {
                self.line(depth, &format!("Merge strategy {strategy}"));
                if let Some(options) = options {
                    self.labelled(depth + 1, "Options: ", options, "");
                }
                self.branches(node, depth + 1);
                if let Some(Event::Result(value)) = &node.event {
                    self.labelled(depth + 1, "Merged result: ", value, "");
                }
            }
        }
    }

    fn outcome(&mut self, node: &Node, depth: usize) {
        match &node.event {
            Some(Event::NotFound(key)) => self.line(depth, &format!("No such key: \"{key}\"")),
            Some(Event::Found(key, value, origin)) => {
                let end = match origin {
                    Origin::Data => "",
                    Origin::Overrides => " in overrides",
                    Origin::Defaults => " in defaults",
                };
                self.labelled(depth, &format!("Found key: \"{key}\" value: "), value, end);
            }
            Some(Event::LocationNotFound | Event::Result(_)) | None => {}
        }
        self.texts(node, depth);
    }

    fn labelled(&mut self, depth: usize, label: &str, value: &Value, end: &str) {
        self.indent(depth);
        self.out.push_str(label);
        self.value(value, depth);
        self.out.push_str(end);
        self.out.push('\n');
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are scalars")]
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Hash(entries) => {
                let entries: Vec<_> = entries.iter().map(|(key, value)| (Some(key), value)).collect();
                self.collection(&entries, ["{", "}"], depth);
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| (None, item)).collect();
                self.collection(&items, ["[", "]"], depth);
            }
            scalar => self.out.push_str(&(self.show)(scalar)),
        }
    }

    fn collection(&mut self, entries: &[(Option<&Value>, &Value)], [open, close]: [&str; 2], depth: usize) {
        self.out.push_str(open);
        for (at, (key, value)) in entries.iter().enumerate() {
            self.out.push_str(if at == 0 { "\n" } else { ",\n" });
            self.indent(depth + 1);
            if let Some(key) = key {
                self.value(key, depth + 1);
                self.out.push_str(" => ");
            }
            self.value(value, depth + 1);
        }
        if !entries.is_empty() {
            self.out.push('\n');
            self.indent(depth);
        }
        self.out.push_str(close);
    }
}
