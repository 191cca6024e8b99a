//! A fleet, factored: modules and host files give every host's settings again, a change of either is noticed, and one
//! more host leaves the others alone.

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
#[path = "common/site.rs"]
mod site;

use migrate::{
    catalog::Catalog,
    compile::Exported,
    factor::{Fleet, Member, check, factor, facts_of_hierarchy, transliterate::Manifests},
    inputs::{NodeInputs, Repo},
    packages::NameMap,
    source::DiskWorld,
    translate::{self, Context, Sources, Translated, nixos::Expr},
};
use std::path::Path;

struct Host {
    catalog: Catalog,
    translated: Translated,
    node: NodeInputs,
}

struct Site {
    world: DiskWorld,
    repo: Repo,
    hosts: Vec<Host>,
}

impl Site {
    /// Compiles and translates the nodes of a repo whose facts lie beside it.
    fn open(root: &Path) -> Self {
        let world = DiskWorld::new(1_700_000_000);
        let (repo, hosts) = site::compile(root, None, 8, Exported::Fleet, &world);
        let module_path = &repo.module_path;
        let one = |(catalog, node): (Catalog, NodeInputs)| {
            let sources = Sources { world: &world, module_path, mounts: &[], private: &[] };
            let context = Context { facts: &node.facts, sources, packages: &NameMap, observed: None };
            Host { translated: translate::translate(&catalog, &context), catalog, node }
        };
        let hosts = hosts.into_iter().map(one).collect();
        Self { world, repo, hosts }
    }

    /// Runs something with the fleet.
    fn with<T>(&self, run: impl FnOnce(&Fleet<'_>) -> T) -> T {
        let sources = Manifests::new(&self.world, self.repo.module_path.clone());
        fn member(host: &Host) -> Member<'_> {
            let Host { catalog, translated, node } = host;
            let certname = &translated.config.host.certname;
            let NodeInputs { facts, trusted, parameters: variables, .. } = node;
            Member { certname, translated, catalog, facts, trusted, variables }
        }
        let mut members: Vec<Member<'_>> = self.hosts.iter().map(member).collect();
        members.sort_by_key(|member| member.certname);
        let hiera = std::fs::read_to_string(self.repo.root.join("hiera.yaml")).unwrap_or_default();
        let (site, own, hierarchy) = ("site".into(), self.repo.own_modules(), facts_of_hierarchy(&hiera));
        run(&Fleet { site, own, hierarchy, members, sources: Some(&sources) })
    }
}

fn control_repo() -> Site {
    let site = Site::open(&common::project("fixtures/control-repo"));
    assert_eq!(site.hosts.len(), 6);
    site
}

#[test]
fn modules_and_host_files_give_every_hosts_settings_again() {
    control_repo().with(|fleet| {
        let factored = factor(fleet);
        assert_eq!(check(fleet, &factored), []);
        let rungs = factored.rungs;
        let read = rungs.expression + rungs.table;
        println!("{rungs:?}");
        assert!(rungs.literal > 200 && read > 10, "most is shared, and some is read: {rungs:?}");
    });
}

#[test]
fn a_line_of_a_host_that_is_deleted_is_noticed() {
    control_repo().with(|fleet| {
        let factored = factor(fleet);
        let (mut tried, mut vain) = (0, Vec::new());
        for (certname, file) in &factored.hosts {
            for at in 0..file.settings.len() {
                let mut changed = factored.clone();
                let gone = changed.hosts.get_mut(certname).unwrap().settings.remove(at);
                let found = check(fleet, &changed);
                if !found.iter().any(|it| it.certname == *certname) {
                    vain.push(format!("{certname}: {}", gone.option.join(".")));
                }
                tried += 1;
            }
        }
        // the one class below it does nothing there: its parameter `enable` is false
        assert_eq!(vain, ["bastion.example.net: site.role.enable"]);
        assert!(tried > 60, "{tried}");
    });
}

#[test]
fn a_literal_of_a_module_that_is_changed_is_noticed() {
    control_repo().with(|fleet| {
        let factored = factor(fleet);
        let places = factored.modules.iter().flat_map(|(unit, module)| {
            let groups = module.groups.iter().enumerate();
            groups.flat_map(move |(group, it)| (0..it.settings.len()).map(move |at| (unit, group, at)))
        });
        let places: Vec<_> = places.collect();
        assert!(places.len() > 200, "{}", places.len());
        for (unit, group, at) in places {
            let mut changed = factored.clone();
            let setting = &mut changed.modules.get_mut(unit).unwrap().groups[group].settings[at].setting;
            setting.value = match &setting.value {
                Expr::Bool(it) => Expr::Bool(!it),
                _ => Expr::str("changed"),
            };
            let option = setting.option.join(".");
            assert!(!check(fleet, &changed).is_empty(), "{unit:?}: {option}");
        }
    });
}

#[test]
fn what_is_collected_from_another_host_is_set_where_it_is_collected() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "manifests/site.pp",
        "node /^web/ { @@file { \"/etc/monitor/${facts['networking']['hostname']}.conf\": content => \"x\\n\" } }\n\
         node 'mon01.example.org' { File <<| |>> }\n",
    );
    for host in ["web01", "web02", "mon01"] {
        let facts =
            format!("networking:\n  hostname: {host}\n  domain: example.org\n  fqdn: {host}.example.org\n");
        write(&format!("facts/{host}.example.org.yaml"), &facts);
    }
    let site = Site::open(folder.path());
    site.with(|fleet| {
        let factored = factor(fleet);
        assert_eq!(check(fleet, &factored), []);
        let mon01 = fleet.members.iter().find(|it| it.certname == "mon01.example.org").unwrap();
        assert_eq!(mon01.translated.config.files.len(), 2, "one file of each web host");
    });
}
