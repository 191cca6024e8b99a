//! Every catalog of the fixtures, translated and emitted: nothing is lost, nothing is counted twice, and what is
//! emitted is Nix that exists.

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

use migrate::{
    catalog::{Catalog, read_catalog},
    diag::Diagnostic,
    emit, factor,
    options::OptionTable,
    packages::NameMap,
    source::DiskWorld,
    translate::{self, Context, NIX_RULES, RULES, Sources, Translated, is_leaf},
    value::Value,
    verify::{OptionCounts, check_options},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn catalogs() -> Vec<(PathBuf, Catalog)> {
    let mut found = Vec::new();
    for repo in fs::read_dir("fixtures/catalogs").unwrap() {
        let repo = repo.unwrap().path();
        for file in fs::read_dir(&repo).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((repo.clone(), read_catalog(&text).expect("a recorded catalog reads")));
            }
        }
    }
    found.sort_by(|a, b| a.1.name.cmp(&b.1.name));
    assert!(found.len() >= 6, "the fixtures have at least six catalogs");
    found
}

fn translated(repo: &Path, catalog: &Catalog) -> Translated {
    let world = DiskWorld::new(0);
    let control = Path::new("fixtures").join(repo.file_name().unwrap());
    let module_path =
        [control.join("site"), control.join("modules"), PathBuf::from("/usr/share/puppet/modules")];
    let sources = Sources { world: &world, module_path: &module_path, mounts: &[], private: &[] };
    let facts = Value::Undef;
    translate::translate(catalog, &Context { facts: &facts, sources, packages: &NameMap, observed: None })
}

#[test]
fn every_leaf_and_attribute_is_accounted_once() {
    for (repo, catalog) in catalogs() {
        let translated = translated(&repo, &catalog);
        let mut seen = BTreeSet::new();
        for entry in &translated.ledger.entries {
            assert!(seen.insert(entry.resource.clone()), "{} is counted twice", entry.resource);
            let resource = &catalog.resources[&entry.resource];
            let counted: Vec<_> = entry.attributes.keys().collect();
            let there: Vec<_> = resource.parameters.keys().collect();
            assert_eq!(counted, there, "{}", entry.resource);
            assert!(!entry.verdict.rule.is_empty() && !entry.verdict.reason.is_empty(), "{}", entry.resource);
        }
        for container in &translated.ledger.containers {
            assert!(seen.insert(container.resource.clone()), "{} is counted twice", container.resource);
        }
        assert_eq!(seen.len(), catalog.resources.len(), "{}: a resource is lost", catalog.name);
        let score = translated.ledger.score();
        assert_eq!(score.classes.values().sum::<usize>(), translated.ledger.entries.len());
    }
}

#[test]
fn rules_claim_each_resource_once() {
    for (_, catalog) in catalogs() {
        for (reference, resource) in &catalog.resources {
            let claims = RULES.iter().filter(|rule| (rule.claims)(resource)).count();
            assert!(claims <= 1, "{reference} is claimed by {claims} rules");
            assert!(claims == 0 || is_leaf(reference, &catalog) || reference.type_name == "Stage");
        }
    }
    let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(NIX_RULES.iter().all(|rule| !rule.doc.is_empty()));
}

/// Factors and emits hosts as one fleet; what is emitted gives each host's settings again.
fn emitted(catalogs: &[(PathBuf, Catalog)], hosts: &[Translated]) -> emit::Output {
    let variables = Default::default();
    let mut members: Vec<_> = hosts
        .iter()
        .zip(catalogs)
        .map(|(translated, (_, catalog))| {
            let certname = &translated.config.host.certname;
            let (facts, trusted, variables) = (&Value::Undef, &Value::Undef, &variables);
            factor::Member { certname, translated, catalog, facts, trusted, variables }
        })
        .collect();
    members.sort_by_key(|member| member.certname);
    let fleet = factor::Fleet {
        site: "site".into(),
        own: BTreeSet::new(),
        members,
        sources: None,
        hierarchy: Vec::new(),
    };
    let factored = factor::factor(&fleet);
    assert_eq!(factor::check(&fleet, &factored), []);
    let hosts: emit::Hosts<'_> = hosts.iter().map(|it| (it.config.host.certname.clone(), it)).collect();
    emit::emit(&hosts, &factored, &emit::Around::default()).expect("every catalog can be emitted")
}

#[test]
fn emitted_files_are_nix_and_name_options_that_exist() {
    let catalogs = catalogs();
    let all: Vec<_> = catalogs.iter().map(|(repo, catalog)| translated(repo, catalog)).collect();
    let output = emitted(&catalogs, &all);
    let mut looked = OptionCounts::default();
    for host in &all {
        let (found, counts) = check_options(&host.config, &host.plan, OptionTable::shipped());
        let found: Vec<_> = found.iter().map(Diagnostic::one_line).collect();
        assert_eq!(found, [""; 0], "{}", host.config.host.certname);
        looked.fitting += counts.fitting;
        looked.unsure += counts.unsure;
    }
    assert!(looked.fitting > 10 * looked.unsure, "most values can be judged: {looked:?}");
    let folder = tempfile::tempdir().unwrap();
    emit::write_output(&output, folder.path()).unwrap();
    assert_eq!(emit::write_output(&output, folder.path()).unwrap(), emit::Written::default());
    parses(folder.path());
}

fn parses(folder: &Path) {
    if Command::new("nix-instantiate").arg("--version").output().is_err() {
        assert!(std::env::var("CI").is_err(), "nix-instantiate is missing");
        eprintln!("skipped: nix-instantiate is not installed, emitted files were only formatted");
        return;
    }
    let mut files = vec![folder.join("flake.nix")];
    for name in ["hosts", "secrets"] {
        let entries =
            fs::read_dir(folder.join(name)).into_iter().flatten().map(|entry| entry.unwrap().path());
        files.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "nix")));
    }
    for file in files {
        let answer = Command::new("nix-instantiate").arg("--parse").arg(&file).output().unwrap();
        assert!(answer.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&answer.stderr));
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(nixfmt_rs::format(&text).unwrap(), text, "{} is not formatted", file.display());
    }
}

#[test]
fn secrets_of_the_catalogs_are_in_no_file() {
    for (repo, catalog) in catalogs() {
        let translated = translated(&repo, &catalog);
        let output = emitted(&[(repo, catalog.clone())], &[translated]);
        let needles = emit::needles(&catalog);
        if let Some((file, needle)) = emit::find_secret(&output, &needles) {
            panic!("{}: {file} holds {}", catalog.name, needle.id);
        }
    }
}

#[test]
fn show() {
    let Ok(out) = std::env::var("SHOW") else { return };
    let catalogs = catalogs();
    let all: Vec<_> = catalogs.iter().map(|(repo, catalog)| translated(repo, catalog)).collect();
    for it in &all {
        let score = it.ledger.score();
        eprintln!("{} {:?} {:?} {}", it.config.host.certname, score.classes, score.flags, score.per_mille());
        for entry in it.ledger.entries.iter().filter(|entry| entry.verdict.class == translate::Class::Manual)
        {
            eprintln!("  {} [{}] {}", entry.resource, entry.verdict.rule, entry.verdict.reason);
        }
    }
    emit::write_output(&emitted(&catalogs, &all), Path::new(&out)).unwrap();
}
