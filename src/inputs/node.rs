//! The nodes of a run, each with its facts, ENC answer and trusted data.

use super::{NO_NODES, PuppetDb, Reader, codes, derive_legacy_facts, facts, override_fact, trusted};
use crate::{
    diag::{Diagnostic, Result},
    source::{Location, SourceFile, Span},
    value::Value,
};
use ecow::EcoString;
use indexmap::IndexMap;
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where the data of nodes is, and what is changed about it.
#[derive(Clone, Debug, Default)]
pub struct NodeSources {
    /// `--facts`: a file, or a folder with one file a node.
    pub facts: Option<PathBuf>,
    /// `--puppetdb`: has the facts where `facts` is not given.
    pub puppetdb: Option<Arc<PuppetDb>>,
    /// `--enc`, likewise.
    pub enc: Option<PathBuf>,
    /// `--trusted`, likewise.
    pub trusted: Option<PathBuf>,
    /// `--override FACT=VALUE`.
    pub overrides: Vec<String>,
    /// `--legacy-facts derive`.
    pub derive_legacy: bool,
    /// `--node`: names or globs; empty for every node.
    pub nodes: Vec<String>,
}

/// What is known of one node.
#[derive(Clone, Debug)]
pub struct NodeInputs {
    /// The certname.
    pub certname: EcoString,
    /// The facts by name.
    pub facts: Value,
    /// `$trusted`.
    pub trusted: Value,
    /// Classes of the ENC with their parameters.
    pub classes: IndexMap<EcoString, IndexMap<EcoString, Value>>,
    /// Parameters of the ENC.
    pub parameters: IndexMap<EcoString, Value>,
    /// The environment that the ENC names.
    pub environment: Option<EcoString>,
}

/// Reads the data of every selected node, sorted by certname; a node whose data is broken is an error of its own.
///
/// # Errors
/// Gives sources that are not there, and a selection that names no node.
pub fn node_inputs(
    sources: &NodeSources,
    reader: Reader<'_>,
) -> Result<Vec<(EcoString, Result<NodeInputs>)>> {
    let known = known_nodes(sources, reader)?;
    if known.is_empty() {
        return Err(no_nodes(sources, reader));
    }
    check_selection(&sources.nodes, &known)?;
    let chosen = |name: &&String| is_selected(name, &sources.nodes);
    read_nodes(&known, known.keys().filter(chosen).collect(), sources, reader)
}

/// Reads the data of the nodes that are not selected, likewise: what they export reaches the others.
///
/// # Errors
/// Gives sources that are not there.
pub fn other_nodes(
    sources: &NodeSources,
    reader: Reader<'_>,
    selected: &[(EcoString, Result<NodeInputs>)],
) -> Result<Vec<(EcoString, Result<NodeInputs>)>> {
    let known = known_nodes(sources, reader)?;
    let other = |name: &&String| selected.binary_search_by(|(it, _)| it.as_str().cmp(name)).is_err();
    read_nodes(&known, known.keys().filter(other).collect(), sources, reader)
}

/// Where the facts of a node are.
enum Facts {
    File(PathBuf),
    Stored(Arc<PuppetDb>),
}

fn known_nodes(sources: &NodeSources, reader: Reader<'_>) -> Result<BTreeMap<String, Facts>> {
    match (&sources.facts, &sources.puppetdb) {
        (None, Some(puppetdb)) => {
            Ok(puppetdb.nodes()?.into_iter().map(|name| (name, Facts::Stored(puppetdb.clone()))).collect())
        }
        (path, _) => {
            let files = by_certname(path.as_deref(), reader)?;
            Ok(files.into_iter().map(|(name, path)| (name, Facts::File(path))).collect())
        }
    }
}

fn read_nodes(
    known: &BTreeMap<String, Facts>,
    names: Vec<&String>,
    sources: &NodeSources,
    reader: Reader<'_>,
) -> Result<Vec<(EcoString, Result<NodeInputs>)>> {
    let enc = by_certname(sources.enc.as_deref(), reader)?;
    let trusted = by_certname(sources.trusted.as_deref(), reader)?;
    let read = |name: &String| {
        let files = Files { facts: known.get(name), enc: enc.get(name), trusted: trusted.get(name) };
        (EcoString::from(name.as_str()), node(name, &files, sources, reader))
    };
    // a PuppetDB is asked by several threads; the order stays
    let stored = names.first().is_some_and(|name| matches!(known.get(*name), Some(Facts::Stored(_))));
    Ok(if stored { names.into_par_iter().map(read).collect() } else { names.into_iter().map(read).collect() })
}

fn no_nodes(sources: &NodeSources, reader: Reader<'_>) -> Box<Diagnostic> {
    let (message, help) = match (&sources.facts, &sources.puppetdb) {
        (Some(path), _) => (
            format!("`{}` has no file of facts", reader.shown(path)),
            "give `--facts DIR` with one JSON or YAML file a node, named after its certname",
        ),
        (None, Some(_)) => {
            ("the PuppetDB has no active node".to_owned(), "let agents run, or give `--facts`")
        }
        (None, None) => (
            "no facts are given".to_owned(),
            "give `--facts DIR` with one JSON or YAML file a node, named after its certname, or `--puppetdb`",
        ),
    };
    Box::new(Diagnostic::error(&NO_NODES, message).help(help))
}

/// Returns the nodes that the ENC's answers or trusted data name and no facts are there of, sorted.
///
/// # Errors
/// Gives sources that are not there.
pub fn nodes_without_facts(sources: &NodeSources, reader: Reader<'_>) -> Result<Vec<String>> {
    let facts = known_nodes(sources, reader)?;
    let mut named = by_certname(sources.enc.as_deref(), reader)?;
    named.extend(by_certname(sources.trusted.as_deref(), reader)?);
    let one_file = sources.facts.as_deref().is_some_and(|path| reader.world.is_file(path));
    let wanted = |name: &String| !one_file && !facts.contains_key(name) && is_selected(name, &sources.nodes);
    Ok(named.into_keys().filter(wanted).collect())
}

struct Files<'a> {
    facts: Option<&'a Facts>,
    enc: Option<&'a PathBuf>,
    trusted: Option<&'a PathBuf>,
}

fn check_selection(nodes: &[String], facts: &BTreeMap<String, Facts>) -> Result<()> {
    let unknown = nodes.iter().find(|pattern| !facts.keys().any(|name| matches_glob(pattern, name)));
    let Some(unknown) = unknown else { return Ok(()) };
    let known: Vec<_> = facts.keys().map(String::as_str).collect();
    let message = format!("there are no facts for `{unknown}`");
    Err(Box::new(
        Diagnostic::error(&NO_NODES, message).help(format!("there are facts for {}", listed(&known))),
    ))
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(8);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

fn is_selected(name: &str, nodes: &[String]) -> bool {
    nodes.is_empty() || nodes.iter().any(|pattern| matches_glob(pattern, name))
}

/// Matches `*` and `?`.
fn matches_glob(pattern: &str, name: &str) -> bool {
    let mut pattern_chars = pattern.chars();
    match pattern_chars.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = pattern_chars.as_str();
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.filter_map(|at| name.get(at..)).any(|tail| matches_glob(rest, tail))
        }
        Some(wanted) => {
            let mut name_chars = name.chars();
            let found = name_chars.next();
            found.is_some_and(|found| wanted == '?' || wanted == found)
                && matches_glob(pattern_chars.as_str(), name_chars.as_str())
        }
    }
}

/// The data files of a folder, or one file, by the certname that their names give.
fn by_certname(path: Option<&Path>, reader: Reader<'_>) -> Result<BTreeMap<String, PathBuf>> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    if reader.world.is_file(path) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let certname = certname(&name).unwrap_or(&name).to_owned();
        return Ok(BTreeMap::from([(certname, path.to_owned())]));
    }
    let names = reader.world.list(path).map_err(|found| {
        let message = format!("`{}` cannot be read: {found}", reader.shown(path));
        Box::new(Diagnostic::error(&codes::UNREADABLE, message))
    })?;
    let entry = |name: &String| Some((certname(name)?.to_owned(), path.join(name)));
    Ok(names.iter().filter_map(entry).collect())
}

fn certname(file_name: &str) -> Option<&str> {
    [".yaml", ".yml", ".json"].iter().find_map(|ending| file_name.strip_suffix(ending))
}

fn node(name: &str, files: &Files<'_>, sources: &NodeSources, reader: Reader<'_>) -> Result<NodeInputs> {
    let mut stored_trusted = None;
    let (written_name, mut facts) = match files.facts {
        Some(Facts::File(path)) => facts::read(path, reader)?,
        Some(Facts::Stored(puppetdb)) => {
            let (facts, trusted) = puppetdb.facts(name)?;
            stored_trusted = trusted;
            (None, facts)
        }
        None => (None, Value::hash([])),
    };
    if sources.derive_legacy {
        facts = derive_legacy_facts(&facts);
    }
    for argument in &sources.overrides {
        facts = override_fact(&facts, argument)?;
    }
    // one file given by hand need not be named after its node
    let single = sources.facts.as_deref().is_some_and(|path| reader.world.is_file(path));
    let certname = written_name.filter(|_| single).unwrap_or_else(|| name.to_owned());
    if certname.is_empty() || certname.starts_with('.') || certname.contains(['/', '\\', '\0']) {
        let message = format!("`{certname}` is no certname");
        return Err(Box::new(Diagnostic::error(&codes::NODE_DATA, message)));
    }
    let given = files.trusted.map(|path| hash(path, reader)).transpose()?;
    let given = given.map(|(_, value)| value).or(stored_trusted).unwrap_or_default();
    let mut node = NodeInputs {
        trusted: trusted(&certname, &given),
        certname: certname.into(),
        facts,
        classes: IndexMap::new(),
        parameters: IndexMap::new(),
        environment: None,
    };
    if let Some(path) = files.enc {
        let (source, answer) = hash(path, reader)?;
        classify(&mut node, &answer, &source)?;
    }
    Ok(node)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn hash(path: &Path, reader: Reader<'_>) -> Result<(Arc<SourceFile>, Value)> {
    let (source, value) = reader.data(path)?;
    let value = facts::strings(&value);
    match value {
        Value::Hash(_) => Ok((source, value)),
        Value::Undef => Ok((source, Value::hash([]))),
        _ => Err(wrong(&source, "it is not a hash")),
    }
}

fn wrong(source: &Arc<SourceFile>, what: &str) -> Box<Diagnostic> {
    let at = Location::new(source.clone(), Span::new(0, 0));
    let message = format!("`{}` cannot be used: {what}", source.path());
    Box::new(Diagnostic::error(&codes::NODE_DATA, message).at(at))
}

/// Takes an ENC's answer: classes as a list of names or a hash, parameters, environment.
fn classify(node: &mut NodeInputs, answer: &Value, source: &Arc<SourceFile>) -> Result<()> {
    match answer.get("classes") {
        None | Some(Value::Undef) => {}
        Some(Value::Str(one)) => {
            node.classes.insert(one.text().clone(), IndexMap::new());
        }
        Some(Value::Array(names)) => {
            for name in names {
                let name = name
                    .as_str()
                    .ok_or_else(|| wrong(source, "`classes` lists something that is no name"))?;
                node.classes.insert(name.into(), IndexMap::new());
            }
        }
        Some(Value::Hash(classes)) => {
            for (name, parameters) in classes.iter() {
                let name = name.as_str().ok_or_else(|| wrong(source, "a class's name is no text"))?;
                node.classes.insert(name.into(), named(parameters, source)?);
            }
        }
        Some(_) => return Err(wrong(source, "`classes` is neither a list nor a hash")),
    }
    if let Some(parameters) = answer.get("parameters") {
        node.parameters = named(parameters, source)?;
    }
    node.environment = answer.get("environment").and_then(Value::as_str).map(EcoString::from);
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn named(value: &Value, source: &Arc<SourceFile>) -> Result<IndexMap<EcoString, Value>> {
    let entries = match value {
        Value::Undef => return Ok(IndexMap::new()),
        Value::Hash(entries) => entries,
        _ => return Err(wrong(source, "parameters are not a hash")),
    };
    let entry = |(name, value): (&Value, &Value)| {
        let name = name.as_str().ok_or_else(|| wrong(source, "a parameter's name is no text"))?;
        Ok((EcoString::from(name), value.clone()))
    };
    entries.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryWorld;

    fn nodes(sources: &NodeSources) -> Result<Vec<(EcoString, Result<NodeInputs>)>> {
        let world = MemoryWorld::default()
            .with("/f/b.json", "{\"kernel\": \"Linux\"}")
            .with("/f/a.x.json", "{\"kernel\": \"Linux\"}")
            .with("/f/broken.json", "{")
            .with(
                "/e/a.x.json",
                "{\"classes\": [\"c\"], \"parameters\": {\"p\": 1}, \"environment\": \"dev\"}",
            );
        node_inputs(sources, Reader { world: &world, yaml: &|_| Ok(Value::Undef), root: Path::new("/") })
    }

    #[test]
    fn nodes_come_sorted_and_a_broken_one_stops_no_other() {
        let sources =
            NodeSources { facts: Some("/f".into()), enc: Some("/e".into()), ..NodeSources::default() };
        let found = nodes(&sources).unwrap();
        let names: Vec<_> = found.iter().map(|(name, node)| (name.as_str(), node.is_ok())).collect();
        assert_eq!(names, [("a.x", true), ("b", true), ("broken", false)]);
        let first = found[0].1.as_ref().unwrap();
        assert!(first.classes.contains_key("c"));
        assert_eq!(first.environment.as_deref(), Some("dev"));
    }

    #[test]
    fn nodes_of_the_enc_without_facts_are_told() {
        let world = MemoryWorld::default().with("/f/a.json", "{\"k\": 1}").with("/e/b.json", "{}");
        let sources =
            NodeSources { facts: Some("/f".into()), enc: Some("/e".into()), ..NodeSources::default() };
        let reader = Reader { world: &world, yaml: &|_| Ok(Value::Undef), root: Path::new("/") };
        assert_eq!(nodes_without_facts(&sources, reader).unwrap(), ["b"]);
    }

    #[test]
    fn a_selection_without_a_node_is_an_error_that_lists_them() {
        let pick = |glob: &str| NodeSources {
            facts: Some("/f".into()),
            nodes: vec![glob.into()],
            ..NodeSources::default()
        };
        assert_eq!(nodes(&pick("*.x")).unwrap().len(), 1);
        let found = nodes(&pick("web*")).unwrap_err();
        assert!(found.help_line().unwrap().contains("`a.x`"));
    }
}
