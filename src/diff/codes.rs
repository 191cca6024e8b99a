//! The diagnostic codes of comparing.

use crate::diag::Code;

/// A side cannot be read.
pub(crate) const UNREADABLE: Code = Code {
    name: "diff::unreadable",
    title: "one side of a comparison cannot be read",
    explanation: "A side is a catalog in Puppet's JSON, a native host file, or a folder with one of them for each node.",
};

/// A side has nothing to compare.
pub(crate) const EMPTY: Code = Code {
    name: "diff::empty-side",
    title: "one side of a comparison is empty",
    explanation: "A folder without catalogs and host files, or a catalog without resources, says nothing about \
                  differences: most likely the path is wrong or the step before failed.",
};

/// A node is there twice.
pub(crate) const TWICE: Code = Code {
    name: "diff::node-twice",
    title: "a folder has two files for one node",
    explanation: "Nodes are matched by their names, which the files tell themselves.",
};

/// Some resources of a catalog are not compared with a host file.
pub(crate) const NOT_COMPARED: Code = Code {
    name: "diff::not-compared",
    title: "resources of a catalog that a host file cannot hold are not compared",
    explanation: "A catalog is compared with a host file by translating it first. What no rule translates has no place \
                  in a host file; `migrate convert` reports it.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[UNREADABLE, EMPTY, TWICE, NOT_COMPARED];
