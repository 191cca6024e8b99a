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

/// A PuppetDB that does not answer at all.
pub(crate) const PUPPETDB_UNREACHABLE: Code = Code {
    name: "inputs::puppetdb-unreachable",
    title: "the PuppetDB cannot be reached",
    explanation: "The name does not resolve, nothing listens there, or no answer came in time. `--puppetdb` takes the \
                  server's address, or a file of answers recorded by `--puppetdb-record` to work without it.",
};

/// No trust between client and server.
pub(crate) const PUPPETDB_CERTIFICATE: Code = Code {
    name: "inputs::puppetdb-certificate",
    title: "no secure connection to the PuppetDB",
    explanation: "The server's certificate is not signed by the authority of `--puppetdb-ca`, or is for another name, \
                  or the server did not take the client's. Puppet's own are `certs/ca.pem`, `certs/NAME.pem` and \
                  `private_keys/NAME.pem` below `puppet config print ssldir`.",
};

/// A client that is not let in.
pub(crate) const PUPPETDB_REFUSED: Code = Code {
    name: "inputs::puppetdb-refused",
    title: "the PuppetDB does not let this client ask",
    explanation: "The server answered 401 or 403. It lets in certificates of its authority, and where it has a \
                  `certificate-allowlist` only the names in it.",
};

/// An answer that is none.
pub(crate) const PUPPETDB_ANSWER: Code = Code {
    name: "inputs::puppetdb-answer",
    title: "the PuppetDB's answer cannot be used",
    explanation: "The server failed, has no such endpoint, or what it sent is not the JSON that its query API \
                  promises. The message has the status; what was sent is not shown, since it may hold secrets.",
};

/// A query that the server refuses.
pub(crate) const PUPPETDB_QUERY: Code = Code {
    name: "inputs::puppetdb-query",
    title: "the PuppetDB does not understand a query",
    explanation: "The query of a collector or of `puppetdb_query` is not one for this endpoint. The help line is the \
                  server's own.",
};

/// A file of answers that is none.
pub(crate) const PUPPETDB_RECORD: Code = Code {
    name: "inputs::puppetdb-record",
    title: "a file is not a record of a PuppetDB's answers",
    explanation: "`--puppetdb FILE` reads what `--puppetdb URL --puppetdb-record FILE` wrote.",
};

/// A question without a recorded answer.
pub(crate) const PUPPETDB_NOT_RECORDED: Code = Code {
    name: "inputs::puppetdb-not-recorded",
    title: "a question to the PuppetDB was not recorded",
    explanation: "The record holds the answers to the questions of the run that made it. The code or the choice of \
                  nodes asks another one now, and nothing is guessed in its place.",
};

/// Something promised for later.
pub(crate) const UNSUPPORTED: Code = Code {
    name: "inputs::not-supported-yet",
    title: "an input is not supported yet",
    explanation: "The flag is part of the command line's promise and does nothing yet; the run stops rather than give \
                  an answer that leaves it out.",
};

/// A program that is not started, or failed.
pub(crate) const PROGRAM: Code = Code {
    name: "inputs::needs-program",
    title: "an input comes from a program",
    explanation: "An ENC that is a program (`--enc PROGRAM`, or the settings `node_terminus=exec` and `external_nodes`) and \
                  `config_version` of `environment.conf` are started with `--allow-exec` only. `--enc DIR` takes an \
                  ENC's answers, one file a node, and `--catalog-version` a version. With the flag the message says \
                  how the program failed; an ENC must write `{classes, parameters, environment}` in YAML.",
};

/// A settings file that cannot be understood.
pub(crate) const SETTINGS: Code = Code {
    name: "inputs::settings",
    title: "`migrate.toml` cannot be understood",
    explanation: "The file is not TOML, or has a key that nothing reads. Answers to function calls are \
                  `[functions.NAME]` with `value = …` for every call, or `answers = [{arguments = […], value = …}]` \
                  for some; `undef = true` stands for no value, and `sensitive = true` makes the value `Sensitive`. \
                  `[puppetdb]` has `location`, `ca`, `cert` and `key`. `[target]` has `nixos`, `secrets` and `admins`, `[site]` \
                  has `name`; `[groups]` and `[tags]` have lists of globs of certnames by name, \
                  `[gateways]` has addresses by network. \
                  `migrate convert --init` writes a file with all of them.",
};

/// A capture that cannot be used.
pub(crate) const OBSERVED: Code = Code {
    name: "inputs::observed",
    title: "a capture of a host cannot be understood",
    explanation: "`--observed DIR` has one file a node, `CERTNAME.json`, as `migrate observe` writes it: \
                  `migrate/observed/v1`, described in `docs/schema/observed-v1.json`.",
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
    PUPPETDB_UNREACHABLE,
    PUPPETDB_CERTIFICATE,
    PUPPETDB_REFUSED,
    PUPPETDB_ANSWER,
    PUPPETDB_QUERY,
    PUPPETDB_RECORD,
    PUPPETDB_NOT_RECORDED,
    UNSUPPORTED,
    PROGRAM,
    SETTINGS,
    OBSERVED,
];
