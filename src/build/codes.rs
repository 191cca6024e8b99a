//! The diagnostic codes of the builder.

use crate::diag::Code;

/// A path that cannot be managed.
pub(crate) const BAD_PATH: Code = Code {
    name: "build::bad-path",
    title: "a path in the host file cannot be managed",
    explanation: "Paths are absolute, without `.` and `..`, without a trailing or doubled slash, and not `/` itself.",
};

/// Two items for one path.
pub(crate) const DUPLICATE_PATH: Code = Code {
    name: "build::duplicate-path",
    title: "two items want the same path",
    explanation: "Each path can have one desired state. Remove one of the two items from the host file.",
};

/// Content that cannot be decoded.
pub(crate) const BAD_CONTENT: Code = Code {
    name: "build::bad-content",
    title: "a file's content is not valid base64, or given twice",
    explanation: "Content is either `content`, a text, or `base64`, bytes in the standard alphabet with padding.",
};

/// An item below a path that shall not be a directory.
pub(crate) const BELOW_FILE: Code = Code {
    name: "build::below-file",
    title: "an item lies below a path that shall not be a directory",
    explanation: "The host file wants a file, or nothing, where another item needs a directory.",
};

/// An item that no activator realises yet.
pub(crate) const NOT_ACTIVATED: Code = Code {
    name: "build::not-activated-yet",
    title: "items of this kind are not activated yet",
    explanation: "This version places files, directories and links. Packages, services, accounts, schedules, mounts and \
                  commands of the host file are listed with every plan and apply, and nothing is done about them: let \
                  the configuration tool that is there today, or a person, do it.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[BAD_PATH, DUPLICATE_PATH, BAD_CONTENT, BELOW_FILE, NOT_ACTIVATED];
