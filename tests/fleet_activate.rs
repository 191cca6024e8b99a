//! From a catalog to a running generation: every node of the fixture, as a host file, below an empty root and back.

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

use migrate::{
    activate::{Backend, Native, Options, Owners},
    catalog::read_catalog,
    diff::{compare, read_side},
    model::{FileKind, HostConfig},
    packages::NameMap,
    source::DiskWorld,
    translate::{Context, Sources, translate},
    value::Value,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn hosts() -> Vec<HostConfig> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let control = fixtures.join("control-repo");
    let world = DiskWorld::new(0);
    let module_path: [PathBuf; 2] = [control.join("site"), control.join("modules")];
    let sources = Sources { world: &world, module_path: &module_path, mounts: &[], private: &[] };
    let mut files: Vec<_> =
        fs::read_dir(fixtures.join("catalogs/control-repo")).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let host = |file: &PathBuf| {
        let catalog = read_catalog(&fs::read_to_string(file).unwrap()).unwrap();
        translate(&catalog, &Context { facts: &Value::Undef, sources, packages: &NameMap, observed: None })
            .config
    };
    files.iter().map(host).collect()
}

/// Gives each secret of a host a plaintext that can be found again.
fn secrets_for(config: &HostConfig, dir: &Path) {
    for file in &config.files {
        if let FileKind::Regular { content: Some(text), .. } = &file.kind {
            for secret in text.secrets() {
                let name =
                    if secret.derived { format!("{}.derived", secret.id) } else { secret.id.to_string() };
                fs::write(dir.join(name), format!("plain-{}", secret.id)).unwrap();
            }
        }
    }
}

#[test]
fn every_node_is_placed_below_an_empty_root_and_taken_back() {
    let hosts = hosts();
    assert_eq!(hosts.len(), 6);
    for config in hosts {
        let dir = tempfile::tempdir().unwrap();
        let (root, secrets) = (dir.path().join("root"), dir.path().join("secrets"));
        fs::create_dir(&root).unwrap();
        fs::create_dir(&secrets).unwrap();
        secrets_for(&config, &secrets);
        let text = toml::to_string(&config).unwrap();
        let read = HostConfig::read("host.toml", &text).unwrap();
        assert_eq!(read, config, "a host file reads back as it was written");
        let owners = if support::is_root() { Owners::Known } else { Owners::Leave };
        let options = Options { secrets: Some(secrets), owners, ..Options::default() };
        let native = Native::open(&root, None, options).unwrap();
        let built = native.build(&read).unwrap();
        let name = &config.host.certname;
        let done = native.activate(&built).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(done.is_new && done.changed.len() >= config.files.len() / 2, "{name}");
        for file in &config.files {
            let path = root.join(file.path.trim_start_matches('/'));
            let found = fs::symlink_metadata(&path);
            let fits = match &file.kind {
                FileKind::Regular { .. } => found.unwrap().is_file(),
                FileKind::Directory { .. } => found.unwrap().is_dir(),
                FileKind::Link { .. } => found.unwrap().is_symlink(),
                FileKind::Absent { .. } => found.is_err(),
            };
            assert!(fits, "{name}: {}", file.path);
        }
        assert!(native.status().unwrap().0.unwrap().steps.is_empty(), "{name}: nothing drifted");
        assert!(!native.activate(&built).unwrap().is_new, "{name}: nothing to do");
        native.rollback(None).unwrap();
        assert!(support::snapshot(&root).is_empty(), "{name}: everything is taken back");
    }
}

#[test]
fn a_host_file_is_as_the_catalog_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    for config in hosts() {
        fs::write(
            folder.path().join(format!("{}.toml", config.host.certname)),
            toml::to_string(&config).unwrap(),
        )
        .unwrap();
    }
    let side = read_side(folder.path()).unwrap();
    let same = compare(&side, &side, &|_| unreachable!("both sides are host files"));
    assert!(!same.is_different());
    assert_eq!(same.counts().nodes, 6);
    assert!(same.counts().same > 300);
}
