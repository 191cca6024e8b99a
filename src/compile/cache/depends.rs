//! What a compile depends on before it asks anything of the world: the part of a cache's key that is known at once.
//!
//! Everything is named one by one, so that a field that is added does not compile until it is in the key.

use crate::{
    catalog::rich_json,
    compile::Options,
    eval::{EnvironmentPaths, NodeRequest},
    inputs::Repo,
    maps::IndexMap,
    value::Value,
};
use ecow::EcoString;
use serde_json::{Value as Json, json};

/// Returns all that a compile is given; what is read for all nodes before the first comes in as a hash.
pub(crate) fn of(
    request: &NodeRequest,
    paths: &EnvironmentPaths,
    (options, repo): (&Options, &Repo),
    common: [u8; 32],
) -> Json {
    let NodeRequest {
        certname,
        facts,
        trusted,
        server_facts,
        classes,
        parameters,
        settings,
        puppet_version,
        strict,
        strict_variables,
        catalog_version,
        exported,
        collect_from,
        puppetdb,
        record_reads,
        answers,
        programs,
        limits,
    } = request;
    let EnvironmentPaths { name, root, module_path, manifest, version, strict: of_syntax } = paths;
    let classes: Vec<_> =
        classes.iter().map(|(name, parameters)| (name.as_str(), named(parameters))).collect();
    json!([
        [certname.as_str(), rich_json(facts), rich_json(trusted), rich_json(server_facts)],
        [json!(classes), named(parameters), named(settings)],
        [json!(puppet_version), debug(strict), json!(strict_variables), json!(catalog_version.as_str())],
        [json!(exported.is_some()), json!(collect_from.is_some()), json!(puppetdb.is_some())],
        [json!(record_reads), json!(programs.is_some()), debug(answers), debug(limits)],
        [
            json!(name.as_str()),
            debug(root),
            debug(module_path),
            debug(manifest),
            debug(version),
            debug(of_syntax)
        ],
        [debug(&options.eyaml_keys), debug(&repo.hiera_config), debug(&repo.environment_data_provider)],
        [common],
    ])
}

fn debug(value: &impl std::fmt::Debug) -> Json {
    format!("{value:?}").into()
}

/// In order: it may matter.
fn named(values: &IndexMap<EcoString, Value>) -> Json {
    values.iter().map(|(name, value)| json!([name.as_str(), rich_json(value)])).collect()
}
