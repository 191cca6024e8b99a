//! Which packages of the hosts have a licence that is not free: named exactly, so that nothing else is let in.
//!
//! In: the hosts' settings. Out: names as `lib.getName` gives them, from `data/unfree.tsv`.

use crate::{
    emit::Hosts,
    translate::nixos::{Expr, Plan},
};
use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../data/unfree.tsv");

/// Returns the names of the packages that need a predicate.
pub(super) fn names(hosts: &Hosts<'_>) -> BTreeSet<&'static str> {
    hosts.values().flat_map(|host| of(&host.plan)).collect()
}

fn of(plan: &Plan) -> BTreeSet<&'static str> {
    let (attributes, options) = used(plan);
    let mut names = BTreeSet::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (Some(kind), Some(key), Some(name)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let known = if kind == "attr" { &attributes } else { &options };
        if known.contains(key) {
            names.insert(name);
        }
    }
    names
}

/// The attributes of `pkgs` and the options set to true.
fn used(plan: &Plan) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut attributes, mut options) = (BTreeSet::new(), BTreeSet::new());
    for setting in &plan.settings {
        if setting.value == Expr::Bool(true) {
            options.insert(setting.option.join("."));
        }
        setting.value.visit(&mut |expr| {
            if let Expr::Packages(names) = expr {
                attributes.extend(names.iter().map(ToString::to_string));
            }
            if let Expr::Select(path) = expr
                && let Some(("pkgs", rest)) = path.split_first().map(|(first, rest)| (first.as_str(), rest))
            {
                attributes.insert(rest.join("."));
            }
        });
    }
    (attributes, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_three_columns_and_no_line_twice() {
        let mut seen = BTreeSet::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(line.split('\t').count(), 3, "{line}");
            assert!(matches!(line.split('\t').next(), Some("attr" | "option")), "{line}");
            assert!(seen.insert(line), "{line}");
        }
    }
}
