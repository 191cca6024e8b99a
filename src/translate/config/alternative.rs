//! Alternatives of Debian (the module alternatives).

use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "alternatives",
    doc: "which of several programs a name in `/usr/bin` means",
    claims: claims_type!("Alternatives" | "Alternative_entry"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, _: &mut Build<'_>) -> Outcome {
    let reason = "names of programs are those of the installed packages; NixOS has no alternatives";
    let verdict = Verdict::new(Class::Dropped, RULE.name, reason);
    attributes.all(&verdict);
    Outcome::Verdict(verdict)
}
