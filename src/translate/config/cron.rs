//! Entries of crontabs.

use super::presence;
use crate::model::{Cron, ItemId, ItemKind};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::EcoString;

pub(crate) const RULE: Rule =
    Rule { name: "cron", doc: "entries of users' crontabs", claims: claims_type!("Cron"), apply };

const FIELDS: [&str; 5] = ["minute", "hour", "monthday", "month", "weekday"];

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let schedule = FIELDS.map(|field| one_field(attributes, field));
    let cron = Cron {
        name: name.clone(),
        ensure: presence(attributes),
        command: attributes.text("command").unwrap_or_default(),
        user: attributes.string("user").unwrap_or_else(|| "root".into()),
        special: attributes.string("special").filter(|special| special != "absent"),
        schedule,
        environment: attributes.strings("environment"),
        from: build.from.clone(),
    };
    attributes.satisfied(&["target", "provider"], "the user's crontab is the target");
    build.config.crons.push(cron);
    Outcome::item(ItemId::new(ItemKind::Cron, name))
}

/// A list is joined by commas; names of months and days become numbers, as Puppet's provider does.
fn one_field(attributes: &mut Attributes<'_>, field: &str) -> EcoString {
    let values = attributes.strings(field);
    if values.is_empty() || values.iter().any(|value| value == "absent") {
        return "*".into();
    }
    let values: Vec<EcoString> = values.iter().map(|value| number(field, value)).collect();
    values.join(",").into()
}

fn number(field: &str, value: &EcoString) -> EcoString {
    const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let short: String = value.to_lowercase().chars().take(3).collect();
    let (names, first): (&[&str], usize) = match field {
        "weekday" => (&DAYS, 0),
        "month" => (&MONTHS, 1),
        _ => return value.clone(),
    };
    let at = names.iter().position(|name| *name == short);
    at.map_or_else(|| value.clone(), |at| (at + first).to_string().into())
}
