//! The diagnostic codes of resource types.

use crate::diag::Code;

/// A type's Ruby file does not parse.
pub(crate) const BROKEN: Code = Code {
    name: "restypes::broken",
    title: "the Ruby file of a resource type does not parse",
    explanation: "A module's `lib/puppet/type/NAME.rb`, or a file that it requires, is not Ruby. Real Puppet cannot load \
                  the type either, and fails where it is used.",
};

/// A type's file makes no type.
pub(crate) const NO_TYPE: Code = Code {
    name: "restypes::no-type",
    title: "a file of a resource type does not make it",
    explanation: "The file has no `Puppet::Type.newtype` or `Puppet::ResourceApi.register_type` of the name that its \
                  path promises.",
};

/// A type does things that reading it does not reveal.
pub(crate) const PARTLY: Code = Code {
    name: "restypes::partly-read",
    title: "a resource type is made in a way that is only partly read",
    explanation: "Modules' resource types are read from their Ruby, never run. This one makes parameters in a way that \
                  the scan does not follow, so that an attribute it has not seen is let through: real Puppet may refuse it.",
};

/// An automatic relation of a type is not known.
pub(crate) const RELATION: Code = Code {
    name: "restypes::relation-unread",
    title: "an automatic relation of a resource type was not read",
    explanation: "The block of an `autorequire` or its kin does more than make titles of parameters. It is not run: the \
                  graph an agent would use may have more edges than the one that was looked at.",
};

/// All codes of this stage.
pub const CODES: &[&Code] = &[&BROKEN, &NO_TYPE, &PARTLY, &RELATION];
