//! Purging of what nobody manages.

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "resources-purge",
    doc: "what nobody manages of a type is removed",
    claims: claims_type!("Resources"),
    apply,
};

/// Types whose entries lie in one file that the target writes as a whole.
const WHOLE: [&str; 2] = ["host", "sshkey"];

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let of = attributes.name("name");
    let verdict = if attributes.bool("purge") != Some(true) {
        Verdict::new(Class::Satisfied, RULE.name, "purges nothing")
    } else if WHOLE.contains(&of.as_str()) {
        Verdict::new(Class::Satisfied, RULE.name, "the target's file holds the declared entries only")
    } else {
        Verdict::new(Class::Manual, RULE.name, format!("would remove every {of} that nobody manages"))
    };
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
