//! Who a host is, as modules read it: `config.networking.hostName` and `config.networking.fqdn`.

use super::fleet::Fleet;
use crate::translate::nixos::{Expr, Op, Part};
use ecow::{EcoString, eco_format};

/// The folder of files that differ from host to host.
pub(crate) const OF_HOSTS: &str = "files/hosts";

/// One thing that identifies hosts.
struct Identifier {
    read: Expr,
    /// Each host's, by its place in the fleet.
    values: Vec<EcoString>,
}

/// What identifies the hosts of a fleet, the longest first.
pub(crate) struct Identity {
    identifiers: Vec<Identifier>,
    certnames: Vec<EcoString>,
    /// Whether every certname is the fully qualified name that the host has on NixOS.
    certname_is_fqdn: bool,
}

impl Identity {
    pub(crate) fn new(fleet: &Fleet<'_>) -> Self {
        let hosts = || fleet.members.iter().map(|member| &member.translated.config.host);
        let hostnames: Vec<EcoString> = hosts().map(|host| host.hostname.clone()).collect();
        let fqdns: Vec<EcoString> =
            hosts().map(|host| eco_format!("{}.{}", host.hostname, host.domain)).collect();
        let certnames: Vec<EcoString> = fleet.members.iter().map(|member| member.certname.clone()).collect();
        let named = hosts().all(|host| !host.hostname.is_empty());
        let qualified = named && hosts().all(|host| !host.domain.is_empty());
        let certname_is_fqdn = qualified && certnames == fqdns;
        let mut identifiers = Vec::new();
        if qualified {
            identifiers.push(Identifier { read: fqdn(), values: fqdns });
        }
        if named {
            identifiers.push(Identifier { read: hostname(), values: hostnames });
        }
        Self { identifiers, certnames, certname_is_fqdn }
    }

    /// Returns an expression over a host's name that gives all of these short texts or paths: the name between two
    /// constant parts. Hosts with different names must have different values, else nothing is shown.
    pub(crate) fn affix(&self, values: &[(usize, Expr)]) -> Option<Expr> {
        let texts: Vec<(usize, &EcoString)> = values
            .iter()
            .map(
                |(host, value)| {
                    if let Expr::Str(it) | Expr::Path(it) = value { Some((*host, it)) } else { None }
                },
            )
            .collect::<Option<_>>()?;
        let paths = values.iter().all(|(_, value)| matches!(value, Expr::Path(_)));
        let strings = values.iter().all(|(_, value)| matches!(value, Expr::Str(_)));
        if texts.len() < 2
            || !(paths || strings)
            || texts.iter().any(|(_, text)| text.trim_end().contains('\n'))
        {
            return None;
        }
        let (before, read, after) = self.identifiers.iter().find_map(|it| it.around(&texts))?;
        if strings {
            return Some(between(&before, read, &after));
        }
        // a path is a folder that is there and a text
        let (folder, name) = before.rsplit_once('/')?;
        let text = between(&eco_format!("/{name}"), read, &after);
        Some(Expr::binary(Op::Add, Expr::Path(folder.into()), text))
    }

    /// Returns an expression that gives all of these values: what they share, with hosts' names where they differ.
    pub(crate) fn generalise(&self, values: &[(usize, Expr)]) -> Option<Expr> {
        let (_, first) = values.first()?;
        if values.iter().all(|(_, value)| value == first) {
            return Some(first.clone());
        }
        if let Expr::Attrs(entries) = first {
            let row = |name: &EcoString| {
                let held = |(host, value): &(usize, Expr)| {
                    let Expr::Attrs(own) = value else { return None };
                    let (_, held) = own.iter().find(|(known, _)| known == name)?;
                    (own.len() == entries.len()).then(|| (*host, held.clone()))
                };
                let column: Vec<_> = values.iter().map(held).collect::<Option<_>>()?;
                Some((name.clone(), self.generalise(&column)?))
            };
            return entries.iter().map(|(name, _)| row(name)).collect::<Option<_>>().map(Expr::Attrs);
        }
        if let Expr::List(items) = first {
            let row = |at: usize| {
                let held = |(host, value): &(usize, Expr)| {
                    let Expr::List(own) = value else { return None };
                    (own.len() == items.len()).then(|| Some((*host, own.get(at)?.clone())))?
                };
                let column: Vec<_> = values.iter().map(held).collect::<Option<_>>()?;
                self.generalise(&column)
            };
            return (0..items.len()).map(row).collect::<Option<_>>().map(Expr::List);
        }
        self.affix(values)
    }

    /// Returns the host's own file as a default where most hosts have one, with those that share another's.
    pub(crate) fn own_files(&self, values: &[(usize, Expr)]) -> Option<(Expr, Vec<(usize, Expr)>)> {
        let rest = values.iter().find_map(|(host, value)| self.own(*host, value))?;
        let (own, others): (Vec<_>, Vec<_>) =
            values.iter().partition(|(host, value)| self.own(*host, value) == Some(rest));
        if !self.certname_is_fqdn || own.len() <= others.len() {
            return None;
        }
        let text = between("/", fqdn(), &eco_format!("/{rest}"));
        let default = Expr::binary(Op::Add, Expr::Path(OF_HOSTS.into()), text);
        Some((default, others.into_iter().cloned().collect()))
    }

    /// The rest of a path in the host's own folder.
    fn own<'v>(&self, host: usize, value: &'v Expr) -> Option<&'v str> {
        let Expr::Path(path) = value else { return None };
        let certname = self.certnames.get(host)?;
        path.strip_prefix(OF_HOSTS)?.strip_prefix('/')?.strip_prefix(certname.as_str())?.strip_prefix('/')
    }
}

impl Identifier {
    /// The constant parts around the identifier in all texts.
    fn around(&self, texts: &[(usize, &EcoString)]) -> Option<(EcoString, Expr, EcoString)> {
        let names: Vec<&EcoString> =
            texts.iter().map(|(host, _)| self.values.get(*host)).collect::<Option<_>>()?;
        let (first, (_, text)) = (names.first()?, texts.first()?);
        if names.iter().all(|name| name == first) {
            return None;
        }
        let fits = |before: &str, after: &str| {
            names.iter().zip(texts).all(|(name, (_, text))| {
                let inner = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                inner == Some(name.as_str())
            })
        };
        text.match_indices(first.as_str()).find_map(|(at, name)| {
            let (before, after) = (text.get(..at)?, text.get(at + name.len()..)?);
            fits(before, after).then(|| (before.into(), self.read.clone(), after.into()))
        })
    }
}

fn between(before: &str, read: Expr, after: &str) -> Expr {
    if before.is_empty() && after.is_empty() {
        return read;
    }
    let text = |text: &str| (!text.is_empty()).then(|| Part::Text(text.into()));
    Expr::Text(text(before).into_iter().chain([Part::Expr(read)]).chain(text(after)).collect())
}

pub(crate) fn hostname() -> Expr {
    Expr::select("config.networking.hostName")
}

pub(crate) fn fqdn() -> Expr {
    Expr::select("config.networking.fqdn")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        let values = |names: [&str; 2]| names.map(EcoString::from).to_vec();
        Identity {
            identifiers: vec![
                Identifier { read: fqdn(), values: values(["a.x.org", "b.x.org"]) },
                Identifier { read: hostname(), values: values(["a", "b"]) },
            ],
            certnames: values(["a.x.org", "b.x.org"]),
            certname_is_fqdn: true,
        }
    }

    fn strings(texts: [&str; 2]) -> Vec<(usize, Expr)> {
        texts.into_iter().map(Expr::str).enumerate().collect()
    }

    #[test]
    fn a_name_between_constant_parts_is_read() {
        let parts = |expr: Expr| format!("{expr:?}");
        let found = identity().affix(&strings(["a-root-a", "b-root-a"])).unwrap();
        assert!(parts(found).contains("-root-a"));
        assert_eq!(identity().affix(&strings(["a.x.org", "b.x.org"])), Some(fqdn()));
        assert_eq!(identity().affix(&strings(["a", "c"])), None);
        assert_eq!(identity().affix(&strings(["x", "x"])), None);
    }

    #[test]
    fn hosts_that_have_their_own_file_need_no_line() {
        let path = |name: &str| Expr::Path(name.into());
        let own = [(0, path("files/hosts/a.x.org/etc/x")), (1, path("files/hosts/b.x.org/etc/x"))];
        let (_, others) = identity().own_files(&own).unwrap();
        assert_eq!(others, []);
        let shared = [(0, path("files/hosts/a.x.org/etc/x")), (1, path("files/hosts/a.x.org/etc/x"))];
        assert!(identity().own_files(&shared).is_none());
    }
}
