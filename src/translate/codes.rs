//! The diagnostic codes of the translation.

use crate::diag::Code;

/// Two items want one option.
pub(crate) const TWO_VALUES: Code = Code {
    name: "translate::two-values",
    title: "two resources that want different values of one NixOS option",
    explanation: "Each option has one value. The first resource's is written, the other is counted as manual: \
                  decide which one is meant.",
};

/// All codes of this stage.
pub const CODES: &[Code] = &[TWO_VALUES];
