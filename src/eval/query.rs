//! Queries of collectors, and how they are matched: a node's own resources as Ruby does it, those of other nodes as
//! a PuppetDB would, which is asked in its own words too.

use super::resource::Res;
use crate::{
    catalog::{Resource, rich_json},
    value::{Type, Value, includes, puppet_eq, types::NoAliases},
};
use ecow::EcoString;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// A query over resources.
#[derive(Debug)]
pub(crate) enum Query {
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    /// `tag == …`: any of the tags, in lower case.
    Tagged {
        tags: Vec<EcoString>,
        /// Whether they were given as a list, which Ruby takes and a PuppetDB does not.
        list: bool,
    },
    Equal(EcoString, Value),
    NotEqual(EcoString, Value),
}

/// A question that a collector asked of other nodes' exports.
#[derive(Clone, Debug)]
pub struct Asked {
    pub(super) type_name: EcoString,
    pub(super) query: Option<Arc<Query>>,
}

impl Asked {
    /// Returns the question for all exports of a type.
    #[must_use]
    pub fn all_of(type_name: EcoString) -> Self {
        Self { type_name, query: None }
    }

    /// Returns the type that is asked for.
    #[must_use]
    pub fn type_name(&self) -> &EcoString {
        &self.type_name
    }

    /// Returns the exports that answer a node's question, in the order given; its own are left out.
    pub fn answer<'a>(
        &'a self,
        certname: &'a str,
        exports: &'a [(EcoString, Resource)],
    ) -> impl Iterator<Item = &'a (EcoString, Resource)> {
        exports.iter().filter(move |(exporter, exported)| {
            exported.reference.type_name == self.type_name
                && exporter != certname
                && self.query.as_ref().is_none_or(|query| query.holds_elsewhere(exported))
        })
    }

    /// Returns the question as a PuppetDB's resource query; it does not leave out the node's own.
    pub(super) fn in_puppetdb(&self) -> Json {
        let mut all =
            vec![json!("and"), json!(["=", "type", self.type_name.as_str()]), json!(["=", "exported", true])];
        all.extend(self.query.as_ref().map(|query| query.in_puppetdb()));
        Json::Array(all)
    }
}

impl Query {
    /// Tells whether a resource of this node fits; its container's tags count as its own.
    pub(crate) fn holds(&self, resource: &Res, container: Option<&Res>) -> bool {
        match self {
            Self::And(a, b) => a.holds(resource, container) && b.holds(resource, container),
            Self::Or(a, b) => a.holds(resource, container) || b.holds(resource, container),
            Self::Tagged { tags, .. } => {
                let own = tags.iter().any(|tag| resource.tags.contains(tag));
                own || container.is_some_and(|it| tags.iter().any(|tag| it.tags.contains(tag)))
            }
            Self::Equal(name, wanted) => equals(&local_parameter(resource, name), wanted),
            Self::NotEqual(name, wanted) => !loosely_equal(&local_parameter(resource, name), wanted),
        }
    }

    /// Tells whether another node's exported resource fits, as PuppetDB would.
    fn holds_elsewhere(&self, resource: &Resource) -> bool {
        let value = |name: &str| match name {
            "title" => Some(Value::str(resource.reference.title.clone())),
            _ => resource.parameters.get(name).map(|param| param.value.clone()),
        };
        match self {
            Self::And(a, b) => a.holds_elsewhere(resource) && b.holds_elsewhere(resource),
            Self::Or(a, b) => a.holds_elsewhere(resource) || b.holds_elsewhere(resource),
            Self::Tagged { tags, .. } => tags.iter().any(|tag| resource.tags.contains(tag)),
            Self::Equal(_, Value::Undef) => false,
            Self::Equal(name, wanted) => value(name).is_some_and(|found| found == *wanted),
            Self::NotEqual(name, wanted) if name == "tag" => {
                !resource.tags.contains(&EcoString::from(wanted.to_str().to_lowercase()))
            }
            Self::NotEqual(name, wanted) => value(name).is_none_or(|found| found != *wanted),
        }
    }

    /// Returns the query in the words of PuppetDB, as Puppet's terminus makes them.
    fn in_puppetdb(&self) -> Json {
        let field = |name: &str| match name {
            "tag" | "title" => json!(name),
            _ => json!(["parameter", name]),
        };
        let value = |name: &str, value: &Value| match name {
            "tag" => json!(value.to_str().to_lowercase()),
            _ => asked_value(value),
        };
        match self {
            Self::And(a, b) => json!(["and", a.in_puppetdb(), b.in_puppetdb()]),
            Self::Or(a, b) => json!(["or", a.in_puppetdb(), b.in_puppetdb()]),
            Self::Tagged { tags, .. } => {
                json!(["=", "tag", tags.first().map(EcoString::as_str).unwrap_or_default()])
            }
            Self::Equal(name, wanted) => json!(["=", field(name), value(name, wanted)]),
            Self::NotEqual(name, wanted) => json!(["not", ["=", field(name), value(name, wanted)]]),
        }
    }
}

/// Returns a value as it is asked for. A reference is an object, which no stored parameter equals: they are text there.
fn asked_value(value: &Value) -> Json {
    match value {
        Value::Type(it) => json!({"__ptype": "Type", "__pvalue": it.to_string()}),
        other => rich_json(other),
    }
}

fn local_parameter(resource: &Res, name: &str) -> Value {
    if name == "title" {
        return Value::str(resource.title.clone());
    }
    resource.parameters.get(name).map(|param| param.value.clone()).unwrap_or_default()
}

fn equals(found: &Value, wanted: &Value) -> bool {
    match found {
        Value::Array(_) => includes(found, wanted, &NoAliases),
        other => loosely_equal(other, wanted),
    }
}

/// Compares as Puppet's `==`, references by what they refer to.
fn loosely_equal(found: &Value, wanted: &Value) -> bool {
    let reference = |value: &Value| match value {
        Value::Type(Type::Resource(Some(kind), Some(title))) => {
            Some(super::resource::stored_reference(kind, title))
        }
        Value::Type(Type::Class(Some(name))) => Some(super::resource::stored_reference("class", name)),
        _ => None,
    };
    match (reference(found), reference(wanted)) {
        (Some(found), Some(wanted)) => found == wanted,
        (_, _) => puppet_eq(found, wanted),
    }
}
