//! Lookups through layers, in memory.

use super::*;
use crate::{diag::Diagnostic, inputs::Reader, source::MemoryWorld};
use std::sync::{Arc, Mutex};

struct Scope {
    facts: Value,
    warnings: Mutex<Vec<Diagnostic>>,
}

impl Host for Scope {
    fn variable(&self, name: &str) -> Option<Value> {
        let name = name.strip_prefix("::").unwrap_or(name);
        if name == "facts" { Some(self.facts.clone()) } else { self.facts.get(name).cloned() }
    }

    fn convert(&self, type_text: &str, value: Value, _: &[Value]) -> Result<(Value, EcoString)> {
        assert_eq!(type_text, "Sensitive");
        Ok((Value::Sensitive(value.into()), type_text.into()))
    }

    fn call(&self, _: &str, _: &[Value]) -> Result<Option<Value>> {
        Ok(None)
    }

    fn environment(&self) -> EcoString {
        "production".into()
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.warnings.lock().unwrap().push(diagnostic);
    }
}

const CONFIG: &str = "version: 5
hierarchy:
  - {name: node, path: 'nodes/%{facts.host}.yaml'}
  - {name: shared, glob: 'shared/*.yaml'}
  - {name: common, path: common.yaml}
";

fn world() -> MemoryWorld {
    MemoryWorld::default()
        .with("/r/hiera.yaml", CONFIG)
        .with("/r/data/nodes/a.yaml", "list: [x, '--y']\nname: 'is %{facts.host} %{lookup(\"deep.er\")}'\n")
        .with("/r/data/shared/1.yaml", "list: [y, z]\n")
        .with(
            "/r/data/common.yaml",
            "deep:\n  er: found\n  list: [1, 2]\nlist: y\nall: \"%{alias('deep.list')}\"\nloop: \"%{lookup('loop2')}\"\n\
             loop2: \"%{hiera('loop')}\"\npercent: \"%{literal('%')}{x}\"\nwrapped: hidden\nm::p: from env\n\
             lookup_options:\n  list: {merge: unique}\n  '^wrap': {convert_to: Sensitive}\n",
        )
        .with("/m/m/hiera.yaml", "version: 5\n")
        .with("/m/m/data/common.yaml", "m::p: from module\nm::q: from module\nother: 1\n")
}

fn lookup(world: &MemoryWorld, key: &str, merge: Option<&Value>) -> (Result<Option<Found>>, usize) {
    let yaml = |_: &Arc<crate::source::SourceFile>| Ok(Value::Undef);
    let reader = Reader { world, yaml: &yaml, root: Path::new("/r") };
    let modules = Modules::list(&["/m".into()], reader);
    let settings =
        Settings { puppet_version: 7, strict: Strict::Off, global: None, environment_data_provider: None };
    let hiera = Hiera::new(Path::new("/r"), &modules, settings, world);
    let facts = Value::hash([("host".into(), "a".into())]);
    let scope = Scope { facts, warnings: Mutex::default() };
    let found = hiera.node().lookup(key, &Query { merge, ..Query::default() }, &scope);
    let warnings = scope.warnings.lock().unwrap().len();
    (found, warnings)
}

fn value(key: &str) -> Value {
    lookup(&world(), key, None).0.unwrap().unwrap().value
}

#[test]
fn interpolations_nest() {
    assert_eq!(value("name"), "is a found".into());
    assert_eq!(value("all"), Value::array([Value::Int(1), Value::Int(2)]));
    assert_eq!(value("percent"), "%{x}".into());
}

#[test]
fn options_merge_and_convert() {
    assert_eq!(value("list"), Value::array(["x", "--y", "y", "z"].map(Value::from)));
    assert_eq!(value("wrapped"), Value::Sensitive(Value::from("hidden").into()));
}

#[test]
fn a_given_merge_wins_over_the_options() {
    let deep = Value::hash([("strategy".into(), "deep".into()), ("knockout_prefix".into(), "--".into())]);
    let found = lookup(&world(), "list", Some(&deep)).0.unwrap().unwrap();
    assert_eq!(found.sources.len(), 3);
    let first = lookup(&world(), "list", Some(&"first".into())).0.unwrap().unwrap();
    assert_eq!(first.value, Value::array(["x", "--y"].map(Value::from)));
}

#[test]
fn answers_name_file_and_line() {
    let found = lookup(&world(), "deep.er", None).0.unwrap().unwrap();
    assert_eq!(found.sources, [Source { file: "data/common.yaml".into(), line: 2, level: "common".into() }]);
}

#[test]
fn modules_come_last_and_warn_about_foreign_keys() {
    assert_eq!(value("m::p"), "from env".into());
    let (found, warnings) = lookup(&world(), "m::q", None);
    assert_eq!(found.unwrap().unwrap().value, "from module".into());
    assert_eq!(warnings, 1);
    assert!(lookup(&world(), "m::none", None).0.unwrap().is_none());
}

#[test]
fn circles_are_errors_that_name_the_way() {
    let found = lookup(&world(), "loop", None).0.unwrap_err();
    assert_eq!(found.code().name, "hiera::recursion");
    assert!(found.message().contains("`loop`, then `loop2`"));
}

#[test]
fn broken_data_has_a_place() {
    let broken = world().with("/r/data/nodes/a.yaml", "a: 1\n b: [\n");
    let found = lookup(&broken, "a", None).0.unwrap_err();
    assert_eq!(found.file(), Some("data/nodes/a.yaml"));
    assert_eq!(found.line_column().unwrap().line, 2);
}

#[test]
fn facts_cannot_leave_the_repo() {
    let config = "version: 5\nhierarchy:\n  - {name: x, path: '../../%{facts.host}/etc/passwd'}\n";
    let found = lookup(&world().with("/r/hiera.yaml", config), "a", None).0.unwrap_err();
    assert_eq!(found.code().name, "hiera::outside");
}

#[test]
fn a_wrong_configuration_names_its_line() {
    let config = "version: 5\nhierarchy:\n  - name: x\n    path: a\n    paths: [b]\n";
    let found = lookup(&world().with("/r/hiera.yaml", config), "a", None).0.unwrap_err();
    assert_eq!(found.code().name, "hiera::config");
    assert_eq!(found.line_column().unwrap().line, 3);
}
