//! sssd: `services.sssd.config`.
//!
//! Claims the packages, the unit and `sssd.conf`, which the module installs as it is. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "sssd",
    packages: &["sssd", "sssd-common", "sssd-ldap", "sssd-krb5", "sssd-tools", "libnss-sss", "libpam-sss"],
    units: &["sssd"],
    module: &["services", "sssd"],
    also: &[],
    files: &[(
        "/etc/sssd/sssd.conf",
        Form::Text(&["services", "sssd", "config"], |text| Some(syntax::bare(text))),
    )],
};
