//! Brings an output into a folder: a person's edits are merged with what is new, each file is written beside its place
//! and renamed.
//!
//! `.migrate/manifest.json` says which files are ours and with which content, `.migrate/base/` has their texts as they
//! were made: the base of the next merge. Both are to be committed with the rest.

use super::{
    OutFile, Output, codes,
    disk::{self, There},
    merge,
};
use crate::diag::{Diagnostic, Result};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

/// The file that says that a folder is ours.
const MANIFEST: &str = ".migrate/manifest.json";
/// Where the texts as they were made are.
const BASE: &str = ".migrate/base";
const SCHEMA: &str = "migrate/output/v1";
/// Made anew each time and merged by nobody, so that no second copy is kept.
const WITHOUT_BASE: [&str; 2] = ["report.json", "report.html"];

/// What is decided once and stays whatever a later conversion would say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// `system.stateVersion` by certname.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub state_versions: BTreeMap<String, String>,
    /// Digests of the files of `hardware/` by name, so that one more machine renames none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub likenesses: BTreeMap<String, String>,
}

/// Which files were written with which content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    schema: String,
    files: BTreeMap<String, Recorded>,
    #[serde(default)]
    decided: Decided,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    hash: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    executable: bool,
}

impl Recorded {
    fn of(file: &OutFile) -> Self {
        Self { hash: digest(&file.bytes), executable: file.executable }
    }
}

/// What writing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have another content now.
    pub changed: BTreeSet<String>,
    /// Files of the last time that are gone.
    pub removed: BTreeSet<String>,
    /// Edits of a person that need one's eyes.
    pub kept: Vec<Kept>,
}

impl Written {
    /// Tells whether nothing was written or removed and no conflict waits for a person.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.changed.is_empty() && self.removed.is_empty() && !self.has_conflicts()
    }

    /// Tells whether a person must settle something.
    #[must_use]
    pub fn has_conflicts(&self) -> bool {
        self.kept.iter().any(|kept| matches!(kept.why, Why::Conflict(_)))
    }

    /// Returns what is to be said of a person's edits.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.kept.iter().map(Kept::finding).collect()
    }
}

/// A file of the output that a person changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file, relative to the output.
    pub path: String,
    /// What became of it.
    pub why: Why,
}

/// What became of a file that a person changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Both changed the same lines; conflict markers stand at this line.
    Conflict(usize),
    /// It is no text, or its base is gone: the person's file stays, the new one is not written.
    Unmerged,
    /// The person removed it; it stays away.
    Deleted,
    /// It is no longer made; the person's file stays.
    NoLongerMade,
    /// The person's own file stands where a new one would be written.
    InTheWay,
}

impl Kept {
    fn finding(&self) -> Diagnostic {
        let path = &self.path;
        let kept =
            |message: String, help: &str| Diagnostic::warning(&codes::KEPT, message).help(help.to_owned());
        let found = match self.why {
            Why::Conflict(line) => {
                let message = format!("`{path}:{line}` was changed by hand and by this conversion");
                let help =
                    "both stand between the markers: keep what is right, remove the markers, convert again";
                Diagnostic::error(&codes::CONFLICT, message).help(help)
            }
            Why::Unmerged => kept(
                format!("`{path}` was changed by hand and is kept; what is made now was not written"),
                "remove the file to have it made again",
            ),
            Why::Deleted => kept(
                format!("`{path}` was removed by hand and stays away"),
                "remove its line from `.migrate/manifest.json` to have it made again",
            ),
            Why::NoLongerMade => kept(
                format!("`{path}` is no longer made, but was changed by hand: it is kept and is yours now"),
                "remove it where nothing needs it",
            ),
            Why::InTheWay => kept(
                format!("`{path}` is a file of yours where one would be written; it is kept"),
                "move it away to have ours written",
            ),
        };
        found.in_file(path.clone())
    }
}

/// Finds out whether a folder may be written to, without touching it; gives what was decided when it was written.
///
/// # Errors
/// Gives a folder with files and without our manifest.
pub fn check_folder(folder: &Path) -> Result<Decided> {
    Ok(read_manifest(folder)?.map(|manifest| manifest.decided).unwrap_or_default())
}

/// Says what writing would do.
///
/// # Errors
/// As [`check_folder`].
pub(crate) fn compare(output: &Output, folder: &Path) -> Result<Written> {
    Ok(Planned::new(output, folder)?.written)
}

/// Writes an output into a folder.
///
/// # Errors
/// As [`check_folder`], and what the system refuses.
pub fn write_output(output: &Output, folder: &Path) -> Result<Written> {
    let planned = Planned::new(output, folder)?;
    let failed = |(path, error): (String, io::Error)| {
        let message = format!("`{}` cannot be written: {error}", folder.join(path).display());
        Box::new(Diagnostic::error(&codes::WRITE, message))
    };
    planned.carry_out(output).map_err(failed)?;
    Ok(planned.written)
}

/// What writing will do.
struct Planned<'f> {
    folder: &'f Path,
    /// Files to write, merged where a person changed them.
    files: BTreeMap<String, OutFile>,
    manifest: Manifest,
    earlier: Option<Manifest>,
    written: Written,
}

impl<'f> Planned<'f> {
    fn new(output: &Output, folder: &'f Path) -> Result<Self> {
        let earlier = read_manifest(folder)?;
        let manifest =
            Manifest { schema: SCHEMA.into(), decided: output.decided.clone(), ..Manifest::default() };
        let mut planned =
            Self { folder, files: BTreeMap::new(), manifest, earlier, written: Written::default() };
        for (path, file) in &output.files {
            planned.made(path, file);
        }
        let old = planned.earlier.iter().flat_map(|manifest| manifest.files.clone()).collect::<Vec<_>>();
        for (path, recorded) in old.into_iter().filter(|(path, _)| !output.files.contains_key(path)) {
            planned.no_longer_made(path, &recorded);
        }
        Ok(planned)
    }

    /// Decides on a file that is made now.
    fn made(&mut self, path: &str, file: &OutFile) {
        let recorded = Recorded::of(file);
        let known = self.earlier.as_ref().and_then(|manifest| manifest.files.get(path)).cloned();
        let there = disk::look(&self.folder.join(path));
        match (there, known) {
            (There::File { bytes, executable }, known) if bytes == file.bytes => {
                // a mode changed by hand stays
                let ours = known.is_none_or(|known| known.executable == executable);
                if executable != file.executable && ours {
                    self.write(path, file.clone());
                }
            }
            (There::Missing, None) => self.write(path, file.clone()),
            (There::Missing, Some(_)) => self.keep(path, Why::Deleted),
            (There::File { .. } | There::Other, None) => return self.keep(path, Why::InTheWay),
            (There::Other, Some(_)) => self.keep(path, Why::Unmerged),
            (There::File { bytes, executable }, Some(known)) => {
                let file = OutFile { executable: mode(&known, executable, file), ..file.clone() };
                if digest(&bytes) == known.hash {
                    self.write(path, file);
                } else {
                    self.edited(path, &bytes, &known, file);
                }
            }
        }
        self.manifest.files.insert(path.to_owned(), recorded);
    }

    /// Merges a file that a person changed.
    fn edited(&mut self, path: &str, hand: &[u8], known: &Recorded, file: OutFile) {
        let unsettled = std::str::from_utf8(hand).map(merge::unsettled).unwrap_or_default();
        if let Some(line) = unsettled.first() {
            // an earlier conflict comes first: merging into its markers would bury it
            self.keep(path, Why::Conflict(*line));
        }
        if known.hash == digest(&file.bytes) {
            return;
        }
        let base = fs::read_to_string(self.folder.join(BASE).join(path));
        let base = base.ok().filter(|base| digest(base.as_bytes()) == known.hash);
        let texts = (base, std::str::from_utf8(hand), std::str::from_utf8(&file.bytes));
        let (Some(base), Ok(hand), Ok(new)) = texts else { return self.keep(path, Why::Unmerged) };
        let merged = merge::merge(&base, hand, new);
        if unsettled.is_empty() {
            for line in merged.conflicts {
                self.keep(path, Why::Conflict(line));
            }
        }
        if merged.text != hand {
            self.write(path, OutFile { bytes: merged.text.into_bytes(), ..file });
        }
    }

    fn no_longer_made(&mut self, path: String, recorded: &Recorded) {
        match disk::look(&self.folder.join(&path)) {
            There::Missing => {}
            There::File { bytes, .. } if digest(&bytes) == recorded.hash => {
                self.written.removed.insert(path);
            }
            There::File { .. } | There::Other => self.keep(&path, Why::NoLongerMade),
        }
    }

    fn write(&mut self, path: &str, file: OutFile) {
        self.written.changed.insert(path.to_owned());
        self.files.insert(path.to_owned(), file);
    }

    fn keep(&mut self, path: &str, why: Why) {
        self.written.kept.push(Kept { path: path.to_owned(), why });
    }

    /// Writes files, then their bases, then the manifest: what is interrupted is merged to the same end the next time.
    fn carry_out(&self, output: &Output) -> Result<(), (String, io::Error)> {
        let at = |path: &str| {
            let path = path.to_owned();
            move |error| (path, error)
        };
        let folder = self.folder;
        fs::create_dir_all(folder).map_err(at(""))?;
        if self.earlier.is_none() {
            // the folder is ours from now on, even if the program is interrupted
            let empty = Manifest { schema: SCHEMA.into(), ..Manifest::default() };
            self.record(&empty).map_err(at(MANIFEST))?;
        }
        for (path, file) in &self.files {
            disk::place(folder, path, file).map_err(at(path))?;
        }
        for path in &self.written.removed {
            disk::remove(folder, path).map_err(at(path))?;
        }
        self.bases(output)?;
        if self.earlier.as_ref() != Some(&self.manifest) {
            self.record(&self.manifest).map_err(at(MANIFEST))?;
        }
        Ok(())
    }

    fn bases(&self, output: &Output) -> Result<(), (String, io::Error)> {
        let known = |path: &str| self.earlier.as_ref().and_then(|manifest| manifest.files.get(path));
        for (path, recorded) in &self.manifest.files {
            let Some(file) = output.files.get(path) else { continue };
            let fresh = known(path).is_none_or(|known| known.hash != recorded.hash);
            if fresh && !WITHOUT_BASE.contains(&path.as_str()) {
                let path = format!("{BASE}/{path}");
                let copy = OutFile { bytes: file.bytes.clone(), executable: false };
                disk::place(self.folder, &path, &copy).map_err(|error| (path, error))?;
            }
        }
        let old = self.earlier.iter().flat_map(|manifest| manifest.files.keys());
        for path in old.filter(|path| !self.manifest.files.contains_key(*path)) {
            let path = format!("{BASE}/{path}");
            disk::remove(self.folder, &path).map_err(|error| (path, error))?;
        }
        Ok(())
    }

    fn record(&self, manifest: &Manifest) -> io::Result<()> {
        let text = serde_json::to_string_pretty(manifest).unwrap_or_default() + "\n";
        disk::place(self.folder, MANIFEST, &OutFile::text(text))
    }
}

/// Whether a file shall be a program: as a person made it, else as it is made now.
fn mode(known: &Recorded, executable: bool, file: &OutFile) -> bool {
    if executable == known.executable { file.executable } else { executable }
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
    // a repository that is to hold the output has its own folder already
    let foreign = |name: &std::ffi::OsStr| name != ".git";
    if !entries.flatten().any(|entry| foreign(&entry.file_name())) {
        return Ok(None);
    }
    let text = fs::read_to_string(folder.join(MANIFEST)).map_err(|_| refused("is not empty and not ours"))?;
    let manifest: Option<Manifest> = serde_json::from_str(&text).ok();
    manifest
        .filter(|manifest| manifest.schema == SCHEMA)
        .map(Some)
        .ok_or_else(|| refused("has a `.migrate/manifest.json` that cannot be read"))
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
