//! The diagnostic codes of this stage.

use crate::{diag::Code, functions::jump};

/// A construct is not supported.
pub(crate) const UNSUPPORTED: Code = Code {
    name: "eval::unsupported",
    title: "a construct is not supported",
    explanation: "The message names the construct. The node is reported and the others go on.",
};

/// A file cannot be read or is not UTF-8.
pub(crate) const UNREADABLE: Code = Code {
    name: "eval::unreadable",
    title: "a file cannot be read or is not UTF-8",
    explanation: "Puppet reads manifests as UTF-8. Convert the file, or give it the mode that lets it be read.",
};

/// A class, define or node is defined twice.
pub(crate) const ALREADY_DEFINED: Code = Code {
    name: "eval::already-defined",
    title: "a class, define or node is defined twice",
    explanation: "Two definitions have the same name. Remove or rename one; the message and the second mark show both places.",
};

/// A variable is read that is not set.
pub(crate) const UNKNOWN_VARIABLE: Code = Code {
    name: "eval::unknown-variable",
    title: "a variable is read that is not set",
    explanation: "The variable is not set where it is read: misspelt, set in a class that is not evaluated yet, or a legacy fact. With `--strict-variables` this is an error.",
};

/// A function is not known.
pub(crate) const UNKNOWN_FUNCTION: Code = Code {
    name: "eval::unknown-function",
    title: "a function is not known",
    explanation: "Neither Puppet nor a module on the module path has a function of this name that is supported. If its module is missing, install it with `r10k puppetfile install` or `g10k -puppetfile`.",
};

/// A class is not known.
pub(crate) const UNKNOWN_CLASS: Code = Code {
    name: "eval::unknown-class",
    title: "a class is not known",
    explanation: "No manifest on the module path defines the class. If its module is missing, install it with `r10k puppetfile install` or `g10k -puppetfile`.",
};

/// A resource type or data type is not known.
pub(crate) const UNKNOWN_TYPE: Code = Code {
    name: "eval::unknown-type",
    title: "a resource type or data type is not known",
    explanation: "No module on the module path defines the type. If its module is missing, install it with `r10k puppetfile install` or `g10k -puppetfile`.",
};

/// No node definition fits.
pub(crate) const UNKNOWN_NODE: Code = Code {
    name: "eval::unknown-node",
    title: "no node definition fits",
    explanation: "The site manifests define nodes, but none has this name, no pattern matches it, and there is no `default`.",
};

/// A resource is declared twice.
pub(crate) const DUPLICATE: Code = Code {
    name: "eval::duplicate-declaration",
    title: "a resource is declared twice",
    explanation: "A resource may be declared once in a catalog. Both places are named.",
};

/// Two resources have the same name under different titles.
pub(crate) const ALIAS: Code = Code {
    name: "eval::alias-clash",
    title: "two resources have the same name under different titles",
    explanation: "Two resources of one type manage the same thing, since their namevars or aliases are equal.",
};

/// A variable is set twice.
pub(crate) const REASSIGNMENT: Code = Code {
    name: "eval::reassignment",
    title: "a variable is set twice",
    explanation: "A variable can be set once in a scope, and `$facts`, `$trusted` and `$server_facts` not at all.",
};

/// The left side of an assignment does not fit.
pub(crate) const ASSIGNMENT: Code = Code {
    name: "eval::bad-assignment",
    title: "the left side of an assignment does not fit",
    explanation: "Only variables of the own scope can be assigned, and several at once only from as many values.",
};

/// A value has another type than is expected.
pub(crate) const TYPE_MISMATCH: Code = Code {
    name: "eval::type-mismatch",
    title: "a value has another type than is expected",
    explanation: "The message says what is expected and what was given.",
};

/// A member of an object cannot be called.
pub(crate) const MEMBER: Code = Code {
    name: "eval::member",
    title: "a member of an object cannot be called",
    explanation: "An attribute takes no arguments, a function those that its type says, and what is derived or a function needs a body, which only Ruby could give it.",
};

/// The definition of a type is wrong.
pub(crate) const TYPE_DEFINITION: Code = Code {
    name: "eval::type-definition",
    title: "the definition of a type is wrong",
    explanation: "A type alias, an `Object` or a `TypeSet` cannot be made of its definition. The place is where the type is first named, as in Puppet; the message says what is wrong.",
};

/// A required parameter has no value.
pub(crate) const MISSING_PARAMETER: Code = Code {
    name: "eval::missing-parameter",
    title: "a required parameter has no value",
    explanation: "The class, define, function or template has a parameter without default, and neither the declaration nor Hiera gives a value.",
};

/// An attribute or parameter does not exist.
pub(crate) const UNKNOWN_PARAMETER: Code = Code {
    name: "eval::unknown-parameter",
    title: "an attribute or parameter does not exist",
    explanation: "The resource type, class or define has no attribute of this name.",
};

/// An override is not allowed.
pub(crate) const OVERRIDE: Code = Code {
    name: "eval::bad-override",
    title: "an override is not allowed",
    explanation: "Attributes can be overridden by classes that inherit from the one that declared the resource, and by collectors.",
};

/// A resource is referred to that is not declared.
pub(crate) const UNKNOWN_RESOURCE: Code = Code {
    name: "eval::unknown-resource",
    title: "a resource is referred to that is not declared",
    explanation: "A relationship, an override or an access names a resource that is not in the catalog (yet).",
};

/// Classes inherit from each other in a circle.
pub(crate) const CYCLE: Code = Code {
    name: "eval::class-cycle",
    title: "classes inherit from each other in a circle",
    explanation: "A class inherits, through others, from itself. The whole circle is named.",
};

/// An operator does not work on these values.
pub(crate) const OPERATOR: Code = Code {
    name: "eval::bad-operand",
    title: "an operator does not work on these values",
    explanation: "The message names the operator and the value.",
};

/// Two values cannot be compared.
pub(crate) const COMPARISON: Code = Code {
    name: "eval::not-comparable",
    title: "two values cannot be compared",
    explanation: "Puppet compares numbers with numbers and strings with strings.",
};

/// An access by `[]` does not work on this value.
pub(crate) const ACCESS: Code = Code {
    name: "eval::bad-access",
    title: "an access by `[]` does not work on this value",
    explanation: "The message names the value and what was asked of it.",
};

/// No entry of a selector matches.
pub(crate) const SELECTOR: Code = Code {
    name: "eval::no-match",
    title: "no entry of a selector matches",
    explanation: "A selector without `default` must match. The message names the value.",
};

/// A title does not fit.
pub(crate) const TITLE: Code = Code {
    name: "eval::bad-title",
    title: "a title does not fit",
    explanation: "A title is a string that is not empty, given once a resource expression.",
};

/// No title pattern of a type fits a title.
pub(crate) const TITLE_PATTERN: Code = Code {
    name: "eval::title-pattern",
    title: "no title pattern of a type fits a title",
    explanation: "A type with several namevars takes its titles apart by patterns. None of them fits this title, or the type has none: Puppet refuses the resource.",
};

/// A run stage does not fit.
pub(crate) const STAGE: Code = Code {
    name: "eval::bad-stage",
    title: "a run stage does not fit",
    explanation: "Only classes have a stage, and the stage must be declared.",
};

/// Virtual resources are realized that are not there.
pub(crate) const REALIZE: Code = Code {
    name: "eval::unrealized",
    title: "virtual resources are realized that are not there",
    explanation: "`realize` names resources that were never declared.",
};

/// A tag has characters that tags cannot have.
pub(crate) const TAG: Code = Code {
    name: "eval::bad-tag",
    title: "a tag has characters that tags cannot have",
    explanation: "Tags consist of letters, digits, `_`, `:`, `.` and `-`.",
};

/// A call has arguments that do not fit.
pub(crate) const ARGUMENTS: Code = Code {
    name: "eval::bad-arguments",
    title: "a call has arguments that do not fit",
    explanation: "The message says what the function takes.",
};

/// The evaluation is nested too deep.
pub(crate) const TOO_DEEP: Code = Code {
    name: "eval::too-deep",
    title: "the evaluation is nested too deep",
    explanation: "Functions, lambdas or classes call each other without end, or expressions are nested beyond reason.",
};

/// Defines and collectors go on declaring without end.
pub(crate) const LOOP: Code = Code {
    name: "eval::generator-loop",
    title: "defines and collectors go on declaring without end",
    explanation: "Puppet gives up after 1000 rounds of evaluating defines and collectors, and so does this program.",
};

/// A template is not there or does not work.
pub(crate) const TEMPLATE: Code = Code {
    name: "eval::template",
    title: "a template is not there or does not work",
    explanation: "The template is not in its module's `templates` folder, or declares what it cannot.",
};

/// A Hiera key has no value.
pub(crate) const LOOKUP: Code = Code {
    name: "eval::lookup",
    title: "a Hiera key has no value",
    explanation: "Neither the data nor a default gives a value for the key.",
};

/// An exported resource is there already.
pub(crate) const EXPORTED: Code = Code {
    name: "eval::exported-clash",
    title: "an exported resource is there already",
    explanation: "Two nodes export the same resource, or a collected one is declared locally too.",
};

/// Resources depend on each other in a circle.
pub(crate) const DEPENDENCY_CYCLE: Code = Code {
    name: "eval::dependency-cycle",
    title: "resources depend on each other in a circle",
    explanation: "Relations, containment and automatic relations form a circle. Puppet's compiler lets it pass; the agent refuses the catalog.",
};

/// A collector's query says what a query cannot.
pub(crate) const QUERY: Code = Code {
    name: "eval::bad-query",
    title: "a collector's query says what a query cannot",
    explanation: "A query compares `tag`, `title` or an attribute by `==` or `!=` with a text, a number, a variable or a \
                  reference, joined by `and` and `or`. Put anything else into a variable first.",
};

/// A setting depends on the server and was not given.
pub(crate) const SETTING: Code = Code {
    name: "eval::unknown-setting",
    title: "a setting depends on the server and was not given",
    explanation: "`$settings::*` are the settings of the server that compiles. Those that are the same everywhere are \
                  known; folders and names of a server are not. Give them by `--setting NAME=VALUE`.",
};

/// A parameter has the name of a metaparameter.
pub(crate) const METAPARAMETER: Code = Code {
    name: "eval::metaparameter",
    title: "a parameter has the name of a metaparameter",
    explanation: "`noop`, `require`, `tag` and their kind exist on every resource. A class or define cannot have a \
                  required parameter of such a name: choose another.",
};

/// A file outside of the given folders.
pub(crate) const OUTSIDE: Code = Code {
    name: "eval::outside",
    title: "a file outside of the given folders is wanted",
    explanation: "Files are read below the repo, the module path and the folders that flags name, and nowhere else: a \
                  server's own files are not here.",
};

/// A module's `metadata.json` cannot be used.
pub(crate) const METADATA: Code = Code {
    name: "eval::module-metadata",
    title: "a module's `metadata.json` cannot be used",
    explanation: "Puppet leaves a module out when its `metadata.json` is no JSON (with `strict=error`) or lacks one of \
                  `source`, `author`, `version`, `license`, `dependencies`; its classes are not found then.",
};

/// A real Ruby failed.
pub(crate) const REAL_RUBY: Code = Code {
    name: "eval::real-ruby",
    title: "a module's function failed in a real Ruby",
    explanation: "With `--allow-exec` a Ruby function that the interpreter refuses is called in a real Ruby with the \
                  real Puppet, which must be installed as a library. It sees the node's facts and the variables of \
                  the calling scope, and none of the catalog.",
};

/// A node takes too many steps.
pub(crate) const STEPS: Code = Code {
    name: "eval::too-many-steps",
    title: "a node takes too many steps",
    explanation: "Evaluating the node's manifests did not come to an end within the steps that a compile may take, far \
                  more than any node needs. Look for a loop over a huge range at the place named.",
};

/// A node makes too many values.
pub(crate) const MEMORY: Code = Code {
    name: "eval::too-much-memory",
    title: "a node makes too many or too large values",
    explanation: "The texts, lists, hashes and resources that the node's manifests make are larger than what a compile \
                  may take. Look for a text or list that doubles, or a loop that declares resources without end.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[
    UNSUPPORTED,
    UNREADABLE,
    ALREADY_DEFINED,
    UNKNOWN_VARIABLE,
    UNKNOWN_FUNCTION,
    UNKNOWN_CLASS,
    UNKNOWN_TYPE,
    UNKNOWN_NODE,
    DUPLICATE,
    ALIAS,
    REASSIGNMENT,
    ASSIGNMENT,
    TYPE_MISMATCH,
    MEMBER,
    TYPE_DEFINITION,
    MISSING_PARAMETER,
    UNKNOWN_PARAMETER,
    OVERRIDE,
    UNKNOWN_RESOURCE,
    CYCLE,
    OPERATOR,
    COMPARISON,
    ACCESS,
    SELECTOR,
    TITLE,
    TITLE_PATTERN,
    STAGE,
    REALIZE,
    TAG,
    ARGUMENTS,
    TOO_DEEP,
    LOOP,
    TEMPLATE,
    LOOKUP,
    EXPORTED,
    DEPENDENCY_CYCLE,
    QUERY,
    SETTING,
    METAPARAMETER,
    METADATA,
    OUTSIDE,
    REAL_RUBY,
    STEPS,
    MEMORY,
    jump::BREAK,
    jump::NEXT,
    jump::RETURN,
];
