//! Groups.

use super::presence;
use crate::model::{Group, ItemId, ItemKind};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule =
    Rule { name: "group", doc: "groups with their gid", claims: claims_type!("Group"), apply };

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let group = Group {
        name: name.clone(),
        ensure: presence(attributes),
        gid: attributes.int("gid"),
        system: attributes.bool("system").unwrap_or_default(),
        from: build.from.clone(),
    };
    attributes.satisfied(&["forcelocal", "allowdupe", "provider"], "steers the agent only");
    build.config.groups.push(group);
    Outcome::item(ItemId::new(ItemKind::Group, name))
}
