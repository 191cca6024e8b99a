//! Builtins and types against recorded answers of the real Puppet: each line of `fixtures/functions/*.txt` an
//! expression, its type, value or error in the `.json` beside it (`tests/oracle/functions.rb` records them).
//!
//! `CASE=regsubst cargo test --test functions_judge -- --nocapture` looks at the expressions that contain this only.

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

use migrate::{
    catalog::ResourceRef,
    diag::{Result, Severity},
    eval::{
        DataHost, DataSource, Datum, Environment, EnvironmentPaths, NodeRequest, Query, Strict, compile_node,
    },
    source::{DiskWorld, World},
    syntax::PuppetVersion,
    value::Value,
};
use serde_json::Value as Json;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

struct NoData;

impl DataSource for NoData {
    fn lookup(&self, _: &str, _: &Query<'_>, _: &dyn DataHost) -> Result<Option<Datum>> {
        Ok(None)
    }
}

/// The disk, with one manifest that is only in memory.
struct OneManifest {
    disk: DiskWorld,
    text: Arc<[u8]>,
}

const MANIFEST: &str = "/manifest.pp";

impl World for OneManifest {
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        if path == Path::new(MANIFEST) { Ok(self.text.clone()) } else { self.disk.read(path) }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.disk.list(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        path == Path::new(MANIFEST) || self.disk.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.disk.is_dir(path)
    }

    fn now(&self) -> i64 {
        1_700_000_000
    }
}

fn manifest(expression: &str) -> String {
    format!(
        "$r = ({expression})\nnotify {{ 'type': message => \"${{type($r)}}\" }}\nnotify {{ 'value': message => $r ? {{ \
         Sensitive => 'Sensitive', default => String($r, '%p') }} }}\n"
    )
}

/// What we make of an expression: `type: value`, or the error's message.
fn ours(expression: &str, facts: &Value) -> std::result::Result<String, String> {
    let text = manifest(expression);
    let world = OneManifest { disk: DiskWorld::new(1_700_000_000), text: Arc::from(text.as_bytes()) };
    let paths = EnvironmentPaths {
        name: "production".into(),
        root: "/nonexistent".into(),
        module_path: vec!["/usr/share/puppet/modules".into()],
        manifest: Some(MANIFEST.into()),
        version: PuppetVersion::V7,
        strict: Strict::Warning,
    };
    let words = |found: &[migrate::diag::Diagnostic]| {
        let errors = found.iter().filter(|it| it.severity() == Severity::Error);
        errors.map(|it| it.message().to_owned()).next().unwrap_or_default()
    };
    let environment = Environment::open(paths, &world).map_err(|found| words(&found))?;
    let request = NodeRequest {
        certname: "node1.example.net".into(),
        facts: facts.clone(),
        puppet_version: 7,
        strict: Strict::Warning,
        strict_variables: true,
        exported: Some([].into()),
        ..NodeRequest::default()
    };
    let compiled = compile_node(&environment, &request, &NoData, &world);
    let Some(catalog) = compiled.catalog else { return Err(words(&compiled.diagnostics)) };
    let message = |title: &str| {
        let resource = catalog.resources.get(&ResourceRef::new("Notify", title));
        let value = resource.and_then(|it| it.parameters.get("message")).map(|it| it.value.to_str());
        value.unwrap_or_default().as_str().to_owned()
    };
    Ok(format!("{}: {}", message("type"), message("value")))
}

/// Expressions that differ, and why.
const KNOWN: &[(&str, &str)] = &[
    ("[1, 2, 3].slice(2) |$a, $b, $c| { 1 }", "Puppet's own error message fails"),
    ("sprintf('%c%c', 65, 'xyz')", "Ruby 3.2, which Puppet 8 brings, takes the first character"),
    ("call('nope')", "our words for an unknown function"),
    ("lookup('nope')", "our words for a missing key"),
    ("template('nope/x')", "our words for a missing template"),
    ("Nope::Thing['x']", "our words for an unknown resource type"),
    ("Enum[]", "our words for a syntax error"),
    ("1 < 'a'", "our words for what cannot be compared"),
    ("'a' + 1", "our words for what is no number"),
    ("stdlib::ensure(true)", "our words for a function in the Puppet language"),
    ("get_module_path('nope')", "the environment is not named"),
    ("assert_type(Collection[1], [])", "Puppet gives no words at all"),
    ("compare([], 1)", "the general words for arguments that do not fit"),
    ("-1.map |$x| { $x }", "our words for what is no number"),
    ("assert_private()", "outside of any class there is nothing private"),
];

/// Whether the messages agree; Puppet's may have a prefix or a suffix of its wrapping.
fn same_error(theirs: &str, ours: &str) -> bool {
    let bare = |text: &str| text.trim().trim_end_matches('.').to_owned();
    let (theirs, ours) = (bare(theirs), bare(ours));
    theirs == ours
        || !ours.is_empty() && (theirs.ends_with(&ours) || ours.ends_with(&theirs) && !theirs.is_empty())
}

struct Tally {
    agree: usize,
    total: usize,
    known: usize,
    differ: Vec<String>,
}

fn judge(file: &Path, facts: &Value, tally: &mut Tally) {
    let only = std::env::var("CASE").unwrap_or_default();
    let recorded: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    for (expression, theirs) in recorded.as_object().unwrap() {
        if !expression.contains(&only) {
            continue;
        }
        tally.total += 1;
        let found = ours(expression, facts);
        let value = theirs.get("value").and_then(Json::as_str);
        let error = theirs.get("error").and_then(Json::as_str);
        let agrees = match (&found, value, error) {
            (Ok(found), Some(value), _) => found == value,
            (Err(found), None, Some(error)) => same_error(error, found),
            (_, _, _) => false,
        };
        let known = KNOWN.iter().find(|(it, _)| it == expression);
        if let Some((_, why)) = known {
            let stale = format!("STALE {expression} agrees now, but is listed: {why}");
            tally.differ.extend(agrees.then_some(stale));
            tally.known += 1;
        } else if agrees {
            tally.agree += 1;
        } else {
            let kind = if value.is_some() || found.is_ok() { "VALUE" } else { "words" };
            let shown = value.or(error).unwrap_or_default();
            tally.differ.push(format!("{kind} {expression}\n    puppet: {shown}\n    ours:   {found:?}"));
        }
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = common::project("fixtures/functions");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "json"));
    files.sort();
    files
}

#[test]
fn builtins_agree_with_the_recorded_answers() {
    let modules = Path::new("/usr/share/puppet/modules/stdlib");
    if !modules.is_dir() {
        common::skip("puppet-module-puppetlabs-stdlib");
        return;
    }
    let facts = std::fs::read_to_string(common::project("fixtures/eval/facts.json")).unwrap();
    let facts = migrate::catalog::read_value(&serde_json::from_str(&facts).unwrap());
    let mut tally = Tally { agree: 0, total: 0, known: 0, differ: Vec::new() };
    for file in fixtures() {
        judge(&file, &facts, &mut tally);
    }
    for line in &tally.differ {
        println!("{line}");
    }
    println!(
        "{} of {} expressions agree, {} differ for a listed reason",
        tally.agree, tally.total, tally.known
    );
    if !tally.differ.is_empty() {
        panic!("{} expressions differ", tally.differ.len());
    }
}
