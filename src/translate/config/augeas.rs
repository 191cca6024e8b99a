//! Edits by Augeas: those of Puppet's and apt's own files go, others need a base that is known.

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::eco_format;

pub(crate) const RULE: Rule = Rule {
    name: "augeas",
    doc: "edits by Augeas, those of Puppet's and apt's own files dropped",
    claims: claims_type!("Augeas"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let context = attributes.string("context").or_else(|| attributes.string("incl")).unwrap_or_default();
    let path = context.trim_start_matches("/files");
    let path = if path.is_empty() { attributes.title().trim_start_matches("/files") } else { path };
    let own = ["/etc/puppet", "/etc/puppetlabs", "/etc/default/puppet"];
    let verdict = if own.iter().any(|folder| path.starts_with(folder)) {
        Verdict::new(Class::Dropped, "puppet-itself", "Puppet's agent is retired")
    } else if path.starts_with("/etc/apt") {
        Verdict::new(Class::Dropped, "apt-sources", "nixpkgs takes the place of apt's sources")
    } else {
        Verdict::new(Class::Manual, RULE.name, eco_format!("edits `{path}`, whose text is not known here"))
    };
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
