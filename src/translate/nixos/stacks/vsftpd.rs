//! vsftpd: `services.vsftpd`.
//!
//! Claims the package, the unit and `vsftpd.conf`. The module writes its own switches and then `extraConfig`, where a
//! later line counts: each line of the site stands there once. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "vsftpd",
    packages: &["vsftpd"],
    units: &["vsftpd"],
    module: &["services", "vsftpd"],
    also: &[],
    files: &[
        ("/etc/vsftpd.conf", Form::Text(&["services", "vsftpd", "extraConfig"], config)),
        ("/etc/vsftpd.user_list", Form::Stays),
        ("/etc/vsftpd.chroot_list", Form::Stays),
    ],
};

/// The unit keeps the process, PAM's service is the module's.
fn config(text: &str) -> Option<String> {
    Some(syntax::without(
        text,
        &["background", "listen", "listen_ipv6", "pam_service_name", "secure_chroot_dir"],
    ))
}
