//! The TFTP server of Debian's `tftpd-hpa`: `services.atftpd`.
//!
//! Claims the packages, the unit and `/etc/default/tftpd-hpa`. The folder that is served is an option; other flags
//! are another program's and leave the file to a human. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "tftpd",
    packages: &["tftpd-hpa", "atftpd"],
    units: &["tftpd-hpa", "atftpd"],
    module: &["services", "atftpd"],
    also: &[],
    files: &[("/etc/default/tftpd-hpa", Form::Settings(defaults))],
};

fn defaults(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for (name, value) in syntax::shell(text)? {
        match (name, value) {
            ("TFTP_DIRECTORY", folder) => settings.set(&["services", "atftpd"], &["root"], Expr::str(folder)),
            ("TFTP_USERNAME", _) => {}
            ("TFTP_ADDRESS", address) if address.trim_start_matches("0.0.0.0") == ":69" => {}
            ("TFTP_OPTIONS", "" | "--secure" | "-s") => {}
            _ => return None,
        }
    }
    Some(settings)
}
