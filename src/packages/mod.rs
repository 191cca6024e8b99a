//! Packages by name: what a legacy host's package or program is in nixpkgs.
//!
//! In: `data/packages.tsv` and `data/programs.tsv`. Out: [`NameMap`], which answers for `translate`.

use crate::maps::HashMap;
use crate::translate::nixos::{PackageAnswer, PackageNames};
use ecow::EcoString;
use std::sync::LazyLock;

static PACKAGES: LazyLock<HashMap<&'static str, PackageAnswer>> = LazyLock::new(|| {
    let rows = include_str!("../../data/packages.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(row).collect()
});

static PROGRAMS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("../../data/programs.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.split_once('\t')).collect()
});

fn row(line: &'static str) -> Option<(&'static str, PackageAnswer)> {
    let mut columns = line.split('\t');
    let (name, kind, value) = (columns.next()?, columns.next()?, columns.next()?);
    let answer = match kind {
        "attr" => PackageAnswer::Attribute(value.into()),
        "base" => PackageAnswer::Base(value.into()),
        "module" => PackageAnswer::Module(value.into()),
        "drop" => PackageAnswer::Dropped(value.into()),
        _ => return None,
    };
    Some((name, answer))
}

/// The map that is part of the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct NameMap;

impl PackageNames for NameMap {
    fn nixos(&self, name: &str) -> Option<PackageAnswer> {
        let bare = name.split(':').next().unwrap_or(name);
        if let Some(answer) = PACKAGES.get(bare) {
            return Some(answer.clone());
        }
        let part = |reason: &str| Some(PackageAnswer::Dropped(reason.into()));
        match bare {
            _ if bare.ends_with("-dev") || bare.ends_with("-devel") => part("headers are inputs of builds"),
            _ if bare.ends_with("-doc") => part("documentation of a package"),
            _ if bare.ends_with("-dbg") || bare.ends_with("-dbgsym") => part("symbols of a package"),
            _ if bare.starts_with("linux-image-") || bare.starts_with("linux-headers-") => {
                Some(PackageAnswer::Base("the kernel is part of the system (boot.kernelPackages)".into()))
            }
            _ => None,
        }
    }

    fn program(&self, name: &str) -> Option<EcoString> {
        PROGRAMS.get(name).map(|&attribute| attribute.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_read() {
        let rows = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(PACKAGES.len(), rows(include_str!("../../data/packages.tsv")));
        assert_eq!(PROGRAMS.len(), rows(include_str!("../../data/programs.tsv")));
    }

    #[test]
    fn names_by_kind() {
        let attribute = |name: &str| PackageAnswer::Attribute(name.into());
        assert_eq!(NameMap.nixos("dnsutils"), Some(attribute("dig")));
        assert_eq!(NameMap.nixos("vim:amd64"), Some(attribute("vim")));
        assert!(matches!(NameMap.nixos("libssl-dev"), Some(PackageAnswer::Dropped(_))));
        assert_eq!(NameMap.nixos("acme-internal-tool"), None);
        assert_eq!(NameMap.program("psql").as_deref(), Some("postgresql"));
    }
}
