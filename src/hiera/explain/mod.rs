//! The way to an answer, as `puppet lookup --explain` tells it (`puppet/pops/lookup/explainer.rb`).
//!
//! In: what a search does, step by step. Out: a tree, as text or as data.

mod data;
mod text;

use crate::value::Value;
use ecow::EcoString;

/// What a step is about.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The whole way.
    Root,
    /// A file or a URI.
    Location { is_path: bool, location: EcoString, original: EcoString },
    /// A text with interpolations.
    Interpolate(EcoString),
    /// A layer or a level of a hierarchy.
    Provider { name: EcoString, config: Option<EcoString>, module: Option<EcoString> },
    /// A merge by its strategy and options.
    Merge { strategy: &'static str, options: Option<Value> },
    /// A module without data.
    Module { name: EcoString, is_there: bool },
    /// A search with a name of its own.
    Scope(EcoString),
    /// The part of a key behind its first dot.
    SubKey(EcoString),
    /// One segment of it.
    Segment,
    /// A key.
    Key(EcoString),
    /// A key that cannot be looked up.
    InvalidKey(EcoString),
    /// Where the merge options come from.
    MergeSource(EcoString),
}

/// How a step ended.
#[derive(Clone, Debug)]
enum Event {
    NotFound(EcoString),
    Found(EcoString, Value, Origin),
    LocationNotFound,
    Result(Value),
}

/// Where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// In data.
    Data,
    /// In the overrides of the call.
    Overrides,
    /// In the call's defaults by key.
    Defaults,
}

#[derive(Debug)]
struct Node {
    step: Step,
    parent: usize,
    branches: Vec<usize>,
    event: Option<Event>,
    texts: Vec<String>,
}

/// The way to an answer.
#[derive(Debug)]
pub struct Explanation {
    nodes: Vec<Node>,
    current: usize,
    /// Whether only the options of the key are of interest.
    pub(super) only_options: bool,
}

impl Explanation {
    /// Begins an explanation, of the options alone or of the data.
    #[must_use]
    pub fn new(only_options: bool) -> Self {
        let root = Node { step: Step::Root, parent: 0, branches: Vec::new(), event: None, texts: Vec::new() };
        Self { nodes: vec![root], current: 0, only_options }
    }

    /// Adds a line, such as why there is no answer.
    pub fn text(&mut self, text: impl Into<String>) {
        if let Some(node) = self.nodes.get_mut(self.current) {
            node.texts.push(text.into());
        }
    }

    pub(super) fn push(&mut self, step: Step) {
        let node = Node { step, parent: self.current, branches: Vec::new(), event: None, texts: Vec::new() };
        let at = self.nodes.len();
        self.nodes.push(node);
        if let Some(parent) = self.nodes.get_mut(self.current) {
            parent.branches.push(at);
        }
        self.current = at;
    }

    pub(super) fn pop(&mut self) {
        self.current = self.nodes.get(self.current).map_or(0, |node| node.parent);
    }

    pub(super) fn leaf(&mut self, step: Step) {
        self.push(step);
        self.pop();
    }

    pub(super) fn found(&mut self, key: impl Into<EcoString>, value: &Value, origin: Origin) {
        self.event(Event::Found(key.into(), value.clone(), origin));
    }

    pub(super) fn not_found(&mut self, key: impl Into<EcoString>) {
        self.event(Event::NotFound(key.into()));
    }

    pub(super) fn location_not_found(&mut self) {
        self.event(Event::LocationNotFound);
    }

    pub(super) fn result(&mut self, value: &Value) {
        self.event(Event::Result(value.clone()));
    }

    fn event(&mut self, event: Event) {
        if let Some(node) = self.nodes.get_mut(self.current) {
            node.event = Some(event);
        }
    }

    fn branches(&self, node: &Node) -> impl Iterator<Item = &Node> {
        node.branches.iter().filter_map(|at| self.nodes.get(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explanation() -> Explanation {
        let mut way = Explanation::new(false);
        way.push(Step::Key("k".into()));
        way.push(Step::Merge { strategy: "hash", options: None });
        way.push(Step::Provider { name: "Layer".into(), config: Some("hiera.yaml".into()), module: None });
        way.found("k", &Value::hash([("a".into(), Value::array([Value::Int(1), "b".into()]))]), Origin::Data);
        way.pop();
        way.pop();
        way.pop();
        way.text("the end");
        way
    }

    #[test]
    fn a_merge_of_one_branch_is_that_branch() {
        let expected = "Searching for \"k\"\n  Layer\n    Using configuration \"hiera.yaml\"\n    Found key: \"k\" value: {\n      \
                        \"a\" => [\n        1,\n        \"b\"\n      ]\n    }\nthe end\n";
        assert_eq!(explanation().to_text(&|value| format!("{value:?}")), expected);
    }

    #[test]
    fn data_has_the_keys_of_puppet_in_order() {
        let data = explanation().to_data();
        let names: Vec<String> = data.as_hash().unwrap().keys().map(|key| format!("{key:?}")).collect();
        assert_eq!(names, [":branches", ":key", ":type"]);
    }
}
