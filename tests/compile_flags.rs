//! What the flags of `compile` promise: which nodes, which facts, which version, and the summary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

mod common;

use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

const FACTS: &str = r#"{
    "os": {"family": "Debian", "name": "Debian", "architecture": "amd64", "hardware": "x86_64",
           "release": {"full": "12.5", "major": "12", "minor": "5"},
           "distro": {"id": "Debian", "codename": "bookworm", "description": "Debian GNU/Linux 12",
                      "release": {"full": "12.5", "major": "12", "minor": "5"}}},
    "networking": {"hostname": "web1", "domain": "example.net", "fqdn": "web1.example.net", "ip": "192.0.2.7",
                   "primary": "eth0", "interfaces": {"eth0": {"ip": "192.0.2.7", "netmask": "255.255.255.0"}}},
    "processors": {"count": 4},
    "kernel": "Linux"
}"#;

fn repo(manifest: &str, nodes: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("repo/manifests")).unwrap();
    std::fs::create_dir_all(folder.path().join("facts")).unwrap();
    std::fs::write(folder.path().join("repo/manifests/site.pp"), manifest).unwrap();
    nodes.iter().for_each(|name| add_node(folder.path(), name));
    folder
}

fn add_node(folder: &Path, name: &str) {
    std::fs::write(folder.join(format!("facts/{name}.json")), FACTS).unwrap();
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number}.example.net")).collect()
}

/// Runs `compile`; stdout and stderr.
fn compile(folder: &Path, more: &[&str]) -> (String, String) {
    let mut command = common::migrate();
    command.arg("compile").arg(folder.join("repo")).arg("--facts").arg(folder.join("facts")).args(more);
    let output = common::run(&mut command);
    assert!(output.status.success(), "{more:?}: {}", common::stderr(&output));
    (common::stdout(&output), common::stderr(&output))
}

/// The nodes whose catalogs a run writes.
fn compiled(folder: &Path, more: &[&str]) -> BTreeSet<String> {
    let out = tempfile::tempdir().unwrap();
    compile(folder, &[more, &["--out", out.path().to_str().unwrap()]].concat());
    let files = std::fs::read_dir(out.path()).unwrap();
    files.map(|file| file.unwrap().file_name().to_string_lossy().replace(".json", "")).collect()
}

fn message(folder: &Path, more: &[&str]) -> Json {
    let catalog: Json = serde_json::from_str(&compile(folder, more).0).unwrap();
    let resources = catalog["resources"].as_array().unwrap().clone();
    let notify = resources.iter().find(|it| it["type"] == "Notify").unwrap();
    notify["parameters"]["message"].clone()
}

#[test]
fn shards_divide_the_nodes_and_a_new_node_moves_no_other() {
    let nodes = names("n", 20);
    let folder = repo("notify { 'a': }\n", &nodes);
    let shards = || {
        let one = |part: usize| compiled(folder.path(), &["--shard", &format!("{part}/3")]);
        (1..=3).map(one).collect::<Vec<_>>()
    };
    let part_of = |shards: &[BTreeSet<String>]| {
        let each = shards.iter().enumerate();
        each.flat_map(|(part, names)| names.iter().map(move |name| (name.clone(), part)))
            .collect::<BTreeMap<_, _>>()
    };
    let before = shards();
    assert_eq!(before.iter().map(BTreeSet::len).sum::<usize>(), nodes.len(), "{before:?}");
    assert!(before.iter().all(|shard| !shard.is_empty()), "{before:?}");
    let before = part_of(&before);
    assert_eq!(before.len(), nodes.len());
    add_node(folder.path(), "a0.example.net");
    let mut after = part_of(&shards());
    assert!(after.remove("a0.example.net").is_some());
    assert_eq!(after, before);
}

#[test]
fn nodes_are_picked_by_name_and_glob() {
    let folder = repo("notify { 'a': }\n", &[names("web", 3), names("db", 2)].concat());
    let picked = |patterns: &[&str]| {
        let flags: Vec<&str> = patterns.iter().flat_map(|pattern| ["--node", pattern]).collect();
        compiled(folder.path(), &flags).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(picked(&["web*"]), names("web", 3));
    assert_eq!(picked(&["d?1.*"]), ["db1.example.net"]);
    assert_eq!(picked(&["db0.example.net", "*2.example.net"]), ["db0.example.net", "web2.example.net"]);
    assert_eq!(picked(&[]).len(), 5);
}

#[test]
fn overridden_facts_win_at_any_depth() {
    let manifest = "notify { 'a': message => [$facts['os']['release']['major'], $facts['os']['family'], $facts['new'], $kernel] }\n";
    let folder = repo(manifest, &names("n", 1));
    let flags = [
        "--override",
        "os.release.major=13",
        "--override",
        "new=[1, {\"a\": true}]",
        "--override",
        "kernel=Other OS",
    ];
    assert_eq!(
        message(folder.path(), &flags),
        serde_json::json!([13, "Debian", [1, {"a": true}], "Other OS"])
    );
}

#[test]
fn a_version_is_a_number_where_it_is_one() {
    let folder = repo("notify { 'a': message => 'm' }\n", &names("n", 1));
    let version = |more: &[&str]| {
        let catalog: Json = serde_json::from_str(&compile(folder.path(), more).0).unwrap();
        catalog["version"].clone()
    };
    assert_eq!(version(&[]), 0);
    assert_eq!(version(&["--catalog-version", "1700000000"]), 1_700_000_000);
    assert_eq!(version(&["--catalog-version", "v1.2-3-gabc"]), "v1.2-3-gabc");
}

#[test]
fn legacy_facts_are_derived_on_demand_only() {
    let names_of = [
        "operatingsystem",
        "osfamily",
        "operatingsystemmajrelease",
        "fqdn",
        "ipaddress",
        "ipaddress_eth0",
        "hostname",
        "processorcount",
        "lsbdistcodename",
        "hardwaremodel",
        "architecture",
        "netmask_eth0",
    ];
    let wanted: Vec<String> = names_of.iter().map(|name| format!("getvar('{name}')")).collect();
    let folder = repo(&format!("notify {{ 'a': message => [{}] }}\n", wanted.join(", ")), &names("n", 1));
    assert_eq!(
        message(folder.path(), &["--legacy-facts", "derive"]),
        serde_json::json!([
            "Debian",
            "Debian",
            "12",
            "web1.example.net",
            "192.0.2.7",
            "192.0.2.7",
            "web1",
            4,
            "bookworm",
            "x86_64",
            "amd64",
            "255.255.255.0"
        ])
    );
    let given = message(folder.path(), &[]);
    assert!(given.as_array().unwrap().iter().all(Json::is_null), "{given}");
}

#[test]
fn the_summary_has_a_line_a_node() {
    let folder = repo("class c { notify { ['a', 'b']: } }\ninclude c\n", &names("n", 2));
    let (text, said) = compile(folder.path(), &["--format", "summary"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    for (line, name) in lines.iter().zip(names("n", 2)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[0], name);
        assert!(line.contains(" classes") && line.contains("0 warnings"), "{line}");
        // Stage[main], Class[Settings], Class[main], Class[C] and two of its own
        assert_eq!((words[1], words[2]), ("6", "resources"), "{line}");
    }
    assert!(said.contains("2 of 2 nodes compiled"), "{said}");
}
