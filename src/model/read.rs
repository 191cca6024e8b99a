//! Reads native host files.

use super::{HostConfig, SCHEMA};
use crate::{
    diag::{Code, Diagnostic, Result},
    source::{Location, SourceFile, Span},
};
use serde::Deserialize;

/// A host file cannot be read.
pub(crate) const BROKEN_HOST_FILE: Code = Code {
    name: "model::broken-host-file",
    title: "a native host file cannot be read",
    explanation: "The file is not TOML, has an item or a field that is not known, or lacks one. The message is the \
                  reader's and the place is where it stopped.",
};

/// A file is not a host file, or of another version.
pub(crate) const NO_HOST_FILE: Code = Code {
    name: "model::no-host-file",
    title: "a file is not a native host file of this version",
    explanation: "Native host files start with `schema = \"migrate/host/v1\"`. An empty file is not a host without \
                  items.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[BROKEN_HOST_FILE, NO_HOST_FILE];

#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

impl HostConfig {
    /// Reads a native host file; `name` is its path as people know it.
    ///
    /// # Errors
    /// Gives the place where the text stops being one.
    pub fn read(name: &str, text: &str) -> Result<Self> {
        let broken = |error: &toml::de::Error| {
            let found = Diagnostic::error(&BROKEN_HOST_FILE, error.message().replace('\n', " "));
            Box::new(match error.span().and_then(to_span) {
                Some(span) => found.at(Location { source: SourceFile::new(name, text), span }),
                None => found.in_file(name),
            })
        };
        let head: Head = toml::from_str(text).map_err(|error| broken(&error))?;
        if head.schema.as_deref() != Some(SCHEMA) {
            let found = head.schema.map_or("no schema".to_owned(), |schema| format!("`{schema}`"));
            let message = format!("`{name}` is not a native host file: it has {found}, not `{SCHEMA}`");
            return Err(Box::new(Diagnostic::error(&NO_HOST_FILE, message).in_file(name)));
        }
        toml::from_str(text).map_err(|error| broken(&error))
    }
}

fn to_span(range: std::ops::Range<usize>) -> Option<Span> {
    Some(Span::new(u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_host_file_is_an_error() {
        for text in ["", "schema = \"migrate/host/v2\"", "[host]\ncertname = \"a\""] {
            assert_eq!(
                HostConfig::read("a.toml", text).unwrap_err().code().name,
                NO_HOST_FILE.name,
                "{text}"
            );
        }
    }

    #[test]
    fn a_broken_host_file_has_its_place() {
        let text = "schema = \"migrate/host/v1\"\n[host]\ncertname = \"a\"\nhostname = \"a\"\n\n[[file]]\n\
                    path = \"/etc/motd\"\nkind = \"regular\"\nmode = \"0999\"\n";
        let error = HostConfig::read("a.toml", text).unwrap_err();
        assert_eq!(error.code().name, BROKEN_HOST_FILE.name);
        assert!(error.line_column().is_some_and(|at| at.line >= 6), "{}", error.one_line());
    }
}
