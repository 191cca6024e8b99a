//! Kernel parameters in `/etc/sysctl.conf` or another file of such.

use super::presence;
use crate::model::Presence;
use crate::translate::{
    attributes::Attributes,
    compose::{Change, Edit},
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "sysctl-parameter",
    doc: "kernel parameters, composed to the file that sets them at boot",
    claims: claims_type!("Sysctl"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let key = attributes.name("name");
    // Debian's module says `val`, augeasproviders_sysctl `value`
    let value = attributes.text("val").or_else(|| attributes.text("value"));
    let path = attributes.string("target").unwrap_or_else(|| "/etc/sysctl.conf".into());
    let value = match presence(attributes) {
        Presence::Present => value,
        Presence::Absent => None,
    };
    attributes.satisfied(&["provider", "apply", "comment"], "steers the agent only");
    let change = Change::Parameter { key, value };
    let (entry, from) = (build.entry, build.from.clone());
    build.compose.edits.push(Edit { entry, rule: RULE.name, path, change, from });
    Outcome::Items(Vec::new())
}
