//! Names of users and groups to numbers.

use crate::{build, observe::Root};
use ecow::EcoString;
use std::collections::BTreeMap;

/// The accounts of a root and those that the configuration pins.
#[derive(Debug)]
pub(super) struct Accounts {
    users: BTreeMap<EcoString, u32>,
    groups: BTreeMap<EcoString, u32>,
}

impl Accounts {
    /// Reads the root's accounts, the machine's where the root has none, and adds the pinned ones it lacks.
    pub(super) fn read(root: &Root, declared: &build::Accounts) -> Self {
        Self {
            users: table(root, "/etc/passwd", &declared.users),
            groups: table(root, "/etc/group", &declared.groups),
        }
    }

    /// Returns a user's number; numbers stand for themselves.
    pub(super) fn user(&self, name: &str) -> Option<u32> {
        name.parse().ok().or_else(|| self.users.get(name).copied())
    }

    /// Returns a group's number.
    pub(super) fn group(&self, name: &str) -> Option<u32> {
        name.parse().ok().or_else(|| self.groups.get(name).copied())
    }

    /// Returns a user's name for people, else the number.
    pub(super) fn user_name(&self, uid: u32) -> EcoString {
        name_of(&self.users, uid)
    }

    /// Returns a group's name for people, else the number.
    pub(super) fn group_name(&self, gid: u32) -> EcoString {
        name_of(&self.groups, gid)
    }
}

fn name_of(table: &BTreeMap<EcoString, u32>, number: u32) -> EcoString {
    let found = table.iter().find(|(_, found)| **found == number);
    found.map_or_else(|| ecow::eco_format!("{number}"), |(name, _)| name.clone())
}

fn table(root: &Root, path: &str, declared: &BTreeMap<EcoString, Option<u32>>) -> BTreeMap<EcoString, u32> {
    let content = root.read_followed(path).or_else(|_| std::fs::read(path)).unwrap_or_default();
    let mut found = BTreeMap::from([("root".into(), 0)]);
    found.extend(declared.iter().filter_map(|(name, number)| Some((name.clone(), (*number)?))));
    for line in String::from_utf8_lossy(&content).lines() {
        let mut fields = line.split(':');
        if let (Some(name), Some(number)) =
            (fields.next(), fields.nth(1).and_then(|field| field.parse().ok()))
        {
            found.insert(name.into(), number);
        }
    }
    found
}
