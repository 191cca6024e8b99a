//! The hosts' files, the larger texts, the recipients of secrets.

use super::{entries, factored, hardware, secrets};
use crate::{
    diag::{Diagnostic, Result},
    emit::{Around, Hosts, Output, codes},
    factor::Factored,
};

/// Writes `flake.nix`, `hosts/`, `files/` and `secrets/` into the output.
///
/// # Errors
/// Gives a file that nixfmt does not accept, and names that cannot be files.
pub(crate) fn write(
    hosts: &Hosts<'_>,
    factored: &Factored,
    around: &Around,
    output: &mut Output,
) -> Result<()> {
    for certname in hosts.keys() {
        check_name(certname)?;
    }
    factored::write(factored, output)?;
    hardware::write(hosts, around, output)?;
    entries::write(hosts, factored, around, output)?;
    secrets::write(hosts, around, output)
}

/// A certname becomes the name of a file: letters, digits, `.`, `-` and `_`, as Puppet allows.
fn check_name(certname: &str) -> Result<()> {
    let fine = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
    if !certname.is_empty() && certname.chars().all(fine) && !certname.starts_with('.') {
        return Ok(());
    }
    let message = format!("node `{}` cannot be the name of a file", certname.escape_debug());
    Err(Box::new(Diagnostic::error(&codes::BAD_NAME, message)))
}

/// Says where a host's file lies in the output.
pub(super) fn host_file<'f>(factored: &'f Factored, certname: &str) -> &'f str {
    factored.hosts.get(certname).map_or("", |host| host.file.as_str())
}
