//! A converted folder: what its report claims, and the desired state of each host.

use super::codes::NO_FOLDER;
use crate::{
    diag::{Diagnostic, Result},
    model::{HostConfig, ItemId},
};
use ecow::EcoString;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A converted folder.
#[derive(Debug)]
pub(super) struct Converted {
    pub(super) root: PathBuf,
    pub(super) hosts: Vec<Claimed>,
}

/// One host: what is claimed of it, and what it shall be.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) certname: EcoString,
    pub(super) resources: Vec<Told>,
    pub(super) config: HostConfig,
}

/// A resource, as the report has it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Told {
    pub(super) resource: EcoString,
    pub(super) place: EcoString,
    pub(super) class: EcoString,
    #[serde(default)]
    pub(super) items: Vec<ItemId>,
}

#[derive(Deserialize)]
struct Report {
    hosts: Vec<Host>,
}

#[derive(Deserialize)]
struct Host {
    certname: EcoString,
    resources: Vec<Told>,
}

impl Converted {
    /// Reads the report and the native host files; the names are globs' exact matches, none means all.
    pub(super) fn read(root: &Path, names: &[String]) -> Result<Self> {
        let report: Report = serde_json::from_str(&text(&root.join("report.json"))?)
            .map_err(|error| unread(&root.join("report.json"), &error.to_string()))?;
        if let Some(name) = names.iter().find(|name| !report.hosts.iter().any(|host| host.certname == **name))
        {
            return Err(unread(root, &format!("it has no host `{name}`")));
        }
        let chosen = |host: &Host| names.is_empty() || names.iter().any(|name| host.certname == *name);
        let hosts = report.hosts.into_iter().filter(chosen).map(|host| {
            let file = root.join("native").join(format!("{}.toml", host.certname));
            let config = HostConfig::read(&file.to_string_lossy(), &text(&file)?)?;
            Ok(Claimed { certname: host.certname, resources: host.resources, config })
        });
        Ok(Self { root: root.to_owned(), hosts: hosts.collect::<Result<_>>()? })
    }

    /// Returns the Nix files of the folder, sorted.
    pub(super) fn nix_files(&self) -> Vec<PathBuf> {
        let files = walkdir::WalkDir::new(&self.root).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        files.filter(|path| path.extension().is_some_and(|extension| extension == "nix")).collect()
    }
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| unread(file, &error.to_string()))
}

fn unread(file: &Path, why: &str) -> Box<Diagnostic> {
    let message = format!("`{}` cannot be verified: {why}", file.display());
    Box::new(
        Diagnostic::error(&NO_FOLDER, message).help("name the folder that `migrate convert --out DIR` wrote"),
    )
}
