//! What is wrong with a value at a path, against a table of options.

use super::{Declared, Fate, Fit, Form, Node, OptionTable, OptionType, table::is_any};
use ecow::EcoString;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no such option; names nearby that exist.
    Unknown(Vec<EcoString>),
    /// It has another name now.
    Renamed(EcoString),
    /// It is gone.
    Removed,
    /// Only NixOS itself defines it.
    ReadOnly,
    /// The value does not fit: the type in NixOS's words, and what the value is.
    Type {
        /// The type in NixOS's words.
        wanted: EcoString,
        /// What the value is.
        got: String,
    },
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What is wrong, with the path.
    pub faults: Vec<(Vec<EcoString>, Fault)>,
    /// Values that fit.
    pub fitting: usize,
    /// Values that only an evaluation can judge.
    pub unsure: usize,
}

/// Checks a value at a path.
pub fn check(table: &OptionTable, path: &[EcoString], value: &Form<'_>, checked: &mut Checked) {
    let mut at = At { node: Some(table.root()), kind: None, words: "", option: None };
    for (length, name) in (1..).zip(path) {
        let so_far = || path.get(..length).unwrap_or_default().to_vec();
        match at.step(table, name) {
            Step::To(next) => at = next,
            Step::Faulty(fault) => return checked.faults.push((so_far(), fault)),
        }
    }
    let mut path = path.to_vec();
    at.value(table, &mut path, value, checked);
}

/// A place in the tree, or within the value of an option.
#[derive(Clone, Copy)]
struct At<'t> {
    /// `None` within a value that has no options of its own.
    node: Option<&'t Node>,
    /// The type, within an option.
    kind: Option<&'t OptionType>,
    /// The type in NixOS's words.
    words: &'t str,
    option: Option<&'t Declared>,
}

enum Step<'t> {
    To(At<'t>),
    Faulty(Fault),
}

impl<'t> At<'t> {
    /// Goes on to a name below.
    fn step(&self, table: &'t OptionTable, name: &str) -> Step<'t> {
        let below = self.kind.and_then(OptionType::below);
        let Some(node) = self.node.and_then(|node| node.below(name)) else {
            return match below {
                Some(kind) => {
                    Step::To(Self { node: None, kind: Some(kind), words: self.words, option: None })
                }
                None => Step::Faulty(Fault::Unknown(self.near(name))),
            };
        };
        let Some(option) = &node.option else {
            // a set of options, within one that takes other names too or not
            return Step::To(Self { node: Some(node), kind: below, words: self.words, option: None });
        };
        match &option.fate {
            Fate::Renamed(to) => Step::Faulty(Fault::Renamed(to.clone())),
            Fate::Removed => Step::Faulty(Fault::Removed),
            Fate::Kept => {
                let (kind, words) = (Some(table.type_of(option)), table.type_text(option));
                Step::To(Self { node: Some(node), kind, words, option: Some(option) })
            }
        }
    }

    /// Names that exist and differ little from a wrong one.
    fn near(&self, name: &str) -> Vec<EcoString> {
        let names = self.node.into_iter().flat_map(|node| node.children.keys());
        let mut near: Vec<(usize, &EcoString)> = names
            .filter(|other| !is_any(other))
            .map(|other| (crate::diag::distance(name, other), other))
            .filter(|(distance, _)| *distance <= name.len().div_ceil(3))
            .collect();
        near.sort_unstable();
        near.into_iter().take(3).map(|(_, name)| name.clone()).collect()
    }

    fn value(
        &self,
        table: &'t OptionTable,
        path: &mut Vec<EcoString>,
        value: &Form<'_>,
        checked: &mut Checked,
    ) {
        if self.option.is_some_and(|option| option.read_only) {
            return checked.faults.push((path.clone(), Fault::ReadOnly));
        }
        if let Form::Attrs(entries) = value
            && self.looks_inside()
        {
            for (name, entry) in entries {
                path.push((*name).into());
                match self.step(table, name) {
                    Step::To(next) => next.value(table, path, entry, checked),
                    Step::Faulty(fault) => checked.faults.push((path.clone(), fault)),
                }
                path.pop();
            }
            return;
        }
        if let Form::List(items) = value
            && self.node.is_some_and(|node| node.item().is_some())
            && let Step::To(item) = self.step(table, "*")
        {
            let inside = item.within(self.kind);
            for entry in items {
                path.push("*".into());
                inside.value(table, path, entry, checked);
                path.pop();
            }
            return;
        }
        self.leaf(path, value, checked);
    }

    /// The items of a list have the list's element type where they have no option of their own.
    fn within(mut self, kind: Option<&'t OptionType>) -> Self {
        if self.kind.is_none() {
            self.kind = kind.and_then(element);
        }
        self
    }

    /// Whether there are options below, or names of the user's choice whose values are checked one by one.
    fn looks_inside(&self) -> bool {
        let options = self.node.is_some_and(|node| node.children.keys().any(|name| name != "*"));
        options || self.kind.is_none_or(|kind| matches!(kind, OptionType::Attrs(_)))
    }

    fn leaf(&self, path: &[EcoString], value: &Form<'_>, checked: &mut Checked) {
        let fit = match (self.kind, value) {
            (Some(kind), _) => kind.fits(value),
            (None, Form::Unknown) => Fit::Unsure,
            // a set of options, or of options with names of a user's choice
            (None, _) => Fit::No,
        };
        match fit {
            Fit::Yes => checked.fitting += 1,
            Fit::Unsure => checked.unsure += 1,
            Fit::No => {
                let wanted = if self.kind.is_none() { "set of options" } else { self.words };
                let fault = Fault::Type { wanted: wanted.into(), got: value.shown() };
                checked.faults.push((path.to_vec(), fault));
            }
        }
    }
}

fn element(kind: &OptionType) -> Option<&OptionType> {
    if let OptionType::List { of, .. } = kind {
        return Some(of);
    }
    let OptionType::Either(types) = kind else { return None };
    types.iter().find_map(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, value: &Form<'_>) -> Vec<Fault> {
        let path: Vec<EcoString> = path.split('.').map(Into::into).collect();
        let mut checked = Checked::default();
        check(OptionTable::shipped(), &path, value, &mut checked);
        checked.faults.into_iter().map(|(_, fault)| fault).collect()
    }

    #[test]
    fn what_exists_and_fits_has_no_fault() {
        let key = Form::Attrs(vec![("publicKey", Form::Text)]);
        let unit = Form::Attrs(vec![("ExecStart", Form::List(vec![Form::Text]))]);
        for (path, value) in [
            ("services.openssh.settings.PermitRootLogin", Form::Str("no")),
            ("services.openssh.settings.MaxAuthTries", Form::Int(3)),
            (
                "services.openssh.settings",
                Form::Attrs(vec![("UsePAM", Form::Bool(true)), ("X", Form::Int(1))]),
            ),
            ("programs.ssh.knownHosts.a", key),
            ("systemd.services.a.serviceConfig", unit),
            ("boot.kernel.sysctl.vm/swappiness", Form::Int(1)),
            ("environment.systemPackages", Form::List(vec![Form::Package])),
            ("users.users.a.shell", Form::Package),
            ("networking.hosts.10/0", Form::List(vec![Form::Str("a")])),
        ] {
            assert_eq!(faults(path, &value), [], "{path}");
        }
    }

    #[test]
    fn unknown_renamed_removed_read_only_and_misfitting_values_are_told_apart() {
        assert_eq!(
            faults("services.openssh.enabel", &Form::Bool(true)),
            [Fault::Unknown(vec!["enable".into()])]
        );
        let to = "services.openssh.settings.PermitRootLogin";
        assert_eq!(faults("services.openssh.permitRootLogin", &Form::Str("no")), [Fault::Renamed(to.into())]);
        assert_eq!(faults("networking.fqdn", &Form::Str("a.b")), [Fault::ReadOnly]);
        let gone = faults("boot.loader.grub.bootDevice", &Form::Str("a"));
        assert!(matches!(gone.as_slice(), [Fault::Removed | Fault::Unknown(_)]), "{gone:?}");
        for (path, value) in [
            ("services.openssh.settings.PermitRootLogin", Form::Str("maybe")),
            ("services.openssh.settings.X", Form::List(vec![])),
            ("services.openssh.ports", Form::List(vec![Form::Str("22")])),
            ("services.openssh", Form::Bool(true)),
            ("users.users.a.uid", Form::Str("1")),
        ] {
            let found = faults(path, &value);
            assert!(matches!(found.as_slice(), [Fault::Type { .. }]), "{path}: {found:?}");
        }
        let users = Form::Attrs(vec![("a", Form::Attrs(vec![("uids", Form::Int(1))]))]);
        assert_eq!(faults("users.users", &users), [Fault::Unknown(vec!["uid".into()])]);
    }
}
