//! One setting of an INI file, as the type `ini_setting` of the module inifile writes it.

use super::marks;
use crate::value::Regexp;
use ecow::{EcoString, eco_format};
use std::sync::Arc;

/// What shall be of a setting.
#[derive(Clone, Debug)]
pub(crate) struct IniSetting {
    pub(crate) section: EcoString,
    /// `None` asks for the section only.
    pub(crate) setting: Option<EcoString>,
    /// Between a new setting and its value.
    pub(crate) separator: EcoString,
    /// Around a section's name.
    pub(crate) around: [EcoString; 2],
    /// What a new setting is indented with; without a width as the others of its section.
    pub(crate) indent: (EcoString, Option<usize>),
    /// Whether the section is made where it is missing.
    pub(crate) makes_section: bool,
}

/// A section's lines, its header first; that before the first header has none.
#[derive(Default)]
struct Section {
    name: String,
    lines: Vec<String>,
    /// Not in the text yet.
    new: bool,
    /// Settings for its end.
    more: Vec<String>,
}

/// An INI file in sections.
pub(super) struct Ini<'a> {
    how: &'a IniSetting,
    setting: Arc<Regexp>,
    commented: Arc<Regexp>,
    sections: Vec<Section>,
}

impl<'a> Ini<'a> {
    pub(super) fn read(how: &'a IniSetting, text: &str) -> Result<Self, String> {
        let mark = match how.separator.trim() {
            "" if !how.separator.is_empty() => " ",
            mark @ ("=" | ":") => mark,
            other => {
                return Err(format!("settings with `{other}` between name and value are not edited here"));
            }
        };
        if how.around.iter().any(|part| part.is_empty()) {
            return Err(
                "sections without a mark before and behind their names are not edited here".to_owned()
            );
        }
        let setting = eco_format!(r"^(\s*)([^#;\s]|[^#;\s].*?[^\s{mark}])(\s*{mark}[ \t]*)(.*)\s*$");
        let commented = eco_format!(r"^(\s*)[#;]+(\s*)(.*?[^\s{mark}])(\s*{mark}[ \t]*)(.*)\s*$");
        let (setting, commented) = (Regexp::cached(&setting)?, Regexp::cached(&commented)?);
        let mut ini = Self { how, setting, commented, sections: vec![Section::default()] };
        for line in text.lines() {
            ini.line(line)?;
        }
        if let Some(global) = ini.sections.first_mut() {
            global.new = global.lines.is_empty();
        }
        Ok(ini)
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let [before, behind] = &self.how.around;
        let inner = line.trim().strip_prefix(before.as_str()).and_then(|it| it.strip_suffix(behind.as_str()));
        match inner {
            Some(name) if self.sections.iter().any(|section| section.name == name) => {
                return Err(format!("its base has the section `{name}` twice"));
            }
            Some(name) => self.sections.push(Section { name: name.to_owned(), ..Section::default() }),
            None if marks::is_marked(line) && !self.is_secret_value(line)? => {
                return Err("a secret of its base stands where a section or a setting may begin".to_owned());
            }
            None => {}
        }
        if let Some(section) = self.sections.last_mut() {
            section.lines.push(line.to_owned());
        }
        Ok(())
    }

    /// Tells whether only the value of a line, or a comment, has a secret.
    fn is_secret_value(&self, line: &str) -> Result<bool, String> {
        let parts = parts(&self.setting, line)?;
        let value = parts.is_some_and(|[_, name, ..]| !marks::is_marked(name));
        Ok(value || line.trim_start().starts_with(['#', ';']))
    }

    fn section(&self) -> Option<usize> {
        self.sections.iter().position(|section| section.name == self.how.section.as_str())
    }

    /// The value that counts: the last of its section.
    pub(super) fn value(&self) -> Result<Option<String>, String> {
        let (Some(at), Some(setting)) = (self.section(), &self.how.setting) else { return Ok(None) };
        let mut value = None;
        for line in self.sections.get(at).map(|section| section.lines.as_slice()).unwrap_or_default() {
            if let Some([_, name, _, found]) = parts(&self.setting, line)?
                && name == setting.as_str()
            {
                value = Some(found.to_owned());
            }
        }
        Ok(value)
    }

    /// Sets the setting, where it is, behind a line that has it as a comment, or at the section's end.
    pub(super) fn set(&mut self, value: &str) -> Result<(), String> {
        if self.section().is_none() && !self.how.makes_section {
            return Ok(());
        }
        if self.value()?.as_deref() == Some(value) {
            return Ok(());
        }
        let there = self.value()?.is_some();
        let at = self.section_made();
        let (setting, commented) = (self.setting.clone(), self.commented.clone());
        let how = self.how;
        let (Some(section), Some(name)) = (self.sections.get_mut(at), &how.setting) else { return Ok(()) };
        if there {
            for line in &mut section.lines {
                if let Some([indent, found, separator, _]) = parts(&setting, line)?
                    && found == name.as_str()
                {
                    *line = format!("{indent}{found}{separator}{value}");
                }
            }
            return Ok(());
        }
        let line = format!("{}{name}{}{value}", indent(how, section, &setting)?, how.separator);
        for (at, comment) in section.lines.iter().enumerate() {
            if commented
                .find_at(comment, 0)?
                .is_some_and(|groups| group(comment, &groups, 3) == name.as_str())
            {
                section.lines.insert(at + 1, line);
                return Ok(());
            }
        }
        section.more.push(line);
        Ok(())
    }

    fn section_made(&mut self) -> usize {
        self.section().unwrap_or_else(|| {
            let name = self.how.section.to_string();
            self.sections.push(Section { name, new: true, ..Section::default() });
            self.sections.len() - 1
        })
    }

    /// Makes the section where it is missing.
    pub(super) fn make_section(&mut self) {
        self.section_made();
    }

    /// Removes the setting, and its section where nothing else is in it.
    pub(super) fn remove(&mut self) -> Result<(), String> {
        let (Some(at), Some(name)) = (self.section(), &self.how.setting) else { return Ok(()) };
        let Some(section) = self.sections.get_mut(at) else { return Ok(()) };
        let mut found = Vec::new();
        for (at, line) in section.lines.iter().enumerate() {
            if parts(&self.setting, line)?.is_some_and(|[_, found, ..]| found == name.as_str()) {
                found.push(at);
            }
        }
        match found.as_slice() {
            [] => return Ok(()),
            [one] => drop(section.lines.remove(*one)),
            [..] => return Err(format!("its base has `{name}` several times")),
        }
        if at > 0 && section.lines.len() == 1 {
            self.sections.remove(at);
        }
        Ok(())
    }

    /// The text: new settings stand before the blank lines that end their section.
    pub(super) fn text(&self) -> String {
        let mut out: Vec<String> = Vec::new();
        let empty = self.sections.first().is_none_or(|global| global.new && global.more.is_empty());
        for (at, section) in self.sections.iter().enumerate() {
            if section.new && at > 0 {
                if at == 1 && !empty || at > 1 {
                    out.push(String::new());
                }
                let [before, behind] = &self.how.around;
                out.push(format!("{before}{}{behind}", section.name));
            }
            let full = section.lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
            let (body, blank) = section.lines.split_at_checked(full).unwrap_or_default();
            out.extend(body.iter().chain(&section.more).chain(blank).cloned());
            if blank.is_empty() && section.new && !section.more.is_empty() && at + 1 < self.sections.len() {
                out.push(String::new());
            }
        }
        out.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// A new setting is indented as the least indented of its section.
fn indent(how: &IniSetting, section: &Section, setting: &Regexp) -> Result<String, String> {
    let mut least = None;
    for line in &section.lines {
        if let Some([indent, ..]) = parts(setting, line)? {
            let width = indent.chars().count();
            least = Some(least.map_or(width, |least: usize| least.min(width)));
        }
    }
    Ok(how.indent.0.as_str().repeat(how.indent.1.or(least).unwrap_or_default()))
}

/// Indentation, name, separator and value of a setting's line.
fn parts<'l>(setting: &Regexp, line: &'l str) -> Result<Option<[&'l str; 4]>, String> {
    let groups = setting.find_at(line, 0)?;
    Ok(groups.map(|groups| [1, 2, 3, 4].map(|at| group(line, &groups, at))))
}

fn group<'l>(line: &'l str, groups: &crate::value::Groups, at: usize) -> &'l str {
    let range = groups.get(at).cloned().flatten();
    range.and_then(|range| line.get(range)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(section: &str, setting: &str) -> IniSetting {
        IniSetting {
            section: section.into(),
            setting: Some(setting.into()),
            separator: " = ".into(),
            around: ["[".into(), "]".into()],
            indent: (" ".into(), None),
            makes_section: true,
        }
    }

    fn set(text: &str, section: &str, setting: &str, value: &str) -> String {
        let how = how(section, setting);
        let mut ini = Ini::read(&how, text).unwrap();
        ini.set(value).unwrap();
        ini.text()
    }

    #[test]
    fn settings_are_changed_in_place_behind_a_comment_or_at_the_end() {
        let text = "[a]\n  x=1\n#y = 2\n\n[b]\nz: 3\n";
        assert_eq!(set(text, "a", "x", "5"), "[a]\n  x=5\n#y = 2\n\n[b]\nz: 3\n");
        assert_eq!(set(text, "a", "y", "5"), "[a]\n  x=1\n#y = 2\n  y = 5\n\n[b]\nz: 3\n");
        assert_eq!(set(text, "a", "w", "5"), "[a]\n  x=1\n#y = 2\n  w = 5\n\n[b]\nz: 3\n");
        assert_eq!(set(text, "c", "w", "5"), "[a]\n  x=1\n#y = 2\n\n[b]\nz: 3\n\n[c]\nw = 5\n");
        assert_eq!(set("", "c", "w", "5"), "[c]\nw = 5\n");
        assert_eq!(set("[a]\nx=1\n", "", "g", "5"), "g = 5\n\n[a]\nx=1\n");
    }

    #[test]
    fn a_removed_setting_takes_its_empty_section_along() {
        let removed = |text: &str| {
            let how = how("a", "x");
            let mut ini = Ini::read(&how, text)?;
            ini.remove()?;
            Ok::<_, String>(ini.text())
        };
        assert_eq!(removed("[a]\nx=1\n[b]\ny=2\n").unwrap(), "[b]\ny=2\n");
        assert_eq!(removed("[a]\n# c\nx=1\n").unwrap(), "[a]\n# c\n");
        assert!(removed("[a]\nx=1\nx=2\n").is_err());
        assert!(removed("[a]\nx=1\n[a]\n").is_err());
    }
}
