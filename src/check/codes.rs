//! The diagnostic codes of checking.

use crate::diag::Code;

/// A manifest or template that is not UTF-8.
pub(crate) const ENCODING: Code = Code {
    name: "check::encoding",
    title: "a manifest or template is not UTF-8",
    explanation: "Puppet reads manifests and templates as UTF-8; convert the file, for example with `iconv`.",
};

/// A file that cannot be read.
pub(crate) const UNREADABLE: Code = Code {
    name: "check::unreadable",
    title: "a file or folder of the repo cannot be read",
    explanation: "Nothing is known about what it holds, so the check did not look at everything.",
};

/// A dependency cycle.
pub(crate) const CYCLE: Code = Code {
    name: "check::dependency-cycle",
    title: "resources depend on each other in a circle",
    explanation: "Puppet compiles such a catalog and its agent refuses to apply it. The circle is named whole; take one \
                  of its relations out. Containment, `before`, `require`, `notify`, `subscribe` and what types require by \
                  themselves (a file its directory, a user its groups) count.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[ENCODING, UNREADABLE, CYCLE];
