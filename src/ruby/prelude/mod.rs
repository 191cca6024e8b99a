//! Libraries of Ruby that are written in Ruby here too: run by the interpreter when their name is first used.

use super::{interp::Interp, object::R};
use crate::source::SourceFile;

/// How the paths of these files begin; errors in them are their caller's.
const FOLDER: &str = "(ruby)/";

/// The constant that loads a file, the file's name, its text.
const FILES: &[(&str, &str, &str)] = &[
    (CORE, "(ruby)/core.rb", include_str!("core.rb")),
    ("URI", "(ruby)/uri.rb", include_str!("uri.rb")),
    ("Gem", "(ruby)/gem.rb", include_str!("gem.rb")),
    ("OpenStruct", "(ruby)/ostruct.rb", include_str!("ostruct.rb")),
    ("Pathname", "(ruby)/pathname.rb", include_str!("pathname.rb")),
];

/// Stands for the methods of Ruby's own classes that are written in Ruby.
pub(crate) const CORE: &str = "core methods";

/// Whether a file is one of these.
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with(FOLDER)
}

impl Interp<'_> {
    /// Loads the library that defines a constant of the top level; tells whether there is one that was not loaded.
    pub(crate) fn load_library(&mut self, constant: &str) -> R<bool> {
        let Some((_, path, text)) = FILES.iter().find(|(name, _, _)| *name == constant) else {
            return Ok(false);
        };
        if self.loaded.iter().any(|known| known.as_ref() == *path) {
            return Ok(false);
        }
        self.load(&SourceFile::new(*path, *text))?;
        Ok(true)
    }
}
