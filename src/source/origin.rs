//! The origin of an item or a value: where it was written, under which conditions, and what was read for it.

use super::Location;
use ecow::EcoString;
use std::sync::Arc;

/// One level of the way from the node to a resource: a class or an instance of a defined type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The container as a resource reference, such as `Class[Ntp]` or `Apache::Vhost[www]`.
    pub container: EcoString,
    /// Where the container was declared, if a manifest declared it.
    pub declared_at: Option<Location>,
}

/// A condition that had to hold for an item to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The `if`, `unless`, `case` option, selector or collector, at its condition.
    pub at: Location,
    /// Which branch was taken: `then`, `else`, or the text of the case option.
    pub branch: EcoString,
}

/// One thing that was read while a value was computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// A fact by its dotted path, such as `os.family`.
    Fact(EcoString),
    /// A parameter of the node, from the ENC.
    NodeVariable(EcoString),
    /// A key of trusted data.
    Trusted(EcoString),
    /// A parameter of a class or a define, with what gave it its value.
    Parameter {
        /// The class or define, in lower case.
        of: EcoString,
        /// The parameter's name.
        name: EcoString,
        /// What its own value was computed from; empty for a literal.
        from: Arc<[Read]>,
    },
    /// A Hiera key with the data file that answered and, where known, the line.
    Hiera {
        /// The key that was looked up.
        key: EcoString,
        /// The data file, as shown to people.
        file: EcoString,
        /// The line in that file, from 1; 0 where it is not known.
        line: u32,
    },
    /// A builtin whose answer depends on the host, such as `fqdn_rand`.
    Function(EcoString),
}

/// Where an item comes from. Shared, since one declaration gives many attributes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Origin {
    /// The place of the declaration.
    pub at: Option<Location>,
    /// The containers from the node inwards.
    pub frames: Arc<[Frame]>,
    /// The conditions that held, outermost first.
    pub guards: Arc<[Guard]>,
    /// The key of each enclosing iteration (`each`, `map`, several titles), outermost first.
    pub iteration: Arc<[EcoString]>,
    /// What was read.
    pub reads: Arc<[Read]>,
}
