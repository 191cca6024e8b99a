//! No secret of the fixture is in anything that is written or said, whether the keys are at hand or not.

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

use std::path::Path;
use std::process::Output;

/// The plaintexts of every `ENC[PKCS7,…]` of `fixtures/control-repo`.
const PLAINTEXTS: &[&str] = &[
    "correct horse battery staple",
    "app-Pa55!w0rd",
    "read&only",
    "tok_5f2c9a7e",
    "m4il s3cret",
    "shared smtp",
    "alice-web",
    "deploy-web",
];

fn convert(out: &Path, keys: bool) -> Output {
    let repo = common::project("fixtures/control-repo");
    let mut migrate = common::migrate();
    migrate.arg("convert").arg(&repo).arg("--out").arg(out);
    for (flag, folder) in [("--facts", "facts"), ("--enc", "enc"), ("--trusted", "trusted")] {
        migrate.arg(flag).arg(repo.join(folder));
    }
    if keys {
        migrate.arg("--eyaml-keys").arg(repo.join("keys"));
    }
    common::run(&mut migrate)
}

/// Asserts that none of the secrets is in this text, as it is or in base64.
fn clean(what: &str, text: &[u8]) {
    use base64::Engine;
    let has = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
    for secret in PLAINTEXTS {
        let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(secret);
        assert!(!has(secret.as_bytes()), "`{secret}` is in {what}");
        assert!(!has(encoded.as_bytes()), "`{secret}` is in {what}, in base64");
    }
}

fn nothing_leaks(keys: bool) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = convert(&out, keys);
    assert!(output.status.success(), "{}", common::stderr(&output));
    clean("stdout", &output.stdout);
    clean("stderr", &output.stderr);
    let files: Vec<_> = walkdir::WalkDir::new(&out)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .collect();
    assert!(files.len() > 6, "only {} files were written", files.len());
    for path in files {
        clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
    }
}

#[test]
fn a_conversion_without_keys_has_no_secret_in_it() {
    nothing_leaks(false);
}

#[test]
fn a_conversion_with_keys_has_no_secret_in_it() {
    nothing_leaks(true);
}

/// What is searched for above is really what the keys open.
#[test]
fn the_plaintexts_are_those_of_the_fixture() {
    let catalogs = common::project("fixtures/catalogs/control-repo");
    let recorded: String = std::fs::read_dir(catalogs)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let missing: Vec<_> = PLAINTEXTS.iter().filter(|secret| !recorded.contains(**secret)).collect();
    assert_eq!(missing, [&"shared smtp"], "no node uses that one");
}
