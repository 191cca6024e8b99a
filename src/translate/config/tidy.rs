//! Removal of old files: a job that finds and removes what the type would.

use crate::model::{Cron, ItemId, ItemKind, Presence, Text};
use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    config::exec::quote,
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::{EcoString, eco_format};

pub(crate) const RULE: Rule = Rule {
    name: "tidy",
    doc: "removal of old files, as a job of every hour",
    claims: claims_type!("Tidy"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    match command(attributes) {
        Err(reason) => {
            let verdict = Verdict::new(Class::Manual, RULE.name, reason);
            attributes.all(&verdict);
            Outcome::Verdict(verdict)
        }
        Ok(command) => {
            let name = eco_format!("tidy {}", attributes.title());
            attributes.satisfied(&["backup"], "steers the agent only");
            build.config.crons.push(Cron {
                name: name.clone(),
                ensure: Presence::Present,
                command: Text::plain(command),
                user: "root".into(),
                schedule: ["0", "*", "*", "*", "*"].map(EcoString::from),
                special: None,
                environment: Vec::new(),
                from: build.from.clone(),
            });
            Outcome::item(ItemId::new(ItemKind::Cron, name))
        }
    }
}

/// find(1) with the type's conditions: age, size, names, how deep; links are not followed.
fn command(attributes: &mut Attributes<'_>) -> Result<String, EcoString> {
    let path = attributes.name("path");
    if path.contains(['*', '?', '[']) {
        return Err("its path is a pattern".into());
    }
    let mut words = vec!["find".to_owned(), quote(&path)];
    match attributes.string("recurse").as_deref() {
        None | Some("false") => words.extend(["-maxdepth", "0"].map(str::to_owned)),
        Some("true" | "inf") => {}
        Some(depth) => match depth.parse::<u32>() {
            Ok(depth) => words.extend(["-maxdepth".to_owned(), depth.to_string()]),
            Err(_) => return Err("how deep it goes is not known".into()),
        },
    }
    if attributes.bool("rmdirs").unwrap_or_default() {
        return Err("it removes folders that became empty too".into());
    }
    words.extend(["-type", "f"].map(str::to_owned));
    let matches = attributes.strings("matches");
    if !matches.is_empty() {
        let names: Vec<String> = matches.iter().map(|name| format!("-name {}", quote(name))).collect();
        words.push(format!("'(' {} ')'", names.join(" -o ")));
    }
    let kind = match attributes.string("type").as_deref() {
        None | Some("atime") => "-amin",
        Some("mtime") => "-mmin",
        Some("ctime") => "-cmin",
        Some(other) => return Err(eco_format!("`{other}` is no time of a file")),
    };
    match (attributes.string("age"), attributes.has("size")) {
        (_, true) => return Err("it removes by size".into()),
        (Some(age), false) => {
            let minutes = minutes(&age).ok_or_else(|| eco_format!("`{age}` is no age"))?;
            // the type removes what is older, find counts whole minutes
            words.extend([kind.to_owned(), format!("+{}", minutes.saturating_sub(1))]);
        }
        (None, false) if matches.is_empty() => return Err("it removes everything".into()),
        (None, false) => {}
    }
    words.push("-delete".to_owned());
    Ok(words.join(" "))
}

/// An age of the type: a number and a unit (days where none is given) in minutes.
fn minutes(age: &str) -> Option<u64> {
    let digits = age.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(age.len());
    let number: u64 = age.get(..digits)?.parse().ok()?;
    match age.get(digits..)?.chars().next() {
        None | Some('d' | 'D') => Some(number * 24 * 60),
        Some('w' | 'W') => Some(number * 7 * 24 * 60),
        Some('h' | 'H') => Some(number * 60),
        Some('m' | 'M') => Some(number),
        Some('s' | 'S') => Some(number.div_ceil(60)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn ages_are_minutes() {
        let ages = ["1w", "30", "2hours", "90s", "5m", "x", "3y"].map(super::minutes);
        assert_eq!(ages, [Some(10080), Some(43200), Some(120), Some(2), Some(5), None, None]);
    }
}
