//! Reads one side of a comparison.

use super::codes::{EMPTY, TWICE, UNREADABLE};
use crate::{
    catalog::{Catalog, read_catalog},
    diag::{Diagnostic, Result},
    model::HostConfig,
};
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// One node as a file tells it.
#[derive(Clone, Debug)]
pub struct Node {
    /// The certname.
    pub name: EcoString,
    /// The file, as people know it.
    pub file: String,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Catalog(Box<Catalog>),
    Host(Box<HostConfig>),
}

/// One side: a file, or a folder of files.
#[derive(Clone, Debug)]
pub struct Side {
    /// The path, as people know it.
    pub path: String,
    /// The nodes by name.
    pub nodes: BTreeMap<EcoString, Node>,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Reads a side.
///
/// # Errors
/// Gives every file that could not be read, or that there is nothing to compare.
pub fn read_side(path: &Path) -> Result<Side, Vec<Diagnostic>> {
    let is_folder = path.is_dir();
    let files = if is_folder { files(path)? } else { vec![path.to_owned()] };
    let (mut nodes, mut errors) = (BTreeMap::<EcoString, Node>::new(), Vec::new());
    for file in &files {
        match node(file) {
            Err(error) => errors.push(*error),
            Ok(node) => {
                if let Some(other) = nodes.insert(node.name.clone(), node.clone()) {
                    let message =
                        format!("`{}` and `{}` are both of node `{}`", other.file, node.file, node.name);
                    errors.push(Diagnostic::error(&TWICE, message));
                }
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Side { path: path.display().to_string(), nodes, is_folder })
}

/// Lists the catalogs and host files directly in a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| vec![*unreadable(folder, &error)])?;
    let is_one = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "json" || ext == "toml");
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(is_one).collect();
    files.sort();
    if files.is_empty() {
        let message =
            format!("`{}` has no catalogs (`*.json`) and no host files (`*.toml`)", folder.display());
        return Err(vec![Diagnostic::error(&EMPTY, message)]);
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&UNREADABLE, format!("`{}` cannot be read: {error}", path.display())))
}

fn node(path: &Path) -> Result<Node> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(path, &"it is not UTF-8"))?;
    let file = path.display().to_string();
    let is_host = path.extension().is_some_and(|ext| ext == "toml") || !text.trim_start().starts_with('{');
    if is_host {
        let host = HostConfig::read(&file, &text)?;
        return Ok(Node { name: host.host.certname.clone(), file, content: Content::Host(Box::new(host)) });
    }
    let catalog = read_catalog(&text).map_err(|error| unreadable(path, &error.message()))?;
    if catalog.resources.is_empty() {
        let message = format!("the catalog `{file}` has no resources");
        return Err(Box::new(Diagnostic::error(&EMPTY, message)));
    }
    Ok(Node { name: catalog.name.clone(), file, content: Content::Catalog(Box::new(catalog)) })
}
