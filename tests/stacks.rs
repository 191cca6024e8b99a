//! `fixtures/stacks`: a program of each kind, converted; what each rule makes of it.

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

use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

fn convert(out: &Path) -> Value {
    let repo = common::project("fixtures/stacks");
    let facts = repo.join("facts");
    let mut migrate = common::migrate();
    migrate.arg("convert").arg(&repo).arg("--facts").arg(facts).arg("--out").arg(out);
    let output = common::run(&mut migrate);
    assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    serde_json::from_str(&fs::read_to_string(out.join("report.json")).unwrap()).unwrap()
}

fn entries(report: &Value) -> Vec<&Value> {
    let hosts = report["hosts"].as_array().unwrap().iter();
    hosts.flat_map(|host| host["resources"].as_array().unwrap()).collect()
}

/// All Nix of the output as one text, without line breaks inside of expressions mattering.
fn nix(out: &Path) -> String {
    let files =
        walkdir::WalkDir::new(out).sort_by_file_name().into_iter().map(|file| file.unwrap().into_path());
    let nix = files.filter(|path| path.extension().is_some_and(|extension| extension == "nix"));
    nix.map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn each_program_becomes_its_module_and_each_text_has_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let report = convert(&out);
    let mut kept = BTreeSet::new();
    for entry in entries(&report) {
        let class = entry["class"].as_str().unwrap();
        if class == "manual" {
            kept.insert(entry["resource"].as_str().unwrap().to_owned());
        }
        let unconsumed =
            entry["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "unconsumed"));
        assert!(!unconsumed, "nothing reads {}", entry["resource"]);
    }
    // a key in a plain text never gets into the store
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), ["File[/etc/ssl/private/site.pem]"]);
    let services = &report["services"];
    let (native, declared) = (services["native"].as_u64().unwrap(), services["declared"].as_u64().unwrap());
    assert!(declared >= 35 && native * 100 >= declared * 90, "{native} of {declared}");
    let text = nix(&out);
    assert!(!text.contains("PRIVATE KEY"), "the key is in the output");
    for part in [
        "maxMemory = 128",
        "httpd",
        "listenAddresses",
        "\"iptables-rules\"",
        "nproc = 16",
        "http_port = 3000",
        "blacklistedKernelModules",
        "backlogLimit = 8192",
        "defaultLocale = \"en_US.UTF-8\"",
        "loginLimits",
        "prefixLength = 24",
        "wg-quick",
    ] {
        let quoted = part.trim_matches('"');
        assert!(text.contains(part) || text.contains(quoted), "{part} is not in the output");
    }
}

#[test]
fn each_rule_of_a_stack_decides_on_something() {
    let folder = tempfile::tempdir().unwrap();
    let report = convert(&folder.path().join("out"));
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for entry in entries(&report) {
        seen.insert(entry["rule"].as_str().unwrap());
        let attributes = entry["attributes"].as_object().unwrap().values();
        seen.extend(attributes.filter_map(|verdict| verdict["rule"].as_str()));
    }
    for rule in [
        "apache",
        "apparmor",
        "auditd",
        "autofs",
        "bind",
        "chrony",
        "collectd",
        "containerd",
        "cron-files",
        "cups",
        "dnsmasq",
        "docker",
        "elasticsearch",
        "fail2ban",
        "getty",
        "grafana",
        "haproxy",
        "hosts-file",
        "ifupdown",
        "iptables",
        "jenkins",
        "keepalived",
        "kernel-modules",
        "krb5",
        "ldap",
        "limits",
        "locale",
        "memcached",
        "munin-node",
        "mysql",
        "nfs",
        "nscd",
        "openvpn",
        "pam",
        "private-keys",
        "prometheus-node",
        "rabbitmq",
        "redis",
        "rsyncd",
        "rsyslog",
        "shells",
        "smartd",
        "snmpd",
        "squid",
        "sssd",
        "telegraf",
        "tftpd",
        "udev",
        "unbound",
        "varnish",
        "vsftpd",
        "wireguard",
    ] {
        assert!(seen.contains(rule), "no resource of the fixture is {rule}'s");
    }
}
