//! What we make of a case: the same form as the recorded answers.

use crate::case::Case;
use migrate::{
    catalog::{Catalog, catalog_json},
    compile::{CompiledNode, Fleet, Options},
    diag::{Diagnostic, Severity, Sink},
    eval::Strict,
    hiera::yaml,
    inputs::{Layout, NodeSources, Reader, Repo, node_inputs},
    source::{DiskWorld, SourceFile},
};
use serde_json::{Value as Json, json};
use std::{path::Path, sync::Arc};

/// A catalog without what every catalog has, or the errors.
pub enum Answer {
    /// Compiled.
    Catalog(Json),
    /// Not compiled.
    Errors(Vec<Error>),
}

/// One of our errors.
pub struct Error {
    /// Its stable code.
    pub code: &'static str,
    /// Relative to the environment.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u64>,
    /// What is said.
    pub message: String,
}

/// Compiles a case as this Puppet would.
pub fn answer(case: &Case, version: u8) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("environment");
    for (path, text) in &case.files {
        write(&root.join(path), text);
    }
    let node_file = |of: &str| folder.path().join(format!("{of}/{}.json", case.node()));
    write(&node_file("facts"), &facts(case));
    write(&node_file("enc"), case.data("enc").unwrap_or("{}"));
    let extensions = case.data("extensions").unwrap_or("{}");
    write(&node_file("trusted"), &format!("{{\"extensions\": {extensions}}}"));
    match compile(case, version, folder.path(), &root) {
        Ok(node) if node.catalog.is_some() => Answer::Catalog(small(&node.catalog.unwrap(), &root)),
        Ok(node) => Answer::Errors(errors(&node.diagnostics, &root)),
        Err(found) => Answer::Errors(errors(&found, &root)),
    }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn facts(case: &Case) -> String {
    let common = std::fs::read_to_string(crate::common::project("fixtures/eval/facts.json")).unwrap();
    let mut facts: serde_json::Map<String, Json> = serde_json::from_str(&common).unwrap();
    facts.extend(case.facts());
    Json::Object(facts).to_string()
}

fn compile(case: &Case, version: u8, folder: &Path, root: &Path) -> Result<CompiledNode, Vec<Diagnostic>> {
    let one = |found: Box<Diagnostic>| vec![*found];
    let world = DiskWorld::new(1_700_000_000);
    let rules = yaml::Rules { psych: yaml::Psych::of_puppet(version), objects: true };
    let read_yaml = |source: &Arc<SourceFile>| yaml::read(source, rules).map(|document| document.value);
    let reader = Reader { world: &world, yaml: &read_yaml, root };
    let base = case.base_module_path().map_or_else(|| "/nonexistent".to_owned(), str::to_owned);
    let hiera_config = Some(root.join("global/hiera.yaml")).filter(|path| path.is_file());
    let layout =
        Layout { root: root.to_owned(), basemodulepath: Some(base), hiera_config, ..Layout::default() };
    let repo = Repo::open(&layout, reader, &Sink::default()).map_err(one)?;
    let given = |of: &str| Some(folder.join(of));
    let sources = NodeSources {
        facts: given("facts"),
        enc: given("enc"),
        trusted: given("trusted"),
        ..NodeSources::default()
    };
    let nodes = node_inputs(&sources, reader).map_err(one)?;
    let mut options = Options::of_puppet(version);
    options.strict = Some(if case.is_lax() { Strict::Warning } else { Strict::Error });
    options.strict_variables = Some(!case.is_lax());
    Ok(Fleet::open(&repo, &options, &world)?.compile(&nodes).remove(0))
}

/// The same cut that `tests/oracle/conformance.rb` makes.
fn small(catalog: &Catalog, root: &Path) -> Json {
    let catalog = relative(catalog_json(catalog), root);
    let list = |key: &str| catalog[key].as_array().cloned().unwrap_or_default();
    let is_common = |name: &str| {
        ["Stage[main]", "Class[Settings]", "Class[main]"].contains(&name) || name.starts_with("Node[")
    };
    let name = |it: &Json| format!("{}[{}]", it["type"].as_str().unwrap(), it["title"].as_str().unwrap());
    let resources: Vec<Json> = list("resources").into_iter().filter(|it| !is_common(&name(it))).collect();
    let edges: Vec<Json> =
        list("edges").into_iter().filter(|it| !is_common(it["source"].as_str().unwrap())).collect();
    let classes: Vec<Json> = list("classes").into_iter().filter(|it| it != "settings").collect();
    json!({ "resources": resources, "edges": edges, "classes": classes })
}

fn relative(data: Json, root: &Path) -> Json {
    match data {
        Json::String(text) => Json::String(shorter(&text, root)),
        Json::Array(items) => Json::Array(items.into_iter().map(|it| relative(it, root)).collect()),
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(key, it)| (shorter(&key, root), relative(it, root))).collect())
        }
        other => other,
    }
}

fn shorter(text: &str, root: &Path) -> String {
    text.replace(&format!("{}/", root.display()), "").replace("/usr/share/puppet/modules/", "")
}

fn errors(found: &[Diagnostic], root: &Path) -> Vec<Error> {
    let errors = found.iter().filter(|it| it.severity() == Severity::Error);
    errors
        .map(|it| Error {
            code: it.code().name,
            file: it.file().map(|file| shorter(file, root)),
            line: it.line_column().map(|place| place.line.into()),
            message: it.message().to_owned(),
        })
        .collect()
}
