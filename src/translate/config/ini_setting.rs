//! Settings of INI files.

use super::presence;
use crate::model::Presence;
use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    compose::{Change, Edit, IniSetting},
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::EcoString;

pub(crate) const RULE: Rule = Rule {
    name: "ini-setting",
    doc: "one setting of an INI file, composed on the file's known text",
    claims: claims_type!("Ini_setting"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    if attributes.bool("refreshonly") == Some(true) {
        let reason = "is set only when something it subscribes to changes";
        return Outcome::Verdict(Verdict::new(Class::Manual, RULE.name, reason));
    }
    let path = attributes.string("path").unwrap_or_default();
    let mut text = |name: &str, usual: &str| attributes.string(name).unwrap_or_else(|| usual.into());
    let around = [text("section_prefix", "["), text("section_suffix", "]")];
    let (separator, indent) = (text("key_val_separator", " = "), text("indent_char", " "));
    let section = text("section", "");
    let width = attributes.int("indent_width").and_then(|width| usize::try_from(width).ok());
    let setting = IniSetting {
        section,
        setting: attributes.string("setting").map(|name| EcoString::from(name.trim())),
        separator,
        around,
        indent: (indent, width),
        makes_section: attributes.bool("force_new_section_creation").unwrap_or(true),
    };
    let value = match presence(attributes) {
        Presence::Present => Some(attributes.text("value").map(|text| text.trimmed()).unwrap_or_default()),
        Presence::Absent => None,
    };
    attributes.satisfied(&["show_diff", "refreshonly"], "steers the agent only");
    let change = Change::Ini { setting, value };
    let (entry, from) = (build.entry, build.from.clone());
    build.compose.edits.push(Edit { entry, rule: RULE.name, path, change, from });
    Outcome::Items(Vec::new())
}
