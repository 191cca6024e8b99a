//! Every module that Debian packages, used by a node of its own: our catalogs against the real Puppet's.
//!
//! `tests/debian-modules/table.txt` says what the nodes do. What Puppet made of each is recorded as a hash of the
//! catalog's normal form in `answers.json`; `docs/conformance.md` has the figures. With `LIVE=1` Puppet is asked again,
//! and differences are shown one by one; `RECORD=1` writes both files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

mod common;

use common::catalog;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::PathBuf,
    process::Command,
};

const MODULES: &str = "/usr/share/puppet/modules";

/// What real Puppet made of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Answer {
    /// A catalog: how many resources, and the hash of its normal form.
    Catalog { resources: usize, hash: String },
    /// It does not compile.
    Error { error: String },
}

/// How we compare on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Identical(usize),
    /// Puppet refuses the node, and so do we.
    Refused,
    Different(String),
    /// We do not compile it: the code and the message.
    Stopped(String),
}

impl Verdict {
    fn is_good(&self) -> bool {
        matches!(self, Self::Identical(_) | Self::Refused)
    }
}

type Answers = BTreeMap<String, Answer>;

#[test]
fn nodes_of_debians_modules_compile_as_recorded() {
    if !common::debian_modules_or_skip() {
        return;
    }
    let site = Site::make();
    let live = ["LIVE", "RECORD"].iter().any(|name| std::env::var(name).is_ok());
    let theirs = if live && common::puppet_or_skip() { site.ask() } else { recorded() };
    let verdicts = site.verdicts(&theirs, live);
    if std::env::var("RECORD").is_ok() {
        let lines: Vec<String> =
            theirs.iter().map(|(name, it)| format!("{}: {}", json!(name), json!(it))).collect();
        fs::write(folder().join("answers.json"), format!("{{\n{}\n}}\n", lines.join(",\n"))).unwrap();
        fs::write(common::project("docs/conformance.md"), page(&verdicts)).unwrap();
    }
    assert_eq!(theirs, recorded(), "Puppet says something else now: RECORD=1 writes it down");
    let page_says = promised();
    let worse: Vec<_> =
        verdicts.iter().filter(|(name, it)| !it.is_good() && page_says.contains(name.as_str())).collect();
    assert!(worse.is_empty(), "docs/conformance.md says that these are the same: {worse:#?}");
    assert!(theirs.len() > 80, "nodes are missing");
    let better = verdicts.iter().filter(|(name, it)| it.is_good() && !page_says.contains(name.as_str()));
    for (name, _) in better {
        println!("{name} is the same now: RECORD=1 brings docs/conformance.md up to date");
    }
}

fn folder() -> PathBuf {
    common::project("tests/debian-modules")
}

fn recorded() -> Answers {
    serde_json::from_str(&fs::read_to_string(folder().join("answers.json")).unwrap()).unwrap()
}

/// The modules of which the page says that both sides do the same.
fn promised() -> BTreeSet<String> {
    let page = fs::read_to_string(common::project("docs/conformance.md")).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let name = cells.next()?.to_owned();
        cells
            .nth(1)
            .is_some_and(|it| it.starts_with("identical") || it.starts_with("refused"))
            .then_some(name)
    };
    page.lines().filter_map(row).collect()
}

/// A control repo with a node for each module.
struct Site {
    folder: tempfile::TempDir,
    modules: Vec<String>,
}

impl Site {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let table = fs::read_to_string(self::folder().join("table.txt")).unwrap();
        let facts = fs::read_to_string(self::folder().join("facts.yaml")).unwrap();
        let mut sections = table.split("\n=== ").skip(1).map(|section| section.split_once('\n').unwrap());
        let (_, mut manifest) = sections.next().map(|(name, body)| (name, format!("{body}\n"))).unwrap();
        let mut modules = Vec::new();
        fs::create_dir_all(folder.path().join("repo/manifests")).unwrap();
        fs::create_dir_all(folder.path().join("repo/facts")).unwrap();
        for (module, body) in sections {
            writeln!(manifest, "node '{module}.example.org' {{\n{body}\n}}").unwrap();
            let facts = facts.replace("several01", module);
            fs::write(folder.path().join(format!("repo/facts/{module}.example.org.yaml")), facts).unwrap();
            modules.push(module.to_owned());
        }
        fs::write(folder.path().join("repo/manifests/site.pp"), manifest).unwrap();
        Self { folder, modules }
    }

    fn repo(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    fn path(&self, side: &str, module: &str) -> PathBuf {
        self.folder.path().join(side).join(format!("{module}.example.org.json"))
    }

    /// Asks the real Puppet.
    fn ask(&self) -> Answers {
        let mut command = Command::new("ruby");
        command.arg("-W0").arg(common::project("tests/oracle/catalog.rb"));
        command.arg("--repo").arg(self.repo()).arg("--out").arg(self.folder.path().join("theirs"));
        command.args(["--basemodulepath", MODULES, "--strict", "warning", "--strict-variables", "false"]);
        let said = common::stdout(&common::run(&mut command));
        let answer = |line: &str| {
            let cells: Vec<&str> = line.split('\t').collect();
            let module = cells[0].strip_suffix(".example.org").unwrap().to_owned();
            let answer = match self.normal("theirs", &module) {
                Some((hash, resources)) => Answer::Catalog { resources, hash },
                None => Answer::Error { error: place(cells[5]) },
            };
            (module, answer)
        };
        said.lines().map(answer).collect()
    }

    /// Compiles all nodes with our program; what it said of each.
    fn compile(&self) -> String {
        let mut command = common::migrate();
        command.arg("compile").arg(self.repo()).arg("--out").arg(self.folder.path().join("ours"));
        command.arg("--facts").arg(self.repo().join("facts"));
        command.args(["--basemodulepath", MODULES, "--exported", "none", "--puppet-version", "7", "-q"]);
        common::stderr(&common::run(&mut command))
    }

    fn verdicts(&self, theirs: &Answers, live: bool) -> BTreeMap<String, Verdict> {
        let said = self.compile();
        let verdict = |module: &String| (module.clone(), self.verdict(module, &theirs[module], &said, live));
        self.modules.iter().map(verdict).collect()
    }

    fn verdict(&self, module: &str, theirs: &Answer, said: &str, live: bool) -> Verdict {
        match (self.normal("ours", module), theirs) {
            (None, Answer::Error { .. }) => Verdict::Refused,
            (None, Answer::Catalog { .. }) => Verdict::Stopped(why(said, module)),
            (Some(_), Answer::Error { error }) => Verdict::Different(format!("Puppet refuses it: {error}")),
            (Some((hash, _)), Answer::Catalog { resources, hash: their_hash }) if hash == *their_hash => {
                Verdict::Identical(*resources)
            }
            (Some(_), Answer::Catalog { .. }) => {
                Verdict::Different(if live { self.kinds(module) } else { "LIVE=1 says in what".to_owned() })
            }
        }
    }

    /// How many differences there are of each kind.
    fn kinds(&self, module: &str) -> String {
        let read = |side| catalog::read(&self.path(side, module), &self.repo());
        let found = catalog::differences(&read("ours"), &read("theirs"));
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for difference in &found {
            println!("{module}: {difference}");
            *kinds.entry(difference.what.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        kinds.iter().map(|(kind, count)| format!("{count}× {kind}")).collect::<Vec<_>>().join(", ")
    }

    /// The hash of a catalog's normal form, and its number of resources.
    fn normal(&self, side: &str, module: &str) -> Option<(String, usize)> {
        let path = self.path(side, module);
        path.is_file().then(|| {
            let catalog = catalog::read(&path, &self.repo());
            let resources = catalog["resources"].as_array().unwrap();
            let parts = json!({
                "resources": resources.iter().map(resource).collect::<Vec<_>>(),
                "edges": sorted(catalog["edges"].as_array().unwrap().iter().map(ToString::to_string)),
                "classes": catalog["classes"],
            });
            let hash = blake3::hash(canonical(&parts).to_string().as_bytes()).to_hex();
            (hash[..16].to_owned(), resources.len())
        })
    }
}

fn resource(it: &Value) -> Value {
    let mut parts = Map::new();
    for key in ["type", "title", "parameters", "exported", "kind", "line", "file"] {
        parts.insert(key.to_owned(), it.get(key).cloned().unwrap_or_default());
    }
    for key in ["tags", "sensitive_parameters"] {
        let texts = it.get(key).and_then(Value::as_array).into_iter().flatten().map(ToString::to_string);
        parts.insert(key.to_owned(), sorted(texts));
    }
    Value::Object(parts)
}

fn sorted(texts: impl Iterator<Item = String>) -> Value {
    texts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Hashes with their keys in order.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries: BTreeMap<&String, &Value> = map.iter().collect();
            Value::Object(entries.into_iter().map(|(key, it)| (key.clone(), canonical(it))).collect())
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        other => other.clone(),
    }
}

/// The place that a message of Puppet's names, else its beginning.
fn place(message: &str) -> String {
    let file = message.split("(file: ").nth(1).and_then(|rest| rest.split(')').next());
    let file = file.map(|file| file.rsplit("/modules/").next().unwrap_or(file).replace(", line: ", ":"));
    let file = file.filter(|file| !file.contains("/tmp/"));
    let text: String = message.chars().take(120).collect();
    file.map_or(text, |file| file.split(", column").next().unwrap_or_default().to_owned())
}

/// The code and message of what stopped a node.
fn why(said: &str, module: &str) -> String {
    let node = format!("{module}.example.org");
    let mut current = (String::new(), String::new());
    for line in said.lines() {
        let text = line.trim();
        if !line.starts_with(' ') && text.contains("::") && !text.contains(' ') {
            current = (text.to_owned(), String::new());
        } else if let Some(message) = text.strip_prefix("× ") {
            current.1 = message.to_owned();
        } else if text.starts_with("on ") && text[3..].split(", ").any(|name| name == node) {
            return format!("`{}`: {}", current.0, current.1.replace('|', "\\|"));
        }
    }
    "not said".to_owned()
}

fn page(verdicts: &BTreeMap<String, Verdict>) -> String {
    let count = |which: fn(&Verdict) -> bool| verdicts.values().filter(|it| which(it)).count();
    let identical = count(|it| matches!(it, Verdict::Identical(_)));
    let refused = count(|it| matches!(it, Verdict::Refused));
    let different = count(|it| matches!(it, Verdict::Different(_)));
    let stopped = count(|it| matches!(it, Verdict::Stopped(_)));
    let mut page = format!(
        "# Debian's modules\n\nWritten by `RECORD=1 cargo test --test debian_modules`. One node for each module that Debian packages, as\n\
         `tests/debian-modules/table.txt` uses it, compiled by Puppet 7.23 and by `migrate compile --puppet-version 7`.\n\n\
         Of {} nodes {identical} have an identical catalog, {refused} are refused by both, {different} differ, and {stopped} are not compiled\n\
         by us.\n\n| Module | Resources | Verdict |\n|---|---|---|\n",
        verdicts.len(),
    );
    for (module, verdict) in verdicts {
        let (resources, text) = match verdict {
            Verdict::Identical(resources) => (resources.to_string(), "identical".to_owned()),
            Verdict::Refused => ("-".to_owned(), "refused by both".to_owned()),
            Verdict::Different(why) => ("-".to_owned(), format!("differs: {why}")),
            Verdict::Stopped(why) => ("-".to_owned(), format!("not compiled: {why}")),
        };
        writeln!(page, "| {module} | {resources} | {text} |").unwrap();
    }
    page
}

#[test]
fn the_normal_form_sees_a_changed_parameter_and_not_the_order_of_keys() {
    let one = json!({"a": [1, {"x": 1, "y": 2}], "b": 2});
    let same: Value = serde_json::from_str("{\"b\": 2, \"a\": [1, {\"y\": 2, \"x\": 1}]}").unwrap();
    assert_eq!(canonical(&one).to_string(), canonical(&same).to_string());
    assert_ne!(
        canonical(&one).to_string(),
        canonical(&json!({"a": [1, {"x": 1, "y": 3}], "b": 2})).to_string()
    );
}
