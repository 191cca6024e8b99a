//! All that a check found, put together.

use super::{Classified, codes::CYCLE, files::Files};
use crate::{
    compile::CompiledNode,
    diag::{Diagnostic, Severity},
    maps::IndexMap,
};
use ecow::EcoString;

/// One finding with the nodes that it was met on.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// The nodes, none for what parsing found.
    pub nodes: Vec<EcoString>,
}

/// What became of one node.
#[derive(Clone, Debug)]
pub struct NodeOutcome {
    /// The certname.
    pub certname: EcoString,
    /// How many resources its catalog has; `None` where it did not compile.
    pub resources: Option<usize>,
}

/// The result of a check.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// How many files were parsed.
    pub files: usize,
    /// The nodes, by name.
    pub nodes: Vec<NodeOutcome>,
    /// What is wrong with the code and its data.
    pub findings: Vec<Finding>,
    /// What could not be read: the check is not complete.
    pub unread: Vec<Finding>,
    /// How much has a place on the target.
    pub classified: Classified,
}

/// Findings by what they say, so that each is told once.
#[derive(Default)]
struct Collected(IndexMap<String, Finding>);

impl Collected {
    fn add(&mut self, diagnostic: &Diagnostic, node: Option<&EcoString>) {
        let found = self.0.entry(diagnostic.one_line());
        let found = found.or_insert_with(|| Finding { diagnostic: diagnostic.clone(), nodes: Vec::new() });
        if let Some(node) = node
            && !found.nodes.contains(node)
        {
            found.nodes.push(node.clone());
        }
    }
}

/// Tells whether a diagnostic says that an input could not be read, and nothing about the code.
fn is_unread(diagnostic: &Diagnostic) -> bool {
    let code = diagnostic.code().name;
    let of_code = matches!(code, "inputs::missing-module" | "inputs::setting-ignored");
    (code.starts_with("inputs::") && !of_code)
        || matches!(code, "compile::node-without-facts" | "check::unreadable")
}

impl Checked {
    /// Puts together what parsing and compiling found. `refused` says why no node could be compiled at all: broken
    /// site manifests.
    #[must_use]
    pub fn new(
        files: Files,
        (compiled, classified): (&[CompiledNode], Classified),
        refused: &[Diagnostic],
        names: &[EcoString],
    ) -> Self {
        let (mut findings, mut unread) = (Collected::default(), Collected::default());
        for diagnostic in files.findings.iter().chain(refused) {
            findings.add(diagnostic, None);
        }
        for diagnostic in &files.unreadable {
            unread.add(diagnostic, None);
        }
        for node in compiled {
            // compiling warns of circles; here they are findings
            let own = node.diagnostics.iter().filter(|it| it.code().name != "eval::dependency-cycle");
            for diagnostic in own.chain(&found_cycles(node)) {
                let to = if is_unread(diagnostic) { &mut unread } else { &mut findings };
                to.add(diagnostic, Some(&node.certname));
            }
        }
        for (certname, diagnostic) in &classified.diagnostics {
            findings.add(diagnostic, Some(certname));
        }
        let outcome = |certname: &EcoString| {
            let node = compiled.iter().find(|node| node.certname == *certname);
            let resources =
                node.and_then(|node| node.catalog.as_ref()).map(|catalog| catalog.resources.len());
            NodeOutcome { certname: certname.clone(), resources }
        };
        Self {
            files: files.parsed,
            nodes: names.iter().map(outcome).collect(),
            findings: findings.0.into_values().collect(),
            unread: unread.0.into_values().collect(),
            classified,
        }
    }

    /// Returns the nodes that did not compile.
    pub fn not_compiled(&self) -> impl Iterator<Item = &EcoString> {
        self.nodes.iter().filter(|node| node.resources.is_none()).map(|node| &node.certname)
    }

    /// Counts the findings of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|found| found.diagnostic.severity() == severity).count()
    }

    /// Tells whether there is something to object to.
    #[must_use]
    pub fn has_objections(&self, warnings_too: bool) -> bool {
        let worst = if warnings_too { Severity::Warning } else { Severity::Error };
        self.findings.iter().any(|found| found.diagnostic.severity() >= worst)
            || self.not_compiled().next().is_some()
    }
}

/// Returns the circles in the graph that an agent would work through, as Puppet prints them.
fn found_cycles(node: &CompiledNode) -> Vec<Diagnostic> {
    let Some(catalog) = &node.catalog else { return Vec::new() };
    let found = catalog.agent_graph().cycles().into_iter().map(|cycle| {
        let diagnostic = Diagnostic::error(&CYCLE, format!("a dependency cycle: {cycle}"));
        let first = cycle.path.iter().find_map(|it| catalog.resources.get(it)?.origin.at.clone());
        match first {
            Some(at) => diagnostic.at(at).label("one of the resources in it"),
            None => diagnostic,
        }
    });
    found.collect()
}
