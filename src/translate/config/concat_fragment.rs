//! Files put together from fragments (the module concat): a fragment.

use crate::model::{SecretRef, Text};
use crate::translate::{
    attributes::Attributes,
    compose::Fragment,
    rule::{Build, Outcome, Rule, claims_type},
    sources::Found,
};
use crate::value::Value;

pub(crate) const RULE: Rule = Rule {
    name: "concat-fragment",
    doc: "a part of a file; it has the class of the file it is in",
    claims: claims_type!("Concat_fragment"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let fragment = Fragment {
        entry: build.entry,
        name: attributes.name("name"),
        target: attributes.string("target"),
        tag: attributes.string("tag"),
        order: attributes.string("order").unwrap_or_else(|| "10".into()),
        content: content(attributes, build),
        ends: attributes.ends_in_newline("content"),
    };
    attributes.satisfied(&["target", "order"], "says where the text stands in the file, which is written");
    build.compose.fragments.push(fragment);
    Outcome::Items(Vec::new())
}

fn content(attributes: &mut Attributes<'_>, build: &Build<'_>) -> Result<Text, String> {
    if let Some(Value::Deferred(call)) = attributes.value("content") {
        return Err(format!("the agent would compute it by `{}`", call.name));
    }
    if attributes.has("content") {
        return attributes.text("content").ok_or_else(|| "its content is no text".to_owned());
    }
    let sources = attributes.strings("source");
    match build.sources.find(&sources)? {
        Found::File(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Text::plain(text)),
            Err(_) => Err("its source is no UTF-8 text".to_owned()),
        },
        Found::Folder(_) => Err("its source is a folder".to_owned()),
        Found::Secret(id) => Ok(Text::secret(SecretRef { id, key: None, derived: false })),
    }
}
