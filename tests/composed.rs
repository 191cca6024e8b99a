//! Files that several resources make together, translated for NixOS: what the text is, whose class it has, and what
//! is left to a human because nobody knows what stands in the file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing"
)]

use migrate::{
    catalog::{ResourceRef, read_catalog},
    inputs::Observed,
    model::{File, FileKind},
    packages::NameMap,
    source::DiskWorld,
    translate::{self, Class, Context, Entry, Sources, Translated},
    value::Value,
};
use serde_json::json;

/// Translates resources given as `Type`, title and parameters; `__sensitive` lists the sensitive ones.
fn translated(resources: &[(&str, &str, serde_json::Value)]) -> Translated {
    translated_on(resources, None)
}

/// The same on a host that was captured.
fn translated_on(resources: &[(&str, &str, serde_json::Value)], observed: Option<&Observed>) -> Translated {
    let resources: Vec<_> = resources
        .iter()
        .map(|(type_name, title, parameters)| {
            let mut parameters = parameters.clone();
            let sensitive = parameters.as_object_mut().unwrap().remove("__sensitive");
            json!({"type": type_name, "title": title, "tags": [], "exported": false, "parameters": parameters,
                   "sensitive_parameters": sensitive.unwrap_or(json!([]))})
        })
        .collect();
    let text = json!({
        "name": "a.example.org", "version": 0, "environment": "production", "classes": [], "edges": [],
        "resources": resources,
    });
    let catalog = read_catalog(&text.to_string()).unwrap();
    let world = DiskWorld::new(0);
    let sources = Sources { world: &world, module_path: &[], mounts: &[], private: &[] };
    translate::translate(&catalog, &Context { facts: &Value::Undef, sources, packages: &NameMap, observed })
}

fn entry<'a>(host: &'a Translated, resource: &str) -> &'a Entry {
    let reference = ResourceRef::parse(resource).unwrap();
    host.ledger.entries.iter().find(|entry| entry.resource == reference).expect(resource)
}

fn verdict<'a>(host: &'a Translated, resource: &str) -> (Class, &'a str) {
    let verdict = &entry(host, resource).verdict;
    (verdict.class, &verdict.reason)
}

fn file<'a>(host: &'a Translated, path: &str) -> &'a File {
    host.config.files.iter().find(|file| file.path == path).expect(path)
}

fn text(host: &Translated, path: &str) -> String {
    match &file(host, path).kind {
        FileKind::Regular { content: Some(text), .. } => text.masked(),
        other => panic!("{path} is {other:?}"),
    }
}

/// The value of an option as the plan has it.
fn option(host: &Translated, dotted: &[&str]) -> Option<String> {
    let found = host.plan.settings.iter().find(|setting| setting.option == dotted);
    found.map(|setting| format!("{:?}", setting.value))
}

#[test]
fn fragments_have_the_class_of_their_file() {
    let sshd = "/etc/ssh/sshd_config";
    let host = translated(&[
        ("Concat_fragment", "users", json!({"target": sshd, "order": "20", "content": "AllowUsers ann"})),
        ("Concat_file", sshd, json!({"order": "numeric", "ensure_newline": true, "mode": "0600"})),
        ("Concat_fragment", "head", json!({"target": sshd, "order": 3, "content": "Port 2222\n"})),
        ("Service", "ssh", json!({"ensure": "running", "enable": true})),
    ]);
    assert_eq!(text(&host, sshd), "Port 2222\nAllowUsers ann\n");
    for resource in ["Concat_file[/etc/ssh/sshd_config]", "Concat_fragment[users]", "Concat_fragment[head]"] {
        assert_eq!(verdict(&host, resource).0, Class::Native, "{resource}");
    }
    assert_eq!(option(&host, &["services", "openssh", "ports"]).unwrap(), "List([Int(2222)])");
    let from = &file(&host, sshd).from.resources;
    assert_eq!(
        from.as_slice(),
        ["Concat_file[/etc/ssh/sshd_config]", "Concat_fragment[users]", "Concat_fragment[head]"]
    );
}

#[test]
fn a_file_that_lacks_a_fragment_is_left_to_a_human_as_a_whole() {
    let host = translated(&[
        ("Concat_file", "motd", json!({"path": "/etc/motd", "tag": "m"})),
        ("Concat_fragment", "a", json!({"tag": "m", "content": "a\n"})),
        ("Concat_fragment", "b", json!({"tag": "m", "source": "/etc/motd.local"})),
        ("Concat_fragment", "c", json!({"target": "/etc/other", "content": "c\n"})),
    ]);
    for resource in ["Concat_file[motd]", "Concat_fragment[a]", "Concat_fragment[b]"] {
        let (class, reason) = verdict(&host, resource);
        assert_eq!(class, Class::Manual, "{resource}");
        assert!(reason.contains("fragment `b`") && reason.contains("/etc/motd.local"), "{reason}");
    }
    assert!(verdict(&host, "Concat_fragment[c]").1.contains("/etc/other"));
    assert!(host.config.files.is_empty());
}

#[test]
fn secrets_keep_their_place_among_fragments() {
    let part = |order: &str, text: &str| json!({"target": "/etc/app.conf", "content": text, "order": order});
    let mut secret = part("2", "hunter2");
    secret["__sensitive"] = json!(["content"]);
    let host = translated(&[
        ("Concat_file", "/etc/app.conf", json!({"mode": "0600"})),
        ("Concat_fragment", "head", part("1", "password=")),
        ("Concat_fragment", "tail", part("3", "\n")),
        ("Concat_fragment", "secret", secret),
    ]);
    let text = text(&host, "/etc/app.conf");
    assert!(text.starts_with("password=<secret ") && text.ends_with(">\n"), "{text}");
    assert!(!format!("{:?}", host.plan).contains("hunter2"));
}

#[test]
fn kernel_parameters_become_options_and_the_running_kernel_follows() {
    let host = translated(&[
        ("File", "/etc/sysctl.conf", json!({"ensure": "present", "mode": "0644"})),
        ("Sysctl", "vm.swappiness", json!({"val": "10"})),
        ("Sysctl", "net.ipv4.tcp_rmem", json!({"val": "1\t2\t3", "target": "/etc/sysctl.d/9.conf"})),
        ("Sysctl", "kernel.panic", json!({"ensure": "absent"})),
        ("Sysctl_runtime", "vm.swappiness", json!({"val": "10"})),
        ("Sysctl_runtime", "kernel.sysrq", json!({"val": "1"})),
    ]);
    assert_eq!(option(&host, &["boot", "kernel", "sysctl", "vm.swappiness"]).unwrap(), "Int(10)");
    assert_eq!(
        option(&host, &["boot", "kernel", "sysctl", "net.ipv4.tcp_rmem"]).unwrap(),
        "Str(\"1\\t2\\t3\")"
    );
    for resource in ["File[/etc/sysctl.conf]", "Sysctl[vm.swappiness]", "Sysctl_runtime[vm.swappiness]"] {
        assert_eq!(verdict(&host, resource).0, Class::Native, "{resource}");
    }
    assert_eq!(verdict(&host, "Sysctl_runtime[kernel.sysrq]").0, Class::Manual);
}

#[test]
fn keys_of_apt_are_dropped_by_name() {
    let host = translated(&[("Apt_key", "grafana", json!({"id": "4E40", "ensure": "present"}))]);
    let verdict = &entry(&host, "Apt_key[grafana]").verdict;
    assert_eq!((verdict.class, verdict.rule.as_str()), (Class::Dropped, "apt-key"));
}

fn unit(name: &str, text: &str) -> (&'static str, String, serde_json::Value) {
    ("File", format!("/etc/systemd/system/{name}"), json!({"content": text, "mode": "0644"}))
}

fn of_units(units: &[(&'static str, String, serde_json::Value)], services: &[&str]) -> Translated {
    let mut all: Vec<_> = units.iter().map(|(kind, title, it)| (*kind, title.as_str(), it.clone())).collect();
    all.extend(services.iter().map(|name| ("Service", *name, json!({"ensure": "running", "enable": true}))));
    translated(&all)
}

#[test]
fn drop_ins_of_a_units_own_site_are_part_of_it() {
    let units = [
        unit(
            "shop.service",
            "[Service]\nExecStart=/srv/a\nLimitNOFILE=1\nEnvironment=A=1\n[Install]\nWantedBy=multi-user.target\n",
        ),
        unit(
            "shop.service.d/10-x.conf",
            "[Service]\nExecStart=\nExecStart=/srv/b\nLimitNOFILE=2\nEnvironment=B=2\n",
        ),
        (
            "File",
            "/etc/systemd/system/shop.service.d".into(),
            json!({"ensure": "directory", "recurse": true, "purge": true}),
        ),
    ];
    let host = of_units(&units, &["shop"]);
    let service = option(&host, &["systemd", "services", "shop"]).unwrap();
    assert!(service.contains(r#""ExecStart", Str("/srv/b")"#) && !service.contains("/srv/a"), "{service}");
    assert!(service.contains(r#""LimitNOFILE", Str("2")"#), "{service}");
    assert!(service.contains(r#"List([Str("A=1"), Str("B=2")])"#), "{service}");
    assert_eq!(verdict(&host, "File[/etc/systemd/system/shop.service.d/10-x.conf]").0, Class::Unit);
    assert_eq!(verdict(&host, "File[/etc/systemd/system/shop.service.d]").0, Class::Satisfied);
}

#[test]
fn drop_ins_of_a_modules_unit_are_options_or_keep_their_text() {
    let units = [
        unit("docker.service.d/limits.conf", "[Service]\nLimitNOFILE=65536\n"),
        unit("ssh.service.d/env.conf", "[Service]\nEnvironment=A=1\n"),
        unit("ghost.service.d/x.conf", "[Service]\nNice=5\n"),
    ];
    let host = of_units(&units, &["docker", "ssh"]);
    let limit = ["systemd", "services", "docker", "serviceConfig", "LimitNOFILE"];
    assert_eq!(option(&host, &limit).unwrap(), "Int(65536)");
    let packages = option(&host, &["systemd", "packages"]).unwrap();
    assert!(packages.contains("etc/systemd/system/sshd.service.d/env.conf"), "{packages}");
    assert_eq!(verdict(&host, "File[/etc/systemd/system/docker.service.d/limits.conf]").0, Class::Native);
    assert_eq!(verdict(&host, "File[/etc/systemd/system/ssh.service.d/env.conf]").0, Class::Unit);
    let (class, reason) = verdict(&host, "File[/etc/systemd/system/ghost.service.d/x.conf]");
    assert!(class == Class::Manual && reason.contains("ghost.service"), "{reason}");
}

#[test]
fn settings_are_composed_on_what_is_declared() {
    let host = translated(&[
        ("File", "/etc/app.ini", json!({"content": "[db]\nhost = a\n", "mode": "0644"})),
        (
            "Ini_setting",
            "port",
            json!({"path": "/etc/app.ini", "section": "db", "setting": "port", "value": 5432}),
        ),
        (
            "Ini_setting",
            "old",
            json!({"path": "/etc/app.ini", "section": "db", "setting": "host", "ensure": "absent"}),
        ),
        ("File_line", "end", json!({"path": "/etc/app.ini", "line": "# end"})),
        (
            "Ini_setting",
            "early",
            json!({"path": "/etc/late.ini", "section": "a", "setting": "b", "value": "c"}),
        ),
        ("File", "/etc/late.ini", json!({"content": "[a]\n"})),
    ]);
    assert_eq!(text(&host, "/etc/app.ini"), "[db]\nport = 5432\n# end\n");
    let whose = &verdict(&host, "File[/etc/app.ini]");
    for resource in ["Ini_setting[port]", "Ini_setting[old]", "File_line[end]"] {
        assert_eq!(&verdict(&host, resource), whose, "{resource}");
    }
    let (class, reason) = verdict(&host, "Ini_setting[early]");
    assert!(class == Class::Manual && reason.contains("File[/etc/late.ini]"), "{reason}");
    assert_eq!(text(&host, "/etc/late.ini"), "[a]\n");
}

#[test]
fn edits_without_a_base_name_what_is_missing() {
    let host = translated(&[
        ("File_line", "allow", json!({"path": "/etc/hosts.site", "line": "sshd: ALL", "match": "^sshd:"})),
        ("File", "/etc/seed", json!({"content": "x", "replace": false})),
        ("Ini_setting", "s", json!({"path": "/etc/seed", "section": "a", "setting": "b", "value": "c"})),
        ("Ini_setting", "r", json!({"path": "/etc/seed", "setting": "b", "value": "c", "refreshonly": true})),
    ]);
    for (resource, word) in
        [("File_line[allow]", "/etc/hosts.site"), ("Ini_setting[s]", "seeded"), ("Ini_setting[r]", "changes")]
    {
        let (class, reason) = verdict(&host, resource);
        assert!(class == Class::Manual && reason.contains(word), "{resource}: {reason}");
    }
}

#[test]
fn a_file_of_comments_only_is_a_base() {
    let line = json!({"path": "/etc/hosts.allow", "line": "sshd: ALL", "match": "^sshd:"});
    let host = translated(&[("File_line", "allow", line)]);
    assert_eq!(text(&host, "/etc/hosts.allow"), "sshd: ALL\n");
    let (class, reason) = verdict(&host, "File_line[allow]");
    assert_ne!(class, Class::Manual, "{reason}");
}

#[test]
fn edits_are_made_on_what_was_captured() {
    let file = json!({"mode": "0644", "uid": 0, "gid": 0, "text": "vsftpd: ALL\nsshd: LOCAL\n"});
    let captured = json!({"schema": "migrate/observed/v1", "files": {"/etc/hosts.allow": file}});
    let captured: Observed = serde_json::from_value(captured).unwrap();
    let line = json!({"path": "/etc/hosts.allow", "line": "sshd: ALL", "match": "^sshd:"});
    let host = translated_on(&[("File_line", "allow", line)], Some(&captured));
    assert_eq!(text(&host, "/etc/hosts.allow"), "vsftpd: ALL\nsshd: ALL\n");
}

#[test]
fn a_secret_setting_is_filled_in_at_activation() {
    let mut setting = json!({"path": "/etc/app.ini", "section": "db", "setting": "password"});
    setting["value"] = json!("hunter2");
    setting["__sensitive"] = json!(["value"]);
    let host = translated(&[
        ("File", "/etc/app.ini", json!({"content": "[db]\n", "mode": "0600"})),
        ("Ini_setting", "pw", setting),
    ]);
    let text = text(&host, "/etc/app.ini");
    assert!(text.starts_with("[db]\npassword = <secret ") && text.ends_with(">\n"), "{text}");
    assert!(!format!("{:?} {:?}", host.plan, host.ledger).contains("hunter2"));
}

#[test]
fn settings_of_systemds_programs_are_their_modules_options() {
    let setting = |file: &str, section: &str, name: &str, value: &str| json!({"path": format!("/etc/systemd/{file}.conf"), "section": section, "setting": name, "value": value});
    let host = translated(&[
        ("Ini_setting", "storage", setting("journald", "Journal", "Storage", "volatile")),
        ("Ini_setting", "keep", setting("journald", "Journal", "MaxRetentionSec", "5day")),
        ("Ini_setting", "kill", setting("logind", "Login", "KillUserProcesses", "no")),
        ("Ini_setting", "dns", setting("resolved", "Resolve", "DNS", "192.0.2.53 192.0.2.54")),
        ("Ini_setting", "dnssec", setting("resolved", "Resolve", "DNSSEC", "no")),
        ("Service", "systemd-resolved", json!({"ensure": "running", "enable": true})),
    ]);
    let value = |dotted: &[&str]| option(&host, dotted).unwrap_or_default();
    assert_eq!(value(&["services", "journald", "storage"]), "Str(\"volatile\")");
    assert_eq!(value(&["services", "journald", "extraConfig"]), "Str(\"MaxRetentionSec=5day\\n\")");
    assert_eq!(value(&["services", "logind", "killUserProcesses"]), "Bool(false)");
    assert_eq!(value(&["networking", "nameservers"]), "List([Str(\"192.0.2.53\"), Str(\"192.0.2.54\")])");
    assert_eq!(value(&["services", "resolved", "dnssec"]), "Str(\"false\")");
    assert_eq!(verdict(&host, "Ini_setting[dns]").0, Class::Native);
    assert_eq!(verdict(&host, "Ini_setting[kill]").0, Class::Native);
    assert_eq!(verdict(&host, "Ini_setting[keep]").0, Class::File);
}

#[test]
fn lines_of_tmpfiles_are_rules() {
    let host = translated(&[
        ("File", "/etc/tmpfiles.d/a.conf", json!({"content": "# c\nd /run/shop 0755 root root -\n"})),
        ("File", "/etc/tmpfiles.d/b.conf", json!({"ensure": "absent"})),
    ]);
    let rules = option(&host, &["systemd", "tmpfiles", "rules"]).unwrap();
    assert_eq!(rules, r#"List([Str("d /run/shop 0755 root root -")])"#);
    assert_eq!(verdict(&host, "File[/etc/tmpfiles.d/a.conf]").0, Class::File);
    assert_eq!(verdict(&host, "File[/etc/tmpfiles.d/b.conf]").0, Class::Satisfied);
}

/// What the modules' own Ruby makes of random edits (`tests/oracle/edits.rb`). A refusal is never wrong: it is counted.
#[test]
fn edits_are_those_of_the_modules() {
    let recorded = std::env::var("EDITS").unwrap_or_else(|_| "fixtures/composed/edits.jsonl".to_owned());
    let text_of_cases = std::fs::read_to_string(recorded).unwrap();
    let (mut refused, mut wrong) = (0, Vec::new());
    for line in text_of_cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut parameters = case["parameters"].clone();
        parameters["path"] = json!("/etc/app");
        let host = translated(&[
            ("File", "/etc/app", json!({"content": case["before"]})),
            (case["type"].as_str().unwrap(), "x", parameters),
        ]);
        let edit = entry(&host, &format!("{}[x]", case["type"].as_str().unwrap()));
        if edit.items.is_empty() {
            refused += usize::from(!case["after"].is_null());
        } else if case["after"].as_str() != Some(&text(&host, "/etc/app")) {
            wrong.push(format!("{line}\n  ours: {:?}", text(&host, "/etc/app")));
        }
    }
    let cases = text_of_cases.lines().count();
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 100 && refused * 10 <= cases, "{refused} of {cases} that Puppet makes are refused");
}
