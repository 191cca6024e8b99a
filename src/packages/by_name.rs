//! Names that a legacy package and an attribute of nixpkgs share, by set: `data/packages-by-name.txt`.

use crate::maps::HashMap;
use ecow::{EcoString, eco_format};
use std::sync::LazyLock;

type Sets = HashMap<&'static str, HashMap<String, &'static str>>;

static SETS: LazyLock<Sets> = LazyLock::new(|| {
    let lines = include_str!("../../data/packages-by-name.txt").lines().filter(|line| !line.starts_with('#'));
    let (mut sets, mut open) = (Sets::default(), "pkgs");
    for line in lines {
        match line.strip_prefix("* ") {
            Some(name) => open = name,
            None => sets.entry(open).or_default().extend(line.split(' ').map(|name| (plain(name), name))),
        }
    }
    sets
});

/// A name in the form in which Python's index compares names; the other languages' differ in less.
fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// Returns the attribute of a set's member by name, with the set before it unless that is the top level.
pub(super) fn member(set: &str, name: &str) -> Option<EcoString> {
    let name = SETS.get(set)?.get(&plain(name))?;
    Some(if set == "pkgs" { (*name).into() } else { eco_format!("{set}.{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_they_are_compared() {
        assert_eq!(member("python3Packages", "Ruamel.YAML").as_deref(), Some("python3Packages.ruamel-yaml"));
        assert_eq!(member("pkgs", "picom").as_deref(), Some("picom"));
        assert_eq!(member("pkgs", "no-such-thing"), None);
    }
}
