//! Entries of `/etc/hosts`.

use super::presence;
use crate::model::{HostEntry, ItemId, ItemKind};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule =
    Rule { name: "host", doc: "entries of `/etc/hosts`", claims: claims_type!("Host"), apply };

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let aliases = attributes.strings("host_aliases");
    let entry = HostEntry {
        name: name.clone(),
        ensure: presence(attributes),
        ip: attributes.string("ip"),
        aliases: aliases.iter().flat_map(|text| text.split_whitespace()).map(Into::into).collect(),
        comment: attributes.string("comment"),
        from: build.from.clone(),
    };
    attributes.satisfied(&["target", "provider"], "`/etc/hosts` is the target");
    build.config.host_entries.push(entry);
    Outcome::item(ItemId::new(ItemKind::HostEntry, name))
}
