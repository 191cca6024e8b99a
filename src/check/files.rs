//! Parses the repo's own manifests and templates.

use super::codes::{ENCODING, UNREADABLE};
use crate::{
    diag::Diagnostic,
    inputs::Repo,
    source::{SourceFile, World},
    syntax::{self, Mode, Options},
};
use rayon::prelude::*;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// What parsing found.
#[derive(Debug, Default)]
pub struct Files {
    /// How many files were parsed.
    pub parsed: usize,
    /// Errors and warnings of the code, by file and place.
    pub findings: Vec<Diagnostic>,
    /// What could not be read.
    pub unreadable: Vec<Diagnostic>,
}

/// Parses every `.pp` and `.epp` file of the repo's manifests and of the modules that lie in it. Modules from
/// elsewhere are not the repo's: what a node needs of them is parsed when it is compiled.
#[must_use]
pub fn parse_files(repo: &Repo, options: &Options, world: &dyn World) -> Files {
    let mut found = Files::default();
    let mut paths = BTreeSet::new();
    let roots = repo.module_path.iter().filter(|path| path.starts_with(&repo.root)).chain(&repo.manifest);
    for root in roots.filter(|root| world.is_dir(root) || world.is_file(root)) {
        walk(root, world, &mut paths, &mut found.unreadable);
    }
    let paths: Vec<PathBuf> = paths.into_iter().collect();
    found.parsed = paths.len();
    let parsed: Vec<_> = paths.par_iter().map(|path| parse(repo, path, options, world)).collect();
    for result in parsed {
        match result {
            Ok(findings) => found.findings.extend(findings),
            Err(error) => found.unreadable.push(*error),
        }
    }
    found
}

fn walk(path: &Path, world: &dyn World, paths: &mut BTreeSet<PathBuf>, unreadable: &mut Vec<Diagnostic>) {
    if !world.is_dir(path) {
        if path.extension().is_some_and(|extension| extension == "pp" || extension == "epp") {
            paths.insert(path.to_owned());
        }
        return;
    }
    match world.list(path) {
        Ok(names) => {
            for name in names.iter().filter(|name| !name.starts_with('.')) {
                walk(&path.join(name), world, paths, unreadable);
            }
        }
        Err(error) => unreadable.push(cannot_read(path, &error)),
    }
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Diagnostic {
    let name = path.display().to_string();
    Diagnostic::error(&UNREADABLE, format!("`{name}` cannot be read: {error}")).in_file(name)
}

fn parse(
    repo: &Repo,
    path: &Path,
    options: &Options,
    world: &dyn World,
) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
    let bytes = world.read(path).map_err(|error| Box::new(cannot_read(path, &error)))?;
    let name = path.strip_prefix(&repo.root).unwrap_or(path).display().to_string();
    let Ok(text) = std::str::from_utf8(&bytes) else {
        let found = Diagnostic::error(&ENCODING, "the file is not UTF-8").in_file(name);
        return Ok(vec![found.help("convert it, for example with `iconv`")]);
    };
    let mode = if name.ends_with(".epp") { Mode::Epp } else { Mode::Manifest };
    Ok(syntax::parse(SourceFile::new(name, text), mode, options).diagnostics)
}
