//! Edges between hosts: collected resources, questions to a PuppetDB, texts that name another host.
//!
//! In: catalogs, configurations, addresses. Out: [`Tie`]s, each with what says so.

use super::{Converted, texts};
use crate::{
    maps::{HashMap, IndexMap},
    source::Read,
};
use ecow::EcoString;
use serde::Serialize;

/// How a host depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TieKind {
    /// It collects what the other exports.
    Collects,
    /// A text of it names the other.
    Names,
    /// Something on it was answered by a PuppetDB, about any host.
    Queries,
}

/// One host depends on another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tie {
    /// The host that depends.
    pub from: EcoString,
    /// The host it depends on; empty for a question to a PuppetDB.
    pub to: EcoString,
    /// How.
    pub kind: TieKind,
    /// What says so: resources, paths of files.
    pub by: Vec<String>,
}

/// A text that names more hosts than this, and more than a third of the fleet, is a list of the fleet.
const LIST: usize = 6;

/// Finds the ties between hosts, by host.
#[must_use]
pub fn ties(hosts: &[Converted<'_>]) -> Vec<Tie> {
    let names = names(hosts);
    let mut found: IndexMap<(EcoString, EcoString, TieKind), Vec<String>> = IndexMap::default();
    let mut add = |from: &EcoString, to: &str, kind: TieKind, by: String| {
        let by_this = found.entry((from.clone(), to.into(), kind)).or_default();
        if !by_this.contains(&by) {
            by_this.push(by);
        }
    };
    for it in hosts {
        let own = &it.host.config.host.certname;
        for resource in it.catalog.resources.values() {
            if let Some(exporter) = resource.exporter.as_ref().filter(|exporter| *exporter != own) {
                add(own, exporter, TieKind::Collects, resource.reference.to_string());
            }
            let reads = resource.parameters.values().flat_map(|parameter| parameter.origin.reads.iter());
            let asked = reads.chain(resource.origin.reads.iter()).any(asks);
            if asked {
                add(own, "", TieKind::Queries, resource.reference.to_string());
            }
        }
        for (holder, text) in texts(&it.host.config) {
            let mut named = named(&text, &names);
            named.retain(|name| name != own);
            if named.len() > LIST && named.len() * 3 > hosts.len() {
                continue;
            }
            for name in named {
                add(own, &name, TieKind::Names, holder.clone());
            }
        }
    }
    let mut ties: Vec<Tie> =
        found.into_iter().map(|((from, to, kind), by)| Tie { from, to, kind, by }).collect();
    ties.sort_by(|a, b| (&a.from, a.kind, &a.to).cmp(&(&b.from, b.kind, &b.to)));
    ties
}

fn asks(read: &Read) -> bool {
    matches!(read, Read::Function(name) if name.contains("puppetdb_query") || name.contains("query_nodes"))
}

/// Certnames and addresses, each with its host; what two hosts have says nothing.
fn names(hosts: &[Converted<'_>]) -> HashMap<String, EcoString> {
    let mut found: HashMap<String, Option<EcoString>> = HashMap::default();
    for it in hosts {
        let host = &it.host.config.host;
        let fqdn = format!("{}.{}", host.hostname, host.domain);
        let addresses = it.machine.interfaces.iter().flat_map(|it| &it.addresses);
        let addresses = addresses.filter_map(|it| it.split('/').next()).map(str::to_owned);
        let mut own: Vec<String> = [host.certname.to_string(), fqdn].into_iter().chain(addresses).collect();
        own.dedup();
        own.retain(|name| name.contains('.') && name.len() > 3);
        for name in own {
            let slot = found.entry(name).or_insert_with(|| Some(host.certname.clone()));
            if slot.as_ref() != Some(&host.certname) {
                *slot = None;
            }
        }
    }
    found.into_iter().filter_map(|(name, host)| Some((name, host?))).collect()
}

/// The hosts that a text names as whole words.
fn named(text: &str, names: &HashMap<String, EcoString>) -> Vec<EcoString> {
    let mut found = Vec::new();
    for word in text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.' || letter == '-'))
    {
        let word = word.trim_matches('.');
        if let Some(host) = names.get(word).filter(|host| !found.contains(*host)) {
            found.push(host.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_words() {
        let names: HashMap<String, EcoString> =
            [("db01.example.net".to_owned(), "db01.example.net".into())].into_iter().collect();
        assert_eq!(named("host=db01.example.net;", &names).len(), 1);
        assert_eq!(named("http://db01.example.net:80/", &names).len(), 1);
        assert_eq!(named("db01.example.net.", &names).len(), 1);
        assert!(named("olddb01.example.net db01.example.network", &names).is_empty());
    }
}
