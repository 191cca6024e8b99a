//! The hosts of a repo whose facts, ENC answers and trusted data lie beside it, compiled in this process.

use migrate::{
    catalog::Catalog,
    compile::{Exported, Fleet, Options},
    diag::Sink,
    hiera::yaml,
    inputs::{Layout, NodeInputs, NodeSources, Reader, Repo, node_inputs},
    source::{DiskWorld, SourceFile},
    syntax::Strict,
};
use std::{path::Path, sync::Arc};

/// Compiles the nodes as a version of Puppet does, those that fail are left out.
pub fn compile(
    root: &Path,
    modulepath: Option<String>,
    puppet: u8,
    exported: Exported,
    world: &DiskWorld,
) -> (Repo, Vec<(Catalog, NodeInputs)>) {
    let rules = yaml::Rules { psych: yaml::Psych::of_puppet(puppet), objects: true };
    let read_yaml = |source: &Arc<SourceFile>| yaml::read(source, rules).map(|document| document.value);
    let reader = Reader { world, yaml: &read_yaml, root };
    let layout = Layout { root: root.to_owned(), modulepath, ..Layout::default() };
    let repo = Repo::open(&layout, reader, &Sink::default()).unwrap();
    let folder = |name: &str| Some(root.join(name)).filter(|path| path.is_dir());
    let sources = NodeSources {
        facts: folder("facts"),
        enc: folder("enc"),
        trusted: folder("trusted"),
        ..NodeSources::default()
    };
    let nodes = node_inputs(&sources, reader).unwrap();
    let mut options = Options::of_puppet(puppet);
    options.strict = Some(Strict::Warning);
    options.record_reads = true;
    options.exported = exported;
    let compiled = Fleet::open(&repo, &options, world).unwrap().compile(&nodes);
    let hosts =
        compiled.into_iter().zip(nodes).filter_map(|(node, (_, inputs))| Some((node.catalog?, inputs.ok()?)));
    (repo, hosts.collect())
}
