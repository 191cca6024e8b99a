//! Automatic relations: what a resource's type says that it comes after or before.
//!
//! Rules of modules' types are read from their Ruby (`restypes`); those of Puppet's own types, of the agent's modules
//! and of a few that look around in the catalog are here.

use super::{
    Resource,
    names::{Names, expanded, values},
};
use crate::restypes::AutoKind;
use ecow::EcoString;

/// A relation of one resource with those that it means.
pub(super) struct Relation {
    pub(super) kind: AutoKind,
    /// The places of the resources.
    pub(super) others: Vec<usize>,
}

/// An automatic relation that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The type that has it, capitalized.
    pub type_name: EcoString,
    /// The method that declares it.
    pub kind: AutoKind,
    /// The type that it leads to, capitalized.
    pub target: EcoString,
}

/// Returns the relations of a resource in Puppet's order, and those that were not understood.
pub(super) fn relations(at: usize, names: &Names<'_>) -> (Vec<Relation>, Vec<Unread>) {
    let Some(resource) = names.resources.get(at).copied() else { return Default::default() };
    let Some(facts) = names.facts(resource) else { return Default::default() };
    if let Some(found) = known(resource, names) {
        return (found, Vec::new());
    }
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    for relation in &facts.auto {
        let target = capitalized(&relation.target);
        match &relation.rule {
            Some(rule) => {
                let values = |name: &str| names.values(resource, name);
                let titles = rule.titles(&values);
                let mut others: Vec<usize> =
                    titles.iter().filter_map(|title| names.named(&target, title)).collect();
                if rule.means_all(&values) {
                    others.extend(names.of_type(&target).map(|(at, _)| at));
                }
                found.push(Relation { kind: relation.kind, others });
            }
            // without a resource of the type there is nothing to lead to
            None if names.of_type(&target).next().is_some() => {
                let type_name = resource.reference.type_name.clone();
                unread.push(Unread { type_name, kind: relation.kind, target });
            }
            None => {}
        }
    }
    (found, unread)
}

fn capitalized(name: &str) -> EcoString {
    let mut chars = name.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// Returns the relations of the types whose rules are here.
fn known(resource: &Resource, names: &Names<'_>) -> Option<Vec<Relation>> {
    let all = |name: &str| names.values(resource, name);
    let named = |target: &str, titles: Vec<EcoString>| Relation {
        kind: AutoKind::Require,
        others: titles.iter().filter_map(|title| names.named(target, title)).collect(),
    };
    let no_number = |titles: Vec<EcoString>| titles.into_iter().take(1).filter(|it| !is_number(it)).collect();
    Some(match resource.reference.type_name.as_str() {
        "File" => vec![
            Relation { kind: AutoKind::Require, others: folder_and_target(resource, names) },
            named("User", no_number(all("owner"))),
            named("Group", no_number(all("group"))),
        ],
        "Exec" => vec![named("File", programs(resource, names)), named("User", no_number(all("user")))],
        "User" => vec![
            Relation { kind: AutoKind::Require, others: groups(resource, names) },
            named("User", all("roles")),
        ],
        "Package" => {
            let source = all("source").into_iter().filter(|path| path.starts_with('/'));
            vec![named(
                "File",
                all("responsefile").into_iter().chain(all("adminfile")).chain(source).collect(),
            )]
        }
        "Cron" | "Ssh_authorized_key" => vec![named("User", all("user"))],
        "Mount" => mount(resource, names),
        "Selmodule" => vec![named("File", module_file(resource, names))],
        "Zfs" => {
            let name = all("name").into_iter().next().unwrap_or_default();
            let pool = name.split('/').next().unwrap_or_default().into();
            let around = name.match_indices('/').map(|(end, _)| name.get(..end).unwrap_or_default().into());
            vec![named("Zpool", vec![pool]), named("Zfs", around.skip(1).collect())]
        }
        "Zone" => {
            let path = all("path").into_iter().next();
            let folder =
                path.as_deref().and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder.into());
            vec![named("File", path.into_iter().chain(folder).collect()), named("Zfs", all("dataset"))]
        }
        // looks for its target only to warn where there is none
        "Concat_fragment" => Vec::new(),
        "Firewall" | "Firewallchain" => firewall(resource, names)?,
        "Posix_acl" => return None,
        _ => return None,
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the folders around a path, the nearest first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::path::Path::new(path)
        .ancestors()
        .skip(1)
        .filter_map(std::path::Path::to_str)
        .filter(|it| !it.is_empty())
}

fn folder_and_target(resource: &Resource, names: &Names<'_>) -> Vec<usize> {
    let path = names.values(resource, "path").into_iter().next().unwrap_or_default();
    let folder = folders(&path).find_map(|folder| names.named("File", folder));
    let target = values(resource, "target").into_iter().next();
    folder.into_iter().chain(target.and_then(|target| names.named("File", &target))).collect()
}

/// Returns the working folder and every absolute path at the beginning of a line of a command.
fn programs(resource: &Resource, names: &Names<'_>) -> Vec<EcoString> {
    let command = names.values(resource, "command").into_iter().next();
    let command = command.unwrap_or_else(|| resource.reference.title.clone());
    let quoted = command.lines().filter_map(|line| Some(line.strip_prefix('"')?.split_once('"')?.0.into()));
    let mut found = values(resource, "cwd");
    found.extend(paths(&command));
    found.extend(quoted.filter(|it: &EcoString| !it.is_empty()));
    for name in ["onlyif", "unless"] {
        found.extend(values(resource, name).iter().flat_map(|line| paths(line)));
    }
    found
}

fn paths(command: &str) -> Vec<EcoString> {
    let words = command.lines().filter(|line| line.starts_with('/')).filter_map(|line| {
        let word = line.split_whitespace().next()?;
        (word.len() > 1).then(|| word.into())
    });
    words.collect()
}

/// Returns the primary group, which a number names by its gid, and the others.
fn groups(resource: &Resource, names: &Names<'_>) -> Vec<usize> {
    let by_gid = |gid: &EcoString| {
        let has = |resource: &Resource| values(resource, "gid").first() == Some(gid);
        names.of_type("Group").find(|(_, group)| has(group)).map(|(at, _)| at)
    };
    let gid = values(resource, "gid");
    let primary =
        gid.iter().filter_map(|gid| if is_number(gid) { by_gid(gid) } else { names.named("Group", gid) });
    let others = values(resource, "groups");
    primary.chain(others.iter().filter_map(|group| names.named("Group", group))).collect()
}

fn mount(resource: &Resource, names: &Names<'_>) -> Vec<Relation> {
    let path = names.values(resource, "name").into_iter().next().unwrap_or_default();
    let mut around: Vec<&str> = folders(&path).collect();
    around.reverse();
    let others = around.iter().filter_map(|folder| names.named("Mount", folder)).collect();
    let inside = format!("{}/", path.trim_end_matches('/'));
    let path_of = |file: &Resource| names.values(file, "path").into_iter().next().unwrap_or_default();
    let files = names.of_type("File").filter(|(_, file)| {
        let file = expanded(&path_of(file));
        file.starts_with(&inside) && file.len() > inside.len()
    });
    vec![
        Relation { kind: AutoKind::Require, others },
        Relation { kind: AutoKind::Before, others: files.map(|(at, _)| at).collect() },
    ]
}

fn module_file(resource: &Resource, names: &Names<'_>) -> Vec<EcoString> {
    let path = values(resource, "selmodulepath");
    if !path.is_empty() {
        return path;
    }
    let folder = values(resource, "selmoduledir").into_iter().next();
    let folder = folder.unwrap_or_else(|| "/usr/share/selinux/targeted".into());
    names.values(resource, "name").into_iter().map(|name| format!("{folder}/{name}.pp").into()).collect()
}

/// The types of `puppetlabs-firewall` before its version 7 ask for packages, services and chains by their provider.
fn firewall(resource: &Resource, names: &Names<'_>) -> Option<Vec<Relation>> {
    let facts = names.facts(resource)?;
    let reads = |kind, target: &str| facts.auto.iter().any(|it| it.kind == kind && it.target == target);
    if !reads(AutoKind::Require, "package") {
        return None;
    }
    let named = |kind, target: &str, titles: &[&str]| Relation {
        kind,
        others: titles.iter().filter_map(|title| names.named(target, title)).collect(),
    };
    let rule = resource.reference.type_name == "Firewall";
    let provider = values(resource, "provider").into_iter().next().unwrap_or_else(|| "iptables".into());
    let mut found = Vec::new();
    if rule {
        let chains = chains(resource, &provider);
        let chains: Vec<&str> = chains.iter().map(String::as_str).collect();
        found.push(named(AutoKind::Require, "Firewallchain", &chains));
    }
    let packages = ["iptables", "iptables-persistent", "iptables-services"];
    found.push(named(AutoKind::Require, "Package", &packages));
    let services = ["firewalld", "iptables", "ip6tables", "iptables-persistent", "netfilter-persistent"];
    let wanted = |target: &str| reads(AutoKind::Require, target);
    if rule && wanted("service") {
        found.push(named(AutoKind::Require, "Service", &services));
    }
    if reads(AutoKind::Before, "file") {
        let files = ["/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables"];
        found.push(named(AutoKind::Before, "File", &files));
    }
    Some(found)
}

fn chains(resource: &Resource, provider: &str) -> Vec<String> {
    let protocol = if provider == "ip6tables" { "IPv6" } else { "IPv4" };
    let first = |name: &str| values(resource, name).into_iter().next();
    let table = first("table").unwrap_or_else(|| "filter".into());
    let chain = first("chain").or_else(|| Some("INPUT".into()));
    let wanted = [chain, first("jump")].into_iter().flatten();
    let main = |chain: &str| table == "filter" && matches!(chain, "INPUT" | "OUTPUT" | "FORWARD");
    wanted.filter(|chain| !main(chain)).map(|chain| format!("{chain}:{table}:{protocol}")).collect()
}
