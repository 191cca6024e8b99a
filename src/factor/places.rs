//! Where things stand: options by their path, modules and hosts by their file.

use super::{
    fleet::{Member, UnitName, plain},
    units::{Unit, Units},
};
use crate::maps::{HashMap, HashSet};
use ecow::{EcoString, eco_format};

/// `<site>.profile.base`, with a name below it.
pub(crate) fn option(site: &EcoString, unit: &UnitName, name: Option<&str>) -> Vec<EcoString> {
    let parts = unit.parts();
    std::iter::once(site.clone()).chain(parts).chain(name.map(EcoString::from)).collect()
}

/// The files of modules.
pub(crate) struct Places {
    files: HashMap<UnitName, EcoString>,
}

impl Places {
    /// Gives every unit a file: `modules/ntp.nix`, `profiles/web/default.nix` with what belongs to it beside it.
    pub(crate) fn new(units: &Units, empty: &[UnitName]) -> Self {
        let with_files: HashSet<&UnitName> = units
            .all
            .keys()
            .filter(|name| !empty.contains(name) && units.root(name) != *name)
            .map(|name| units.root(name))
            .collect();
        let (mut files, mut taken) = (HashMap::default(), HashSet::default());
        for name in units.all.keys() {
            let root = units.root(name);
            let folder = folder(root);
            let mut file = match (root == name, with_files.contains(root)) {
                (true, false) => eco_format!("{folder}.nix"),
                (true, true) => eco_format!("{folder}/default.nix"),
                (false, _) => eco_format!("{folder}/{}.nix", below(root, name)),
            };
            while !taken.insert(file.clone()) {
                file = eco_format!("{}-.nix", file.trim_end_matches(".nix"));
            }
            files.insert(name.clone(), file);
        }
        Self { files }
    }

    pub(crate) fn file(&self, unit: &UnitName) -> EcoString {
        self.files.get(unit).cloned().unwrap_or_default()
    }
}

fn folder(root: &UnitName) -> EcoString {
    let parts = root.parts();
    match parts.as_slice() {
        [profile, rest @ ..] if profile == "profile" && !rest.is_empty() => {
            eco_format!("profiles/{}", rest.join("/"))
        }
        [role, ..] if role == "role" => eco_format!("profiles/{}", parts.join("/")),
        parts => eco_format!("modules/{}", parts.join("/")),
    }
}

/// The name of a unit's file beside its root's.
fn below(root: &UnitName, unit: &UnitName) -> EcoString {
    let (root, parts) = (root.parts(), unit.parts());
    let rest = parts.strip_prefix(root.as_slice()).unwrap_or(&parts);
    let rest =
        rest.strip_prefix(["profile".into()].as_slice()).filter(|rest| !rest.is_empty()).unwrap_or(rest);
    match rest.join("-").as_str() {
        "" | "default" => "class".into(),
        name => name.into(),
    }
}

/// `hosts/<group>/<certname>.nix`: hosts are grouped by their role, else by the class of the site that most hosts have
/// beside them and not all, else by the letters of their name.
pub(crate) fn host_file(host: usize, member: &Member<'_>, units: &Units) -> EcoString {
    let everyone = units.hosts(&UnitName::Main).len();
    let given = |unit: &Unit| {
        let top = unit.parents.keys().any(|parent| !matches!(parent, UnitName::Class(_)));
        top && unit.hosts.contains(&host) && unit.hosts.len() < everyone
    };
    let classes = units.all.iter().filter_map(|(name, unit)| match name {
        UnitName::Class(class) if given(unit) => Some((class, unit.hosts.len())),
        UnitName::Class(_) | UnitName::Main | UnitName::Node(_) => None,
    });
    let ranked = classes.max_by_key(|(class, hosts)| (class.starts_with("role::"), *hosts));
    let group = match ranked {
        Some((class, _)) => plain(class.strip_prefix("role::").unwrap_or(class)),
        None => {
            let short = member.certname.split('.').next().unwrap_or_default();
            plain(short.trim_end_matches(|letter: char| letter.is_ascii_digit()))
        }
    };
    eco_format!("hosts/{group}/{}.nix", member.certname)
}
