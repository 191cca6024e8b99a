//! The diagnostic codes of this stage.

use super::yaml;
use crate::diag::Code;

/// `hiera.yaml` is wrong.
pub(crate) const CONFIG: Code = Code {
    name: "hiera::config",
    title: "a `hiera.yaml` cannot be used",
    explanation: "The message names the entry. Version 5 is what Puppet documents: `version: 5`, `defaults`, `hierarchy` \
                  with a `name`, one data function and at most one kind of location for each level.",
};

/// A data file that is no hash.
pub(crate) const NOT_A_HASH: Code = Code {
    name: "hiera::not-a-hash",
    title: "a data file does not hold a hash",
    explanation: "Data files map keys to values. Puppet warns about an empty file or one of another form and takes it \
                  for empty; with `strict` at `error` one of another form fails.",
};

/// A data file that lies where nothing may be read.
pub(crate) const OUTSIDE: Code = Code {
    name: "hiera::outside",
    title: "a data file lies outside of the repo",
    explanation: "Data is read below the control repo, the module path and the folder of `--hiera-config` only, so that \
                  neither a `hiera.yaml` nor a fact can reach other files.",
};

/// A broken interpolation.
pub(crate) const INTERPOLATION: Code = Code {
    name: "hiera::interpolation",
    title: "an interpolation cannot be resolved",
    explanation: "Values may hold `%{variable}`, `%{lookup('key')}`, `%{alias('key')}`, `%{hiera('key')}`, \
                  `%{literal('text')}` and `%{scope('variable')}`; `alias` must be the whole string, and paths may \
                  hold variables only. With `strict` at `error` a variable that is not set fails.",
};

/// A lookup that needs itself.
pub(crate) const RECURSION: Code = Code {
    name: "hiera::recursion",
    title: "a lookup needs its own answer",
    explanation: "The keys named interpolate each other in a circle.",
};

/// Values that do not merge.
pub(crate) const MERGE: Code = Code {
    name: "hiera::merge",
    title: "values cannot be merged",
    explanation: "`hash` merges hashes with text keys, `unique` scalars and arrays; `deep` takes `knockout_prefix`, \
                  `sort_merged_arrays` and `merge_hash_arrays`. The strategies are `first`, `unique`, `hash`, `deep`.",
};

/// `lookup_options` of the wrong form.
pub(crate) const OPTIONS: Code = Code {
    name: "hiera::lookup-options",
    title: "`lookup_options` cannot be used",
    explanation: "`lookup_options` is a hash from key, or pattern beginning with `^`, to `merge` and `convert_to`. In a \
                  module's data every key begins with the module's name.",
};

/// A value of a kind that data cannot have, or a key that reaches into no hash.
pub(crate) const VALUE: Code = Code {
    name: "hiera::value",
    title: "a value has the wrong kind",
    explanation: "Data holds texts, numbers, booleans, null, arrays and hashes; a dotted key reaches into hashes and \
                  arrays only.",
};

/// A backend that is not there.
pub(crate) const BACKEND: Code = Code {
    name: "hiera::backend-unsupported",
    title: "a data function is not there or cannot be used",
    explanation: "`yaml_data`, `json_data`, `hocon_data` and `eyaml_lookup_key` are built in. Others are functions of \
                  modules, in the Puppet language or in Ruby that the interpreter can run. Backends of Hiera 3 other \
                  than `yaml`, `json`, `hocon` and `eyaml` are Ruby programs that are not run.",
};

/// A data function that has no such key; it ends the function and is never shown.
pub(crate) const NO_SUCH_KEY: Code = Code {
    name: "hiera::no-such-key",
    title: "a data function says that it has no such key",
    explanation: "`$context.not_found` was called outside of a lookup.",
};

/// Broken HOCON.
pub(crate) const HOCON: Code = Code {
    name: "hiera::hocon",
    title: "a HOCON file cannot be read",
    explanation: "The file is read as Ruby's `hocon` reads a text: without `include`, and with every `${…}` answered by \
                  the file itself.",
};

/// A secret that cannot be decrypted.
pub(crate) const EYAML: Code = Code {
    name: "hiera::eyaml",
    title: "an encrypted value cannot be decrypted",
    explanation: "`--eyaml-keys DIR` names a folder with `private_key.pkcs7.pem`. Values are PKCS7 envelopes \
                  (`ENC[PKCS7,…]`); each must have been encrypted for that key's certificate. Without the flag such \
                  values are opaque secrets.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[
    yaml::SYNTAX,
    yaml::CLASS,
    yaml::NUMBER,
    CONFIG,
    NOT_A_HASH,
    OUTSIDE,
    INTERPOLATION,
    RECURSION,
    MERGE,
    OPTIONS,
    VALUE,
    BACKEND,
    NO_SUCH_KEY,
    HOCON,
    EYAML,
];
