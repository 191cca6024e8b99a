//! Judge of `hiera::yaml`: files and scalar mutants, read as the real Puppet's Ruby reads them.
//!
//! Recorded answers are in `fixtures/yaml/` (`RECORD=1 cargo test --test yaml` makes them again, with Ruby); where
//! Puppet is installed it is asked again, about Debian's modules and a fresh seed too.

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

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::numbers::Numbers;
use migrate::hiera::yaml::{Rules, read};
use migrate::source::SourceFile;
use migrate::value::Value;
use serde_json::{Value as Json, json};

/// How many mutants one seed gives.
const MUTANTS: usize = 2_000;

// ------------------------------------------------------------------ the answers of both

/// Our reading in the judge's encoding (see `tests/oracle/yaml.rb`).
fn ours(path: &str, text: &str) -> Json {
    match read(&SourceFile::new(path, text), Rules::default()) {
        Ok(document) => match typed(&document.value) {
            Json::Null => json!(false),
            value => value,
        },
        Err(error) => {
            let kind = error.code().name.trim_start_matches("hiera::yaml-");
            json!(["e", kind, error.line_column().map(|place| place.line)])
        }
    }
}

fn typed(value: &Value) -> Json {
    match value {
        Value::Undef => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(["i", value.to_string()]),
        Value::Float(value) => json!(["f", format!("{:016x}", value.to_bits())]),
        Value::Str(value) => json!(&**value),
        Value::Symbol(value) => json!(["y", value.as_str()]),
        Value::Array(items) => json!(["a", items.iter().map(typed).collect::<Vec<_>>()]),
        Value::Hash(entries) => {
            json!(["h", entries.iter().map(|(k, v)| json!([typed(k), typed(v)])).collect::<Vec<_>>()])
        }
        Value::Binary(bytes) => json!(["b", base64(bytes)]),
        other => panic!("YAML gave {other:?}"),
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Asks the real Puppet about many texts at once.
fn ask(questions: &[Json]) -> Vec<Json> {
    let mut child = Command::new("ruby")
        .arg("-W0")
        .arg(common::project("tests/oracle/yaml.rb"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the judge failed: {}", common::stderr(&output));
    let answers: Vec<Json> =
        common::stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len(), "the judge left questions unanswered");
    answers
}

// ------------------------------------------------------------------ the comparison

/// Why two answers are taken for the same, or `None` where they are not.
fn agreement(text: &str, ours: &Json, theirs: &Json) -> Option<&'static str> {
    let kind = |answer: &Json| {
        answer[0].as_str().filter(|tag| *tag == "e").and(answer[1].as_str().map(str::to_owned))
    };
    match (kind(ours).as_deref(), kind(theirs).as_deref()) {
        (None, None) if ours == theirs => Some("the same value"),
        (Some("syntax"), Some("syntax" | "alias")) => Some("both refuse"),
        (Some(our), Some(their)) if our == their => Some("both refuse"),
        // Both refuse, we at something that stands before the broken syntax.
        (Some(_), Some("syntax")) => Some("both refuse"),
        // Ruby's integers have no limit, Puppet's have 64 bits: refused here when read, there when used.
        (Some("number"), None) if has_big_integer(theirs) => Some("beyond 64 bits"),
        (Some("syntax"), None) => exception(text),
        _ => None,
    }
}

/// What libyaml reads against the YAML specification and our parser refuses, loudly and with its place.
fn exception(text: &str) -> Option<&'static str> {
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let second_mark = |word: &str| {
        word.strip_prefix("!!").or_else(|| word.strip_prefix('!')).is_some_and(|rest| rest.contains('!'))
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let touches_colon = |rest: &str| rest.trim_start_matches(is_name).starts_with(':');
    if has(&["[?", "{?", " ?", ",?"]) {
        Some("refused: a `?` that touches what follows, in brackets")
    } else if has(&[" -,", "[-,", " -]", "[-]", " -}", "{-}"]) {
        Some("refused: a lone `-` in brackets")
    } else if text.split([' ', '[', '{']).any(second_mark) {
        Some("refused: a tag with a second `!`")
    } else if has(&["'#", "\"#", ">#", "|#"]) {
        Some("refused: a comment that touches what it follows")
    } else if text.split('&').skip(1).any(touches_colon) {
        Some("refused: an anchor that touches a `:`")
    } else if text.starts_with(['&', '!']) {
        Some("refused: an empty key with an anchor or tag")
    } else if text.starts_with(['\'', '"', '[', '{']) {
        Some("refused: text after the end of the document")
    } else {
        None
    }
}

fn has_big_integer(answer: &Json) -> bool {
    match answer {
        Json::Array(items) if items.first() == Some(&json!("i")) => {
            items.get(1).and_then(Json::as_str).is_some_and(|digits| digits.parse::<i64>().is_err())
        }
        Json::Array(items) => items.iter().any(has_big_integer),
        _ => false,
    }
}

/// Prints what was agreed on and how often; returns the disagreements.
fn compare(what: &str, questions: &[(String, String)], theirs: &[Json]) -> Vec<String> {
    let mut agreed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut bad = Vec::new();
    for ((name, text), their) in questions.iter().zip(theirs) {
        let our = ours(name, text);
        match agreement(text, &our, their) {
            Some(reason) => *agreed.entry(reason).or_default() += 1,
            None => bad.push(format!("{name:?}\n    ours:   {}\n    theirs: {}", brief(&our), brief(their))),
        }
    }
    println!("{what}: {} read, {agreed:?}, {} differ", questions.len(), bad.len());
    let limit = std::env::var("DIFFERENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    bad.iter().take(limit).for_each(|line| println!("  {line}"));
    bad
}

fn brief(answer: &Json) -> String {
    let text = answer.to_string();
    if text.chars().count() > 160 { text.chars().take(160).collect::<String>() + "…" } else { text }
}

// ------------------------------------------------------------------ the questions

const SCALARS: &[&str] = &[
    "yes",
    "No",
    "ON",
    "off",
    "y",
    "n",
    "true",
    "False",
    "TRUE",
    "tRue",
    "~",
    "null",
    "Null",
    "nULL",
    "0755",
    "0o755",
    "0755.5",
    "08",
    "0b101",
    "0x1F",
    "-0x1f",
    "+12",
    "-12",
    "1_000",
    "1,000",
    "1__0",
    "_1",
    "1_",
    "1.5",
    "1.",
    ".5",
    "-.5",
    "1.5e3",
    "1e3",
    "1.0e+3",
    "1E-2",
    "1_0.5",
    "1,0.5",
    ".inf",
    "-.inf",
    "+.INF",
    ".nan",
    ".NaN",
    "12:30",
    "1:2:3",
    "1:60",
    "190:20:30",
    "1:30.5",
    "20:30:15.25",
    ":a",
    ":a b",
    ":'a b'",
    ":\"a\"",
    ":",
    "::a",
    "a:b",
    "2024-01-31",
    "2024-1-1",
    "2024-13-01",
    "2024-01-31 10:20:30",
    "2024-01-31T10:20:30Z",
    "2024-01-31T10:20:30.5+02:00",
    "'quoted'",
    "\"double\\n\"",
    "'it''s'",
    "plain words",
    "with # hash",
    "with #comment",
    "a#b",
    "[1, 2]",
    "{a: 1}",
    "[a, [b]]",
    "!!str 1",
    "!!int '7'",
    "!!float 1",
    "!ruby/symbol x",
    "!ruby/regexp /a/",
    "!!binary aGVsbG8=",
    "! 12",
    "!local x",
    "&a 1",
    "*a",
    "<<",
    "=",
    "-",
    "--",
    "-1-",
    "?",
    "%a",
    "@a",
    "`a`",
    "|",
    ">",
    "a, b",
    "1 2",
    "é",
    "日本",
    "1.2.3",
    "1.2.3.4",
    "10.0.0.0/8",
    "00:11:22:33:44:55",
    "::1",
    "0644",
    "'0644'",
    "007",
    "0_7",
    "0x",
    "0b",
    "0b2",
    "1e",
    "e1",
    "+",
    "+.",
    ".",
    "..",
    "...",
    "/path",
    "C:\\x",
    "%{facts.x}",
    "\"%{lookup('a')}\"",
    "ENC[PKCS7,MII=]",
    "9223372036854775807",
    "9223372036854775808",
    "-0",
    "0",
    "-0.0",
    "1e400",
    "685_230.15",
    "0.1",
    "3.",
    "4.e5",
    "1.e",
    "0.e",
    "tru",
    "yess",
    "nul",
];

const CHARACTERS: &[char] = &[
    '0', '1', '5', '7', '8', '9', '_', '.', ',', ':', '+', '-', 'e', 'E', 'x', 'o', 'b', 'n', 'N', 'y', 'a',
    'f', 't', '~', '\'', '"', '!', '&', '*', '#', '%', '@', '|', '>', '[', ']', '{', '}', '?', '=', '/',
    '\\', ' ', '\t', 'é',
];

const FRAMES: &[(&str, &str)] = &[
    ("k: ", "\n"),
    ("- ", "\n"),
    ("", ": v\n"),
    ("k: [", ", b]\n"),
    ("k: {a: ", "}\n"),
    ("k:\n  - a\n  - ", "\nz: 1\n"),
];

/// Mutants of scalars in small documents: one to three letters inserted, removed or exchanged.
fn mutants(seed: u64) -> Vec<(String, String)> {
    let mut numbers = Numbers(seed);
    let mutant = |_| {
        let mut scalar: Vec<char> = SCALARS[numbers.below(SCALARS.len())].chars().collect();
        for _ in 0..numbers.below(4) {
            let at = numbers.below(scalar.len() + 1);
            let letter = CHARACTERS[numbers.below(CHARACTERS.len())];
            match numbers.below(3) {
                0 => scalar.insert(at, letter),
                1 if at < scalar.len() => drop(scalar.remove(at)),
                _ if at < scalar.len() => scalar[at] = letter,
                _ => scalar.push(letter),
            }
        }
        let (before, after) = FRAMES[numbers.below(FRAMES.len())];
        let text = format!("{before}{}{after}", scalar.iter().collect::<String>());
        (text.clone(), text)
    };
    (0..MUTANTS).map(mutant).collect()
}

/// Every YAML file under some folders, named by its path inside the project where it is there.
fn files(roots: &[PathBuf]) -> Vec<(String, String)> {
    let walk = |root: &PathBuf| {
        let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
        entries.filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path).collect::<Vec<_>>()
    };
    let yaml = |path: &PathBuf| path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "eyaml");
    let project = common::project("");
    let named = |path: PathBuf| {
        let text = String::from_utf8(std::fs::read(&path).unwrap()).ok()?;
        Some((path.strip_prefix(&project).unwrap_or(&path).display().to_string(), text))
    };
    roots.iter().flat_map(walk).filter(yaml).filter_map(named).collect()
}

fn repos() -> Vec<(String, String)> {
    files(&[common::project("fixtures/control-repo"), common::project("tests/debian-repo")])
}

// ------------------------------------------------------------------ recorded answers

/// The recorded questions and answers; made again with `RECORD=1`.
fn recorded(name: &str, questions: fn() -> Vec<(String, String)>) -> (Vec<(String, String)>, Vec<Json>) {
    let path = common::project("fixtures/yaml").join(name);
    if std::env::var_os("RECORD").is_some() {
        record(&path, &questions());
    }
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let lines = text.lines().map(|line| serde_json::from_str::<(String, Json)>(line).unwrap());
    let (names, answers): (Vec<String>, Vec<Json>) = lines.unzip();
    let asked = questions();
    assert!(
        names.iter().eq(asked.iter().map(|(name, _)| name)),
        "{} was recorded for other questions: `make record`",
        path.display()
    );
    (asked, answers)
}

fn record(path: &Path, questions: &[(String, String)]) {
    let answers = ask(&texts(questions));
    let lines =
        questions.iter().zip(answers).map(|((name, _), answer)| format!("{}\n", json!([name, answer])));
    std::fs::write(path, lines.collect::<String>()).unwrap();
}

fn texts(questions: &[(String, String)]) -> Vec<Json> {
    questions.iter().map(|(_, text)| json!({ "text": text })).collect()
}

#[test]
fn mutants_of_scalars_read_as_recorded() {
    let (questions, answers) = recorded("mutants-seed1.jsonl", || mutants(1));
    let bad = compare("mutants of seed 1", &questions, &answers);
    assert!(bad.is_empty(), "{} mutants are read differently", bad.len());
}

#[test]
fn files_of_both_repos_read_as_recorded() {
    let (questions, answers) = recorded("repos.jsonl", repos);
    let bad = compare("files of both repos", &questions, &answers);
    assert!(bad.is_empty(), "{} files are read differently", bad.len());
}

// ------------------------------------------------------------------ the judge itself

#[test]
fn the_real_puppet_agrees_about_a_fresh_seed_and_the_recorded_ones() {
    if !common::puppet_or_skip() {
        return;
    }
    let fresh = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
    });
    println!("SEED={fresh}");
    let (questions, answers) = recorded("mutants-seed1.jsonl", || mutants(1));
    assert_eq!(ask(&texts(&questions)), answers, "the recorded answers are stale: `make record`");
    let questions = mutants(fresh);
    let bad = compare(&format!("mutants of seed {fresh}"), &questions, &ask(&texts(&questions)));
    // Seed 1 agrees wholly. A refusal that is not on the list of exceptions yet is printed above, and is loud for a
    // user too; of silent misreadings a fresh seed has at most one in a thousand, all of them of broken YAML so far.
    let loud = |line: &&String| line.contains(r#"ours:   ["e","syntax""#);
    let silent: Vec<&String> = bad.iter().filter(|line| !loud(line)).collect();
    assert!(silent.len() <= MUTANTS / 1_000, "mutants of seed {fresh} are misread:\n{silent:#?}");
}

#[test]
fn the_real_puppet_agrees_about_every_file() {
    if !common::puppet_or_skip() || !common::debian_modules_or_skip() {
        return;
    }
    let mut questions = repos();
    questions.extend(files(&[PathBuf::from("/usr/share/puppet/modules.available")]));
    let bad = compare("files of both repos and of Debian's modules", &questions, &ask(&texts(&questions)));
    assert!(bad.is_empty(), "{} files are read differently", bad.len());
}
