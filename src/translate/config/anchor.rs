//! Resources that only order others.

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "anchor",
    doc: "anchors and stages of ordering",
    claims: claims_type!("Anchor" | "Whit"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let verdict = Verdict::new(Class::Dropped, RULE.name, "orders others only; kept as edges");
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
