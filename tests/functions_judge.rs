//! Builtins and types against recorded answers of the real Puppet: each line of `fixtures/functions/*.txt` an
//! expression, its type, value or error in the `.json` beside it, and in `.8.json` what Puppet 8 says otherwise
//! (`tests/oracle/functions.rb` records them). `stdlib9.txt` is asked with the stdlib of Debian trixie.
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
    functions::functions,
    source::{DiskWorld, World},
    syntax::PuppetVersion,
    value::Value,
};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
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

/// One file of expressions, for one Puppet.
struct Judge {
    version: u8,
    modules: PathBuf,
    answers: BTreeMap<String, Json>,
}

/// What we make of an expression: `type: value`, or the error's message.
fn ours(expression: &str, facts: &Value, judge: &Judge) -> std::result::Result<String, String> {
    let text = manifest(expression);
    let world = OneManifest { disk: DiskWorld::new(1_700_000_000), text: Arc::from(text.as_bytes()) };
    let paths = EnvironmentPaths {
        name: "production".into(),
        root: "/nonexistent".into(),
        module_path: vec![judge.modules.clone()],
        manifest: Some(MANIFEST.into()),
        version: if judge.version == 7 { PuppetVersion::V7 } else { PuppetVersion::V8 },
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
        puppet_version: judge.version,
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
    ("assert_type(Collection[1], [])", "Puppet gives no words at all"),
    ("assert_private()", "outside of any class there is nothing private"),
    ("scanf('0x1f 1.5 c', '%x %f %c')", "Debian's Ruby for Puppet 7 has no library `scanf`"),
    ("scanf('12 abc', '%d %s')", "Debian's Ruby for Puppet 7 has no library `scanf`"),
    ("scanf('12', '%d') |$x| { $x[0] + 1 }", "Debian's Ruby for Puppet 7 has no library `scanf`"),
    ("scanf('x', '%d')", "Debian's Ruby for Puppet 7 has no library `scanf`"),
    ("parsepson('{', 'default')", "PSON's reader takes half a text"),
    ("sprintf('%c%c', 65, 'xyz')", "Ruby 3.2, which Puppet 8 brings, takes the first character"),
    ("loadjson('/nonexistent.json')", "what is outside of the repo and the module path is not looked at"),
    (
        "loadjson('/nonexistent.json', {'a' => 1})",
        "what is outside of the repo and the module path is not looked at",
    ),
    (
        "loadyaml('/nonexistent.yaml', ['x'])",
        "what is outside of the repo and the module path is not looked at",
    ),
    ("stdlib::to_toml({'a' => Sensitive('x')})", "before 9.5 the Ruby form of the wrapper is written"),
    ("stdlib::to_yaml({'a' => Sensitive('x')})", "before 9.5 the Ruby form of the wrapper is written"),
    ("pry('a')", "a debugger is not opened"),
    ("pry()", "a debugger is not opened"),
    ("validate_x509_rsa_key_pair('a', 'b')", "OpenSSL is not asked"),
];

/// Kinds of errors: two messages of one kind say the same, each in its own words.
const KINDS: &[&str] = &[
    "(?i)wrong number of arguments|expects (between |at least |at most |exactly )?\\d+( and \\d+)? arguments?|takes exactly|\
     must specify|no arguments given|was called with arguments|arguments should be|too (few|many) arguments|expects a value for parameter",
    "(?i)was called with arguments|expects an? |parameter '|can only compare values|non comparable type",
    "(?i)did not find a value",
    "(?i)could not find class",
    "(?i)could not find template",
    "(?i)unknown resource type|resource type not found",
    "(?i)unknown function",
    "(?i)cannot be converted to (a )?n",
    "(?i)expects a value for parameter",
    "(?i)has no parameter named",
    "(?i)undefined local variable or method",
    "(?i)empty string as a class name",
    "(?i)break\\(\\)",
    "(?i)(next|return)\\(\\)",
    "(?i)could not find module",
    "(?i)unexpected token at|is not json",
    "(?i)while parsing",
    "(?i)unmatched quote",
    "(?i)resource references?\\b",
    "(?i)failed to realize",
    "(?i)invalid address",
    "(?i)is not (comparable|possible)|cannot be compared|comparison of",
    "(?i)illegal|is no name of a function|validation logged",
    "(?i)dotted-navigation string|valid variable name|get_string",
];

/// An exception of Ruby that Puppet has no words for: whatever we say, it is an error.
const UNTHOUGHT: &str = "(?i)undefined method|no implicit conversion|uninitialized constant|failed with error|cannot load such file";

/// Expressions whose errors are of one kind in other words, one a line: nothing else may hide behind the kinds.
const BY_KIND: &str = "tests/functions_judge/by_kind.txt";

/// Whether the messages are the same words; Puppet's may have a prefix or a suffix of its wrapping.
fn same_words(theirs: &str, ours: &str) -> bool {
    let bare = |text: &str| text.trim().trim_end_matches('.').to_owned();
    let (theirs, ours) = (bare(theirs), bare(ours));
    theirs == ours
        || !ours.is_empty() && (theirs.ends_with(&ours) || ours.ends_with(&theirs) && !theirs.is_empty())
}

/// Whether the messages are of one kind.
fn same_kind(theirs: &str, ours: &str) -> bool {
    let bare =
        |text: &str| text.replace(['`', '"'], "'").to_lowercase().trim().trim_end_matches('.').to_owned();
    let is = |pattern: &str, text: &str| onig::Regex::new(pattern).unwrap().find(text).is_some();
    same_words(&bare(theirs), &bare(ours))
        || KINDS.iter().any(|kind| is(kind, theirs) && is(kind, ours))
        || is(UNTHOUGHT, theirs)
}

struct Tally {
    agree: usize,
    total: usize,
    known: BTreeMap<String, &'static str>,
    /// Those that agree by the kind of the error alone.
    by_kind: BTreeSet<String>,
    differ: Vec<String>,
}

fn compare(judge: &Judge, facts: &Value, tally: &mut Tally) {
    let only = std::env::var("CASE").unwrap_or_default();
    for (expression, theirs) in &judge.answers {
        if !expression.contains(&only) {
            continue;
        }
        tally.total += 1;
        let found = ours(expression, facts, judge);
        let value = theirs.get("value").and_then(Json::as_str);
        let error = theirs.get("error").and_then(Json::as_str);
        let agrees = match (&found, value, error) {
            (Ok(found), Some(value), _) => found == value,
            (Err(found), None, Some(error)) => same_words(error, found) || same_kind(error, found),
            (_, _, _) => false,
        };
        if let (Err(found), Some(error)) = (&found, error)
            && agrees
            && !same_words(error, found)
        {
            tally.by_kind.insert((*expression).clone());
        }
        let known = KNOWN.iter().find(|(it, _)| it == expression);
        if agrees {
            tally.agree += 1;
        } else if let Some((_, why)) = known {
            tally.known.insert((*expression).clone(), why);
        } else {
            let kind = if value.is_some() || found.is_ok() { "VALUE" } else { "words" };
            let (shown, version) = (value.or(error).unwrap_or_default(), judge.version);
            tally
                .differ
                .push(format!("{kind} {expression}\n    puppet {version}: {shown}\n    ours:     {found:?}"));
        }
    }
}

fn read(name: &str) -> BTreeMap<String, Json> {
    let text = std::fs::read_to_string(common::project("fixtures/functions").join(name));
    text.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default()
}

/// The stdlib of the trixie root, on a module path of its own.
fn trixie_modules(folder: &Path) -> Option<PathBuf> {
    let root = std::env::var("TRIXIE_ROOT").unwrap_or_else(|_| "/var/tmp/trixie".to_owned());
    let stdlib = Path::new(&root).join("usr/share/puppet/modules.available/puppetlabs-stdlib");
    if !stdlib.is_dir() {
        common::skip("a Debian trixie root with its stdlib (`.ci/trixie`)");
        return None;
    }
    std::os::unix::fs::symlink(stdlib, folder.join("stdlib")).unwrap();
    Some(folder.to_owned())
}

/// Every file for every Puppet that answered it.
fn judges(trixie: Option<PathBuf>) -> Vec<Judge> {
    let modules = PathBuf::from("/usr/share/puppet/modules");
    let mut all = Vec::new();
    for name in ["core", "new", "stdlib"] {
        let seven = read(&format!("{name}.json"));
        let mut eight = seven.clone();
        eight.extend(read(&format!("{name}.8.json")));
        all.push(Judge { version: 7, modules: modules.clone(), answers: seven });
        all.push(Judge { version: 8, modules: modules.clone(), answers: eight });
    }
    all.extend(trixie.map(|modules| Judge { version: 8, modules, answers: read("stdlib9.8.json") }));
    all
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
    let folder = tempfile::tempdir().unwrap();
    let mut tally =
        Tally { agree: 0, total: 0, known: BTreeMap::new(), by_kind: BTreeSet::new(), differ: Vec::new() };
    for judge in judges(trixie_modules(folder.path())) {
        compare(&judge, &facts, &mut tally);
    }
    let stale =
        KNOWN.iter().filter(|(it, _)| std::env::var("CASE").is_err() && !tally.known.contains_key(*it));
    tally.differ.extend(stale.map(|(it, why)| format!("STALE {it} agrees now, but is listed: {why}")));
    hold_the_list(&mut tally);
    for line in &tally.differ {
        println!("{line}");
    }
    println!(
        "{} of {} expressions agree, {} of them by kind alone; {} differ for a listed reason",
        tally.agree,
        tally.total,
        tally.by_kind.len(),
        tally.known.len()
    );
    if !tally.differ.is_empty() {
        panic!("{} expressions differ", tally.differ.len());
    }
}

/// The expressions that agree by kind alone are those of the list, no more and no less.
fn hold_the_list(tally: &mut Tally) {
    if std::env::var("CASE").is_ok() {
        return;
    }
    let path = common::project(BY_KIND);
    if std::env::var_os("RECORD").is_some() {
        let lines: String = tally.by_kind.iter().map(|it| format!("{it}\n")).collect();
        std::fs::write(&path, lines).unwrap();
    }
    let listed: BTreeSet<String> =
        std::fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    let new = tally.by_kind.difference(&listed).map(|it| format!("WORDS {it}: only the kind agrees"));
    let old = listed.difference(&tally.by_kind).map(|it| format!("STALE {it}: listed in {BY_KIND}"));
    let found: Vec<String> = new.chain(old).collect();
    tally.differ.extend(found);
}

/// All expressions, and the manifests of the conformance cases.
fn asked() -> Vec<String> {
    let mut all = Vec::new();
    for name in ["core", "new", "stdlib", "stdlib9"] {
        let text = std::fs::read_to_string(common::project("fixtures/functions").join(format!("{name}.txt")))
            .unwrap();
        all.extend(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned));
    }
    let cases = walkdir::WalkDir::new(common::project("fixtures/conformance")).sort_by_file_name();
    let files = cases.into_iter().map(|entry| entry.unwrap().into_path());
    let manifests = files.filter(|path| path.extension().is_some_and(|it| it == "pp"));
    all.extend(manifests.map(|path| std::fs::read_to_string(path).unwrap()));
    all
}

#[test]
fn every_row_of_the_table_has_its_cases() {
    // modules that Debian does not package with Puppet 8 have their natives judged by the catalogs alone
    // and what asks a PuppetDB has tests/puppetdb.rs
    let rows = functions().iter().filter(|it| ["puppet", "stdlib"].contains(&it.module));
    let rows = rows.filter(|it| it.name != "puppetdb_query");
    let asked = asked();
    let few: Vec<String> = rows
        .filter_map(|row| {
            let name = row.name;
            let call =
                onig::Regex::new(&format!("(?<![\\w:$]){name}(?![\\w:])\\s*[(|]|\\.{name}\\b|^\\s*{name} "))
                    .unwrap();
            let count = asked.iter().filter(|text| call.find(text).is_some()).count();
            (count < 2).then(|| format!("{} ({count})", row.name))
        })
        .collect();
    assert!(few.is_empty(), "these have fewer than two cases: {}", few.join(", "));
}
