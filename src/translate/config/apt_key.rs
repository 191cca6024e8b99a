//! Keys of apt.

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "apt-key",
    doc: "keys that sign apt's package lists",
    claims: claims_type!("Apt_key"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let reason = "nixpkgs takes the place of apt's sources, which the key signs";
    let verdict = Verdict::new(Class::Dropped, RULE.name, reason);
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
