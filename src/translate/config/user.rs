//! Users.

use super::presence;
use crate::model::{ItemId, ItemKind, Text, User};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "user",
    doc: "users with ids, groups, home, shell and password",
    claims: claims_type!("User"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let user = User {
        name: name.clone(),
        ensure: presence(attributes),
        uid: attributes.int("uid"),
        gid: attributes.string("gid"),
        groups: attributes.strings("groups"),
        exact_groups: attributes.string("membership").as_deref() == Some("inclusive"),
        home: attributes.string("home"),
        managehome: attributes.bool("managehome").unwrap_or_default(),
        shell: attributes.string("shell"),
        comment: attributes.string("comment"),
        password: password(attributes),
        system: attributes.bool("system").unwrap_or_default(),
        purge_ssh_keys: attributes.bool("purge_ssh_keys").unwrap_or_default(),
        from: build.from.clone(),
    };
    let steering = ["allowdupe", "forcelocal", "provider", "auth_membership", "attribute_membership"];
    attributes.satisfied(&steering, "steers the agent only");
    build.config.users.push(user);
    Outcome::item(ItemId::new(ItemKind::User, name))
}

/// A hash is a secret even where nobody marked it; what no password matches is none.
fn password(attributes: &mut Attributes<'_>) -> Option<Text> {
    let text = attributes.text("password")?;
    match text.as_plain() {
        Some("" | "x" | "*" | "!" | "!!" | "!*" | "NP") => Some(text),
        Some(_) => Some(attributes.whole_secret("password")),
        None => Some(text),
    }
}
