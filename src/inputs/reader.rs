//! Reads data files: JSON or YAML by their names and content.

use super::{codes, json};
use crate::{
    diag::{Diagnostic, Result},
    source::{SourceFile, World},
    value::Value,
};
use std::{io, path::Path, sync::Arc};

/// Reads YAML; the stage that knows Ruby's rules for it gives one.
pub type YamlReader<'a> = &'a (dyn Fn(&Arc<SourceFile>) -> Result<Value> + Sync);

/// Reads text and data through a world; paths are shown relative to `root` where they lie in it.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The world.
    pub world: &'a dyn World,
    /// The YAML reader.
    pub yaml: YamlReader<'a>,
    /// What shown paths are relative to.
    pub root: &'a Path,
}

impl Reader<'_> {
    /// Returns a path as it is shown to people.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        let inside = path.strip_prefix(self.root).ok().filter(|inside| !inside.as_os_str().is_empty());
        inside.unwrap_or(path).display().to_string()
    }

    /// Reads a file as text.
    ///
    /// # Errors
    /// Gives a file that is not there, may not be read, or is not UTF-8.
    pub fn text(&self, path: &Path) -> Result<Arc<SourceFile>> {
        let shown = self.shown(path);
        let bytes = self.world.read(path).map_err(|found| self.unreadable(path, &found))?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(SourceFile::new(shown, text)),
            Err(found) => {
                let line = bytes.iter().take(found.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
                let message = format!("line {line} is not UTF-8");
                Err(Box::new(Diagnostic::error(&codes::UNREADABLE, message).in_file(shown)))
            }
        }
    }

    /// Reads a file of data: JSON if its name ends so or it begins with `{`, else YAML.
    ///
    /// # Errors
    /// Gives a file that cannot be read or parsed.
    pub fn data(&self, path: &Path) -> Result<(Arc<SourceFile>, Value)> {
        let source = self.text(path)?;
        let named = |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
        let value = if named("json") || !named("yaml") && source.text().trim_start().starts_with('{') {
            json(&source)?
        } else {
            (self.yaml)(&source)?
        };
        Ok((source, value))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn unreadable(&self, path: &Path, found: &io::Error) -> Box<Diagnostic> {
        let shown = self.shown(path);
        let message = match found.kind() {
            io::ErrorKind::NotFound => format!("`{shown}` is not there"),
            _ => format!("`{shown}` cannot be read: {found}"),
        };
        Box::new(Diagnostic::error(&codes::UNREADABLE, message))
    }
}
