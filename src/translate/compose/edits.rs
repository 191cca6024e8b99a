//! Settings and lines edited into a base, one after the other in the catalog's order.

use super::{
    Work,
    base::{self, Base},
    ini::{Ini, IniSetting},
    lines::FileLine,
    marks::Marks,
};
use crate::model::{File, FileKind, Provenance, Text};
use ecow::{EcoString, eco_format};

/// An edit of a file.
pub(crate) struct Edit {
    pub(crate) entry: usize,
    pub(crate) rule: &'static str,
    pub(crate) path: EcoString,
    pub(crate) change: Change,
    pub(crate) from: Provenance,
}

/// What is edited.
pub(crate) enum Change {
    /// A kernel parameter in a file of such parameters; `None` removes it.
    Parameter { key: EcoString, value: Option<Text> },
    /// A setting of an INI file; without a value it is removed.
    Ini { setting: IniSetting, value: Option<Text> },
    /// A line.
    Line { how: FileLine, line: Option<Text> },
    /// The value that a running kernel has: belongs to the file that sets the same.
    Running { key: EcoString, value: Text },
}

impl Change {
    /// Tells whether the edit needs no base: such files hold nothing that others rely on.
    fn makes_its_file(&self) -> bool {
        matches!(self, Self::Parameter { .. })
    }

    fn apply(&self, text: &str, marks: &mut Marks) -> Result<String, String> {
        match self {
            Self::Parameter { key, value } => Ok(parameter(text, key, shown(value, marks)?.as_deref())),
            Self::Ini { setting, value } => ini(text, setting, shown(value, marks)?.as_deref()),
            Self::Line { how, line } => how.edit(text, shown(line, marks)?.as_deref()),
            Self::Running { .. } => Ok(text.to_owned()),
        }
    }
}

fn shown(text: &Option<Text>, marks: &mut Marks) -> Result<Option<String>, String> {
    text.as_ref().map(|text| marks.show(text).ok_or_else(|| NO_MARKS.to_owned())).transpose()
}

fn ini(text: &str, setting: &IniSetting, value: Option<&str>) -> Result<String, String> {
    let mut ini = Ini::read(setting, text)?;
    match (value, &setting.setting) {
        (Some(value), Some(_)) => ini.set(value)?,
        (Some(_), None) => ini.make_section(),
        (None, _) => ini.remove()?,
    }
    Ok(ini.text())
}

const NO_MARKS: &str = "its text has letters that stand for secrets here";

pub(super) fn compose(edits: Vec<Edit>, work: &mut Work<'_>) {
    let (running, written): (Vec<_>, Vec<_>) =
        edits.into_iter().partition(|edit| matches!(edit.change, Change::Running { .. }));
    for edit in &written {
        match one(edit, work) {
            Ok(()) => work.belongs(edit.entry, &edit.path),
            Err(reason) => work.refuse(edit.entry, edit.rule, reason),
        }
    }
    for edit in running {
        match kept(&edit, &written) {
            Some(path) => work.belongs(edit.entry, &path),
            None => {
                work.refuse(edit.entry, edit.rule, "no file of this host keeps the value for the next boot")
            }
        }
    }
}

/// The file that sets what a running kernel shall have.
fn kept(running: &Edit, written: &[Edit]) -> Option<EcoString> {
    let Change::Running { key, value } = &running.change else { return None };
    let same = |edit: &&Edit| match &edit.change {
        Change::Parameter { key: other, value: Some(wanted) } => other == key && wanted == value,
        Change::Parameter { .. } | Change::Running { .. } | Change::Ini { .. } | Change::Line { .. } => false,
    };
    written.iter().find(same).map(|edit| edit.path.clone())
}

fn one(edit: &Edit, work: &mut Work<'_>) -> Result<(), EcoString> {
    let base = match base::find(work.config, work.observed, &edit.path) {
        Base::Declared(text) => {
            if let Some(reason) = written_later(edit, work) {
                return Err(reason);
            }
            text
        }
        Base::Packaged(text) => text,
        Base::Unknown(_) if edit.change.makes_its_file() && !is_there(edit, work) => Text::default(),
        Base::Unknown(reason) => return Err(reason),
    };
    let mut marks = Marks::default();
    let shown = marks.show(&base).ok_or(NO_MARKS)?;
    let text = edit.change.apply(&shown, &mut marks)?;
    write(edit, marks.text(&text), work);
    Ok(())
}

fn is_there(edit: &Edit, work: &Work<'_>) -> bool {
    let file = work.config.files.iter().find(|file| file.path == edit.path);
    file.is_some_and(|file| !matches!(file.kind, FileKind::Regular { content: None, base64: None, .. }))
}

/// A file with content that the agent writes after the edit undoes it; the type of lines requires its file by itself.
fn written_later(edit: &Edit, work: &Work<'_>) -> Option<EcoString> {
    if matches!(edit.change, Change::Line { .. }) {
        return None;
    }
    let id = crate::model::ItemId::new(crate::model::ItemKind::File, edit.path.clone());
    let at = work.ledger.entries.iter().position(|entry| entry.items.first() == Some(&id))?;
    let file = work.ledger.entries.get(at)?;
    let editor = work.ledger.entries.get(edit.entry)?;
    let resource = work.catalog.resources.get(&editor.resource)?;
    let after = || {
        let needs = ["require", "subscribe"].into_iter().filter_map(|name| resource.parameters.get(name));
        needs.flat_map(|needed| super::super::edges::references(&needed.value)).any(|it| it == file.resource)
    };
    (at > edit.entry && !after())
        .then(|| eco_format!("`{}` is written after the edit, which is lost", file.resource))
}

fn write(edit: &Edit, text: Text, work: &mut Work<'_>) {
    if let Some(file) = work.config.files.iter_mut().find(|file| file.path == edit.path) {
        if let FileKind::Regular { content, .. } = &mut file.kind {
            *content = Some(text);
        }
        return;
    }
    work.config.files.push(File {
        path: edit.path.clone(),
        kind: FileKind::Regular { content: Some(text), base64: None, replace: true },
        owner: None,
        group: None,
        mode: None,
        validate: None,
        from: edit.from.clone(),
    });
}

/// Replaces the first line that sets a parameter and drops its others, or adds one.
fn parameter(text: &str, key: &str, value: Option<&str>) -> String {
    let sets = |line: &str| {
        let name = line.split_once('=').map(|(name, _)| name.trim());
        name.is_some_and(|name| name == key) && !line.trim_start().starts_with('#')
    };
    let mut wanted = value.map(|value| format!("{key}={value}"));
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if sets(line) { lines.extend(wanted.take()) } else { lines.push(line.to_owned()) }
    }
    lines.extend(wanted);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_set_in_its_place_or_at_the_end() {
        let text = "# a=0\na = 1\nb=2\na=3\n";
        assert_eq!(parameter(text, "a", Some("4")), "# a=0\na=4\nb=2\n");
        assert_eq!(parameter(text, "c", Some("5")), "# a=0\na = 1\nb=2\na=3\nc=5\n");
        assert_eq!(parameter(text, "b", None), "# a=0\na = 1\na=3\n");
    }
}
