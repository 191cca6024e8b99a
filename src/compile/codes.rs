//! The diagnostic codes of this stage.

use crate::diag::Code;

/// A node of the ENC or the manifests without facts.
pub(crate) const NOT_COMPILED: Code = Code {
    name: "compile::node-without-facts",
    title: "a node is known and was not compiled, because there are no facts of it",
    explanation: "The ENC or the trusted data name the node and no file of facts is named after it.",
};

/// A catalog that cannot be written.
pub(crate) const NOT_WRITTEN: Code = Code {
    name: "compile::not-written",
    title: "a catalog cannot be written",
    explanation: "The folder given by `--out` cannot be made or written to, or a file in the catalog's place is not a \
                  catalog and was left as it is.",
};

/// A repo whose changes cannot be known.
pub(crate) const SINCE: Code = Code {
    name: "compile::changes-unknown",
    title: "what changed since a revision cannot be found out",
    explanation: "`--since REV` asks `git` what changed in the repo since the revision. The repo must be a checkout of \
                  git that has the revision (a shallow clone may lack it), and `git` must be installed.",
};

/// A cache that cannot be used.
pub(crate) const CACHE: Code = Code {
    name: "compile::cache-unusable",
    title: "the folder of the cache cannot be used",
    explanation: "The folder given by `--cache`, or `.migrate/cache` in the repo, cannot be made or written to.",
};

/// Exports that do not come to rest.
pub(crate) const OSCILLATES: Code = Code {
    name: "compile::exports-oscillate",
    title: "exported resources do not come to rest",
    explanation: "What a node exports depends on what it collects, and after five rounds the set still changes. The \
                  message names resources that come and go.",
};

/// Exports of nodes that failed.
pub(crate) const INCOMPLETE: Code = Code {
    name: "compile::collected-incomplete",
    title: "a node collects exported resources, and nodes that may export some failed",
    explanation: "What a node exports is known only when it compiles. The catalog is right for what the other nodes \
                  export; resources of the failed nodes are missing from it.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[NOT_COMPILED, NOT_WRITTEN, SINCE, CACHE, OSCILLATES, INCOMPLETE];
