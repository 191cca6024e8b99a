//! A host's settings as definitions: each belongs to one unit and names its place in the code.

use super::{
    files::Files,
    fleet::{Fleet, Member, UnitName},
};
use crate::{
    catalog::ResourceRef,
    maps::{HashMap, IndexMap},
    model::ItemId,
    source::Origin,
    translate::nixos::{Expr, Piece, Setting, Topic},
};
use ecow::EcoString;
use std::sync::Arc;

/// A value that a unit gives to an option on one host.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) unit: UnitName,
    pub(crate) topic: Topic,
    pub(crate) option: Vec<EcoString>,
    /// The value, or one element of a list to which others may add.
    pub(crate) value: Expr,
    /// Whether the value is one element.
    pub(crate) element: bool,
    /// For a comment.
    pub(crate) origin: EcoString,
    pub(crate) items: Vec<ItemId>,
    /// Where the first of its items was declared.
    pub(crate) from: Option<Arc<Origin>>,
    /// The place in the code below the unit, without titles; empty where it is not known.
    pub(crate) instance: EcoString,
}

/// Options that say who a host is and are its own.
const OWN: [[&str; 2]; 4] = [
    ["networking", "hostName"],
    ["networking", "domain"],
    ["networking", "hostId"],
    ["system", "stateVersion"],
];

/// Tells whether an option belongs into the host's file.
pub(crate) fn is_own(option: &[EcoString]) -> bool {
    OWN.iter().any(|own| own.iter().copied().eq(option.iter().map(EcoString::as_str)))
}

/// Lists whose order means nothing, so that several modules may add to them.
pub(crate) fn unordered(option: &[EcoString]) -> bool {
    let option: Vec<&str> = option.iter().map(EcoString::as_str).collect();
    match option.as_slice() {
        ["environment", "systemPackages"] | ["systemd", "packages"] | ["boot", "kernelModules"] => true,
        ["users", "users", _, "openssh", "authorizedKeys", "keys"] | ["users", "users", _, "extraGroups"] => {
            true
        }
        ["networking", "firewall", last] => last.starts_with("allowed"),
        _ => false,
    }
}

/// Lists the definitions of a host in the order of its plan.
pub(crate) fn of_host(fleet: &Fleet<'_>, host: usize, member: &Member<'_>, files: &Files) -> Vec<Definition> {
    let origins = member.origins();
    let mut made = Vec::new();
    for setting in &member.translated.plan.settings {
        for piece in pieces(setting) {
            let from = piece.items.iter().find_map(|item| origins.get(item)?.origin.clone());
            made.push(Definition {
                instance: from.as_deref().map(|from| instance(member, from)).unwrap_or_default(),
                unit: fleet.unit_of(member, from.as_deref()),
                topic: setting.topic,
                option: setting.option.clone(),
                value: placed(&piece.value, host, files),
                element: unordered(&setting.option),
                origin: setting.origin.clone(),
                items: piece.items,
                from,
            });
        }
    }
    adopt(&mut made);
    made
}

/// The chain of declarations that leads to a resource, with the keys of the iterations on the way.
fn instance(member: &Member<'_>, origin: &Origin) -> EcoString {
    let mut chain = String::new();
    for frame in origin.frames.iter() {
        let resource = ResourceRef::parse(&frame.container).and_then(|it| member.catalog.resources.get(&it));
        let iteration = resource.map(|it| it.origin.iteration.join("\u{1}")).unwrap_or_default();
        if let Some(at) = &frame.declared_at {
            chain.push_str(&format!("{at}#{iteration}\n"));
        }
    }
    if let Some(at) = &origin.at {
        chain.push_str(&format!("{at}:{}#{}", at.span.start, origin.iteration.join("\u{1}")));
    }
    chain.into()
}

/// The pieces of a list in any order, or the setting as a whole.
fn pieces(setting: &Setting) -> Vec<Piece> {
    let whole = || vec![Piece { value: setting.value.clone(), items: setting.items.clone() }];
    if !unordered(&setting.option) {
        return whole();
    }
    if let Expr::Packages(names) = &setting.value {
        return if setting.pieces.len() == names.len() { setting.pieces.clone() } else { whole() };
    }
    let Expr::List(items) = &setting.value else { return whole() };
    if setting.pieces.len() == items.len() {
        return setting.pieces.clone();
    }
    items.iter().map(|value| Piece { value: value.clone(), items: setting.items.clone() }).collect()
}

/// Turns keys of files into places in the output, so that equal values are equal files.
fn placed(value: &Expr, host: usize, files: &Files) -> Expr {
    let mut value = value.clone();
    value.rewrite(&mut |expr| {
        if let Expr::File(key) = expr {
            *expr = Expr::Path(files.of(host, key));
        }
    });
    value
}

/// What no item stands for goes where its neighbours are: the longest common part of the option decides, for a
/// secret the setting that refers to it.
fn adopt(made: &mut [Definition]) {
    let parents: IndexMap<Vec<EcoString>, UnitName> = made
        .iter()
        .filter(|it| it.from.is_some())
        .flat_map(|it| {
            (2..=it.option.len())
                .map(|length| (it.option.iter().take(length).cloned().collect(), it.unit.clone()))
        })
        .fold(IndexMap::default(), |mut known, (option, unit)| {
            known.entry(option).or_insert(unit);
            known
        });
    let users = secret_users(made);
    for definition in made.iter_mut().filter(|it| it.from.is_none()) {
        let secret = match definition.option.as_slice() {
            [by, secrets, name, ..] if (by == "age" || by == "sops") && secrets == "secrets" => {
                users.get(name)
            }
            _ => None,
        };
        if let Some((unit, instance)) = secret {
            definition.instance = instance.clone();
            definition.unit = unit.clone();
            continue;
        }
        let near = (2..=definition.option.len())
            .rev()
            .find_map(|length| parents.get(definition.option.get(..length)?));
        if let Some(unit) = near {
            definition.unit = unit.clone();
        }
    }
}

/// The unit and the place of the first setting that refers to each secret.
fn secret_users(made: &[Definition]) -> HashMap<EcoString, (UnitName, EcoString)> {
    let mut users = HashMap::default();
    for definition in made.iter().filter(|it| it.from.is_some()) {
        definition.value.visit(&mut |expr| {
            if let Expr::Select(parts) = expr
                && let [config, by, secrets, name, ..] = parts.as_slice()
                && config == "config"
                && (by == "age" || by == "sops")
                && secrets == "secrets"
            {
                let user = || (definition.unit.clone(), definition.instance.clone());
                users.entry(name.clone()).or_insert_with(user);
            }
        });
    }
    users
}
