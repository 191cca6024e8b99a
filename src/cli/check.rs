//! `migrate check`: the pre-merge check for CI.

use super::{
    InputArguments, Session, Status,
    activation::{deliver, text_or_json},
    conversion::mounts,
    session::{Outcome, Stop},
};
use crate::{
    check::{CheckReport, Checked, Classified, Finding, checked_text, classify, parse_files},
    compile::Fleet,
    diag::{self, Diagnostic},
    inputs::NodeInputs,
    packages::NameMap,
    syntax::{self, PuppetVersion},
    translate::Sources,
    value::Value,
};
use clap::Args;
use ecow::EcoString;

/// Parse everything, compile every node, report what is wrong
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    inputs: InputArguments,
    /// Object to warnings too
    #[arg(long)]
    warnings: bool,
}

impl Check {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        text_or_json(session)?;
        let loaded = match self.inputs.load(session) {
            Ok(loaded) => loaded,
            Err(found) => return unread(session, found),
        };
        let (repo, options, world, nodes) = (&loaded.repo, &loaded.options, &loaded.world, loaded.nodes());
        let names: Vec<_> = nodes.iter().map(|(certname, _)| certname.clone()).collect();
        let language = syntax::Options {
            version: if options.puppet_version == 7 { PuppetVersion::V7 } else { PuppetVersion::V8 },
            strict: options.strict(),
            module_path: repo.module_path.clone(),
            manifest: repo.manifest.clone(),
        };
        let (mounts, private) = mounts(&self.inputs.sources().mounts)?;
        let mut checked = session.on_threads(|| {
            let files = parse_files(repo, &language, world);
            match Fleet::open(repo, options, world) {
                Ok(fleet) => {
                    let compiled = fleet.compile_among(&nodes, &loaded.others());
                    let facts = |certname: &str| facts_of(&nodes, certname);
                    let sources =
                        Sources { world, module_path: &repo.module_path, mounts: &mounts, private: &private };
                    let classified = classify(&compiled, facts, sources, &NameMap);
                    Checked::new(files, (&compiled, classified), &[], &names)
                }
                Err(refused) => Checked::new(files, (&[], Classified::default()), &refused, &names),
            }
        });
        self.inputs.sources().write_record(options)?;
        let warned = loaded.warnings.into_iter().map(|diagnostic| Finding { diagnostic, nodes: Vec::new() });
        checked.findings.splice(0..0, warned);
        tell(session, &checked)?;
        deliver(session, &CheckReport::new(&checked), || checked_text(&checked))?;
        Ok(match () {
            () if !checked.unread.is_empty() => Status::Failed,
            () if checked.has_objections(self.warnings) => Status::Found,
            () => Status::Done,
        })
    }
}

/// Reports inputs without which nothing could be checked.
fn unread(session: &mut Session<'_>, found: Vec<Diagnostic>) -> Outcome {
    let unread = found.iter().cloned().map(|diagnostic| Finding { diagnostic, nodes: Vec::new() });
    let checked = Checked { unread: unread.collect(), ..Checked::default() };
    deliver(session, &CheckReport::new(&checked), || checked_text(&checked))?;
    Err(found.into())
}

fn tell(session: &mut Session<'_>, checked: &Checked) -> Result<(), Stop> {
    for found in checked.unread.iter().chain(&checked.findings) {
        session.report(&found.diagnostic)?;
        if session.shows(&found.diagnostic) && !found.nodes.is_empty() {
            writeln!(session.err, "  on {}", found.nodes.join(", "))?;
        }
    }
    Ok(())
}

fn facts_of<'n>(nodes: &'n [(EcoString, diag::Result<NodeInputs>)], certname: &str) -> Option<&'n Value> {
    let (_, node) = nodes.iter().find(|(name, _)| name == certname)?;
    node.as_ref().ok().map(|node| &node.facts)
}
