//! What a migration of a fleet needs: data that must move, an order of hosts, what still uses Puppet, and a page for
//! each host.

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

use serde_json::{Value, json};
use std::{fs, path::Path};

const SITE: &str = r#"
node 'db01.example.net' {
  package { 'postgresql-15': ensure => installed }
  service { 'postgresql@15-main': ensure => running, enable => true }
  service { 'shop-importer': ensure => running, enable => true }
  package { 'acme-agent': ensure => installed }
}
node /^web/ {
  file { '/etc/shop.conf': content => "db=db01.example.net\ntls=/etc/puppetlabs/puppet/ssl/certs/ca.pem\n" }
  @@notify { "up: ${facts['networking']['hostname']}": }
  service { 'nginx': ensure => running }
}
node 'mon01.example.net' {
  Notify <<| |>>
  cron { 'watch': command => 'check_age /opt/puppetlabs/puppet/cache/state/last_run_summary.yaml', user => 'root', minute => 5 }
  service { 'grafana-server': ensure => stopped, enable => false }
}
"#;

fn facts(name: &str, address: &str) -> Value {
    json!({
        "virtual": "kvm", "os": {"name": "Debian", "family": "Debian", "release": {"major": "12"}, "architecture": "amd64"},
        "mountpoints": {"/": {"device": "/dev/vda1", "filesystem": "ext4"}}, "disks": {"vda": {"size_bytes": 1_u64 << 34}},
        "networking": {"hostname": name, "domain": "example.net", "interfaces": {"ens18": {"mac": "52:54:00:00:00:01",
            "bindings": [{"address": address, "netmask": "255.255.255.0"}]}}},
        "ssh": {"ed25519": {"key": "AAAAC3NzaC1lZDI1NTE5AAAAIIHxnQ1Uyfyg6Gb", "type": "ssh-ed25519"}},
    })
}

fn converted(folder: &Path) -> (Value, String) {
    fs::create_dir_all(folder.join("manifests")).unwrap();
    fs::create_dir_all(folder.join("facts")).unwrap();
    fs::write(folder.join("manifests/site.pp"), SITE).unwrap();
    for (name, address) in
        [("db01", "192.0.2.1"), ("web01", "192.0.2.11"), ("web02", "192.0.2.12"), ("mon01", "192.0.2.2")]
    {
        let path = folder.join(format!("facts/{name}.example.net.json"));
        fs::write(path, facts(name, address).to_string()).unwrap();
    }
    let mut migrate = common::migrate();
    migrate.arg("convert").arg(folder).arg("--facts").arg(folder.join("facts"));
    let output = common::run(migrate.arg("--out").arg(folder.join("out")));
    assert!(output.status.success(), "{}", common::stderr(&output));
    let report = fs::read_to_string(folder.join("out/report.json")).unwrap();
    let page = fs::read_to_string(folder.join("out/MIGRATION.md")).unwrap();
    (serde_json::from_str(&report).unwrap(), page)
}

#[test]
fn data_hosts_order_and_puppet_itself_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (report, page) = converted(folder.path());

    let states: Vec<_> = report["state"].as_array().unwrap().iter().collect();
    let of = |host: &str| states.iter().filter(|row| row["host"] == host).collect::<Vec<_>>();
    let db = of("db01.example.net");
    assert_eq!(db[0]["service"], "PostgreSQL");
    assert_eq!((&db[0]["version"], &db[0]["new"]), (&json!("15"), &json!("/var/lib/postgresql/15")));
    assert!(db[1]["service"] == "shop-importer" && db[1]["known"] == false, "{db:?}");
    assert!(of("mon01.example.net").is_empty(), "a stopped service keeps its data where they are");
    let hosts = report["hosts"].as_array().unwrap();
    let findings = hosts.iter().flat_map(|host| host["findings"].as_array().unwrap());
    let unknown = findings.filter(|found| found["code"] == "report::state-unknown").count();
    assert_eq!(unknown, 1, "a service without an entry is a finding");

    let tie = |from: &str, to: &str, kind: &str| {
        let ties = report["ties"].as_array().unwrap();
        ties.iter().any(|tie| tie["from"] == from && tie["to"] == to && tie["kind"] == kind)
    };
    assert!(tie("web01.example.net", "db01.example.net", "names"), "{}", report["ties"]);
    assert!(tie("mon01.example.net", "web02.example.net", "collects"), "{}", report["ties"]);
    assert!(!tie("db01.example.net", "web01.example.net", "names"));

    // who collects and names goes before what it depends on; every host is in one wave
    let waves = report["waves"].as_array().unwrap();
    let wave = |host: &str| {
        let found: Vec<_> = (0..waves.len())
            .filter(|at| waves[*at]["hosts"].as_array().unwrap().contains(&host.into()))
            .collect();
        assert_eq!(found.len(), 1, "{host} is in {found:?} of {waves:?}");
        found[0]
    };
    assert_eq!(wave("mon01.example.net"), 0, "the canary: nobody depends on it");
    assert!(waves[0]["hold"] == true);
    assert!(wave("mon01.example.net") < wave("web01.example.net"));
    assert!(wave("web01.example.net") < wave("db01.example.net"));
    assert!(wave("web02.example.net") < wave("db01.example.net"));

    let uses: Vec<_> =
        report["puppet"].as_array().unwrap().iter().map(|it| (&it["host"], &it["holder"])).collect();
    assert!(uses.contains(&(&json!("web01.example.net"), &json!("/etc/shop.conf"))), "{uses:?}");
    assert!(uses.contains(&(&json!("mon01.example.net"), &json!("cron `watch`"))), "{uses:?}");
    assert_eq!(report["unmapped"][0]["package"], "acme-agent");
    for part in [
        "## Waves",
        "## State",
        "pg_dumpall",
        "node-ttl",
        "## Retiring Puppet",
        "`acme-agent`",
        "not described",
    ] {
        assert!(page.contains(part), "{part} is not in MIGRATION.md");
    }
    let html = fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    for part in ["<h2>Waves</h2>", "<h2>State</h2>", "PostgreSQL", "last_run_summary.yaml"] {
        assert!(html.contains(part), "{part} is not in report.html");
    }
}

#[test]
fn each_host_has_a_page_with_its_own_steps() {
    let folder = tempfile::tempdir().unwrap();
    converted(folder.path());
    let page = |host: &str| {
        fs::read_to_string(folder.path().join(format!("out/docs/INSTALL-{host}.example.net.md"))).unwrap()
    };
    let db = page("db01");
    for part in [
        "Debian 12",
        "boot sector of /dev/vda",
        "--flake .#db01",
        "pg_dumpall",
        "var/lib/postgresql/15/main",
        "ssh_host_",
        "AAAAC3NzaC1lZDI1NTE5AAAAIIHxnQ1Uyfyg6Gb",
        "## The way back",
        "snapshot",
        "default gateway",
        "shop-importer",
    ] {
        assert!(db.contains(part), "{part} is not in:\n{db}");
    }
    let web = page("web01");
    assert!(web.contains("--flake .#web01") && !web.contains("pg_dumpall"));
}
