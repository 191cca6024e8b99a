//! From a control repo to translated hosts, for the commands that need them.

use super::{
    Session,
    inputs::{Loaded, SourceArguments},
    session::Stop,
};
use crate::{
    catalog::Catalog,
    compile::CompiledNode,
    diag::{Diagnostic, Result},
    emit::{self, Around, Hosts, Output},
    factor::{self, Difference, Fleet, Member, transliterate::Manifests},
    inputs::{FLAG, NodeInputs, ReadNode},
    options::OptionTable,
    packages::NameMap,
    report::{self, Converted, Report},
    source::{DiskWorld, World},
    translate::{self, Context, Machine, Sources, Translated, nixos::keep_secrets_by},
    value::Value,
    verify::check_options,
};
use ecow::EcoString;
use rayon::prelude::*;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Compiled nodes, and those with a catalog translated, in the same order.
pub(super) struct Conversion {
    pub(super) compiled: Vec<CompiledNode>,
    pub(super) hosts: Vec<Translated>,
    pub(super) around: Around,
    /// What is known of the translated hosts, in their order.
    nodes: Vec<NodeInputs>,
    /// Where the code behind the catalogs is.
    world: DiskWorld,
    module_path: Vec<PathBuf>,
    /// The site's manifest.
    manifest: Option<PathBuf>,
    /// The facts that the hierarchy of the data reads.
    hierarchy: Vec<Vec<EcoString>>,
    /// The modules that are the site's own.
    own: BTreeSet<EcoString>,
}

impl Conversion {
    pub(super) fn catalogs(&self) -> impl Iterator<Item = &Catalog> {
        self.compiled.iter().filter_map(|node| node.catalog.as_ref())
    }

    /// Returns the translated hosts as a fleet, sorted by certname.
    fn fleet<'a>(&'a self, sources: &'a Manifests<'a>) -> Fleet<'a> {
        let hosts = self.hosts.iter().zip(self.catalogs()).zip(&self.nodes);
        let mut members: Vec<Member<'_>> = hosts
            .map(|((translated, catalog), node)| {
                let certname = &translated.config.host.certname;
                let NodeInputs { facts, trusted, parameters: variables, .. } = node;
                Member { certname, translated, catalog, facts, trusted, variables }
            })
            .collect();
        members.sort_by_key(|member| member.certname);
        Fleet {
            site: self.around.target.site.clone(),
            own: self.own.clone(),
            members,
            sources: Some(sources),
            hierarchy: self.hierarchy.clone(),
        }
    }

    /// Returns the translated hosts by certname.
    pub(super) fn translated(&self) -> Hosts<'_> {
        self.hosts.iter().map(|host| (host.config.host.certname.clone(), host)).collect()
    }

    /// Emits the files of all hosts.
    pub(super) fn emit(&self) -> Result<Output> {
        let mut sources = Manifests::new(&self.world, self.module_path.clone());
        if let Some(manifest) = &self.manifest {
            sources = sources.with_site(manifest);
        }
        let fleet = self.fleet(&sources);
        let factored = factor::factor(&fleet);
        match factor::check(&fleet, &factored).first() {
            Some(found) => Err(not_the_same(found)),
            None => emit::emit(&self.translated(), &factored, &self.around),
        }
    }

    /// Checks the options of every host against a table; what is wrong joins the host's findings.
    pub(super) fn check_options(&mut self, table: &OptionTable) {
        for host in &mut self.hosts {
            let (found, _) = check_options(&host.config, &host.plan, table);
            host.diagnostics.extend(found);
        }
    }

    /// Returns the converted hosts with what they were made from.
    fn converted(&self) -> Vec<Converted<'_>> {
        let with = self.compiled.iter().filter(|node| node.catalog.is_some());
        self.hosts.iter().zip(with).filter_map(|(host, node)| self.one(host, node)).collect()
    }

    fn one<'a>(&'a self, host: &'a Translated, node: &'a CompiledNode) -> Option<Converted<'a>> {
        Some(Converted {
            host,
            catalog: node.catalog.as_ref()?,
            machine: self.around.machines.get(&node.certname)?,
            roles: self.around.roles.get(&node.certname).map(Vec::as_slice).unwrap_or_default(),
            diagnostics: &node.diagnostics,
        })
    }

    /// Makes the report and a page of installation for each host, by path.
    pub(super) fn report(&self) -> (Report, Vec<(String, String)>) {
        let converted = self.converted();
        let without = self.compiled.iter().filter(|node| node.catalog.is_none());
        let failed: Vec<_> =
            without.map(|node| (node.certname.as_str(), node.diagnostics.as_slice())).collect();
        let report = Report::new(&converted, &failed);
        let hosts = self.translated();
        let page = |it: &Converted<'_>| {
            let certname = &it.host.config.host.certname;
            let states: Vec<_> = report.state.iter().filter(|row| row.host == *certname).collect();
            let text = report::install(it, &emit::attribute(certname, &hosts), &states);
            (format!("docs/INSTALL-{certname}.md"), text)
        };
        let pages = converted.iter().map(page).collect();
        (report, pages)
    }
}

/// Compiles the selected nodes of a repo and translates their catalogs.
pub(super) fn convert(
    repo: &Path,
    arguments: &SourceArguments,
    session: &mut Session<'_>,
) -> Result<Conversion, Stop> {
    let loaded = arguments.load(repo, session)?;
    let mounts = mounts(&arguments.mounts)?;
    for warning in &loaded.warnings {
        session.report(warning)?;
    }
    let converted = session.on_threads(|| all(&loaded, &mounts))?;
    arguments.write_record(&loaded.options)?;
    Ok(converted)
}

fn all(loaded: &Loaded, mounts: &Mounts) -> Result<Conversion, Vec<Diagnostic>> {
    let (nodes, compiled) = loaded.compile()?;
    let sources = Sources {
        world: &loaded.world,
        module_path: &loaded.repo.module_path,
        mounts: &mounts.0,
        private: &mounts.1,
    };
    let one = |(node, (_, inputs)): (&CompiledNode, &ReadNode)| {
        let facts = inputs.as_ref().map(|node| node.facts.clone()).unwrap_or(Value::Undef);
        let context = Context {
            facts: &facts,
            sources,
            packages: &NameMap,
            observed: loaded.observed.get(&node.certname),
        };
        let mut translated = translate::translate(node.catalog.as_ref()?, &context);
        keep_secrets_by(&mut translated.plan, loaded.target.secrets);
        Some(translated)
    };
    let hosts = compiled.par_iter().zip(&nodes).filter_map(one).collect();
    let roles = compiled.iter().zip(&nodes).filter_map(|(node, (_, inputs))| {
        let roles = translate::roles(node.catalog.as_ref()?, inputs.as_ref().ok());
        Some((node.certname.clone(), roles))
    });
    let machines = compiled.iter().zip(&nodes).filter_map(|(node, (_, inputs))| {
        let facts = &inputs.as_ref().ok().filter(|_| node.catalog.is_some())?.facts;
        Some((
            node.certname.clone(),
            Machine::new(facts, loaded.observed.get(&node.certname), &loaded.target.gateways),
        ))
    });
    let around = Around {
        target: loaded.target.clone(),
        roles: roles.collect(),
        machines: machines.collect(),
        ..Around::default()
    };
    let own = loaded.repo.own_modules();
    let hiera = loaded.world.read(&loaded.repo.root.join("hiera.yaml")).unwrap_or_default();
    let hierarchy = factor::facts_of_hierarchy(&String::from_utf8_lossy(&hiera));
    let kept = compiled.iter().zip(nodes).filter(|(node, _)| node.catalog.is_some());
    let nodes = kept.filter_map(|(_, (_, inputs))| inputs.ok()).collect();
    let (world, module_path) = (loaded.world.clone(), loaded.repo.module_path.clone());
    let manifest = loaded.repo.manifest.clone();
    Ok(Conversion { compiled, hosts, around, nodes, world, module_path, hierarchy, own, manifest })
}

fn not_the_same(found: &Difference) -> Box<Diagnostic> {
    let Difference { certname, option, wanted, given } = found;
    let message = format!("`{option}` of {certname} would be {given:?} instead of {wanted:?}");
    Box::new(Diagnostic::error(&factor::NOT_THE_SAME, message))
}

/// Mounts with their folders, and those that are private and not here.
type Mounts = (Vec<(EcoString, PathBuf)>, Vec<EcoString>);

/// `NAME=DIR`, or `NAME=secret` for what is private and not here.
pub(super) fn mounts(given: &[String]) -> Result<Mounts> {
    let (mut mounts, mut private) = Mounts::default();
    for text in given {
        let (name, folder) = text.split_once('=').ok_or_else(|| {
            let message = format!("`--mount {text}` cannot be understood");
            Box::new(Diagnostic::error(&FLAG, message).help("write `--mount NAME=DIR` or `NAME=secret`"))
        })?;
        if folder == "secret" {
            private.push(name.into());
        } else {
            mounts.push((name.into(), folder.into()));
        }
    }
    Ok((mounts, private))
}
