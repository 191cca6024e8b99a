//! Parameters of the running kernel.

use crate::translate::{
    attributes::Attributes,
    compose::{Change, Edit},
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "sysctl-runtime",
    doc: "what the running kernel has; the setting of the same value for boot brings it about",
    claims: claims_type!("Sysctl_runtime"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let key = attributes.name("name");
    let value = attributes.text("val").unwrap_or_default();
    let change = Change::Running { key, value };
    let (entry, from) = (build.entry, build.from.clone());
    build.compose.edits.push(Edit { entry, rule: RULE.name, path: "".into(), change, from });
    Outcome::Items(Vec::new())
}
