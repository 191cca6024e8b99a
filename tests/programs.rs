//! What needs a program: refused with its place, answered by `migrate.toml`, or run with `--allow-exec`.

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

use std::{
    path::Path,
    process::{Command, Output},
};

const GENERATES: &str =
    "class a {\n  notify { 'g': message => generate('/bin/echo', 'hello') }\n}\ninclude a\n";

/// Its module's function starts a program.
const READS: &str = "notify { 'r': message => m::host('x') }\n";

const HOST: &str = "Puppet::Functions.create_function(:'m::host') do\n  def host(x)\n    \"#{x} \" + `echo from a program`.chomp + \
                    \" #{closure_scope['facts']['os']}\"\n  end\nend\n";

fn repo(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("repo/manifests/site.pp", manifest);
    write("repo/modules/m/lib/puppet/functions/m/host.rb", HOST);
    write("facts/a.example.net.json", "{\"os\": \"Debian\"}");
    folder
}

fn compile(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
    command.arg("compile").arg(folder.join("repo")).arg("--facts").arg(folder.join("facts"));
    command.args(more).output().unwrap()
}

/// The message of the catalog's only `notify`.
fn message(output: &Output) -> String {
    assert!(output.status.success(), "{}", common::stderr(output));
    let catalog: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let resources = catalog["resources"].as_array().unwrap();
    let notify = resources.iter().find(|it| it["type"] == "Notify").unwrap();
    notify["parameters"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn without_leave_the_place_is_named_and_nothing_is_started() {
    let folder = repo(GENERATES);
    let output = compile(folder.path(), &[]);
    let said = common::stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    for wanted in
        ["functions::needs-program", "`generate` starts `/bin/echo`", "[functions.generate]", "site.pp:2"]
    {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert!(said.contains("1 place needs a program"), "{said}");
    let folder = repo(READS);
    let said = common::stderr(&compile(folder.path(), &[]));
    assert!(
        said.contains("ruby::refused-outside-access") && said.contains("[functions.\"m::host\"]"),
        "{said}"
    );
}

#[test]
fn an_answer_stands_in_for_the_call() {
    let folder = repo(GENERATES);
    let config = folder.path().join("migrate.toml");
    let text = "[functions.generate]\nvalue = \"other\"\n[[functions.generate.answers]]\narguments = [\"/bin/echo\", \
                \"hello\"]\nvalue = \"answered\"\n";
    std::fs::write(&config, text).unwrap();
    assert_eq!(message(&compile(folder.path(), &["--config", config.to_str().unwrap()])), "answered");
    std::fs::write(&config, "[functions.generate]\nvalue = \"other\"\n").unwrap();
    assert_eq!(message(&compile(folder.path(), &["--config", config.to_str().unwrap()])), "other");
    std::fs::write(&config, "[functions.generate]\nvalu = \"other\"\n").unwrap();
    let output = compile(folder.path(), &["--config", config.to_str().unwrap()]);
    assert!(common::stderr(&output).contains("inputs::settings"), "{}", common::stderr(&output));
}

#[test]
fn with_leave_the_program_is_started() {
    let folder = repo(GENERATES);
    assert_eq!(message(&compile(folder.path(), &["--allow-exec"])), "hello\n");
}

#[test]
fn with_leave_a_real_ruby_answers_what_is_refused() {
    if !common::puppet_or_skip() {
        return;
    }
    let folder = repo(READS);
    assert_eq!(message(&compile(folder.path(), &["--allow-exec"])), "x from a program Debian");
}

#[test]
fn a_settings_file_is_refused_where_nothing_reads_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_migrate"))
        .args(["parse", "--config", "x.toml", "."])
        .output()
        .unwrap();
    assert!(
        !output.status.success() && common::stderr(&output).contains("--config"),
        "{}",
        common::stderr(&output)
    );
}

fn executable(path: &Path, script: &str) -> String {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

const CLASSIFIED: &str = "class a($x) { notify { 'c': message => \"${x} in ${environment} for ${of}\" } }\n";

#[test]
fn an_enc_is_started_with_leave_only() {
    let folder = repo(CLASSIFIED);
    let script =
        "#!/bin/sh\nprintf '%s\\n' --- 'classes: {a: {x: 3}}' 'environment: dev' \"parameters: {of: $1}\"\n";
    let enc = executable(&folder.path().join("enc"), script);
    let said = common::stderr(&compile(folder.path(), &["--enc", &enc]));
    assert!(said.contains("inputs::needs-program") && said.contains(&enc), "{said}");
    assert_eq!(
        message(&compile(folder.path(), &["--enc", &enc, "--allow-exec"])),
        "3 in dev for a.example.net"
    );
    let setting = format!("external_nodes={enc}");
    let settings = ["--setting", "node_terminus=exec", "--setting", &setting, "--allow-exec"];
    assert_eq!(message(&compile(folder.path(), &settings)), "3 in dev for a.example.net");
}

#[test]
fn an_enc_that_fails_or_knows_nothing_fails_its_node() {
    let folder = repo(CLASSIFIED);
    let enc = executable(&folder.path().join("enc"), "#!/bin/sh\nexit 4\n");
    let said = common::stderr(&compile(folder.path(), &["--enc", &enc, "--allow-exec"]));
    assert!(said.contains("returned 4"), "{said}");
    executable(&folder.path().join("enc"), "#!/bin/sh\necho\n");
    let said = common::stderr(&compile(folder.path(), &["--enc", &enc, "--allow-exec"]));
    assert!(said.contains("does not know `a.example.net`"), "{said}");
}

#[test]
fn the_version_comes_from_config_version_with_leave() {
    let folder = repo("notify { 'a': }\n");
    let script = "#!/bin/sh\necho \" of $1 \"\n";
    executable(&folder.path().join("repo/version"), script);
    let conf = "modulepath = modules\nconfig_version = 'version $environment'\n";
    std::fs::write(folder.path().join("repo/environment.conf"), conf).unwrap();
    let version = |more: &[&str]| {
        let output = compile(folder.path(), more);
        let catalog: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (catalog["version"].clone(), common::stderr(&output))
    };
    let (found, said) = version(&[]);
    assert_eq!(found, 0);
    assert!(said.contains("inputs::setting-ignored") && said.contains("environment.conf:2"), "{said}");
    assert_eq!(version(&["--allow-exec"]).0, "of production");
    let (found, said) = version(&["--catalog-version", "abc"]);
    assert_eq!(found, "abc");
    assert!(!said.contains("config_version"), "{said}");
    executable(&folder.path().join("repo/version"), "#!/bin/sh\necho broken; exit 2\n");
    let said = common::stderr(&compile(folder.path(), &["--allow-exec"]));
    assert!(said.contains("inputs::needs-program") && said.contains("broken"), "{said}");
}
