//! An explanation as data, for `--render-as json` and `yaml`.

use super::{Event, Explanation, Node, Origin, Step};
use crate::value::Value;

/// Entries of a hash, in order.
type Entries = Vec<(Value, Value)>;

impl Explanation {
    /// Returns the tree as hashes with symbols for keys, as Puppet's explainer gives it.
    #[must_use]
    pub fn to_data(&self) -> Value {
        let Some(root) = self.nodes.first() else { return Value::Undef };
        match self.branches(root).collect::<Vec<_>>().as_slice() {
            [only] => self.node(only),
            _ => Value::hash(self.below(root)),
        }
    }

    fn below(&self, node: &Node) -> Entries {
        let branches: Vec<Value> = self.branches(node).map(|branch| self.node(branch)).collect();
        if branches.is_empty() { Vec::new() } else { vec![(symbol("branches"), Value::array(branches))] }
    }

    fn node(&self, node: &Node) -> Value {
        if let (Step::Merge { .. }, [only]) = (&node.step, node.branches.as_slice())
            && let Some(branch) = self.nodes.get(*only)
        {
            return self.node(branch);
        }
        if let Step::MergeSource(from) = &node.step {
            let kind = (symbol("type"), symbol("merge_source"));
            return Value::hash([kind, (symbol("merge_source"), Value::str(from.clone()))]);
        }
        let mut entries = self.below(node);
        entries.extend(outcome(node));
        if !node.texts.is_empty() {
            let texts = node.texts.iter().map(|text| Value::str(text.as_str()));
            entries.push((symbol("texts"), Value::array(texts)));
        }
        entries.push((symbol("type"), symbol(kind(&node.step))));
        entries.extend(own(&node.step));
        Value::hash(entries)
    }
}

fn symbol(name: &str) -> Value {
    Value::Symbol(name.into())
}

/// The key, the value and the event of a step.
fn outcome(node: &Node) -> Entries {
    let key = |key: &ecow::EcoString| (symbol("key"), Value::str(key.clone()));
    let event = |name: &str| (symbol("event"), symbol(name));
    match (&node.event, &node.step) {
        (Some(Event::Found(name, value, origin)), _) => {
            let found = match origin {
                Origin::Data => "found",
                Origin::Overrides => "found_in_overrides",
                Origin::Defaults => "found_in_defaults",
            };
            vec![key(name), (symbol("value"), value.clone()), event(found)]
        }
        (Some(Event::NotFound(name)), _) => vec![key(name), event("not_found")],
        (Some(Event::LocationNotFound), _) => vec![event("location_not_found")],
        (Some(Event::Result(value)), _) => vec![(symbol("value"), value.clone()), event("result")],
        (None, Step::Key(name) | Step::InvalidKey(name)) => vec![key(name)],
        (None, Step::Module { is_there: false, .. }) => vec![event("module_not_found")],
        (None, Step::Module { is_there: true, .. }) => vec![event("module_provider_not_found")],
        (None, _) => Vec::new(),
    }
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Root | Step::Key(_) => "root",
        Step::Location { is_path: true, .. } => "path",
        Step::Location { is_path: false, .. } => "uri",
        Step::Interpolate(_) => "interpolate",
        Step::Provider { .. } => "data_provider",
        Step::Merge { .. } => "merge",
        Step::Module { .. } => "module",
        Step::Scope(_) => "scope",
        Step::SubKey(_) => "sub_key",
        Step::Segment => "segment",
        Step::InvalidKey(_) => "invalid_key",
        Step::MergeSource(_) => "merge_source",
    }
}

/// What a step says of itself, behind its type.
fn own(step: &Step) -> Entries {
    let text = |name: &str, text: &ecow::EcoString| (symbol(name), Value::str(text.clone()));
    match step {
        Step::Interpolate(expression) => vec![text("expression", expression)],
        Step::Scope(name) => vec![text("name", name)],
        Step::Merge { strategy, options } => {
            let options = options.iter().map(|options| (symbol("options"), options.clone()));
            std::iter::once((symbol("merge"), symbol(strategy))).chain(options).collect()
        }
        Step::Provider { name, config, module } => std::iter::once(text("name", name))
            .chain(config.iter().map(|path| text("configuration_path", path)))
            .chain(module.iter().map(|module| text("module", module)))
            .collect(),
        Step::Location { is_path, location, original } => {
            let names = if *is_path { ["original_path", "path"] } else { ["original_uri", "uri"] };
            let [first, second] = names;
            vec![text(first, original), text(second, location)]
        }
        Step::Root
        | Step::Key(_)
        | Step::Module { .. }
        | Step::SubKey(_)
        | Step::Segment
        | Step::InvalidKey(_)
        | Step::MergeSource(_) => Vec::new(),
    }
}
