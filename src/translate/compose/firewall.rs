//! Rules and chains of the module firewall become the text that iptables-restore(8) loads, one a family.
//!
//! A rule's arguments stand in the order and the form in which the module's provider gives them to iptables; the rules
//! of a chain are sorted by name, as the provider inserts them. One rule that cannot be written makes its family's
//! text unknown, since a firewall with a rule less is another one.

use super::Work;
use crate::maps::IndexMap;
use crate::model::{File, FileKind, Provenance, Text};
use ecow::{EcoString, eco_format};

const RULE: &str = "firewall";

/// IPv4 or IPv6.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    /// The file that Debian's `iptables-persistent` loads.
    const fn path(self) -> &'static str {
        match self {
            Self::V4 => "/etc/iptables/rules.v4",
            Self::V6 => "/etc/iptables/rules.v6",
        }
    }
}

/// A rule as it was declared.
pub(crate) struct FirewallRule {
    pub(crate) entry: usize,
    pub(crate) family: Family,
    pub(crate) name: EcoString,
    pub(crate) table: EcoString,
    pub(crate) chain: EcoString,
    /// Its arguments, or why they are not known; `None` for a rule that shall be absent.
    pub(crate) arguments: Option<Result<String, String>>,
    pub(crate) from: Provenance,
}

/// A chain as it was declared.
pub(crate) struct FirewallChain {
    pub(crate) entry: usize,
    pub(crate) family: Family,
    pub(crate) table: EcoString,
    pub(crate) name: EcoString,
    /// What becomes of packets that no rule takes; a chain of the site's own has none.
    pub(crate) policy: Option<EcoString>,
    pub(crate) absent: bool,
    pub(crate) from: Provenance,
}

pub(super) fn compose(rules: &[FirewallRule], chains: &[FirewallChain], work: &mut Work<'_>) {
    for family in [Family::V4, Family::V6] {
        let rules: Vec<&FirewallRule> = rules.iter().filter(|rule| rule.family == family).collect();
        let chains: Vec<&FirewallChain> = chains.iter().filter(|chain| chain.family == family).collect();
        if !rules.is_empty() || !chains.is_empty() {
            one(family, &rules, &chains, work);
        }
    }
}

fn one(family: Family, rules: &[&FirewallRule], chains: &[&FirewallChain], work: &mut Work<'_>) {
    let entries = || rules.iter().map(|rule| rule.entry).chain(chains.iter().map(|chain| chain.entry));
    let path: EcoString = family.path().into();
    let declared = work.config.files.iter().any(|file| file.path == path);
    let text = match declared {
        true => Err(format!("`{path}` is declared too")),
        false => text(rules, chains),
    };
    match text {
        Err(reason) => entries().for_each(|entry| work.refuse(entry, RULE, reason.as_str())),
        Ok(text) => {
            let from = rules.first().map(|rule| &rule.from).or(chains.first().map(|chain| &chain.from));
            let kind = FileKind::Regular { content: Some(Text::plain(text)), base64: None, replace: true };
            work.config.files.push(File {
                path: path.clone(),
                kind,
                owner: None,
                group: None,
                mode: None,
                validate: None,
                from: from.cloned().unwrap_or_default(),
            });
            entries().for_each(|entry| work.belongs(entry, &path));
        }
    }
}

/// A table: its chains with their policies, and the rules of each by name.
type Table<'a> = IndexMap<&'a str, (Option<&'a str>, Vec<(&'a str, &'a str)>)>;

fn text(rules: &[&FirewallRule], chains: &[&FirewallChain]) -> Result<String, String> {
    let mut tables: IndexMap<&str, Table<'_>> = IndexMap::default();
    for chain in chains.iter().filter(|chain| !chain.absent) {
        tables.entry(&chain.table).or_default().entry(&chain.name).or_default().0 = chain.policy.as_deref();
    }
    for rule in rules {
        let Some(arguments) = &rule.arguments else { continue };
        let arguments = arguments.as_ref().map_err(|why| format!("rule `{}`: {why}", rule.name))?;
        let chain = tables.entry(&rule.table).or_default().entry(&rule.chain).or_default();
        chain.1.push((&rule.name, arguments));
    }
    let mut out = String::new();
    for (table, chains) in &mut tables {
        out.push_str(&format!("*{table}\n"));
        for (name, (policy, _)) in chains.iter() {
            let policy = policy.unwrap_or(if is_builtin(name) { "ACCEPT" } else { "-" });
            out.push_str(&format!(":{name} {} [0:0]\n", policy.to_uppercase()));
        }
        for (name, (_, rules)) in chains.iter_mut() {
            rules.sort_by_key(|(name, _)| *name);
            rules.iter().for_each(|(_, arguments)| out.push_str(&eco_format!("-A {name} {arguments}\n")));
        }
        out.push_str("COMMIT\n");
    }
    Ok(out)
}

fn is_builtin(chain: &str) -> bool {
    ["INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING"].contains(&chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, chain: &str, arguments: Result<String, String>) -> FirewallRule {
        FirewallRule {
            entry: 0,
            family: Family::V4,
            name: name.into(),
            table: "filter".into(),
            chain: chain.into(),
            arguments: Some(arguments),
            from: Provenance::default(),
        }
    }

    #[test]
    fn rules_are_sorted_by_name_in_their_chain() {
        let own = FirewallChain {
            entry: 0,
            family: Family::V4,
            table: "filter".into(),
            name: "SITE".into(),
            policy: None,
            absent: false,
            from: Provenance::default(),
        };
        let rules = [
            rule("200 b", "INPUT", Ok("-j DROP".into())),
            rule("100 a", "INPUT", Ok("-p tcp -j ACCEPT".into())),
            rule("100 c", "SITE", Ok("-j RETURN".into())),
        ];
        let found = text(&rules.iter().collect::<Vec<_>>(), &[&own]).unwrap();
        let wanted = "*filter\n:SITE - [0:0]\n:INPUT ACCEPT [0:0]\n-A SITE -j RETURN\n-A INPUT -p tcp -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n";
        assert_eq!(found, wanted);
        let unknown = rule("300 d", "INPUT", Err("why".into()));
        assert_eq!(text(&[&unknown], &[]), Err("rule `300 d`: why".into()));
    }
}
