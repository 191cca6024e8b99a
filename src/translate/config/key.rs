//! Authorized keys.

use super::presence;
use crate::model::{AuthorizedKey, ItemId, ItemKind};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "ssh-authorized-key",
    doc: "lines of a user's `authorized_keys`",
    claims: claims_type!("Ssh_authorized_key"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let algorithm = attributes.string("type").unwrap_or_default();
    let key = AuthorizedKey {
        name: name.clone(),
        ensure: presence(attributes),
        user: attributes.string("user").unwrap_or_default(),
        algorithm: match algorithm.as_str() {
            "rsa" => "ssh-rsa".into(),
            "dsa" => "ssh-dss".into(),
            "ed25519" => "ssh-ed25519".into(),
            _ => algorithm,
        },
        key: attributes.string("key").unwrap_or_default(),
        options: attributes.strings("options"),
        from: build.from.clone(),
    };
    if attributes.has("target") {
        attributes.manual("target", "keys are in a file of another name");
    }
    attributes.satisfied(&["provider", "drop_privileges"], "steers the agent only");
    build.config.authorized_keys.push(key);
    Outcome::item(ItemId::new(ItemKind::AuthorizedKey, name))
}
