//! `--puppetdb`: what a user sees of servers that answer, fail, refuse, or are not there. The server is a small one in
//! this test; the real one is asked by `tests/exported.rs`.

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
mod puppetdb_support;

use common::{migrate, project, run, stderr, stdout};
use puppetdb_support::{Server, Tls};
use serde_json::{Value as Json, json};
use std::{path::Path, process::Output};

const SECRET: &str = "hunter2";

/// A repo of one manifest and the names of its modules.
fn repo(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("manifests")).unwrap();
    std::fs::write(folder.path().join("manifests/site.pp"), manifest).unwrap();
    folder
}

/// Compiles `web01` with facts of a file.
fn compile(repo: &Path, more: &[&str]) -> Output {
    let facts = repo.join("web01.json");
    std::fs::write(&facts, "{\"kernel\": \"Linux\"}").unwrap();
    run(migrate().arg("compile").arg(repo).arg("--facts").arg(&facts).args(more))
}

/// The messages of all resources `notify` of a catalog on stdout.
fn messages(output: &Output) -> Vec<String> {
    let catalog: Json =
        serde_json::from_str(&stdout(output)).unwrap_or_else(|_| panic!("{}", stderr(output)));
    let notifies = catalog["resources"].as_array().unwrap().iter().filter(|it| it["type"] == "Notify");
    notifies.map(|it| it["parameters"]["message"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The one line with the code and the message, of a run that must have failed.
fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(output), stderr(output));
    stderr(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn exported() -> Json {
    json!([{"certname": "db01", "type": "Notify", "title": "from db01", "exported": true, "tags": ["notify"],
        "file": "/etc/puppet/site.pp", "line": 3, "parameters": {"message": "hello"}}])
}

const COLLECTS: &str = "Notify <<| tag == 'x' |>>\n";

#[test]
fn collectors_ask_the_server_in_its_words() {
    let server = Server::answering(200, exported().to_string());
    let repo = repo(COLLECTS);
    let output = compile(repo.path(), &["--exported", "puppetdb", "--puppetdb", &server.address()]);
    assert_eq!(messages(&output), ["hello"]);
    let query = json!(["and", ["=", "type", "Notify"], ["=", "exported", true], ["=", "tag", "x"]]);
    assert_eq!(server.requests(), [("/pdb/query/v4/resources".to_owned(), query)]);
}

#[test]
fn without_the_flag_nothing_is_asked() {
    let repo = repo("notify { 'a': message => puppetdb_query('nodes {}') }\n");
    let found = said(&compile(repo.path(), &[]));
    assert!(found.contains("functions::unsupported") && found.contains("--puppetdb URL"), "{found}");
    let found = said(&compile(repo.path(), &["--exported", "puppetdb"]));
    assert!(found.contains("inputs::flag") && found.contains("give `--puppetdb"), "{found}");
}

#[test]
fn statuses_are_told_with_a_way_out_and_without_what_was_sent() {
    let cases = [
        (401, "inputs::puppetdb-refused", "--puppetdb-cert"),
        (403, "inputs::puppetdb-refused", "certificate-allowlist"),
        (404, "inputs::puppetdb-answer", "the address of a PuppetDB"),
        (500, "inputs::puppetdb-answer", "server's log"),
        (503, "inputs::puppetdb-answer", "server's log"),
    ];
    let repo = repo(COLLECTS);
    for (status, code, way_out) in cases {
        let server = Server::answering(status, SECRET);
        let found = said(&compile(repo.path(), &["--exported", "puppetdb", "--puppetdb", &server.address()]));
        assert!(found.contains(code) && found.contains(way_out), "{found}");
        assert!(found.contains(&format!("status {status}")) && found.contains("site.pp:1"), "{found}");
        assert!(!found.contains(SECRET), "{found}");
    }
}

#[test]
fn a_query_that_is_refused_is_explained_by_the_server() {
    let server = Server::answering(400, "'colour' is not a queryable object for resources\nmore");
    let repo = repo("notify { 'a': message => String(puppetdb_query('resources { colour = 1 }')) }\n");
    let found = said(&compile(repo.path(), &["--puppetdb", &server.address()]));
    assert!(found.contains("inputs::puppetdb-query") && found.contains("site.pp:1"), "{found}");
    assert!(found.contains("'colour' is not a queryable object for resources"), "{found}");
    assert_eq!(server.requests(), [("/pdb/query/v4".to_owned(), json!("resources { colour = 1 }"))]);
}

#[test]
fn answers_that_are_no_json_are_not_shown() {
    let repo = repo(COLLECTS);
    for answer in [format!("<html>{SECRET}</html>"), format!("[{{\"password\": \"{SECRET}\""), String::new()]
    {
        let server = Server::answering(200, answer);
        let found = said(&compile(repo.path(), &["--exported", "puppetdb", "--puppetdb", &server.address()]));
        assert!(found.contains("inputs::puppetdb-answer") && !found.contains(SECRET), "{found}");
    }
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let repo = repo(COLLECTS);
    for address in [format!("http://{nobody}"), "https://puppetdb.invalid:8081".to_owned()] {
        let found = said(&compile(repo.path(), &["--exported", "puppetdb", "--puppetdb", &address]));
        assert!(found.contains("inputs::puppetdb-unreachable") && found.contains("recorded"), "{found}");
    }
}

fn tls(name: &str) -> String {
    project("fixtures/puppetdb/tls").join(name).display().to_string()
}

#[test]
fn both_sides_show_certificates() {
    let server = Server::with(Some(Tls { name: "server", client: true }), 200, exported().to_string());
    let (ca, cert, key) = (tls("ca.pem"), tls("client.pem"), tls("client.key"));
    let repo = repo(COLLECTS);
    let address = server.address();
    let ask = |more: &[&str]| {
        let all = [&["--exported", "puppetdb", "--puppetdb", address.as_str()], more].concat();
        compile(repo.path(), &all)
    };
    let known = ["--puppetdb-ca", &ca, "--puppetdb-cert", &cert, "--puppetdb-key", &key];
    assert_eq!(messages(&ask(&known)), ["hello"]);
    let foreign = tls("foreign.pem");
    let refused: [&[&str]; 3] = [&["--puppetdb-ca", &ca], &["--puppetdb-ca", &foreign], &[]];
    for flags in refused {
        let found = said(&ask(flags));
        assert!(found.contains("inputs::puppetdb-certificate") && found.contains("--puppetdb-ca"), "{found}");
    }
    let found = said(&ask(&["--puppetdb-ca", &ca, "--puppetdb-cert", &cert]));
    assert!(found.contains("inputs::flag") && found.contains("belong together"), "{found}");
    let found = said(&ask(&["--puppetdb-ca", &key]));
    assert!(
        found.contains("inputs::puppetdb-certificate") && found.contains("holds no certificate"),
        "{found}"
    );
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = Server::with(Some(Tls { name: "elsewhere", client: false }), 200, exported().to_string());
    let repo = repo(COLLECTS);
    let flags = ["--exported", "puppetdb", "--puppetdb", &server.address(), "--puppetdb-ca", &tls("ca.pem")];
    let found = said(&compile(repo.path(), &flags));
    assert!(found.contains("inputs::puppetdb-certificate"), "{found}");
    assert!(server.requests().is_empty());
}

/// Answers as a PuppetDB with two nodes does.
fn two_nodes(path: &str, query: &Json) -> String {
    let certname = query[2][2].as_str().unwrap_or_default();
    match path {
        "/pdb/query/v4/nodes" => json!([{"certname": "web02"}, {"certname": "web01"}]).to_string(),
        "/pdb/query/v4/facts" => json!([
            {"name": "role", "value": format!("role of {certname}")},
            {"name": "trusted", "value": {"authenticated": "remote", "certname": certname, "extensions": {"pp_role": "x"}}}
        ])
        .to_string(),
        _ => "[]".to_owned(),
    }
}

const ROLES: &str = "notify { 'role': message => \"${facts['role']} ${trusted['extensions']['pp_role']} ${facts['trusted']}\" }\n";

#[test]
fn nodes_and_facts_come_from_the_server_and_from_its_record() {
    let server = Server::running(None, |path, query| (200, two_nodes(path, query)));
    let repo = repo(ROLES);
    let record = repo.path().join("answers.json");
    let node = |source: &str, more: &[&std::ffi::OsStr]| {
        run(migrate()
            .arg("compile")
            .arg(repo.path())
            .args(["--node", "web02", "--puppetdb", source])
            .args(more))
    };
    let output = node(&server.address(), &["--puppetdb-record".as_ref(), record.as_os_str()]);
    assert_eq!(messages(&output), ["role of web02 x "]);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&record).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "facts and parameters may be secret");
    drop(server);
    let output = node(record.to_str().unwrap(), &[]);
    assert_eq!(messages(&output), ["role of web02 x "]);
    let other =
        run(migrate().arg("compile").arg(repo.path()).args(["--node", "web01", "--puppetdb"]).arg(&record));
    assert!(said(&other).contains("inputs::puppetdb-not-recorded"), "{}", stderr(&other));
}

#[test]
fn a_file_that_is_no_record_is_told_as_one() {
    let repo = repo(ROLES);
    for text in
        ["[]", "{\"schema\": \"migrate/puppetdb/v1\"}", "{", "{\"schema\": \"other\", \"answers\": []}"]
    {
        let record = repo.path().join("answers.json");
        std::fs::write(&record, text).unwrap();
        let found = said(&compile(repo.path(), &["--puppetdb", record.to_str().unwrap()]));
        assert!(found.contains("inputs::puppetdb-record") && found.contains("--puppetdb-record"), "{found}");
    }
}

#[test]
fn the_functions_of_puppetdbquery_ask_in_their_language() {
    let manifest = r#"
        notify { 'nodes': message => String(query_nodes('Class[ntp] and not kernel=Linux')) }
        notify { 'fact': message => String(query_nodes('kernel=Linux', 'os.family')) }
        notify { 'facts': message => String(query_facts('', ['kernel', 'os.family'])) }
        notify { 'resources': message => String(query_resources(false, 'User["bob"]')) }
    "#;
    let repo = repo(manifest);
    // where the module has them: the native builtins stand in for these files
    let module = repo.path().join("modules/puppetdbquery/lib/puppet");
    for file in ["functions/query_nodes", "functions/query_facts", "parser/functions/query_resources"] {
        let file = module.join(file).with_extension("rb");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "").unwrap();
    }
    let server = Server::running(None, |path, _| {
        let answer = match path {
            "/pdb/query/v4/nodes" => json!([{"certname": "a"}, {"certname": "b"}]),
            "/pdb/query/v4/resources" => json!([{"certname": "a", "title": "bob"}]),
            _ => json!([{"certname": "a", "name": "os", "value": {"family": "Debian"}}]),
        };
        (200, answer.to_string())
    });
    let output = compile(repo.path(), &["--puppetdb", &server.address()]);
    let expected = [
        "['a', 'b']",
        "['Debian']",
        "{'a' => {'os_family' => 'Debian'}}",
        "[{'certname' => 'a', 'title' => 'bob'}]",
    ];
    assert_eq!(messages(&output), expected, "{}", stderr(&output));
    let class = json!([
        "in",
        "certname",
        [
            "extract",
            "certname",
            [
                "select_resources",
                ["and", ["=", "type", "Class"], ["=", "title", "Ntp"], ["=", "exported", false]]
            ]
        ]
    ]);
    let kernel = json!([
        "in",
        "certname",
        [
            "extract",
            "certname",
            ["select_fact_contents", ["and", ["=", "path", ["kernel"]], ["=", "value", "Linux"]]]
        ]
    ]);
    let first = json!(["extract", ["certname"], ["and", class, ["not", kernel]]]);
    assert_eq!(server.requests()[0], ("/pdb/query/v4/nodes".to_owned(), first));
}
