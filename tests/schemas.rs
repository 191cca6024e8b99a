//! The JSON of each command is as its schema under `docs/schema/` says.

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

#[path = "standin_support/mod.rs"]
mod standin;
#[path = "activation_support/mod.rs"]
mod support;

use serde_json::Value as Json;
use std::{fs, path::Path};
use support::{furnish, host_file, migrate, write};

/// Checks a value against the part of JSON Schema that the schemas here use; returns the first place that does not fit.
fn fits(schema: &Json, value: &Json, root: &Json, at: &str) -> Result<(), String> {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
        return fits(&root["$defs"][name.strip_prefix("#/$defs/").unwrap()], value, root, at);
    }
    if let Some(choices) = schema.get("anyOf").and_then(Json::as_array) {
        let failed = choices.iter().map(|choice| fits(choice, value, root, at)).collect::<Vec<_>>();
        return failed.iter().find(|result| result.is_ok()).cloned().unwrap_or_else(|| failed[0].clone());
    }
    let ok = match schema.get("type").and_then(Json::as_str) {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some(other) => panic!("{other}"),
        None => true,
    };
    let ok = ok && schema.get("const").is_none_or(|wanted| wanted == value);
    let ok = ok && schema.get("enum").and_then(Json::as_array).is_none_or(|wanted| wanted.contains(value));
    if !ok {
        return Err(format!("{at}: {value} is not {schema}"));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(&schema["items"], item, root, &format!("{at}[{number}]"))?;
    }
    let Some(entries) = value.as_object() else { return Ok(()) };
    for name in schema.get("required").and_then(Json::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap();
        entries.get(name).ok_or_else(|| format!("{at}: no `{name}`"))?;
    }
    for (name, item) in entries {
        match schema["properties"].get(name).or(schema.get("additionalProperties")) {
            Some(Json::Bool(false)) => return Err(format!("{at}: `{name}` is not told")),
            Some(part) => fits(part, item, root, &format!("{at}.{name}"))?,
            None => {}
        }
    }
    Ok(())
}

#[track_caller]
fn check(name: &str, arguments: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{name}-v1.json"));
    let schema: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let output = migrate(&[arguments, &["--format", "json"]].concat());
    let value: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stderr))
    });
    if let Err(why) = fits(&schema, &value, &schema, name) {
        panic!("{arguments:?}: {why}");
    }
}

#[test]
fn every_command_of_the_activator_keeps_its_schema() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    furnish(&root);
    let text = host_file()
        + "[[service]]\nname = 'ntp'\nrunning = true\n\
           [[edge]]\nsource = 'file:/etc/motd'\ntarget = 'service:ntp'\nkind = 'notify'\n";
    write(dir.path(), "host.toml", &text, 0o644);
    write(dir.path(), "bad.toml", &(text + &support::file_item("/srv", "a directory is there")), 0o644);
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (host, bad, root) = (at("host.toml"), at("bad.toml"), at("root"));
    let on = |command: &'static str| vec![command, "--root", &root];
    check("status", &on("status"));
    check("generations", &on("generations"));
    for host in [&host, &bad] {
        check("build", &[&on("build")[..], &[host]].concat());
        check("plan", &[&on("plan")[..], &[host]].concat());
    }
    for host in [&host, &host, &bad] {
        check("apply", &[&on("apply")[..], &[host]].concat());
    }
    write(dir.path(), "root/etc/motd", "drift", 0o644);
    check("status", &on("status"));
    check("generations", &on("generations"));
    check("rollback", &on("rollback"));
    check("rollback", &on("rollback"));
    check("gc", &on("gc"));
}

#[test]
fn comparing_and_checking_keep_their_schemas() {
    let repo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let at = |name: &str| repo.join("catalogs/control-repo").join(name).to_str().unwrap().to_owned();
    check("diff", &["diff", &at("web01.example.net.json"), &at("db01.example.net.json")]);
    check("diff", &["diff", &at("web01.example.net.json"), &at("missing")]);
    let control = repo.join("control-repo");
    let facts = control.join("facts");
    let facts = facts.to_str().unwrap();
    check("check", &["check", control.to_str().unwrap(), "--facts", facts, "--exported", "none"]);
    check("check", &["check", "/nonexistent", "--facts", facts]);
}

#[test]
fn verifying_keeps_its_schema() {
    if !standin::nix_or_skip() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let tree = standin::tree(dir.path());
    let repo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/control-repo");
    let at = |path: &Path| path.to_str().unwrap().to_owned();
    let (out, tree, facts) = (at(&dir.path().join("out")), at(&tree), at(&repo.join("facts")));
    let converted =
        migrate(&["convert", &at(&repo), "--out", &out, "--facts", &facts, "--node", "web01.example.net"]);
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
    check("verify", &["verify", "--nixos", &out, "--nixpkgs", &tree]);
    write(dir.path(), "out/broken.nix", "{", 0o644);
    check("verify", &["verify", "--nixos", &out, "--nixpkgs", &tree]);
}
