//! Files put together from fragments (the module concat): the file.

use super::{file, presence};
use crate::model::{File, FileKind, ItemId, ItemKind, Presence};
use crate::translate::{
    attributes::Attributes,
    compose::{Format, Target},
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "concat-file",
    doc: "a file put together from its fragments, in their order",
    claims: claims_type!("Concat_file"),
    apply,
};

/// Attributes that say how the fragments become one text.
const COMPOSING: [&str; 4] = ["order", "ensure_newline", "format", "force"];

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let path = attributes.name("path");
    let target = Target {
        entry: build.entry,
        path: path.clone(),
        title: attributes.title().clone(),
        tag: attributes.string("tag"),
        numeric: attributes.string("order").as_deref() != Some("alpha"),
        ensure_newline: attributes.bool("ensure_newline").unwrap_or_default(),
        format: Format::named(attributes.string("format").as_deref()),
        force: attributes.bool("force").unwrap_or_default(),
    };
    attributes.satisfied(&COMPOSING, "says how the fragments become one text, which is written");
    attributes.satisfied(
        &["backup", "show_diff", "create_empty_file", "selinux_ignore_defaults"],
        "steers the agent only",
    );
    let replace = attributes.bool("replace").unwrap_or(true);
    let kind = match presence(attributes) {
        Presence::Present => FileKind::Regular { content: None, base64: None, replace },
        Presence::Absent => FileKind::Absent { force: false },
    };
    build.config.files.push(File {
        path: path.clone(),
        kind,
        owner: attributes.string("owner"),
        group: attributes.string("group"),
        mode: file::mode(attributes),
        validate: attributes.string("validate_cmd"),
        from: build.from.clone(),
    });
    build.compose.targets.push(target);
    Outcome::item(ItemId::new(ItemKind::File, path))
}
