//! Single lines of files.

use super::presence;
use crate::model::Presence;
use crate::translate::{
    attributes::Attributes,
    compose::{Change, Edit, FileLine},
    rule::{Build, Outcome, Rule, claims_type},
};

pub(crate) const RULE: Rule = Rule {
    name: "file-line",
    doc: "one line of a file, composed on the file's known text",
    claims: claims_type!("File_line"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let path = attributes.string("path").unwrap_or_default();
    let how = FileLine {
        absent: presence(attributes) == Presence::Absent,
        pattern: attributes.string("match"),
        after: attributes.string("after"),
        multiple: attributes.bool("multiple").unwrap_or_default(),
        replace: attributes.bool("replace").unwrap_or(true),
        replace_all: attributes.bool("replace_all_matches_not_matching_line").unwrap_or_default(),
        absent_by_pattern: attributes.bool("match_for_absence").unwrap_or_default(),
        append: attributes.bool("append_on_no_match").unwrap_or(true),
    };
    let line = attributes.text("line");
    if attributes.string("encoding").is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
        attributes.manual("encoding", "the file is no UTF-8");
    }
    let change = Change::Line { how, line };
    let (entry, from) = (build.entry, build.from.clone());
    build.compose.edits.push(Edit { entry, rule: RULE.name, path, change, from });
    Outcome::Items(Vec::new())
}
