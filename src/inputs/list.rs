//! The nodes of a run by name; each is read when it is its turn, so that no more facts are held than are worked on.

use super::{
    NO_NODES, NodeInputs, NodeSources, Reader, codes,
    node::{self, Facts, Files},
};
use crate::diag::{Diagnostic, Result};
use ecow::EcoString;
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The nodes of a run by name. No data are read until a node is asked for.
#[derive(Clone, Debug)]
pub struct NodeList {
    selected: Vec<EcoString>,
    facts: BTreeMap<String, Facts>,
    enc: BTreeMap<String, PathBuf>,
    trusted: BTreeMap<String, PathBuf>,
    sources: NodeSources,
}

/// A node with its data, or with what is wrong with them.
pub type ReadNode = (EcoString, Result<NodeInputs>);

impl NodeList {
    /// Lists the nodes, sorted by certname.
    ///
    /// # Errors
    /// Gives sources that are not there, and a selection that names no node.
    pub fn open(sources: &NodeSources, reader: Reader<'_>) -> Result<Self> {
        let facts = known_nodes(sources, reader)?;
        if facts.is_empty() {
            return Err(no_nodes(sources, reader));
        }
        check_selection(&sources.nodes, &facts)?;
        let selected = facts.keys().filter(|name| is_selected(name, &sources.nodes));
        let selected = selected.map(EcoString::from).collect();
        let enc = by_certname(sources.enc.as_deref(), reader)?;
        let trusted = by_certname(sources.trusted.as_deref(), reader)?;
        Ok(Self { selected, facts, enc, trusted, sources: sources.clone() })
    }

    /// Returns the certnames of the selected nodes, sorted.
    #[must_use]
    pub fn selected(&self) -> &[EcoString] {
        &self.selected
    }

    /// Returns the certnames of the nodes that are not selected, sorted: what they export reaches the others.
    #[must_use]
    pub fn others(&self) -> Vec<EcoString> {
        let other = |name: &&String| self.selected.binary_search_by(|it| it.as_str().cmp(name)).is_err();
        self.facts.keys().filter(other).map(EcoString::from).collect()
    }

    /// Leaves those nodes selected that a test holds for.
    pub fn retain(&mut self, holds: impl FnMut(&EcoString) -> bool) {
        self.selected.retain(holds);
    }

    /// Returns the files that a node's data are read from.
    #[must_use]
    pub fn files(&self, name: &str) -> Vec<&Path> {
        let facts = match self.facts.get(name) {
            Some(Facts::File(path)) => Some(path),
            Some(Facts::Stored(_)) | None => None,
        };
        [facts, self.enc.get(name), self.trusted.get(name)]
            .into_iter()
            .flatten()
            .map(PathBuf::as_path)
            .collect()
    }

    /// Reads a node's data.
    ///
    /// # Errors
    /// Gives what is wrong with them.
    pub fn read(&self, name: &str, reader: Reader<'_>) -> Result<NodeInputs> {
        let (facts, enc, trusted) = (self.facts.get(name), self.enc.get(name), self.trusted.get(name));
        node::read(name, &Files { facts, enc, trusted }, &self.sources, reader)
    }

    /// Reads many nodes, in their order; a node whose data is broken is an error of its own.
    #[must_use]
    pub fn read_all(&self, names: &[EcoString], reader: Reader<'_>) -> Vec<ReadNode> {
        let read = |name: &EcoString| (name.clone(), self.read(name, reader));
        // a PuppetDB is asked by several threads
        if matches!(self.facts.values().next(), Some(Facts::Stored(_))) {
            return names.par_iter().map(read).collect();
        }
        names.iter().map(read).collect()
    }
}

/// Reads the data of every selected node, sorted by certname; a node whose data is broken is an error of its own.
///
/// # Errors
/// Gives sources that are not there, and a selection that names no node.
pub fn node_inputs(sources: &NodeSources, reader: Reader<'_>) -> Result<Vec<ReadNode>> {
    let list = NodeList::open(sources, reader)?;
    Ok(list.read_all(&list.selected, reader))
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

/// Tells whether a node is among those that names and globs select; all are where there is none.
#[must_use]
pub fn is_selected(name: &str, nodes: &[String]) -> bool {
    nodes.is_empty() || nodes.iter().any(|pattern| matches_glob(pattern, name))
}

/// Matches `*` and `?`.
pub(super) fn matches_glob(pattern: &str, name: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{source::MemoryWorld, value::Value};

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
