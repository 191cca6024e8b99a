//! Squid: `services.squid.configText`.
//!
//! Claims the package, the unit and `squid.conf`, which takes the place of all that the module writes. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "squid",
    packages: &["squid", "squid3"],
    units: &["squid", "squid3"],
    module: &["services", "squid"],
    also: &[],
    files: &[
        (
            "/etc/squid/squid.conf",
            Form::Text(&["services", "squid", "configText"], |text| Some(syntax::bare(text))),
        ),
        ("/etc/squid/", Form::Stays),
    ],
};
