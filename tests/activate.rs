//! Activating below a root: what a user is promised.

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

#[path = "activation_support/mod.rs"]
mod support;

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};
use support::{file_item, furnish, head, host_file, is_root, run, snapshot, stamps, write};

/// A root, and a host file beside it.
struct Rig {
    dir: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        let rig = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(rig.root()).unwrap();
        rig
    }

    fn furnished() -> Self {
        let rig = Self::new();
        furnish(&rig.root());
        rig
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn host(&self, text: &str) -> String {
        let path = self.dir.path().join("host.toml");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn apply(&self, text: &str, more: &[&str]) -> (i32, String) {
        let (host, root) = (self.host(text), self.root());
        let arguments = ["apply", &host, "--root", root.to_str().unwrap()];
        run(&[&arguments, more].concat())
    }

    fn run(&self, command: &str, more: &[&str]) -> (i32, String) {
        let root = self.root();
        run(&[&[command, "--root", root.to_str().unwrap()], more].concat())
    }

    fn content(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }
}

#[track_caller]
fn assert_status(found: &(i32, String), status: i32) {
    assert_eq!(found.0, status, "{}", found.1);
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_host_file_is_placed_and_given_back() {
    let rig = Rig::furnished();
    let before = snapshot(&rig.root());
    assert_status(&rig.apply(&host_file(), &[]), 0);
    let root = rig.root();
    assert_eq!(rig.content("etc/motd"), "new motd\n");
    assert_eq!(mode(&root.join("etc/motd")), 0o644);
    assert_eq!(mode(&root.join("etc/mode-only")), 0o600);
    assert_eq!(rig.content("etc/seed"), "the admin's own\n");
    assert_eq!(rig.content("etc/seed-new"), "seed");
    assert_eq!(mode(&root.join("etc/seed-new")), 0o644);
    assert!(!root.join("etc/gone").exists());
    assert_eq!(mode(&root.join("etc/conf.d")), 0o750);
    assert!(!root.join("etc/conf.d/99-foreign").exists());
    assert!(root.join("etc/conf.d/10-keep").exists());
    assert_eq!(fs::read(root.join("etc/conf.d/20-new")).unwrap(), [0xff, 0, 0xfe]);
    assert!(!root.join("srv/tree").exists() && root.join("srv").exists());
    assert_eq!(fs::read_link(root.join("etc/link")).unwrap(), Path::new("new-target"));
    assert_eq!(fs::read_link(root.join("etc/became-link")).unwrap(), Path::new("/etc/motd"));
    assert_eq!(rig.content("etc/became-file"), "file");
    assert_eq!(rig.content("etc/became-dir/x"), "x");
    assert_eq!(mode(&root.join("etc/became-dir")), 0o755);
    assert_eq!(rig.content("opt/app/etc/deep.conf"), "deep");
    assert_eq!(rig.content("etc/empty"), "");
    if is_root() {
        let meta = fs::metadata(root.join("etc/motd")).unwrap();
        assert_eq!((meta.uid(), meta.gid()), (12, 34), "changing content keeps the owner");
    }
    assert_status(&rig.run("rollback", &[]), 0);
    assert_eq!(snapshot(&rig.root()), before);
}

#[test]
fn applying_twice_writes_nothing() {
    let rig = Rig::furnished();
    assert_status(&rig.apply(&host_file(), &[]), 0);
    let before = stamps(&rig.root());
    let again = rig.apply(&host_file(), &[]);
    assert_status(&again, 0);
    assert!(again.1.contains("nothing to do: generation 1"), "{}", again.1);
    assert_eq!(stamps(&rig.root()), before);
    let host = rig.host(&host_file());
    assert_status(&rig.run("plan", &[&host, "--detailed-exitcode"]), 0);
    assert_eq!(stamps(&rig.root()), before);
}

#[test]
fn a_plan_and_a_refusal_write_nothing() {
    let rig = Rig::furnished();
    let before = stamps(&rig.root());
    let host = rig.host(&host_file());
    assert_status(&rig.run("plan", &[&host]), 0);
    assert_status(&rig.run("plan", &[&host, "--detailed-exitcode"]), 2);
    assert_status(&rig.run("status", &[]), 0);
    assert_status(&rig.run("generations", &[]), 0);
    let text = host_file() + &file_item("/srv", "no");
    assert_status(&rig.apply(&text, &[]), 3);
    assert_eq!(stamps(&rig.root()), before);
}

#[test]
fn drift_is_shown_and_repaired_and_the_repair_can_be_taken_back() {
    let rig = Rig::furnished();
    assert_status(&rig.apply(&host_file(), &[]), 0);
    write(&rig.root(), "etc/motd", "by hand\n", 0o666);
    fs::remove_file(rig.root().join("etc/link")).unwrap();
    let drifted = snapshot(&rig.root());
    let output = support::migrate(&["status", "--root", rig.root().to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let paths: Vec<_> =
        json["drift"].as_array().unwrap().iter().map(|step| step["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/etc/link", "/etc/motd"]);
    assert_eq!(json["drift"][1]["changes"], serde_json::json!(["content", "mode 0666 -> 0644"]));
    assert_status(&rig.apply(&host_file(), &[]), 0);
    assert_status(&rig.run("status", &[]), 0);
    assert!(rig.run("generations", &[]).1.contains("2 put right"));
    assert_status(&rig.run("rollback", &[]), 0);
    assert_eq!(snapshot(&rig.root()), drifted);
}

#[test]
fn one_rollback_passes_several_generations() {
    let rig = Rig::furnished();
    let before = snapshot(&rig.root());
    assert_status(&rig.apply(&host_file(), &[]), 0);
    let first = snapshot(&rig.root());
    // an attribute, then the bytes, of the same file
    let mode = head() + "[[file]]\npath = '/etc/seed'\nkind = 'regular'\nmode = '0400'\n";
    assert_status(&rig.apply(&mode, &[]), 0);
    assert_status(
        &rig.apply(&(head() + &file_item("/etc/seed", "2") + &file_item("/new/dir/f", "2")), &[]),
        0,
    );
    assert_status(&rig.run("rollback", &["--to", "1"]), 0);
    assert_eq!(snapshot(&rig.root()), first);
    assert_status(&rig.run("rollback", &["--to", "3"]), 3);
    assert_status(&rig.apply(&(head() + &file_item("/etc/seed", "4")), &[]), 0);
    assert!(rig.run("generations", &[]).1.contains("*    4"));
    assert_status(&rig.run("rollback", &["--to", "0"]), 0);
    assert_eq!(snapshot(&rig.root()), before);
}

#[test]
fn what_is_no_longer_wanted_is_told_and_left() {
    let rig = Rig::new();
    assert_status(&rig.apply(&(head() + &file_item("/a", "1") + &file_item("/b", "1")), &[]), 0);
    let host = rig.host(&(head() + &file_item("/a", "1")));
    let plan = rig.run("plan", &[&host]);
    assert!(plan.1.contains("no longer managed, left as they are:\n    /b"), "{}", plan.1);
    assert_status(&rig.apply(&(head() + &file_item("/a", "1")), &[]), 0);
    assert_eq!(rig.content("b"), "1");
}

#[test]
fn a_directory_that_others_use_stays() {
    let rig = Rig::new();
    assert_status(&rig.apply(&(head() + &file_item("/opt/app/conf", "1")), &[]), 0);
    write(&rig.root(), "opt/theirs", "x", 0o644);
    let back = rig.run("rollback", &[]);
    assert_status(&back, 0);
    assert!(back.1.contains("`/opt` stays"), "{}", back.1);
    assert!(!rig.root().join("opt/app").exists() && rig.root().join("opt/theirs").exists());
}

#[test]
fn nothing_outside_of_the_root_is_touched() {
    let rig = Rig::new();
    let outside = rig.dir.path().join("outside");
    write(&outside, "motd", "outside\n", 0o644);
    symlink(&outside, rig.root().join("etc")).unwrap();
    symlink("../outside", rig.root().join("relative")).unwrap();
    symlink(outside.join("motd"), rig.root().join("last")).unwrap();
    for path in ["/etc/motd", "/relative/motd"] {
        let refused = rig.apply(&(head() + &file_item(path, "inside")), &[]);
        assert_status(&refused, 3);
        assert!(refused.1.contains("activate::no-parent"), "{}", refused.1);
    }
    assert_status(&rig.apply(&(head() + &file_item("/last", "inside")), &[]), 0);
    assert_eq!(rig.content("last"), "inside");
    assert_eq!(fs::read_to_string(outside.join("motd")).unwrap(), "outside\n");
    // a state by a link out of the root
    fs::remove_dir_all(rig.root().join("var")).unwrap();
    symlink(&outside, rig.root().join("var")).unwrap();
    assert_ne!(rig.apply(&(head() + &file_item("/b", "1")), &[]).0, 0);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn links_on_the_way_are_followed_inside_the_root() {
    let rig = Rig::new();
    fs::create_dir_all(rig.root().join("run")).unwrap();
    fs::create_dir_all(rig.root().join("var")).unwrap();
    symlink("/run", rig.root().join("var/run")).unwrap();
    assert_status(&rig.apply(&(head() + &file_item("/var/run/x", "1")), &[]), 0);
    assert_eq!(rig.content("run/x"), "1");
    let twice = head() + &file_item("/var/run/x", "1") + &file_item("/run/x", "2");
    let refused = rig.apply(&twice, &[]);
    assert_status(&refused, 3);
    assert!(refused.1.contains("activate::same-place"), "{}", refused.1);
}

#[test]
fn what_cannot_work_is_refused_with_all_reasons() {
    let rig = Rig::furnished();
    fs::create_dir_all(rig.root().join("var/lib/migrate/x")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(rig.root().join("etc/socket")).unwrap();
    let text = head()
        + &file_item("/srv/tree", "a directory is there")
        + &file_item("/etc/motd/below", "a file is above")
        + &file_item("/etc/socket", "a socket is there")
        + &file_item("/var/lib/migrate/x/y", "state")
        + "[[file]]\npath = '/etc/owner'\nkind = 'regular'\nowner = 'nobody-knows'\n"
        + "[[file]]\npath = '/etc/secret'\nkind = 'regular'\ncontent = [{secret = {id = 'db'}}]\n";
    let before = snapshot(&rig.root());
    let refused = rig.apply(&text, &["--format", "json"]);
    assert_status(&refused, 3);
    for code in ["in-the-way", "no-parent", "special-file", "state-protected", "unknown-owner", "no-secret"] {
        assert!(refused.1.contains(&format!("activate::{code}")), "{code}: {}", refused.1);
    }
    assert_eq!(snapshot(&rig.root()), before);
}

#[test]
fn secrets_are_filled_in_and_never_stored() {
    let rig = Rig::new();
    let secrets = rig.dir.path().join("secrets");
    write(&secrets, "db", "hunter2", 0o600);
    let text = head()
        + "[[file]]\npath = '/etc/app.conf'\nkind = 'regular'\nmode = '0600'\n\
           content = [{text = 'password='}, {secret = {id = 'db', key = 'profile::db'}}]\n";
    let with = ["--secrets", secrets.to_str().unwrap()];
    let applied = rig.apply(&text, &with);
    assert_status(&applied, 0);
    assert_eq!(rig.content("etc/app.conf"), "password=hunter2");
    let state = rig.root().join("var/lib/migrate");
    for entry in
        walkdir::WalkDir::new(&state).into_iter().map(Result::unwrap).filter(|it| it.file_type().is_file())
    {
        let content = fs::read(entry.path()).unwrap();
        assert!(!content.windows(7).any(|bytes| bytes == b"hunter2"), "{}", entry.path().display());
    }
    assert!(!applied.1.contains("hunter2"));
    // drift is told without the plaintext
    assert_status(&rig.run("status", &[]), 0);
    assert_status(&rig.apply(&text, &[]), 0);
    write(&rig.root(), "etc/app.conf", "password=other", 0o600);
    assert_ne!(rig.run("status", &[]).0, 0);
    assert_status(&rig.apply(&text, &[]), 3);
    assert_status(&rig.apply(&text, &with), 0);
    assert_eq!(rig.content("etc/app.conf"), "password=hunter2");
    // the pre-image of a secret is for its owner alone
    write(&secrets, "db", "correct horse", 0o600);
    assert_status(&rig.apply(&text, &with), 0);
    assert_eq!(mode(&state), 0o700);
    for entry in fs::read_dir(state.join("store")).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o400);
    }
    assert_status(&rig.run("rollback", &[]), 0);
    assert_eq!(rig.content("etc/app.conf"), "password=hunter2");
}

#[test]
fn validation_runs_only_when_allowed() {
    let rig = Rig::new();
    let text = |content: &str| head() + &file_item("/sudoers", content) + "validate = 'grep -q good %'\n";
    let told = rig.apply(&text("bad"), &[]);
    assert_status(&told, 0);
    assert!(told.1.contains("activate::not-validated"), "{}", told.1);
    let refused = rig.apply(&text("worse"), &["--allow-exec"]);
    assert_status(&refused, 3);
    assert!(refused.1.contains("activate::invalid-content"), "{}", refused.1);
    assert_eq!(rig.content("sudoers"), "bad");
    assert_status(&rig.apply(&text("good"), &["--allow-exec"]), 0);
}

#[test]
fn purging_with_force_takes_trees_and_spares_what_is_managed() {
    let rig = Rig::new();
    for path in ["d/x/y/z", "d/keep/me/file", "d/keep/foreign", "d/top"] {
        write(&rig.root(), path, path, 0o644);
    }
    let before = snapshot(&rig.root());
    let text = head()
        + "[[file]]\npath = '/d'\nkind = 'directory'\npurge = true\nforce = true\n"
        + &file_item("/d/keep/me/file", "d/keep/me/file");
    assert_status(&rig.apply(&text, &[]), 0);
    let left: Vec<_> = snapshot(&rig.root()).into_keys().collect();
    assert_eq!(left, ["d", "d/keep", "d/keep/me", "d/keep/me/file"]);
    assert_status(&rig.run("rollback", &[]), 0);
    assert_eq!(snapshot(&rig.root()), before);
}

#[test]
fn owners_come_from_the_root_and_set_id_bits_need_them() {
    if !is_root() {
        println!("skipped: owners need root");
        return;
    }
    let rig = Rig::new();
    write(&rig.root(), "etc/passwd", "root:x:0:0::/:/bin/sh\nwww:x:4242:4343::/:/bin/sh\n", 0o644);
    write(&rig.root(), "etc/group", "www:x:4343:\n", 0o644);
    let text = head()
        + "[[file]]\npath = '/bin/s'\nkind = 'regular'\ncontent = 'x'\nmode = '4755'\nowner = 'www'\ngroup = 'www'\n";
    assert_status(&rig.apply(&text, &[]), 0);
    let meta = fs::metadata(rig.root().join("bin/s")).unwrap();
    assert_eq!((meta.mode() & 0o7777, meta.uid(), meta.gid()), (0o4755, 4242, 4343));
    let unknown = text.replace("/bin/s", "/bin/t").replace("'www'", "'other'");
    assert_status(&rig.apply(&unknown, &[]), 3);
    assert_status(&rig.apply(&unknown, &["--owners", "known"]), 0);
    let meta = fs::metadata(rig.root().join("bin/t")).unwrap();
    assert_eq!(
        (meta.mode() & 0o7777, meta.uid()),
        (0o755, 0),
        "no set-id bit for an owner that is not meant"
    );
}

#[test]
fn an_ordinary_user_is_refused_before_anything_happens() {
    if !is_root() {
        println!("skipped: dropping privileges needs root");
        return;
    }
    let rig = Rig::new();
    let root = rig.root();
    fs::set_permissions(rig.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::chown(&root, Some(65534), Some(65534)).unwrap();
    let host = rig.host(&(head() + &file_item("/a", "1") + "owner = 'root'\n"));
    let binary = rig.dir.path().join("migrate");
    fs::copy(env!("CARGO_BIN_EXE_migrate"), &binary).unwrap();
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(&binary);
        command.args(["apply", &host, "--root"]).arg(&root).args(more);
        std::os::unix::process::CommandExt::uid(&mut command, 65534);
        let output = command.output().unwrap();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let refused = run(&[]);
    assert_status(&refused, 3);
    assert!(refused.1.contains("activate::not-permitted"), "{}", refused.1);
    assert!(fs::read_dir(&root).unwrap().next().is_none());
    assert_status(&run(&["--owners", "leave"]), 0);
    assert_eq!(rig.content("a"), "1");
}

#[test]
fn garbage_goes_and_every_generation_stays_reachable() {
    let rig = Rig::furnished();
    let before = snapshot(&rig.root());
    for round in 0..4 {
        assert_status(&rig.apply(&(head() + &file_item("/etc/motd", &format!("round {round}"))), &[]), 0);
    }
    let host = rig.host(&(head() + &file_item("/x", "never activated")));
    assert_status(&rig.run("build", &[&host]), 0);
    let store = rig.root().join("var/lib/migrate/store");
    fs::write(store.join(".half.tmp"), "x").unwrap();
    assert!(rig.run("gc", &[]).1.contains("removed 0 generations and "));
    let objects = fs::read_dir(&store).unwrap().count();
    // four contents and the first pre-image
    assert_eq!(objects, 5 + 3, "pre-images of later generations have the mode in their name");
    assert_status(&rig.run("gc", &["--keep", "1"]), 0);
    assert_status(&rig.run("rollback", &[]), 0);
    assert_eq!(rig.content("etc/motd"), "round 2");
    assert_status(&rig.run("rollback", &[]), 3);
    assert_ne!(snapshot(&rig.root()), before);
}

#[test]
fn a_changed_object_is_never_placed() {
    let rig = Rig::new();
    assert_status(&rig.apply(&(head() + &file_item("/a", "first")), &[]), 0);
    assert_status(&rig.apply(&(head() + &file_item("/a", "second")), &[]), 0);
    for entry in fs::read_dir(rig.root().join("var/lib/migrate/store")).unwrap() {
        let path = entry.unwrap().path();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if fs::read(&path).unwrap() == b"first" {
            fs::write(&path, "evil!").unwrap();
        }
    }
    let failed = rig.run("rollback", &[]);
    assert_status(&failed, 5);
    assert!(failed.1.contains("does not have the content"), "{}", failed.1);
    assert_eq!(rig.content("a"), "second");
}

#[test]
fn a_second_run_does_not_interfere() {
    let rig = Rig::new();
    let lock = fs::File::open(rig.root()).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let refused = rig.apply(&(head() + &file_item("/a", "1")), &[]);
    assert_status(&refused, 3);
    assert!(refused.1.contains("store::locked"), "{}", refused.1);
    assert!(!rig.root().join("a").exists());
}

#[test]
fn bad_host_files_are_told_with_their_place() {
    let rig = Rig::new();
    for (text, code) in [
        ("", "model::no-host-file"),
        ("schema = 'migrate/host/v1'\n[host\n", "model::broken-host-file"),
        (&(head() + "[[file]]\npath = '/a'\nkind = 'socket'\n"), "model::broken-host-file"),
        (&(head() + &file_item("relative", "x")), "build::bad-path"),
    ] {
        let failed = rig.apply(text, &[]);
        assert_status(&failed, 1);
        assert!(failed.1.contains(code), "{}", failed.1);
    }
    assert_status(&run(&["apply", "/nonexistent.toml", "--root", "/nonexistent"]), 1);
}

#[test]
fn a_build_of_the_same_file_is_the_same_bytes() {
    let rig = Rig::new();
    let host = rig.host(&host_file());
    let first = rig.run("build", &[&host, "--format", "json", "-q"]);
    assert_status(&first, 0);
    let second = rig.run("build", &[&host, "--format", "json", "-q"]);
    let without_count =
        |text: &str| text.lines().filter(|line| !line.contains("new_objects")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_count(&first.1), without_count(&second.1));
    assert!(second.1.contains("\"new_objects\": 0"), "{}", second.1);
}
