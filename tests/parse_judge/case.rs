//! What is put before both parsers.

use std::path::{Path, PathBuf};

/// A text under a path.
#[derive(Clone, Debug)]
pub struct Case {
    /// The path, which says what may be defined.
    pub path: String,
    /// The text.
    pub text: String,
    /// What was done to it.
    pub what: String,
}

/// Reads every manifest and template under a folder.
pub fn files(dir: &Path) -> Vec<Case> {
    let walk = walkdir::WalkDir::new(dir).follow_links(true).sort_by_file_name();
    let paths = walk.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    paths.filter(|path| is_source(path)).filter_map(|path| read(&path)).collect()
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "pp" || extension == "epp")
}

fn read(path: &PathBuf) -> Option<Case> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(Case { path: path.to_str()?.to_owned(), text, what: "as it is".to_owned() })
}

/// Puts some files where they do not belong.
pub fn misplaced(files: &[Case], modules: &str) -> Vec<Case> {
    let manifests = files.iter().filter(|case| case.path.ends_with(".pp"));
    let places =
        ["zz_other/manifests/init.pp", "zz_other/manifests/a/b.pp", "zz_other/examples/a.pp", "zz.pp"];
    let moved = manifests.enumerate().filter(|(index, _)| index % 16 == 0).map(|(index, case)| {
        let place = places[index / 16 % places.len()];
        Case { path: format!("{modules}/{place}"), what: format!("from {}", case.path), ..case.clone() }
    });
    moved.collect()
}
