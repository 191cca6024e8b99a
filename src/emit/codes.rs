//! The diagnostic codes of emission.

use crate::diag::Code;

/// What was printed is not Nix: a fault of this program.
pub(crate) const NOT_NIX: Code = Code {
    name: "emit::not-nix",
    title: "an emitted file that nixfmt does not accept",
    explanation: "Every emitted Nix file is parsed and formatted before it is written. This one is not valid: \
                  please report it with the catalog that led to it.",
};

/// A node's name is no file name.
pub(crate) const BAD_NAME: Code = Code {
    name: "emit::bad-name",
    title: "a node whose name cannot be the name of a file",
    explanation: "Each host has a file of its name. A certname has letters, digits, `.`, `-` and `_` only.",
};

/// The output folder is someone else's.
pub(crate) const NOT_OURS: Code = Code {
    name: "emit::not-ours",
    title: "an output folder that is not empty and was not made by `migrate`",
    explanation: "The folder has files but no `.migrate/manifest.json`, so nothing in it is touched. Give an empty or \
                  a new folder.",
};

/// A person and a conversion changed the same lines.
pub(crate) const CONFLICT: Code = Code {
    name: "emit::conflict",
    title: "lines that were changed by hand and by a conversion",
    explanation: "A conversion merges what is new with the edits made since the last one, line by line, over the base \
                  kept in `.migrate/base`. Where both changed the same lines, both stand in the file between \
                  markers (`<<<<<<< by hand`, `=======`, `>>>>>>> converted`): keep what is right, remove the \
                  markers, convert again.",
};

/// A file that a person changed and that was left as it is.
pub(crate) const KEPT: Code = Code {
    name: "emit::kept",
    title: "a file of the output that was left as a person has it",
    explanation: "The file was changed by hand and cannot be merged, was removed, or stands where a new one would be \
                  written. Nothing of a person is replaced or removed; the message says how to get what is made \
                  now.",
};

/// The output cannot be written.
pub(crate) const WRITE: Code = Code {
    name: "emit::write",
    title: "the output cannot be written",
    explanation: "The message is the system's. Files are written beside their place and renamed, so none is \
                  half-written.",
};

/// A secret's bytes were about to be written.
pub(crate) const SECRET: Code = Code {
    name: "emit::secret",
    title: "the plaintext of a secret was found in what was to be written",
    explanation: "The last check before writing searches every file for every known secret. Nothing was written. \
                  A manifest may hold the same text in clear; else please report it.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[NOT_NIX, BAD_NAME, NOT_OURS, CONFLICT, KEPT, WRITE, SECRET];
