//! Varnish: `services.varnish.config`.
//!
//! Claims the package, the unit and the VCL, which the module compiles as it is. Addresses and storage stand in
//! Debian's drop-in of the unit and are options of the module: the drop-in is a human's. Fixture: `fixtures/stacks`.

use super::shape::{Form, Stack};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "varnish",
    packages: &["varnish"],
    units: &["varnish"],
    module: &["services", "varnish"],
    also: &[],
    files: &[
        (
            "/etc/varnish/default.vcl",
            Form::Text(&["services", "varnish", "config"], |text| Some(text.to_owned())),
        ),
        ("/etc/varnish/", Form::Stays),
    ],
};
