//! Time windows of other resources.

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "schedule",
    doc: "time windows, accounted where they are used",
    claims: claims_type!("Schedule" | "Filebucket"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let verdict =
        Verdict::new(Class::Dropped, RULE.name, "used by the agent only; a resource that names it is manual");
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
