//! Brings an output into a folder: refused where it is not ours, each file written beside its place and renamed.

use super::{OutFile, Output, codes};
use crate::diag::{Diagnostic, Result};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::Path,
};

/// The file that says that a folder is ours.
const MANIFEST: &str = ".migrate";
const SCHEMA: &str = "migrate/output/v1";

/// Which files were written with which content.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    schema: String,
    files: BTreeMap<String, String>,
}

/// What writing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have another content now.
    pub changed: BTreeSet<String>,
    /// Files of the last time that are gone.
    pub removed: BTreeSet<String>,
}

/// Finds out whether a folder may be written to, without touching it.
///
/// # Errors
/// Gives a folder with files and without our manifest, and files changed by hand since they were written.
pub fn check_folder(folder: &Path) -> Result<()> {
    let Some(manifest) = read_manifest(folder)? else { return Ok(()) };
    let edited: Vec<String> = manifest
        .files
        .iter()
        .filter(|(path, hash)| fs::read(folder.join(path)).is_ok_and(|bytes| digest(&bytes) != **hash))
        .map(|(path, _)| format!("`{path}`"))
        .collect();
    if edited.is_empty() {
        return Ok(());
    }
    let message = format!("{} in `{}` changed since it was written", edited.join(", "), folder.display());
    let help = "move the change away or convert into another folder; nothing was touched";
    Err(Box::new(Diagnostic::error(&codes::EDITED, message).help(help)))
}

/// Says what writing would do.
///
/// # Errors
/// As [`check_folder`].
pub(crate) fn compare(output: &Output, folder: &Path) -> Result<Written> {
    let manifest = read_manifest(folder)?;
    let old: BTreeMap<String, String> = manifest.map(|manifest| manifest.files).unwrap_or_default();
    let same = |path: &String, file: &OutFile| {
        let place = folder.join(path);
        let mode = fs::metadata(&place).map(|found| found.permissions().mode() & 0o100 != 0);
        fs::read(&place).is_ok_and(|bytes| bytes == file.bytes)
            && mode.is_ok_and(|mode| mode == file.executable)
    };
    let changed = output.files.iter().filter(|(path, file)| !same(path, file));
    Ok(Written {
        changed: changed.map(|(path, _)| path.clone()).collect(),
        removed: old.into_keys().filter(|path| !output.files.contains_key(path)).collect(),
    })
}

/// Writes an output into a folder.
///
/// # Errors
/// As [`check_folder`], and what the system refuses.
pub fn write_output(output: &Output, folder: &Path) -> Result<Written> {
    check_folder(folder)?;
    let written = compare(output, folder)?;
    let files = output.files.iter().map(|(path, file)| (path.clone(), digest(&file.bytes)));
    let manifest = Manifest { schema: SCHEMA.into(), files: files.collect() };
    let text = serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n";
    let failed = |path: &str, error: io::Error| {
        let message = format!("`{}` cannot be written: {error}", folder.join(path).display());
        Box::new(Diagnostic::error(&codes::WRITE, message))
    };
    fs::create_dir_all(folder).map_err(|error| failed("", error))?;
    // the manifest first: what follows is ours even if the program is interrupted
    if fs::read(folder.join(MANIFEST)).ok().as_deref() != Some(text.as_bytes()) {
        place(folder, MANIFEST, &OutFile::text(text)).map_err(|error| failed(MANIFEST, error))?;
    }
    for path in &written.changed {
        if let Some(file) = output.files.get(path) {
            place(folder, path, file).map_err(|error| failed(path, error))?;
        }
    }
    for path in &written.removed {
        remove(folder, path).map_err(|error| failed(path, error))?;
    }
    Ok(written)
}

fn read_manifest(folder: &Path) -> Result<Option<Manifest>> {
    let refused = |why: &str| {
        let message = format!("`{}` {why}", folder.display());
        let help = "give an empty or a new folder; nothing was touched";
        Box::new(Diagnostic::error(&codes::NOT_OURS, message).help(help))
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(&format!("cannot be read: {error}"))),
    };
    if entries.count() == 0 {
        return Ok(None);
    }
    let text = fs::read_to_string(folder.join(MANIFEST)).map_err(|_| refused("is not empty and not ours"))?;
    let manifest: Option<Manifest> = serde_json::from_str(&text).ok();
    manifest
        .filter(|manifest| manifest.schema == SCHEMA)
        .map(Some)
        .ok_or_else(|| refused("has a `.migrate` manifest that cannot be read"))
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn place(folder: &Path, path: &str, file: &OutFile) -> io::Result<()> {
    let place = folder.join(path);
    let parent = place.parent().unwrap_or(folder);
    fs::create_dir_all(parent)?;
    let mut beside = tempfile::NamedTempFile::new_in(parent)?;
    beside.write_all(&file.bytes)?;
    let mode = if file.executable { 0o755 } else { 0o644 };
    beside.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    beside.persist(place).map(drop).map_err(|error| error.error)
}

/// Removes a file and the folders that are empty then.
fn remove(folder: &Path, path: &str) -> io::Result<()> {
    match fs::remove_file(folder.join(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut parent = Path::new(path).parent();
    while let Some(inner) = parent.filter(|inner| !inner.as_os_str().is_empty()) {
        if fs::remove_dir(folder.join(inner)).is_err() {
            break;
        }
        parent = inner.parent();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(files: &[(&str, &str)]) -> Output {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), OutFile::text(*text)));
        Output { files: files.collect(), ..Output::default() }
    }

    #[test]
    fn a_folder_of_someone_else_is_refused_and_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "x").unwrap();
        let error = write_output(&output(&[("a", "1")]), folder.path()).unwrap_err();
        assert_eq!(error.code().name, "emit::not-ours");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn writing_again_changes_nothing_and_removes_what_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = output(&[("a/b", "1"), ("c", "2")]);
        assert_eq!(write_output(&first, folder.path()).unwrap().changed.len(), 2);
        assert_eq!(write_output(&first, folder.path()).unwrap(), Written::default());
        let written = write_output(&output(&[("c", "2")]), folder.path()).unwrap();
        assert!(written.changed.is_empty() && written.removed.contains("a/b"));
        assert!(!folder.path().join("a").exists());
    }

    #[test]
    fn a_change_by_hand_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        write_output(&output(&[("a", "1")]), folder.path()).unwrap();
        fs::write(folder.path().join("a"), "by hand").unwrap();
        assert_eq!(
            write_output(&output(&[("a", "2")]), folder.path()).unwrap_err().code().name,
            "emit::edited"
        );
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "by hand");
    }
}
