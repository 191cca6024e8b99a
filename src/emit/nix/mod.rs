//! A NixOS flake: the ways in (`flake.nix`, `default.nix`), modules, a file a host, machines, larger texts, references
//! to secrets.
//!
//! In: translated hosts, the factored fleet. Out: files by path, with the places of items in them.

mod disko;
mod entries;
mod factored;
mod hardware;
mod host;
mod module;
mod plain;
mod printer;
mod routes;
mod secrets;
mod tree;
mod unfree;

pub(crate) use entries::attribute;
pub(crate) use secrets::{host_key, needed};

use super::{Around, Hosts, Output, codes};
use crate::{
    diag::{Diagnostic, Result},
    factor::Factored,
    translate::nixos::Expr,
};

/// Writes all of the flake's files into the output.
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
fn host_file<'f>(factored: &'f Factored, certname: &str) -> &'f str {
    factored.hosts.get(certname).map_or("", |host| host.file.as_str())
}

/// Files and paths of the output as if the expression stood at its root.
struct Root;

impl printer::Paths for Root {
    fn file(&self, key: &str) -> String {
        format!("./files/{key}")
    }

    fn path(&self, path: &str) -> String {
        format!("./{path}")
    }
}

/// Prints one expression as it would stand in a file at the output's root, not laid out.
#[must_use]
pub fn nix(expr: &Expr) -> String {
    printer::print(expr, &Root)
}

/// Files and paths as a caller has them.
struct Elsewhere<'a> {
    file: &'a dyn Fn(&str) -> String,
    path: &'a dyn Fn(&str) -> String,
}

impl printer::Paths for Elsewhere<'_> {
    fn file(&self, key: &str) -> String {
        (self.file)(key)
    }

    fn path(&self, path: &str) -> String {
        (self.path)(path)
    }
}

/// Prints one expression with the files of the output wherever the caller has them.
pub(crate) fn expression(
    expr: &Expr,
    file: &dyn Fn(&str) -> String,
    path: &dyn Fn(&str) -> String,
) -> String {
    printer::print(expr, &Elsewhere { file, path })
}
