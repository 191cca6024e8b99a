//! Chains of iptables (the module firewall).

use super::presence;
use crate::model::Presence;
use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    compose::{Family, FirewallChain},
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "firewall-chain",
    doc: "chains of iptables and their policies, composed with the rules",
    claims: claims_type!("Firewallchain"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let parts: Vec<&str> = name.split(':').collect();
    let (chain, table, family) = match parts.as_slice() {
        [chain, table, "IPv4"] => (*chain, *table, Family::V4),
        [chain, table, "IPv6"] => (*chain, *table, Family::V6),
        _ => {
            let reason = "a chain of bridges, which has no place in iptables' text";
            return Outcome::Verdict(Verdict::new(Class::Manual, RULE.name, reason));
        }
    };
    attributes.satisfied(&["purge"], "the text holds the declared rules and no others");
    if attributes.has("ignore") {
        attributes.manual(
            "ignore",
            "rules of another program, which would have to add them after the text is loaded",
        );
    }
    attributes.satisfied(&["ignore_foreign"], "the text holds the declared rules and no others");
    let policy = attributes.string("policy").filter(|policy| policy != "empty");
    let absent = presence(attributes) == Presence::Absent;
    let (table, name) = (table.into(), chain.into());
    let (entry, from) = (build.entry, build.from.clone());
    build.compose.chains.push(FirewallChain { entry, family, table, name, policy, absent, from });
    Outcome::Items(Vec::new())
}
