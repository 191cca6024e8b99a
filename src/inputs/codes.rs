//! The diagnostic codes of this stage.

use crate::diag::Code;

/// A file that cannot be read.
pub(crate) const UNREADABLE: Code = Code {
    name: "inputs::unreadable",
    title: "an input cannot be read",
    explanation: "The file or folder named is not there, or may not be read. Nothing was guessed in its place.",
};

/// A folder that is no Puppet environment.
pub(crate) const NO_REPO: Code = Code {
    name: "inputs::no-control-repo",
    title: "the folder is not a Puppet environment",
    explanation: "A control repo has `manifests/`, `modules/`, `environment.conf` or `hiera.yaml` at its top. Give its \
                  folder as the argument, or the pieces by `--manifest` and `--modulepath`.",
};

/// A setting of `environment.conf` that cannot be understood.
pub(crate) const CONF: Code = Code {
    name: "inputs::environment-conf",
    title: "a line of `environment.conf` cannot be understood",
    explanation: "Lines of `environment.conf` are `setting = value`, comments begin with `#`.",
};

/// A setting of `environment.conf` that changes nothing here.
pub(crate) const CONF_IGNORED: Code = Code {
    name: "inputs::setting-ignored",
    title: "a setting of `environment.conf` has no effect here",
    explanation: "`config_version` would start a program, which is not done unless `--allow-exec` is given; \
                  `environment_timeout` steers a server's cache. Neither changes resources.",
};

/// JSON that cannot be parsed.
pub(crate) const JSON: Code = Code {
    name: "inputs::json-syntax",
    title: "a JSON file cannot be parsed",
    explanation: "The place is where the parser gave up.",
};

/// Facts without values.
pub(crate) const NO_FACTS: Code = Code {
    name: "inputs::facts-without-values",
    title: "a file of facts has no facts",
    explanation: "A file of facts is a hash of facts by name, or `name` and `values` as Puppet writes them, in JSON or \
                  YAML. `puppet facts show --render-as json` on the host gives one, as does `facter --json`.",
};

/// No file for a node, or no nodes.
pub(crate) const NO_NODES: Code = Code {
    name: "inputs::no-nodes",
    title: "there is no node to compile",
    explanation: "Nodes are compiled for which there are facts: `--facts DIR` with one file a node, named after its \
                  certname (`web01.example.net.yaml`). `--node` selects among them.",
};

/// Node data of the wrong form.
pub(crate) const NODE_DATA: Code = Code {
    name: "inputs::node-data",
    title: "a file of node data has the wrong form",
    explanation: "An ENC's answer is `{classes, parameters, environment}`: classes a list of names or a hash from name \
                  to parameters. Trusted data is `{extensions, external, authenticated}`.",
};

/// A flag's value of the wrong form.
pub(crate) const FLAG: Code = Code {
    name: "inputs::flag",
    title: "a flag's value cannot be understood",
    explanation: "The message says which form is expected.",
};

/// A module that is named by another and is not there.
pub(crate) const MISSING_MODULE: Code = Code {
    name: "inputs::missing-module",
    title: "a module is not on the module path",
    explanation: "Modules of the Puppetfile are not part of a control repo. Deploy them with `r10k puppetfile install` \
                  or `g10k -puppetfile` in the repo's folder, or name the folder that has them by `--modulepath`.",
};

/// Something promised for later.
pub(crate) const UNSUPPORTED: Code = Code {
    name: "inputs::not-supported-yet",
    title: "an input is not supported yet",
    explanation: "The flag is part of the command line's promise and does nothing yet; the run stops rather than give \
                  an answer that leaves it out.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[
    UNREADABLE,
    NO_REPO,
    CONF,
    CONF_IGNORED,
    JSON,
    NO_FACTS,
    NO_NODES,
    NODE_DATA,
    FLAG,
    MISSING_MODULE,
    UNSUPPORTED,
];
