//! Functions that ask a PuppetDB: `puppetdb_query` of its terminus, and those of the module `puppetdbquery`.
//!
//! In: a query and, through the context, the PuppetDB of the run. Out: its answers as values, in its order.

mod language;

use super::{Call, codes, secrets, table::rows};
use crate::{
    catalog::rich_json,
    diag::{Diagnostic, Result},
    inputs::PuppetDb,
    value::{Regexp, Value},
};
use language::Mode;
use serde_json::{Value as Json, json};

rows! {
    "puppetdb_query" "puppet" Four Dropped ["puppetdb_query(Variant[String[1], Array[Data, 1]] $query)"]
        "Asks the PuppetDB a query in PQL or as a syntax tree." => |call| ask(call, "", &rich_json(call.arg(0)));
    "query_facts" "puppetdbquery" Four Dropped ["query_facts(Variant[String, Array] $query, Array[String, 1] $facts)"]
        "Gives facts of the nodes that a query finds, by certname and name." => query_facts;
    "query_nodes" "puppetdbquery" Four Dropped [
        "query_nodes(Variant[String, Array] $query)",
        "query_nodes(Variant[String, Array] $query, String $fact)",
    ] "Gives the certnames of the nodes that a query finds, or one fact of each." => query_nodes;
    "query_resources" "puppetdbquery" Three Dropped ["query_resources(Any $nodequery, Any $resquery, Any $grouphosts?)"]
        "Gives resources of the nodes that a query finds, or a hash of them by certname." => query_resources;
}

fn puppetdb<'a>(call: &'a Call<'_>) -> Result<&'a PuppetDb> {
    call.context.puppetdb().ok_or_else(|| {
        let message = format!("`{}` asks a PuppetDB, and none is given", call.name);
        let help = "give `--puppetdb URL`, or answers recorded with `--puppetdb-record`";
        Box::new(Diagnostic::error(&codes::UNSUPPORTED, message).at(call.at.clone()).help(help))
    })
}

fn ask(call: &Call<'_>, endpoint: &str, query: &Json) -> Result<Value> {
    puppetdb(call)?.values(endpoint, query).map_err(|found| {
        let found = found.or_at(|| call.at.clone());
        // the server may quote the query
        Box::new(if secrets(call.arguments).is_empty() {
            found
        } else {
            found.help("the query holds a secret")
        })
    })
}

fn parse(call: &Call<'_>, query: &Value, mode: Mode) -> Result<Option<Json>> {
    match query {
        Value::Str(text) => language::parse(text, mode).map_err(|why| call.fail(why)),
        other => Ok(Some(rich_json(other))),
    }
}

fn extract(fields: &[&str], query: Option<Json>) -> Json {
    json!(["extract", fields, query])
}

fn field(item: &Value, name: &str) -> Value {
    item.get(name).cloned().unwrap_or_default()
}

fn items(answer: &Value) -> impl Iterator<Item = &Value> {
    answer.as_array().into_iter().flatten()
}

fn query_nodes(call: &Call<'_>) -> Result<Value> {
    if call.arguments.len() < 2 {
        let query = parse(call, call.arg(0), Mode::Nodes)?;
        let answer = ask(call, "nodes", &extract(&["certname"], query))?;
        return Ok(Value::array(items(&answer).map(|node| field(node, "certname"))));
    }
    let fact = call.arg(1).to_str();
    let steps: Vec<&str> = fact.split('.').collect();
    let first = steps.first().copied().unwrap_or_default();
    let query = facts_query(call, &[first])?;
    let answer = ask(call, "facts", &extract(&["value"], Some(query)))?;
    let value = |item: &Value| dig(&field(item, "value"), steps.get(1..).unwrap_or_default());
    Ok(Value::array(items(&answer).map(value)))
}

/// Asks for facts by name (or by a pattern between slashes) of the nodes that the call's query finds.
fn facts_query(call: &Call<'_>, facts: &[&str]) -> Result<Json> {
    let Value::Str(text) = call.arg(0) else {
        return Err(call.fail("the query has to be a text where facts are asked for"));
    };
    let nodes = language::parse(text, Mode::Facts).map_err(|why| call.fail(why))?;
    let name = |fact: &&str| match pattern(fact) {
        Some(pattern) => json!(["~", "name", pattern]),
        None => json!(["=", "name", fact]),
    };
    let names = Json::Array(std::iter::once(json!("or")).chain(facts.iter().map(name)).collect());
    Ok(match nodes {
        Some(nodes) => json!(["and", nodes, names]),
        None => names,
    })
}

fn pattern(fact: &str) -> Option<&str> {
    fact.strip_prefix('/')?.strip_suffix('/').filter(|inner| !inner.is_empty())
}

fn dig(value: &Value, steps: &[&str]) -> Value {
    steps.iter().fold(value.clone(), |value, step| value.get(step).cloned().unwrap_or_default())
}

fn query_facts(call: &Call<'_>) -> Result<Value> {
    let wanted: Vec<String> = items(call.arg(1)).map(|fact| fact.to_str().to_string()).collect();
    let steps: Vec<Vec<&str>> = wanted.iter().map(|fact| fact.split('.').collect()).collect();
    let first: Vec<&str> = steps.iter().filter_map(|steps| steps.first().copied()).collect();
    let query = match call.arg(0) {
        Value::Str(_) => facts_query(call, &first)?,
        other => rich_json(other),
    };
    let answer = ask(call, "facts", &extract(&["certname", "name", "value"], Some(query)))?;
    let mut by_node: crate::maps::IndexMap<Value, Vec<(Value, Value)>> = crate::maps::IndexMap::default();
    for item in items(&answer) {
        let (name, value) = named_fact(call, item, &steps)?;
        by_node.entry(field(item, "certname")).or_default().push((name, value));
    }
    Ok(Value::hash(by_node.into_iter().map(|(node, facts)| (node, Value::hash(facts)))))
}

/// A fact under the name that was asked for; parts of a structured one are named by their steps, joined by `_`.
fn named_fact(call: &Call<'_>, item: &Value, wanted: &[Vec<&str>]) -> Result<(Value, Value)> {
    let name = field(item, "name");
    let text = name.to_str();
    for steps in wanted {
        let [only] = steps.as_slice() else { continue };
        let fits = match pattern(only) {
            Some(pattern) => {
                let regexp = Regexp::cached(&pattern.into()).map_err(|why| call.fail(why))?;
                regexp.captures(&text).map_err(|why| call.fail(why))?.is_some()
            }
            None => *only == text.as_str(),
        };
        if fits {
            return Ok((name, field(item, "value")));
        }
    }
    let steps: Vec<&str> = wanted
        .iter()
        .filter(|steps| steps.len() > 1 && steps.first() == Some(&text.as_str()))
        .flatten()
        .copied()
        .collect();
    let value = dig(&field(item, "value"), steps.get(1..).unwrap_or_default());
    Ok((Value::str(steps.join("_")), value))
}

fn query_resources(call: &Call<'_>) -> Result<Value> {
    let query = |value: &Value, mode| if value.is_truthy() { parse(call, value, mode) } else { Ok(None) };
    let nodes = query(call.arg(0), Mode::Facts)?.filter(is_given);
    let resources = query(call.arg(1), Mode::None)?.filter(is_given);
    let query = match (resources, nodes) {
        (Some(resources), Some(nodes)) => json!(["and", resources, nodes]),
        (Some(resources), None) => resources,
        (None, _) => {
            return Err(call.fail("PuppetDB resources query error: at least one argument must be non empty"));
        }
    };
    let found = ask(call, "resources", &query)?;
    if !call.arguments.get(2).is_some_and(Value::is_truthy) {
        return Ok(found);
    }
    let mut by_node: crate::maps::IndexMap<Value, Vec<Value>> = crate::maps::IndexMap::default();
    for resource in items(&found) {
        by_node.entry(field(resource, "certname")).or_default().push(resource.clone());
    }
    Ok(Value::hash(by_node.into_iter().map(|(node, found)| (node, Value::array(found)))))
}

fn is_given(query: &Json) -> bool {
    query.as_array().is_none_or(|items| !items.is_empty())
}
