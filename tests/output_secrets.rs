//! Secrets planted in Hiera by name, in `Sensitive`, in facts and in a private mount are in no byte of any output, and
//! who may read them is written down.

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

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::{fs, path::Path, process::Output};

/// What is planted, by where.
const PLANTED: [(&str, &str); 5] = [
    ("Hiera, by the key's name", "planted \"hiera\" 7f3a"),
    ("Hiera, deep in a hash", "planted-deep-91bc"),
    ("Sensitive", "planted-sensitive-5dd0"),
    ("a fact", "planted-fact-e2a4"),
    ("a private mount", "planted-mount-c810"),
];

const SITE: &str = r#"
$settings = lookup('shop::settings')
file { '/etc/shop/db.conf': mode => '0600', content => "password = ${lookup('shop::db_password')}\n" }
file { '/etc/shop/api.json': mode => '0600', content => "{\"token\": \"${settings['api']['token']}\"}\n" }
file { '/etc/shop/seal': mode => '0600', content => Sensitive(lookup('shop::seal')) }
file { '/etc/shop/backup': mode => '0600', content => "token=${facts['backup_token']}\n" }
file { '/etc/shop/tls.key': mode => '0400', source => 'puppet:///private/tls.key' }
cron { 'ping': command => "/usr/bin/curl -u x:${lookup('shop::db_password')} http://shop/", user => 'root', minute => 5 }
user { 'shop': ensure => present, password => Sensitive(lookup('shop::seal')) }
"#;

fn put(root: &Path, path: &str, text: &str) {
    let place = root.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

fn furnish(root: &Path) {
    put(root, "manifests/site.pp", SITE);
    put(root, "hiera.yaml", "version: 5\nhierarchy:\n  - {name: common, path: common.yaml}\n");
    let data = "shop::db_password: 'planted \"hiera\" 7f3a'\nshop::settings: {api: {token: planted-deep-91bc}}\n\
                shop::seal: planted-sensitive-5dd0\n";
    put(root, "data/common.yaml", data);
    let key = "AAAAC3NzaC1lZDI1NTE5AAAAIIHxnQ1Uyfyg6Gb+rnusm2cVVaEFYXzmLq8Cgb/hOjel";
    let facts = format!(
        "{{\"virtual\": \"lxc\", \"backup_token\": \"planted-fact-e2a4\", \"ssh\": {{\"ed25519\": {{\"key\": \"{key}\"}}}}}}"
    );
    put(root, "facts/web01.example.net.json", &facts);
    put(
        root,
        "facts/web02.example.net.json",
        "{\"virtual\": \"lxc\", \"backup_token\": \"planted-fact-e2a4\"}",
    );
}

fn migrate(root: &Path, words: &[&str], flags: &[&str]) -> Output {
    let mut migrate = common::migrate();
    migrate.args(words).arg(root).arg("--facts").arg(root.join("facts")).args(["--mount", "private=secret"]);
    common::run(migrate.args(flags))
}

fn forms(plain: &str) -> Vec<String> {
    let json = serde_json::to_string(plain).unwrap();
    let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![plain.to_owned(), json.trim_matches('"').to_owned(), hex.to_uppercase(), hex];
    for shift in 0..3 {
        let encoded = STANDARD_NO_PAD.encode(["\0".repeat(shift).as_bytes(), plain.as_bytes()].concat());
        let skip = [0, 2, 3][shift];
        forms.push(encoded[skip..(shift + plain.len()) * 4 / 3].to_owned());
    }
    forms
}

#[track_caller]
fn clean(what: &str, bytes: &[u8]) {
    for (place, plain) in PLANTED {
        for form in forms(plain) {
            let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!found, "what was planted in {place} is in {what} as `{form}`");
        }
    }
}

fn clean_folder(folder: &Path) -> usize {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path());
    let files: Vec<_> = files.filter(|path| path.is_file()).collect();
    for path in &files {
        clean(&path.display().to_string(), &fs::read(path).unwrap());
        clean("a file's name", path.to_string_lossy().as_bytes());
    }
    files.len()
}

#[test]
fn nothing_that_was_planted_is_in_any_output() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repo");
    furnish(&root);
    for way in ["agenix", "agenix-rekey", "sops"] {
        let settings = folder.path().join("migrate.toml");
        fs::write(
            &settings,
            format!("[target]\nsecrets = \"{way}\"\nadmins = [\"ssh-ed25519 AAAAC3Nzadmin\"]\n"),
        )
        .unwrap();
        let out = folder.path().join(format!("out-{way}"));
        let flags = ["--out", out.to_str().unwrap(), "--config", settings.to_str().unwrap()];
        let output = migrate(&root, &["convert"], &flags);
        assert!(output.status.success(), "{way}: {}", common::stderr(&output));
        clean("stdout", &output.stdout);
        clean("stderr", &output.stderr);
        assert!(clean_folder(&out) > 10);
    }
    for words in [
        &["explain", "File[/etc/shop/db.conf]"][..],
        &["explain", "File[/etc/shop/seal]"],
        &["explain", "File[/etc/shop/tls.key]"],
        &["explain", "Cron[ping]"],
        &["check"],
    ] {
        for format in [&[][..], &["--format", "json"]] {
            let output = migrate(&root, words, format);
            clean(&format!("{words:?} {format:?}"), &[output.stdout, output.stderr].concat());
        }
    }
    let native = |host: &str| folder.path().join(format!("out-agenix/native/{host}.example.net.toml"));
    let mut diff = common::migrate();
    let output = common::run(diff.arg("diff").arg(native("web01")).arg(native("web02")));
    clean("diff", &[output.stdout, output.stderr].concat());
}

#[test]
fn a_secret_in_a_title_cannot_be_kept_out_and_refuses_the_conversion() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repo");
    furnish(&root);
    put(
        &root,
        "manifests/site.pp",
        "exec { \"/usr/bin/setpw ${facts['backup_token']}\": refreshonly => true }\n\
         file { '/etc/shop/backup': content => \"token=${facts['backup_token']}\\n\" }\n",
    );
    let out = folder.path().join("out");
    let output = migrate(&root, &["convert"], &["--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(common::stderr(&output).contains("emit::secret"), "{}", common::stderr(&output));
    clean("what is said", &[output.stdout, output.stderr].concat());
    assert!(!out.exists(), "nothing was written");
}

#[test]
fn who_may_read_a_secret_is_written_down_for_each_way_of_keeping_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repo");
    furnish(&root);
    let converted = |way: &str| {
        let settings = folder.path().join("migrate.toml");
        fs::write(
            &settings,
            format!("[target]\nsecrets = \"{way}\"\nadmins = [\"ssh-ed25519 AAAAC3Nzadmin\"]\n"),
        )
        .unwrap();
        let out = folder.path().join(way);
        let output = migrate(
            &root,
            &["convert"],
            &["--out", out.to_str().unwrap(), "--config", settings.to_str().unwrap()],
        );
        assert!(output.status.success(), "{}", common::stderr(&output));
        let read = |path: &str| fs::read_to_string(out.join(path)).unwrap_or_default();
        let nix: String = walkdir::WalkDir::new(&out)
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| {
                path.extension().is_some_and(|it| it == "nix") && !path.starts_with(out.join(".migrate"))
            })
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        (read("secrets/secrets.nix"), read("secrets/rekey.nix"), read(".sops.yaml"), nix)
    };
    let (recipients, _, _, nix) = converted("agenix");
    assert!(recipients.contains("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIHxnQ1Uyfyg6Gb"), "{recipients}");
    assert!(recipients.contains("throw \"no key of web02.example.net is known"), "{recipients}");
    assert!(
        recipients.contains("AAAAC3Nzadmin") && recipients.contains("shop-db_password.age"),
        "{recipients}"
    );
    assert!(
        recipients.contains("private-tls.key.age"),
        "a file of a private mount is a secret: {recipients}"
    );
    assert!(nix.contains("age.secrets") || nix.contains("age = {"), "{nix}");
    let (_, rekey, _, nix) = converted("agenix-rekey");
    assert!(rekey.contains("masterIdentities") && rekey.contains("AAAAC3Nzadmin"), "{rekey}");
    assert!(nix.contains("rekeyFile = ") && nix.contains("age.rekey.hostPubkey"), "{nix}");
    let (_, _, rules, nix) = converted("sops");
    assert!(rules.contains("path_regex: ^secrets/shop-db_password\\.yaml$"), "{rules}");
    assert!(rules.contains("- ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIHxnQ1Uyfyg6Gb"), "{rules}");
    assert!(nix.contains("sopsFile = ") && !nix.contains("config.age."), "{nix}");
}

#[test]
fn what_is_at_hand_is_encrypted_to_those_who_need_it_and_printed_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repo");
    furnish(&root);
    put(folder.path(), "private/tls.key", "planted-mount-c810");
    let out = folder.path().join("out");
    let settings = folder.path().join("migrate.toml");
    fs::write(&settings, "[target]\nadmins = [\"age1admin\"]\n").unwrap();
    // stands for `age`: notes its arguments, and gives the text back turned round
    let age = folder.path().join("age");
    let script = format!("#!/bin/sh\necho \"$@\" >> {}/asked\nrev\n", folder.path().display());
    fs::write(&age, script).unwrap();
    fs::set_permissions(&age, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let private = format!("private={}", folder.path().join("private").display());
    let common = ["--out", out.to_str().unwrap(), "--config", settings.to_str().unwrap(), "--node", "web01*"];
    assert!(migrate(&root, &["convert"], &common).status.success());
    let flags = [&common[..], &["--age", age.to_str().unwrap(), "--private", &private]].concat();
    let output = migrate(&root, &["secrets", "import"], &flags);
    clean("import", &[output.stdout.clone(), output.stderr.clone()].concat());
    assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    clean_folder(&out);
    let sealed = |name: &str| fs::read_to_string(out.join(format!("secrets/{name}.age"))).unwrap();
    let turned = |text: &str| text.chars().rev().collect::<String>();
    assert_eq!(turned(sealed("shop-db_password").trim_end()), PLANTED[0].1);
    assert_eq!(turned(sealed("private-tls.key").trim_end()), PLANTED[4].1);
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    clean("the arguments of age", asked.as_bytes());
    assert!(asked.lines().all(|line| line.contains("--recipient age1admin")
        && line.contains("AAAAC3NzaC1lZDI1NTE5AAAAIIHxnQ1Uyfyg6Gb")));
    let again = migrate(&root, &["secrets", "import"], &flags);
    assert!(
        common::stdout(&again).lines().all(|line| line.ends_with(": is there")),
        "{}",
        common::stdout(&again)
    );
    // a program that encrypts nothing is noticed
    fs::write(&age, "#!/bin/sh\ncat\n").unwrap();
    let clear = migrate(&root, &["secrets", "import"], &[&flags[..], &["--force"]].concat());
    assert_eq!(clear.status.code(), Some(1));
    clean_folder(&out);
}
