//! Roots to activate in, and snapshots of them.
#![allow(dead_code, missing_docs, reason = "each test uses a part")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
    process::{Command, Output},
};

/// One path: type, mode, owner, group, and content or target.
pub type Seen = (char, u32, u32, u32, Vec<u8>);

/// Everything below a root but the state.
pub fn snapshot(root: &Path) -> BTreeMap<String, Seen> {
    let mut seen = BTreeMap::new();
    visit(root, root, &mut seen);
    seen
}

fn visit(root: &Path, dir: &Path, seen: &mut BTreeMap<String, Seen>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        // the state and the folders made for it
        if ["var/lib/migrate", "var/lib", "var"].contains(&&*name) {
            if name != "var/lib/migrate" {
                visit(root, &path, seen);
            }
            continue;
        }
        let meta = fs::symlink_metadata(&path).unwrap();
        let (kind, content) = if meta.is_symlink() {
            ('l', fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes())
        } else if meta.is_dir() {
            visit(root, &path, seen);
            ('d', Vec::new())
        } else if meta.is_file() {
            ('f', fs::read(&path).unwrap())
        } else {
            ('s', Vec::new())
        };
        seen.insert(name, (kind, meta.mode() & 0o7777, meta.uid(), meta.gid(), content));
    }
}

/// What must not move when nothing is to do: inode, times and size of everything, the state too.
pub fn stamps(root: &Path) -> BTreeMap<String, (u64, i64, i64, i64, i64)> {
    let walk = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
    walk.map(|entry| {
        let meta = entry.metadata().unwrap();
        let stamp = (meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
        (entry.path().display().to_string(), stamp)
    })
    .collect()
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub fn write(root: &Path, path: &str, content: &str, mode: u32) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A root with something of every kind that an activation can meet.
pub fn furnish(root: &Path) {
    write(root, "etc/motd", "old motd\n", 0o600);
    write(root, "etc/mode-only", "as it is\n", 0o640);
    write(root, "etc/seed", "the admin's own\n", 0o644);
    write(root, "etc/gone", "will go\n", 0o4755);
    write(root, "etc/conf.d/10-keep", "kept\n", 0o644);
    write(root, "etc/conf.d/99-foreign", "nobody manages me\n", 0o600);
    write(root, "srv/tree/a/b", "deep\n", 0o644);
    write(root, "srv/tree/c", "less deep\n", 0o444);
    write(root, "etc/became-link", "a file first\n", 0o644);
    symlink("old-target", root.join("etc/link")).unwrap();
    symlink("/nowhere", root.join("etc/became-file")).unwrap();
    symlink("conf.d", root.join("etc/became-dir")).unwrap();
    if is_root() {
        std::os::unix::fs::chown(root.join("etc/motd"), Some(12), Some(34)).unwrap();
        write(root, "etc/gone", "will go\n", 0o4755);
    }
}

/// A host file that changes all of [`furnish`] in every way.
pub fn host_file() -> String {
    let mut text = head();
    for item in [
        "path = '/etc/motd'\nkind = 'regular'\ncontent = \"new motd\\n\"\nmode = '0644'",
        "path = '/etc/mode-only'\nkind = 'regular'\nmode = '0600'",
        "path = '/etc/seed'\nkind = 'regular'\ncontent = 'seed'\nreplace = false",
        "path = '/etc/seed-new'\nkind = 'regular'\ncontent = 'seed'\nreplace = false",
        "path = '/etc/gone'\nkind = 'absent'",
        "path = '/etc/never-was'\nkind = 'absent'",
        "path = '/etc/conf.d'\nkind = 'directory'\nmode = '0750'\npurge = true",
        "path = '/etc/conf.d/10-keep'\nkind = 'regular'\ncontent = \"kept\\n\"",
        "path = '/etc/conf.d/20-new'\nkind = 'regular'\nbase64 = '/wD+'\nmode = '0400'",
        "path = '/srv/tree'\nkind = 'absent'\nforce = true",
        "path = '/etc/link'\nkind = 'link'\ntarget = 'new-target'",
        "path = '/etc/became-link'\nkind = 'link'\ntarget = '/etc/motd'",
        "path = '/etc/became-file'\nkind = 'regular'\ncontent = 'file'",
        "path = '/etc/became-dir'\nkind = 'directory'",
        "path = '/etc/became-dir/x'\nkind = 'regular'\ncontent = 'x'",
        "path = '/opt/app/etc/deep.conf'\nkind = 'regular'\ncontent = 'deep'",
        "path = '/etc/empty'\nkind = 'regular'",
    ] {
        text.push_str(&format!("[[file]]\n{item}\n"));
    }
    text
}

pub fn head() -> String {
    "schema = 'migrate/host/v1'\n[host]\ncertname = 'a.example.org'\nhostname = 'a'\n".to_owned()
}

pub fn file_item(path: &str, content: &str) -> String {
    format!("[[file]]\npath = '{path}'\nkind = 'regular'\ncontent = '{content}'\n")
}

pub fn migrate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_migrate")).args(arguments).output().unwrap()
}

/// Runs the program, returns its status and both streams.
pub fn run(arguments: &[&str]) -> (i32, String) {
    let output = migrate(arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}
