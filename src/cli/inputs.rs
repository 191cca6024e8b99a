//! The inputs of a control repo, common to every command that compiles.

use super::{Session, puppetdb::PuppetDbArguments, started};
use crate::{
    compile::{CompiledNode, Exported, Fleet, Listed, NOT_COMPILED, Options},
    diag::{Diagnostic, Result, Sink},
    eval::Strict,
    hiera::yaml,
    inputs::{
        FLAG, Layout, NodeInputs, NodeList, NodeSources, Observed, PuppetDb, ReadNode, Reader, Repo,
        Settings, Target, is_selected, nodes_without_facts,
    },
    maps::IndexMap,
    source::{DiskWorld, Recorded, RecordingWorld, SourceFile, World},
    value::Value,
};
use clap::{Args, ValueEnum};
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// The inputs of a control repo.
#[derive(Clone, Debug, Args)]
pub struct InputArguments {
    /// The control repo: a Puppet environment
    #[arg(default_value = ".", value_name = "REPO")]
    pub repo: PathBuf,
    #[command(flatten)]
    sources: SourceArguments,
}

/// The inputs without the repo itself, for commands with other positional arguments.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Inputs")]
pub struct SourceArguments {
    /// Folders of modules, separated by `:`; overrides `environment.conf`
    #[arg(long, value_name = "A:B")]
    modulepath: Option<String>,
    /// What `$basemodulepath` stands for
    #[arg(long, value_name = "P")]
    basemodulepath: Option<String>,
    /// The site manifest, a file or a folder; overrides `environment.conf`
    #[arg(long, value_name = "M")]
    manifest: Option<PathBuf>,
    /// The environment's name; default the ENC's, or `production`
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// The global layer of Hiera
    #[arg(long, value_name = "FILE")]
    hiera_config: Option<PathBuf>,
    /// Facts: a file, or a folder with one file a node named after its certname
    #[arg(long, value_name = "PATH")]
    facts: Option<PathBuf>,
    /// Change a fact for this run
    #[arg(long = "override", value_name = "FACT=VALUE")]
    overrides: Vec<String>,
    /// Whether `$::fqdn` and its kind are computed from structured facts
    #[arg(long, value_enum, default_value_t = LegacyFacts::AsGiven)]
    legacy_facts: LegacyFacts,
    /// Answers of an ENC: `{classes, parameters, environment}` per node; or the ENC itself, with `--allow-exec`
    #[arg(long, value_name = "PATH")]
    enc: Option<PathBuf>,
    /// Trusted data per node: `extensions`, `external`, `authenticated`
    #[arg(long, value_name = "PATH")]
    trusted: Option<PathBuf>,
    /// `$server_facts`
    #[arg(long, value_name = "PATH")]
    server_facts: Option<PathBuf>,
    /// One of `$settings::*`
    #[arg(long = "setting", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// A mount of the file server; `NAME=secret` for one that is private and not here
    #[arg(long = "mount", value_name = "NAME=DIR")]
    pub mounts: Vec<String>,
    /// Private keys for eyaml; without them values are opaque secrets
    #[arg(long, value_name = "DIR")]
    eyaml_keys: Option<PathBuf>,
    #[command(flatten)]
    puppetdb: PuppetDbArguments,
    /// Where collectors of exported resources look; default `fleet` with several nodes
    #[arg(long, value_enum)]
    exported: Option<ExportedSource>,
    /// Captures by `migrate observe`, one a node
    #[arg(long, value_name = "DIR")]
    pub observed: Option<PathBuf>,
    /// Only these nodes, by name or glob
    #[arg(long = "node", value_name = "NAME")]
    nodes: Vec<String>,
    /// The I-th of N parts of the nodes
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// The Puppet whose behaviour is followed
    #[arg(long, value_name = "7|8", default_value_t = 8, value_parser = clap::value_parser!(u8).range(7..=8))]
    puppet_version: u8,
    /// What `strict` is set to
    #[arg(long, value_enum)]
    strict: Option<StrictSetting>,
    /// Whether reading a variable that is not set is an error
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    strict_variables: Option<bool>,
    /// The clock: seconds since 1970, or `2026-01-31T12:00:00Z`
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// The catalogs' version; default that of `config_version` with `--allow-exec`, else 0
    #[arg(long, value_name = "V")]
    catalog_version: Option<String>,
    /// Start external programs where a manifest needs one
    #[arg(long)]
    allow_exec: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LegacyFacts {
    Derive,
    AsGiven,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExportedSource {
    Fleet,
    Puppetdb,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StrictSetting {
    Off,
    Warning,
    Error,
}

/// All that a compile needs, read.
pub struct Loaded {
    /// The files and the clock.
    pub world: DiskWorld,
    /// The files that the flags name: facts and the like, which need not lie in the repo.
    inputs: DiskWorld,
    /// The control repo.
    pub repo: Repo,
    /// The nodes by name.
    pub list: NodeList,
    /// What holds for all nodes.
    pub options: Options,
    /// Warnings met while reading.
    pub warnings: Vec<Diagnostic>,
    /// What was asked of the world for all nodes.
    pub asked: Vec<Recorded>,
    /// What hosts are converted to.
    pub target: Target,
    /// Captures of the selected nodes.
    pub observed: BTreeMap<EcoString, Observed>,
}

impl Loaded {
    /// Reads and compiles the selected nodes; both are in the order of their certnames.
    ///
    /// # Errors
    /// Gives all that is wrong with the site manifests.
    pub fn compile(&self) -> Result<(Vec<ReadNode>, Vec<CompiledNode>), Vec<Diagnostic>> {
        let fleet = Fleet::open(&self.repo, &self.options, &self.world)?;
        let nodes = self.nodes();
        let compiled = fleet.compile_among(&nodes, &self.others());
        Ok((nodes, compiled))
    }

    /// Reads a node.
    ///
    /// # Errors
    /// Gives what is wrong with its data.
    pub fn node(&self, name: &str) -> Result<NodeInputs> {
        self.with_reader(|reader| self.list.read(name, reader))
    }

    /// Reads the selected nodes, sorted by certname.
    #[must_use]
    pub fn nodes(&self) -> Vec<ReadNode> {
        self.with_reader(|reader| self.list.read_all(self.list.selected(), reader))
    }

    /// Reads the nodes that are not selected, where what they export reaches the others.
    pub fn others(&self) -> Vec<ReadNode> {
        let names = if self.options.exported == Exported::Fleet { self.list.others() } else { Vec::new() };
        self.with_reader(|reader| self.list.read_all(&names, reader))
    }

    /// Runs something with the nodes, each of which is read when it is asked for.
    pub fn with_nodes<T>(&self, run: impl FnOnce(&Listed<'_>) -> T) -> T {
        let with_others = self.options.exported == Exported::Fleet;
        self.with_reader(|reader| run(&Listed::new(&self.list, with_others, reader)))
    }

    fn with_reader<T>(&self, run: impl FnOnce(Reader<'_>) -> T) -> T {
        let rules = yaml_rules(self.options.puppet_version);
        let read_yaml = |source: &Arc<SourceFile>| yaml::read(source, rules).map(|document| document.value);
        run(Reader { world: &self.inputs, yaml: &read_yaml, root: &self.repo.root })
    }
}

/// How facts and the like are read.
fn yaml_rules(puppet_version: u8) -> yaml::Rules {
    yaml::Rules { psych: yaml::Psych::of_puppet(puppet_version), objects: true }
}

impl InputArguments {
    /// Reads the repo and the nodes' data.
    ///
    /// # Errors
    /// Gives flags that cannot be understood or are not supported yet, and inputs that cannot be read.
    pub fn load(&self, session: &Session<'_>) -> Result<Loaded, Vec<Diagnostic>> {
        self.sources.load(&self.repo, session)
    }

    /// Returns the inputs without the repo.
    #[must_use]
    pub fn sources(&self) -> &SourceArguments {
        &self.sources
    }
}

impl SourceArguments {
    /// Returns the same inputs with every node selected.
    pub(super) fn of_all_nodes(&self) -> Self {
        Self { nodes: Vec::new(), ..self.clone() }
    }

    /// Tells whether `--node` selects a node.
    pub(super) fn selects(&self, certname: &str) -> bool {
        is_selected(certname, &self.nodes)
    }

    /// Reads the repo and the nodes' data.
    ///
    /// # Errors
    /// Gives flags that cannot be understood or are not supported yet, and inputs that cannot be read.
    pub fn load(&self, repo: &Path, session: &Session<'_>) -> Result<Loaded, Vec<Diagnostic>> {
        let one = |found: Box<Diagnostic>| vec![*found];
        let world = DiskWorld::new(self.clock().map_err(one)?);
        let rules = yaml_rules(self.puppet_version);
        let read_yaml = |source: &Arc<SourceFile>| yaml::read(source, rules).map(|document| document.value);
        let recording = RecordingWorld::new(&world);
        let reader = Reader { world: &recording, yaml: &read_yaml, root: repo };
        // which nodes there are is no matter of each of them
        let of_nodes = Reader { world: &world, ..reader };
        let sink = Sink::default();
        let opened = Repo::open(&self.layout(repo), reader, &sink).map_err(one)?;
        let config = session.common.config.as_deref();
        let file =
            config.map(|path| Settings::read(path, reader)).transpose().map_err(one)?.unwrap_or_default();
        let puppetdb = self.puppetdb.open(file.puppetdb, reader).map_err(one)?;
        let sources = self.node_sources(puppetdb.clone()).map_err(one)?;
        let mut list = NodeList::open(&sources, of_nodes).map_err(one)?;
        if let Some(shard) = &self.shard {
            let (part, of) = parse_shard(shard).map_err(one)?;
            list.retain(|certname| shard_of(certname, of) == part);
        }
        let mut options = self.options(list.selected().len(), puppetdb, reader).map_err(one)?;
        options.answers = Arc::new(file.functions);
        let mut warnings = sink.into_vec();
        let (version, by_enc) =
            (self.catalog_version.as_deref(), sources.enc.is_some() || self.enc_program().is_some());
        options.catalog_version =
            started::catalog_version(version, &opened, self.allow_exec, by_enc, &mut warnings)
                .map_err(one)?;
        let unknown = nodes_without_facts(&sources, of_nodes).map_err(one)?;
        warnings.extend(unknown.iter().map(|name| {
            Diagnostic::warning(&NOT_COMPILED, format!("`{name}` is not compiled: there are no facts of it"))
        }));
        let observed = self.captures(&list, of_nodes).map_err(one)?;
        let (inputs, asked) = (world.clone(), recording.recorded());
        let world = self.confined(world, &opened);
        Ok(Loaded {
            repo: opened,
            list,
            options,
            warnings,
            world,
            inputs,
            asked,
            target: file.target,
            observed,
        })
    }

    /// Reads the captures of the selected nodes.
    fn captures(&self, list: &NodeList, reader: Reader<'_>) -> Result<BTreeMap<EcoString, Observed>> {
        let Some(folder) = &self.observed else { return Ok(BTreeMap::new()) };
        if !reader.world.is_dir(folder) {
            let help =
                "give the folder that has `CERTNAME.json` of each node, as `migrate observe` writes it";
            return Err(flag("--observed", &folder.display().to_string(), help));
        }
        let mut found = BTreeMap::new();
        for certname in list.selected() {
            if let Some(observed) = Observed::read(folder, certname, reader)? {
                found.insert(EcoString::from(certname.as_str()), observed);
            }
        }
        Ok(found)
    }

    /// Writes the PuppetDB's answers where `--puppetdb-record` says.
    ///
    /// # Errors
    /// Gives a file that cannot be written.
    pub fn write_record(&self, options: &Options) -> Result<()> {
        self.puppetdb.write_record(options.puppetdb.as_deref())
    }

    /// Returns the folders with a file for each node: what comes or goes in them are nodes.
    #[must_use]
    pub fn folders_of_nodes(&self) -> Vec<PathBuf> {
        [&self.facts, &self.enc, &self.trusted].into_iter().flatten().cloned().collect()
    }

    /// Lets a compile read the repo, the module path and what the flags name, and nothing that links of the repo lead
    /// to beside. What lies on the module path outside of the repo may be links: Debian's modules are.
    fn confined(&self, world: DiskWorld, repo: &Repo) -> DiskWorld {
        let outside = repo.module_path.iter().filter(|folder| !folder.starts_with(&repo.root));
        let inside_of = |folder: &PathBuf| {
            let names = world.list(folder).unwrap_or_default();
            names.into_iter().map(|name| folder.join(name)).collect::<Vec<_>>()
        };
        let modules: Vec<PathBuf> = outside.flat_map(inside_of).collect();
        let mounts = self.mounts.iter().filter_map(|mount| Some(Path::new(mount.split_once('=')?.1)));
        let given = [self.eyaml_keys.as_deref(), repo.manifest.as_deref()].into_iter().flatten();
        let hiera = repo.hiera_config.as_deref().and_then(Path::parent);
        let folders = repo.module_path.iter().chain(&modules).map(PathBuf::as_path);
        let roots: Vec<&Path> = [repo.root.as_path()]
            .into_iter()
            .chain(folders)
            .chain(mounts)
            .chain(given)
            .chain(hiera)
            .collect();
        world.within(roots)
    }

    fn layout(&self, repo: &Path) -> Layout {
        Layout {
            root: repo.to_owned(),
            environment: self.environment.clone(),
            modulepath: self.modulepath.clone(),
            basemodulepath: self.basemodulepath.clone(),
            manifest: self.manifest.clone(),
            hiera_config: self.hiera_config.clone(),
        }
    }

    /// Returns the command line of an ENC that is a program.
    pub(super) fn enc_program(&self) -> Option<Vec<String>> {
        started::enc_command(self.enc.as_deref(), &self.settings)
    }

    fn node_sources(&self, puppetdb: Option<Arc<PuppetDb>>) -> Result<NodeSources> {
        let enc_program = self.enc_program().map(|words| started::enc(words, self.allow_exec)).transpose()?;
        Ok(NodeSources {
            facts: self.facts.clone(),
            puppetdb,
            enc: self.enc.clone().filter(|_| enc_program.is_none()),
            enc_program,
            trusted: self.trusted.clone(),
            overrides: self.overrides.clone(),
            derive_legacy: self.legacy_facts == LegacyFacts::Derive,
            nodes: self.nodes.clone(),
        })
    }

    fn options(&self, nodes: usize, puppetdb: Option<Arc<PuppetDb>>, reader: Reader<'_>) -> Result<Options> {
        let mut options = Options::of_puppet(self.puppet_version);
        options.strict = self.strict.map(|strict| match strict {
            StrictSetting::Off => Strict::Off,
            StrictSetting::Warning => Strict::Warning,
            StrictSetting::Error => Strict::Error,
        });
        options.strict_variables = self.strict_variables;
        options.eyaml_keys = self.eyaml_keys.clone();
        options.exported = match self.exported {
            None if nodes > 1 => Exported::Fleet,
            Some(ExportedSource::Fleet) => Exported::Fleet,
            Some(ExportedSource::Puppetdb) => PuppetDbArguments::required(puppetdb.as_deref())?,
            None | Some(ExportedSource::None) => Exported::None,
        };
        options.puppetdb = puppetdb;
        options.settings = self.settings()?;
        if self.allow_exec {
            options.programs = Some(Arc::new(super::programs::RealPrograms::default()));
        }
        if let Some(path) = &self.server_facts {
            options.server_facts = reader.data(path)?.1;
        }
        Ok(options)
    }

    fn settings(&self) -> Result<IndexMap<EcoString, Value>> {
        let pair = |argument: &String| {
            let split = argument.split_once('=');
            let (key, value) =
                split.ok_or_else(|| flag("--setting", argument, "write `--setting KEY=VALUE`"))?;
            Ok((EcoString::from(key), Value::str(value)))
        };
        self.settings.iter().map(pair).collect()
    }

    fn clock(&self) -> Result<i64> {
        match &self.now {
            None => {
                Ok(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64))
            }
            Some(text) => parse_time(text)
                .ok_or_else(|| flag("--now", text, "write seconds since 1970, or `2026-01-31T12:00:00Z`")),
        }
    }
}

fn flag(name: &str, given: &str, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&FLAG, format!("`{name} {given}` cannot be understood")).help(help))
}

fn parse_shard(text: &str) -> Result<(u64, u64)> {
    let parts = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    let valid = parts.filter(|(part, of): &(u64, u64)| *part >= 1 && part <= of);
    valid
        .map(|(part, of)| (part - 1, of))
        .ok_or_else(|| flag("--shard", text, "write `--shard I/N`, I from 1 to N"))
}

/// The part that a node falls into: by hash, so that adding a node moves no other.
fn shard_of(certname: &str, of: u64) -> u64 {
    let hash = blake3::hash(certname.as_bytes());
    let first: [u8; 8] = std::array::from_fn(|at| hash.as_bytes().get(at).copied().unwrap_or_default());
    u64::from_le_bytes(first) % of
}

/// Seconds since 1970, or a date and time in UTC.
fn parse_time(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (date, time) = text.strip_suffix('Z').unwrap_or(text).split_once(['T', ' '])?;
    let numbers =
        |text: &str, by: char| text.split(by).map(|part| part.parse().ok()).collect::<Option<Vec<i64>>>();
    let [year, month, day] = <[i64; 3]>::try_from(numbers(date, '-')?).ok()?;
    let [hour, minute, second] = <[i64; 3]>::try_from(numbers(time, ':')?).ok()?;
    let valid =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    valid.then(|| days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days from 1970-01-01 in the Gregorian calendar; the year is shifted to begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        assert_eq!(parse_time("1970-01-02T00:00:01Z"), Some(86_401));
        assert_eq!(parse_time("2024-02-29T12:00:00Z"), Some(1_709_208_000));
        assert_eq!(parse_time("12"), Some(12));
        assert_eq!(parse_time("soon"), None);
    }

    #[test]
    fn every_node_falls_into_one_shard() {
        let (part, of) = parse_shard("2/3").unwrap();
        assert_eq!((part, of), (1, 3));
        assert!(parse_shard("4/3").is_err());
        assert!(shard_of("web01", 3) < 3);
    }
}
