//! Comparing catalogs and host files: what a user sees, and what nobody may see.

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

use serde_json::{Value as Json, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

struct Rig {
    dir: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }
}

/// Runs `migrate diff`; returns status, stdout and stderr.
fn diff(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_migrate")).arg("diff").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catalogs/control-repo")
}

fn catalog(name: &str) -> Json {
    serde_json::from_str(&fs::read_to_string(recorded().join(format!("{name}.json"))).unwrap()).unwrap()
}

fn resource(kind: &str, title: &str, parameters: Json) -> Json {
    json!({"type": kind, "title": title, "tags": [], "exported": false, "parameters": parameters})
}

fn small(resources: &[Json]) -> String {
    json!({"name": "a.example.org", "version": 0, "environment": "production", "resources": resources, "edges": [],
           "classes": []})
    .to_string()
}

fn file<'a>(catalog: &'a mut Json, with: &str) -> &'a mut Json {
    let resources = catalog["resources"].as_array_mut().unwrap();
    resources.iter_mut().find(|it| it["type"] == "File" && it["parameters"].get(with).is_some()).unwrap()
}

#[test]
fn a_catalog_is_the_same_as_itself_in_any_order() {
    let rig = Rig::new();
    let mut shuffled = catalog("web01.example.net");
    shuffled["resources"].as_array_mut().unwrap().reverse();
    shuffled["tags"] = json!([]);
    let other = rig.write("other.json", &shuffled.to_string());
    let from = recorded().join("web01.example.net.json");
    let (status, out, _) = diff(&[from.to_str().unwrap(), &other]);
    assert_eq!(status, 0, "{out}");
    assert!(out.contains("0 of 1 nodes differ"), "{out}");
}

#[test]
fn differences_are_shown_side_by_side_within_the_width() {
    let rig = Rig::new();
    let mut changed = catalog("web01.example.net");
    let found = file(&mut changed, "content");
    let title = found["title"].as_str().unwrap().to_owned();
    let text = found["parameters"]["content"].as_str().unwrap().to_owned();
    let long = format!(
        "a new first line that is far longer than one column of a terminal can ever be, {}",
        "x".repeat(90)
    );
    found["parameters"]["content"] = format!("{long}\n{text}").into();
    let other = rig.write("other.json", &changed.to_string());
    let from = recorded().join("web01.example.net.json");
    for width in ["80", "200"] {
        let (status, out, _) = diff(&[from.to_str().unwrap(), &other, "--width", width]);
        assert_eq!(status, 2);
        assert!(out.contains(&format!("~ File[{title}]")), "{out}");
        assert!(out.contains("content:"), "{out}");
        let widest = out.lines().skip(2).map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width.parse().unwrap(), "{widest} columns:\n{out}");
        let row = out.lines().find(|line| line.contains("a new first line")).unwrap();
        assert!(row.contains(" > "), "{row}");
        let joined: String = out.split_whitespace().collect();
        assert!(joined.matches('x').count() >= 90, "nothing of a long line is lost");
    }
}

#[test]
fn one_side_only_and_parameters_come_as_data() {
    let rig = Rig::new();
    let from = rig.write(
        "from.json",
        &small(&[
            resource("File", "/old", json!({"ensure": "file"})),
            resource("File", "/both", json!({"mode": "0644", "content": "a\nb\n", "owner": "root"})),
            resource("Service", "ntp", json!({"ensure": "running"})),
        ]),
    );
    let to = rig.write(
        "to.json",
        &small(&[
            resource("File", "/both", json!({"mode": "0600", "content": "a\nc\n", "group": "root"})),
            resource("Service", "ntp", json!({"ensure": "running"})),
            resource("Package", "new", json!({})),
        ]),
    );
    let (status, out, _) = diff(&[&from, &to, "--format", "json"]);
    assert_eq!(status, 2);
    let json: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(json["schema"], "migrate/diff/v1");
    let node = &json["nodes"][0];
    assert_eq!(node["only_from"], json!(["File[/old]"]));
    assert_eq!(node["only_to"], json!(["Package[new]"]));
    assert_eq!(node["same"], 1);
    let parameters = node["differing"][0]["parameters"].as_array().unwrap();
    let names: Vec<_> = parameters.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["content", "group", "mode", "owner"]);
    assert_eq!(parameters[0]["diff"], "@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    assert_eq!((parameters[1].get("from"), &parameters[1]["to"]), (None, &json!("root")));
    assert_eq!((&parameters[2]["from"], &parameters[2]["to"]), (&json!("0644"), &json!("0600")));
}

#[test]
fn secrets_are_compared_and_never_shown() {
    let rig = Rig::new();
    let with = |secret: &str| {
        let mut sensitive = resource("Db", "x", json!({"pw": secret, "port": 1}));
        sensitive["sensitive_parameters"] = json!(["pw"]);
        small(&[
            sensitive,
            resource("User", "alice", json!({"password": format!("$6${secret}")})),
            resource("File", "/conf", json!({"content": format!("user=db\npassword={secret}\n")})),
            resource("Exec", &format!("login {secret}"), json!({"command": "x"})),
            resource(
                "Rich",
                "y",
                json!({"v": {"__ptype": "Sensitive", "__pvalue": secret}, "h": {"api_token": secret}}),
            ),
        ])
    };
    let (from, to) =
        (rig.write("from.json", &with("hunter2-old")), rig.write("to.json", &with("hunter2-new")));
    for format in ["text", "json"] {
        let (status, out, err) = diff(&[&from, &to, "--format", format]);
        assert_eq!(status, 2);
        assert!(!out.contains("hunter2") && !err.contains("hunter2"), "{out}{err}");
        assert!(out.contains("<secret>") || format == "json", "{out}");
        for reference in ["Db[x]", "User[alice]", "Rich[y]", "File[/conf]"] {
            assert!(out.contains(reference), "{reference} differs: {out}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_never_no_difference() {
    let rig = Rig::new();
    let good = rig.write("good.json", &small(&[resource("File", "/a", json!({}))]));
    fs::create_dir(rig.path("empty")).unwrap();
    rig.write("folder/good.json", &small(&[resource("File", "/a", json!({}))]));
    rig.write("folder/report.json", "{\"schema\": \"x\"}");
    rig.write("twice/a.json", &small(&[resource("File", "/a", json!({}))]));
    rig.write("twice/b.json", &small(&[resource("File", "/a", json!({}))]));
    for (bad, code) in [
        (rig.path("missing.json"), "diff::unreadable"),
        (rig.write("broken.json", "{"), "diff::unreadable"),
        (rig.write("nothing.json", ""), "model::no-host-file"),
        (rig.write("empty.json", &small(&[])), "diff::empty-side"),
        (rig.write("empty.toml", ""), "model::no-host-file"),
        (rig.path("empty"), "diff::empty-side"),
        (rig.path("folder"), "diff::unreadable"),
        (rig.path("twice"), "diff::node-twice"),
    ] {
        for arguments in [[&*good, &*bad], [&*bad, &*good], [&*bad, &*bad]] {
            let (status, out, err) = diff(&arguments);
            assert_eq!(status, 1, "{bad}: {out}{err}");
            assert!(err.contains(code), "{bad}: {err}");
            assert!(out.is_empty(), "{out}");
        }
        let (status, out, _) = diff(&[&good, &bad, "--format", "json"]);
        assert_eq!(status, 1);
        assert!(!serde_json::from_str::<Json>(&out).unwrap()["errors"].as_array().unwrap().is_empty());
    }
}

#[test]
fn folders_are_compared_node_by_node() {
    let rig = Rig::new();
    let from = rig.path("from");
    fs::create_dir(&from).unwrap();
    let recorded = recorded();
    for entry in fs::read_dir(&recorded).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("mon01.example.net.json") {
            fs::copy(&path, Path::new(&from).join(path.file_name().unwrap())).unwrap();
        }
    }
    let (status, out, _) = diff(&[&from, recorded.to_str().unwrap()]);
    assert_eq!(status, 2);
    assert!(out.contains("mon01.example.net\n+ the whole node is only in TO"), "{out}");
    assert!(out.contains("1 of 6 nodes differ"), "{out}");
    let same = diff(&[recorded.to_str().unwrap(), recorded.to_str().unwrap()]);
    assert_eq!(same.0, 0);
}

#[test]
fn two_nodes_as_files_are_compared_all_the_same() {
    let (web, db) = (recorded().join("web01.example.net.json"), recorded().join("db01.example.net.json"));
    let (status, out, _) = diff(&[web.to_str().unwrap(), db.to_str().unwrap()]);
    assert_eq!(status, 2);
    assert!(out.contains("web01.example.net -> db01.example.net"), "{out}");
}

#[test]
fn host_files_are_compared_without_their_provenance() {
    let rig = Rig::new();
    let host = |line: u32, content: &str, mode: &str| {
        format!(
            "schema = 'migrate/host/v1'\n[host]\ncertname = 'a'\nhostname = 'a'\n\
             [[user]]\nname = 'alice'\npassword = [{{secret = {{id = 'alice-hash'}}}}]\nfrom = 'site.pp:{line}'\n\
             [[file]]\npath = '/etc/motd'\nkind = 'regular'\ncontent = {content}\nmode = '{mode}'\nfrom = 'site.pp:{line}'\n"
        )
    };
    let from = rig.write("from.toml", &host(1, "\"one\\ntwo\\n\"", "0644"));
    let moved = rig.write("moved.toml", &host(9, "\"one\\ntwo\\n\"", "0644"));
    assert_eq!(diff(&[&from, &moved]).0, 0);
    let parts = "[{text = \"one\\n\"}, {secret = {id = 'db'}}, {text = \"\\n\"}]";
    let changed = rig.write("changed.toml", &host(1, parts, "0600"));
    let (status, out, _) = diff(&[&from, &changed]);
    assert_eq!(status, 2);
    assert!(out.contains("~ file:/etc/motd") && out.contains("<secret db>"), "{out}");
    assert!(out.contains("site.pp:1") && !out.contains("user:alice"), "{out}");
}

#[test]
fn a_text_cannot_write_to_the_terminal() {
    let rig = Rig::new();
    let with = |text: &str| {
        small(&[resource("File", "/a", json!({"content": text})), resource("File", text, json!({}))])
    };
    let from = rig.write("from.json", &with("x\n"));
    let to = rig.write("to.json", &with("\u{1b}]0;owned\u{7}\n"));
    let (_, out, err) = diff(&[&from, &to]);
    assert!(!out.contains('\u{1b}') && !out.contains('\u{7}') && !err.contains('\u{1b}'), "{out}");
    assert!(diff(&[&from, &to, "--color", "always"]).1.contains("\u{1b}[3"));
}

#[test]
fn a_catalog_meets_a_host_file() {
    let rig = Rig::new();
    let catalog = rig.write(
        "catalog.json",
        &small(&[
            resource("File", "/etc/motd", json!({"ensure": "file", "content": "one\ntwo\n", "mode": "0644"})),
            resource("Service", "ntp", json!({"ensure": "running", "enable": true})),
            resource("Nobody_knows", "x", json!({"a": 1})),
        ]),
    );
    let host = |content: &str, service: &str| {
        format!(
            "schema = 'migrate/host/v1'\n[host]\ncertname = 'a.example.org'\nhostname = 'a'\n\
             [[file]]\npath = '/etc/motd'\nkind = 'regular'\ncontent = \"{content}\"\nmode = '0644'\n\
             [[service]]\nname = '{service}'\nrunning = true\nenable = 'enabled'\n"
        )
    };
    let same = rig.write("same.toml", &host("one\\ntwo\\n", "ntp"));
    let (status, out, err) = diff(&[&catalog, &same]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(err.contains("diff::not-compared") && err.contains("Nobody_knows[x]"), "{err}");
    let other = rig.write("other.toml", &host("one\\n2\\n", "chrony"));
    let (status, out, _) = diff(&[&other, &catalog, "--format", "json"]);
    assert_eq!(status, 2);
    let json: Json = serde_json::from_str(&out).unwrap();
    let node = &json["nodes"][0];
    assert_eq!((&node["only_from"], &node["only_to"]), (&json!(["service:chrony"]), &json!(["service:ntp"])));
    assert_eq!(node["differing"][0]["resource"], "file:/etc/motd");
}
