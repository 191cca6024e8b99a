//! R2: values as a table over a fact that the hierarchy of the data reads, where that determines them.

use super::{
    expressions::Expressions,
    fleet::UnitName,
    transliterate::Inputs,
    units::{Hosts, Units},
};
use crate::{
    source::Read,
    translate::nixos::{Expr, Key, Op},
};
use ecow::EcoString;
use std::collections::BTreeMap;

/// The most rows that a table has.
const ROWS: usize = 8;

/// What tables are made with.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'t> {
    pub(crate) expressions: &'t Expressions<'t>,
    pub(crate) units: &'t Units,
    pub(crate) unit: &'t UnitName,
    /// What a host read for the values.
    pub(crate) reads: &'t dyn Fn(usize) -> Vec<Read>,
}

/// Hosts by what they have for a fact.
type Rows = BTreeMap<EcoString, Vec<usize>>;

impl Tables<'_> {
    /// Returns a table that gives these values: at most eight rows, fewer than half the hosts.
    pub(crate) fn value(&self, values: &[(usize, Expr)]) -> Option<Expr> {
        let hosts: Hosts = values.iter().map(|(host, _)| *host).collect();
        self.facts(&hosts).find_map(|(path, rows)| {
            let of = |hosts: &Vec<usize>| {
                let own: Vec<_> = values.iter().filter(|(host, _)| hosts.contains(host)).cloned().collect();
                self.expressions.identity.generalise(&own)
            };
            let rows = rows.iter().map(|(key, hosts)| Some((key.clone(), of(hosts)?)));
            let base = Expr::Attrs(rows.collect::<Option<_>>()?);
            let read = self.read(&path, &hosts)?;
            Some(base.select_keys(vec![Key::Dynamic(read)], None))
        })
    }

    /// Returns a condition over a fact that holds on these hosts of a unit and no others.
    pub(crate) fn presence(&self, presence: &Hosts, everyone: &Hosts) -> Option<Expr> {
        self.facts(everyone).find_map(|(path, rows)| {
            let mut with = Vec::new();
            for (key, hosts) in &rows {
                match hosts.iter().filter(|host| presence.contains(host)).count() {
                    0 => {}
                    count if count == hosts.len() => with.push(Expr::Str(key.clone())),
                    _ => return None,
                }
            }
            let read = self.read(&path, everyone)?;
            Some(match with.as_slice() {
                [one] => Expr::binary(Op::Equal, read, one.clone()),
                _ => Expr::apply("lib.elem", vec![read, Expr::List(with)]),
            })
        })
    }

    /// The facts of the hierarchy that divide hosts into few groups, with these.
    fn facts(&self, hosts: &Hosts) -> impl Iterator<Item = (Vec<EcoString>, Rows)> {
        let fleet = self.expressions.fleet;
        fleet.hierarchy.iter().filter_map(move |path| {
            let mut rows = Rows::new();
            for host in hosts {
                let facts = fleet.members.get(*host)?.facts;
                let found = path.iter().try_fold(facts, |value, key| value.get(key))?;
                rows.entry(found.as_str()?.into()).or_default().push(*host);
            }
            // what the values did not read agrees with them by chance
            let read = || hosts.iter().any(|host| self.is_read(*host, path));
            let few = rows.len() > 1 && rows.len() <= ROWS && rows.len() * 2 < hosts.len();
            (few && read()).then(|| (path.clone(), rows))
        })
    }

    /// Whether a host's values read a fact, or data from a file of the hierarchy that is named after it.
    fn is_read(&self, host: usize, path: &[EcoString]) -> bool {
        let facts = self.expressions.fleet.members.get(host).map(|member| member.facts);
        let own = facts.and_then(|facts| path.iter().try_fold(facts, |value, key| value.get(key)));
        let Some(own) = own.and_then(|own| own.as_str()) else { return false };
        let name = path.join(".");
        (self.reads)(host).iter().any(|read| match read {
            Read::Fact(known) => *known == name,
            Read::Hiera { file, .. } => names(file, own),
            Read::NodeVariable(_) | Read::Trusted(_) | Read::Parameter { .. } | Read::Function(_) => false,
        })
    }

    fn read(&self, path: &[EcoString], hosts: &Hosts) -> Option<Expr> {
        let reader = self.expressions.reader(self.units, self.unit, hosts);
        let names: Vec<&str> = path.iter().map(EcoString::as_str).collect();
        let term = reader.fact(&names)?;
        self.expressions.registry.accept(&reader, &term.expr);
        Some(term.expr)
    }
}

/// Returns the facts that a `hiera.yaml` reads (`%{facts.role}`, `%{::role}`, `%{role}`), by their paths.
#[must_use]
pub fn facts_of_hierarchy(hiera_yaml: &str) -> Vec<Vec<EcoString>> {
    let mut found: Vec<Vec<EcoString>> = Vec::new();
    for inside in hiera_yaml.split("%{").skip(1).filter_map(|rest| rest.split('}').next()) {
        let name = inside.trim().trim_start_matches("::");
        let name = name.strip_prefix("facts.").unwrap_or(name);
        let path: Vec<EcoString> = name.split('.').map(Into::into).collect();
        if !name.starts_with("trusted.") && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

/// Whether a word is part of a data file's path as a whole.
fn names(file: &str, word: &str) -> bool {
    let ends = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    file.match_indices(word).any(|(at, _)| {
        let before = file.get(..at).and_then(|before| before.chars().last());
        let after = file.get(at + word.len()..).and_then(|after| after.chars().next());
        ends(before) && ends(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_of_a_hierarchy_are_found_however_they_are_written() {
        let text =
            "path: nodes/%{trusted.certname}.yaml\npath: \"%{facts.os.name}/%{::role}/%{role}.yaml\"\n";
        let found: Vec<String> = facts_of_hierarchy(text).iter().map(|path| path.join(".")).collect();
        assert_eq!(found, ["os.name", "role"]);
    }

    #[test]
    fn a_data_file_is_named_after_a_fact_by_whole_words() {
        assert!(names("data/roles/web.yaml", "web"));
        assert!(names("data/os/Debian-11.yaml", "11"));
        assert!(!names("data/roles/webmail.yaml", "web"));
        assert!(!names("data/common.yaml", "web"));
    }
}
