//! How fast catalogs are compiled: the bench site of `benches/site`, side by side with real Puppet in one run.
//!
//! `cargo bench --bench compile [-- NODES]`: the last part compiles NODES nodes of the same kinds (default 1,000; the
//! aim is for 10,000). `-- --write DIR NODES` only writes the site of so many nodes. Times of one node are processor time, so that what else the machine does counts on neither side.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench reports to whoever runs it"
)]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, missing_docs, reason = "shared with the tests")]

#[path = "../tests/common/catalog.rs"]
#[allow(dead_code, reason = "the bench needs a part of it")]
mod catalog;
mod site;

use migrate::{
    catalog::write_catalog,
    compile::{Fleet, Options},
    eval::Strict,
    hiera::yaml,
    inputs::{Layout, NodeSources, Reader, Repo, node_inputs},
    source::DiskWorld,
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each node is compiled while it is timed.
const RUNS: usize = 10;

/// The flags that make us behave as the Puppet beside us.
const FLAGS: [&str; 4] = ["--puppet-version", "7", "--strict", "warning"];

fn main() {
    if !Path::new(site::MODULES).join("stdlib/metadata.json").is_file() {
        println!("skipped: Debian's `puppet-module-*` packages are not installed");
        return;
    }
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--write") {
        let nodes = arguments.get(at + 2).and_then(|nodes| nodes.parse().ok()).unwrap_or(site::FLEET);
        return site::generate(Path::new(&arguments[at + 1]), nodes).unwrap();
    }
    let large = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let scratch = tempfile::tempdir().unwrap();
    let site = scratch.path().join("site");
    site::generate(&site, site::FLEET).unwrap();
    let ours = hot(&site, true);
    compare(&site, scratch.path(), &ours);
    origins(&site);
    fleet(&site, site::FLEET, &scratch.path().join("out"), "cold");
    many(scratch.path(), large);
}

/// One node's figures.
struct Hot {
    resources: usize,
    /// Seconds of processor time to the catalog.
    compiled: f64,
    /// And to the catalog as JSON.
    written: f64,
    json: String,
}

fn repo(site: &Path, world: &DiskWorld) -> Repo {
    let rules = yaml::Rules { psych: yaml::Psych::of_puppet(7), objects: true };
    let read = |source: &std::sync::Arc<_>| yaml::read(source, rules).map(|document| document.value);
    let reader = Reader { world, yaml: &read, root: site };
    let layout = Layout { root: site.to_owned(), ..Layout::default() };
    Repo::open(&layout, reader, &migrate::diag::Sink::default()).unwrap()
}

fn sources(site: &Path) -> NodeSources {
    NodeSources { facts: Some(site.join("facts")), ..NodeSources::default() }
}

fn options(record_reads: bool) -> Options {
    let mut options = Options::of_puppet(7);
    options.strict = Some(Strict::Warning);
    options.record_reads = record_reads;
    options
}

/// Compiles the sample in this process, everything read before.
fn hot(site: &Path, record_reads: bool) -> BTreeMap<String, Hot> {
    let world = DiskWorld::new(1_700_000_000);
    let repo = repo(site, &world);
    let options = options(record_reads);
    let rules = yaml::Rules { psych: yaml::Psych::of_puppet(7), objects: true };
    let read = |source: &std::sync::Arc<_>| yaml::read(source, rules).map(|document| document.value);
    let reader = Reader { world: &world, yaml: &read, root: site };
    let mut figures = BTreeMap::new();
    let names: Vec<String> = site::sample().iter().map(site::Node::certname).collect();
    let sources = NodeSources { nodes: names.clone(), ..sources(site) };
    let mut sample = node_inputs(&sources, reader).unwrap();
    let fleet = Fleet::open(&repo, &options, &world).unwrap();
    for name in names {
        let at = sample.iter().position(|(known, _)| *known == name).unwrap();
        let nodes = [sample.remove(at)];
        let compile = || fleet.compile(&nodes).remove(0).catalog.unwrap();
        compile();
        let json = write_catalog(&compile());
        let compiled = processor_time(|| (0..RUNS).for_each(|_| drop(compile()))) / RUNS as f64;
        let written =
            processor_time(|| (0..RUNS).for_each(|_| drop(write_catalog(&compile())))) / RUNS as f64;
        let resources = compile().resources.len();
        figures.insert(name, Hot { resources, compiled, written, json });
    }
    figures
}

/// Prints the sample beside real Puppet's figures, and whether the catalogs are identical.
fn compare(site: &Path, scratch: &Path, ours: &BTreeMap<String, Hot>) {
    let theirs = puppet(site, scratch);
    println!(
        "hot, one node in process            catalog: ours  Puppet  ratio    with JSON: ours  Puppet  ratio"
    );
    let (mut ratios, mut identical) = (Vec::new(), 0);
    for (name, our) in ours {
        let head = format!("{name:28} {:4} resources", our.resources);
        let Some((compiled, written)) = theirs.get(name) else {
            println!(
                "{head}  {:6.2} ms       –      –       {:6.2} ms",
                our.compiled * 1e3,
                our.written * 1e3
            );
            continue;
        };
        let ratio = (compiled / our.compiled, written / our.written);
        ratios.push(ratio);
        println!(
            "{head}  {:6.2} ms {:5.0} ms  {:4.0}x       {:6.2} ms {:5.0} ms  {:4.0}x",
            our.compiled * 1e3,
            compiled * 1e3,
            ratio.0,
            our.written * 1e3,
            written * 1e3,
            ratio.1
        );
        let read = |text: &str| serde_json::from_str(text).unwrap();
        let found = catalog::differences(
            &read(&our.json),
            &read(&fs::read_to_string(scratch.join(format!("puppet/{name}.json"))).unwrap()),
        );
        found.iter().take(3).for_each(|difference| println!("    {difference}"));
        identical += usize::from(found.is_empty());
    }
    if ratios.is_empty() {
        println!("skipped: real Puppet is not installed");
    } else {
        let mean = |pick: fn(&(f64, f64)) -> f64| {
            (ratios.iter().map(|ratio| pick(ratio).ln()).sum::<f64>() / ratios.len() as f64).exp()
        };
        println!("{:43}mean {:17.0}x {:29.0}x", "", mean(|ratio| ratio.0), mean(|ratio| ratio.1));
        println!("{identical} of {} catalogs are identical to Puppet's", ratios.len());
    }
}

/// Real Puppet's seconds to the catalog and to its JSON, by node.
fn puppet(site: &Path, scratch: &Path) -> BTreeMap<String, (f64, f64)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/compile_speed.rb");
    let mut command = Command::new("ruby");
    command.arg("-W0").arg(script).arg("--repo").arg(site).arg("--out").arg(scratch.join("puppet"));
    command.args(["--runs", "3", "--strict", "warning", "--strict-variables", "false"]);
    for node in site::sample() {
        command.args(["--node", &node.certname()]);
    }
    let Ok(output) = command.output() else { return BTreeMap::new() };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let mut fields = line.split('\t');
        let name = fields.next()?.to_owned();
        Some((name, (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?)))
    };
    text.lines().filter_map(line).collect()
}

/// What it costs to record the reads of every value; turn about, so that both see the same machine.
fn origins(site: &Path) {
    let total = |record_reads| hot(site, record_reads).values().map(|hot| hot.compiled).sum::<f64>();
    let (mut with, mut without) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..3 {
        with = with.min(total(true));
        without = without.min(total(false));
    }
    println!(
        "reads recorded: {:.1} ms for the sample, not recorded: {:.1} ms: {:+.1} %",
        with * 1e3,
        without * 1e3,
        (with / without - 1.0) * 100.0
    );
}

/// Compiles a fleet from cold by the program itself, catalogs written; gives the processor seconds a node.
fn fleet(site: &Path, nodes: usize, out: &Path, what: &str) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
    command.arg("compile").arg(site).args(FLAGS).arg("--facts").arg(site.join("facts"));
    command.args(["--quiet", "--jobs", "2"]).arg("--out").arg(out);
    let (begun, before) = (Instant::now(), ticks());
    let mut child = command.spawn().unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    let ended = loop {
        peak = peak.max(resident_peak(&status));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        thread::sleep(Duration::from_millis(5));
    };
    assert!(ended.success(), "{ended}");
    let (wall, used) = (begun.elapsed().as_secs_f64(), seconds(ticks().1 - before.1));
    println!(
        "{what}: {nodes} nodes on two threads, catalogs written: {wall:.2} s, processor {used:.2} s ({:.2} s on each of two), {:.2} ms a node, peak {} MB",
        used / 2.0,
        used * 1e3 / nodes as f64,
        peak / 1024
    );
    used / nodes as f64
}

/// Compiles many nodes over the same code, in steps, so that growth shows.
fn many(scratch: &Path, nodes: usize) {
    for count in [nodes / 4, nodes] {
        let site = scratch.join(format!("site{count}"));
        site::generate(&site, count).unwrap();
        let out = scratch.join(format!("out{count}"));
        fleet(&site, count, &out, "many");
        fs::remove_dir_all(out).unwrap();
        fs::remove_dir_all(site).unwrap();
    }
}

/// The most memory that a process had so far, in kB.
fn resident_peak(status: &Path) -> usize {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Hundredths of seconds of processor time of this process, and of those it waited for.
fn ticks() -> (u64, u64) {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let fields: Vec<u64> = after_name.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect();
    (fields[11] + fields[12], fields[13] + fields[14])
}

fn seconds(ticks: u64) -> f64 {
    ticks as f64 / 100.0
}

fn processor_time(run: impl FnOnce()) -> f64 {
    let before = ticks().0;
    run();
    seconds(ticks().0 - before)
}
