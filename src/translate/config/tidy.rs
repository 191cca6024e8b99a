//! Removal of old files.

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "tidy",
    doc: "removal of old files, becomes a tmpfiles rule",
    claims: claims_type!("Tidy"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let verdict = Verdict::new(Class::Manual, RULE.name, "removes old files");
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
