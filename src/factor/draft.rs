//! A module in the making: its options, what hosts set them to, its settings by the hosts that have them.

use super::{
    identity::Identity,
    module::{Declared, Shared},
    names::Names,
    units::Hosts,
};
use crate::{
    maps::{HashMap, IndexMap},
    translate::nixos::Expr,
};
use ecow::{EcoString, eco_format};

/// A module in the making.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) names: Names,
    pub(crate) options: Vec<Declared>,
    /// What hosts set options to, where that is not the default.
    pub(crate) set: Vec<(usize, EcoString, Expr)>,
    /// Settings by the hosts that have them.
    pub(crate) groups: IndexMap<Hosts, Vec<Shared>>,
    /// The conditions of the groups.
    pub(crate) when: IndexMap<Hosts, Expr>,
    /// The options by the values they hold.
    known: HashMap<String, EcoString>,
}

impl Draft {
    /// Returns what reads these values, one a host, and the option where it was made for them.
    pub(crate) fn variable(
        &mut self,
        option: &[EcoString],
        values: Vec<(usize, Expr)>,
        identity: &Identity,
    ) -> (Expr, Option<&Declared>) {
        let key = format!("{values:?}");
        if let Some(name) = self.known.get(&key) {
            return (read(name), None);
        }
        let name = self.names.value(option);
        self.known.insert(key, name.clone());
        let of = type_of(&values.iter().map(|(_, value)| value).collect::<Vec<_>>());
        let (default, differ) = match identity.own_files(&values) {
            Some((default, others)) => (Some(default), others),
            None => by_commonest(values),
        };
        let description = eco_format!("`{}`", option.join("."));
        self.set.extend(differ.into_iter().map(|(host, value)| (host, name.clone(), value)));
        let read = read(&name);
        self.options.push(Declared { path: vec![name], of, default, description });
        (read, self.options.last())
    }
}

fn read(name: &EcoString) -> Expr {
    Expr::Select(vec!["cfg".into(), name.clone()])
}

/// The commonest value as default, and the hosts that have another.
pub(crate) fn by_commonest(values: Vec<(usize, Expr)>) -> (Option<Expr>, Vec<(usize, Expr)>) {
    let default = commonest(&values);
    let differ = values.into_iter().filter(|(_, value)| Some(value) != default.as_ref()).collect();
    (default, differ)
}

/// The value that most hosts have; of several the first host's.
fn commonest(values: &[(usize, Expr)]) -> Option<Expr> {
    let mut counts: Vec<(&Expr, usize)> = Vec::new();
    for (_, value) in values {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value.clone())
}

/// The type of an option that holds all these values.
pub(crate) fn type_of(values: &[&Expr]) -> Expr {
    let named = |name: &str| Expr::Select(vec!["lib".into(), "types".into(), name.into()]);
    let applied =
        |name: &str, inner: Expr| Expr::Apply(vec!["lib".into(), "types".into(), name.into()], vec![inner]);
    let set: Vec<&Expr> = values.iter().copied().filter(|value| **value != Expr::Null).collect();
    let every = |is: fn(&Expr) -> bool| !set.is_empty() && set.iter().all(|value| is(value));
    let of = match () {
        () if every(|it| matches!(it, Expr::Bool(_))) => named("bool"),
        () if every(|it| matches!(it, Expr::Int(_))) => named("int"),
        () if every(|it| matches!(it, Expr::Path(_))) => named("path"),
        () if every(|it| matches!(it, Expr::Str(_) | Expr::Text(_))) => named("str"),
        () if every(|it| matches!(it, Expr::List(_))) => {
            let lists =
                set.iter().filter_map(|it| if let Expr::List(items) = it { Some(items) } else { None });
            applied("listOf", type_of(&lists.flatten().collect::<Vec<_>>()))
        }
        () => named("anything"),
    };
    if set.len() < values.len() { applied("nullOr", of) } else { of }
}
