//! Clients of directories: OpenLDAP's library, Kerberos.
//!
//! Claims the files that libraries read. OpenLDAP's library of nixpkgs reads `/etc/openldap/ldap.conf`, which is where
//! the text goes; Kerberos' reads `/etc/krb5.conf`, which NixOS leaves alone unless `security.krb5` is on. Fixture: `fixtures/stacks`.

use super::shape::{self, Form};
use crate::translate::nixos::plan::Planner;

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    shape::texts(planner, "ldap", &[("/etc/ldap/ldap.conf", Form::Moved("openldap/ldap.conf"))]);
    shape::texts(planner, "krb5", &[("/etc/krb5.conf", Form::Stays), ("/etc/krb5.conf.d/", Form::Stays)]);
}
