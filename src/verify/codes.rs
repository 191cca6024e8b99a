//! The diagnostic codes of the proof.

use crate::diag::Code;

/// An option that does not exist.
pub(crate) const UNKNOWN_OPTION: Code = Code {
    name: "verify::unknown-option",
    title: "a NixOS option that the table does not know",
    explanation: "NixOS refuses a configuration that sets an option it does not declare. The table is that of the \
                  release it names. If yours has the option, make a table of your own nixpkgs (`migrate index \
                  --nixpkgs PATH --out FILE`) and give it with `--options FILE`; else the rule that set it is wrong: \
                  please report it.",
};

/// An option that was renamed.
pub(crate) const RENAMED_OPTION: Code = Code {
    name: "verify::renamed-option",
    title: "a NixOS option that has another name now",
    explanation: "NixOS still takes the old name, warns about it, and will refuse it one day. The message has the new \
                  one: please report the rule that set it.",
};

/// An option that was removed.
pub(crate) const REMOVED_OPTION: Code = Code {
    name: "verify::removed-option",
    title: "a NixOS option that was removed",
    explanation: "NixOS refuses a configuration that sets it. If your release still has it, make a table of your own \
                  nixpkgs (`migrate index`) and give it with `--options FILE`; else please report the rule.",
};

/// An option that is not to be set.
pub(crate) const READ_ONLY_OPTION: Code = Code {
    name: "verify::read-only-option",
    title: "a NixOS option that only NixOS itself sets",
    explanation: "The option is computed from others; a configuration that sets it is refused. Please report the rule \
                  that set it.",
};

/// A value of another type.
pub(crate) const WRONG_TYPE: Code = Code {
    name: "verify::wrong-type",
    title: "a value that does not fit the type of its NixOS option",
    explanation: "NixOS refuses the value: it has another type, is not among the values the option takes, or is out \
                  of its range. Where the value is the site's own, correct it in the data it comes from; else please \
                  report the rule.",
};

/// Nix cannot be asked.
pub(crate) const NO_NIX: Code = Code {
    name: "verify::no-nix",
    title: "Nix cannot be started, or cannot evaluate the tree of nixpkgs",
    explanation: "`nix-instantiate` is started from the path, or as `--nix PROGRAM` says. nixpkgs of 2024 and later \
                  needs Nix 2.18 or later. The message has Nix's own words.",
};

/// There is nothing to verify.
pub(crate) const NO_FOLDER: Code = Code {
    name: "verify::no-folder",
    title: "a folder that cannot be verified",
    explanation: "A converted folder has `report.json`, `hosts.nix`, `default.nix` and a native host file for each host. \
                  One of these is missing or cannot be read, so nothing was looked at.",
};

/// All codes of this stage.
pub const CODES: &[Code] =
    &[UNKNOWN_OPTION, RENAMED_OPTION, REMOVED_OPTION, READ_ONLY_OPTION, WRONG_TYPE, NO_NIX, NO_FOLDER];
