//! ERB rendering against Ruby's own ERB: a corpus of small templates with recorded answers.
//!
//! `fixtures/erb/corpus.txt` holds the templates, `fixtures/erb/answers.json` what Ruby made of them (written by
//! `tests/oracle/erb.rb`). Where `ruby` is installed the answers are made afresh and must be the recorded ones. Every
//! template of the installed Puppet modules is rendered too: it must end in text or in a diagnostic.

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

use ecow::EcoString;
use migrate::{
    diag::{Diagnostic, Result},
    hiera::yaml::{Rules, read},
    ruby::{Host, HostBlock},
    source::SourceFile,
    templating::erb,
    value::{HashMap, Labels, Secret, Str, Value},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// A scope that holds only variables.
struct Vars(Vec<(EcoString, Value)>);

impl Host for Vars {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn variables(&self) -> Arc<HashMap> {
        Arc::new(self.0.iter().map(|(name, value)| (Value::str(name.clone()), value.clone())).collect())
    }

    fn set_variable(&self, _: &str, _: Value) -> Result<()> {
        Ok(())
    }

    fn call_function(&self, name: &str, _: &[Value], _: Option<HostBlock<'_>>) -> Result<Value> {
        Ok(Value::str(format!("called {name}")))
    }

    fn render_template(&self, name: &str) -> Result<Str> {
        Ok(Str::new(name))
    }

    fn classes(&self) -> Vec<EcoString> {
        vec!["settings".into(), "ntp".into()]
    }

    fn tags(&self) -> Vec<EcoString> {
        vec!["ntp".into()]
    }

    fn catalog_tags(&self) -> Vec<EcoString> {
        vec!["ntp".into()]
    }

    fn module_name(&self) -> Option<EcoString> {
        Some("ntp".into())
    }

    fn resource(&self) -> EcoString {
        "Class[Ntp]".into()
    }

    fn environment(&self) -> EcoString {
        "production".into()
    }

    fn module_path(&self, _: &str) -> Option<EcoString> {
        None
    }

    fn parse_yaml(&self, text: &str) -> Result<Value> {
        Ok(read(&SourceFile::new("yaml", text), Rules::default())?.value)
    }

    fn now(&self) -> i64 {
        1_700_000_000
    }

    fn report(&self, _: Diagnostic) {}
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Undef,
        serde_json::Value::Bool(it) => Value::Bool(*it),
        serde_json::Value::Number(it) => match it.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(it.as_f64().unwrap()),
        },
        serde_json::Value::String(it) => Value::str(it.as_str()),
        serde_json::Value::Array(items) => Value::array(items.iter().map(value)),
        serde_json::Value::Object(entries) => {
            Value::hash(entries.iter().map(|(key, item)| (Value::str(key.as_str()), value(item))))
        }
    }
}

/// One template of the corpus.
struct Case {
    name: String,
    vars: Vars,
    body: String,
}

fn corpus() -> Vec<Case> {
    let text = std::fs::read_to_string("fixtures/erb/corpus.txt").unwrap();
    let blocks = format!("\n{text}");
    let case = |block: &str| {
        let (name, rest) = block.split_once('\n').unwrap();
        let (vars, body) = match rest.strip_prefix("vars: ") {
            Some(rest) => rest.split_once('\n').unwrap(),
            None => ("{}", rest),
        };
        let vars: serde_json::Value = serde_json::from_str(vars).unwrap();
        let vars = vars.as_object().unwrap().iter().map(|(name, item)| (name.as_str().into(), value(item)));
        let body = body.strip_suffix('\n').unwrap_or(body);
        let body = body.strip_suffix('\r').unwrap_or(body).to_owned();
        Case { name: name.trim().to_owned(), vars: Vars(vars.collect()), body }
    };
    let mut cases: Vec<Case> = Vec::new();
    let starts: Vec<usize> = blocks.match_indices("\n=== ").map(|(at, _)| at).collect();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(blocks.len());
        let tail = if end == blocks.len() { "" } else { "\n" };
        cases.push(case(&format!("{}{tail}", &blocks[start + 5..end])));
    }
    cases
}

fn rendered(name: &str, body: &str, vars: &Vars) -> Result<Str> {
    erb::render(&SourceFile::new(name, body), vars)
}

#[test]
fn ruby_answers_the_same() {
    let answers = std::fs::read_to_string("fixtures/erb/answers.json").unwrap();
    let answers: BTreeMap<String, serde_json::Value> = serde_json::from_str(&answers).unwrap();
    let cases = corpus();
    assert_eq!(cases.len(), answers.len(), "the answers are not of this corpus: run tests/oracle/erb.rb");
    let mut different = Vec::new();
    for case in &cases {
        let expected = &answers[&case.name];
        let got = rendered("case.erb", &case.body, &case.vars);
        let why = match (&got, expected["text"].as_str()) {
            (Ok(text), Some(expected)) if text.as_str() == expected => continue,
            (Ok(text), Some(expected)) => format!("expected {expected:?}\n     got {:?}", text.as_str()),
            (Ok(text), None) => format!("expected {expected}\n     got {:?}", text.as_str()),
            (Err(found), Some(_)) => format!("refused: {}", found.one_line()),
            (Err(found), None) => {
                let message = expected["message"].as_str().unwrap_or(found.message());
                let line = expected["line"].as_u64();
                let same_line =
                    line.is_none_or(|line| found.line_column().is_some_and(|at| u64::from(at.line) == line));
                if found.message() == message && same_line {
                    continue;
                }
                format!("expected {expected}\n     got {}", found.one_line())
            }
        };
        different.push(format!("{}: {why}", case.name));
    }
    println!("{} of {} templates as Ruby renders them", cases.len() - different.len(), cases.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn the_recorded_answers_are_rubys() {
    let made = Command::new("ruby").args(["-W0", "tests/oracle/erb.rb", "fixtures/erb/corpus.txt"]).output();
    let Ok(made) = made else {
        assert!(std::env::var("CI").is_err(), "ruby is needed to judge ERB");
        println!("skipped: no ruby here");
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let fresh: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let recorded = std::fs::read_to_string("fixtures/erb/answers.json").unwrap();
    let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(fresh, recorded);
}

fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            templates(&path, found);
        } else if path.extension().is_some_and(|it| it == "erb") {
            found.push(path);
        }
    }
}

#[test]
fn templates_of_modules_render_or_are_refused() {
    let mut found = Vec::new();
    templates(Path::new("/usr/share/puppet/modules"), &mut found);
    if found.is_empty() {
        assert!(std::env::var("CI").is_err(), "Debian's Puppet modules are needed");
        println!("skipped: no Puppet modules here");
        return;
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut raised: BTreeMap<String, usize> = BTreeMap::new();
    for path in &found {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let kind = match rendered(&path.display().to_string(), &text, &Vars(Vec::new())) {
            Ok(_) => "rendered",
            Err(found) => {
                if found.code().name != "ruby::raised" {
                    println!("{}", found.one_line());
                }
                *raised.entry(format!("{}: {}", found.code().name, found.message())).or_default() += 1;
                found.code().name
            }
        };
        *kinds.entry(kind.to_owned()).or_default() += 1;
    }
    println!("{} templates, without any variable set: {kinds:?}", found.len());
    for (message, count) in raised {
        println!("{count:4} {message}");
    }
    assert_eq!(kinds.get("ruby::syntax").copied().unwrap_or(0), 0, "each of them is Ruby");
}

fn secret() -> Arc<Secret> {
    Arc::new(Secret { id: "db".into(), key: None, file: None, opaque: false, derived: false })
}

#[test]
fn secrets_keep_their_bytes_in_the_output() {
    let vars = Vars(vec![
        ("pw".into(), Value::Str(Str::secret("hunter2", secret()))),
        ("list".into(), Value::array([Value::str("a"), Value::Str(Str::secret("s3", secret()))])),
    ]);
    let at = |text: &str, body: &str| {
        let made = rendered("s.erb", body, &vars).unwrap();
        assert_eq!(made.as_str(), text);
        let ranges = made.labels().map(Labels::ranges).unwrap_or_default();
        ranges.iter().map(|found| (found.range.clone(), found.secret.derived)).collect::<Vec<_>>()
    };
    assert_eq!(at("p=hunter2\n", "p=<%= @pw %>\n"), [(2..9, false)]);
    assert_eq!(at("a, s3", "<%= @list.join(', ') %>"), [(3..5, false)]);
    assert_eq!(at("unt", "<%= @pw[1, 3] %>"), [(0..3, false)]);
    assert_eq!(at("x=hunter2;", "<%= \"x=#{@pw};\" %>"), [(2..9, false)]);
    assert_eq!(at("HUNTER2", "<%= @pw.upcase %>"), [(0..7, true)]);
    assert_eq!(at("7", "<%= @pw.length %>"), []);
    for body in [
        "<%= @pw.nope %>",
        "<%= JSON.parse(@pw) %>",
        "<%= Integer(@pw) %>",
        "<% IPAddr.new(@pw) %>",
        "<% raise @pw %>",
    ] {
        let failed = rendered("s.erb", body, &vars).unwrap_err();
        assert!(!failed.one_line().contains("hunter2"), "{}", failed.one_line());
    }
}

#[test]
fn what_reaches_outside_is_refused_with_its_place() {
    let refused = [
        "<%= `id` %>",
        "<%= File.read('/etc/passwd') %>",
        "<%= Dir.glob('*') %>",
        "<% system('id') %>",
        "<%= ENV['HOME'] %>",
        "<%= rand(5) %>",
        "<%= SecureRandom.uuid %>",
        "<%= IO.popen('x') %>",
        "<%= open('/etc/passwd').read %>",
        "<%= [1, 2].shuffle %>",
        "<%= TCPSocket.new('a', 1) %>",
        "<%= Facter.value('x') %>",
    ];
    for body in refused {
        let found = rendered("r.erb", &format!("\n{body}"), &Vars(Vec::new())).unwrap_err();
        assert_eq!(found.code().name, "ruby::refused-outside-access", "{body}: {}", found.one_line());
        assert_eq!(found.line_column().unwrap().line, 2, "{body}");
    }
}

#[test]
fn runs_are_bounded() {
    let bounded = [
        "<% loop {} %>",
        "<% while true; end %>",
        "<% def f(x); f(x + 1); end; f(0) %>",
        "<% x = 'a' * 1000; 100.times { x += x } %>",
        "<%= 'a' * 10_000_000_000 %>",
        "<%= (1..1_000_000_000_000).to_a %>",
        "<% a = []; a << a; %><%= a.flatten %>",
        "<%= 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' =~ /^(a+)+$/ %>",
        "<% h = Hash.new { |hash, k| hash[k + 1] }; h[0] %>",
        "<%= [1] * 1_000_000_000_000 %>",
        "<%= '%999999999d' % 1 %>",
        "<% a = []; 100_000.times { a = [a] } %>",
        "<% h = {}; 100_000.times { h = { 'x' => h } } %>",
        "<% f = nil; 100_000.times { g = f; f = lambda { g } } %>",
        "<% class N; def initialize(n); @n = n; end; end; n = nil; 50_000.times { n = N.new(n) } %>",
        "<% e = [1].each; 50_000.times { e = e.each_with_index } %>",
    ];
    for body in bounded {
        match rendered("b.erb", body, &Vars(Vec::new())) {
            Ok(text) => assert!(text.len() < 100, "{body}"),
            Err(found) => assert!(found.code().name.starts_with("ruby::"), "{}", found.one_line()),
        }
    }
    let deep = format!("<%= {}1{} %>", "(".repeat(20_000), ")".repeat(20_000));
    assert!(rendered("d.erb", &deep, &Vars(Vec::new())).is_err());
    let chain = format!("<%= 1{} %>", ".to_i".repeat(50_000));
    assert!(rendered("c.erb", &chain, &Vars(Vec::new())).is_err());
}
