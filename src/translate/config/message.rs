//! Messages of the agent.

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule =
    Rule { name: "notify", doc: "messages of an agent run", claims: claims_type!("Notify"), apply };

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let verdict = Verdict::new(Class::Dropped, RULE.name, "a message of an agent run");
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
