//! `--since REV` and `--cache DIR`: only what a change can reach, and nothing twice.
//!
//! In: a revision of git. Out: the [`Changes`] since then, and for each node whether they reach it. This is the one
//! place that starts `git`, and only where a revision was given.

use super::inputs::{Loaded, SourceArguments};
use crate::{
    compile::{CACHE, Cache, Changes, CompiledNode, SINCE},
    diag::{Diagnostic, Result},
    inputs::{FLAG, NodeList},
    source::Recorded,
};
use clap::Args;
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Which nodes are looked at, and what is kept of them.
#[derive(Clone, Debug, Args)]
pub(super) struct SinceArguments {
    /// Only nodes that a change since this revision of git can reach
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Keep catalogs in this folder and take them from it while nothing they depend on has changed; with `--since`
    /// default `.migrate/cache` in the repo
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

impl SinceArguments {
    /// Refuses what no revision tells of.
    ///
    /// # Errors
    /// Gives an ENC that is a program: what it would have said then is not known.
    pub(super) fn check(&self, inputs: &SourceArguments) -> Result<()> {
        let (Some(_), Some(words)) = (&self.since, inputs.enc_program()) else { return Ok(()) };
        let message = format!("`--since` cannot tell what the ENC `{}` said before", words.join(" "));
        let help = "give its answers by `--enc DIR`, one file a node";
        Err(Box::new(Diagnostic::error(&FLAG, message).help(help)))
    }

    /// Tells whether it matters what a compile asks.
    pub(super) fn records(&self) -> bool {
        self.since.is_some() || self.cache.is_some()
    }

    /// Opens the cache that was asked for.
    pub(super) fn open_cache(&self, root: &Path) -> Result<Option<Cache>> {
        let default = || self.since.as_ref().map(|_| root.join(".migrate/cache"));
        let Some(folder) = self.cache.clone().or_else(default) else { return Ok(None) };
        let unusable = |found: std::io::Error| {
            let message = format!("`{}` cannot be used: {found}", folder.display());
            Box::new(Diagnostic::error(&CACHE, message))
        };
        let program = std::env::current_exe().and_then(fs::read).map_err(unusable)?;
        let program = *blake3::hash(&program).as_bytes();
        Cache::open(&folder, program, super::codes::find_code).map(Some).map_err(unusable)
    }

    /// Asks git what changed, and tells what that can reach.
    pub(super) fn reach<'l>(
        &self,
        loaded: &'l Loaded,
        common: &[Recorded],
        folders_of_nodes: Vec<PathBuf>,
    ) -> Result<Option<Reach<'l>>> {
        let Some(revision) = &self.since else { return Ok(None) };
        let changes = changes(&loaded.repo.root, revision)?;
        let all = changes.reach_any(common);
        let members = folders_of_nodes.into_iter().map(|folder| Recorded::Folder(folder, None));
        let members = changes.reach_any(&members.collect::<Vec<_>>());
        Ok(Some(Reach { list: &loaded.list, changes, all, members }))
    }
}

/// What a change reaches.
pub(super) struct Reach<'l> {
    list: &'l NodeList,
    changes: Changes,
    /// Something changed that all nodes depend on.
    all: bool,
    /// Nodes came or went.
    members: bool,
}

impl Reach<'_> {
    /// Tells whether the change reaches a node, by its data or by what its compile asked.
    pub(super) fn is_reached(&self, node: &CompiledNode) -> bool {
        let mut files = self.list.files(&node.certname).into_iter();
        self.all || files.any(|path| self.changes.reach_path(path)) || self.changes.reach_trace(&node.asked)
    }

    /// Tells whether nodes came or went, whose exports others may collect.
    pub(super) fn reaches_members(&self) -> bool {
        self.members
    }
}

/// Asks git what changed between a revision and the files as they are, those it does not know yet included.
fn changes(root: &Path, revision: &str) -> Result<Changes> {
    let top = git(root, &["rev-parse", "--show-toplevel"])?;
    let top = PathBuf::from(OsStr::from_bytes(top.strip_suffix(b"\n").unwrap_or(&top)));
    let commit = git(
        root,
        &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")],
    );
    let commit = commit
        .map_err(|found| Box::new((*found).help(format!("git knows no revision `{revision}` here"))))?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let diff = [
        "diff",
        "--name-only",
        "-z",
        "--no-renames",
        "--no-ext-diff",
        "--ignore-submodules=none",
        &commit,
        "--",
    ];
    let mut changed = paths(&top, &git(&top, &diff)?);
    changed.extend(paths(&top, &git(&top, &["ls-files", "--others", "--exclude-standard", "-z"])?));
    let before = paths(&top, &git(&top, &["ls-tree", "-r", "-z", "--name-only", "--full-tree", &commit])?);
    Ok(Changes::new(root, changed, before))
}

fn paths(top: &Path, list: &[u8]) -> BTreeSet<PathBuf> {
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| top.join(OsStr::from_bytes(name))).collect()
}

/// Runs git on a repo, without anything that the repo's settings would have it start.
fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let failed = |why: String| {
        Box::new(Diagnostic::error(&SINCE, format!("`git {}` failed: {why}", arguments.join(" "))))
    };
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    let output = command.args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C").output();
    let output = output.map_err(|found| failed(found.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(if said.is_empty() { "it knows no such thing".to_owned() } else { said }))
}
