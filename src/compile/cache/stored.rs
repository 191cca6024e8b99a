//! Diagnostics as data, so that a node taken from the cache warns as it did when it was compiled.
//!
//! In: [`Diagnostic`]s with the texts of their files, which go into pieces. Out: the same after reading them back, with
//! the codes of this program; one whose code is not known any more makes the whole entry useless.

use super::{
    Codes,
    pieces::{Name, Pieces},
};
use crate::{
    diag::{Diagnostic, Severity},
    source::{Location, SourceFile, Span},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, sync::Arc};

/// Diagnostics with the texts that they point into.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct StoredDiagnostics {
    /// Texts by number: path and content's name.
    texts: Vec<(String, Name)>,
    found: Vec<Stored>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    code: String,
    severity: u8,
    message: String,
    at: Option<Place>,
    label: Option<String>,
    help: Option<String>,
    file: Option<String>,
    related: Vec<(Place, String)>,
}

/// A text's number and a span in it.
#[derive(Debug, Serialize, Deserialize)]
struct Place(usize, u32, u32);

impl StoredDiagnostics {
    pub(super) fn of(found: &[Diagnostic], pieces: &Pieces) -> io::Result<Self> {
        let mut texts = Texts { pieces, known: BTreeMap::new(), list: Vec::new() };
        let found = found.iter().map(|it| Stored::of(it, &mut texts)).collect::<io::Result<_>>()?;
        Ok(Self { texts: texts.list, found })
    }

    pub(super) fn restored(self, codes: Codes, pieces: &Pieces) -> Option<Vec<Diagnostic>> {
        let text = |(path, name): (String, Name)| Some(SourceFile::new(path, &*pieces.get(&name)?));
        let texts = self.texts.into_iter().map(text).collect::<Option<Vec<_>>>()?;
        self.found.into_iter().map(|stored| stored.restored(&texts, codes)).collect()
    }
}

/// The texts that diagnostics point into.
struct Texts<'p> {
    pieces: &'p Pieces,
    known: BTreeMap<(Arc<str>, usize), usize>,
    list: Vec<(String, Name)>,
}

impl Texts<'_> {
    fn place(&mut self, at: &Location) -> io::Result<Place> {
        let key = (at.source.shared_path(), at.source.text().as_ptr() as usize);
        let number = match self.known.get(&key) {
            Some(known) => *known,
            None => {
                self.list.push((at.source.path().to_owned(), self.pieces.put(at.source.text())?));
                self.known.insert(key, self.list.len() - 1);
                self.list.len() - 1
            }
        };
        Ok(Place(number, at.span.start, at.span.end))
    }
}

impl Stored {
    fn of(found: &Diagnostic, texts: &mut Texts<'_>) -> io::Result<Self> {
        let related = found.related_places().map(|(at, label)| Ok((texts.place(at)?, label.to_owned())));
        Ok(Self {
            related: related.collect::<io::Result<_>>()?,
            at: found.location().map(|at| texts.place(at)).transpose()?,
            code: found.code().name.to_owned(),
            severity: found.severity() as u8,
            message: found.message().to_owned(),
            label: found.label_text().map(str::to_owned),
            help: found.help_line().map(str::to_owned),
            file: found.file().map(str::to_owned),
        })
    }

    fn restored(self, texts: &[Arc<SourceFile>], codes: Codes) -> Option<Diagnostic> {
        let place =
            |Place(text, start, end)| Some(Location::new(texts.get(text)?.clone(), Span::new(start, end)));
        let code = codes(&self.code)?;
        let mut found = match self.severity {
            severity if severity == Severity::Error as u8 => Diagnostic::error(code, self.message),
            severity if severity == Severity::Warning as u8 => Diagnostic::warning(code, self.message),
            _ => Diagnostic::advice(code, self.message),
        };
        match self.at {
            Some(at) => found = found.at(place(at)?),
            None => found = self.file.into_iter().fold(found, Diagnostic::in_file),
        }
        found = self.label.into_iter().fold(found, Diagnostic::label);
        found = self.help.into_iter().fold(found, Diagnostic::help);
        for (at, label) in self.related {
            found = found.related(place(at)?, label);
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_are_read_back_as_they_were() {
        let text = SourceFile::new("a.pp", "one\ntwo\n");
        let at = |start| Location::new(text.clone(), Span::new(start, start + 3));
        let found = [
            Diagnostic::warning(&crate::compile::NOT_COMPILED, "first")
                .at(at(4))
                .label("here")
                .related(at(0), "there"),
            Diagnostic::error(&crate::compile::NOT_COMPILED, "second").in_file("b.pp").help("do it"),
        ];
        let folder = tempfile::tempdir().unwrap();
        let pieces = Pieces::new(folder.path());
        let json = serde_json::to_string(&StoredDiagnostics::of(&found, &pieces).unwrap()).unwrap();
        let read = || serde_json::from_str::<StoredDiagnostics>(&json).unwrap();
        let code =
            |name: &str| (name == crate::compile::NOT_COMPILED.name).then_some(&crate::compile::NOT_COMPILED);
        let back = read().restored(code, &Pieces::new(folder.path())).unwrap();
        assert_eq!(format!("{back:?}"), format!("{found:?}"));
        assert!(read().restored(|_| None, &pieces).is_none());
    }
}
