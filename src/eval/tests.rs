//! Tests of what no recorded catalog shows: origins, exports, diagnostics.

use super::{
    Compiled, DataHost, DataSource, Datum, DatumSource, Environment, EnvironmentPaths, NodeRequest, Query,
    Strict, compile_node,
};
use crate::{
    catalog::{Catalog, ResourceRef},
    diag::{Diagnostic, Result},
    source::{MemoryWorld, Read},
    value::Value,
};
use std::sync::Arc;

/// Hiera with one key.
struct OneKey;

impl DataSource for OneKey {
    fn lookup(&self, key: &str, _: &Query<'_>, _: &dyn DataHost) -> Result<Option<Datum>> {
        let found = || {
            let source = DatumSource { file: "data/common.yaml".into(), line: 3, level: "common".into() };
            Datum { value: Value::Int(8080), sources: vec![source] }
        };
        Ok((key == "profile::port").then(found))
    }
}

fn request() -> NodeRequest {
    let os = Value::hash([("family".into(), "Debian".into())]);
    NodeRequest {
        certname: "n1".into(),
        facts: Value::hash([("os".into(), os), ("role".into(), "web".into())]),
        trusted: Value::hash([]),
        server_facts: Value::hash([]),
        puppet_version: 8,
        strict: Strict::Error,
        strict_variables: true,
        record_reads: true,
        ..NodeRequest::default()
    }
}

fn compile_with(manifest: &str, request: &NodeRequest) -> Compiled {
    let world = MemoryWorld::default().with("/repo/manifests/site.pp", manifest);
    let paths = EnvironmentPaths {
        name: "production".into(),
        root: "/repo".into(),
        manifest: Some("/repo/manifests/site.pp".into()),
        ..EnvironmentPaths::default()
    };
    let environment = Environment::open(paths, &world).unwrap_or_else(|found| panic!("{found:?}"));
    compile_node(&environment, request, &OneKey, &world)
}

fn compile(manifest: &str) -> Catalog {
    let compiled = compile_with(manifest, &request());
    compiled.catalog.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

fn errors(manifest: &str) -> Vec<Diagnostic> {
    compile_with(manifest, &request()).diagnostics
}

const PROFILE: &str = "class profile(Integer $port, $family = $facts['os']['family']) {
  if $port > 1024 {
    ['a', 'b'].each |$index, $name_of| { part { $name_of: text => \"${port} ${family}\" } }
  }
}
define part($text) { notify { \"made ${title}\": message => $text } }
include profile
";

#[test]
fn a_resource_knows_its_containers_conditions_and_iterations() {
    let catalog = compile(PROFILE);
    let part = &catalog.resources[&ResourceRef::new("Part", "b")];
    let frames: Vec<&str> = part.origin.frames.iter().map(|frame| frame.container.as_str()).collect();
    assert_eq!(frames, ["Class[main]", "Class[Profile]"]);
    assert_eq!(part.origin.frames[1].declared_at.as_ref().unwrap().line(), 7);
    assert_eq!(part.origin.guards.len(), 1);
    assert_eq!((part.origin.guards[0].at.line(), part.origin.guards[0].branch.as_str()), (2, "then"));
    assert_eq!(part.origin.iteration.iter().map(|key| key.as_str()).collect::<Vec<_>>(), ["1"]);
    let inner = &catalog.resources[&ResourceRef::new("Notify", "made b")];
    assert_eq!(inner.origin.frames.last().unwrap().container, "Part[b]");
    assert!(inner.origin.guards.is_empty() && inner.origin.iteration.is_empty());
}

#[test]
fn a_value_knows_what_was_read_for_it_through_parameters() {
    let catalog = compile(PROFILE);
    let message = &catalog.resources[&ResourceRef::new("Notify", "made a")].parameters["message"];
    let [Read::Parameter { of, name, from }] = message.origin.reads.as_ref() else {
        panic!("{:?}", message.origin.reads)
    };
    assert_eq!((of.as_str(), name.as_str()), ("part", "text"));
    let hiera = Read::Hiera { key: "profile::port".into(), file: "data/common.yaml".into(), line: 3 };
    let parameter = |name: &str, from: Read| Read::Parameter {
        of: "profile".into(),
        name: name.into(),
        from: Arc::from([from]),
    };
    let expected = [parameter("port", hiera), parameter("family", Read::Fact("os.family".into()))];
    assert_eq!(from.as_ref(), expected);
    let without = NodeRequest { record_reads: false, ..request() };
    let catalog = compile_with(PROFILE, &without).catalog.unwrap();
    assert!(
        catalog.resources[&ResourceRef::new("Notify", "made a")].parameters["message"]
            .origin
            .reads
            .is_empty()
    );
}

#[test]
fn a_collected_resource_knows_its_collector() {
    let catalog = compile("@notify { 'v': }\nNotify <| title == 'v' |>\n");
    let guards = &catalog.resources[&ResourceRef::new("Notify", "v")].origin.guards;
    assert_eq!((guards[0].at.line(), guards[0].branch.as_str()), (2, "<| title == 'v' |>"));
}

#[test]
fn exports_are_taken_in_by_the_collectors_of_other_nodes() {
    let manifest = "@@notify { \"from ${facts['role']}\": message => Sensitive('x'), tag => 't' }\n";
    let exported = compile_with(manifest, &request()).exports;
    assert!(!exported[0].parameters.contains_key("message"));
    let exports: Arc<[_]> = exported.into_iter().map(|resource| ("n0".into(), resource)).collect();
    let other = NodeRequest { exported: Some(exports), ..request() };
    let compiled = compile_with("Notify <<| tag == 't' |>> { loglevel => 'debug' }\n", &other);
    let catalog = compiled.catalog.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let found = &catalog.resources[&ResourceRef::new("Notify", "from web")];
    assert!(!found.exported && !found.is_virtual);
    assert_eq!(found.parameters["loglevel"].value, Value::str("debug"));
}

#[test]
fn misspellings_and_missing_modules_are_answered_with_a_way_out() {
    let help = |manifest: &str| errors(manifest)[0].help_line().unwrap_or_default().to_owned();
    assert_eq!(help("$service = 1\nnotify { \"${servce}\": }\n"), "did you mean `$service`?");
    assert_eq!(help("file { '/a': conten => 'x' }\n"), "did you mean `content`?");
    assert!(help("include nginx\n").contains("r10k puppetfile install"));
    assert!(help("notify { $osfamily: }\n").contains("$facts['os']['family']"));
    let cycle = errors("class a inherits b { }\nclass b inherits c { }\nclass c inherits a { }\ninclude a\n");
    assert_eq!(cycle[0].message(), "classes inherit from each other: `a` from `b` from `c` from `a`");
}

#[test]
fn endless_recursion_is_an_error_with_its_place() {
    let found = errors("function f($x) { f($x) }\nf(1)\n");
    assert_eq!((found[0].code().name, found[0].line_column().unwrap().line), ("eval::too-deep", 1));
}

#[test]
fn a_problem_in_a_class_names_the_ways_to_it() {
    let found = errors("class a { include b }\nclass b { fail('no') }\ninclude a\n");
    let labels: Vec<String> =
        found[0].related_places().map(|(at, label)| format!("{} {label}", at.line())).collect();
    assert_eq!(labels, ["1 `Class[B]` is declared here", "3 `Class[A]` is declared here"]);
}

#[test]
fn resources_that_wait_for_each_other_are_warned_of() {
    let manifest = "notify { 'a': require => Notify['b'] }\nnotify { 'b': require => Notify['a'] }\n";
    let compiled = compile_with(manifest, &request());
    assert!(compiled.catalog.is_some());
    assert_eq!(compiled.diagnostics[0].code().name, "eval::dependency-cycle");
}

#[test]
fn a_node_that_does_not_end_is_an_error_with_its_place() {
    let limits = super::Limits { steps: 20_000, bytes: 4 << 20 };
    let cases = [
        ("$x = 1\nInteger[1, 1000000000000].each |$i| { $y = $i }", "eval::too-many-steps"),
        (
            "function f($s, $n) {\n if $n == 0 { $s } else { f(\"${s}${s}\", $n - 1) } }\n$x = f('aaaa', 40)",
            "eval::too-much-memory",
        ),
        ("$x = 1\nInteger[1, 1000000].each |$i| { notify { \"n${i}\": } }", "eval::too-much-memory"),
        ("$x = Integer[1, 9000].reduce([]) |$m, $i| {\n [$m] }", "eval::too-deep"),
        ("$x = 1\n$y = Array(Integer[1, 100000000000])", "eval::too-much-memory"),
    ];
    for (manifest, code) in cases {
        let request = NodeRequest { limits, ..request() };
        let compiled = compile_with(manifest, &request);
        let found = compiled.diagnostics.last().unwrap();
        assert_eq!((found.code().name, found.line_column().unwrap().line), (code, 2), "{manifest}");
    }
}

#[test]
fn ruby_code_does_not_rescue_what_is_not_done_here() {
    let rescued = |call: &str| {
        let manifest = format!("$x = inline_template('<% begin; {call}; rescue => e; end %>')\n");
        errors(&manifest).first().map(|found| found.code().name)
    };
    assert_eq!(rescued("scope.call_function(\"fail\", [\"x\"])"), None);
    assert_eq!(rescued("scope.call_function(\"generate\", [\"/bin/x\"])"), Some("functions::needs-program"));
    assert_eq!(rescued("scope.call_function(\"index\", [10**11, nil])"), Some("eval::too-much-memory"));
}
