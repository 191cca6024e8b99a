//! Known hosts of ssh.

use super::presence;
use crate::model::{ItemId, ItemKind, KnownHost};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "sshkey",
    doc: "lines of `/etc/ssh/ssh_known_hosts`",
    claims: claims_type!("Sshkey"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let algorithm = attributes.string("type").unwrap_or_default();
    let host = KnownHost {
        name: name.clone(),
        ensure: presence(attributes),
        aliases: attributes.strings("host_aliases"),
        algorithm: match algorithm.as_str() {
            "rsa" => "ssh-rsa".into(),
            "dsa" => "ssh-dss".into(),
            "ed25519" => "ssh-ed25519".into(),
            _ => algorithm,
        },
        key: attributes.string("key").unwrap_or_default(),
        from: build.from.clone(),
    };
    if attributes.has("target") {
        attributes.manual("target", "keys are in a file of another name");
    }
    attributes.satisfied(&["provider"], "steers the agent only");
    build.config.known_hosts.push(host);
    Outcome::item(ItemId::new(ItemKind::KnownHost, name))
}
