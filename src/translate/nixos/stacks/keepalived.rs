//! keepalived: `services.keepalived.extraConfig`.
//!
//! Claims the package, the unit and the file, whose text follows an empty `global_defs` of the module; keepalived
//! reads several. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "keepalived",
    packages: &["keepalived"],
    units: &["keepalived"],
    module: &["services", "keepalived"],
    also: &[],
    files: &[
        (
            "/etc/keepalived/keepalived.conf",
            Form::Text(&["services", "keepalived", "extraConfig"], |text| Some(syntax::bare(text))),
        ),
        ("/etc/keepalived/", Form::Stays),
    ],
};
