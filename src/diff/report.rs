//! A comparison as data, `migrate/diff/v1`.

use super::compare::{Comparison, Counts, FieldDiff, NodeDiff, ResourceDiff, Shown};
use crate::diag::Diagnostic;
use serde::Serialize;
use serde_json::Value as Json;
use similar::TextDiff;

/// A comparison as data.
#[derive(Clone, Debug, Serialize)]
pub struct DiffReport {
    schema: &'static str,
    from: String,
    to: String,
    summary: Counts,
    nodes: Vec<NodeReport>,
    warnings: Vec<Told>,
    errors: Vec<Told>,
}

#[derive(Clone, Debug, Serialize)]
struct NodeReport {
    node: String,
    in_from: bool,
    in_to: bool,
    only_from: Vec<String>,
    only_to: Vec<String>,
    differing: Vec<ResourceReport>,
    same: usize,
}

#[derive(Clone, Debug, Serialize)]
struct ResourceReport {
    resource: String,
    from_place: Option<String>,
    to_place: Option<String>,
    parameters: Vec<ParameterReport>,
}

/// `from` and `to` are left out where the side does not set it, and where it is a secret.
#[derive(Clone, Debug, Serialize)]
struct ParameterReport {
    name: String,
    secret: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Json>,
    /// A unified diff, of texts with several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Told {
    code: &'static str,
    message: String,
}

impl DiffReport {
    /// Makes the report of a comparison.
    #[must_use]
    pub fn new(found: &Comparison) -> Self {
        Self {
            schema: "migrate/diff/v1",
            from: found.from.clone(),
            to: found.to.clone(),
            summary: found.counts(),
            nodes: found.nodes.iter().map(node).collect(),
            warnings: found.warnings.iter().map(told).collect(),
            errors: Vec::new(),
        }
    }

    /// Makes the report of sides that could not be read.
    #[must_use]
    pub fn failed(from: String, to: String, errors: &[Diagnostic]) -> Self {
        let found = Comparison { from, to, ..Comparison::default() };
        Self { errors: errors.iter().map(told).collect(), ..Self::new(&found) }
    }
}

fn told(found: &Diagnostic) -> Told {
    Told { code: found.code().name, message: found.to_string() }
}

fn node(found: &NodeDiff) -> NodeReport {
    let [in_from, in_to] = found.sides;
    NodeReport {
        node: found.node.clone(),
        in_from,
        in_to,
        only_from: found.only_from.clone(),
        only_to: found.only_to.clone(),
        differing: found.differing.iter().map(resource).collect(),
        same: found.same,
    }
}

fn resource(found: &ResourceDiff) -> ResourceReport {
    ResourceReport {
        resource: found.resource.clone(),
        from_place: found.from_place.clone(),
        to_place: found.to_place.clone(),
        parameters: found.fields.iter().map(parameter).collect(),
    }
}

fn parameter(found: &FieldDiff) -> ParameterReport {
    let value = |shown: &Shown| match shown {
        Shown::Nothing | Shown::Secret => None,
        Shown::Value(value) => Some(value.clone()),
    };
    let (from, to) = (value(&found.from), value(&found.to));
    let diff = match (&from, &to) {
        (Some(Json::String(from)), Some(Json::String(to))) if from.contains('\n') || to.contains('\n') => {
            Some(TextDiff::from_lines(from.as_str(), to.as_str()).unified_diff().to_string())
        }
        (_, _) => None,
    };
    ParameterReport {
        name: found.name.clone(),
        secret: [&found.from, &found.to].contains(&&Shown::Secret),
        from,
        to,
        diff,
    }
}
