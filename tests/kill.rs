//! Killed, or failed, at a system call: the root is exactly as before or exactly as asked for.
//!
//! `strace` counts the calls of a run, then kills the program at each of them (or makes the call fail). The
//! usual run tries a part; `MIGRATE_SOAK=1` (`make soak`) tries every call of every name, kills the recovery too, and
//! pulls the power on a file system of its own.

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
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::Command,
};
use support::{Seen, furnish, host_file, migrate, snapshot};

/// The calls that change something; the usual run tries these alone.
const CHANGING: &str = "openat,write,fchmod,fchmodat,fchown,fchownat,utimensat,rename,renameat,renameat2,linkat,unlink,\
                        unlinkat,rmdir,mkdir,mkdirat,symlink,symlinkat,fsync,fdatasync,syncfs,ftruncate";

fn soak() -> bool {
    std::env::var_os("MIGRATE_SOAK").is_some()
}

/// Tells whether a judge is here; where it must be, its absence is an error.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("-V").output().is_ok();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "`{program}` is missing");
    if !found {
        println!("skipped: `{program}` is missing");
    }
    found
}

/// A root in a state, and a run of the program on it that is to be interrupted.
struct Scenario {
    dir: tempfile::TempDir,
    host: String,
    arguments: Vec<String>,
    old: BTreeMap<String, Seen>,
    new: BTreeMap<String, Seen>,
}

impl Scenario {
    /// The first activation: also the take-over of what was there.
    fn apply() -> Self {
        Self::new(|_, _| {}, |host| vec!["apply".to_owned(), host.to_owned()])
    }

    fn rollback() -> Self {
        let prepare = |host: &str, root: &str| {
            assert_eq!(migrate(&["apply", host, "--root", root]).status.code(), Some(0));
        };
        Self::new(prepare, |_| vec!["rollback".to_owned()])
    }

    fn new(prepare: impl Fn(&str, &str), arguments: impl Fn(&str) -> Vec<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (template, host) = (dir.path().join("template"), dir.path().join("host.toml"));
        fs::create_dir(&template).unwrap();
        furnish(&template);
        fs::write(&host, host_file()).unwrap();
        let host = host.to_str().unwrap().to_owned();
        prepare(&host, template.to_str().unwrap());
        let old = snapshot(&template);
        let mut made = Self { arguments: arguments(&host), host, dir, old, new: BTreeMap::new() };
        let root = made.fresh();
        let done = made.command(&root, &[]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        made.new = snapshot(&root);
        assert_ne!(made.old, made.new);
        made
    }

    /// Copies the template to where the next run works.
    fn fresh(&self) -> PathBuf {
        let root = self.dir.path().join("root");
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        let copied =
            Command::new("cp").arg("-a").arg(self.dir.path().join("template")).arg(&root).status().unwrap();
        assert!(copied.success());
        root
    }

    fn command(&self, root: &Path, strace: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_migrate");
        let mut command = match strace {
            [] => Command::new(program),
            options => {
                let mut command = Command::new("strace");
                command.args(["-f", "-qq"]).args(options).arg(program);
                command
            }
        };
        command.args(&self.arguments).arg("--root").arg(root);
        command
    }

    /// Counts the calls of an undisturbed run by name.
    fn points(&self, names: &str) -> Vec<(String, usize)> {
        let (root, trace) = (self.fresh(), self.dir.path().join("trace"));
        let options = ["-o", trace.to_str().unwrap(), "-e", &format!("trace={names}")];
        assert!(self.command(&root, &options).output().unwrap().status.success());
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for line in fs::read_to_string(&trace).unwrap().lines() {
            let call = line.split_once(' ').map_or(line, |(_, rest)| rest.trim_start());
            if let Some((name, _)) = call.split_once('(').filter(|(name, _)| !name.contains(['<', ' '])) {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        }
        counts.remove("exit_group");
        counts.remove("execve");
        counts.into_iter().flat_map(|(name, count)| (1..=count).map(move |at| (name.clone(), at))).collect()
    }

    /// Tells whether the root is in the old or the new state; fails for anything between.
    #[track_caller]
    fn is_new(&self, root: &Path, point: &str) -> bool {
        let found = snapshot(root);
        if found == self.new {
            return true;
        }
        let differing: Vec<_> =
            found.iter().filter(|(path, seen)| self.old.get(*path) != Some(*seen)).collect();
        let lost: Vec<_> = self.old.keys().filter(|path| !found.contains_key(*path)).collect();
        assert!(found == self.old, "{point}: neither old nor new: {differing:?} lost {lost:?}");
        false
    }

    /// Settles an interrupted run in one of three ways, and looks at what it led to.
    fn settle(&self, root: &Path, way: usize, point: &str) {
        let at = root.to_str().unwrap();
        let run = |arguments: &[&str]| {
            let output = migrate(&[arguments, &["--root", at]].concat());
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let leftover = |point: &str| {
            let names = snapshot(root);
            assert!(
                !names.keys().any(|name| name.contains("migrate-new")),
                "{point}: a temporary file is left"
            );
            assert!(!root.join("var/lib/migrate/journal.json").exists(), "{point}: the journal is left");
        };
        match way {
            0 => {
                let (code, said) = run(&["status"]);
                assert!(matches!(code, Some(0 | 2)), "{point}: {said}");
                self.is_new(root, point);
                leftover(point);
            }
            1 => {
                let (code, said) = run(&["apply", &self.host]);
                assert_eq!(code, Some(0), "{point}: {said}");
                leftover(point);
            }
            _ => {
                let (code, said) = run(&["rollback", "--to", "0"]);
                // nothing was activated: nothing to go back to
                assert!(matches!(code, Some(0 | 3)), "{point}: {said}");
                leftover(point);
            }
        }
        // whatever happened, the host file can be placed and taken back
        assert_eq!(run(&["apply", &self.host]).0, Some(0), "{point}");
        assert_eq!(run(&["status"]).0, Some(0), "{point}");
        assert_eq!(run(&["rollback", "--to", "0"]).0, Some(0), "{point}");
    }

    fn run_with(&self, root: &Path, inject: &str) -> std::process::ExitStatus {
        let options = ["-o", "/dev/null", "-e", inject];
        self.command(root, &options).output().unwrap().status
    }

    /// Kills the run at a point; returns false where the run ended before (calls differ a little between runs).
    fn kill(&self, root: &Path, (name, at): &(String, usize)) -> bool {
        let status = self.run_with(root, &format!("inject={name}:signal=SIGKILL:when={at}"));
        status.signal() == Some(9) || status.code() == Some(137)
    }
}

/// Takes every point in a soak, else at most `most` of them, spread evenly.
fn some(points: Vec<(String, usize)>, most: usize) -> Vec<(String, usize)> {
    let step = if soak() { 1 } else { points.len().div_ceil(most).max(1) };
    points.into_iter().step_by(step).collect()
}

fn kill_everywhere(scenario: &Scenario, what: &str) {
    let points = scenario.points(if soak() { "all" } else { CHANGING });
    let all = points.len();
    let points = some(points, 36);
    let (mut killed, mut committed) = (0_usize, 0);
    for (number, point) in points.iter().enumerate() {
        let root = scenario.fresh();
        if !scenario.kill(&root, point) {
            continue;
        }
        killed += 1;
        let words = format!("{what} killed at {} number {}", point.0, point.1);
        if number % 3 == 0 {
            // looked at before and after: what `status` settles is what is there
            let output = migrate(&["status", "--root", root.to_str().unwrap()]);
            assert!(matches!(output.status.code(), Some(0 | 2)), "{words}");
            committed += usize::from(scenario.is_new(&root, &words));
        }
        scenario.settle(&root, number % 3, &words);
    }
    println!(
        "{what}: killed at {killed} of {all} calls, {committed} of the {} looked at were done",
        killed.div_ceil(3)
    );
    assert!(killed * 10 >= points.len() * 9, "only {killed} of {} points killed anything", points.len());
}

#[test]
fn an_apply_killed_anywhere_is_undone_or_done() {
    if has("strace") {
        kill_everywhere(&Scenario::apply(), "apply");
    }
}

#[test]
fn a_rollback_killed_anywhere_is_undone_or_done() {
    if has("strace") {
        kill_everywhere(&Scenario::rollback(), "rollback");
    }
}

#[test]
fn a_recovery_killed_anywhere_goes_on() {
    if !has("strace") {
        return;
    }
    let scenario = Scenario::apply();
    // in the middle of the acting
    let points: Vec<_> = scenario.points("renameat").into_iter().filter(|(_, at)| at % 3 == 0).collect();
    let inner = if soak() { 200 } else { 3 };
    let mut killed = 0;
    for point in some(points, 1) {
        let mut over = "";
        for (name, at) in CHANGING.split(',').flat_map(|name| (1..=inner).map(move |at| (name, at))) {
            if name == over {
                continue;
            }
            let root = scenario.fresh();
            assert!(scenario.kill(&root, &point));
            let inject = format!("inject={name}:signal=SIGKILL:when={at}");
            let status = Command::new("strace")
                .args([
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    &inject,
                    env!("CARGO_BIN_EXE_migrate"),
                    "status",
                    "--root",
                ])
                .arg(&root)
                .output()
                .unwrap()
                .status;
            if status.success() || status.code() == Some(2) {
                assert!(!scenario.is_new(&root, &format!("recovery not killed at {name} number {at}")));
                over = name;
                continue;
            }
            killed += 1;
            let output = migrate(&["status", "--root", root.to_str().unwrap()]);
            assert!(matches!(output.status.code(), Some(0 | 2)), "{name} {at}");
            assert!(!scenario.is_new(&root, &format!("recovery killed at {name} number {at}")));
        }
    }
    println!("recovery: killed at {killed} calls");
    assert!(killed > 10, "only {killed} recoveries were killed");
}

#[test]
fn a_call_that_fails_is_told_by_the_exit_status() {
    if !has("strace") {
        return;
    }
    let scenario = Scenario::apply();
    let mut seen: BTreeMap<i32, usize> = BTreeMap::new();
    for (name, at) in some(scenario.points(CHANGING), 36) {
        let root = scenario.fresh();
        let error = ["EIO", "ENOSPC", "EROFS", "EACCES"][at % 4];
        let status = scenario.run_with(&root, &format!("inject={name}:error={error}:when={at}"));
        let words = format!("{name} number {at} failed with {error}");
        let code = status.code().unwrap_or(-1);
        *seen.entry(code).or_default() += 1;
        match code {
            // a closed standard stream or a missing locale file is survived
            0 | 4 => assert!(scenario.is_new(&root, &words), "{words}: status {code} without the new state"),
            // before anything was read, or refused, or taken back
            1 | 3 | 5 | 64 | 127 => {
                assert!(!scenario.is_new(&root, &words), "{words}: status {code} and the new state")
            }
            6 => {}
            _ => panic!("{words}: status {code}"),
        }
        assert!(
            matches!(migrate(&["status", "--root", root.to_str().unwrap()]).status.code(), Some(0 | 2)),
            "{words}"
        );
        scenario.is_new(&root, &words);
    }
    println!("failing calls by exit status: {seen:?}");
    assert!(seen.get(&5).is_some_and(|count| *count > 3), "too few failures after the journal: {seen:?}");
}

#[test]
fn failing_for_good_ends_with_six_and_can_be_settled_later() {
    if !has("strace") {
        return;
    }
    let scenario = Scenario::apply();
    let renames = scenario.points("renameat").len();
    let root = scenario.fresh();
    let status = scenario.run_with(&root, &format!("inject=renameat:error=EIO:when={}+", renames / 2));
    assert_eq!(status.code(), Some(6));
    assert!(root.join("var/lib/migrate/journal.json").exists());
    let plan = migrate(&["plan", &scenario.host, "--root", root.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&plan.stderr).contains("activate::open-journal"));
    assert!(migrate(&["status", "--root", root.to_str().unwrap()]).status.success());
    assert!(!scenario.is_new(&root, "settled later"));
}

/// A file system in a file, mounted, from which the power can be pulled.
struct Disk {
    dir: tempfile::TempDir,
}

impl Disk {
    /// Makes one; `None` where the tools or the rights for it are missing.
    fn new() -> Option<Self> {
        let disk = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(disk.mount_point()).unwrap();
        fs::File::create(disk.image()).unwrap().set_len(48 << 20).unwrap();
        let made = support::is_root()
            && has("xfs_io")
            && Command::new("mkfs.ext4")
                .arg("-q")
                .arg(disk.image())
                .status()
                .is_ok_and(|status| status.success())
            && disk.mount();
        assert!(made || std::env::var("CI").as_deref() != Ok("true"), "no loop device with ext4 can be had");
        if !made {
            println!("skipped: pulling the power needs root, mkfs.ext4, xfs_io and a loop device");
        }
        made.then_some(disk)
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn mount_point(&self) -> PathBuf {
        self.dir.path().join("mnt")
    }

    fn mount(&self) -> bool {
        let mount =
            Command::new("mount").args(["-o", "loop"]).arg(self.image()).arg(self.mount_point()).output();
        mount.is_ok_and(|output| output.status.success())
    }

    /// Drops what was not written to the disk, and mounts again.
    fn pull_the_power(&self) {
        let shutdown =
            Command::new("xfs_io").args(["-x", "-c", "shutdown"]).arg(self.mount_point()).output().unwrap();
        assert!(shutdown.status.success(), "{}", String::from_utf8_lossy(&shutdown.stderr));
        assert!(Command::new("umount").arg(self.mount_point()).status().unwrap().success());
        assert!(self.mount());
    }

    /// Copies a template onto it, on the disk when it returns.
    fn furnish(&self, scenario: &Scenario) -> PathBuf {
        let root = self.mount_point().join("root");
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        let copied =
            Command::new("cp").arg("-a").arg(scenario.dir.path().join("template")).arg(&root).status();
        assert!(copied.unwrap().success());
        assert!(Command::new("sync").status().unwrap().success());
        root
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.mount_point()).output();
    }
}

#[test]
fn what_was_activated_survives_a_loss_of_power() {
    let Some(disk) = Disk::new() else { return };
    for scenario in [Scenario::apply(), Scenario::rollback()] {
        let root = disk.furnish(&scenario);
        assert!(scenario.command(&root, &[]).output().unwrap().status.success());
        disk.pull_the_power();
        assert!(scenario.is_new(&root, "after a loss of power"));
        assert_eq!(migrate(&["status", "--root", root.to_str().unwrap()]).status.code(), Some(0));
    }
}

#[test]
fn a_loss_of_power_on_the_way_leaves_old_or_new() {
    if !has("strace") {
        return;
    }
    let Some(disk) = Disk::new() else { return };
    for scenario in [Scenario::apply(), Scenario::rollback()] {
        let points = scenario.points("renameat,rename,unlink,unlinkat,fsync,syncfs,mkdirat,fchmod");
        let step = points.len().div_ceil(if soak() { 60 } else { 6 });
        let (mut tried, mut new) = (0, 0);
        for point in points.iter().step_by(step.max(1)) {
            let root = disk.furnish(&scenario);
            assert!(scenario.kill(&root, point));
            disk.pull_the_power();
            let status = migrate(&["status", "--root", root.to_str().unwrap()]);
            let words = format!("power lost at {} number {}", point.0, point.1);
            assert!(
                matches!(status.status.code(), Some(0 | 2)),
                "{words}: {}",
                String::from_utf8_lossy(&status.stderr)
            );
            new += usize::from(scenario.is_new(&root, &words));
            tried += 1;
        }
        println!("power lost at {tried} calls, {new} of them after the commit");
    }
}
