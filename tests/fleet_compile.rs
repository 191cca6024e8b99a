//! Compiling a fleet: the same bytes whatever `--jobs` is, nothing written that is not the node's last word, a cache
//! that a change cannot make stale, and `--since`.
//!
//! A cache is stale when a run with it gives something else than a run without. Each change below is made behind the
//! back of a warm cache; it must show in the catalogs, with the cache and without.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing"
)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A control repo whose files a test changes.
struct Site {
    folder: tempfile::TempDir,
    flags: Vec<String>,
}

/// What a run wrote: catalogs by node, and what it said.
struct Run {
    catalogs: BTreeMap<String, String>,
    said: String,
}

const FILES: [(&str, &str); 28] = [
    ("environment.conf", "modulepath = site:modules\nmanifest = manifests\n"),
    (
        "manifests/site.pp",
        "node default {\n  include m\n  include \"role_${facts['role']}\"\n  notify { 'site': }\n}\n",
    ),
    (
        "manifests/roles.pp",
        "class role_exporter {\n  @@notify { \"from ${trusted['certname']}\": message => $facts['size'] }\n  \
         @@host { \"h-${trusted['certname']}\": ip => $facts['ip'] }\n  notify { 'ip': message => $facts['ip'] }\n}\nclass role_plain {}\n",
    ),
    (
        "site/role_collector/manifests/init.pp",
        "class role_collector {\n  Notify <<| |>>\n  notify { 'now': message => \"${strftime('%s')}\" }\n}\n",
    ),
    (
        "modules/m/manifests/init.pp",
        "class m (String $key = 'none', Array $list = [], String $own = 'none', String $later = 'none') {\n  \
         $maybe = find_file('m/maybe.txt')\n  $late = defined('late')\n  $fits = ['a'] =~ M::Outer\n  \
         $enc = getvar('parameter', 'none')\n  $zone = $trusted['extensions']['pp_zone']\n  \
         $server = $server_facts['servername']\n  notify { 'm': message => \"${key} ${list.join(',')} ${own} ${later} \
         ${maybe} ${late} ${fits} ${enc} ${zone} ${server} ${m::f()} ${m::r()} ${settings::extra} ${facts['size']} \
         ${generate('/bin/x')} ${lookup('backend')}\" }\n  notify { 't': message => template('m/t.erb') }\n  \
         notify { 'e': message => epp('m/e.epp') }\n  notify { 'n': message => file('n/n.txt', 'm/n.txt') }\n  \
         m::thing { 'x': }\n}\n",
    ),
    ("modules/m/manifests/thing.pp", "define m::thing {\n  notify { \"thing ${title}\": }\n}\n"),
    (
        "modules/m/metadata.json",
        "{\"name\": \"x-m\", \"version\": \"1.0.0\", \"author\": \"x\", \"license\": \"MIT\", \"summary\": \"x\", \"source\": \"x\", \"dependencies\": []}",
    ),
    ("modules/m/data/common.yaml", "m::later: of the module\n"),
    ("modules/m/types/outer.pp", "type M::Outer = Array[M::Inner]\n"),
    ("modules/m/types/inner.pp", "type M::Inner = Enum['a', 'b']\n"),
    (
        "modules/m/lib/puppet/functions/m/r.rb",
        "require_relative '../../../x/part'\nPuppet::Functions.create_function(:'m::r') do\n  dispatch :r do\n  \
         end\n  def r\n    X::PART + call_function('m::f')\n  end\nend\n",
    ),
    ("modules/m/lib/x/part.rb", "module X\n  PART = 'p1'\nend\n"),
    (
        "modules/m/functions/backend.pp",
        "function m::backend(Hash $options, Puppet::LookupContext $context) {\n  {'backend' => 'k1'}\n}\n",
    ),
    ("modules/m/functions/f.pp", "function m::f() {\n  'f1'\n}\n"),
    ("modules/m/templates/t.erb", "t1 <%= @key %>\n"),
    ("modules/m/templates/e.epp", "e1\n"),
    ("modules/m/files/n.txt", "of m\n"),
    (
        "hiera.yaml",
        "version: 5\nhierarchy:\n  - name: node\n    path: \"nodes/%{trusted.certname}.yaml\"\n  - name: extra\n    \
         glob: \"extra/*.yaml\"\n  - name: backend\n    data_hash: m::backend\n  \
         - name: roles\n    mapped_paths: [facts.tags, tag, \"tags/%{tag}.yaml\"]\n  - name: common\n    path: common.yaml\n",
    ),
    ("data/common.yaml", "m::key: common\n"),
    ("data/extra/b.yaml", "m::list: [b]\n"),
    ("data/tags/red.yaml", "m::own: red\n"),
    ("facts/a.yaml", "role: collector\nsize: 1\nip: 192.0.2.1\n"),
    ("facts/b.yaml", "role: exporter\nsize: 2\nip: 192.0.2.2\ntags: [blue, red]\n"),
    ("facts/c.yaml", "role: exporter\nsize: 3\nip: 192.0.2.3\n"),
    ("enc/a.yaml", "parameters: {parameter: 1}\n"),
    ("trusted/c.yaml", "extensions: {pp_zone: north}\n"),
    ("server.yaml", "servername: one.example.net\n"),
    ("migrate.toml", "[functions.generate]\nvalue = \"g1\"\n"),
];

impl Site {
    fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap(), flags: Self::flags() };
        FILES.iter().for_each(|(path, text)| site.write(path, text));
        site
    }

    fn flags() -> Vec<String> {
        vec!["--now".into(), "0".into()]
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("repo").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn compile(&self, more: &[&str]) -> Run {
        let out = tempfile::tempdir().unwrap();
        let mut command = common::migrate();
        command.arg("compile").arg(self.path("")).arg("--facts").arg(self.path("facts"));
        for (flag, path) in [
            ("--enc", "enc"),
            ("--trusted", "trusted"),
            ("--server-facts", "server.yaml"),
            ("--config", "migrate.toml"),
        ] {
            command.arg(flag).arg(self.path(path));
        }
        command.args(["--setting", "extra=plain"]).args(&self.flags).args(more);
        let output = common::run(command.arg("--out").arg(out.path()));
        let said = common::stderr(&output);
        assert!(output.status.success(), "{said}");
        Run { catalogs: catalogs(out.path()), said }
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    fn cached(&self) -> Run {
        self.compile(&["--cache", self.folder.path().join("cache").to_str().unwrap()])
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.path("")).args(["-c", "user.name=x", "-c", "user.email=x@example.org"]);
        let output = common::run(command.args(arguments));
        assert!(output.status.success(), "{}", common::stderr(&output));
    }

    /// The nodes that a run since the last commit writes.
    fn since(&self) -> String {
        let run = self.compile(&["--since", "HEAD"]);
        run.catalogs.keys().map(|name| name.trim_end_matches(".json")).collect::<Vec<_>>().join(" ")
    }
}

fn catalogs(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let read = |entry: fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

#[test]
fn the_bytes_are_the_same_whatever_the_number_of_threads() {
    let repo = common::project("fixtures/control-repo");
    let run = |jobs: &str| {
        let out = tempfile::tempdir().unwrap();
        let mut command = common::migrate();
        command.arg("compile").arg(&repo).arg("--out").arg(out.path()).args(["--jobs", jobs]);
        for (flag, folder) in
            [("--facts", "facts"), ("--enc", "enc"), ("--trusted", "trusted"), ("--eyaml-keys", "keys")]
        {
            command.arg(flag).arg(repo.join(folder));
        }
        let output = common::run(&mut command);
        (catalogs(out.path()), common::stdout(&output), common::stderr(&output))
    };
    let one = run("1");
    assert!(one.0.len() > 3, "{}", one.2);
    for _ in 0..3 {
        assert_eq!(run("8"), one);
    }
}

/// Compiles a small fleet of one manifest, nodes `a` and `b`, into a folder that has an earlier catalog of `a`.
fn with_earlier(manifest: &str) -> (BTreeMap<String, String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (repo, out) = (folder.path().join("repo"), folder.path().join("out"));
    for (path, text) in [
        ("repo/manifests/site.pp", manifest),
        ("repo/facts/a.json", "{\"k\": 1}"),
        ("repo/facts/b.json", "{\"k\": 1}"),
        ("out/a.json", "{\"resources\": []}"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut command = common::migrate();
    command.arg("compile").arg(&repo).arg("--facts").arg(repo.join("facts")).arg("--out").arg(&out);
    let output = common::run(&mut command);
    (catalogs(&out), common::stderr(&output))
}

#[test]
fn a_collector_is_written_once_its_exports_have_come_to_rest() {
    let (written, said) = with_earlier(
        "node a { Notify <<| |>> }\nnode b {\n  @@notify { 'x': }\n  Notify <<| title == 'never' |>>\n}\n",
    );
    assert!(written["a.json"].contains("\"x\"") && written["b.json"].contains("catalog_uuid"), "{said}");
    assert_eq!(written.len(), 2);
}

#[test]
fn a_collector_without_a_catalog_leaves_the_earlier_one() {
    // each exports what the other lacks, so that there is no end
    let (written, said) = with_earlier(
        "Notify <<| |>>\nif defined(Notify['flag']) { notify { 'late': } } else { @@notify { 'flag': } }\n",
    );
    assert!(said.contains("compile::exports-oscillate"), "{said}");
    assert_eq!(written, BTreeMap::from([("a.json".to_owned(), "{\"resources\": []}".to_owned())]));
}

/// What is changed: a name, and the nodes that it changes.
type Change = (&'static str, &'static str, fn(&mut Site));

const CHANGES: [Change; 43] = [
    ("a file that is asked for appears", "abc", |site| site.write("modules/m/files/maybe.txt", "")),
    ("a module that is asked for appears", "abc", |site| {
        site.write("modules/late/manifests/init.pp", "class late {}\n");
    }),
    ("a data file of a node appears", "b", |site| site.write("data/nodes/b.yaml", "m::key: own\n")),
    ("a data file of all", "abc", |site| site.write("data/common.yaml", "m::key: other\n")),
    ("a data file of all goes", "abc", |site| site.remove("data/common.yaml")),
    ("a data file of some by a fact", "b", |site| site.write("data/tags/red.yaml", "m::own: other\n")),
    ("a data file of some by a fact appears", "b", |site| {
        site.write("data/tags/blue.yaml", "m::own: blue\n")
    }),
    ("one more file matches a glob", "abc", |site| site.write("data/extra/a.yaml", "m::list: [a]\n")),
    ("a file that matched a glob goes", "abc", |site| site.remove("data/extra/b.yaml")),
    ("a sibling of site.pp", "abc", |site| site.write("manifests/z.pp", "Notify { loglevel => debug }\n")),
    ("a sibling of site.pp in a folder", "abc", |site| {
        site.write("manifests/deep/z.pp", "notify { 'deep': }\n");
    }),
    ("a template", "abc", |site| site.write("modules/m/templates/t.erb", "t2\n")),
    ("an EPP template", "abc", |site| site.write("modules/m/templates/e.epp", "e2\n")),
    ("a define", "abc", |site| {
        site.write(
            "modules/m/manifests/thing.pp",
            "define m::thing {\n  notify { \"other ${title}\": }\n}\n",
        );
    }),
    ("a function", "abc", |site| site.write("modules/m/functions/f.pp", "function m::f() {\n  'f2'\n}\n")),
    ("a Ruby function", "abc", |site| {
        site.write(
            "modules/m/lib/puppet/functions/m/r.rb",
            "Puppet::Functions.create_function(:'m::r') do\n  def r\n    'r2'\n  end\nend\n",
        );
    }),
    ("a file that a Ruby function loads", "abc", |site| {
        site.write("modules/m/lib/x/part.rb", "module X\n  PART = 'p2'\nend\n");
    }),
    ("a Ruby function in the place of a Puppet one", "abc", |site| {
        site.write(
            "modules/m/lib/puppet/functions/m/f.rb",
            "Puppet::Functions.create_function(:'m::f') do\n  def f\n    'ruby'\n  end\nend\n",
        );
        site.remove("modules/m/functions/f.pp");
    }),
    ("a data function", "abc", |site| {
        site.write(
            "modules/m/functions/backend.pp",
            "function m::backend(Hash $options, Puppet::LookupContext $context) {\n  {'backend' => 'k2'}\n}\n",
        );
    }),
    ("a type that a type names", "abc", |site| {
        site.write("modules/m/types/inner.pp", "type M::Inner = Enum['c']\n")
    }),
    ("the same module earlier in the path", "abc", |site| {
        site.write("site/m/manifests/init.pp", "class m {\n  notify { 'other': }\n}\n");
    }),
    ("a file earlier in a list appears", "abc", |site| site.write("modules/n/files/n.txt", "of n\n")),
    ("a module's metadata", "abc", |site| {
        site.write(
            "modules/m/metadata.json",
            "{\"name\": \"x-m\", \"version\": \"1.0.0\", \"author\": \"x\", \"license\": \"MIT\", \"summary\": \"x\", \"source\": \"x\", \"dependencies\": [], \"data_provider\": \"hiera\"}",
        );
    }),
    ("a module's hierarchy appears", "abc", |site| {
        site.write(
            "modules/m/hiera.yaml",
            "version: 5\ndefaults: {datadir: data, data_hash: yaml_data}\nhierarchy: [{name: x, path: common.yaml}]\n",
        );
    }),
    ("a class of one role", "a", |site| {
        site.write("site/role_collector/manifests/init.pp", "class role_collector {\n  notify { 'c': }\n}\n");
    }),
    ("the hierarchy", "abc", |site| {
        site.write("hiera.yaml", "version: 5\nhierarchy: [{name: backend, data_hash: 'm::backend'}]\n");
    }),
    ("environment.conf", "abc", |site| {
        site.write("environment.conf", "modulepath = other:site:modules\nmanifest = manifests\n");
        site.write("other/m/manifests/init.pp", "class m {\n  notify { 'other': }\n}\n");
    }),
    ("a fact, exported to another", "ab", |site| {
        site.write("facts/b.yaml", "role: exporter\nsize: 20\nip: 192.0.2.2\ntags: [blue, red]\n");
    }),
    ("a fact, exported to nobody", "b", |site| {
        site.write("facts/b.yaml", "role: exporter\nsize: 2\nip: 192.0.2.9\ntags: [blue, red]\n");
    }),
    ("an exporter that exports no more", "ab", |site| {
        site.write("facts/b.yaml", "role: plain\nsize: 2\ntags: [blue, red]\n");
    }),
    ("an exporter goes", "ab", |site| site.remove("facts/b.yaml")),
    ("an exporter comes", "a", |site| site.write("facts/d.yaml", "role: exporter\nsize: 4\nip: 192.0.2.4\n")),
    ("what the ENC says of a node", "a", |site| site.write("enc/a.yaml", "parameters: {parameter: 2}\n")),
    ("the ENC knows one more node", "c", |site| site.write("enc/c.yaml", "parameters: {parameter: 2}\n")),
    ("trusted data", "c", |site| site.write("trusted/c.yaml", "extensions: {pp_zone: south}\n")),
    ("server facts", "abc", |site| site.write("server.yaml", "servername: two.example.net\n")),
    ("an answer for a function", "abc", |site| {
        site.write("migrate.toml", "[functions.generate]\nvalue = \"g2\"\n");
    }),
    ("the clock", "a", |site| site.flags[1] = "86400".into()),
    ("a fact by flag", "abc", |site| site.flags.extend(["--override".into(), "size=9".into()])),
    ("a setting", "abc", |site| site.flags.extend(["--setting".into(), "extra=other".into()])),
    ("the environment's name", "abc", |site| site.flags.extend(["--environment".into(), "test".into()])),
    ("the catalog's version", "abc", |site| site.flags.extend(["--catalog-version".into(), "7".into()])),
    ("where exports come from", "a", |site| site.flags.extend(["--exported".into(), "none".into()])),
];

#[test]
fn a_change_behind_the_back_of_the_cache_shows() {
    for (name, nodes, change) in CHANGES {
        let mut site = Site::new();
        let before = site.cached();
        change(&mut site);
        let (cached, fresh) = (site.cached(), site.compile(&[]));
        assert_eq!(cached.catalogs, fresh.catalogs, "{name}: the cache is stale");
        let changed = |node: &char| {
            cached.catalogs.get(&format!("{node}.json")) != before.catalogs.get(&format!("{node}.json"))
        };
        let changed: String = "abc".chars().filter(changed).collect();
        assert_eq!(changed, nodes, "{name}");
        let same =
            cached.catalogs.iter().filter(|(node, text)| before.catalogs.get(*node) == Some(*text)).count();
        if same > 0 && site.flags == Site::flags() {
            assert!(
                cached.said.contains(&format!("{same} of them from the cache")),
                "{name}: {}",
                cached.said
            );
        }
    }
}

#[test]
fn what_has_not_changed_is_taken_from_the_cache_with_its_warnings() {
    let site = Site::new();
    site.write("manifests/warn.pp", "warning(\"look at ${trusted['certname']}\")\n");
    let first = site.cached();
    assert!(
        first.said.contains("look at a") && first.said.contains("3 of 3 nodes compiled\n"),
        "{}",
        first.said
    );
    let again = site.cached();
    assert_eq!(again.catalogs, first.catalogs);
    assert_eq!(again.said, first.said.replace("nodes compiled", "nodes compiled, 3 of them from the cache"));
    site.write("data/nodes/b.yaml", "m::key: own\n");
    assert!(site.cached().said.contains("2 of them from the cache"));
}

#[test]
fn a_damaged_entry_is_not_used() {
    let site = Site::new();
    let first = site.cached();
    for entry in fs::read_dir(site.folder.path().join("cache")).unwrap().map(Result::unwrap) {
        if entry.file_name() != ".gitignore" {
            let mut bytes = fs::read(entry.path()).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(entry.path(), bytes).unwrap();
        }
    }
    let again = site.cached();
    assert_eq!(again.catalogs, first.catalogs);
    assert!(!again.said.contains("from the cache"), "{}", again.said);
}

#[test]
fn since_a_revision_only_what_a_change_can_reach_is_compiled() {
    for (name, _, change) in CHANGES {
        let mut site = Site::new();
        site.git(&["init", "--quiet"]);
        site.git(&["add", "."]);
        site.git(&["commit", "--quiet", "--message", "x"]);
        let before = site.compile(&[]).catalogs;
        assert_eq!(site.since(), "", "{name}: before");
        change(&mut site);
        let after = site.compile(&[]).catalogs;
        let mut wanted: Vec<&str> = after
            .iter()
            .filter(|(node, text)| before.get(*node) != Some(*text))
            .map(|it| it.0.as_str())
            .collect();
        // whatever reaches a node reaches who may collect from it, and flags are no change of the repo
        if !wanted.is_empty() && !wanted.contains(&"a.json") {
            wanted.insert(0, "a.json");
        }
        if site.flags != Site::flags() {
            wanted.clear();
        }
        assert_eq!(site.since(), wanted.join(" ").replace(".json", ""), "{name}");
    }
}

#[test]
fn a_revision_that_git_does_not_know_is_an_error() {
    let site = Site::new();
    site.git(&["init", "--quiet"]);
    let mut command = common::migrate();
    command
        .arg("compile")
        .arg(site.path(""))
        .arg("--facts")
        .arg(site.path("facts"))
        .args(["--since", "nowhere"]);
    let output = common::run(command.arg("--out").arg(site.folder.path().join("out")));
    assert_eq!(output.status.code(), Some(1));
    assert!(common::stderr(&output).contains("compile::changes-unknown"), "{}", common::stderr(&output));
}
