//! Cases: a header, the site manifest, and other files of the environment after lines of `--- PATH`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// One file of `fixtures/conformance/`.
pub struct Case {
    area: String,
    name: String,
    header: BTreeMap<String, String>,
    /// The files of its environment.
    pub files: Vec<(String, String)>,
}

impl Case {
    /// `hiera/class_parameter`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.area, self.name)
    }

    /// The Puppets it is for.
    pub fn versions(&self) -> Vec<u8> {
        let given = self.header.get("versions").map_or("7 8", String::as_str);
        given.split(' ').map(|version| version.parse().unwrap()).collect()
    }

    /// Whether `strict` is at `warning`, and unset variables are no errors.
    pub fn is_lax(&self) -> bool {
        self.header.get("strict").is_some_and(|strict| strict == "warning")
    }

    /// Facts beside those every case has.
    pub fn facts(&self) -> serde_json::Map<String, serde_json::Value> {
        self.header.get("facts").map(|facts| serde_json::from_str(facts).unwrap()).unwrap_or_default()
    }

    /// The node's name.
    pub fn node(&self) -> &str {
        self.header.get("node").map_or("node1.example.net", String::as_str)
    }

    /// What the node classifier says (`enc`) or the certificate's extensions (`extensions`), as JSON text.
    pub fn data(&self, key: &str) -> Option<&str> {
        self.header.get(key).map(String::as_str)
    }

    /// Debian's modules, where it wants them.
    pub fn base_module_path(&self) -> Option<&'static str> {
        let wanted = self.header.get("modules").is_some_and(|modules| modules == "debian");
        wanted.then_some("/usr/share/puppet/modules")
    }

    /// Whether the modules it needs are there; says so where they are not.
    pub fn can_run(&self) -> bool {
        self.base_module_path().is_none() || crate::common::debian_modules_or_skip()
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut files = vec![("manifests/site.pp".to_owned(), String::new())];
        for line in text.split_inclusive('\n') {
            match line.strip_prefix("--- ").and_then(|path| path.strip_suffix('\n')) {
                Some(path) if !path.contains(' ') => files.push((path.to_owned(), String::new())),
                _ => files.last_mut().unwrap().1.push_str(line),
            }
        }
        let header = files[0].1.lines().filter_map(|line| line.strip_prefix("#! ")?.split_once(':'));
        let header = header.map(|(key, value)| (key.to_owned(), value.trim().to_owned())).collect();
        let is_code = |line: &str| !line.starts_with('#') && !line.trim().is_empty();
        if !files[0].1.lines().any(is_code) {
            files.remove(0);
        }
        let part = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
        Self { area: part(path.parent().unwrap()), name: part(path), header, files }
    }
}

/// Every case, sorted by name.
pub fn all() -> Vec<Case> {
    let root = crate::common::project("fixtures/conformance");
    let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|it| it == "pp"))
        .collect();
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}
